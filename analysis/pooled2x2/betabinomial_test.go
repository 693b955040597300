package pooled2x2

import (
	"errors"
	"math"
	"testing"
)

// The figures are, without variation, those of the collapsed table by hand (log of
// (6/264)/(16/252), root of the sum of the inverse cells), else the maximum of the
// same likelihood written with lbeta() in R, found by optim, with numDeriv's Hessian.
func TestBetaBinomial(t *testing.T) {
	for name, c := range map[string]struct {
		tables                          Tables
		or, orSE, rr, rrSE, rho, logLik float64
	}{
		"rare, no variation": {Tables{[]float64{0, 2, 1, 0, 3}, []float64{40, 55, 30, 25, 120}, []float64{3, 4, 0, 0, 9},
			[]float64{38, 57, 31, 24, 118}},
			-1.02734927, 0.48674720, -0.98826423, 0.47088391, 0, -89.37977005},
		"varied": {Tables{[]float64{12, 1, 30, 4}, []float64{40, 55, 60, 80}, []float64{20, 4, 20, 9}, []float64{41, 60, 62, 77}},
			-0.35791879, 0.66995107, -0.27692802, 0.51998270, 0.17115658, -210.449055},
	} {
		m, err := BetaBinomial(c.tables, 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for what, x := range map[string][2]float64{"log OR": {m.OR.Coef[0].Value, c.or}, "its SE": {m.OR.Coef[0].SE, c.orSE},
			"log RR":             {m.RR.Coef[0].Value, c.rr},
			"its standard error": {m.RR.Coef[0].SE, c.rrSE}, "rho": {m.Rho, c.rho}, "log-likelihood": {m.LogLik, c.logLik}} {
			if math.Abs(x[0]-x[1]) > 2e-5 {
				t.Errorf("%s: %s %.8f, want %.8f", name, what, x[0], x[1])
			}
		}
		// the groups' order turns the sign and nothing else
		s, err := BetaBinomial(Tables{c.tables.Events2, c.tables.N2, c.tables.Events1, c.tables.N1}, 0)
		if err != nil || math.Abs(s.RR.Coef[0].Value+m.RR.Coef[0].Value) > 1e-5 || math.Abs(s.RR.Coef[0].SE-m.RR.Coef[0].SE) > 1e-5 {
			t.Errorf("%s, groups exchanged: %v (%v), %v", name, s.RR.Coef[0].Value, s.RR.Coef[0].SE, err)
		}
	}
	for _, swap := range []bool{false, true} {
		a, n := []float64{0, 0}, []float64{20, 30}
		b := []float64{2, 3}
		if swap {
			a, b = b, a
		}
		if _, err := BetaBinomial(Tables{a, n, b, n}, 0); !errors.Is(err, ErrSeparated) {
			t.Errorf("a group without events: %v", err)
		}
	}
}
