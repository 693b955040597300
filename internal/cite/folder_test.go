package cite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"past/internal/cite/shelftest"
)

func TestFolder(t *testing.T) {
	_, doc, shelf := shelftest.Open(t)
	files, err := shelf.Folder()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, f := range files {
		seen[f.Path] = string(f.Data)
	}
	var cff map[string]any
	if err := yaml.Unmarshal([]byte(seen["CITATION.cff"]), &cff); err != nil {
		t.Fatalf("CITATION.cff is no YAML: %v\n%s", err, seen["CITATION.cff"])
	}
	if cff["version"] != doc.ID || cff["type"] != "dataset" || !strings.Contains(fmt.Sprint(cff["abstract"]), "data to 2026-11-22") {
		t.Errorf("%v", cff)
	}
	if day, ok := cff["date-released"]; ok {
		t.Errorf("the day of the data is given as that of a release: %v", day)
	}
	if _, whole := cff["license"]; whole || strings.Count(fmt.Sprint(cff["message"]), "ODC-BY 1.0") != 2 {
		t.Errorf("licences of the data sets: %v", cff)
	}
	for _, p := range []string{"citations/studies.bib", "citations/studies.ris", "citations/studies.json", "citations/findings.txt"} {
		if len(seen[p]) < 200 {
			t.Errorf("%s holds %d bytes", p, len(seen[p]))
		}
	}
	if n := strings.Count(seen["citations/studies.ris"], "TY  - "); n != len(shelf.AllStudies()) || n < 20 {
		t.Errorf("%d studies", n)
	}
	validCSL(t, seen["citations/studies.json"])
	validCSL(t, seen["citations/findings.json"])
}
