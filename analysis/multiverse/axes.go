package multiverse

import "math"

// AxisResult says what one choice does to the result, everything else held.
type AxisResult struct {
	Name   string
	Levels []string
	// Spread is the mean range of the estimate over the axis's levels, taken over all
	// combinations of the other axes in which at least two levels have a result.
	Spread float64
}

// axes finds the spread of every axis. It reads specifications through r.grid, before
// they are sorted.
func (r *runner) axes() []AxisResult {
	out := r.named()
	stride := len(r.grid)
	for a := range out {
		stride /= len(out[a].Levels)
		out[a].Spread = r.spread(len(out[a].Levels), stride)
	}
	return out
}

func (r *runner) named() []AxisResult {
	var out []AxisResult
	for _, a := range r.p.Axes {
		of := AxisResult{Name: a.Name}
		for _, l := range a.Levels {
			of.Levels = append(of.Levels, l.Name)
		}
		out = append(out, of)
	}
	methods, tests := AxisResult{Name: EstimatorAxis}, AxisResult{Name: TestAxis}
	for _, m := range r.p.Methods {
		methods.Levels = append(methods.Levels, string(m))
	}
	for _, t := range r.p.Tests {
		tests.Levels = append(tests.Levels, string(t))
	}
	return append(out, methods, tests)
}

// spread runs over the grid along one axis of n levels, whose neighbours are stride
// apart; it is 0 where the estimates differ by rounding only.
func (r *runner) spread(n, stride int) float64 {
	var sum, compared, largest float64
	for base := range r.grid {
		if base/stride%n != 0 {
			continue
		}
		lo, hi, found := math.Inf(1), math.Inf(-1), 0
		for l := range n {
			if g := r.grid[base+l*stride]; g >= 0 {
				s := &r.out.Specs[g]
				lo, hi = math.Min(lo, s.Value), math.Max(hi, s.Value)
				largest = math.Max(largest, math.Abs(s.Value)+s.SE)
				found++
			}
		}
		if found >= 2 {
			sum += hi - lo
			compared++
		}
	}
	if compared == 0 || sum/compared < 1e-12*largest {
		return 0
	}
	return sum / compared
}
