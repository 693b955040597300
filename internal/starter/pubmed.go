package starter

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// PubMed serves the papers whose PubMed number is known in the wire format of
// the E-utilities: einfo, esearch (with the history server, by POST too) and
// efetch. Abstracts are left out but for the trial ids that they name.
func PubMed() (http.Handler, error) {
	all, err := works()
	if err != nil {
		return nil, err
	}
	p := &pubmed{}
	for _, w := range all {
		if w.pmid != "" {
			p.works = append(p.works, w)
		}
	}
	// newest numbers first, as PubMed lists them
	slices.SortFunc(p.works, func(a, b work) int { return strings.Compare(b.pmid, a.pmid) })
	mux := http.NewServeMux()
	mux.HandleFunc("/entrez/eutils/einfo.fcgi", p.info)
	mux.HandleFunc("/entrez/eutils/esearch.fcgi", p.search)
	mux.HandleFunc("/entrez/eutils/efetch.fcgi", p.fetch)
	return mux, nil
}

type pubmed struct{ works []work }

func (p *pubmed) info(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"header": map[string]string{"type": "einfo", "version": "0.3"}, "einforesult": map[string]any{
		"dbinfo": []any{map[string]string{"dbname": "pubmed", "menuname": "PubMed", "dbbuild": "starter-set",
			"count": strconv.Itoa(len(p.works)), "lastupdate": strings.ReplaceAll(Date, "-", "/")}}}})
}

// asked is a search as the history server keeps it: its WebEnv holds the
// search itself, so that the register keeps no state.
type asked struct {
	Term string `json:"term"`
	By   string `json:"by,omitempty"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

const envMark = "MCID_"

var errNotKept = errors.New("the history server keeps no such result")

// find evaluates a search. Entry and revision dates are not known, so that a
// search by date finds nothing.
func (p *pubmed) find(a asked) ([]work, error) {
	q, err := question(a.Term)
	if err != nil {
		return nil, err
	}
	var out []work
	for _, w := range p.works {
		if a.By == "" && q.matches(w.pubmedTerm) {
			out = append(out, w)
		}
	}
	return out, nil
}

// pubmedTerm evaluates one term. Tags of fields that are not restated find
// nothing.
func (w work) pubmedTerm(t term) bool {
	switch t.tag {
	case "uid", "pmid":
		return t.text == w.pmid
	case "si":
		return slices.ContainsFunc(append([]string{w.registration}, w.named...), func(id string) bool {
			return id != "" &&
				strings.EqualFold(id, t.text)
		})
	case "aid", "doi":
		return strings.EqualFold(t.text, w.doi)
	case "ti":
		return holds(folded(w.title), t.text)
	case "pt":
		return strings.EqualFold(t.text, "Journal Article")
	case "", "all", "tw", "tiab", "all fields":
		return t.field == "" && (t.text == w.pmid || strings.EqualFold(t.text, w.doi) || holds(w.text(), t.text))
	}
	return false
}

func (p *pubmed) search(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Form.Get("db") != "pubmed" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	a := asked{Term: r.Form.Get("term")}
	if r.Form.Get("mindate")+r.Form.Get("maxdate")+r.Form.Get("reldate") != "" {
		a.By, a.From, a.To = r.Form.Get("datetype"), r.Form.Get("mindate"), r.Form.Get("maxdate")
	}
	hits, err := p.find(a)
	result := map[string]any{}
	if err != nil {
		result["ERROR"] = err.Error()
	} else {
		start, end := window(len(hits), number(r.Form.Get("retstart"), 0), number(r.Form.Get("retmax"), 20))
		ids := []string{}
		for _, h := range hits[start:end] {
			ids = append(ids, h.pmid)
		}
		result["count"], result["retmax"], result["retstart"] = strconv.Itoa(len(hits)), strconv.Itoa(len(ids)), strconv.Itoa(start)
		result["idlist"] = ids
		if r.Form.Get("usehistory") == "y" {
			b, _ := json.Marshal(a)
			result["querykey"], result["webenv"] = "1", envMark+base64.RawURLEncoding.EncodeToString(b)
		}
		result["querytranslation"] = a.Term
	}
	writeJSON(w, map[string]any{"header": map[string]string{"type": "esearch", "version": "0.3"}, "esearchresult": result})
}

func (p *pubmed) fetch(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Form.Get("db") != "pubmed" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	hits, err := p.wanted(r.Form)
	w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
	if err != nil {
		words := err.Error()
		if errors.Is(err, errNotKept) {
			words = "Unable to obtain query #" + r.Form.Get("query_key") // in the register's words
		}
		fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<eFetchResult>\n\t<ERROR>%s</ERROR>\n</eFetchResult>\n", escaped(words))
		return
	}
	fmt.Fprint(w, "<?xml version=\"1.0\" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC \"-//NLM//DTD PubMedArticle, 1st January "+
		"2025//EN\" \"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd\">\n<PubmedArticleSet>\n")
	for _, h := range hits {
		fmt.Fprint(w, h.pubmedArticle())
	}
	fmt.Fprint(w, "</PubmedArticleSet>\n")
}

// wanted are the articles that an efetch asks for, by number or from the
// history server.
func (p *pubmed) wanted(v url.Values) ([]work, error) {
	if env := v.Get("WebEnv"); env != "" {
		var a asked
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(env, envMark))
		if err == nil {
			err = json.Unmarshal(b, &a)
		}
		if err != nil || v.Get("query_key") != "1" {
			return nil, errNotKept
		}
		hits, err := p.find(a)
		if err != nil {
			return nil, err
		}
		start, end := window(len(hits), number(v.Get("retstart"), 0), number(v.Get("retmax"), 20))
		return hits[start:end], nil
	}
	var out []work
	for _, id := range strings.FieldsFunc(v.Get("id"), func(r rune) bool { return r == ',' || r == ' ' }) {
		if i := slices.IndexFunc(p.works, func(w work) bool { return w.pmid == id }); i >= 0 {
			out = append(out, p.works[i])
		}
	}
	return out, nil
}

// escaped writes a text for an XML document.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// banks are PubMed's names of the registers by the beginning of their ids.
var banks = []struct{ prefix, name string }{{"NCT", "ClinicalTrials.gov"}, {"ISRCTN", "ISRCTN"}, {"ACTRN", "ANZCTR"}}

func bank(id string) string {
	for _, b := range banks {
		if strings.HasPrefix(id, b.prefix) {
			return b.name
		}
	}
	return "EudraCT"
}

// pubmedArticle retells one paper as an element of efetch.
func (w work) pubmedArticle() string {
	var b strings.Builder
	add := func(format string, args ...string) {
		in := make([]any, len(args))
		for i, a := range args {
			in[i] = escaped(a)
		}
		fmt.Fprintf(&b, format, in...)
	}
	add(`<PubmedArticle><MedlineCitation><PMID Version="1">%s</PMID><Article><Journal><JournalIssue>`, w.pmid)
	if w.volume != "" {
		add(`<Volume>%s</Volume>`, w.volume)
	}
	if w.issue != "" {
		add(`<Issue>%s</Issue>`, w.issue)
	}
	if w.year != "" {
		add(`<PubDate><Year>%s</Year></PubDate>`, w.year)
	}
	b.WriteString(`</JournalIssue>`)
	if w.journal != "" {
		add(`<Title>%s</Title>`, w.journal)
	}
	add(`</Journal><ArticleTitle>%s</ArticleTitle>`, w.title)
	if w.pages != "" {
		add(`<Pagination><MedlinePgn>%s</MedlinePgn></Pagination>`, w.pages)
	}
	if w.doi != "" {
		add(`<ELocationID EIdType="doi" ValidYN="Y">%s</ELocationID>`, w.doi)
	}
	if a := w.abstract(); a != "" {
		add(`<Abstract><AbstractText>%s</AbstractText></Abstract>`, a)
	}
	if len(w.authors) > 0 {
		b.WriteString(`<AuthorList>`)
		for _, a := range w.authors {
			add(`<Author><LastName>%s</LastName>`, a.Family)
			if a.Given != "" {
				add(`<Initials>%s</Initials>`, a.Given)
			}
			b.WriteString(`</Author>`)
		}
		b.WriteString(`</AuthorList>`)
	}
	if id := w.registration; id != "" {
		add(`<DataBankList CompleteYN="Y"><DataBank><DataBankName>%s</DataBankName><AccessionNumberList><AccessionNumber>`+
			`%s</AccessionNumber></AccessionNumberList></DataBank></DataBankList>`, bank(id), id)
	}
	b.WriteString(`<PublicationTypeList><PublicationType UI="D016428">Journal ` +
		`Article</PublicationType></PublicationTypeList></Article></MedlineCitation>`)
	add(`<PubmedData><ArticleIdList><ArticleId IdType="pubmed">%s</ArticleId>`, w.pmid)
	if w.doi != "" {
		add(`<ArticleId IdType="doi">%s</ArticleId>`, w.doi)
	}
	if w.pmcid != "" {
		add(`<ArticleId IdType="pmc">%s</ArticleId>`, w.pmcid)
	}
	b.WriteString("</ArticleIdList></PubmedData></PubmedArticle>\n")
	return b.String()
}
