package reports

import (
	"bytes"
	_ "embed" // the template of the report
	"fmt"
	"html/template"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// Own is a person's own table, analysed: what its figure and its report show.
type Own struct {
	Finding  evidence.Finding
	Methods  string
	Text     string // the answer in plain text
	Script   string // R
	Warnings []string
}

// figures describes the forest plot and, from ten studies on, the funnel plot.
func (o Own) figures() (chart.Rows, []chart.XY, bool) {
	s := newSite(&Edition{Findings: []evidence.Finding{o.Finding}}, Options{})
	f := &s.Ed.Findings[0]
	rows, ok := s.forest(f, func(evidence.Effect) string { return "" })
	rows.Stamp, rows.Axis.Left, rows.Axis.Right = "past meta", "", ""
	o.tidy(&rows)
	var plots []chart.XY
	if f.Primary.K >= enough && f.Primary.Estimate != nil {
		p := s.funnel(f)
		p.Stamp = rows.Stamp
		plots = append(plots, p)
	}
	return rows, plots, ok
}

// tidy takes away what a table of one's own does not have: scales and times, and a
// number of people where rows do not state theirs.
func (o Own) tidy(rows *chart.Rows) {
	if i := slices.IndexFunc(rows.Columns, func(c chart.Column) bool { return strings.HasPrefix(c.Head, "Scale") }); i >= 0 {
		rows.Columns = slices.Delete(slices.Clone(rows.Columns), i, i+1)
		for j := range rows.Rows {
			if c := rows.Rows[j].Cells; i < len(c) {
				rows.Rows[j].Cells = slices.Delete(slices.Clone(c), i, i+1)
			}
		}
	}
	sized := !slices.ContainsFunc(o.Finding.Effects, func(e evidence.Effect) bool { return e.N1 == nil || e.N2 == nil })
	for j := range rows.Rows {
		if r := &rows.Rows[j]; !sized && r.Kind == chart.Total {
			r.Name, _, _ = strings.Cut(r.Name, ",")
		}
	}
}

// SVG is the forest plot as a file that needs nothing else.
func (o Own) SVG() ([]byte, error) {
	rows, _, ok := o.figures()
	if !ok {
		return nil, fmt.Errorf("there is no study to draw")
	}
	return rows.Wide(true).File(chart.Head{Title: rows.Title, Desc: rows.Alt}, chart.Light), nil
}

//go:embed own.tmpl
var ownText string

var ownTemplate = template.Must(template.New("own").Funcs(template.FuncMap{"first": show.First}).Parse(ownText))

// ownPage is what the template of the report is given.
type ownPage struct {
	Own
	M        show.Measure
	Pictures []ownPicture
}

// ownPicture is a figure with the class of its place.
type ownPicture struct {
	Class, Note string
	SVG         template.HTML // from the writer of figures, which escapes every text
}

func (p *ownPage) add(class, title, alt, note string, pic *chart.Pic) {
	svg := string(pic.File(chart.Head{Title: title, Desc: alt}, chart.Light))
	id := show.Slug(title) // ids of a file become those of its part of the page
	svg = strings.NewReplacer(`id="t"`, `id="t`+id+`"`, `id="d"`, `id="d`+id+`"`, `aria-labelledby="t d"`,
		`aria-labelledby="t`+id+` d`+id+`"`).Replace(svg[strings.Index(svg, "<svg"):])
	p.Pictures = append(p.Pictures, ownPicture{class, note, template.HTML(svg)})
}

// Weight is the weight of a study in percent.
func (p *ownPage) Weight(i int) string {
	if w := p.Finding.Primary.Weights; i < len(w) {
		return show.Fixed(w[i], 1) + "%"
	}
	return show.None
}

// Answer is what an analysis of some of the studies shows.
func (p *ownPage) Answer(r evidence.PooledResult) evidence.Headline {
	if r.Headline != nil {
		return *r.Headline
	}
	return evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: r.Estimate, Lower: r.CILower, Upper: r.CIUpper}
}

// Spread is the between-study variance of an analysis that is shown as pooled.
func (p *ownPage) Spread(r evidence.PooledResult) string {
	if p.Answer(r).Kind == evidence.HeadlinePooled {
		return show.Tau2(r.Tau2)
	}
	return show.None
}

// HTML is the report: one file, offline, without a script.
func (o Own) HTML() ([]byte, error) {
	rows, plots, ok := o.figures()
	if !ok {
		return nil, fmt.Errorf("there is no study to show")
	}
	p := &ownPage{Own: o, M: show.MeasureOf(o.Finding.Measure)}
	p.add("rows", rows.Title, rows.Alt, rows.Note, rows.Wide(true))
	for i := range plots {
		p.add("plot", plots[i].Title, plots[i].Alt, "", plots[i].Wide(true))
	}
	var b bytes.Buffer
	err := ownTemplate.Execute(&b, p)
	return b.Bytes(), err
}
