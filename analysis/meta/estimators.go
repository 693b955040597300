package meta

import (
	"math"

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
