package resample

import (
	"fmt"
	"math"
	"sort"

	"past/analysis"
	"past/analysis/meta"
)

// Alternative is the direction of a permutation test.
type Alternative string

// The directions, with metafor's names.
const (
	TwoSided Alternative = "two.sided"
	Greater  Alternative = "greater"
	Less     Alternative = "less"
)

// PermutationOptions chooses a permutation test. The zero value is REML with a z statistic, two-sided, 1,000 permutations or all
// of them when there are fewer.
type PermutationOptions struct {
	Method      meta.Method
	Test        meta.Test
	Alternative Alternative
	Iterations  int    // 0 means 1,000; when there are no more permutations than that, all are used
	Exact       bool   // use all permutations whatever their number, up to MaxExact
	Seed        uint64 // of the random permutations
}

// MaxExact is the largest number of permutations that an exact test will go through.
const MaxExact = 1 << 22

// tolerance: statistics this close to the observed one count as equal to it, as in metafor (square root of machine precision).
const tolerance = 0x1p-26

// PermutationResult is the outcome of a permutation test.
type PermutationResult struct {
	Method     string
	Options    PermutationOptions
	K          int
	Estimate   float64 // of the observed data
	Stat       float64 // test statistic of the observed data
	PNormal    float64 // its usual two-sided p-value, for comparison
	P          float64 // permutation p-value
	Exact      bool
	Iterations int     // permutations compared, the observed order included
	SmallestP  float64 // the smallest p-value that this many studies can give
	Warnings   analysis.Warnings
}

func (o *PermutationOptions) fill() error {
	if o.Method == "" {
		o.Method = meta.REML
	}
	if o.Test == "" {
		o.Test = meta.Z
	}
	if o.Alternative == "" {
		o.Alternative = TwoSided
	}
	if o.Iterations == 0 {
		o.Iterations = 1000
	}
	if o.Alternative != TwoSided && o.Alternative != Greater && o.Alternative != Less {
		return fmt.Errorf("the alternative must be two.sided, greater or less, not %q", o.Alternative)
	}
	if o.Iterations < 2 || o.Iterations > 1e8 {
		return fmt.Errorf("%d permutations: the number must lie between 2 and 100,000,000", o.Iterations)
	}
	return nil
}

// extreme reports whether a permuted statistic is at least as extreme as the observed one.
func (a Alternative) extreme(permuted, observed float64) bool {
	switch a {
	case Greater:
		return permuted >= observed-tolerance
	case Less:
		return permuted <= observed+tolerance
	}
	return math.Abs(permuted) >= math.Abs(observed)-tolerance
}

// PermuteSigns tests whether the mean effect is zero: if it is, and effects are symmetric around it, each study's sign was a toss
// of a coin (Follmann & Proschan 1999, Biometrics 55:732-737). The p-value is the share of sign patterns whose test statistic is
// at least as extreme as the observed one; the model is refitted for each.
func PermuteSigns(y, v []float64, o PermutationOptions) (PermutationResult, error) {
	if err := o.fill(); err != nil {
		return PermutationResult{}, fmt.Errorf("permutation test: %w", err)
	}
	var ws meta.Workspace
	f, err := ws.Fit(y, v, o.Method, o.Test)
	if err != nil {
		return PermutationResult{}, fmt.Errorf("permutation test: %w", err)
	}
	k := len(y)
	r := PermutationResult{Method: fmt.Sprintf("permutation test of the mean by sign changes (Follmann & Proschan 1999), %s, %s", o.Method,
		o.Test),
		Options: o, K: k, Estimate: f.Value, Stat: f.Stat, PNormal: f.P, SmallestP: math.Pow(0.5, float64(k))}
	if o.Alternative == TwoSided {
		r.SmallestP *= 2
	}
	all := math.Pow(2, float64(k))
	if o.Exact && all > MaxExact {
		return r, fmt.Errorf("permutation test: %d studies have %.3g sign patterns, more than the %d that an exact test goes "+
			"through: use random permutations", k, all, MaxExact)
	}
	s := sortedStudies(y, v)
	if math.IsNaN(f.Stat) {
		r.P = math.NaN()
		r.Warnings.Add(analysis.NoEstimate, "the test statistic of the data does not exist")
		return r, nil
	}
	if r.Exact = o.Exact || all <= float64(o.Iterations); r.Exact {
		r.Iterations = int(all)
		r.P = s.allSigns(&ws, o, f.Stat)
	} else {
		r.Iterations = o.Iterations
		r.P = s.randomSigns(&ws, o, f.Stat)
		se := math.Sqrt(r.P * (1 - r.P) / float64(o.Iterations))
		r.Warnings.Add(analysis.Precision, "the p-value is from %d random permutations: its standard error is about %.2g",
			o.Iterations, se)
	}
	if r.SmallestP > 0.05 {
		r.Warnings.Add(analysis.FewStudies, "%d studies cannot give a p-value below %.3g whatever their effects", k, r.SmallestP)
	}
	return r, nil
}

// studies are rows in an order that does not depend on the input's, nor on the effects' signs.
type studies struct{ y, v, flipped []float64 }

func sortedStudies(y, v []float64) studies {
	idx := make([]int, len(y))
	for i := range idx {
		idx[i] = i
	}
	sort.SliceStable(idx, func(a, b int) bool {
		i, j := idx[a], idx[b]
		if v[i] != v[j] {
			return v[i] < v[j]
		}
		if x, z := math.Abs(y[i]), math.Abs(y[j]); x != z {
			return x < z
		}
		return y[i] < y[j]
	})
	s := studies{flipped: make([]float64, len(y))}
	for _, i := range idx {
		s.y, s.v = append(s.y, y[i]), append(s.v, v[i])
	}
	return s
}

// allSigns goes through all sign patterns. Changing all signs changes the sign of the statistic and nothing else, so only the
// patterns that keep the first sign are fitted.
func (s studies) allSigns(ws *meta.Workspace, o PermutationOptions, observed float64) float64 {
	copy(s.flipped, s.y)
	patterns := 1 << (len(s.y) - 1)
	hits, counted := 0, 0
	for i := 0; i < patterns; i++ {
		if i > 0 { // Gray code: one sign changes at a time
			bit := 1 + trailingZeros(i)
			s.flipped[bit] = -s.flipped[bit]
		}
		z := ws.Estimate(s.flipped, s.v, o.Method, o.Test).Stat
		if math.IsNaN(z) {
			continue
		}
		counted += 2
		if o.Alternative.extreme(z, observed) {
			hits++
		}
		if o.Alternative.extreme(-z, observed) {
			hits++
		}
	}
	return float64(hits) / float64(counted)
}

func trailingZeros(i int) int {
	n := 0
	for ; i&1 == 0; i >>= 1 {
		n++
	}
	return n
}

// randomSigns draws sign patterns; the first one is the observed one, so that the p-value is never 0.
func (s studies) randomSigns(ws *meta.Workspace, o PermutationOptions, observed float64) float64 {
	rng := newRNG(o.Seed)
	hits, counted := 1, 1
	for i := 1; i < o.Iterations; i++ {
		var bits uint64
		for j, y := range s.y {
			if j%64 == 0 {
				bits = rng.uint64()
			}
			if s.flipped[j] = y; bits&1 == 1 {
				s.flipped[j] = -y
			}
			bits >>= 1
		}
		z := ws.Estimate(s.flipped, s.v, o.Method, o.Test).Stat
		if math.IsNaN(z) {
			continue
		}
		counted++
		if o.Alternative.extreme(z, observed) {
			hits++
		}
	}
	return float64(hits) / float64(counted)
}
