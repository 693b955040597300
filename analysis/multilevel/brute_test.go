package multilevel

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// The functions of this file compute everything again with full n×n matrices, straight
// from the definitions, in the units and order of the input.

// brute is the full covariance matrix of the effects.
func bruteV(d Data, rho float64, s Levels) *mat.SymDense {
	n := len(d.Effect)
	v := mat.NewSymDense(n, nil)
	for i := 0; i < n; i++ {
		for j := i; j < n; j++ {
			var x float64
			if d.Cluster[i] == d.Cluster[j] {
				x = s.Between + rho*math.Sqrt(d.Variance[i]*d.Variance[j])
				if d.Inner != nil && d.Inner[i] == d.Inner[j] {
					x += s.Within
				}
			}
			if i == j {
				x = d.Variance[i] + s.Total()
			}
			v.SetSym(i, j, x)
		}
	}
	return v
}

type bruteFit struct {
	beta     []float64
	m        *mat.Dense // (X'WX)^-1
	w, p     *mat.Dense
	x        *mat.Dense
	resid    *mat.VecDense
	ml, reml float64
	rss      float64
}

func bruteGLS(d Data, x Design, rho float64, s Levels) bruteFit {
	n, p := len(d.Effect), len(x.Columns)
	v := bruteV(d, rho, s)
	var out bruteFit
	out.x = mat.NewDense(n, p, nil)
	for j, c := range x.Columns {
		out.x.SetCol(j, c)
	}
	y := mat.NewVecDense(n, append([]float64(nil), d.Effect...))
	var chol mat.Cholesky
	if !chol.Factorize(v) {
		panic("test covariance not positive definite")
	}
	out.w, out.m, out.p = new(mat.Dense), new(mat.Dense), new(mat.Dense)
	var ws mat.SymDense
	if err := chol.InverseTo(&ws); err != nil {
		panic(err)
	}
	out.w.CloneFrom(&ws)
	var wx, xwx mat.Dense
	wx.Mul(out.w, out.x)
	xwx.Mul(out.x.T(), &wx)
	if err := out.m.Inverse(&xwx); err != nil {
		panic(err)
	}
	var wy, b, fit mat.VecDense
	wy.MulVec(wx.T(), y)
	b.MulVec(out.m, &wy)
	out.beta = append([]float64(nil), b.RawVector().Data...)
	fit.MulVec(out.x, &b)
	out.resid = new(mat.VecDense)
	out.resid.SubVec(y, &fit)
	var wr mat.VecDense
	wr.MulVec(out.w, out.resid)
	out.rss = mat.Dot(out.resid, &wr)
	var h mat.Dense
	h.Product(&wx, out.m, wx.T())
	out.p.Sub(out.w, &h)
	var xx mat.Dense
	xx.Mul(out.x.T(), out.x)
	out.ml = -0.5 * (float64(n)*math.Log(2*math.Pi) + chol.LogDet() + out.rss)
	out.reml = -0.5*(float64(n-p)*math.Log(2*math.Pi)+chol.LogDet()+math.Log(mat.Det(&xwx))+out.rss) + 0.5*math.Log(mat.Det(&xx))
	return out
}

// drawn is a random small data set, with shared inner groups at times.
func drawn(t *rapid.T) (Data, Design, float64) {
	var d Data
	clusters := rapid.IntRange(3, 7).Draw(t, "clusters")
	shared := rapid.Bool().Draw(t, "shared inner groups")
	for c := 0; c < clusters; c++ {
		for j, size := 0, rapid.IntRange(1, 5).Draw(t, "size"); j < size; j++ {
			d.Effect = append(d.Effect, rapid.Float64Range(-2, 2).Draw(t, "effect"))
			d.Variance = append(d.Variance, rapid.Float64Range(0.02, 0.8).Draw(t, "variance"))
			d.Cluster = append(d.Cluster, string(rune('a'+c)))
			g := j
			if shared {
				g = j / 2
			}
			d.Inner = append(d.Inner, string(rune('p'+g)))
		}
	}
	ones := make([]float64, len(d.Effect))
	z := make([]float64, len(d.Effect))
	for i := range ones {
		ones[i] = 1
		z[i] = float64((i*7)%5) + 1990
	}
	x := Design{Names: []string{InterceptName}, Columns: [][]float64{ones}}
	if rapid.Bool().Draw(t, "moderator") {
		x = Design{Names: []string{InterceptName, "year"}, Columns: [][]float64{ones, z}}
	}
	return d, x, rapid.SampledFrom([]float64{0, 0.3, 0.6, -0.1, 0.95}).Draw(t, "rho")
}

// closeTo fails unless got agrees with want within tol, relative to size (or want).
func closeTo(t interface {
	Fatalf(string, ...any)
	Helper()
}, what string, got, want, tol, size float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tol*math.Max(math.Abs(want), size) {
		t.Fatalf("%s = %.15g, want %.15g", what, got, want)
	}
}

// The closed forms by cluster agree with full matrices: likelihood, coefficients,
// Q, I² at any components.
func TestClosedFormsAgreeWithFullMatrices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x, rho := drawn(t)
		s := Levels{Between: rapid.SampledFrom([]float64{0, 0.01, 0.3, 4}).Draw(t, "between"),
			Within: rapid.SampledFrom([]float64{0, 0.02, 0.5}).Draw(t, "within")}
		m, err := prepare(d, x, rho)
		if err != nil {
			t.Fatal(err)
		}
		want := bruteGLS(d, x, rho, s)
		u2 := m.unit * m.unit
		w := m.workspace()
		for _, reml := range []bool{false, true} {
			st, ok := m.differentiate(theta{s.Between / u2, s.Within / u2}, reml, w)
			if !ok {
				t.Fatalf("no likelihood")
			}
			ll, ref := st.logLik-float64(m.n)*math.Log(m.unit), want.ml
			if reml {
				ll, ref = st.logLik-float64(m.n-m.p)*math.Log(m.unit), want.reml
			}
			closeTo(t, "log-likelihood", ll, ref, 1e-8, 10) // the full form has cond(X'X) to bear
			beta, cov := m.unscale(st)
			for j := range beta {
				closeTo(t, "coefficient", beta[j], want.beta[j], 1e-6, 1e-4*math.Sqrt(want.m.At(j, j)))
				closeTo(t, "variance", cov[j][j], want.m.At(j, j), 1e-6, 0)
			}
			closeTo(t, "r'Wr", st.rss, want.rss, 1e-8, 1e-3)
		}
	})
}

// Scores and second derivatives are those of the log-likelihood.
func TestDerivatives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x, rho := drawn(t)
		m, err := prepare(d, x, rho)
		if err != nil {
			t.Fatal(err)
		}
		reml := rapid.Bool().Draw(t, "reml")
		at := theta{rapid.Float64Range(0.05, 3).Draw(t, "between"), rapid.Float64Range(0.05, 3).Draw(t, "within")}
		w := m.workspace()
		st, ok := m.differentiate(at, reml, w)
		if !ok {
			t.Fatalf("no likelihood")
		}
		const h = 1e-4
		size := 1 + math.Abs(st.logLik)
		for a := 0; a < 2; a++ {
			up, down := at, at
			up[a] += h
			down[a] -= h
			hi, _ := m.differentiate(up, reml, w)
			lo, _ := m.differentiate(down, reml, w)
			closeTo(t, "score", st.score[a], (hi.logLik-lo.logLik)/(2*h), 1e-4, size)
			for b := 0; b < 2; b++ {
				scale := size + math.Abs(st.info[a][a]) + math.Abs(st.info[b][b])
				closeTo(t, "second derivative", st.hessian[a][b], (hi.score[b]-lo.score[b])/(2*h), 1e-4, scale)
			}
		}
	})
}

// The expected information is ½ tr(P V_a P V_b).
func TestInformation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x, rho := drawn(t)
		s := Levels{Between: 0.2, Within: 0.1}
		m, err := prepare(d, x, rho)
		if err != nil {
			t.Fatal(err)
		}
		u2 := m.unit * m.unit
		st, _ := m.differentiate(theta{s.Between / u2, s.Within / u2}, true, m.workspace())
		full := bruteGLS(d, x, rho, s)
		n := len(d.Effect)
		parts := [2]*mat.Dense{mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)}
		for i := 0; i < n; i++ {
			for j := 0; j < n; j++ {
				if d.Cluster[i] == d.Cluster[j] {
					parts[0].Set(i, j, 1)
					if d.Inner[i] == d.Inner[j] {
						parts[1].Set(i, j, 1)
					}
				}
			}
		}
		for a := 0; a < 2; a++ {
			for b := 0; b < 2; b++ {
				var prod mat.Dense
				prod.Product(full.p, parts[a], full.p, parts[b])
				closeTo(t, "information", st.info[a][b]/(u2*u2), mat.Trace(&prod)/2, 1e-6, 1e-6*(st.info[a][a]+st.info[b][b])/(u2*u2))
			}
		}
	})
}
