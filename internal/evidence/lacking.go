package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Lacking counts the registered trials that fit a finding and have no result in
// its pool. Pages, limits, figures, manuscripts and the terminal count here.
type Lacking struct {
	Trials    int
	Kinds     []WhyCount // by reason, most first
	Elsewhere int        // of them pooled for another question
	Asked     bool       // a register was searched for such trials
	Unplaced  int        // further trials that may fit: their records do not say
	People    string     // of the question, where Unplaced is not 0
}

// WhyCount is how many trials lack a result for one reason.
type WhyCount struct {
	Why string
	N   int
}

// Lacking counts the trials of Missing.
func (f *Finding) Lacking() Lacking {
	l := Lacking{Trials: len(f.Missing), Asked: f.Coverage.Asked, Unplaced: len(f.Unplaced),
		People: cmp.Or(f.Asked.Population, "the people asked about")}
	for _, m := range f.Missing {
		if len(m.PooledIn) > 0 {
			l.Elsewhere++
		}
		i := slices.IndexFunc(l.Kinds, func(k WhyCount) bool { return k.Why == m.Reason() })
		if i < 0 {
			i, l.Kinds = len(l.Kinds), append(l.Kinds, WhyCount{Why: m.Reason()})
		}
		l.Kinds[i].N++
	}
	slices.SortFunc(l.Kinds, func(a, b WhyCount) int { return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Why, b.Why)) })
	return l
}

// Any reports whether a trial lacks a result or may do so.
func (l Lacking) Any() bool { return l.Trials+l.Unplaced > 0 }

// Count is the number of trials without a result, a range where it is not known of
// some whether they fit; "" where it is 0.
func (l Lacking) Count() string {
	switch {
	case l.Unplaced > 0:
		return fmt.Sprintf("%d to %d", l.Trials, l.Trials+l.Unplaced)
	case l.Trials > 0:
		return strconv.Itoa(l.Trials)
	}
	return ""
}

// Sentence says which registered trials have no result, and of how many it is not
// known whether they fit.
func (l Lacking) Sentence() string {
	switch l.Unplaced {
	case 0:
		return l.known()
	case 1:
		return l.known() + " 1 further registered trial of the substance may fit: its record does not say whether it is of " + l.People + "."
	}
	return fmt.Sprintf("%s %d further registered trials of the substance may fit: their records do not say whether they are of %s.",
		l.known(), l.Unplaced, l.People)
}

func (l Lacking) known() string {
	if l.Trials == 0 && !l.Asked {
		return "No search of a register for this question is on record here: which registered trials lack a result is not known."
	}
	if l.Trials == 0 && l.Unplaced > 0 {
		return "No registered trial that is known to fit this question lacks a result here."
	}
	if l.Trials == 0 {
		return "No registered trial that fits this question lacks a result here. Trials that were never registered cannot be seen."
	}
	out := "1 registered trial fits this question and has no result here"
	if l.Trials > 1 {
		out = fmt.Sprintf("%d registered trials fit this question and have no result here", l.Trials)
	}
	var kinds []string
	for _, k := range l.Kinds {
		kinds = append(kinds, fmt.Sprintf("%d %s", k.N, k.Why))
	}
	if len(l.Kinds) == 1 { // the number stands before it
		out += " (" + l.Kinds[0].Why + ")."
	} else {
		out += ": " + strings.Join(kinds, "; ") + "."
	}
	switch {
	case l.Elsewhere == 1 && l.Trials == 1:
		out += " It is pooled for another question."
	case l.Elsewhere == 1:
		out += " 1 of them is pooled for another question."
	case l.Elsewhere > 1:
		out += fmt.Sprintf(" %d of them are pooled for other questions.", l.Elsewhere)
	}
	return out
}

// Reason is why the trial has no result, in words.
func (m MissingTrial) Reason() string {
	if m.Why == "" || m.Why == "unknown" {
		return "status unknown"
	}
	return m.Why
}

// MissingOf lists the trials that some finding lacks, each study once. Of several
// reasons the one that knows most is kept: a report that is not pooled, posted
// results, then the state of the trial.
func MissingOf(findings []Finding) []MissingTrial {
	rank := func(m MissingTrial) int {
		return slices.Index([]string{"results posted, not pooled", "reported, not pooled"}, m.Why)
	}
	at := map[string]int{}
	var out []MissingTrial
	for i := range findings {
		for _, m := range findings[i].Missing {
			key := cmp.Or(m.StudyID, m.RecordID)
			j, ok := at[key]
			switch {
			case !ok:
				at[key], out = len(out), append(out, m)
			case rank(m) > rank(out[j]):
				out[j] = m
			}
		}
	}
	slices.SortFunc(out, func(a, b MissingTrial) int { return strings.Compare(a.RecordID, b.RecordID) })
	return out
}
