package pipeline

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
	"past/internal/synthesis"
)

// Findings are the stored findings in the order of the questions; findings of
// questions that are no longer asked come last, by id.
func (p *Pipeline) Findings(ctx context.Context) ([]evidence.Finding, error) {
	findings, err := p.Store.Findings(ctx)
	if err != nil {
		return nil, err
	}
	qs, err := p.asked()
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, q := range qs {
		at[q.ID] = i + 1
	}
	place := func(id string) int {
		if i := at[id]; i > 0 {
			return i
		}
		return len(qs) + 1
	}
	slices.SortStableFunc(findings, func(a, b evidence.Finding) int {
		return cmp.Or(place(a.ID)-place(b.ID), strings.Compare(a.ID, b.ID))
	})
	return findings, nil
}

// Claims are the stored verdicts in the order of their ids, numbers as numbers:
// C2 before C10.
func (p *Pipeline) Claims(ctx context.Context) ([]evidence.ClaimVerdict, error) {
	claims, err := p.Store.Claims(ctx)
	slices.SortStableFunc(claims, func(a, b evidence.ClaimVerdict) int {
		x, i := splitNumber(a.ID)
		y, j := splitNumber(b.ID)
		return cmp.Or(strings.Compare(x, y), i-j, strings.Compare(a.ID, b.ID))
	})
	return claims, err
}

func splitNumber(id string) (string, int) {
	head := strings.TrimRight(id, "0123456789")
	n, err := strconv.Atoi(id[len(head):])
	if err != nil {
		return id, 0
	}
	return head, n
}

// Headline returns the questions that an overview shows also without a number:
// those marked so, and those that the reader asked in a file.
func (p *Pipeline) Headline() (map[string]bool, error) {
	h, err := p.readReview()
	if err != nil {
		return nil, err
	}
	qs, err := p.questions(h)
	if err != nil {
		return nil, err
	}
	m := map[string]bool{}
	for _, q := range qs {
		m[q.ID] = q.Headline || p.Questions != nil
	}
	for _, q := range h.questions {
		m[q.ID] = true
	}
	return m, nil
}

// asked are the questions as the review folder has them now.
func (p *Pipeline) asked() ([]synthesis.Question, error) {
	h, err := p.readReview()
	if err != nil {
		return nil, err
	}
	return p.questions(h)
}
