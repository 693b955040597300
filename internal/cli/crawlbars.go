package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"past/crawler"
	"past/internal/text"
)

// crawlBars draws one line a source at the bottom of a terminal.
type crawlBars struct {
	w     io.Writer
	width func() int
	now   func() time.Time

	rows  []*crawlBar
	drawn int // lines on the screen
	at    time.Time
}

// crawlBar is what one line shows.
type crawlBar struct {
	source      string
	begun       time.Time
	done, total int
	what        string // the query at hand
	counts      crawler.CommitResult
	asked       int
	end         string // how it ended, "" while it goes on
	took        time.Duration
}

const (
	barWidth    = 20
	drawEvery   = 100 * time.Millisecond
	clearBelow  = "\x1b[J"
	lineUp      = "\x1b[%dA\r"
	noWrap      = "\x1b[?7l"
	wrapAgain   = "\x1b[?7h"
	sourceWidth = 9
)

func newCrawlBars(w io.Writer, width func() int) *crawlBars {
	return &crawlBars{w: w, width: width, now: time.Now}
}

func (b *crawlBars) row(source string) *crawlBar {
	for _, r := range b.rows {
		if r.source == source {
			return r
		}
	}
	r := &crawlBar{source: source, begun: b.now(), what: "asking"}
	b.rows = append(b.rows, r)
	return r
}

func (b *crawlBars) event(ev crawler.Event) {
	r := b.row(ev.Source)
	r.counts, r.asked = ev.Counts, ev.Asked
	force := true
	switch ev.Kind {
	case crawler.EventQuery:
		r.what, r.done, r.total = ev.Query, ev.Done, ev.Total
	case crawler.EventPage:
		r.done, r.total = ev.Done, ev.Total
		force = false
	case crawler.EventRefresh:
		r.what, r.done, r.total = "known records", ev.Done, ev.Total
		force = false
	case crawler.EventEnd:
		r.end, r.took = ev.Text, b.now().Sub(r.begun)
	}
	if now := b.now(); force || now.Sub(b.at) >= drawEvery {
		b.at = now
		b.draw("")
	}
}

// above writes a line that stays and scrolls away above the bars.
func (b *crawlBars) above(text string) { b.draw(text + "\n") }

// clear takes the bars away.
func (b *crawlBars) clear() {
	if b.drawn > 0 {
		fmt.Fprintf(b.w, lineUp+clearBelow, b.drawn)
		b.drawn = 0
	}
}

// draw writes everything at once, so that the screen does not flicker.
func (b *crawlBars) draw(before string) {
	var s strings.Builder
	if b.drawn > 0 {
		fmt.Fprintf(&s, lineUp+clearBelow, b.drawn)
	}
	s.WriteString(before + noWrap)
	width := b.width()
	for _, r := range b.rows {
		s.WriteString(shorten(r.line(b.now()), width-1) + "\n")
	}
	s.WriteString(wrapAgain)
	b.drawn = len(b.rows)
	_, _ = io.WriteString(b.w, s.String())
}

func (r *crawlBar) line(now time.Time) string {
	name := fmt.Sprintf("%-*s ", sourceWidth, r.source)
	if r.end != "" {
		return name + fmt.Sprintf("%s in %s: %s", r.end, r.took.Round(100*time.Millisecond), r.tally())
	}
	bar, count := strings.Repeat("·", barWidth), fmt.Sprint(r.done)
	if r.total > 0 {
		n := min(barWidth, barWidth*r.done/r.total)
		bar, count = strings.Repeat("█", n)+strings.Repeat("·", barWidth-n), fmt.Sprintf("%d of %d", r.done, r.total)
	}
	return name + fmt.Sprintf("%s %s, %s, %s, %s", bar, count, r.tally(), now.Sub(r.begun).Round(time.Second), r.what)
}

func (r *crawlBar) tally() string {
	changed := ""
	if r.counts.Changed > 0 {
		changed = fmt.Sprintf("%d changed, ", r.counts.Changed)
	}
	return fmt.Sprintf("%d new, %s%s", r.counts.New, changed, text.Count(r.asked, "request"))
}

// shorten cuts a line to a number of characters.
func shorten(s string, width int) string {
	if utf8.RuneCountInString(s) <= width || width < 2 {
		return s
	}
	runes := []rune(s)
	return string(runes[:width-1]) + "…"
}
