package synthesis

import (
	"strings"
	"testing"

	"past/analysis/sequential"
	"past/internal/evidence"
	"past/internal/vocab"
)

// A sentence names the comparators that were pooled, not all that the question takes.
func TestPooledAgainst(t *testing.T) {
	four := []string{vocab.InactivePlacebo, vocab.ActivePlacebo, vocab.Waitlist, vocab.TherapyAlone}
	e := func(class, stated string) evidence.Effect {
		return evidence.Effect{Substance: "psilocybin", ComparatorClass: class, Comparator: stated}
	}
	for _, c := range []struct {
		comparators []string
		words       string
		pooled      []evidence.Effect
		want        string
	}{
		{four, "placebo, a low dose, waitlist or therapy alone", []evidence.Effect{e(vocab.InactivePlacebo, "mannitol"),
			e(vocab.ActivePlacebo, "niacin 100 mg")}, "placebo or an active placebo"},
		{four, "placebo, a low dose, waitlist or therapy alone", []evidence.Effect{e(vocab.ActivePlacebo, "psilocybin 1 mg"),
			e(vocab.ActivePlacebo, "niacin"), e(vocab.Waitlist, "waitlist")}, "an active placebo, a low dose or waitlist"},
		{four[:2], "placebo or a low dose with the same therapy", []evidence.Effect{e(vocab.InactivePlacebo, "lactose")},
			"placebo with the same therapy"},
		{four[:2], "placebo or a low dose", []evidence.Effect{e(vocab.ActivePlacebo, "Active placebo")}, "an active placebo or a low dose"},
		{four[:2], "placebo or a low dose", []evidence.Effect{e(vocab.InactivePlacebo, ""), e(vocab.ActivePlacebo, "psilocybin 1 mg")},
			"placebo or a low dose"},
		{[]string{vocab.OtherDrug}, "an antidepressant", []evidence.Effect{e(vocab.OtherDrug, "escitalopram")}, "an antidepressant"},
	} {
		if got := pooledAgainst(Question{Comparators: c.comparators, ComparatorWords: c.words}, c.pooled); got != c.want {
			t.Errorf("%v: %q, want %q", c.pooled, got, c.want)
		}
	}
}

// The form of the drug and what both groups got besides are said where they are known.
func TestFormAndBackgroundAreSaid(t *testing.T) {
	spray := evidence.Effect{Substance: "ketamine", Drug: "esketamine", Background: "sertraline"}
	plain := evidence.Effect{Substance: "ketamine", Background: evidence.NoBackground}
	for _, c := range []struct {
		effects     []evidence.Effect
		form, added string
	}{
		{[]evidence.Effect{spray}, "the drug given was esketamine", "In 1 of 1 study both groups got another treatment besides (sertraline)"},
		{[]evidence.Effect{spray, plain}, "esketamine in 1 of them", "In 1 of 2 studies"},
		{[]evidence.Effect{plain}, "", ""},
	} {
		if got := formsOf(c.effects); got != c.form {
			t.Errorf("form %q, want %q", got, c.form)
		}
		if got := addedTo(c.effects); !strings.HasPrefix(got, c.added) || c.added == "" && got != "" {
			t.Errorf("background %q, want %q", got, c.added)
		}
	}
}

// A bound that was not reached is said to be beyond what was tried; and a boundary
// that the last study no longer passes is not called crossed without more.
func TestWhatWasNotReached(t *testing.T) {
	q := Question{Measure: "SMD", Formula: "metafor", Method: "REML", Test: "knha", LowerIsBetter: true}
	var rows []evidence.Effect
	for _, id := range strings.Split("abcdefghijkl", "") {
		e := onScale(id, 40, 0, 0, 1)
		e.SetEffect("SMD", "metafor", -1, 0.0001)
		rows = append(rows, e)
	}
	p, err := Pool(q.Model(), rows)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bound(q, rows, p, shown(evidence.HeadlinePooled, -1, -1.1, -0.9), nil)
	if err != nil || b == nil || !b.Beyond || b.Participants != mostAdded*80 {
		t.Errorf("%+v, %v", b, err)
	}
	r := sequential.Result{Verdict: sequential.Crossed, CrossedAt: 1, StillCrossed: true, Looks: make([]sequential.Look, 2)}
	if got := monitored(r); got != string(sequential.Crossed) {
		t.Error(got)
	}
	r.StillCrossed = false
	if got := monitored(r); got != "boundary crossed at study 1 of 2 and no longer at the last" {
		t.Error(got)
	}
}

// A crossover trial whose two groups are the same people adds none of them to a cell.
func TestGapCountsNobodyTwice(t *testing.T) {
	v := vocab.Default()
	row := func(id string, after evidence.Tri) evidence.Effect {
		n := 12.0
		return evidence.Effect{StudyID: id, Substance: "psilocybin", Domain: "depression", Design: "crossover-rct", PostCrossover: after,
			Verdict: evidence.Usable, N1: &n, N2: &n}
	}
	in := GapInput{Vocabulary: v, Base: Base{Effects: []evidence.Effect{row("A", evidence.Yes), row("B", evidence.No)},
		Studies: []evidence.Study{{ID: "A", Substances: []string{"psilocybin"}, Conditions: []string{"depression"}},
			{ID: "B", Substances: []string{"psilocybin"}, Conditions: []string{"depression"}}}}}
	unused, more := row("B", evidence.No), 30.0
	unused.N1 = &more // a usable row that no finding uses
	in.Effects = append(in.Effects, unused)
	in.Findings = []evidence.Finding{{Effects: []evidence.Effect{row("B", evidence.No)}}}
	for _, c := range Gaps(in) {
		if c.Topic == "depression" && c.Substance == "psilocybin" && (c.WithResults != 2 || c.Randomised == nil || *c.Randomised != 24) {
			t.Errorf("%+v: want two studies with results and the 24 people of one", c)
		}
	}
}

// A finding that counts only a part of a harm says which.
func TestPartOfAHarm(t *testing.T) {
	one := evidence.Effect{ID: "harms/a", TimepointRaw: "suicidal behavior, session"}
	whole := evidence.Effect{ID: "harms/b", TimepointRaw: "suicidality, session"}
	if got := strings.Join(mixture([]evidence.Effect{one, whole}), " "); !strings.Contains(got,
		"The outcome is wider than what is counted: “suicidal behavior” alone in 1 of 2 studies.") {
		t.Error(got)
	}
	if got := strings.Join(mixture([]evidence.Effect{whole}), " "); strings.Contains(got, "wider") {
		t.Error(got)
	}
}

// The window of an adverse event table is its own word and no time.
func TestWindowOfEvents(t *testing.T) {
	e := evidence.Effect{ID: "harms/a", ScoreType: evidence.ScoreEvents, Channel: "dataset", TimepointRaw: "suicidal behavior, session"}
	want := "When the events happened is not stated: the source counts them under “session”, its own word."
	if got := measuredAt([]evidence.Effect{e}); got != want {
		t.Error(got)
	}
	weeks := 4.0
	e.TimepointWeeks = &weeks
	if got := measuredAt([]evidence.Effect{e}); strings.Contains(got, "session") {
		t.Error(got)
	}
}
