package reports

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// figView is a figure on its page.
type figView struct {
	ID, Title, Note, Legend, Alt string
	P                            *page
	Wide, Narrow                 template.HTML
	Table                        chart.Table
	Option                       template.JS   // of the chart library, where it adds something
	Live                         template.JS   // what the page's script refits with
	Below                        template.HTML // of a curve: the choices behind it, folded
	Files                        []fileView
	Small                        bool
	CSV                          bool    // the table is too long for a page
	Full                         *linked // where it is
}

// rows prepares a figure of rows for its template. Its SVG comes from our own
// writer, which escapes every text.
func (p *page) rows(r chart.Rows) figView {
	v := figView{ID: r.ID, Title: r.Title, Note: r.Note, Legend: r.Legend, Alt: r.Alt, P: p, Table: r.Table}
	v.CSV = v.Table.Cut()
	r.Stamp = ""
	for i := range r.Rows { // links of a figure are relative to its page
		if r.Rows[i].Href != "" {
			r.Rows[i].Href = p.Href(r.Rows[i].Href)
		}
	}
	v.Wide = p.svg(r.Wide(false), v, "wide", r.Axis)
	v.Narrow = p.svg(r.Narrow(false), v, "narrow", r.Axis)
	return v
}

func (p *page) svg(pic *chart.Pic, v figView, form string, a chart.Axis) template.HTML {
	var attrs []string
	if a.Hi > a.Lo && pic.Scale.B > pic.Scale.A {
		attrs = []string{"data-x", fmt.Sprintf("%.6g %.6g %.1f %.1f", pic.Scale.Lo, pic.Scale.Hi, pic.Scale.A, pic.Scale.B)}
	}
	return template.HTML(pic.SVG(chart.Head{ID: p.ID(v.ID + "-" + form), Title: v.Title, Desc: v.Alt, Class: form, Attrs: attrs}))
}

// xy prepares a figure of two axes.
func (p *page) xy(c chart.XY) figView {
	v := figView{ID: c.ID, Title: c.Title, Note: c.Note, Alt: c.Alt, P: p, Table: c.Table, Small: !c.Broad}
	v.CSV = v.Table.Cut()
	v.Wide = p.svg(c.Wide(false), v, "wide", chart.Axis{})
	v.Narrow = p.svg(c.Narrow(), v, "narrow", chart.Axis{})
	if len(c.Choices) > 0 {
		below := figView{ID: v.ID + "-choices", Title: "Choices of each analysis",
			Alt: "Which choices made each of the analyses above, in the same order; the table has them in words."}
		v.Below = p.svg(c.Ticks(), below, "both", chart.Axis{})
	}
	if !p.site.opt.NoLibrary && !v.CSV && !c.Still {
		v.Option = jsonFor(c.Option())
	}
	return v
}

// jsonFor marshals a value for a <script type="application/json"> element.
// json.Marshal escapes <, > and &, so the element can not be closed from
// inside. What can not be marshalled becomes null: the static figure stays.
func jsonFor(v any) template.JS {
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return template.JS(b)
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
		if len(v.Dots) > 0 && v.Dots[1] && len(unrated(c)) > 0 {
			v.Word, v.Level = v.Word+" at most", v.Level+" at most"
		}
	}
	return v
}

// unrated are the domains of a certainty that no person rated; synthesis ends
// their rule with these words.
func unrated(c evidence.Certainty) []string {
	var out []string
	for _, d := range c.Domains {
		if notRated(d) {
			out = append(out, show.Clip(d.Name, 60))
		}
	}
	return out
}

func notRated(d evidence.CertaintyDomain) bool { return strings.Contains(d.Rule, "(not rated") }

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
	Table              chart.Table
	Rest               *chart.Table // further lines, folded
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
