package analysis_test

import (
	"math"
	"strings"
	"testing"

	"past/analysis"
)

// Rows that cannot be pooled are named with what is wrong.
func TestRowsThatCannotBePooled(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		y, v float64
		want string
	}{
		{inf, 1, "row 2 has an infinite effect"},
		{1, inf, "row 2 has an infinite sampling variance"},
		{1, -0.5, "row 2 has a negative sampling variance (-0.5)"},
		{1, 0, "row 2 has a sampling variance of 0"},
		{1, 1e-70, "row 2 has a sampling variance of 1e-70, outside"},
		{-1e61, 1, "row 2 has an effect of -1e+61, beyond 1e60"},
		{nan, 1, "row 2 has a missing value"},
		{1, nan, "row 2 has a missing value"},
		{1e60, 1e60, ""},
	} {
		err := analysis.CheckRows([]float64{0, c.y}, []float64{1, c.v})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("effect %v with variance %v: %v, want %q", c.y, c.v, err, c.want)
		}
	}
	if err := analysis.CheckRows(make([]float64, 2), make([]float64, 3)); err == nil || !strings.Contains(err.Error(), "2 effects but 3") {
		t.Errorf("columns of different length: %v", err)
	}
}
