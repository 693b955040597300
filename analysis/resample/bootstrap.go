package resample

import (
	"fmt"
	"math"
	"sort"

	"past/analysis/meta"
)

// BootstrapOptions chooses a parametric bootstrap. The zero value is REML, 2,000 replicates and 95 % intervals.
type BootstrapOptions struct {
	Method     meta.Method
	Replicates int
	Level      float64
	Seed       uint64
}

// Interval is a bootstrap interval.
type Interval struct{ Lo, Hi float64 }

// BootstrapResult is the outcome of [Bootstrap].
type BootstrapResult struct {
	Method         string
	Options        BootstrapOptions
	K              int
	Estimate, SE   float64
	Tau2           float64
	Percentile     Interval // of the mean: quantiles of the replicates
	Basic          Interval // of the mean: the same turned around the estimate
	Studentised    Interval // of the mean: quantiles of (estimate* - estimate)/se*, usually the best of the three
	Tau2Percentile Interval
	I2Percentile   Interval // percent
	BiasTau2       float64  // mean of the replicates' tau2 minus Tau2
	Tau2ZeroShare  float64  // share of replicates with tau2 = 0
	Failed         int
	Warnings       []string
}

// Bootstrap draws new effects y_i* ~ N(estimate, v_i + tau2) from the fitted random-effects model, refits each set and reads
// intervals off the replicates (van den Noortgate & Onghena 2005, Behav. Res. Methods 37:11-22). Quantiles are R's type 7.
func Bootstrap(y, v []float64, o BootstrapOptions) (BootstrapResult, error) {
	if o.Method == "" {
		o.Method = meta.REML
	}
	if o.Replicates == 0 {
		o.Replicates = 2000
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if o.Replicates < 100 || o.Replicates > 1e7 || !(o.Level > 0 && o.Level < 1) {
		return BootstrapResult{}, fmt.Errorf("bootstrap: %d replicates at level %v: between 100 and 10,000,000 replicates and a level between 0 and 1 are needed", o.Replicates, o.Level)
	}
	var ws meta.Workspace
	f, err := ws.Fit(y, v, o.Method, meta.Z)
	if err != nil {
		return BootstrapResult{}, fmt.Errorf("bootstrap: %w", err)
	}
	if len(y) < 2 {
		return BootstrapResult{}, fmt.Errorf("bootstrap: one study has no distribution to draw from; at least 2 are needed")
	}
	r := BootstrapResult{Method: fmt.Sprintf("parametric bootstrap (van den Noortgate & Onghena 2005), %s, %d replicates, seed %d", o.Method, o.Replicates, o.Seed),
		Options: o, K: len(y), Estimate: f.Estimate, SE: f.SE, Tau2: f.Tau2}
	r.draw(sortedStudies(y, v), &ws)
	if len(y) < 5 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("k = %d: the bootstrap takes the estimated tau2 for the truth, which so few studies cannot support", len(y)))
	}
	if r.Tau2 == 0 {
		r.Warnings = append(r.Warnings, "tau2 is estimated as 0, so all replicates are drawn without heterogeneity: intervals are likely too narrow")
	}
	return r, nil
}

// draw makes the replicates.
func (r *BootstrapResult) draw(s studies, ws *meta.Workspace) {
	rng := newRNG(r.Options.Seed)
	sd := make([]float64, len(s.v))
	for i, v := range s.v {
		sd[i] = math.Sqrt(v + r.Tau2)
	}
	var beta, t, tau2, i2 []float64
	for range r.Options.Replicates {
		for i := range sd {
			s.flipped[i] = r.Estimate + sd[i]*rng.normal()
		}
		f := ws.Estimate(s.flipped, s.v, r.Options.Method, meta.Z)
		if math.IsNaN(f.Estimate) || math.IsNaN(f.Tau2) {
			r.Failed++
			continue
		}
		beta, tau2, i2 = append(beta, f.Estimate), append(tau2, f.Tau2), append(i2, f.I2)
		t = append(t, (f.Estimate-r.Estimate)/f.SE)
		r.BiasTau2 += f.Tau2
		if f.Tau2 == 0 {
			r.Tau2ZeroShare++
		}
	}
	n := float64(len(beta))
	r.BiasTau2 = r.BiasTau2/n - r.Tau2
	r.Tau2ZeroShare /= n
	r.Percentile, r.Tau2Percentile, r.I2Percentile = r.limits(beta), r.limits(tau2), r.limits(i2)
	r.Basic = Interval{2*r.Estimate - r.Percentile.Hi, 2*r.Estimate - r.Percentile.Lo}
	q := r.limits(t)
	r.Studentised = Interval{r.Estimate - q.Hi*r.SE, r.Estimate - q.Lo*r.SE}
	if r.Failed > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d replicates could not be fitted and are left out", r.Failed))
	}
}

// limits are the central quantiles of the replicates.
func (r *BootstrapResult) limits(x []float64) Interval {
	sort.Float64s(x)
	a := (1 - r.Options.Level) / 2
	return Interval{quantile(x, a), quantile(x, 1-a)}
}

// quantile is the type 7 quantile of sorted values (Hyndman & Fan 1996).
func quantile(x []float64, p float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	h := p * float64(len(x)-1)
	i := int(h)
	if i >= len(x)-1 {
		return x[len(x)-1]
	}
	return x[i] + (h-float64(i))*(x[i+1]-x[i])
}
