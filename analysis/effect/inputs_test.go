package effect

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// complete has every column that a measure may ask for, in three studies.
func complete(kind Kind) Data {
	d := Data{AI: []float64{4, 9, 12}, BI: []float64{16, 21, 18}, CI: []float64{7, 8, 15}, DI: []float64{13, 22, 17},
		N1I: []float64{20, 30, 30}, N2I: []float64{20, 30, 32},
		X1I: []float64{4, 9, 12}, T1I: []float64{40, 55, 61}, X2I: []float64{7, 8, 15}, T2I: []float64{44, 51, 58},
		M1I: []float64{12, 10, 14}, SD1I: []float64{3, 4, 3.5}, M2I: []float64{10, 11, 12}, SD2I: []float64{3.2, 3.8, 4},
		XI: []float64{4, 9, 12}, MI: []float64{12, 10, 14}, SDI: []float64{3, 4, 3.5}, RI: []float64{0.3, 0.5, -0.2},
		TI: []float64{40, 55, 61}, NI: []float64{20, 30, 40}, YI: []float64{0.2, 0.1, -0.3}, VI: []float64{0.04, 0.05, 0.03}}
	if kind == KindCronbach {
		d.AI, d.MI = []float64{0.8, 0.7, 0.9}, []float64{10, 12, 8}
	}
	return d
}

// Every measure is computed from complete data, by each of its variance types.
func TestEveryMeasureIsComputed(t *testing.T) {
	for _, info := range Measures() {
		for _, vt := range append([]string{""}, strings.Fields(info.vtypes)...) {
			r, err := Compute(info.Measure, complete(info.Kind), Options{VType: VType(vt)})
			if err != nil {
				t.Errorf("%s %s: %v", info.Measure, vt, err)
				continue
			}
			for i := range r.Y {
				if math.IsNaN(r.Y[i]) || !(r.V[i] > 0) {
					t.Errorf("%s %s: study %d has effect %v with variance %v", info.Measure, vt, i+1, r.Y[i], r.V[i])
				}
			}
		}
	}
}

// A variance type that a measure does not have is refused, with those that it has.
func TestVarianceTypesAreNamed(t *testing.T) {
	for _, info := range Measures() {
		_, err := Compute(info.Measure, complete(info.Kind), Options{VType: "XX"})
		if has := info.vtypes != ""; (err != nil) != has || has && !strings.Contains(err.Error(), strings.Fields(info.vtypes)[0]) {
			t.Errorf("%s: %v", info.Measure, err)
		}
	}
}

// A column that is missing is named, and only one that the measure uses is missed.
func TestMissingColumnsAreNamed(t *testing.T) {
	for _, info := range Measures() {
		if info.Kind == KindTwoByTwo || info.Kind == KindEffectAndVar {
			continue // columns that stand in for each other
		}
		for _, name := range Columns(info.Kind) {
			d := complete(info.Kind)
			*d.Column(name) = nil
			_, err := Compute(info.Measure, d, Options{})
			unused := slices.Contains(strings.Fields(info.unused), name)
			var input *InputError
			if named := errors.As(err, &input) && input.Column == name; named == unused {
				t.Errorf("%s without %s: %v", info.Measure, name, err)
			}
		}
	}
}

// Two ways of giving the same table give the same effects: sizes or people without events,
// variances or standard errors.
func TestColumnsThatStandInForEachOther(t *testing.T) {
	sizes, rest := complete(KindTwoByTwo), complete(KindTwoByTwo)
	sizes.BI, sizes.DI = nil, nil
	rest.N1I, rest.N2I = nil, nil
	for _, m := range []Measure{OR, RR, RD, PETO, PHI, YUQ} {
		a, errA := Compute(m, sizes, Options{})
		b, errB := Compute(m, rest, Options{})
		if errA != nil || errB != nil || !slices.Equal(a.Y, b.Y) || !slices.Equal(a.V, b.V) {
			t.Errorf("%s: %v, %v (%v, %v)", m, a.Y, b.Y, errA, errB)
		}
	}
	given, se := complete(KindEffectAndVar), complete(KindEffectAndVar)
	se.VI = nil
	for _, v := range given.VI {
		se.SEI = append(se.SEI, math.Sqrt(v))
	}
	a, _ := Compute(GEN, given, Options{})
	b, err := Compute(GEN, se, Options{})
	for i := range a.V {
		if err != nil || math.Abs(a.V[i]-b.V[i]) > 1e-15 {
			t.Errorf("variances %v and %v (%v)", a.V, b.V, err)
		}
	}
	if _, err := Compute(GEN, Data{YI: given.YI}, Options{}); err == nil || !strings.Contains(err.Error(), "vi") {
		t.Errorf("neither variance nor standard error: %v", err)
	}
}

// Impossible values are named by row and column.
func TestImpossibleValuesAreNamed(t *testing.T) {
	for _, c := range []struct {
		m      Measure
		column string
		value  float64
	}{{OR, "ai", -1}, {OR, "n2i", -3}, {SMD, "sd1i", -2}, {SMD, "n2i", 0}, {MD, "m1i", math.Inf(1)}, {PLO, "xi", -1}, {PLO, "ni", 0},
		{IRR, "t1i", 0}, {IRLN, "ti", -4}, {MNLN, "mi", -1}, {MN, "sdi", -1}, {ZCOR, "ri", 1.5}, {SMCC, "ri", -2}, {ARAW, "ai", 1.2},
		{ARAW, "mi", 1}, {GEN, "vi", -0.1}} {
		info, _ := Lookup(string(c.m))
		d := complete(info.Kind)
		(*d.Column(c.column))[1] = c.value
		_, err := Compute(c.m, d, Options{})
		if err == nil || !strings.Contains(err.Error(), "row 2, column "+c.column) {
			t.Errorf("%s with %s = %v: %v", c.m, c.column, c.value, err)
		}
	}
}

// Columns of different length are refused.
func TestColumnsOfOneLength(t *testing.T) {
	d := complete(KindMeans)
	d.N2I = d.N2I[:2]
	if _, err := Compute(SMD, d, Options{}); err == nil || !strings.Contains(err.Error(), "column n2i: has 2 values") {
		t.Errorf("%v", err)
	}
}
