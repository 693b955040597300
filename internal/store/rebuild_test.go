package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"past/crawler"
	"past/internal/evidence"
)

// mixed fills a store with everything a rebuild must bring back: versions,
// older snapshots, the same bytes twice, register history, problems of
// records, tombstones.
func mixed(t testing.TB, s *Store) {
	t.Helper()
	ctx := context.Background()
	for _, rev := range []int{2, 0, 4, 2} {
		b := page(fmt.Sprint("r", rev), 0, 6, rev, "")
		if rev == 4 {
			b.Gone = []string{"NCT00000003", "NCT00000777"}
			b.Records = b.Records[:3]
			b.Payloads[0] = payloadOf("ctgov", b.Payloads[0].URL, `{"rev":4,"ids":["NCT00000000","NCT00000001","NCT00000002"]}`, day(4))
			for i := range b.Records {
				b.Records[i].Prov.PayloadSHA256 = b.Payloads[0].SHA256
			}
		}
		commit(t, s, b)
	}
	// The content of the first pages once more, a month later: the same bytes.
	back := page("r30", 0, 6, 0, "")
	back.Payloads[0].FetchedAt = day(30)
	commit(t, s, back)

	p := payloadOf("ctgov", "https://example.org/NCT00000001/history/1", "history 1", day(31))
	old := sample("NCT00000001", 9, p.SHA256)
	old.Version = "1"
	give(old)
	if _, err := s.AddHistory(ctx, "ctgov", "h", []evidence.Payload{p}, []evidence.Record{old}); err != nil {
		t.Fatal(err)
	}
	f := payloadOf("pubmed", "file:papers.xml", "papers", day(32))
	f.Status = 0
	papers := []evidence.Record{paper("pmid:12345", f.SHA256)}
	give(papers...)
	if _, err := s.Import(ctx, "pubmed", "i", []evidence.Payload{f}, crawler.Parsed{Records: papers}); err != nil {
		t.Fatal(err)
	}
	bad := payloadOf("ctgov", "https://example.org/broken", "<html>sorry</html>", day(33))
	commit(t, s, crawler.Batch{Source: "ctgov", Payloads: []evidence.Payload{bad},
		Problems: []evidence.Problem{{Kind: crawler.KindHTML, Where: bad.URL, Message: "a page", SHA256: bad.SHA256, At: day(33)}}})
}

func TestRebuildGivesTheSame(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	mixed(t, s)
	want := fingerprint(t, s)
	hist, err := s.History(ctx, "NCT00000001")
	if err != nil {
		t.Fatal(err)
	}
	fillDerived(t, s)
	for range 2 {
		done := 0
		rep, err := s.Rebuild(ctx, func(d, total int) {
			if done = d; d > total {
				t.Errorf("%d of %d payloads", d, total)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if rep.Arrivals != done || rep.Records != 7 || len(rep.Failed) != 1 || rep.Failed[0].Where != "https://example.org/broken" {
			t.Errorf("report: %+v", rep)
		}
		if d := cmp.Diff(want, fingerprint(t, s)); d != "" {
			t.Fatalf("the rebuilt content differs:\n%s", d)
		}
		again, err := s.History(ctx, "NCT00000001")
		if err != nil {
			t.Fatal(err)
		}
		for i := range again {
			again[i].no = hist[i].no
		}
		if d := cmp.Diff(hist, again, cmp.AllowUnexported(Version{})); d != "" {
			t.Errorf("the rebuilt history differs:\n%s", d)
		}
	}
	if faults, err := s.Check(ctx, Records); err != nil || len(faults) > 0 {
		t.Errorf("integrity: %v %v", faults, err)
	}
}

func TestResetDerivedLeavesWhatWasCollected(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	mixed(t, s)
	fillDerived(t, s)
	if _, err := s.AddEdition(ctx, Edition{ID: "e", PublishedAt: day(0)}, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.write(ctx, (*conn).resetDerived); err != nil {
		t.Fatal(err)
	}
	c, err := s.Counts(ctx)
	if err != nil || c.Payloads == 0 || c != (Counts{Payloads: c.Payloads}) {
		t.Errorf("after the reset: %+v %v", c, err)
	}
	if es, _ := s.Editions(ctx); len(es) != 1 {
		t.Error("a published edition was lost")
	}
	if ps, _ := s.Problems(ctx, ProblemFilter{}); len(ps) != 1 || ps[0].Kind != crawler.KindHTML {
		t.Errorf("problems after the reset: %+v", ps)
	}
}

func TestRebuildThatFailsChangesNothing(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	mixed(t, s)
	want := fingerprint(t, s)
	n := 0
	s.opt.Parse = func(p evidence.Payload) (crawler.Parsed, error) {
		out, err := parseSample(p)
		if n++; n == 4 {
			out.Records[0].ContentHash = "" // a parser's mistake
		}
		return out, err
	}
	_, err := s.Rebuild(ctx, nil)
	if err == nil || !strings.Contains(err.Error(), "content hash") {
		t.Errorf("a record without a hash: %v", err)
	}
	stopped, cancel := context.WithCancel(ctx)
	s.opt.Parse = func(p evidence.Payload) (crawler.Parsed, error) { cancel(); return parseSample(p) }
	if _, err := s.Rebuild(stopped, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a rebuild that is stopped: %v", err)
	}
	s.opt.Parse = parseSample
	if d := cmp.Diff(want, fingerprint(t, s)); d != "" {
		t.Errorf("a failed rebuild changed the store:\n%s", d)
	}
}

// A parser that has learnt more gives more from the same payloads.
func TestRebuildWithABetterParser(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	commit(t, s, page("r", 0, 2, 0, ""))
	s.opt.Parse = func(p evidence.Payload) (crawler.Parsed, error) {
		out, err := parsePage(p)
		for i := range out.Records {
			out.Records[i].Planned = append(out.Records[i].Planned, evidence.PlannedOutcome{Type: "secondary", Measure: "found now"})
		}
		return out, err
	}
	if _, err := s.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Counts(ctx); err != nil || c.PlannedOutcomes != 4 {
		t.Errorf("counts: %+v %v", c, err)
	}
	if vs, err := s.History(ctx, "NCT00000000"); err != nil || len(vs) != 1 {
		t.Errorf("a better reading of the same content is no new version: %+v %v", vs, err)
	}
}

func TestBackupAndRestore(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	path, copy := filepath.Join(dir, "past.db"), filepath.Join(dir, "back ups?", "1.db")
	if err := os.Mkdir(filepath.Dir(copy), 0o755); err != nil {
		t.Fatal(err)
	}
	s := open(t, path, Options{Create: true})
	mixed(t, s)
	want := fingerprint(t, s)
	if err := s.Backup(ctx, copy); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(ctx, copy); !errors.Is(err, os.ErrExist) {
		t.Errorf("a backup over another: %v", err)
	}
	commit(t, s, page("later", 100, 10, 0, ""))
	later := fingerprint(t, s)
	if err := Restore(ctx, copy, path); err == nil {
		t.Error("restored under a writer")
	}
	s.Close()
	if err := Restore(ctx, copy, path); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, Options{})
	if d := cmp.Diff(want, fingerprint(t, s)); d != "" {
		t.Errorf("restored content differs:\n%s", d)
	}
	s.Close()
	kept := open(t, path+".before-restore", Options{ReadOnly: true})
	if d := cmp.Diff(later, fingerprint(t, kept)); d != "" {
		t.Errorf("what was there before differs:\n%s", d)
	}
	kept.Close()
	// Once more, to a place where nothing is, and over a damaged file.
	if err := Restore(ctx, copy, filepath.Join(dir, "new.db")); err != nil {
		t.Errorf("to a new place: %v", err)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("garbage ", 4000)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Restore(ctx, copy, path); err != nil {
		t.Errorf("over a damaged file: %v", err)
	}
	if _, err := os.Stat(path + ".before-restore-2"); err != nil {
		t.Errorf("the damaged file was not kept: %v", err)
	}
	s = open(t, path, Options{})
	if d := cmp.Diff(want, fingerprint(t, s)); d != "" {
		t.Errorf("restored over damage:\n%s", d)
	}
	s.Close()

	whole, _ := os.ReadFile(copy)
	spoilt := filepath.Join(dir, "spoilt.db")
	for name, content := range map[string][]byte{"half": whole[:len(whole)/2], "text": []byte("no database at all"),
		"flipped": flipped(whole)} {
		if err := os.WriteFile(spoilt, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Restore(ctx, spoilt, path); err == nil {
			t.Errorf("a backup that is damaged (%s) was restored", name)
		}
	}
	s = open(t, path, Options{})
	if d := cmp.Diff(want, fingerprint(t, s)); d != "" {
		t.Errorf("a refused restore changed the database:\n%s", d)
	}
}

// flipped damages every page but the first.
func flipped(b []byte) []byte {
	out := append([]byte(nil), b...)
	for i := 8192; i < len(out); i += 512 {
		out[i] ^= 0xff
	}
	return out
}

func TestBackupWhileWriting(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	dir := t.TempDir()
	done := make(chan error)
	go func() {
		for i := range 30 {
			if _, err := s.Commit(ctx, page("r", i*10, 10, 0, "x")); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for i := range 4 {
		copy := filepath.Join(dir, fmt.Sprint(i))
		if err := s.Backup(ctx, copy); err != nil {
			t.Fatal(err)
		}
		b := open(t, copy, Options{ReadOnly: true})
		if c, err := b.Counts(ctx); err != nil || c.Records%10 != 0 || c.Measurements != c.Records*8 {
			t.Errorf("backup %d holds half a commit: %+v %v", i, c, err)
		}
		if faults, err := b.Check(ctx, Records); err != nil || len(faults) > 0 {
			t.Errorf("backup %d: %v %v", i, faults, err)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
