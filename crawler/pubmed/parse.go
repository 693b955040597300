package pubmed

import (
	"bytes"
	_ "embed"
	"fmt"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/charset"
	"past/crawler/drift"
	"past/crawler/xmltree"
	"past/internal/evidence"
	"past/internal/ident"
)

// SourceName is the name under which payloads and records are kept.
const SourceName = "pubmed"

//go:embed outline.txt
var outlineText string

var outline = drift.New(outlineText)

var records = answer.Records{
	Source:   SourceName,
	Elements: []string{"PubmedArticle", "PubmedBookArticle"},
	Roots:    []string{"PubmedArticleSet", "PubmedArticle", "PubmedBookArticle", "PubmedBookArticleSet"},
	Read:     readRecord,
}

// Recognise reports whether a file is an answer of efetch, or the same articles
// saved from PubMed as XML, by its beginning.
func Recognise(_ string, head []byte) bool {
	text, _ := xmltree.Clean(head)
	root := xmltree.Cut(text).Root
	return root == "PubmedArticleSet" || root == "PubmedArticle" || root == "PubmedBookArticle" || root == "PubmedBookArticleSet" ||
		bytes.Contains(head, []byte("<!DOCTYPE PubmedArticleSet"))
}

// Parse reads the articles of an efetch answer or of a file, in their order. An
// article that cannot be read never loses the others.
func Parse(p evidence.Payload) (crawler.Parsed, error) {
	if RecogniseNBIB("", charset.Text(p.Body[:min(len(p.Body), 64)])) {
		return readNBIB(answer.Hashed(p))
	}
	if msg := serverError(p.Body); msg != "" {
		return crawler.Parsed{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "the server reports: " + msg}
	}
	return records.Parse(p)
}

// serverError finds the message of an E-utilities error document, which may
// come with status 200.
func serverError(body []byte) string {
	if len(body) > 4096 || !bytes.Contains(body, []byte("ERROR")) {
		return ""
	}
	doc, _ := xmltree.Clean(body)
	d := xmltree.Cut(doc, "ERROR", "Error")
	for _, p := range d.Pieces {
		if n, err := xmltree.Parse(doc[p.Start:p.End]); err == nil {
			return n.Text()
		}
	}
	return ""
}

func readRecord(n *xmltree.Node, at evidence.Provenance) (evidence.Record, error) {
	m := mapper{base: at.Pointer}
	rec := evidence.Record{Source: SourceName, Kind: evidence.KindPublication, Prov: at, Publication: &evidence.Publication{}}
	var err error
	if n.Name == "PubmedBookArticle" || n.Get("BookDocument").Is() {
		err = m.book(&rec, n)
	} else {
		err = m.article(&rec, n)
	}
	if err != nil {
		return evidence.Record{}, err
	}
	rec.URL = "https://pubmed.ncbi.nlm.nih.gov/" + rec.Publication.PMID + "/"
	rec.ContentHash = answer.Sum(xmltree.Canonical(nil, n, nil))
	rec.Unknown = outline.XML(n)
	rec.Problems = m.problems
	return rec, nil
}

// mapper turns the tree of one article into a record.
type mapper struct {
	base     string
	problems []evidence.Problem
}

func (m *mapper) note(path, format string, args ...any) {
	m.problems = append(m.problems, evidence.Problem{Kind: crawler.KindBadValue, Where: m.base + path, Message: fmt.Sprintf(format, args...)})
}

// pmid gives the number of a PMID element.
func (m *mapper) pmid(n *xmltree.Node, path string) (string, error) {
	raw := n.Text()
	if id, ok := ident.PMID(raw); ok {
		return id, nil
	}
	e := &crawler.AnswerError{Kind: crawler.KindNoID, Where: m.base + path, Message: "an article without a PMID"}
	if raw != "" {
		e.Message = fmt.Sprintf("%q is no PMID", raw)
	}
	return "", e
}
