package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"past/internal/edition/changes"
	"past/internal/store"
)

// A notice that comes, changes or goes is an event of the findings that it
// concerns; numbers of a retracted paper leave the pool because of the notice, and
// the events say so.
func TestNoticesAreEvents(t *testing.T) {
	t.Parallel()
	const severity, doi = "mdma-ptsd-severity", "10.1177/0269881112464827" // of a trial that the finding pools
	x := newPublished(t)
	event := func(kind, subject string) store.Change {
		t.Helper()
		r := past(t, "changes", "--db", x.db, "--json")
		want(t, r, 0)
		var list []store.Change
		if err := json.Unmarshal([]byte(r.stdout), &list); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(list, func(c store.Change) bool { return c.Kind == kind && c.Subject == subject })
		if i < 0 {
			t.Fatalf("no %s of %s in %+v", kind, subject, list)
		}
		if !slices.Contains(changes.ReadDetail(list[i]).Findings, severity) {
			t.Errorf("%s does not bear on the finding: %s", kind, list[i].Detail)
		}
		feed, err := os.ReadFile(filepath.Join(x.out, "current", "feeds", "finding-"+severity+".json"))
		if err != nil || !strings.Contains(string(feed), list[i].ID) {
			t.Errorf("%s is not in the feed of the finding: %v", kind, err)
		}
		return list[i]
	}
	row := func(said string) {
		x.human("notices-own.csv", func(string) string {
			return "kind,doi,date,said,by,source,read\nretraction," + doi + ",2026-02-03," + said +
				",the test,https://example.org/n,an invented notice\n"
		})
	}
	row("invented for this test")
	want(t, x.refresh("--no-crawl"), 0, "published")
	if c := event(changes.NoticeNew, "doi:"+doi); c.Before != "" || !strings.Contains(c.After, "retraction of 2026-02-03 by the test") ||
		!changes.ReadDetail(c).Moved {
		t.Errorf("%+v", c)
	}
	for _, kind := range []string{changes.StudyOut, changes.EstimateMoved, changes.KChanged} {
		if c := event(kind, severity); !strings.Contains(c.Cause, "notice: its report (doi:"+doi+") was retracted on 2026-02-03 by the test") {
			t.Errorf("%s: cause %q", kind, c.Cause)
		}
	}
	row("said in other words")
	want(t, x.refresh("--no-crawl"), 4, "1 value changed in place")
	want(t, past(t, "gate", "accept", x.verdict().Run, "--why", "reworded", "--by", "the editors", "--db", x.db), 0)
	want(t, x.refresh("--no-crawl"), 0, "published")
	if c := event(changes.NoticeChanged, "doi:"+doi); !strings.Contains(c.Before, "invented") || !strings.Contains(c.After, "other words") {
		t.Errorf("%+v", c)
	}
}
