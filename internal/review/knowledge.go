package review

import (
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
)

// rowsReader reads the rows of one small table. Each row has columns that must be
// filled in; legal names the legal words of a column.
type rowsReader[T any] struct {
	columns []string // the table must have them, a cell may be empty
	need    []string
	known   []string // all columns that are read; nil does not name others
	legal   map[string][]string
	row     func(r Row, t *Table, c *rowCheck) T
}

// rowCheck gathers what is wrong with a row.
type rowCheck struct {
	row      Row
	sha      string
	style    evidence.NumberStyle
	problems []evidence.Problem
}

func (c *rowCheck) bad(col, format string, args ...any) {
	c.problems = append(c.problems, evidence.Problem{Source: "review", Kind: "bad-row", Where: c.row.Where(col),
		Message: fmt.Sprintf(format, args...), SHA256: c.sha})
}

// count reads a number of people; an empty cell is nil.
func (c *rowCheck) count(col string) *int {
	n := evidence.ParseNumber(c.row.Raw(col), c.style)
	switch {
	case n.Missing:
	case n.Percent:
		c.bad(col, "%q is a share, not a number of people; write the number of people", n.Raw)
	case n.OK && n.Op == "" && n.Value >= 0 && n.Value == float64(int(n.Value)):
		v := int(n.Value)
		return &v
	default:
		c.bad(col, "%q is not a number of people", n.Raw)
	}
	return nil
}

func (x rowsReader[T]) read(name string, data []byte, sha256 string) ([]T, []evidence.Problem, error) {
	t, problems, err := ReadTable(name, data, slices.Concat(x.columns, x.need)...)
	if err != nil {
		return nil, nil, err
	}
	if x.known != nil {
		problems = append(problems, unknownColumns(t, x.known, sha256)...)
	}
	var out []T
	for _, r := range t.Rows {
		c := &rowCheck{row: r, sha: sha256, style: t.Style}
		for _, col := range x.need {
			if r.Get(col) == "" {
				c.bad(col, "%s must be filled in", col)
			}
		}
		for col, words := range x.legal {
			if w := r.Get(col); w != "" && !slices.Contains(words, w) {
				c.bad(col, "%q is not one of %s", w, strings.Join(words, ", "))
			}
		}
		v := x.row(r, t, c)
		problems = append(problems, c.problems...)
		if len(c.problems) == 0 {
			out = append(out, v)
		}
	}
	return out, problems, nil
}

func rowProv(r Row, sha string) evidence.Provenance {
	return evidence.Provenance{PayloadSHA256: sha, Pointer: fmt.Sprintf("row=%d", r.Number)}
}

// ReadNotices reads notices.csv: kind, date, said, by, source, read, and what the
// notice is about (doi, pmid, trial_id, or substance with condition).
func ReadNotices(name string, data []byte, sha256 string) ([]evidence.Notice, []evidence.Problem, error) {
	var kinds []string
	for _, k := range evidence.NoticeKinds {
		kinds = append(kinds, k.ID)
	}
	return rowsReader[evidence.Notice]{
		need: []string{"kind", "date", "said", "by", "source", "read"}, legal: map[string][]string{"kind": kinds},
		row: func(r Row, _ *Table, c *rowCheck) evidence.Notice {
			n := evidence.Notice{Kind: r.Get("kind"), Substance: r.Get("substance"), Condition: r.Get("condition"),
				TrialID: strings.ToUpper(r.Get("trial_id")),
				DOI:     bareDOI(r.Get("doi")), PMID: r.Get("pmid"), Date: evidence.DateStruct{Raw: r.Get("date")}, Said: r.Get("said"),
				By:     r.Get("by"),
				Source: r.Get("source"), Read: r.Get("read"), CheckedBy: r.Get("checked_by"), Prov: rowProv(r, sha256)}
			if _, _, p := n.Date.Bounds(); p == evidence.NoDate && n.Date.Raw != "" {
				c.bad("date", "%q is not a date (2024-08-10, 2024-08 or 2024)", n.Date.Raw)
			}
			if n.DOI == "" && n.PMID == "" && n.TrialID == "" && n.Substance == "" {
				c.bad("", "say what the notice is about: doi, pmid, trial_id, or substance (with condition)")
			}
			return n
		}}.read(name, data, sha256)
}

// ReadOther reads other-evidence.csv: reports that are shown and never pooled.
func ReadOther(name string, data []byte, sha256 string) ([]evidence.OtherEvidence, []evidence.Problem, error) {
	var designs []string
	for _, d := range evidence.OtherDesigns {
		designs = append(designs, d.ID)
	}
	return rowsReader[evidence.OtherEvidence]{
		need: []string{"reference", "design", "topic", "limits", "source", "read"}, legal: map[string][]string{"design": designs},
		row: func(r Row, _ *Table, c *rowCheck) evidence.OtherEvidence {
			return evidence.OtherEvidence{Reference: r.Get("reference"), Year: evidence.DateStruct{Raw: r.Get("year")}.Year(),
				Design: r.Get("design"), N: c.count("n"),
				Substance: r.Get("substance"), Topic: r.Get("topic"), Instrument: r.Get("instrument"), Population: r.Get("population"),
				Direction: r.Get("direction"), Numbers: r.Get("numbers"), Limits: r.Get("limits"), DOI: bareDOI(r.Get("doi")),
				TrialID: strings.ToUpper(r.Get("trial_id")),
				Source:  r.Get("source"), Read: r.Get("read"), CheckedBy: r.Get("checked_by"), Prov: rowProv(r, sha256)}
		}}.read(name, data, sha256)
}

// ReadGuesses reads guesses.csv: who guessed the treatment rightly.
func ReadGuesses(name string, data []byte, sha256 string) ([]evidence.Guess, []evidence.Problem, error) {
	return rowsReader[evidence.Guess]{
		need:  []string{"trial_id", "arm", "role", "asked", "source"},
		legal: map[string][]string{"role": {"treatment", "control"}, "asked": {"participant", "therapist", "rater"}},
		row: func(r Row, t *Table, c *rowCheck) evidence.Guess {
			g := evidence.Guess{TrialID: strings.ToUpper(r.Get("trial_id")), Arm: r.Get("arm"), Role: r.Get("role"), Asked: r.Get("asked"),
				N:     c.count("n"),
				Right: c.count("guessed_right"), When: r.Get("when"), Instrument: r.Get("instrument"), Source: r.Get("source"),
				Prov: rowProv(r, sha256)}
			if p := evidence.ParseNumber(r.Raw("percent"), t.Style); p.OK && p.Value >= 0 && p.Value <= 100 {
				g.Percent = &p.Value
			} else if !p.Missing {
				c.bad("percent", "%q is not a percentage between 0 and 100", p.Raw)
			}
			if g.N != nil && g.Right != nil && *g.Right > *g.N {
				c.bad("guessed_right", "%d people guessed rightly of %d asked", *g.Right, *g.N)
			}
			if _, ok := g.Share(); !ok && len(c.problems) == 0 {
				c.bad("", "give n and guessed_right, or percent")
			}
			return g
		}}.read(name, data, sha256)
}

// ReadCards reads cards.csv: signatures under topic cards.
func ReadCards(name string, data []byte, sha256 string) ([]evidence.CardSignature, []evidence.Problem, error) {
	return rowsReader[evidence.CardSignature]{need: []string{"topic", "who", "when"},
		row: func(r Row, _ *Table, c *rowCheck) evidence.CardSignature {
			if d := (evidence.DateStruct{Raw: r.Get("when")}); r.Get("when") != "" {
				if _, _, p := d.Bounds(); p != evidence.FullDate {
					c.bad("when", "%q is not a day (2026-11-28)", d.Raw)
				}
			}
			return evidence.CardSignature{Topic: r.Get("topic"), Who: r.Get("who"), When: r.Get("when"), Note: r.Get("note"),
				Prov: rowProv(r, sha256)}
		}}.read(name, data, sha256)
}

// bareDOI removes the address in front of a DOI and folds its case.
func bareDOI(s string) string {
	s = strings.ToLower(s)
	for _, p := range []string{"https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:"} {
		s = strings.TrimPrefix(s, p)
	}
	return strings.TrimSpace(s)
}
