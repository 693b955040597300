package bayes

import (
	"math"
	"sort"

	"past/analysis/internal/solve"
)

// tauPosterior is the posterior of tau: its panels with the probability below each.
type tauPosterior struct {
	md       model
	map01    scale
	panels   []panel
	below    []float64 // P(tau < start of panel i)
	logTotal float64
}

func newTauPosterior(md model, q *quadrature) tauPosterior {
	t := tauPosterior{md: md, map01: q.map01, panels: q.panels, logTotal: q.logTotal}
	sum := 0.0
	for i := range q.panels {
		t.below = append(t.below, sum)
		sum += q.panels[i].sum(q.logTotal)
	}
	return t
}

// within is the probability of the part of panel i below u.
func (t *tauPosterior) within(i int, u float64) float64 {
	p := t.md.panel(t.panels[i].a, u, t.map01)
	return p.sum(t.logTotal)
}

func (t *tauPosterior) cdf(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	u := t.map01.u(x)
	if u >= 1 || math.IsNaN(u) {
		return 1
	}
	i := sort.Search(len(t.panels), func(i int) bool { return t.panels[i].b > u })
	if i == len(t.panels) {
		return 1
	}
	return math.Min(1, t.below[i]+t.within(i, u))
}

func (t *tauPosterior) quantile(q float64) float64 {
	i := sort.Search(len(t.below), func(i int) bool { return t.below[i] > q }) - 1
	if i < 0 {
		return 0
	}
	p := t.panels[i]
	f := func(u float64) float64 {
		if u <= p.a {
			return t.below[i] - q
		}
		return t.below[i] + t.within(i, u) - q
	}
	if f(p.b) <= 0 {
		return t.map01.tau(p.b)
	}
	u, err := solve.Root(f, p.a, p.b, 0)
	if err != nil {
		return math.NaN()
	}
	return t.map01.tau(u)
}

func (p *Posterior) tauSummary() Summary {
	var s Summary
	for _, n := range p.nodes {
		s.Mean += n.share * n.tau
	}
	for _, n := range p.nodes {
		s.SD += n.share * (n.tau - s.Mean) * (n.tau - s.Mean)
	}
	s.SD = math.Sqrt(s.SD)
	mean, variance := p.finiteMoments()
	if !mean {
		s.Mean = math.Inf(1)
	}
	if !variance {
		s.SD = math.Inf(1)
	}
	s.Median = p.tau.quantile(0.5)
	s.Lower, s.Upper = p.tau.quantile((1-p.Level)/2), p.tau.quantile((1+p.Level)/2)
	return s
}

// finiteMoments reports whether the posterior of tau has a mean and a variance: under a half-Cauchy prior its density falls as
// tau^-(2+k), one power less with a flat prior on mu.
func (p *Posterior) finiteMoments() (mean, variance bool) {
	if p.Priors.Tau.Family != HalfCauchy {
		return true, true
	}
	k := p.K
	if math.IsInf(p.Priors.Mu.SD, 1) {
		k--
	}
	return k > 0, k > 1
}
