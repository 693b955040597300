package pack

import (
	"fmt"

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
		out = append(out, f.Certainty.Note)
	}
	if !flat.Signed && flat.Certainty != "" && f.Certainty.Note == "" {
		out = append(out, "Proposed by rule; no person has signed it.")
	}
	return append(out, f.Limits...)
}

// notToSay lists what the finding does not carry, by rule from its numbers.
func notToSay(f evidence.Finding, flat edition.Flat, starter bool) []string {
	out := append([]string{}, f.NotToSay...)
	lo, hi, ok := flat.Headline.Interval()
	switch {
	case flat.Estimate == nil:
		out = append(out, "That it works, or that it does not: the absence of trials is not evidence of no effect.")
	case flat.K == 1:
		out = append(out, "That several trials agree: the number is one study's own.")
	}
	if ok {
		switch flat.Certainty {
		case "moderate":
			out = append(out, `That it "reduces", "improves" or "increases" without "probably".`)
		case "low":
			out = append(out, `That it "reduces", "improves" or "increases", or "probably" does; the evidence carries "may".`)
		case "very low", "":
			out = append(out, "Any direction of effect as if it were known; the evidence is very uncertain.")
		}
		if lo <= 0 && hi >= 0 {
			out = append(out, "That the effect lies on one side: the interval includes no effect. Nor that there is no effect: the interval includes more than that.")
		}
		if flat.PILb != nil && *flat.PILb <= 0 && *flat.PIUb >= 0 && (lo > 0 || hi < 0) {
			out = append(out, "That a new study will find the same: the prediction interval includes no effect.")
		}
		if flat.UnguardedLb != nil {
			out = append(out, "The interval without the Knapp-Hartung guard: it claims more certainty than the studies give.")
		}
		out = append(out, "That it holds for a person: the number is an average over groups.")
	}
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
