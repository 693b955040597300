package pipeline

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"past/crawler/euctr"
	"past/internal/evidence"
	"past/internal/imports"
	"past/internal/store"
)

// taking opens an empty store and gives a function that imports files.
func taking(t *testing.T) (*Pipeline, func(paths ...string) imports.Report) {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "past.db"), store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	p := New(st, "")
	p.Now = func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }
	return p, func(paths ...string) imports.Report {
		t.Helper()
		rep, err := p.Import(t.Context(), "", paths)
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
}

func write(t *testing.T, path string, body []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func storedIDs(t *testing.T, p *Pipeline, source string) (ids []string) {
	t.Helper()
	for r, err := range p.Store.Records(t.Context(), store.RecordFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Source == source {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// TestImportResults takes in results of EUCTR as XML and as the register's
// archive: the same bytes are kept, and the arm results can be used.
func TestImportResults(t *testing.T) {
	body, err := os.ReadFile(filepath.Join("..", "..", "crawler", "euctr", "testdata", "results.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	w, err := z.Create("EU-CTR 2015-004526-33 v1 - Results.xml")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(body)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p, take := taking(t)
	rep := take(write(t, filepath.Join(dir, "results.zip"), archive.Bytes()))
	if rep.Records != 1 || rep.Result.New != 1 {
		t.Fatalf("%+v", rep)
	}
	if rep = take(write(t, filepath.Join(dir, "again.xml"), body)); rep.Result.Unchanged != 1 {
		t.Errorf("the XML of the archive is other than the archive: %+v", rep.Result)
	}
	if ids := storedIDs(t, p, euctr.SourceName); !slices.Equal(ids, []string{"2015-004526-33"}) {
		t.Errorf("%v", ids)
	}
	if _, err := p.Link(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Extract(t.Context()); err != nil {
		t.Fatal(err)
	}
	var usable, refused []string
	for a, err := range p.Store.ArmResults(t.Context(), store.ResultFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		line := a.GroupTitle + " " + a.ValueRaw + " (" + a.SpreadRaw + ") " + a.Instrument
		if a.N != nil && a.Verdict == evidence.Usable {
			usable = append(usable, line)
		} else if strings.Contains(a.ValueRaw, "99999") {
			refused = append(refused, line)
			if a.Value != nil || a.Verdict != evidence.Unusable {
				t.Errorf("a placeholder is a number: %+v", a)
			}
		}
	}
	if len(usable) < 2 || usable[0] != "Psilocybin 12.5 (7.25) madrs" || usable[1] != "Niacin 21.0 (8.5) madrs" || len(refused) != 1 {
		t.Errorf("usable %q, refused %q", usable, refused)
	}

	problem := take(write(t, filepath.Join(dir, "other.zip"), archive.Bytes()[:200]))
	if len(problem.Problems) != 1 || problem.Records != 0 || !strings.Contains(problem.Problems[0].Message, "archive") {
		t.Errorf("a broken archive: %+v", problem)
	}
}

// TestImportReleases takes in files of datasets, which are all called data.csv.
func TestImportReleases(t *testing.T) {
	const head = "study,condition_arm1,condition_arm2,multi_arm1,outcome_type,instrument,n_arm1\n"
	one, two := []byte(head+"Doe 2020,psil,wl,,msd,madrs,10\n"), []byte(head+"Roe 2021,psil,plc,,msd,qids,12\n")
	dir := t.TempDir()
	p, take := taking(t)
	rep := take(write(t, filepath.Join(dir, "a", "data.csv"), one), write(t, filepath.Join(dir, "b", "data.csv"), two))
	if rep.Result.New != 2 || rep.Result.Changed != 0 || len(storedIDs(t, p, "metapsy")) != 2 {
		t.Errorf("%+v: %v", rep, storedIDs(t, p, "metapsy"))
	}
	if rep = take(write(t, filepath.Join(dir, "c", "data.csv"), one)); rep.Result.Unchanged != 1 || len(storedIDs(t, p, "metapsy")) != 2 {
		t.Errorf("the same table from another folder: %+v", rep.Result)
	}
	take(write(t, filepath.Join(dir, "data-depression-x", "versions", "1.2", "data.csv"), one))
	if ids := storedIDs(t, p, "metapsy"); !slices.Contains(ids, "data-depression-x@1.2") {
		t.Errorf("the project's own folders do not name the dataset: %v", ids)
	}
}
