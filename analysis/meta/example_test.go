package meta_test

import (
	"fmt"

	"past/analysis/meta"
)

// Log risk ratios of 13 trials of BCG vaccination against tuberculosis with their
// sampling variances, latitude and allocation (Colditz et al. 1994).
var (
	bcgY = []float64{-0.8893113339, -1.5853886572, -1.3480731483, -1.44155119, -0.2175473222, -0.7861155858, -1.6208982236,
		0.0119523335, -0.4694176487, -1.3713448035, -0.3393588283, 0.4459134006, -0.0173139482}
	bcgV = []float64{0.325584765, 0.1945811214, 0.415367965, 0.0200100319, 0.0512101722, 0.0069056185, 0.2230172476,
		0.0039615793, 0.0564342105, 0.0730247936, 0.012412214, 0.5325058452, 0.0714046597}
	bcgLatitude = []float64{44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33}
	bcgAlloc    = []string{"random", "random", "random", "random", "alternate", "alternate", "random", "random",
		"random", "systematic", "systematic", "systematic", "systematic"}
)

func ExampleFit() {
	r, err := meta.Fit(bcgY, bcgV, meta.Options{Method: meta.REML, Test: meta.KnHa})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := r.Predict()
	fmt.Printf("%s, %s, k = %d\n", r.Method, r.Test, r.K)
	fmt.Printf("log risk ratio %.4f [%.4f, %.4f], p = %.4f\n", r.Coef[0].Value, r.Coef[0].Lower, r.Coef[0].Upper, r.Coef[0].P)
	fmt.Printf("tau2 %.4f (se %.4f), I2 %.2f %%, Q %.2f\n", r.Tau2, r.SETau2, r.I2, r.Q.Value)
	fmt.Printf("prediction interval [%.4f, %.4f]\n", p.PI.Lower, p.PI.Upper)
	// Output:
	// REML, knha, k = 13
	// log risk ratio -0.7145 [-1.1084, -0.3206], p = 0.0019
	// tau2 0.3132 (se 0.1664), I2 92.22 %, Q 152.23
	// prediction interval [-1.9960, 0.5670]
}

func ExampleFit_moderators() {
	design, err := meta.NewDesign(true, meta.Numeric("latitude", bcgLatitude), meta.Factor("alloc", bcgAlloc))
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := meta.Fit(bcgY, bcgV, meta.Options{Design: design})
	if err != nil {
		fmt.Println(err)
		return
	}
	for j, name := range r.Names {
		fmt.Printf("%-15s %8.4f (se %.4f)\n", name, r.Coef[j].Value, r.Coef[j].SE)
	}
	fmt.Printf("QM(%v) = %.2f, R2 %.1f %%\n", r.Omnibus.DF, r.Omnibus.Value, r.R2)
	// Output:
	// intrcpt           0.2932 (se 0.4050)
	// latitude         -0.0273 (se 0.0092)
	// allocrandom      -0.2675 (se 0.3504)
	// allocsystematic   0.0585 (se 0.3795)
	// QM(3) = 11.06, R2 53.8 %
}

func ExampleResult_QProfile() {
	r, err := meta.Fit(bcgY, bcgV, meta.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ci, err := r.QProfile()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("tau2 %.4f [%.4f, %.4f]\n", r.Tau2, ci.Tau2.Lower, ci.Tau2.Upper)
	// Output:
	// tau2 0.3132 [0.1197, 1.1115]
}

func ExampleSubgroups() {
	g, err := meta.Subgroups(bcgY, bcgV, meta.Factor("alloc", bcgAlloc), meta.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range g.Groups {
		fmt.Printf("%-10s k = %d  %.4f [%.4f, %.4f]\n", s.Level, s.Fit.K, s.Fit.Coef[0].Value, s.Fit.Coef[0].Lower, s.Fit.Coef[0].Upper)
	}
	fmt.Printf("between groups: Q(%d) = %.4f, p = %.4f\n", g.QBetweenDF, g.QBetween, g.QBetweenP)
	// Output:
	// alternate  k = 2  -0.5408 [-1.0927, 0.0111]
	// random     k = 7  -0.9710 [-1.5118, -0.4301]
	// systematic k = 4  -0.4242 [-1.1293, 0.2809]
	// between groups: Q(2) = 1.8614, p = 0.3943
}

func ExampleWorkspace() {
	var ws meta.Workspace // one for each goroutine, used again and again
	for _, k := range []int{5, 9, 13} {
		f, err := ws.Fit(bcgY[:k], bcgV[:k], meta.REML, meta.KnHa)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("first %2d: %.3f [%.3f, %.3f], tau2 %.3f\n", f.K, f.Value, f.Lower, f.Upper, f.Tau2)
	}
	// Output:
	// first  5: -1.059 [-1.807, -0.310], tau2 0.298
	// first  9: -0.838 [-1.317, -0.359], tau2 0.318
	// first 13: -0.715 [-1.108, -0.321], tau2 0.313
}

// Three trials that agree more than their variances let expect: the guard acts, and
// the interval without it stays as a footnote.
func ExampleFit_guard() {
	r, err := meta.Fit([]float64{-0.41, -0.40, -0.39}, []float64{0.04, 0.05, 0.06}, meta.Options{Test: meta.KnHa})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f [%.2f, %.2f], p = %.2f\n", r.Coef[0].Value, r.Coef[0].Lower, r.Coef[0].Upper, r.Coef[0].P)
	if u := r.Unguarded; u != nil {
		fmt.Printf("without the guard [%.2f, %.2f]\n", u.Coef[0].Lower, u.Coef[0].Upper)
	}
	for _, w := range r.Warnings {
		fmt.Println(w.Code)
	}
	// Output:
	// -0.40 [-0.95, 0.15], p = 0.09
	// without the guard [-0.43, -0.38]
	// few_studies
	// tau2_zero
	// guard
}
