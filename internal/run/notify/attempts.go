package notify

import (
	"context"
	"errors"
	"time"
)

// pauses are the waits between the attempts of one run. A receiver that is
// still not ready then is tried again with the next run.
var pauses = []time.Duration{2 * time.Second, 10 * time.Second}

// longestPause bounds what a receiver that names a time can ask for.
const longestPause = 30 * time.Second

// laterError marks a failure that may have passed in a moment: no process listens,
// the receiver is busy. After is the wait that the receiver asked for, or 0.
type laterError struct {
	err   error
	after time.Duration
}

func (e *laterError) Error() string { return e.err.Error() }
func (e *laterError) Unwrap() error { return e.err }

func later(err error, after time.Duration) error { return &laterError{err, after} }

// attempt sends a message, a few times when the failure may pass. A message
// that may have arrived is not sent again.
func (p *Post) attempt(ctx context.Context, ch Channel, m Message) error {
	for n := 0; ; n++ {
		err := ch.Send(ctx, m)
		var again *laterError
		if err == nil || errors.Is(err, ErrUncertain) || !errors.As(err, &again) || n == len(pauses) || again.after > longestPause {
			return err
		}
		if p.pause(ctx, max(pauses[n], again.after)) != nil {
			return err
		}
	}
}

func (p *Post) pause(ctx context.Context, d time.Duration) error {
	if p.Pause != nil {
		return p.Pause(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
