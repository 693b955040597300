package answer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"past/crawler"
	"past/crawler/drift"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

// Records says how an XML document's records are read.
type Records struct {
	Source string
	// Elements are the local names of record elements.
	Elements []string
	// Roots are the root elements under which they stand; a document with
	// another root is another register's.
	Roots []string
	// Read reads one record; at names the payload and the element's place.
	// Its error means that there is no record.
	Read func(n *xmltree.Node, at evidence.Provenance) (evidence.Record, error)
}

// Parse reads a payload. The error, an *crawler.AnswerError, means that it
// holds nothing of this register.
func (r Records) Parse(p evidence.Payload) (crawler.Parsed, error) {
	p = Hashed(p)
	doc, notes, err := r.open(p.Body)
	if err != nil {
		return crawler.Parsed{}, err
	}
	d := xmltree.Cut(doc, r.Elements...)
	var out crawler.Parsed
	var first error
	for _, piece := range d.Pieces {
		rec, err := r.piece(doc, piece, p.SHA256)
		if err == nil {
			out.Records = append(out.Records, rec)
			continue
		}
		if first == nil {
			first = err
		}
		out.Problems = append(out.Problems, evidence.Problem{Kind: KindOf(err), Where: piece.Path,
			Message: "a record that cannot be read: " + err.Error()})
	}
	if begins := inside(doc, d); len(d.Pieces) == 0 && begins != "" {
		out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindWrongShape, Where: "/" + d.Root,
			Message: fmt.Sprintf("no <%s> in it; it holds %s", strings.Join(r.Elements, "> or <"), begins)})
	}
	if !d.Whole {
		out.Problems = append(out.Problems, evidence.Problem{Kind: KindHalfXML, Where: p.URL,
			Message: fmt.Sprintf("the document ends inside <%s>; %d whole records before it were read", d.Root, len(out.Records))})
	}
	for _, n := range notes {
		if n.Kind != xmltree.NoteEncoding { // another encoding, declared, is no fault
			out.Problems = append(out.Problems, NoteProblem(n))
		}
	}
	out.Problems = append(out.Problems, drift.Problems(out.Records)...)
	Stamp(&out, r.Source, p)
	if len(d.Pieces) == 1 && len(out.Records) == 0 {
		return out, first
	}
	return out, nil
}

// inside shows the beginning of what is in a whole root element; "" when it
// is blank.
func inside(doc []byte, d xmltree.Document) string {
	from, to := bytes.Index(doc, []byte(d.Attrs))+len(d.Attrs), bytes.LastIndex(doc, []byte("</"))
	if !d.Whole || from > to {
		return ""
	}
	if text := bytes.TrimSpace(doc[from:to]); len(text) > 0 {
		return Start(text)
	}
	return ""
}

// open holds a document to its root element.
func (r Records) open(body []byte) ([]byte, []xmltree.Note, error) {
	doc, notes := xmltree.Clean(body)
	text := strings.TrimLeft(string(doc[:min(len(doc), 512)]), " \t\r\n")
	switch {
	case text == "":
		return nil, nil, &crawler.AnswerError{Kind: crawler.KindEmpty, Message: "the answer is empty"}
	case text[0] != '<':
		return nil, nil, &crawler.AnswerError{Kind: KindBadXML, Message: "no XML: it begins with " + Start(doc)}
	}
	switch root := xmltree.Cut(doc).Root; {
	case slices.Contains(r.Roots, root) || slices.Contains(r.Elements, root): // or one record cut out of its document
		return doc, notes, nil
	case strings.EqualFold(root, "html"):
		return nil, nil, &crawler.AnswerError{Kind: crawler.KindHTML, Message: "HTML instead of data"}
	case root == "":
		return nil, nil, &crawler.AnswerError{Kind: KindBadXML, Message: "no XML element; it begins with " + Start(doc)}
	default:
		return nil, nil, &crawler.AnswerError{Kind: crawler.KindWrongShape,
			Message: fmt.Sprintf("the root element is <%s>, wanted <%s>", root, strings.Join(r.Roots, "> or <"))}
	}
}

func (r Records) piece(doc []byte, piece xmltree.Piece, sha string) (evidence.Record, error) {
	n, err := xmltree.Parse(doc[piece.Start:piece.End])
	if err != nil {
		return evidence.Record{}, XMLFault(err, piece.Path)
	}
	rec, err := r.Read(n, evidence.Provenance{PayloadSHA256: sha, Pointer: piece.Path})
	if err != nil {
		return evidence.Record{}, err
	}
	for i := range rec.Problems {
		rec.Problems[i].Source, rec.Problems[i].RecordID, rec.Problems[i].SHA256 = r.Source, rec.ID, sha
	}
	return rec, nil
}

// NoteProblem puts a repair of an XML text into a problem.
func NoteProblem(n xmltree.Note) evidence.Problem {
	kind := crawler.KindBadValue
	if n.Kind == xmltree.NoteUTF8 {
		kind = crawler.KindBadUTF8
	}
	return evidence.Problem{Kind: kind, Where: "/", Message: fmt.Sprintf("%s (%d times); the payload keeps the bytes", n.Text, n.Count)}
}

// KindOf gives the kind of an error about an answer.
func KindOf(err error) string {
	var a *crawler.AnswerError
	if errors.As(err, &a) {
		return a.Kind
	}
	return crawler.KindWrongShape
}

// Stamp fills what a payload's problems have in common.
func Stamp(out *crawler.Parsed, source string, p evidence.Payload) {
	for i := range out.Problems {
		pr := &out.Problems[i]
		pr.Source, pr.SHA256, pr.At = source, p.SHA256, p.FetchedAt
	}
}
