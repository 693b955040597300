package bias

import (
	"errors"
	"fmt"
	"math"
	"past/analysis"
	"past/analysis/internal/dense"
	"sort"

	"past/analysis/internal/dist"
)

// selectionFit holds the data of one selection model in working units: effects turned so that "less" reads as "greater" and
// divided by unit, so that one set of tolerances serves every scale.
type selectionFit struct {
	y, v       []float64
	unit, sign float64
	like       selectionWeights
	fixedDelta int     // leading weights held at 1
	deltaMin   float64 // lower limit of the estimated weights as reported
	logLo      float64 // lower limit of log weights in the search
	counts     []int
}

// selectionWeights is the part of the log-likelihood that depends on the shape of the selection function.
type selectionWeights interface {
	// prepare sets the weights' parameters before a pass over the studies.
	prepare(delta []float64)
	// norm gives A_i of study i, with its first and second derivatives in d with respect to mu, tau2 and all weights;
	// derivatives may be scaled together with A by one positive factor, whose log is logScale.
	norm(i int, mu, tau2 float64, d *normDerivs) (a, logScale float64)
	// observed is log w(p_i); it adds its first and second derivatives with respect to the weights to g and h.
	observed(i int, delta []float64, g []float64, h [][]float64) float64
	size() int
}

// normDerivs are the derivatives of A_i: index 0 is mu, 1 is tau2, 2+j is weight j.
type normDerivs struct {
	g []float64
	h [][]float64
}

func newNormDerivs(n int) *normDerivs { return &normDerivs{make([]float64, n), square(n)} }

func (d *normDerivs) clear() {
	clear(d.g)
	for _, row := range d.h {
		clear(row)
	}
}

// newSelectionFit checks the options against the data and completes them.
func newSelectionFit(s Studies, o *SelectionOptions) (*selectionFit, error) {
	f := &selectionFit{sign: 1}
	if o.Alternative == Less {
		f.sign = -1
	}
	mean, _ := s.commonEffect()
	vs := append([]float64(nil), s.V...)
	sort.Float64s(vs)
	spread := 0.0
	for _, y := range s.Y {
		spread += (y - mean) * (y - mean) / float64(len(s.Y))
	}
	f.unit = math.Sqrt(vs[len(vs)/2] + spread)
	p := make([]float64, s.K())
	for i, y := range s.Y {
		z := f.sign * y / math.Sqrt(s.V[i])
		f.y = append(f.y, f.sign*y/f.unit)
		f.v = append(f.v, s.V[i]/(f.unit*f.unit))
		if p[i] = dist.NormSF(z); o.Alternative == TwoSided {
			p[i] = 2 * dist.NormSF(math.Abs(z))
		}
	}
	switch o.Kind {
	case StepFunction:
		steps, err := cleanSteps(o.Steps)
		if err != nil {
			return nil, err
		}
		o.Steps = steps
		w := newStepWeights(f.v, p, steps, o.Alternative == TwoSided)
		f.like, f.fixedDelta, f.deltaMin, f.logLo, f.counts = w, 1, 0, -40, w.counts
		for j, n := range w.counts {
			if n == 0 {
				return nil, fmt.Errorf("no p-value lies in %s: choose other cut points: %w", intervalName(steps, j), ErrEmptyInterval)
			}
		}
	case BetaFunction:
		f.like = newBetaWeights(f.v, p, o.Alternative == TwoSided)
		f.deltaMin, f.logLo = betaMinP, math.Log(betaMinP)
	default:
		return nil, errors.New("the kind must be stepfun or beta")
	}
	if need := 2 + f.like.size() - f.fixedDelta; s.K() < need {
		return nil, fmt.Errorf("%d studies for %d parameters: %w", s.K(), need, ErrTooFew)
	}
	return f, nil
}

func intervalName(steps []float64, j int) string {
	lo := 0.0
	if j > 0 {
		lo = steps[j-1]
	}
	return fmt.Sprintf("%v < p <= %v", lo, steps[j])
}

// logLik is the log-likelihood in working units at mu, tau2 and weights delta, with gradient g and Hessian h (may be nil) with
// respect to (mu, tau2, delta_0, delta_1, ...).
func (f *selectionFit) logLik(mu, tau2 float64, delta []float64, g []float64, h [][]float64, d *normDerivs) float64 {
	n := 2 + len(delta)
	(&normDerivs{g, h}).clear()
	f.like.prepare(delta)
	var ll float64
	for i, y := range f.y {
		s2 := f.v[i] + tau2
		r := y - mu
		d.clear()
		a, logScale := f.like.norm(i, mu, tau2, d)
		if !(a > 0) {
			return math.Inf(-1)
		}
		ll += -0.5*math.Log(2*math.Pi*s2) - r*r/(2*s2) - math.Log(a) - logScale
		ll += f.like.observed(i, delta, g, h)
		g[0] += r / s2
		g[1] += (r*r/s2 - 1) / (2 * s2)
		h[0][0] -= 1 / s2
		h[0][1] -= r / (s2 * s2)
		h[1][1] += (0.5 - r*r/s2) / (s2 * s2)
		for x := 0; x < n; x++ {
			gx := d.g[x] / a
			g[x] -= gx
			for z := x; z < n; z++ {
				h[x][z] += gx*d.g[z]/a - d.h[x][z]/a
			}
		}
	}
	for x := 0; x < n; x++ {
		for z := 0; z < x; z++ {
			h[x][z] = h[z][x]
		}
	}
	if math.IsNaN(ll) {
		return math.Inf(-1)
	}
	return ll
}

// objective is the log-likelihood in the search variables (mu, tau2, log weights), for [boxNewton].
func (f *selectionFit) objective() func(x, g []float64, h [][]float64) float64 {
	m := f.like.size()
	n := 2 + m
	delta := make([]float64, m)
	d := newNormDerivs(n)
	return func(x, g []float64, h [][]float64) float64 {
		for j := range delta {
			delta[j] = math.Exp(x[2+j])
		}
		ll := f.logLik(x[0], x[1], delta, g, h, d)
		for j, e := range delta {
			for a := 0; a < n; a++ {
				h[2+j][a] *= e
				h[a][2+j] *= e
			}
			h[2+j][2+j] += g[2+j] * e
			g[2+j] *= e
		}
		return ll
	}
}

// box gives the limits of the search; weights are held at 1 when noSelection is set, tau2 at 0 when noTau2 is.
func (f *selectionFit) box(noSelection, noTau2 bool) (lo, hi []float64) {
	lo, hi = []float64{math.Inf(-1), 0}, []float64{math.Inf(1), math.Inf(1)}
	if noTau2 {
		hi[1] = 0
	}
	for j := 0; j < f.like.size(); j++ {
		if noSelection || j < f.fixedDelta {
			lo, hi = append(lo, 0), append(hi, 0)
			continue
		}
		lo, hi = append(lo, f.logLo), append(hi, math.Log(maxDelta))
	}
	return lo, hi
}

// run maximises the full model, the model without selection and the model without heterogeneity.
func (f *selectionFit) run() SelectionResult {
	obj := f.objective()
	best := func(noSelection, noTau2 bool, starts [][]float64) (boxSolution, []boxSolution) {
		lo, hi := f.box(noSelection, noTau2)
		var all []boxSolution
		top := boxSolution{value: math.Inf(-1)}
		for _, s := range starts {
			sol := boxNewton(obj, s, lo, hi)
			all = append(all, sol)
			if sol.value > top.value {
				top = sol
			}
		}
		return top, all
	}
	plain, _ := best(true, false, f.plainStarts())
	zero, _ := best(false, true, f.starts(plain.x[0], 0))
	full, all := best(false, false, append(f.starts(plain.x[0], plain.x[1]), zero.x))
	if zero.value > full.value {
		full = zero
	}
	r := f.report(full)
	r.UncorrectedBeta, r.UncorrectedTau2 = f.sign*plain.x[0]*f.unit, plain.x[1]*f.unit*f.unit
	r.LRT = analysis.ChiSquare(math.Max(0, 2*(full.value-plain.value)), float64(f.like.size()-f.fixedDelta))
	r.LRTTau2 = analysis.ChiSquare(math.Max(0, 2*(full.value-zero.value)), 1)
	for _, s := range all {
		if lower := full.value - s.value; s.converged && lower < 1 && math.Abs(s.x[0]-full.x[0]) > 1e-3*(1+math.Abs(full.x[0])) &&
			(r.Other == nil || lower < r.Other.Lower) {
			r.Other = &OtherMaximum{Beta: f.sign * s.x[0] * f.unit, Tau2: s.x[1] * f.unit * f.unit, Lower: math.Max(0, lower)}
		}
	}
	return r
}

// plainStarts are starting points for the model without selection.
func (f *selectionFit) plainStarts() [][]float64 {
	mean, spread := plainMean(f.y), 0.0
	for _, y := range f.y {
		spread += (y - mean) * (y - mean) / float64(len(f.y))
	}
	var out [][]float64
	for _, t := range []float64{spread, spread / 10, 0} {
		out = append(out, append([]float64{mean, t}, make([]float64, f.like.size())...))
	}
	return out
}

// starts are starting points around the fit without selection: mild, strong and inverse selection.
func (f *selectionFit) starts(mu, tau2 float64) [][]float64 {
	var out [][]float64
	add := func(m, t float64, weight func(share float64) float64) {
		x := []float64{m, t}
		n := f.like.size()
		for j := 0; j < n; j++ {
			x = append(x, math.Log(weight(float64(j)/math.Max(1, float64(n-1)))))
		}
		out = append(out, x)
	}
	t := math.Max(tau2, 0.01)
	add(mu, t, func(s float64) float64 { return 1 - 0.2*s })
	add(mu/2, t/2, func(s float64) float64 { return math.Pow(0.1, s) })
	add(0, 2*t, func(s float64) float64 { return math.Pow(0.01, s) })
	add(1.5*mu, t/4, func(s float64) float64 { return math.Pow(5, s) })
	return out
}

// report turns a solution in working units into a result in the units of the data.
func (f *selectionFit) report(s boxSolution) SelectionResult {
	u := f.unit
	m := f.like.size()
	delta := make([]float64, m)
	for j := range delta {
		delta[j] = math.Min(maxDelta, math.Exp(s.x[2+j]))
	}
	n := 2 + m
	g, h := make([]float64, n), square(n)
	f.logLik(s.x[0], s.x[1], delta, g, h, newNormDerivs(n))
	r := SelectionResult{Fit: analysis.NewFit(len(f.y), 0), Counts: f.counts,
		LogLik: s.value - float64(len(f.y))*math.Log(u), MaxGradient: s.gradient}
	var free []int
	for a := 0; a < n; a++ {
		if s.free[a] {
			free = append(free, a)
		}
	}
	se := make([]float64, n)
	for a := range se {
		se[a] = math.NaN()
	}
	if l, ok := dense.Cholesky(negative(h, free), len(free)); ok {
		inv := dense.Inverse(l, len(free))
		for a, i := range free {
			se[i] = math.Sqrt(inv[a*len(free)+a])
		}
	}
	r.Coef = []analysis.Estimate{{Value: f.sign * s.x[0] * u, SE: se[0] * u}}
	r.Tau2, r.SETau2 = s.x[1]*u*u, se[1]*u*u
	for j, d := range delta {
		r.Delta = append(r.Delta, analysis.Estimate{Value: d, SE: se[2+j]})
	}
	return r
}
