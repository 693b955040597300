package synthesis_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"past/internal/evidence"
	"past/internal/synthesis"
)

func harm(study, arm, term string, control bool, affected, atRisk int) evidence.HarmRow {
	h := evidence.HarmRow{ID: study + arm + term, StudyID: study, Label: study, Substance: "mdma", Arm: arm, Control: &control, Term: term,
		Affected: &affected, AtRisk: &atRisk,
		Unit: evidence.UnitPeople, Window: "session", Channel: "dataset"}
	synthesis.FoldHarm(&h)
	return h
}

func harmsOf(t testing.TB, designs map[string]string, rows ...evidence.HarmRow) evidence.Harms {
	t.Helper()
	in := synthesis.HarmInput{Rows: rows, Substances: []string{"mdma"}}
	for id, d := range designs {
		in.Studies = append(in.Studies, evidence.Study{ID: id, Design: d})
	}
	return synthesis.Harms(in)[0]
}

func TestHarmsWithinOneTrial(t *testing.T) {
	a, b := harm("S1", "MDMA", "Nausea ", false, 5, 10), harm("S1", "placebo", "nausea", true, 1, 10)
	h := harmsOf(t, map[string]string{"S1": "parallel-rct"}, a, b, harm("S2", "MDMA", "nausea", false, 3, 9),
		harm("S1", "MDMA", "decreased libido", false, 1, 10))
	if len(h.Terms) != 1 || len(h.Terms[0].Comparisons) != 1 || len(h.Terms[0].Alone) != 1 || h.Terms[0].Alone[0].StudyID != "S2" {
		t.Fatalf("a comparison crosses trials: %+v", h.Terms)
	}
	c := h.Terms[0].Comparisons[0]
	if c.Difference == nil || math.Abs(*c.Difference-0.4) > 1e-12 || c.Lower == nil || *c.Lower >= 0.4 {
		t.Errorf("%+v", c)
	}
	if len(h.Sexual) != 1 || !strings.HasPrefix(h.SexualNote, "Counted, without two groups") || len(h.Sexual[0].Comparisons) != 0 {
		t.Errorf("sexual side effects: %+v %q", h.Sexual, h.SexualNote)
	}
	if *h.Exposed.AtRisk != 19 || h.Exposed.Stated != 2 || h.Serious.Affected != nil || h.Serious.Unstated != 2 || h.Deaths.AtRisk != nil {
		t.Errorf("people: %+v %+v %+v", h.Exposed, h.Serious, h.Deaths)
	}
}

func TestHarmsWithoutAComparisonOfPeople(t *testing.T) {
	a, b := harm("S", "MDMA", "nausea", false, 5, 10), harm("S", "placebo", "nausea", true, 1, 10)
	for name, x := range map[string]struct {
		design     string
		change     func(a, b *evidence.HarmRow)
		more       []evidence.HarmRow
		difference bool
		exposed    bool
	}{
		"crossover":      {design: "crossover-rct", difference: true, exposed: true},
		"design unknown": {difference: true, exposed: true},
		"sessions": {design: "parallel-rct", change: func(a, b *evidence.HarmRow) {
			a.Unit, b.Unit = evidence.UnitSessions,
				evidence.UnitSessions
		}},
		"unit not stated": {design: "parallel-rct", change: func(a, _ *evidence.HarmRow) { a.Unit = "" }},
		"no count":        {design: "parallel-rct", change: func(a, _ *evidence.HarmRow) { a.Affected = nil }, exposed: true},
		"no denominator":  {design: "parallel-rct", change: func(_, b *evidence.HarmRow) { b.AtRisk = nil }, exposed: true},
		"stands twice":    {design: "parallel-rct", more: []evidence.HarmRow{harm("S", "MDMA", "nausea", false, 2, 10)}, exposed: true},
	} {
		t1, c1 := a, b
		if x.change != nil {
			x.change(&t1, &c1)
		}
		h := harmsOf(t, map[string]string{"S": x.design}, append([]evidence.HarmRow{t1, c1}, x.more...)...)
		c := h.Terms[0].Comparisons[0]
		if c.Lower != nil || c.Upper != nil || (c.Difference != nil) != x.difference || c.Note == "" || (h.Exposed.AtRisk != nil) != x.exposed {
			t.Errorf("%s: %+v exposed %v", name, c, h.Exposed)
		}
	}
	many := harm("T", "MDMA", "headache", false, 99, 160)
	many.Unit = evidence.UnitSessions
	if h := harmsOf(t, map[string]string{"S": "parallel-rct"}, a, b, many); h.Terms[0].ID != "nausea" || *h.Exposed.AtRisk != 10 {
		t.Errorf("sessions are counted as people: %+v %v", h.Terms, *h.Exposed.AtRisk)
	}
	other := b
	other.Window = "follow-up"
	if h := harmsOf(t, map[string]string{"S": "parallel-rct"}, a, other); len(h.Terms[0].Comparisons) != 0 || len(h.Terms[0].Alone) != 2 {
		t.Errorf("rows of different tables are compared: %+v", h.Terms)
	}
}

// Every row is used once, nothing is compared across trials, and a count that no
// study states is absent.
func TestHarmsUseEveryRow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var rows []evidence.HarmRow
		want := map[string]bool{}
		for i := range rapid.IntRange(0, 30).Draw(rt, "rows") {
			n := rapid.IntRange(0, 40).Draw(rt, "n")
			r := harm(rapid.SampledFrom([]string{"S1", "S2", "S3"}).Draw(rt, "study"), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "arm"),
				rapid.SampledFrom([]string{"nausea", "libido decreased", synthesis.TermSerious}).Draw(rt, "term"), rapid.Bool().Draw(rt, "control"),
				rapid.IntRange(0, n).Draw(rt, "affected"), n)
			r.ID = string(rune('A' + i))
			if rapid.Bool().Draw(rt, "silent") {
				r.Affected = nil
			}
			rows = append(rows, r)
			want[r.ID] = r.Term != synthesis.TermSerious
		}
		h := harmsOf(t, map[string]string{"S1": "parallel-rct", "S2": "crossover-rct"}, rows...)
		got := map[string]bool{}
		for _, list := range [][]evidence.HarmTerm{h.Terms, h.Sexual} {
			for _, term := range list {
				for _, c := range term.Comparisons {
					if c.Treat.StudyID != c.Control.StudyID || c.Treat.Window != c.Control.Window {
						rt.Fatalf("compared across trials: %+v", c)
					}
					if c.Lower != nil && (c.Treat.Affected == nil || c.Control.Affected == nil) {
						rt.Fatalf("an interval of nothing: %+v", c)
					}
					for _, id := range append(c.Treat.Rows, c.Control.Rows...) {
						got[id] = true
					}
				}
				for _, a := range term.Alone {
					for _, id := range a.Rows {
						got[id] = true
					}
				}
			}
		}
		for id, listed := range want {
			if listed != got[id] {
				rt.Fatalf("row %s: listed %v", id, got[id])
			}
		}
		if h.Rows != len(rows) || (h.Serious.Affected == nil) != (h.Serious.Stated == 0) || h.Serious.Stated+h.Serious.Unstated != h.Studies {
			rt.Fatalf("%+v", h)
		}
	})
}

// TestSexualTerms: sexual side effects are of desire, arousal, erection, ejaculation,
// orgasm, pain and sensation; a disease, injury or operation of the same organs is none.
func TestSexualTerms(t *testing.T) {
	for term, want := range map[string]bool{
		"Libido decreased": true, "Female orgasmic disorder": true, "Dyspareunia": true, "Vulvovaginal dryness": true,
		"Vulvovaginal burning sensation": true, "Genito-pelvic pain/penetration disorder": true, "Erectile dysfunction": true,
		"Ejaculation delayed": true, "Testicular pain": true, "Genital hypoaesthesia": true, "Coital bleeding": true,
		"Vaginal prolapse": false, "Vulval cellulitis": false, "Vulvovaginal warts": false, "Vaginal cuff dehiscence": false,
		"Vaginal discharge": false, "Genital-urinary": false, "Vulvovaginal injury": false, "Vulvitis": false,
		"Vulvovaginal mycotic infection": false, "Breast pain": false, "Hyperarousal": false,
	} {
		h := evidence.HarmRow{Term: term}
		synthesis.FoldHarm(&h)
		if h.Sexual != want {
			t.Errorf("%q is sexual: %v", term, h.Sexual)
		}
	}
}

// A term is compared within a cohort only, and an arm without a partner there is
// listed alone.
func TestHarmsStayWithinCohorts(t *testing.T) {
	var rows []evidence.HarmRow
	for _, a := range []string{"Cohort I - psilocybin", "Cohort I - placebo", "Cohort II - psilocybin", "Cohort II - placebo",
		"Cohort III - psilocybin"} {
		n, x, control := 10, 1, strings.HasSuffix(a, "placebo")
		rows = append(rows, evidence.HarmRow{ID: a, StudyID: "S", Substance: "psilocybin", Arm: a, Control: &control, Term: "Fatigue",
			TermID: "fatigue", Affected: &x, AtRisk: &n, Unit: evidence.UnitPeople})
	}
	h := synthesis.Harms(synthesis.HarmInput{Base: synthesis.Base{}, Rows: rows, Substances: []string{"psilocybin"}})
	term := h[0].Terms[0]
	if len(term.Comparisons) != 2 || len(term.Alone) != 1 || term.Alone[0].Arm != "Cohort III - psilocybin" {
		t.Fatalf("%d comparisons, alone %+v", len(term.Comparisons), term.Alone)
	}
	for _, c := range term.Comparisons {
		if strings.TrimSuffix(c.Treat.Arm, "psilocybin") != strings.TrimSuffix(c.Control.Arm, "placebo") {
			t.Errorf("%s v %s", c.Treat.Arm, c.Control.Arm)
		}
	}
}

// No more people are at risk of a serious event than were exposed: the arms of a
// crossover are the same people, whose events are not added up.
func TestCrossoverPeopleAreCountedOnce(t *testing.T) {
	for _, c := range []struct {
		design        string
		first, second int
		affected      int // of the people at risk; −1 is not stated
		atRisk        int
	}{{"parallel-rct", 1, 2, 3, 151}, {"crossover-rct", 1, 0, 1, 77}, {"crossover-rct", 1, 2, -1, 0}} {
		rows := []evidence.HarmRow{harm("S", "mdma 75", "any serious adverse event", false, c.first, 77),
			harm("S", "mdma 125", "any serious adverse event", false, c.second, 74)}
		h := synthesis.Harms(synthesis.HarmInput{Rows: rows, Substances: []string{"mdma"},
			Base: synthesis.Base{Studies: []evidence.Study{{ID: "S", Design: c.design}}}})[0]
		affected, atRisk := -1, 0
		if h.Serious.Affected != nil {
			affected, atRisk = *h.Serious.Affected, *h.Serious.AtRisk
		}
		if affected != c.affected || atRisk != c.atRisk || atRisk > *h.Exposed.AtRisk {
			t.Errorf("%+v: %d of %d, %d exposed", c, affected, atRisk, *h.Exposed.AtRisk)
		}
	}
}

// TestNoticesReachHarms: a notice that names harms of a substance is with the counts
// of its harms and with its findings on harm, which say what it means for certainty.
func TestNoticesReachHarms(t *testing.T) {
	said := "Events judged favourable were not recorded as adverse events."
	b := starterBase(t)
	b.Notices = []evidence.Notice{
		{Kind: "regulator-decision", Substance: "mdma", Condition: "ptsd", Date: evidence.DateStruct{Raw: "2024-08-09"}, By: "FDA", Said: said},
		{Kind: "adviser-concern", Substance: "mdma", Condition: "ptsd", Said: "Functional unblinding."},
		{Kind: "correction", DOI: "10.1/rows", Said: "A table was corrected."},
		{Kind: "correction", DOI: "10.1/else", Said: "A table was corrected."}}
	row := harm("S1", "MDMA", "nausea", false, 5, 10)
	row.DOI = "10.1/ROWS"
	all := synthesis.Harms(synthesis.HarmInput{Base: b, Rows: []evidence.HarmRow{row}, Substances: []string{"mdma", "lsd"}})
	if h := all[0]; len(h.Notices) != 2 || h.NoticeNote !=
		"The regulator's decision of 2024-08-09 says that adverse events were not recorded: counts of harm with MDMA may be too low." {
		t.Errorf("%+v %q", h.Notices, h.NoticeNote)
	}
	if h := all[1]; len(h.Notices) != 0 || h.NoticeNote != "" {
		t.Errorf("LSD: %+v %q", h.Notices, h.NoticeNote)
	}
	q := ask(t, "mdma-any-adverse-event")
	step := func(unrecorded bool) string {
		if b.Notices[0].Said = "It names cardiovascular risk."; unrecorded {
			b.Notices[0].Said = said
		}
		f, err := synthesis.Answer(t.Context(), q, b)
		if err != nil || len(f.Notices) != 1 {
			t.Fatalf("%v: notices of a finding on harm: %+v", err, f.Notices)
		}
		return strings.Join(f.Limits, "\n")
	}
	if got := step(true); !strings.Contains(got,
		"The regulator's decision of 2024-08-09 says that adverse events were not recorded, so counts may "+
			"be too low; no further step of certainty is taken for it, since risk of bias is lowered already.") {
		t.Errorf("%s", got)
	}
	if got := step(false); !strings.Contains(got, "take no step of certainty") {
		t.Errorf("%s", got)
	}
}

// TestCountsNotPooled: counts of a harm in rows that were left out are named with the
// reason, those of the pooled trials first.
func TestCountsNotPooled(t *testing.T) {
	b := starterBase(t)
	q := ask(t, "mdma-any-adverse-event")
	before, err := synthesis.Answer(t.Context(), q, b)
	if err != nil || len(before.Effects) == 0 {
		t.Fatalf("%v: %d effects", err, len(before.Effects))
	}
	left := before.Effects[0]
	left.ID, left.Verdict, left.Reason = "left", evidence.Unusable, "counted-twice: the term stands more than once"
	left.TimepointRaw, left.ArmTreat, left.DoseTreat = "any adverse event, session", "MDMA", "125 mg"
	left.Inputs = []evidence.Input{{Name: "n1", Value: 12}, {Name: "events1", Value: 2}, {Name: "events1", Value: 5}, {Name: "n2", Value: 8},
		{Name: "events2", Value: 0}}
	bare := left
	bare.ID, bare.Inputs = "bare", nil
	b.Effects = append(b.Effects, left, bare)
	f, err := synthesis.Answer(t.Context(), q, b)
	if err != nil {
		t.Fatal(err)
	}
	want := left.StudyLabel + ", any adverse event, session, MDMA 125 mg: 2 and 5 of 12 against 0 of 8. Not pooled: " +
		"the term stands more than once."
	if len(f.NotPooled) != len(before.NotPooled)+1 || f.NotPooled[0] != want {
		t.Errorf("%q, want %q first", f.NotPooled, want)
	}
	if f, err := synthesis.Answer(t.Context(), ask(t, "mdma-ptsd-severity"), b); err != nil || len(f.NotPooled) > 0 {
		t.Errorf("%v: a finding that is not on harm: %q", err, f.NotPooled)
	}
}
