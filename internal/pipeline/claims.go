package pipeline

import (
	"fmt"

	"past/internal/evidence"
	"past/internal/synthesis"
)

// ownClaim is a claim of a claims file.
type ownClaim struct {
	synthesis.Claim
	file string
}

// readClaims reads the claims files against the questions. A claim with a
// mistake is kept aside as a problem with its line; the others are judged.
func (p *Pipeline) readClaims(h *human) error {
	files := h.Of("claims")
	if len(files) == 0 {
		return nil
	}
	qs, err := p.questions(h)
	if err != nil {
		return err
	}
	taken := map[string]string{}
	for _, f := range files {
		aside := func(id, where, message string) {
			h.Problems = append(h.Problems, evidence.Problem{Source: "review", RecordID: id, Kind: "bad-claim", Where: where, Message: message,
				SHA256: f.SHA256, Retry: "past review check"})
		}
		cs, mistakes, err := synthesis.ReadClaims(f.Path, f.Body, p.Vocab, qs, taken)
		if err != nil {
			aside("", f.Path, err.Error())
			continue
		}
		for _, m := range mistakes {
			aside(m.ID, fmt.Sprintf("%s:%d", f.Path, m.Line), m.Message)
		}
		for _, c := range cs {
			h.claims = append(h.claims, ownClaim{c, f.Path})
		}
	}
	return nil
}

// claimsToJudge are the vocabulary's claims and those of the claims files.
func (p *Pipeline) claimsToJudge(h *human) []synthesis.Claim {
	out := synthesis.ShippedClaims(p.Vocab)
	for _, c := range h.claims {
		out = append(out, c.Claim)
	}
	return out
}
