package run

import (
	"context"
	"time"
)

// Keeper runs cycles by a schedule until its context ends.
type Keeper struct {
	Schedule Schedule
	Last     time.Time // when the last cycle began, zero for never
	// Cycle runs a whole cycle; Tell sends what a cycle could not deliver.
	Cycle, Tell func(ctx context.Context) Outcome
	// Waiting hears what is waited for; may be nil.
	Waiting func(due time.Time, what string)
	Now     func() time.Time                               // nil: the clock
	Wait    func(ctx context.Context, due time.Time) error // nil: [Wait]
}

// Outcome is what a cycle means for the schedule.
type Outcome struct {
	Locked bool // somebody else was writing: the cycle did not run
	Unsent int  // messages that were not delivered
}

// lockWait is how long a cycle waits when somebody else writes.
const lockWait = 5 * time.Minute

// tellAgain are the waits before messages that were not delivered are tried
// again between cycles; the last one repeats.
var tellAgain = []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour}

// Run waits and runs until ctx ends; what runs then ends by itself.
func (k Keeper) Run(ctx context.Context) {
	now, wait := k.Now, k.Wait
	if now == nil {
		now = time.Now
	}
	if wait == nil {
		wait = func(ctx context.Context, due time.Time) error { return Wait(ctx, due, now) }
	}
	due := k.Schedule.First(k.Last, now())
	var tell time.Time // zero: everything was delivered
	tries := 0
	for {
		next, what, run := due, "cycle", k.Cycle
		if !tell.IsZero() && tell.Before(due) {
			next, what, run = tell, "messages", k.Tell
		}
		if k.Waiting != nil {
			k.Waiting(next, what)
		}
		if wait(ctx, next) != nil {
			return
		}
		began := now()
		out := run(ctx)
		if ctx.Err() != nil {
			return
		}
		if what == "cycle" {
			due = k.Schedule.Next(began, now())
			if out.Locked {
				due = now().Add(lockWait)
			}
		}
		switch {
		case out.Unsent > 0 || out.Locked && !tell.IsZero():
			tell = now().Add(tellAgain[min(tries, len(tellAgain)-1)])
			tries++
		case !out.Locked:
			tell, tries = time.Time{}, 0
		}
	}
}
