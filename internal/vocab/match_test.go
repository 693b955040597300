package vocab

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is found does not depend on case of ordinary words, on the kind of dash
// or space, or on what is in front of the text.
func TestMatchInvariance(t *testing.T) {
	v := Default()
	samples := []string{"montgomery-asberg depression rating scale", "psilocybin for treatment-resistant depression",
		"female sexual function index", "3,4-methylenedioxymethamphetamine", "post-traumatic stress disorder", "ham-d-17", "iief-ef", "pcl-5"}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(samples).Draw(t, "sample")
		dash := rapid.SampledFrom([]string{"-", "‐", "‑", "–", "—", "−"}).Draw(t, "dash")
		space := rapid.SampledFrom([]string{" ", "\u00a0", "\u2009", "\t", "  "}).Draw(t, "space")
		changed := strings.ReplaceAll(strings.ReplaceAll(s, "-", dash), " ", space)
		if rapid.Bool().Draw(t, "upper") {
			changed = strings.ToUpper(changed)
		}
		a, b := v.Match(s), v.Match("The outcome: "+changed+".")
		ids := func(r Result) []string {
			return []string{hitIDs(r.Substances), hitIDs(r.Conditions), hitIDs(r.Instruments)}
		}
		if !reflect.DeepEqual(ids(a), ids(b)) {
			t.Fatalf("%q finds %q, %q finds %q", s, ids(a), changed, ids(b))
		}
	})
}

// FuzzMatch: no text breaks the matcher; hits point at the text; the answer is
// the same twice.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"", "MDMA", "CAPS-5 Total\nBACKGROUND: PTSD. METHODS: n = 20 patients with TRD", "a.b.c.D.E.", "<i>LSD</i",
		"25-50 mg/kg psilocybin", "IIEF\u00ad-EF", "\xc3\x28", "½ 1,234.5.6", strings.Repeat("depression anxiety ", 50)} {
		f.Add(s, s)
	}
	v := Default()
	f.Fuzz(func(t *testing.T, title, text string) {
		whole := title + "\n" + text
		r := v.Match(whole)
		for _, list := range [][]Hit{r.Substances, r.Conditions, r.Topics, r.Instruments, r.StudyType, r.Rejected} {
			for _, h := range list {
				if h.Start < 0 || h.End > len(whole) || whole[h.Start:h.End] != h.Term || h.Reason == "" {
					t.Fatalf("hit %+v", h)
				}
			}
		}
		if !reflect.DeepEqual(r, v.Match(whole)) {
			t.Fatal("two answers differ")
		}
		v.Classify(title, text)
		if v.Explain(title).String() == "" {
			t.Fatal("an explanation says nothing")
		}
		if m, ok := v.MatchInstrument(title, text); ok && v.byInstrument[m.ID] == nil {
			t.Fatalf("unknown instrument %q", m.ID)
		}
		v.Given(title + "\n" + text)
	})
}
