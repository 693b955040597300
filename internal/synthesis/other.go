package synthesis

import (
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// otherMost is how many reports a claim's sentence names.
const otherMost = 3

// CiteOther adds, to the sentences of claims that trials of a drug cannot answer,
// the nearest other evidence that the edition holds, as its reports state it. What
// they report is neither pooled nor a verdict.
func CiteOther(v *vocab.Vocabulary, claims []Claim, verdicts []evidence.ClaimVerdict, other []evidence.OtherEvidence) {
	for i := range verdicts {
		if i >= len(claims) || verdicts[i].Verdict != evidence.Outside {
			continue
		}
		var parts []string
		for _, o := range other {
			if s := sayOther(o); speaksOfClaim(v, claims[i], o) && !slices.Contains(parts, s) {
				parts = append(parts, s)
			}
		}
		if len(parts) == 0 {
			continue
		}
		more := ""
		if n := len(parts) - otherMost; n > 0 {
			more = fmt.Sprintf("; %s more on the topic cards", plural(n, "report", "reports"))
		}
		verdicts[i].Instead += " Nearest reports in this edition, on a neighbouring question and as their authors state them: " +
			strings.Join(parts[:min(len(parts), otherMost)], "; ") + more + "."
	}
}

// speaksOfClaim reports whether a report is of the kind that a claim asks for and
// of one of its topics, or of a topic in one of its conditions.
func speaksOfClaim(v *vocab.Vocabulary, c Claim, o evidence.OtherEvidence) bool {
	prevalence := o.Design == "prevalence-study"
	if (c.Kind == "prevalence") != prevalence || o.Substance != "" {
		return false
	}
	return slices.Contains(c.Topics, o.Topic) || slices.ContainsFunc(v.Topics(), func(t vocab.Topic) bool {
		return t.ID == o.Topic &&
			overlap(t.Conditions, c.Conditions)
	})
}

// sayOther is a report with its people and what it reports.
func sayOther(o evidence.OtherEvidence) string {
	out := strings.TrimSuffix(o.Reference, ".")
	if o.Population != "" {
		out += " (" + o.Population + ")"
	}
	if o.Direction != "" {
		out += ": " + strings.TrimSuffix(o.Direction, ".")
	}
	return out
}
