package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// seriesMost is from how many studies on only the leave-one-out results that move
// the estimate most are drawn, and how many; the finding's data file has all.
const seriesMost, seriesDrawn = 8, 6

// series describes sensitivity analyses, leave-one-out results and the subgroups
// that the forest plot does not carry as rows of one figure on one axis.
func (s *site) series(f *evidence.Finding) (chart.Rows, bool) {
	read := readingOf(f, s.Name)
	r := chart.Rows{ID: "series", Title: "Sensitivity analyses and leave-one-out", NameHead: "Analysis", Axis: read.axis(f),
		Stamp: s.permalink(f.ID),
		Columns: []chart.Column{{Head: "k", WideOnly: true}, {Head: read.Symbol + " [95% CI]", After: true, Phone: true},
			{Head: "τ²", After: true, WideOnly: true}}}
	r.Table = chart.NewTable("Results under other choices", "Part", "Analysis", "#k", "#"+read.Symbol, "#95% lower", "#95% upper", "#τ²",
		"#I², %", "Model")
	group := func(name, test string, list []evidence.PooledResult, label func(*evidence.PooledResult) string) {
		head := false
		for i := range list {
			p := shownPart(list[i])
			lo, hi := p.CILower, p.CIUpper
			none := p.Estimate == nil || lo == nil || hi == nil
			if none && p.Headline == nil {
				continue
			}
			if !head {
				r.Rows = append(r.Rows, chart.Row{Kind: chart.Group, Name: name, Line: -1, Cells: []string{"", test, ""}})
				head = true
			}
			if none {
				r.Rows = append(r.Rows, chart.Row{Name: label(p), Line: len(r.Lines), Cells: []string{show.Int(p.K), "not pooled", ""}})
				r.Add(name, label(p), show.Int(p.K), show.None, show.None, show.None, show.None, show.None,
					"not pooled: "+show.Prose(p.Headline.Note))
				continue
			}
			row := chart.Row{Name: label(p) + otherModel(f, p), Line: len(r.Lines),
				Cells: []string{show.Int(p.K), read.Full(p.Estimate, lo, hi), show.Tau2(p.Tau2)},
				Marks: []chart.Mark{{Shape: chart.Dot, Est: *p.Estimate, Lo: *lo, Hi: *hi}}}
			r.Add(name, row.Name, show.Int(p.K), read.cell(p.Estimate), read.cell(lo), read.cell(hi), show.Tau2(p.Tau2),
				strings.TrimSuffix(show.PercentP(p.I2Q), "%"), modelName(p))
			r.Rows = append(r.Rows, row)
		}
	}
	own := func(p *evidence.PooledResult) string { return show.First(show.Prose(show.Clip(p.Label, 90))) }
	group("Other defensible choices", "", f.Sensitivity, own)
	for i := range f.Subgroups {
		if g := &f.Subgroups[i]; g.Factor != "comparator_class" {
			group("By "+factorName(g.Factor), groupTest(g), g.Groups,
				func(p *evidence.PooledResult) string { return show.First(s.Name(p.Label)) })
		}
	}
	if f.Primary.K > 2 {
		list := mostMoved(f)
		name := "Without each study in turn"
		if len(list) < len(f.LeaveOneOut) {
			name = fmt.Sprintf("Without one study: the %d of %d that matter most", len(list), len(f.LeaveOneOut))
		}
		group(name, "", list, own)
	}
	if len(r.Lines) == 0 {
		return r, false
	}
	r.Axis.Est = f.Headline.Estimate
	r.Fit()
	r.Alt = fmt.Sprintf("Results of %s under other choices and without single studies; each row has its number.",
		show.Plural(len(r.Lines), "analysis", "analyses"))
	return r, true
}

// mostMoved are the leave-one-out results; of a long list those that move the
// estimate most.
func mostMoved(f *evidence.Finding) []evidence.PooledResult {
	list := slices.Clone(f.LeaveOneOut)
	if len(list) <= seriesMost || f.Primary.Estimate == nil {
		return list
	}
	move := func(p evidence.PooledResult) float64 {
		if p.Estimate == nil {
			return math.Inf(1)
		}
		return math.Abs(*p.Estimate - *f.Primary.Estimate)
	}
	slices.SortStableFunc(list, func(a, b evidence.PooledResult) int { return cmp.Compare(move(b), move(a)) })
	return list[:seriesDrawn]
}

// shownPart is the result of some of the studies with the numbers of its headline.
func shownPart(p evidence.PooledResult) *evidence.PooledResult {
	if h := p.Headline; h != nil {
		if p.Estimate, p.CILower, p.CIUpper = h.Estimate, h.Lower, h.Upper; h.Kind == evidence.HeadlineSmall {
			p.Method, p.Test, p.Tau2, p.I2Q = "Bayesian", "", nil, nil
		}
	}
	return &p
}

// otherModel says of a part that it is shown by another model than the finding.
func otherModel(f *evidence.Finding, p *evidence.PooledResult) string {
	if p.Headline == nil || f.Headline.Kind != evidence.HeadlinePooled || p.Headline.Kind != evidence.HeadlineSmall {
		return ""
	}
	return " (another model: small-sample answer)"
}

func groupTest(g *evidence.Subgroup) string {
	if g.P == nil {
		return ""
	}
	return "difference " + show.P(g.P)
}

// specColumns bounds how many specifications are drawn.
const specColumns = 90

// specCurve describes every combination of the plan's defensible choices, sorted
// by its result, with the choices below.
func (s *site) specCurve(f *evidence.Finding) (chart.XY, bool) {
	v := f.Multiverse
	if v == nil || len(v.Curve) < 2 {
		return chart.XY{}, false
	}
	read := readingOf(f, s.Name)
	shown := chart.Thin(v.Curve, specColumns)
	c := chart.XY{ID: "speccurve", Title: "Specification curve", Broad: true, Stamp: s.permalink(f.ID),
		X: chart.ValueAxis{Bare: true, Title: "analyses, sorted by their result"}, Y: chart.ValueAxis{Title: read.Symbol, Ratio: read.Ratio}}
	c.Note = fmt.Sprintf("%s with a result of their own among %s combinations of %s, sorted: each with its 95%% interval, published marked.",
		show.Plural(v.Distinct, "analysis", "analyses"), show.Int(v.Specifications), show.Plural(len(v.Axes), "choice", "choices"))
	if len(shown) < v.Distinct {
		c.Note += fmt.Sprintf(" %s of them are drawn, evenly spaced.", show.Int(len(shown)))
	}
	band := chart.Layer{Name: "interval", Class: "area", Kind: chart.Area}
	line := chart.Layer{Name: "result", Class: "curve", Kind: chart.Line}
	dots := chart.Layer{Name: "analyses", Class: "pt"}
	for i, b := range shown {
		x := float64(i) + 0.5
		band.P = append(band.P, chart.XYPoint{X: x, Y: b.CILower, Y2: b.CIUpper})
		line.P = append(line.P, chart.XYPoint{X: x, Y: b.Estimate})
		dots.P = append(dots.P, chart.XYPoint{X: x, Y: b.Estimate, Line: -1, Name: s.choicesOf(v, b, read)})
	}
	c.Layers = []chart.Layer{band, {Class: "null", Kind: chart.Line, P: []chart.XYPoint{{X: 0}, {X: float64(len(shown))}}}, line}
	if e := f.Headline.Estimate; e != nil {
		c.Layers = append(c.Layers, chart.Layer{Name: "published", Class: "est", Kind: chart.Line,
			P: []chart.XYPoint{{X: 0, Y: *e}, {X: float64(len(shown)), Y: *e}}})
		c.Words = append(c.Words, chart.Word{X: float64(len(shown)), Y: *e, Text: "published", Anchor: chart.End, Class: "oc", Below: true})
	}
	c.FitTo(nil, []float64{0})
	c.X.Lo, c.X.Hi = 0, float64(len(shown))
	if lo, hi, cut := curveSpan(shown, f.Headline.Estimate); cut {
		c.Y.Lo, c.Y.Hi = lo, hi
		c.Note += " The widest intervals end at the edge of the figure."
	}
	for ai, a := range v.Axes {
		for li, l := range a.Levels {
			ch := chart.Choice{Name: show.First(s.level(l)), On: make([]bool, len(shown))}
			if li == 0 {
				ch.Head = show.First(factorName(a.Name)) + ", moves the result by " + read.spread(a.Spread) + " on average"
			}
			for i := range shown {
				ch.On[i] = ai < len(shown[i].Choices) && shown[i].Choices[ai] == li
			}
			c.Choices = append(c.Choices, ch)
		}
	}
	c.Alt = fmt.Sprintf("Specification curve of %s, from %s to %s.", show.Plural(v.Distinct, "analysis", "analyses"),
		read.Value(v.Min), read.Value(v.Max))
	c.Layers = append(c.Layers, dots)
	c.Table = chart.NewTable("Choices and how far each moves the result", "Choice", "Levels", "#Mean range of the estimate")
	for _, a := range v.Axes {
		var levels []string
		for _, l := range a.Levels {
			levels = append(levels, s.level(l))
		}
		c.Add(show.First(factorName(a.Name)), show.Clip(strings.Join(levels, ", "), 600),
			chart.Digits(show.Fixed(a.Spread, 3), &a.Spread))
	}
	return c, true
}

// curveSpan is an axis on which the estimates of a specification curve can be reported
// apart: it holds each of them, no effect and three of four intervals; cut reports
// whether an interval ends beyond it.
func curveSpan(shown []evidence.CurveBrief, published *float64) (lo, hi float64, cut bool) {
	var low, high []float64
	lo, hi = math.Min(0, evidence.Value(published)), math.Max(0, evidence.Value(published))
	for _, b := range shown {
		if !chart.Finite(b.Estimate, b.CILower, b.CIUpper) {
			continue
		}
		lo, hi = math.Min(lo, b.Estimate), math.Max(hi, b.Estimate)
		low, high = append(low, b.CILower), append(high, b.CIUpper)
	}
	if len(low) == 0 {
		return 0, 0, false
	}
	slices.Sort(low)
	slices.Sort(high)
	n := len(low) / 4
	lo, hi = math.Min(lo, low[n]), math.Max(hi, high[len(high)-1-n])
	pad := (hi - lo) * 0.05
	lo, hi = lo-pad, hi+pad
	return lo, hi, low[0] < lo || high[len(high)-1] > hi
}

// spread prints a range on the scale of the analysis.
func (r reading) spread(x float64) string {
	if r.Ratio {
		return "a factor of " + show.Fixed(math.Exp(x), 2)
	}
	return show.Fixed(x, 2)
}

// level is a level of a choice in readable words.
func (s *site) level(l string) string {
	if n, ok := s.names[l]; ok {
		return show.Clip(n, 60)
	}
	return show.Clip(strings.ReplaceAll(l, "_", " "), 60)
}

func (s *site) choicesOf(v *evidence.Multiverse, b evidence.CurveBrief, read reading) string {
	parts := []string{read.Symbol + " " + read.Full(&b.Estimate, &b.CILower, &b.CIUpper)}
	for i, c := range b.Choices {
		if i < len(v.Axes) && c < len(v.Axes[i].Levels) {
			parts = append(parts, s.level(v.Axes[i].Levels[c]))
		}
	}
	return strings.Join(parts, "; ")
}

// holds is the sentence that opens "Does it hold".
func holds(f *evidence.Finding, read reading) string {
	v := f.Multiverse
	if v == nil || v.Distinct < 2 {
		return ""
	}
	t := fmt.Sprintf("%s of %s different analyses exclude no effect (%s combinations of defensible choices, the same result counted "+
		"once); estimates run from %s to %s", show.Percent(100*v.ShareNonzero), show.Int(v.Distinct), show.Int(v.Specifications),
		read.Value(v.Min), read.Value(v.Max))
	if v.MostMoving != "" {
		t += "; the choice of " + factorName(v.MostMoving) + " moves them most"
	}
	return t + "."
}

// enough is how many studies a funnel, subsets and bubbles need.
const enough = 10

// smallPlots are the figures of single studies that need enough of them; why
// says in one line which are left out.
func (s *site) smallPlots(f *evidence.Finding) (list []chart.XY, why string) {
	k := f.Primary.K
	if k < 2 || f.Primary.Estimate == nil {
		return nil, ""
	}
	if k < enough {
		return nil, fmt.Sprintf("Funnel plot, subsets and meta-regression are shown from %d studies on; here there are %d.", enough, k)
	}
	list = append(list, s.funnel(f))
	if g, ok := s.gosh(f); ok {
		list = append(list, g)
	}
	flat := 0
	for i := range f.Moderators {
		if b, ok := s.bubbles(f, i); ok {
			list = append(list, b)
		} else {
			flat++
		}
	}
	if flat > 0 {
		why = fmt.Sprintf("%s not drawn: fewer than %d studies or three distinct values.", countVerb(flat, "moderator is", "moderators are"),
			enough)
	}
	return list, why
}

func (s *site) funnel(f *evidence.Finding) chart.XY {
	read := readingOf(f, s.Name)
	c := chart.XY{ID: "funnel", Still: true, Title: "Funnel plot", Stamp: s.permalink(f.ID),
		X: chart.ValueAxis{Title: show.First(read.Name), Ratio: read.Ratio}, Y: chart.ValueAxis{Title: "Standard error", Down: true}}
	c.Note = "Each dot is a study; the lines are where 95% of studies would lie if they all estimated one effect. Small " +
		"studies stand at the bottom."
	most := 0.0
	dots := chart.Layer{Name: "studies", Class: "pt"}
	c.Table = chart.NewTable("Data of the funnel plot", "Study", "#"+read.Symbol, "#Standard error")
	for i := range f.Effects {
		e := &f.Effects[i]
		most = math.Max(most, evidence.Value(e.SE))
		dots.P = append(dots.P, chart.XYPoint{X: evidence.Value(e.Estimate), Y: evidence.Value(e.SE), Name: effectLabel(e), Line: len(c.Lines)})
		c.Add(effectLabel(e), read.cell(e.Estimate), chart.Digits(show.FixedP(e.SE, 3), e.SE))
	}
	mu := *f.Primary.Estimate
	top := most * 1.06
	c.Layers = []chart.Layer{{Class: "area2", Kind: chart.Area, P: []chart.XYPoint{{X: mu - 1.96*top, Y: top, Y2: top},
		{X: mu, Y: 0, Y2: top}, {X: mu + 1.96*top, Y: top, Y2: top}}},
		{Class: "est", Kind: chart.Line, P: []chart.XYPoint{{X: mu, Y: 0}, {X: mu, Y: top}}},
		{Class: "null", Kind: chart.Line, P: []chart.XYPoint{{X: 0, Y: 0}, {X: 0, Y: top}}}, dots}
	c.FitTo([]float64{0}, []float64{0})
	c.Y.Lo, c.Y.Hi = 0, top
	c.Alt = fmt.Sprintf("Funnel plot of %s around the pooled effect.", show.Plural(len(f.Effects), "study", "studies"))
	return c
}

// goshDots bounds how many subsets are drawn.
const goshDots = 200

func (s *site) gosh(f *evidence.Finding) (chart.XY, bool) {
	g := f.GOSH
	if g == nil || len(g.Estimate) < 3 || len(g.I2) != len(g.Estimate) {
		return chart.XY{}, false
	}
	read := readingOf(f, s.Name)
	c := chart.XY{ID: "gosh", Title: "All subsets of the studies", Stamp: s.permalink(f.ID),
		X: chart.ValueAxis{Title: show.First(read.Name), Ratio: read.Ratio}, Y: chart.ValueAxis{Title: "I², %"}}
	dots := chart.Layer{Name: "subsets", Class: "pt"}
	at := make([]int, len(g.Estimate))
	for i := range at {
		at[i] = i
	}
	for _, i := range chart.Thin(at, goshDots) {
		dots.P = append(dots.P, chart.XYPoint{X: g.Estimate[i], Y: g.I2[i], R: 1.5, Line: -1})
	}
	kind := "a sample of the subsets"
	if g.Exact {
		kind = "every subset"
	}
	if len(at) > goshDots {
		kind += ", " + show.Int(goshDots) + " drawn"
	}
	c.Note = fmt.Sprintf("Each dot is the result of %s (%s). Two clouds would mean two kinds of studies.", kind, show.Int(g.Subsets))
	c.Layers = []chart.Layer{dots}
	c.FitTo([]float64{0}, []float64{0})
	c.Alt = fmt.Sprintf("Results of %s subsets of the studies.", show.Int(g.Subsets))
	return c, true
}

// bubbles describes a meta-regression; ok is false below ten studies or three
// distinct values.
func (s *site) bubbles(f *evidence.Finding, i int) (chart.XY, bool) {
	mo := &f.Moderators[i]
	distinct := map[float64]bool{}
	for _, x := range mo.X {
		distinct[x] = true
	}
	if mo.K < enough || len(distinct) < 3 || mo.Slope == nil || len(mo.X) != len(mo.Effects) {
		return chart.XY{}, false
	}
	read := readingOf(f, s.Name)
	name := show.First(factorName(mo.Name))
	c := chart.XY{ID: fmt.Sprintf("bubble%d", i+1), Title: "Effect by " + factorName(mo.Name), Stamp: s.permalink(f.ID),
		X: chart.ValueAxis{Title: strings.TrimSuffix(name+", "+show.Clip(mo.Unit, 40), ", ")},
		Y: chart.ValueAxis{Title: read.Symbol, Ratio: read.Ratio}}
	c.Note = fmt.Sprintf("Slope %s [%s, %s] per unit, %s. Studies differ in more than one way: an association, not a cause.",
		show.Fixed(*mo.Slope, 3), show.FixedP(mo.CILower, 3), show.FixedP(mo.CIUpper, 3), show.P(mo.P))
	dots := chart.Layer{Name: "studies", Class: "bub"}
	c.Table = chart.NewTable("Data of the figure", "Study", "#"+name, "#"+read.Symbol)
	for j, id := range mo.Effects {
		at := slices.IndexFunc(f.Effects, func(e evidence.Effect) bool { return e.ID == id })
		if at < 0 {
			continue
		}
		e := &f.Effects[at]
		w, _ := weightOf(&f.Primary, id)
		r := 4.0
		if chart.Finite(w) {
			r = 3 + math.Sqrt(w)*1.4
		}
		dots.P = append(dots.P, chart.XYPoint{X: mo.X[j], Y: evidence.Value(e.Estimate), R: r, Name: effectLabel(e), Line: len(c.Lines)})
		c.Add(effectLabel(e), chart.Digits(show.Trim(mo.X[j], 2), &mo.X[j]), read.cell(e.Estimate))
	}
	area, line := chart.Layer{Class: "area", Kind: chart.Area}, chart.Layer{Class: "curve", Kind: chart.Line}
	for j := range mo.FitX {
		if j < len(mo.FitY) && j < len(mo.FitLow) && j < len(mo.FitHigh) {
			area.P = append(area.P, chart.XYPoint{X: mo.FitX[j], Y: mo.FitLow[j], Y2: mo.FitHigh[j]})
			line.P = append(line.P, chart.XYPoint{X: mo.FitX[j], Y: mo.FitY[j]})
		}
	}
	c.Layers = []chart.Layer{area, line, dots}
	c.FitTo(nil, []float64{0})
	c.Alt = fmt.Sprintf("%s against %s in %s.", show.First(read.Symbol), factorName(mo.Name), show.Plural(len(dots.P), "study", "studies"))
	return c, true
}

// method are the figures of the method, all folded: how the answer came about as
// studies arrived, what a Bayesian model believes, how much was needed.
func (s *site) methodPlots(f *evidence.Finding) []chart.XY {
	read := readingOf(f, s.Name)
	var out []chart.XY
	if len(f.Effects) > chart.Many {
		return nil // the data file has them
	}
	if b := f.Bayes; b != nil && len(b.Density) > 2 {
		c := chart.XY{ID: "posterior", Still: true, Title: "Bayesian result", Stamp: s.permalink(f.ID),
			X: chart.ValueAxis{Title: show.First(read.Name), Ratio: read.Ratio}, Y: chart.ValueAxis{Title: "density", Bare: true}}
		a := chart.Layer{Name: "posterior", Class: "area", Kind: chart.Area}
		l := chart.Layer{Name: "posterior", Class: "curve", Kind: chart.Line}
		for _, p := range b.Density {
			a.P, l.P = append(a.P, chart.XYPoint{X: p.X, Y2: p.Y}), append(l.P, chart.XYPoint{X: p.X, Y: p.Y})
		}
		c.Layers = []chart.Layer{a, l}
		c.FitTo([]float64{0}, []float64{0})
		c.Note = fmt.Sprintf("Median %s, 95%% credible interval %s. Priors: %s.", read.Value(b.Median), read.Interval(b.CrILow, b.CrIHigh),
			show.Prose(show.Clip(b.Prior, 200)))
		c.Alt = "Posterior density of the mean effect."
		out = append(out, c)
	}
	if q := f.Sequential; q != nil && len(q.Z) > 1 {
		c := chart.XY{ID: "sequential", Still: true, Title: "Trial sequential analysis", Stamp: s.permalink(f.ID),
			X: chart.ValueAxis{Title: "participants"}, Y: chart.ValueAxis{Title: "cumulative Z"}}
		z, up, down := chart.Layer{Name: "Z", Class: "curve", Kind: chart.Line}, chart.Layer{Name: "boundary", Class: "curve2",
			Kind: chart.Line}, chart.Layer{Name: "boundary", Class: "curve2", Kind: chart.Line}
		for _, p := range q.Z {
			z.P = append(z.P, chart.XYPoint{X: p.X, Y: p.Y})
		}
		for _, p := range q.Bounds {
			up.P, down.P = append(up.P, chart.XYPoint{X: p.X, Y: p.Y}), append(down.P, chart.XYPoint{X: p.X, Y: -p.Y})
		}
		c.Layers = []chart.Layer{up, down, z}
		c.FitTo([]float64{0}, []float64{-4, 4})
		c.Note = fmt.Sprintf("%s Assumed: %s.", sentence(q.Verdict, 300), show.Prose(show.Clip(q.Assumed, 200)))
		c.Alt = fmt.Sprintf("Cumulative Z over %s studies against monitoring boundaries.", show.Int(len(q.Z)))
		out = append(out, c)
	}
	return out
}
