package europepmc

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/drift"
	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

//go:embed outline.txt
var outlineText string

var outline = drift.New(outlineText)

// Recognise reports whether a file is a saved answer of the search, or results
// taken out of one, by its beginning.
func Recognise(_ string, head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	has := func(key string) bool { return bytes.Contains(head, []byte(`"`+key+`"`)) }
	return len(head) > 0 && (head[0] == '{' || head[0] == '[') &&
		(has("hitCount") && (has("cursorMark") || has("resultList")) || has("source") && has("authorString") && !has("protocolSection"))
}

// Parse reads the results of a search answer, or of a list of them.
func Parse(p evidence.Payload) (crawler.Parsed, error) {
	p = answer.Hashed(p)
	n, problems, err := answer.Document(p)
	if err != nil {
		return crawler.Parsed{}, err
	}
	out := crawler.Parsed{Problems: problems}
	answers := []*jsontree.Node{n}
	bases := []string{""}
	if items := n.Items(); len(items) > 0 {
		answers, bases = nil, nil
		for i := range items {
			answers, bases = append(answers, &items[i]), append(bases, "/"+strconv.Itoa(i))
		}
	}
	lists := 0
	for i, a := range answers {
		if isResult(a) { // one cut out of an answer
			lists++
			readOne(&out, a, bases[i], p.SHA256)
			continue
		}
		list := a.At("resultList", "result")
		if list.Kind != jsontree.Array {
			out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindWrongShape, Where: bases[i] + "/resultList/result",
				Message: "no list of results"})
			continue
		}
		lists++
		if len(list.Items()) == 0 {
			out.Problems = append(out.Problems, answer.Promised(a.Get("hitCount").Scalar(), bases[i]+"/resultList/result")...)
		}
		readList(&out, list, bases[i]+"/resultList/result/", p.SHA256)
	}
	if lists == 0 {
		return crawler.Parsed{}, &crawler.AnswerError{Kind: crawler.KindWrongShape,
			Message: "no answer of the search: there is no list of results"}
	}
	out.Problems = append(out.Problems, drift.Problems(out.Records)...)
	answer.Stamp(&out, SourceName, p)
	return out, nil
}

func readList(out *crawler.Parsed, list *jsontree.Node, base, sha string) {
	items := list.Items()
	for i := range items {
		readOne(out, &items[i], base+strconv.Itoa(i), sha)
	}
}

// isResult recognises a result that was cut out of its answer.
func isResult(n *jsontree.Node) bool {
	return n.Get("resultList").Kind == jsontree.Absent && n.Get("source").Kind == jsontree.String && n.Get("id").Kind == jsontree.String
}

func readOne(out *crawler.Parsed, n *jsontree.Node, at, sha string) {
	id := recordID(n)
	switch {
	case n.Kind != jsontree.Object:
		out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindWrongShape, Where: at,
			Message: fmt.Sprintf("a result is an object, not %s", n.Kind)})
	case id == "":
		out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindNoID, Where: at,
			Message: fmt.Sprintf("a result without a usable id: source %q, id %q", n.Get("source").Scalar(), n.Get("id").Scalar())})
	case n.Get("title").Kind == jsontree.Absent && n.Get("authorString").Kind == jsontree.Absent:
		// An id list names records without describing them.
	default:
		out.Records = append(out.Records, read(n, id, evidence.Provenance{PayloadSHA256: sha, Pointer: at}))
	}
}

// recordID gives the tracker's id of a result; "" when it has none.
func recordID(n *jsontree.Node) string {
	src, id := strings.TrimSpace(n.Get("source").Scalar()), strings.TrimSpace(n.Get("id").Scalar())
	if src == "" || id == "" || strings.ContainsAny(src+id, " \t\n\"():") || answer.Unprintable(src+id) {
		return ""
	}
	if src == "MED" {
		id = strings.TrimLeft(id, "0")
		if _, err := strconv.ParseUint(id, 10, 48); err != nil {
			return ""
		}
		return "pmid:" + id
	}
	return src + ":" + id
}

// volatile fields move without anything new being said: counts of citations,
// and what text mining and partners add.
var volatile = []string{"citedByCount", "hasTextMinedTerms", "hasTMAccessionNumbers", "tmAccessionTypeList", "hasLabsLinks", "labsLinks",
	"hasEvaluations", "hasData", "dataLinksTagsList", "hasDbCrossReferences", "dbCrossReferenceList"}

func read(n *jsontree.Node, id string, at evidence.Provenance) evidence.Record {
	str := func(keys ...string) string { return n.At(keys...).Scalar() }
	pub := &evidence.Publication{
		PMID: str("pmid"), PMCID: str("pmcid"), DOI: strings.ToLower(strings.TrimSpace(str("doi"))),
		Title: xmltree.Plain(str("title")),
		Journal: firstOf(str("journalInfo", "journal", "title"), str("journalTitle"), str("bookOrReportDetails", "comprisingTitle"),
			str("bookOrReportDetails", "publisher")),
		Volume: firstOf(str("journalInfo", "volume"), str("journalVolume")), Issue: firstOf(str("journalInfo", "issue"), str("issue")),
		Pages: str("pageInfo"), Published: firstOf(isoDate(str("firstPublicationDate")), isoDate(str("pubYear"))),
		Abstract: xmltree.Abstract(str("abstractText")), Language: str("language"),
	}
	src := n.Get("source").Scalar()
	rec := evidence.Record{ID: id, Source: SourceName, Kind: evidence.KindPublication, Prov: at, Publication: pub,
		URL: "https://europepmc.org/article/" + src + "/" + n.Get("id").Scalar(), Title: pub.Title, Summary: pub.Abstract,
		Version: str("versionNumber"), FirstPosted: evidence.DateStruct{Raw: str("firstIndexDate")},
		LastUpdatePosted: evidence.DateStruct{Raw: str("dateOfRevision")}}
	pub.Authors = authors(n)
	pub.Types = n.At("pubTypeList", "pubType").Scalars()
	if len(pub.Types) == 0 {
		for _, t := range strings.Split(str("pubType"), ";") {
			if t = strings.TrimSpace(t); t != "" {
				pub.Types = append(pub.Types, t)
			}
		}
	}
	pub.Preprint = src == "PPR" || hasType(pub.Types, "preprint")
	pub.Retracted = hasType(pub.Types, "retracted publication") || hasType(pub.Types, "retracted-publication")
	rec.Keywords = n.At("keywordList", "keyword").Scalars()
	mesh := n.At("meshHeadingList", "meshHeading").Items()
	var headings answer.Once
	for i := range mesh {
		if t := mesh[i].Get("descriptorName").Scalar(); headings.First(t) {
			rec.MeshTerms = append(rec.MeshTerms, t)
		}
	}
	related(pub, n)
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Title, "title", at.Pointer+"/title")
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Abstract, "abstract", at.Pointer+"/abstractText")
	rec.Unknown = outline.JSON(n)
	rec.ContentHash = answer.Sum(jsontree.Canonical(nil, n, func(path []string) bool {
		return len(path) == 1 &&
			slices.Contains(volatile, path[0])
	}))
	if pub.Title == "" {
		rec.Problems = append(rec.Problems, evidence.Problem{Source: SourceName, RecordID: id, Kind: crawler.KindBadValue, Where: at.Pointer +
			"/title", Message: "the publication has no title", SHA256: at.PayloadSHA256})
	}
	return rec
}

func hasType(types []string, want string) bool {
	return slices.ContainsFunc(types, func(t string) bool { return strings.EqualFold(t, want) })
}

func firstOf(s ...string) string {
	for _, x := range s {
		if x != "" {
			return x
		}
	}
	return ""
}

// isoDate gives a date only if it is one.
func isoDate(s string) string {
	if _, _, p := (evidence.DateStruct{Raw: s}).Bounds(); p == evidence.NoDate {
		return ""
	}
	return s
}

// authors reads the list of a core result, or the string of a lite one.
func authors(n *jsontree.Node) []evidence.Author {
	list := n.At("authorList", "author").Items()
	var out []evidence.Author
	for i := range list {
		a := &list[i]
		w := evidence.Author{Family: a.Get("lastName").Scalar(), Given: a.Get("firstName").Scalar(), Collective: a.Get("collectiveName").Scalar()}
		if w.Given == "" {
			w.Given = a.Get("initials").Scalar()
		}
		if w == (evidence.Author{}) {
			w.Collective = a.Get("fullName").Scalar()
		}
		if w != (evidence.Author{}) {
			out = append(out, w)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, s := range strings.Split(strings.TrimSuffix(n.Get("authorString").Scalar(), "."), ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if i := strings.LastIndexByte(s, ' '); i > 0 && strings.ToUpper(s[i+1:]) == s[i+1:] && len(s)-i <= 5 {
			out = append(out, evidence.Author{Family: s[:i], Given: s[i+1:]})
		} else {
			out = append(out, evidence.Author{Collective: s})
		}
	}
	return out
}

func related(pub *evidence.Publication, n *jsontree.Node) {
	list := n.At("commentCorrectionList", "commentCorrection").Items()
	for i := range list {
		c := &list[i]
		w := evidence.RelatedWork{Type: c.Get("type").Scalar(), Label: c.Get("reference").Scalar(), Note: c.Get("note").Scalar()}
		if c.Get("source").Scalar() == "MED" {
			w.PMID = c.Get("id").Scalar()
		} else if id := c.Get("id").Scalar(); id != "" {
			w.Label = strings.TrimSpace(c.Get("source").Scalar() + ":" + id + " " + w.Label)
		}
		if _, doi, ok := strings.Cut(w.Label, "doi: "); ok {
			w.DOI = strings.ToLower(strings.TrimRight(strings.TrimSpace(doi), "."))
		}
		pub.Related = append(pub.Related, w)
		if strings.EqualFold(w.Type, "Retraction in") {
			pub.Retracted = true
		}
	}
}
