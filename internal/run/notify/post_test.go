package notify

import (
	"context"
	"errors"
	"fmt"
	"past/internal/store"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func message() Message {
	return Message{ID: "published-e-2", Kind: "published", Edition: "e-2", Title: "Änderung\r\nBcc: x@example.org", Text: "one\n.\ntwo\n",
		URL: "https://evidence.example/x"}
}

// flaky fails as it is set.
type flaky struct {
	errs []error
	sent int
}

func (f *flaky) Name() string { return "flaky" }

func (f *flaky) Send(context.Context, Message) error {
	f.sent++
	if len(f.errs) == 0 {
		return nil
	}
	err := f.errs[0]
	f.errs = f.errs[1:]
	return err
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "a.db"), store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

func TestNothingIsSentTwice(t *testing.T) {
	ctx := context.Background()
	st := openStore(t)
	soon := later(errors.New("busy"), 0)
	for name, c := range map[string]struct {
		errs  []error
		tries int // in four runs
	}{
		"taken":                {nil, 1},
		"refused once":         {[]error{errors.New("no")}, 2},
		"busy for a moment":    {[]error{soon}, 2},
		"busy for a run":       {[]error{soon, soon, soon}, 4},
		"busy, then unknown":   {[]error{soon, fmt.Errorf("%w", ErrUncertain)}, 2},
		"asks for a long wait": {[]error{later(errors.New("busy"), time.Hour)}, 2},
		"uncertain":            {[]error{fmt.Errorf("%w", ErrUncertain)}, 1},
	} {
		f := &flaky{errs: c.errs}
		var waits []time.Duration
		post := Post{Store: st, Now: time.Now, Pause: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }}
		m := message()
		m.ID = name
		for range 4 {
			if _, err := post.once(ctx, f, m); err != nil {
				t.Fatal(err)
			}
		}
		if f.sent != c.tries {
			t.Errorf("%s: tried %d times, want %d", name, f.sent, c.tries)
		}
		if name == "busy for a run" && !slices.Equal(waits, pauses) {
			t.Errorf("%s: waits %v", name, waits)
		}
	}
	// killed between the claim and the end of sending
	post := Post{Store: st, Now: time.Now}
	if _, err := st.ClaimNotice(ctx, "flaky", "x", time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := st.SetState(ctx, sendingState, `{"channel":"flaky","id":"x"}`); err != nil {
		t.Fatal(err)
	}
	if err := post.afterCrash(ctx); err != nil || len(post.Warnings) != 1 {
		t.Errorf("%v %v", err, post.Warnings)
	}
}

// A stop signal while a channel waits for its next attempt: nothing was
// delivered, and the next run may send.
func TestStopBetweenAttemptsReleasesTheMessage(t *testing.T) {
	st := openStore(t)
	ctx, cancel := context.WithCancel(context.Background())
	f := &flaky{errs: []error{later(errors.New("busy"), 0)}}
	post := Post{Store: st, Now: time.Now, Pause: func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }}
	if done, err := post.once(ctx, f, message()); done || err != nil || post.Unsent != 1 {
		t.Errorf("%v %v %+v", done, err, post)
	}
	if done, err := post.once(context.Background(), f, message()); !done || err != nil || f.sent != 2 {
		t.Errorf("%v %v, %d attempts", done, err, f.sent)
	}
}

// A channel whose receiver was down hears of every edition that it missed, in
// order and once; a new channel of the current one alone.
func TestMissedEditionsAreToldInOrder(t *testing.T) {
	ctx := context.Background()
	st := openStore(t)
	down := &recorder{name: "down"}
	post := Post{Store: st, Channels: []Channel{down}, Now: time.Now, Pause: func(context.Context, time.Duration) error { return nil }}
	publish := func(n int) Post {
		id := fmt.Sprint("e-", n)
		ch := store.Change{ID: fmt.Sprint("c-", n), Edition: id, Kind: "study-in", Subject: "q", Title: "t"}
		if _, err := st.AddEdition(ctx, store.Edition{ID: id, Date: "2025-01-01", PublishedAt: time.Now(), Document: []byte("{}")},
			[]store.Change{ch}); err != nil {
			t.Fatal(err)
		}
		post.Unsent, post.Warnings = 0, nil
		if err := post.Tell(ctx, id); err != nil {
			t.Fatal(err)
		}
		return post
	}
	publish(1)
	down.fails = true
	publish(2)
	if res := publish(3); res.Unsent != 1 || len(res.Warnings) != 1 {
		t.Errorf("%+v", res)
	}
	down.fails = false
	late := &recorder{name: "late"}
	post.Channels = append(post.Channels, late)
	publish(4)
	publish(5)
	if want := []string{"published-e-1", "published-e-2", "published-e-3", "published-e-4", "published-e-5"}; !slices.Equal(down.got, want) {
		t.Errorf("%v", down.got)
	}
	if want := []string{"published-e-4", "published-e-5"}; !slices.Equal(late.got, want) {
		t.Errorf("%v", late.got)
	}
}

// recorder keeps the ids of what it was sent.
type recorder struct {
	name  string
	fails bool
	got   []string
}

func (r *recorder) Name() string { return r.name }

func (r *recorder) Send(_ context.Context, m Message) error {
	if r.fails {
		return errors.New("down")
	}
	r.got = append(r.got, m.ID)
	return nil
}
