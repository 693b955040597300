package pipeline

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"past/internal/evidence"
	"past/internal/starter"
	"past/internal/store"
	"past/internal/synthesis"
)

// The tests of this file hold for the stages as a whole, on the posted results and
// extraction tables of the starter set.

// evidenceOf are the posted trials one by one, and a review folder.
func evidenceOf(t *testing.T) (trials [][]byte, review string) {
	t.Helper()
	b, err := starter.PostedExport()
	if err != nil {
		t.Fatal(err)
	}
	var all []json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		var list struct{ Studies []json.RawMessage }
		if err := json.Unmarshal(b, &list); err != nil {
			t.Fatal(err)
		}
		all = list.Studies
	}
	for _, x := range all {
		trials = append(trials, x)
	}
	if len(trials) < 3 {
		t.Fatalf("only %d posted trials", len(trials))
	}
	files, err := starter.ReviewFiles()
	if err != nil {
		t.Fatal(err)
	}
	review = t.TempDir()
	for _, name := range []string{"extractions.csv", "notices.csv"} {
		write(t, filepath.Join(review, name), files[name])
	}
	return trials, review
}

// someQuestions are few, so that the test is quick, and of each kind.
func someQuestions(t *testing.T) []synthesis.Question {
	t.Helper()
	all, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var out []synthesis.Question
	for _, q := range all {
		if slices.Contains([]string{"mdma-ptsd-severity", "mdma-ptsd-response"}, q.ID) || slices.Contains(q.Substances, "ketamine") &&
			len(out) < 4 {
			out = append(out, q)
		}
	}
	if len(out) < 3 {
		t.Fatalf("only %d questions", len(out))
	}
	return out
}

// derived is what the stages made of trials that came in an order.
func derived(t *testing.T, trials [][]byte, review string, questions []synthesis.Question) (*Pipeline, map[string]string) {
	t.Helper()
	p, take := taking(t)
	p.ReviewDir, p.Questions = review, questions
	dir := t.TempDir()
	for i, x := range trials {
		if rep := take(write(t, filepath.Join(dir, fmt.Sprintf("%d.json", i)), x)); rep.Records != 1 {
			t.Fatalf("%d records of trial %d", rep.Records, i)
		}
	}
	if err := p.Stages(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p, rows(t, p)
}

// rows are the derived rows by kind and id, as text.
func rows(t *testing.T, p *Pipeline) map[string]string {
	t.Helper()
	out := map[string]string{}
	put := func(kind, id string, x any) {
		b, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := out[kind+" "+id]; ok {
			t.Errorf("%s %s is there twice", kind, id)
		}
		out[kind+" "+id] = string(b)
	}
	for s, err := range p.Store.Studies(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		put("study", s.ID, s)
	}
	for r, err := range p.Store.ArmResults(t.Context(), store.ResultFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		put("arm result", r.ID, r)
	}
	for e, err := range p.Store.Effects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		put("effect", e.ID, e)
	}
	findings, err := p.Store.Findings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		f.LastCrawl = ""
		put("finding", f.ID, f)
	}
	return out
}

func TestLawsOfTheStages(t *testing.T) {
	t.Parallel()
	trials, review := evidenceOf(t)
	questions := someQuestions(t)
	p, first := derived(t, trials, review, questions)
	kinds := map[string]int{}
	for key := range first {
		kind, _, _ := strings.Cut(key, " ")
		kinds[kind]++
	}
	if kinds["study"] == 0 || kinds["arm"] == 0 || kinds["effect"] == 0 || kinds["finding"] != len(questions) {
		t.Fatalf("too little to try the laws on: %v", kinds)
	}

	// Again is the same: no stage adds to its own rows.
	if err := p.stages().All(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first, rows(t, p)); d != "" {
		t.Errorf("the stages run again give other rows:\n%s", short(d))
	}

	// A rebuild from the payloads is the same as the first reading.
	if _, err := p.Rebuild(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first, rows(t, p)); d != "" {
		t.Errorf("a rebuild gives other rows:\n%s", short(d))
	}

	// The order in which records came does not matter.
	mixed := slices.Clone(trials)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	if _, other := derived(t, mixed, review, questions); cmp.Diff(first, other) != "" {
		t.Errorf("records in another order give other rows:\n%s", short(cmp.Diff(first, other)))
	}

	// No value is lost: each usable cell became an effect or says why not.
	for r, err := range p.Store.ArmResults(t.Context(), store.ResultFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict == evidence.Usable && r.Use == "" {
			t.Errorf("%s is usable, and what became of it is not said", r.ID)
		}
	}
	// No effect is lost: each of a question's outcome is pooled or left out with a
	// reason, and each effect's inputs lead back to a payload.
	for e, err := range p.Store.Effects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for key, in := range e.Inputs {
			if in.Prov.PayloadSHA256 == "" {
				t.Errorf("%s: input %v has no payload", e.ID, key)
			} else if _, err := p.Store.Payload(t.Context(), in.Prov.PayloadSHA256); err != nil {
				t.Errorf("%s: %v", e.ID, err)
			}
		}
	}
}

// A record that comes later makes its own stages stale, and one that came before
// stays what it was.
func TestALaterRecordChangesOnlyWhatRestsOnIt(t *testing.T) {
	t.Parallel()
	trials, review := evidenceOf(t)
	questions := someQuestions(t)[:1]
	p, before := derived(t, trials[:len(trials)-1], review, questions)
	path := write(t, filepath.Join(t.TempDir(), "late.json"), trials[len(trials)-1])
	if _, err := p.Import(t.Context(), "", []string{path}); err != nil {
		t.Fatal(err)
	}
	later := New(p.Store, review)
	later.Questions, later.Now = questions, func() time.Time { return p.Now() }
	stale, err := later.Stale(t.Context())
	if err != nil || len(stale) != 3 {
		t.Fatalf("stale: %v, %v", stale, err)
	}
	if err := later.Stages(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := rows(t, later)
	for key, row := range before {
		if strings.HasPrefix(key, "arm result ") && after[key] != row {
			t.Errorf("%s changed", key)
		}
		if _, ok := after[key]; !ok {
			t.Errorf("%s is gone", key)
		}
	}
}

// Results that a register withdraws leave no arm results and effects behind.
func TestWithdrawnResultsAreGone(t *testing.T) {
	t.Parallel()
	trials, _ := evidenceOf(t)
	p, before := derived(t, trials[:1], t.TempDir(), nil)
	var study map[string]any
	if err := json.Unmarshal(trials[0], &study); err != nil {
		t.Fatal(err)
	}
	status, _ := study["protocolSection"].(map[string]any)["statusModule"].(map[string]any)
	status["lastUpdatePostDateStruct"] = map[string]any{"date": "2099-01-01"}
	delete(study, "resultsSection")
	study["hasResults"] = false
	b, err := json.Marshal(study)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Import(t.Context(), "", []string{write(t, filepath.Join(t.TempDir(), "later.json"), b)}); err != nil {
		t.Fatal(err)
	}
	if err := p.stages().All(t.Context()); err != nil {
		t.Fatal(err)
	}
	had := 0
	for key := range before {
		if strings.HasPrefix(key, "arm result ") {
			had++
		}
	}
	for key := range rows(t, p) {
		if strings.HasPrefix(key, "arm result ") || strings.HasPrefix(key, "effect ") {
			t.Errorf("%s is still there", key)
		}
	}
	if had == 0 {
		t.Error("the trial had no results to withdraw")
	}
}

// short is the beginning of a difference.
func short(d string) string { return d[:min(len(d), 2000)] }
