package metafile

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// groupStems are the words that name a statistic of a group.
var groupStems = map[string]string{"mean": "mean", "m": "mean", "sd": "sd", "se": "se", "sem": "se", "n": "n", "total": "n", "size": "n",
	"event":  "events",
	"events": "events", "responder": "events", "responders": "events", "median": "median", "q1": "q1", "q3": "q3", "min": "min", "max": "max"}

// nameGroups finds two groups of columns that are named by what was given, such as
// "Ketamine mean" and "Midazolam mean", and which of them is the control. Groups
// that are named treatment, control, 1 or 2 need nothing.
func (c *Case) nameGroups(control string) {
	groups := map[string]map[string]string{} // group, statistic, column
	for _, name := range c.names {
		words := strings.Fields(strings.NewReplacer("_", " ", ".", " ", "(", " ", ")", " ").Replace(name))
		if len(words) < 2 {
			continue
		}
		for _, at := range []int{len(words) - 1, 0} {
			stem := groupStems[meaning(words[at])]
			if stem == "" {
				continue
			}
			group := strings.Join(slices.Delete(slices.Clone(words), at, at+1), " ")
			if groups[group] == nil {
				groups[group] = map[string]string{}
			}
			groups[group][stem] = name
			break
		}
	}
	var names []string
	for g, columns := range groups {
		if m := meaning(g); len(columns) > 1 && !slices.Contains(occasions[0], m) && !slices.Contains(occasions[1], m) {
			names = append(names, g)
		}
	}
	sort.Strings(names)
	c.controlled = slices.ContainsFunc(names, func(g string) bool {
		return control != "" && isControl(g, control) &&
			groupSide(meaning(g)) == 2
	})
	if len(names) < 2 || !slices.ContainsFunc(names, func(g string) bool { return groupSide(meaning(g)) == 0 }) {
		return
	}
	controls := slices.DeleteFunc(slices.Clone(names), func(g string) bool {
		return !isControl(g, control) && (control != "" || groupSide(meaning(g)) != 2)
	})
	if len(names) > 2 || len(controls) != 1 {
		c.open = append(c.open,
			fmt.Sprintf("the columns are of the groups %s: say which is the control with --control NAME, and give two groups", quoted(names)))
		return
	}
	c.alias = map[string]string{}
	c.controlled = control != ""
	for _, g := range names {
		side := "1"
		if g == controls[0] {
			side = "2"
		}
		for stem, column := range groups[g] {
			c.alias[stem+side] = column
		}
	}
}

func quoted(names []string) string {
	var out []string
	for _, n := range names {
		out = append(out, fmt.Sprintf("%q", n))
	}
	return strings.Join(out, ", ")
}

// groupSide is 1 or 2 where a folded word names the treated group or the
// comparator, 0 where it names neither.
func groupSide(word string) int {
	for arm := 1; arm <= 2; arm++ {
		if slices.Contains(armWords[arm-1], word) {
			return arm
		}
	}
	return 0
}
