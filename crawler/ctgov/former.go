package ctgov

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/charset"
	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

// former is a format other than that of API v2 in which the register gives, or
// gave, its studies.
type former struct {
	name      string
	recognise func(text []byte) bool
	// read gives the studies of a text that need not be clean; a fault of one
	// does not lose the others.
	read func(text []byte) ([]*draft, []evidence.Problem, error)
	// wholeSizes is set where the format has the sizes of outcomes and not those
	// of their row blocks.
	wholeSizes bool
}

// formers are tried in order.
var formers = []former{
	{"former XML", isLegacyXML, readLegacyXML, false},
	{"FullStudies JSON of the former API", isFullStudies, readFullStudies, false},
	{"the site's CSV", isSiteCSV, readSiteCSV, false},
	{"AACT's tables", isAACT, readAACT, true},
}

// Recognise tells whether a text is one that this package reads; name is not
// used.
func Recognise(_ string, head []byte) bool {
	return formatOf(head) != nil
}

func formatOf(text []byte) *former {
	head := bytes.TrimLeft(text[:min(len(text), 8192)], " \t\r\n")
	for i := range formers {
		if formers[i].recognise(head) {
			return &formers[i]
		}
	}
	return nil
}

// readFormer reads the studies of a former format as if they had come in the
// shape of API v2: the same values give the same record, with the same
// pointers.
func readFormer(f *former, text []byte, p evidence.Payload) (crawler.Parsed, error) {
	parts, problems, err := f.read(text)
	if err != nil {
		return crawler.Parsed{}, err
	}
	out := crawler.Parsed{Problems: problems}
	w := workshops.Get().(*workshop)
	defer workshops.Put(w)
	var first error
	for i, s := range parts {
		base := studyBase(i, len(parts))
		root := s.node(base, nil)
		rec, err := readStudy(&root, evidence.Provenance{PayloadSHA256: p.SHA256, Pointer: base}, nil, w)
		if err != nil {
			first = cmpErr(first, err)
			out.Problems = append(out.Problems, evidence.Problem{Kind: answerKind(err), Where: s.at, Message: "a study that cannot be read: " +
				err.Error()})
			continue
		}
		if f.wholeSizes && rec.Results != nil {
			for o := range rec.Results.Outcomes {
				rec.Results.Outcomes[o].WholeSizes = len(rec.Results.Outcomes[o].Classes) > 1
			}
		}
		out.Records = append(out.Records, rec)
	}
	for i := range out.Problems {
		pr := &out.Problems[i]
		pr.Source, pr.SHA256, pr.At = SourceName, p.SHA256, p.FetchedAt
	}
	if len(parts) == 1 && len(out.Records) == 0 {
		return out, first
	}
	return out, nil
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// studyBase is the pointer of the ith study of a payload.
func studyBase(i, of int) string {
	if of == 1 {
		return ""
	}
	return "/" + strconv.Itoa(i)
}

// Place is what a pointer names in a payload of this source.
type Place struct {
	Value []byte // as JSON
	// At is where a former format has it: an XPath, a column and line; "" in
	// API v2, where the pointer itself says it.
	At string
}

// Resolve follows a pointer that this package gave into the payload it was
// given for, whatever the payload's format.
func Resolve(payload []byte, pointer string) (Place, error) {
	text := charset.UTF8Text(payload)
	f := formatOf(text)
	if f == nil {
		v, err := lookup(text, pointer)
		return Place{Value: v}, err
	}
	parts, _, err := f.read(text)
	if err != nil {
		return Place{}, err
	}
	for i, s := range parts {
		base := studyBase(i, len(parts))
		rest, ok := strings.CutPrefix(pointer, base)
		if !ok || base != "" && rest != "" && rest[0] != '/' {
			continue
		}
		places := map[string]string{}
		root := s.node(base, places)
		v, err := jsontree.Lookup(jsontree.Canonical(nil, &root, nil), rest)
		return Place{Value: v, At: places[pointer]}, err
	}
	return Place{}, fmt.Errorf("the payload holds %d studies and nothing at %s", len(parts), pointer)
}

func isLegacyXML(head []byte) bool {
	return len(head) > 0 && head[0] == '<' && (bytes.Contains(head, []byte("<clinical_study")) ||
		bytes.Contains(head, []byte("<clinical_studies")))
}

func readLegacyXML(text []byte) ([]*draft, []evidence.Problem, error) {
	doc, notes := xmltree.Clean(text)
	d := xmltree.Cut(doc, "clinical_study")
	var out []*draft
	var problems []evidence.Problem
	for _, n := range notes {
		if n.Kind != xmltree.NoteEncoding {
			problems = append(problems, answer.NoteProblem(n))
		}
	}
	var first error
	for _, piece := range d.Pieces {
		root, err := xmltree.Parse(doc[piece.Start:piece.End])
		if err != nil {
			err = answer.XMLFault(err, piece.Path)
			first = cmpErr(first, err)
			problems = append(problems, evidence.Problem{Kind: answer.KindOf(err), Where: piece.Path, Message: "a study that cannot be read: " +
				err.Error()})
			continue
		}
		s := readLegacy(root)
		s.at = piece.Path
		out = append(out, s)
	}
	if len(out) == 0 {
		if first == nil {
			first = &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no <clinical_study> in the document"}
		}
		return nil, nil, first
	}
	return out, problems, nil
}
