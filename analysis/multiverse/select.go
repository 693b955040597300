package multiverse

import (
	"math/bits"
	"slices"
)

// bitset marks candidates of one study.
type bitset []uint64

// masks is a level's rule for one study, compiled: the candidates of each rank, best
// rank first. One group that doesn't hold everything is a filter.
type masks []bitset

// compiled is a plan's selection part: masks by axis, level and study.
type compiled struct {
	studies []Study
	levels  [][][]masks
	words   []int // of each study's bitset
}

func compile(p *Plan) *compiled {
	c := &compiled{studies: p.Studies}
	for _, s := range p.Studies {
		c.words = append(c.words, (len(s.Candidates)+63)/64)
	}
	for _, a := range p.Axes {
		var levels [][]masks
		for _, l := range a.Levels {
			var studies []masks
			for i := range p.Studies {
				studies = append(studies, group(l.Rule.apply(&p.Studies[i]), c.words[i]))
			}
			levels = append(levels, studies)
		}
		c.levels = append(c.levels, levels)
	}
	return c
}

func group(ranks []int, words int) masks {
	top := -1
	for _, r := range ranks {
		top = max(top, r)
	}
	byRank := make(masks, top+1)
	for i, r := range ranks {
		if r < 0 {
			continue
		}
		if byRank[r] == nil {
			byRank[r] = make(bitset, words)
		}
		byRank[r][i/64] |= 1 << (i % 64)
	}
	return slices.DeleteFunc(byRank, func(b bitset) bool { return b == nil })
}

// narrow writes into out the candidates of in that a rule leaves: those of the best
// rank present.
func (m masks) narrow(in, out bitset) {
	for _, g := range m {
		var any uint64
		for w := range in {
			out[w] = in[w] & g[w]
			any |= out[w]
		}
		if any != 0 {
			return
		}
	}
	clear(out)
}

// selection is one way to take an effect from each study: a candidate by study, -1
// for none.
type selection []int32

// walk calls visit with every combination of levels, the last axis moving fastest, and
// the selection it leads to. The slices are reused.
func (c *compiled) walk(visit func(levels []int, sel selection) error) error {
	axes := len(c.levels)
	levels := make([]int, axes)
	sel := make(selection, len(c.studies))
	state := make([][]bitset, axes+1) // by depth and study
	for d := range state {
		for i, w := range c.words {
			b := make(bitset, w)
			if d == 0 {
				for k := range c.studies[i].Candidates {
					b[k/64] |= 1 << (k % 64)
				}
			}
			state[d] = append(state[d], b)
		}
	}
	var descend func(depth int) error
	descend = func(depth int) error {
		if depth == axes {
			for i, b := range state[axes] {
				sel[i] = first(b)
			}
			return visit(levels, sel)
		}
		for l, studies := range c.levels[depth] {
			levels[depth] = l
			for i, m := range studies {
				m.narrow(state[depth][i], state[depth+1][i])
			}
			if err := descend(depth + 1); err != nil {
				return err
			}
		}
		return nil
	}
	return descend(0)
}

// first is the lowest candidate of a set, -1 for none.
func first(b bitset) int32 {
	for w, x := range b {
		if x != 0 {
			return int32(64*w + bits.TrailingZeros64(x))
		}
	}
	return -1
}
