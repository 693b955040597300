package synthesis

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"past/internal/evidence"
	"past/internal/vocab"
)

// How far a finding would have to be due to knowing the treatment
//
// Guess rates of these trials are hardly ever reported, so the shift cannot be
// estimated; what can be computed is how large it would have to be. A study's
// effect y is replaced by y − s·δ, where s is the sign of the pooled effect and
// δ ≥ 0 the part of the effect, in standard deviations, that came from knowing
// what one got. Sampling variances stay.
//
// Shifted alike in every study, the weights and the between-study variance stay
// as they are, and the pooled effect and its interval move by exactly δ. The
// tipping point is therefore the distance from no effect to the nearer limit of
// the headline interval, and that of the minimal important difference the
// distance from it to the pooled effect. Shifted only in studies whose
// comparator gives the treatment away, the model is fitted again for δ = 0.01,
// 0.02, … 3 and the first δ at which the interval includes no effect is taken.

// The grid of shifts, in standard deviations, and the largest pool that is
// fitted again along it.
const (
	shiftStep   = 0.01
	shiftMost   = 3.0
	shiftPooled = 200
)

// Shift is the tipping point of a finding over functional unblinding.
type Shift struct {
	// All is the shift of every study at which the headline interval includes no
	// effect; Share is All as a share of the pooled effect.
	All, Share float64
	// MID is the shift of every study at which the pooled effect falls below the
	// minimal important difference; nil where the plan has none or the effect is
	// below it already.
	MID *float64
	// Open counts the studies whose comparator gives the treatment away; Only is
	// the shift of these alone at which the interval includes no effect, nil where
	// none up to 3 does.
	Open int
	Only *float64
}

// gives are the comparator classes that give the treatment away.
var gives = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, c := range vocab.Default().Comparators() {
		m[c.ID] = c.Blinding != "partial"
	}
	return m
})

// feltClasses are the substances whose acute effect participants notice. Of other
// drugs, such as an antidepressant, nothing of the kind is claimed.
var feltClasses = []string{"entactogen", "classic-psychedelic", "atypical-psychedelic", "dissociative", "ketamine-metabolite"}

// felt reports whether each substance of a question is one that participants notice.
func felt(q Question) bool {
	return len(q.Substances) > 0 && !slices.ContainsFunc(q.Substances, func(id string) bool {
		s, ok := vocab.Default().Substance(id)
		return !ok || !slices.Contains(feltClasses, s.Class)
	})
}

// shift works out the tipping point; nil where the finding has no line to cross
// or the treatment is not felt.
func shift(q Question, effects []evidence.Effect, p evidence.PooledResult, h evidence.Headline) (*Shift, error) {
	if !felt(q) || q.Measure != "SMD" || q.Kind == "harm" || h.Kind != evidence.HeadlinePooled || *p.Estimate == 0 || q.ModelKind == CHE &&
		several(effects) {
		return nil, nil
	}
	lo, hi, _ := h.Interval()
	if !(lo > 0 || hi < 0) {
		return nil, nil
	}
	sign := math.Copysign(1, *p.Estimate)
	s := &Shift{All: min(math.Abs(lo), math.Abs(hi))}
	s.Share = s.All / math.Abs(*p.Estimate)
	if q.MID != nil && math.Abs(*p.Estimate) > *q.MID {
		d := math.Abs(*p.Estimate) - *q.MID
		s.MID = &d
	}
	for _, e := range effects {
		if gives()[e.ComparatorClass] {
			s.Open++
		}
	}
	if s.Open == 0 || s.Open == len(effects) || len(effects) > shiftPooled {
		return s, nil
	}
	for i := 1; float64(i)*shiftStep <= shiftMost+1e-9; i++ {
		d := float64(i) * shiftStep
		moved := slices.Clone(effects)
		for j := range moved {
			if gives()[moved[j].ComparatorClass] {
				m := &moved[j]
				m.SetEffect(m.Measure, m.Formula, evidence.Value(m.Estimate)-sign*d, evidence.Value(m.Variance))
			}
		}
		r, err := Pool(q.Model(), moved)
		if err != nil {
			return s, err
		}
		if *r.CILower <= 0 && *r.CIUpper >= 0 {
			s.Only = &d
			return s, nil
		}
	}
	return s, nil
}

// sayShift describes the tipping point in words.
func sayShift(s *Shift, studies int) string {
	out := fmt.Sprintf("Participants can often tell what they received. If knowing it made up %s standard deviations of every "+
		"study's effect (%s %% of the pooled effect), the interval would include no effect",
		fixed(s.All, 2), fixed(100*s.Share, 0))
	if s.MID != nil {
		out += fmt.Sprintf("; from %s on, the pooled effect would be below the minimal important difference", fixed(*s.MID, 2))
	}
	switch {
	case s.Only != nil:
		out += fmt.Sprintf("; shifted only in the %d of %s whose comparator gives the treatment away, %s would do", s.Open,
			plural(studies, "study", "studies"), fixed(*s.Only, 2))
	case s.Open > 0 && s.Open < studies && studies <= shiftPooled:
		out += fmt.Sprintf("; shifted only in the %d of %s whose comparator gives the treatment away, no shift up to %s would", s.Open,
			plural(studies, "study", "studies"), fixed(shiftMost, 0))
	}
	return out + ". Its size has not been measured."
}
