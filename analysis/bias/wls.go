package bias

import (
	"errors"
	"math"

	"past/analysis/internal/dist"
)

// errConstantPredictor says that a regression has no slope to estimate.
var errConstantPredictor = errors.New("the predictor has the same value in all studies, so there is no slope to estimate")

// WLS is a straight line y = b0 + b1 x fitted with weights 1/v and an estimated (multiplicative) residual variance: what R's
// lm(y ~ x, weights = 1/v) gives. Index 0 is the intercept, 1 the slope. With two studies only the line itself exists.
type WLS struct {
	Beta, SE, T, P, Lo, Hi [2]float64
	Sigma2                 float64 // weighted residual sum of squares over DF
	DF                     int
}

// fitWLS fits the line; level is the coverage of the intervals.
//
// Sums are taken about the weighted means, and weights relative to the largest, so that neither tiny variances nor effects far
// from zero cost digits.
func fitWLS(y, v, x []float64, level float64) (WLS, error) {
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
		return WLS{}, errConstantPredictor
	}
	r := WLS{DF: len(y) - 2}
	slope := sxy / sxx
	mx, my = mx+x[0], my+y[0]
	r.Beta = [2]float64{my - slope*mx, slope}
	rss := 0.0
	for i := range y {
		e := (y[i] - my) - slope*(x[i]-mx)
		rss += vmin / v[i] * e * e
	}
	s2 := rss / float64(r.DF) // in units of vmin
	r.Sigma2 = s2 / vmin
	r.SE = [2]float64{math.Sqrt(s2 * (1/sw + mx*mx/sxx)), math.Sqrt(s2 / sxx)}
	t := math.NaN()
	if r.DF > 0 {
		t = dist.TQuantile(1-(1-level)/2, float64(r.DF))
	} else {
		r.Sigma2, r.SE = math.NaN(), [2]float64{math.NaN(), math.NaN()}
	}
	for j := range r.Beta {
		r.T[j] = r.Beta[j] / r.SE[j]
		r.P[j] = math.NaN()
		if r.DF > 0 {
			r.P[j] = dist.TTwoSided(r.T[j], float64(r.DF))
		}
		r.Lo[j], r.Hi[j] = r.Beta[j]-t*r.SE[j], r.Beta[j]+t*r.SE[j]
	}
	return r, nil
}
