package vocab

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

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
