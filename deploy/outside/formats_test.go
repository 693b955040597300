package outside

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"past/internal/needtest"
)

// faults asks formats.cjs, which prints a JSON array of sentences.
func faults(t *testing.T, dir string, args ...string) {
	t.Helper()
	path, env := node(t)
	var found []string
	out := run(t, dir, env, path, append([]string{script(t, "formats.cjs")}, args...)...)
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatalf("%v: %.500s", err, out)
	}
	for i, f := range found {
		if i == 20 {
			t.Errorf("and %d more", len(found)-i)
			break
		}
		t.Error(f)
	}
}

// The exported tables are a Tabular Data Package: the descriptor is valid, and
// each row has the types, keys and constraints that it states.
func TestDataPackageIsValid(t *testing.T) {
	node(t)
	dir, db := evidence(t)
	run(t, dir, nil, binary, "export", "--format", "csv", "--db", db, "--out", "tables")
	faults(t, dir, "package", filepath.Join("tables", "datapackage.json"))
}

func TestOpenAPIHasNoLinterErrors(t *testing.T) {
	faults(t, t.TempDir(), "openapi", script(t, filepath.Join("..", "..", "internal", "web", "openapi.json")))
}

func TestMCPInTheTypeScriptClient(t *testing.T) {
	node(t)
	dir, db := evidence(t)
	run(t, dir, nil, binary, "report", "--db", db, "--out", "report")
	faults(t, dir, "mcp", binary, filepath.Join(dir, db))
}

// Every page of the demonstration's report is valid HTML.
func TestReportIsValidHTML(t *testing.T) {
	needtest.Program(t, "java")
	node(t)
	dir := t.TempDir()
	run(t, dir, nil, binary, "demo", "--dir", "demo")
	faults(t, dir, "html", filepath.Join("demo", "report"))
}

// The documented queries give the same rows in a second engine as in the CSV files.
func TestPolarsRunsTheDocumentedQueries(t *testing.T) {
	path, env := node(t)
	dir, db := evidence(t)
	run(t, dir, nil, binary, "export", "--format", "parquet", "--db", db, "--out", "parquet")
	run(t, dir, nil, binary, "export", "--format", "csv", "--db", db, "--out", "csv")
	var answers [][][]any
	for _, q := range queriesOfDocs(t) {
		var rows [][]any
		out := run(t, dir, env, path, script(t, "formats.cjs"), "sql", dir, q)
		if err := json.Unmarshal(out, &rows); err != nil {
			t.Fatalf("%v: %.500s", err, out)
		}
		for _, r := range rows {
			for i, v := range r {
				if n, ok := v.(float64); ok {
					r[i] = strconv.FormatFloat(n, 'f', -1, 64)
				}
			}
		}
		answers = append(answers, rows)
	}
	checkQueries(t, answers, filepath.Join(dir, "csv"))
}

// Reference lists are read by biber, which LaTeX writers use.
func TestBibliographyInBiber(t *testing.T) {
	biber := needtest.Program(t, "biber")
	dir := t.TempDir()
	run(t, dir, nil, binary, "demo", "--dir", "demo")
	for _, name := range []string{"findings.bib", "studies.bib"} {
		out := run(t, dir, nil, biber, "--tool", "--nolog", "--output-file", "out-"+name, filepath.Join("demo", "report", "citations", name))
		if len(out) == 0 {
			t.Errorf("%s: biber printed nothing", name)
		}
		for _, line := range strings.Split(string(out), "\n") {
			if len(line) > 5 && (line[:5] == "ERROR" || line[:4] == "WARN") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}
