package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/extract/reason"
	"past/internal/review"
	"past/internal/store"
)

// decisionRows are decisions as the store keeps them.
func decisionRows(ds []review.Decision) []store.Decision {
	var out []store.Decision
	for _, d := range ds {
		row, err := json.Marshal(d.Fields)
		if err != nil {
			row = []byte("{}") // a map of strings always marshals
		}
		out = append(out, store.Decision{File: d.File, Line: d.Line, Kind: string(d.Kind), Target: d.Target, Who: d.Who, When: d.When,
			What: what(d), Why: d.Why, Stale: d.Stale, Row: row})
	}
	return out
}

func what(d review.Decision) string {
	switch d.Kind {
	case review.Inclusion, review.LinkChoice:
		return d.Fields["decision"]
	case review.TopicChoice:
		return d.Fields["decision"] + " under " + d.Fields["topic"]
	case review.Correction:
		return fmt.Sprintf("%s from %s to %s", d.Fields["field"], d.Fields["old"], d.Fields["new"])
	case review.RiskOfBias:
		return d.Fields["overall"]
	case review.Certainty:
		return d.Fields["level"]
	case review.Resolution:
		return fmt.Sprintf("%s is %s", d.Fields["field"], d.Fields["value"])
	}
	return ""
}

// ReviewProblems are what of the review files was set aside.
func (p *Pipeline) ReviewProblems() ([]evidence.Problem, error) {
	h, err := p.readReview()
	if err != nil {
		return nil, err
	}
	return h.Problems, nil
}

// ReviewReport is what a check of the review files finds.
type ReviewReport struct {
	Extractions int                `json:"extractions"`
	Decisions   int                `json:"decisions"`
	Claims      int                `json:"claims"` // of claims files, without mistakes
	Problems    []evidence.Problem `json:"problems"`
	Conflicts   []review.Conflict  `json:"conflicts"`
	Stale       []review.Decision  `json:"stale"`
}

// Open counts what a person still has to look at.
func (r ReviewReport) Open() int {
	n := len(r.Problems) + len(r.Stale)
	return n
}

// CheckReview reads the review files and compares them with the data, without
// changing anything.
func (p *Pipeline) CheckReview(ctx context.Context) (ReviewReport, error) {
	h, err := p.readReview()
	if err != nil {
		return ReviewReport{}, err
	}
	var effects []evidence.Effect
	for e, err := range p.Store.Effects(ctx) {
		if err != nil {
			return ReviewReport{}, err
		}
		effects = append(effects, e)
	}
	findings, err := p.Store.Findings(ctx)
	if err != nil {
		return ReviewReport{}, err
	}
	studies, err := p.studies(ctx)
	if err != nil {
		return ReviewReport{}, err
	}
	words := topicDecisions(h, studies)
	rep := ReviewReport{Extractions: len(h.Extracted), Decisions: len(h.Decisions), Claims: len(h.claims),
		Problems:  slices.Concat(h.Problems, words.problems()),
		Conflicts: slices.Concat(h.conflicts, words.conflicts)}
	// effects in the store carry corrections already; those are checked against
	// the rows as they were extracted
	fresh := extract.PaperEffects(h.extractions, func(review.Extraction) string { return "" }, planFormula, p.Vocab)
	at := map[string]int{}
	for i := range effects {
		at[effects[i].ID] = i
	}
	for _, e := range fresh {
		if i, ok := at[e.ID]; ok {
			e.StudyID = effects[i].StudyID
			effects[i] = e
		}
	}
	applied := review.Apply(effects, h.Decisions, func(e *evidence.Effect) error { return extract.Compute(e, planFormula) })
	for i := range fresh {
		if j, ok := at[fresh[i].ID]; ok {
			fresh[i] = effects[j] // with the corrections of people
		}
	}
	rep.Problems = append(rep.Problems, unusableRows(h, fresh)...)
	doses, err := p.statedDoses(ctx, h.Harms, studies, effects)
	if err != nil {
		return ReviewReport{}, err
	}
	rep.Problems = append(rep.Problems, doseProblems(h, extractedHarms(h.Harms, studies, effects, doses), fresh)...)
	review.Sign(findings, applied)
	words.markStale(applied)
	for _, d := range applied {
		if d.Stale != "" {
			rep.Stale = append(rep.Stale, d)
		}
	}
	return rep, nil
}

// impossibleIn are the columns in which a row has what cannot be, by the code of
// the reason. A row that only lacks numbers is no mistake.
var impossibleIn = map[string]string{reason.NegativeSpread: "sd1, sd2", reason.ZeroSpread: "sd1, sd2",
	reason.Limits: "ci_lb, ci_ub", reason.Implausible: "estimate, se, ci_lb, ci_ub",
	reason.Counts: "events1, total1, events2, total2", reason.NoN: "n1, n2", reason.OutOfRange: "mean1, mean2"}

// unusableRows are the rows of extraction tables with numbers that cannot be.
func unusableRows(h *human, effects []evidence.Effect) []evidence.Problem {
	var out []evidence.Problem
	for _, e := range effects {
		code, why, _ := strings.Cut(e.Reason, ": ")
		columns := impossibleIn[code]
		i := slices.IndexFunc(h.Extracted, func(x review.Extracted) bool { return x.ID == e.ID })
		if i < 0 || e.Verdict != evidence.Unusable || columns == "" {
			continue
		}
		out = append(out, evidence.Problem{Source: "review", RecordID: e.ID, Kind: "unusable-row",
			Where:   fmt.Sprintf("%s line %d, columns %s", h.Extracted[i].File, h.Extracted[i].Line, columns),
			Message: e.ID + ": " + why, Retry: "past review check"})
	}
	return out
}
