package reports

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/figure"
	"past/reports/internal/show"
)

// figView is a figure on its page.
type figView struct {
	Fig          figure.Figure
	P            *page
	Wide, Narrow template.HTML
	Option       template.JS
	// Lead and Rest are the note: its first sentence, and what a phone folds away.
	Lead, Rest string
}

// noteRoom is how long a caption may be on a phone before its rest is folded.
const noteRoom = 150

// splitNote divides a note after its first sentence where it is long.
func splitNote(note string) (lead, rest string) {
	if len([]rune(note)) <= noteRoom {
		return note, ""
	}
	if i := strings.Index(note, ". "); i > 0 && i+2 < len(note) {
		return note[:i+1], note[i+2:]
	}
	return note, ""
}

// fig prepares a figure for its template. Its SVG comes from our own writer,
// which escapes every text; its option is JSON with <, > and & escaped.
func (p *page) fig(f figure.Figure) figView {
	v := figView{Fig: f, P: p, Wide: template.HTML(f.Wide), Narrow: template.HTML(f.Narrow)}
	v.Lead, v.Rest = splitNote(f.Note)
	if f.Option != nil && !p.site.opt.NoLibrary {
		v.Option = jsonFor(f.Option)
	}
	return v
}

// jsonFor marshals a value for a <script type="application/json"> element.
// json.Marshal escapes <, > and &, so the element can not be closed from
// inside. What can not be marshalled becomes null: the static figure stands.
func jsonFor(v any) template.JS {
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return template.JS(b)
}

// stamp is the site's stamp with the id prefix of a page.
func (p *page) stamp() figure.Stamp {
	s := p.site.Stamp
	s.Prefix = p.ID("")
	return s
}

// certView is a level of certainty ready to print.
type certView struct {
	Word, Status string
	Level        string // the word alone
	Proposed     bool   // by rule: no person has signed it
	Dots         []bool // four, filled up to the level
}

func certOf(c evidence.Certainty) certView {
	v := certWord(c.Level)
	switch {
	case c.Level == "":
		v.Status = "nothing to grade"
	case c.Signed && c.Stale:
		v.Status = "signed, but the numbers have moved since"
	case c.Signed:
		v.Status = "signed by " + show.Clip(c.SignedBy, 60)
		if c.SignedAt != "" {
			v.Status += ", " + show.Clip(c.SignedAt, 20)
		}
	default:
		v.Proposed = true
		v.Status = "proposed by rule, not signed by a person"
		if n := len(unrated(c)); n > 0 {
			v.Status += fmt.Sprintf("; %d of %d reasons rated by nobody", n, len(c.Domains))
		}
	}
	return v
}

// unrated are the domains of a certainty that nobody rated; synthesis ends
// their rule with these words.
func unrated(c evidence.Certainty) []string {
	var out []string
	for _, d := range c.Domains {
		if strings.Contains(d.Rule, "(not rated") {
			out = append(out, show.Clip(d.Name, 60))
		}
	}
	return out
}

func certWord(level string) certView {
	n := map[string]int{"very low": 1, "low": 2, "moderate": 3, "high": 4}[strings.ToLower(level)]
	if level == "" {
		return certView{Word: "not graded", Level: "Not graded"}
	}
	v := certView{Word: show.Clip(level, 24) + " certainty", Level: show.First(show.Clip(level, 24))}
	if n > 0 {
		v.Dots = []bool{true, n > 1, n > 2, n > 3}
	}
	return v
}

// named is a label with a value.
type named struct {
	Name, Value, Under string
}

// counted is a label with a number.
type counted struct {
	Name string
	N    int
}

// linked is a name with a place in the edition.
type linked struct {
	Path, Name, Note string
}

// tableGroup is a headed table.
type tableGroup struct {
	Anchor, Name, Note string
	Table              figure.Table
}

func cells(texts ...string) []figure.Cell {
	out := make([]figure.Cell, len(texts))
	for i, t := range texts {
		out[i] = figure.Cell{Text: t}
	}
	return out
}

// columns makes headings; a leading # marks a column of numbers.
func columns(names ...string) []figure.Head {
	out := make([]figure.Head, len(names))
	for i, n := range names {
		t, num := strings.CutPrefix(n, "#")
		out[i] = figure.Head{Text: t, Num: num}
	}
	return out
}

func clipAll(list []string, n int) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if t := show.Clip(s, n); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// bytesOf prints a size.
func bytesOf(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return show.Trim(float64(n)/1000, 1) + " kB"
	}
	return show.Trim(float64(n)/1e6, 1) + " MB"
}
