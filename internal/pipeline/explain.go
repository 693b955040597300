package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"past/internal/evidence"
	"past/internal/pointer"
	"past/internal/store"
)

// Explanation is the way back from a number: what it is, what it was made of,
// and the stored bytes with the place marked.
type Explanation struct {
	ID      string              `json:"id"`
	Kind    string              `json:"kind"` // finding | effect
	Finding *evidence.Finding   `json:"finding,omitempty"`
	Effects []evidence.Effect   `json:"effects"`
	Places  map[string][]string `json:"places"` // effect id → one line per input: the stored text at its place
}

// Explain walks a finding or an effect back to the stored bytes.
func (p *Pipeline) Explain(ctx context.Context, id string) (Explanation, error) {
	x := Explanation{ID: id, Places: map[string][]string{}}
	findings, err := p.Store.Findings(ctx)
	if err != nil {
		return x, err
	}
	if i := slices.IndexFunc(findings, func(f evidence.Finding) bool { return f.ID == id }); i >= 0 {
		x.Kind, x.Finding, x.Effects = "finding", &findings[i], findings[i].Effects
	} else {
		e, err := p.Store.Effect(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return x, fmt.Errorf("%q is neither a finding nor an effect of this database; past cite --list names the findings, past explain FINDING their effects", id)
		}
		if err != nil {
			return x, fmt.Errorf("%q is neither a finding nor an effect of this database: %w", id, err)
		}
		x.Kind, x.Effects = "effect", []evidence.Effect{e}
	}
	bodies := map[string]evidence.Payload{}
	for _, e := range x.Effects {
		for _, in := range e.Inputs {
			sha := in.Prov.PayloadSHA256
			if _, ok := bodies[sha]; !ok {
				pl, err := p.Store.Payload(ctx, sha)
				if err != nil {
					return x, fmt.Errorf("the bytes behind %s of %s: %w", in.Name, e.ID, err)
				}
				bodies[sha] = pl
			}
			place, err := pointer.Resolve(bodies[sha], in.Prov.Pointer)
			if err != nil {
				return x, fmt.Errorf("%s of %s: %w", in.Name, e.ID, err)
			}
			x.Places[e.ID] = append(x.Places[e.ID], fmt.Sprintf("%s = %s, from %s at %s: %s", in.Name, in.Raw, sha[:min(12, len(sha))], in.Prov.Pointer, place))
		}
	}
	return x, nil
}
