package crawler

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"past/internal/evidence"
)

const (
	// goneShare is the part of the known records above which a disappearance is
	// more likely a fault on the way than news of the register.
	goneShare = 1.0 / 3
	// secondLook is how long after the first a second look counts.
	secondLook = 20 * time.Hour
)

// noAnswer are the kinds of problem that mean that the register did not answer
// a question, or not with what was asked for.
var noAnswer = map[string]bool{KindHalfJSON: true, KindBadJSON: true, KindHTML: true, KindWrongType: true, KindEmpty: true,
	KindWrongShape: true,
	KindTooLarge:   true, KindTokenLoop: true, KindMissing: true, KindFetchFailed: true}

// missing is what a crawl remembers of records that seem to be gone.
type missing struct {
	At  time.Time `json:"at"`
	IDs []string  `json:"ids"`
}

// markGone sets tombstones for what the source says it no longer has. Nothing is
// marked in a crawl in which the source failed to answer a question; a large
// part of the known records is marked only when a second look, at another time,
// says the same.
func (l *lane) markGone(ctx context.Context, known int) error {
	slices.Sort(l.gone)
	gone := slices.Compact(l.gone)
	memory, _ := l.sink.(Memory)
	key := "missing/" + l.src.Name()
	if len(gone) == 0 {
		if memory != nil {
			return l.forget(ctx, memory, key)
		}
		return nil
	}
	say := func(format string, args ...any) error {
		return l.problem(ctx, evidence.Problem{Kind: KindMissing, Where: l.src.Policy().BaseURL, Message: fmt.Sprintf(format, args...)})
	}
	if l.faults > 0 {
		return say("%d of %d known records seem to be gone, and the source failed to answer %d questions in this crawl; none was "+
			"marked as gone", len(gone), known, l.faults)
	}
	if float64(len(gone)) <= goneShare*float64(known) {
		return l.commit(ctx, Batch{Gone: gone})
	}
	if memory == nil {
		return say("%d of %d known records seem to be gone at once; none was marked as gone", len(gone), known)
	}
	var before missing
	text, err := memory.State(ctx, key)
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &before)
	}
	if err != nil {
		return fmt.Errorf("read what seemed to be gone before: %w", err)
	}
	if !before.At.IsZero() && l.started.Sub(before.At) >= secondLook {
		again := slices.DeleteFunc(slices.Clone(gone), func(id string) bool { return !slices.Contains(before.IDs, id) })
		if len(again) > 0 {
			return l.commit(ctx, Batch{Gone: again})
		}
	}
	if before.At.IsZero() || l.started.Sub(before.At) >= secondLook {
		b, err := json.Marshal(missing{l.started, gone})
		if err == nil {
			err = memory.SetState(context.WithoutCancel(ctx), key, string(b))
		}
		if err != nil {
			return fmt.Errorf("remember what seems to be gone: %w", err)
		}
	}
	return say("%d of %d known records seem to be gone at once; they are marked as gone when a crawl at least %.0f hours later "+
		"does not find them either",
		len(gone), known, secondLook.Hours())
}

// forget drops the memory of a first look once the records are there.
func (l *lane) forget(ctx context.Context, memory Memory, key string) error {
	text, err := memory.State(ctx, key)
	if err != nil || text == "" {
		return err
	}
	return memory.SetState(context.WithoutCancel(ctx), key, "")
}
