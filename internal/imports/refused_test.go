package imports

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"past/internal/needtest"
)

// TestRefused: what cannot be read is one problem with its file and what to do,
// and the sound records beside it are kept.
func TestRefused(t *testing.T) {
	both := study1 + "\n" + study2 + "\n"
	packed := gzipped(t, []byte(both))
	for _, c := range []struct {
		name    string
		body    []byte
		records int
		kind    string
		says    string
	}{
		{"comma.json", []byte(strings.TrimSuffix(study1, "}") + ",}"), 0, "bad-json", "a key should stand here"},
		{"one.ndjson", []byte(study1 + "\n{\"protocolSection\":{\"identif\n" + study2), 2, "half-json", "inside a string"},
		{"cut.json", []byte(study1[:len(study1)/2]), 0, "half-json", "the text ends"},
		{"cut.ndjson.gz", packed[:len(packed)-9], 2, "unreadable", "cut off; fetch it again"},
		{"sum.ndjson.gz", append(packed[:len(packed)-8:len(packed)-8], 0, 0, 0, 0, 0, 0, 0, 0), 2, "unreadable", "damaged"},
		{"cut.zip", zipped(t, map[string]string{"a.json": study1})[:100], 0, "unreadable", "fetch it again"},
		{"in.zip", zipped(t, map[string]string{"b.zip": string(zipped(t, map[string]string{"a.json": study1})), "c.json": study2}), 1,
			"unknown-format", "archive inside of an archive"},
		{"twice.gz", gzipped(t, packed), 0, "unknown-format", "gzip inside of gzip"},
		{"a.7z", []byte("7z\xbc\xaf\x27\x1c\x00\x04"), 0, "unknown-format", "7z archive; unpack it"},
		{"a.html", []byte("<!DOCTYPE html><html></html>"), 0, "html-or-xml", "a web page"},
		{"none.json", []byte(`{"studies":[]}`), 0, "empty-answer", "holds no records"},
		{"error.json", []byte(`{"error":"x","status":400}`), 0, "wrong-shape", "one a line"},
	} {
		im := importer(t)
		rep, err := im.Files(context.Background(), []string{put(t, c.name, c.body)})
		if err != nil || rep.Records != c.records || rep.ProblemCount != 1 {
			t.Errorf("%s: %d records, %v, %v", c.name, rep.Records, rep.Problems, err)
			continue
		}
		if p := rep.Problems[0]; p.Kind != c.kind || !strings.Contains(p.Message, c.says) || !strings.Contains(p.Where, c.name) {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}

// TestPackedTwoWays reads gzip from a pipe and gzip in an archive.
func TestPackedTwoWays(t *testing.T) {
	im := importer(t)
	im.Stdin = strings.NewReader(string(gzipped(t, []byte(study1))))
	inner := zipped(t, map[string]string{"b.json.gz": string(gzipped(t, []byte(study2)))})
	if rep, err := im.Files(context.Background(), []string{"-", put(t, "a.zip", inner)}); err != nil || rep.Records != 2 ||
		rep.ProblemCount != 0 {
		t.Errorf("%+v, %v", rep, err)
	}
}

// TestBombsInAnArchive: members that are gzip themselves, each of them within the
// bounds of a file, count together; a table of AACT and an EUCTR results document
// are bounded like other members.
func TestBombsInAnArchive(t *testing.T) {
	blanks := bytes.Repeat([]byte("                               \n"), (60<<20)/32)
	packed := string(gzipped(t, append([]byte(study1), blanks...)))
	members := map[string]string{"z.json": study2}
	for i := range 20 {
		members[fmt.Sprintf("a%02d.ndjson.gz", i)] = packed
	}
	rows := "nct_id|brief_title\nNCT00000001|" + strings.Repeat("x", 300<<20)
	results := "<?xml version=\"1.0\"?><result:trial xmlns:result=\"x\">" + strings.Repeat(" ", 300<<20)
	for name, c := range map[string]struct {
		members map[string]string
		says    string
	}{
		"gz.zip":      {members, "expands more than"},
		"aact.zip":    {map[string]string{"studies.txt": rows}, "larger than the limit"},
		"results.zip": {map[string]string{"EU-CTR 2008-003606-33 v2 - Results.xml": results}, "unpacks to more than"},
	} {
		rep, err := importer(t).Files(context.Background(), []string{put(t, name, zipped(t, c.members))})
		said := fmt.Sprint(err)
		for _, p := range rep.Problems {
			said += p.Message
		}
		if !strings.Contains(said, c.says) {
			t.Errorf("%s: %d records: %.300s", name, rep.Records, said)
		}
	}
}

// TestFolderWithFaults: a link that leads nowhere and a damaged archive do not
// lose the other files.
func TestFolderWithFaults(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string][]byte{"a.json": []byte(study1), "m.zip": zipped(t, map[string]string{"a.json": study1})[:80],
		"z.json": []byte(study2)} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "link.json")); err != nil {
		needtest.Absent(t, "a folder that can hold a symbolic link", err)
	}
	im := importer(t)
	rep, err := im.Files(context.Background(), []string{dir})
	if err != nil || rep.Records != 2 || rep.ProblemCount != 2 {
		t.Errorf("%+v, %v", rep, err)
	}
}

// TestSiteTables are the site's table as spreadsheets of several countries save
// it: the dates are the register's, or are reported.
func TestSiteTables(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct{ body, updated, says string }{
		"sep":      {"sep=;\r\nNCT Number;Study Title;Last Update Posted\r\nNCT00000005;\"A; b\";2023-11-03\r\n", "2023-11-03", ""},
		"dots":     {"\ufeffNCT Number;Study Title;Last Update Posted\r\nNCT00000005;A;03.11.2023\r\n", "2023-11-03", ""},
		"US":       {"NCT Number,Study Title,Start Date,Last Update Posted\nNCT00000005,A,8/21/2020,11/3/2023\n", "2023-11-03", ""},
		"British":  {"NCT Number,Study Title,Start Date,Last Update Posted\nNCT00000005,A,21/08/2020,03/11/2023\n", "2023-11-03", ""},
		"unclear":  {"NCT Number,Study Title,Start Date,Last Update Posted\nNCT00000005,A,8/1/2020,11/3/2023\n", "11/3/2023", "with certainty"},
		"script":   {"nct_number,study_title,last_update_posted\nNCT00000005,A,2023-11-03\n", "2023-11-03", ""},
		"in order": {"Rank,NCT Number,Title,Last Update Posted\n1,NCT00000005,A,\"November 3, 2023\"\n", "2023-11-03", ""},
	} {
		im := importer(t)
		rep, err := im.Files(ctx, []string{put(t, "site.csv", []byte(c.body))})
		if err != nil || rep.Records != 1 {
			t.Errorf("%s: %+v, %v", name, rep, err)
			continue
		}
		r, err := im.Store.Record(ctx, "NCT00000005", time.Time{})
		if err != nil || r.LastUpdatePosted.Raw != c.updated {
			t.Errorf("%s: %q, %v", name, r.LastUpdatePosted.Raw, err)
		}
		if (c.says == "") != (rep.ProblemCount == 0) || c.says != "" && !strings.Contains(rep.Problems[0].Message, c.says) {
			t.Errorf("%s: %v", name, rep.Problems)
		}
	}
}
