package reports

import (
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// What was not counted is said in words: a page prints no zero for it.
func TestUnknownIsNotZero(t *testing.T) {
	p := func(x float64) *float64 { return &x }
	for _, c := range []struct{ got, want string }{
		{claimBasis(&evidence.ClaimVerdict{Verdict: evidence.Outside}), "no trial of this tracker answers it"},
		{claimBasis(&evidence.ClaimVerdict{Verdict: evidence.NotLooked}), "no study with a number"},
		{claimBasis(&evidence.ClaimVerdict{Verdict: evidence.Uncertain, K: 2}), "2 studies, number of participants not stated"},
		{claimBasis(&evidence.ClaimVerdict{Verdict: evidence.Uncertain, K: 1, N: 12}), "1 study, 12 participants"},
		{gapCounts(&evidence.GapCell{Registered: 4, WithResults: 2}), "4 registered, 2 with results"},
		{gapCounts(&evidence.GapCell{Registered: 4, Running: 1, WithResults: 2}),
			"4 registered, 1 running as the records state, 2 with results"},
		{gapCounts(&evidence.GapCell{Registered: 4, Running: 1, Completed: 2, WithResults: 2}),
			"4 registered, 1 running and 2 completed as the records state, 2 with results"},
		{cellWords(&evidence.GapCell{Registered: 1, WithResults: 3}), "3 studies with results, 1 registered"},
		{cellWords(&evidence.GapCell{WithResults: 1}), "1 study with results, none registered"},
		{cellWords(&evidence.GapCell{State: evidence.SelectionNone}), "none in this selection"},
		{neverReported(0, 0), "No record here lists such an outcome as planned, so what was planned and not reported is not known"},
		{neverReported(3, 0), "No planned outcome is missing from posted results"},
		{neverReported(3, 1), "1 planned outcome is missing from posted results"},
		{reading{lower: true, treatment: "MDMA"}.sideOf(p(-0.7), p(-1.4), p(0.1)), "the interval includes no effect"},
		{reading{lower: true, treatment: "MDMA"}.sideOf(p(-0.7), p(-1.4), p(-0.1)), "favours MDMA"},
	} {
		if got := strings.ReplaceAll(c.got, "\u00a0", " "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestGroupsOfFewStudies draws the subtotals of a plot by what their headlines say:
// none for two studies that are shown one by one, the small-sample answer for three.
func TestGroupsOfFewStudies(t *testing.T) {
	ed := fixtureEdition(t)
	f := &ed.Findings[0]
	i := slices.IndexFunc(f.Subgroups, func(g evidence.Subgroup) bool { return g.Factor == "comparator_class" })
	names := func() (out []string) {
		r, _ := newSite(&ed, Options{}).forest(f, func(evidence.Effect) string { return "" })
		for _, row := range r.Rows {
			if row.Kind == chart.Sub {
				out = append(out, strings.ReplaceAll(row.Name, "\u00a0", " "))
			}
		}
		return out
	}
	sub := &f.Subgroups[i]
	sub.Groups[0].Headline = &evidence.Headline{Kind: evidence.HeadlineNotPooled, Note: "two studies of a group are shown one by one"}
	sub.Groups[1].Headline = &evidence.Headline{Kind: evidence.HeadlineSmall, Estimate: p(-0.7), Lower: p(-1.19), Upper: p(-0.22)}
	got := names()
	want := "Subtotal, small-sample answer, " + strings.ReplaceAll(people(&sub.Groups[1]), "\u00a0", " ")
	if len(got) != 1 || got[0] != want {
		t.Errorf("subtotals %q, want %q", got, want)
	}
	if a, b := shownPart(sub.Groups[0]), shownPart(sub.Groups[1]); a.Estimate != nil || *b.CILower != -1.19 || b.Tau2 != nil {
		t.Errorf("rows of the groups: %+v, %+v", a, b)
	}
}

// TestWordsOfAnEffect names an effect by what it counts, and an effect whose interval
// includes no effect favours nothing.
func TestWordsOfAnEffect(t *testing.T) {
	ed := fixtureEdition(t)
	s := newSite(&ed, Options{})
	s.names["suicidality"] = "suicidality"
	for _, c := range []struct {
		e    evidence.Effect
		want string
	}{
		{evidence.Effect{Instrument: "CAPS-5", ScoreType: "endpoint", TimepointRaw: "Week 18"}, "CAPS-5, Week 18"},
		{evidence.Effect{Instrument: "CAPS-5", ScoreType: "response", TimepointRaw: "Week 18"}, "response by CAPS-5, Week 18"},
		{evidence.Effect{ScoreType: "remission"}, "remission"},
		{evidence.Effect{Domain: "suicidality", ScoreType: "events", TimepointRaw: "suicidality, session"}, "suicidality, session"},
	} {
		if got := s.outcomeName(&c.e); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	pg := &page{site: s, Path: "s/x.html"}
	e := evidence.Effect{Measure: "RR", Estimate: p(-0.04), CILower: p(-0.5), CIUpper: p(0.4), HigherBetter: evidence.No}
	if v := s.effectView(pg, effectAt{Effect: e}); v.Side != "the interval includes no effect" {
		t.Errorf("an interval across no effect: %q", v.Side)
	}
}

// TestOwnFieldWithoutRegisters: an edition of a person's own field whose registers were
// never asked claims nothing on missing trials, maps its conditions, and keeps a long
// name of a treatment out of its figures.
func TestOwnFieldWithoutRegisters(t *testing.T) {
	ed := fixtureEdition(t)
	f := &ed.Findings[0]
	long := "dextromethorphan hydrobromide with bupropion hydrochloride"
	f.Substance, f.Missing, f.Coverage, f.Bound = "long", nil, evidence.Coverage{}, &evidence.Bound{Line: "the sign would turn",
		Participants: 100}
	ed.Findings, ed.Trials, ed.Missing, ed.Subject = ed.Findings[:1], nil, nil, long
	ed.Gap = GapMap{Substances: []Label{{ID: "long", Name: long}}, Cells: []evidence.GapCell{{Topic: "ptsd", Substance: "long",
		StudyIDs: []string{"a"}}}}
	s := newSite(&ed, Options{NoLibrary: true})
	if m, _ := s.gapMap(); m == nil || m.Lines[0].Cells[0].Text != show.First(s.Name("ptsd")) {
		t.Errorf("the map of an own field: %+v", m)
	}
	if row := s.boundsTable().Lines[0].Cells; row[3].Text != "not stated" || row[4].Text != "not known" {
		t.Errorf("a bound where no trial was sought: %+v", row)
	}
	s.missingPage()
	if d := s.pages[len(s.pages)-1].Data.(*missingData); !strings.Contains(d.None, "is not known") {
		t.Errorf("no register was asked, and the page says %q", d.None)
	}
	s.aboutPage()
	if d := s.pages[len(s.pages)-1].Data.(*aboutData); strings.Contains(strings.Join(d.Limits, " "), "sexual function") {
		t.Error("the limits of the shipped field stand on another field's page")
	}
	if r := readingOf(f, s.Name); r.side(-1) != "favours treatment" {
		t.Errorf("the axis says %q", r.side(-1))
	}
}

// TestHowANumberWasMade gives the formula of what was computed and of nothing else,
// and counts people where a source states a share.
func TestHowANumberWasMade(t *testing.T) {
	people := 71.0
	share := evidence.Effect{Measure: "RR", Event1: &people, Inputs: []evidence.Input{{Name: "n1", Raw: "112", Value: 112},
		{Name: "events1", Raw: "63.4", Value: 63.4}}}
	if got, want := inputsInWords(&share), "treatment n 112, events 71 (worked out from 63.4)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	stated := evidence.Effect{Measure: "SMD", Formula: "metafor", Inputs: []evidence.Input{{Name: "estimate", Raw: "-1.4"}}}
	if n := formulaOf(&stated); strings.Contains(n.text, "pooled SD") || !strings.Contains(n.title, "as the source states it") {
		t.Errorf("a stated effect: %+v", n)
	}
	stated.Flags = []string{"standardised by the trial's own standard deviation, 8.7"}
	if n := formulaOf(&stated); !strings.Contains(n.text, "d = difference / SD") {
		t.Errorf("a difference in points: %+v", n)
	}
	stated.Inputs = nil
	if n := formulaOf(&stated); !strings.Contains(n.text, "pooled SD") {
		t.Errorf("numbers of two arms: %+v", n)
	}
	if got := boundSentence(&evidence.Bound{Participants: 6200, Beyond: true}, 0); !strings.HasPrefix(got, "It would take more than 6") {
		t.Error(got)
	}
}
