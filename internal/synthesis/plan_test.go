package synthesis_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/synthesis"
)

// Two doses of one drug against one placebo arm are combined; two forms of it
// share the placebo arm. No one is counted twice either way.
func TestMultiArmTrialsCountPeopleOnce(t *testing.T) {
	for _, c := range []struct {
		form, said string
		k          int
	}{{"", "combined", 2}, {"r-mdma", "shared arm", 3}} {
		a, b := row("s1", "endpoint", "inactive-placebo"), row("s1", "endpoint", "inactive-placebo")
		a.ID, a.DoseTreat, a.ArmCtrl = "a", "75 mg", "placebo"
		b.ID, b.DoseTreat, b.ArmCtrl, b.Drug = "b", "125 mg", "placebo", c.form
		q := ask(t, "mdma-ptsd-severity")
		q.Arms = synthesis.ArmsAll
		f, err := synthesis.Answer(t.Context(), q, synthesis.Base{Effects: []evidence.Effect{a, b, row("s2", "endpoint", "inactive-placebo")}})
		if err != nil {
			t.Fatal(err)
		}
		if f.Primary.K != c.k || f.Primary.N != 20+20+20+40 || !strings.Contains(strings.Join(f.Warnings, " "), c.said) {
			t.Errorf("%q: k = %d, n = %d, %v; want %d comparisons of 100 people, and %q said", c.form, f.Primary.K, f.Primary.N, f.Warnings, c.k,
				c.said)
		}
		whole, err := synthesis.Answer(t.Context(), ask(t, "mdma-ptsd-severity"), synthesis.Base{Effects: []evidence.Effect{a}})
		if err != nil {
			t.Fatal(err)
		}
		one := evidence.Value(whole.Effects[0].Variance)
		for _, e := range f.Effects {
			if v := evidence.Value(e.Variance); e.StudyID == "s1" && (v > one) != (c.form != "") {
				t.Errorf("%s of form %q has the variance %v, alone %v", e.ID, c.form, v, one)
			}
		}
		if gone := slices.ContainsFunc(f.Excluded, func(x evidence.Exclusion) bool {
			return x.EffectID == "a" &&
				x.Code == synthesis.CodeArm
		}); gone != (c.form == "") {
			t.Errorf("%q: %v", c.form, f.Excluded)
		}
	}
}

// Rows of one study and its other instruments go into one model with robust
// variance, by plan or beside the primary analysis.
func TestDependentRows(t *testing.T) {
	q := ask(t, "psilocybin-depression-severity")
	q.ModelKind = synthesis.CHE
	f, err := synthesis.Answer(t.Context(), q, starterBase(t))
	if err != nil {
		t.Fatal(err)
	}
	if f.Primary.Method != "CHE" || f.Primary.K != 12 || len(f.Effects) < 24 || len(f.LeaveOneOut) != 12 || f.Primary.Guarded() {
		t.Errorf("%s k = %d of %d effects, %d without one", f.Primary.Method, f.Primary.K, len(f.Effects), len(f.LeaveOneOut))
	}
	g := answer(t, "psilocybin-depression-severity")
	i := slices.IndexFunc(g.Sensitivity, func(r evidence.PooledResult) bool { return r.Method == "CHE" })
	if i < 0 || math.Abs(*g.Sensitivity[i].Estimate-*f.Primary.Estimate) > 1e-12 {
		t.Errorf("the model of all rows is not beside the primary one")
	}
	for _, m := range f.Moderators {
		if m.Name == "year" && (m.Slope == nil || m.SE == nil || m.K < 24 || !(*m.CILower < *m.Slope && *m.Slope < *m.CIUpper) ||
			(*m.CILower <= 0 && *m.CIUpper >= 0) != (*m.P >= 0.05)) {
			t.Errorf("year in the three-level model: %+v", m)
		}
	}
	if len(f.Moderators) != len(q.Moderators) || len(f.Subgroups) == 0 || f.Subgroups[0].P == nil {
		t.Errorf("%d moderators and %d subgroups in the three-level model", len(f.Moderators), len(f.Subgroups))
	}
	q.SmoothVI = true
	s, err := synthesis.Answer(t.Context(), q, starterBase(t))
	if err != nil || *s.Primary.Estimate == *f.Primary.Estimate {
		t.Errorf("smooth_vi changes nothing (%v)", err)
	}
}

// An instrument that runs the other way is turned, once, and the pool does not
// depend on how the scale is written down.
func TestSignFollowsTheQuestion(t *testing.T) {
	a, b := row("s1", "endpoint", "inactive-placebo"), row("s2", "endpoint", "inactive-placebo")
	turned := b
	turned.HigherBetter = evidence.Yes
	turned.Mean1, turned.Mean2 = ptr(-*b.Mean1), ptr(-*b.Mean2)
	q := ask(t, "mdma-ptsd-severity")
	f, err := synthesis.Answer(t.Context(), q, synthesis.Base{Effects: []evidence.Effect{a, b}})
	if err != nil {
		t.Fatal(err)
	}
	g, err := synthesis.Answer(t.Context(), q, synthesis.Base{Effects: []evidence.Effect{a, turned}})
	if err != nil {
		t.Fatal(err)
	}
	if *f.Primary.Estimate != *g.Primary.Estimate || *f.Primary.CILower != *g.Primary.CILower {
		t.Errorf("%v and %v", *f.Primary.Estimate, *g.Primary.Estimate)
	}
	for _, s := range g.Sensitivity {
		if s.Estimate != nil && *s.Estimate > 0 {
			t.Errorf("%s has the other sign: %v", s.Label, *s.Estimate)
		}
	}
	if !strings.Contains(strings.Join(g.Effects[1].Flags, " "), "turned") {
		t.Errorf("the turned sign is not marked: %v", g.Effects[1].Flags)
	}
	// where nothing says which scores are better there is no sign, and no number is pooled
	unknown := b
	unknown.Instrument, unknown.HigherBetter = "", evidence.NotStated
	u, err := synthesis.Answer(t.Context(), q, synthesis.Base{Effects: []evidence.Effect{a, unknown}})
	if err != nil {
		t.Fatal(err)
	}
	if u.Primary.K != 1 || !slices.ContainsFunc(u.Excluded, func(x evidence.Exclusion) bool {
		return x.EffectID == unknown.ID && strings.Contains(x.Reason, "the sign is not known")
	}) {
		t.Errorf("an effect of unknown direction: k = %d, %+v", u.Primary.K, u.Excluded)
	}
	// a question that forgot the side of benefit turns every effect, and says so
	q.LowerIsBetter = false
	a.HigherBetter, b.HigherBetter = evidence.No, evidence.No
	forgot, err := synthesis.Answer(t.Context(), q, synthesis.Base{Effects: []evidence.Effect{a, b}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		f     evidence.Finding
		warns bool
	}{"as the instruments": {f, false}, "one turned": {g, false}, "all turned": {forgot, true}} {
		if got := strings.Contains(strings.Join(c.f.Warnings, "\n"), "does not set lower_is_better"); got != c.warns {
			t.Errorf("%s: %v", name, c.f.Warnings)
		}
	}
	if math.Abs(*forgot.Primary.Estimate+*f.Primary.Estimate) > 1e-12 {
		t.Errorf("%v and %v", *forgot.Primary.Estimate, *f.Primary.Estimate)
	}
}

// What happened before the dose is no outcome, whatever the plan prefers.
func TestBaselinesAreNoOutcomes(t *testing.T) {
	before := row("s1", "endpoint", "inactive-placebo")
	before.TimepointWeeks = ptr(-1.0)
	for _, rule := range []string{"primary", "latest", "primary-or-latest"} {
		q := ask(t, "mdma-ptsd-severity")
		q.Time.Rule = rule
		if s := synthesis.Select(q, []evidence.Effect{before}); len(s.Included) > 0 || s.Excluded[0].Code != synthesis.CodeTime {
			t.Errorf("%s: %+v", rule, s)
		}
	}
}

func TestNoEventsCarryNoRatio(t *testing.T) {
	e := row("s1", "events", "inactive-placebo")
	e.Domain, e.Event1, e.Event2 = "dropout", ptr(0.0), ptr(0.0)
	if s := synthesis.Select(ask(t, "mdma-dropout"), []evidence.Effect{e}); len(s.Included) > 0 ||
		s.Excluded[0].Code != synthesis.CodeNoEvents {
		t.Errorf("%+v", s)
	}
}

func TestQuestionMistakesAreExplained(t *testing.T) {
	base := "- id: x\n  title: t\n  substances: [mdma]\n  domain: ptsd\n  comparators: [inactive-placebo]\n  intervention: a\n  outcome: b\n"
	if _, err := synthesis.Load("q.yaml", []byte(base)); err != nil {
		t.Fatal(err)
	}
	for extra, want := range map[string]string{
		"  arms: some\n":                           "arms",
		"  model: other\n":                         "model",
		"  prediction: k-3\n":                      "prediction",
		"  rho: 1\n":                               "rho",
		"  sensitivity: [everything]\n":            "sensitivity",
		"  exclude_studies: [{study: A}]\n":        "reason",
		"  measure: MD\n":                          "instruments_only",
		"  scores: [endpoint, change]\n":           "endpoint and change",
		"  headlines: true\n":                      "unknown field",
		"  mid: 0.5\n":                             "mid_source",
		"  time: {rule: closest}\n":                "target_weeks",
		"  measure: RR\n  scores: [endpoint]\n":    "scores",
		"  subgroups: [colour]\n":                  "colour",
		"  indirectness: [{facet: x, share: 2}]\n": "facet",
	} {
		_, err := synthesis.Load("q.yaml", []byte(base+extra))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", extra, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("- id: x\n  title: t\n"))
	f.Add([]byte("- {id: a, time: {rule: closest, target_weeks: 1e400}}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		qs, err := synthesis.Load("f.yaml", b)
		if err != nil {
			return
		}
		for _, q := range qs {
			if _, err := synthesis.Answer(t.Context(), q, synthesis.Base{}); err != nil {
				t.Errorf("a question that passed the check cannot be asked: %v", err)
			}
		}
	})
}

// The same input gives the same bytes, also when its order is another.
func TestSameBytesTwice(t *testing.T) {
	for _, id := range []string{"mdma-ptsd-severity", "psilocybin-depression-severity", "mdma-dropout"} {
		b := starterBase(t)
		var first []byte
		for range 2 {
			f, err := synthesis.Answer(t.Context(), ask(t, id), b)
			if err != nil {
				t.Fatal(err)
			}
			js, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			if first != nil && string(first) != string(js) {
				t.Errorf("%s: two runs differ", id)
			}
			first = js
			slices.Reverse(b.Effects)
		}
	}
}

// BenchmarkAnalyse answers all shipped questions without the multiverse.
func BenchmarkAnalyse(b *testing.B) {
	qs, err := synthesis.Shipped()
	if err != nil {
		b.Fatal(err)
	}
	base := starterBase(b)
	base.WithoutMultiverse = true
	for b.Loop() {
		for _, q := range qs {
			if _, err := synthesis.Answer(b.Context(), q, base); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkMultiverse reports specifications per second of the MDMA question.
func BenchmarkMultiverse(b *testing.B) {
	base, q := starterBase(b), ask(b, "mdma-ptsd-severity")
	n := 0
	for b.Loop() {
		f, err := synthesis.Answer(b.Context(), q, base)
		if err != nil {
			b.Fatal(err)
		}
		n += f.Multiverse.Specifications
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "specs/s")
}
