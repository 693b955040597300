package multilevel

import "past/analysis/internal/dense"

// sums are the pieces of the first and second derivatives that add up over clusters.
// With W = V^-1, w = W r, A = 11' (between) and B = ZZ' (within), by cluster:
type sums struct {
	trace  [2]float64    // tr(WA), tr(WB)
	square [2][2]float64 // tr(WAWA), tr(WAWB), tr(WBWB)
	fit    [2]float64    // w'Aw, w'Bw
	curve  [2][2]float64 // w'AWAw, w'AWBw, w'BWBw
	first  [2][]float64  // Q'WAWQ, Q'WBWQ
	second [2][2][]float64
	cross  [2][]float64 // Q'WAw, Q'WBw
}

// differentiate adds score, observed second derivatives and expected information to
// the state at th:
//
//	s_a = -½ tr(P V_a) + ½ r'W V_a W r        (tr(W V_a) for ML)
//	H_ab = ½ tr(P V_a P V_b) - y'P V_a P V_b P y
//	I_ab = ½ tr(P V_a P V_b)
//
// with P = W - WQ(Q'WQ)^-1Q'W (Harville 1977, section 5; Searle, Casella & McCulloch
// 1992, section 6.6).
func (m *problem) differentiate(th theta, reml bool, w *workspace) (state, bool) {
	st, ok := m.evaluate(th, reml, w)
	if !ok {
		return st, false
	}
	m.refine(&st, w)
	st.m = dense.Inverse(st.chol, m.p)
	s := m.collect(th, w)
	p := m.p
	var mf [2][]float64
	for a := 0; a < 2; a++ {
		mf[a] = mul(st.m, s.first[a], p, p, p)
	}
	for a := 0; a < 2; a++ {
		trace := s.trace[a]
		if reml {
			trace -= traceProduct(st.m, s.first[a], p)
		}
		st.score[a] = 0.5 * (s.fit[a] - trace)
		for b := a; b < 2; b++ {
			square := s.square[a][b]
			if reml {
				square += traceProduct(mf[a], mf[b], p) - 2*traceProduct(st.m, s.second[a][b], p)
			}
			curve := s.curve[a][b] - quadratic(st.m, s.cross[a], s.cross[b], p)
			st.info[a][b] = 0.5 * square
			st.hessian[a][b] = 0.5*square - curve
			st.info[b][a], st.hessian[b][a] = st.info[a][b], st.hessian[a][b]
		}
	}
	return st, true
}

// collect runs over the clusters once more, after the coefficients are known.
func (m *problem) collect(th theta, w *workspace) sums {
	p, c := m.p, m.p+1
	var s sums
	for a := 0; a < 2; a++ {
		s.first[a], s.cross[a] = make([]float64, p*p), make([]float64, p)
		for b := a; b < 2; b++ {
			s.second[a][b] = make([]float64, p*p)
		}
	}
	one, mixed := make([]float64, p), make([]float64, p)
	for i := range m.blocks {
		b := &m.blocks[i]
		m.factor(b, th, &w.inv)
		inv := &w.inv
		wx := w.wx[b.off*c : (b.off+b.n)*c]
		bx := w.bx[:b.groups*c]
		m.collapse(b, wx, bx, c)
		var a, r float64
		for k := 0; k < b.n; k++ {
			a += inv.g[k] * inv.shrink
			r += wx[k*c+p]
		}
		for j := range one {
			one[j], mixed[j] = 0, 0
			for k := 0; k < b.n; k++ {
				one[j] += wx[k*c+j]
			}
		}
		s.between(a, r, one)
		om := w.om[:b.groups*c]
		m.omega(b, inv, bx, om, c)
		s.within(inv, b.groups, bx, om, p)
		// pieces that join the two
		var u2, ub float64
		for k := 0; k < b.groups; k++ {
			u := inv.gg[k] * inv.shrink
			u2 += u * u
			ub += u * bx[k*c+p]
			for j := 0; j < p; j++ {
				mixed[j] += u * bx[k*c+j]
			}
		}
		s.square[0][1] += u2
		s.curve[0][1] += r * ub
		addOuter(s.second[0][1], 1, one, mixed)
	}
	return s
}

// collapse is Z' applied to the c columns of x.
func (m *problem) collapse(b *block, x, out []float64, c int) {
	if b.flat {
		copy(out, x)
		return
	}
	for k := range out {
		out[k] = 0
	}
	for k := 0; k < b.n; k++ {
		g := m.group[b.off+k]
		for j := 0; j < c; j++ {
			out[g*c+j] += x[k*c+j]
		}
	}
}

// omega applies Z'WZ = diag(e) - alpha f f' - beta g g' (summed by inner group) to
// the c columns of x.
func (m *problem) omega(b *block, inv *inverter, x, out []float64, c int) {
	for j := 0; j < c; j++ {
		var fx, gx float64
		for k := 0; k < b.groups; k++ {
			fx += inv.fg[k] * x[k*c+j]
			gx += inv.gg[k] * x[k*c+j]
		}
		fx *= inv.alpha
		gx *= inv.beta
		for k := 0; k < b.groups; k++ {
			out[k*c+j] = inv.e[k]*x[k*c+j] - fx*inv.fg[k] - gx*inv.gg[k]
		}
	}
}

// between adds a cluster's part of the pieces for A = 11': a = 1'W1, r = 1'w,
// one = Q'W1.
func (s *sums) between(a, r float64, one []float64) {
	s.trace[0] += a
	s.square[0][0] += a * a
	s.fit[0] += r * r
	s.curve[0][0] += a * r * r
	addOuter(s.first[0], 1, one, one)
	addOuter(s.second[0][0], a, one, one)
	for j, x := range one {
		s.cross[0][j] += r * x
	}
}

// within adds a cluster's part of the pieces for B = ZZ'; bx = Z'W[Q r], om = Z'WZ bx.
func (s *sums) within(inv *inverter, groups int, bx, om []float64, p int) {
	c := p + 1
	var e1, e2, ff, gg, fg, eff, egg float64
	for k := 0; k < groups; k++ {
		e, f, g := inv.e[k], inv.fg[k], inv.gg[k]
		e1 += e
		e2 += e * e
		ff += f * f
		gg += g * g
		fg += f * g
		eff += e * f * f
		egg += e * g * g
	}
	al, be := inv.alpha, inv.beta
	s.trace[1] += e1 - al*ff - be*gg
	s.square[1][1] += e2 - 2*al*eff - 2*be*egg + al*al*ff*ff + 2*al*be*fg*fg + be*be*gg*gg
	for k := 0; k < groups; k++ {
		row, orow := bx[k*c:(k+1)*c], om[k*c:(k+1)*c]
		r := row[p]
		s.fit[1] += r * r
		s.curve[1][1] += r * orow[p]
		for j := 0; j < p; j++ {
			s.cross[1][j] += row[j] * r
			for l := 0; l < p; l++ {
				s.first[1][j*p+l] += row[j] * row[l]
				s.second[1][1][j*p+l] += row[j] * orow[l]
			}
		}
	}
}
