package bayes

import (
	"fmt"
	"math"

	"past/analysis"
)

// Priors are the priors of the model.
type Priors struct {
	Mu  NormalPrior
	Tau TauPrior
}

// Summary describes one posterior distribution.
type Summary struct {
	Mean, SD, Median  float64
	analysis.Interval // central
}

// Posterior is a fitted model. Its methods evaluate distributions exactly (up to quadrature), never by simulation.
type Posterior struct {
	Method       string
	Priors       Priors
	K            int
	Level        float64
	Mu           Summary // mean effect
	Tau          Summary // between-study standard deviation
	Predictive   Summary // true effect in a new study, N(mu, tau^2)
	QuadratureSE float64 // estimated relative error of the integral over tau
	Warnings     analysis.Warnings

	nodes mixture
	tau   tauPosterior
}

// node is the conditional posterior at one value of tau, and its share of the posterior.
type node struct {
	tau, share float64
	m, s       float64 // mu given tau
}

// mixture is the posterior of mu as a mixture of normals over tau.
type mixture []node

// Fit computes the posterior. y are effects, v their sampling variances; level is the probability of the intervals, 0 means 0.95.
//
// Given tau, with w_i = 1/(v_i + tau^2), W = sum w and ybar = sum w y / W,
//
//	mu | tau ~ N((W ybar + m/s^2)/(W + 1/s^2), 1/(W + 1/s^2))
//	p(tau | y) ~ p(tau) prod_i sqrt(w_i) exp(-sum w (y - ybar)^2 / 2) W^(-1/2) N(ybar; m, 1/W + s^2)
//
// (Roever 2020, section 2). An error means that the input or the priors cannot be used, or that the posterior does not exist.
func Fit(y, v []float64, p Priors, level float64) (*Posterior, error) {
	if level == 0 {
		level = 0.95
	}
	if !(level > 0 && level < 1) {
		return nil, fmt.Errorf("the interval's probability %v must lie between 0 and 1", level)
	}
	if err := p.Mu.check(); err != nil {
		return nil, err
	}
	if err := p.Tau.check(); err != nil {
		return nil, err
	}
	if len(y) == 0 {
		return nil, fmt.Errorf("no studies: a posterior needs at least one")
	}
	if err := analysis.CheckRows(y, v); err != nil {
		return nil, err
	}
	k := len(y)
	md := model{y: append([]float64(nil), y...), v: append([]float64(nil), v...), prior: p}
	q, err := md.integrate()
	if err != nil {
		return nil, err
	}
	post := &Posterior{Method: "Bayesian random-effects model, " + p.Mu.String() + ", " + p.Tau.String(), Priors: p, K: k, Level: level,
		nodes: q.nodes, QuadratureSE: q.err}
	post.tau = newTauPosterior(md, q)
	post.summarise()
	post.warn()
	return post, nil
}

// model is the data with the priors.
type model struct {
	y, v  []float64
	prior Priors
}

// at gives the unnormalised log posterior of tau and the conditional posterior of mu.
func (md *model) at(tau float64) (logp, m, s float64) {
	t2 := tau * tau
	ref := md.y[0]
	var sw, swy, logw float64
	wmax := 0.0
	for _, v := range md.v {
		wmax = math.Max(wmax, 1/(v+t2))
	}
	for i, v := range md.v {
		w := 1 / (v + t2)
		sw += w / wmax
		swy += w / wmax * (md.y[i] - ref)
		logw += math.Log(w)
	}
	mean := swy / sw // relative to ref
	rss := 0.0
	for i, v := range md.v {
		d := md.y[i] - ref - mean
		rss += d * d / (v + t2)
	}
	vb := 1 / (sw * wmax)
	n := float64(len(md.y))
	logp = md.prior.Tau.LogDensity(tau) + 0.5*(logw-n*log2Pi) - rss/2 + 0.5*(log2Pi+math.Log(vb))
	if math.IsInf(md.prior.Mu.SD, 1) {
		return logp, ref + mean, math.Sqrt(vb)
	}
	p2 := md.prior.Mu.SD * md.prior.Mu.SD
	d := ref + mean - md.prior.Mu.Mean
	logp -= 0.5 * (log2Pi + math.Log(vb+p2) + d*d/(vb+p2))
	share := vb / (vb + p2) // of the prior in the mean
	return logp, ref + mean - share*d, math.Sqrt(vb * (1 - share))
}

var log2Pi = math.Log(2 * math.Pi)
