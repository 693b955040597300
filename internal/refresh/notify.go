package refresh

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"past/internal/changes"
	"past/internal/store"
)

// Message is a notification.
type Message struct {
	ID      string         `json:"id"`   // the same for the same news: receivers can tell a repetition
	Kind    string         `json:"kind"` // published | refused
	Edition string         `json:"edition"`
	Title   string         `json:"title"`
	Text    string         `json:"text"`
	URL     string         `json:"url,omitempty"`
	Changes []store.Change `json:"changes,omitempty"`
	Verdict *Verdict       `json:"gate,omitempty"`
	Moved   int            `json:"moved"` // conclusions that moved
}

// Channel carries messages out.
type Channel interface {
	// Name identifies the channel with its receiver: what was sent is
	// remembered under it.
	Name() string
	// Send delivers a message. An error that wraps ErrUncertain means that it
	// may have arrived; any other that it has not.
	Send(ctx context.Context, m Message) error
}

// ErrUncertain is wrapped by errors after which a message may or may not have
// arrived: it is not sent again.
var ErrUncertain = errors.New("the message may or may not have arrived and is not sent again")

// maxTold is how many changes a message lists; the edition lists all.
const maxTold = 50

// tell sends what the current edition brought to each channel that was not
// told yet.
func (c *Cycle) tell(ctx context.Context, res *Result) error {
	if err := c.afterCrash(ctx, res); err != nil || len(c.Channels) == 0 || res.Edition == "" {
		return err
	}
	all, err := c.Store.Changes(ctx, "")
	if err != nil {
		return err
	}
	var list []store.Change
	for _, x := range all {
		if x.Edition == res.Edition {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return c.notify(ctx, res, published(res.Edition, list, c.Base))
}

// sending names a message on its way, for the run after a crash.
type sending struct {
	Channel string `json:"channel"`
	ID      string `json:"id"`
}

// afterCrash warns of a message that was on its way when a run was killed. One
// that was not claimed yet was not sent either, and is sent by this run.
func (c *Cycle) afterCrash(ctx context.Context, res *Result) error {
	text, err := c.Store.State(ctx, sendingState)
	if err != nil || text == "" {
		return err
	}
	var s sending
	if err := json.Unmarshal([]byte(text), &s); err == nil {
		fresh, err := c.Store.ClaimNotice(ctx, s.Channel, s.ID, c.Now())
		if err != nil {
			return err
		}
		if fresh {
			if err := c.Store.ReleaseNotice(ctx, s.Channel, s.ID); err != nil {
				return err
			}
		} else {
			res.Warnings = append(res.Warnings, "a run was killed while it sent "+s.ID+" to "+s.Channel+": "+ErrUncertain.Error())
		}
	}
	return c.Store.SetState(ctx, sendingState, "")
}

// notify sends a message once per channel. A channel that fails is a warning:
// the edition is published all the same, and the next run tries again.
func (c *Cycle) notify(ctx context.Context, res *Result, m Message) error {
	for _, ch := range c.Channels {
		what := m.ID + " to " + ch.Name()
		note, err := json.Marshal(sending{ch.Name(), m.ID})
		if err != nil {
			return err
		}
		if err := c.Store.SetState(ctx, sendingState, string(note)); err != nil {
			return err
		}
		claimed, err := c.Store.ClaimNotice(ctx, ch.Name(), m.ID, c.Now())
		if err != nil {
			return err
		}
		if !claimed {
			if err := c.Store.SetState(ctx, sendingState, ""); err != nil {
				return err
			}
			continue
		}
		sent := ch.Send(ctx, m)
		done := context.WithoutCancel(ctx)
		switch {
		case sent == nil:
			res.Sent = append(res.Sent, ch.Name())
		case errors.Is(sent, ErrUncertain):
			res.Warnings = append(res.Warnings, fmt.Sprintf("notification %s: %v", what, sent))
		default:
			res.Warnings = append(res.Warnings, fmt.Sprintf("notification %s failed and is tried again with the next run: %v", what, sent))
			if err := c.Store.ReleaseNotice(done, ch.Name(), m.ID); err != nil {
				return err
			}
		}
		if err := c.Store.SetState(done, sendingState, ""); err != nil {
			return err
		}
	}
	return nil
}

func published(edition string, list []store.Change, base string) Message {
	m := Message{ID: "published-" + edition, Kind: "published", Edition: edition, Changes: list, Title: fmt.Sprintf("PAST evidence tracker: edition %s, %s", edition, count(len(list), "change"))}
	if len(list) > maxTold {
		m.Changes = list[:maxTold]
	}
	if base != "" {
		m.URL = strings.TrimRight(base, "/") + "/" + editionsDir + "/" + edition + "/changes.html"
	}
	var b strings.Builder
	for _, x := range list {
		if changes.ReadDetail(x).Moved {
			m.Moved++
		}
	}
	if m.Moved > 0 {
		fmt.Fprintf(&b, "Conclusions that moved: %d\n\n", m.Moved)
	}
	for _, x := range m.Changes {
		fmt.Fprintf(&b, "%s\n  %s\n", Headline(x), Sentences(x))
	}
	if rest := len(list) - len(m.Changes); rest > 0 {
		fmt.Fprintf(&b, "and %d more: the edition's page of changes lists all\n", rest)
	}
	m.Text = b.String()
	return m
}

// refusal is told once for the same reasons against the same edition.
func refusal(v Verdict, base string) Message {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", v.Previous)
	var b strings.Builder
	for _, r := range v.Reasons {
		fmt.Fprintf(h, "%s\x00", r.key())
		fmt.Fprintf(&b, "%s: %s\n  what to do: %s\n", r.Rule, r.Message, r.Do)
	}
	fmt.Fprintf(&b, "\nIf all of this is right: past gate accept %s --why \"…\", then past refresh --no-crawl\n", v.Run)
	m := Message{ID: "refused-" + hex.EncodeToString(h.Sum(nil)[:8]), Kind: "refused", Edition: v.Edition, Verdict: &v, Text: clean(b.String()),
		Title: fmt.Sprintf("PAST evidence tracker: edition %s was refused, %s", v.Edition, count(len(v.Reasons), "reason"))}
	if base != "" {
		m.URL = strings.TrimRight(base, "/") + "/" + refusedDir + "/index.html"
	}
	return m
}

// JSON is the message as programs read it.
func (m Message) JSON() ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("notification %s: %w", m.ID, err)
	}
	return b, nil
}
