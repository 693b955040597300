package synthesis

import (
	"fmt"
	"math"
	"slices"

	"past/analysis/bayes"
	"past/analysis/meta"
	"past/analysis/multilevel"
	"past/internal/evidence"
)

// SmallSample is the number of studies from which on the fitted model is shown.
// Below it the Knapp-Hartung interval is mostly too wide to say anything, the
// normal one too narrow, and the between-study variance hardly known: the answer
// shown is the posterior with the shipped priors, and none where the studies
// conflict (docs/decisions/0005).
const SmallSample = 5

// conflictLevel is the p-value of the heterogeneity test below which two to four
// studies are said to conflict.
const conflictLevel = 0.05

// headline chooses what is shown of a finding; nothing else does. It also gives
// the posterior, from one effect per study; of a part that is not drawn only where
// it is the answer.
func headline(q Question, p evidence.PooledResult, effects []evidence.Effect, drawn bool) (evidence.Headline, *evidence.BayesResult,
	error) {
	none := evidence.Headline{Kind: evidence.HeadlineNotPooled}
	switch {
	case p.K == 0:
		none.Note = "no study gives a number"
		return none, nil, nil
	case p.Estimate == nil || p.CILower == nil || p.CIUpper == nil:
		none.Note = "no model could be fitted"
		return none, nil, nil
	}
	fitted := evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: p.Estimate, Lower: p.CILower, Upper: p.CIUpper,
		Note: ModelWords(p.Method, p.Test)}
	if p.K == 1 && len(effects) == 1 {
		fitted.Kind, fitted.Note = evidence.HeadlineStudy, "one study is not a meta-analysis: the number is that study's own"
		return fitted, nil, nil
	}
	whole := p.K >= SmallSample || p.Method == "EE" || q.fitOnly != ""
	if q.fitOnly != "" && p.K < SmallSample {
		fitted.Note += "; " + q.fitOnly
	}
	if whole && !drawn || q.fitOnly != "" {
		return fitted, nil, nil
	}
	yi, vi, err := perStudy(q, effects)
	if err != nil {
		return fitted, nil, err
	}
	post, err := bayesian(q, effects, yi, vi, drawn)
	switch {
	case whole:
		return fitted, post, err
	case err != nil:
		none.Note = "the small-sample answer could not be computed: " + err.Error()
		return none, nil, err
	}
	if qp := heterogeneity(yi, vi); qp < conflictLevel {
		differ := fmt.Sprintf("the %d studies conflict", p.K)
		if oneSided(yi) {
			differ = fmt.Sprintf("the %d studies are on one side and differ in size more than chance explains", p.K)
		}
		none.Note = fmt.Sprintf("%s (test of heterogeneity p %s): an average of them would hide it", differ, smallP(qp))
		return none, post, nil
	}
	return evidence.Headline{Kind: evidence.HeadlineSmall, Estimate: &post.Median, Lower: &post.CrILow, Upper: &post.CrIHigh,
		Note: "posterior median and 95 % credible interval; " + post.Prior}, post, nil
}

// oneSided reports whether all estimates are on the same side of no effect.
func oneSided(yi []float64) bool {
	return len(yi) > 0 && (slices.Min(yi) > 0 || slices.Max(yi) < 0)
}

// part pools some of the studies by the plan's own model and chooses what is
// shown of them by the same rule as for all.
func part(q Question, label string, effects []evidence.Effect) (evidence.PooledResult, error) {
	m := q.Model()
	m.Label = label
	r, err := Pool(m, effects)
	if err != nil {
		return unfitted(m, effects, err), err
	}
	h, _, err := headline(q, r, effects, false)
	r.Headline = &h
	return r, err
}

// group is the part of the studies that shares a level of a factor. An interval of
// two studies says little that the two do not say, so none is given.
func group(q Question, level string, effects []evidence.Effect) (evidence.PooledResult, error) {
	r, err := part(q, level, effects)
	if r.K == 2 {
		r.Headline = &evidence.Headline{Kind: evidence.HeadlineNotPooled, Note: "two studies of a group are shown one by one"}
	}
	return r, err
}

// answered is the interval that the headline of independent effects would have.
func answered(q Question, effects []evidence.Effect, yi, vi []float64) (lo, hi float64, err error) {
	if len(yi) < SmallSample && q.Method != "EE" {
		post, err := posterior(q, effects, yi, vi)
		if err != nil {
			return 0, 0, err
		}
		return post.Mu.Lower, post.Mu.Upper, nil
	}
	fit, err := meta.Fit(yi, vi, meta.Options{Method: meta.Method(q.Method), Test: meta.Test(q.Test)})
	if err != nil {
		return 0, 0, err
	}
	return fit.Coef[0].Lower, fit.Coef[0].Upper, nil
}

// heterogeneity is the p-value of Cochran's Q.
func heterogeneity(yi, vi []float64) float64 {
	fit, err := meta.Fit(yi, vi, meta.Options{Method: meta.EE})
	if err != nil {
		return 1
	}
	return fit.Q.P
}

func smallP(p float64) string {
	if p < 0.0001 {
		return "< 0.0001"
	}
	return "= " + fixed(p, 4)
}

// perStudy gives one effect for each study: the rows themselves, or, of several
// rows per study, their generalised least squares mean under the plan's rho.
func perStudy(q Question, effects []evidence.Effect) (yi, vi []float64, err error) {
	if q.ModelKind != CHE || !several(effects) {
		yi, vi = columns(effects)
		return yi, vi, nil
	}
	var d multilevel.Data
	for _, e := range effects {
		d.Effect, d.Variance, d.Cluster = append(d.Effect, evidence.Value(e.Estimate)), append(d.Variance, evidence.Value(e.Variance)),
			append(d.Cluster, e.StudyID)
	}
	rows, err := multilevel.Aggregate(d, q.Model().Rho)
	for _, r := range rows {
		yi, vi = append(yi, r.Effect), append(vi, r.Variance)
	}
	return yi, vi, err
}

// priors are the shipped ones, weakly informative: mu normal around no effect
// with SD 1, tau half-normal with scale 0.5, in standard deviations or on the log
// scale. Points of a scale take the studies' pooled standard deviation as unit,
// risk differences a fifth.
func priors(q Question, effects []evidence.Effect) bayes.Priors {
	unit := 1.0
	switch q.Measure {
	case "MD":
		if sd := pooledSD(effects); sd > 0 {
			unit = roundTo(sd, 2)
		}
	case "RD":
		unit = 0.2
	}
	return bayes.Priors{Mu: bayes.NormalPrior{SD: unit}, Tau: bayes.TauPrior{Family: bayes.HalfNormal, Scale: unit / 2}}
}

// roundTo keeps so many significant digits: a prior has no more.
func roundTo(x float64, digits int) float64 {
	s := math.Pow10(digits - 1 - int(math.Floor(math.Log10(x))))
	return math.Round(x*s) / s
}

// pooledSD is the pooled standard deviation within the arms of all effects, 0
// where no arm states one. Means with only a variance take the sampling variance
// of two arms of half the participants.
func pooledSD(effects []evidence.Effect) float64 {
	var ss, df float64
	for _, e := range effects {
		n1, n2 := e.N1, e.N2
		switch {
		case n1 == nil || n2 == nil || *n1+*n2 <= 2:
		case e.SD1 != nil && e.SD2 != nil:
			ss += (*n1-1)**e.SD1**e.SD1 + (*n2-1)**e.SD2**e.SD2
			df += *n1 + *n2 - 2
		case e.Measure == "MD":
			ss += (*n1 + *n2 - 2) * evidence.Value(e.Variance) / (1 / *n1 + 1 / *n2)
			df += *n1 + *n2 - 2
		}
	}
	if !(df > 0) {
		return 0
	}
	return math.Sqrt(ss / df)
}

func posterior(q Question, effects []evidence.Effect, yi, vi []float64) (*bayes.Posterior, error) {
	return bayes.Fit(yi, vi, priors(q, effects), 0.95)
}
