package multilevel

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"past/analysis/meta"

	"pgregory.net/rapid"
)

// readCSV reads one of the published data sets in testdata; lines with # are comments.
func readCSV(t testing.TB, name string) map[string][]string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cols := map[string][]string{}
	var header []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "#") {
			continue
		}
		cells := strings.Split(s.Text(), ",")
		if header == nil {
			header = cells
			continue
		}
		for i, c := range cells {
			cols[header[i]] = append(cols[header[i]], c)
		}
	}
	return cols
}

func numbers(t testing.TB, text []string) []float64 {
	t.Helper()
	out := make([]float64, len(text))
	for i, s := range text {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = v
	}
	return out
}

func calendar(t testing.TB) Data {
	c := readCSV(t, "modified_calendar.csv")
	return Data{Effect: numbers(t, c["yi"]), Variance: numbers(t, c["vi"]), Cluster: c["district"], Inner: c["school"]}
}

// Konstantopoulos (2011), table 3: the three-level model of the school calendar data.
func TestPublishedThreeLevelModel(t *testing.T) {
	r, err := Fit(calendar(t), Design{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"estimate", r.Coef[0].Value, 0.185}, {"standard error", r.Coef[0].SE, 0.085},
		{"between districts", r.Sigma2.Between, 0.065}, {"within districts", r.Sigma2.Within, 0.033},
	} {
		if math.Abs(c.got-c.want) > 0.0005 {
			t.Errorf("%s = %.5f, published %.3f", c.what, c.got, c.want)
		}
	}
	if r.K != 56 || r.Clusters != 11 || r.Q.DF != 55 {
		t.Errorf("k = %d, clusters = %d, df = %.0f", r.K, r.Clusters, r.Q.DF)
	}
}

// The three-level REML fit of the same data, to the digits of R 4.2.2 with metafor
// 3.8-1, robust results with clubSandwich 0.5.8.
func TestReferenceDigits(t *testing.T) {
	r, err := Fit(calendar(t), Design{}, Options{Rho: 0.6})
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Robust(CR2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"between", r.Sigma2.Between, 0.05633008595937331}, {"within", r.Sigma2.Within, 0.04807388329904386},
		{"estimate", r.Coef[0].Value, 0.1910110108289654}, {"log-likelihood", r.LogLik, -9.292605754302624},
		{"Q", r.Q.Value, 614.1212763662272}, {"I2 between", r.I2Level.Between, 52.85963880658087},
		{"CR2 se", b.Coef[0].SE, 0.0863947669663714}, {"CR2 df", b.Coef[0].DF, 9.499461278372182},
	} {
		closeTo(t, c.what, c.got, c.want, 1e-11, 0)
	}
}

// With one effect a cluster the model is the ordinary one of package meta.
func TestSingletonsAreTheOrdinaryModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 15).Draw(t, "n")
		d := Data{}
		for i := 0; i < n; i++ {
			d.Effect = append(d.Effect, rapid.Float64Range(-1, 1).Draw(t, "effect"))
			d.Variance = append(d.Variance, rapid.Float64Range(0.01, 0.5).Draw(t, "variance"))
			d.Cluster = append(d.Cluster, strconv.Itoa(i))
		}
		r, err := Fit(d, Design{}, Options{Rho: 0.7})
		if err != nil {
			t.Fatal(err)
		}
		want, err := meta.Fit(d.Effect, d.Variance, meta.Options{})
		if err != nil {
			t.Fatal(err)
		}
		closeTo(t, "tau2", r.Sigma2.Within, want.Tau2, 1e-9, 1e-9)
		closeTo(t, "estimate", r.Coef[0].Value, want.Coef[0].Value, 1e-9, 1e-6)
		closeTo(t, "se", r.Coef[0].SE, want.Coef[0].SE, 1e-9, 0)
		closeTo(t, "Q", r.Q.Value, want.Q.Value, 1e-9, 1e-6)
		closeTo(t, "log-likelihood", r.LogLik, want.FitREML.LogLik, 1e-9, 1)
	})
}

// The order of rows, the names of clusters, the unit and the sign of effects change
// nothing but what they must.
func TestEquivariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x, rho := drawn(t)
		base, err := Fit(d, x, Options{Rho: rho})
		if err != nil {
			t.Fatal(err)
		}
		n := len(d.Effect)
		perm := rapid.Permutation(sequence(n)).Draw(t, "order")
		scale := rapid.SampledFrom([]float64{-1, 1e-6, 37, 1e5}).Draw(t, "scale")
		shift := rapid.SampledFrom([]float64{0, 5}).Draw(t, "shift")
		other := Data{}
		z := Design{Names: x.Names, Columns: make([][]float64, len(x.Columns))}
		for _, i := range perm {
			other.Effect = append(other.Effect, scale*(d.Effect[i]+shift))
			other.Variance = append(other.Variance, scale*scale*d.Variance[i])
			other.Cluster = append(other.Cluster, "cluster "+d.Cluster[i])
			other.Inner = append(other.Inner, d.Inner[i])
			for j := range z.Columns {
				z.Columns[j] = append(z.Columns[j], x.Columns[j][i])
			}
		}
		r, err := Fit(other, z, Options{Rho: rho})
		if err != nil {
			t.Fatal(err)
		}
		s2 := scale * scale
		size := base.Sigma2.Total() + 1e-3
		// a flat ridge of the likelihood may be met at another point, equally high
		closeTo(t, "log-likelihood", r.LogLik+float64(n-len(r.Coef))*math.Log(math.Abs(scale)), base.LogLik, 1e-9, 1)
		info := base.st.info // expected: its inverse is the variance of the components
		if det := info[0][0]*info[1][1] - info[0][1]*info[0][1]; math.Sqrt(info[1][1]/det)*base.m.unit*base.m.unit < 10*size {
			closeTo(t, "between", r.Sigma2.Between/s2, base.Sigma2.Between, 1e-6, size)
			closeTo(t, "within", r.Sigma2.Within/s2, base.Sigma2.Within, 1e-6, size)
			closeTo(t, "estimate", r.Coef[0].Value/scale, base.Coef[0].Value+shift, 1e-6, base.Coef[0].SE)
		}
		closeTo(t, "I2", r.I2, base.I2, 1e-5, 1)
	})
}

func sequence(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// Nowhere is the likelihood higher than at the estimate, and the score there points
// nowhere it may go.
func TestTheMaximumIsGlobal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x, rho := drawn(t)
		method := rapid.SampledFrom([]meta.Method{meta.REML, meta.ML}).Draw(t, "method")
		r, err := Fit(d, x, Options{Rho: rho, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < 30; i++ {
			th := theta{rapid.Float64Range(0, 30).Draw(t, "between"), rapid.Float64Range(0, 30).Draw(t, "within")}
			if i%3 == 0 {
				th[0] = 0
			} else if i%3 == 1 {
				th[1] = 0
			}
			st, ok := r.m.evaluate(th, method == meta.REML, r.w)
			if ok && st.logLik > r.st.logLik+1e-8*(1+math.Abs(st.logLik)) {
				t.Fatalf("likelihood %.12g at %v, but %.12g at the estimate %v", st.logLik, th, r.st.logLik, r.st.th)
			}
		}
		fr := free{r.m.separable, true}
		if s := r.st.slope(fr); s > 1e-6 {
			t.Fatalf("score %v at the estimate %v (slope %g)", r.st.score, r.st.th, s)
		}
	})
}

// Every interval holds its estimate; p-values are probabilities.
func TestIntervalsHoldTheEstimate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x, rho := drawn(t)
		r, err := Fit(d, x, Options{Rho: rho, Test: rapid.SampledFrom([]meta.Test{meta.Z, meta.T}).Draw(t, "test"),
			DF: rapid.SampledFrom([]DF{Residual, Contain}).Draw(t, "df")})
		if err != nil {
			t.Fatal(err)
		}
		check := func(lo, est, hi, p float64) {
			if !(lo <= est && est <= hi) || !(p >= 0 && p <= 1) {
				t.Fatalf("interval [%g, %g] of %g, p = %g", lo, hi, est, p)
			}
		}
		for j := range r.Coef {
			check(r.Coef[j].Lower, r.Coef[j].Value, r.Coef[j].Upper, r.Coef[j].P)
		}
		for _, k := range []Kind{CR0, CR1, CR1S, CR2} {
			b, err := r.Robust(k)
			if err != nil {
				continue
			}
			for j := range b.Coef {
				if b.Coef[j].SE > 1e-9 {
					check(b.Coef[j].Lower, r.Coef[j].Value, b.Coef[j].Upper, b.Coef[j].P)
				}
			}
		}
		for _, c := range []Components{BetweenOnly, WithinOnly} {
			est := map[Components]float64{BetweenOnly: r.Sigma2.Between, WithinOnly: r.Sigma2.Within}[c]
			if ci, err := r.ProfileInterval(c); err == nil && !(ci.Lower <= est*(1+1e-9) && est <= ci.Upper*(1+1e-9)) {
				t.Fatalf("%s: [%g, %g] of %g", c, ci.Lower, ci.Upper, est)
			}
		}
	})
}

// Profile bounds lie where twice the drop in log-likelihood is the critical value.
func TestProfileBoundsMeetTheCut(t *testing.T) {
	r, err := Fit(calendar(t), Design{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ci, err := r.ProfileInterval(BetweenOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, bound := range []float64{ci.Lower, ci.Upper} {
		best := math.Inf(-1)
		for s := 0.0; s < 0.1; s += 1e-5 {
			st, _ := r.m.evaluate(theta{bound / (r.m.unit * r.m.unit), s / (r.m.unit * r.m.unit)}, true, r.w)
			best = math.Max(best, st.logLik)
		}
		closeTo(t, "drop", 2*(r.st.logLik-best), 3.841458820694124, 1e-5, 0)
	}
}

// Aggregating single effects changes nothing; equal variances give the plain mean
// with variance v(1 + (n-1)ρ)/n.
func TestAggregate(t *testing.T) {
	d := Data{Effect: []float64{1, 2, 6, 0.5}, Variance: []float64{0.3, 0.3, 0.3, 0.1}, Cluster: []string{"b", "b", "b", "a"}}
	got, err := Aggregate(d, 0.6)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Cluster != "b" || got[1].Cluster != "a" {
		t.Fatalf("clusters: %+v", got)
	}
	closeTo(t, "mean", got[0].Effect, 3, 1e-14, 0)
	closeTo(t, "variance", got[0].Variance, 0.3*(1+2*0.6)/3, 1e-14, 0)
	closeTo(t, "single effect", got[1].Effect, 0.5, 1e-15, 0)
	closeTo(t, "single variance", got[1].Variance, 0.1, 1e-15, 0)
}

// With one effect a study the correlated-effects model doesn't depend on rho, and its
// variance is the method of moments of DerSimonian and Laird.
func TestCorrelatedWithSingleEffects(t *testing.T) {
	d := simulated(8, 20, 1, 0.2, 0, 0)
	a, err := Correlated(d, Design{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Correlated(d, Design{}, Options{Rho: 1})
	if err != nil {
		t.Fatal(err)
	}
	dl, err := meta.Fit(d.Effect, d.Variance, meta.Options{Method: meta.DL})
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "rho 0", a.Tau2, dl.Tau2, 1e-10, 0)
	closeTo(t, "rho 1", b.Tau2, dl.Tau2, 1e-10, 0)
	closeTo(t, "estimate", a.Coef[0].Value, dl.Coef[0].Value, 1e-10, 0)
}
