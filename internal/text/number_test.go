package text

import (
	"math"
	"testing"
)

func TestParseNumber(t *testing.T) {
	for _, c := range []struct {
		in    string
		style NumberStyle
		want  float64
		op    string
	}{
		{"1.2E-5", StyleRegister, 1.2e-5, ""},
		{"1,234", StyleRegister, 1234, ""},
		{"1,234,567.5", StyleRegister, 1234567.5, ""},
		{"0,03", StyleRegister, 0.03, ""},
		{"0,313", StyleRegister, 0.313, ""},
		{"0,3139", StyleRegister, 0.3139, ""},
		{"12,5", StyleRegister, 12.5, ""},
		{"1.234,5", StyleRegister, 1234.5, ""},
		{".08", StyleRegister, 0.08, ""},
		{"-.34", StyleRegister, -0.34, ""},
		{"134.", StyleRegister, 134, ""},
		{"−0.7", StyleRegister, -0.7, ""},
		{"\u00a01\u202f234 ", StyleRegister, 1234, ""},
		{"<0.0001", StyleRegister, 0.0001, "<"},
		{"< .05", StyleRegister, 0.05, "<"},
		{"≤ 0,05", StyleRegister, 0.05, "<="},
		{"= 0.03", StyleRegister, 0.03, ""},
		{">0.99", StyleRegister, 0.99, ">"},
		{"12,2081939696255", StyleDecimalComma, 12.2081939696255, ""},
		{"1,234", StyleDecimalComma, 1.234, ""},
		{"-0,7711", StyleDecimalComma, -0.7711, ""},
		{"0.5", StyleDecimalComma, 0.5, ""},
	} {
		n := ParseNumber(c.in, c.style)
		if !n.OK || n.Value != c.want || n.Op != c.op {
			t.Errorf("ParseNumber(%q, %d) = %+v, want %v %q", c.in, c.style, n, c.want, c.op)
		}
	}
}

func TestParseNumberRefuses(t *testing.T) {
	for _, s := range []string{"", "NA", "NR", " n/a ", "NE", "—", "Not Reported"} {
		if n := ParseNumber(s, StyleRegister); n.OK || !n.Missing {
			t.Errorf("ParseNumber(%q) = %+v, want missing", s, n)
		}
	}
	for _, s := range []string{"12 (3.4)", "3-5", "1,23,456", "0x10", "1e999", "Inf", "12 weeks", "1,2,3", "++1", "5/10"} {
		if n := ParseNumber(s, StyleRegister); n.OK || n.Missing {
			t.Errorf("ParseNumber(%q) = %+v, want refused", s, n)
		}
	}
	if n := ParseNumber("1.234", StyleDecimalComma); n.OK {
		t.Errorf("an ambiguous point was read as %v", n.Value)
	}
	if n := ParseNumber("45 %", StyleRegister); !n.OK || !n.Percent || n.Value != 45 {
		t.Errorf("percent: %+v", n)
	}
}

// A table that does not show its decimal mark leaves a comma before three digits
// open; what its other cells show decides.
func TestStylesOfTables(t *testing.T) {
	for _, c := range []struct {
		in    string
		style NumberStyle
		want  float64
		open  bool
	}{
		{"1,234", StyleUnknown, 0, true},
		{"1.234", StyleUnknown, 1.234, false},
		{"1,234", StyleMixed, 0, true},
		{"1.234", StyleMixed, 0, true},
		{"1.234", StyleDecimalComma, 0, true},
		{"1,234", StyleDecimalComma, 1.234, false},
		{"1,234", StyleRegister, 1234, false},
		{"1,234,567", StyleUnknown, 1234567, false},
		{"1,234.5", StyleUnknown, 1234.5, false},
		{"1.234,5", StyleUnknown, 1234.5, false},
		{"1'234", StyleUnknown, 1234, false},
		{"1\u2019234.5", StyleUnknown, 1234.5, false},
		{"1\u00a0234,5", StyleUnknown, 1234.5, false},
		{"0,125", StyleUnknown, 0.125, false},
		{"1234,567", StyleUnknown, 1234.567, false},
		{"\u2013 .5", StyleUnknown, -0.5, false},
	} {
		n := ParseNumber(c.in, c.style)
		if n.Ambiguous != c.open || n.OK == c.open || n.OK && n.Value != c.want {
			t.Errorf("%q in style %d: %+v, want %v (open: %v)", c.in, c.style, n, c.want, c.open)
		}
	}
	for want, cells := range map[NumberStyle][]string{
		StyleUnknown:      {"1,234", "12", "1.234", "A", "-"},
		StyleRegister:     {"1,234", "0.5"},
		StyleDecimalComma: {"1.020", "0,5"},
		StyleMixed:        {"0.5", "0,5"},
	} {
		if got := StyleOf(cells); got != want {
			t.Errorf("%q: style %d, want %d", cells, got, want)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1,234", "<0.001", "−1e-5", "1 234,5", "NA"} {
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, s string, style int) {
		n := ParseNumber(s, NumberStyle(style&3))
		if n.Raw != s {
			t.Fatal("raw text lost")
		}
		if n.OK && (math.IsNaN(n.Value) || math.IsInf(n.Value, 0) || n.Missing) {
			t.Fatalf("%q → %+v", s, n)
		}
		if !n.OK && n.Reason == "" {
			t.Fatalf("%q refused without a reason", s)
		}
	})
}
