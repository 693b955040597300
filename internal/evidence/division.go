package evidence

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Divisions are the phases, cohorts, parts, periods and studies of a trial that the
// title of a group names: labels by kind. People of different ones were not
// randomised against each other.
type Divisions map[string][]string

const (
	divisionKind  = `(?i:(phase|cohort|part|stage|period|step|panel|wave|cycle|segment|sub-?stud(?:y|ie)|stud(?:y|ie))s?)`
	divisionLabel = `(?:\d{1,3}[A-Za-z]?|[IVX]{1,4}[A-Za-z]?|[A-H]\d?)\b`
	divisionName  = `(?i:(first|second|third|fourth|1st|2nd|3rd|4th|pilot|main|feasibility|escalation|expansion|induction|` +
		`maintenance|lead-in|run-in|acute|adult|adolescent|p(?:a)?ediatric)s?)`
)

var (
	numberedDivision = regexp.MustCompile(`\b` + divisionKind + `\s*[-#:]?\s*(` + divisionLabel +
		`(?:\s*(?:,|/|&|\+|and|or|to|-|–)\s*` + divisionLabel + `)*)`)
	namedDivision = regexp.MustCompile(`\b` + divisionName + `[\s-]+` + divisionKind + `\b`)
	oneLabel      = regexp.MustCompile(divisionLabel)
	ordinals      = map[string]string{"first": "1", "1st": "1", "i": "1", "second": "2", "2nd": "2", "ii": "2", "third": "3", "3rd": "3",
		"iii": "3", "fourth": "4", "4th": "4", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
)

// DivisionsOf reads the divisions of a trial that a group belongs to from its title
// and, for the kinds of which that names none, from a description that names one.
func DivisionsOf(title, description string) Divisions {
	d := readDivisions(title)
	for kind, labels := range readDivisions(description) {
		if d[kind] == nil && len(labels) == 1 && kind != "period" && kind != "cycle" && kind != "step" {
			d[kind] = labels
		}
	}
	return d
}

func readDivisions(words string) Divisions {
	d := Divisions{}
	add := func(kind, label string) {
		kind, label = strings.ToLower(kind), strings.ToLower(label)
		kind = strings.Replace(strings.Replace(kind, "studie", "study", 1), "sub-", "sub", 1)
		if n := ordinals[label]; n != "" {
			label = n
		}
		if !slices.Contains(d[kind], label) {
			d[kind] = append(d[kind], label)
		}
	}
	words = strings.ReplaceAll(words, "_", " ")
	for _, m := range numberedDivision.FindAllStringSubmatchIndex(words, -1) {
		if strings.HasPrefix(strings.TrimLeft(strings.ToLower(words[m[1]:]), " -"), "dose") { // the recommended phase 2 dose
			continue
		}
		for _, label := range oneLabel.FindAllString(words[m[4]:m[5]], -1) {
			add(words[m[2]:m[3]], label)
		}
	}
	for _, m := range namedDivision.FindAllStringSubmatch(words, -1) {
		add(m[2], m[1])
	}
	return d
}

// Apart names the kind of division in which two groups are in different ones; ""
// where none is known. A kind that only one of them names says nothing.
func (d Divisions) Apart(o Divisions) string {
	for _, kind := range slices.Sorted(maps.Keys(d)) {
		if len(o[kind]) > 0 && !slices.ContainsFunc(d[kind], func(x string) bool { return slices.Contains(o[kind], x) }) {
			return kind
		}
	}
	return ""
}

// armNames are kinds of division by which sources also number the arms themselves:
// "Cohort 1: placebo", "Cohort 2: psilocybin".
var armNames = []string{"cohort", "panel"}

// ParallelDivisions reads the divisions of the groups of a trial's tables. Cohorts
// of one group each are its arms and set no groups apart.
func ParallelDivisions(tables ...[]Group) func(Group) Divisions {
	shared := map[string]bool{}
	for _, groups := range tables {
		seen := map[string]bool{}
		for _, g := range groups {
			for kind, labels := range DivisionsOf(g.Title, g.Description) {
				for _, label := range labels {
					shared[kind] = shared[kind] || seen[kind+" "+label]
					seen[kind+" "+label] = true
				}
			}
		}
	}
	return func(g Group) Divisions {
		d := DivisionsOf(g.Title, g.Description)
		for _, kind := range armNames {
			if !shared[kind] {
				delete(d, kind)
			}
		}
		return d
	}
}
