package check

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"past/internal/cite"
	"past/internal/edition"
	"past/internal/evidence"
)

// pooled is a finding with numbers that a text may print.
var pooled = rapid.Custom(func(t *rapid.T) edition.Flat {
	est := float64(rapid.IntRange(-300, 300).Draw(t, "hundredths")) / 100
	half := float64(rapid.IntRange(5, 200).Draw(t, "half width")) / 100
	lo, hi := est-half, est+half
	f := edition.Flat{ID: "mdma-ptsd-severity", Title: "MDMA and PTSD", Measure: "SMD", K: rapid.IntRange(2, 40).Draw(t, "k"),
		N: evidence.People(rapid.IntRange(20, 4000).Draw(t, "n")), Estimate: &est, CILb: &lo, CIUb: &hi, Certainty: "high"}
	f.Headline = evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: &est, Lower: &lo, Upper: &hi}
	return f
})

// printed is a number as a text may write it, at some precision and with any minus sign
// and decimal mark.
func printed(t *rapid.T, x float64, decimals int) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	s = strings.Replace(s, "-", rapid.SampledFrom([]string{"-", "−", "–"}).Draw(t, "minus"), 1)
	return strings.Replace(s, ".", rapid.SampledFrom([]string{".", "·"}).Draw(t, "mark"), 1)
}

func rulesOf(f edition.Flat, sentence string) (rules []string) {
	shelf := &cite.Shelf{Document: edition.Document{ID: "e-1", Findings: []edition.Flat{f}}}
	k := &Known{Shelf: shelf, Edition: func(string) (edition.Document, bool) { return edition.Document{}, false }}
	issues, _, _ := Document(Source{Name: "a.md", Kind: "markdown", Text: "<!-- past: " + f.ID + " -->\n" + sentence +
		"\n<!-- /past -->\n"}, k)
	for _, i := range issues {
		rules = append(rules, i.Rule+": "+i.Message)
	}
	return rules
}

// TestOwnNumbersAgree finds nothing wrong with a finding's own numbers, in whatever form
// they are printed, and an error where one of them is another number.
func TestOwnNumbersAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := pooled.Draw(t, "finding")
		d := rapid.IntRange(1, 3).Draw(t, "decimals")
		form := rapid.SampledFrom([]string{"g = %s [%s, %s] in %d studies with %d people.", "Hedges' g %s (95%% CI %s to %s), %d trials, n = %d.",
			"SMD %s, 95 %% CI %s to %s (k = %[4]d; %[5]d participants)."}).Draw(t, "form")
		k, n := f.K, int(f.N)
		say := func(est, lo, hi float64, k, n int) string {
			return fmt.Sprintf(form, printed(t, est, d), printed(t, lo, d), printed(t, hi, d), k, n)
		}
		right := say(*f.Estimate, *f.CILb, *f.CIUb, k, n)
		if got := rulesOf(f, right); len(got) > 0 {
			t.Fatalf("%q: %q", right, got)
		}
		off := math.Pow(10, -float64(d)) * float64(rapid.IntRange(2, 9).Draw(t, "units off"))
		wrong := say(*f.Estimate+off, *f.CILb, *f.CIUb, k, n)
		switch rapid.IntRange(0, 3).Draw(t, "which") {
		case 1:
			wrong = say(*f.Estimate, *f.CILb-off, *f.CIUb, k, n)
		case 2:
			wrong = say(*f.Estimate, *f.CILb, *f.CIUb, k+1, n)
		case 3:
			wrong = say(*f.Estimate, *f.CILb, *f.CIUb, k, n+1)
		}
		if got := rulesOf(f, wrong); !strings.Contains(strings.Join(got, "\n"), NumberDiffers) {
			t.Fatalf("%q of a finding with %v [%v, %v], k %d, n %d: %q", wrong, *f.Estimate, *f.CILb, *f.CIUb, k, n, got)
		}
	})
}

// TestFixSettles puts a text's numbers right at once: what was fixed has no error left
// and is fixed no further.
func TestFixSettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := pooled.Draw(t, "finding")
		shelf := &cite.Shelf{Document: edition.Document{ID: "e-1", Findings: []edition.Flat{f}}}
		k := &Known{Shelf: shelf, Edition: func(string) (edition.Document, bool) { return edition.Document{}, false }}
		other := pooled.Draw(t, "what was written")
		text := fmt.Sprintf("<!-- past: %s@e-0 -->\ng = %s [%s, %s] in %d studies.\n<!-- /past -->\n", f.ID, printed(t, *other.Estimate, 2),
			printed(t, *other.CILb, 2), printed(t, *other.CIUb, 2), other.K)
		once, n := Fix(text, k)
		if n == 0 {
			t.Fatalf("nothing was changed in %q", text)
		}
		twice, again := Fix(once, k)
		if again != 0 || twice != once {
			t.Fatalf("fixed again: %q after %q", twice, once)
		}
		issues, _, _ := Document(Source{Name: "a.md", Kind: "markdown", Text: once}, k)
		for _, i := range issues {
			if i.Rule == NumberDiffers || i.Rule == OldEdition {
				t.Errorf("%q still has: %s", once, i.Message)
			}
		}
	})
}
