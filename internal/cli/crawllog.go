package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/term"

	"past/crawler"
)

// crawlLog shows how a crawl goes: a bar for each source on a terminal, one
// line a minute and source otherwise. Faults get lines of their own, the first
// few of each kind.
type crawlLog struct {
	w    io.Writer
	bars *crawlBars // nil when w is no terminal

	mu   sync.Mutex
	last map[string]time.Time
	told map[string]int // lines by source and kind of fault
}

// toldLines is how many faults of one kind a source shows; the store keeps all.
const toldLines = 3

func newCrawlLog(w io.Writer) *crawlLog {
	l := &crawlLog{w: w, last: map[string]time.Time{}, told: map[string]int{}}
	if f, ok := w.(*os.File); ok && onTerminal(w) {
		l.bars = newCrawlBars(w, func() int {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil || width < 20 {
				return 80
			}
			return width
		})
	}
	return l
}

// Event implements crawler.Observer.
func (l *crawlLog) Event(ev crawler.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ev.Text = printable(ev.Text)
	switch ev.Kind {
	case crawler.EventTry:
		l.fault(ev.Source, "try", ev.Text)
	case crawler.EventProblem:
		kind, _, _ := strings.Cut(ev.Text, ":")
		l.fault(ev.Source, kind, ev.Text)
	case crawler.EventPage, crawler.EventRefresh:
		if now := time.Now(); l.bars == nil && now.Sub(l.last[ev.Source]) >= time.Minute {
			l.last[ev.Source] = now
			fmt.Fprintln(l.w, progress(ev))
		}
	}
	if l.bars != nil {
		l.bars.event(ev)
	}
}

func (l *crawlLog) fault(source, kind, text string) {
	k := source + " " + kind
	if l.told[k]++; l.told[k] > toldLines {
		return
	}
	l.line(source + ": " + text)
}

// line writes a line that stays, above the bars.
func (l *crawlLog) line(text string) {
	if l.bars != nil {
		l.bars.above(text)
		return
	}
	fmt.Fprintln(l.w, text)
}

// close takes the bars away and says how many faults got no line.
func (l *crawlLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bars != nil {
		l.bars.clear()
	}
	for _, k := range slices.Sorted(maps.Keys(l.told)) {
		source, kind, _ := strings.Cut(k, " ")
		if more := l.told[k] - toldLines; more > 0 && kind == "try" {
			fmt.Fprintf(l.w, "%s: %d more attempts that failed\n", source, more)
		} else if more > 0 {
			fmt.Fprintf(l.w, "%s: %s: %d more\n", source, kind, more)
		}
	}
	l.told = map[string]int{}
}

// printable takes control characters out of what a register said, so that an
// answer cannot steer the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, s)
}

func progress(ev crawler.Event) string {
	if ev.Total > 0 {
		return fmt.Sprintf("%s %s: %d of %d", ev.Source, ev.Query, ev.Done, ev.Total)
	}
	return fmt.Sprintf("%s %s: %d", ev.Source, ev.Query, ev.Done)
}
