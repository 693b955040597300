package meta

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/stat"
)

const (
	maxExhaustive = 22      // studies of which all subsets are taken (4,194,303)
	randomSubsets = 1000000 // taken of more
)

// GOSHOptions says how [GOSH] runs.
type GOSHOptions struct {
	// Method estimates tau2; "" is REML. GENQ is not available.
	Method Method
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
	// Points of every subset, when kept; of all subsets, subset i holds the studies whose
	// bit is set in i+1.
	EstimatePoints, I2Points []float64
}

// Summary describes values: SD with divisor n-1.
type Summary struct{ Mean, SD, Min, Max, Median float64 }

// GOSH fits the model without moderators to all subsets of one study and more, or
// to a million random ones beyond 22 studies, on all processors. The result does not
// depend on their number.
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
	g := &goshRun{method: opt.Method, rank: make([]int, k)}
	for at, i := range byVariance(yi, vi) {
		g.y, g.v, g.rank[i] = append(g.y, yi[i]), append(g.v, vi[i]), at
	}
	n := randomSubsets
	if k <= maxExhaustive {
		n = 1<<k - 1
	} else {
		g.masks = randomMasks(n, k)
	}
	g.run(n)
	out := &GOSHResult{Method: g.method, Subsets: n, Exhaustive: g.masks == nil}
	if opt.Keep {
		out.EstimatePoints, out.I2Points = slices.Clone(g.est), slices.Clone(g.i2)
	}
	out.Estimate, out.Q, out.I2, out.Tau2 = summarise(g.est), summarise(g.q), summarise(g.i2), summarise(g.tau)
	return out, nil
}

// randomMasks draws subsets, none empty, the same each time.
func randomMasks(n, k int) []uint64 {
	r := rand.New(rand.NewPCG(0, 0x9e3779b97f4a7c15))
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
	rank            []int     // study -> sorted position
	masks           []uint64  // over studies; nil: 1, 2, 3, ...
	method          Method
	est, q, i2, tau []float64
}

// run shares the subsets out in blocks; every block writes its own part.
func (g *goshRun) run(n int) {
	g.est, g.q, g.i2, g.tau = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	const block = 1024
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			var ws Workspace
			for {
				to := int(next.Add(block))
				if to-block >= n {
					return
				}
				for i := to - block; i < min(to, n); i++ {
					g.fit(&ws, i)
				}
			}
		})
	}
	wg.Wait()
}

func (g *goshRun) fit(ws *Workspace, i int) {
	mask := uint64(i) + 1
	if g.masks != nil {
		mask = g.masks[i]
	}
	var sorted uint64
	for ; mask != 0; mask &= mask - 1 {
		sorted |= 1 << g.rank[bits.TrailingZeros64(mask)]
	}
	s := &ws.s
	s.reserve(bits.OnesCount64(sorted))
	for j := range s.y {
		at := bits.TrailingZeros64(sorted)
		s.y[j], s.v[j] = g.y[at], g.v[at]
		sorted &= sorted - 1
	}
	s.recentre()
	f := ws.pool(g.method, Z)
	g.est[i], g.q[i], g.i2[i], g.tau[i] = f.Value, f.Q, f.I2, f.Tau2
}

// summarise sorts x.
func summarise(x []float64) Summary {
	slices.Sort(x)
	n := len(x)
	s := Summary{Min: x[0], Max: x[n-1], Median: (x[(n-1)/2] + x[n/2]) / 2}
	s.Mean, s.SD = stat.MeanStdDev(x, nil)
	return s
}
