package pipeline

import (
	"context"

	"past/internal/store"
)

// Rebuild recreates every derived row: records from the payloads, studies, effects
// and findings from those and the review files.
func (p *Pipeline) Rebuild(ctx context.Context, progress func(done, total int)) (store.RebuildReport, error) {
	rep, err := p.Store.Rebuild(ctx, progress)
	if err != nil {
		return rep, err
	}
	return rep, p.stages().All(ctx)
}

// Merge takes over what other databases collected and makes every derived row
// again. Nothing is done where they hold nothing new.
func (p *Pipeline) Merge(ctx context.Context, others []string, progress func(done, total int)) (store.MergeReport, store.RebuildReport,
	error) {
	took, rep, err := p.Store.Merge(ctx, others, progress)
	if err != nil || !took.Any() {
		return took, rep, err
	}
	return took, rep, p.stages().All(ctx)
}
