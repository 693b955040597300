package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"past/internal/evidence"
)

func answered(id string, kind evidence.HeadlineKind, k int) evidence.Finding {
	est, lo, hi := -0.5, -0.9, -0.1
	f := evidence.Finding{ID: id, Primary: evidence.PooledResult{K: k, N: evidence.People(30 * k), Measure: "SMD", Method: "REML",
		Test: "knha", Formula: "metapsy", Estimate: &est, CILower: &lo, CIUpper: &hi}}
	f.Headline = evidence.Headline{Kind: kind}
	if kind != evidence.HeadlineNotPooled {
		f.Headline.Estimate, f.Headline.Lower, f.Headline.Upper = &est, &lo, &hi
	}
	return f
}

// TestFindingGroups: findings stand in groups by what they can say, each with
// its count, in plain text away from a terminal.
func TestFindingGroups(t *testing.T) {
	all := []evidence.Finding{answered("pooled", evidence.HeadlinePooled, 6), answered("alone", evidence.HeadlineStudy, 1),
		answered("small", evidence.HeadlineSmall, 2), answered("conflict", evidence.HeadlineNotPooled, 3),
		{ID: "asked", State: evidence.NotLooked}, {ID: "other", State: evidence.SearchedNone},
		{ID: "another", State: evidence.SearchedNone, Missing: make([]evidence.MissingTrial, 1)}}
	for _, c := range []struct {
		name     string
		findings []evidence.Finding
		want     []string // in this order
		not      []string
	}{
		{"all", all, []string{"with an answer: 2\npooled", "small", "small-sample answer", "−0.5000 [−0.9000, −0.1000]",
			"one study: 1\nalone", "studies that differ too much to be pooled: 1\nconflict", "none", "no number: 3\nasked",
			"not looked for\nand 2 more questions; the report"}, []string{"\x1b", "\nother"}},
		{"one empty", all[5:6], []string{"no number: 1\nand 1 more question; the report"}, []string{"with an answer", "one study"}},
		{"no empty", all[:1], []string{"with an answer: 1\npooled   6  180  g −0.5000 [−0.9000, −0.1000]"},
			[]string{"no number", "one study"}},
		{"nothing", nil, []string{"no questions found: the review folder"}, []string{"headline", "no number"}},
	} {
		var out bytes.Buffer
		(&Env{Stdout: &out}).printFindings(c.findings, map[string]bool{"asked": true})
		text := out.String()
		for _, w := range c.want {
			i := strings.Index(text, w)
			if i < 0 {
				t.Errorf("%s: no %q (in its place) in\n%s", c.name, w, out.String())
				break
			}
			text = text[i:]
		}
		for _, w := range c.not {
			if strings.Contains(out.String(), w) {
				t.Errorf("%s: %q in\n%s", c.name, w, out.String())
			}
		}
	}
}

// TestRunningLine: short work writes nothing; long work leaves a clean line.
func TestRunningLine(t *testing.T) {
	var out bytes.Buffer
	stop := make(chan struct{})
	close(stop)
	if runningLine(&out, "analyse", time.Hour, stop); out.Len() != 0 {
		t.Errorf("work under a second wrote %q", out.String())
	}
	stop = make(chan struct{})
	time.AfterFunc(60*time.Millisecond, func() { close(stop) })
	runningLine(&out, "analyse", 10*time.Millisecond, stop)
	if text := out.String(); !strings.Contains(text, "past: analyse, 0 s") || !strings.HasSuffix(text, "\r\x1b[K") {
		t.Errorf("long work wrote %q", text)
	}
}
