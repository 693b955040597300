package bias_test

import (
	"fmt"
	"strings"

	"past/analysis/bias"
	"past/analysis/meta"
)

var trials = bias.Studies{
	Y: []float64{-0.77, -0.59, -0.96, -0.85, -1.21, -0.28},
	V: []float64{0.055, 0.045, 0.253, 0.411, 0.248, 0.252},
}

func ExampleRegressionTest() {
	r, err := bias.RegressionTest(trials, bias.RegressionOptions{Method: meta.DL})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("z = %.2f\n", r.Slope().Stat)
	reason, meaning, _ := strings.Cut(r.Limit, ": ")
	fmt.Printf("%s:\n%s\n", reason, meaning)
	// Output:
	// z = -0.53
	// k = 6 is below 10 studies:
	// the test has too little power to tell asymmetry from chance, so the numbers are for checking only and not a test
}

func ExampleFailSafeN() {
	r, err := bias.FailSafeN(trials, bias.Rosenthal, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %.0f\n", r.Method, r.N)
	// Output:
	// fail-safe N (Rosenthal 1979): 50
}
