package dist

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
)

func f1(f func(float64) float64) func(a, b, c float64) float64 {
	return func(a, _, _ float64) float64 { return f(a) }
}
func f2(f func(a, b float64) float64) func(a, b, c float64) float64 {
	return func(a, b, _ float64) float64 { return f(a, b) }
}

var tabled = map[string]func(a, b, c float64) float64{
	"NormSF": f1(NormSF), "NormCDF": f1(NormCDF), "NormPDF": f1(NormPDF), "NormQuantile": f1(NormQuantile),
	"TTwoSided": f2(TTwoSided), "TQuantile": f2(TQuantile),
	"ChiSqCDF": f2(ChiSqCDF), "ChiSqSF": f2(ChiSqSF), "ChiSqQuantile": f2(ChiSqQuantile), "ChiSqUpperQuantile": f2(ChiSqUpperQuantile),
	"GammaCDF": GammaCDF, "GammaSF": GammaSF,
	"FSF":        FSF,
	"BetaCDF":    BetaCDF,
	"PoissonPMF": f2(PoissonPMF),
	"LogGamma":   f1(LogGamma), "LogBeta": f2(LogBeta), "LogChoose": f2(LogChoose),
}

// relative error allowed, where it is not 1e-13: deep tails and large
// parameters
var tolerance = map[string]float64{
	"NormSF": 3e-13, "NormCDF": 3e-13, "TTwoSided": 3e-12, "FSF": 5e-12,
}

func TestAgainstReferenceTable(t *testing.T) {
	f, err := os.Open("testdata/reference.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	worst := map[string]float64{}
	seen := map[string]int{}
	for _, r := range rows[1:] {
		fn := tabled[r[0]]
		if fn == nil {
			t.Fatalf("table names an unknown function %s", r[0])
		}
		var a [3]float64
		for i := range a {
			if r[1+i] != "" {
				a[i], _ = strconv.ParseFloat(r[1+i], 64)
			}
		}
		want, err := strconv.ParseFloat(r[4], 64)
		if err != nil && want != 0 {
			t.Fatal(err)
		}
		got := fn(a[0], a[1], a[2])
		seen[r[0]]++
		tol := tolerance[r[0]]
		if tol == 0 {
			tol = 1e-13
		}
		e := math.Abs(got-want) / math.Max(math.Abs(want), 1e-300)
		if !(e <= worst[r[0]]) {
			worst[r[0]] = e
		}
		if !(e <= tol) {
			t.Errorf("%s(%s, %s, %s) = %.17g, want %s (relative error %.2g)", r[0], r[1], r[2], r[3], got, r[4], e)
		}
	}
	for name := range tabled {
		if seen[name] == 0 {
			t.Errorf("no reference value for %s", name)
		}
		t.Logf("%-20s %4d values, worst relative error %.1e", name, seen[name], worst[name])
	}
}
