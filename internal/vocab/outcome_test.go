package vocab

import (
	"os"
	"slices"
	"strings"
	"testing"
)

type goldTitle struct {
	ids   []string
	kind  ScoreKind
	title string
}

func readGoldTitles(t testing.TB) []goldTitle {
	t.Helper()
	raw, err := os.ReadFile("testdata/outcome_titles.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []goldTitle
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, "\t", 3)
		if len(f) != 3 {
			t.Fatalf("gold line %q needs three columns", line)
		}
		g := goldTitle{kind: ScoreKind(f[1]), title: f[2]}
		if f[0] != "-" {
			g.ids = strings.Split(f[0], ",")
		}
		all = append(all, g)
	}
	return all
}

// TestOutcomeTitles scores the instruments found in outcome titles against the
// hand-read table.
func TestOutcomeTitles(t *testing.T) {
	v := Default()
	var ids, kinds tally
	for _, g := range readGoldTitles(t) {
		for _, id := range g.ids {
			if _, ok := v.Instrument(id); !ok {
				t.Fatalf("gold names %q, which the catalogue does not have", id)
			}
		}
		m, ok := v.MatchInstrument(g.title, "")
		var got []string
		if ok {
			got = append([]string{m.ID}, m.Others...)
		}
		for _, id := range got {
			ids = ids.add(slices.Contains(g.ids, id), true)
		}
		for _, id := range g.ids {
			if !slices.Contains(got, id) {
				ids = ids.add(true, false)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, g.ids) {
			t.Logf("want %v, got %v: %s", g.ids, got, g.title)
		}
		if g.kind != "" && ok {
			kinds = kinds.add(g.kind == m.ScoreKind, true)
			if g.kind != m.ScoreKind {
				t.Logf("want %s, got %s: %s", g.kind, m.ScoreKind, g.title)
			}
		}
	}
	precision := float64(ids.tp) / float64(ids.tp+ids.fp)
	recall := float64(ids.tp) / float64(ids.tp+ids.fn)
	t.Logf("instruments: %d right, %d wrong, %d missed: precision %.3f, recall %.3f", ids.tp, ids.fp, ids.fn, precision, recall)
	t.Logf("kind of score: %d right, %d wrong", kinds.tp, kinds.fp)
	if precision < 0.95 || recall < 0.95 {
		t.Errorf("precision %.3f, recall %.3f, want 0.95 each", precision, recall)
	}
	if share := float64(kinds.tp) / float64(kinds.tp+kinds.fp); share < 0.95 {
		t.Errorf("kind of score right in %.3f, want 0.95", share)
	}
}
