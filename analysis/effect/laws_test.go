package effect

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func drawMeans(t *rapid.T) TwoGroupMeans {
	f := func(name string, lo, hi float64) float64 { return rapid.Float64Range(lo, hi).Draw(t, name) }
	n := func(name string) float64 { return float64(rapid.IntRange(3, 300).Draw(t, name)) }
	return TwoGroupMeans{M1: f("m1", 0.5, 50), SD1: f("s1", 0.1, 20), N1: n("n1"), M2: f("m2", 0.5, 50), SD2: f("s2", 0.1, 20), N2: n("n2")}
}

func must(t *rapid.T, m Measure, s Study, o Options) Estimate {
	t.Helper()
	e, err := Of(m, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var modes = []Formula{Metafor, Metapsy, RevMan}

// Exchanging the groups turns the sign and leaves the variance.
func TestSwappingGroupsTurnsTheSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawMeans(t)
		swapped := TwoGroupMeans{g.M2, g.SD2, g.N2, g.M1, g.SD1, g.N1}
		for _, m := range []Measure{MD, SMD, SMDH, ROM, CVR, VR, RPB, D2OR, D2ORN} {
			for _, f := range modes {
				a, b := must(t, m, g, Options{Formula: f}), must(t, m, swapped, Options{Formula: f})
				if !closeTo(a.Y, -b.Y, 1e-9) || !closeTo(a.V, b.V, 1e-9) {
					t.Fatalf("%s %s: %g (%g) and %g (%g)", m, f, a.Y, a.V, b.Y, b.V)
				}
			}
		}
		c := TwoByTwo{N1: g.N1, N2: g.N2}
		c.Events1 = float64(rapid.IntRange(0, int(g.N1)).Draw(t, "e1"))
		c.Events2 = float64(rapid.IntRange(0, int(g.N2)).Draw(t, "e2"))
		other := TwoByTwo{c.Events2, c.N2, c.Events1, c.N1}
		for _, m := range []Measure{OR, RR, RD, AS, PETO, PHI, YUQ, YUY, PBIT, OR2D} {
			for _, f := range modes {
				a, b := must(t, m, c, Options{Formula: f}), must(t, m, other, Options{Formula: f})
				if math.IsNaN(a.Y) && math.IsNaN(b.Y) {
					continue
				}
				if !closeTo(a.Y, -b.Y, 1e-9) || !(closeTo(a.V, b.V, 1e-9) || math.IsNaN(a.V) && math.IsNaN(b.V)) {
					t.Fatalf("%s %s of %+v: %g (%g) and %g (%g)", m, f, c, a.Y, a.V, b.Y, b.V)
				}
			}
		}
	})
}

// Standardised effects and ratios do not depend on the unit; a difference does.
func TestUnitsOfMeasurement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawMeans(t)
		c := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "log10 unit"))
		scaled := TwoGroupMeans{g.M1 * c, g.SD1 * c, g.N1, g.M2 * c, g.SD2 * c, g.N2}
		for _, m := range []Measure{SMD, SMDH, SMD1, SMD1H, ROM, CVR, VR, RPB, RBIS, D2OR} {
			for _, f := range modes {
				a, b := must(t, m, g, Options{Formula: f}), must(t, m, scaled, Options{Formula: f})
				if !closeTo(a.Y, b.Y, 1e-8) || !closeTo(a.V, b.V, 1e-8) {
					t.Fatalf("%s %s changes with the unit %g: %g (%g) and %g (%g)", m, f, c, a.Y, a.V, b.Y, b.V)
				}
			}
		}
		a, b := must(t, MD, g, Options{}), must(t, MD, scaled, Options{})
		if math.Abs(b.Y-c*a.Y) > 1e-9*c*(g.M1+g.M2) || !closeTo(b.V/(c*c), a.V, 1e-9) {
			t.Fatalf("MD does not follow the unit")
		}
		shift := rapid.Float64Range(-100, 100).Draw(t, "shift")
		moved := TwoGroupMeans{g.M1 + shift, g.SD1, g.N1, g.M2 + shift, g.SD2, g.N2}
		if x, y := must(t, SMD, g, Options{}), must(t, SMD, moved, Options{}); math.Abs(x.Y-y.Y) > 1e-9*(1+math.Abs(shift))/math.Min(g.SD1,
			g.SD2) {
			t.Fatalf("SMD changes when both means move by %g: %g and %g", shift, x.Y, y.Y)
		}
	})
}

// Events against non-events: the odds ratio turns its sign, the risk ratio need
// not.
func TestOddsRatioOfTheComplement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n1, n2 := rapid.IntRange(1, 400).Draw(t, "n1"), rapid.IntRange(1, 400).Draw(t, "n2")
		a, c := rapid.IntRange(0, n1).Draw(t, "a"), rapid.IntRange(0, n2).Draw(t, "c")
		e := TwoByTwo{float64(a), float64(n1), float64(c), float64(n2)}
		k := TwoByTwo{float64(n1 - a), float64(n1), float64(n2 - c), float64(n2)}
		x, y := must(t, OR, e, Options{}), must(t, OR, k, Options{})
		if !closeTo(x.Y, -y.Y, 1e-10) || !closeTo(x.V, y.V, 1e-10) {
			t.Fatalf("%+v: %g (%g), complement %g (%g)", e, x.Y, x.V, y.Y, y.V)
		}
	})
}

// Rows do not see each other, except in the variance types that say so.
func TestRowsAreAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawMeans(t), drawMeans(t)
		both := Data{M1I: []float64{a.M1, b.M1}, SD1I: []float64{a.SD1, b.SD1}, N1I: []float64{a.N1, b.N1},
			M2I: []float64{a.M2, b.M2}, SD2I: []float64{a.SD2, b.SD2}, N2I: []float64{a.N2, b.N2}}
		r, err := Compute(SMD, both, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range []TwoGroupMeans{a, b} {
			if e := must(t, SMD, s, Options{}); e.Y != r.Y[i] || e.V != r.V[i] {
				t.Fatalf("row %d: %g alone, %g in the table", i+1, e.Y, r.Y[i])
			}
		}
	})
}

// The inverse of each transformation brings the proportion, rate or correlation back.
func TestBackTransformations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 1000).Draw(t, "n")
		x := float64(rapid.IntRange(1, n-1).Draw(t, "x"))
		size := []float64{float64(n)}
		for m, want := range map[Measure]float64{PLN: x / float64(n), PLO: x / float64(n), PAS: x / float64(n), PFT: x / float64(n)} {
			e := must(t, m, Proportion{x, float64(n)}, Options{})
			back, ok := BackTransform(m, size)
			if !ok || math.Abs(back(e.Y)-want) > 1e-7 {
				t.Fatalf("%s: %g of %d comes back as %g", m, x, n, back(e.Y))
			}
		}
		for m, want := range map[Measure]float64{IRLN: x / float64(n), IRS: x / float64(n), IRFT: x / float64(n)} {
			e := must(t, m, Rate{x, float64(n)}, Options{})
			back, ok := BackTransform(m, size)
			if !ok || !closeTo(back(e.Y), want, 1e-9) {
				t.Fatalf("%s: rate %g comes back as %g", m, want, back(e.Y))
			}
		}
		r := rapid.Float64Range(-0.999, 0.999).Draw(t, "r")
		for m, s := range map[Measure]Study{ZCOR: Correlation{r, 20}, AHW: Reliability{r, 10, 50}, ABT: Reliability{r, 10, 50}} {
			e := must(t, m, s, Options{})
			back, _ := BackTransform(m, nil)
			if math.Abs(back(e.Y)-r) > 1e-9 {
				t.Fatalf("%s: %g comes back as %g", m, r, back(e.Y))
			}
		}
	})
}

// J is below 1, rises to it, and its usual approximation is near.
func TestSmallSampleCorrection(t *testing.T) {
	last := 0.0
	for m := 2.0; m < 1e9; m *= 1.3 {
		j := J(m)
		if !(j > last && j < 1) {
			t.Fatalf("J(%g) = %.17g after %.17g", m, j, last)
		}
		if d := math.Abs(j - JApprox(m)); d > 0.15/(m*m)+1e-14 {
			t.Errorf("J(%g): approximation off by %g", m, d)
		}
		last = j
	}
	if !closeTo(J(2), math.Sqrt(1/math.Pi), 1e-14) { // Gamma(1)/(1 Gamma(1/2))
		t.Errorf("J(2) = %.17g", J(2))
	}
	if !math.IsNaN(J(1)) || !math.IsNaN(J(-3)) || J(math.Inf(1)) != 1 {
		t.Error("J at its limits")
	}
}

// Any numbers at all: an effect, a missing value or an error, never a panic, and
// no negative variance.
func FuzzCompute(f *testing.F) {
	f.Add(uint8(0), uint8(0), 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
	f.Add(uint8(20), uint8(1), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
	f.Add(uint8(40), uint8(2), math.Inf(1), math.NaN(), -1.0, 1e308, 1e-308, 2.5)
	vtypes := []VType{"", "LS", "LS2", "UB", "AV", "HO", "AVHO", "ST", "CS"}
	all := Measures()
	f.Fuzz(func(t *testing.T, measure, option uint8, a, b, c, d, e, g float64) {
		m := all[int(measure)%len(all)]
		x := func(v ...float64) []float64 { return v }
		data := Data{AI: x(a, d), N1I: x(b, e), CI: x(c, g), N2I: x(d, a), X1I: x(a, c), T1I: x(b, d), X2I: x(c, e), T2I: x(d, g),
			M1I: x(a, e), SD1I: x(b, g), M2I: x(c, a), SD2I: x(d, b), XI: x(a, c), MI: x(b, d), SDI: x(c, e), RI: x(d, g), TI: x(e, a), NI: x(g, b),
			YI: x(a, b), VI: x(c, d)}
		o := Options{VType: vtypes[int(option)%len(vtypes)], To: []To{"", All, If0All, None}[int(option/9)%4], Formula: modes[int(option/36)%3],
			Drop00: option%2 == 1}
		r, err := Compute(m.Measure, data, o)
		if err != nil {
			return
		}
		for i, v := range r.V {
			if v < 0 || math.IsInf(v, 0) || math.IsInf(r.Y[i], 0) {
				t.Errorf("%s: row %d has effect %g and variance %g", m.Measure, i+1, r.Y[i], v)
			}
		}
	})
}
