package resample

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"past/analysis"
	"past/analysis/internal/sorted"
	"past/analysis/meta"
)

// PermutationOptions chooses a permutation test. The zero value is REML with a z statistic.
type PermutationOptions struct {
	Method meta.Method
	Test   meta.Test
	Seed   uint64 // of the random permutations
}

// iterations is the number of random permutations; when there are no more than that, all are used.
const iterations = 1000

// tolerance: statistics this close to the observed one count as equal to it, as in metafor (square root of machine precision).
const tolerance = 0x1p-26

// PermutationResult is the outcome of a permutation test.
type PermutationResult struct {
	P          float64 // two-sided
	Exact      bool    // from all permutations
	Iterations int     // permutations compared, the observed order included
	Warnings   analysis.Warnings
}

// PermuteSigns tests whether the mean effect is zero: if it is, and effects are symmetric around it, each study's sign was a toss
// of a coin (Follmann & Proschan 1999, Biometrics 55:732-737). The p-value is the share of sign patterns whose test statistic is
// at least as extreme as the observed one; the model is refitted for each.
func PermuteSigns(y, v []float64, o PermutationOptions) (PermutationResult, error) {
	o.Method, o.Test = cmp.Or(o.Method, meta.REML), cmp.Or(o.Test, meta.Z)
	s := studies{o: o}
	f, err := s.ws.Fit(y, v, o.Method, o.Test)
	if err != nil {
		return PermutationResult{}, fmt.Errorf("permutation test: %w", err)
	}
	s.sort(y, v)
	if s.observed = math.Abs(f.Stat) - tolerance; math.IsNaN(f.Stat) {
		r := PermutationResult{P: math.NaN()}
		r.Warnings.Add(analysis.NoEstimate, "the test statistic of the data does not exist")
		return r, nil
	}
	r := PermutationResult{Iterations: iterations}
	if all := math.Pow(2, float64(len(y))); all <= iterations {
		r.P, r.Exact, r.Iterations = s.allSigns(), true, int(all)
	} else {
		r.P = s.randomSigns(iterations)
		r.Warnings.Add(analysis.Precision, "the p-value is from %d random permutations: its standard error is about %.2g",
			iterations, math.Sqrt(r.P*(1-r.P)/iterations))
	}
	if smallest := math.Pow(0.5, float64(len(y)-1)); smallest > 0.05 {
		r.Warnings.Add(analysis.FewStudies, "%d studies cannot give a p-value below %.3g whatever their effects", len(y), smallest)
	}
	return r, nil
}

// studies are rows in an order that does not depend on the input's, nor on the effects' signs.
type studies struct {
	y, v, flipped []float64
	o             PermutationOptions
	ws            meta.Workspace
	observed      float64 // absolute statistic from which a permuted one is as extreme
	hits, counted int
}

func (s *studies) sort(y, v []float64) {
	for _, i := range sorted.Order(len(y), func(i, j int) int {
		return cmp.Or(cmp.Compare(v[i], v[j]), cmp.Compare(math.Abs(y[i]), math.Abs(y[j])), cmp.Compare(y[i], y[j]))
	}) {
		s.y, s.v = append(s.y, y[i]), append(s.v, v[i])
	}
	s.flipped = slices.Clone(s.y)
}

// compare counts the effects with the signs that they have now.
func (s *studies) compare() {
	if z := s.ws.Estimate(s.flipped, s.v, s.o.Method, s.o.Test).Stat; !math.IsNaN(z) {
		s.counted++
		if math.Abs(z) >= s.observed {
			s.hits++
		}
	}
}

// allSigns goes through all sign patterns. Changing all signs changes the sign of the statistic and nothing else, so only the
// patterns that keep the first sign are fitted.
func (s *studies) allSigns() float64 {
	for i := range 1 << (len(s.y) - 1) {
		if i > 0 { // Gray code: one sign changes at a time
			bit := 1 + bits.TrailingZeros(uint(i))
			s.flipped[bit] = -s.flipped[bit]
		}
		s.compare()
	}
	return float64(s.hits) / float64(s.counted)
}

// randomSigns draws sign patterns; the first one is the observed one, so that the p-value is never 0.
func (s *studies) randomSigns(n int) float64 {
	rng := newRNG(s.o.Seed)
	s.hits, s.counted = 1, 1
	for range n - 1 {
		var signs uint64
		for j, y := range s.y {
			if j%64 == 0 {
				signs = rng.uint64()
			}
			if s.flipped[j] = y; signs&1 == 1 {
				s.flipped[j] = -y
			}
			signs >>= 1
		}
		s.compare()
	}
	return float64(s.hits) / float64(s.counted)
}
