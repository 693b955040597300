package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A check of documents without text is no check, as one of no documents.
func TestCheckOfNothingFails(t *testing.T) {
	dir := copyTree(t, filepath.Join("testdata", "silent"))
	file := writer(t, t.TempDir())
	empty, blank, full := file("empty.md", ""), file("blank.html", "<p> </p>\n"), file("full.md", "Water is wet.\n")
	db := filepath.Join(dir, "past.db")
	want(t, call(t, "import", filepath.Join(dir, "paper.xml"), "--db", db), 0)
	want(t, call(t, "check", "--db", db, empty, blank), 1, "nothing to check: 2 documents without text")
	want(t, call(t, "check", "--db", db, empty, full), 3, "empty.md:1", "nothing to check")
	want(t, call(t, "check", "--db", db, full), 0)
}

// inFolder runs past in a folder with more in its environment.
func inFolder(t *testing.T, dir string, env []string, args ...string) result {
	t.Helper()
	cmd := exec.Command(binary(), args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "XDG_DATA_HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir()), env...)
	var out, errb strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errb
	_ = cmd.Run()
	return result{cmd.ProcessState.ExitCode(), out.String(), errb.String()}
}

// A command that was named no database says which one it takes; one that was named
// one, by the flag or the configuration, does not.
func TestDefaultDatabaseIsNamed(t *testing.T) {
	t.Parallel()
	dir, data := t.TempDir(), t.TempDir()
	own := []string{"XDG_DATA_HOME=" + data}
	want(t, inFolder(t, dir, own, "init"), 0)
	taken := "past: the database is " + filepath.Join(data, "past", "past.db")
	if err := os.Remove(filepath.Join(dir, "past.yaml")); err != nil {
		t.Fatal(err)
	}
	want(t, inFolder(t, dir, own, "analyse", "--review", "review"), 0, taken)
	if r := inFolder(t, dir, own, "analyse", "--db", "a.db", "--review", "review"); r.code != 0 || strings.Contains(r.stderr,
		"the database is") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
}

// The folder of past report and the published folder are two, whatever the
// configuration names.
func TestReportAndPublishedFolderAreTwo(t *testing.T) {
	t.Parallel()
	g := &growing{}
	url := g.serve(t, 0)
	dir := t.TempDir()
	config := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "past.yaml"), []byte("db: a.db\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := func(args ...string) result { return inFolder(t, dir, nil, args...) }
	config("out: report\n")
	ask := []string{"refresh", "--source", "ctgov", "--endpoint", "ctgov=" + url}
	want(t, at(ask...), 0, "published")
	whole(t, filepath.Join(dir, "past-site"))
	if _, err := os.Stat(filepath.Join(dir, "report")); err == nil {
		t.Error("refresh wrote into the folder of past report")
	}
	want(t, at("report"), 0, filepath.Join("report", "index.html"))
	want(t, at("report"), 0)
	want(t, at("refresh", "--no-crawl"), 0)

	// a configuration of the time when out meant both
	config("out: past-site\n")
	for _, command := range [][]string{{"refresh", "--no-crawl"}, {"serve", "--addr", "127.0.0.1:0"}, {"doctor"}} {
		want(t, at(command...), 2, "past-site", "holds published editions", "under refresh")
	}
	want(t, at("refresh", "--no-crawl", "--out", "past-site"), 0)
	config("refresh: {out: past-site}\n")
	want(t, at("refresh", "--no-crawl"), 0)
	want(t, at("doctor"), 3, "past-site shows edition")
}

// The demonstration has a database of its own, whatever database the
// environment names.
func TestDemoLeavesTheDatabaseOfTheEnvironmentAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own := filepath.Join(dir, "own.db")
	want(t, inFolder(t, dir, []string{"PAST_DB=" + own}, "demo"), 0, "report")
	if _, err := os.Stat(own); err == nil {
		t.Error("the demonstration wrote the database that PAST_DB names")
	}
	want(t, inFolder(t, dir, nil, "demo", "--db", own), 2, "leave --db out")
}

// A value inside of a record that cannot be read is a warning which names file,
// record and place.
func TestImportTellsOfBadValues(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, file := filepath.Join(dir, "a.db"), filepath.Join(dir, "study.json")
	text := `{"protocolSection":{"identificationModule":{"nctId":"NCT00000001","briefTitle":"A"},` +
		`"designModule":{"enrollmentInfo":{"count":"many"}}}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, kept := range []string{"1 new", "1 unchanged"} {
		want(t, past(t, "import", file, "--db", db), 3, kept, "1 problem kept aside", file+": NCT00000001", "enrollmentInfo/count", "many")
	}
	want(t, past(t, "import", file, "--db", db, "--json"), 3, `"record_id": "NCT00000001"`)
	want(t, past(t, "status", "--problems", "--db", db), 0, "bad-value", "enrollmentInfo/count")
}
