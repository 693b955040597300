package bayes

import (
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
	"past/analysis/internal/solve"
)

// ProbMuBelow is P(mu < x | data).
func (p *Posterior) ProbMuBelow(x float64) float64 { return p.nodes.cdf(x, false) }

// sd is the standard deviation of mu, or of a new true effect, given the node's tau.
func (n node) sd(predictive bool) float64 {
	if predictive {
		return math.Hypot(n.s, n.tau)
	}
	return n.s
}

func (m mixture) cdf(x float64, predictive bool) float64 {
	sum := 0.0
	for _, n := range m {
		sum += n.share * dist.NormCDF((x-n.m)/n.sd(predictive))
	}
	return math.Min(1, sum)
}

func (m mixture) upper(x float64, predictive bool) float64 {
	sum := 0.0
	for _, n := range m {
		sum += n.share * dist.NormSF((x-n.m)/n.sd(predictive))
	}
	return math.Min(1, sum)
}

func (m mixture) density(x float64, predictive bool) float64 {
	sum := 0.0
	for _, n := range m {
		sd := n.sd(predictive)
		sum += n.share * dist.NormPDF((x-n.m)/sd) / sd
	}
	return sum
}

// quantile solves cdf(x) = q; tails are taken from the side that keeps digits.
func (m mixture) quantile(q float64, predictive bool) float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	z := dist.NormQuantile(q)
	for _, n := range m {
		x := n.m + z*n.sd(predictive)
		lo, hi = math.Min(lo, x), math.Max(hi, x)
	}
	if lo == hi {
		return lo
	}
	f := func(x float64) float64 { return m.cdf(x, predictive) - q }
	if q > 0.5 {
		f = func(x float64) float64 { return (1 - q) - m.upper(x, predictive) }
	}
	// every component's q-quantile is in [lo, hi], so the mixture's does
	pad := 1e-9 * (hi - lo)
	x, err := solve.Root(f, lo-pad, hi+pad, 0)
	if err != nil {
		return math.NaN()
	}
	return x
}

// summarise fills the summaries.
func (p *Posterior) summarise() {
	p.Mu = p.normalSummary(false)
	p.Predictive = p.normalSummary(true)
	p.Tau = p.tauSummary()
	if _, variance := p.finiteMoments(); !variance {
		p.Predictive.SD = math.Inf(1)
		if math.IsInf(p.Priors.Mu.SD, 1) {
			p.Mu.SD = math.Inf(1)
		}
	}
}

func (p *Posterior) normalSummary(predictive bool) Summary {
	var s Summary
	for _, n := range p.nodes {
		s.Mean += n.share * n.m
	}
	for _, n := range p.nodes {
		sd, d := n.sd(predictive), n.m-s.Mean
		s.SD += n.share * (sd*sd + d*d)
	}
	s.SD = math.Sqrt(s.SD)
	at := func(q float64) float64 { return p.nodes.quantile(q, predictive) }
	s.Median, s.Lower, s.Upper = at(0.5), at((1-p.Level)/2), at((1+p.Level)/2)
	return s
}

// warn says where the prior speaks louder than the data, or against them.
func (p *Posterior) warn() {
	if p.K < 5 {
		p.Warnings.Add(analysis.PriorShapes,
			"k = %d: the data say little about tau, so the prior %s shapes the result; show another prior beside it", p.K, p.Priors.Tau)
	}
	if u := p.Priors.Tau.upper(); !math.IsInf(u, 1) && 1-p.tau.cdf(0.95*u) > 0.05 {
		p.Warnings.Add(analysis.PriorShapes,
			"the posterior of tau reaches the upper limit %g of its uniform prior: the limit shapes the result", u)
	}
	if m := p.Priors.Mu; !math.IsInf(m.SD, 1) && math.Abs(p.Mu.Mean-m.Mean) > 2*m.SD {
		p.Warnings.Add(analysis.PriorShapes,
			"the posterior mean of mu lies more than two prior standard deviations from the prior mean: data and prior disagree")
	}
	if p.QuadratureSE > 1e-8 {
		p.Warnings.Add(analysis.Precision, "the integral over tau is accurate to about %.1g only", p.QuadratureSE)
	}
}

// Grid is a density evaluated at equally spaced points, for drawing.
type Grid struct{ X, Density []float64 }

// MuGrid gives n >= 2 points that cover all but a thousandth of the probability at each open end.
func (p *Posterior) MuGrid(n int) Grid {
	return grid(p.nodes.quantile(0.001, false), p.nodes.quantile(0.999, false), n,
		func(x float64) float64 { return p.nodes.density(x, false) })
}

func grid(lo, hi float64, n int, density func(float64) float64) Grid {
	n = max(n, 2)
	g := Grid{X: make([]float64, n), Density: make([]float64, n)}
	for i := range g.X {
		g.X[i] = lo + (hi-lo)*float64(i)/float64(n-1)
		g.Density[i] = density(g.X[i])
	}
	return g
}
