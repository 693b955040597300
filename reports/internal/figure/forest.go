package figure

import (
	"fmt"
	"math"

	"past/internal/evidence"
	"past/reports/internal/draw"
	"past/reports/internal/show"
)

// maxMissingRows is how many registered trials without a result a forest plot
// lists before it says how many more there are.
const maxMissingRows = 8

// forest holds what both forms of a forest plot share.
type forest struct {
	f       *evidence.Finding
	read    Reading
	stamp   Stamp
	rows    []forestRow
	lo, hi  float64
	maxW    float64
	weights bool
	rob     bool
	arms    bool
}

// forestRow is one line of the plot. row is the line in the table behind it.
type forestRow struct {
	kind        rowKind
	label       string
	note        string
	est, lo, hi float64
	ok          bool
	weight      float64
	value       string // estimate with interval, as printed
	eff         *evidence.Effect
	row         int
}

type rowKind int

const (
	studyRow rowKind = iota
	pooledRow
	otherPooledRow // the interval that is not the headline
	predictionRow
	headingRow
	subgroupRow
	missingRow
)

// Forest draws the forest plot of a finding: every study with its arms, weight
// and interval; the pooled diamond with the headline interval, the other
// interval beside it; the prediction interval; subgroups; risk of bias; and
// registered trials that have no result yet. A finding without effects gives
// ok = false.
func Forest(f *evidence.Finding, read Reading, stamp Stamp, name func(string) string, href func(evidence.Effect) string) (Figure, bool) {
	if len(f.Effects) == 0 {
		return Figure{}, false
	}
	fo := newForest(f, read, stamp, name)
	fig := Figure{ID: "forest", Title: "Forest plot", Alt: fo.alt(), Note: fo.note(), Table: fo.table(href)}
	fig.Wide = fo.wide("forest-w", fig.Alt)
	fig.Narrow = fo.narrow("forest-n", fig.Alt)
	fig.Option = fo.option(fig.Alt)
	return fig, true
}

func newForest(f *evidence.Finding, read Reading, stamp Stamp, name func(string) string) *forest {
	fo := &forest{f: f, read: read, stamp: stamp}
	var sp span
	for i := range f.Effects {
		e := &f.Effects[i]
		r := forestRow{kind: studyRow, label: EffectLabel(e), est: evidence.Value(e.Estimate), lo: evidence.Value(e.CILower), hi: evidence.Value(e.CIUpper), eff: e, row: i, weight: math.NaN()}
		r.ok = finite(evidence.Value(e.Estimate), evidence.Value(e.CILower), evidence.Value(e.CIUpper))
		r.value = read.Measure.Full(e.Estimate, e.CILower, e.CIUpper)
		if w, ok := weightOf(&f.Primary, e.ID); ok {
			r.weight = w
			fo.weights = true
			fo.maxW = math.Max(fo.maxW, w)
		}
		fo.rob = fo.rob || e.RiskOfBias != ""
		fo.arms = fo.arms || Arm(e, true) != "" || Arm(e, false) != ""
		sp.add(r.est, r.lo, r.hi)
		fo.rows = append(fo.rows, r)
	}
	fo.addPooled()
	fo.addSubgroups(name)
	fo.addMissing()
	p := &f.Primary
	h := &f.Headline
	fo.lo, fo.hi = sp.extent(append([]float64{0}, ptrs(h.Estimate, h.Lower, h.Upper, p.Estimate, p.CILower, p.CIUpper, p.PILower, p.PIUpper)...)...)
	return fo
}

// EffectLabel names an effect in a plot: the study, and the year where the
// label does not carry it.
func EffectLabel(e *evidence.Effect) string {
	label := e.StudyLabel
	if label == "" {
		label = e.StudyID
	}
	label = show.Clip(label, 300)
	if y := fmt.Sprint(e.Year); e.Year > 0 && !contains(label, y) {
		label += " " + y
	}
	return label
}

func contains(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i:i+len(sub)] == sub {
			return true
		}
	}
	return false
}

// Arm prints one arm's data: "42 · 19.6 (13.6)" or "21/46"; "" when absent.
func Arm(e *evidence.Effect, treatment bool) string {
	n, mean, sd, ev := e.N2, e.Mean2, e.SD2, e.Event2
	if treatment {
		n, mean, sd, ev = e.N1, e.Mean1, e.SD1, e.Event1
	}
	switch {
	case ev != nil && n != nil:
		return show.Trim(*ev, 1) + "/" + show.Trim(*n, 0)
	case n != nil && mean != nil && sd != nil:
		return show.Trim(*n, 0) + " · " + show.Fixed(*mean, 1) + " (" + show.Fixed(*sd, 1) + ")"
	case n != nil:
		return show.Trim(*n, 0)
	}
	return ""
}

func armHead(f *evidence.Finding) string {
	for i := range f.Effects {
		if f.Effects[i].Event1 != nil {
			return "events/n"
		}
		if f.Effects[i].Mean1 != nil {
			return "n · mean (SD)"
		}
	}
	return "n"
}

func weightOf(p *evidence.PooledResult, id string) (float64, bool) {
	for i, e := range p.EffectIDs {
		if e == id && i < len(p.Weights) && finite(p.Weights[i]) {
			return p.Weights[i], true
		}
	}
	return math.NaN(), false
}

// PooledBy names the model that ran, from the result itself.
func PooledBy(p *evidence.PooledResult) string {
	return fmt.Sprintf("%s, k = %d, n = %s", ModelName(p), p.K, show.Int(p.N))
}

func (fo *forest) alt() string {
	p := &fo.f.Primary
	m := fo.read.Measure
	k := len(fo.f.Effects)
	if p.Estimate == nil || p.K < 2 {
		e := &fo.f.Effects[0]
		if k == 1 {
			return fmt.Sprintf("One study, not a meta-analysis: %s, %s %s, 95%% interval %s to %s, %s.", EffectLabel(e), m.Symbol, m.Value(evidence.Value(e.Estimate)),
				m.Value(evidence.Value(e.CILower)), m.Value(evidence.Value(e.CIUpper)), fo.read.Side(evidence.Value(e.Estimate)))
		}
		return fmt.Sprintf("%s, shown one by one; no pooled number.", show.Plural(k, "study", "studies"))
	}
	h := &fo.f.Headline
	s := fmt.Sprintf("Forest plot of %s with %s participants. ", show.Plural(p.K, "study", "studies"), show.Int(p.N))
	if h.Estimate == nil {
		s += "Not pooled: " + h.Note + "."
	} else {
		s += fmt.Sprintf("%s: %s %s, 95%% interval %s to %s, %s.", show.First(string(h.Kind)), m.Symbol, m.Value(*h.Estimate), m.ValueP(h.Lower), m.ValueP(h.Upper), fo.read.Side(*h.Estimate))
	}
	if p.PILower != nil && p.PIUpper != nil {
		s += fmt.Sprintf(" Prediction interval %s to %s.", m.Value(*p.PILower), m.Value(*p.PIUpper))
	}
	loE, hiE := 0, 0
	for i := range fo.f.Effects {
		if evidence.Value(fo.f.Effects[i].Estimate) < evidence.Value(fo.f.Effects[loE].Estimate) {
			loE = i
		}
		if evidence.Value(fo.f.Effects[i].Estimate) > evidence.Value(fo.f.Effects[hiE].Estimate) {
			hiE = i
		}
	}
	a, b := &fo.f.Effects[loE], &fo.f.Effects[hiE]
	return s + fmt.Sprintf(" Single studies range from %s (%s) to %s (%s).", m.Value(evidence.Value(a.Estimate)), show.Clip(EffectLabel(a), 60), m.Value(evidence.Value(b.Estimate)), show.Clip(EffectLabel(b), 60))
}

func (fo *forest) note() string {
	p := &fo.f.Primary
	s := "Squares are studies, their area by weight; lines are 95% intervals, with an arrow where they run off the axis. "
	if p.Estimate != nil && p.K >= 2 {
		switch h := fo.f.Headline; h.Kind {
		case evidence.HeadlineSmall:
			s += "The diamond is the small-sample answer (" + h.Note + "), below it the fitted model (" + ModelName(p) + ", effects by the " + FormulaName(p.Formula) + " formulas). "
		case evidence.HeadlineNotPooled:
			s += "Nothing is pooled: " + h.Note + ". The fitted model (" + ModelName(p) + ") is a footnote. "
		default:
			s += "The diamond is the pooled effect with its 95% interval (" + ModelName(p) + ", effects by the " + FormulaName(p.Formula) + " formulas). "
		}
		if p.PILower != nil {
			s += "The prediction interval says where the effect of a new, similar study would lie"
			if p.PIRule != "" {
				s += " (" + show.Prose(show.Clip(p.PIRule, 80)) + ")"
			}
			s += ". "
		}
	}
	if p.Guarded() {
		s += "The Knapp-Hartung interval was narrower than the common-effect one, so that the fit is guarded; the narrow interval is shown below it. "
	}
	if fo.rob {
		s += "Risk of bias: + low, − some concerns, × high. "
	}
	return s
}

// rowHeight lets 200 studies stay readable and 6 breathe.
func rowHeight(n int) float64 {
	switch {
	case n <= 25:
		return 27
	case n <= 80:
		return 22
	}
	return 18
}

// side writes the words under the axis: beside the line of no effect where
// there is room, at the edges of a narrow picture.
func (fo *forest) side(g *draw.SVG, x0, x1, y, size float64) {
	mid := draw.Scale{Lo: fo.lo, Hi: fo.hi, A: x0, B: x1}.Clamp(0)
	left, right := "← "+fo.read.Left(), fo.read.Right()+" →"
	wl, wr := draw.Width(left, size), draw.Width(right, size)
	if wl > mid-10 || wr > g.W-mid-10 {
		if wl+wr+12 > g.W {
			left, right = draw.Fit(left, g.W/2-6, size), draw.Fit(right, g.W/2-6, size)
		}
		g.Text(0, y, draw.Start, "fv", left)
		g.Text(g.W, y, draw.End, "fv", right)
		return
	}
	g.Text(mid-8, y, draw.End, "fv", left)
	g.Text(mid+8, y, draw.Start, "fv", right)
}
