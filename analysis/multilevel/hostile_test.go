package multilevel

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"past/analysis/meta"
)

func TestRefusals(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	ok := Data{Effect: []float64{1, 2, 3, 4}, Variance: []float64{1, 1, 1, 1}, Cluster: []string{"a", "a", "b", "b"}}
	with := func(change func(*Data)) Data {
		d := Data{Effect: append([]float64(nil), ok.Effect...), Variance: append([]float64(nil), ok.Variance...),
			Cluster: append([]string(nil), ok.Cluster...)}
		change(&d)
		return d
	}
	for _, c := range []struct {
		name string
		data Data
		x    Design
		opt  Options
		want string
	}{
		{"nothing", Data{}, Design{}, Options{}, "no effects"},
		{"lengths", Data{Effect: []float64{1}}, Design{}, Options{}, "1 effects but 0 variances"},
		{"one cluster", with(func(d *Data) { d.Cluster = []string{"a", "a", "a", "a"} }), Design{}, Options{}, `one cluster, "a"`},
		{"zero variance", with(func(d *Data) { d.Variance[2] = 0 }), Design{}, Options{}, "row 3 has a sampling variance of 0"},
		{"negative variance", with(func(d *Data) { d.Variance[1] = -1 }), Design{}, Options{}, "row 2 has a negative sampling variance (-1)"},
		{"infinite effect", with(func(d *Data) { d.Effect[3] = inf }), Design{}, Options{}, "row 4 has an infinite effect"},
		{"infinite variance", with(func(d *Data) { d.Variance[0] = inf }), Design{}, Options{}, "row 1 has an infinite sampling variance"},
		{"all missing", with(func(d *Data) { d.Effect = []float64{nan, nan, nan, nan} }), Design{}, Options{}, "no row has"},
		{"huge effect", with(func(d *Data) { d.Effect[0] = 1e70 }), Design{}, Options{}, "row 1 has an effect of 1e+70, beyond 1e60"},
		{"tiny variance", with(func(d *Data) { d.Variance[0] = 1e-300 }), Design{}, Options{},
			"row 1 has a sampling variance of 1e-300, outside the range"},
		{"rho 1", ok, Design{}, Options{Rho: 1}, "rho = 1"},
		{"rho NaN", ok, Design{}, Options{Rho: nan}, "rho = NaN"},
		{"rho too negative", with(func(d *Data) { d.Cluster = []string{"a", "a", "a", "b"} }), Design{}, Options{Rho: -0.6},
			`too negative for cluster "a" with 3 effects`},
		{"method", ok, Design{}, Options{Method: "DL"}, `unknown method "DL"`},
		{"test", ok, Design{}, Options{Test: "knha"}, `unknown test "knha"`},
		{"df", ok, Design{}, Options{DF: "kr"}, `unknown degrees of freedom "kr"`},
		{"components", ok, Design{}, Options{Components: "x"}, `unknown components "x"`},
		{"level", ok, Design{}, Options{Level: 95}, "confidence level 95"},
		{"columns", ok, Design{Names: []string{"x"}}, Options{}, "1 coefficient names but 0"},
		{"short column", ok, Design{Names: []string{"x"}, Columns: [][]float64{{1}}}, Options{}, `design column "x" has 1 values`},
		{"infinite moderator", ok, Design{Names: []string{"x"}, Columns: [][]float64{{1, 2, inf, 4}}}, Options{},
			`row 3: the moderator "x" is +Inf`},
		{"zero column", ok, Design{Names: []string{"x"}, Columns: [][]float64{{0, 0, 0, 0}}}, Options{}, "no column with a value other than 0"},
		{"saturated", ok, Design{Names: []string{"a", "b", "c", "d"}, Columns: [][]float64{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0},
			{0, 0, 0, 1}}}, Options{}, "4 effects cannot carry 4 coefficients"},
	} {
		_, err := Fit(c.data, c.x, c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// Odd but possible data give finite numbers and say what is odd.
func TestOddData(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name string
		data Data
		x    Design
		warn string
	}{
		{"all equal", Data{Effect: []float64{1, 1, 1, 1}, Variance: []float64{1, 2, 1, 2}, Cluster: []string{"a", "a", "b", "b"}}, Design{},
			"estimated as 0, at its bound"},
		{"two effects", Data{Effect: []float64{1, 3}, Variance: []float64{1, 2}, Cluster: []string{"a", "b"}}, Design{},
			"every cluster has one effect"},
		{"missing rows", Data{Effect: []float64{1, nan, 3, 4, 0}, Variance: []float64{1, 1, nan, 1, 1},
			Cluster: []string{"a", "a", "b", "b", "a"}}, Design{}, "2 rows left out"},
		{"missing cluster", Data{Effect: []float64{1, 2, 3, 4}, Variance: []float64{1, 1, 1, 1}, Cluster: []string{"a", "a", "b", ""}},
			Design{}, "1 row left out"},
		{"collinear", Data{Effect: []float64{1, 2, 3, 4, 5}, Variance: []float64{1, 1, 1, 1, 1}, Cluster: []string{"a", "a", "b", "b", "c"}},
			Design{Names: []string{"one", "two"}, Columns: [][]float64{{1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}}}, "determined by the other columns: two"},
		{"tiny beside large variances", Data{Effect: []float64{0.1, 0.2, 3, 4, 5}, Variance: []float64{1e-12, 1e2, 1e-12, 1, 1e2},
			Cluster: []string{"a", "a", "b", "b", "c"}}, Design{}, ""},
		{"tiny effects", Data{Effect: []float64{1e-9, 2e-9, 3e-9, 4e-9}, Variance: []float64{1e-20, 1e-20, 1e-20, 1e-20},
			Cluster: []string{"a", "a", "b", "b"}}, Design{}, ""},
		{"huge effects", Data{Effect: []float64{1e25, 2e25, 3e25, 5e25}, Variance: []float64{1e50, 1e50, 1e50, 1e50},
			Cluster: []string{"a", "a", "b", "b"}}, Design{}, ""},
	} {
		for _, rho := range []float64{0, 0.6} {
			r, err := Fit(c.data, c.x, Options{Rho: rho})
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			if !strings.Contains(strings.Join(r.Warnings.Texts(), "; "), c.warn) {
				t.Errorf("%s: warnings %q, want %q", c.name, r.Warnings, c.warn)
			}
			everything(t, r, c.data, rho)
		}
	}
}

// everything runs all that can be asked of a fit and refuses numbers that aren't.
func everything(t testing.TB, r *Result, d Data, rho float64) {
	t.Helper()
	for j := range r.Coef {
		if !finite(r.Coef[j].Value) || !(r.Coef[j].SE > 0) || !finite(r.Coef[j].SE) {
			t.Errorf("coefficient %g, standard error %g", r.Coef[j].Value, r.Coef[j].SE)
		}
	}
	if r.Sigma2.Between < 0 || r.Sigma2.Within < 0 {
		t.Errorf("negative variance component: %+v", r.Sigma2)
	}
	for _, k := range []Kind{CR0, CR1, CR1p, CR1S, CR2, CR3} {
		if b, err := r.Robust(k); err == nil {
			for j := range b.Coef {
				if math.IsNaN(b.Coef[j].SE) || math.IsInf(b.Coef[j].SE, 0) {
					t.Errorf("%s: standard error %g", k, b.Coef[j].SE)
				}
			}
		}
	}
	_, _ = r.RobustNaive(CR1p)
	_, _ = r.ProfileInterval(BetweenOnly)
	_, _ = r.ProfileInterval(WithinOnly)
	_, _ = Aggregate(d, rho)
	_, _ = Correlated(d, Design{}, Options{Rho: 0.8})
	_, _ = Hierarchical(d, Design{}, Options{})
}

// FuzzFit feeds any numbers, in any grouping, to everything: nothing may panic or run
// for ever, and what comes out is finite.
func FuzzFit(f *testing.F) {
	row := func(y, v float64, cluster, inner byte) []byte {
		b := binary.LittleEndian.AppendUint64(nil, math.Float64bits(y))
		return append(binary.LittleEndian.AppendUint64(b, math.Float64bits(v)), cluster, inner)
	}
	join := func(rows ...[]byte) (out []byte) {
		for _, r := range rows {
			out = append(out, r...)
		}
		return out
	}
	f.Add(join(row(1, 0.1, 0, 0), row(2, 0.2, 0, 1), row(0.5, 0.1, 1, 0), row(0.2, 0.3, 1, 0)), 0.6, byte(0))
	f.Add(join(row(1e300, 1e-300, 0, 0), row(-1e300, 1e300, 1, 1), row(math.Inf(1), 1, 2, 0)), 0.99, byte(1))
	f.Add(join(row(0, 1e-12, 0, 0), row(1, 1e2, 0, 0), row(1, 1e-12, 1, 0), row(2, 1e2, 2, 0)), -0.4, byte(2))
	f.Add(join(row(math.NaN(), 1, 0, 0), row(1, 0, 1, 1)), 1.0, byte(3))
	f.Fuzz(func(t *testing.T, raw []byte, rho float64, mode byte) {
		var d Data
		for i := 0; i+18 <= len(raw) && len(d.Effect) < 40; i += 18 {
			d.Effect = append(d.Effect, math.Float64frombits(binary.LittleEndian.Uint64(raw[i:])))
			d.Variance = append(d.Variance, math.Float64frombits(binary.LittleEndian.Uint64(raw[i+8:])))
			d.Cluster = append(d.Cluster, string(rune('a'+raw[i+16]%12)))
			d.Inner = append(d.Inner, string(rune('a'+raw[i+17]%5)))
		}
		if mode&4 != 0 {
			d.Inner = nil
		}
		x := Design{}
		if mode&1 != 0 && len(d.Effect) > 0 {
			one, z := make([]float64, len(d.Effect)), make([]float64, len(d.Effect))
			for i := range one {
				one[i], z[i] = 1, float64(i%int(mode/8+1))
			}
			x = Design{Names: []string{InterceptName, "z"}, Columns: [][]float64{one, z}}
		}
		method := meta.REML
		if mode&2 != 0 {
			method = meta.ML
		}
		if r, err := Fit(d, x, Options{Rho: rho, Method: method, Test: meta.T}); err == nil {
			everything(t, r, d, rho)
		} else if strings.Contains(err.Error(), "\n") || err.Error() == "" {
			t.Errorf("not a sentence: %q", err)
		}
	})
}
