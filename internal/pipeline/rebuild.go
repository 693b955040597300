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
	for _, name := range StageNames {
		if _, err := p.stage(ctx, name); err != nil {
			return rep, err
		}
	}
	return rep, nil
}
