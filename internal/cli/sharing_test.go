package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func TestCiteThenAndNowFromAFile(t *testing.T) {
	t.Parallel()
	dir := demonstration(t)
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
	want(t, past(t, "cite", "mdma-ptsd-severity@e-old", "--now", "--edition", old, "--db", db), 0, "5  ->  6",
		"high (proposed by rule, not signed)")
	want(t, past(t, "cite", "mdma-ptsd-severity@e-none", "--now", "--db", db), 1, "e-none")
	want(t, past(t, "cite", "mdma-ptsd-severty", "--db", db), 1, "did you mean mdma-ptsd-severity")
	want(t, past(t, "cite", "--db", db), 2)
	want(t, past(t, "export", "--format", "csv", "--table", "nothing", "--db", db), 2, "arm_results")
	want(t, past(t, "pack", "--domain", "nothing", "--db", db), 2, "foundations")
}
