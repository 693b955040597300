package pooled2x2

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/effect"
	"past/analysis/internal/solve"
)

// Model names a mixed model for two groups.
type Model string

// The models (names of R package metafor, function rma.glmm; Stijnen, Hamza &
// Özdemir 2010). One-group data have a single model, OneGroup.
const (
	UMFS     Model = "UM.FS" // unconditional, a fixed intercept per study, random effects coded +-1/2
	CMAL     Model = "CM.AL" // conditional on the events of both groups, binomial approximation (rare events)
	CMEL     Model = "CM.EL" // conditional, exact likelihood
	OneGroup Model = ""
)

// Mixed is a fitted mixed model: Coef holds the mean log odds ratio, log rate ratio,
// logit or log rate, Tau2 the between-study variance on that scale, by maximum
// likelihood. Q is the Wald test that the studies' effects are equal (saturated fixed
// model).
type Mixed struct {
	analysis.Fit
	Measure effect.Measure
	Model   Model
	QLRT    analysis.Statistic // likelihood-ratio test of the same as Q
	LogLik  float64            // the maximised (marginal) log-likelihood, with all constants
	// LogLikModes is the log-likelihood with the random effects held at their
	// modes. R's metafor (3.8-1, through lme4) reports this one as the model's
	// log-likelihood; it is larger and must not be used to compare models.
	LogLikModes float64
}

// ErrNoFiniteEstimate is wrapped when the likelihood has no maximum: a group
// without events, or with events only, in all studies.
var ErrNoFiniteEstimate = errors.New("the likelihood has no finite maximum")

// FitTables fits a logistic mixed model to 2x2 tables (measure OR). Studies without
// events, or with events only, in both groups hold no information and are left
// out.
func FitTables(t Tables, model Model, level float64) (Mixed, error) {
	list, _, warn, err := t.cells(effect.OR, Options{})
	if err != nil {
		return Mixed{}, fmt.Errorf("mixed model: %w", err)
	}
	f := newFit(effect.OR, model, level)
	f.res.Warnings = warn
	for _, c := range list {
		if c.sameRow() || c.n1() == 0 || c.n2() == 0 {
			f.dropped++
			continue
		}
		if model == CMAL {
			f.extremes(c.a == 0, c.c == 0)
		} else {
			f.extremes(c.a == 0 || c.d == 0, c.b == 0 || c.c == 0)
		}
		switch model {
		case UMFS:
			f.add(nil, &arms{newBinomial(c.a, c.n1(), 0), newBinomial(c.c, c.n2(), 0)})
			f.own(math.Log(c.a/c.b*c.d/c.c), 1/c.a+1/c.b+1/c.c+1/c.d)
		case CMAL:
			off := math.Log(c.n1() / c.n2())
			f.add(newBinomial(c.a, c.a+c.c, off), nil)
			f.own(math.Log(c.a/c.c)-off, 1/c.a+1/c.c)
		case CMEL:
			h := hypergeometric{c.a, c.n1(), c.n2(), c.a + c.c}
			f.add(h, nil)
			f.own(h.maximum())
		default:
			return Mixed{}, fmt.Errorf("mixed model for 2x2 tables: unknown model %q: use UM.FS, CM.AL or CM.EL", model)
		}
	}
	return f.run()
}

// FitRates fits a Poisson mixed model to events in person-time of two groups
// (measure IRR), model UM.FS or CM.EL. Studies without events are left out.
func FitRates(d Rates, model Model, level float64) (Mixed, error) {
	if _, err := effect.Compute(effect.IRR, effect.Data{X1I: d.Events1, T1I: d.Time1, X2I: d.Events2, T2I: d.Time2},
		effect.Options{}); err != nil {
		return Mixed{}, fmt.Errorf("mixed model: %w", err)
	}
	f := newFit(effect.IRR, model, level)
	for i := range d.Events1 {
		x1, t1, x2, t2 := d.Events1[i], d.Time1[i], d.Events2[i], d.Time2[i]
		if math.IsNaN(x1+t1+x2+t2) || x1+x2 == 0 {
			f.dropped++
			continue
		}
		f.extremes(x1 == 0, x2 == 0)
		switch model {
		case UMFS:
			f.add(nil, &arms{newPoisson(x1, t1), newPoisson(x2, t2)})
		case CMEL:
			f.add(newBinomial(x1, x1+x2, math.Log(t1/t2)), nil)
		default:
			return Mixed{}, fmt.Errorf("mixed model for person-time: unknown model %q: use UM.FS or CM.EL", model)
		}
		f.own(math.Log(x1/t1*t2/x2), 1/x1+1/x2)
	}
	return f.run()
}

// FitProportions fits a logistic model with a normal random effect to events among
// people in one group (measure PLO).
func FitProportions(events, n []float64, level float64) (Mixed, error) {
	if _, err := effect.Compute(effect.PLO, effect.Data{XI: events, NI: n}, effect.Options{}); err != nil {
		return Mixed{}, fmt.Errorf("mixed model: %w", err)
	}
	f := newFit(effect.PLO, OneGroup, level)
	for i := range events {
		if math.IsNaN(events[i] + n[i]) {
			f.dropped++
			continue
		}
		e, r := events[i], n[i]-events[i]
		f.extremes(e == 0, r == 0)
		f.add(newBinomial(e, n[i], 0), nil)
		f.own(math.Log(e/r), 1/e+1/r)
	}
	return f.run()
}

// FitIncidence fits a Poisson model with a normal random effect to events in
// person-time of one group (measure IRLN).
func FitIncidence(events, time []float64, level float64) (Mixed, error) {
	if _, err := effect.Compute(effect.IRLN, effect.Data{XI: events, TI: time}, effect.Options{}); err != nil {
		return Mixed{}, fmt.Errorf("mixed model: %w", err)
	}
	f := newFit(effect.IRLN, OneGroup, level)
	for i, x := range events {
		if math.IsNaN(x + time[i]) {
			f.dropped++
			continue
		}
		f.extremes(x == 0, false)
		f.add(newPoisson(x, time[i]), nil)
		f.own(math.Log(x/time[i]), 1/x)
	}
	return f.run()
}

// mixedFit is one model on the way: either every study is a single count, or every
// study is a pair of arms with a nuisance intercept, kept in nuisance from one
// evaluation to the next as a starting value.
type mixedFit struct {
	res      Mixed
	dropped  int
	low      int // studies whose own effect is minus infinity (as few events as possible)
	high     int // plus infinity
	studies  []count
	pairs    []*arms
	nuisance []float64
	y, v     []float64 // each study's own effect and variance, infinite when it has none
}

func newFit(m effect.Measure, model Model, level float64) *mixedFit {
	return &mixedFit{res: Mixed{Fit: analysis.NewFit(0, cmp.Or(level, 0.95)), Measure: m, Model: model}}
}

// extremes notes whether a study's own effect is infinite.
func (f *mixedFit) extremes(low, high bool) {
	if low {
		f.low++
	}
	if high {
		f.high++
	}
}

func (f *mixedFit) add(c count, p *arms) {
	f.studies = append(f.studies, c)
	f.pairs = append(f.pairs, p)
	f.nuisance = append(f.nuisance, math.NaN())
}

// own keeps a study's own effect for the Wald test; an infinite one (a zero cell)
// has weight 0 there.
func (f *mixedFit) own(y, v float64) {
	if math.IsNaN(y) || math.IsInf(y, 0) || math.IsNaN(v) {
		y, v = 0, math.Inf(1)
	}
	f.y, f.v = append(f.y, y), append(f.v, v)
}

// logLik is the log-likelihood of the mixed model at mean beta and standard
// deviation tau (its sign does not matter), the nuisances maximised out.
func (f *mixedFit) logLik(beta, tau float64) float64 {
	l, _, _ := f.withGradient(beta, tau, false)
	return l
}

// withGradient is logLik with its derivatives in beta and tau: by Fisher's identity
// the posterior means of the derivatives given the random effects.
func (f *mixedFit) withGradient(beta, tau float64, gradient bool) (l, gb, gt float64) {
	for i, s := range f.studies {
		if p := f.pairs[i]; p != nil {
			l += f.profile(i, p, beta, tau)
			if gradient {
				a := f.nuisance[i]
				integrate(p.given(a, beta, tau), func(z, share float64) {
					_, g1, _ := p.one.at(a + beta + tau/2*z)
					_, g2, _ := p.two.at(a - tau/2*z)
					gb += share * g1
					gt += share * (g1 - g2) * z / 2
				})
			}
			continue
		}
		var visit func(z, share float64)
		if gradient {
			visit = func(z, share float64) {
				_, g, _ := s.at(beta + tau*z)
				gb += share * g
				gt += share * g * z
			}
		}
		l += integrate(func(z float64) (l, d1, d2 float64) {
			l, d1, d2 = s.at(beta + tau*z)
			return l, tau * d1, tau * tau * d2
		}, visit)
	}
	return l, gb, gt
}

// maximise climbs from a start in (beta, tau).
func (f *mixedFit) maximise(beta, tau float64) (solve.Optimum, error) {
	return solve.Minimise(func(x []float64) float64 { return -f.logLik(x[0], x[1]) }, []float64{beta, tau},
		solve.Options{GradTol: 1e-7, MaxEvals: 2000, Gradient: func(g, x []float64) {
			_, gb, gt := f.withGradient(x[0], x[1], true)
			g[0], g[1] = -gb, -gt
		}})
}

// logLikModes is the log-likelihood with each study's random effect at its mode.
func (f *mixedFit) logLikModes(beta, tau float64) float64 {
	f.logLik(beta, tau) // brings the nuisances to this point
	sum := 0.0
	for i, s := range f.studies {
		given := func(z float64) (l, d1, d2 float64) {
			l, d1, d2 = s.at(beta + tau*z)
			return l, tau * d1, tau * tau * d2
		}
		if p := f.pairs[i]; p != nil {
			given = p.given(f.nuisance[i], beta, tau)
		}
		z, _, _ := integrandMode(given)
		l, _, _ := given(z)
		sum += l
	}
	return sum
}

// profile maximises study i's likelihood over its intercept by Newton's method;
// the integrated likelihood is log-concave in it (Prékopa).
func (f *mixedFit) profile(i int, p *arms, beta, tau float64) float64 {
	a := f.nuisance[i]
	if math.IsNaN(a) {
		a = startIntercept(p)
	}
	l, g, c := p.marginal(a, beta, tau)
	for iter := 0; iter < 60; iter++ {
		step := -g / c
		if !(c < 0) {
			step = math.Copysign(0.5, g)
		}
		step = math.Max(-4, math.Min(4, step))
		if math.Abs(step) < 1e-11*(1+math.Abs(a)) {
			break
		}
		improved := false
		for t := 1.0; t > 1e-8; t /= 2 {
			nl, ng, nc := p.marginal(a+t*step, beta, tau)
			if nl >= l {
				improved = nl > l
				a, l, g, c = a+t*step, nl, ng, nc
				break
			}
		}
		if !improved {
			break
		}
	}
	f.nuisance[i] = a
	return l
}

// startIntercept is roughly the linear predictor of group 2.
func startIntercept(p *arms) float64 {
	switch c := p.two.(type) {
	case binomial:
		return math.Log((c.k + 0.5) / (c.n - c.k + 0.5))
	case poisson:
		return math.Log(c.k+0.5) - c.offset
	}
	return 0
}

// marginal is the study's log-likelihood with the random effect integrated out,
// and its first two derivatives in the intercept a.
func (p *arms) marginal(a, beta, tau float64) (l, g, c float64) {
	half := tau / 2
	var es, es2, ed2 float64
	l = integrate(p.given(a, beta, tau), func(z, share float64) {
		_, g1, c1 := p.one.at(a + beta + half*z)
		_, g2, c2 := p.two.at(a - half*z)
		s := g1 + g2
		es += share * s
		es2 += share * s * s
		ed2 += share * (c1 + c2)
	})
	return l, es, ed2 + es2 - es*es
}

// given is the study's log-likelihood as a function of its standardised random
// effect.
func (p *arms) given(a, beta, tau float64) func(z float64) (l, d1, d2 float64) {
	half := tau / 2
	return func(z float64) (l, d1, d2 float64) {
		l1, g1, c1 := p.one.at(a + beta + half*z)
		l2, g2, c2 := p.two.at(a - half*z)
		return l1 + l2, half * (g1 - g2), half * half * (c1 + c2)
	}
}

// separated is the between-study variance, on the log scale, beyond which the maximum is taken to be at infinity: effects
// that differ by factors of e^100 are no effects.
const separated = 1e4

// run fits the model: maximum likelihood in (beta, tau), started from several
// tau since tau = 0 is always a stationary point.
func (f *mixedFit) run() (Mixed, error) {
	r := &f.res
	r.K = len(f.studies)
	if f.dropped > 0 {
		r.Warnings.Add(analysis.RowsDropped, "%d studies left out: no information on the effect, or missing numbers", f.dropped)
	}
	if r.K == 0 {
		return Mixed{}, fmt.Errorf("mixed model: %w", ErrNoStudies)
	}
	if f.low == r.K || f.high == r.K {
		return Mixed{}, fmt.Errorf("mixed model: %w: every study is at the same extreme of what its margins allow", ErrNoFiniteEstimate)
	}
	start, spread := f.start()
	common, err := solve.Minimise(func(x []float64) float64 { return -f.logLik(x[0], 0) }, []float64{start},
		solve.Options{GradTol: 1e-9, MaxEvals: 2000, Gradient: func(g, x []float64) {
			_, gb, _ := f.withGradient(x[0], 0, true)
			g[0] = -gb
		}})
	if err != nil && common.X == nil {
		return Mixed{}, fmt.Errorf("mixed model: common effect: %w", err)
	}
	beta, tau, ll := common.X[0], 0.0, -common.F
	converged := common.Converged
	if r.K > 1 {
		// tau = 0 is always a stationary point: start where the likelihood is higher
		best, at := math.Inf(-1), 0.0
		for _, t := range []float64{spread, 0.1, 0.3, 1, 3} {
			if l := f.logLik(beta, t); t > 0 && l > best {
				best, at = l, t
			}
		}
		if o, err := f.maximise(beta, at); o.X != nil && -o.F > ll+1e-9 {
			beta, tau, ll, converged = o.X[0], math.Abs(o.X[1]), -o.F, err == nil
		}
	}
	if tau*tau > separated || f.risesWithoutEnd(ll, tau) {
		return Mixed{}, fmt.Errorf("mixed model: %w: the studies are separated to opposite sides, and the likelihood rises with "+
			"the between-study variance without end", ErrNoFiniteEstimate)
	}
	r.Tau2, r.LogLik = tau*tau, ll
	if !converged {
		r.Warnings.Add(analysis.NotConverged, "the search for the maximum of the likelihood did not settle; treat the result with care")
	}
	r.LogLikModes = f.logLikModes(beta, tau)
	se := f.standardError(beta, tau)
	if math.IsNaN(se) {
		r.Warnings.Add(analysis.NoStandardError, "the standard error could not be computed: the likelihood is flat at its maximum")
	}
	wald(&r.Fit, beta, se)
	f.heterogeneity(-common.F)
	return *r, nil
}

// risesWithoutEnd reports whether effects that lie infinitely far apart explain
// the studies no worse than the best ones found. That can be where each study is
// at one extreme or the other: the likelihood then tends to that of a coin that
// falls to the sides as the studies do. A search can stop anywhere on the flat way
// there, and the nodes of the quadrature lie too far apart to see it. With an
// intercept for each study that likelihood is another.
func (f *mixedFit) risesWithoutEnd(best, tau float64) bool {
	low, high := float64(f.low), float64(f.high)
	if f.res.Model == UMFS || low == 0 || high == 0 || f.low+f.high < len(f.studies) {
		return false
	}
	return tau > 10 || low*math.Log(low/(low+high))+high*math.Log(high/(low+high)) >= best
}

// start is the inverse-variance mean of the studies' own effects and a moment
// estimate of their spread.
func (f *mixedFit) start() (mean, spread float64) {
	sw, sy := 0.0, 0.0
	for i := range f.y {
		sw += 1 / f.v[i]
		sy += f.y[i] / f.v[i]
	}
	if sw == 0 {
		return 0, 0.5
	}
	mean = sy / sw
	q, sw2 := 0.0, 0.0
	for i := range f.y {
		q += (f.y[i] - mean) * (f.y[i] - mean) / f.v[i]
		sw2 += 1 / (f.v[i] * f.v[i])
	}
	return mean, math.Sqrt(math.Max(0, (q-float64(len(f.y)-1))/(sw-sw2/sw)))
}

// standardError inverts the observed information in (beta, tau), so that the
// uncertainty of tau counts.
func (f *mixedFit) standardError(beta, tau float64) float64 {
	if tau*tau < 1e-8 { // on the boundary the two do not mix
		h := solve.Hessian(func(x []float64) float64 { return -f.logLik(x[0], 0) }, []float64{beta})
		return 1 / math.Sqrt(h[0])
	}
	cov, ok := covariance(func(x []float64) float64 { return -f.logLik(x[0], x[1]) }, []float64{beta, tau})
	if !ok {
		return math.NaN()
	}
	return math.Sqrt(cov[0])
}

// heterogeneity tests that all studies share one effect: llCommon is the
// log-likelihood of the common-effect model, the saturated one fits each study
// alone.
func (f *mixedFit) heterogeneity(llCommon float64) {
	r := &f.res
	df := float64(r.K - 1)
	mean, _ := f.start()
	wald := 0.0
	for i := range f.y {
		wald += (f.y[i] - mean) * (f.y[i] - mean) / f.v[i]
	}
	saturated := 0.0
	for i, s := range f.studies {
		if p := f.pairs[i]; p != nil {
			saturated += supremum(p.one) + supremum(p.two)
		} else {
			saturated += supremum(s)
		}
	}
	r.Q, r.QLRT = analysis.ChiSquare(wald, df), analysis.ChiSquare(math.Max(0, 2*(saturated-llCommon)), df)
}

// supremum is the largest value of a count's log-likelihood.
func supremum(c count) float64 {
	switch c := c.(type) {
	case binomial:
		l := c.choose
		if c.k > 0 {
			l += c.k * math.Log(c.k/c.n)
		}
		if c.k < c.n {
			l += (c.n - c.k) * math.Log1p(-c.k/c.n)
		}
		return l
	case poisson:
		l := -c.k - c.factorial
		if c.k > 0 {
			l += c.k * math.Log(c.k)
		}
		return l
	case hypergeometric:
		y, v := c.maximum()
		if math.IsInf(v, 1) {
			return 0 // the count is certain at an infinite odds ratio
		}
		l, _, _ := c.at(y)
		return l
	}
	return math.NaN()
}

// maximum is the conditional maximum likelihood log odds ratio of one table and
// its variance; the variance is infinite when the estimate is.
func (h hypergeometric) maximum() (y, v float64) {
	lo, hi := math.Max(0, h.t-h.n2), math.Min(h.n1, h.t)
	if h.k <= lo || h.k >= hi {
		return 0, math.Inf(1)
	}
	score := func(x float64) float64 { _, d, _ := h.at(x); return d }
	a, b := -1.0, 1.0
	for score(a) < 0 && a > -200 {
		a *= 2
	}
	for score(b) > 0 && b < 200 {
		b *= 2
	}
	y, err := solve.Root(score, a, b, 1e-13)
	if err != nil {
		return 0, math.Inf(1)
	}
	_, _, d2 := h.at(y)
	return y, -1 / d2
}
