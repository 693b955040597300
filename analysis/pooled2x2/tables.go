package pooled2x2

import (
	"cmp"
	"errors"
	"math"

	"past/analysis"
	"past/analysis/effect"
)

// Tables is events and people in two groups, one entry per study; NaN is missing.
type Tables struct{ Events1, N1, Events2, N2 []float64 }

// Rates is events and person-time in two groups, one entry per study.
type Rates struct{ Events1, Time1, Events2, Time2 []float64 }

// Options changes the pooling; the zero value is metafor's default apart from
// the continuity correction of the CMH test, which metafor makes by default.
type Options struct {
	Correct bool    // continuity correction of 1/2 in the Cochran-Mantel-Haenszel test
	Level   float64 // of the confidence interval; 0 means 0.95
	// AddToZero is added to every cell of studies with a zero cell before
	// pooling, as R's meta package and RevMan do (they use 1/2) and metafor does
	// not; studies without events, or only events, in both groups are then left
	// out for ratios.
	AddToZero float64
}

// Result is a pooled effect; ratios are on the log scale. Q is Cochran's of the
// studies' own effects around it, I2 and H2 follow from Q.
type Result struct {
	analysis.Fit
	Measure    effect.Measure
	KEffects   int                // studies whose own effect is known; Q is about these
	CMH        analysis.Statistic // Cochran-Mantel-Haenszel test (OR, IRR)
	BreslowDay analysis.Statistic // Breslow & Day (1980) test that the odds ratios are equal
	Tarone     analysis.Statistic // the same with Tarone's (1985) correction
	KPos       int                // tables that the Breslow-Day test could use; -1 when not computed
}

var (
	// ErrNoStudies is returned when no study has complete numbers.
	ErrNoStudies = errors.New("no study has complete numbers")
	// ErrMeasure is wrapped when a method does not exist for a measure.
	ErrMeasure = errors.New("this method does not exist for that measure")
)

func newResult(m effect.Measure, level float64) Result {
	f := analysis.NewFit(0, cmp.Or(level, 0.95))
	return Result{Fit: f, Measure: m, CMH: f.Q, BreslowDay: f.Q, Tarone: f.Q, KPos: -1}
}

// wald is the pooled effect with a normal test and interval.
func wald(f *analysis.Fit, beta, se float64) {
	inf := math.Inf(1)
	f.Coef = []analysis.Estimate{analysis.Wald(beta, se, inf, analysis.Quantile(f.Level, inf))}
}

// heterogeneity is Q, I2 and H2 from k effects and the sum of squares.
func (r *Result) heterogeneity(q float64) {
	df := float64(r.KEffects - 1)
	r.Q, r.I2, r.H2 = analysis.ChiSquare(math.Max(0, q), df), 0, 1
	if !(df > 0) {
		return
	}
	if r.H2 = r.Q.Value / df; r.Q.Value > df {
		r.I2 = 100 * (r.Q.Value - df) / r.Q.Value
	}
}

// table is one study's cells.
type table struct{ a, b, c, d float64 }

func (t table) n1() float64    { return t.a + t.b }
func (t table) n2() float64    { return t.c + t.d }
func (t table) n() float64     { return t.a + t.b + t.c + t.d }
func (t table) zero() bool     { return t.a == 0 || t.b == 0 || t.c == 0 || t.d == 0 }
func (t table) sameRow() bool  { return t.a == 0 && t.c == 0 || t.b == 0 && t.d == 0 }
func (t table) complete() bool { return !math.IsNaN(t.a + t.b + t.c + t.d) }

// effects computes each study's own effect with the package's zero-cell rule:
// 1/2 added in studies with a zero cell, those without information left out.
func (t Tables) effects(m effect.Measure) (effect.Result, error) {
	return effect.Compute(m, effect.Data{AI: t.Events1, N1I: t.N1, CI: t.Events2, N2I: t.N2}, effect.Options{Drop00: true})
}

// cells checks the counts (through package effect) and lists the complete tables,
// corrected when asked.
func (t Tables) cells(m effect.Measure, o Options) (list []table, own effect.Result, warn analysis.Warnings, err error) {
	own, err = t.effects(m)
	if err != nil {
		return nil, own, nil, err
	}
	missing, noInfo := 0, 0
	for i := range t.Events1 {
		c := table{t.Events1[i], t.N1[i] - t.Events1[i], t.Events2[i], t.N2[i] - t.Events2[i]}
		if !c.complete() || c.n1() == 0 && c.n2() == 0 {
			missing++
			continue
		}
		if o.AddToZero > 0 && m != effect.RD && c.sameRow() {
			noInfo++
			continue
		}
		if o.AddToZero > 0 && c.zero() {
			x := o.AddToZero
			c = table{c.a + x, c.b + x, c.c + x, c.d + x}
		}
		list = append(list, c)
	}
	if missing > 0 {
		warn.Add(analysis.RowsDropped, "%d of %d studies left out: numbers are missing", missing, len(t.Events1))
	}
	if noInfo > 0 {
		warn.Add(analysis.RowsDropped, "%d studies left out: no events, or only events, in both groups", noInfo)
	}
	if len(list) == 0 {
		return nil, own, warn, ErrNoStudies
	}
	return list, own, warn, nil
}

// around is the sum of (y - beta)^2 / v over known effects, and their number.
func around(own effect.Result, beta float64) (q float64, k int) {
	for i, y := range own.Y {
		if v := own.V[i]; !math.IsNaN(y) && !math.IsNaN(v) {
			k++
			q += (y - beta) * (y - beta) / v
		}
	}
	return q, k
}
