package meta

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"past/analysis"
	"past/analysis/internal/dist"
)

// QuickFit is what a [Workspace] reports of one fit of a mean.
type QuickFit struct {
	analysis.Estimate // z, or t on k-1 df; 95 % interval
	Tau2              float64
	Q                 float64 // heterogeneity statistic
	I2                float64 // percent, as Result.I2
	S2W               float64 // Knapp-Hartung scale factor applied
	K                 int
}

// Workspace fits means to many small data sets without allocating: multiverse
// analyses, permutations, the bootstrap. It gives the numbers of an unguarded [Fit] without
// standard errors of tau2, fit statistics and warnings. The zero value is ready; one
// goroutine may use it at a time.
type Workspace struct {
	s         sample
	rows      [][2]float64 // variance and effect, to be sorted
	quantiles quantileTable
}

// Fit pools effects yi with variances vi. There must be at least one study and no
// missing value. Methods that need weights (GENQ) are not available.
func (ws *Workspace) Fit(yi, vi []float64, method Method, test Test) (QuickFit, error) {
	if err := checkQuick(yi, vi, method, test); err != nil {
		return QuickFit{}, err
	}
	ws.load(yi, vi)
	f := ws.pool(method, test)
	f.P = ws.pValue(&f, test)
	if math.IsNaN(f.Value) || math.IsNaN(f.Tau2) {
		return f, fmt.Errorf("the model cannot be computed in double precision; rescale the effects")
	}
	return f, nil
}

// Estimate is Fit without the checks and the p-value, for loops over data that were
// checked once (permutations of signs, resampled rows).
func (ws *Workspace) Estimate(yi, vi []float64, method Method, test Test) QuickFit {
	ws.load(yi, vi)
	return ws.pool(method, test)
}

func checkQuick(yi, vi []float64, method Method, test Test) error {
	if err := analysis.CheckRows(yi, vi); err != nil {
		return err
	}
	if len(yi) == 0 {
		return fmt.Errorf("no study to pool")
	}
	if e := method.estimator(); e == nil || e.mean == nil {
		var quick []Method
		for _, e := range estimators {
			if e.mean != nil {
				quick = append(quick, e.name)
			}
		}
		return fmt.Errorf("method %q is not available here: use one of %s", method, names(quick))
	}
	switch test {
	case Z, T, KnHa, AdHoc:
		return nil
	}
	return fmt.Errorf("unknown test %q: use one of z, t, knha, adhoc", test)
}

// load copies and sorts the rows into the workspace.
func (ws *Workspace) load(yi, vi []float64) {
	ws.rows = ws.rows[:0]
	for i, y := range yi {
		ws.rows = append(ws.rows, [2]float64{vi[i], y})
	}
	slices.SortFunc(ws.rows, func(a, b [2]float64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	s := &ws.s
	s.reserve(len(yi))
	for i, r := range ws.rows {
		s.v[i], s.y[i] = r[0], r[1]
	}
	s.recentre()
}

// reserve makes room for k rows of a model without moderators.
func (s *sample) reserve(k int) {
	if cap(s.y) < k {
		n := 2*k + 16
		s.y, s.v, s.w = make([]float64, n), make([]float64, n), make([]float64, n)
	}
	s.k, s.p, s.x = k, 1, nil
	s.y, s.v, s.w = s.y[:k], s.v[:k], s.w[:k]
}

// pool fits the loaded sample.
func (ws *Workspace) pool(method Method, test Test) QuickFit {
	s := &ws.s
	df := float64(s.k - 1)
	f := QuickFit{K: s.k, S2W: 1}
	var m0, m moments
	s.at(0, &m0)
	f.Q = m0.q
	f.Tau2 = s.meanTau2(method, &m0)
	m = m0
	if f.Tau2 > 0 {
		s.at(f.Tau2, &m)
	}
	f.I2 = meanI2(method, &m0, f.Tau2, df)
	if df == 0 {
		test = Z
	}
	f.Value = m.mu + s.shift
	va := 1 / m.sw
	if test.scaled() {
		f.S2W = scaleFactor(m.q, df, test)
		va *= f.S2W
	}
	f.SE = math.Sqrt(va)
	f.Stat = f.Value / f.SE
	q := 1.959963984540054
	f.DF = math.Inf(1)
	if test != Z {
		f.DF = df
		q = ws.quantiles.at(0.95, df)
	}
	f.Lower, f.Upper = f.Value-q*f.SE, f.Value+q*f.SE
	return f
}

// scaleFactor is the Knapp-Hartung factor; a residual sum of squares that is
// rounding is 0.
func scaleFactor(rss, df float64, test Test) float64 {
	s := rss / df
	if rss <= 2.220446049250313e-16 {
		s = 0
	}
	if test == AdHoc && s < 1 {
		s = 1
	}
	return s
}

// meanI2 is I2 in percent: from Q in common-effect models, else from tau2 and the
// typical variance df/tr(P).
func meanI2(method Method, m0 *moments, tau2, df float64) float64 {
	if method.common() {
		if m0.q > df {
			return 100 * ((m0.q - df) / m0.q)
		}
		return 0
	}
	if df == 0 || tau2 == 0 {
		return 0
	}
	return 100 * (tau2 / (tau2 + df/m0.trP))
}

// meanTau2 estimates tau2 of a model without moderators; m0 are the moments at 0.
func (s *sample) meanTau2(method Method, m0 *moments) float64 {
	if method.common() || s.k == 1 {
		return 0
	}
	return method.estimator().mean(s, m0)
}

func (ws *Workspace) pValue(f *QuickFit, test Test) float64 {
	if test == Z || f.K == 1 {
		return dist.NormTwoSided(f.Stat)
	}
	return dist.TTwoSided(f.Stat, float64(f.K-1))
}
