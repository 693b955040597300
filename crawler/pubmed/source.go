package pubmed

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/boolean"
	"past/crawler/frame"
	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/ident"
)

const (
	baseURL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
	// batch is how many articles one efetch asks for: about 3 MB of XML.
	batch = 200
	// window is the largest result that a search lists; larger ones are asked for
	// by entry date, in halves.
	window = 9999
	// maxTerm bounds the encoded length of a search term, and maxAddress that of an
	// address: the E-utilities refuse longer ones, which go by POST.
	maxTerm, maxAddress = 6000, 4000
	// notHumans leaves out what is indexed as done in animals only (the
	// Cochrane Handbook's form, technical supplement to chapter 4).
	notHumans = " NOT (animals[mh] NOT humans[mh])"
)

// Asker is what NCBI wants to know of who asks. Neither is in a stored address, nor
// sent elsewhere.
type Asker struct {
	Key   string // an API key, which allows ten requests a second
	Email string // to which NCBI writes before it blocks a program
}

// New gives PubMed as the crawler asks it: for each substance its synonyms and those
// of all conditions or words of trials, as text words (title, abstract, MeSH,
// substance names and keywords). A search lists the numbers of articles, which are
// then asked for.
func New(who Asker) *frame.Search {
	s := &frame.Search{
		SourceID: SourceName, Called: "PubMed", Landed: "pmid:37651119", Accept: []string{"application/json"},
		Formats: []crawler.Format{
			{Media: "application/xml", Frame: crawler.FrameXML, Elements: records.Elements, Recognise: Recognise},
			{Media: "text/plain", Frame: crawler.FrameBlocks, Begins: "PMID-", Recognise: RecogniseNBIB},
		},
		Register: crawler.Policy{
			BaseURL: baseURL, Hosts: []string{"eutils.ncbi.nlm.nih.gov"}, PerSecond: 2.5, Burst: 1,
			RobotsReason: "the E-utilities are NCBI's documented interface for programs, with limits of their own that are kept; " +
				"robots.txt is for the pages",
			MaxBody: 64 << 20, Timeout: 2 * time.Minute,
			Terms: "https://www.ncbi.nlm.nih.gov/home/about/policies/",
		},
		Words: boolean.Writer{Term: term, Max: maxTerm, Mesh: func(h string) string { return boolean.Quoted(h) + "[mh]" },
			Also: []string{"randomized", "randomised", "placebo", "double-blind", "clinical trial"}},
		Form: func(p boolean.Part) string {
			if strings.Contains(p.Text, " AND ") && !strings.HasPrefix(p.Text, "(") {
				return "(" + p.Text + ")" + notHumans
			}
			return p.Text + notHumans
		},
		Changed: func(form string, since time.Time) string { // entered or revised
			from := since.Format("2006/01/02")
			return "(" + form + ") AND (" + from + ":3000[edat] OR " + from + ":3000[lr])"
		},
		List: list, Read: readSearch, Size: window, Window: window, Overview: true,
		Naming: func(ids []string) string { return numbers(ids, "[uid] OR ") + "[uid]" }, Batch: batch,
		Get: &frame.Get{Size: batch, Read: articleIDs, Request: func(at string, ids []string) crawler.Request {
			id := numbers(ids, ",")
			if id == "" {
				return crawler.Request{}
			}
			return request(at, "efetch", url.Values{"id": {id}, "retmode": {"xml"}}, "text/xml", "application/xml")
		}},
		Records: Parse,
		Stamp: &frame.Stamp{Read: readBuild, Request: func(at string) crawler.Request {
			return request(at, "einfo", url.Values{"retmode": {"json"}, "version": {"2.0"}})
		}},
	}
	if who.Key != "" {
		s.Register.PerSecond = 8
	}
	s.Send = who.send
	return s
}

// request names the database and the program.
func request(at, tool string, v url.Values, accept ...string) crawler.Request {
	v.Set("db", "pubmed")
	v.Set("tool", "past")
	return posted(crawler.Request{URL: at + "/" + tool + ".fcgi?" + v.Encode(), Accept: accept}, maxAddress)
}

// posted sends the parameters of a long address in the body.
func posted(r crawler.Request, longest int) crawler.Request {
	if at, parameters, ok := strings.Cut(r.URL, "?"); ok && len(r.URL) > longest {
		r.URL, r.Method, r.Body = at, "POST", []byte(parameters)
		r.Header = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	}
	return r
}

// send adds key and address in the body.
func (who Asker) send(r crawler.Request) crawler.Request {
	for _, own := range [][2]string{{"api_key", who.Key}, {"email", who.Email}} {
		if own[1] != "" {
			r = posted(r, 0)
			r.Body = append(bytes.Clone(r.Body), "&"+own[0]+"="+url.QueryEscape(own[1])...)
		}
	}
	return r
}

func list(at string, a frame.Ask) crawler.Request {
	v := url.Values{"term": {a.Query}, "retmax": {strconv.Itoa(a.Size)}, "retmode": {"json"}}
	if a.Seen > 0 {
		v.Set("retstart", strconv.Itoa(a.Seen))
	}
	if a.From != "" {
		v.Set("datetype", "edat")
		v.Set("mindate", strings.ReplaceAll(a.From, "-", "/"))
		v.Set("maxdate", strings.ReplaceAll(a.To, "-", "/"))
	}
	return request(at, "esearch", v)
}

// readSearch reads an esearch answer in JSON; its counts are texts.
func readSearch(body []byte, a frame.Ask) (frame.List, error) {
	fault := func(where, format string, args ...any) (frame.List, error) {
		return frame.List{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: where, Message: fmt.Sprintf(format, args...)}
	}
	n, err := answer.JSON(bytes.Map(spaced, body))
	if err != nil {
		return frame.List{}, err
	}
	e := n.Get("esearchresult")
	if e.Kind != jsontree.Object {
		return fault("/esearchresult", "no esearch result: %s", serverWords(n))
	}
	if msg := e.Get("ERROR").Scalar(); msg != "" {
		return fault("/esearchresult/ERROR", "the server reports: %s", msg)
	}
	l := frame.List{Heard: &crawler.Heard{Translation: e.Get("querytranslation").Scalar()}}
	if l.Total, err = strconv.Atoi(e.Get("count").Scalar()); err != nil || l.Total < 0 {
		return fault("/esearchresult/count", "%q is no count", e.Get("count").Scalar())
	}
	for _, raw := range e.Get("idlist").Scalars() {
		id, ok := ident.PMID(raw)
		if !ok {
			return fault("/esearchresult/idlist", "%q is no PMID", raw)
		}
		l.IDs = append(l.IDs, "pmid:"+id)
	}
	if want := min(l.Total-a.Seen, a.Size); len(l.IDs) < want && l.Total <= window {
		return frame.List{}, &crawler.AnswerError{Kind: crawler.KindMissing,
			Message: fmt.Sprintf("esearch counts %d articles and names %d, not %d", l.Total, len(l.IDs), want)}
	}
	for _, at := range [][2]string{{"errorlist", "phrasesnotfound"}, {"errorlist", "fieldsnotfound"}, {"warninglist", "phrasesignored"},
		{"warninglist", "quotedphrasesnotfound"}} {
		for _, w := range e.At(at[0], at[1]).Scalars() {
			if !slices.Contains(l.Heard.NotFound, w) {
				l.Heard.NotFound = append(l.Heard.NotFound, w)
			}
		}
	}
	return l, nil
}

// spaced puts a space for a control character: esearch writes line breaks into its
// texts as they are.
func spaced(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

func serverWords(n *jsontree.Node) string {
	for _, k := range []string{"error", "ERROR", "message"} {
		if s := n.Get(k).Scalar(); s != "" {
			return s
		}
	}
	return "another shape"
}

// articleIDs gives the record ids of an efetch answer that is whole, without
// reading the articles.
func articleIDs(res *crawler.Response, _ []string) ([]string, error) {
	if msg := serverError(res.Body); msg != "" {
		return nil, answer.Fault(res, crawler.KindWrongShape, "the server reports: %s", msg)
	}
	doc, _ := xmltree.Clean(res.Body)
	d := xmltree.Cut(doc, records.Elements...)
	if d.Root != "PubmedArticleSet" {
		return nil, answer.Fault(res, crawler.KindWrongShape, "the root element of efetch is <%s>, wanted <PubmedArticleSet>", d.Root)
	}
	if !d.Whole {
		return nil, answer.Fault(res, answer.KindHalfXML, "the answer ends inside <%s>", d.Root)
	}
	ids := make([]string, 0, len(d.Pieces))
	for _, p := range d.Pieces {
		if id := firstPMID(doc[p.Start:p.End]); id != "" {
			ids = append(ids, "pmid:"+id)
		}
	}
	return ids, nil
}

// firstPMID gives the number of an article: the first PMID in it.
func firstPMID(article []byte) string {
	i := bytes.Index(article, []byte("<PMID"))
	if i < 0 {
		return ""
	}
	_, text, ok := bytes.Cut(article[i:min(len(article), i+200)], []byte(">"))
	if !ok {
		return ""
	}
	text, _, _ = bytes.Cut(text, []byte("<"))
	id, _ := ident.PMID(string(text))
	return id
}

// readBuild gives the build of the database.
func readBuild(res *crawler.Response) (string, error) {
	n, err := answer.JSON(res.Body)
	if err != nil {
		return "", err
	}
	info := n.At("einforesult", "dbinfo")
	if items := info.Items(); len(items) > 0 {
		info = &items[0]
	}
	build, at := info.Get("dbbuild").Scalar(), info.Get("lastupdate").Scalar()
	if info.Kind != jsontree.Object || build == "" && at == "" {
		return "", answer.Fault(res, crawler.KindWrongShape, "einfo gives neither dbbuild nor lastupdate")
	}
	return strings.TrimSpace(build + " " + at), nil
}

func numbers(ids []string, sep string) string {
	var out []string
	for _, id := range ids {
		if n, ok := ident.PMID(id); ok {
			out = append(out, n)
		}
	}
	return strings.Join(out, sep)
}

// term writes a term as a phrase that is looked for in the text words.
func term(t string) string {
	t = strings.NewReplacer("[", " ", "]", " ", "*", " ", ":", " ").Replace(t)
	if t = boolean.Quoted(t); t == "" {
		return ""
	}
	return t + "[tw]"
}
