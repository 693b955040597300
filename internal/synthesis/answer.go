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
}

// StudyTopics is what a study is about, in vocabulary ids.
type StudyTopics struct {
	Substances, Conditions, Topics []string
}

// Answer works out one finding.
func Answer(ctx context.Context, q Question, b Base) (evidence.Finding, error) {
	sel := Select(q, b.Effects)
	effects, lost := Recompute(q, sel.Included)
	sel.Excluded = append(sel.Excluded, lost...)
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
	f.Warnings = slices.Clone(primary.Warnings)
	if f.Sensitivity, err = sensitivity(q, effects); err != nil {
		return f, fmt.Errorf("question %s: %w", q.ID, err)
	}
	f.Missing = missing(q, b, effects)
	f.Measured = measured(q, b)
	if err := explore(q, &f, effects); err != nil {
		return f, fmt.Errorf("question %s: %w", q.ID, err)
	}
	if f.Multiverse, err = runMultiverse(ctx, q, b.Effects, len(effects)); err != nil {
		return f, fmt.Errorf("question %s: %w", q.ID, err)
	}
	if err := grade(q, &f, len(b.Trials) > 0); err != nil {
		return f, fmt.Errorf("question %s: %w", q.ID, err)
	}
	if err := say(q, &f); err != nil {
		return f, fmt.Errorf("question %s: %w", q.ID, err)
	}
	f.Limits = limits(q, f)
	return f, nil
}

// explore adds everything beside the primary model.
func explore(q Question, f *evidence.Finding, effects []evidence.Effect) (err error) {
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

// sensitivity refits the primary data under other defensible choices.
func sensitivity(q Question, effects []evidence.Effect) ([]evidence.PooledResult, error) {
	if len(effects) < 2 {
		return nil, nil
	}
	var out []evidence.PooledResult
	for _, m := range []Model{
		{Label: "common effect, Wald", Measure: q.Measure, Formula: q.Formula, Method: "EE", Test: "z"},
		{Label: "DerSimonian-Laird, Wald", Measure: q.Measure, Formula: q.Formula, Method: "DL", Test: "z"},
		{Label: "Paule-Mandel, Knapp-Hartung", Measure: q.Measure, Formula: q.Formula, Method: "PM", Test: "knha"},
	} {
		if m.Method == q.Method && m.Test == q.Test {
			continue
		}
		r, err := Pool(m, effects)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
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

// missing lists registered trials that fit the question and have no effect in
// it: nothing is said of their results.
func missing(q Question, b Base, pooled []evidence.Effect) []evidence.MissingTrial {
	inPool := map[string]bool{}
	for _, e := range pooled {
		inPool[e.StudyID] = true
	}
	var out []evidence.MissingTrial
	for _, r := range b.Trials {
		st := b.StudyOf[r.ID]
		about := b.About[st]
		if inPool[st] || !overlap(about.Substances, q.Substances) || !slices.Contains(about.Conditions, q.Condition) {
			continue
		}
		out = append(out, evidence.MissingTrial{StudyID: st, RecordID: r.ID, Title: r.Title, Status: r.Status, Why: whyMissing(r),
			PlannedN: r.Enrollment, Completion: r.Completion.String(), URL: r.URL})
	}
	slices.SortFunc(out, func(a, b evidence.MissingTrial) int {
		if a.RecordID < b.RecordID {
			return -1
		}
		return 1
	})
	return out
}

func whyMissing(r evidence.Record) string {
	switch r.Status {
	case evidence.StatusNotYet, evidence.StatusRecruiting, evidence.StatusActive, evidence.StatusSuspended:
		return "running"
	case evidence.StatusCompleted:
		return "completed without results in the pool"
	case evidence.StatusTerminated:
		return "terminated"
	case evidence.StatusWithdrawn:
		return "withdrawn"
	}
	return "unknown"
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
