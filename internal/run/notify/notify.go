package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"past/internal/edition/changes"
	"past/internal/edition/gate"
	"past/internal/edition/publish"
	"past/internal/store"
	"past/internal/text"
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
	Verdict *gate.Verdict  `json:"gate,omitempty"`
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

// maxMissed is how many editions a channel hears of that it missed while its
// receiver could not be reached.
const maxMissed = 10

// Post sends news to channels, each message once to each, and counts what became
// of it.
type Post struct {
	Store    *store.Store
	Channels []Channel
	Base     string // public address of the published folder, or ""
	Now      func() time.Time
	// Pause waits between two attempts to send; nil waits by the clock.
	Pause func(ctx context.Context, d time.Duration) error

	Sent     []string // channels that got a message
	Unsent   int      // messages that the next run tries again
	Warnings []string
}

// state keys in the store.
const (
	sendingState = "refresh/sending"
	toldState    = "refresh/told" // channel → the latest edition it was sent
)

// Tell sends what the current edition brought to each channel, and first what
// the editions before brought that the channel missed. A channel that is new is
// sent the current edition alone.
func (p *Post) Tell(ctx context.Context, shown string) error {
	if err := p.afterCrash(ctx); err != nil || len(p.Channels) == 0 || shown == "" {
		return err
	}
	list, err := p.Store.Editions(ctx)
	if err != nil {
		return err
	}
	now := slices.IndexFunc(list, func(e store.Edition) bool { return e.ID == shown })
	if now < 0 {
		return nil
	}
	all, err := p.Store.Changes(ctx, "")
	if err != nil {
		return err
	}
	told := map[string]string{}
	before, err := p.Store.State(ctx, toldState)
	if err != nil {
		return err
	}
	if before != "" && json.Unmarshal([]byte(before), &told) != nil {
		told = map[string]string{}
	}
	for _, ch := range p.Channels {
		from := slices.IndexFunc(list, func(e store.Edition) bool { return e.ID == told[ch.Name()] }) + 1
		if from == 0 {
			from = now
		}
		for _, e := range list[min(max(from, now-maxMissed+1), now) : now+1] {
			done, err := p.tellOf(ctx, ch, e.ID, all)
			if err != nil {
				return err
			}
			if !done {
				break // in order: the rest comes with it
			}
			told[ch.Name()] = e.ID
		}
	}
	after, err := json.Marshal(told)
	if err != nil || string(after) == before {
		return err
	}
	return p.Store.SetState(context.WithoutCancel(ctx), toldState, string(after))
}

// tellOf sends one channel what one edition brought.
func (p *Post) tellOf(ctx context.Context, ch Channel, edition string, all []store.Change) (done bool, err error) {
	var list []store.Change
	for _, x := range all {
		if x.Edition == edition {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return true, nil
	}
	return p.once(ctx, ch, published(edition, list, p.Base))
}

// sending names a message on its way, for the run after a crash.
type sending struct {
	Channel string `json:"channel"`
	ID      string `json:"id"`
}

// afterCrash warns of a message that was on its way when a run was killed. One
// that was not claimed yet was not sent either, and is sent by this run.
func (p *Post) afterCrash(ctx context.Context) error {
	text, err := p.Store.State(ctx, sendingState)
	if err != nil || text == "" {
		return err
	}
	var s sending
	if err := json.Unmarshal([]byte(text), &s); err == nil {
		fresh, err := p.Store.ClaimNotice(ctx, s.Channel, s.ID, p.Now())
		if err != nil {
			return err
		}
		if fresh {
			if err := p.Store.ReleaseNotice(ctx, s.Channel, s.ID); err != nil {
				return err
			}
		} else {
			p.Warnings = append(p.Warnings, "a run was killed while it sent "+s.ID+" to "+s.Channel+": "+ErrUncertain.Error())
		}
	}
	return p.Store.SetState(ctx, sendingState, "")
}

// once sends a message to a channel once and reports whether the channel is
// done with it. One that fails is a warning: the edition is published all the
// same, and the next run tries again.
//
// The claim comes first and the sending after it: a kill in between loses the
// message (the next run says so) and never doubles it.
func (p *Post) once(ctx context.Context, ch Channel, m Message) (done bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	note, err := json.Marshal(sending{ch.Name(), m.ID})
	if err != nil {
		return false, err
	}
	last := context.WithoutCancel(ctx)
	if err := p.Store.SetState(last, sendingState, string(note)); err != nil {
		return false, err
	}
	claimed, err := p.Store.ClaimNotice(last, ch.Name(), m.ID, p.Now())
	if err != nil {
		return false, err
	}
	if !claimed {
		return true, p.Store.SetState(last, sendingState, "")
	}
	what := m.ID + " to " + ch.Name()
	switch sent := p.attempt(ctx, ch, m); {
	case sent == nil:
		p.Sent = append(p.Sent, ch.Name())
		done = true
	case errors.Is(sent, ErrUncertain):
		p.Warnings = append(p.Warnings, fmt.Sprintf("notification %s: %v", what, sent))
		done = true
	default:
		p.Unsent++
		p.Warnings = append(p.Warnings, fmt.Sprintf("notification %s failed and is tried again with the next run: %v", what, sent))
		if err := p.Store.ReleaseNotice(last, ch.Name(), m.ID); err != nil {
			return false, err
		}
	}
	return done, p.Store.SetState(last, sendingState, "")
}

// Refused sends a refusal to every channel.
func (p *Post) Refused(ctx context.Context, v gate.Verdict) error {
	m := refusal(v, p.Base)
	for _, ch := range p.Channels {
		if _, err := p.once(ctx, ch, m); err != nil {
			return err
		}
	}
	return nil
}

func published(edition string, list []store.Change, base string) Message {
	m := Message{ID: "published-" + edition, Kind: "published", Edition: edition, Changes: list,
		Title: fmt.Sprintf("PAST evidence tracker: edition %s, %s", edition, text.Count(len(list), "change"))}
	if len(list) > maxTold {
		m.Changes = list[:maxTold]
	}
	if base != "" {
		m.URL = strings.TrimRight(base, "/") + "/" + publish.EditionsDir + "/" + edition + "/changes.html"
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
		fmt.Fprintf(&b, "%s\n  %s\n", changes.Headline(x), changes.Sentences(x))
	}
	if rest := len(list) - len(m.Changes); rest > 0 {
		fmt.Fprintf(&b, "and %d more: the edition's page of changes lists all\n", rest)
	}
	m.Text = b.String()
	return m
}

// refusal is sent once for the same reasons against the same edition.
func refusal(v gate.Verdict, base string) Message {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", v.Previous)
	var b strings.Builder
	for _, r := range v.Reasons {
		fmt.Fprintf(h, "%s\x00", r.Key())
		fmt.Fprintf(&b, "%s: %s\n  what to do: %s\n", r.Rule, r.Message, r.Do)
	}
	fmt.Fprintf(&b, "\nIf all of this is right: past gate accept %s --by NAME --why \"…\", then past refresh --no-crawl\n", v.Run)
	m := Message{ID: "refused-" + hex.EncodeToString(h.Sum(nil)[:8]), Kind: "refused", Edition: v.Edition, Verdict: &v,
		Text:  text.Printable(b.String()),
		Title: fmt.Sprintf("PAST evidence tracker: edition %s was refused, %s", v.Edition, text.Count(len(v.Reasons), "reason"))}
	if base != "" {
		m.URL = strings.TrimRight(base, "/") + "/" + publish.RefusedDir + "/index.html"
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
