package changes

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"past/internal/store"
)

const columns = "target,decision,who,when,why\n"

// decided gives the finding's study x2 a reason to be out, with a review file
// of these rows before and after.
func decided(t *testing.T, before, after string, change func(*Snapshot)) (causes []Cause, out string) {
	t.Helper()
	a := base()
	a.Rows = map[string][]string{"extractions.csv": {"id"}}
	if before != "" {
		a.Files["inclusion.csv"], a.Rows["inclusion.csv"] = "1", Rows("inclusion.csv", []byte(before))
	}
	b := copyOf(t, a)
	b.Edition = "e-2"
	if after != "" {
		b.Files["inclusion.csv"], b.Rows["inclusion.csv"] = "2", Rows("inclusion.csv", []byte(after))
	}
	f := b.Findings["mdma-ptsd"]
	delete(f.Effects, "x2")
	f.Out = map[string]string{"x2": "human: excluded by A: wrong arm", "x9": "another time point is chosen"}
	f.Excluded = map[string]string{"NCT00000002": "human: excluded by A: wrong arm; another time point is chosen"}
	f.Flat.K, f.Flat.Estimate = 1, number(-0.9)
	b.Findings["mdma-ptsd"] = f
	if change != nil {
		change(b)
	}
	i := slices.IndexFunc(Compare(a, b), func(c store.Change) bool { return c.Kind == StudyOut })
	return Causes(a, b, "mdma-ptsd"), Compare(a, b)[i].Cause
}

// A human exclusion is given with the reason of the row that was pooled, and
// only the files that name the study are its cause.
func TestHumanExclusionNamesItsOwnCause(t *testing.T) {
	named := columns + "x2,exclude,A,2025-01-01,wrong arm\n"
	other := columns + "x20,exclude,A,2025-01-01,another study\n"
	causes, out := decided(t, "", named, func(s *Snapshot) {
		s.Files["notes.csv"], s.Rows["notes.csv"] = "3", []string{"target", "x2 looks odd"}
		s.Files["measured.csv"], s.Rows["measured.csv"] = "4", []string{"study", "NCT00000077"}
	})
	if out != "left out: human: excluded by A: wrong arm; review file inclusion.csv is new" {
		t.Error(out)
	}
	if len(causes) != 2 || !causes[0].Evidence || causes[1].Text != "review file inclusion.csv is new" {
		t.Errorf("%+v", causes)
	}
	// the file speaks of another study: so it is not a cause, and the gate asks
	if causes, out = decided(t, "", other, nil); strings.Contains(out, "inclusion.csv") ||
		slices.ContainsFunc(causes, func(c Cause) bool { return c.Evidence }) {
		t.Errorf("%s: %+v", out, causes)
	}
	// the row stood there before; another one came
	if _, out = decided(t, named, named+"NCT00000055,exclude,A,2025-01-01,y\n", nil); strings.Contains(out, "inclusion.csv") {
		t.Error(out)
	}
	// other columns: it cannot be said what changed
	if causes, out = decided(t, named, strings.Replace(named, "who", "by", 1), nil); !strings.Contains(out,
		"possible cause: review file inclusion.csv changed") || !causes[0].Evidence {
		t.Errorf("%s: %+v", out, causes)
	}
	// the snapshot of an older program has no rows
	if _, out = decided(t, "", "", func(s *Snapshot) {
		s.Files["extractions.csv"] = "f2"
		delete(s.Rows,
			"extractions.csv")
	}); !strings.Contains(out, "possible cause: review file extractions.csv changed") {
		t.Error(out)
	}
}

func TestRowsOfHumanFiles(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{"a.csv", "a,b\n1,\"x\ny\"\n", []string{"a\tb", "1\tx\ny"}},
		{"q.yaml", "- id: a\n  k: 1\n- id: b\n", []string{"", "- id: a\n  k: 1\n", "- id: b\n"}},
		{"q.yaml", "# said\nid: a\n", []string{"", "# said\nid: a\n"}},
		{"q.yaml", "", []string{""}},
	} {
		if got := Rows(c.name, []byte(c.body)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.body, got)
		}
	}
}

func FuzzRows(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"", "- a\n- b", "\ufeffa\n", "a\x00b,\"\n", "x\t\ty\r\n"} {
		f.Add("inclusion.csv", []byte(s), "x2")
		f.Add("questions.yaml", []byte(s), "a")
	}
	f.Fuzz(func(t *testing.T, name string, body []byte, who string) {
		a, b := base(), base()
		a.Rows, b.Rows = map[string][]string{}, map[string][]string{}
		b.Files[name], b.Rows[name] = "2", Rows(name, body)
		_ = Compare(a, b)
		if utf8.ValidString(who) && who != "" && !mentions("("+who+")", who) {
			t.Errorf("%q is not found in itself", who)
		}
		if _, err := json.Marshal(b); err != nil {
			t.Error(err)
		}
	})
}
