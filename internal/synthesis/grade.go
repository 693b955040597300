package synthesis

import (
	"fmt"
	"math"
	"strings"

	"past/analysis/certainty"
	"past/internal/evidence"
)

// smallStudySize bounds the rule for a single small study.
const (
	smallStudySize = 100
	smallStudyRule = "a single study of fewer than 100 participants is never proposed above very low."
)

// unratedNote ends the rule of a domain that no one rated; reports look for its
// beginning.
const unratedNote = " (not rated: nothing to propose from)"

// grade proposes the certainty of a finding by rule. Nothing is signed here: a
// review file does that, and a finding without one says "proposed".
func grade(q Question, f *evidence.Finding, registersSearched bool) error {
	if f.Primary.K == 0 || f.Primary.Estimate == nil {
		f.Certainty.Note = "nothing to grade: no study gives numbers"
		return nil
	}
	p, err := certainty.Propose(gradeInputs(q, f, registersSearched))
	if err != nil {
		return err
	}
	f.Certainty = evidence.Certainty{Level: p.Level.String(), Note: p.Sentence}
	if f.Primary.K == 1 && f.Primary.N < smallStudySize && p.Level > certainty.VeryLow {
		f.Certainty.Level = certainty.VeryLow.String()
		f.Certainty.Note += fmt.Sprintf(" One study of %s: %s", strings.Replace(f.Primary.N.Words("participant", "participants"),
			"number of participants not stated", "an unstated number of participants", 1), smallStudyRule)
	}
	for _, d := range p.Domains {
		rule := d.Rule
		if f.Headline.Kind == evidence.HeadlineNotPooled { // studies that are not pooled count by their people
			d.Plain, d.Numbers = byPeople(d.Plain), byPeople(d.Numbers)
		}
		if !d.Known {
			rule += unratedNote
		}
		if unknown := statusUnknown(f); unknown > 0 && d.Name == certainty.PublicationBias {
			d.Numbers += fmt.Sprintf("; %s of unknown status", plural(unknown, "further fitting trial", "further fitting trials"))
		}
		if may := len(f.Unplaced); may > 0 && d.Name == certainty.PublicationBias {
			d.Numbers += fmt.Sprintf("; %s may fit, and the records do not say", plural(may, "further trial", "further trials"))
		}
		f.Certainty.Domains = append(f.Certainty.Domains, evidence.CertaintyDomain{Name: d.Name, Steps: float64(d.Steps), Rule: rule,
			Inputs: d.Numbers, Plain: d.Plain})
	}
	return nil
}

func byPeople(s string) string {
	return strings.NewReplacer("of the weight", "of the people", "weight at low risk", "people at low risk").Replace(s)
}

func gradeInputs(q Question, f *evidence.Finding, searched bool) certainty.Inputs {
	p := f.Primary
	in := certainty.Unknown()
	in.Measure, in.Randomised, in.K = q.Measure, true, p.K
	if p.N > 0 {
		in.Participants = float64(p.N)
	}
	in.Estimate, in.Lo, in.Hi = *p.Estimate, *p.CILower, *p.CIUpper
	if lo, hi, ok := f.Headline.Interval(); ok {
		in.Estimate, in.Lo, in.Hi = *f.Headline.Estimate, lo, hi
	}
	set := func(to *float64, from *float64) {
		if from != nil {
			*to = *from
		}
	}
	set(&in.PILo, p.PILower)
	set(&in.PIHi, p.PIUpper)
	if p.Tau2 != nil && *p.Tau2 == 0 { // how far a new study may differ could not be estimated
		in.PILo, in.PIHi = in.Lo, in.Hi
	}
	set(&in.I2, p.I2Q)
	set(&in.QP, p.QP)
	set(&in.MID, q.MID)
	in.MIDSource = q.MIDSource
	if r, _, ok := comparatorRisk(f.Effects); ok && r > 0 && r < 1 {
		in.BaselineRisk = r
	}
	if q.Measure == "MD" {
		set(&in.SD, finite(pooledSD(f.Effects)))
		if in.SD == 0 {
			in.SD = math.NaN()
		}
	}
	if in.Conflict = f.Headline.Kind == evidence.HeadlineNotPooled && p.K > 1; in.Conflict {
		yi, _ := columns(f.Effects)
		in.OneSided, p.Weights = oneSided(yi), peopleWeights(f.Effects)
	}
	in.WithoutHigh = withoutHigh(q, f.Effects)
	if felt(q) {
		in.Unblinded = openWeight(p, f.Effects)
	}
	if f.Harm {
		in.Uncounted = uncountedBy(f.Notices)
	}
	for i, e := range f.Effects {
		w := 1.0
		if i < len(p.Weights) {
			w = p.Weights[i]
		}
		in.Studies = append(in.Studies, certainty.StudyWeight{Study: e.StudyLabel, Weight: w, Risk: judgement(e.RiskOfBias)})
	}
	for _, i := range q.Indirectness {
		in.Indirectness = append(in.Indirectness, certainty.Indirect{Facet: certainty.Facet(i.Facet), Share: i.Share, Reason: i.Reason})
	}
	in.DirectKnown = q.IndirectnessReviewed
	for _, t := range f.SmallStudy {
		if t.P != nil {
			in.Signals = append(in.Signals, certainty.SmallStudySignal{Name: t.Name, P: *t.P, Limit: t.Limit})
		}
	}
	in.Missing = missingResults(f, searched)
	return in
}

// peopleWeights are the shares of the studies' people, in percent: the weights of
// studies that are not pooled. nil where a study does not state its people.
func peopleWeights(effects []evidence.Effect) []float64 {
	all := float64(Participants(effects))
	if !(all > 0) {
		return nil
	}
	out := make([]float64, len(effects))
	for i := range effects {
		out[i] = 100 * float64(Participants(effects[i:i+1])) / all
	}
	return out
}

// withoutHigh is the answer without the studies at high risk of bias; nothing where
// all or none of them are.
func withoutHigh(q Question, effects []evidence.Effect) certainty.Without {
	none := certainty.Unknown().WithoutHigh
	rest := filter(effects, func(e evidence.Effect) bool { return judgement(e.RiskOfBias) != certainty.HighRisk })
	if len(rest) == 0 || len(rest) == len(effects) {
		return none
	}
	p, err := Pool(q.Model(), rest)
	if err != nil || p.CILower == nil {
		return none
	}
	h, _, err := headline(q, p, rest, false)
	lo, hi, ok := h.Interval()
	if err != nil || !ok {
		return certainty.Without{K: len(rest), Estimate: *p.Estimate, Lo: *p.CILower, Hi: *p.CIUpper}
	}
	return certainty.Without{K: len(rest), Estimate: *h.Estimate, Lo: lo, Hi: hi}
}

// openWeight is the share of the weight of comparisons whose comparator gives the
// treatment away.
func openWeight(p evidence.PooledResult, effects []evidence.Effect) float64 {
	var open, all float64
	for i, e := range effects {
		w := 1.0
		if i < len(p.Weights) {
			w = p.Weights[i]
		}
		if all += w; gives()[e.ComparatorClass] {
			open += w
		}
	}
	return open / all
}

// statusUnknown counts fitting trials whose records state no status.
func statusUnknown(f *evidence.Finding) int {
	n := 0
	for _, t := range f.Missing {
		if t.Why == WhyUnknown {
			n++
		}
	}
	return n
}

// missingResults are the fitting trials that should have results, and apart those of
// an unknown status or of people that are not stated: those still running are not
// missing anything yet.
func missingResults(f *evidence.Finding, searched bool) certainty.MissingResults {
	m := certainty.Unknown().Missing
	m.Known = searched
	var overdue certainty.TrialCount
	for _, t := range f.Missing {
		switch {
		case due(t):
			count(&overdue, t)
		case t.Why == WhyUnknown:
			count(&m.Unclear, t)
		}
	}
	m.Trials, m.Participants, m.Unsized = overdue.Trials, overdue.Participants, overdue.Unsized
	m.Unclear.Trials, m.Unclear.Unsized = m.Unclear.Trials+len(f.Unplaced), m.Unclear.Unsized+len(f.Unplaced)
	if f.Bound != nil && !f.Bound.Beyond {
		m.Tipping = float64(f.Bound.Participants)
	}
	return m
}

func count(c *certainty.TrialCount, t evidence.MissingTrial) {
	if c.Trials++; t.PlannedN == nil {
		c.Unsized++
	} else {
		c.Participants += float64(*t.PlannedN)
	}
}

func judgement(s string) certainty.Judgement {
	switch strings.ToLower(s) {
	case "low":
		return certainty.LowRisk
	case "some concerns":
		return certainty.SomeConcerns
	case "high":
		return certainty.HighRisk
	}
	return certainty.Unjudged
}
