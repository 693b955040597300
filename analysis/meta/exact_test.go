package meta

import (
	"fmt"
	"math"
	"testing"

	"past/analysis"
)

// Data on which double precision is hard, against figures computed to 60 digits
// (testdata/exact.py): variances from 1e-12 to 1e2 in one table, large effects with
// tiny variances, several maxima, a precise study that alone determines a
// coefficient. A value of tau2 counts to 1e-12 of the larger of itself and the
// smallest variance.
func TestExact(t *testing.T) {
	for name, want := range readFigures(t, "testdata/exact.csv") {
		t.Run(name, func(t *testing.T) {
			checkExact(t, want)
		})
	}
}

func checkExact(t *testing.T, want map[string][]float64) {
	y, v := want["yi"], want["vi"]
	opt := Options{Design: exactDesign(t, want)}
	vmin := math.Inf(1)
	for _, x := range v {
		vmin = math.Min(vmin, x)
	}
	near := func(q string, got, atol float64) {
		t.Helper()
		w := want[q][0]
		if math.Abs(got-w) > 1e-12*math.Abs(w)+atol {
			t.Errorf("%s = %.17g, exact is %.17g (relative difference %.1e)", q, got, w, (got-w)/w)
		}
	}
	fit := func(m Method) *Result {
		t.Helper()
		opt.Method = m
		return mustFit(t, y, v, opt)
	}
	fe := fit(DL)
	near("qe", fe.Q.Value, 1e-9*0)
	near("typical", fe.typicalVar, 0)
	near("dl", fe.Tau2, 1e-12*vmin)
	if fe.Tau2 == 0 {
		near("dl_se0", fe.SETau2, 0)
	}
	near("pm", fit(PM).Tau2, 1e-12*vmin)
	near("he", fit(HE).Tau2, 1e-12*vmin)
	ml := fit(ML)
	near("ml", ml.Tau2, 1e-12*vmin)
	near("ml_ll", ml.FitML.LogLik, 1e-11)
	r := fit(REML)
	near("reml", r.Tau2, 1e-12*vmin)
	near("reml_ll", r.FitREML.LogLik, 1e-11)
	near("reml_se_tau2", r.SETau2, 0)
	for j, b := range want["reml_beta"] {
		se := want["reml_se"][j]
		if math.Abs(r.Coef[j].Value-b) > 1e-12*math.Abs(b)+1e-10*se {
			t.Errorf("beta %d = %.17g, exact is %.17g", j, r.Coef[j].Value, b)
		}
		if math.Abs(r.Coef[j].SE-se) > 1e-11*se {
			t.Errorf("se %d = %.17g, exact is %.17g", j, r.Coef[j].SE, se)
		}
	}
	multiple := false
	for _, w := range r.Warnings {
		multiple = multiple || w.Code == analysis.MultipleModes
	}
	if multiple != (want["reml_maxima"][0] > 1) {
		t.Errorf("warning of several maxima: %v, there are %v", multiple, want["reml_maxima"][0])
	}
}

// exactDesign is the model matrix of the figures, nil for a mean.
func exactDesign(t *testing.T, want map[string][]float64) *Design {
	t.Helper()
	var names []string
	rows := make([][]float64, len(want["yi"]))
	mean := true
	for j := 1; want[fmt.Sprintf("x%d", j)] != nil; j++ {
		names = append(names, fmt.Sprintf("x%d", j))
		for i, x := range want[fmt.Sprintf("x%d", j)] {
			rows[i] = append(rows[i], x)
			mean = mean && j == 1 && x == 1
		}
	}
	if mean {
		return nil
	}
	d, err := NewDesignMatrix(names, rows, false)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
