package meta

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"sort"
	"sync"
)

// Exhaustive GOSH analyses go up to this many studies (4,194,303 subsets).
const maxExhaustive = 22

// GOSHOptions says how [GOSH] runs.
type GOSHOptions struct {
	// Method estimates tau2; "" is REML. GENQ is not available.
	Method Method
	// Subsets, when positive and fewer than all, is the number of random subsets;
	// 0 takes all of them for up to 22 studies and 1,000,000 random ones beyond.
	Subsets int
	// Seed of the random subsets.
	Seed uint64
	// Keep returns the fit of every subset, not only the summaries.
	Keep bool
}

// GOSHResult holds the fits to subsets of the studies (Olkin, Dahabreh &
// Trikalinos 2012).
type GOSHResult struct {
	Method     Method
	Subsets    int
	Exhaustive bool
	Estimate   Summary
	Q          Summary
	I2         Summary // percent
	Tau2       Summary
	// Points of every subset, when kept: subset i holds the studies whose bit is set
	// in Masks[i] (exhaustive: i+1).
	EstimatePoints, QPoints, I2Points, Tau2Points []float64
	Masks                                         []uint64
}

// Summary describes values: SD with divisor n-1.
type Summary struct{ Mean, SD, Min, Max, Median float64 }

// GOSH fits the model without moderators to all subsets of one study and more, or
// to random ones, on all processors. The result does not depend on their number.
func GOSH(yi, vi []float64, opt GOSHOptions) (*GOSHResult, error) {
	if opt.Method == "" {
		opt.Method = REML
	}
	if err := checkQuick(yi, vi, opt.Method, Z); err != nil {
		return nil, fmt.Errorf("gosh: %w", err)
	}
	k := len(yi)
	if k > 63 {
		return nil, fmt.Errorf("gosh: %d studies are too many, the limit is 63", k)
	}
	all := uint64(1)<<k - 1
	g := &goshRun{order: make([]int, k), method: opt.Method}
	for i := range g.order {
		g.order[i] = i
	}
	sort.SliceStable(g.order, func(a, b int) bool {
		i, j := g.order[a], g.order[b]
		return vi[i] < vi[j] || vi[i] == vi[j] && yi[i] < yi[j]
	})
	for _, i := range g.order {
		g.y, g.v = append(g.y, yi[i]), append(g.v, vi[i])
	}
	n := opt.Subsets
	exhaustive := k <= maxExhaustive && (n <= 0 || uint64(n) >= all)
	if exhaustive {
		n = int(all)
	} else {
		if n <= 0 {
			n = 1000000
		}
		g.masks = randomMasks(n, k, opt.Seed)
	}
	g.run(n)
	return g.result(n, exhaustive, opt.Keep), nil
}

func randomMasks(n, k int, seed uint64) []uint64 {
	r := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	m := make([]uint64, n)
	for i := range m {
		for m[i] == 0 {
			m[i] = r.Uint64() >> (64 - k)
		}
	}
	return m
}

type goshRun struct {
	y, v            []float64 // sorted
	order           []int     // sorted position -> study
	masks           []uint64  // over studies; nil: 1, 2, 3, ...
	method          Method
	est, q, i2, tau []float64
}

// run shares the subsets out in blocks; every block writes its own part.
func (g *goshRun) run(n int) {
	buf := make([]float64, 4*n)
	g.est, g.q, g.i2, g.tau = buf[:n:n], buf[n:2*n:2*n], buf[2*n:3*n:3*n], buf[3*n:]
	const block = 1024
	var next int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for c := 0; c < runtime.GOMAXPROCS(0); c++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var ws Workspace
			for {
				mu.Lock()
				from := next
				next += block
				mu.Unlock()
				if from >= n {
					return
				}
				g.block(&ws, from, min(from+block, n))
			}
		}()
	}
	wg.Wait()
}

func (g *goshRun) block(ws *Workspace, from, to int) {
	s := &ws.s
	rank := make([]int, len(g.order)) // study -> sorted position
	for at, i := range g.order {
		rank[i] = at
	}
	for i := from; i < to; i++ {
		mask := uint64(i) + 1
		if g.masks != nil {
			mask = g.masks[i]
		}
		var sorted uint64
		for m := mask; m != 0; m &= m - 1 {
			sorted |= 1 << rank[bits.TrailingZeros64(m)]
		}
		s.reserve(bits.OnesCount64(sorted))
		j := 0
		for m := sorted; m != 0; m &= m - 1 {
			at := bits.TrailingZeros64(m)
			s.y[j], s.v[j] = g.y[at], g.v[at]
			j++
		}
		s.recentre()
		f := ws.pool(g.method, Z)
		g.est[i], g.q[i], g.i2[i], g.tau[i] = f.Value, f.Q, f.I2, f.Tau2
	}
}

func (g *goshRun) result(n int, exhaustive, keep bool) *GOSHResult {
	out := &GOSHResult{Method: g.method, Subsets: n, Exhaustive: exhaustive}
	if keep {
		clone := func(x []float64) []float64 { return append([]float64(nil), x...) }
		out.EstimatePoints, out.QPoints, out.I2Points, out.Tau2Points = clone(g.est), clone(g.q), clone(g.i2), clone(g.tau)
		out.Masks = g.masks
		if exhaustive {
			out.Masks = make([]uint64, n)
			for i := range out.Masks {
				out.Masks[i] = uint64(i) + 1
			}
		}
	}
	var wg sync.WaitGroup
	for _, p := range []struct {
		x   []float64
		sum *Summary
	}{{g.est, &out.Estimate}, {g.q, &out.Q}, {g.i2, &out.I2}, {g.tau, &out.Tau2}} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			*p.sum = summarise(p.x)
		}()
	}
	wg.Wait()
	return out
}

// summarise reorders x.
func summarise(x []float64) Summary {
	n := len(x)
	if n == 0 {
		nan := math.NaN()
		return Summary{nan, nan, nan, nan, nan}
	}
	s := Summary{Min: x[0], Max: x[0]}
	for _, v := range x {
		s.Mean += v
		s.Min, s.Max = math.Min(s.Min, v), math.Max(s.Max, v)
	}
	s.Mean /= float64(n)
	ss, rest := 0.0, 0.0
	for _, v := range x {
		ss += (v - s.Mean) * (v - s.Mean)
		rest += v - s.Mean
	}
	s.Mean += rest / float64(n)
	s.SD = math.NaN()
	if n > 1 {
		s.SD = math.Sqrt(ss / float64(n-1))
	}
	s.Median = selectRank(x, n/2)
	if n%2 == 0 {
		below := x[0]
		for _, v := range x[:n/2] {
			below = math.Max(below, v)
		}
		s.Median = (s.Median + below) / 2
	}
	return s
}

// selectRank reorders x so that x[r] has the value of that rank, nothing before it
// is larger and nothing after it smaller, and returns it.
func selectRank(x []float64, r int) float64 {
	lo, hi := 0, len(x)-1
	for lo < hi {
		mid := lo + (hi-lo)/2
		// median of three as pivot
		a, b, c := x[lo], x[mid], x[hi]
		pivot := math.Max(math.Min(a, b), math.Min(math.Max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case r <= j:
			hi = j
		case r >= i:
			lo = i
		default:
			return x[r]
		}
	}
	return x[r]
}
