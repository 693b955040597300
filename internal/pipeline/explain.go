package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

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
	f, err := p.Store.Finding(ctx, id)
	switch {
	case err == nil:
		x.Kind, x.Finding, x.Effects = "finding", &f, f.Effects
	case !errors.Is(err, store.ErrNotFound):
		return x, err
	default:
		e, err := p.Store.Effect(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return x, fmt.Errorf("%.80q is neither a finding nor an effect of this database (%w); past cite --list names the "+
				"findings, past explain FINDING their effects",
				id, store.ErrNotFound)
		}
		if err != nil {
			return x, fmt.Errorf("effect %.80q: %w", id, err)
		}
		x.Kind, x.Effects = "effect", []evidence.Effect{e}
	}
	// One payload is held at a time, each read once: those of a finding together
	// may be larger than the memory.
	type input struct{ effect, at int }
	behind := map[string][]input{}
	for i, e := range x.Effects {
		if len(e.Inputs) > 0 {
			x.Places[e.ID] = make([]string, len(e.Inputs))
		}
		for j, in := range e.Inputs {
			behind[in.Prov.PayloadSHA256] = append(behind[in.Prov.PayloadSHA256], input{i, j})
		}
	}
	for _, sha := range slices.Sorted(maps.Keys(behind)) {
		pl, err := p.Store.Payload(ctx, sha)
		body := pointer.Open(pl)
		for _, n := range behind[sha] {
			e := &x.Effects[n.effect]
			in := &e.Inputs[n.at]
			if err != nil {
				return x, fmt.Errorf("the bytes behind %s of %s: %w", in.Name, e.ID, err)
			}
			place, err := body.Resolve(in.Prov.Pointer)
			if err != nil {
				return x, fmt.Errorf("%s of %s: %w", in.Name, e.ID, err)
			}
			x.Places[e.ID][n.at] = fmt.Sprintf("%s = %s, from %s at %s: %s", in.Name, in.Raw, sha[:min(12, len(sha))], in.Prov.Pointer, shown(place))
		}
	}
	return x, nil
}

// maxPlace is how many bytes of a place are shown: a pointer may name the whole
// of a study.
const maxPlace = 4096

func shown(p pointer.Place) string {
	s := p.String()
	if len(s) <= maxPlace {
		return s
	}
	return strings.ToValidUTF8(s[:maxPlace], "") + fmt.Sprintf("… (%d bytes in all)", len(s))
}
