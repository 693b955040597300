package extract

import (
	"regexp"
	"strings"

	"past/internal/evidence"
	"past/internal/text"
)

// layouts are the words for how groups stand to each other, in the order in which a
// text is asked for them.
var layouts = []struct {
	words string
	in    func(string) bool
}{
	{"crossover", crosses},
	{"factorial", regexp.MustCompile(`(?i)\bfactorial\b`).MatchString},
	{"sequential", regexp.MustCompile(`(?i)\bsequential\b`).MatchString},
	{"parallel groups", regexp.MustCompile(`(?i)\bparallel\b`).MatchString},
	{"single group", singleWords.MatchString},
}

var (
	answeredYes = regexp.MustCompile(`(?i)([\pL -]+?):\s*yes\b`)
	pair        = regexp.MustCompile(`(?i)[\pL /-]+:\s*\S`) // a key with its value
	sourceCode  = regexp.MustCompile(`^\w+ blinding code (\w+)$`)
)

// PlainDesign gives what a record states of allocation, layout and masking in plain
// words, whether its register has a code in a field for each ("SINGLE_GROUP") or one
// text for all ("Allocation: Randomized. Intervention model: Crossover"). "" is not
// stated.
func PlainDesign(r *evidence.Record) (allocation, layout, masking string) {
	model := answeredNo.ReplaceAllString(r.InterventionModel, " ")
	switch isRandomised(r, "") {
	case evidence.Yes:
		allocation = "randomised"
	case evidence.No:
		allocation = "not randomised"
	default:
		allocation = plainField(r.Allocation)
	}
	for _, l := range layouts {
		if l.in(model) {
			layout = l.words
			break
		}
	}
	if layout == "" && !pair.MatchString(r.InterventionModel) {
		layout = plainField(model)
	}
	switch said := r.Masking; {
	case sourceCode.MatchString(said):
		masking = "code " + sourceCode.FindStringSubmatch(said)[1] + " of the register, without words"
	case pair.MatchString(said):
		masking = blindingOf(answeredNo.ReplaceAllString(said, " "))
	case strings.EqualFold(said, "none"):
		masking = "none (open label)"
	case said != "":
		masking = plainField(said)
	case pair.MatchString(r.InterventionModel):
		masking = blindingOf(answeredYes.ReplaceAllString(model, "$1"))
	default:
		masking = blindingOf(blindTitle.FindString(model))
	}
	return allocation, layout, masking
}

// plainField is a register's value in small letters, without the signs of a code; ""
// where it writes that there is none.
func plainField(s string) string {
	if text.Missing(s) {
		return ""
	}
	return strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(s, "_", " "))), " ")
}
