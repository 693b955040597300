package text

import (
	"regexp"
	"strings"
)

// Squash folds case and drops everything but letters and digits.
func Squash(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

var wordPattern = regexp.MustCompile(`[\pL\d.]+`)

// WordSet returns the words and numbers of a text in small letters, each once.
func WordSet(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range wordPattern.FindAllString(strings.ToLower(s), -1) {
		if w = strings.Trim(w, "."); w != "" {
			out[w] = true
		}
	}
	return out
}
