package multilevel_test

import (
	"fmt"
	"math"

	"past/analysis/meta"
	"past/analysis/multilevel"
)

// Eight effects from four trials: two scales each in three of them.
func trials() multilevel.Data {
	return multilevel.Data{
		Effect:   []float64{-0.82, -0.61, -0.40, -0.55, -1.10, -0.35, -0.20, -0.91},
		Variance: []float64{0.09, 0.08, 0.05, 0.06, 0.20, 0.04, 0.05, 0.12},
		Cluster:  []string{"A", "A", "B", "B", "C", "D", "D", "D"},
	}
}

func ExampleFit() {
	r, err := multilevel.Fit(trials(), multilevel.Design{}, multilevel.Options{
		Rho:  0.6, // scales of one trial share its participants
		Test: meta.T,
		DF:   multilevel.Contain,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d effects in %d clusters\n", r.K, r.Clusters)
	fmt.Printf("estimate %.3f [%.3f, %.3f] on %.0f degrees of freedom\n", r.Coef[0].Value, r.Coef[0].Lower, r.Coef[0].Upper, r.Coef[0].DF)
	fmt.Printf("variance between %.4f, within %.4f\n", r.Sigma2.Between, r.Sigma2.Within)
	for _, w := range r.Warnings {
		fmt.Println("note:", w)
	}
	// Output:
	// 8 effects in 4 clusters
	// estimate -0.524 [-0.967, -0.081] on 3 degrees of freedom
	// variance between 0.0000, within 0.0345
	// note: the variance between clusters is estimated as 0, at its bound
	// note: only 4 clusters: the variance between them is poorly known
}

func ExampleResult_Robust() {
	r, err := multilevel.Fit(trials(), multilevel.Design{}, multilevel.Options{Rho: 0.6})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := r.Robust(multilevel.CR2)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f, robust standard error %.3f, t(%.2f) = %.2f, p = %.3f\n", r.Coef[0].Value, b.Coef[0].SE, b.Coef[0].DF, b.Coef[0].Stat,
		b.Coef[0].P)
	// Output:
	// -0.524, robust standard error 0.109, t(2.39) = -4.79, p = 0.028
}

func ExampleAggregate() {
	combined, err := multilevel.Aggregate(trials(), 0.6)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range combined {
		fmt.Printf("%s: %.3f, variance %.4f\n", c.Cluster, c.Effect, c.Variance)
	}
	// Output:
	// A: -0.700, variance 0.0676
	// B: -0.458, variance 0.0434
	// C: -1.100, variance 0.2000
	// D: -0.220, variance 0.0343
}

func ExampleCorrelated() {
	r, err := multilevel.Correlated(trials(), multilevel.Design{}, multilevel.Options{Rho: 0.8})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f [%.3f, %.3f], tau² %.4f\n", r.Coef[0].Value, r.Coef[0].Lower, r.Coef[0].Upper, r.Tau2)
	// Output:
	// -0.606 [-0.944, -0.267], tau² 0.0097
}

// The trend of one study whose adjusted odds ratios share a reference: alcohol and
// breast cancer (Greenland and Longnecker 1992).
func ExampleFitSlopes() {
	d := multilevel.Data{Effect: []float64{math.Log(0.80), math.Log(1.16), math.Log(1.57)}, Variance: []float64{0.0542, 0.0563, 0.0563},
		Cluster: []string{"Rohan", "Rohan", "Rohan"}}
	r, err := multilevel.GreenlandLongnecker(multilevel.CaseControl, []float64{165, 74, 90, 122}, []float64{337, 167, 186, 212}, d.Effect)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := multilevel.FitSlopes(d, multilevel.Design{Names: []string{"g/day"}, Columns: [][]float64{{2, 6, 11}}},
		func(i, j int) float64 { return r[i][j] * math.Sqrt(d.Variance[i]*d.Variance[j]) }, multilevel.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("log odds by g/day %.3f [%.3f, %.3f]\n", s.Coef[0].Value, s.Coef[0].Lower, s.Coef[0].Upper)
	fmt.Println(s.Warnings[0].Text)
	// Output:
	// log odds by g/day 0.045 [0.005, 0.086]
	// one study: the slope is its own, and how far others differ is not known
}
