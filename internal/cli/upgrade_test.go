package cli_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"past/internal/store"
)

// released unpacks a database that a program of a former schema version wrote.
func released(t *testing.T, file, to string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// numbersOf are the findings as past analyse prints them.
func numbersOf(t *testing.T, db, review string) []string {
	t.Helper()
	r := past(t, "analyse", "--json", "--db", db, "--review", review)
	want(t, r, 0)
	var doc struct{ Findings []map[string]any }
	if err := json.Unmarshal([]byte(r.stdout), &doc); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range doc.Findings {
		out = append(out, fmt.Sprint(f["id"], f["k"], f["n"], f["estimate"], f["se"], f["ci_lb"], f["ci_ub"], f["tau2"]))
	}
	slices.Sort(out)
	return out
}

// A database of every former version, opened by the present program, gives the
// findings that a new database of the same facts gives.
func TestUpgradedDatabaseGivesTheFindingsOfAFreshOne(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "store", "testdata", "released", "schema-*.db.gz"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		dir := t.TempDir()
		old, fresh := filepath.Join(dir, "old", "past.db"), filepath.Join(dir, "fresh.db")
		review, payloads := filepath.Join(dir, "human"), filepath.Join(dir, "payloads")
		for _, d := range []string{filepath.Dir(old), review, payloads} {
			if err := os.Mkdir(d, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		released(t, file, old)
		said := past(t, "status", "--db", old)
		want(t, said, 0, "records")
		if _, err := os.Stat(old + ".schema-3"); err == nil {
			want(t, said, 0, "the database "+old+" was brought from schema version 3", "kept as "+old+".schema-3")
		}
		answers := unpack(t, old, review, payloads)
		want(t, past(t, append([]string{"import", "--db", fresh}, answers...)...), 0)
		for _, db := range []string{old, fresh} {
			for _, stage := range []string{"link", "extract"} {
				want(t, past(t, stage, "--db", db, "--review", review), 0)
			}
		}
		got, expect := numbersOf(t, old, review), numbersOf(t, fresh, review)
		if !slices.Equal(got, expect) {
			t.Errorf("%s: the findings differ\nupgraded %v\nfresh %v", file, got, expect)
		}
		some := slices.ContainsFunc(expect, func(s string) bool { return !slices.Contains([]byte(s), '<') })
		if !some {
			t.Errorf("%s: no finding has a number", file)
		}
	}
}

// unpack writes the stored bodies: review files under their names, registers'
// answers as files to import.
func unpack(t *testing.T, db, review, payloads string) (answers []string) {
	t.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, db, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	for info, err := range st.Payloads(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		p, err := st.Payload(ctx, info.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(payloads, info.SHA256+".json")
		switch p.Source {
		case "review":
			path = filepath.Join(review, filepath.Base(p.RecordID))
		case "ctgov":
			answers = append(answers, path)
		}
		if err := os.WriteFile(path, p.Body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(answers) == 0 {
		t.Fatal("no answers of a register are stored")
	}
	return answers
}
