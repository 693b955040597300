package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Shorten cuts text to n characters, with an ellipsis where it was cut. It cuts
// between words; only a word that would take most of the room (an address, a hash) is
// broken, and never inside a combined character.
func Shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	const joiner = '\u200D'
	runes := []rune(s)
	cut := max(n-1, 0)
	for i := cut; i > cut/3; i-- {
		if unicode.IsSpace(runes[i]) {
			return strings.TrimRight(string(runes[:i]), " ,;:–") + "…"
		}
	}
	for cut > 0 && (unicode.Is(unicode.Mn, runes[cut]) || runes[cut] == joiner || runes[cut-1] == joiner) {
		cut--
	}
	return strings.TrimRight(string(runes[:cut]), " \u200D") + "…"
}
