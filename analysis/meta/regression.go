package meta

import (
	"fmt"
	"math"
)

// Columns whose part outside the span of the columns before them is smaller than
// this share of their length are taken as combinations of those, or as nearly so.
const (
	singularTol     = 1e-12
	nearSingularTol = 1e-7
)

// orthonormalise replaces z by an orthonormal basis of its columns and fills rmat
// (modified Gram-Schmidt, twice). It returns the first column that is a
// combination of the others before it (-1: none) and the one nearest to being so
// together with its share.
func (s *sample) orthonormalise() (singular, nearest int, share float64) {
	k, p := s.k, s.p
	s.rmat = make([]float64, p*p)
	singular, nearest, share = -1, -1, 1
	for j := 0; j < p; j++ {
		norm := columnNorm(s.z, k, p, j)
		if norm == 0 {
			return j, j, 0
		}
		for pass := 0; pass < 2; pass++ {
			for l := 0; l < j; l++ {
				d := 0.0
				for i := 0; i < k; i++ {
					d += s.z[i*p+l] * s.z[i*p+j]
				}
				for i := 0; i < k; i++ {
					s.z[i*p+j] -= d * s.z[i*p+l]
				}
				s.rmat[l*p+j] += d
			}
		}
		rest := columnNorm(s.z, k, p, j)
		if rest < share*norm {
			nearest, share = j, rest/norm
		}
		if rest <= singularTol*norm {
			return j, j, rest / norm
		}
		s.rmat[j*p+j] = rest
		for i := 0; i < k; i++ {
			s.z[i*p+j] /= rest
		}
	}
	for i := 0; i < k; i++ {
		h := 0.0
		for _, q := range s.z[i*p : (i+1)*p] {
			h += q * q
		}
		if 1-h < 1e-12 {
			if s.pinned == nil {
				s.pinned = make([]bool, k)
			}
			s.pinned[i] = true
		}
	}
	return singular, nearest, share
}

// columnNorm is the Euclidean length of a column, safe against overflow.
func columnNorm(z []float64, k, p, j int) float64 {
	scale := 0.0
	for i := 0; i < k; i++ {
		scale = math.Max(scale, math.Abs(z[i*p+j]))
	}
	if scale == 0 {
		return 0
	}
	sum := 0.0
	for i := 0; i < k; i++ {
		x := z[i*p+j] / scale
		sum += x * x
	}
	return scale * math.Sqrt(sum)
}

// factorise computes the triangular factor of sqrt(w) Z with the projection of
// sqrt(w) y, for any weights: Householder reflections with the rows as sorted
// (heaviest first for inverse-variance weights), which keeps rows of very
// different weight accurate. skip leaves one row out (-1: none). It fills
// rt[:p*p] with R (row by row) and rt[2*p*p:2*p*p+p] with Q'sqrt(w) y, and
// returns false when the weighted columns are singular.
func (s *sample) factorise(w []float64, skip int) bool {
	k, p := s.k, s.p
	c := p + 1
	a := s.qr[:0]
	for i := 0; i < k; i++ {
		if i == skip {
			continue
		}
		q := math.Sqrt(w[i])
		for j := 0; j < p; j++ {
			a = append(a, q*s.z[i*p+j])
		}
		a = append(a, q*s.y[i])
	}
	n := len(a) / c
	if n < p {
		return false
	}
	for j := 0; j < p; j++ {
		norm := 0.0
		for i := j; i < n; i++ {
			norm += a[i*c+j] * a[i*c+j]
		}
		norm = math.Sqrt(norm)
		if norm == 0 {
			return false
		}
		alpha := -norm
		if a[j*c+j] < 0 {
			alpha = norm
		}
		head := a[j*c+j] - alpha
		beta := -alpha * head // v'v/2 of the reflection
		for l := j + 1; l < c; l++ {
			d := head * a[j*c+l]
			for i := j + 1; i < n; i++ {
				d += a[i*c+j] * a[i*c+l]
			}
			d /= beta
			a[j*c+l] -= d * head
			for i := j + 1; i < n; i++ {
				a[i*c+l] -= d * a[i*c+j]
			}
		}
		a[j*c+j] = alpha
	}
	r, y := s.rt[:p*p], s.rt[2*p*p:2*p*p+p]
	for j := 0; j < p; j++ {
		for l := 0; l < p; l++ {
			r[j*p+l] = 0
			if l >= j {
				r[j*p+l] = a[j*c+l]
			}
		}
		y[j] = a[j*c+p]
	}
	return true
}

// solveCoef returns the coefficients on the basis Z from the last factorise.
func (s *sample) solveCoef(b []float64) {
	p := s.p
	r, y := s.rt[:p*p], s.rt[2*p*p:2*p*p+p]
	for j := p - 1; j >= 0; j-- {
		d := y[j]
		for l := j + 1; l < p; l++ {
			d -= r[j*p+l] * b[l]
		}
		b[j] = d / r[j*p+j]
	}
}

// whiten solves R'q = sqrt(w_i) z_i: row i of the orthonormal factor. Its squared
// length is the hat value of the row.
func (s *sample) whiten(i int, sqw float64, q []float64) float64 {
	p := s.p
	r := s.rt[:p*p]
	h := 0.0
	for j := 0; j < p; j++ {
		d := sqw * s.z[i*p+j]
		for l := 0; l < j; l++ {
			d -= r[l*p+j] * q[l]
		}
		q[j] = d / r[j*p+j]
		h += q[j] * q[j]
	}
	return h
}

// withoutHat is 1 - h_i from the fit without row i, for rows whose hat value is so
// near 1 that the difference has no digits: 1 - h = 1/(1 + w z'(Z'WZ without i)^-1 z).
func (s *sample) withoutHat(i int, w []float64) float64 {
	p := s.p
	keep := make([]float64, p*p+p)
	copy(keep, s.rt[:p*p])
	copy(keep[p*p:], s.rt[2*p*p:2*p*p+p])
	omh := 0.0
	if s.factorise(w, i) {
		h := s.whiten(i, math.Sqrt(w[i]), s.rt[2*p*p+4*p:2*p*p+5*p])
		omh = 1 / (1 + h)
	}
	copy(s.rt[:p*p], keep)
	copy(s.rt[2*p*p:2*p*p+p], keep[p*p:])
	return omh
}

// regressionMoments is at for models with moderators.
func (s *sample) regressionMoments(m *moments) {
	k, p := s.k, s.p
	w := s.w[:k]
	m.sw, m.sww = 0, 0
	for i := range w {
		w[i] = 1 / (s.v[i] + m.tau2)
		m.sw += w[i]
		m.sww += w[i] * w[i]
	}
	s.factorise(w, -1)
	b := s.rt[2*p*p+p : 2*p*p+2*p]
	q := s.rt[2*p*p+2*p : 2*p*p+3*p]
	u := s.rt[2*p*p+3*p : 2*p*p+4*p]
	g := s.rt[p*p : 2*p*p]
	s.solveCoef(b)
	for j := range u {
		u[j] = 0
	}
	for j := range g {
		g[j] = 0
	}
	m.q, m.q2, m.q3, m.trP, m.trPP = 0, 0, 0, 0, 0
	for i := 0; i < k; i++ {
		r := s.y[i]
		for j := 0; j < p; j++ {
			r -= s.z[i*p+j] * b[j]
		}
		sq := math.Sqrt(w[i])
		h := s.whiten(i, sq, q)
		omh := 1 - h
		if s.pinned != nil && s.pinned[i] {
			omh, r = 0, 0
		} else if omh < 1e-3 {
			omh = s.withoutHat(i, w)
		}
		wr := w[i] * r
		m.q += wr * r
		m.q2 += wr * wr
		m.q3 += w[i] * wr * wr
		m.trP += w[i] * omh
		m.trPP += w[i] * w[i] * (1 - 2*h)
		for j := 0; j < p; j++ {
			u[j] += q[j] * sq * wr
			for l := 0; l <= j; l++ {
				g[j*p+l] += w[i] * q[j] * q[l]
			}
		}
	}
	for j := 0; j < p; j++ {
		m.q3 -= u[j] * u[j]
		for l := 0; l <= j; l++ {
			f := 2.0
			if l == j {
				f = 1
			}
			m.trPP += f * g[j*p+l] * g[j*p+l]
		}
	}
	m.trPP = math.Max(m.trPP, 0)
}

// singularError names the column that makes the design singular.
func singularError(names []string, j int, before []string) error {
	if len(before) == 0 {
		return fmt.Errorf("the model matrix is singular: column %q is 0 in every usable row", names[j])
	}
	return fmt.Errorf("the model matrix is singular: column %q is a combination of %v in the usable rows; leave it out", names[j], before)
}
