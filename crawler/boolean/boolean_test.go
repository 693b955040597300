package boolean

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"past/crawler"
)

// However short a query must be: each pair of a substance's term and a
// condition's term is asked together in some query, no query is longer than
// its bound unless its terms are, and keys differ.
func TestPlanAsksEveryPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z]{1,12}( [a-z]{1,8})?`)
		subs := rapid.SliceOfN(word, 1, 12).Draw(t, "substances")
		conds := rapid.SliceOfN(word, 0, 12).Draw(t, "conditions")
		w := Writer{Term: Quoted, Max: rapid.IntRange(40, 400).Draw(t, "max")}
		q := crawler.QuestionSet{Substances: []crawler.Concept{{ID: "s", Terms: subs}}}
		if len(conds) > 0 {
			q.Conditions = []crawler.Concept{{ID: "c", Terms: conds}}
		}
		parts := w.Plan(q)
		keys := map[string]bool{}
		for _, p := range parts {
			keys[p.Key] = true
			if len(url.QueryEscape(p.Text)) > w.Max+20 && strings.Contains(p.Text, " OR ") && strings.Count(p.Text, " OR ") > 2 {
				t.Fatalf("%d bytes, %d allowed: %s", len(url.QueryEscape(p.Text)), w.Max, p.Text)
			}
		}
		if len(keys) != len(parts) {
			t.Fatalf("%d keys of %d queries", len(keys), len(parts))
		}
		for _, s := range subs {
			for _, c := range append(conds, "")[:max(len(conds), 1)] {
				found := false
				for _, p := range parts {
					found = found || strings.Contains(p.Text, Quoted(s)) && strings.Contains(p.Text, Quoted(c))
				}
				if !found {
					t.Fatalf("%q and %q are asked together nowhere: %v", s, c, parts)
				}
			}
		}
	})
}

func TestKeyFollowsWordsNotOrder(t *testing.T) {
	plan := func(terms ...string) Part {
		return Writer{Term: Quoted, Max: 500}.Plan(crawler.QuestionSet{Substances: []crawler.Concept{{ID: "s", Terms: terms}}})[0]
	}
	if plan("a", "b").Key != plan("B", "a", "a ").Key || plan("a", "b").Key == plan("a", "c").Key {
		t.Error("the key does not say what is asked")
	}
	if got := plan(`x "y"`, "z\\").Text; got != `("x y" OR "z")` {
		t.Error(got)
	}
	if (Writer{Term: Quoted, Max: 500}).Plan(crawler.QuestionSet{}) != nil {
		t.Error("nothing is asked by a query")
	}
}
