package changes

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/store"
)

func number(x float64) *float64 { return &x }

// base is an edition with one finding of two studies, one claim, one paper.
func base() *Snapshot {
	flat := edition.Flat{ID: "mdma-ptsd", Question: "mdma-ptsd", Title: "MDMA and PTSD", Measure: "SMD", Scale: "identity",
		Formula: "metafor", Method: "REML",
		Test: "knha", K: 2, N: 190, Estimate: number(-0.8), CILb: number(-1.2), CIUb: number(-0.4), Certainty: "low",
		Headline: evidence.Headline{Kind: evidence.HeadlineSmall, Estimate: number(-0.8), Lower: number(-1.2), Upper: number(-0.4)}}
	flat.Verdict = flat.Headline.Verdict()
	return &Snapshot{Edition: "e-1", Date: "2025-01-31", DataHash: "1", Software: "v1",
		Findings: map[string]Finding{"mdma-ptsd": {Flat: flat, Effects: map[string]Effect{
			"x1": {Study: "NCT00000001", Label: "First 2020", Records: []string{"NCT00000001"}, Estimate: -0.9, Variance: 0.05},
			"x2": {Study: "NCT00000002", Label: "Second 2022", Records: []string{"NCT00000002"}, Estimate: -0.7, Variance: 0.04},
		}}},
		Claims: map[string]evidence.ClaimVerdict{"C1": {ID: "C1", Text: "It helps", Verdict: "uncertain", Findings: []string{"mdma-ptsd"}}},
		Trials: map[string]Trial{
			"ctgov/NCT00000001": {Title: "One", Status: evidence.StatusCompleted, Hash: "a", Results: "r1"},
			"ctgov/NCT00000002": {Title: "Two", Status: evidence.StatusCompleted, Hash: "b", Results: "r2"},
			"ctgov/NCT00000003": {Title: "Three", Status: evidence.StatusNotYet, Hash: "c", Primary: []string{"CAPS-5 [18 weeks]"}},
		},
		Papers:  map[string]Paper{"pubmed/100": {Title: "A paper"}},
		Files:   map[string]string{"extractions.csv": "f1"},
		Sources: map[string]Source{"ctgov": {Alive: 3}, "pubmed": {Alive: 1}},
	}
}

func copyOf(t interface{ Fatal(...any) }, s *Snapshot) *Snapshot {
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out Snapshot
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

func next(t *testing.T, change func(*Snapshot)) []store.Change {
	t.Helper()
	a := base()
	b := copyOf(t, a)
	b.Edition, b.DataHash, b.Date = "e-2", "2", "2025-02-28"
	change(b)
	return Compare(a, b)
}

func setTrial(s *Snapshot, key string, f func(*Trial)) {
	t := s.Trials[key]
	f(&t)
	s.Trials[key] = t
}

func find(t *testing.T, list []store.Change, kind, subject string) store.Change {
	t.Helper()
	i := slices.IndexFunc(list, func(c store.Change) bool { return c.Kind == kind && c.Subject == subject })
	if i < 0 {
		t.Fatalf("no change %s of %s in %v", kind, subject, list)
	}
	return list[i]
}

func TestEveryKindHasBeforeAfterAndCause(t *testing.T) {
	const n3 = "ctgov/NCT00000003"
	for _, c := range []struct {
		kind, subject, before, after, cause string
		change                              func(*Snapshot)
	}{
		{Registered, "NCT00000004", "", "recruiting", "2025-02-10", func(s *Snapshot) {
			s.Trials["ctgov/NCT00000004"] = Trial{Title: "Four", Status: evidence.StatusRecruiting, Registered: "2025-02-10"}
		}},
		{Added, "NCT00000004", "", "recruiting", "new to the collection", func(s *Snapshot) {
			s.Trials["ctgov/NCT00000004"] = Trial{Title: "Four", Status: evidence.StatusRecruiting, Registered: "2019-05"}
		}},
		{Started, "NCT00000003", "not yet recruiting", "recruiting", "record changed", func(s *Snapshot) {
			setTrial(s, n3, func(t *Trial) { t.Status = evidence.StatusRecruiting })
		}},
		{Stopped, "NCT00000003", "not yet recruiting", "withdrawn", "no funds", func(s *Snapshot) {
			setTrial(s, n3, func(t *Trial) { t.Status, t.Why = evidence.StatusWithdrawn, "no funds" })
		}},
		{Completed, "NCT00000003", "not yet recruiting", "completed", "record", func(s *Snapshot) {
			setTrial(s, n3, func(t *Trial) { t.Status = evidence.StatusCompleted })
		}},
		{ResultsPosted, "NCT00000003", "no results posted", "results posted", "record", func(s *Snapshot) {
			setTrial(s, n3,
				func(t *Trial) { t.Results = "r" })
		}},
		{ResultsRemoved, "NCT00000001", "results posted", "no results posted", "record", func(s *Snapshot) {
			setTrial(s, "ctgov/NCT00000001", func(t *Trial) { t.Results = "" })
		}},
		{ResultsChanged, "NCT00000001", "r1", "r9", "not those", func(s *Snapshot) {
			setTrial(s, "ctgov/NCT00000001",
				func(t *Trial) { t.Results = "r9" })
		}},
		{ResultsOverdue, "NCT00000003", "", "no results posted a year", "2023-05-01", func(s *Snapshot) {
			setTrial(s, n3, func(t *Trial) { t.Overdue, t.Completed = true, "2023-05-01" })
		}},
		{Gone, "NCT00000003", "not yet recruiting", "no longer in the register", "does not answer",
			func(s *Snapshot) { setTrial(s, n3, func(t *Trial) { t.Gone = true }) }},
		{OutcomeChanged, "NCT00000003", "CAPS-5", "MADRS", "record", func(s *Snapshot) {
			setTrial(s, n3, func(t *Trial) { t.Primary, t.Hash = []string{"MADRS [8 weeks]"}, "c2" })
		}},
		{Retracted, "100", "", "retracted", "retraction notice", func(s *Snapshot) {
			s.Papers["pubmed/100"] = Paper{Title: "A paper",
				Retracted: true}
		}},
		{Corrected, "100", "", "correction 10.1/x", "notice", func(s *Snapshot) {
			s.Papers["pubmed/100"] = Paper{Title: "A paper", Notices: []string{"correction 10.1/x"}}
		}},
		{VerdictChanged, "C1", "uncertain", "supported", "two trials", func(s *Snapshot) {
			s.Claims["C1"] = evidence.ClaimVerdict{ID: "C1", Text: "It helps", Verdict: "supported", Why: "two trials",
				Findings: []string{"mdma-ptsd"}}
		}},
		{FindingGone, "mdma-ptsd", "−0.80", "", "no longer asked", func(s *Snapshot) { delete(s.Findings, "mdma-ptsd") }},
	} {
		got := find(t, next(t, c.change), c.kind, c.subject)
		if !strings.Contains(got.Before, c.before) || !strings.Contains(got.After, c.after) || !strings.Contains(got.Cause, c.cause) {
			t.Errorf("%s: before %q after %q cause %q", c.kind, got.Before, got.After, got.Cause)
		}
		if got.Title == "" || got.ID == "" || got.Edition != "e-2" || got.At.Format("2006-01-02") != "2025-02-28" {
			t.Errorf("%s: %+v", c.kind, got)
		}
	}
}

func TestMovedEstimateNamesItsCause(t *testing.T) {
	list := next(t, func(s *Snapshot) {
		f := s.Findings["mdma-ptsd"]
		f.Flat.K, f.Flat.N, f.Flat.Headline.Estimate, f.Flat.Headline.Upper, f.Flat.Certainty = 3, 260, number(-0.4), number(0.1), "very low"
		f.Flat.Verdict = f.Flat.Headline.Verdict()
		f.Effects["x3"] = Effect{Study: "NCT00000003", Label: "Third 2024", Records: []string{"NCT00000003"}, Estimate: 0.3, Variance: 0.1}
		s.Findings["mdma-ptsd"] = f
		setTrial(s, "ctgov/NCT00000003", func(t *Trial) { t.Results, t.Hash = "r3", "c3" })
	})
	moved := find(t, list, EstimateMoved, "mdma-ptsd")
	if !strings.Contains(moved.Cause, "Third 2024 came in (results were posted on NCT00000003)") {
		t.Error(moved.Cause)
	}
	d := ReadDetail(moved)
	if d.Delta == nil || math.Abs(*d.Delta-0.4) > 1e-12 || !d.Moved || !slices.Equal(d.Claims, []string{"C1"}) {
		t.Errorf("%+v", d)
	}
	for kind, before := range map[string]string{StudyIn: "", KChanged: "k = 2, n = 190", CertaintyMoved: "low"} {
		if c := find(t, list, kind, "mdma-ptsd"); !strings.Contains(c.Before, before) {
			t.Errorf("%s: %+v", kind, c)
		}
	}
}

func TestSilentMovementIsToldAsSuch(t *testing.T) {
	list := next(t, func(s *Snapshot) {
		f := s.Findings["mdma-ptsd"]
		f.Flat.Headline.Estimate = number(-0.81)
		s.Findings["mdma-ptsd"] = f
	})
	if c := find(t, list, EstimateMoved, "mdma-ptsd"); !strings.Contains(c.Cause, "no cause found") {
		t.Error(c.Cause)
	}
}

func TestNothingChangedTellsNothing(t *testing.T) {
	if list := next(t, func(*Snapshot) {}); len(list) != 0 {
		t.Errorf("%v", list)
	}
	first := Compare(nil, base())
	if len(first) != 1 || first[0].Kind != FirstEdition || !strings.HasPrefix(first[0].After, "3 trial records, 1 paper record, ") {
		t.Errorf("%v", first)
	}
}

func TestOverdueReadsPartialDatesAsLateAsTheyCanMean(t *testing.T) {
	r := evidence.Record{Source: "ctgov", StudyType: "INTERVENTIONAL", Status: evidence.StatusCompleted}
	for date, want := range map[string]bool{"2023-01-30": true, "2024-01-31": false, "2024-01-30": true, "2024-01": false, "2023-12": true,
		"2023": true, "2024": false, "": false, "soon": false} {
		r.PrimaryCompletion.Raw = date
		if got := Overdue(&r, "2025-01-31"); got != want {
			t.Errorf("%q: %v", date, got)
		}
	}
	r.PrimaryCompletion.Raw = "2020-01-01"
	for _, f := range []func(*evidence.Record){
		func(r *evidence.Record) { r.Results = &evidence.Results{} }, func(r *evidence.Record) { r.Status = evidence.StatusRecruiting },
		func(r *evidence.Record) { r.StudyType = "OBSERVATIONAL" }, func(r *evidence.Record) { r.Source = "isrctn" },
		func(r *evidence.Record) { r.ResultsInQC = true },
	} {
		other := r
		f(&other)
		if Overdue(&other, "2025-01-31") {
			t.Errorf("%+v is told as overdue", other)
		}
	}
}

// TestCompareLaws: the same comparison gives the same bytes, ids are unique,
// and going there and back lists as many status changes each way.
func TestCompareLaws(t *testing.T) {
	statuses := []evidence.Status{evidence.StatusNotYet, evidence.StatusRecruiting, evidence.StatusCompleted, evidence.StatusTerminated,
		evidence.StatusUnknown}
	rapid.Check(t, func(t *rapid.T) {
		a := base()
		b := copyOf(t, a)
		b.Edition, b.Date = "e-2", "2025-03-01"
		for key := range a.Trials {
			i := rapid.SampledFrom(statuses).Draw(t, "status "+key)
			setTrial(b, key, func(t *Trial) { t.Status = i })
			if rapid.Bool().Draw(t, "results "+key) {
				setTrial(b, key, func(t *Trial) { t.Results = "other" })
			}
		}
		one, two := Compare(a, b), Compare(a, copyOf(t, b))
		x, _ := json.Marshal(one)
		y, _ := json.Marshal(two)
		if string(x) != string(y) {
			t.Fatal("the same comparison gave other bytes")
		}
		seen := map[string]bool{}
		for _, c := range one {
			if seen[c.ID] {
				t.Fatalf("id %s twice", c.ID)
			}
			seen[c.ID] = true
			if c.Before == c.After {
				t.Fatalf("nothing changed in %+v", c)
			}
		}
	})
}

// A headline on the other side is a moved conclusion, even where the interval holds
// zero before and after, and its cause is the file that turned it.
func TestTurnedSignIsAMovedConclusion(t *testing.T) {
	const yaml = "instruments:\n  - id: audit-c\n    direction: lower\n  - id: pcl-5\n    direction: lower\n"
	build := func(change string) (a, b *Snapshot) {
		a = base()
		f := a.Findings["mdma-ptsd"]
		f.Flat.Headline = evidence.Headline{Kind: evidence.HeadlineStudy, Estimate: number(-0.41), Lower: number(-1), Upper: number(0.18)}
		f.Flat.Estimate, f.Flat.CILb, f.Flat.CIUb, f.Flat.K = number(-0.41), number(-1), number(0.18), 1
		f.Flat.Verdict = f.Flat.Headline.Verdict()
		f.Effects = map[string]Effect{"x1": {Study: "s-1", Label: "Hendrix 2025", Instrument: "audit-c", Estimate: -0.41, Variance: 0.09}}
		a.Findings["mdma-ptsd"] = f
		a.Files["vocabulary.yaml"], a.Rows = "1", map[string][]string{"vocabulary.yaml": Rows("vocabulary.yaml", []byte(yaml))}
		b = copyOf(t, a)
		b.Edition = "e-2"
		b.Files["vocabulary.yaml"] = "2"
		b.Rows["vocabulary.yaml"] = Rows("vocabulary.yaml", []byte(strings.Replace(yaml, change+"\n    direction: lower",
			change+"\n    direction: higher", 1)))
		f = b.Findings["mdma-ptsd"]
		f.Flat.Headline.Estimate, f.Flat.Headline.Lower, f.Flat.Headline.Upper = number(0.41), number(-0.18), number(1)
		f.Flat.Estimate, f.Flat.CILb, f.Flat.CIUb = number(0.41), number(-0.18), number(1)
		f.Flat.Verdict = f.Flat.Headline.Verdict()
		f.Effects["x1"] = Effect{Study: "s-1", Label: "Hendrix 2025", Instrument: "audit-c", Estimate: 0.41, Variance: 0.09}
		b.Findings["mdma-ptsd"] = f
		return a, b
	}
	c := find(t, Compare(build("audit-c")), EstimateMoved, "mdma-ptsd")
	if !ReadDetail(c).Moved {
		t.Error("a change of sign moved no conclusion")
	}
	if !strings.Contains(c.Cause, "with the other sign") || !strings.Contains(c.Cause, "review file vocabulary.yaml changed") ||
		strings.Contains(c.Cause, "are others") {
		t.Error(c.Cause)
	}
	// another instrument's entry is no cause
	if c = find(t, Compare(build("pcl-5")), EstimateMoved, "mdma-ptsd"); strings.Contains(c.Cause, "vocabulary.yaml") {
		t.Error(c.Cause)
	}
}
