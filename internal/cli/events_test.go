package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"past/internal/edition/gate"
	"past/internal/store"
)

// put sets a value in a study, making the sections on the way.
func put(study map[string]any, value any, keys ...string) {
	at := study
	for _, k := range keys[:len(keys)-1] {
		next, ok := at[k].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[k] = next
		}
		at = next
	}
	at[keys[len(keys)-1]] = value
}

func status(study map[string]any, s string) {
	put(study, s, "protocolSection", "statusModule", "overallStatus")
}

// Two versions of a register, read over HTTP: each thing that can happen to a
// trial is listed with before, after and cause, and so is what a changed human
// file did to the numbers.
func TestEventsBetweenTwoVersionsOfARegister(t *testing.T) {
	t.Parallel()
	g := &growing{}
	g.grown.Store(true)
	var ids []string
	g.edit = func(id string, _ map[string]any) bool { ids = append(ids, id); return true }
	url := g.serve(t, 0)
	dir := t.TempDir()
	db, out, review := filepath.Join(dir, "a.db"), filepath.Join(dir, "site"), reviewFolder(t)
	want(t, past(t, "crawl", "ctgov", "--db", filepath.Join(dir, "look.db"), "--endpoint", "ctgov="+url), 0)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) < 7 {
		t.Fatalf("%d trials", len(ids))
	}
	started, stopped, completed, posted, overdue, registered := ids[0], ids[1], ids[2], ids[3], ids[4], ids[5]
	version := func(second bool) func(string, map[string]any) bool {
		return func(id string, s map[string]any) bool {
			pick := func(before, after string) {
				if second {
					before = after
				}
				status(s, before)
			}
			results := map[string]any{"participantFlowModule": map[string]any{"groups": []any{}}}
			switch id {
			case started:
				pick("NOT_YET_RECRUITING", "RECRUITING")
			case stopped:
				pick("RECRUITING", "TERMINATED")
				put(s, "no funds", "protocolSection", "statusModule", "whyStopped")
			case completed:
				pick("RECRUITING", "COMPLETED")
			case posted:
				status(s, "COMPLETED")
				delete(s, "resultsSection")
				if second {
					s["resultsSection"] = results
				}
			case overdue:
				status(s, "COMPLETED")
				delete(s, "resultsSection")
				day := time.Now().UTC().Format("2006-01-02")
				if second {
					day = "2015-03-01"
				}
				put(s, map[string]any{"date": day, "type": "ACTUAL"}, "protocolSection", "statusModule", "primaryCompletionDateStruct")
			case registered:
				put(s, map[string]any{"date": time.Now().UTC().Format("2006-01-02"), "type": "ACTUAL"}, "protocolSection", "statusModule",
					"studyFirstPostDateStruct")
				return second
			}
			return true
		}
	}
	args := []string{"refresh", "--db", db, "--out", out, "--review", review, "--source", "ctgov", "--endpoint", "ctgov=" + url, "--base",
		"https://evidence.example"}
	g.edit = version(false)
	g.version.Add(1)
	want(t, past(t, args...), 0, "published")
	g.edit = version(true)
	g.version.Add(1)
	// one study of the headline question goes out of the review file
	path := filepath.Join(review, "extractions.csv")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.DeleteFunc(strings.Split(string(b), "\n"), func(l string) bool { return strings.Contains(l, ",NCT03537014,") })
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, args...), 4, "extractions.csv lost every row of 1 study: Mitchell 2021")
	b, err = os.ReadFile(filepath.Join(out, "refused", "refused.json"))
	var refused gate.Verdict
	if err != nil || json.Unmarshal(b, &refused) != nil {
		t.Fatalf("%v: %s", err, b)
	}
	want(t, past(t, "gate", "accept", refused.Run, "--why", "the table was withdrawn", "--by", "the editors", "--db", db), 0)
	want(t, past(t, args...), 0, "published")
	r := past(t, "changes", "--db", db, "--json")
	want(t, r, 0)
	var list []store.Change
	if err := json.Unmarshal([]byte(r.stdout), &list); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ kind, subject, before, after, cause string }{
		{"trial-started", started, "not", "recruiting", "record"},
		{"trial-stopped", stopped, "recruiting", "terminated", "no funds"},
		{"trial-completed", completed, "recruiting", "completed", "record"},
		{"results-posted", posted, "no results posted", "results posted", "record"},
		{"results-overdue", overdue, "", "a year after", "2015-03-01"},
		{"trial-registered", registered, "", "", "first posted"},
		{"k-changed", "mdma-ptsd-severity", "k = ", "k = ", "extractions.csv changed"},
		{"study-out", "mdma-ptsd-severity", "Mitchell 2021", "", "extractions.csv changed"},
		{"estimate-moved", "mdma-ptsd-severity", "analysis scale", "analysis scale", "Mitchell 2021 fell out"},
	} {
		i := slices.IndexFunc(list, func(x store.Change) bool { return x.Kind == c.kind && x.Subject == c.subject })
		if i < 0 {
			t.Errorf("%s of %s is not told", c.kind, c.subject)
			continue
		}
		x := list[i]
		if !strings.Contains(x.Before, c.before) || !strings.Contains(x.After, c.after) || !strings.Contains(x.Cause, c.cause) ||
			x.Before == x.After {
			t.Errorf("%s: before %q, after %q, cause %q", c.kind, x.Before, x.After, x.Cause)
		}
	}
	// a key that the parser does not know is in every record: refused, once
	// for all that a person accepts, and again for what they did not see
	g.edit = func(id string, s map[string]any) bool {
		version(true)(id, s)
		put(s, "x", "protocolSection", "statusModule", "brandNewKey")
		put(s, "2026-01-01", "protocolSection", "statusModule", "statusVerifiedDate")
		return true
	}
	g.version.Add(1)
	gone := past(t, args...)
	want(t, gone, 4, "brandNewKey", "refused/index.html")
	page, err := os.ReadFile(filepath.Join(out, "refused", "index.html"))
	if err != nil || !strings.Contains(string(page), "schema-drift") {
		t.Errorf("%v", err)
	}
	st, err := store.Open(t.Context(), db, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	gates, err := st.Gates(t.Context(), 1)
	st.Close()
	if err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "gate", "accept", gates[0].Run, "--why", "it bears no result", "--by", "the editors", "--db", db), 0)
	want(t, past(t, append(args, "--no-crawl")...), 0, "published")
}
