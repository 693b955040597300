package synthesis_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"past/internal/evidence"
	"past/internal/synthesis"
)

func ptr[T any](v T) *T { return &v }

// drawn is a usable effect of the PTSD question with random numbers.
func drawn(t *rapid.T, i int) evidence.Effect {
	n := func(name string) *float64 { return ptr(float64(rapid.IntRange(4, 200).Draw(t, name))) }
	return evidence.Effect{ID: fmt.Sprintf("e%d", i), StudyID: fmt.Sprintf("s%d", i), StudyLabel: fmt.Sprintf("S %d", i), Year: 2000 + i,
		Substance: "mdma", Condition: "ptsd", PopulationClass: "diagnosis", ComparatorClass: "inactive-placebo", Design: "parallel-rct",
		RiskOfBias: rapid.SampledFrom([]string{"", "low", "some concerns", "high"}).Draw(t, "rob"), Instrument: "caps-5", Domain: "ptsd",
		ScoreType:         "endpoint",
		PrimaryInstrument: true, PrimaryTime: true, N1: n("n1"), N2: n("n2"),
		Mean1: ptr(rapid.Float64Range(0, 80).Draw(t, "m1")), Mean2: ptr(rapid.Float64Range(0, 80).Draw(t, "m2")),
		SD1: ptr(rapid.Float64Range(1, 30).Draw(t, "sd1")), SD2: ptr(rapid.Float64Range(1, 30).Draw(t, "sd2")), Verdict: evidence.Usable}
}

func ask(t testing.TB, id string) synthesis.Question {
	t.Helper()
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range qs {
		if q.ID == id {
			return q
		}
	}
	t.Fatalf("no question %s", id)
	return synthesis.Question{}
}

// Whatever the numbers: a direction is claimed only when the headline interval
// excludes no effect and certainty is at least low, with the hedge that it
// asks for; the numbers in the sentence are those of the finding.
func TestNoSentenceOverstates(t *testing.T) {
	q := ask(t, "mdma-ptsd-severity")
	q.Sensitivity, q.Subgroups, q.Moderators = []string{"double-blind"}, nil, nil
	rapid.Check(t, func(rt *rapid.T) {
		k := rapid.IntRange(0, 7).Draw(rt, "k")
		b := synthesis.Base{WithoutMultiverse: true}
		for i := range k {
			b.Effects = append(b.Effects, drawn(rt, i))
		}
		f, err := synthesis.Answer(t.Context(), q, b)
		if err != nil {
			rt.Fatal(err)
		}
		lo, hi, ok := f.Headline.Interval()
		plain := " " + strings.ReplaceAll(f.Sentences.Plain, "low dose", "") + " "
		across := !ok || lo <= 0 && hi >= 0
		for _, verb := range []string{"reduce", "increase", "reduction", "improve", "prevent", "work"} {
			if !strings.Contains(plain, verb) {
				continue
			}
			if across || f.Certainty.Level == "very low" || f.Certainty.Level == "" {
				rt.Fatalf("%q with [%v, %v], certainty %q", plain, lo, hi, f.Certainty.Level)
			}
			if f.Certainty.Level == "low" && !strings.Contains(plain, " may ") {
				rt.Fatalf("%q without may at low certainty", plain)
			}
			if wrong := verb == "reduce" && *f.Headline.Estimate > 0 || verb == "increase" && *f.Headline.Estimate < 0; wrong {
				rt.Fatalf("%q says the other direction of %v", plain, *f.Headline.Estimate)
			}
		}
		if ok && !strings.Contains(f.Sentences.Curriculum, synthesis.Number(*f.Headline.Estimate, 2)) {
			rt.Fatalf("the estimate is not in the sentence: %s", f.Sentences.Curriculum)
		}
		if len(f.NotToSay) == 0 {
			rt.Fatal("nothing is marked as not to say")
		}
	})
}

// Templates that would overstate are refused.
func TestOverstatingTemplatesAreRefused(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		sentence string
		lo, hi   float64
		level    string
		refused  bool
	}{
		{"MDMA reduces PTSD symptoms", -1, -0.2, "high", false},
		{"MDMA reduces PTSD symptoms", -1, -0.2, "moderate", true},
		{"MDMA probably reduces PTSD symptoms", -1, -0.2, "moderate", false},
		{"MDMA probably reduces PTSD symptoms", -1, -0.2, "low", true},
		{"MDMA may reduce PTSD symptoms compared with a low dose", -1, -0.2, "low", false},
		{"MDMA may reduce PTSD symptoms", -1, 0.2, "low", true},
		{"MDMA may reduce PTSD symptoms", -1, -0.2, "very low", true},
		{"MDMA may reduce PTSD symptoms", -1, -0.2, "", true},
		{"MDMA may reduce PTSD symptoms", nan, nan, "low", true},
		{"MDMA improves sleep", -1, 1, "high", true},
		{"MDMA is proven for PTSD", -1, -0.2, "high", true},
		{"MDMA cures PTSD", -1, -0.2, "high", true},
		{"It is uncertain whether MDMA changes sleep", -1, 1, "low", false},
	} {
		if why := synthesis.Overstates(c.sentence, c.lo, c.hi, c.level); (why != "") != c.refused {
			t.Errorf("%q [%v, %v] %s: %q", c.sentence, c.lo, c.hi, c.level, why)
		}
	}
}

// A harm speaks of risk, in both directions, and never of benefit.
func TestHarmsSpeakOfRisk(t *testing.T) {
	q := ask(t, "mdma-dropout")
	rapid.Check(t, func(rt *rapid.T) {
		b := synthesis.Base{WithoutMultiverse: true}
		for i := range rapid.IntRange(0, 5).Draw(rt, "k") {
			e := drawn(rt, i)
			e.Domain, e.ScoreType, e.Instrument, e.Mean1, e.Mean2, e.SD1, e.SD2 = "dropout", "events", "", nil, nil, nil, nil
			e.Event1 = ptr(float64(rapid.IntRange(0, int(*e.N1)).Draw(rt, "events1")))
			e.Event2 = ptr(float64(rapid.IntRange(0, int(*e.N2)).Draw(rt, "events2")))
			b.Effects = append(b.Effects, e)
		}
		f, err := synthesis.Answer(t.Context(), q, b)
		if err != nil {
			rt.Fatal(err)
		}
		all := strings.ToLower(f.Sentences.Plain + f.Sentences.Curriculum + f.Sentences.Researcher)
		for _, w := range []string{"benefit", "reduce", "improve", "protect", "increase"} {
			if strings.Contains(all, w) {
				rt.Fatalf("%q in %s", w, all)
			}
		}
		if !strings.Contains(strings.Join(f.NotToSay, " "), "safe") {
			rt.Fatalf("%v", f.NotToSay)
		}
	})
}

// The sexual trauma of some participants answers nothing about survivors.
func TestWhatNotToSay(t *testing.T) {
	f := answer(t, "mdma-ptsd-severity")
	text := strings.Join(f.NotToSay, "\n")
	for _, want := range []string{"proven", "cures", "survivors of sexual trauma", "may", "sexual function"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}
