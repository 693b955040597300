package show

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func f(x float64) *float64 { return &x }

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Fixed(-0.7119, 2), "−0.71"}, {Fixed(-0.004, 2), "0.00"}, {Fixed(math.Copysign(0, -1), 1), "0.0"}, {Fixed(math.NaN(), 2), "–"},
		{Fixed(math.Inf(-1), 2), "−∞"}, {Fixed(-2.5e9, 2), "−2.50×10⁹"},
		{FixedP(nil, 2), "–"}, {Trim(5.20, 2), "5.2"}, {Trim(100, 2), "100"}, {Trim(-0.001, 2), "0"}, {Significant(0.00764, 3), "0.00764"},
		{Significant(1234567, 3), "1.23×10⁶"}, {Significant(0.0000123, 2), "1.2×10⁻⁵"}, {Significant(0, 3), "0"},
		{Int(585), "585"}, {Int(4095), "4095"}, {Int(1234567), "1\u202f234\u202f567"}, {Int(-12345), "−12\u202f345"}, {IntP(nil), "–"},
		{P(f(0.0004)), "p\u00a0<\u00a00.001"}, {P(f(0.034)), "p\u00a0=\u00a00.034"}, {P(f(0.34)), "p\u00a0=\u00a00.34"},
		{P(f(0.995)), "p\u00a0>\u00a00.99"}, {P(nil), "p\u00a0not available"}, {PCell(f(0.0004)), "<0.001"}, {PCell(f(0.5)), "0.50"},
		{Percent(0), "0%"}, {Percent(0.2), "<1%"}, {Percent(53.9), "54%"}, {Percent(99.7), ">99%"}, {Percent(100), "100%"},
		{Tau2(f(0)), "0"}, {Tau2(f(0.0000053)), "<0.001"}, {Tau2(f(0.1174)), "0.117"}, {Tau2(nil), "–"},
		{Raw(-0.77119460782592442), "-0.7711946078"}, {Raw(math.NaN()), ""},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestMeasures(t *testing.T) {
	g, rr, odd := MeasureOf("SMD"), MeasureOf("log_RR"), MeasureOf("<b>")
	for _, c := range []struct{ got, want string }{
		{g.Full(f(-0.7119), f(-0.9534), f(-0.4704)), "−0.71\u00a0[−0.95,\u00a0−0.47]"}, {g.Full(nil, nil, nil), "–"},
		{g.Full(f(1), nil, f(2)), "1.00"}, {g.Exact(f(-0.71194)), "−0.7119"},
		{rr.Value(math.Log(1.3494)), "1.35"}, {rr.Interval(math.Log(0.05), math.Log(2)), "[0.050,\u00a02.00]"}, {rr.Symbol, "RR"},
		{odd.Value(0.5), "0.50"}, {odd.Symbol, "<b>"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"}, {" a\tb\n", "a b"}, {"\u202Eabc\u2066", "[U+202E]abc[U+2066]"}, {"ze\u200Bro\uFEFF", "zero"},
		{"a\x00b", "a[U+0000]b"}, {"bad\xff", "bad\uFFFD"}, {"👩‍👧", "👩‍👧"}, {"<b>&", "<b>&"},
		{"e" + strings.Repeat("\u0301", 50), "e" + strings.Repeat("\u0301", maxMarks)},
	} {
		if got := Text(c.in); got != c.want {
			t.Errorf("Text(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	if got := Clip(strings.Repeat("W", 10000), 10); got != strings.Repeat("W", 9)+"…" {
		t.Errorf("Clip: %q", got)
	}
	if got := Prose("tau2 = -0.5 [-1, -0.2], 33 % of COMP-360, t(k-1), I2 0 %"); got !=
		"tau² = −0.5 [−1, −0.2], 33% of COMP-360, t(k − 1), I² 0%" {
		t.Errorf("Prose: %q", got)
	}
}

func TestLinks(t *testing.T) {
	for in, want := range map[string]string{
		"https://clinicaltrials.gov/study/NCT1": "https://clinicaltrials.gov/study/NCT1", "HTTP://x.org": "http://x.org",
		"javascript:alert(1)": "", "data:text/html,x": "", "//x.org": "", "https://u:p@x.org": "", "ftp://x.org": "", "https:x.org": "",
		"https://x.org/\u202Egpj": "", "java\nscript:alert(1)": "", " https://x.org/a?b=<c>": "https://x.org/a?b=<c>", "file:///etc/passwd": "",
		"https://": "",
	} {
		if got := Link(in); got != want {
			t.Errorf("Link(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"10.1038/s41591-021-01336-3": "https://doi.org/10.1038/s41591-021-01336-3",
		"DOI:10.1000/a<b>c": "https://doi.org/10.1000/a%3Cb%3Ec", "DOI:10.1000/a b<c>": "", "x": "", "10.1": ""} {
		if got := DOI(in); got != want {
			t.Errorf("DOI(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSlug(t *testing.T) {
	for _, id := range []string{"mdma-ptsd-severity", "NCT03537014", "a.b_c"} {
		if Slug(id) != id {
			t.Errorf("Slug(%q) = %q", id, Slug(id))
		}
	}
	if Slug("con") == "con" || Slug("Mixed") == "Mixed" || Slug("a") == Slug("a/") {
		t.Error("a dangerous or doubtful name was kept")
	}
}

// FuzzText holds what every text must be after Text, Clip, Slug and Link.
func FuzzText(fz *testing.F) {
	for _, s := range []string{"", "a", "\u202E", "\xff\xfe", "e\u0301\u0301\u0301\u0301\u0301\u0301", "../x", "https://x.org/%zz",
		strings.Repeat("x", 300)} {
		fz.Add(s)
	}
	fz.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if !utf8.ValidString(got) || Text(got) != got {
			t.Fatalf("Text(%q) = %q is not settled", s, got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return acting(r) || invisible(r) }) {
			t.Fatalf("Text(%q) = %q still acts", s, got)
		}
		if c := Clip(s, 20); utf8.RuneCountInString(c) > 20 {
			t.Fatalf("Clip(%q) is %d long", s, utf8.RuneCountInString(c))
		}
		if g := Slug(s); g == "" || len(g) > 100 || strings.ContainsAny(g, `/\:*?"<>| `) || strings.HasPrefix(g, ".") || g != Slug(s) {
			t.Fatalf("Slug(%q) = %q", s, g)
		}
		if l := Link(s); l != "" && !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "https://") {
			t.Fatalf("Link(%q) = %q", s, l)
		}
	})
}

// TestSlugKeepsApart: different ids get different names, also on file systems
// that fold case, except for ids that differ in case alone, which the caller
// keeps apart.
func TestSlugKeepsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if !strings.EqualFold(a, b) && strings.EqualFold(Slug(a), Slug(b)) {
			t.Fatalf("%q and %q share %q", a, b, Slug(a))
		}
	})
}
