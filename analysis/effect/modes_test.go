package effect

import (
	"math"
	"strings"
	"testing"
)

// Hand calculations of what the modes do with one trial.
func TestModesOfSMD(t *testing.T) {
	g := TwoGroupMeans{M1: 19.6, SD1: 13.6, N1: 42, M2: 29.9, SD2: 12.8, N2: 37}
	// d = -10.3 / sqrt((41*13.6^2 + 36*12.8^2)/77)
	d := -10.3 / math.Sqrt((41*13.6*13.6+36*12.8*12.8)/77)
	check := func(mode Formula, y, v float64) {
		t.Helper()
		e, err := Of(SMD, g, Options{Formula: mode})
		if err != nil || !closeTo(e.Y, y, 1e-12) || !closeTo(e.V, v, 1e-12) {
			t.Errorf("%s: %g (%g), want %g (%g), %v", mode, e.Y, e.V, y, v, err)
		}
	}
	approx := d * (1 - 3.0/(4*79-9))
	check(Metapsy, approx, 79.0/(42*37)+d*d/(2*79))
	check(RevMan, approx, 79.0/(42*37)+approx*approx/(2*(79-3.94)))
	exact := d * J(77)
	check(Metafor, exact, 1.0/42+1.0/37+exact*exact/(2*79))
}

// Oehen 2013: 4 of 8 against 0 of 4 responders. The way the zero is treated decides
// between a risk ratio of 4.76 and one of 5.
func TestModesOfRiskRatio(t *testing.T) {
	trial := TwoByTwo{4, 8, 0, 4}
	for mode, want := range map[Formula]float64{
		Metapsy: (4.5 / 8.5) / (0.5 / 4.5),
		RevMan:  (4.5 / 9) / (0.5 / 5),
		Metafor: (4.5 / 9) / (0.5 / 5),
	} {
		e, err := Of(RR, trial, Options{Formula: mode})
		if err != nil || !closeTo(math.Exp(e.Y), want, 1e-12) || len(e.Warnings) != 1 {
			t.Errorf("%s: %g, want %g, warnings %v, %v", mode, math.Exp(e.Y), want, e.Warnings, err)
		}
	}
}

// All seven respond: a risk ratio needs no correction there in the modes of meta and
// RevMan, while metafor corrects every table with a zero cell.
func TestOnlyEventsInOneArm(t *testing.T) {
	trial := TwoByTwo{7, 7, 2, 7}
	for mode, want := range map[Formula]float64{Metapsy: 3.5, RevMan: 3.5, Metafor: (7.5 / 8) / (2.5 / 8)} {
		e, _ := Of(RR, trial, Options{Formula: mode})
		if !closeTo(math.Exp(e.Y), want, 1e-12) {
			t.Errorf("%s: %g, want %g", mode, math.Exp(e.Y), want)
		}
	}
}

// No events anywhere: nothing to say about a ratio, something about a difference.
func TestDoubleZero(t *testing.T) {
	trial := TwoByTwo{0, 10, 0, 12}
	for _, mode := range []Formula{Metapsy, RevMan} {
		for _, m := range []Measure{OR, RR} {
			if e, _ := Of(m, trial, Options{Formula: mode}); !math.IsNaN(e.Y) || len(e.Warnings) == 0 {
				t.Errorf("%s %s: %g, warnings %v", mode, m, e.Y, e.Warnings)
			}
		}
		if e, _ := Of(RD, trial, Options{Formula: mode}); e.Y != 0 || !(e.V > 0) {
			t.Errorf("%s RD: %g (%g)", mode, e.Y, e.V)
		}
	}
	if e, _ := Of(OR, trial, Options{}); math.IsNaN(e.Y) {
		t.Error("metafor's convention keeps the table")
	}
	if e, _ := Of(OR, trial, Options{Drop00: true}); !math.IsNaN(e.Y) {
		t.Error("drop00 does not drop it")
	}
}

func TestFaultsAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		m    Measure
		d    Data
		o    Options
		want string
	}{
		"negative SD": {SMD, Data{M1I: one(1), SD1I: one(-1), N1I: one(5), M2I: one(1), SD2I: one(1), N2I: one(5)}, Options{},
			"row 1, column sd1i"},
		"too many events":  {OR, Data{AI: one(6), N1I: one(5), CI: one(1), N2I: one(5)}, Options{}, "row 1, column ai"},
		"sizes disagree":   {OR, Data{AI: one(1), BI: one(1), N1I: one(5), CI: one(1), N2I: one(5)}, Options{}, "row 1, column n1i"},
		"column missing":   {SMD, Data{M1I: one(1)}, Options{}, "column sd1i: not given"},
		"lengths disagree": {COR, Data{RI: one(0.1), NI: []float64{1, 2}}, Options{}, "has 2 values"},
		"correlation":      {ZCOR, Data{RI: one(1.1), NI: one(9)}, Options{}, "between -1 and 1"},
		"variance type": {MD, Data{M1I: one(1), SD1I: one(1), N1I: one(5), M2I: one(1), SD2I: one(1), N2I: one(5)}, Options{VType: "XX"},
			"no variance type"},
		"to":      {OR, Data{}, Options{To: "some"}, "only0"},
		"add":     {OR, Data{}, Options{Add: new(-1.0)}, "at least 0"},
		"formula": {OR, Data{}, Options{Formula: "spss"}, "metafor, metapsy or revman"},
		"measure": {"FOO", Data{}, Options{}, "unknown effect measure"},
	} {
		if _, err := Compute(c.m, c.d, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}
