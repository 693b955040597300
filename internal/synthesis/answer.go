package synthesis

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"past/internal/evidence"
	"past/internal/review"
)

// Base is what questions are asked of.
type Base struct {
	Effects []evidence.Effect
	Studies []evidence.Study
	Trials  []evidence.Record // registered trials that a question can be about, for what is missing
	// Registered counts all registered trials by source; nil: those in Trials.
	Registered map[string]int
	// Planned are the outcome domains that the trials plan to measure, by record
	// id, as [PlannedDomains] finds them; nil: they are found when asked for.
	Planned  map[string][]string
	StudyOf  map[string]string      // record id → study id
	Measured []review.MeasuredRow   // measured without extractable numbers
	About    map[string]StudyTopics // study id → what it is about
	LastScan string                 // date of the last crawl
	Switches map[string][]Switch    // study id → dated changes of its plan
	Notices  []evidence.Notice      // what was done to the evidence
	Searches []evidence.Search      // what the sources were asked
	Restated bool                   // the sources were the embedded starter facts
	// WithoutMultiverse leaves out the multiverse, the slowest part of a finding.
	WithoutMultiverse bool
}

// withRetracted is the result with the numbers of retracted reports, so that the
// difference is seen; it is never the headline.
func withRetracted(q Question, effects, would []evidence.Effect) evidence.PooledResult {
	rows, _ := Recompute(q, append(slices.Clone(effects), would...))
	r, _ := part(q, "with the numbers of retracted reports", rows)
	return r
}

// StudyTopics is what a study is about, in vocabulary ids.
type StudyTopics struct {
	Substances, Conditions, Topics []string
	Aside                          map[string]string // substances of which no comparison is about, see [Candidate]
	Design                         string
}

// Answer works out one finding.
func Answer(ctx context.Context, q Question, b Base) (evidence.Finding, error) {
	var gone []evidence.Effect
	b.Effects, gone = withdraw(b.Notices, b.effectsOf(q))
	sel := Select(q, b.Effects)
	would, left := withdrawn(q, b, gone)
	sel.Excluded = append(sel.Excluded, left...)
	var shared []string
	if q.Arms == ArmsAll && q.ModelKind != CHE {
		var gone []evidence.Exclusion
		var divided []string
		sel.Included, gone, shared = combineArms(sel.Included)
		sel.Included, divided = splitShared(sel.Included)
		sel.Excluded, shared = append(sel.Excluded, gone...), append(shared, divided...)
		sel.Included = q.withEvents(sel.Included, &sel.Excluded)
	}
	effects, lost := Recompute(q, sel.Included)
	sel.Excluded = append(sel.Excluded, lost...)
	slices.SortStableFunc(sel.Excluded, byLabel)
	f := evidence.Finding{
		ID: q.ID, Question: q.ID, Title: q.Title, Substance: q.Substances[0], Condition: q.Condition, Domain: q.Domain,
		Population: q.Population, Comparator: comparators(q), Measure: q.Measure, Harm: q.Kind == "harm", LowerIsBetter: q.LowerIsBetter,
		MID: q.MID, MIDSource: q.MIDSource, Effects: effects, Excluded: sel.Excluded, LastCrawl: b.LastScan,
		Asked: evidence.Asked{Population: cmp.Or(q.PopulationWords, map[string]string{"diagnosis": "people with the diagnosis",
			"other-illness": "people with another illness"}[q.Population]), Dose: q.Dose, Clock: q.Clock, Response: q.Response,
			Designs: q.Designs},
	}
	primary, err := Pool(q.Model(), effects)
	if err != nil {
		// the other questions must not wait for this one: the finding has no
		// number, and says why
		primary = unfitted(q.Model(), effects, err)
	}
	f.Primary = primary
	f.Headline, f.Bayes, err = headline(q, primary, effects, true)
	if err != nil {
		f.Warnings = append(f.Warnings, "the Bayesian result could not be computed: "+err.Error())
	}
	f.Absolute = absolute(q, f)
	f.Warnings = append(append(f.Warnings, primary.Warnings...), shared...)
	f.Warnings = append(f.Warnings, allTurned(q, effects)...)
	if f.Headline.Kind == evidence.HeadlineNotPooled {
		f.Flagged = evidence.FlaggedOf(effects, nil, nil)
	} else {
		f.Flagged = evidence.FlaggedOf(effects, primary.EffectIDs, primary.Weights)
	}
	var scored *evidence.PooledResult
	f.OtherScore, scored, f.Beside = otherScore(q, b, effects, f.Headline)
	var notes []string
	f.Retracted, notes = retractions(b, effects)
	f.Warnings = append(f.Warnings, notes...)
	f.Notices = noticesOf(b, &f, would)
	f.Missing, f.Unplaced = missing(q, b, effects, sel.Excluded)
	f.NotPooled = notPooled(q, &f, b.Effects)
	f.Warnings = append(f.Warnings, plansChanged(b, effects)...)
	f.Measured = measured(q, b)
	f.Coverage = cover(q, nil, b)
	if f.Primary.Estimate != nil {
		if err := explore(ctx, q, b, &f, effects); err != nil {
			return f, fmt.Errorf("question %s: %w", q.ID, err)
		}
		if scored != nil && f.Headline.Kind != evidence.HeadlineNotPooled {
			f.Sensitivity = append(f.Sensitivity, *scored)
		}
		if len(would) > 0 {
			f.Sensitivity = append(f.Sensitivity, withRetracted(q, effects, would))
		}
	}
	if err := grade(q, &f, f.Coverage.Asked); err != nil {
		f.Certainty = evidence.Certainty{Level: "very low", Note: "no certainty could be proposed by rule, so it is taken as very low: " +
			err.Error()}
	}
	return f, Say(q, &f)
}

// effectsOf are the effects of the question's substances and of studies about
// them: no other effect has a part in its answer.
func (b Base) effectsOf(q Question) []evidence.Effect {
	var out []evidence.Effect
	for i := range b.Effects {
		e := &b.Effects[i]
		if slices.Contains(q.Substances, e.Substance) || overlap(b.About[e.StudyID].Substances, q.Substances) {
			out = append(out, *e)
		}
	}
	return out
}

// registered counts the registered trials by source.
func (b Base) registered() map[string]int {
	if b.Registered != nil {
		return b.Registered
	}
	out := map[string]int{}
	for i := range b.Trials {
		out[b.Trials[i].Source]++
	}
	return out
}

// plannedBy are the outcome domains that a trial plans to measure.
func (b Base) plannedBy(r *evidence.Record) []string {
	if b.Planned == nil {
		return PlannedDomains(r)
	}
	return b.Planned[r.ID]
}

// Relate adds to each finding what the others know: for which questions a trial is
// pooled that is missing here. The words follow.
func Relate(qs []Question, fs []evidence.Finding) error {
	pooled := map[string][]string{}
	for _, f := range fs {
		for _, e := range f.Effects {
			if !slices.Contains(pooled[e.StudyID], f.ID) {
				pooled[e.StudyID] = append(pooled[e.StudyID], f.ID)
			}
		}
	}
	for i := range fs {
		for j := range fs[i].Missing {
			m := &fs[i].Missing[j]
			m.PooledIn = pooled[m.StudyID]
		}
		if err := Say(qs[i], &fs[i]); err != nil {
			return err
		}
	}
	return nil
}

// unfitted is the result of a model that its data cannot carry.
func unfitted(m Model, effects []evidence.Effect, err error) evidence.PooledResult {
	r := evidence.PooledResult{Label: m.Label, Measure: m.Measure, Formula: m.Formula, Method: "none", Test: "none", K: len(effects),
		N:         Participants(effects),
		EffectIDs: []string{}, Warnings: []string{fmt.Sprintf("the model (%s, %s) could not be fitted: %v", m.Method, m.Test, err)}}
	for _, e := range effects {
		r.EffectIDs = append(r.EffectIDs, e.ID)
	}
	return r
}

// explore adds everything beside the primary model. An analysis that these
// data cannot carry is left out with a warning; only being interrupted stops.
func explore(ctx context.Context, q Question, b Base, f *evidence.Finding, effects []evidence.Effect) error {
	try := func(what string, err error) {
		if err != nil {
			f.Warnings = append(f.Warnings, what+" could not be computed: "+err.Error())
		}
	}
	var err error
	apart := f.Headline.Kind == evidence.HeadlineNotPooled // nothing is said of an average that is not shown
	if !apart {
		f.Sensitivity = sensitivity(q, b, effects)
	}
	if q.ModelKind == CHE && several(effects) {
		try("leaving out one study", exploreCHE(q, f, effects))
	} else {
		try("the influence of single studies", diagnose(q, f, effects))
		f.Subgroups, err = subgroups(q, effects)
		try("a subgroup", err)
		f.Moderators, err = moderators(q, effects)
		try("a moderator", err)
		f.SmallStudy = smallStudy(q, effects)
		if !apart {
			f.Sequential, err = monitor(q, effects)
			try("the sequential monitoring", err)
			f.Bound, err = bound(q, effects, f.Primary, f.Headline, f.Missing)
			try("the bound over missing results", err)
		}
	}
	if b.WithoutMultiverse || apart {
		return ctx.Err()
	}
	f.Multiverse, err = runMultiverse(ctx, q, b.Effects, len(effects))
	if ctx.Err() == nil {
		try("the multiverse", err)
	}
	return ctx.Err()
}

func comparators(q Question) string {
	s := ""
	for i, c := range q.Comparators {
		if i > 0 {
			s += ", "
		}
		s += c
	}
	return s
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// measured are the studies that measured the question's outcome in its
// population without a number; uncontrolled ones are among them.
func measured(q Question, b Base) []evidence.Measured {
	var out []evidence.Measured
	for _, m := range b.Measured {
		c := ofMeasured(m)
		if ok, misfit := Fits(q, c); !ok && !misfit.Context() {
			continue
		}
		out = append(out, evidence.Measured{StudyID: b.StudyOf[m.TrialID], Label: m.Label, Instrument: m.Instrument, N: m.N,
			Controlled: c.controlled(),
			Note:       m.Outcome + "; " + m.Note + " (" + m.Design + ", " + m.Comparator + ")", DOI: m.DOI, Source: m.Source})
	}
	return out
}
