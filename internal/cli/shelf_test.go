package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// importVersion brings a version of a record in, as an export file would.
func importVersion(t *testing.T, db, name, primary string, n int, date string) {
	t.Helper()
	text := fmt.Sprintf(`{"protocolSection":{"identificationModule":{"nctId":"NCT00000001","briefTitle":"MDMA in `+
		`post-traumatic stress disorder"},
"statusModule":{"overallStatus":"RECRUITING","startDateStruct":{"date":"2020-03-01"},"lastUpdatePostDateStruct":{"date":"%s"}},
"conditionsModule":{"conditions":["Post-Traumatic Stress Disorder"]},
"designModule":{"studyType":"INTERVENTIONAL","designInfo":{"allocation":"RANDOMIZED"},"enrollmentInfo":{"count":%d,"type":"ESTIMATED"}},
"armsInterventionsModule":{"interventions":[{"type":"DRUG","name":"MDMA"}]},
"outcomesModule":{"primaryOutcomes":[{"measure":"%s","timeFrame":"18 weeks"}]}}}`, date, n, primary)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "import", name, "--db", db), 0)
}

func page(t *testing.T, dir, glob string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(glob)))
	if err != nil || len(names) != 1 {
		t.Fatalf("%s: %v %v", glob, names, err)
	}
	b, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A changed plan is a dated fact on the pages of the finding, the study and the
// trials, with what the record said before and after.
func TestChangesOfPlanAreShown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, out := filepath.Join(dir, "past.db"), filepath.Join(dir, "report")
	importVersion(t, db, filepath.Join(dir, "one.json"), "Change in CAPS-5 total severity", 120, "2021-01-05")
	importVersion(t, db, filepath.Join(dir, "two.json"), "Depression by MADRS", 60, "2022-02-03")
	for _, stage := range []string{"link", "extract", "analyse"} {
		want(t, past(t, stage, "--db", db), 0)
	}
	want(t, past(t, "report", "--db", db, "--out", out), 0)
	for _, glob := range []string{"f/mdma-ptsd-severity.html", "trials.html", "s/*.html"} {
		text := page(t, out, glob)
		for _, want := range []string{"Changes of plan", "2022-02-03", "CAPS-5 total severity", "Depression by MADRS", "Sample size cut",
			"120 (estimated)", "60 (estimated)", "after the start"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", glob, want)
			}
		}
	}
	if text := page(t, out, "f/psilocybin-depression-severity.html"); strings.Contains(text, "Changes of plan") {
		t.Error("a finding shows the changes of a trial that does not fit it")
	}
}

// A plain report keeps its edition, so that it can be cited for ever and the
// next report says what changed, on a page at the old permalink.
func TestReportKeepsItsEdition(t *testing.T) {
	t.Parallel()
	dir := demonstration(t)
	db, rev, out := filepath.Join(dir, "past.db"), filepath.Join(dir, "review"), filepath.Join(dir, "out")
	report := func(more ...string) result {
		t.Helper()
		return past(t, append([]string{"report", "--db", db, "--review", rev, "--out", out}, more...)...)
	}
	r := report()
	want(t, r, 0)
	first := claimsOf(t, out).ID
	same := page(t, out, "changes.html")
	want(t, report(), 0)
	if page(t, out, "changes.html") != same || claimsOf(t, out).ID != first {
		t.Error("the same data gives another report")
	}
	want(t, past(t, "changes", "--db", db, "--all"), 0, "first edition")
	want(t, past(t, "cite", "--keys", "--db", db), 0, "mdma-ptsd-severity\n", "C1\n")

	if err := os.WriteFile(filepath.Join(rev, "inclusion.csv"),
		[]byte("target,decision,who,when,why\nptsd-mdmactr:47,exclude,reviewer A,2026-11-20,a test of the door\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []string{"extract", "analyse"} {
		want(t, past(t, stage, "--db", db, "--review", rev), 0)
	}
	want(t, report(), 0)
	second := claimsOf(t, out).ID
	if second == first {
		t.Fatal("other decisions are another edition")
	}
	want(t, past(t, "changes", "--since", first, "--db", db), 0, "k changed", "mdma-ptsd-severity")
	want(t, past(t, "cite", "mdma-ptsd-severity@"+first, "--now", "--db", db, "--review", rev), 0, "−0.71", "k)")
	for glob, texts := range map[string][]string{
		"f/mdma-ptsd-severity@" + first + ".html": {"It has changed since", "g −0.71", "What it said then", "What it says now",
			second},
		"f/psilocybin-depression-severity@" + first + ".html": {"Nothing has changed since"},
		"edition@" + first + ".html":                          {"Verdicts on claims", "C1", "changed"},
		"changes.html":                                        {"Earlier editions", first, "Mithoefer 2011"},
		"f/mdma-ptsd-severity.html":                           {"Cited before", first},
	} {
		text := page(t, out, glob)
		for _, want := range texts {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", glob, want)
			}
		}
	}
	// a database that refresh publishes from gets no ungated edition
	site := filepath.Join(dir, "site")
	want(t, past(t, "refresh", "--no-crawl", "--db", db, "--review", rev, "--out", site), 0)
	if err := os.WriteFile(filepath.Join(rev, "inclusion.csv"),
		[]byte("target,decision,who,when,why\nptsd-mdmactr:42,exclude,reviewer A,2026-11-20,another\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []string{"extract", "analyse"} {
		want(t, past(t, stage, "--db", db, "--review", rev), 0)
	}
	r = report()
	want(t, r, 0)
	draft := claimsOf(t, out).ID
	if !strings.Contains(r.stderr, "not kept") || strings.Contains(past(t, "changes", "--db", db, "--all").stdout, draft) {
		t.Errorf("an edition that no gate has seen is kept: %s", r.stderr)
	}
}
