package chart

import (
	"math"

	"past/reports/internal/show"
)

// Scale maps values onto pixels, linearly. For ratio measures the values are
// logarithms, so that the same scale serves; only tick labels differ.
type Scale struct {
	Lo, Hi float64 // values
	A, B   float64 // pixels of Lo and Hi
}

// At gives the pixel of x, without limits.
func (s Scale) At(x float64) float64 {
	if s.Hi == s.Lo {
		return (s.A + s.B) / 2
	}
	return s.A + (x-s.Lo)/(s.Hi-s.Lo)*(s.B-s.A)
}

// In reports whether x is on the scale.
func (s Scale) In(x float64) bool { return x >= s.Lo && x <= s.Hi }

// Clamp gives the pixel of x, held to the ends.
func (s Scale) Clamp(x float64) float64 {
	return s.At(math.Max(s.Lo, math.Min(s.Hi, x)))
}

// Tick is a labelled place on a scale.
type Tick struct {
	Value float64
	Label string
}

// Ticks gives about n round places between lo and hi.
func Ticks(lo, hi float64, n int) []Tick {
	if !(hi > lo) || math.IsInf(hi-lo, 0) {
		return nil
	}
	step := niceStep((hi - lo) / float64(max(n, 1)))
	d := 0
	for s := step; d < 6 && math.Abs(s-math.Round(s)) > 1e-9*s; d++ {
		s *= 10
	}
	var t []Tick
	for i := math.Ceil(lo/step - 1e-9); i*step <= hi+step*1e-9 && len(t) < 60; i++ {
		v := i * step
		t = append(t, Tick{v, show.Fixed(v, d)})
	}
	return t
}

func niceStep(raw float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(raw)))
	switch f := raw / p; {
	case f < 1.5:
		return p
	case f < 3.2:
		return 2 * p
	case f < 7.5:
		return 5 * p
	}
	return 10 * p
}

// RatioTicks gives round ratios between exp(lo) and exp(hi) at their
// logarithms.
func RatioTicks(lo, hi float64, n int) []Tick {
	if !(hi > lo) {
		return nil
	}
	const edge = 690 // logarithms beyond are no numbers when read as ratios
	lo, hi = math.Max(lo, -edge), math.Min(hi, edge)
	for _, mants := range [][]float64{{1, 1.5, 2, 3, 5, 7}, {1, 2, 5}, {1, 3}, {1}} {
		var t []Tick
		for e := math.Floor(lo/math.Ln10) - 1; e <= math.Ceil(hi/math.Ln10) && e < 300; e++ {
			for _, m := range mants {
				v := m * math.Pow(10, e)
				if l := math.Log(v); l >= lo-1e-9 && l <= hi+1e-9 {
					t = append(t, Tick{l, show.Trim(v, max(0, int(-e)+1))})
				}
			}
		}
		if len(t) <= n+1 && len(t) > 1 {
			return t
		}
	}
	if !(hi > lo) {
		return nil
	}
	if hi-lo > math.Ln10 {
		return []Tick{{lo, show.Significant(math.Exp(lo), 2)}, {hi, show.Significant(math.Exp(hi), 2)}}
	}
	t := Ticks(math.Exp(lo), math.Exp(hi), n) // a narrow axis: 1.02, 1.04, …
	for i, k := range t {
		t[i].Value = math.Log(k.Value)
	}
	return t
}
