package run

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"
)

// Schedule says when cycles run: every so long, or each day at a time.
type Schedule struct {
	Every time.Duration
	// At is a time of day, "15:04", in the local time of the clock given.
	At string
	// Jitter spreads the start over so much time, so that many installations
	// do not ask a register in the same second. The share is fixed per
	// installation (Seed), not drawn again.
	Jitter time.Duration
	Seed   string
	// Skip leaves a missed cycle out: the next one runs when it would have
	// anyway. Else one cycle runs at once, however many were missed.
	Skip bool
}

// Check reports whether the schedule can be kept.
func (s Schedule) Check() error {
	if (s.Every > 0) == (s.At != "") {
		return fmt.Errorf("a schedule has either an interval or a time of day")
	}
	if s.Every > 0 && s.Every < time.Minute {
		return fmt.Errorf("the interval %s is shorter than a minute: registers are public goods", s.Every)
	}
	if s.At != "" {
		if _, err := time.Parse("15:04", s.At); err != nil {
			return fmt.Errorf("%q is no time of day HH:MM", s.At)
		}
	}
	if s.Jitter < 0 {
		return fmt.Errorf("the jitter %s is negative", s.Jitter)
	}
	return nil
}

// spread is this installation's share of the jitter.
func (s Schedule) spread() time.Duration {
	if s.Jitter <= 0 {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(s.Seed))
	return time.Duration(h.Sum64() % uint64(s.Jitter))
}

// Next is when the next cycle is due, seen from now: last is when the last one
// began (zero: never). A cycle that was missed (the machine slept or was off)
// is due at once, once, however many were missed, or left out with Skip. A last
// cycle that is ahead of the clock (it was set back) counts as now.
func (s Schedule) Next(last, now time.Time) time.Time {
	if last.IsZero() {
		return now
	}
	if last.After(now) {
		last = now
	}
	due := last.Add(s.Every)
	if s.At != "" {
		if due = s.slot(last); !due.After(last) {
			due = s.slot(last.AddDate(0, 0, 1))
		}
	}
	switch {
	case !due.Before(now):
		return due
	case !s.Skip:
		return now
	case s.At != "":
		if due = s.slot(now); due.Before(now) {
			due = s.slot(now.AddDate(0, 0, 1))
		}
		return due
	}
	missed := (now.Sub(due) + s.Every - 1) / s.Every
	return due.Add(missed * s.Every)
}

// slot is the time of day on the day of t, by the wall clock, so that it stays
// the same over the changes of summer time.
func (s Schedule) slot(t time.Time) time.Time {
	at, err := time.Parse("15:04", s.At)
	if err != nil {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), at.Hour(), at.Minute(), 0, 0, t.Location()).Add(s.spread())
}

// First is when the first cycle of a new schedule runs.
func (s Schedule) First(last, now time.Time) time.Time {
	if s.At != "" && last.IsZero() {
		due := s.slot(now)
		if due.Before(now) {
			due = s.slot(now.AddDate(0, 0, 1))
		}
		return due
	}
	next := s.Next(last, now)
	if s.Every > 0 && next.After(now) {
		next = next.Add(s.spread())
	}
	return next
}

// Wait waits until the wall clock shows due. Timers stand still while a
// machine sleeps, so that the clock is looked at again every so often.
func Wait(ctx context.Context, due time.Time, now func() time.Time) error {
	for {
		left := due.Round(0).Sub(now().Round(0)) // Round(0): wall clock, not the monotonic one
		if left <= 0 {
			return ctx.Err()
		}
		t := time.NewTimer(min(left, 30*time.Second))
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-t.C:
		}
	}
}
