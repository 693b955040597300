package meta

import (
	"fmt"
	"math"

	"past/analysis/internal/dist"
)

// VIF returns the variance inflation factor of every coefficient but the intercept,
// with their names: the diagonal of the inverse of the coefficients' correlation
// matrix (Fox & Monette 1992). It fails with fewer than two moderators.
func (r *Result) VIF() (names []string, vif []float64, err error) {
	first := 0
	if r.P > 1 && r.hasIntercept() {
		first = 1
	}
	m := r.P - first
	if m < 2 {
		return nil, nil, fmt.Errorf("variance inflation needs at least two moderators")
	}
	block := make([]float64, m*m)
	for i := 0; i < m; i++ {
		copy(block[i*m:(i+1)*m], r.VB[first+i][first:first+m])
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
	return r.CoefNames[first:], vif, nil
}

// LRT is a likelihood-ratio test of nested models.
type LRT struct {
	Stat          float64 // 2 (LogLikFull - LogLikReduced)
	DF            int
	P             float64
	LogLikFull    float64
	LogLikReduced float64
}

// CompareML tests a model against a smaller one nested in it by the likelihood-ratio
// test. Both must be fitted by ML (or both FE/EE) to the same rows; restricted
// likelihoods of different moderators cannot be compared.
func CompareML(full, reduced *Result) (*LRT, error) {
	if full.Method != reduced.Method || full.Method != ML && !full.Method.common() {
		return nil, fmt.Errorf("likelihood-ratio test: fit both models by ML (they are %s and %s)", full.Method, reduced.Method)
	}
	if full.K != reduced.K {
		return nil, fmt.Errorf("likelihood-ratio test: the models use %d and %d studies; they must use the same rows", full.K, reduced.K)
	}
	for i := range full.Yi {
		if full.Yi[i] != reduced.Yi[i] || full.Vi[i] != reduced.Vi[i] {
			return nil, fmt.Errorf("likelihood-ratio test: the models use different data in used row %d", i+1)
		}
	}
	if full.P <= reduced.P {
		return nil, fmt.Errorf("likelihood-ratio test: the full model has %d coefficients, the reduced %d", full.P, reduced.P)
	}
	t := &LRT{DF: full.P - reduced.P, LogLikFull: full.FitML.LogLik, LogLikReduced: reduced.FitML.LogLik}
	t.Stat = math.Max(0, 2*(t.LogLikFull-t.LogLikReduced))
	t.P = dist.ChiSqSF(t.Stat, float64(t.DF))
	return t, nil
}
