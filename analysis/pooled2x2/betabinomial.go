package pooled2x2

import (
	"cmp"
	"errors"
	"math"

	"past/analysis"
	"past/analysis/internal/dense"
	"past/analysis/internal/solve"
)

// Marginal is a beta-binomial model of two groups (Kuss 2015): the events of every
// group of every study are binomial with a risk that varies by a beta distribution
// around the risk of its group. Studies without events count, and nothing is added
// to their cells. OR, RR and RD compare the mean risks.
type Marginal struct {
	OR, RR, RD   analysis.Fit
	Risk1, Risk2 float64
	Rho          float64 // correlation of two people of one group, 0 at its bound
	LogLik       float64
	Warnings     analysis.Warnings
}

// ErrSeparated is returned where a group has no events, or only events, in any
// study: no finite estimate exists.
var ErrSeparated = errors.New("one of the groups has no events, or only events, in every study: no finite estimate exists")

// arm is the events and people of one group of one study.
type arm struct {
	events, n float64
	treated   bool
}

// BetaBinomial fits the model by maximum likelihood; intervals are Wald intervals.
func BetaBinomial(t Tables, level float64) (Marginal, error) {
	var arms []arm
	var sum [2]struct{ events, n float64 }
	studies := 0
	for i := range t.Events1 {
		a, b := arm{t.Events1[i], t.N1[i], true}, arm{t.Events2[i], t.N2[i], false}
		if math.IsNaN(a.events + a.n + b.events + b.n) {
			continue
		}
		studies++
		for g, x := range []arm{b, a} {
			if x.events < 0 || x.events > x.n || x.events != math.Trunc(x.events) || x.n != math.Trunc(x.n) {
				return Marginal{}, errors.New("the beta-binomial model needs whole numbers of events, none above the size of its group")
			}
			sum[g].events += x.events
			sum[g].n += x.n
			if x.n > 0 {
				arms = append(arms, x)
			}
		}
	}
	if studies == 0 {
		return Marginal{}, ErrNoStudies
	}
	for _, s := range sum {
		if s.events == 0 || s.events == s.n {
			return Marginal{}, ErrSeparated
		}
	}
	logit := func(events, n float64) float64 { return math.Log(events / (n - events)) }
	a := logit(sum[0].events, sum[0].n)
	x := []float64{a, logit(sum[1].events, sum[1].n) - a}
	plain := func(p []float64) float64 { return -marginalLogLik(arms, p[0], p[1], 0) }
	varied := func(p []float64) float64 { return -marginalLogLik(arms, p[0], p[1], 1/(1+math.Exp(-p[2]))) }
	m := Marginal{}
	f, best := plain, x // with rho 0 the start is the maximum
	opt, err := solve.Minimise(varied, []float64{x[0], x[1], -3}, solve.Options{})
	if rho := 1 / (1 + math.Exp(-opt.X[2])); opt.F < plain(x)-1e-9 && rho > 1e-7 {
		if err != nil {
			return Marginal{}, err
		}
		f, best, m.Rho = varied, opt.X, rho
	} else {
		m.Warnings.Add(analysis.Tau2Zero, "the risks vary no more than chance lets expect: the correlation within groups is at its bound, 0")
	}
	m.LogLik = -f(best)
	cov, ok := covariance(f, best)
	if !ok {
		return Marginal{}, errors.New("the likelihood has no proper maximum")
	}
	p2, p1 := 1/(1+math.Exp(-best[0])), 1/(1+math.Exp(-best[0]-best[1]))
	m.Risk1, m.Risk2 = p1, p2
	measure := func(beta, da, db float64) analysis.Fit {
		f := analysis.NewFit(studies, cmp.Or(level, 0.95))
		wald(&f, beta, math.Sqrt(da*da*cov[0]+2*da*db*cov[1]+db*db*cov[len(best)+1]))
		return f
	}
	v1, v2 := p1*(1-p1), p2*(1-p2)
	m.OR = measure(best[1], 0, 1)
	m.RR = measure(math.Log(p1/p2), p2-p1, 1-p1)
	m.RD = measure(p1-p2, v1-v2, v1)
	return m, nil
}

// marginalLogLik is the log-likelihood without the binomial coefficients, as sums of
// logarithms, which stay exact as rho goes to 0.
func marginalLogLik(arms []arm, a, b, rho float64) float64 {
	var l float64
	for _, x := range arms {
		eta := a
		if x.treated {
			eta += b
		}
		p := 1 / (1 + math.Exp(-eta))
		q := 1 / (1 + math.Exp(eta))
		if rho == 0 {
			l += x.events*math.Log(p) + (x.n-x.events)*math.Log(q)
			continue
		}
		for i := 0.0; i < x.events; i++ {
			l += math.Log(p*(1-rho) + i*rho)
		}
		for i := 0.0; i < x.n-x.events; i++ {
			l += math.Log(q*(1-rho) + i*rho)
		}
		for i := 0.0; i < x.n; i++ {
			l -= math.Log(1 - rho + i*rho)
		}
	}
	return l
}

// covariance is the inverse of the matrix of second derivatives of f, the negative
// log-likelihood, at its minimum x; false where it has no proper minimum there.
func covariance(f func([]float64) float64, x []float64) ([]float64, bool) {
	l, ok := dense.Cholesky(solve.Hessian(f, x), len(x))
	if !ok {
		return nil, false
	}
	return dense.Inverse(l, len(x)), true
}
