package chart

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"golang.org/x/net/html"
)

func TestTicks(t *testing.T) {
	labels := func(ts []Tick) string {
		var s []string
		for _, x := range ts {
			s = append(s, x.Label)
		}
		return strings.Join(s, " ")
	}
	for _, c := range []struct{ got, want string }{
		{labels(Ticks(-2.2, 0.7, 6)), "−2.0 −1.5 −1.0 −0.5 0.0 0.5"}, {labels(Ticks(0, 100, 5)), "0 20 40 60 80 100"},
		{labels(Ticks(1, 1, 5)), ""},
		{labels(RatioTicks(math.Log(0.4), math.Log(6), 6)), "0.5 0.7 1 1.5 2 3 5"}, {labels(RatioTicks(math.Log(0.01), math.Log(100), 5)),
			"0.01 0.1 1 10 100"},
		{labels(RatioTicks(math.Log(1.01), math.Log(1.07), 6)), "1.01 1.02 1.03 1.04 1.05 1.06 1.07"},
		{labels(RatioTicks(math.Log(0.88), math.Log(1.24), 6)), "0.90 0.95 1.00 1.05 1.10 1.15 1.20"},
	} {
		if c.got != c.want {
			t.Errorf("ticks %q, want %q", c.got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(-1e6, 1e6).Draw(t, "lo")
		hi := lo + rapid.Float64Range(1e-6, 1e6).Draw(t, "width")
		last := math.Inf(-1)
		for _, k := range Ticks(lo, hi, 6) {
			if k.Value <= last || k.Value < lo-(hi-lo)*0.01 || k.Value > hi+(hi-lo)*0.01 {
				t.Fatalf("tick %v of [%v, %v] after %v", k.Value, lo, hi, last)
			}
			last = k.Value
		}
	})
}

// TestTextFits: whatever the text, what Fit and Wrap give is no wider than asked.
func TestTextFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s") + strings.Repeat("Wi ", rapid.IntRange(0, 40).Draw(t, "more"))
		w := rapid.Float64Range(30, 300).Draw(t, "w")
		if got := Fit(s, w, 13); Width(got, 13) > w+13 {
			t.Fatalf("Fit gives %q, %.1f wide of %.1f", got, Width(got, 13), w)
		}
		lines := Wrap(s, w, 13, 3)
		if len(lines) > 3 {
			t.Fatalf("%d lines", len(lines))
		}
		for _, l := range lines {
			if Width(l, 13) > w+14 {
				t.Fatalf("line %q is %.1f wide of %.1f", l, Width(l, 13), w)
			}
		}
	})
}

// TestEscapes: any text in a picture is found again as text, and makes no
// element.
func TestEscapes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]string{"</text><script>", `"'&<>`, "]]>", "<!--"}).Draw(t, "bad") + rapid.String().Draw(t, "s")
		g := New(100, 100)
		g.Text(1, 2, Start, s, s)
		g.Vertical(1, 2, s, s)
		doc, err := html.Parse(strings.NewReader(g.SVG(Head{ID: s, Title: s, Desc: s, Class: s})))
		if err != nil {
			t.Fatal(err)
		}
		n := map[string]int{}
		var walk func(*html.Node)
		walk = func(x *html.Node) {
			if x.Type == html.ElementNode {
				n[x.Data]++
			}
			if x.Type == html.CommentNode {
				t.Fatalf("a comment came of %q", s)
			}
			for c := x.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(doc)
		if n["text"] > 2 || n["script"] != 0 || len(n) > 8 {
			t.Fatalf("elements %v came of %q", n, s)
		}
	})
}

func TestNum(t *testing.T) {
	for x, want := range map[float64]string{1.25: "1.3", -0.01: "0", 3: "3", math.Inf(1): "0", 1e9: "1000000"} {
		if got := Num(x); got != want {
			t.Errorf("Num(%v) = %q, want %q", x, got, want)
		}
	}
	if Num(math.NaN()) != "0" {
		t.Error("NaN reaches an attribute")
	}
}
