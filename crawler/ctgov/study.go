package ctgov

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/jsontree"
	"past/internal/evidence"
	"past/internal/ident"
)

// SourceName is the name under which payloads and records are kept.
const SourceName = "ctgov"

// workshop is the memory one study needs while it is read.
type workshop struct {
	parser    jsontree.Parser
	canonical []byte
}

var workshops = sync.Pool{New: func() any { return new(workshop) }}

// ParseStudy reads one study of API v2. at names the payload and the pointer
// of the study in it. Values that cannot be read are in the record's Problems;
// the error, an *crawler.AnswerError, means that there is no record.
func ParseStudy(study []byte, at evidence.Provenance) (evidence.Record, error) {
	w := workshops.Get().(*workshop)
	defer workshops.Put(w)
	m := mapper{base: at.Pointer, in: inspector{base: at.Pointer}}
	if i := invalidUTF8(study); i >= 0 {
		m.in.problems = append(m.in.problems, evidence.Problem{
			Kind: crawler.KindBadUTF8, Where: at.Pointer,
			Message: fmt.Sprintf("byte %d of the study (0x%02x) is not UTF-8; such bytes are shown as U+FFFD, the payload keeps them", i, study[i]),
		})
		study = bytes.ToValidUTF8(study, []byte("\uFFFD"))
	}
	root, err := w.parser.Parse(study)
	if err != nil {
		return evidence.Record{}, answer.JSONFault(err, at.Pointer)
	}
	return readStudy(root, at, m.in.problems, w)
}

// readStudy reads the tree of a study; problems are those met on the way to it.
func readStudy(root *jsontree.Node, at evidence.Provenance, problems []evidence.Problem, w *workshop) (evidence.Record, error) {
	m := mapper{base: at.Pointer, in: inspector{base: at.Pointer, problems: problems}}
	if root.Kind != jsontree.Object {
		return evidence.Record{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: at.Pointer,
			Message: fmt.Sprintf("a study is an object, not %s", root.Kind)}
	}
	id, err := studyID(root, at.Pointer)
	if err != nil {
		return evidence.Record{}, err
	}
	if p, found := answer.Scrub(root, at.Pointer); found {
		m.in.problems = append(m.in.problems, p)
	}
	m.in.object(root, fieldTree())
	rec := evidence.Record{
		ID: id, Source: SourceName, Kind: evidence.KindTrial, Prov: at,
		URL: "https://clinicaltrials.gov/study/" + id,
	}
	w.canonical = jsontree.Canonical(w.canonical[:0], root, volatile)
	sum := sha256.Sum256(w.canonical)
	rec.ContentHash = hex.EncodeToString(sum[:])

	m.protocol(&rec, root.Get("protocolSection"))
	m.derived(&rec, root)
	m.documents(&rec, root.At("documentSection", "largeDocumentModule", "largeDocs"))
	if r := root.Get("resultsSection"); r.Kind == jsontree.Object {
		rec.Results = m.results(r)
	}
	rec.Unknown = m.in.unknown
	rec.Problems = m.in.problems
	for i := range rec.Problems {
		p := &rec.Problems[i]
		p.Source, p.RecordID, p.SHA256 = SourceName, id, at.PayloadSHA256
	}
	return rec, nil
}

// volatile leaves the register's data day out of the content hash: it moves
// every day while nothing else does.
func volatile(path []string) bool {
	return len(path) == 3 && path[2] == "versionHolder" && path[0] == "derivedSection" && path[1] == "miscInfoModule"
}

func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// studyID gives the canonical NCT number.
func studyID(root *jsontree.Node, pointer string) (string, error) {
	raw := root.At("protocolSection", "identificationModule", "nctId").Scalar()
	if id, ok := CanonicalID(raw); ok {
		return id, nil
	}
	e := &crawler.AnswerError{Kind: crawler.KindNoID, Where: pointer + "/protocolSection/identificationModule/nctId"}
	if raw == "" {
		e.Message = "a study without an NCT number"
	} else {
		e.Message = fmt.Sprintf("%q is no NCT number", raw)
	}
	return "", e
}

// CanonicalID gives the register's spelling of an NCT number: NCT and eight
// digits.
func CanonicalID(s string) (string, bool) {
	return ident.Of(ident.NCT, s)
}

// mapper turns the tree of one study into a record.
type mapper struct {
	base string
	in   inspector
}

func (m *mapper) note(pointer, msg string) {
	m.in.problems = append(m.in.problems, evidence.Problem{Kind: crawler.KindBadValue, Where: pointer, Message: msg})
}

// integer reads a whole number written as a number or as text; nil when it is
// absent or, with a problem noted, none.
func (m *mapper) integer(n *jsontree.Node, pointer func() string) *int {
	s := strings.TrimSpace(n.Scalar())
	if s == "" || n.Kind == jsontree.Bool {
		return nil
	}
	if v, err := strconv.Atoi(s); err == nil {
		return &v
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f == float64(int(f)) && f > -1e15 && f < 1e15 {
		v := int(f)
		return &v
	}
	m.note(pointer(), fmt.Sprintf("%q is no whole number", s))
	return nil
}

func (m *mapper) float(n *jsontree.Node, pointer func() string) *float64 {
	s := strings.TrimSpace(n.Scalar())
	if s == "" || n.Kind == jsontree.Bool {
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		m.note(pointer(), fmt.Sprintf("%q is no number", s))
		return nil
	}
	return &f
}

func str(n *jsontree.Node, key string) string { return n.Get(key).Scalar() }

func dateStruct(n *jsontree.Node) evidence.DateStruct {
	return evidence.DateStruct{Raw: str(n, "date"), Type: str(n, "type")}
}

func date(n *jsontree.Node, key string) evidence.DateStruct {
	return evidence.DateStruct{Raw: str(n, key)}
}

// derived reads what the register worked out itself.
func (m *mapper) derived(rec *evidence.Record, root *jsontree.Node) {
	d := root.Get("derivedSection")
	for _, module := range [...]string{"conditionBrowseModule", "interventionBrowseModule"} {
		meshes := d.At(module, "meshes").Items()
		for i := range meshes {
			if t := str(&meshes[i], "term"); t != "" && !slices.Contains(rec.MeshTerms, t) {
				rec.MeshTerms = append(rec.MeshTerms, t)
			}
		}
	}
	rec.DataDay = d.At("miscInfoModule", "versionHolder").Scalar()
	tracking := d.At("miscInfoModule", "submissionTracking")
	rec.ResultsInQC = tracking.Kind == jsontree.Object && root.Get("resultsSection").Kind != jsontree.Object
}

// documents lists the files of a study; they are served from an address made
// of the last two digits of the NCT number, the number and the file name.
func (m *mapper) documents(rec *evidence.Record, list *jsontree.Node) {
	docs := list.Items()
	for i := range docs {
		d := &docs[i]
		doc := evidence.Document{
			Type: str(d, "typeAbbrev"), Label: str(d, "label"), Filename: str(d, "filename"),
			Date: str(d, "date"), UploadedAt: str(d, "uploadDate"),
		}
		if doc.Filename != "" {
			doc.URL = "https://cdn.clinicaltrials.gov/large-docs/" + rec.ID[9:] + "/" + rec.ID + "/" + url.PathEscape(doc.Filename)
		}
		if n := m.integer(d.Get("size"), func() string {
			return m.base + "/documentSection/largeDocumentModule/largeDocs/" + strconv.Itoa(i) + "/size"
		}); n != nil {
			doc.Size = int64(*n)
		}
		rec.Documents = append(rec.Documents, doc)
	}
}
