package synthesis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
)

// cover says which searches asked for the candidates of a question: those that
// named one of its substances together with one of its conditions or its topic,
// or without any. A search that was broken off is named and covers nothing.
func cover(q Question, topics []string, b Base) evidence.Coverage {
	c := evidence.Coverage{Restated: b.Restated, Complete: true}
	conditions := q.conditions()
	for _, s := range b.Searches {
		named := slices.Concat(s.Conditions, s.Topics)
		limited := len(named) > 0 && len(conditions)+len(topics) > 0
		if !overlap(s.Substances, q.Substances) || limited && !overlap(named, conditions) && !overlap(named, topics) {
			continue
		}
		c.Asked = c.Asked || s.Complete
		if b.Restated { // the starter facts answered: no register has a hit list or a day
			continue
		}
		c.Searches = append(c.Searches, evidence.SearchRef{ID: s.ID, Source: s.Source, Name: s.Name, Day: s.Day, Hits: s.Hits,
			Complete: s.Complete})
		c.Day = max(c.Day, s.Day)
		c.Complete = c.Complete && s.Complete
	}
	c.Complete = c.Complete && c.Asked && !c.Restated
	slices.SortFunc(c.Searches, func(a, b evidence.SearchRef) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.ID, b.ID))
	})
	return c
}

// joined is the coverage of several, each search once.
func joined(parts ...evidence.Coverage) evidence.Coverage {
	out := evidence.Coverage{Complete: true}
	seen := map[string]bool{}
	for _, p := range parts {
		out.Asked, out.Restated, out.Complete, out.Day = out.Asked || p.Asked, out.Restated || p.Restated, out.Complete && p.Complete,
			max(out.Day, p.Day)
		for _, s := range p.Searches {
			if !seen[s.ID] {
				seen[s.ID] = true
				out.Searches = append(out.Searches, s)
			}
		}
	}
	out.Complete = out.Complete && out.Asked
	slices.SortFunc(out.Searches, func(a, b evidence.SearchRef) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.ID, b.ID))
	})
	return out
}

// absenceOrder ranks the states by how much is known: of several, the first is
// what may be said.
var absenceOrder = []evidence.State{evidence.Supported, evidence.Contradicted, evidence.Uncertain, evidence.MeasuredOnly,
	evidence.Uncontrolled,
	evidence.RegisteredOnly, evidence.SearchedNone, evidence.SelectionNone, evidence.NotLooked, evidence.Outside}

// best is the state that says most.
func best(states ...evidence.State) evidence.State {
	for _, s := range absenceOrder {
		if slices.Contains(states, s) {
			return s
		}
	}
	return evidence.NotLooked
}

// stateOf says what is known for a question. Its verdict is that of the claim
// that the treatment does what it is given for, of a harm that it is more
// frequent.
func stateOf(q Question, f evidence.Finding) evidence.State {
	if f.Primary.K > 0 && f.Primary.Estimate != nil {
		c := Claim{}
		if q.Kind == "harm" {
			c.Says = "higher"
		}
		return verdictOf(c, f)
	}
	states := []evidence.State{evidence.NotLooked}
	add := func(when bool, s evidence.State) {
		if when {
			states = append(states, s)
		}
	}
	for _, m := range f.Measured {
		add(m.Controlled, evidence.MeasuredOnly)
		add(!m.Controlled, evidence.Uncontrolled)
	}
	for _, x := range f.Excluded {
		add(x.Misfit == CodeDesign && !x.Compared, evidence.Uncontrolled)
		add(measuredHere(x), evidence.MeasuredOnly)
	}
	add(len(f.Missing) > 0, evidence.RegisteredOnly)
	add(f.Primary.K > 0, evidence.MeasuredOnly)
	add(f.Coverage.Asked, f.Coverage.None())
	return best(states...)
}

// measuredHere reports whether a row that was left out shows that the question's
// own outcome was measured: not at another time, not in another group.
func measuredHere(x evidence.Exclusion) bool {
	return x.Compared || x.Misfit == "" && x.Code != CodePlan && x.Code != CodeTime
}

// searched says in words what was asked: "ClinicalTrials.gov, PubMed; 2026-11-20".
func searched(c evidence.Coverage) string {
	var names []string
	for _, s := range c.Searches {
		if n := cmp.Or(s.Name, s.Source); s.Complete && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	out := strings.Join(names, ", ")
	if c.Day != "" {
		out += " (last on " + c.Day + ")"
	}
	return out
}

// named is a list of at most six names in brackets.
func named(names []string) string {
	if len(names) == 0 {
		return ""
	}
	more := ""
	if len(names) > 6 {
		more = " and others"
	}
	return " (" + strings.Join(names[:min(len(names), 6)], ", ") + more + ")"
}

// sayAbsence is the sentence about a question, a cell or a claim without a
// number; "" where nothing may be said. n studies stand behind the state, names
// are those of their reports or records.
func sayAbsence(s evidence.State, what string, n int, names []string, c evidence.Coverage) string {
	switch {
	case s == evidence.MeasuredOnly && n > 0:
		return fmt.Sprintf("%s%s measured it without a number that this question can use, so it is not known %s.",
			plural(n, "study with a comparison group", "studies with a comparison group"), named(names), what)
	case s == evidence.MeasuredOnly:
		return fmt.Sprintf("It was measured without a number that this edition can use, so it is not known %s.", what)
	case s == evidence.Uncontrolled && n > 0:
		return fmt.Sprintf("Only %s%s gave results on it, without a comparison group; no controlled result shows %s.",
			plural(n, "study", "studies"), named(names), what)
	case s == evidence.Uncontrolled:
		return fmt.Sprintf("Only results without a comparison group exist; no controlled result shows %s.", what)
	case s == evidence.RegisteredOnly && n > 0:
		return fmt.Sprintf("%s registered%s, and this edition holds no result that answers the question, so it is not known %s.",
			plural(n, "trial is", "trials are"), named(names), what)
	case s == evidence.RegisteredOnly:
		return fmt.Sprintf("Trials are registered, and this edition holds no result that answers the question, so it is not known %s.", what)
	case s == evidence.SelectionNone:
		return fmt.Sprintf("The demonstration's selection of trials holds none of it, and no register was searched, so it is not "+
			"known from here %s.", what)
	case s == evidence.SearchedNone && c.Asked:
		return fmt.Sprintf("A search of %s found no trial of it, so it is not known %s.", searched(c), what)
	}
	return ""
}
