package text

import "testing"

func TestShortenCutsBetweenWords(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 5, "short"},
		{"the lack of data beyond 18 weeks", 20, "the lack of data…"},
		{"the lack of data", 9, "the lack…"}, // the cut falls on a space
		{"one, two three", 6, "one…"},
		{"row https://example.org/a/very/long/address", 20, "row https://example…"},
		{"df395d25b60ecc1d", 13, "df395d25b60e…"},
		{"👩\u200D👧👩", 3, "…"},
		{"", 0, ""}, {"ab", 0, "…"},
	} {
		if got := Shorten(c.in, c.n); got != c.want {
			t.Errorf("Shorten(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}
