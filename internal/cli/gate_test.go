package cli_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"past/internal/edition/changes"
	"past/internal/edition/gate"
	"past/internal/store"
)

// gated is a published database with its register and its review files.
type gated struct {
	t               *testing.T
	g               *growing
	db, out, review string
	args            []string
}

func newGated(t *testing.T) *gated {
	t.Helper()
	dir := t.TempDir()
	return gatedAt(t, filepath.Join(dir, "a.db"), filepath.Join(dir, "site"))
}

// newPublished is newGated after a first cycle that published.
func newPublished(t *testing.T) *gated {
	t.Helper()
	db, out := published(t)
	return gatedAt(t, db, out)
}

func gatedAt(t *testing.T, db, out string) *gated {
	t.Helper()
	g := &growing{}
	g.grown.Store(true)
	x := &gated{t: t, g: g, db: db, out: out, review: reviewFolder(t)}
	x.args = []string{"refresh", "--db", x.db, "--out", x.out, "--review", x.review, "--source", "ctgov", "--endpoint", "ctgov=" +
		g.serve(t, 0)}
	return x
}

// refresh runs a cycle.
func (x *gated) refresh(more ...string) result { return past(x.t, append(x.args, more...)...) }

// register changes each study that the register gives from now on.
func (x *gated) register(edit func(id string, study map[string]any)) {
	x.g.edit = func(id string, s map[string]any) bool { edit(id, s); return true }
	x.g.version.Add(1)
}

// human rewrites a review file.
func (x *gated) human(name string, rewrite func(string) string) {
	x.t.Helper()
	path := filepath.Join(x.review, name)
	b, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		x.t.Fatal(err)
	}
	text := rewrite(string(b))
	if text == string(b) {
		x.t.Fatalf("%s stayed as it was", name)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		x.t.Fatal(err)
	}
}

// store changes the database as no command does: what another version of the
// program, or damage, would leave in it.
func (x *gated) store(change func(st *store.Store) error) {
	x.t.Helper()
	st, err := store.Open(x.t.Context(), x.db, store.Options{What: "test"})
	if err != nil {
		x.t.Fatal(err)
	}
	if err := change(st); err != nil {
		x.t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		x.t.Fatal(err)
	}
}

// finding rewrites the finding mdma-ptsd-severity in the database.
func (x *gated) finding(estimate func(float64) float64) {
	x.t.Helper()
	x.store(func(st *store.Store) error {
		fs, err := st.Findings(x.t.Context())
		if err != nil {
			return err
		}
		cs, err := st.Claims(x.t.Context())
		if err != nil {
			return err
		}
		gaps, err := st.Gaps(x.t.Context())
		if err != nil {
			return err
		}
		for i := range fs {
			if fs[i].ID == "mdma-ptsd-severity" {
				v := estimate(*fs[i].Primary.Estimate)
				fs[i].Primary.Estimate = &v
			}
		}
		return st.ReplaceFindings(x.t.Context(), fs, cs, gaps)
	})
}

// before rewrites what is remembered of the edition before, as if its numbers
// had been others.
func (x *gated) before(change func(f *changes.Finding)) {
	x.t.Helper()
	key := "refresh/snapshot/" + whole(x.t, x.out)
	x.store(func(st *store.Store) error {
		text, err := st.State(x.t.Context(), key)
		if err != nil {
			return err
		}
		var s changes.Snapshot
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return err
		}
		f := s.Findings["mdma-ptsd-severity"]
		change(&f)
		s.Findings["mdma-ptsd-severity"] = f
		b, err := json.Marshal(s)
		if err != nil {
			return err
		}
		return st.SetState(x.t.Context(), key, string(b))
	})
}

// published is everything that readers see: files by their bytes, links by
// where they lead.
func (x *gated) published() map[string]string {
	x.t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(x.out, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(x.out, path)
		switch {
		case rel == "refused":
			return filepath.SkipDir
		case d.Type()&fs.ModeSymlink != 0:
			out[rel], err = os.Readlink(path)
			return err
		case d.IsDir():
			return nil
		}
		b, err := os.ReadFile(path)
		sum := sha256.Sum256(b)
		out[rel] = string(sum[:])
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return out
}

// verdict is what the page of the refusal says to programs.
func (x *gated) verdict() gate.Verdict {
	x.t.Helper()
	var v gate.Verdict
	b, err := os.ReadFile(filepath.Join(x.out, "refused", "refused.json"))
	if err != nil || json.Unmarshal(b, &v) != nil {
		x.t.Fatalf("%v: %s", err, b)
	}
	return v
}

// unrelated makes another edition without touching a finding: a line without a
// row in a review file.
func (x *gated) unrelated() {
	x.human("measured.csv", func(s string) string { return s + "\n" })
}

// Each rule, by the program itself: the edition is refused with exit 4, readers
// see byte for byte what they saw, a page says what, where and what to do, and
// a person's acceptance lets just that pass and is shown to readers.
func TestEachRuleOfTheGate(t *testing.T) {
	t.Parallel()
	severity := "mdma-ptsd-severity"
	for _, c := range []struct {
		rule, subject string
		says          []string // on the page
		spoil         func(x *gated)
		only          bool // no other rule speaks
	}{
		{"source-shrank", "ctgov", []string{"records and has", "past crawl ctgov --since all"}, func(x *gated) {
			x.g.gone = func(id string) bool {
				return strings.HasPrefix(id, "NCT") && (strings.HasSuffix(id, "4") || strings.HasSuffix(id, "5") || strings.HasSuffix(id, "6"))
			}
			x.g.version.Add(1)

		}, false},
		{"parse-failures", "ctgov", []string{"could not be read", "past status --problems"}, func(x *gated) {
			x.register(func(_ string, s map[string]any) {
				put(s, "a handful", "protocolSection", "designModule", "enrollmentInfo", "count")
			})
		}, true},
		{"stale-decisions", "correction.csv", []string{"ptsd-mdmactr:42", "confirm or change it in the review folder"}, func(x *gated) {
			x.human("correction.csv", func(s string) string {
				return "target,field,old,new,who,when,why\nptsd-mdmactr:42,mean1,999,50,reviewer,2026-01-01,table 2\n"
			})
		}, true},
		{"estimate-moved", severity, []string{"moved without a cause", "past explain " + severity}, func(x *gated) {
			x.before(func(f *changes.Finding) { v := *f.Flat.Estimate - 0.05; f.Flat.Estimate = &v })
			x.unrelated()
		}, true},
		{"study-fell-out", severity, []string{"Nobody 1999 fell out", "a decision in the review folder"}, func(x *gated) {
			x.before(func(f *changes.Finding) {
				f.Effects["posted:NCT99999999"] = changes.Effect{Study: "NCT99999999", Label: "Nobody 1999", Records: []string{"NCT99999999"},
					Estimate: -1, Variance: 0.1}
			})
			x.unrelated()
		}, true},
		{"same-data", severity, []string{"the same data now give other numbers", "release notes"}, func(x *gated) {
			x.finding(func(v float64) float64 { return v + 0.01 })
		}, true},
		{"integrity", severity, []string{"lies outside of its interval", "past rebuild"}, func(x *gated) {
			x.finding(func(v float64) float64 { return v + 50 })
		}, false},
	} {
		t.Run(c.rule, func(t *testing.T) {
			x := newPublished(t)
			shown, seen := whole(t, x.out), x.published()
			c.spoil(x)
			r := x.refresh()
			want(t, r, 4, "refused", filepath.Join("refused", "index.html"), "readers still see edition "+shown)
			if !maps.Equal(x.published(), seen) {
				t.Fatal("readers see something else than before the refusal")
			}
			v := x.verdict()
			found := false
			for _, reason := range v.Reasons {
				found = found || reason.Rule == c.rule && strings.HasPrefix(reason.Subject, c.subject) && reason.Do != ""
				if c.only && reason.Rule != c.rule {
					t.Errorf("refused for %s too: %s", reason.Rule, reason.Message)
				}
			}
			if !found || v.Previous != shown || v.Passed {
				t.Fatalf("%+v", v)
			}
			page, err := os.ReadFile(filepath.Join(x.out, "refused", "index.html"))
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range append(c.says, c.rule, "past gate accept "+v.Run, "Readers still see edition", shown) {
				if !strings.Contains(string(page), text) {
					t.Errorf("the page lacks %q", text)
				}
			}
			want(t, past(t, "gate", "show", v.Run, "--db", x.db), 0, c.rule)
			// refused again, by a run of its own, until a person speaks
			want(t, x.refresh("--no-crawl"), 4)
			v = x.verdict()
			want(t, past(t, "gate", "accept", v.Run, "--why", "looked at "+c.rule, "--by", "the editors", "--db", x.db), 0)
			want(t, x.refresh("--no-crawl"), 0, "published")
			if got := whole(t, x.out); got == shown {
				t.Error("the accepted edition is not shown")
			}
			now := x.published()
			for name, sum := range seen {
				if strings.HasPrefix(name, "editions") && now[name] != sum {
					t.Errorf("%s of the old edition changed", name)
				}
			}
			if _, err := os.Stat(filepath.Join(x.out, "refused")); err == nil {
				t.Error("the page of the refusal is still there")
			}
			methods, err := os.ReadFile(filepath.Join(x.out, "current", "methods.html"))
			if err != nil || !strings.Contains(string(methods), "looked at "+c.rule) || !strings.Contains(string(methods), "the editors") {
				t.Errorf("readers are not told who let it pass, and why: %v", err)
			}
			want(t, past(t, "gate", "show", "--db", x.db), 0, "refused, accepted by the editors on 20", "looked at "+c.rule,
				"passed by the acceptance of run "+v.Run)
			want(t, x.refresh("--no-crawl"), 0)
		})
	}
}

// An acceptance covers what was shown and nothing that comes on top.
func TestAcceptanceCoversWhatWasShown(t *testing.T) {
	t.Parallel()
	x := newPublished(t)
	shown := whole(t, x.out)
	stale := func(rows string) {
		x.human("correction.csv", func(string) string { return "target,field,old,new,who,when,why\n" + rows })
	}
	stale("ptsd-mdmactr:42,mean1,999,50,reviewer,2026-01-01,table 2\n")
	want(t, x.refresh("--no-crawl"), 4, "ptsd-mdmactr:42")
	want(t, past(t, "gate", "accept", x.verdict().Run, "--why", "known", "--by", "the editors", "--db", x.db), 0)
	stale("ptsd-mdmactr:42,mean1,999,50,reviewer,2026-01-01,table 2\nptsd-mdmactr:41,mean1,888,50,reviewer,2026-01-01,table 2\n")
	want(t, x.refresh("--no-crawl"), 4, "2 reasons")
	if whole(t, x.out) != shown {
		t.Error("a reason that nobody saw was let through")
	}
}

// An edition that past report kept was never judged: its numbers pass the gate
// before the first refresh shows it.
func TestKeptEditionIsJudgedBeforeItIsShown(t *testing.T) {
	t.Parallel()
	x := newGated(t)
	url := x.args[len(x.args)-1]
	want(t, past(t, "crawl", "ctgov", "--db", x.db, "--endpoint", url), 0)
	for _, stage := range []string{"link", "extract", "analyse"} {
		want(t, past(t, stage, "--db", x.db, "--review", x.review), 0)
	}
	x.finding(func(v float64) float64 { return v + 50 })
	report := filepath.Join(filepath.Dir(x.db), "report")
	want(t, past(t, "report", "--db", x.db, "--review", x.review, "--out", report), 0)
	// the stages are noted as done for these data, so that the cycle does not
	// make the numbers again
	var doc struct {
		DataHash string `json:"data_hash"`
		Software string `json:"software_version"`
	}
	b, err := os.ReadFile(filepath.Join(report, "edition.json"))
	if err != nil || json.Unmarshal(b, &doc) != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, name := range []string{"extractions.csv", "measured.csv"} {
		b, err := os.ReadFile(filepath.Join(x.review, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = fmt.Sprintf("%x", sha256.Sum256(b))
	}
	js, _ := json.Marshal(files)
	sum := sha256.Sum256(js)
	done, _ := json.Marshal(map[string]any{"key": fmt.Sprintf("%s %x %s", doc.DataHash, sum[:8], doc.Software),
		"done": []string{"link", "extract", "analyse"}})
	x.store(func(st *store.Store) error { return st.SetState(t.Context(), "refresh/stages", string(done)) })
	want(t, x.refresh("--no-crawl"), 4, "lies outside of its interval")
	if id := whole(t, x.out); id != "" {
		t.Errorf("edition %s is shown", id)
	}
	want(t, past(t, "gate", "accept", x.verdict().Run, "--why", "a test", "--by", "the editors", "--db", x.db), 0)
	want(t, x.refresh("--no-crawl"), 0, "published")
	whole(t, x.out)
	quiet := x.refresh("--no-crawl")
	want(t, quiet, 0)
	if quiet.stdout+quiet.stderr != "" {
		t.Errorf("judged again: %s%s", quiet.stdout, quiet.stderr)
	}
}
