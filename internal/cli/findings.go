package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"past/internal/evidence"
	"past/internal/synthesis"
	"past/internal/text"
)

// findingGroups are the groups of the short table of findings, in their order.
var findingGroups = []struct {
	kinds []evidence.HeadlineKind
	name  string
}{
	{[]evidence.HeadlineKind{evidence.HeadlinePooled, evidence.HeadlineSmall}, "with an answer"},
	{[]evidence.HeadlineKind{evidence.HeadlineStudy}, "one study"},
	{[]evidence.HeadlineKind{evidence.HeadlineNotPooled}, evidence.StudiesApart},
}

// printFindings is the short table of findings, grouped by what they can say,
// with the interval that the pages show. Of those without a number the ones
// asked for are listed and the rest is counted.
func (e *Env) printFindings(findings []evidence.Finding, headline map[string]bool) {
	if len(findings) == 0 {
		fmt.Fprintln(e.Stdout, "no questions found: the review folder of a field of its own has them in questions.yaml")
		return
	}
	head := []string{"finding", "k", "n", "headline [95 % interval]", "kind", "fitted interval", "model"}
	groups := make([][][]string, len(findingGroups))
	var empty [][2]string
	none, width := 0, make([]int, len(head))
	wide := func(row []string) {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	wide(head)
	for i := range findings {
		f := &findings[i]
		if f.Primary.Estimate == nil {
			if none++; headline[f.ID] {
				empty = append(empty, [2]string{f.ID, emptyNote(f)})
				wide([]string{f.ID})
			}
			continue
		}
		row := findingRow(f)
		wide(row)
		g := len(groups) - 1
		for j := range findingGroups {
			for _, k := range findingGroups[j].kinds {
				if k == f.Headline.Kind {
					g = j
				}
			}
		}
		groups[g] = append(groups[g], row)
	}
	print := func(row []string) {
		var b strings.Builder
		for i, c := range row {
			b.WriteString(c + strings.Repeat(" ", width[i]-utf8.RuneCountInString(c)+2))
		}
		fmt.Fprintln(e.Stdout, strings.TrimRight(b.String(), " "))
	}
	print(head)
	for g, rows := range groups {
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(e.Stdout, "\n%s\n", emphasis(e.Stdout, fmt.Sprintf("%s: %d", findingGroups[g].name, len(rows))))
		for _, row := range rows {
			print(row)
		}
	}
	if none == 0 {
		return
	}
	fmt.Fprintf(e.Stdout, "\n%s\n", emphasis(e.Stdout, fmt.Sprintf("no number: %d", none)))
	for _, x := range empty {
		fmt.Fprintf(e.Stdout, "%-*s  %s\n", width[0], x[0], x[1])
	}
	if rest := none - len(empty); rest > 0 {
		fmt.Fprintf(e.Stdout, "and %s; the report has them all\n", text.Count(rest, "more question"))
	}
}

// findingRow is a finding with a number as the cells of its row.
func findingRow(f *evidence.Finding) []string {
	p := &f.Primary
	shown, fitted := "none", ""
	if lo, hi, ok := f.Headline.Interval(); ok {
		shown = fmt.Sprintf("%s %s", synthesis.MeasureSymbol(p.Measure), synthesis.Full(p.Measure, *f.Headline.Estimate, lo, hi, 4))
	}
	if k := f.Headline.Kind; (k == evidence.HeadlineSmall || k == evidence.HeadlineNotPooled) && p.CILower != nil && p.CIUpper != nil {
		fitted = synthesis.Full(p.Measure, *p.Estimate, *p.CILower, *p.CIUpper, 4)
	}
	return []string{f.ID, fmt.Sprint(p.K), fmt.Sprint(p.N), shown, string(f.Headline.Kind), fitted, p.Method + ", " + p.Test + ", " +
		p.Formula}
}

// emptyNote says which kind of absence a finding without a number is.
func emptyNote(f *evidence.Finding) string {
	if n := f.Lacking().Trials; n > 0 {
		return fmt.Sprintf("%s; %s for the question", string(f.State), text.Count(n, "trial"))
	}
	return string(f.State)
}

// onTerminal reports whether w is a terminal.
func onTerminal(w io.Writer) bool {
	if p, ok := w.(*printed); ok {
		w = p.w
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// emphasis sets text off on a terminal that takes colour; the words alone say
// everything.
func emphasis(w io.Writer, text string) string {
	if !onTerminal(w) || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return text
	}
	return "\x1b[1;36m" + text + "\x1b[0m"
}

// during does a stage's work. On a terminal, work of over a second has a line
// that says for how long it runs; it is gone when the work ends.
func (e *Env) during(stage string, do func() error) error {
	if !onTerminal(e.Stderr) || os.Getenv("TERM") == "dumb" {
		return do()
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		runningLine(e.Stderr, stage, time.Second, stop)
	}()
	err := do()
	close(stop)
	<-stopped
	return err
}

// runningLine rewrites one line at every tick until stop is closed, and then
// takes it away. Work that ends before the first tick writes nothing.
func runningLine(w io.Writer, stage string, every time.Duration, stop <-chan struct{}) {
	begun := time.Now()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for drawn := false; ; drawn = true {
		select {
		case <-tick.C:
			fmt.Fprintf(w, "\r\x1b[Kpast: %s, %d s", stage, int(time.Since(begun).Round(time.Second).Seconds()))
		case <-stop:
			if drawn {
				fmt.Fprint(w, "\r\x1b[K")
			}
			return
		}
	}
}
