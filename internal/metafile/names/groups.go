package names

import (
	"regexp"
	"slices"
	"strings"

	"past/analysis/effect"
	human "past/internal/text"
)

// armWords name the treated group and the comparator.
var armWords = [2][]string{
	{"1", "arm1", "1i", "g1", "group1", "e", "exp", "experimental", "t", "trt", "treat", "treated", "treatment", "int", "intervention",
		"active", "drug"},
	{"2", "arm2", "2i", "g2", "group2", "c", "ctrl", "con", "control", "controls", "comparator", "placebo", "pla", "pcb", "sham",
		"waitlist", "wl"},
}

// groupNames are the usual names of a column of one group, for a stem such as
// "mean": mean1, mean_arm1, mean.e, mean treat, ...
func groupNames(arm int, stems ...string) []string {
	var out []string
	for _, s := range stems {
		for _, e := range armWords[arm-1] {
			out = append(out, s+e)
		}
	}
	for _, s := range stems {
		for _, e := range armWords[arm-1][3:] {
			out = append(out, e+s)
		}
	}
	return out
}

// Side is 1 or 2 where a word names the treated group or the comparator, 0 where it
// names neither.
func Side(word string) int {
	for arm, words := range armWords {
		if slices.Contains(words, Meaning(word)) {
			return arm + 1
		}
	}
	return 0
}

// controlWords mark the arm that the others are compared with.
var controlWords = []string{"placebo", "control", "ctrl", "waitlist", "wait list", "waiting list", "sham", "usual care",
	"treatment as usual", "tau", "no treatment", "delayed", "comparator"}

// IsControl reports whether an arm is the control: the one that the user named, or
// one whose name says so.
func IsControl(arm, named string) bool {
	if named != "" {
		return strings.EqualFold(strings.TrimSpace(arm), named)
	}
	low := " " + strings.Join(Words(arm), " ") + " "
	return slices.ContainsFunc(controlWords, func(w string) bool { return strings.Contains(low, " "+w+" ") || strings.HasPrefix(low, " "+w) })
}

// stems are the words that name a statistic of a group.
var stems = map[string]string{"mean": "mean", "m": "mean", "sd": "sd", "se": "se", "sem": "se", "n": "n", "total": "n", "size": "n",
	"event": "events", "events": "events", "responder": "events", "responders": "events", "case": "events", "cases": "events",
	"median": "median", "q1": "q1", "q3": "q3", "min": "min", "max": "max"}

// GroupStatistic takes a name such as "Ketamine mean" or "n (Midazolam)" apart; ok is
// unset for other names.
func GroupStatistic(name string) (group, statistic string, ok bool) {
	words := strings.Fields(strings.NewReplacer("_", " ", ".", " ", "(", " ", ")", " ").Replace(name))
	if len(words) < 2 {
		return "", "", false
	}
	for _, at := range []int{len(words) - 1, 0} {
		if s := stems[Meaning(words[at])]; s != "" {
			return strings.Trim(strings.Join(slices.Delete(slices.Clone(words), at, at+1), " "), ",;: "), s, true
		}
	}
	return "", "", false
}

// IsOccasion reports whether a name is a word for before or after.
func IsOccasion(name string) bool {
	m := Meaning(name)
	return slices.Contains(occasions[0], m) || slices.Contains(occasions[1], m)
}

var (
	ratios = map[string]effect.Measure{"or": effect.OR, "oddsratio": effect.OR, "rr": effect.RR, "riskratio": effect.RR,
		"relativerisk": effect.RR, "hr": effect.HR, "hazardratio": effect.HR, "irr": effect.IRR, "rateratio": effect.IRR}
	logs = map[string]effect.Measure{"logor": effect.OR, "lnor": effect.OR, "logrr": effect.RR, "lnrr": effect.RR, "loghr": effect.HR,
		"lnhr": effect.HR}
)

// Ratio is the measure of a column that is named as a ratio, "" for other names.
func Ratio(name string) effect.Measure { return ratios[Meaning(name)] }

// Log is the measure of a column that is named as the logarithm of a ratio.
func Log(name string) effect.Measure { return logs[Meaning(name)] }

var levelText = regexp.MustCompile(`(?:^|[^\d.])(80|90|95|98|99(?:[.,][59])?)(?:[^\d]|$)`)

// Level is the level of an interval that a column's name states, 0 without.
func Level(name string) float64 {
	m := levelText.FindStringSubmatch(name)
	if m == nil {
		return 0
	}
	return human.ParseNumber(m[1], human.StyleRegister).Value / 100
}
