package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"past/internal/edition"
	"past/internal/edition/changes"
	"past/internal/edition/gate"
	"past/internal/edition/publish"
	"past/internal/evidence"
	"past/internal/run/notify"
	"past/internal/store"
	"past/reports"
)

// bench is a cycle over a store and a folder, with stages and numbers that a test
// sets.
type bench struct {
	Cycle
	hash     string            // of the evidence: another one is another edition
	estimate float64           // of the one finding
	files    map[string]string // review files
	broken   error             // of the stages
	drawn    int
	told     []string // ids of messages
}

func (b *bench) Name() string { return "bench" }
func (b *bench) Send(_ context.Context, m notify.Message) error {
	b.told = append(b.told, m.Kind+" "+m.Edition)
	return nil
}

func (b *bench) Bring(ctx context.Context, upTo string, around Around) error {
	return around(upTo, "a test", func() (map[string]int64, error) {
		return nil, errors.Join(b.broken, b.Store.ReplaceFindings(ctx, b.findings(), nil, nil))
	})
}

// findings are the one that the stages make.
func (b *bench) findings() []evidence.Finding {
	estimate, se, lower, upper := b.estimate, 0.1, b.estimate-0.2, b.estimate+0.2
	f := evidence.Finding{ID: "q", Question: "q", Title: "A question"}
	f.Primary.Measure, f.Primary.K, f.Primary.N = "SMD", 2, 90
	f.Primary.Estimate, f.Primary.SE, f.Primary.CILower, f.Primary.CIUpper = &estimate, &se, &lower, &upper
	variance := 0.02
	for _, study := range []string{"s1", "s2"} {
		f.Effects = append(f.Effects, evidence.Effect{ID: study + "/a", StudyID: study, StudyLabel: study, Estimate: &estimate,
			Variance: &variance})
	}
	return []evidence.Finding{f}
}

func (b *bench) Draft(ctx context.Context, software string) (*publish.Draft, error) {
	doc := edition.New(edition.Evidence{}, "2026-01-01", software, false, map[string]int64{}, b.findings(), nil)
	doc.ID, doc.DataHash = "e-"+b.hash, b.hash
	files := map[string]changes.File{}
	for name, body := range b.files {
		files[name] = changes.File{SHA256: body, Rows: changes.Rows(name, []byte(body))}
	}
	return publish.NewDraft(ctx, b.Store, doc, b.findings(), files)
}

func (b *bench) ReportDraft(_ context.Context, d *publish.Draft) (reports.Edition, error) {
	b.drawn++
	js, err := d.Doc.JSON()
	return reports.Edition{ID: d.Doc.ID, Date: d.Doc.Date, DataHash: d.Doc.DataHash, Counts: map[string]int{},
		Downloads: []reports.Download{{Path: "edition.json", Title: "edition.json", Data: js}}}, err
}

func newBench(t *testing.T) *bench {
	t.Helper()
	st, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "a.db"), store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	b := &bench{hash: "1", estimate: -0.5}
	clock := time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
	b.Cycle = Cycle{Store: st, Work: func() Work { return b }, Out: filepath.Join(t.TempDir(), "site"), Version: "v1",
		Thresholds: gate.DefaultThresholds(),
		Channels:   []notify.Channel{b}, Now: func() time.Time { clock = clock.Add(time.Second); return clock }}
	return b
}

func (b *bench) shown(t *testing.T) string {
	t.Helper()
	id, err := publish.Current(b.Out)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestCycleStepByStep(t *testing.T) {
	ctx := context.Background()
	b := newBench(t)
	res, err := b.Run(ctx)
	if err != nil || !res.Published || b.shown(t) != "e-1" || b.drawn != 1 {
		t.Fatalf("the first cycle: %+v, %v", res, err)
	}
	var stages []string
	for _, s := range res.Stages {
		stages = append(stages, s.Stage)
	}
	if want := []string{"analyse", "gate", "publish", "notify"}; !slices.Equal(stages, want) {
		t.Errorf("stages %v, want %v", stages, want)
	}
	if _, err := os.Stat(filepath.Join(b.Out, publish.EditionsDir, "e-1", "feed.atom")); err != nil {
		t.Error(err)
	}

	// The same evidence again: nothing is drawn, published or sent.
	if res, err = b.Run(ctx); err != nil || res.Published || b.drawn != 1 || len(b.told) != 1 {
		t.Errorf("the same again: %+v, %v, drawn %d, told %v", res, err, b.drawn, b.told)
	}

	// Other evidence that explains itself is the next edition.
	b.hash, b.files = "2", map[string]string{"extractions.csv": "id,question\nx,q\n"}
	if res, err = b.Run(ctx); err != nil || b.shown(t) != "e-2" || res.Previous != "e-1" {
		t.Errorf("new evidence: %+v, %v", res, err)
	}
	runs, err := b.Store.Runs(ctx, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if r.Exit == nil || *r.Exit != 0 {
			t.Errorf("run %s (%s) is recorded as %v", r.ID, r.Stage, r.Exit)
		}
	}
}

// A number that moves without a cause is refused: readers keep the edition before,
// the page and one message say why; a person's acceptance lets it pass.
func TestCycleRefusesAndAcceptanceLetsPass(t *testing.T) {
	ctx := context.Background()
	b := newBench(t)
	if _, err := b.Run(ctx); err != nil {
		t.Fatal(err)
	}
	b.hash, b.estimate = "2", -0.9
	res, err := b.Run(ctx)
	if !errors.Is(err, ErrRefused) || b.shown(t) != "e-1" || res.Verdict == nil || res.Verdict.Passed {
		t.Fatalf("%+v, %v", res, err)
	}
	if _, err := os.Stat(filepath.Join(b.Out, publish.RefusedDir, "index.html")); err != nil {
		t.Error(err)
	}
	if _, err := b.Run(ctx); !errors.Is(err, ErrRefused) {
		t.Errorf("again: %v", err)
	}
	if want := []string{"published e-1", "refused e-2"}; !slices.Equal(b.told, want) {
		t.Errorf("told %v, want %v", b.told, want)
	}
	if err := b.Store.AcceptGate(ctx, res.Run, "A. Reader", "checked", b.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Run(ctx); err != nil || b.shown(t) != "e-2" {
		t.Errorf("after the acceptance: %s, %v", b.shown(t), err)
	}
	if _, err := os.Stat(filepath.Join(b.Out, publish.RefusedDir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the page of the refusal stays: %v", err)
	}
}

// What a stop leaves behind at any step of a publication, the next cycle makes
// good, and readers see one whole edition or the other.
func TestCycleGoesOnAfterAStop(t *testing.T) {
	ctx := context.Background()
	for name, spoil := range map[string]func(t *testing.T, b *bench){
		"the folder is not written": func(t *testing.T, b *bench) { remove(t, filepath.Join(b.Out, publish.EditionsDir, "e-1")) },
		"readers are not yet shown": func(t *testing.T, b *bench) { remove(t, filepath.Join(b.Out, "current")) },
		"the folder is half written": func(t *testing.T, b *bench) {
			remove(t, filepath.Join(b.Out, publish.EditionsDir, "e-1", "edition.json"))
		},
		"a folder without a row": func(t *testing.T, b *bench) {
			dir := filepath.Join(b.Out, publish.EditionsDir, ".past-report-1")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if _, err := b.Run(ctx); err != nil {
				t.Fatal(err)
			}
			spoil(t, b)
			if _, err := b.Run(ctx); err != nil || b.shown(t) != "e-1" {
				t.Fatalf("shown %q, %v", b.shown(t), err)
			}
			entries, err := os.ReadDir(filepath.Join(b.Out, publish.EditionsDir))
			if err != nil || len(entries) != 1 {
				t.Errorf("%v, %v", entries, err)
			}
			if _, err := os.Stat(filepath.Join(b.Out, publish.EditionsDir, "e-1", "edition.json")); err != nil {
				t.Error(err)
			}
			if len(b.told) != 1 {
				t.Errorf("told %v", b.told)
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

// A stage that fails ends the cycle with its name; the record says so.
func TestCycleNamesTheStageThatFailed(t *testing.T) {
	b := newBench(t)
	b.broken = errors.New("no room left")
	res, err := b.Run(context.Background())
	if err == nil || err.Error() != "analyse: no room left" || res.Published {
		t.Fatalf("%v", err)
	}
	runs, rerr := b.Store.Runs(context.Background(), 10)
	if rerr != nil {
		t.Fatal(rerr)
	}
	for _, r := range runs {
		if r.Exit == nil || *r.Exit != 1 || !strings.Contains(r.Error, "no room left") {
			t.Errorf("%s: exit %v, error %q", r.Stage, r.Exit, r.Error)
		}
	}
	if len(runs) != 2 {
		t.Errorf("%d runs: %s", len(runs), fmt.Sprint(runs))
	}
}
