package meta

import "past/analysis"

// subset is the sample of some of the sorted rows (positions ascending), built in
// into when that is not nil; ok is false when a coefficient cannot be estimated from
// these rows.
func (s *sample) subset(keep []int, into *sample) (*sample, bool) {
	k := len(keep)
	c := into
	if c == nil {
		c = &sample{}
	}
	c.k, c.p, c.pinned = k, s.p, nil
	if cap(c.y) < k {
		c.y, c.raw, c.v, c.w = make([]float64, s.k), make([]float64, s.k), make([]float64, s.k), make([]float64, s.k)
		c.perm = make([]int, s.k)
	}
	c.y, c.raw, c.v, c.w, c.perm = c.y[:k], c.raw[:k], c.v[:k], c.w[:k], c.perm[:k]
	for i, at := range keep {
		c.y[i], c.raw[i], c.v[i], c.perm[i] = s.raw[at], s.raw[at], s.v[at], i
	}
	c.a = nil
	if s.a != nil {
		c.a = make([]float64, k)
		for i, at := range keep {
			c.a[i] = s.a[at]
		}
	}
	if s.x == nil || s.shift != 0 {
		c.recentre()
	}
	if s.x == nil {
		return c, true
	}
	p := s.p
	if k < p {
		return c, false
	}
	if cap(c.x) < k*p {
		c.x = make([]float64, s.k*p)
		c.makeScratch()
	}
	c.x = c.x[:k*p]
	for i, at := range keep {
		copy(c.x[i*p:(i+1)*p], s.rowOf(at))
	}
	singular, _, share := c.prepareDesign()
	return c, singular < 0 && share > 1e-10
}

// refit fits the model of r to a subset of its sample, with the Knapp-Hartung
// scale factor held at 1 where guarded says so. nil: the model cannot be fitted to
// these rows.
func (r *Result) refit(s *sample, guarded bool) *Result {
	f := &Result{Fit: analysis.NewFit(s.k, r.Level), Method: r.Method, Test: r.opt.Test, opt: r.opt, p: r.p, s: s, quantiles: r.quantiles}
	if s.k < r.p || s.k == r.p && r.p > 1 && !r.Method.common() && r.opt.Tau2 == nil {
		return nil
	}
	f.guarded = guarded
	f.allocate()
	e := s.estimateTau2(r.Method, r.opt.Tau2)
	f.Tau2, f.SETau2 = e.tau2, e.se
	f.heterogeneity()
	f.coefficients()
	return f
}

// eachDeletion calls f with the model fitted without each used row in turn: row is
// the index among the used rows, at its sorted position; fit is nil when the model
// cannot be fitted without it. guarded is that of [Result.refit].
func (r *Result) eachDeletion(guarded bool, f func(row, at int, fit *Result)) {
	k := r.K
	keep := make([]int, k-1)
	var buf *sample
	for at := 0; at < k; at++ {
		if r.K == 1 {
			f(r.s.perm[at], at, nil)
			return
		}
		for i, j := 0, 0; j < k; j++ {
			if j != at {
				keep[i] = j
				i++
			}
		}
		sub, ok := r.s.subset(keep, buf)
		buf = sub
		if !ok {
			f(r.s.perm[at], at, nil)
			continue
		}
		f(r.s.perm[at], at, r.refit(sub, guarded))
	}
}
