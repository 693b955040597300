package bias

import (
	"cmp"
	"math"

	"past/analysis/internal/sorted"
)

// exactKendallMax is the largest number of pairs-free-of-ties observations for which the permutation distribution of
// Kendall's tau is enumerated; above it the normal approximation is exact to far more digits than anyone reads.
const exactKendallMax = 400

// kendall holds the counts behind Kendall's rank correlation of two samples.
type kendall struct {
	n        int
	score    float64   // concordant minus discordant pairs
	xTies    []float64 // sizes of the groups of equal x, groups of one left out
	yTies    []float64
	constant bool // all x or all y are equal: tau does not exist
}

// countKendall counts concordant and discordant pairs in O(n log n) (Knight 1966, JASA 61:436-439).
// Values that are exactly equal are ties.
func countKendall(x, y []float64) kendall {
	n := len(x)
	idx := sorted.Order(n, func(i, j int) int { return cmp.Or(cmp.Compare(x[i], x[j]), cmp.Compare(y[i], y[j])) })
	xs, ys := make([]float64, n), make([]float64, n)
	for a, i := range idx {
		xs[a], ys[a] = x[i], y[i]
	}
	k := kendall{n: n, xTies: tieSizes(xs)}
	both := 0.0
	for a := 0; a < n; {
		b := a
		for b < n && xs[b] == xs[a] && ys[b] == ys[a] {
			b++
		}
		both += pairs(float64(b - a))
		a = b
	}
	swaps := sortCount(ys, make([]float64, n))
	k.yTies = tieSizes(ys)
	total := pairs(float64(n))
	tx, ty := tiedPairs(k.xTies), tiedPairs(k.yTies)
	k.score = total - tx - ty + both - 2*swaps
	k.constant = tx == total || ty == total
	return k
}

func pairs(n float64) float64 { return n * (n - 1) / 2 }

func tiedPairs(sizes []float64) float64 {
	t := 0.0
	for _, s := range sizes {
		t += pairs(s)
	}
	return t
}

// tieSizes lists the sizes of runs of equal values in a sorted slice, runs of one left out.
func tieSizes(sorted []float64) []float64 {
	var out []float64
	for a := 0; a < len(sorted); {
		b := a
		for b < len(sorted) && sorted[b] == sorted[a] {
			b++
		}
		if b-a > 1 {
			out = append(out, float64(b-a))
		}
		a = b
	}
	return out
}

// sortCount merge-sorts y in place and counts the exchanges that bubble sort would have made.
func sortCount(y, buf []float64) float64 {
	n := len(y)
	if n < 2 {
		return 0
	}
	m := n / 2
	swaps := sortCount(y[:m], buf[:m]) + sortCount(y[m:], buf[m:])
	copy(buf, y)
	i, j := 0, m
	for k := 0; k < n; k++ {
		if j >= n || (i < m && buf[i] <= buf[j]) {
			y[k] = buf[i]
			i++
			continue
		}
		y[k] = buf[j]
		swaps += float64(m - i)
		j++
	}
	return swaps
}

func (k kendall) ties() bool { return len(k.xTies) > 0 || len(k.yTies) > 0 }

// tau is Kendall's tau-b, score / sqrt((T0-Tx)(T0-Ty)) with T0 = n(n-1)/2; NaN when a variable is constant.
func (k kendall) tau() float64 {
	if k.constant || k.n < 2 {
		return math.NaN()
	}
	t0 := pairs(float64(k.n))
	return k.score / math.Sqrt((t0-tiedPairs(k.xTies))*(t0-tiedPairs(k.yTies)))
}

// z is the score over its standard deviation under independence, allowing for ties and without continuity correction
// (Kendall & Gibbons 1990, chapter 4).
func (k kendall) z() float64 {
	n := float64(k.n)
	sum := func(sizes []float64, f func(t float64) float64) float64 {
		s := 0.0
		for _, t := range sizes {
			s += f(t)
		}
		return s
	}
	cubic := func(t float64) float64 { return t * (t - 1) * (2*t + 5) }
	square := func(t float64) float64 { return t * (t - 1) }
	triple := func(t float64) float64 { return t * (t - 1) * (t - 2) }
	v := (n*(n-1)*(2*n+5) - sum(k.xTies, cubic) - sum(k.yTies, cubic)) / 18
	v += sum(k.xTies, square) * sum(k.yTies, square) / (2 * n * (n - 1))
	if n > 2 {
		v += sum(k.xTies, triple) * sum(k.yTies, triple) / (9 * n * (n - 1) * (n - 2))
	}
	return k.score / math.Sqrt(v)
}

// exactP is the two-sided p-value from the permutation distribution, twice the smaller tail and at most 1.
// Only for samples without ties.
func (k kendall) exactP() float64 {
	max := pairs(float64(k.n))
	concordant := math.Round((max + k.score) / 2)
	return math.Min(1, 2*kendallLowerTail(k.n, int(math.Min(concordant, max-concordant))))
}

// kendallLowerTail is P(C <= q) for the number C of concordant pairs of a random permutation of n items.
// The distribution of n items is the moving average over n places of that of n-1 items; only the first q+1 places are kept,
// where it rises, so that the moving sum never subtracts nearly equal numbers and far tails stay accurate.
func kendallLowerTail(n, q int) float64 {
	p := make([]float64, q+1)
	next := make([]float64, q+1)
	p[0] = 1
	for m := 2; m <= n; m++ {
		window := 0.0
		for c := 0; c <= q; c++ {
			window += p[c]
			if c >= m {
				window -= p[c-m]
			}
			next[c] = window / float64(m)
		}
		p, next = next, p
	}
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	return sum
}
