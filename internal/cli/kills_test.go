package cli_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"past/internal/store"
)

// life is the folder of one tracker from its first crawl to its last cycle.
type life struct {
	dir  string
	reg  *growing
	url  string
	kept string // the folder as it was before the present step
}

func (l *life) at(name string) string { return filepath.Join(l.dir, name) }

// step is one command of a life; made is what it leaves, compared between a
// life with kills and one without: a database by its rows, a folder by its bytes.
type step struct {
	name  string
	args  func(*life) []string
	grown bool // the register has further trials
	made  []string
	whole bool // made must be absent or complete after a kill too
}

func in(args ...string) func(*life) []string {
	return func(l *life) []string {
		out := slices.Clone(args)
		for i, a := range out {
			out[i] = strings.ReplaceAll(strings.ReplaceAll(a, "DIR", l.dir), "URL", l.url)
		}
		return out
	}
}

// steps are all commands that write, in the order of a life. The last two are
// whole cycles, before and after the register's trials have grown.
func steps(t *testing.T) []step {
	file := func(name string) string {
		p, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	db, review := "--db=DIR/past.db", "--review=DIR/review"
	cycle := in("refresh", db, review, "--out=DIR/site", "--source=ctgov", "--endpoint=ctgov=URL",
		"--notify-command=echo $PAST_NOTICE >> DIR/told")
	return []step{
		{name: "crawl", args: in("crawl", "ctgov", db, "--endpoint=ctgov=URL"), made: []string{"past.db"}},
		{name: "import", args: in("import", db, file("../extract/testdata/synthetic-mdma-caps5.json"),
			file("../extract/testdata/synthetic-fsfi.json"), file("../../crawler/ctgov/testdata/NCT99900001.json")), made: []string{"past.db"}},
		{name: "link", args: in("link", db, review), made: []string{"past.db"}},
		{name: "extract", args: in("extract", db, review), made: []string{"past.db"}},
		{name: "analyse", args: in("analyse", db, review), made: []string{"past.db"}},
		{name: "report", args: in("report", db, review, "--out=DIR/report"), made: []string{"past.db", "report"}},
		{name: "rebuild", args: in("rebuild", db, review), made: []string{"past.db"}},
		{name: "backup", args: in("backup", db, "DIR/copy.db"), made: []string{"past.db", "copy.db"}, whole: true},
		{name: "restore", args: in("restore", "--db=DIR/shard.db", "DIR/copy.db"), made: []string{"shard.db"}, whole: true},
		{name: "merge", args: in("merge", "--db=DIR/merged.db", "DIR/shard.db", "DIR/copy.db"), made: []string{"merged.db"}},
		{name: "migration", args: in("status", "--db=DIR/old.db"), made: []string{"old.db"}},
		{name: "first cycle", args: cycle, made: []string{"past.db", "site"}},
		{name: "second cycle", args: cycle, grown: true, made: []string{"past.db", "site"}},
	}
}

func newLife(t *testing.T, root, name string, reg *growing, url string) *life {
	t.Helper()
	l := &life{dir: filepath.Join(root, name), reg: reg, url: url, kept: filepath.Join(root, name+".kept")}
	if err := os.CopyFS(l.at("review"), os.DirFS(reviewFolder(t))); err != nil {
		t.Fatal(err)
	}
	released(t, filepath.Join("..", "store", "testdata", "released", "schema-3.db.gz"), l.at("old.db"))
	return l
}

// keep and back save the folder and put it back.
func (l *life) keep(t *testing.T) { replace(t, l.kept, l.dir) }
func (l *life) back(t *testing.T) { replace(t, l.dir, l.kept) }

func replace(t *testing.T, to, from string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
}

// seenAt is when bytes were received, to the millisecond; no row but those of
// the trials' versions has it.
var seenAt = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`)

// state is what a step made: table by table, and file by file.
func (l *life) state(t *testing.T, names []string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range names {
		if strings.HasSuffix(name, ".db") {
			for table, sum := range fingerprint(t, l.at(name)) {
				out[name+" "+table] = sum
			}
			continue
		}
		if err := filepath.WalkDir(l.at(name), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, _ := filepath.Rel(l.dir, path)
			if d.Type()&fs.ModeSymlink != 0 {
				to, err := os.Readlink(path)
				out[rel] = to
				return err
			}
			b, err := os.ReadFile(path)
			sum := sha256.Sum256(seenAt.ReplaceAll(b, nil))
			out[rel] = hex.EncodeToString(sum[:])
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// run runs a step undisturbed. A message that was on its way at a kill is a
// warning (3).
func (l *life) run(t *testing.T, s step) time.Duration {
	t.Helper()
	l.reg.grown.Store(s.grown)
	start := time.Now()
	if r := past(t, s.args(l)...); r.code != 0 && r.code != 3 {
		t.Fatalf("%s: exit %d\n%s\n%s", s.name, r.code, r.stdout, r.stderr)
	}
	return time.Since(start)
}

// killed starts a step and kills it after a while; false means that it had ended.
func (l *life) killed(t *testing.T, s step, after time.Duration) bool {
	t.Helper()
	l.reg.grown.Store(s.grown)
	cmd := exec.Command(binary(), s.args(l)...)
	cmd.Dir = l.dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return !cmd.ProcessState.Exited()
}

// sound fails unless every database that is there is whole down to its records,
// and readers see whole editions.
func (l *life) sound(t *testing.T, s step) {
	t.Helper()
	for _, name := range s.made {
		path := l.at(name)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		switch {
		case name == "site":
			whole(t, path)
		case name == "report":
			if _, err := os.Stat(filepath.Join(path, ".past-report")); err != nil {
				t.Errorf("%s: half a report is shown: %v", s.name, err)
			}
		default:
			st, err := store.Open(t.Context(), path, store.Options{ReadOnly: true})
			if err != nil {
				if !s.whole && strings.Contains(err.Error(), "no tables yet") {
					continue
				}
				t.Fatalf("%s: %s after a kill: %v", s.name, name, err)
			}
			faults, err := st.Check(t.Context(), store.Records)
			if err != nil || len(faults) > 0 {
				t.Errorf("%s: %s after a kill: %v %v", s.name, name, faults, err)
			}
			if err := st.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestKills kills every command that writes at random moments (SIGKILL). After
// each kill databases and folders are whole; the same command, left alone, then
// makes what it makes in a life without kills: every row of every table and
// every byte of the editions. One kill a command in a normal run, more with
// PAST_KILLS=200, with other moments by PAST_KILL_SEED=2 (both printed with -v
// as it goes, so that a long run can be made in pieces). The moments are drawn
// from the time of a command that is not killed, beside other tests too.
func TestKills(t *testing.T) {
	t.Parallel()
	number := func(name string, otherwise int) int {
		v := os.Getenv(name)
		if v == "" {
			return otherwise
		}
		n, err := strconv.Atoi(v)
		if err != nil {
			t.Fatalf("%s=%q: %v", name, v, err)
		}
		return n
	}
	reg := &growing{}
	url := reg.serve(t, 2*time.Millisecond)
	root := t.TempDir()
	all := steps(t)
	kills, seed := number("PAST_KILLS", len(all)), number("PAST_KILL_SEED", 1)
	rng := rand.New(rand.NewPCG(uint64(seed), 9))

	calm := newLife(t, root, "life", reg, url)
	took, expect := map[string]time.Duration{}, map[string]map[string]string{}
	for _, s := range all {
		took[s.name] = calm.run(t, s)
		expect[s.name] = calm.state(t, s.made)
	}
	if n := len(expect["second cycle"]); n < 200 {
		t.Fatalf("only %d tables and files are compared", n)
	}
	if err := os.RemoveAll(calm.dir); err != nil {
		t.Fatal(err)
	}
	done, late := map[string]int{}, 0
	for total, lives := 0, 0; total < kills; lives++ {
		l := newLife(t, root, "life", reg, url) // of the same path: pages may name it
		for _, s := range all {
			l.keep(t)
			for want := 1 + lives%2; want > 0 && total < kills; {
				after := time.Duration(rng.Int64N(int64(took[s.name])))
				if !l.killed(t, s, after) { // too late: the step is done, so go back
					late++
					took[s.name] = max(took[s.name]*9/10, time.Millisecond)
					l.back(t)
					continue
				}
				total, want = total+1, want-1
				done[s.name]++
				l.sound(t, s)
				if t.Failed() {
					t.Fatalf("killed after %v", after)
				}
				if s.name == "backup" { // a copy that is complete is not written over
					_ = os.Remove(l.at("copy.db"))
				}
			}
			l.run(t, s)
			got := l.state(t, s.made)
			for _, k := range slices.Sorted(maps.Keys(expect[s.name])) {
				if got[k] != expect[s.name][k] {
					t.Errorf("%s: after kills, %s differs", s.name, k)
				}
			}
			for k := range got {
				if _, ok := expect[s.name][k]; !ok {
					t.Errorf("%s: after kills there is %s, which an undisturbed life does not have", s.name, k)
				}
			}
			leftovers(t, l.dir)
			if t.Failed() {
				t.Fatalf("after %d kills (seed %d)", total, seed)
			}
		}
		noneTwice(t, l.at("told"))
		if list := editions(t, l.at("past.db")); len(list) != len(editionsOf(expect["second cycle"])) {
			t.Errorf("%d editions after kills, %d in an undisturbed life", len(list), len(editionsOf(expect["second cycle"])))
		}
		t.Logf("life %d: %d of %d kills (seed %d), %d came too late; by command %v", lives+1, total, kills, seed, late, done)
		if err := os.RemoveAll(l.dir); err != nil {
			t.Fatal(err)
		}
	}
}

// editionsOf are the folders of editions among the files of a state.
func editionsOf(state map[string]string) map[string]bool {
	out := map[string]bool{}
	for name := range state {
		if parts := strings.Split(filepath.ToSlash(name), "/"); len(parts) > 3 && parts[1] == "editions" {
			out[parts[2]] = true
		}
	}
	return out
}
