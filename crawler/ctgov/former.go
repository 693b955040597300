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

// Recognise reports whether a text is one that this package reads; name is not
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
			out.Problems = append(out.Problems, evidence.Problem{Kind: answer.KindOf(err), Where: s.at, Message: "a study that cannot be read: " +
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

// Resolver follows pointers that this package gave into the payload they were
// given for, whatever the payload's format. It reads the payload once.
type Resolver struct {
	text  []byte
	parts []part // the studies of a former format; nil in API v2
	err   error  // why a former format cannot be read
}

// part is a study of a former format in the shape of API v2.
type part struct {
	study  *draft
	json   []byte // nil until a pointer names it
	places map[string]string
}

// Open gives the resolver of a payload.
func Open(payload []byte) *Resolver {
	r := &Resolver{text: charset.UTF8Text(payload)}
	if f := formatOf(r.text); f != nil {
		var studies []*draft
		studies, _, r.err = f.read(r.text)
		r.parts = make([]part, len(studies))
		for i, s := range studies {
			r.parts[i].study = s
		}
	}
	return r
}

// Resolve follows a pointer.
func (r *Resolver) Resolve(pointer string) (Place, error) {
	if r.err != nil {
		return Place{}, r.err
	}
	if r.parts == nil {
		v, err := lookup(r.text, pointer)
		return Place{Value: v}, err
	}
	for i := range r.parts {
		p := &r.parts[i]
		base := studyBase(i, len(r.parts))
		rest, ok := strings.CutPrefix(pointer, base)
		if !ok || base != "" && rest != "" && rest[0] != '/' {
			continue
		}
		if p.json == nil {
			p.places = map[string]string{}
			root := p.study.node(base, p.places)
			p.json = jsontree.Canonical(nil, &root, nil)
		}
		v, err := jsontree.Lookup(p.json, rest)
		return Place{Value: v, At: p.places[pointer]}, err
	}
	return Place{}, fmt.Errorf("the payload holds %d studies and nothing at %s", len(r.parts), pointer)
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

// isFullStudies recognises the JSON of the API that the register had until 2024,
// whole or a study of it.
func isFullStudies(head []byte) bool {
	if len(head) == 0 || head[0] != '{' && head[0] != '[' {
		return false
	}
	return bytes.Contains(head, []byte(`"FullStudiesResponse"`)) || bytes.Contains(head, []byte(`"ProtocolSection"`))
}

func readFullStudies(text []byte) ([]*draft, []evidence.Problem, error) {
	root, err := answer.JSON(bytes.ToValidUTF8(text, []byte("\uFFFD")))
	if err != nil {
		return nil, nil, err
	}
	var out []*draft
	each := func(n *jsontree.Node, at string) {
		for _, key := range [...]string{"FullStudy", "Study"} {
			if k := n.Get(key); k.Kind == jsontree.Object {
				n, at = k, at+"/"+key
			}
		}
		if n.Get("ProtocolSection").Kind != jsontree.Object {
			return
		}
		s := newStudy()
		s.at = at
		s.pieces(n, at)
		if n.Get("ResultsSection").Kind == jsontree.Object {
			s.set("hasResults", "true", at+"/ResultsSection")
		}
		out = append(out, s)
	}
	list, at := root.At("FullStudiesResponse", "FullStudies"), "/FullStudiesResponse/FullStudies"
	if root.Kind == jsontree.Array {
		list, at = root, ""
	}
	if list.Kind != jsontree.Array {
		each(root, "")
	}
	for i := range list.Items() {
		each(&list.Kids[i], at+"/"+strconv.Itoa(i))
	}
	if len(out) == 0 {
		return nil, nil, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no study with a ProtocolSection in it"}
	}
	return out, nil, nil
}

// pieces reads an object whose members are called by their piece names; lists
// stand in an object of their own: ConditionList holds Condition.
func (p *draft) pieces(n *jsontree.Node, at string) {
	for i := range p.f.kids {
		f := &p.f.kids[i]
		if f.kind.list() {
			list, where := wrapped(n, f.piece)
			for k := range list.Items() {
				item, place := &list.Kids[k], at+where+"/"+strconv.Itoa(k)
				if f.kind == objects {
					p.add(f.name, place).pieces(item, place)
				} else {
					p.set(f.name, item.Scalar(), place)
				}
			}
			continue
		}
		v, place := n.Get(f.piece), at+"/"+f.piece
		switch {
		case f.kind == object && v.Kind == jsontree.Object:
			k := p.sub(f.name)
			k.at = place
			k.pieces(v, place)
		case f.kind != object && f.name == "masking":
			p.masking(v.Scalar(), place)
		case f.kind != object:
			p.set(f.name, v.Scalar(), place)
		}
	}
}

// wrapped finds the list of a piece in the object that is named after it.
func wrapped(n *jsontree.Node, piece string) (list *jsontree.Node, where string) {
	for i := range n.Kids {
		k := &n.Kids[i]
		if strings.HasSuffix(k.Key, "List") && k.Kind == jsontree.Object {
			if l := k.Get(piece); l.Kind == jsontree.Array {
				return l, "/" + k.Key + "/" + piece
			}
		}
	}
	return n.Get(piece), "/" + piece
}
