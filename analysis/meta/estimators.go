package meta

import (
	"fmt"
	"math"
	"strings"

	"past/analysis/internal/dist"
)

// estimator is a way to estimate tau2. A new one is a file of its own that holds
// its name, its formula with the source, and a call of register from init;
// everything that lists or takes methods then has it.
type estimator struct {
	name Method
	// metafor is set where R's metafor has it by the same name.
	metafor bool
	// fit estimates tau2, not below 0, with its standard error. fixed, where it is
	// not nil, is a known tau2 to take instead. There are more studies than
	// coefficients. Common-effect models have none.
	fit func(s *sample, fixed *float64) estimate
	// mean is tau2 alone of a model without moderators, without allocating: it
	// takes part in multiverse analyses and permutations. m0 are the moments at
	// tau2 = 0. nil: the method is not available there.
	mean func(s *sample, m0 *moments) float64
}

// register adds an estimator.
func register(e estimator) { estimators = append(estimators, e) }

func (m Method) estimator() *estimator {
	for i := range estimators {
		if estimators[i].name == m {
			return &estimators[i]
		}
	}
	return nil
}

var estimators = []estimator{
	{name: FE, metafor: true, mean: noTau2},
	{name: EE, metafor: true, mean: noTau2},
	{name: DL, metafor: true, fit: byMoments(DL), mean: func(s *sample, m0 *moments) float64 {
		return math.Max(0, (m0.q-s.df())/m0.trP)
	}},
	{name: HE, metafor: true, fit: byMoments(HE), mean: func(s *sample, _ *moments) float64 {
		sv := 0.0
		for _, v := range s.v {
			sv += v
		}
		return math.Max(0, s.unweightedRSS()/s.df()-sv/float64(s.k))
	}},
	{name: HS, metafor: true, fit: byMoments(HS), mean: func(s *sample, m0 *moments) float64 {
		return math.Max(0, (m0.q-float64(s.k))/m0.sw)
	}},
	{name: HSk, fit: byMoments(HSk), mean: func(s *sample, m0 *moments) float64 {
		k := float64(s.k)
		return math.Max(0, (k/s.df()*m0.q-k)/m0.sw)
	}},
	{name: SJ, metafor: true, fit: byMoments(SJ), mean: func(s *sample, _ *moments) float64 {
		var m moments
		t := s.unweightedRSS() / float64(s.k)
		s.at(t, &m)
		return t * m.q / s.df()
	}},
	{name: ML, metafor: true, fit: byLikelihood(false), mean: meanLikelihood(false)},
	{name: REML, metafor: true, fit: byLikelihood(true), mean: meanLikelihood(true)},
	{name: EB, metafor: true, fit: byQ((*sample).df), mean: meanQ((*sample).df)},
	{name: PM, metafor: true, fit: byQ((*sample).df), mean: meanQ((*sample).df)},
	{name: PMM, fit: byQ(medianQ), mean: meanQ(medianQ)},
}

// df are the degrees of freedom, k - p.
func (s *sample) df() float64 { return float64(s.k - s.p) }

func noTau2(*sample, *moments) float64 { return 0 }

func byMoments(m Method) func(*sample, *float64) estimate {
	return func(s *sample, fixed *float64) estimate {
		tau2, se := s.momentTau2(m, fixed)
		return estimate{tau2, se, 1}
	}
}

func byLikelihood(reml bool) func(*sample, *float64) estimate {
	return func(s *sample, fixed *float64) estimate {
		e := estimate{maxima: 1}
		if fixed != nil {
			e.tau2 = *fixed
		} else {
			e.tau2, e.maxima = s.likelihoodTau2(reml)
		}
		e.se = s.likelihoodSE(e.tau2, reml)
		return e
	}
}

func meanLikelihood(reml bool) func(*sample, *moments) float64 {
	return func(s *sample, _ *moments) float64 {
		t, _ := s.likelihoodTau2(reml)
		return t
	}
}

// medianQ is the median of Q's distribution under the model.
func medianQ(s *sample) float64 { return dist.ChiSqQuantile(0.5, s.df()) }

// byQ solves Q(tau2) = target; the standard error is sqrt(2 k^2/(k-p)) / sum w.
func byQ(target func(*sample) float64) func(*sample, *float64) estimate {
	return func(s *sample, fixed *float64) estimate {
		e := estimate{maxima: 1}
		if fixed != nil {
			e.tau2 = *fixed
		} else {
			e.tau2 = s.solveQ(target(s))
		}
		var m moments
		s.at(e.tau2, &m)
		e.se = math.Sqrt(2*float64(s.k)*float64(s.k)/s.df()) / m.sw
		return e
	}
}

func meanQ(target func(*sample) float64) func(*sample, *moments) float64 {
	return func(s *sample, _ *moments) float64 { return s.solveQ(target(s)) }
}

// Method names an estimator of the between-study variance tau2, or a model
// without one.
type Method string

// The estimators. P is the matrix W - W X (X'W X)^-1 X'W of the weights named.
const (
	// FE is the fixed-effects model: tau2 = 0, inference about the studies at hand.
	FE Method = "FE"
	// EE is the equal-effects (common-effect) model: computed as FE, read otherwise.
	EE Method = "EE"
	// DL: tau2 = (Q - (k-p)) / tr(P), W = 1/v (DerSimonian & Laird 1986, eq. 5).
	DL Method = "DL"
	// HE: tau2 = (RSS - tr(P V)) / (k-p), W = I (Hedges & Olkin 1985, ch. 9).
	HE Method = "HE"
	// HS: tau2 = (Q - k) / sum(1/v) (Schmidt & Hunter; Viechtbauer 2005, eq. 9).
	HS Method = "HS"
	// HSk: HS with Q multiplied by k/(k-p) (Brannick et al. 2019).
	HSk Method = "HSk"
	// SJ: tau2 = tau2_0 y'P y / (k-p), W = 1/(v + tau2_0), tau2_0 the variance of
	// the effects with divisor k (Sidik & Jonkman 2005, eq. 8 rescaled as in metafor).
	SJ Method = "SJ"
	// ML maximises the likelihood (Hardy & Thompson 1996).
	ML Method = "ML"
	// REML maximises the restricted likelihood (Raudenbush 2009, eq. 16.16).
	REML Method = "REML"
	// EB is the empirical Bayes estimator (Morris 1983); its estimating equation is
	// that of PM (Viechtbauer et al. 2015).
	EB Method = "EB"
	// PM solves Q(tau2) = k-p (Paule & Mandel 1982; DerSimonian & Kacker 2007).
	PM Method = "PM"
	// PMM solves Q(tau2) = median of chi-square with k-p df (Viechtbauer 2021).
	PMM Method = "PMM"
)

// Methods lists every method: those above in the order of their constants, then
// those that files of their own add.
func Methods() []Method {
	var out []Method
	for _, e := range estimators {
		out = append(out, e.name)
	}
	return out
}

// names joins methods for a message.
func names(ms []Method) string {
	var out []string
	for _, m := range ms {
		out = append(out, string(m))
	}
	return strings.Join(out, ", ")
}

// InMetafor reports whether R's metafor has the method by the same name.
func (m Method) InMetafor() bool {
	e := m.estimator()
	return e != nil && e.metafor
}

// ParseMethod reads a method's name in any letter case; "CE" is read as EE. The
// empty string is REML.
func ParseMethod(s string) (Method, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return REML, nil
	}
	if strings.EqualFold(s, "CE") {
		return EE, nil
	}
	for _, m := range Methods() {
		if strings.EqualFold(s, string(m)) {
			return m, nil
		}
	}
	return "", fmt.Errorf("unknown method %q: use one of %s", s, names(Methods()))
}

// common reports whether the method assumes tau2 = 0.
func (m Method) common() bool { return m == FE || m == EE }

// Test names how coefficients are tested and their intervals are made.
type Test string

const (
	// Z: normal quantiles.
	Z Test = "z"
	// T: t quantiles with k-p degrees of freedom, standard error unscaled.
	T Test = "t"
	// KnHa: Knapp-Hartung; the variance is multiplied by
	// s2w = sum(w (y - x'b)^2) / (k-p), t quantiles with k-p degrees of freedom
	// (Hartung 1999; Sidik & Jonkman 2002; Knapp & Hartung 2003).
	KnHa Test = "knha"
	// AdHoc: Knapp-Hartung with s2w never below 1 (Knapp & Hartung 2003, sec. 4).
	AdHoc Test = "adhoc"
)

// Tests lists every test in the order of their constants.
func Tests() []Test { return []Test{Z, T, KnHa, AdHoc} }

// ParseTest reads a test's name in any letter case; "hksj" is read as knha. The
// empty string is z.
func ParseTest(s string) (Test, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "":
		return Z, nil
	case "hksj", "hk":
		return KnHa, nil
	}
	for _, t := range Tests() {
		if s == string(t) {
			return t, nil
		}
	}
	return "", fmt.Errorf("unknown test %q: use one of z, t, knha, adhoc", s)
}

// scaled reports whether the test multiplies the variance by s2w.
func (t Test) scaled() bool { return t == KnHa || t == AdHoc }
