package multilevel

import (
	"math"

	"past/analysis"
	"past/analysis/internal/dist"

	"gonum.org/v1/gonum/mat"
)

// satterthwaite gives each coefficient's degrees of freedom. With g_j the cluster's
// quadratic form and h_j = (M X'WA X)M^½, P[j,k] = δ_jk g_j - h_j'h_k, and
//
//	tr P = Σ g_j - Σ|h_j|²,  tr P² = Σ g_j² - 2 Σ g_j|h_j|² + |Σ h_j h_j'|²
//
// so no clusters × clusters matrix is needed (Pustejovsky & Tipton 2018, eq. 12).
func (s *sandwich) satterthwaite(adj *adjusted) []float64 {
	p := s.p
	df := make([]float64, p)
	h := make([]float64, p)
	for c := range df {
		row := s.root[c*p : (c+1)*p]
		var tr, sq, cross float64
		hh := make([]float64, p*p)
		for i := range adj.gram {
			g := quadratic(adj.gram[i], row, row, p)
			for k := range h {
				h[k] = 0
				for j := 0; j < p; j++ {
					h[k] += row[j] * adj.h[i][j*p+k]
				}
			}
			h2 := dot(h, h)
			tr += g - h2
			sq += g * g
			cross += g * h2
			addOuter(hh, 1, h, h)
		}
		df[c] = tr * tr / (sq - 2*cross + dot(hh, hh))
	}
	return df
}

// hotelling is the approximate Hotelling T² test "HTZ" of Tipton & Pustejovsky (2015,
// eqs. 15-17): with Q = b'V^-1 b over q coefficients,
//
//	F = (ν - q + 1)/(ν q) Q  on  q and ν - q + 1,  ν = q(q+1)/Σ_st Var(Ω^-½ V Ω^-½)_st
//
// under the working model, Ω = E V.
func (s *sandwich) hotelling(out *Robust, adj *adjusted) analysis.Statistic {
	p, q := s.p, len(s.tested)
	rows := make([]float64, q*p)
	for i, j := range s.tested {
		copy(rows[i*p:], s.root[j*p:(j+1)*p])
	}
	balance(rows, adj, q, p)
	omega := make([]float64, q*q)
	g, h := make([][]float64, len(adj.gram)), make([][]float64, len(adj.gram))
	for i := range adj.gram {
		g[i] = mul(mul(rows, adj.gram[i], q, p, p), transpose(rows, q, p), q, p, q)
		h[i] = mul(rows, adj.h[i], q, p, p)
		hh := mul(h[i], transpose(h[i], q, p), q, p, q)
		for k := range omega {
			omega[k] += g[i][k] - hh[k]
		}
	}
	stat := wald(s.beta, out.Cov, s.tested, math.Inf(1)).Value
	w := analysis.Statistic{Value: math.NaN(), DF: float64(q), DF2: math.NaN(), P: math.NaN()}
	root, ok := symmetricInverseRoot(omega, q)
	if !ok {
		return w
	}
	nu := float64(q*(q+1)) / s.totalVariance(g, h, root, q)
	df := nu - float64(q) + 1
	if w.Value, w.DF2 = df/nu*stat/float64(q), df; df > 0 {
		w.P = dist.FSF(w.Value, w.DF, df)
	}
	return w
}

// balance scales each tested row to unit size, so that moderators in different units
// don't spoil Ω; the test doesn't depend on the scale.
func balance(rows []float64, adj *adjusted, q, p int) {
	for a := 0; a < q; a++ {
		row := rows[a*p : (a+1)*p]
		var size float64
		for i := range adj.gram {
			size += quadratic(adj.gram[i], row, row, p)
		}
		if size > 0 {
			for k := range row {
				row[k] /= math.Sqrt(size)
			}
		}
	}
}

// totalVariance is Σ_st Var over all elements of the standardised robust covariance:
// Σ_jk B_st B_ts + B_ss B_tt with B_st[j,k] = δ_jk g_st - h_js'h_kt.
func (s *sandwich) totalVariance(g, h [][]float64, root []float64, q int) float64 {
	p := s.p
	sums := make([][]float64, q*q) // Σ_j h_js h_jt'
	for k := range sums {
		sums[k] = make([]float64, p*p)
	}
	diag := make([]float64, q*q)
	for i := range g {
		gi := mul(mul(root, g[i], q, q, q), root, q, q, q)
		hi := mul(root, h[i], q, q, p)
		for a := 0; a < q; a++ {
			for b := 0; b < q; b++ {
				ha, hb := hi[a*p:(a+1)*p], hi[b*p:(b+1)*p]
				hab := dot(ha, hb)
				diag[a*q+b] += gi[a*q+b]*gi[b*q+a] - 2*gi[a*q+b]*hab
				diag[a*q+b] += gi[a*q+a]*gi[b*q+b] - gi[a*q+a]*dot(hb, hb) - gi[b*q+b]*dot(ha, ha)
				addOuter(sums[a*q+b], 1, ha, hb)
			}
		}
	}
	var total float64
	for a := 0; a < q; a++ {
		for b := 0; b < q; b++ {
			k := sums[a*q+b]
			total += diag[a*q+b] + traceProduct(k, k, p) + dot(k, k)
		}
	}
	return total
}

// symmetricInverseRoot is a^-½; false when a isn't positive definite.
func symmetricInverseRoot(a []float64, n int) ([]float64, bool) {
	var e mat.EigenSym
	if !e.Factorize(symmetric(a, n), true) {
		return nil, false
	}
	v := e.Values(nil)
	if !(v[0] > 1e-13*v[n-1]) {
		return nil, false
	}
	var vec mat.Dense
	e.VectorsTo(&vec)
	out := make([]float64, n*n)
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			for k := 0; k < n; k++ {
				out[i*n+j] += vec.At(i, k) * vec.At(j, k) / math.Sqrt(v[k])
			}
		}
	}
	return out, true
}
