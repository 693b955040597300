package pipeline

import (
	"context"

	"past/internal/store"
)

// Rebuild recreates every derived row: records anew from the payloads, studies,
// effects and findings anew from those and the human files.
func (p *Pipeline) Rebuild(ctx context.Context, progress func(done, total int)) (store.RebuildReport, error) {
	rep, err := p.Store.Rebuild(ctx, parse, progress)
	if err != nil {
		return rep, err
	}
	if err := p.Store.IndexSearch(ctx); err != nil {
		return rep, err
	}
	return rep, p.Stages(ctx)
}

// Stages runs link, extract and analyse.
func (p *Pipeline) Stages(ctx context.Context) error {
	if _, err := p.Link(ctx); err != nil {
		return err
	}
	if _, err := p.Extract(ctx); err != nil {
		return err
	}
	_, err := p.Analyse(ctx)
	return err
}
