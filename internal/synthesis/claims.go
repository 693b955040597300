package synthesis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// NoEvidence is the verdict before the kind of absence is known.
const NoEvidence evidence.State = "no trial evidence"

// The verdicts that numbers can give.
const (
	Supported    = evidence.Supported
	Uncertain    = evidence.Uncertain
	Contradicted = evidence.Contradicted
)

// ClaimRule is the written rule behind every verdict on a claim of efficacy.
const ClaimRule = "Of the findings that speak of the claim, the one with most studies decides. Supported: its headline interval excludes no effect on the side that the claim states (benefit, where it names none), with three studies or more and at least moderate certainty; " +
	"contradicted: it excludes no effect on the other side, with two studies or more and at least low certainty; " +
	"no trial evidence: none of them has a study with numbers; uncertain: everything else, and wherever two of them point to opposite sides. A certainty that a person signed counts before the one proposed by rule"

// absenceRule answers the claim that trials of the field itself are few.
const absenceRule = "supported: at most three registered trials join a core substance and a topic of sexual or couple therapy; contradicted: more than ten; uncertain: in between"

// Claim is a claim of the vocabulary or of a claims file.
type Claim struct {
	vocab.Claim `yaml:",inline"`
	// Questions binds the claim to findings by id; empty binds by substances
	// and outcomes.
	Questions []string `yaml:"questions"`
	// Says is higher or lower: the side of the outcome, with the treatment
	// against its comparator, that the claim is about; empty is benefit.
	Says string `yaml:"says"`
}

// lower tells whether the claim says that the outcome of a finding is lower.
func (c Claim) lower(f evidence.Finding) bool {
	if c.Says == "" {
		return f.LowerIsBetter
	}
	return c.Says == "lower"
}

// Claims holds each claim of the vocabulary against the findings.
func Claims(v *vocab.Vocabulary, questions []Question, findings []evidence.Finding, gap []evidence.GapCell, date string) []evidence.ClaimVerdict {
	var cs []Claim
	for _, c := range v.Claims() {
		cs = append(cs, Claim{Claim: c})
	}
	return Judge(cs, questions, findings, gap, date)
}

// Judge holds claims against the findings, one for each question in the same
// order. A verdict is known by the id of its claim, so that a change of it from
// one edition to the next can be told.
func Judge(claims []Claim, questions []Question, findings []evidence.Finding, gap []evidence.GapCell, date string) []evidence.ClaimVerdict {
	var out []evidence.ClaimVerdict
	for _, c := range claims {
		cv := evidence.ClaimVerdict{ID: c.ID, Text: c.Text, Rule: ClaimRule, Date: date, Findings: []string{}}
		switch c.Kind {
		case "efficacy":
			judgeClaim(&cv, c, boundFindings(c, questions, findings))
		case "mechanism":
			judgeParts(&cv, c, questions, findings)
		case "absence":
			judgeAbsence(&cv, c, gap)
		default:
			cv.Verdict = NoEvidence
			cv.Rule = "claims of prevalence and of practice without a drug are not answered by trials of a drug"
			cv.Why = "The tracker collects trials of the substances; this claim needs another kind of study"
			if c.Note != "" {
				cv.Why += " (" + c.Note + ")"
			}
			cv.Why += "."
		}
		out = append(out, cv)
	}
	return out
}

// boundFindings are the findings whose question speaks of the claim: those that
// the claim names, else of one of its substances, one of its outcome domains
// and, if it has one, its population.
func boundFindings(c Claim, questions []Question, findings []evidence.Finding) []evidence.Finding {
	var out []evidence.Finding
	for i, q := range questions {
		if i < len(findings) && speaksOf(c, q) {
			out = append(out, findings[i])
		}
	}
	return out
}

func speaksOf(c Claim, q Question) bool {
	if len(c.Questions) > 0 {
		return slices.Contains(c.Questions, q.ID)
	}
	survivors := slices.Contains(q.Conditions, "sexual-trauma") || q.Condition == "sexual-trauma"
	return q.Kind == "efficacy" && (len(c.Substances) == 0 || overlap(c.Substances, q.Substances)) && slices.Contains(c.Outcomes, q.Domain) &&
		survivors == slices.Contains(c.Topics, "sexual-trauma")
}

// judgeParts judges a claim of several processes: it is supported when each of
// its outcomes is, and has no evidence when none has a trial.
func judgeParts(cv *evidence.ClaimVerdict, c Claim, questions []Question, findings []evidence.Finding) {
	cv.Rule = ClaimRule + "; a claim of several outcomes is supported or contradicted only when each outcome is, and otherwise uncertain as soon as one has a trial"
	verdicts := map[evidence.State]int{}
	var why []string
	for _, outcome := range c.Outcomes {
		part := c
		part.Outcomes = []string{outcome}
		one := evidence.ClaimVerdict{Findings: []string{}}
		judgeClaim(&one, c, boundFindings(part, questions, findings))
		verdicts[one.Verdict]++
		cv.Findings = append(cv.Findings, one.Findings...)
		why = append(why, sentenceCase(plain(outcome))+": "+string(one.Verdict)+". "+one.Why)
		if one.K > cv.K {
			cv.K, cv.N, cv.Certainty = one.K, one.N, one.Certainty
		}
	}
	cv.Why = strings.Join(why, " ")
	cv.Verdict = Uncertain
	for _, v := range []evidence.State{Supported, Contradicted, NoEvidence} {
		if verdicts[v] == len(c.Outcomes) {
			cv.Verdict = v
		}
	}
}

var certaintyRank = map[string]int{"very low": 1, "low": 2, "moderate": 3, "high": 4}

func judgeClaim(cv *evidence.ClaimVerdict, c Claim, bound []evidence.Finding) {
	cv.Verdict = NoEvidence
	cv.Why = "No question of this edition asks about it, so no trial was looked for; a question of your own lets it be answered."
	best := -1
	for i, f := range bound {
		cv.Findings = append(cv.Findings, f.ID)
		if f.Primary.K > 0 && f.Primary.Estimate != nil && (best < 0 || f.Primary.K > bound[best].Primary.K) {
			best = i
		}
	}
	if best < 0 {
		if len(bound) > 0 {
			cv.Why = cmp.Or(bound[0].Sentences.Plain, "No study with numbers speaks of it.")
			if len(bound) > 1 {
				cv.Why = fmt.Sprintf("None of the %d questions about it has a study with numbers. %s", len(bound), cv.Why)
			}
		}
		return
	}
	f := bound[best]
	p := f.Primary
	cv.K, cv.N, cv.Certainty = p.K, p.N, f.Certainty.Level
	lo, hi, ok := f.Headline.Interval()
	shown := "no pooled answer"
	if ok {
		shown = MeasureName(p.Measure) + " " + Full(p.Measure, *f.Headline.Estimate, lo, hi, 2)
	}
	cv.Why = fmt.Sprintf("%s: %s; %s, %s; %s.", cmp.Or(f.Title, f.ID), shown,
		plural(p.K, "study", "studies"), plural(p.N, "participant", "participants"), certaintyWords(f.Certainty))
	cv.Why = strings.TrimSpace(cv.Why + " " + whyVerdict(c, f, lo, hi))
	cv.Verdict = verdictOf(c, f)
	for i, other := range bound {
		v := verdictOf(c, other)
		if i != best && (v == Supported && cv.Verdict == Contradicted || v == Contradicted && cv.Verdict == Supported) {
			cv.Verdict = Uncertain
			cv.Why += " " + cmp.Or(other.Title, other.ID) + " points the other way."
		}
	}
}

// whyVerdict says which parts of the rule one finding meets and which not. It
// names no verdict: a text that quotes it is checked for the verdict it states.
func whyVerdict(c Claim, f evidence.Finding, lo, hi float64) string {
	p, rank := f.Primary, certaintyRank[f.Certainty.Level]
	if math.IsNaN(lo) {
		return ""
	}
	lower := c.lower(f)
	stated, against := lower && hi < 0 || !lower && lo > 0, lower && lo > 0 || !lower && hi < 0
	if !stated && !against {
		return "The interval includes no effect."
	}
	side, needK, words, needRank, level := "that the claim states", 3, "three studies", 3, "moderate"
	if against {
		side, needK, words, needRank, level = "opposite to the claim", 2, "two studies", 2, "low"
	}
	out := "The interval excludes no effect, on the side " + side
	var lacks []string
	if p.K < needK {
		lacks = append(lacks, "at least "+words)
	}
	if rank < needRank {
		lacks = append(lacks, "at least "+level+" certainty")
	}
	if len(lacks) == 0 {
		return out + "."
	}
	return fmt.Sprintf("%s; a verdict on that side asks for %s as well.", out, strings.Join(lacks, " and "))
}

// verdictOf is the verdict that one finding alone would give.
func verdictOf(c Claim, f evidence.Finding) evidence.State {
	p := f.Primary
	if p.K == 0 || p.Estimate == nil {
		return NoEvidence
	}
	lo, hi, _ := f.Headline.Interval()
	lower := c.lower(f)
	stated, opposite := lower && hi < 0 || !lower && lo > 0, lower && lo > 0 || !lower && hi < 0
	rank := certaintyRank[f.Certainty.Level]
	switch {
	case stated && p.K >= 3 && rank >= 3:
		return Supported
	case opposite && p.K >= 2 && rank >= 2:
		return Contradicted
	}
	return Uncertain
}

// judgeAbsence counts the studies in the gap map.
func judgeAbsence(cv *evidence.ClaimVerdict, claim Claim, gap []evidence.GapCell) {
	cv.Rule = absenceRule
	if cv.Date == "" {
		cv.Verdict, cv.Why = NoEvidence, "No register was searched: nothing can be said of how many trials there are."
		return
	}
	seen := map[string]bool{}
	for _, c := range gap {
		if c.Registered == 0 || !slices.Contains(claim.Topics, c.Topic) || !slices.Contains(claim.Substances, c.Substance) {
			continue
		}
		for _, id := range c.StudyIDs {
			seen[id] = true
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
	cv.Why = plural(n, "study in this edition joins", "studies in this edition join") + " one of the substances and one of the topics of the claim."
}
