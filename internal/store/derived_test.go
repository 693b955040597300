package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"past/internal/evidence"
)

var (
	testStudies = []evidence.Study{
		{ID: "S1", Label: "Mitchell 2021", Year: 2021, Records: []string{"NCT00000000"}, Papers: []string{"pmid:12345"},
			Substances: []string{"mdma"}, Enrollment: ptr(90)},
		{ID: "S2", Label: "NCT00000001", Records: []string{"NCT00000001", "EUCTR1"}, Papers: []string{"pmid:12345"}},
	}
	testLinks = []evidence.Link{
		{A: "EUCTR1", B: "NCT00000001", Kind: "same-trial", Reason: "both name it", Strength: "certain",
			Prov: evidence.Provenance{PayloadSHA256: "x", Pointer: "/a"}},
		{A: "NCT00000000", B: "pmid:12345", Kind: "reports", Reason: "databank list", Strength: "certain"},
		{A: "NCT00000000", B: "NCT00000001", Kind: "same-trial", Reason: "similar titles", Strength: "possible", Undone: "review: other trial"},
	}
	testCoded = []evidence.Coded{
		{RecordID: "NCT00000000", Group: "left-out", Code: "lithium", Stance: "excluded", Quote: "Lithium", Field: "eligibility"},
		{RecordID: "NCT00000000", Group: "care", Code: "music", Stance: "described", Quote: "With music.", Field: "arm 1", Pointer: "/a/0"},
	}
	testLayer = []evidence.LayerRow{
		{RecordID: "NCT00000000", Kind: "planned outcome", What: "FSFI", Reported: new(bool)},
		{RecordID: "NCT00000001", StudyID: "S2", Kind: "adverse event", What: "libido decreased", Affected: new(int),
			Prov: evidence.Provenance{PayloadSHA256: "x", Pointer: "/e"}},
	}
	testResults = []evidence.ArmResult{
		{ID: "a1", RecordID: "NCT00000000", Channel: "register", OutcomeTitle: "CAPS-5", GroupID: "OG000", ValueRaw: "12.50", Value: ptr(12.5),
			N: ptr(42), Verdict: evidence.Usable,
			Reason: "OK: all parts are there", Flags: []string{"a", "b"}, TimepointWeeks: ptr(18.0), TimepointOrigin: evidence.OriginBaseline,
			Baseline: true, Prov: evidence.Provenance{PayloadSHA256: "x", Pointer: "/p"}},
		{ID: "a2", RecordID: "NCT00000000", Channel: "register", OutcomeIndex: 1, ValueRaw: "<0.1", Verdict: evidence.Unusable,
			Reason: "VALUE: no number", Prov: evidence.Provenance{PayloadSHA256: "x"}},
		{ID: "a3", RecordID: "NCT00000001", Channel: "paper", ValueRaw: "1e-300", Value: ptr(1e-300), Domain: "anxiety", StudyID: "S2",
			Verdict: evidence.NeedsReview, Reason: "R: x"},
	}
	testContrasts = []evidence.Contrast{
		{ID: "c1", RecordID: "NCT00000000", GroupIDs: []string{"OG000", "OG001"}, Estimate: ptr(-11.9), P: ptr(0.001), POp: "<", CISides: 2,
			Verdict: evidence.Usable, Reason: "OK"},
		{ID: "c2", RecordID: "NCT00000001", GroupIDs: []string{}, Verdict: evidence.Unusable, Reason: "NONE"},
	}
	testEffects = []evidence.Effect{
		{ID: "e1", StudyID: "S1", StudyLabel: "Mitchell 2021", Substance: "mdma", Condition: "ptsd", ComparatorClass: "inactive-placebo",
			Domain: "ptsd", Measure: "SMD",
			Formula: "metapsy", Estimate: ptr(-0.9053), Variance: ptr(0.0444), SE: ptr(0.2107), Verdict: evidence.Usable,
			Inputs: []evidence.Input{{Name: "n1", Raw: "46", Value: 46}}},
	}
	testFindings = []evidence.Finding{
		{ID: "mdma-ptsd", Question: "q1", Title: "MDMA for PTSD", Primary: evidence.PooledResult{Measure: "SMD", K: 6, N: 300,
			Estimate: ptr(-0.7119), EffectIDs: []string{"e1"}, Warnings: []string{"few"}}, Effects: []evidence.Effect{}},
		{ID: "mdma-sexual", Question: "q2", Title: "Sexual function", Primary: evidence.PooledResult{EffectIDs: []string{},
			Warnings: []string{}}, Effects: []evidence.Effect{}},
	}
)

// replaceExtraction is a ReplaceExtraction by what is given.
func replaceExtraction(s *Store, parts ...Extracted) error {
	return s.ReplaceExtraction(context.Background(), func(add func(Extracted) error) error {
		for _, x := range parts {
			if err := add(x); err != nil {
				return err
			}
		}
		return nil
	})
}

// fillDerived writes a row into every derived table.
func fillDerived(t testing.TB, s *Store) {
	t.Helper()
	ctx := context.Background()
	for _, err := range []error{
		s.ReplaceStudies(ctx, testStudies, testLinks),
		replaceExtraction(s, Extracted{Results: testResults, Contrasts: testContrasts}),
		s.ReplaceKnowledge(ctx, testCoded, testLayer),
		s.ReplaceEffects(ctx, Listed(testEffects)),
		s.ReplaceFindings(ctx, testFindings, []evidence.ClaimVerdict{{ID: "C1", Verdict: "uncertain", Findings: []string{"mdma-ptsd"}}},
			[]evidence.GapCell{{Topic: "t", Substance: "lsd", Registered: 3}}),
		s.ReplaceDecisions(ctx, []Decision{{File: "inclusion.csv", Line: 2, Kind: "inclusion", Target: "S1", Who: "ab", When: "2026-01-02",
			What: "include", Why: "fits", Row: json.RawMessage(`{"x":1}`)}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestDerivedRowsComeBack(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	for range 2 { // replacing twice is replacing once
		fillDerived(t, s)
	}
	studies, err := collect(s.Studies(ctx))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(testStudies, studies); d != "" {
		t.Errorf("studies:\n%s", d)
	}
	linked := slices.Clone(testStudies)
	linked[0].Links = []evidence.Link{testLinks[2], testLinks[1]}
	linked[1].Links = []evidence.Link{testLinks[0], testLinks[2], testLinks[1]} // the paper is in both
	for id, want := range map[string]evidence.Study{"S1": linked[0], "EUCTR1": linked[1], "pmid:12345": linked[0]} {
		st, err := s.Study(ctx, id)
		if d := cmp.Diff(want, st); err != nil || d != "" {
			t.Errorf("study of %s: %v\n%s", id, err, d)
		}
	}
	if _, err := s.Study(ctx, "none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown study: %v", err)
	}
	results, err := collect(s.ArmResults(ctx, ResultFilter{}))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Coded(ctx); err != nil || cmp.Diff(testCoded, got) != "" {
		t.Errorf("coded texts: %v\n%s", err, cmp.Diff(testCoded, got))
	}
	if got, err := s.SexualOutcomes(ctx); err != nil || cmp.Diff(testLayer, got) != "" {
		t.Errorf("sexual outcomes: %v\n%s", err, cmp.Diff(testLayer, got))
	}
	if d := cmp.Diff(testResults, results); d != "" {
		t.Errorf("arm results:\n%s", d)
	}
	contrasts, err := collect(s.Contrasts(ctx, ResultFilter{}))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(testContrasts, contrasts); d != "" {
		t.Errorf("contrasts:\n%s", d)
	}
	effects, err := collect(s.Effects(ctx))
	if d := cmp.Diff(testEffects, effects); d != "" || err != nil {
		t.Errorf("effects: %v\n%s", err, d)
	}
	findings, err := s.Findings(ctx)
	if d := cmp.Diff(testFindings, findings); d != "" || err != nil {
		t.Errorf("findings: %v\n%s", err, d)
	}
	f := ResultFilter{Domain: "anxiety", RecordIDs: []string{"NCT00000001", "x"}}
	if some, err := collect(s.ArmResults(ctx, f)); err != nil || len(some) != 1 || some[0].ID != "a3" {
		t.Errorf("filtered arm results: %v %v", some, err)
	}
	c, err := s.Counts(ctx)
	if err != nil || c.Studies != 2 || c.ArmResults != 3 || c.Effects != 1 || c.Findings != 2 {
		t.Errorf("counts: %+v %v", c, err)
	}
	ds, err := s.Decisions(ctx, "inclusion")
	if err != nil || len(ds) != 1 || ds[0].What != "include" {
		t.Errorf("decisions: %+v %v", ds, err)
	}
	gaps, err := s.Gaps(ctx)
	if err != nil || len(gaps) != 1 || gaps[0].Registered != 3 {
		t.Errorf("gaps: %+v %v", gaps, err)
	}
	claims, err := s.Claims(ctx)
	if err != nil || len(claims) != 1 {
		t.Errorf("claims: %+v %v", claims, err)
	}
}

// What is extracted comes back as it was given, whatever its texts, ids and
// pointers are, and a text is kept once.
func TestExtractedRowsComeBack(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	words := rapid.OneOf(rapid.SampledFrom([]string{"", "MEAN", "0", "a/7", "é\n\"", "/x/1/y/0", "/x/1/y/00", "/x/12",
		"/x/9999999999", "7"}), rapid.String())
	number := rapid.Ptr(rapid.Float64Range(-1e6, 1e6), true)
	rapid.Check(t, func(rt *rapid.T) {
		ids := []string{"NCT1", "NCT2", "10.1/a b"}
		var x Extracted
		for i := range rapid.IntRange(0, 8).Draw(rt, "cells") {
			a := evidence.ArmResult{ID: words.Draw(rt, "id"), RecordID: ids[i%3], Channel: "register", OutcomeIndex: i, ClassIndex: i % 2,
				OutcomeTitle: words.Draw(rt, "title"), GroupTitle: words.Draw(rt, "group"), ValueRaw: words.Draw(rt, "raw"),
				Value: number.Draw(rt, "value"), Unit: words.Draw(rt, "unit"), Adjusted: i%2 > 0, Verdict: evidence.Usable,
				Reason: words.Draw(rt, "why"),
				Prov:   evidence.Provenance{PayloadSHA256: "x", Pointer: words.Draw(rt, "pointer")}}
			if rapid.Bool().Draw(rt, "implied") {
				a.ID, a.Prov.Pointer = fmt.Sprintf("%s/o%d/c%d/k0/m%d", a.RecordID, i, i%2, i), fmt.Sprintf("/o/%d", i)
			}
			x.Results = append(x.Results, a)
			x.Contrasts = append(x.Contrasts, evidence.Contrast{ID: words.Draw(rt, "id"), RecordID: ids[i%3], GroupIDs: []string{},
				Method: words.Draw(rt, "method"), P: number.Draw(rt, "p"), Verdict: evidence.Usable, Prov: a.Prov})
		}
		if err := replaceExtraction(s, x); err != nil {
			rt.Fatal(err)
		}
		slices.SortStableFunc(x.Results, func(a, b evidence.ArmResult) int { return strings.Compare(a.RecordID, b.RecordID) })
		slices.SortStableFunc(x.Contrasts, func(a, b evidence.Contrast) int { return strings.Compare(a.RecordID, b.RecordID) })
		results, err := collect(s.ArmResults(ctx, ResultFilter{}))
		if d := cmp.Diff(x.Results, results, cmpopts.EquateEmpty()); d != "" || err != nil {
			rt.Fatalf("arm results: %v\n%s", err, d)
		}
		contrasts, err := collect(s.Contrasts(ctx, ResultFilter{}))
		if d := cmp.Diff(x.Contrasts, contrasts, cmpopts.EquateEmpty()); d != "" || err != nil {
			rt.Fatalf("contrasts: %v\n%s", err, d)
		}
		if n := viewRows(rt, s, "SELECT count(*) - count(DISTINCT value) FROM result_text")[0][0]; n != "0" {
			rt.Fatalf("%s texts are kept twice", n)
		}
	})
}

func TestUnusableRowsAreRefused(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	fillDerived(t, s)
	before := fingerprint(t, s)
	nan := testResults[0]
	nan.Value = ptr(math.NaN())
	if err := replaceExtraction(s, Extracted{Results: testResults}, Extracted{Results: []evidence.ArmResult{nan}}); err == nil {
		t.Error("NaN was accepted as a value")
	}
	bad := testEffects[0]
	bad.Variance = ptr(math.Inf(1))
	if err := s.ReplaceEffects(ctx, Listed([]evidence.Effect{bad})); err == nil {
		t.Error("an infinite variance was accepted")
	}
	if d := cmp.Diff(before, fingerprint(t, s)); d != "" {
		t.Errorf("refused rows changed the store:\n%s", d)
	}
}

func TestEditionsChangesGatesNotices(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	doc := json.RawMessage(`{"id":"2026-03-01-abc","findings":[1,2,3]}`)
	e := Edition{ID: "2026-03-01-abc", Date: "2026-03-01", DataHash: "h", SoftwareVersion: "1", PublishedAt: day(0), Document: doc}
	for i, want := range []bool{true, false} {
		if added, err := s.AddEdition(ctx, e, []Change{{ID: "ch1", Kind: "estimate-moved", Subject: "mdma-ptsd", Title: "moved", Before: "-0.7",
			After: "-0.6"}}); err != nil || added != want {
			t.Errorf("adding %d: %v %v", i, added, err)
		}
	}
	e2 := e
	e2.ID, e2.PublishedAt = "2026-03-02-def", day(1)
	if _, err := s.AddEdition(ctx, e2, []Change{{ID: "ch1", Kind: "x", Subject: "y", Title: "told before"},
		{ID: "ch2", Kind: "trial-registered", Subject: "NCT1", Title: "new", Detail: json.RawMessage(`{"n":1}`)}}); err != nil {
		t.Fatal(err)
	}
	latest, err := s.Edition(ctx, "")
	if err != nil || latest.ID != e2.ID || string(latest.Document) != string(doc) || !latest.PublishedAt.Equal(day(1)) {
		t.Errorf("latest edition: %+v %v", latest, err)
	}
	all, err := s.Changes(ctx, "")
	if err != nil || len(all) != 2 || all[0].Title != "moved" || all[1].Edition != e2.ID {
		t.Errorf("changes: %+v %v", all, err)
	}
	if since, err := s.Changes(ctx, e.ID); err != nil || len(since) != 1 || since[0].ID != "ch2" {
		t.Errorf("changes since the first edition: %+v %v", since, err)
	}
	if _, err := s.Changes(ctx, "none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("changes since nothing: %v", err)
	}
	if err := s.AddGate(ctx, GateVerdict{Run: "r1", At: day(0), Reasons: json.RawMessage(`["shrank"]`)}); err != nil {
		t.Fatal(err)
	}
	if err := s.AcceptGate(ctx, "r9", "ab", "", day(1)); !errors.Is(err, ErrNotFound) {
		t.Errorf("accepting an unknown run: %v", err)
	}
	if err := s.AcceptGate(ctx, "r1", "ab", "the register moved", day(1)); err != nil {
		t.Fatal(err)
	}
	if gs, err := s.Gates(ctx, 0); err != nil || len(gs) != 1 || gs[0].Why == "" || !gs[0].AcceptedAt.Equal(day(1)) {
		t.Errorf("gates: %+v %v", gs, err)
	}
	for i, want := range []bool{true, false} {
		if got, err := s.ClaimNotice(ctx, "mail", "ch1", day(0)); err != nil || got != want {
			t.Errorf("claim %d: %v %v", i, got, err)
		}
	}
	if err := s.ReleaseNotice(ctx, "mail", "ch1"); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.ClaimNotice(ctx, "mail", "ch1", day(0)); !got {
		t.Error("a released notice cannot be claimed again")
	}
}

func TestRunsAndState(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	for _, id := range []string{"r1", "r2"} {
		if err := s.BeginRun(ctx, Run{ID: id, Stage: "crawl", Args: "ctgov", Started: day(0)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.BeginRun(ctx, Run{ID: "r1", Stage: "crawl"}); err == nil {
		t.Error("a run id was used twice")
	}
	if err := s.EndRun(ctx, "r1", day(1), 3, "2 pages failed", map[string]int64{"new": 7}); err != nil {
		t.Fatal(err)
	}
	if err := s.EndRun(ctx, "r9", day(1), 0, "", nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("ending an unknown run: %v", err)
	}
	rs, err := s.Runs(ctx, 0)
	if err != nil || len(rs) != 2 || rs[0].ID != "r2" || rs[0].Ended != nil || *rs[1].Exit != 3 || rs[1].Counts["new"] != 7 || rs[0].PID == 0 {
		t.Errorf("runs: %+v %v", rs, err)
	}
	if err := s.SetState(ctx, "k", "v"); err != nil {
		t.Fatal(err)
	}
	if v, err := s.State(ctx, "k"); v != "v" || err != nil {
		t.Errorf("state %q %v", v, err)
	}
	if err := s.SetState(ctx, "k", ""); err != nil {
		t.Fatal(err)
	}
	if v, err := s.State(ctx, "k"); v != "" || err != nil {
		t.Errorf("removed state %q %v", v, err)
	}
}
