package publish

import (
	"encoding/json"
	"os"
	"past/internal/edition/gate"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// hard is a verdict with every rule, and with texts from a hostile register.
func hard() gate.Verdict {
	v := gate.Verdict{Run: "20260101T031000Z-ab12cd", Edition: "e-2", Previous: "e-1", At: time.Date(2026, 1, 1, 3, 10, 0, 0, time.UTC),
		Bounds: gate.DefaultThresholds()}
	for _, rule := range []string{"integrity", "source-shrank", "finding-vanished", "study-fell-out", "estimate-moved", "same-data",
		"parse-failures", "stale-decisions", "schema-drift"} {
		v.Reasons = append(v.Reasons, gate.Reason{Rule: rule, Subject: "mdma-ptsd-severity", Before: "k = 8, -0.91 [-1.2, -0.6]",
			After: strings.Repeat("unbroken", 30), Bound: "5 % and more than 2",
			Message: "mdma-ptsd-severity <script>alert(1)</script> & \"more\"", Do: "look up a few of the records on the register's own page"})
	}
	return v
}

// The page says what, before, now, bound and what to do for each reason, holds
// the exact commands, runs nothing and loads nothing.
func TestPageOfARefusal(t *testing.T) {
	out := t.TempDir()
	v := hard()
	if err := writeRefusal(out, v, nil); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(out, RefusedDir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for _, r := range v.Reasons {
		if !strings.Contains(page, ">"+r.Rule+"<") {
			t.Errorf("the page lacks %s", r.Rule)
		}
	}
	for _, w := range []string{"past gate accept " + v.Run + " --by", "past refresh --no-crawl", "e-1", "<dt>before</dt>", "<dt>now</dt>",
		"<dt>bound</dt>", "<dt>what to do</dt>",
		`href="refused.json"`, "width=device-width", "prefers-color-scheme: dark", `lang="en"`} {
		if !strings.Contains(page, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
	if strings.Contains(page, "<script") || regexp.MustCompile(`(src|href)="[^"r]`).MatchString(page) {
		t.Error("the page runs or loads something")
	}
	var back gate.Verdict
	js, err := os.ReadFile(filepath.Join(out, RefusedDir, "refused.json"))
	if err != nil || json.Unmarshal(js, &back) != nil || len(back.Reasons) != len(v.Reasons) || back.Reasons[0] != v.Reasons[0] {
		t.Errorf("%v %s", err, js)
	}
}
