package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"past/internal/evidence"
)

// Readers see whole commits and are never held up or refused while others
// write, from this store, from another one and from several goroutines.
func TestReadersBesideWriters(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "past.db")
	s := open(t, path, Options{Create: true})
	other := func() *Store { commit(t, s, page("r", 0, 10, 0, "")); return open(t, path, Options{ReadOnly: true}) }()
	var stop atomic.Bool
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			for i := range 15 {
				b := page(fmt.Sprint("r", w), 1000*(w+1)+i*10, 10, 0, "")
				b.QueryKey = fmt.Sprint("q", w)
				if _, err := s.Commit(ctx, b); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
				if err := s.LogFetch(ctx, evidence.Fetch{Source: "ctgov", URL: "u", At: day(0)}); err != nil {
					t.Errorf("log: %v", err)
				}
			}
		})
	}
	var reads atomic.Int64
	var readers sync.WaitGroup
	for i, r := range []*Store{s, s, other, other} {
		readers.Go(func() {
			for !stop.Load() {
				c, err := r.Counts(ctx)
				if err != nil {
					t.Errorf("reader %d: %v", i, err)
					return
				}
				if c.Records%10 != 0 || c.Measurements != c.Records*8 {
					t.Errorf("reader %d saw half a commit: %+v", i, c)
					return
				}
				n := 0
				for rec, err := range r.Records(ctx, RecordFilter{}) {
					if err != nil {
						t.Errorf("reader %d: %v", i, err)
						return
					}
					if n++; n > 40 {
						break
					}
					if _, err := r.Payload(ctx, rec.Prov.PayloadSHA256); err != nil { // a reading within a reading
						t.Errorf("reader %d: %v", i, err)
						return
					}
				}
				reads.Add(1)
			}
		})
	}
	wg.Wait()
	stop.Store(true)
	readers.Wait()
	if reads.Load() == 0 {
		t.Error("nobody read anything")
	}
	c, err := other.Counts(ctx)
	if err != nil || c.Records != 460 {
		t.Errorf("at the end: %+v %v", c, err)
	}
	s.Close()
	s = open(t, path, Options{})
	var n int
	if err := s.r.QueryRow("SELECT count(*) FROM fetch").Scan(&n); err != nil || n != 45 {
		t.Errorf("%d requests are logged, want 45 (%v)", n, err)
	}
}

// A database browser that keeps the file locked is named as such.
func TestLockedByAnotherProgram(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "past.db")
	s := open(t, path, Options{Create: true})
	s.plain(ctx, func(c *conn) error { return c.script("PRAGMA busy_timeout = 50") })
	dsn, err := s.dsn("rw")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(ctx, page("r", 0, 1, 0, "")); err == nil || !strings.Contains(err.Error(), "another program") {
		t.Errorf("commit while another program writes: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	commit(t, s, page("r", 0, 1, 0, ""))
}

func TestWaitingWriterHeedsItsContext(t *testing.T) {
	s := fresh(t)
	held := make(chan struct{})
	free := make(chan struct{})
	go s.write(context.Background(), func(*conn) error { close(held); <-free; return nil })
	<-held
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.Commit(ctx, page("r", 0, 1, 0, "")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a writer that waits: %v", err)
	}
	close(free)
	commit(t, s, page("r", 0, 1, 0, ""))
}

// An error or a panic in the middle of a transaction leaves nothing behind,
// and the store usable.
func TestBrokenTransaction(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	commit(t, s, page("r", 0, 3, 0, ""))
	before := fingerprint(t, s)
	func() {
		defer func() { recover() }()
		s.ReplaceExtraction(ctx, func(add func(Extracted) error) error {
			add(Extracted{Results: testResults})
			panic("the extraction broke")
		})
	}()
	if got := fingerprint(t, s); got["arm_result"] != before["arm_result"] {
		t.Error("half an extraction was kept")
	}
	commit(t, s, page("r", 3, 3, 0, ""))
}
