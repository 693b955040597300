package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"past/crawler"
)

// crawlLog shows how a crawl goes: a line that is rewritten on a terminal, one
// line a minute and source otherwise; faults always get a line of their own.
type crawlLog struct {
	w        io.Writer
	terminal bool

	mu   sync.Mutex
	last map[string]time.Time
}

func newCrawlLog(w io.Writer) *crawlLog {
	l := &crawlLog{w: w, last: map[string]time.Time{}}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil {
			l.terminal = info.Mode()&os.ModeCharDevice != 0
		}
	}
	return l
}

// Event implements crawler.Observer.
func (l *crawlLog) Event(ev crawler.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch ev.Kind {
	case crawler.EventTry, crawler.EventProblem:
		fmt.Fprintf(l.w, "%s%s: %s\n", l.clear(), ev.Source, ev.Text)
	case crawler.EventPage, crawler.EventRefresh:
		if l.terminal {
			fmt.Fprintf(l.w, "%s%s", l.clear(), progress(ev))
		} else if now := time.Now(); now.Sub(l.last[ev.Source]) >= time.Minute {
			l.last[ev.Source] = now
			fmt.Fprintln(l.w, progress(ev))
		}
	case crawler.EventEnd:
		if l.terminal {
			fmt.Fprint(l.w, l.clear())
		}
	}
}

func (l *crawlLog) clear() string {
	if l.terminal {
		return "\r\x1b[K"
	}
	return ""
}

func progress(ev crawler.Event) string {
	if ev.Total > 0 {
		return fmt.Sprintf("%s %s: %d of %d", ev.Source, ev.Query, ev.Done, ev.Total)
	}
	return fmt.Sprintf("%s %s: %d", ev.Source, ev.Query, ev.Done)
}
