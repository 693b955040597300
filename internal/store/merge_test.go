package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"past/crawler"
	"past/internal/evidence"
)

// shards are three databases that overlap: one with versions, register history,
// problems and tombstones, one with a later answer about a record that is gone in
// the first, one with an earlier version and another source.
func shards(t *testing.T) (paths []string) {
	t.Helper()
	ctx := context.Background()
	a, b, c := fresh(t), fresh(t), fresh(t)
	mixed(t, a)
	if err := a.SetMark(ctx, "ctgov", crawler.Mark{Stamp: "2026-03-09", Complete: day(8), Plan: "plan"}); err != nil {
		t.Fatal(err)
	}
	commit(t, b, page("b", 3, 4, 35, ""))
	commit(t, b, page("b", 0, 6, 2, ""))
	if err := b.SetMark(ctx, "ctgov", crawler.Mark{Stamp: "2026-03-07", Complete: day(6), Plan: "plan"}); err != nil {
		t.Fatal(err)
	}
	commit(t, c, page("c", 0, 6, 1, ""))
	gone := page("c2", 5, 1, 36, "")
	gone.Gone = []string{"NCT00000003"}
	commit(t, c, gone)
	f := payloadOf("pubmed", "file:more.xml", "more papers", day(3))
	f.Status = 0
	papers := []evidence.Record{paper("pmid:999", f.SHA256)}
	give(papers...)
	if _, err := c.Import(ctx, "pubmed", "i", []evidence.Payload{f}, crawler.Parsed{Records: papers}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Store{a, b, c} {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, s.Path())
	}
	return paths
}

func merged(t *testing.T, paths ...string) *Store {
	t.Helper()
	s := fresh(t)
	for _, p := range paths {
		if _, _, err := s.Merge(context.Background(), []string{p}, nil); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// Any order of merging, and any repetition, gives the same content; nothing that
// a shard held is lost.
func TestMergeInAnyOrder(t *testing.T) {
	ctx := context.Background()
	p := shards(t)
	s := merged(t, p...)
	want := fingerprint(t, s)
	for _, order := range [][]int{{2, 1, 0}, {1, 2, 0}, {0, 2, 1, 0, 2}} {
		var paths []string
		for _, i := range order {
			paths = append(paths, p[i])
		}
		if diff := cmp.Diff(want, fingerprint(t, merged(t, paths...))); diff != "" {
			t.Errorf("order %v: %s", order, diff)
		}
	}
	rep, made, err := s.Merge(ctx, p, nil)
	if err != nil || rep.Any() || made.Arrivals != 0 {
		t.Errorf("merging once more took %+v and read %+v: %v", rep, made, err)
	}
	if diff := cmp.Diff(want, fingerprint(t, s)); diff != "" {
		t.Error("merging once more:", diff)
	}
	// the same by a shard that takes over the others
	first := open(t, p[1], Options{})
	if _, _, err := first.Merge(ctx, []string{p[0], p[2]}, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, fingerprint(t, first)); diff != "" {
		t.Error("into a shard:", diff)
	}

	for _, path := range []string{p[0], p[2]} {
		o := open(t, path, Options{ReadOnly: true})
		for info, err := range o.Payloads(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			if got, err := s.Payload(ctx, info.SHA256); err != nil || int64(len(got.Body)) != info.Bytes {
				t.Errorf("%s: payload %s: %v", filepath.Base(path), info.SHA256, err)
			}
		}
	}
	hist, err := s.History(ctx, "NCT00000003")
	if err != nil || len(hist) != 4 { // revisions 0, 1, 2 and 35
		t.Errorf("%d versions of NCT00000003: %v", len(hist), err)
	}
	r, err := s.Record(ctx, "NCT00000003", day(60))
	if err != nil || r.Planned[0].Measure != "MADRS total, revision 35" {
		t.Errorf("the current version is %+v, %v", r.Planned, err)
	}
	m, err := s.Mark(ctx, "ctgov")
	if err != nil || m.Stamp != "2026-03-07" || m.Plan != "plan" {
		t.Errorf("the mark is %+v, %v: the earlier one counts", m, err)
	}
	if faults, err := s.Check(ctx, Payloads); err != nil || len(faults) > 0 {
		t.Errorf("faults: %v, %v", faults, err)
	}
}

// A damaged body, the database itself and what is no database change nothing.
func TestMergeRefuses(t *testing.T) {
	ctx := context.Background()
	p := shards(t)
	s := merged(t, p[1])
	want := fingerprint(t, s)
	bad := open(t, p[2], Options{})
	if err := bad.write(ctx, func(c *conn) error {
		return c.exec("UPDATE payload SET body = x'00', encoding = 'raw', bytes = 1 WHERE payload_no = (SELECT max(payload_no) FROM payload)")
	}); err != nil {
		t.Fatal(err)
	}
	bad.Close()
	none := filepath.Join(t.TempDir(), "none.db")
	if err := os.WriteFile(none, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, is := range map[string]error{p[2]: ErrCorrupt, s.Path(): errSameFile, none: nil,
		filepath.Join(t.TempDir(), "absent.db"): os.ErrNotExist} {
		_, _, err := s.Merge(ctx, []string{p[0], path}, nil)
		if err == nil || is != nil && !errors.Is(err, is) {
			t.Errorf("%s: %v, want %v", filepath.Base(path), err, is)
		}
		if diff := cmp.Diff(want, fingerprint(t, s)); diff != "" {
			t.Error(fmt.Sprint(path, " left traces: "), diff)
		}
	}
}
