package run

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"past/internal/store"
)

// NewID is an id for a run that begins now.
func NewID(now time.Time) string {
	var b [3]byte
	_, _ = rand.Read(b[:])
	return now.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(b[:])
}

// Record is the record of one run in the database. Counts are what it did.
type Record struct {
	Counts map[string]int64
	st     *store.Store
	id     string
}

// Begin records that a run has begun.
func Begin(ctx context.Context, st *store.Store, r store.Run) (*Record, error) {
	return &Record{st: st, id: r.ID}, st.BeginRun(ctx, r)
}

// End records how the run ended, also when it was stopped. It gives back err.
func (r *Record) End(ctx context.Context, at time.Time, code int, err error) error {
	text := ""
	if err != nil {
		text = err.Error()
	}
	if kept := r.st.EndRun(context.WithoutCancel(ctx), r.id, at, code, text, r.Counts); kept != nil {
		return errors.Join(err, kept)
	}
	return err
}

// EndKilled ends the records of runs that were killed: whoever has the store
// open for writing knows that no other process is at work.
func EndKilled(ctx context.Context, st *store.Store, now time.Time) error {
	runs, err := st.OpenRuns(ctx)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if err := st.EndRun(ctx, r.ID, now, 1, "interrupted: the process was killed or the machine stopped", r.Counts); err != nil {
			return err
		}
	}
	return nil
}
