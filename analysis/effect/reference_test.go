package effect

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
)

// The tables of testdata/escalc.R.
var tables = map[string]Data{
	"tab": {AI: []float64{4, 6, 0, 12, 5, 0}, N1I: []float64{20, 31, 15, 12, 40, 9}, CI: []float64{7, 9, 3, 8, 0, 0},
		N2I: []float64{22, 30, 16, 12, 41, 8}},
	"mea": {M1I: []float64{12.1, 8.4, 5.5, 20.3}, SD1I: []float64{3.1, 2.2, 4.0, 6.6}, N1I: []float64{20, 9, 3, 151},
		M2I: []float64{10.4, 9.9, 4.1, 18.8}, SD2I: []float64{2.8, 3.5, 2.5, 7.1}, N2I: []float64{24, 8, 4, 149}},
	"one": {XI: []float64{0, 3, 17, 10}, NI: []float64{12, 25, 40, 10}},
	"per": {XI: []float64{0, 4, 30}, TI: []float64{11.5, 100, 812.25}},
	"pe2": {X1I: []float64{0, 4, 30, 0}, T1I: []float64{11.5, 100, 812.25, 5}, X2I: []float64{2, 9, 12, 0}, T2I: []float64{13, 95.5, 640, 6}},
	"cor": {RI: []float64{0.5, -0.2, 0.93, 0, 0.31}, NI: []float64{30, 5, 9, 12, 200}},
	"pre": {M1I: []float64{30.1, 22.4, 15}, M2I: []float64{24.2, 23, 9.5}, SD1I: []float64{6.6, 5.2, 4}, SD2I: []float64{7.3, 5.5, 3.1},
		NI: []float64{18, 7, 60}, RI: []float64{0.4, 0.75, -0.1}},
	"alp": {AI: []float64{0.93, 0.5, -0.1}, MI: []float64{20, 5, 3}, NI: []float64{103, 40, 12}},
	"mn1": {MI: []float64{12, 0.4, 33}, SDI: []float64{3, 0.9, 8}, NI: []float64{10, 4, 75}},
}

// TestAgainstMetafor holds every measure, variance type and zero-cell rule to the
// figures of testdata/escalc.csv.
func TestAgainstMetafor(t *testing.T) {
	f, err := os.Open("testdata/escalc.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Measure]bool{}
	for _, r := range rows[1:] {
		m := Measure(r[1])
		seen[m] = true
		o := Options{VType: VType(r[2]), To: To(r[4]), Drop00: r[5] == "TRUE"}
		if x, err := strconv.ParseFloat(r[3], 64); err == nil {
			o.Add = &x
		}
		got, err := Compute(m, tables[r[0]], o)
		if err != nil {
			t.Fatalf("%v: %v", r, err)
		}
		i, _ := strconv.Atoi(r[6])
		y, v := got.Y[i-1], got.V[i-1]
		wantY, errY := strconv.ParseFloat(r[7], 64)
		wantV, errV := strconv.ParseFloat(r[8], 64)
		if errY != nil || errV != nil { // NA there: not usable here either
			if !math.IsNaN(y) && !math.IsNaN(v) {
				t.Errorf("%v: got %g, %g", r, y, v)
			}
			continue
		}
		if !closeTo(y, wantY, 1e-11) || !closeTo(v, wantV, 1e-11) {
			t.Errorf("%s %s row %d (%v): got %.15g, %.15g, want %s, %s", m, o.VType, i, r[3:6], y, v, r[7], r[8])
		}
	}
	for _, info := range Measures() {
		if !seen[info.Measure] && info.Kind != KindEffectAndVar {
			t.Errorf("no figures for %s", info.Measure)
		}
	}
}

func closeTo(got, want, tol float64) bool {
	return got == want || math.Abs(got-want) <= tol*math.Max(1e-3, math.Abs(want))
}
