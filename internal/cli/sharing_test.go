package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSharingExamples runs every past command of docs/citing.md and
// docs/exports.md in one folder, in order, as a reader would.
func TestSharingExamples(t *testing.T) {
	dir := t.TempDir()
	lesson := "See [@mdma-ptsd-severity].\n<!-- past: mdma-ptsd-severity -->\nIt may help (g −0.99; 6 studies).\n<!-- /past -->\n"
	if err := os.WriteFile(filepath.Join(dir, "lesson.md"), []byte(lesson), 0o644); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, doc := range []string{"../../docs/citing.md", "../../docs/exports.md"} {
		b, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		in := false
		for _, line := range strings.Split(string(b), "\n") {
			if strings.HasPrefix(line, "```") {
				in = line == "```sh"
				continue
			}
			if !in || !strings.HasPrefix(line, "past ") {
				continue
			}
			seen++
			code := 0
			if strings.HasPrefix(line, "past check") && !strings.Contains(line, "--fix") {
				code = 3 // the lesson's number is wrong until it is fixed
			}
			args := strings.Fields(line)[1:]
			for i, a := range args {
				if strings.HasPrefix(a, "foundations=") {
					args[i] = "foundations=" + filepath.Join(dir, "lesson.md")
				} else if i > 0 && (strings.HasPrefix(a, "past-") && a != "past-edition" && a != "past-software" || strings.HasPrefix(a, "export/") || a == "lesson.md") {
					args[i] = filepath.Join(dir, a)
				}
			}
			r := past(t, args...)
			if r.code != code {
				t.Fatalf("%s: exit %d, want %d\n%s%s", line, r.code, code, r.stdout, r.stderr)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d examples were run", seen)
	}
	b, err := os.ReadFile(filepath.Join(dir, "lesson.md"))
	if err != nil || strings.Contains(string(b), "−0.99") || !strings.Contains(string(b), "−0.71") {
		t.Errorf("the lesson was not put right: %s", b)
	}
	for _, f := range []string{"export/csv/datapackage.json", "export/parquet/effects/data.parquet", "export/r/mdma-ptsd-severity.R", "export/sqlite/past.db", "past-pack/foundations/handout.html"} {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			t.Error(err)
		}
	}
}

func TestCiteThenAndNowFromAFile(t *testing.T) {
	dir := t.TempDir()
	want(t, past(t, "demo", "--dir", dir), 0)
	db := filepath.Join(dir, "past.db")
	b, err := os.ReadFile(filepath.Join(dir, "report", "edition.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	id := doc["id"].(string)
	// A citation names the very edition that the report carries.
	want(t, past(t, "cite", "mdma-ptsd-severity", "--only", "--db", db), 0, "f/mdma-ptsd-severity@"+id, doc["data_hash"].(string))
	want(t, past(t, "cite", "mdma-ptsd-severity@"+id, "--now", "--db", db), 0, "nothing has changed since")
	doc["id"] = "e-old"
	for _, f := range doc["findings"].([]any) {
		if m := f.(map[string]any); m["id"] == "mdma-ptsd-severity" {
			m["k"], m["certainty"] = 5, "high"
		}
	}
	old := filepath.Join(dir, "old.json")
	if b, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old, b, 0o644); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "cite", "mdma-ptsd-severity@e-old", "--now", "--edition", old, "--db", db), 0, "5  ->  6", "high (proposed by rule, not signed)")
	want(t, past(t, "cite", "mdma-ptsd-severity@e-none", "--now", "--db", db), 1, "e-none")
	want(t, past(t, "cite", "mdma-ptsd-severty", "--db", db), 1, "did you mean mdma-ptsd-severity")
	want(t, past(t, "cite", "--db", db), 2)
	want(t, past(t, "export", "--format", "csv", "--table", "nothing", "--db", db), 2, "arm_results")
	want(t, past(t, "pack", "--domain", "nothing", "--db", db), 2, "foundations")
}
