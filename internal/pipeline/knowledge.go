package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"past/internal/coding"
	"past/internal/evidence"
	"past/internal/store"
	"past/internal/synthesis"
	"past/reports"
)

// reportKnowledge gathers what stands beside the findings: notices, topic cards
// with other evidence, the sexual and relational layer, who was left out and what
// was done besides the drug, and guesses of treatment.
func (p *Pipeline) reportKnowledge(ctx context.Context, h *human, ed *reports.Edition) error {
	ed.Notices = h.Notices
	ed.Guesses = h.Guesses
	ed.Cards = synthesis.Cards(p.Vocab, ed.Gap.Cells, ed.Studies, h.Other, h.Cards)
	at := map[string]*evidence.Study{}
	for i := range ed.Studies {
		for _, r := range ed.Studies[i].Records {
			at[r] = &ed.Studies[i]
		}
	}
	layer := synthesis.LayerInput{Studies: ed.Studies, Planned: map[string][]evidence.PlannedOutcome{}, Harms: ed.Harms, Posted: map[string]bool{}}
	// one record speaks for a trial that several registers hold: the one with the
	// longest eligibility text
	protocols := map[string]evidence.Record{}
	for r, err := range p.Store.Records(ctx, store.RecordFilter{Kinds: []evidence.RecordKind{evidence.KindTrial}, WithoutGone: true}) {
		if err != nil {
			return fmt.Errorf("reading protocols: %w", err)
		}
		layer.Planned[r.ID] = r.Planned
		layer.Posted[r.ID] = r.Results != nil
		st := at[r.ID]
		if st == nil || !tracked(p.Vocab, st.Substances) {
			continue
		}
		r.Results, r.Sites = nil, nil
		if before, ok := protocols[st.ID]; !ok || len(r.Eligibility) > len(before.Eligibility) {
			protocols[st.ID] = r
		}
	}
	for _, domain := range []string{"sexual-function", "relationship"} {
		for a, err := range p.Store.ArmResults(ctx, store.ResultFilter{Domain: domain}) {
			if err != nil {
				return fmt.Errorf("reading posted results: %w", err)
			}
			layer.Results = append(layer.Results, a)
		}
	}
	var err error
	if layer.Readings, err = p.Store.PlannedReadings(ctx); err != nil {
		return err
	}
	ed.Sexual = synthesis.SexualLayer(layer)
	trials := make([]evidence.Record, 0, len(protocols))
	for _, id := range slices.Sorted(maps.Keys(protocols)) {
		trials = append(trials, protocols[id])
	}
	ed.Protocols = coding.Summarise(trials)
	return nil
}
