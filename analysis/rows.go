package analysis

import (
	"fmt"
	"math"
)

// Largest is the magnitude of effects, variances, their inverses and moderators beyond
// which powers of them would overflow.
const Largest = 1e60

// RowFault says what makes an effect with its sampling variance impossible to pool, ""
// where nothing does. NaN is a missing number, which is no fault.
func RowFault(y, v float64) string {
	switch {
	case math.IsInf(y, 0):
		return "an infinite effect"
	case math.IsInf(v, 0):
		return "an infinite sampling variance"
	case v < 0:
		return fmt.Sprintf("a negative sampling variance (%v)", v)
	case v == 0:
		return "a sampling variance of 0, an infinite weight; leave the row out or use a measure with a continuity correction"
	case v < 1/Largest || v > Largest:
		return fmt.Sprintf("a sampling variance of %v, outside the range 1e-60 to 1e60; rescale the effects", v)
	case math.Abs(y) > Largest:
		return fmt.Sprintf("an effect of %v, beyond 1e60; rescale the effects", y)
	}
	return ""
}

// CheckRows refuses effects and variances that do not belong together or cannot be
// pooled, and missing ones; rows are counted from 1.
func CheckRows(y, v []float64) error {
	if len(y) != len(v) {
		return fmt.Errorf("%d effects but %d sampling variances: give one variance for each effect", len(y), len(v))
	}
	for i := range y {
		fault := RowFault(y[i], v[i])
		if fault == "" && math.IsNaN(y[i]+v[i]) {
			fault = "a missing value: leave the row out"
		}
		if fault != "" {
			return fmt.Errorf("row %d has %s", i+1, fault)
		}
	}
	return nil
}
