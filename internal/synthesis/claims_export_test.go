package synthesis

import (
	"errors"
	"fmt"
	"past/internal/vocab"
	"strings"
)

// LoadClaims reads a claims file (YAML, a list) strictly and checks it against
// the questions; all mistakes are reported at once.
func LoadClaims(name string, data []byte, v *vocab.Vocabulary, questions []Question) ([]Claim, error) {
	cs, mistakes, err := ReadClaims(name, data, v, questions, map[string]string{})
	if err != nil {
		return nil, err
	}
	if len(mistakes) > 0 {
		var lines []string
		for _, m := range mistakes {
			lines = append(lines, fmt.Sprintf("%s:%d: claim %s: %s", name, m.Line, orNone(m.ID), m.Message))
		}
		return nil, errors.New(strings.Join(lines, "\n"))
	}
	return cs, nil
}
