package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"past/internal/store"
)

type statusJSON struct {
	Counts   map[string]int64
	Problems *int64
	Stages   []store.Run
}

func statusOf(t *testing.T, db string) statusJSON {
	t.Helper()
	r := past(t, "status", "--json", "--db", db)
	want(t, r, 0)
	var s statusJSON
	if err := json.Unmarshal([]byte(r.stdout), &s); err != nil || s.Counts == nil || s.Problems == nil {
		t.Fatalf("%v %s", err, r.stdout)
	}
	return s
}

// Every stage that is run by itself leaves a record of when and with what
// outcome, as the stages of a refresh do.
func TestSingleStagesLeaveARecord(t *testing.T) {
	t.Parallel()
	g := &growing{}
	g.grown.Store(true)
	url, dir, review := g.serve(t, 0), t.TempDir(), reviewFolder(t)
	db := filepath.Join(dir, "a.db")
	bad := filepath.Join(dir, "half.json")
	if err := os.WriteFile(bad, []byte(`{"studies":[{"protocolSection":`), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "crawl", "ctgov", "--endpoint", "ctgov="+url, "--db", db), 0)
	want(t, past(t, "import", bad, "--db", db), 3)
	for _, stage := range []string{"link", "extract", "analyse"} {
		want(t, past(t, stage, "--db", db, "--review", review), 0)
	}
	want(t, past(t, "report", "--db", db, "--review", review, "--out", filepath.Join(dir, "report")), 0)
	want(t, past(t, "crawl", "ctgov", "--endpoint", "ctgov=http://127.0.0.1:1/api/v2", "--db", db), 1)
	stages := map[string]store.Run{}
	for _, r := range statusOf(t, db).Stages {
		stages[r.Stage] = r
	}
	for stage, exit := range map[string]int{"crawl": 1, "import": 3, "link": 0, "extract": 0, "analyse": 0, "report": 0} {
		r, ok := stages[stage]
		if !ok || r.Exit == nil || *r.Exit != exit || r.Ended == nil || r.Ended.Before(r.Started) || (r.Error != "") != (exit == 1) {
			t.Errorf("%s: %+v", stage, r)
		}
	}
	if n := stages["import"].Counts["problems"]; n == 0 {
		t.Errorf("import: %v", stages["import"].Counts)
	}
	for stage, count := range map[string]string{"link": "studies", "extract": "effects", "analyse": "findings", "crawl": "asked"} {
		if stages[stage].Counts[count] == 0 {
			t.Errorf("%s: %v", stage, stages[stage].Counts)
		}
	}
	want(t, past(t, "status", "--db", db), 0, "past crawl", "failed in", "past analyse", "done in", "past import", "done, with warnings")
}

// A key that the parser does not know is a notice: nothing is lost, and a
// scheduled run ends with 0. What cannot be read is a warning.
func TestNewFieldsAreANoticeAndNoWarning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := filepath.Join(dir, "a.db")
	file := writer(t, dir)
	added := file("added.json", `{"protocolSection":{"identificationModule":{"nctId":"NCT00000001","briefTitle":"A","brandNew":1}}}`)
	r := past(t, "import", added, "--db", db)
	want(t, r, 0, "1 new", "0 problems kept aside", "notice: ctgov: 1 mention of fields that the parser does not know")
	want(t, past(t, "status", "--problems", "--db", db), 0, "schema-drift", "brandNew")
	r = past(t, "import", added, "--db", filepath.Join(dir, "b.db"), "--json")
	want(t, r, 0, "schema-drift") // programs get all of it
	cut := file("cut.json", `{"protocolSection":{"identificationModule":{"nctId":"NCT00000002","brandNew":1`)
	want(t, past(t, "import", added, cut, "--db", db), 3, "cut.json")
	runs := statusOf(t, db).Stages
	if i := slices.IndexFunc(runs, func(r store.Run) bool { return r.Stage == "import" }); i < 0 || *runs[i].Exit != 3 ||
		!strings.HasSuffix(runs[i].ID, "/import") {
		t.Errorf("%+v", runs)
	}
}
