package bias

import (
	"errors"
	"math"

	"past/analysis"
)

// errConstantPredictor says that a regression has no slope to estimate.
var errConstantPredictor = errors.New("the predictor has the same value in all studies, so there is no slope to estimate")

// Line is a straight line through the effects: Coef holds the intercept and the slope. Of a [MetaRegression] it is that fit; of
// [Dispersion] the line is fitted with weights 1/v and an estimated (multiplicative) residual variance, as R's
// lm(y ~ x, weights = 1/v) does, and with two studies only the line itself exists.
type Line struct {
	analysis.Fit
	Sigma2 float64 // Dispersion: weighted residual sum of squares over its degrees of freedom; else NaN
}

// fitWLS fits the line; level is the coverage of the intervals.
//
// Sums are taken about the weighted means, and weights relative to the largest, so that neither tiny variances nor effects far
// from zero cost digits.
func fitWLS(y, v, x []float64, level float64) (Line, error) {
	vmin := Studies{V: v}.minV()
	var sw, sx, sy float64
	for i := range y {
		w := vmin / v[i]
		sw += w
		sx += w * (x[i] - x[0])
		sy += w * (y[i] - y[0])
	}
	mx, my := sx/sw, sy/sw
	var sxx, sxy, scale float64
	for i := range y {
		w, dx := vmin/v[i], x[i]-x[0]-mx
		sxx += w * dx * dx
		sxy += w * dx * (y[i] - y[0] - my)
		scale += w * (x[i]*x[i] + x[0]*x[0])
	}
	if !(sxx > 1e-26*scale) {
		return Line{}, errConstantPredictor
	}
	df := float64(len(y) - 2)
	r := Line{Fit: analysis.NewFit(len(y), level)}
	r.Names = []string{"intercept", "slope"}
	slope := sxy / sxx
	mx, my = mx+x[0], my+y[0]
	rss := 0.0
	for i := range y {
		e := (y[i] - my) - slope*(x[i]-mx)
		rss += vmin / v[i] * e * e
	}
	s2 := rss / df // in units of vmin
	t := math.NaN()
	if df > 0 {
		t = analysis.Quantile(level, df)
	} else {
		s2 = t
	}
	r.Sigma2 = s2 / vmin
	r.Coef = []analysis.Estimate{analysis.Wald(my-slope*mx, math.Sqrt(s2*(1/sw+mx*mx/sxx)), df, t),
		analysis.Wald(slope, math.Sqrt(s2/sxx), df, t)}
	return r, nil
}
