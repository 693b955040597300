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

// The verdicts that numbers can give.
const (
	Supported    = evidence.Supported
	Uncertain    = evidence.Uncertain
	Contradicted = evidence.Contradicted
)

// The names of the rules behind the verdicts; ClaimRules has their texts.
const (
	RuleEfficacy = "efficacy"
	RuleParts    = "several outcomes"
	RuleAbsence  = "number of trials"
	RuleOutside  = "not a question for trials of a drug"
)

// ClaimRules are the written rules behind the verdicts, by name.
var ClaimRules = map[string]string{
	RuleEfficacy: "Of the findings that speak of the claim, the one with most studies decides. Supported: its headline " +
		"interval excludes no effect on the side that the claim states (benefit, where it names none), " +
		"with three studies or more and at least moderate certainty. Contradicted: it excludes no effect on the other side, with " +
		"two studies or more and at least low certainty. " +
		"Uncertain: every other finding with a number, and wherever two of them point to opposite sides. Without a number the " +
		"verdict says which kind of absence it is. " +
		"A certainty that a person signed counts before the one proposed by rule.",
	RuleParts: "As for efficacy, outcome by outcome: supported or contradicted when each outcome is, otherwise uncertain as " +
		"soon as one has a number; without one, the outcome of which most is known decides.",
	RuleAbsence: "Supported: at most three studies of the gap map join one of the claim's substances and one of its topics, and every " +
		"pair of them was searched. Uncertain: otherwise; that a record names a topic does not make it a trial of what the claim names.",
	RuleOutside: "Trials of the tracker's substances cannot answer it: it asks how common something is, or what practice without a drug does.",
}

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

// lower reports whether the claim says that the outcome of a finding is lower.
func (c Claim) lower(f evidence.Finding) bool {
	if c.Says == "" {
		return f.LowerIsBetter
	}
	return c.Says == "lower"
}

// ShippedClaims are the claims of a vocabulary.
func ShippedClaims(v *vocab.Vocabulary) []Claim {
	var out []Claim
	for _, c := range v.Claims() {
		out = append(out, Claim{Claim: c})
	}
	return out
}

// Judge judges claims against the findings, one for each question in the same
// order. A verdict is known by the id of its claim, so that its changes can be
// followed from one edition to the next.
func Judge(claims []Claim, questions []Question, findings []evidence.Finding, gap []evidence.GapCell, date string) []evidence.ClaimVerdict {
	var out []evidence.ClaimVerdict
	for _, c := range claims {
		cv := evidence.ClaimVerdict{ID: c.ID, Text: c.Text, Rule: RuleEfficacy, Date: date, Findings: []string{}}
		switch c.Kind {
		case "efficacy":
			judgeClaim(&cv, c, boundFindings(c, questions, findings))
		case "mechanism":
			judgeParts(&cv, c, questions, findings)
		case "absence":
			judgeAbsence(&cv, c, gap)
		default:
			cv.Verdict, cv.Rule = evidence.Outside, RuleOutside
			cv.Why = "The tracker collects trials of the substances; this claim needs another kind of study."
		}
		if cv.Instead == "" {
			cv.Instead = instead(c, cv)
		}
		out = append(out, cv)
	}
	return out
}

// instead is the sentence to write where no finding gives one.
func instead(c Claim, cv evidence.ClaimVerdict) string {
	text := strings.TrimSuffix(c.Text, ".")
	switch cv.Verdict {
	case evidence.Outside:
		kind := "an observational study or a survey"
		if c.Kind == "non-drug" {
			kind = "a study of that practice"
		}
		return fmt.Sprintf("Trials of psychedelic drugs do not show whether %s; cite %s for it.", text, kind)
	case evidence.NotLooked:
		return fmt.Sprintf("Whether %s was not looked for in this edition; nothing can be cited from it.", text)
	}
	return cmp.Or(sayAbsence(cv.Verdict, "whether "+text, 0, nil, cv.Coverage), fmt.Sprintf("It is not known whether %s.", text))
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

// judgeParts judges a claim of several processes.
func judgeParts(cv *evidence.ClaimVerdict, c Claim, questions []Question, findings []evidence.Finding) {
	cv.Rule = RuleParts
	verdicts := map[evidence.State]int{}
	var states []evidence.State
	var why []string
	for _, outcome := range c.Outcomes {
		part := c
		part.Outcomes = []string{outcome}
		one := evidence.ClaimVerdict{Findings: []string{}}
		judgeClaim(&one, c, boundFindings(part, questions, findings))
		verdicts[one.Verdict]++
		states = append(states, one.Verdict)
		cv.Findings = append(cv.Findings, one.Findings...)
		cv.Coverage = joined(cv.Coverage, one.Coverage)
		why = append(why, sentenceCase(plain(outcome))+": "+string(one.Verdict)+". "+one.Why)
		if one.K > cv.K {
			cv.K, cv.N, cv.Certainty, cv.Instead = one.K, one.N, one.Certainty, one.Instead
		}
	}
	cv.Why = strings.Join(why, " ")
	if cv.Verdict = best(states...); cv.Verdict.Answered() && verdicts[cv.Verdict] < len(c.Outcomes) {
		cv.Verdict = Uncertain
	}
}

var certaintyRank = map[string]int{"very low": 1, "low": 2, "moderate": 3, "high": 4}

func judgeClaim(cv *evidence.ClaimVerdict, c Claim, bound []evidence.Finding) {
	cv.Verdict = evidence.NotLooked
	cv.Why = "No question of this edition asks about it, so no trial was looked for; a question of your own lets it be answered."
	most := -1
	for i, f := range bound {
		cv.Findings = append(cv.Findings, f.ID)
		cv.Coverage = joined(cv.Coverage, f.Coverage)
		if f.Primary.K > 0 && f.Primary.Estimate != nil && (most < 0 || f.Primary.K > bound[most].Primary.K) {
			most = i
		}
	}
	if most < 0 {
		judgeWithoutNumber(cv, bound)
		return
	}
	f := bound[most]
	p := f.Primary
	cv.K, cv.N, cv.Certainty, cv.Instead = p.K, p.N, f.Certainty.Level, f.Sentences.Curriculum
	lo, hi, ok := f.Headline.Interval()
	shown := "no pooled answer"
	if ok {
		shown = MeasureName(p.Measure) + " " + Full(p.Measure, *f.Headline.Estimate, lo, hi, 2)
	}
	cv.Why = fmt.Sprintf("%s: %s; %s, %s; %s.", cmp.Or(f.Title, f.ID), shown,
		plural(p.K, "study", "studies"), p.N.Words("participant", "participants"), certaintyWords(f.Certainty))
	cv.Why = strings.TrimSpace(cv.Why + " " + whyVerdict(c, f, lo, hi))
	cv.Verdict = verdictOf(c, f)
	for i, other := range bound {
		v := verdictOf(c, other)
		if i != most && (v == Supported && cv.Verdict == Contradicted || v == Contradicted && cv.Verdict == Supported) {
			cv.Verdict = Uncertain
			cv.Why += " " + cmp.Or(other.Title, other.ID) + " points the other way."
		}
	}
}

// judgeWithoutNumber gives the kind of absence of which most is known.
func judgeWithoutNumber(cv *evidence.ClaimVerdict, bound []evidence.Finding) {
	if len(bound) == 0 {
		return
	}
	var states []evidence.State
	for _, f := range bound {
		states = append(states, f.State)
	}
	cv.Verdict = best(states...)
	cv.Why = "None of its substances was searched in this edition."
	for _, f := range bound {
		if f.State == cv.Verdict && f.Sentences.Plain != "" {
			cv.Why, cv.Instead = cmp.Or(f.Title, f.ID)+": "+f.Sentences.Plain, f.Sentences.Curriculum
			break
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

// verdictOf is the verdict that one finding alone gives; a finding without a
// number gives its kind of absence.
func verdictOf(c Claim, f evidence.Finding) evidence.State {
	p := f.Primary
	if p.K == 0 || p.Estimate == nil {
		return f.State
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

// judgeAbsence counts the studies in the cells of the gap map that the claim names.
func judgeAbsence(cv *evidence.ClaimVerdict, claim Claim, gap []evidence.GapCell) {
	cv.Rule = RuleAbsence
	var parts []evidence.Coverage
	var ids, names []string
	asked := 0
	for _, c := range gap {
		if !slices.Contains(claim.Topics, c.Topic) || !slices.Contains(claim.Substances, c.Substance) {
			continue
		}
		parts = append(parts, c.Coverage)
		if c.Coverage.Asked {
			asked++
		}
		for i, id := range c.StudyIDs {
			if !slices.Contains(ids, id) {
				name := id
				if i < len(c.Reasons) {
					name, _, _ = strings.Cut(c.Reasons[i], ": ")
				}
				ids, names = append(ids, id), append(names, name)
			}
		}
	}
	cv.Coverage = joined(parts...)
	if asked == 0 {
		cv.Verdict, cv.Why = evidence.NotLooked, "No search was made: nothing can be said of how many trials there are."
		return
	}
	cv.K = len(ids)
	all := len(claim.Topics) * len(claim.Substances)
	if cv.Verdict = Uncertain; cv.K <= 3 && asked == all && !cv.Coverage.Restated { // a selection of trials counts nothing
		cv.Verdict = Supported
	}
	slices.Sort(names)
	cv.Why = plural(cv.K, "study in this edition joins", "studies in this edition join") +
		" one of the substances and one of the topics of the claim" + named(names) + "."
	text := strings.TrimSuffix(claim.Text, ".")
	where, so := "A search of "+searched(cv.Coverage)+" found", "; whether "+text+" is not known from it."
	switch {
	case cv.Coverage.Restated:
		where = "A selection of trials without a search of the registers holds"
		cv.Why += " Its facts are a selection and no register was searched, so the number of trials is not known from it."
	case asked < all:
		cv.Why += fmt.Sprintf(" %d of the %d pairs of substance and topic were searched.", asked, all)
	case cv.Verdict == Supported:
		so = ", so " + text + "."
	}
	count := "no trial"
	if cv.K > 0 {
		count = plural(cv.K, "trial", "trials") + named(names)
	}
	cv.Instead = fmt.Sprintf("%s %s of %s on %s%s", where, count, oneOf(claim.Substances, "substances", substanceName),
		oneOf(claim.Topics, "topics of the gap map", plain), so)
}

// oneOf names up to four ids as a choice and counts more.
func oneOf(ids []string, what string, name func(string) string) string {
	if n := len(ids); n > 4 {
		return fmt.Sprintf("one of %d %s", n, what)
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = name(id)
	}
	return strings.Join(names, " or ")
}
