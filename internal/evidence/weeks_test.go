package evidence

import (
	"math"
	"testing"
)

// What is less than a week is said in days: 24 hours are not 0 weeks.
func TestWeekSpan(t *testing.T) {
	for _, c := range []struct {
		weeks []float64
		want  string
	}{
		{nil, ""}, {[]float64{math.NaN()}, ""}, {[]float64{1.0 / 7}, "1 day"}, {[]float64{1.0 / 7, 4}, "1 day to 4 weeks"},
		{[]float64{3, 8.7}, "3 to 8.7 weeks"}, {[]float64{1}, "1 week"}, {[]float64{1, 2, math.Inf(1)}, "1 to 2 weeks"},
		{[]float64{2.0 / 7, 3.0 / 7}, "2 to 3 days"}, {[]float64{0}, "0 days"}, {[]float64{1.0 / 7, 2.0 / 7}, "1 to 2 days"},
	} {
		if got := WeekSpan(c.weeks); got != c.want {
			t.Errorf("%v: %q, want %q", c.weeks, got, c.want)
		}
	}
}

// A dose is written with the unit in which the drug is dosed.
func TestHarmRowGiven(t *testing.T) {
	for dose, want := range map[string]string{"0.2": "LSD 200 µg", "0.025": "LSD 25 µg", "125": "LSD 125 mg", "": "LSD", "1": "LSD 1 mg"} {
		if got := (&HarmRow{Arm: "LSD", Dose: dose}).Given(); got != want {
			t.Errorf("%q: %q, want %q", dose, got, want)
		}
	}
}

func TestSpelled(t *testing.T) {
	for in, want := range map[string]string{"mbsr": "mindfulness-based stress reduction (MBSR)", "TAU": "treatment as usual",
		"placebo + SOC": "placebo + standard of care", "oral AD": "oral antidepressant", "usual care (TAU)": "usual care (TAU)",
		"niacin 100 mg": "niacin 100 mg", "": ""} {
		if got := Spelled(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestPosted(t *testing.T) {
	for want, a := range map[string]ArmResult{
		"-0.52 (95% Confidence Interval -1.63 to 0.59) units": {ValueRaw: "-0.52", DispersionType: "95% Confidence Interval",
			SpreadRaw: "7.59", LowerRaw: "-1.63", UpperRaw: "0.59", Unit: "units"},
		"12 (Standard Deviation 4)":      {ValueRaw: "12", DispersionType: "Standard Deviation", SpreadRaw: "4", LowerRaw: "8", UpperRaw: "16"},
		"12 (95% Confidence Interval 4)": {ValueRaw: "12", DispersionType: "95% Confidence Interval", SpreadRaw: "4"},
		"12 (Full Range 1 to 20)":        {ValueRaw: "12", DispersionType: "Full Range", LowerRaw: "1", UpperRaw: "20"},
		"12":                             {ValueRaw: "12"},
	} {
		if got := a.Posted(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
