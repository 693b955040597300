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
	text := fmt.Sprintf(`{"protocolSection":{"identificationModule":{"nctId":"NCT00000001","briefTitle":"MDMA in post-traumatic stress disorder"},
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
		for _, want := range []string{"Changes of plan", "2022-02-03", "CAPS-5 total severity", "Depression by MADRS", "Sample size cut", "120 (estimated)", "60 (estimated)", "after the start"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", glob, want)
			}
		}
	}
	if text := page(t, out, "f/psilocybin-depression-severity.html"); strings.Contains(text, "Changes of plan") {
		t.Error("a finding shows the changes of a trial that does not fit it")
	}
}
