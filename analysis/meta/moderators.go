package meta

import (
	"fmt"
	"math"

	"past/analysis"
)

// VIF returns the variance inflation factor of every coefficient but the intercept,
// with their names: the diagonal of the inverse of the coefficients' correlation
// matrix (Fox & Monette 1992). It fails with fewer than two moderators.
func (r *Result) VIF() (names []string, vif []float64, err error) {
	first := 0
	if r.p > 1 && r.hasIntercept() {
		first = 1
	}
	m := r.p - first
	if m < 2 {
		return nil, nil, fmt.Errorf("variance inflation needs at least two moderators")
	}
	block := make([]float64, m*m)
	for i := 0; i < m; i++ {
		copy(block[i*m:(i+1)*m], r.Cov[first+i][first:first+m])
	}
	for j := 0; j < m; j++ {
		e := make([]float64, m)
		e[j] = 1
		x, ok := cholSolve(block, e)
		if !ok {
			return nil, nil, fmt.Errorf("the covariance of the coefficients is singular")
		}
		vif = append(vif, x[j]*block[j*m+j])
	}
	return r.Names[first:], vif, nil
}

// CompareML tests a model against a smaller one nested in it by the likelihood-ratio
// test. Both must be fitted by ML (or both FE/EE) to the same rows; restricted
// likelihoods of different moderators cannot be compared.
func CompareML(full, reduced *Result) (analysis.Statistic, error) {
	if full.Method != reduced.Method || full.Method != ML && !full.Method.common() {
		return analysis.Statistic{}, fmt.Errorf("likelihood-ratio test: fit both models by ML (they are %s and %s)", full.Method, reduced.Method)
	}
	if full.K != reduced.K {
		return analysis.Statistic{}, fmt.Errorf("likelihood-ratio test: the models use %d and %d studies; they must use the same rows", full.K,
			reduced.K)
	}
	for i := range full.Yi {
		if full.Yi[i] != reduced.Yi[i] || full.Vi[i] != reduced.Vi[i] {
			return analysis.Statistic{}, fmt.Errorf("likelihood-ratio test: the models use different data in used row %d", i+1)
		}
	}
	if full.p <= reduced.p {
		return analysis.Statistic{}, fmt.Errorf("likelihood-ratio test: the full model has %d coefficients, the reduced %d", full.p, reduced.p)
	}
	return analysis.ChiSquare(math.Max(0, 2*(full.FitML.LogLik-reduced.FitML.LogLik)), float64(full.p-reduced.p)), nil
}
