package cli_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"past/internal/cli"
	"past/internal/pipeline"
	"past/internal/vocab"
)

// copyTree copies a folder of testdata, which a test may change.
func copyTree(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// finding picks one of what analyse --json prints.
func finding(t *testing.T, r result, id string) (f struct {
	ID       string
	K        int
	Estimate *float64
}) {
	t.Helper()
	var doc struct {
		Findings []struct {
			ID       string
			K        int
			Estimate *float64
		}
	}
	if err := json.NewDecoder(strings.NewReader(r.stdout)).Decode(&doc); err != nil && err != io.EOF {
		t.Fatalf("%v\n%s\n%s", err, r.stdout, r.stderr)
	}
	for _, x := range doc.Findings {
		if x.ID == id {
			return x
		}
	}
	return f
}

// A field of a person's own: a drug that the program does not know, an
// instrument on which higher is better, no record of a register.
func TestOwnField(t *testing.T) {
	defer vocab.Use(nil)
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	db := filepath.Join(dir, "past.db")
	r := call(t, "analyse", "--db", db, "--json")
	f := finding(t, r, "sildenafil-ed")
	if r.code != cli.ExitDone || f.K != 3 || f.Estimate == nil || math.Abs(*f.Estimate-0.9006) > 1e-3 {
		t.Fatalf("exit %d, %+v\n%s", r.code, f, r.stderr)
	}
	q := pipeline.CrawlQuestion()
	found := false
	for _, s := range q.Substances {
		found = found || s.ID == "sildenafil" && strings.Join(s.Terms, "") == "sildenafil"
	}
	if !found {
		t.Errorf("registers are not asked for sildenafil: %+v", q.Substances)
	}
	// Posted results of a register become an effect with the same sign.
	want(t, call(t, "import", "--db", db, filepath.Join(dir, "NCT09990001.json")), 0)
	r = call(t, "analyse", "--db", db, "--json")
	f = finding(t, r, "sildenafil-ed")
	if f.K < 3 || f.Estimate == nil || *f.Estimate < 0.8 || !strings.Contains(r.stderr, "the records changed") {
		t.Errorf("exit %d, %+v\n%s", r.code, f, r.stderr)
	}
	want(t, call(t, "study", "--db", db, "NCT09990001"), 0, "2 arm results", "g 0.9936 [0.6141, 1.3732]", "usable: complete",
		"n 60", "(complete: value, spread and denominator are given)")
	// Without the vocabulary the words are mistakes that are named, not an empty answer.
	if err := os.Remove(filepath.Join(dir, "review", "vocabulary.yaml")); err != nil {
		t.Fatal(err)
	}
	vocab.Use(nil)
	want(t, call(t, "analyse", "--db", db), 3, `"sildenafil" is none of the substances`, "extractions.csv line 2", "questions.yaml:1")
}

// A folder of another field shows its own subjects and questions alone; one that
// also asks about a shipped subject, or says so, keeps the shipped ones.
func TestAnotherFieldShowsItsOwnAlone(t *testing.T) {
	defer vocab.Use(nil)
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	db, out := filepath.Join(dir, "past.db"), filepath.Join(dir, "report")
	want(t, call(t, "review", "check", "--db", db), 0, "0 decisions") // the files come before any database
	want(t, call(t, "report", "--db", db, "--out", out), 0)
	foreign := []string{"mdma", "psilocybin", "ketamine", "psychedelic", "than with ,"} // the last: a comparison with nothing
	pages := 0
	err := filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "assets") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, w := range foreign {
			if strings.Contains(strings.ToLower(string(b)), w) {
				t.Errorf("%s names %s", path, w)
			}
		}
		pages++
		return err
	})
	if err != nil || pages < 10 {
		t.Fatal(pages, err)
	}
	r := call(t, "vocab", "list", "substances", "--review", filepath.Join(dir, "review"))
	if strings.TrimSpace(r.stdout) != "sildenafil  sildenafil" || !strings.Contains(r.stderr, "--all") {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	want(t, call(t, "vocab", "list", "substances", "--all", "--review", filepath.Join(dir, "review")), 0, "psilocybin", "sildenafil")
	file := filepath.Join(dir, "review", "vocabulary.yaml")
	own, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for field, code := range map[string]int{"both": 0, "mine": 1} {
		if err := os.WriteFile(file, []byte("field: "+field+"\n"+string(own)), 0o644); err != nil {
			t.Fatal(err)
		}
		vocab.Use(nil)
		r := call(t, "analyse", "--db", db)
		if r.code != code || strings.Contains(r.stdout, "mdma-ptsd-severity") != (field == "both") || code != 0 &&
			!strings.Contains(r.stderr, `field is "mine"`) {
			t.Errorf("%s: exit %d\n%s%s", field, r.code, r.stdout, r.stderr)
		}
	}
}

// The gap map of a field of its own has its conditions for rows, with their numbers,
// and the sexual layer is where the field asks about it alone.
func TestAnotherFieldHasItsOwnRows(t *testing.T) {
	defer vocab.Use(nil)
	for name, x := range map[string]struct {
		words  *strings.Replacer
		row    string
		sexual bool
	}{
		"sildenafil": {strings.NewReplacer(), "Erectile dysfunction", true},
		"sertraline": {strings.NewReplacer("sildenafil", "sertraline", "Sildenafil", "Sertraline", "Viagra", "Zoloft", "erectile-dysfunction",
			"ptsd", "erectile dysfunction", "PTSD", "erectile function", "PTSD symptoms", "erection", "ptsd", "IIEF-EF", "CAPS-IV",
			"lower_is_better: false", "lower_is_better: true"), "Post-traumatic stress disorder", false},
	} {
		vocab.Use(nil)
		dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
		for _, file := range []string{"vocabulary.yaml", "questions.yaml", "extractions.csv"} {
			path := filepath.Join(dir, "review", file)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(x.words.Replace(string(b))), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		out := filepath.Join(dir, "report")
		want(t, call(t, "report", "--db", filepath.Join(dir, "past.db"), "--out", out), 0)
		page := func(name string) string {
			b, err := os.ReadFile(filepath.Join(out, name))
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		gaps := page("gaps.html")
		if !strings.Contains(gaps, ">"+x.row+"<") || !strings.Contains(gaps, "3\u00a0studies with results, none registered") ||
			strings.Contains(gaps, "For reference") || strings.Contains(gaps, "leads to its card") {
			t.Errorf("%s: the map is not of the field's own conditions", name)
		}
		finding := page(filepath.Join("f", name+"-ed.html"))
		if strings.Contains(finding, "improves sexual function") {
			t.Errorf("%s: a ban on what the field does not ask, or on its own outcome", name)
		}
		if index := page("index.html"); !strings.Contains(index, "no register record is on file") || strings.Contains(index,
			"public trial records") {
			t.Errorf("%s: the index does not say what it rests on", name)
		}
		if _, err := os.Stat(filepath.Join(out, "data", "sexual_outcomes.csv")); err == nil {
			t.Errorf("%s: a table without a row is offered", name)
		}
	}
}

// A command that needs a stage runs what is stale before it, and only that.
func TestStaleStagesRunFirst(t *testing.T) {
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	defer vocab.Use(nil)
	db, table := filepath.Join(dir, "past.db"), filepath.Join(dir, "review", "extractions.csv")
	want(t, call(t, "report", "--db", db, "--out", filepath.Join(dir, "r")), 0, "running link first: it has not run", "running analyse first")
	r := call(t, "explain", "--db", db, "sildenafil-ed")
	want(t, r, 0, "3 studies")
	if strings.Contains(r.stderr, "running") {
		t.Errorf("ran again: %s", r.stderr)
	}
	// a row more in a person's table
	b, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	more := strings.Replace(strings.Replace(lines[1], "s1,", "s9,", 1), "Goldstein 1998", "New 2020", 1)
	if err := os.WriteFile(table, []byte(strings.Join(append(lines, more), "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	want(t, call(t, "explain", "--db", db, "sildenafil-ed"), 0, "running link first: the review files changed", "running extract first",
		"4 studies")
	// questions of a file are answered until analyse runs without one
	question := filepath.Join(dir, "q.yaml")
	own, err := os.ReadFile(filepath.Join(dir, "review", "questions.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(question, []byte(strings.Replace(string(own), "id: sildenafil-ed", "id: asked-once", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	want(t, call(t, "analyse", "--db", db, "--question", question), 0, "asked-once")
	want(t, call(t, "explain", "--db", db, "asked-once"), 0, "4 studies")
	want(t, call(t, "analyse", "--db", db), 0, "sildenafil-ed")
	if r := call(t, "explain", "--db", db, "asked-once"); r.code != cli.ExitFailed {
		t.Errorf("exit %d: %s", r.code, r.stdout)
	}
}

// Rows that people wrote are not dropped because their folder is elsewhere.
func TestMovedDatabaseKeepsPeoplesRows(t *testing.T) {
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	defer vocab.Use(nil)
	db := filepath.Join(dir, "past.db")
	want(t, call(t, "analyse", "--db", db), 0)
	if err := os.Rename(filepath.Join(dir, "review"), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	want(t, call(t, "explain", "--db", db, "sildenafil-ed"), 3, "3 studies", "no review folder here now")
	want(t, call(t, "explain", "--db", db, "--review", filepath.Join(dir, "elsewhere"), "sildenafil-ed"), 0, "3 studies")
}

// With a vocabulary that cannot be read, no command answers or asks about the
// shipped field as if it were the person's, and the cause comes first.
func TestBrokenVocabularyStopsWhatRestsOnIt(t *testing.T) {
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	t.Chdir(dir)
	defer vocab.Use(nil)
	own := filepath.Join("review", "vocabulary.yaml")
	b, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, bytes.Replace(b, []byte("terms:"), []byte("tersm:"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"question", "check", filepath.Join("review", "questions.yaml")}, {"vocab", "test", "sildenafil"},
		{"vocab", "list", "substances"}, {"crawl", "ctgov", "--dry-run", "--contact", "a@example.org"}} {
		got := call(t, append(args, "--db", "past.db", "--review", "review")...)
		want(t, got, 1, `unknown field "tersm"; is it "terms"?`)
		if got.stdout != "" || strings.Contains(got.stderr, "question ") {
			t.Errorf("%v: answered all the same: %s%s", args, got.stdout, got.stderr)
		}
	}
}

func TestInit(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	want(t, call(t, "init", "own"), 0, "past.yaml", "extractions.csv")
	page, err := os.ReadFile(filepath.Join("own", "review", "COLUMNS.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"`comparator_class` | ", "inactive-placebo", "erectile-dysfunction", "psilocybin", "some concerns",
		"`kind` | efficacy, harm",
		"`time.rule` | primary, primary-or-latest, latest, closest", "`exclude_studies.reason`"} {
		if !strings.Contains(string(page), word) {
			t.Errorf("COLUMNS.md lacks %q", word)
		}
	}
	t.Chdir("own")
	// what init writes is right as it is: no mistake, no warning
	want(t, call(t, "question", "check", filepath.Join("review", "questions.yaml")), 0, "no mistakes")
	// and the answer to it is shown, though it is empty, among the shipped ones
	want(t, call(t, "analyse"), 0, "no register record yet", "\npsilocybin-depression ")
	want(t, call(t, "explain", "nothing"), 1, "past cite --list")
	if err := os.WriteFile("past.yaml", []byte("db: mine.db\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	want(t, call(t, "init"), 0, "past.yaml is there already")
	if b, err := os.ReadFile("past.yaml"); err != nil || string(b) != "db: mine.db\n" {
		t.Errorf("%q %v", b, err)
	}
}

func TestVocabList(t *testing.T) {
	for kind, word := range map[string]string{"substances": "mdma", "conditions": "ptsd", "domains": "dropout", "designs": "parallel-rct",
		"comparators": "inactive-placebo", "instruments": "fsfi", "topics": "intimacy"} {
		r := call(t, "vocab", "list", kind)
		if r.code != 0 || !strings.Contains("\n"+r.stdout, "\n"+word+" ") {
			t.Errorf("%s: %d %.200s %s", kind, r.code, r.stdout, r.stderr)
		}
	}
	if r := call(t, "vocab", "list", "colours"); r.code != cli.ExitUsage {
		t.Errorf("colours: %d", r.code)
	}
}

// One bad question is set aside, the others are answered.
func TestBadQuestionIsSetAside(t *testing.T) {
	defer vocab.Use(nil)
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	path := filepath.Join(dir, "review", "questions.yaml")
	own, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.NewReplacer("id: sildenafil-ed", "id: bad", "domain: erection", "domain: erecton", "[inactive-placebo]",
		"[placbo, inactive placebo]").Replace(string(own))
	if err := os.WriteFile(path, []byte(string(own)+bad), 0o644); err != nil {
		t.Fatal(err)
	}
	r := call(t, "analyse", "--db", filepath.Join(dir, "past.db"))
	want(t, r, 3, "sildenafil-ed", `domain: "erecton" is none of the domains; the nearest: erection`, "inactive-placebo")
	if strings.Contains(r.stdout, "\nbad ") {
		t.Error("the bad question was answered")
	}
}

// A review file that cannot be read stops publication and says so; readers keep
// the edition before.
func TestRefreshWithABrokenFile(t *testing.T) {
	defer vocab.Use(nil)
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	db, out := filepath.Join(dir, "past.db"), filepath.Join(dir, "site")
	args := []string{"refresh", "--once", "--no-crawl", "--nice", "0", "--db", db, "--out", out}
	want(t, call(t, "analyse", "--db", db), 0)
	want(t, call(t, args...), 0, "published")
	table := filepath.Join(dir, "review", "extractions.csv")
	good, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(table, []byte("Title\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	want(t, call(t, args...), 4, "extractions.csv cannot be read", "readers still see")
	for name, text := range map[string]string{"refused/index.html": "extractions.csv", "refused/feed.atom": "No new edition was published",
		"refused/feed.json": "refused", "current/edition.json": `"sildenafil-ed"`} {
		if b, err := os.ReadFile(filepath.Join(out, name)); err != nil || !strings.Contains(string(b), text) {
			t.Errorf("%s: %v lacks %q", name, err, text)
		}
	}
	// a row lost is refused with its name until a named person accepts it
	lines := strings.Split(strings.TrimSpace(string(good)), "\n")
	if err := os.WriteFile(table, []byte(strings.Join(lines[:3], "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	want(t, call(t, args...), 4, "lost")
	shown := call(t, "gate", "show", "--db", db)
	want(t, shown, 0, "row-lost", "s3")
	id := strings.Fields(shown.stdout)[0]
	for _, f := range strings.Fields(shown.stdout) {
		if strings.Contains(f, "T") && strings.Contains(f, "Z-") {
			id = strings.Trim(f, ":,")
			break
		}
	}
	want(t, call(t, "gate", "accept", id, "--db", db, "--by", "A. Reader", "--why", "duplicate publication"), 0)
	want(t, call(t, args...), 0, "published")
	found := false
	if err := filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "methods.html" {
			b, _ := os.ReadFile(path)
			found = found || strings.Contains(string(b), "A. Reader")
		}
		return err
	}); err != nil || !found {
		t.Errorf("the accepter is not named (%v)", err)
	}
}

// Folders in the place of the tables are an error that names them, and a field
// of its own without a question says that there is none.
func TestOwnFieldWithoutItsFiles(t *testing.T) {
	defer vocab.Use(nil)
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	db, own := filepath.Join(dir, "past.db"), filepath.Join(dir, "review")
	for _, name := range []string{"extractions.csv", "questions.yaml"} {
		path := filepath.Join(own, name)
		if err := os.Rename(path, path+".old"); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		r := call(t, "analyse", "--db", db, "--review", own)
		if r.code == 0 || !strings.Contains(r.stderr, name+": a folder where a file belongs") {
			t.Errorf("%s: %d %s", name, r.code, r.stderr)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	vocabulary := "field: own\nsubstances:\n  - id: tadalafil\n    name: tadalafil\n    terms: [tadalafil]\n    queries: [tadalafil]\n"
	if err := os.WriteFile(filepath.Join(own, "vocabulary.yaml"), []byte(vocabulary), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := call(t, "analyse", "--db", db, "--review", own); !strings.Contains(r.stdout, "no questions found") {
		t.Errorf("%d %s %s", r.code, r.stdout, r.stderr)
	}
}

// Numbers that cannot be are named with file, line and columns, by the check and
// by the stage that sets the row aside.
func TestRowsWithImpossibleNumbersAreNamed(t *testing.T) {
	defer vocab.Use(nil)
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	db, own := filepath.Join(dir, "past.db"), filepath.Join(dir, "review")
	table := filepath.Join(own, "extractions.csv")
	b, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(table, bytes.Replace(b, []byte(",20,9,81,"), []byte(",20,-9,81,"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	const want = "extractions.csv line 3, columns sd1, sd2: "
	if r := call(t, "extract", "--db", db, "--review", own); !strings.Contains(r.stdout, "unusable: "+want+"s2: a standard deviation of -9") {
		t.Errorf("%d %s %s", r.code, r.stdout, r.stderr)
	}
	if r := call(t, "review", "check", "--db", db, "--review", own); r.code != cli.ExitWarned ||
		!strings.Contains(r.stdout, want+"unusable-row: s2: a standard deviation of -9") {
		t.Errorf("%d %s %s", r.code, r.stdout, r.stderr)
	}
}
