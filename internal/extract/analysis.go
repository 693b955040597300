package extract

import (
	"regexp"
	"strings"

	"past/internal/evidence"
)

// analysisWords are the ways of analysis that a sponsor names, in the order in
// which they are listed.
var analysisWords = []struct {
	word string
	re   *regexp.Regexp
}{
	{"ITT", regexp.MustCompile(`(?i)\bintent(?:ion)?[\s-]to[\s-]treat\b|\bm?ITT\b|\bfull analysis set\b|\bFAS\b`)},
	{"per protocol", regexp.MustCompile(`(?i)\bper[\s-]protocol\b|\bcompleters?(?: analysis| set| population)?\b|\bevaluable ` +
		`(?:patients|participants|subjects) only\b`)},
	{"MMRM", regexp.MustCompile(`(?i)\bMMRM\b|\bmixed[\s-]+(?:effects? )?models?\b|\brepeated[\s-]measures?\b`)},
	{"multiple imputation", regexp.MustCompile(`(?i)\bmultiple imputation`)},
	{"LOCF", regexp.MustCompile(`(?i)\bLOCF\b|\blast (?:\w+ ){0,3}(?:observations?|values?) (?:\w+ ){0,4}carried ` +
		`forward|\b(?:observation|value)s? (?:\w+ ){0,4}carried forward`)},
	{"observed cases", regexp.MustCompile(`(?i)\bobserved[\s-]cases?\b`)},
}

// analysisOf reads how an outcome was analysed from its title, population and
// description; "" where nothing is said. A title outranks what the description
// reports another analysis.
func analysisOf(o *evidence.PostedOutcome) string {
	for _, text := range []string{o.Title, o.Population + "\n" + o.Description} {
		var said []string
		for _, w := range analysisWords {
			if w.re.MatchString(text) {
				said = append(said, w.word)
			}
		}
		if len(said) > 0 {
			return strings.Join(said, ", ")
		}
	}
	return ""
}
