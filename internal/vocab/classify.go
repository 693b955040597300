package vocab

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

// Classify says what a study is about, apart from what its text mentions.
func (v *Vocabulary) Classify(title, abstract string) Classification {
	if strings.TrimSpace(title) == "" {
		return v.ClassifyText(abstract)
	}
	text := title + "\n" + abstract
	return v.read(text, len(title)).classify()
}

// ClassifyText is Classify for a text whose first line is the title. A text of
// one line is read as a title when it is short, else as an abstract without one.
func (v *Vocabulary) ClassifyText(text string) Classification {
	return v.read(text, titleEnd(text)).classify()
}

func (r *reading) classify() Classification {
	c := Classification{
		Substances:  r.aboutSubstances(),
		Conditions:  r.aboutConditions(),
		Topics:      r.aboutTopics(),
		Instruments: r.instrumentIDs(),
		StudyType:   r.studyType(),
	}
	return c
}

func round2(x float64) float64 { return float64(int(x*100+0.5)) / 100 }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func sortedInts[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Ints(keys)
	return keys
}

func sortSubjects(list []Subject) {
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Score != list[j].Score {
			return list[i].Score > list[j].Score
		}
		return list[i].ID < list[j].ID
	})
}

// aboutTopics decides for each topic of the gap map: named in the title, in the
// aim or as a registered condition, or in three sentences or more.
func (r *reading) aboutTopics() []Subject {
	type seen struct {
		sentences map[int]bool
		best      section
		strong    bool
		first     found
		count     int
	}
	by := map[string]*seen{}
	for i, h := range r.hits {
		if h.kind != patTopic || r.inside[i] != nil {
			continue
		}
		n := r.sentenceOf[h.first]
		sec := r.sentences[n].section
		s := by[h.id]
		if s == nil {
			s = &seen{sentences: map[int]bool{}, first: h}
			by[h.id] = s
		}
		s.count++
		s.sentences[n] = true
		if !s.strong && (sec == secTitle || sec == secAim || sec == secCondition || sec == secPrimary) {
			s.strong, s.best, s.first = true, sec, h
		}
	}
	var list []Subject
	for _, id := range sortedKeys(by) {
		s := by[id]
		sub := Subject{ID: id, Count: s.count, Score: float64(len(s.sentences)), About: s.strong || len(s.sentences) >= 3}
		if s.strong {
			sub.Score += 3
			sub.Reasons = []string{fmt.Sprintf("%q in the %s", r.surface(s.first), s.best)}
		} else {
			sub.Reasons = []string{fmt.Sprintf("%q in %d sentences", r.surface(s.first), len(s.sentences))}
		}
		list = append(list, sub)
	}
	sortSubjects(list)
	return list
}

// studyType lists the designs the text states, in the order of the data. A
// design named only in the background is another study's.
func (r *reading) studyType() []string {
	named := map[string]bool{}
	review := false
	for i, h := range r.hits {
		if h.kind != patDesign || r.inside[i] != nil {
			continue
		}
		s := r.sectionOf(h)
		named[h.id] = named[h.id] || s != secBackground
		review = review || h.id == "review" && s == secTitle
	}
	if review { // the designs a review names are those of the studies it covers
		for _, d := range []string{"randomized", "parallel-rct", "crossover-rct", "open-label", "observational", "case-report"} {
			delete(named, d)
		}
	}
	if named["parallel-rct"] || named["crossover-rct"] {
		delete(named, "randomized")
	}
	ids := []string{}
	for _, d := range r.v.designs {
		if named[d.ID] {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// instrumentIDs lists the instruments named, families resolved, by place.
func (r *reading) instrumentIDs() []string {
	ids := []string{}
	for _, n := range r.namedInstruments() {
		ids = appendNew(ids, n.id)
	}
	return ids
}

// maxLine is the longest NDJSON line that is read; a longer one is a bad line.
const maxLine = 8 << 20

// MatchCounts says what became of the lines of an NDJSON file.
type MatchCounts struct {
	Lines   int // lines that are not blank
	Matched int
	// Bad lists the lines that could not be read; each has also become an
	// output line with an error.
	Bad []BadLine
}

// BadLine is an input line that could not be read.
type BadLine struct {
	Line int    // counted from 1
	Why  string // what is wrong and what is expected
}

// record is an input line. Title is optional; without it the first line of Text
// is the title. Other keys are allowed and ignored.
type record struct {
	ID    json.RawMessage `json:"id"`
	Title *string         `json:"title"`
	Text  *string         `json:"text"`
}

// matched is an output line. Substances and Conditions are what the text is
// about; they hold ids of the tracker's own lists, all others are in the Other
// lists. Instruments are scales and event counts, Measures vital signs.
type matched struct {
	ID          json.RawMessage `json:"id"`
	Substances  []string        `json:"substances"`
	Conditions  []string        `json:"conditions"`
	Topics      []string        `json:"topics"`
	Instruments []string        `json:"instruments"`
	StudyType   []string        `json:"study_type"`
	// Roles gives the part of every condition that the text names, by id.
	Roles           map[string]string `json:"roles"`
	OtherSubstances []string          `json:"other_substances,omitempty"`
	OtherConditions []string          `json:"other_conditions,omitempty"`
	Measures        []string          `json:"measures,omitempty"`
}

type unmatched struct {
	ID    json.RawMessage `json:"id"`
	Line  int             `json:"line"`
	Error string          `json:"error"`
}

// MatchNDJSON reads lines {"id": ..., "text": ...} and writes one line for each:
// what the text is about, or the error that kept the line from being read. It
// returns an error only when r or w fails.
func MatchNDJSON(r io.Reader, w io.Writer) (MatchCounts, error) {
	return Default().MatchNDJSON(r, w)
}

// MatchNDJSON is the function of that name for a given vocabulary.
func (v *Vocabulary) MatchNDJSON(r io.Reader, w io.Writer) (MatchCounts, error) {
	in, out := bufio.NewReaderSize(r, 1<<16), bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	var counts MatchCounts
	for line := 1; ; line++ {
		raw, tooLong, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return counts, errors.Join(fmt.Errorf("read line %d: %w", line, err), out.Flush())
		}
		if line == 1 {
			raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
		}
		if raw = bytes.TrimSpace(raw); len(raw) > 0 || tooLong {
			counts.Lines++
			answer, why := v.matchLine(raw, tooLong)
			if why != "" {
				counts.Bad = append(counts.Bad, BadLine{line, why})
				answer = unmatched{answerID(raw), line, why}
			} else {
				counts.Matched++
			}
			if err := enc.Encode(answer); err != nil {
				return counts, fmt.Errorf("write the answer to line %d: %w", line, err)
			}
		}
		if err != nil {
			break
		}
	}
	if err := out.Flush(); err != nil {
		return counts, fmt.Errorf("write: %w", err)
	}
	return counts, nil
}

// readLine returns the next line without its end, or tooLong when it has more
// than maxLine bytes, having skipped the rest of it.
func readLine(in *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			tooLong = true
			line = line[:0]
		}
		if !tooLong {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

// matchLine answers one line; why is set when it cannot be read.
func (v *Vocabulary) matchLine(raw []byte, tooLong bool) (answer any, why string) {
	if tooLong {
		return nil, fmt.Sprintf("line is longer than %d bytes", maxLine)
	}
	var rec record
	if err := json.Unmarshal(raw, &rec); err != nil {
		return nil, fmt.Sprintf("not a JSON object with id and text: %v", err)
	}
	if rec.Text == nil && rec.Title == nil {
		return nil, `no "text"`
	}
	id := validID(rec.ID)
	var c Classification
	switch {
	case rec.Title == nil:
		c = v.ClassifyText(*rec.Text)
	case rec.Text == nil:
		c = v.Classify(*rec.Title, "")
	default:
		c = v.Classify(*rec.Title, *rec.Text)
	}
	return v.answer(id, c), ""
}

func (v *Vocabulary) answer(id json.RawMessage, c Classification) matched {
	m := matched{ID: id, Substances: []string{}, Conditions: []string{}, Topics: c.AboutTopics(),
		Instruments: []string{}, StudyType: c.StudyType, Roles: map[string]string{}}
	for _, s := range c.Conditions {
		m.Roles[s.ID] = s.Role
	}
	for _, s := range c.AboutSubstances() {
		if v.bySubstance[s].Core {
			m.Substances = append(m.Substances, s)
		} else {
			m.OtherSubstances = append(m.OtherSubstances, s)
		}
	}
	for _, s := range c.AboutConditions() {
		if v.byCondition[s].Tracked {
			m.Conditions = append(m.Conditions, s)
		} else {
			m.OtherConditions = append(m.OtherConditions, s)
		}
	}
	for _, s := range c.Instruments {
		if v.byInstrument[s].Kind == kindPhysiology {
			m.Measures = append(m.Measures, s)
		} else {
			m.Instruments = append(m.Instruments, s)
		}
	}
	return m
}

// kindPhysiology is the instrument kind of vital signs.
const kindPhysiology = "physiology"

// answerID salvages the id of a line that could not be used.
func answerID(raw []byte) json.RawMessage {
	var rec struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(raw, &rec) != nil {
		rec.ID = nil
	}
	return validID(rec.ID)
}

// validID is the id as it stood, with bytes that are not UTF-8 replaced; null
// when there was none.
func validID(id json.RawMessage) json.RawMessage {
	if len(id) == 0 {
		return json.RawMessage("null")
	}
	return bytes.ToValidUTF8(id, []byte("\ufffd"))
}
