package crawler

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrPermanent is wrapped by errors that the same request will meet again.
	ErrPermanent = errors.New("permanent")
	// ErrCursorExpired is wrapped by Source.Page when the register no longer
	// accepts a cursor; the Collector begins the query anew.
	ErrCursorExpired = errors.New("page token expired")
)

// StatusError is an answer whose HTTP status is not a success.
type StatusError struct {
	URL        string
	Status     int
	RetryAfter time.Duration // as asked by the register; 0 if it did not
	Body       []byte        // the first part of the answer, for the message
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered status %d", e.URL, e.Status)
}
