package cli

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"past/crawler"
)

// screen understands as much of a terminal as the bars use.
type screen struct {
	lines []string
	row   int
}

func (s *screen) Write(p []byte) (int, error) {
	text := strings.NewReplacer(noWrap, "", wrapAgain, "").Replace(string(p))
	for text != "" {
		if rest, ok := strings.CutPrefix(text, "\x1b["); ok {
			n := 0
			for rest[0] >= '0' && rest[0] <= '9' {
				n, rest = n*10+int(rest[0]-'0'), rest[1:]
			}
			switch rest[0] {
			case 'A':
				s.row = max(0, s.row-n)
			case 'J':
				s.lines = s.lines[:s.row]
			default:
				panic("unknown sequence " + rest)
			}
			text = rest[1:]
			continue
		}
		line, rest, whole := strings.Cut(text, "\n")
		if i := strings.IndexByte(line, '\x1b'); i >= 0 {
			line, rest, whole = text[:i], text[i:], false
		}
		line = strings.TrimPrefix(line, "\r")
		for len(s.lines) <= s.row {
			s.lines = append(s.lines, "")
		}
		if line != "" {
			s.lines[s.row] = line
		}
		if whole {
			s.row++
		}
		text = rest
	}
	return len(p), nil
}

func TestBarsShowEachSourceOnItsLine(t *testing.T) {
	var s screen
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b := newCrawlBars(&s, func() int { return 72 })
	b.now = func() time.Time { return now }
	l := &crawlLog{w: &s, bars: b, last: map[string]time.Time{}, told: map[string]int{}}
	for _, ev := range []crawler.Event{
		{Kind: crawler.EventBegin, Source: "ctgov"},
		{Kind: crawler.EventBegin, Source: "pubmed"},
		{Kind: crawler.EventQuery, Source: "ctgov", Query: "mdma-0f6f9e8f", Total: 200},
		{Kind: crawler.EventPage, Source: "ctgov", Query: "mdma-0f6f9e8f", Done: 50, Total: 200, Counts: crawler.CommitResult{New: 50}, Asked: 2},
		{Kind: crawler.EventProblem, Source: "pubmed", Text: "html-answer: \x1b[2Jowned\u202e"},
		{Kind: crawler.EventProblem, Source: "pubmed", Text: "html-answer: 2"},
		{Kind: crawler.EventProblem, Source: "pubmed", Text: "html-answer: 3"},
		{Kind: crawler.EventProblem, Source: "pubmed", Text: "html-answer: 4"},
	} {
		l.Event(ev)
		now = now.Add(time.Second)
	}
	want := []string{
		"pubmed: html-answer:  [2Jowned ",
		"pubmed: html-answer: 2",
		"pubmed: html-answer: 3",
		"ctgov     █████··············· 50 of 200, 50 new, 2 requests, 7s, mdma…",
		"pubmed    ···················· 0, 0 new, 0 requests, 6s, asking",
	}
	if got := s.lines; strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the screen shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, line := range s.lines {
		if utf8.RuneCountInString(line) > 72 {
			t.Errorf("wider than the terminal: %q", line)
		}
	}
	l.Event(crawler.Event{Kind: crawler.EventEnd, Source: "ctgov", Text: "done", Counts: crawler.CommitResult{New: 200}, Asked: 5})
	if got := s.lines[3]; !strings.HasPrefix(got, "ctgov     done in ") || !strings.Contains(got, "200 new") {
		t.Errorf("the ended source shows %q", got)
	}
	l.close()
	want = append(want[:3], "pubmed: html-answer: 1 more")
	if got := s.lines; strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("in the end the screen shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestLogWithoutTerminalIsALineAMinute(t *testing.T) {
	var b strings.Builder
	l := newCrawlLog(&b)
	for range 10 {
		l.Event(crawler.Event{Kind: crawler.EventPage, Source: "ctgov", Query: "q", Done: 1, Total: 2})
	}
	l.Event(crawler.Event{Kind: crawler.EventTry, Source: "ctgov", Text: "attempt 1: 503"})
	l.close()
	if got, want := b.String(), "ctgov q: 1 of 2\nctgov: attempt 1: 503\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
