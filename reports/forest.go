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

// effectLabel names an effect in a figure: the study, and the year where the
// label does not carry it.
func effectLabel(e *evidence.Effect) string {
	label := show.Clip(e.StudyLabel, 300)
	if label == "" {
		label = show.Clip(e.StudyID, 300)
	}
	if y := fmt.Sprint(e.Year); e.Year > 0 && !strings.Contains(label, y) {
		label += " " + y
	}
	return label
}

// when is the time of an outcome: weeks after the last dose, and in brackets the
// weeks as the source counts them where it does not say when the last dose was.
func when(e *evidence.Effect) string {
	switch {
	case e.WeeksAfterLastDose != nil:
		return weekCell(*e.WeeksAfterLastDose)
	case e.TimepointWeeks != nil:
		return "(" + weekCell(*e.TimepointWeeks) + ")"
	}
	if e.Instrument == "" {
		return show.Clip(e.TimepointRaw, 28) // an adverse event with its window
	}
	return show.Clip(e.TimepointRaw, 14)
}

// weekCell is a number of weeks, or what is less than one in days.
func weekCell(w float64) string {
	return cmp.Or(strings.TrimSuffix(strings.TrimSuffix(evidence.WeekSpan([]float64{w}), " weeks"), " week"), show.None)
}

// clockNote explains the weeks of the plot; "" where no row has any.
func clockNote(f *evidence.Finding) string {
	const t = "Week: weeks after the last dose"
	switch weekly := slices.ContainsFunc(f.Effects, func(e evidence.Effect) bool {
		return e.WeeksAfterLastDose == nil &&
			e.TimepointWeeks != nil
	}); {
	case weekly:
		return t + "; in brackets as the source counts, where it does not say when the last dose was."
	case slices.ContainsFunc(f.Effects, func(e evidence.Effect) bool { return e.WeeksAfterLastDose != nil }):
		return t + "."
	}
	return ""
}

// forestParts is a forest plot that is being described.
type forestParts struct {
	f     *evidence.Finding
	read  reading
	rows  chart.Rows
	most  float64
	arms  bool
	binom bool
	rob   bool
	parts bool // some study is judged by domain
	wt    bool
}

// forest describes the forest plot of a finding: every study with its arms,
// weight and interval, by comparator class where that is a subgroup of the
// plan; the pooled diamond; the prediction interval; what is missing. ok is
// false for a finding without effects.
func (s *site) forest(f *evidence.Finding, href func(evidence.Effect) string) (chart.Rows, bool) {
	if len(f.Effects) == 0 {
		return chart.Rows{}, false
	}
	p := &forestParts{f: f, read: readingOf(f, s.Name)}
	p.rows = chart.Rows{ID: "forest", Title: titleOf(f), NameHead: "Study", Axis: p.read.axis(f), Stamp: s.permalink(f.ID)}
	for i := range f.Effects {
		e := &f.Effects[i]
		p.binom = p.binom || e.Event1 != nil
		p.arms = p.arms || e.N1 != nil || e.Event1 != nil
		p.rob, p.parts = p.rob || e.RiskOfBias != "", p.parts || len(e.RoBDomains) > 0
		if w, ok := p.weight(e.ID); ok {
			p.wt, p.most = true, math.Max(p.most, w)
		}
	}
	p.columns()
	p.table()
	p.studies(s, href)
	p.pooled()
	p.rows.Foot = p.foot()
	var must []float64
	if lo, hi, ok := f.Headline.Interval(); ok {
		must = append(must, lo, hi)
		if f.Primary.K > 1 {
			p.rows.Axis.Est = f.Headline.Estimate
		}
	}
	p.rows.Fit(must...)
	if p.rob {
		p.rows.Legend = "Risk of bias, judged by people: + low, − some concerns, × high."
		if p.parts {
			p.rows.Legend += " 1 randomisation, 2 deviations from the intended treatment, 3 missing data, 4 measurement, " +
				"5 selection of the reported result."
		}
	}
	p.rows.Alt = p.alt()
	p.rows.Live, p.rows.Lean = s.live(f), p.lean()
	return p.rows, true
}

// live reports whether a forest plot can be refitted in the page.
func (s *site) live(f *evidence.Finding) bool {
	if f.Primary.K < 3 || f.Primary.K > chart.Many || f.Primary.Estimate == nil || f.Primary.K != len(f.Effects) {
		return false
	}
	return !slices.ContainsFunc(f.Effects, func(e evidence.Effect) bool {
		return !(evidence.Value(e.Variance) > 0) || !chart.Finite(evidence.Value(e.Variance), evidence.Value(e.Estimate))
	})
}

func weightOf(p *evidence.PooledResult, id string) (float64, bool) {
	for i, e := range p.EffectIDs {
		if e == id && i < len(p.Weights) && chart.Finite(p.Weights[i]) {
			return p.Weights[i], true
		}
	}
	return math.NaN(), false
}

// weight is the share of a study in the number that is shown; a finding that is
// not pooled has none.
func (p *forestParts) weight(id string) (float64, bool) {
	if p.f.Headline.Kind == evidence.HeadlineNotPooled {
		return math.NaN(), false
	}
	return weightOf(&p.f.Primary, id)
}

// lean reports whether there are too many studies for every column.
func (p *forestParts) lean() bool { return len(p.f.Effects) > chart.Many }

func (p *forestParts) columns() {
	scale := "Scale, week"
	if p.binom {
		scale = "Measured by, week"
	}
	p.rows.Columns = []chart.Column{{Head: scale, Left: true}}
	if p.arms {
		for _, g := range []string{show.First(p.read.treatment), "Comparator"} {
			if p.binom {
				p.rows.Columns = append(p.rows.Columns, chart.Column{Group: g, Head: "events/n"})
			} else if p.lean() {
				p.rows.Columns = append(p.rows.Columns, chart.Column{Group: g, Head: "n, mean (SD)"})
			} else {
				p.rows.Columns = append(p.rows.Columns, chart.Column{Group: g, Head: "n", Say: "n"},
					chart.Column{Group: g, Head: "mean", Join: ", %s"}, chart.Column{Group: g, Head: "SD", Join: " (%s)"})
			}
		}
	}
	p.rows.Columns = append(p.rows.Columns, chart.Column{Head: p.read.Symbol + " [95% CI]", After: true, Phone: true})
	if p.wt {
		p.rows.Columns = append(p.rows.Columns, chart.Column{Head: "Weight", After: true, Say: "weight"})
	}
	if p.rob {
		p.rows.Columns = append(p.rows.Columns, chart.Column{Group: "Risk of bias", After: true, Dots: true, Overall: !p.parts})
	}
}

// cells puts what a row has into the columns.
func (p *forestParts) cells(scale string, arms []string, value, weight string) []string {
	n := len(p.rows.Columns)
	out := make([]string, 0, n)
	out = append(out, scale)
	if p.arms {
		per := 3
		if p.binom || p.lean() {
			per = 1
		}
		for i := range 2 * per {
			c := ""
			if i < len(arms) {
				c = arms[i]
			}
			out = append(out, c)
		}
	}
	out = append(out, value)
	if p.wt {
		out = append(out, weight)
	}
	return out
}

func (p *forestParts) armCells(e *evidence.Effect) []string {
	whole := func(x *float64) string {
		if x == nil {
			return show.None
		}
		return show.Trim(*x, 1)
	}
	if p.binom {
		part := func(ev, n *float64) string {
			if ev == nil && n == nil {
				return show.None
			}
			return whole(ev) + "/" + whole(n)
		}
		return []string{part(e.Event1, e.N1), part(e.Event2, e.N2)}
	}
	if p.lean() {
		return []string{whole(e.N1) + ", " + show.FixedP(e.Mean1, 1) + " (" + show.FixedP(e.SD1, 1) + ")", whole(e.N2) + ", " +
			show.FixedP(e.Mean2, 1) + " (" + show.FixedP(e.SD2, 1) + ")"}
	}
	return []string{whole(e.N1), show.FixedP(e.Mean1, 1), show.FixedP(e.SD1, 1), whole(e.N2), show.FixedP(e.Mean2, 1), show.FixedP(e.SD2, 1)}
}

func (p *forestParts) table() {
	m := p.read
	p.rows.Table = chart.NewTable("Data of the forest plot", "Study", "Outcome", "#Weeks after the last dose",
		"#Weeks as the source counts", "Comparator class", "#n, "+m.treatment, "#mean or events", "#SD", "#n, comparator", "#mean or events",
		"#SD", "#"+m.Symbol, "#95% lower", "#95% upper", "#Weight, %", "Risk of bias")
}

func (p *forestParts) studies(s *site, href func(evidence.Effect) string) {
	class := p.classes()
	if class == nil {
		for i := range p.f.Effects {
			p.study(s, &p.f.Effects[i], href)
		}
		return
	}
	for g := range class.Groups {
		sub := &class.Groups[g]
		p.rows.Rows = append(p.rows.Rows, chart.Row{Kind: chart.Group, Name: "Against " + against(s.Name(sub.Label)), Line: -1})
		for i := range p.f.Effects {
			if e := &p.f.Effects[i]; e.ComparatorClass == sub.Label {
				p.study(s, e, href)
			}
		}
		p.subtotal(sub)
	}
}

// against puts an article before the name of a comparator that needs one.
func against(name string) string {
	if strings.HasPrefix(name, "active placebo") || strings.HasPrefix(name, "inactive placebo") {
		return "an " + name
	}
	return name
}

// classes is the split by comparator class, where it sorts every pooled study
// into one of at least two groups.
func (p *forestParts) classes() *evidence.Subgroup {
	for i := range p.f.Subgroups {
		sub := &p.f.Subgroups[i]
		if sub.Factor != "comparator_class" || len(sub.Groups) < 2 {
			continue
		}
		for j := range p.f.Effects {
			if !slices.ContainsFunc(sub.Groups, func(g evidence.PooledResult) bool { return g.Label == p.f.Effects[j].ComparatorClass }) {
				return nil
			}
		}
		return sub
	}
	return nil
}

func (p *forestParts) study(s *site, e *evidence.Effect, href func(evidence.Effect) string) {
	m := p.read.Measure
	r := chart.Row{Name: effectLabel(e) + p.mark(e), Href: href(*e), Key: show.Slug(e.ID), Line: len(p.rows.Lines)}
	w, weighted := p.weight(e.ID)
	weight, size := show.None, 0.4
	if weighted {
		weight, size = show.Fixed(w, 1)+"%", w/math.Max(p.most, 1e-9)
	}
	outcome := show.Clip(s.Name(e.Instrument), 22)
	scale := outcome
	if t := when(e); t != "" {
		scale = strings.TrimPrefix(scale+", "+t, ", ")
	}
	arms := p.armCells(e)
	r.Cells = p.cells(scale, arms, m.Full(e.Estimate, e.CILower, e.CIUpper), weight)
	r.Marks = []chart.Mark{{Est: evidence.Value(e.Estimate), Lo: evidence.Value(e.CILower), Hi: evidence.Value(e.CIUpper), Size: size}}
	if e.RiskOfBias != "" {
		r.Dots = append(slices.Clone(e.RoBDomains[:min(len(e.RoBDomains), 5)]), e.RiskOfBias)
	}
	p.rows.Rows = append(p.rows.Rows, r)
	trim := func(x *float64) chart.Cell { return chart.Digits(show.TrimP(x, 1), x) }
	fixed := func(x *float64) chart.Cell { return chart.Digits(show.FixedP(x, 1), x) }
	of := func(events, mean *float64) chart.Cell {
		if events != nil {
			return trim(events)
		}
		return fixed(mean)
	}
	share := chart.Cell{Text: strings.TrimSuffix(weight, "%")}
	if weighted {
		share.Exact = show.Raw(w)
	}
	p.rows.Add(chart.Link(r.Name, r.Href), orDash(outcome), trim(e.WeeksAfterLastDose), trim(e.TimepointWeeks),
		orDash(s.Name(e.ComparatorClass)), trim(e.N1), of(e.Event1, e.Mean1), fixed(e.SD1), trim(e.N2), of(e.Event2, e.Mean2), fixed(e.SD2),
		p.read.cell(e.Estimate), p.read.cell(e.CILower), p.read.cell(e.CIUpper), share, orDash(show.Clip(e.RiskOfBias, 40)))
}

// flagMark marks a study whose number carries a flag.
const flagMark = " †"

func (p *forestParts) mark(e *evidence.Effect) string {
	if slices.ContainsFunc(p.f.Flagged, func(x evidence.Flagged) bool { return x.EffectID == e.ID }) {
		return flagMark
	}
	return ""
}

// people writes the size of a pooled result: "6 studies, 242 people".
func people(r *evidence.PooledResult) string {
	return show.Plural(r.K, "study", "studies") + ", " + participants(r.N, "person", "people")
}

// summary adds a row that represents several studies, and its line in the table.
func (p *forestParts) summary(kind chart.RowKind, name string, est, lo, hi *float64, shape chart.Shape) {
	m := p.read.Measure
	r := chart.Row{Kind: kind, Name: name, Line: len(p.rows.Lines), Cells: p.cells("", nil, m.Full(est, lo, hi), "")}
	mark := chart.Mark{Shape: shape, None: true}
	if est != nil && lo != nil && hi != nil {
		mark = chart.Mark{Shape: shape, Est: *est, Lo: *lo, Hi: *hi, Size: 0.5}
		p.sum(name, est, lo, hi)
	} else {
		p.sum(name)
	}
	r.Marks = []chart.Mark{mark}
	p.rows.Rows = append(p.rows.Rows, r)
}

// sum adds a line of the table that represents several studies: its numbers stand
// in the last columns of estimate and interval.
func (p *forestParts) sum(name string, numbers ...*float64) {
	line := chart.TableLine{Class: "sum", Cells: make([]chart.Cell, len(p.rows.Head))}
	line.Cells[0].Text = name
	for i, x := range numbers {
		line.Cells[14-len(numbers)+i] = p.read.cell(x)
	}
	p.rows.Lines = append(p.rows.Lines, line)
}

// subtotal is the headline of a group. One study has its own square; a group of
// which nothing is pooled shows its studies only.
func (p *forestParts) subtotal(sub *evidence.PooledResult) {
	h := sub.Headline
	if sub.K < 2 || h == nil || h.Estimate == nil {
		return
	}
	name := "Subtotal, "
	if h.Kind == evidence.HeadlineSmall {
		name = "Subtotal, small-sample answer, "
	}
	p.summary(chart.Sub, name+people(sub), h.Estimate, h.Lower, h.Upper, chart.LightDiamond)
}

func (p *forestParts) pooled() {
	pr, h := &p.f.Primary, &p.f.Headline
	if h.Estimate == nil || pr.K < 2 {
		return
	}
	name := "All studies: "
	if h.Kind == evidence.HeadlineSmall {
		name = "Small-sample answer: "
	}
	p.summary(chart.Total, name+people(pr), h.Estimate, h.Lower, h.Upper, chart.Diamond)
	at := len(p.rows.Rows) - 1
	if p.wt {
		p.rows.Rows[at].Cells[len(p.rows.Rows[at].Cells)-1] = "100%"
	}
	p.rows.Rows[at].Key = "total"
	if !h.Predicts(pr.Tau2, pr.PILower, pr.PIUpper) {
		return
	}
	bar := chart.Mark{Shape: chart.Bar, Est: *pr.Estimate, Lo: *pr.PILower, Hi: *pr.PIUpper}
	p.rows.Rows[at].Marks = append([]chart.Mark{bar}, p.rows.Rows[at].Marks...)
	m := p.read.Measure
	r := chart.Row{Kind: chart.Extra, Name: "95% prediction interval: where a new, similar study would lie", Line: len(p.rows.Lines),
		Cells: p.cells("", nil, m.Interval(*pr.PILower, *pr.PIUpper), "")}
	p.rows.Rows = append(p.rows.Rows, r)
	p.sum("95% prediction interval", pr.PILower, pr.PIUpper)
}

// foot are the lines below the plot; the exported file carries them too.
func (p *forestParts) foot() []string {
	pr := &p.f.Primary
	var out []string
	if pr.K > 1 && pr.Estimate != nil {
		out = append(out, heterogeneity(pr, p.read.Measure))
		t := "Model: " + modelName(pr)
		switch h := &p.f.Headline; h.Kind {
		case evidence.HeadlineSmall:
			t = "Shown: " + show.Prose(show.Clip(h.Note, 200)) + ". The fitted model (" + modelName(pr) + ") gives " +
				p.read.IntervalP(pr.CILower, pr.CIUpper)
		case evidence.HeadlineNotPooled:
			t = "Not pooled: " + show.Prose(show.Clip(h.Note, 200))
		}
		t += "; effects by the " + formulaName(pr.Formula) + " formulas"
		if pr.Guarded() {
			t += "; without the guard " + p.read.IntervalP(pr.UnguardedLow, pr.UnguardedHigh)
		}
		if c := p.classes(); c != nil && c.P != nil {
			t += ". Difference between comparator classes: " + show.P(c.P)
		}
		out = append(out, t+".")
	}
	if t := evidence.FlaggedShare(p.f.Flagged, len(p.f.Effects)); t != "" {
		out = append(out, strings.TrimSpace(flagMark)+" "+t+": see the limits.")
	}
	if t := clockNote(p.f); t != "" {
		out = append(out, t)
	}
	if l := p.f.Lacking(); l.Any() {
		out = append(out, l.Sentence())
	}
	return out
}

// heterogeneity says how much studies differ, in one line.
func heterogeneity(pr *evidence.PooledResult, m show.Measure) string {
	t := "Heterogeneity: τ² = " + show.FixedP(pr.Tau2, 2)
	if pr.Tau2Low != nil && pr.Tau2Up != nil {
		t += " (95% CI " + show.FixedP(pr.Tau2Low, 2) + " to " + show.FixedP(pr.Tau2Up, 2) + ")"
	}
	if pr.I2Q != nil {
		t += ", I² = " + show.Percent(*pr.I2Q)
	}
	if pr.Q != nil {
		t += fmt.Sprintf("; Q = %s, df = %d, p %s", show.Fixed(*pr.Q, 2), max(pr.K-1, 0), show.PRel(pr.QP))
	}
	if m.Ratio {
		t += "; on the log scale"
	}
	if pr.Tau2 != nil && *pr.Tau2 == 0 {
		t += ". No difference between studies could be estimated"
		if pr.Tau2Up != nil {
			t += fmt.Sprintf("; the true spread (τ) may be up to %s", show.Fixed(math.Sqrt(math.Max(0, *pr.Tau2Up)), 2))
		}
	}
	return t + "."
}

// alt is the text alternative; each of its numbers is in the figure, too.
func (p *forestParts) alt() string {
	pr, m, h := &p.f.Primary, p.read.Measure, &p.f.Headline
	if h.Estimate == nil || pr.K < 2 {
		e := &p.f.Effects[0]
		if len(p.f.Effects) == 1 {
			return fmt.Sprintf("One study, not a meta-analysis: %s, %s %s, %s.", effectLabel(e), m.Symbol,
				m.Full(e.Estimate, e.CILower, e.CIUpper), p.read.sideOf(e.Estimate, e.CILower, e.CIUpper))
		}
		return fmt.Sprintf("%s, shown one by one; no pooled number.", show.Plural(len(p.f.Effects), "study", "studies"))
	}
	t := fmt.Sprintf("Forest plot of %s. Pooled %s %s, %s.", people(pr), m.Symbol, m.Full(h.Estimate, h.Lower, h.Upper),
		p.read.sideOf(h.Estimate, h.Lower, h.Upper))
	if h.Predicts(pr.Tau2, pr.PILower, pr.PIUpper) {
		t += " Prediction interval " + m.Interval(*pr.PILower, *pr.PIUpper) + "."
	}
	a := slices.MinFunc(p.f.Effects, func(a, b evidence.Effect) int { return order(evidence.Value(a.Estimate), evidence.Value(b.Estimate)) })
	b := slices.MaxFunc(p.f.Effects, func(a, b evidence.Effect) int { return order(evidence.Value(a.Estimate), evidence.Value(b.Estimate)) })
	return t + fmt.Sprintf(" Single studies range from %s (%s) to %s (%s).", m.ValueP(a.Estimate), show.Clip(effectLabel(&a), 60),
		m.ValueP(b.Estimate), show.Clip(effectLabel(&b), 60))
}

func order(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// permalink is the line under a figure that leads back to it.
func (s *site) permalink(finding string) string {
	t := "PAST evidence tracker"
	if finding != "" {
		t += " · " + s.address("f/"+show.Clip(finding, 80)+"@"+s.Ed.ID)
	} else {
		t += " · edition " + show.Clip(s.Ed.ID, 60)
	}
	if s.Ed.Date != "" {
		t += " · data to " + show.Clip(s.Ed.Date, 20)
	}
	return t
}

// participants is a number of participants with its noun, or that it is not stated.
func participants(n evidence.People, one, many string) string {
	if n <= 0 {
		return n.Words(one, many)
	}
	return show.Plural(int(n), one, many)
}
