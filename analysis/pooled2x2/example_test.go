package pooled2x2_test

import (
	"fmt"
	"math"

	"past/analysis/effect"
	"past/analysis/pooled2x2"
)

// Rare events: nothing is added to the zero cell.
func ExampleMantelHaenszel() {
	trials := pooled2x2.Tables{
		Events1: []float64{0, 3, 2}, N1: []float64{120, 210, 95},
		Events2: []float64{4, 6, 5}, N2: []float64{118, 205, 99},
	}
	r, err := pooled2x2.MantelHaenszel(effect.OR, trials, pooled2x2.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("odds ratio %.2f [%.2f, %.2f]\n", math.Exp(r.Coef[0].Value), math.Exp(r.Coef[0].Lower), math.Exp(r.Coef[0].Upper))
	// Output: odds ratio 0.33 [0.12, 0.90]
}
