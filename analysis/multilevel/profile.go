package multilevel

import (
	"fmt"
	"math"

	"past/analysis/internal/dist"
)

// Interval is a confidence interval for a variance component.
type Interval struct {
	Estimate, Lower, Upper float64
	// Unbounded is set when the likelihood stays above the cut-off however large the
	// component: Upper is then +Inf.
	Unbounded bool
}

// ProfileInterval is the profile-likelihood interval of a component (Between or
// Within): all values c with
//
//	2 [ l(max) - max over the other component of l(c, other) ] <= χ²_1(level)
//
// (Hardy & Thompson 1996, in their univariate form; Viechtbauer 2010). Level is the
// model's. The lower bound is 0 where 0 itself qualifies.
func (r *Result) ProfileInterval(component Components) (Interval, error) {
	var a int
	var est float64
	switch {
	case component == BetweenOnly && (r.Options.Components == Both && r.m.separable || r.Options.Components == BetweenOnly):
		a, est = 0, r.st.th[0]
	case component == WithinOnly && (r.Options.Components == Both || r.Options.Components == WithinOnly):
		a, est = 1, r.st.th[1]
	default:
		return Interval{}, fmt.Errorf("the model has no variance component %q of its own to give an interval for", component)
	}
	cut := r.st.logLik - dist.ChiSqQuantile(r.Options.Level, 1)/2
	pr := &profiler{r: r, a: a, other: r.st.th[1-a], movable: r.Options.Components == Both && r.m.separable}
	unit := r.m.unit * r.m.unit
	out := Interval{Estimate: est * unit}
	if st, ok := pr.at(0); est > 0 && (!ok || st.logLik < cut) {
		out.Lower = pr.root(0, est, cut, true) * unit
	}
	scale := math.Max(est, 1e-3*r.m.axis()[gridSize])
	hi, bracketed := est+scale, false
	for k := 0; k < 60 && !bracketed; k++ {
		st, ok := pr.at(hi)
		if !ok {
			return out, fmt.Errorf("the profile likelihood cannot be computed at %g", hi*unit)
		}
		if bracketed = st.logLik < cut; !bracketed {
			hi = est + 4*(hi-est)
		}
	}
	if !bracketed {
		out.Upper, out.Unbounded = math.Inf(1), true
		return out, nil
	}
	out.Upper = pr.root(est, hi, cut, false) * unit
	return out, nil
}

// profiler maximises over one component with the other held.
type profiler struct {
	r       *Result
	a       int
	other   float64 // best value of the other component so far, the next start
	movable bool
}

func (pr *profiler) at(x float64) (state, bool) {
	th := theta{}
	th[pr.a] = x
	reml := pr.r.Options.Method == REML
	if !pr.movable {
		return pr.r.m.differentiate(th, reml, pr.r.w)
	}
	var fr free
	fr[1-pr.a] = true
	var best state
	found := false
	for _, start := range []float64{pr.other, 0, pr.r.st.th[1-pr.a]} {
		th[1-pr.a] = start
		st, ok := pr.r.m.climb(th, reml, fr, pr.r.w)
		if ok && (!found || st.logLik > best.logLik) {
			best, found = st, true
		}
	}
	if found {
		pr.other = best.th[1-pr.a]
	}
	return best, found
}

// root finds where the profile crosses the cut between lo and hi, by Newton's method
// on it (its slope is the score of the held component) inside a shrinking bracket;
// rising says on which side of the summit.
func (pr *profiler) root(lo, hi, cut float64, rising bool) float64 {
	x := (lo + hi) / 2
	for k := 0; k < 200; k++ {
		st, ok := pr.at(x)
		f := st.logLik - cut
		if !ok {
			f = math.Inf(-1)
		}
		if (f > 0) == rising {
			hi = x
		} else {
			lo = x
		}
		next := x - f/st.score[pr.a]
		if !ok || !(next > lo && next < hi) {
			next = (lo + hi) / 2
		}
		if math.Abs(next-x) <= 1e-14*math.Abs(x) || hi-lo <= 1e-15*hi {
			return next
		}
		x = next
	}
	return x
}
