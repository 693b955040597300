package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
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
		if err != nil {
			return x, fmt.Errorf("%q is neither a finding nor an effect of this database: %w", id, err)
		}
		x.Kind, x.Effects = "effect", []evidence.Effect{e}
	}
	bodies := map[string][]byte{}
	for _, e := range x.Effects {
		for _, in := range e.Inputs {
			sha := in.Prov.PayloadSHA256
			if bodies[sha] == nil {
				pl, err := p.Store.Payload(ctx, sha)
				if err != nil {
					return x, fmt.Errorf("the bytes behind %s of %s: %w", in.Name, e.ID, err)
				}
				bodies[sha] = pl.Body
			}
			text, err := At(bodies[sha], in.Prov.Pointer)
			if err != nil {
				return x, fmt.Errorf("%s of %s: %w", in.Name, e.ID, err)
			}
			x.Places[e.ID] = append(x.Places[e.ID], fmt.Sprintf("%s = %s, from %s at %s: %s", in.Name, in.Raw, sha[:min(12, len(sha))], in.Prov.Pointer, text))
		}
	}
	return x, nil
}

// At gives the stored text at a pointer: an RFC 6901 pointer into JSON, or
// row=N;column=NAME into a table.
func At(body []byte, pointer string) (string, error) {
	if strings.HasPrefix(pointer, "row=") {
		return atCell(body, pointer)
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return "", fmt.Errorf("the payload is not JSON, the pointer %s cannot be followed: %w", pointer, err)
	}
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		switch t := v.(type) {
		case map[string]any:
			next, ok := t[step]
			if !ok {
				return "", fmt.Errorf("the payload has nothing at %s", pointer)
			}
			v = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(t) {
				return "", fmt.Errorf("the payload has nothing at %s", pointer)
			}
			v = t[i]
		default:
			return "", fmt.Errorf("the payload has nothing at %s", pointer)
		}
	}
	b, err := json.Marshal(v)
	return string(b), err
}
