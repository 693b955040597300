package publish_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"past/internal/cite/shelftest"
	"past/internal/edition"
	"past/internal/edition/publish"
	"past/internal/store"
	"past/reports"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// other is the document of other data, with the same findings.
func other(doc edition.Document, file string) edition.Document {
	d := edition.New(edition.Evidence{Files: map[string]string{"extractions.csv": file}}, doc.Date, doc.SoftwareVersion, true, doc.Counts,
		nil, doc.Claims)
	d.Findings = slices.Clone(doc.Findings)
	return d
}

func draft(t *testing.T, st *store.Store, doc edition.Document) *publish.Draft {
	t.Helper()
	findings, err := st.Findings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	d, err := publish.NewDraft(context.Background(), st, doc, findings, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func keep(t *testing.T, st *store.Store, doc edition.Document) *publish.Draft {
	t.Helper()
	d := draft(t, st, doc)
	if err := d.Keep(context.Background(), "", noon); err != nil {
		t.Fatal(err)
	}
	return d
}

// An edition that is kept is not another one when it is asked for again, whatever
// the program's version; other numbers of the same data get a revision, and data
// that come back do so too: no id ever says something else.
func TestIdsNeverChangeTheirMeaning(t *testing.T) {
	st, doc, _ := shelftest.Open(t)
	first := keep(t, st, doc)
	if first.Doc.ID != doc.ID || first.Previous != "" || !first.Kept {
		t.Fatalf("%+v", first)
	}
	newer := doc
	newer.SoftwareVersion = "another"
	again := draft(t, st, newer)
	if !again.Kept || again.Doc.ID != doc.ID || again.Doc.SoftwareVersion != doc.SoftwareVersion {
		t.Fatalf("the same numbers by another version: kept %v, %s of %s", again.Kept, again.Doc.ID, again.Doc.SoftwareVersion)
	}
	if !slices.EqualFunc(again.Changes, first.Changes, func(a, b store.Change) bool { return a.ID == b.ID && a.Kind == b.Kind }) {
		t.Error("a kept edition has other changes than it had")
	}
	moved := doc
	moved.Findings = slices.Clone(doc.Findings)
	i := slices.IndexFunc(moved.Findings, func(f edition.Flat) bool { return f.Estimate != nil })
	x := *moved.Findings[i].Estimate - 0.25
	moved.Findings[i].Estimate = &x
	if d := keep(t, st, moved); d.Doc.ID != doc.ID+"-r2" || d.Previous != doc.ID {
		t.Fatalf("other numbers of the same data are %s after %s", d.Doc.ID, d.Previous)
	}
	elsewhere := keep(t, st, other(doc, "other"))
	if elsewhere.Doc.ID == doc.ID || elsewhere.Previous != doc.ID+"-r2" {
		t.Fatalf("%s after %s", elsewhere.Doc.ID, elsewhere.Previous)
	}
	if back := keep(t, st, doc); back.Doc.ID != doc.ID+"-r3" {
		t.Fatalf("data that came back are %s", back.Doc.ID)
	}
	kept, err := st.Editions(context.Background())
	if err != nil || len(kept) != 4 {
		t.Fatalf("%d editions, %v", len(kept), err)
	}
	before, err := publish.Before(context.Background(), st, doc.ID+"-r3", 2)
	if err != nil || len(before) != 2 || before[0].ID != elsewhere.Doc.ID || before[1].ID != doc.ID+"-r2" {
		t.Fatalf("before it: %v %v", before, err)
	}
}

// Where cycles publish, a report's edition stays a draft.
func TestReportsDoNotPassTheGate(t *testing.T) {
	st, doc, _ := shelftest.Open(t)
	ctx := context.Background()
	if err := draft(t, st, doc).Keep(ctx, "run-1", noon); err != nil {
		t.Fatal(err)
	}
	d := draft(t, st, other(doc, "other"))
	if d.Why != publish.NotGated {
		t.Fatalf("why: %q", d.Why)
	}
	if err := d.Keep(ctx, "", noon); err != nil {
		t.Fatal(err)
	}
	if kept, err := st.Editions(ctx); err != nil || len(kept) != 1 {
		t.Fatalf("%d editions, %v", len(kept), err)
	}
	if err := d.Keep(ctx, "run-2", noon); err != nil {
		t.Fatal(err)
	}
	if kept, err := st.Editions(ctx); err != nil || len(kept) != 2 {
		t.Fatalf("%d editions, %v", len(kept), err)
	}
}

// pages are the smallest edition that can be written.
func pages(d *publish.Draft, document []byte) func() (reports.Edition, error) {
	return func() (reports.Edition, error) {
		return reports.Edition{ID: d.Doc.ID, Date: d.Doc.Date, DataHash: d.Doc.DataHash,
			Downloads: []reports.Download{{Path: "edition.json", Title: "edition.json", Data: document}}}, nil
	}
}

// A publication that stops anywhere leaves readers the edition before, and the next
// run makes it good; one that is done is not news again.
func TestPublishingStopsAndGoesOn(t *testing.T) {
	st, doc, _ := shelftest.Open(t)
	ctx := context.Background()
	out := filepath.Join(t.TempDir(), "site")
	shown := func() string {
		t.Helper()
		id, err := publish.Current(out)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	run := func(doc edition.Document, stop bool) (*publish.Draft, []store.Change, error) {
		t.Helper()
		if err := publish.Prepare(out); err != nil {
			t.Fatal(err)
		}
		d := draft(t, st, doc)
		document, err := d.Doc.JSON()
		if err != nil {
			t.Fatal(err)
		}
		draw := pages(d, document)
		if stop {
			draw = func() (reports.Edition, error) { return reports.Edition{}, errors.New("stopped") }
		}
		news, err := d.Publish(ctx, publish.Place{Out: out, Shown: shown(), Run: "run", Now: noon}, draw)
		return d, news, err
	}
	if _, _, err := run(doc, true); err == nil || shown() != "" {
		t.Fatalf("%v, readers see %q", err, shown())
	}
	first, news, err := run(doc, false)
	if err != nil || shown() != first.Doc.ID || len(news) != len(first.Changes) {
		t.Fatalf("%v, readers see %q, %d of %d changes are news", err, shown(), len(news), len(first.Changes))
	}
	folder := filepath.Join(out, publish.EditionsDir, first.Doc.ID)
	before, err := os.ReadFile(filepath.Join(folder, "edition.json"))
	if err != nil {
		t.Fatal(err)
	}
	if _, news, err = run(doc, false); err != nil || len(news) != 0 {
		t.Fatalf("published again: %v, %d changes are news", err, len(news))
	}
	// a folder of the next edition whose run was killed before the database knew it
	next := other(doc, "other")
	left := filepath.Join(out, publish.EditionsDir, next.ID)
	if err := errors.Join(os.Mkdir(left, 0o755), os.WriteFile(filepath.Join(left, "edition.json"), []byte("half"), 0o644),
		os.Mkdir(filepath.Join(out, publish.EditionsDir, ".past-report-1"), 0o755)); err != nil {
		t.Fatal(err)
	}
	second, _, err := run(next, false)
	if err != nil || shown() != next.ID || second.Previous != first.Doc.ID {
		t.Fatalf("%v, readers see %q", err, shown())
	}
	if b, err := os.ReadFile(filepath.Join(left, "edition.json")); err != nil || bytes.Equal(b, []byte("half")) {
		t.Errorf("what was left stays: %v", err)
	}
	if _, err := os.Stat(filepath.Join(out, publish.EditionsDir, ".past-report-1")); err == nil {
		t.Error("the temporary folder stays")
	}
	if b, err := os.ReadFile(filepath.Join(folder, "edition.json")); err != nil || !bytes.Equal(b, before) {
		t.Errorf("the first edition changed: %v", err)
	}
	// a row without the rename that readers see
	if err := publish.Show(out, first.Doc.ID); err != nil {
		t.Fatal(err)
	}
	if _, news, err = run(next, false); err != nil || len(news) != 0 || shown() != next.ID {
		t.Fatalf("%v, %d changes are news, readers see %q", err, len(news), shown())
	}
	if id, dir, err := publish.Shown(out); err != nil || id != next.ID || dir != "editions/"+next.ID {
		t.Errorf("%s %s %v", id, dir, err)
	}
}

// A folder of something else is not published in, and a current that leads out of
// the editions is an error.
func TestForeignFolders(t *testing.T) {
	out := t.TempDir()
	name := filepath.Join(out, "thesis.docx")
	if err := os.WriteFile(name, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := publish.Prepare(out); err == nil || !strings.Contains(err.Error(), "thesis.docx") {
		t.Errorf("%v", err)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := publish.Prepare(out); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"elsewhere/e-1", "editions/../..", "../editions/e-1"} {
		if err := os.WriteFile(filepath.Join(out, "current"), []byte(target+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if id, err := publish.Current(out); err == nil {
			t.Errorf("%s leads to %q", target, id)
		}
	}
	if err := os.WriteFile(filepath.Join(out, "current"), []byte("editions/e-1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if id, err := publish.Current(out); err != nil || id != "e-1" {
		t.Errorf("the form for Windows: %q %v", id, err)
	}
}
