package meta

import "math"

// subset is the sample of some of the sorted rows (positions ascending). With
// moderators its basis is expressed in the parent's basis, so that coefficients of
// parent and subset can be compared; ok is false when a coefficient cannot be
// estimated from these rows.
func (s *sample) subset(keep []int, into *sample) (*sample, bool) {
	k := len(keep)
	c := into
	if c == nil {
		c = &sample{}
	}
	c.k, c.p, c.shift, c.pinned = k, s.p, s.shift, nil
	if cap(c.y) < k {
		c.y, c.v, c.w, c.perm = make([]float64, s.k), make([]float64, s.k), make([]float64, s.k), make([]int, s.k)
	}
	c.y, c.v, c.w, c.perm = c.y[:k], c.v[:k], c.w[:k], c.perm[:k]
	for i, at := range keep {
		c.y[i], c.v[i], c.perm[i] = s.y[at], s.v[at], i
	}
	c.a = nil
	if s.a != nil {
		c.a = make([]float64, k)
		for i, at := range keep {
			c.a[i] = s.a[at]
		}
	}
	if s.z == nil {
		c.recentre()
		return c, true
	}
	p := s.p
	if k < p {
		return c, false
	}
	if cap(c.z) < k*p {
		c.z, c.qr, c.rt = make([]float64, s.k*p), make([]float64, s.k*(p+1)), make([]float64, len(s.rt))
	}
	c.z = c.z[:k*p]
	for i, at := range keep {
		copy(c.z[i*p:(i+1)*p], s.z[at*p:(at+1)*p])
	}
	singular, _, share := c.orthonormalise()
	return c, singular < 0 && share > 1e-10
}

// refit fits the model of r to a subset of its sample. Coefficients are on the
// parent's basis. nil: the model cannot be fitted to these rows.
func (r *Result) refit(s *sample) *Result {
	f := &Result{Method: r.Method, Test: r.opt.Test, Level: r.Level, opt: r.opt, K: s.k, P: r.P, s: s, CoefNames: r.CoefNames}
	if s.k < r.P || s.k == r.P && r.P > 1 && !r.Method.common() && r.opt.Tau2 == nil {
		return nil
	}
	f.allocate()
	e := s.estimateTau2(r.Method, r.opt.Tau2)
	f.Tau2, f.SETau2 = e.tau2, e.se
	f.heterogeneity()
	f.coefficients()
	return f
}

// eachDeletion calls f with the model fitted without each used row in turn: row is
// the index among the used rows, at its sorted position; fit is nil when the model
// cannot be fitted without it.
func (r *Result) eachDeletion(f func(row, at int, fit *Result)) {
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
		f(r.s.perm[at], at, r.refit(sub))
	}
}

// rowOf is the sorted row of the basis: [1] without moderators.
func (s *sample) rowOf(at int) []float64 {
	if s.z == nil {
		return unit
	}
	return s.z[at*s.p : (at+1)*s.p]
}

var unit = []float64{1}

// onParent returns coefficients and covariance of a refit on its parent's basis.
// They are the refit's Beta and VB, flattened.
func (r *Result) onParent() (b, v []float64) {
	v = make([]float64, 0, r.P*r.P)
	for _, row := range r.VB {
		v = append(v, row...)
	}
	return r.Beta, v
}

// determinant of a p x p symmetric positive definite matrix, NaN when it is not.
func determinant(v []float64, p int) float64 {
	if p == 1 {
		return v[0]
	}
	l, d, ok := cholesky(v, p)
	if !ok {
		return math.NaN()
	}
	det := 1.0
	for j := 0; j < p; j++ {
		x := l[j*p+j] / d[j]
		det *= x * x
	}
	return det
}
