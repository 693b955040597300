package synthesis

import (
	"fmt"
	"slices"

	"past/internal/evidence"
	"past/internal/vocab"
)

// The verdicts on a claim.
const (
	Supported    = "supported"
	Uncertain    = "uncertain"
	Contradicted = "contradicted"
	NoEvidence   = "no trial evidence"
)

// ClaimRule is the written rule behind every verdict on a claim of efficacy.
const ClaimRule = "supported: the headline interval of a bound finding excludes no effect on the side of benefit, with three studies or more and at least moderate certainty; " +
	"contradicted: it excludes no effect on the side of harm, with two studies or more and at least low certainty; " +
	"no trial evidence: no bound finding has a study; uncertain: everything else"

// absenceRule answers the claim that trials of the field itself are few.
const absenceRule = "supported: at most three registered trials join a core substance and a topic of sexual or couple therapy; contradicted: more than ten; uncertain: in between"

// Claims holds each claim of the vocabulary against the findings.
func Claims(v *vocab.Vocabulary, questions []Question, findings []evidence.Finding, gap []evidence.GapCell, date string) []evidence.ClaimVerdict {
	var out []evidence.ClaimVerdict
	for _, c := range v.Claims() {
		cv := evidence.ClaimVerdict{ID: c.ID, Text: c.Text, Rule: ClaimRule, Date: date, Findings: []string{}}
		switch c.Kind {
		case "efficacy", "mechanism":
			judgeClaim(&cv, boundFindings(c, questions, findings))
		case "absence":
			judgeAbsence(&cv, gap)
		default:
			cv.Verdict = NoEvidence
			cv.Rule = "claims of prevalence and of practice without a drug are not answered by trials of a drug"
			cv.Why = "the tracker collects trials of the substances; this claim needs another kind of study"
			if c.Note != "" {
				cv.Why += " (" + c.Note + ")"
			}
		}
		out = append(out, cv)
	}
	return out
}

// boundFindings are the findings whose question speaks of the claim: one of
// its substances, one of its outcome domains, and its population if it has one.
func boundFindings(c vocab.Claim, questions []Question, findings []evidence.Finding) []evidence.Finding {
	var out []evidence.Finding
	for i, q := range questions {
		if len(c.Substances) > 0 && !overlap(c.Substances, q.Substances) || !slices.Contains(c.Outcomes, q.Domain) || q.Kind != "efficacy" {
			continue
		}
		if slices.Contains(c.Topics, "sexual-trauma") && q.Condition != "sexual-trauma" {
			continue
		}
		out = append(out, findings[i])
	}
	return out
}

var certaintyRank = map[string]int{"very low": 1, "low": 2, "moderate": 3, "high": 4}

func judgeClaim(cv *evidence.ClaimVerdict, bound []evidence.Finding) {
	cv.Verdict = NoEvidence
	cv.Why = "no question with a trial speaks of this claim"
	best := -1
	for i, f := range bound {
		cv.Findings = append(cv.Findings, f.ID)
		if f.Primary.K > 0 && (best < 0 || f.Primary.K > bound[best].Primary.K) {
			best = i
		}
	}
	if best < 0 {
		if len(bound) > 0 {
			cv.Why = "the bound findings have no study with numbers: " + bound[0].Sentences.Plain
		}
		return
	}
	f := bound[best]
	p := f.Primary
	cv.K, cv.N, cv.Certainty = p.K, p.N, f.Certainty.Level
	lo, hi := Headline(p)
	benefit := f.LowerIsBetter && hi < 0 || !f.LowerIsBetter && lo > 0
	harm := f.LowerIsBetter && lo > 0 || !f.LowerIsBetter && hi < 0
	rank := certaintyRank[cv.Certainty]
	num := fmt.Sprintf("%s: %s %s [%s, %s], k = %d, n = %d, certainty %s", f.ID, MeasureName(p.Measure), natural(p.Measure, *p.Estimate), natural(p.Measure, lo), natural(p.Measure, hi), p.K, p.N, orNone(cv.Certainty))
	switch {
	case benefit && p.K >= 3 && rank >= 3:
		cv.Verdict = Supported
	case harm && p.K >= 2 && rank >= 2:
		cv.Verdict = Contradicted
	default:
		cv.Verdict = Uncertain
	}
	cv.Why = num
}

// judgeAbsence counts the studies in the gap map.
func judgeAbsence(cv *evidence.ClaimVerdict, gap []evidence.GapCell) {
	cv.Rule = absenceRule
	seen := map[string]bool{}
	for _, c := range gap {
		for _, id := range c.StudyIDs {
			if c.Registered > 0 {
				seen[id] = true
			}
		}
	}
	n := len(seen)
	cv.K = n
	switch {
	case n <= 3:
		cv.Verdict = Supported
	case n > 10:
		cv.Verdict = Contradicted
	default:
		cv.Verdict = Uncertain
	}
	cv.Why = plural(n, "study", "studies") + " in this edition join a core substance and a topic of the gap map"
}
