package effect_test

import (
	"fmt"
	"math"

	"past/analysis/effect"
)

// One trial's Hedges' g with its 95 % interval.
func ExampleCompute_oneTrial() {
	r, err := effect.Compute(effect.SMD, effect.Data{
		M1I: []float64{19.6}, SD1I: []float64{13.6}, N1I: []float64{42},
		M2I: []float64{29.9}, SD2I: []float64{12.8}, N2I: []float64{37},
	}, effect.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	g, se := r.Y[0], math.Sqrt(r.V[0])
	fmt.Printf("g = %.3f [%.3f, %.3f]\n", g, g-1.96*se, g+1.96*se)
	// Output: g = -0.771 [-1.229, -0.313]
}

// A table of trials; a zero cell is corrected, and the answer says so.
func ExampleCompute() {
	r, err := effect.Compute(effect.OR, effect.Data{
		AI: []float64{4, 0}, N1I: []float64{123, 60},
		CI: []float64{11, 5}, N2I: []float64{139, 62},
	}, effect.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range r.Y {
		fmt.Printf("log OR %.4f, variance %.4f\n", r.Y[i], r.V[i])
	}
	fmt.Println(r.Warnings[0])
	// Output:
	// log OR -0.9387, variance 0.3571
	// log OR -2.4488, variance 2.2157
	// row 2: 0.5 was added to each cell (continuity correction)
}

// A pooled logit goes back to a proportion.
func ExampleBackTransform() {
	back, _ := effect.BackTransform(effect.PLO, nil)
	fmt.Printf("%.3f\n", back(1.3766))
	// Output: 0.798
}

// A paper gives medians and quartiles only.
func ExampleMeanSDFromQuantiles() {
	q := effect.NewQuantiles(25)
	q.Q1, q.Median, q.Q3 = 10, 14, 21
	r, method, err := effect.MeanSDFromQuantiles(q)
	fmt.Printf("mean %.2f, SD %.2f (%s) %v\n", r.Mean, r.SD, method, err)
	// Output: mean 15.07, SD 8.65 (mean: Luo 2018, SD: Wan 2014) <nil>
}

// What an odds ratio means for people depends on the risk without treatment.
func ExampleFromOR() {
	for _, risk := range []float64{0.1, 0.4} {
		a, _ := effect.FromOR(0.6, risk)
		fmt.Printf("at a control risk of %.0f %%: %.1f %%, number needed to treat %.0f\n", 100*a.ControlRisk, 100*a.Risk, math.Ceil(a.NNT))
	}
	// Output:
	// at a control risk of 10 %: 6.2 %, number needed to treat 27
	// at a control risk of 40 %: 28.6 %, number needed to treat 9
}
