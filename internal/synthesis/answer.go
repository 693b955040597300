package synthesis

import (
	"context"
	"fmt"
	"slices"

	"past/internal/evidence"
	"past/internal/review"
)

// Base is what questions are asked of.
type Base struct {
	Effects  []evidence.Effect
	Studies  []evidence.Study
	Trials   []evidence.Record      // registered trials, for what is missing
	StudyOf  map[string]string      // record id → study id
	Measured []review.MeasuredRow   // measured without extractable numbers
	About    map[string]StudyTopics // study id → what it is about
	LastScan string                 // date of the last crawl
	// WithoutMultiverse leaves out the multiverse, the slowest part of a finding.
	WithoutMultiverse bool
}

// StudyTopics is what a study is about, in vocabulary ids.
type StudyTopics struct {
	Substances, Conditions, Topics []string
}

// Answer works out one finding.
func Answer(ctx context.Context, q Question, b Base) (evidence.Finding, error) {
	sel := Select(q, b.Effects)
	var shared []string
	if q.Arms == ArmsAll && q.ModelKind != CHE {
		sel.Included, shared = splitShared(q, sel.Included)
	}
	effects, lost := Recompute(q, sel.Included)
	sel.Excluded = append(sel.Excluded, lost...)
	slices.SortStableFunc(sel.Excluded, byLabel)
	f := evidence.Finding{
		ID: q.ID, Question: q.ID, Title: q.Title, Substance: q.Substances[0], Condition: q.Condition, Domain: q.Domain,
		Population: q.Population, Comparator: comparators(q), Measure: q.Measure, LowerIsBetter: q.LowerIsBetter,
		MID: q.MID, MIDSource: q.MIDSource, Effects: effects, Excluded: sel.Excluded, LastCrawl: b.LastScan,
	}
	primary, err := Pool(q.Model(), effects)
	if err != nil {
		return f, fmt.Errorf("question %s: %w", q.ID, err)
	}
	f.Primary = primary
	f.Warnings = append(slices.Clone(primary.Warnings), shared...)
	if f.Sensitivity, err = sensitivity(q, b, effects); err != nil {
		return f, fmt.Errorf("question %s: %w", q.ID, err)
	}
	var notes []string
	f.Retracted, notes = retractions(b, effects)
	f.Warnings = append(f.Warnings, notes...)
	f.Missing = missing(q, b, effects, sel.Excluded)
	f.Measured = measured(q, b)
	if err := explore(q, &f, effects); err != nil {
		return f, fmt.Errorf("question %s: %w", q.ID, err)
	}
	if b.WithoutMultiverse {
		// asked for without
	} else if f.Multiverse, err = runMultiverse(ctx, q, b.Effects, len(effects)); err != nil {
		return f, fmt.Errorf("question %s: %w", q.ID, err)
	}
	if err := grade(q, &f, len(b.Trials) > 0); err != nil {
		return f, fmt.Errorf("question %s: %w", q.ID, err)
	}
	return f, Say(q, &f)
}

// explore adds everything beside the primary model.
func explore(q Question, f *evidence.Finding, effects []evidence.Effect) (err error) {
	if q.ModelKind == CHE && several(effects) {
		return exploreCHE(q, f, effects)
	}
	if err = diagnose(q, f, effects); err != nil {
		return err
	}
	if f.Subgroups, err = subgroups(q, effects); err != nil {
		return err
	}
	if f.Moderators, err = moderators(q, effects); err != nil {
		return err
	}
	if f.Bayes, err = bayesian(q, effects); err != nil {
		return err
	}
	if f.Sequential, err = monitor(q, effects); err != nil {
		return err
	}
	f.SmallStudy = smallStudy(q, effects)
	f.Bound, err = bound(q, effects, f.Primary, f.Missing)
	return err
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

func measured(q Question, b Base) []evidence.Measured {
	var out []evidence.Measured
	for _, m := range b.Measured {
		if m.Domain != q.Domain || (m.Substance != "" && !slices.Contains(q.Substances, m.Substance)) || m.Substance == "" {
			continue
		}
		out = append(out, evidence.Measured{StudyID: b.StudyOf[m.TrialID], Label: m.Label, Instrument: m.Instrument, N: m.N,
			Note: m.Outcome + "; " + m.Note + " (" + m.Design + ", " + m.Comparator + ")", DOI: m.DOI, Source: m.Source})
	}
	return out
}
