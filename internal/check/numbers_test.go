package check

import (
	"fmt"
	"strings"
	"testing"

	"past/internal/edition"
	"past/internal/evidence"
)

// Each measure's own forms are compared with its finding, on the scale that the text
// uses.
func TestNumbersOfEachMeasure(t *testing.T) {
	flat := func(measure string, estimate, lb, ub float64) edition.Flat {
		f := edition.Flat{ID: "x", Measure: measure, K: 3, Estimate: &estimate, CILb: &lb, CIUb: &ub}
		f.Headline = evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: &estimate, Lower: &lb, Upper: &ub}
		if measure == "RR" {
			f.Scale = "log"
		}
		return f
	}
	md, rd, smd := flat("MD", 6.27, 4.13, 8.4), flat("RD", -0.0072, -0.05, 0.03), flat("SMD", -0.71, -1.06, -0.37)
	for _, c := range []struct {
		text string
		f    edition.Flat
		want string // the rules, in their order
	}{
		{"MD 6.27", md, ""}, {"MD = 6.3", md, ""}, {"MD 5.3", md, "number-differs"}, {"mean difference of 6.3 points", md, ""},
		{"mean difference 5.3", md, "number-differs"}, {"WMD: 9.27", md, "number-differs"}, {"weighted mean difference 6.3", md, ""},
		{"better by 6.3 points", md, "not-checked"}, {"better by 5.3 points", md, "number-differs"},
		{"it was -6.27 points", md, "number-differs"},
		{"standardised mean difference 0.5", md, "number-differs not-checked"},
		{"MD 0.71", smd, "number-differs not-checked"}, {"by 6.3 points", smd, "not-checked"},
		{"the fitted interval is 4.13 to 8.40", md, ""}, {"fitted interval 3.41 to 10.53", md, "number-differs number-differs"},
		{"RD -0.7 percentage points", rd, ""}, {"risk difference of -0.7 %", rd, ""}, {"RD -0.007", rd, ""},
		{"RD -1.7 percentage points", rd, "number-differs"}, {"RD -0.7", rd, "number-differs"},
		{"I2 84 %", flat("MD", 1, 0, 2), "not-checked"},
	} {
		var got []string
		for _, p := range numberProblems(c.text, c.f) {
			got = append(got, p.rule)
		}
		if fmt.Sprint(strings.Join(got, " ")) != c.want {
			t.Errorf("%s, %s: %q, want %q", c.f.Measure, c.text, got, c.want)
		}
	}
}

// No trial shows that a treatment is safe, and one study is not several.
func TestWhatNoFindingCarries(t *testing.T) {
	one, two := edition.Flat{ID: "x", K: 1}, edition.Flat{ID: "x", K: 2}
	for _, c := range []struct {
		text string
		f    edition.Flat
		want int
	}{
		{"It is safe.", two, 1}, {"The drug is generally safe and well tolerated.", two, 1}, {"It has no side effects.", two, 1},
		{"It is not safe.", two, 0}, {"Whether it is safe is not known.", two, 0}, {"It may be safe.", two, 0},
		{"Studies show that it helps.", one, 1}, {"A meta-analysis of one study shows it.", one, 1}, {"Trials found more.", one, 1},
		{"Studies show that it helps.", two, 0}, {"The study shows it.", one, 0},
	} {
		if got := unfounded(c.text, c.f); len(got) != c.want {
			t.Errorf("%s (k = %d): %v", c.text, c.f.K, got)
		}
	}
}
