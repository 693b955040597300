package multilevel

import (
	"math"
	"testing"

	"past/analysis/meta"
)

// lagged holds effects of six studies at several weeks.
var lagged = struct {
	data Data
	week []float64
}{
	Data{
		Effect:   []float64{-0.28, -0.58, -0.77, -0.29, -0.54, -0.59, -0.9, -1.2, 0.18, -0.85, -1.2, -1.6, -1.2, -0.1},
		Variance: []float64{0.045, 0.052, 0.055, 0.039, 0.043, 0.045, 0.25, 0.27, 0.37, 0.41, 0.25, 0.28, 0.25, 0.2},
		Cluster:  []string{"A", "A", "A", "B", "B", "B", "C", "C", "D", "D", "E", "E", "E", "F"},
	},
	[]float64{4, 8, 18, 4, 8, 18, 2, 8, 10, 14, 4, 8, 16, 8},
}

// With the covariance of a common correlation the dense model is the other one.
func TestGivenCovarianceIsTheUsualModel(t *testing.T) {
	d := lagged.data
	same := func(i, j int) float64 { return 0.6 * math.Sqrt(d.Variance[i]*d.Variance[j]) }
	g, err := FitGiven(d, Design{}, same, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Fit(d, Design{}, Options{Rho: 0.6, Test: meta.T})
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string][2]float64{"estimate": {g.Coef[0].Value, r.Coef[0].Value}, "standard error": {g.Coef[0].SE, r.Coef[0].SE},
		"upper limit": {g.Coef[0].Upper, r.Coef[0].Upper},
		"p":           {g.Coef[0].P, r.Coef[0].P}, "between": {g.Sigma2.Between, r.Sigma2.Between}, "within": {g.Sigma2.Within, r.Sigma2.Within},
		"log-likelihood": {g.LogLik, r.LogLik}} {
		if math.Abs(x[0]-x[1]) > 2e-5 {
			t.Errorf("%s: %.8f, want %.8f", name, x[0], x[1])
		}
	}
	if l := Lagged(d.Variance, lagged.week, 0.6, 0); math.Abs(l(0, 1)-same(0, 1)) > 1e-12 {
		t.Errorf("without persistence in time: %v, want %v", l(0, 1), same(0, 1))
	}
	if _, err := FitGiven(d, Design{}, func(i, j int) float64 { return -1 }, Options{}); err == nil {
		t.Error("covariances that cannot be were taken")
	}
}

// What metafor's rma.mv gives for errors that correlate by phi to the power of the
// difference in time, as vcalc() makes them.
func TestLaggedAgainstMetafor(t *testing.T) {
	d := lagged.data
	ones := make([]float64, len(d.Effect))
	for i := range ones {
		ones[i] = 1
	}
	for _, c := range []struct {
		phi                               float64
		slope                             bool
		beta, se, between, within, logLik float64 // of the last coefficient
	}{
		{0.8, false, -0.5644095, 0.0943169, 0, 0.0046017, -5.9765547},
		{0.8, true, -0.0245286, 0.0140195, 0.0391264, 0, -4.9300232},
		{0.97, false, -0.5582644, 0.1416470, 0, 0.0540149, -6.3779136},
		{0.97, true, -0.0256573, 0.0131124, 0, 0.0274421, -5.2898295},
	} {
		design := Design{Names: []string{InterceptName}, Columns: [][]float64{ones}}
		if c.slope {
			design = Design{Names: []string{InterceptName, "week"}, Columns: [][]float64{ones, lagged.week}}
		}
		g, err := FitGiven(d, design, Lagged(d.Variance, lagged.week, 0, c.phi), Options{})
		if err != nil {
			t.Fatal(err)
		}
		j := len(g.Coef) - 1
		for name, x := range map[string][2]float64{"coefficient": {g.Coef[j].Value, c.beta}, "its standard error": {g.Coef[j].SE, c.se},
			"between": {g.Sigma2.Between, c.between},
			"within":  {g.Sigma2.Within, c.within}, "log-likelihood": {g.LogLik, c.logLik}} {
			if math.Abs(x[0]-x[1]) > 2e-5 {
				t.Errorf("phi %v, slope %v, %s: %.7f, want %.7f", c.phi, c.slope, name, x[0], x[1])
			}
		}
	}
}
