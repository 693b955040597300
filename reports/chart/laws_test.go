package chart

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// hostile are texts as registers and people write them.
func hostile(t *rapid.T, name string) string {
	return rapid.SampledFrom([]string{"Mitchell 2021", "<script>alert(1)</script>", `"quoted" & 'single'`, "日本語の試験", "a\x00b\tc",
		"",
		strings.Repeat("unbroken", 40), "=1+1", "−0.71 [−1.06, −0.37]", "\u202eabc", "]]>"}).Draw(t, name)
}

// number is an estimate as a model can give it, unusable ones among them.
func number(t *rapid.T, name string) float64 {
	return rapid.OneOf(rapid.Float64Range(-3, 3), rapid.Float64Range(-1e9, 1e9),
		rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 1e-300})).Draw(t, name)
}

func someRows(t *rapid.T) *Rows {
	r := &Rows{ID: "f", Title: hostile(t, "title"), Alt: hostile(t, "alt"), Note: hostile(t, "note"), NameHead: "Study",
		Columns: []Column{{Head: "n"}, {Head: hostile(t, "head"), After: true, Phone: true}},
		Axis:    Axis{Title: "g", Ratio: rapid.Bool().Draw(t, "ratio"), Left: hostile(t, "left"), Right: "worse"}}
	for i := range rapid.IntRange(0, 8).Draw(t, "rows") {
		est := number(t, "est")
		half := math.Abs(number(t, "half"))
		r.Rows = append(r.Rows, Row{Kind: rapid.SampledFrom([]RowKind{Item, Group, Sub, Total, Extra, Text}).Draw(t, "kind"),
			Name: fmt.Sprintf("row %d", i), Cells: []string{"12", hostile(t, "cell")}, Line: -1,
			Marks: []Mark{{Shape: rapid.SampledFrom([]Shape{Square, Diamond, LightDiamond, Dot, Ring, Bar, Lane}).Draw(t, "shape"),
				Est: est, Lo: est - half, Hi: est + half, Size: rapid.Float64Range(0, 1).Draw(t, "size"), None: rapid.Bool().Draw(t, "none")}}})
	}
	r.Fit()
	return r
}

// words are the texts of a picture, which must be XML.
func words(t *rapid.T, svg string) []string {
	var out []string
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("no XML: %v\n%s", err, svg)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if tok.Name.Local == "script" {
				t.Fatalf("a text became markup:\n%s", svg)
			}
			for _, a := range tok.Attr {
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Fatalf("%s=%q in\n%s", a.Name.Local, a.Value, svg)
				}
			}
		case xml.CharData:
			out = append(out, string(tok))
		}
	}
}

// Whatever the numbers and texts, a figure is XML without a number that cannot be
// drawn, the same bytes each time, and both forms name every row.
func TestFiguresOfRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := someRows(t)
		for _, draw := range []func() *Pic{func() *Pic { return r.Wide(true) }, func() *Pic { return r.Wide(false) },
			func() *Pic { return r.Narrow(true) }} {
			p := draw()
			svg := p.SVG(Head{ID: "f", Title: r.Title, Desc: r.Alt})
			if again := draw().SVG(Head{ID: "f", Title: r.Title, Desc: r.Alt}); again != svg {
				t.Fatal("the same figure was drawn in two ways")
			}
			text := strings.Join(words(t, svg), "\n")
			for _, row := range r.Rows {
				if !strings.Contains(text, row.Name) {
					t.Fatalf("%q is not in the figure:\n%s", row.Name, svg)
				}
			}
			words(t, string(p.File(Head{Title: r.Title, Desc: r.Alt}, Light)))
		}
	})
}

// Estimates that are on the axis are drawn in the order of their values.
func TestMarksKeepTheOrderOfValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &Rows{ID: "f", Title: "t", NameHead: "Study", Axis: Axis{Title: "g"}}
		for i, est := range rapid.SliceOfNDistinct(rapid.Float64Range(-3, 3), 2, 6, rapid.ID).Draw(t, "estimates") {
			r.Rows = append(r.Rows, Row{Name: fmt.Sprint(i), Line: -1, Marks: []Mark{{Shape: Dot, Est: est, Lo: est - 0.2, Hi: est + 0.2}}})
		}
		r.Fit()
		s := Scale{Lo: r.Axis.Lo, Hi: r.Axis.Hi, A: 100, B: 400}
		for _, a := range r.Rows {
			for _, b := range r.Rows {
				x, y := a.Marks[0].Est, b.Marks[0].Est
				if x < y && s.At(x) > s.At(y) {
					t.Fatalf("%v is drawn at %v and %v at %v", x, s.At(x), y, s.At(y))
				}
				if at := s.Clamp(x); at < 100 || at > 400 {
					t.Fatalf("%v is drawn at %v, outside of the axis", x, at)
				}
			}
		}
	})
}

// Ticks are on the axis, rise, have different labels and are not many.
func TestTicksLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(-50, 50).Draw(t, "lo")
		hi := lo + rapid.Float64Range(0.01, 100).Draw(t, "width")
		for name, ticks := range map[string][]Tick{"values": Ticks(lo, hi, 6), "ratios": RatioTicks(lo/10, hi/10, 6)} {
			a, b := lo, hi
			if name == "ratios" {
				a, b = lo/10, hi/10
			}
			if len(ticks) == 0 || len(ticks) > 16 {
				t.Fatalf("%s: %d ticks from %v to %v", name, len(ticks), a, b)
			}
			for i, k := range ticks {
				if k.Value < a-1e-6 || k.Value > b+1e-6 {
					t.Fatalf("%s: %v is outside of %v to %v", name, k, a, b)
				}
				if i > 0 && (k.Value <= ticks[i-1].Value || k.Label == ticks[i-1].Label) {
					t.Fatalf("%s: %v after %v", name, k, ticks[i-1])
				}
			}
		}
	})
}

// The table behind a figure has every line and cell in its file, and no cell that a
// spreadsheet would run.
func TestTableFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tab := Table{Head: []TableHead{{Text: "Study"}, {Text: "g", Num: true}}}
		for range rapid.IntRange(0, 5).Draw(t, "lines") {
			tab.Lines = append(tab.Lines, TableLine{Cells: []Cell{{Text: hostile(t, "name")}, {Text: "−0.71", Exact: "-0.7119"}}})
		}
		rows, err := csv.NewReader(bytes.NewReader(tab.CSV())).ReadAll()
		if err != nil || len(rows) != 1+len(tab.Lines) {
			t.Fatalf("%d rows of %d lines: %v", len(rows), len(tab.Lines), err)
		}
		for _, row := range rows[1:] {
			if row[1] != "-0.7119" || strings.HasPrefix(row[0], "=") {
				t.Fatalf("%q", row)
			}
		}
	})
}

// A flow diagram prints each number that is known, and says of the others that they
// are not recorded.
func TestFlowShowsWhatIsKnown(t *testing.T) {
	n := func(i int) *int { return &i }
	f := &Flow{Identified: []Count{{"ClinicalTrials.gov", 731}}, Screened: n(417), Assessed: n(93), IncludedStudies: n(12)}
	for _, narrow := range []bool{false, true} {
		svg := f.Lay(narrow).SVG(Head{ID: "p", Title: "flow", Desc: f.Alt()})
		for _, want := range []string{"731", "417", "93", "12", "(not recorded)"} {
			if !strings.Contains(svg, want) {
				t.Errorf("narrow %v: no %s in\n%s", narrow, want, svg)
			}
		}
	}
}
