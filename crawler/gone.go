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
// says the same, and never all of them. known counts the records that were known before this
// crawl; looked says that all of them were looked at.
func (l *lane) markGone(ctx context.Context, known int, looked bool) error {
	slices.Sort(l.gone)
	gone := slices.Compact(l.gone)
	memory, _ := l.sink.(Memory)
	key := l.missingKey()
	if len(gone) == 0 {
		if memory != nil && looked {
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
	if known > 1 && len(gone) >= known {
		return say("all %d known records seem to be gone at once, which a register's fault explains better; none was marked as gone", known)
	}
	if float64(len(gone)) <= goneShare*float64(known) {
		return l.commit(ctx, Batch{Gone: gone})
	}
	if memory == nil {
		return say("%d of %d known records seem to be gone at once; none was marked as gone", len(gone), known)
	}
	before, err := l.missingBefore(ctx, memory)
	if err != nil {
		return err
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

func (l *lane) missingKey() string { return "missing/" + l.src.Name() }

// missingBefore is what an earlier crawl did not find, the zero value for nothing.
func (l *lane) missingBefore(ctx context.Context, memory Memory) (before missing, err error) {
	text, err := memory.State(ctx, l.missingKey())
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &before)
	}
	if err != nil {
		return before, fmt.Errorf("read what seemed to be gone before: %w", err)
	}
	return before, nil
}

// lastLook is when all known records of a [Patient] source were looked at, and
// whether the time has come to look again; for other sources it always has. A
// first look at records that seem to be gone is followed by a second one soon.
func (l *lane) lastLook(ctx context.Context) (at time.Time, due bool, err error) {
	p, ok := l.src.(Patient)
	memory, remembers := l.sink.(Memory)
	if !ok || p.LookEvery() == 0 || !remembers || l.sum.Since.IsZero() {
		return l.sum.Since, true, nil
	}
	text, err := memory.State(ctx, l.lookKey())
	if err != nil {
		return at, false, fmt.Errorf("read when known records were looked at: %w", err)
	}
	if at, err = time.Parse(time.RFC3339, text); err != nil {
		return l.sum.Since, true, nil // never, as far as is known
	}
	again, err := l.lookAgain(ctx)
	return at.Add(-l.mark.Skew), again || l.started.Sub(at) >= p.LookEvery(), err
}

// lookAgain reports whether records that seemed to be gone wait for a second look,
// and its time has come: also where the register says that nothing has changed.
func (l *lane) lookAgain(ctx context.Context) (bool, error) {
	memory, ok := l.sink.(Memory)
	if !ok {
		return false, nil
	}
	before, err := l.missingBefore(ctx, memory)
	return !before.At.IsZero() && l.started.Sub(before.At) >= secondLook, err
}

func (l *lane) lookKey() string { return "look/" + l.src.Name() }

// noteLook remembers that all known records were looked at.
func (l *lane) noteLook(ctx context.Context) error {
	memory, ok := l.sink.(Memory)
	if p, patient := l.src.(Patient); !ok || !patient || p.LookEvery() == 0 {
		return nil
	}
	if err := memory.SetState(context.WithoutCancel(ctx), l.lookKey(), l.started.Format(time.RFC3339)); err != nil {
		return fmt.Errorf("remember when known records were looked at: %w", err)
	}
	return nil
}

// forget drops the memory of a first look once the records are there.
func (l *lane) forget(ctx context.Context, memory Memory, key string) error {
	text, err := memory.State(ctx, key)
	if err != nil || text == "" {
		return err
	}
	return memory.SetState(context.WithoutCancel(ctx), key, "")
}
