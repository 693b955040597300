package pooled2x2

import (
	"errors"
	"math"

	"past/analysis"
	"past/analysis/effect"
	"past/analysis/internal/dist"
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

// Result is a pooled effect; ratios are on the log scale. NaN represents numbers
// that do not exist.
type Result struct {
	Measure      effect.Measure
	K            int // studies pooled
	KEffects     int // studies whose own effect is known; Q is about these
	Beta, SE     float64
	Z, P         float64
	Lower, Upper float64
	Q, QP        float64 // Cochran's Q of the studies' own effects around Beta
	I2, H2       float64 // I2 in percent
	CMH, CMHP    float64 // Cochran-Mantel-Haenszel chi-square (OR, IRR)
	BreslowDay   float64 // Breslow & Day (1980) test that the odds ratios are equal
	BreslowDayP  float64
	Tarone       float64 // the same with Tarone's (1985) correction
	TaroneP      float64
	KPos         int // tables that the Breslow-Day test could use; -1 when not computed
	Warnings     analysis.Warnings
}

var (
	// ErrNoStudies is returned when no study has complete numbers.
	ErrNoStudies = errors.New("no study has complete numbers")
	// ErrMeasure is wrapped when a method does not exist for a measure.
	ErrMeasure = errors.New("this method does not exist for that measure")
)

func newResult(m effect.Measure) Result {
	nan := math.NaN()
	return Result{Measure: m, Beta: nan, SE: nan, Z: nan, P: nan, Lower: nan, Upper: nan, Q: nan, QP: nan, I2: nan, H2: nan,
		CMH: nan, CMHP: nan, BreslowDay: nan, BreslowDayP: nan, Tarone: nan, TaroneP: nan, KPos: -1}
}

// wald fills in test and interval.
func (r *Result) wald(level float64) {
	if level == 0 {
		level = 0.95
	}
	r.Z = r.Beta / r.SE
	r.P = dist.NormTwoSided(r.Z)
	c := dist.NormQuantile(1 - (1-level)/2)
	r.Lower, r.Upper = r.Beta-c*r.SE, r.Beta+c*r.SE
}

// heterogeneity is Q, I2 and H2 from k effects and the sum of squares.
func (r *Result) heterogeneity(q float64) {
	df := float64(r.KEffects - 1)
	if !(df > 0) {
		r.Q, r.QP, r.I2, r.H2 = 0, 1, 0, 1
		return
	}
	r.Q = math.Max(0, q)
	r.QP = dist.ChiSqSF(r.Q, df)
	r.H2 = r.Q / df
	r.I2 = 0
	if r.Q > df {
		r.I2 = 100 * (r.Q - df) / r.Q
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
