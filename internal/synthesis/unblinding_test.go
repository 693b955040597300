package synthesis_test

import (
	"math"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/synthesis"
)

// The tipping point over functional unblinding is the distance to the nearer
// limit, which a refit of the shifted studies confirms.
func TestHowFarUnblindingWouldHaveToGo(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	base := starterBase(t)
	base.WithoutMultiverse = true
	q := qs[0]
	f, err := synthesis.Answer(t.Context(), q, base)
	if err != nil {
		t.Fatal(err)
	}
	_, hi, _ := f.Headline.Interval()
	moved := func(d float64, which func(evidence.Effect) bool) (lo, up float64) {
		rows := append([]evidence.Effect(nil), f.Effects...)
		for i := range rows {
			if which(rows[i]) {
				rows[i].SetEffect(rows[i].Measure, rows[i].Formula, *rows[i].Estimate+d, *rows[i].Variance)
			}
		}
		r, err := synthesis.Pool(q.Model(), rows)
		if err != nil {
			t.Fatal(err)
		}
		return *r.CILower, *r.CIUpper
	}
	every := func(evidence.Effect) bool { return true }
	if _, up := moved(-hi-1e-6, every); up >= 0 {
		t.Errorf("a shift below the tipping point crosses: %g", up)
	}
	if _, up := moved(-hi+1e-6, every); up < 0 {
		t.Errorf("a shift above the tipping point does not cross: %g", up)
	}
	told := ""
	for _, l := range f.Limits {
		if strings.HasPrefix(l, "Participants can often tell") {
			told = l
		}
	}
	for _, want := range []string{synthesis.Number(-hi, 2) + " standard deviations", synthesis.Number(100*hi / *f.Primary.Estimate, 0) +
		" %", synthesis.Number(math.Abs(*f.Primary.Estimate)-*q.MID, 2) + " on", "has not been measured"} {
		if !strings.Contains(told, want) {
			t.Errorf("%q lacks %q", told, want)
		}
	}
	// in the studies against inactive placebo alone
	i := strings.Index(told, "gives the treatment away, ")
	if i < 0 {
		t.Fatal(told)
	}
	rest := told[i+len("gives the treatment away, "):]
	var d float64
	for n := 1; n <= 300; n++ {
		if strings.HasPrefix(rest, synthesis.Number(float64(n)/100, 2)+" would do") {
			d = float64(n) / 100
		}
	}
	if d == 0 {
		t.Fatal(told)
	}
	open := func(e evidence.Effect) bool { return e.ComparatorClass == "inactive-placebo" }
	if _, up := moved(d, open); up < 0 {
		t.Errorf("%g does not cross: %g", d, up)
	}
	if _, up := moved(d-0.01, open); up >= 0 {
		t.Errorf("%g crosses already", d-0.01)
	}
	// a finding whose interval includes no effect has no line to cross
	for _, x := range qs {
		g, err := synthesis.Answer(t.Context(), x, base)
		if err != nil {
			t.Fatal(err)
		}
		if g.Headline.Kind != evidence.HeadlinePooled || g.Headline.IncludesNull() || x.Measure != "SMD" {
			for _, l := range g.Limits {
				if strings.Contains(l, "has not been measured") {
					t.Errorf("%s: %s", x.ID, l)
				}
			}
		}
	}
}
