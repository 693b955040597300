package text

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"mdam", "mdma", 1}, {"psilocibyn", "psilocybin", 2}, {"anxeity", "anxiety", 1}, {"müde", "mude", 1},
		{"ca", "abc", 3}} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching(`[abcé]{0,8}`).Draw(t, "a"), rapid.StringMatching(`[abcé]{0,8}`).Draw(t, "b")
		d := Distance(a, b)
		if d != Distance(b, a) || (d == 0) != (a == b) || d > max(len([]rune(a)), len([]rune(b))) {
			t.Fatalf("%q, %q: %d", a, b, d)
		}
	})
}

func TestNearest(t *testing.T) {
	words := []string{"term", "terms", "colour", ""}
	for _, c := range []struct {
		word, want string
		most       int
	}{{"tersm", "term", 2}, {"terms", "terms", 2}, {"color", "colour", 1}, {"color", "", 0}, {"dose", "", 2}} {
		if got := Nearest(c.word, words, c.most); got != c.want {
			t.Errorf("%s within %d: %q, want %q", c.word, c.most, got, c.want)
		}
	}
}
