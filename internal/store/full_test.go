package store

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fillUp commits pages until the store says that it is full.
func fillUp(ctx context.Context, s *Store, limit int) (pages int, err error) {
	for i := range limit {
		if _, err := s.Commit(ctx, page("r", i*50, 50, 0, fmt.Sprint(i+1))); err != nil {
			return i, err
		}
	}
	return limit, nil
}

// checkFull holds a store against what it must be after the disk ran full: all
// commits before it whole, the last one not there at all.
func checkFull(ctx context.Context, s *Store, pages int, err error) error {
	if !errors.Is(err, ErrFull) {
		return fmt.Errorf("the disk is full and the store says: %v", err)
	}
	c, cerr := s.Counts(ctx)
	if cerr != nil {
		return cerr
	}
	if c.Records != int64(pages*50) || c.Measurements != c.Records*8 {
		return fmt.Errorf("after %d whole pages there are %+v", pages, c)
	}
	cur, _, cerr := s.Cursor(ctx, "ctgov", "q")
	if cerr != nil || pages > 0 && cur.Next != fmt.Sprint(pages) {
		return fmt.Errorf("the cursor after %d pages: %+v %v", pages, cur, cerr)
	}
	faults, cerr := s.Check(ctx, Records)
	if cerr != nil || len(faults) > 0 {
		return fmt.Errorf("integrity: %v %v", faults, cerr)
	}
	return nil
}

func TestFullDatabaseKeepsWhatItHas(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	commit(t, s, page("r", 0, 50, 0, "1"))
	limit := func(n int) {
		if err := s.plain(ctx, func(c *conn) error { return c.script(fmt.Sprintf("PRAGMA max_page_count = %d", n)) }); err != nil {
			t.Fatal(err)
		}
	}
	limit(200)
	pages, err := fillUp(ctx, s, 1000)
	if err := checkFull(ctx, s, pages, err); err != nil {
		t.Fatal(err)
	}
	before := fingerprint(t, s)
	limit(1 << 30) // room again: the same command goes on
	commit(t, s, page("r", pages*50, 50, 0, "x"))
	c, _ := s.Counts(ctx)
	if c.Records != int64((pages+1)*50) {
		t.Errorf("after there was room again: %+v", c)
	}
	if cmp.Equal(before, fingerprint(t, s)) {
		t.Error("the fingerprint does not see a page of new records")
	}
}
