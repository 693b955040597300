package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// killed runs a role and kills it without warning after a while; done is true
// when it came to its end before.
func killed(t *testing.T, role, path string, after time.Duration) (done bool) {
	t.Helper()
	c := startChild(t, role, path)
	c.ready(t)
	timer := time.AfterFunc(after, func() { c.cmd.Process.Kill() })
	defer timer.Stop()
	err := c.cmd.Wait()
	if err != nil && c.errors.Len() > 0 {
		t.Fatalf("%s failed instead of being killed: %s", role, c.errors.String())
	}
	return err == nil
}

// A crawl that is killed at any moment and started again ends with the same
// content as one that was left alone.
func TestKilledCrawlEndsTheSame(t *testing.T) {
	if raceOn {
		t.Skip("the race detector is on: the test kills processes and has no goroutines of its own")
	}
	ctx := context.Background()
	calm := fresh(t)
	if err := crawlOn(ctx, calm, "calm"); err != nil {
		t.Fatal(err)
	}
	want := fingerprint(t, calm)
	path := filepath.Join(t.TempDir(), "past.db")
	kills, still, patience := 0, 0, 15*time.Millisecond
	last := ""
	for !killed(t, "crawl", path, rand.N(patience)) {
		kills++
		r, err := Open(ctx, path, Options{ReadOnly: true})
		if err != nil {
			t.Fatalf("after kill %d: %v", kills, err)
		}
		// A busy machine needs more time to get anywhere at all.
		cur, _, err := r.Cursor(ctx, "ctgov", "q")
		if err != nil {
			t.Fatal(err)
		}
		if still++; cur.Next != last {
			last, still = cur.Next, 0
		} else if still >= 4 {
			patience, still = patience*5/4, 0
		}
		if kills%10 == 0 {
			if faults, err := r.Check(ctx, Records); err != nil || len(faults) > 0 {
				t.Fatalf("after kill %d: %v %v", kills, faults, err)
			}
		}
		r.Close()
	}
	t.Logf("%d kills", kills)
	if kills < 20 {
		t.Errorf("only %d kills: the test proves too little", kills)
	}
	s := open(t, path, Options{})
	if d := cmp.Diff(want, fingerprint(t, s)); d != "" {
		t.Errorf("the content differs from an undisturbed crawl:\n%s", d)
	}
	w, err := s.LastWriter(ctx)
	if err != nil || w.PID == 0 {
		t.Errorf("last writer: %+v %v", w, err)
	}
}

func TestKilledRebuildAndDerivationKeepTheRows(t *testing.T) {
	if raceOn {
		t.Skip("the race detector is on: the test kills processes and has no goroutines of its own")
	}
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "past.db")
	s := open(t, path, Options{Create: true})
	if err := crawlOn(ctx, s, "r"); err != nil {
		t.Fatal(err)
	}
	fillDerived(t, s)
	want := fingerprint(t, s)
	s.Close()
	for i := range 6 {
		// The first rebuild is still at work then: it empties what follows from
		// the records only when it ends.
		if killed(t, "rebuild", path, rand.N(40*time.Millisecond)) {
			t.Fatal("the rebuild was not killed")
		}
		s := open(t, path, Options{})
		if d := cmp.Diff(want, fingerprint(t, s)); d != "" {
			t.Fatalf("kill %d changed the store:\n%s", i, d)
		}
		s.Close()
	}
	keep := []string{"study", "study_record", "link", "arm_result", "contrast", "effect", "finding", "record", "record_version"}
	for i := range 10 {
		if killed(t, "derive", path, rand.N(40*time.Millisecond)) {
			t.Fatal("the derivation was not killed")
		}
		s := open(t, path, Options{})
		got := fingerprint(t, s)
		for _, k := range keep {
			if got[k] != want[k] {
				t.Fatalf("kill %d left table %s half replaced", i, k)
			}
		}
		s.Close()
	}
}

func TestSecondWriterIsNamed(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "past.db")
	c := startChild(t, "hold", path)
	c.ready(t)
	_, err := Open(ctx, path, Options{})
	var le *LockedError
	if !errors.As(err, &le) {
		t.Fatalf("a second writer: %v", err)
	}
	if le.PID != c.cmd.Process.Pid || le.What != "past crawl ctgov" || le.Host == "" || time.Since(le.Since).Abs() > time.Hour {
		t.Errorf("the holder is named as %+v", le)
	}
	for _, part := range []string{"past crawl ctgov", "process", path} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	r, err := Open(ctx, path, Options{ReadOnly: true})
	if err != nil {
		t.Fatalf("reading beside a writer: %v", err)
	}
	if w, err := r.LastWriter(ctx); err != nil || w.PID != le.PID || !w.Released.IsZero() {
		t.Errorf("the row of the writer: %+v %v", w, err)
	}
	r.Close()
	c.cmd.Process.Kill()
	c.cmd.Wait()
	s, err := Open(ctx, path, Options{})
	if err != nil {
		t.Fatalf("after the holder was killed: %v", err)
	}
	// Within one process as well.
	if _, err := Open(ctx, path, Options{}); !errors.As(err, &le) {
		t.Errorf("a second writer in this process: %v", err)
	}
	s.Close()
	s = open(t, path, Options{})
	if w, err := s.LastWriter(ctx); err != nil || !w.Released.IsZero() {
		t.Errorf("the row of the writer after opening again: %+v %v", w, err)
	}
}
