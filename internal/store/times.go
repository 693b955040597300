package store

import (
	"fmt"
	"time"
)

// timeLayout has a fixed width, so that times sort as text.
const timeLayout = "2006-01-02T15:04:05.000Z"

// stamp writes a time, the zero time as NULL.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stampText(t)
}

func stampText(t time.Time) string { return t.UTC().Format(timeLayout) }

// moment reads a time that stamp wrote.
func moment(v any) (time.Time, error) {
	s := str(v)
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("stored time %q cannot be read: %w", s, ErrCorrupt)
	}
	return t.UTC(), nil
}
