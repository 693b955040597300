package effect

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The intervals of Newcombe 1998, table II, method 10.
func TestNewcombeRD(t *testing.T) {
	for _, c := range []struct{ e1, n1, e2, n2, rd, lo, hi float64 }{
		{56, 70, 48, 80, 0.2, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.6, 0.1705, 0.8090},
		{6, 7, 2, 7, 0.5714, 0.0582, 0.8062},
		{5, 56, 0, 29, 0.0893, -0.0381, 0.1926},
		{0, 10, 0, 20, 0, -0.1611, 0.2775},
		{0, 10, 0, 10, 0, -0.2775, 0.2775},
		{10, 10, 0, 20, 1, 0.6791, 1},
		{10, 10, 0, 10, 1, 0.6075, 1},
	} {
		rd, ci, ok := NewcombeRD(Events{c.e1, c.n1}, Events{c.e2, c.n2}, 0.95)
		lo, hi := ci.Lower, ci.Upper
		if !ok || math.Abs(rd-c.rd) > 5e-5 || math.Abs(lo-c.lo) > 5e-5 || math.Abs(hi-c.hi) > 5e-5 {
			t.Errorf("%v: %.4f [%.4f, %.4f]", c, rd, lo, hi)
		}
	}
	for _, c := range [][4]float64{{1, 0, 1, 2}, {3, 2, 1, 2}, {-1, 2, 1, 2}, {math.NaN(), 2, 1, 2}, {1, math.Inf(1), 1, 2}} {
		if _, _, ok := NewcombeRD(Events{c[0], c[1]}, Events{c[2], c[3]}, 0.95); ok {
			t.Errorf("%v has a difference", c)
		}
	}
}

func TestNewcombeRDIsBoundedAndAntisymmetric(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n1, n2 := rapid.IntRange(1, 500).Draw(rt, "n1"), rapid.IntRange(1, 500).Draw(rt, "n2")
		e1, e2 := rapid.IntRange(0, n1).Draw(rt, "e1"), rapid.IntRange(0, n2).Draw(rt, "e2")
		a, b := Events{float64(e1), float64(n1)}, Events{float64(e2), float64(n2)}
		rd, ci, ok := NewcombeRD(a, b, 0.95)
		lo, hi := ci.Lower, ci.Upper
		back, turned, _ := NewcombeRD(b, a, 0.95)
		blo, bhi := turned.Lower, turned.Upper
		if !ok || lo < -1-1e-12 || hi > 1+1e-12 || lo > rd || hi < rd || hi-lo <= 0 || math.Abs(rd+back) > 1e-12 || math.Abs(lo+bhi) > 1e-12 ||
			math.Abs(hi+blo) > 1e-12 {
			rt.Fatalf("%d/%d %d/%d: %v [%v, %v]", e1, n1, e2, n2, rd, lo, hi)
		}
	})
}
