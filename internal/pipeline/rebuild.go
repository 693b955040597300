package pipeline

import (
	"context"

	"past/internal/store"
)

// Rebuild recreates every derived row: records anew from the payloads, studies,
// effects and findings anew from those and the review files.
func (p *Pipeline) Rebuild(ctx context.Context, progress func(done, total int)) (store.RebuildReport, error) {
	rep, err := p.Store.Rebuild(ctx, progress)
	if err != nil {
		return rep, err
	}
	return rep, p.allStages(ctx)
}

// Merge takes over what other databases collected and makes every derived row
// again. Nothing is done where they hold nothing new.
func (p *Pipeline) Merge(ctx context.Context, others []string, progress func(done, total int)) (store.MergeReport, store.RebuildReport, error) {
	took, rep, err := p.Store.Merge(ctx, others, progress)
	if err != nil || !took.Any() {
		return took, rep, err
	}
	return took, rep, p.allStages(ctx)
}

func (p *Pipeline) allStages(ctx context.Context) error {
	for _, name := range StageNames {
		if _, err := p.stage(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
