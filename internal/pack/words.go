package pack

import (
	"fmt"
	"strings"

	"past/internal/edition"
	"past/internal/evidence"
)

// why says what the certainty rests on: each domain that lowers it, with the
// numbers behind, and who judged.
func why(f evidence.Finding, flat edition.Flat) []string {
	var out []string
	if flat.Estimate == nil {
		return []string{"No trial in this edition gives numbers that can be pooled, so that there is nothing to grade."}
	}
	for _, d := range f.Certainty.Domains {
		if d.Steps < 0 {
			out = append(out, fmt.Sprintf("%s (%g): %s", d.Name, d.Steps, d.Inputs))
		}
	}
	if f.Certainty.Note != "" {
		out = append(out, strings.TrimSuffix(f.Certainty.Note, "."))
	} else if !flat.Signed && flat.Certainty != "" {
		out = append(out, "proposed by rule; no person has signed it")
	}
	return out
}

// notToSay lists what the finding does not carry: the finding's own list, and what
// a reader of teaching material could take this edition for.
func notToSay(f evidence.Finding, flat edition.Flat, starter bool) []string {
	out := append([]string{}, f.NotToSay...)
	if flat.Certainty != "" && !flat.Signed {
		out = append(out, "That a panel judged the certainty: it is proposed by rule.")
	}
	if starter {
		out = append(out, "That this is a search of the registers: the edition is made from the embedded starter set.")
	}
	return out
}

// discuss is a question for a group, by what weakens the finding most.
func discuss(f evidence.Finding, flat edition.Flat) string {
	if flat.Estimate == nil {
		return "Which trial would have to be done to answer this, with whom, against what, and measured how?"
	}
	worst, steps := "", 0.0
	for _, d := range f.Certainty.Domains {
		if d.Steps < steps {
			worst, steps = d.Name, d.Steps
		}
	}
	switch worst {
	case "risk of bias":
		return "How could participants' knowledge of what they received have moved this number, and what would a trial have to do about it?"
	case "inconsistency":
		return "The studies differ. Which differences between them could be the reason, and how could one tell?"
	case "indirectness":
		return "In which ways do the people, drugs or settings of these studies differ from those you will meet?"
	case "imprecision":
		return "Read the interval from end to end: what would you do at one end, and what at the other?"
	case "publication bias":
		return "Which registered trials have no results here, and what would they have to show to change the finding?"
	}
	return "What would have to be found for this statement to be withdrawn?"
}
