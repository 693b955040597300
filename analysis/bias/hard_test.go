package bias

import (
	"math"
	"testing"

	"past/analysis/meta"
)

// everything runs every method and returns how many gave a result; none may panic or hang.
func everything(s Studies) (results int) {
	count := func(err error) {
		if err == nil {
			results++
		} else if err.Error() == "" {
			panic("an error without a sentence")
		}
	}
	for _, m := range []meta.Method{meta.FE, meta.DL, meta.REML} {
		for _, e := range []TrimFillEstimator{L0, R0, Q0} {
			for _, side := range []Side{Auto, Left, Right} {
				_, err := TrimFill(s, TrimFillOptions{Method: m, Estimator: e, Side: side})
				count(err)
			}
		}
		for _, p := range []Predictor{SEi, Vi, Ni, NInv, SqrtNi, SqrtNInv} {
			_, err := RegressionTest(s, RegressionOptions{Method: m, Predictor: p, Test: meta.KnHa})
			count(err)
			_, err = RegressionTest(s, RegressionOptions{Model: Dispersion, Predictor: p})
			count(err)
		}
		_, err := PETPEESE(s, RegressionOptions{Method: m})
		count(err)
	}
	_, err := PETPEESE(s, RegressionOptions{Model: Dispersion})
	count(err)
	_, err = RankTest(s)
	count(err)
	_, err = HenmiCopas(s, HenmiCopasOptions{})
	count(err)
	_, err = HenmiCopas(s, HenmiCopasOptions{AsMetafor: true})
	count(err)
	for _, k := range []FailSafeKind{Rosenthal, Orwin, OrwinWeighted, Rosenberg} {
		_, err = FailSafeN(s, k, math.NaN())
		count(err)
	}
	_, err = ExcessSignificance(s, ExcessOptions{Theta: 0.3, Tau2: 0.1})
	count(err)
	_, err = SampleSizeTest(s, s.N, s.N)
	count(err)
	for _, a := range []Alternative{Greater, Less, TwoSided} {
		_, err = FitSelection(s, SelectionOptions{Kind: StepFunction, Alternative: a, Steps: []float64{0.025}})
		count(err)
		_, err = FitSelection(s, SelectionOptions{Kind: BetaFunction, Alternative: a})
		count(err)
	}
	return results
}

func TestHardInputs(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]struct {
		s    Studies
		none bool // no method may answer
	}{
		"no studies":    {Studies{}, true},
		"one study":     {Studies{Y: []float64{1}, V: []float64{1}, N: []float64{10}}, false},
		"two studies":   {Studies{Y: []float64{1, 2}, V: []float64{1, 2}, N: []float64{10, 20}}, false},
		"three studies": {Studies{Y: []float64{1, 2, -1}, V: []float64{1, 2, 0.5}, N: []float64{10, 20, 15}}, false},
		"all equal":     {Studies{Y: []float64{1, 1, 1, 1}, V: []float64{2, 2, 2, 2}, N: []float64{9, 9, 9, 9}}, false},
		"all zero":      {Studies{Y: []float64{0, 0, 0, 0}, V: []float64{1, 2, 3, 4}, N: []float64{9, 8, 7, 6}}, false},
		"1e-12 beside 1e2": {Studies{Y: []float64{1, 5, -3, 2, 9}, V: []float64{1e-12, 1e2, 1e-6, 1, 1e-12}, N: []float64{1e6, 4, 50, 10, 2}},
			false},
		"huge heterogeneity": {Studies{Y: []float64{-1e6, 1e6, 3, -7e5}, V: []float64{1e-4, 1e-3, 1e-4, 1e-2}, N: []float64{9, 8, 7, 6}}, false},
		"zero variance":      {Studies{Y: []float64{1, 2, 3}, V: []float64{1, 0, 1}}, true},
		"negative variance":  {Studies{Y: []float64{1, 2, 3}, V: []float64{1, -1, 1}}, true},
		"NaN effect":         {Studies{Y: []float64{1, nan, 3}, V: []float64{1, 1, 1}}, true},
		"infinite effect":    {Studies{Y: []float64{1, inf, 3}, V: []float64{1, 1, 1}}, true},
		"NaN variance":       {Studies{Y: []float64{1, 2, 3}, V: []float64{1, nan, 1}}, true},
		"lengths":            {Studies{Y: []float64{1, 2, 3}, V: []float64{1, 1}}, true},
	} {
		n := everything(c.s)
		if c.none && n > 0 {
			t.Errorf("%s: %d methods gave a result", name, n)
		}
		if !c.none && n == 0 {
			t.Errorf("%s: no method gave a result", name)
		}
	}
}

func TestUnknownNamesAreRefused(t *testing.T) {
	s := bcg()
	for name, f := range map[string]func() error{
		"model":     func() error { _, err := RegressionTest(s, RegressionOptions{Model: "glm"}); return err },
		"predictor": func() error { _, err := RegressionTest(s, RegressionOptions{Predictor: "n"}); return err },
		"method":    func() error { _, err := RegressionTest(s, RegressionOptions{Method: "XX"}); return err },
		"estimator": func() error { _, err := TrimFill(s, TrimFillOptions{Estimator: "L1"}); return err },
		"side":      func() error { _, err := TrimFill(s, TrimFillOptions{Side: "up"}); return err },
		"fail-safe": func() error { _, err := FailSafeN(s, "nine", 0); return err },
		"kind": func() error {
			_, err := FitSelection(s, SelectionOptions{Kind: "logistic", Alternative: Less})
			return err
		},
		"no steps": func() error {
			_, err := FitSelection(s, SelectionOptions{Kind: StepFunction, Alternative: Less})
			return err
		},
		"bad step": func() error {
			_, err := FitSelection(s, SelectionOptions{Kind: StepFunction, Alternative: Less, Steps: []float64{1.2}})
			return err
		},
		"direction": func() error { _, err := FitSelection(s, SelectionOptions{Kind: BetaFunction}); return err },
		"tau2":      func() error { _, err := ExcessSignificance(s, ExcessOptions{Tau2: -1}); return err },
		"no sizes": func() error {
			_, err := RegressionTest(Studies{Y: s.Y, V: s.V}, RegressionOptions{Predictor: Ni})
			return err
		},
		"group size": func() error {
			_, err := SampleSizeTest(s, s.N, make([]float64, s.K()))
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMissingSampleSizesAreLeftOutAloud(t *testing.T) {
	s := bcg()
	s.N[2] = math.NaN()
	r := must[RegressionResult](t)(RegressionTest(s, RegressionOptions{Predictor: NInv}))
	if r.K != 12 || len(r.Warnings) != 1 {
		t.Errorf("%+v", r)
	}
}

func FuzzEverything(f *testing.F) {
	f.Add(0.1, 0.2, -0.3, 2.0, 0.01, 0.5, 0.02, 1.0)
	f.Add(1e-3, 5.0, 2.0, 1.0, 1e-12, 1e2, 1e-12, 0.1)
	f.Add(0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0)
	f.Fuzz(func(t *testing.T, y1, y2, y3, y4, v1, v2, v3, v4 float64) {
		everything(Studies{Y: []float64{y1, y2, y3, y4, y1 / 2}, V: []float64{v1, v2, v3, v4, v2}, N: []float64{v1 * 1e3, 10, 20, v4, 5}})
	})
}
