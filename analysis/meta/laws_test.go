package meta

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"past/analysis/internal/dist"
)

// table draws effects and variances that differ by up to ten orders of magnitude.
func table(t *rapid.T, min, max int) (y, v []float64) {
	k := rapid.IntRange(min, max).Draw(t, "k")
	spread := rapid.Float64Range(0, 5).Draw(t, "spread")
	for i := 0; i < k; i++ {
		y = append(y, rapid.Float64Range(-5, 5).Draw(t, "y"))
		v = append(v, 0.05*math.Pow(10, spread*rapid.Float64Range(-1, 1).Draw(t, "v")))
	}
	return y, v
}

// withoutWeights are the methods that need no given weights.
func withoutWeights() []Method {
	return slices.DeleteFunc(Methods(), func(m Method) bool { return m == GENQ })
}

func drawOptions(t *rapid.T) Options {
	return Options{
		Method: rapid.SampledFrom(withoutWeights()).Draw(t, "method"),
		Test:   rapid.SampledFrom(Tests()).Draw(t, "test"),
	}
}

func fitted(t *rapid.T, y, v []float64, opt Options) *Result {
	r, err := Fit(y, v, opt)
	if err != nil {
		t.Fatalf("%v (%v, %v)", err, y, v)
	}
	return r
}

// close reports whether two numbers agree to a relative tolerance; a scale can be
// given for numbers that may cancel.
func agree(a, b, tol, scale float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) || math.IsInf(a, 0) || math.IsInf(b, 0) {
		return a == b || math.IsNaN(a) && math.IsNaN(b)
	}
	return math.Abs(a-b) <= tol*math.Max(scale, math.Max(math.Abs(a), math.Abs(b)))
}

func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, v := table(t, 1, 12)
		opt := drawOptions(t)
		a := fitted(t, y, v, opt)
		py, pv := make([]float64, len(y)), make([]float64, len(y))
		for i, j := range rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Perm(len(y)) {
			py[j], pv[j] = y[i], v[i]
		}
		b := fitted(t, py, pv, opt)
		if a.Coef[0].Value != b.Coef[0].Value || a.Coef[0].SE != b.Coef[0].SE || a.Tau2 != b.Tau2 || a.Q.Value != b.Q.Value ||
			a.FitREML != b.FitREML {
			t.Fatalf("order changes bits: %v %v, %v %v, %v %v", a.beta, b.beta, a.Coef, b.Coef, a.Tau2, b.Tau2)
		}
	})
}

func TestScaleAndSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, v := table(t, 1, 12)
		opt := drawOptions(t)
		a := fitted(t, y, v, opt)
		c := math.Ldexp(1, rapid.IntRange(-40, 40).Draw(t, "power")) // exact
		ny, nv := make([]float64, len(y)), make([]float64, len(y))
		for i := range y {
			ny[i], nv[i] = -c*y[i], c*c*v[i]
		}
		b := fitted(t, ny, nv, opt)
		spread := a.Coef[0].SE + math.Sqrt(a.Tau2)
		if !agree(-c*a.Coef[0].Value, b.Coef[0].Value, 1e-11, c*spread) || !agree(c*c*a.Tau2, b.Tau2, 1e-9, c*c*minOf(v)) {
			t.Fatalf("scale %v: estimate %v -> %v, tau2 %v -> %v", c, a.Coef[0].Value, b.Coef[0].Value, a.Tau2, b.Tau2)
		}
		if a.S2W > 1e-6 && !agree(c*a.Coef[0].SE, b.Coef[0].SE, 1e-9, 0) {
			t.Fatalf("scale %v: se %v -> %v", c, a.Coef[0].SE, b.Coef[0].SE)
		}
		if !agree(a.Q.Value, b.Q.Value, 1e-9, 1e-9) || !agree(a.I2, b.I2, 1e-8, 1e-6) {
			t.Fatalf("scale changes Q %v -> %v or I2 %v -> %v", a.Q.Value, b.Q.Value, a.I2, b.I2)
		}
	})
}

func minOf(x []float64) float64 {
	m := math.Inf(1)
	for _, a := range x {
		m = math.Min(m, a)
	}
	return m
}

func TestIntervalsHoldTheEstimate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, v := table(t, 1, 12)
		r := fitted(t, y, v, drawOptions(t))
		b := r.Coef[0].Value
		if !(r.Coef[0].Lower <= b && b <= r.Coef[0].Upper) {
			t.Fatalf("interval %v to %v misses %v", r.Coef[0].Lower, r.Coef[0].Upper, b)
		}
		p := r.Predict()
		if !r.Method.common() && !(p.PI.Lower <= r.Coef[0].Lower && p.PI.Upper >= r.Coef[0].Upper) {
			t.Fatalf("prediction interval %v to %v inside the interval of the mean", p.PI.Lower, p.PI.Upper)
		}
		if ce := fitted(t, y, v, Options{Method: FE}); r.Test == KnHa && !r.Method.common() &&
			!(r.Coef[0].Upper-r.Coef[0].Lower >= (ce.Coef[0].Upper-ce.Coef[0].Lower)*(1-1e-12)) {
			t.Fatalf("interval %v to %v is narrower than the common-effect one", r.Coef[0].Lower, r.Coef[0].Upper)
		}
		if r.Tau2 < 0 || r.I2 < 0 || r.I2 > 100 || r.Q.Value < 0 || !(r.Q.P >= 0 && r.Q.P <= 1) {
			t.Fatalf("impossible: tau2 %v I2 %v Q %v p %v", r.Tau2, r.I2, r.Q.Value, r.Q.P)
		}
	})
}

// With equal variances every estimator of the mean is the plain mean, and the
// Knapp-Hartung interval is the t interval of a textbook, whatever tau2.
func TestEqualVariancesGiveTheTextbookInterval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, _ := table(t, 2, 12)
		v := make([]float64, len(y))
		va := rapid.Float64Range(1e-6, 10).Draw(t, "variance")
		mean := 0.0
		for i := range y {
			v[i] = va
			mean += y[i] / float64(len(y))
		}
		ss := 0.0
		for _, x := range y {
			ss += (x - mean) * (x - mean)
		}
		k := float64(len(y))
		if ss < 1e-12 {
			t.Skip("all effects equal")
		}
		opt := drawOptions(t)
		opt.Test, opt.Unguarded = KnHa, true
		r := fitted(t, y, v, opt)
		half := dist.TQuantile(0.975, k-1) * math.Sqrt(ss/(k-1)/k)
		if !agree(r.Coef[0].Value, mean, 1e-12, 1) || !agree(r.Coef[0].Upper-r.Coef[0].Lower, 2*half, 1e-9, 0) {
			t.Fatalf("%s: %v +- %v, textbook %v +- %v", r.Method, r.Coef[0].Value, (r.Coef[0].Upper-r.Coef[0].Lower)/2, mean, half)
		}
		if r.Method == REML || r.Method == DL || r.Method == HE || r.Method == PM {
			if want := math.Max(0, ss/(k-1)-va); !agree(r.Tau2, want, 1e-9, va) {
				t.Fatalf("%s: tau2 %v, sample variance less v is %v", r.Method, r.Tau2, want)
			}
		}
	})
}

// No tau2 has a higher likelihood than the estimate.
func TestLikelihoodIsAtItsMaximum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, v := table(t, 2, 9)
		method := rapid.SampledFrom([]Method{ML, REML}).Draw(t, "method")
		r := fitted(t, y, v, Options{Method: method})
		ll := func(tau2 float64) float64 {
			f := fitted(t, y, v, Options{Method: method, Tau2: &tau2})
			if method == ML {
				return f.FitML.LogLik
			}
			return f.FitREML.LogLik
		}
		best := ll(r.Tau2)
		for i := 0; i < 60; i++ {
			other := minOf(v) * math.Pow(10, rapid.Float64Range(-2, 9).Draw(t, "log10"))
			if l := ll(other); l > best+1e-9*math.Max(1, math.Abs(best)) {
				t.Fatalf("%s: likelihood %v at tau2 %v, but %v at %v", method, best, r.Tau2, l, other)
			}
		}
	})
}

// The estimating equation of PM and the bounds of the Q-profile interval hold.
func TestQProfileBoundsSolveTheirEquation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, v := table(t, 2, 12)
		r := fitted(t, y, v, Options{Method: PM})
		ci, err := r.QProfile()
		if err != nil {
			t.Fatal(err)
		}
		df := float64(r.K - 1)
		check := func(what string, tau2, target float64) {
			var m moments
			r.s.at(tau2, &m)
			if tau2 > 0 && !agree(m.q, target, 1e-9, 0) || tau2 == 0 && m.q > target*(1+1e-9) {
				t.Fatalf("%s: Q(%v) = %v, target %v", what, tau2, m.q, target)
			}
		}
		check("PM", r.Tau2, df)
		check("lower", ci.Tau2.Lower, dist.ChiSqQuantile(0.975, df))
		check("upper", ci.Tau2.Upper, dist.ChiSqQuantile(0.025, df))
		if ci.Tau2.Lower > ci.Tau2.Upper || (r.Tau2 < ci.Tau2.Lower || r.Tau2 > ci.Tau2.Upper) && !ci.Empty {
			t.Fatalf("interval %v to %v, estimate %v", ci.Tau2.Lower, ci.Tau2.Upper, r.Tau2)
		}
	})
}

func TestProfileLikelihoodBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, v := table(t, 2, 10)
		r := fitted(t, y, v, Options{Method: rapid.SampledFrom([]Method{ML, REML}).Draw(t, "method")})
		ci, err := r.ProfileLikelihood()
		if err != nil {
			t.Fatal(err)
		}
		if !(ci.Tau2.Lower <= r.Tau2*(1+1e-9) && r.Tau2 <= ci.Tau2.Upper) {
			t.Fatalf("interval %v to %v misses %v", ci.Tau2.Lower, ci.Tau2.Upper, r.Tau2)
		}
		p := profile{s: r.s, reml: r.Method == REML}
		cut := p.at(r.Tau2) - dist.ChiSqQuantile(0.95, 1)/2
		for _, b := range []float64{ci.Tau2.Lower, ci.Tau2.Upper} {
			if h := p.at(b) - cut; b > 0 && math.Abs(h) > 1e-7 {
				t.Fatalf("the likelihood at the bound %v is %v off the cut-off", b, h)
			}
		}
	})
}

// The workspace, the last step of a cumulative analysis, a leave-one-out fit and
// the full set of a GOSH analysis are the fit.
func TestSubsetFitsAreFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, v := table(t, 2, 9)
		opt := drawOptions(t)
		opt.Unguarded = true
		r := fitted(t, y, v, opt)
		same := func(what string, est, se, tau2, q, i2 float64, r *Result) {
			if !agree(est, r.Coef[0].Value, 1e-11, r.Coef[0].SE) || !agree(tau2, r.Tau2, 1e-11, minOf(v)) || !agree(q, r.Q.Value, 1e-10, 1e-12) ||
				!agree(i2, r.I2, 1e-9, 1e-9) {
				t.Fatalf("%s: %v %v %v %v, fit %v %v %v %v", what, est, tau2, q, i2, r.Coef[0].Value, r.Tau2, r.Q.Value, r.I2)
			}
			if !agree(se, r.Coef[0].SE, 1e-9, 1e-9) {
				t.Fatalf("%s: se %v, fit %v", what, se, r.Coef[0].SE)
			}
		}
		var ws Workspace
		f, err := ws.Fit(y, v, opt.Method, opt.Test)
		if err != nil {
			t.Fatal(err)
		}
		same("workspace", f.Value, f.SE, f.Tau2, f.Q, f.I2, r)
		if !agree(f.P, r.Coef[0].P, 1e-8, 1e-12) || !agree(f.Lower, r.Coef[0].Lower, 1e-9, 1) {
			t.Fatalf("workspace: p %v lb %v, fit %v %v", f.P, f.Lower, r.Coef[0].P, r.Coef[0].Lower)
		}
		c, err := r.Cumulative(nil)
		if err != nil {
			t.Fatal(err)
		}
		last := r.K - 1
		same("cumulative", c[last].Coef[0].Value, c[last].Coef[0].SE, c[last].Tau2, c[last].Q.Value, c[last].I2, r)
		l, err := r.LeaveOneOut()
		if err != nil {
			t.Fatal(err)
		}
		out := rapid.IntRange(0, last).Draw(t, "out")
		rest := fitted(t, append(append([]float64{}, y[:out]...), y[out+1:]...), append(append([]float64{}, v[:out]...), v[out+1:]...), opt)
		same("leave one out", l[out].Coef[0].Value, l[out].Coef[0].SE, l[out].Tau2, l[out].Q.Value, l[out].I2, rest)
		g, err := GOSH(y, v, GOSHOptions{Method: opt.Method, Keep: true})
		if err != nil {
			t.Fatal(err)
		}
		z := fitted(t, y, v, Options{Method: opt.Method})
		full := g.Subsets - 1
		same("gosh", g.EstimatePoints[full], z.Coef[0].SE, z.Tau2, z.Q.Value, g.I2Points[full], z)
	})
}

// Deleting a row from a meta-regression is the fit without it.
func TestDeletionInMetaRegression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, v := table(t, 5, 12)
		x := make([]float64, len(y))
		for i := range x {
			x[i] = 1990 + 10*float64(i) + rapid.Float64Range(-3, 3).Draw(t, "x")
		}
		fit := func(y, v, x []float64) *Result {
			d, err := NewDesign(true, Numeric("x", x))
			if err != nil {
				t.Fatal(err)
			}
			return fitted(t, y, v, Options{Method: REML, Design: d})
		}
		in := fit(y, v, x).Influence()
		out := rapid.IntRange(0, len(y)-1).Draw(t, "out")
		cut := func(a []float64) []float64 { return append(append([]float64{}, a[:out]...), a[out+1:]...) }
		rest := fit(cut(y), cut(v), cut(x))
		if !agree(in.Tau2Del[out], rest.Tau2, 1e-8, minOf(v)) || !agree(in.QEDel[out], rest.Q.Value, 1e-8, 1e-9) {
			t.Fatalf("without row %d: tau2 %v Q %v, fit %v %v", out, in.Tau2Del[out], in.QEDel[out], rest.Tau2, rest.Q.Value)
		}
		sum := 0.0
		for _, h := range in.Hat {
			sum += h
		}
		if !agree(sum, 2, 1e-10, 0) {
			t.Fatalf("hat values sum to %v, not to the number of coefficients", sum)
		}
	})
}

// One result: a fit on which the guard acts has every number of the fit with the
// scale factor held at 1, its interval and its p-value agree for any level, and no
// prediction interval is inside the interval of the mean.
func TestGuardedFitIsOneResult(t *testing.T) {
	acted := 0
	rapid.Check(t, func(t *rapid.T) {
		y, v := table(t, 3, 12)
		shrink := rapid.Float64Range(0, 1).Draw(t, "shrink")
		x := make([]float64, len(y))
		for i := range y {
			y[i] = 0.3 + shrink*y[i]
			x[i] = float64(rapid.IntRange(-3000, 3000).Draw(t, "x")) / 1000
		}
		opt := Options{Method: rapid.SampledFrom(withoutWeights()).Draw(t, "method"), Test: KnHa}
		if rapid.Bool().Draw(t, "moderator") && len(y) > 3 {
			d, err := NewDesign(true, Numeric("x", x))
			if err != nil {
				t.Fatal(err)
			}
			opt.Design = d
		}
		r, err := Fit(y, v, opt)
		if err != nil && opt.Design != nil && strings.Contains(err.Error(), "the model matrix is singular") {
			t.Skip("the moderator does not vary")
		} else if err != nil {
			t.Fatal(err)
		}
		for j, c := range r.Coef {
			p := c.P
			if null := r.Coef[j].Lower <= 0 && r.Coef[j].Upper >= 0; null != (p >= 0.05) && math.Abs(p-0.05) > 1e-9 {
				t.Fatalf("coefficient %d: p = %v beside [%v, %v]", j, p, r.Coef[j].Lower, r.Coef[j].Upper)
			}
		}
		for _, p := range r.Fitted() {
			if !r.Method.common() && (p.PI.Lower > p.CI.Lower || p.PI.Upper < p.CI.Upper || p.T.Lower > p.CI.Lower || p.Riley.Lower > p.CI.Lower) {
				t.Fatalf("prediction interval inside the interval of the mean: %+v", p)
			}
		}
		if !r.guarded {
			if r.Unguarded != nil {
				t.Fatal("a footnote without a guard")
			}
			return
		}
		acted++
		opt.Test = AdHoc
		a, err := Fit(y, v, opt)
		if err != nil {
			t.Fatal(err)
		}
		opt.Test, opt.Unguarded = KnHa, true
		plain, err := Fit(y, v, opt)
		if err != nil {
			t.Fatal(err)
		}
		if r.Omnibus.P != a.Omnibus.P || r.S2W != 1 || !agree(r.Unguarded.Omnibus.P, plain.Omnibus.P, 0, 0) {
			t.Fatalf("omnibus p %v (footnote %v), adhoc %v, unguarded %v", r.Omnibus.P, r.Unguarded.Omnibus.P, a.Omnibus.P, plain.Omnibus.P)
		}
		for j := range r.beta {
			if r.Coef[j].SE != a.Coef[j].SE || r.Coef[j].P != a.Coef[j].P || r.Coef[j].Lower != a.Coef[j].Lower || r.Cov[j][j] != a.Cov[j][j] ||
				r.Unguarded.Coef[j].Upper != plain.Coef[j].Upper {
				t.Fatalf("coefficient %d: se %v, adhoc %v", j, r.Coef[j].SE, a.Coef[j].SE)
			}
		}
		in, ain := r.Influence(), a.Influence()
		for i := range in.CookD {
			if in.CookD[i] != ain.CookD[i] && !math.IsNaN(in.CookD[i]) {
				t.Fatalf("Cook's distance %v, adhoc %v", in.CookD[i], ain.CookD[i])
			}
		}
	})
	if acted == 0 {
		t.Error("the guard never acted: the property was not tried")
	}
}

// A moderator so near to 0 that its square is lost gave a bound of NaN,
// and the search for the maximum of the likelihood no end.
func TestModeratorNextToNothingEnds(t *testing.T) {
	for _, tiny := range []float64{1e-150, 1e-160, 1e-161, 1e-162, 1e-170, 1e-308, 5e-324} {
		d, err := NewDesign(true, Numeric("x", []float64{tiny, 0, 2 * tiny, 0, -tiny}))
		if err != nil {
			continue
		}
		for _, m := range []Method{REML, ML} {
			if r, err := Fit([]float64{0.1, 0.4, 0.2, 0.9, 0.3}, []float64{0.1, 0.2, 0.1, 0.3, 0.2},
				Options{Method: m, Test: KnHa, Design: d}); err == nil && r.Tau2 < 0 {
				t.Errorf("%s at %g: tau2 %v", m, tiny, r.Tau2)
			}
		}
	}
}
