package reports

import (
	"fmt"
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

const ownStyle = `body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c2328}
svg{width:100%;height:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.2rem .8rem .2rem ` +
	`0;border-bottom:1px solid #d9d4c9;text-align:left}
.num{text-align:right}pre{background:#f2efe8;padding:.8rem;overflow:auto;font-size:.82rem}.sum{font-weight:600}` +
	`figure{margin:1.5rem 0}.plot svg{max-width:38rem}.wide{overflow-x:auto}`

// HTML is the report: one file, offline, without a script.
func (o Own) HTML() ([]byte, error) {
	rows, plots, ok := o.figures()
	if !ok {
		return nil, fmt.Errorf("there is no study to show")
	}
	f := &o.Finding
	m := show.MeasureOf(f.Measure)
	esc := chart.Escape
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" `+
		`content="width=device-width,initial-scale=1"><title>%s</title><style>%s</style></head><body><main><h1>`+
		`%s</h1>`, esc(f.Title), ownStyle, esc(f.Title))
	if h := f.Headline; h.Estimate != nil {
		p("<p><strong>%s %s</strong>, %s (%s).</p>", esc(m.Symbol), esc(m.Full(h.Estimate, h.Lower, h.Upper)), esc(string(h.Kind)), esc(h.Note))
	} else {
		p("<p><strong>Not pooled.</strong> %s.</p>", esc(show.First(f.Headline.Note)))
	}
	picture := func(class, title, alt, note string, pic *chart.Pic) {
		svg := string(pic.File(chart.Head{Title: title, Desc: alt}, chart.Light))
		svg = svg[strings.Index(svg, "<svg"):]
		svg = strings.NewReplacer(`id="t"`, `id="t`+show.Slug(title)+`"`, `id="d"`, `id="d`+show.Slug(title)+`"`, `aria-labelledby="t d"`,
			`aria-labelledby="t`+show.Slug(title)+` d`+show.Slug(title)+`"`).Replace(svg)
		p(`<figure class="%s">%s<figcaption>%s</figcaption></figure>`, class, svg, esc(note))
	}
	picture("rows", rows.Title, rows.Alt, rows.Note, rows.Wide(true))
	for i := range plots {
		picture("plot", plots[i].Title, plots[i].Alt, "", plots[i].Wide(true))
	}
	p("<h2>Studies</h2>")
	p(`<div class="wide"><table><thead><tr><th>Study</th><th class="num">%s</th><th class="num">95%% interval</th><th `+
		`class="num">Weight</th></tr></thead><tbody>`, esc(m.Symbol))
	for i := range f.Effects {
		e := &f.Effects[i]
		weight := show.None
		if i < len(f.Primary.Weights) {
			weight = show.Fixed(f.Primary.Weights[i], 1) + "%"
		}
		p(`<tr><td>%s</td><td class="num">%s</td><td class="num">%s</td><td class="num">%s</td></tr>`, esc(e.StudyLabel),
			esc(m.ValueP(e.Estimate)), esc(m.IntervalP(e.CILower, e.CIUpper)), esc(weight))
	}
	p("</tbody></table></div>")
	if len(f.LeaveOneOut) > 0 {
		p("<h2>Leaving out one study</h2>")
		p(`<div class="wide"><table><thead><tr><th>Analysis</th><th class="num">%s</th><th class="num">95%% interval</th><th>Answer</th><th `+
			`class="num">tau²</th></tr></thead><tbody>`, esc(m.Symbol))
		for i := range f.LeaveOneOut {
			r := &f.LeaveOneOut[i]
			h, tau2 := r.Headline, show.None
			if h == nil {
				h = &evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: r.Estimate, Lower: r.CILower, Upper: r.CIUpper}
			}
			if h.Kind == evidence.HeadlinePooled {
				tau2 = show.Tau2(r.Tau2)
			}
			p(`<tr><td>%s</td><td class="num">%s</td><td class="num">%s</td><td title="%s">%s</td><td class="num">%s</td></tr>`, esc(r.Label),
				esc(m.ValueP(h.Estimate)), esc(m.IntervalP(h.Lower, h.Upper)), esc(h.Note), esc(string(h.Kind)), esc(tau2))
		}
		p("</tbody></table></div>")
	}
	p("<h2>Methods</h2><p>%s</p>", esc(o.Methods))
	if len(o.Warnings) > 0 {
		p("<h2>Warnings</h2><ul>")
		for _, w := range o.Warnings {
			p("<li>%s</li>", esc(w))
		}
		p("</ul>")
	}
	p("<h2>All numbers</h2><pre>%s</pre><h2>R script</h2><pre>%s</pre></main></body></html>", esc(o.Text), esc(o.Script))
	return []byte(b.String()), nil
}
