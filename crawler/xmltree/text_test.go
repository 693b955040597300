package xmltree

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"Effect of CO<sub>2</sub> on <i>E. coli</i>": "Effect of CO2 on E. coli",
		"10<sup>6</sup> cells":                       "10^6 cells",
		"10<sup>-3</sup>":                            "10^-3",
		"H<sub>2</sub><sup>15</sup>O":                "H2^15O",
		"log<sub>2</sub>3":                           "log2 3",
		"a<sub>1</sub>, b":                           "a1, b",
		"p < 0.05 and x > 3":                         "p < 0.05 and x > 3",
		"p &lt; 0.05":                                "p < 0.05",
		"&lt;i&gt;Salvia&lt;/i&gt; use":              "Salvia use",
		"caf&eacute; &amp; tea":                      "café & tea",
		"unbalanced <i>text":                         "unbalanced text",
		"<jats:italic>x</jats:italic>":               "x",
		"a\u00a0b\n c":                               "a b c",
		"<mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>": "x^2",
	} {
		if got := Plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestAbstract(t *testing.T) {
	for in, want := range map[string]string{
		"<h4>Background</h4>One.<h4>Methods.</h4>Two <i>x</i>.": "Background: One.\n" +
			"Methods: Two x.",
		"<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title><jats:p>A.</jats:p><jats:p>B.</jats:p></jats:sec>": "Aim: A.\nB.",
		"plain": "plain",
		"":      "",
	} {
		if got := Abstract(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// No markup makes two numbers one: the digits of the text, in their order, are
// those of the parts, with something between parts.
func TestDigitsNeverMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringMatching(`[0-9]{1,3}`).Draw(t, "a")
		b := rapid.StringMatching(`-?[0-9]{1,3}`).Draw(t, "b")
		c := rapid.StringMatching(`[0-9]{1,3}`).Draw(t, "c")
		tag := rapid.SampledFrom([]string{"sub", "sup"}).Draw(t, "tag")
		got := Plain(a + "<" + tag + ">" + b + "</" + tag + ">" + c)
		if numbers := regexp.MustCompile(`[0-9]+`).FindAllString(got, -1); !slices.Equal(numbers, []string{a, strings.TrimPrefix(b, "-"), c}) {
			t.Fatalf("%q has the numbers %q", got, numbers)
		}
	})
}

func FuzzDocument(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0" encoding="iso-8859-1"?><a x="1"><r>&eacute;<b/></r><r>`))
	f.Add([]byte("<a><![CDATA[<r>]]><!-- <r> --><r/>\x01&#0;&</a>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		doc, _ := Clean(body)
		if !utf8.Valid(doc) {
			t.Fatal("Clean left bytes that are no text")
		}
		end := 0
		for _, p := range Cut(doc, "r", "a").Pieces {
			if p.Start < end || p.End < p.Start || p.End > len(doc) {
				t.Fatalf("%+v after %d of %d", p, end, len(doc))
			}
			end = p.End
			if n, err := Parse(doc[p.Start:p.End]); err == nil {
				Canonical(nil, n, nil)
				_ = n.Text()
			}
		}
		_, _ = Plain(string(body)), Abstract(string(body))
	})
}
