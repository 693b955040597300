package multiverse

import (
	"cmp"
	"math"
	"slices"
)

// Rule says which of a study's candidates a level leaves. Rules are made by the
// functions of this file; the zero Rule is none.
type Rule struct {
	// apply ranks the candidates of a study: those of the lowest rank present among
	// the ones still in play stay. A negative rank is out for good.
	apply func(s *Study) []int
}

// All keeps everything.
func All() Rule {
	return Rule{apply: func(s *Study) []int { return make([]int, len(s.Candidates)) }}
}

// Keep leaves candidates whose tag has one of the values; a study without any drops
// out. For comparator sets, design sets, risk of bias.
func Keep(tag string, values ...string) Rule {
	return ranked(func(c *Candidate) int {
		if slices.Contains(values, c.Tags[tag]) {
			return 0
		}
		return -1
	})
}

// Drop leaves out candidates whose tag has one of the values.
func Drop(tag string, values ...string) Rule {
	return ranked(func(c *Candidate) int {
		if slices.Contains(values, c.Tags[tag]) {
			return -1
		}
		return 0
	})
}

// Variant leaves candidates computed in one way: those whose tag has the value and
// those without the tag, which don't depend on the choice. For the formula, and for
// the correlation assumed where only some effects need one.
func Variant(tag, value string) Rule {
	return ranked(func(c *Candidate) int {
		if v, ok := c.Tags[tag]; ok && v != value {
			return -1
		}
		return 0
	})
}

// Prefer leaves the candidates with the earliest value of the list that the study has;
// where it has none of them, all stay. For instrument rules.
func Prefer(tag string, values ...string) Rule {
	return ranked(func(c *Candidate) int {
		if i := slices.Index(values, c.Tags[tag]); i >= 0 {
			return i
		}
		return len(values)
	})
}

// Smallest leaves the candidates with the smallest value of a number: the earliest
// time point, say. Candidates without it stay only where no other does.
func Smallest(number string) Rule { return by(number, func(x float64) float64 { return x }) }

// Largest is Smallest turned round.
func Largest(number string) Rule { return by(number, func(x float64) float64 { return -x }) }

// Without leaves out whole studies.
func Without(studies ...string) Rule {
	return Rule{apply: func(s *Study) []int {
		r := make([]int, len(s.Candidates))
		if slices.Contains(studies, s.ID) {
			for i := range r {
				r[i] = -1
			}
		}
		return r
	}}
}

// Then applies rules one after the other as a single level.
func Then(rules ...Rule) Rule {
	return Rule{apply: func(s *Study) []int {
		// lexicographic: candidates are ordered by the first rule, then the second, …
		keys, out := make([][]int, len(s.Candidates)), make([]int, len(s.Candidates))
		for _, r := range rules {
			for i, k := range r.apply(s) {
				keys[i] = append(keys[i], k)
				if k < 0 {
					out[i] = -1
				}
			}
		}
		return denseRanks(out, func(a, b int) int { return slices.Compare(keys[a], keys[b]) })
	}}
}

func ranked(rank func(*Candidate) int) Rule {
	return Rule{apply: func(s *Study) []int {
		r := make([]int, len(s.Candidates))
		for i := range r {
			r[i] = rank(&s.Candidates[i])
		}
		return r
	}}
}

// by ranks by a number; missing and NaN come last.
func by(number string, key func(float64) float64) Rule {
	return Rule{apply: func(s *Study) []int {
		keys := make([]float64, len(s.Candidates))
		for i, c := range s.Candidates {
			keys[i] = math.Inf(1)
			if x, ok := c.Numbers[number]; ok && !math.IsNaN(x) {
				keys[i] = key(x)
			}
		}
		return denseRanks(make([]int, len(keys)), func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
	}}
}

// denseRanks fills ranks 0, 1, … by an ordering of positions; negative entries stay.
func denseRanks(r []int, order func(a, b int) int) []int {
	var at []int
	for i := range r {
		if r[i] >= 0 {
			at = append(at, i)
		}
	}
	slices.SortStableFunc(at, order)
	rank := 0
	for k, i := range at {
		if k > 0 && order(at[k-1], i) != 0 {
			rank++
		}
		r[i] = rank
	}
	return r
}
