package bias

import (
	"errors"
	"fmt"
	"math"

	"past/analysis"
)

// MinTestStudies is the number of studies below which tests of funnel asymmetry are not presented as tests
// (Sterne et al. 2011, BMJ 343:d4002, recommendation 1: at least ten studies).
const MinTestStudies = 10

// Studies holds one row per study, on the scale on which the effects are pooled (log scale for ratios).
type Studies struct {
	Y []float64 // effect estimates
	V []float64 // sampling variances, > 0, in squared units of Y
	N []float64 // total sample sizes; nil when unknown, else one per study
}

// K is the number of studies.
func (s Studies) K() int { return len(s.Y) }

// ErrTooFew is wrapped by every error that says that a method needs more studies than there are.
var ErrTooFew = errors.New("too few studies")

// tooFew makes the error of a method that needs at least min studies.
func tooFew(method string, k, min int) error {
	return fmt.Errorf("%s needs at least %d studies, got %d: %w", method, min, k, ErrTooFew)
}

// check refuses rows that no method can use. Rows are counted from 1 in its messages.
func (s Studies) check(method string, min int) error {
	k := len(s.Y)
	if err := analysis.CheckRows(s.Y, s.V); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if s.N != nil && len(s.N) != k {
		return fmt.Errorf("%s: %d effects but %d sample sizes", method, k, len(s.N))
	}
	if k < min {
		return tooFew(method, k, min)
	}
	return nil
}

// checkN refuses missing or non-positive sample sizes.
func (s Studies) checkN(method string) error {
	if s.N == nil {
		return fmt.Errorf("%s: the sample sizes of the studies are not known", method)
	}
	for i, n := range s.N {
		if !(n > 0) || math.IsInf(n, 0) {
			return fmt.Errorf("%s: row %d: the sample size %v is not a positive finite number", method, i+1, n)
		}
	}
	return nil
}

// testLimit is the Limit of a test of small-study effects on k studies.
func testLimit(k int) string {
	if k < MinTestStudies {
		return fmt.Sprintf("k = %d is below %d studies: the test has too little power to tell asymmetry from chance, so the "+
			"numbers are for checking only and not a test", k, MinTestStudies)
	}
	return ""
}

// commonEffect is the inverse-variance common-effect mean, its variance 1/sum(w), and sum(w), with w = 1/v.
// The weights are scaled by the smallest variance so that they neither overflow nor vanish.
func (s Studies) commonEffect() (mean, variance float64) {
	vmin := s.minV()
	var sw, swy float64
	for i, y := range s.Y {
		w := vmin / s.V[i]
		sw += w
		swy += w * y
	}
	return swy / sw, vmin / sw
}

func (s Studies) minV() float64 {
	m := math.Inf(1)
	for _, v := range s.V {
		m = math.Min(m, v)
	}
	return m
}
