package multilevel

import (
	"fmt"
	"math"
	"math/rand"
	"testing"

	"past/analysis/internal/benchcpu"
)

// simulated makes n effects in clusters of 1 to most effects, with true between and
// within variance.
func simulated(seed int64, n, most int, between, within, rho float64) Data {
	r := rand.New(rand.NewSource(seed))
	var d Data
	for c := 0; len(d.Effect) < n; c++ {
		size := 1 + r.Intn(most)
		u, common := r.NormFloat64()*math.Sqrt(between), r.NormFloat64()
		for j := 0; j < size && len(d.Effect) < n; j++ {
			v := math.Exp(-3 + 0.7*r.NormFloat64())
			e := math.Sqrt(rho)*common + math.Sqrt(1-rho)*r.NormFloat64()
			d.Effect = append(d.Effect, 0.3+u+r.NormFloat64()*math.Sqrt(within)+math.Sqrt(v)*e)
			d.Variance = append(d.Variance, v)
			d.Cluster = append(d.Cluster, fmt.Sprint("study ", c))
		}
	}
	return d
}

// BenchmarkCHE is a CHE fit with CR2 tests: targets 25, 60 and 200 ms.
func BenchmarkCHE(b *testing.B) {
	for _, n := range []int{120, 400, 1200} {
		d := simulated(1, n, 11, 0.1, 0.05, 0.6)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			benchcpu.Measure(b)
			for i := 0; i < b.N; i++ {
				r, err := Fit(d, Design{}, Options{Rho: 0.6})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := r.Robust(CR2); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCHEFit is the fit alone.
func BenchmarkCHEFit(b *testing.B) {
	for _, n := range []int{120, 1200} {
		d := simulated(1, n, 11, 0.1, 0.05, 0.6)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchcpu.Measure(b)
			for i := 0; i < b.N; i++ {
				if _, err := Fit(d, Design{}, Options{Rho: 0.6}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCHEModerators has three moderators.
func BenchmarkCHEModerators(b *testing.B) {
	d := simulated(1, 1200, 11, 0.1, 0.05, 0.6)
	x := moderated(3, d)
	benchcpu.Measure(b)
	for i := 0; i < b.N; i++ {
		r, err := Fit(d, x, Options{Rho: 0.6})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Robust(CR2); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLargeClusters has few clusters of many effects.
func BenchmarkLargeClusters(b *testing.B) {
	d := simulated(1, 1200, 600, 0.1, 0.05, 0.6)
	benchcpu.Measure(b)
	for i := 0; i < b.N; i++ {
		r, err := Fit(d, Design{}, Options{Rho: 0.6})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Robust(CR2); err != nil {
			b.Fatal(err)
		}
	}
}

// moderated is an intercept and p random moderators.
func moderated(p int, d Data) Design {
	r := rand.New(rand.NewSource(2))
	x := Design{Names: []string{InterceptName}, Columns: [][]float64{make([]float64, len(d.Effect))}}
	for i := range d.Effect {
		x.Columns[0][i] = 1
	}
	for j := 0; j < p; j++ {
		c := make([]float64, len(d.Effect))
		for i := range c {
			c[i] = r.NormFloat64()
		}
		x.Names = append(x.Names, fmt.Sprint("x", j))
		x.Columns = append(x.Columns, c)
	}
	return x
}
