package vocab

import (
	"strings"

	human "past/internal/text"
)

// token is a word or a number of a text, as package text cuts it.
type token = human.Token

// The gaps between tokens that matching knows.
const (
	gapSoft = human.GapSoft
	gapHard = human.GapHard
	gapStop = human.GapStop
)

func fold(text string) []token { return human.Fold(text) }

// countWord reports whether a word gives a number of people ("twenty"); one is
// left out, since it mostly does not.
func countWord(word string) bool {
	_, ok := human.NumberWord(word)
	return ok && word != "one" || word == "hundred"
}

// containsAny rules texts out before a pattern is tried on them.
func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
