package synthesis_test

import (
	"math"
	"strings"
	"testing"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/review"
	"past/internal/starter"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// starterBase is the starter set without a store.
func starterBase(t testing.TB) synthesis.Base {
	t.Helper()
	b, err := starter.Extractions()
	if err != nil {
		t.Fatal(err)
	}
	rows, problems, err := review.ReadExtractions("extractions.csv", b, strings.Repeat("0", 64))
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	effects := extract.PaperEffects(rows, func(x review.Extraction) string { return x.Study }, effect.Metafor, vocab.Default())
	return synthesis.Base{Effects: effects, Searches: []evidence.Search{asked("mdma"), asked("psilocybin"), asked("lsd")},
		LastScan: "2026-11-22"}
}

// asked is a complete search for a substance, limited to the conditions where
// some are given.
func asked(substance string, conditions ...string) evidence.Search {
	return evidence.Search{ID: "ctgov/" + substance + strings.Join(conditions, "-"), Source: "ctgov", Name: "ClinicalTrials.gov",
		Words: substance, Substances: []string{substance}, Conditions: conditions,
		Day: "2026-11-22", Hits: ptr(3), Listed: ptr(3), Complete: true}
}

func answer(t testing.TB, id string) evidence.Finding {
	t.Helper()
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range qs {
		if q.ID == id {
			f, err := synthesis.Answer(t.Context(), q, starterBase(t))
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
	}
	t.Fatalf("no question %s", id)
	return evidence.Finding{}
}

func near(t *testing.T, name string, got *float64, want, tol float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > tol {
		t.Errorf("%s = %v, want %v", name, show(got), want)
	}
}

func show(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}

// The published results are Sevchik 2026 (doi:10.64898/2026.03.27.26349536) and
// Singleton 2026 (doi:10.1038/s44220-026-00630-8), at their printed precision.
func TestPublishedFindings(t *testing.T) {
	f := answer(t, "mdma-ptsd-severity")
	p := f.Primary
	if p.K != 6 || p.N != 242 {
		t.Errorf("k = %d, n = %d; want 6 and 242", p.K, p.N)
	}
	near(t, "g", p.Estimate, -0.7119, 5e-5)
	near(t, "ci lower", p.CILower, -1.0588, 5e-5)
	near(t, "ci upper", p.CIUpper, -0.3651, 5e-5)
	near(t, "pi lower", p.PILower, -1.0588, 5e-5)
	near(t, "pi upper", p.PIUpper, -0.3651, 5e-5)
	near(t, "Q", p.Q, 2.42, 5e-3)
	if !p.Guarded() {
		t.Fatal("the guard must act")
	}
	near(t, "unguarded lower", p.UnguardedLow, -0.9534, 5e-5)
	near(t, "unguarded upper", p.UnguardedHigh, -0.4704, 5e-5)
	f = answer(t, "psilocybin-depression-severity")
	p = f.Primary
	if p.K != 12 || p.N != 585 {
		for _, e := range f.Effects {
			t.Log(e.StudyLabel, e.ID, evidence.Value(e.Estimate))
		}
		t.Errorf("k = %d, n = %d; want 12 and 585", p.K, p.N)
	}
	near(t, "g", p.Estimate, -0.9031, 5e-5)
	near(t, "ci lower", p.CILower, -1.2561, 5e-5)
	near(t, "ci upper", p.CIUpper, -0.5501, 5e-5)
	near(t, "tau2", p.Tau2, 0.1174, 5e-5)
	near(t, "pi lower", p.PILower, -1.7183, 5e-5)
	near(t, "pi upper", p.PIUpper, -0.0879, 5e-5)
	r := answer(t, "mdma-ptsd-response").Primary
	near(t, "RR response", r.Estimate, math.Log(1.3494), 1e-4)
	near(t, "RR response lower", r.CILower, math.Log(1.0985), 1e-4)
	near(t, "RR response upper", r.CIUpper, math.Log(1.6577), 1e-4)
	r = answer(t, "mdma-ptsd-remission").Primary
	near(t, "RR remission", r.Estimate, math.Log(2.2499), 1e-4)
	near(t, "RR remission upper", r.CIUpper, math.Log(4.8667), 1e-4)
}

func TestEmptyFindingIsHonest(t *testing.T) {
	f := answer(t, "mdma-sexual-function")
	if f.Primary.K != 0 || f.Primary.Estimate != nil || f.Bayes != nil || len(f.Sensitivity) > 0 {
		t.Errorf("an empty finding carries a number: %+v", f.Primary)
	}
	if f.State != evidence.SearchedNone || !strings.Contains(f.Sentences.Plain, "no trial") ||
		!strings.Contains(f.Sentences.Plain, "ClinicalTrials.gov (last on 2026-11-22)") {
		t.Errorf("the sentence does not say so: %s", f.Sentences.Plain)
	}
}

// Ketamine was not asked for: nothing may be said of it.
func TestNotLookedForHasNoSentence(t *testing.T) {
	for _, id := range []string{"ketamine-ptsd-severity", "ketamine-any-adverse-event"} {
		f := answer(t, id)
		if f.State != evidence.NotLooked || f.Sentences != (evidence.Sentences{Ask: f.Sentences.Ask}) || len(f.Limits) > 0 ||
			f.Coverage.Asked || len(f.Coverage.Searches) > 0 {
			t.Errorf("%s: %s %+v", id, f.State, f)
		}
	}
}

// Every effect in scope is either pooled or left out with a reason.
func TestNothingIsDroppedSilently(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	base := starterBase(t)
	for _, q := range qs {
		scope := 0
		for _, e := range base.Effects {
			for _, s := range q.Substances {
				if e.Substance == s && e.Domain == q.Domain {
					scope++
				}
			}
		}
		sel := synthesis.Select(q, base.Effects)
		if len(sel.Included)+len(sel.Excluded) != scope {
			t.Errorf("%s: %d included and %d excluded of %d", q.ID, len(sel.Included), len(sel.Excluded), scope)
		}
		for _, x := range sel.Excluded {
			if x.Code == "" || x.Reason == "" {
				t.Errorf("%s: %s left out without a reason", q.ID, x.EffectID)
			}
		}
	}
}

// A sentence may not claim more than its interval.
func TestSentencesKeepToTheInterval(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	base := starterBase(t)
	for _, q := range qs {
		f, err := synthesis.Answer(t.Context(), q, base)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %s", q.ID, f.Sentences.Curriculum)
		lo, hi, _ := f.Headline.Interval()
		if f.Primary.K > 0 && lo <= 0 && hi >= 0 {
			for _, verb := range []string{" reduces ", " increases ", " improves "} {
				if strings.Contains(f.Sentences.Curriculum, verb) {
					t.Errorf("%s claims a direction although its interval includes no effect: %s", q.ID, f.Sentences.Curriculum)
				}
			}
		}
	}
}
