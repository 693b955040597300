package multiverse

import "math"

// AxisResult says what one choice does to the result, everything else held.
type AxisResult struct {
	Name   string
	Levels []LevelResult
	// Spread is the mean range of the estimate over the axis's levels, taken over all
	// combinations of the other axes in which at least two levels have a result.
	Spread float64
	// MaxSpread is the largest such range.
	MaxSpread float64
	// First is the share of the estimates' variance that the means of the levels
	// explain; Total the mean variance within combinations of the others, as a share
	// (first-order and total indices of Saltelli et al. 2010, over the combinations
	// that have results). Both are 0 when the estimates don't vary.
	First, Total float64
	// Flips is the share of combinations of the others in which some levels give an
	// interval that excludes zero and some don't.
	Flips float64
	// Compared is the number of combinations behind Spread, Total and Flips.
	Compared int
}

// LevelResult summarises the specifications with one level.
type LevelResult struct {
	Name         string
	Count        int     // specifications with a result
	Mean         float64 // of their estimates; NaN for none
	ExcludesZero float64 // share of intervals; NaN for none
}

// axes decomposes the results by axis. It reads specifications through r.grid, before
// they are sorted.
func (r *runner) axes() []AxisResult {
	names, levels := r.axisNames()
	mean, variance := moments(r.out.Specs)
	out := make([]AxisResult, len(names))
	stride := len(r.grid)
	for a := range names {
		n := len(levels[a])
		stride /= n
		out[a] = r.axisResult(names[a], levels[a], stride, mean, variance)
	}
	return out
}

func (r *runner) axisNames() (names []string, levels [][]string) {
	for _, a := range r.p.Axes {
		var l []string
		for _, x := range a.Levels {
			l = append(l, x.Name)
		}
		names, levels = append(names, a.Name), append(levels, l)
	}
	var methods, tests []string
	for _, m := range r.p.Methods {
		methods = append(methods, string(m))
	}
	for _, t := range r.p.Tests {
		tests = append(tests, string(t))
	}
	return append(names, EstimatorAxis, TestAxis), append(levels, methods, tests)
}

func moments(specs []Spec) (mean, variance float64) {
	base := specs[0].Value
	for i := range specs {
		mean += specs[i].Value - base
	}
	mean = base + mean/float64(len(specs))
	var se float64
	for i := range specs {
		d := specs[i].Value - mean
		variance += d * d
		se = math.Max(se, specs[i].SE)
	}
	variance /= float64(len(specs))
	if variance < 1e-24*(mean*mean+se*se) {
		variance = 0 // rounding
	}
	return mean, variance
}

// axisResult runs over the grid along one axis, whose neighbours are stride apart.
func (r *runner) axisResult(name string, levels []string, stride int, mean, variance float64) AxisResult {
	n := len(levels)
	out := AxisResult{Name: name, Levels: make([]LevelResult, n)}
	sums, zero := make([]float64, n), make([]float64, n)
	for l := range levels {
		out.Levels[l].Name = levels[l]
	}
	var within float64
	flips := 0
	values := make([]float64, 0, n)
	for base := range r.grid {
		if base/stride%n != 0 {
			continue
		}
		values = values[:0]
		excluded := 0
		for l := 0; l < n; l++ {
			g := r.grid[base+l*stride]
			if g < 0 {
				continue
			}
			s := &r.out.Specs[g]
			out.Levels[l].Count++
			sums[l] += s.Value - mean
			values = append(values, s.Value)
			if s.excludesZero() {
				zero[l]++
				excluded++
			}
		}
		if len(values) < 2 {
			continue
		}
		out.Compared++
		spread, v := rangeAndVariance(values)
		out.Spread += spread
		out.MaxSpread = math.Max(out.MaxSpread, spread)
		within += v
		if excluded > 0 && excluded < len(values) {
			flips++
		}
	}
	var first float64
	for l := range levels {
		c := float64(out.Levels[l].Count)
		out.Levels[l].Mean, out.Levels[l].ExcludesZero = math.NaN(), math.NaN()
		if c > 0 {
			d := sums[l] / c
			out.Levels[l].Mean, out.Levels[l].ExcludesZero = mean+d, zero[l]/c
			first += c * d * d
		}
	}
	if out.Compared > 0 {
		out.Spread /= float64(out.Compared)
		out.Flips = float64(flips) / float64(out.Compared)
	}
	if variance == 0 {
		out.Spread, out.MaxSpread = 0, 0
	} else {
		out.First = first / float64(len(r.out.Specs)) / variance
		if out.Compared > 0 {
			out.Total = within / float64(out.Compared) / variance
		}
	}
	return out
}

// rangeAndVariance of a few values; the variance has divisor n.
func rangeAndVariance(x []float64) (spread, variance float64) {
	lo, hi, sum := x[0], x[0], 0.0
	for _, v := range x {
		lo, hi = math.Min(lo, v), math.Max(hi, v)
		sum += v - x[0]
	}
	mean := x[0] + sum/float64(len(x))
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	return hi - lo, variance / float64(len(x))
}
