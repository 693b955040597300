package meta

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"past/analysis"
)

func TestErrorsAreSentences(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	design := func(rows [][]float64) *Design {
		d, err := NewDesignMatrix([]string{"intrcpt", "dose"}, rows, true)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	ok := []float64{0.1, 0.2, 0.4}
	for _, c := range []struct {
		name string
		y, v []float64
		opt  Options
		want string
	}{
		{"no rows", nil, nil, Options{}, "no usable row"},
		{"all missing", []float64{nan, 1}, []float64{1, nan}, Options{}, "no usable row"},
		{"lengths", ok, ok[:2], Options{}, "3 effects but 2 sampling variances"},
		{"infinite effect", []float64{0.1, inf}, ok[:2], Options{}, "row 2 has an infinite effect"},
		{"infinite variance", ok[:2], []float64{0.1, inf}, Options{}, "row 2 has an infinite sampling variance"},
		{"negative variance", ok, []float64{0.1, -0.2, 0.1}, Options{}, "row 2 has a negative sampling variance (-0.2)"},
		{"zero variance", ok, []float64{0, 0.2, 0.1}, Options{}, "row 1 has a sampling variance of 0"},
		{"subnormal variance", ok, []float64{1e-300, 0.2, 0.1}, Options{}, "rescale the effects"},
		{"huge effect", []float64{1e200, 1}, []float64{1, 1}, Options{}, "rescale the effects"},
		{"method", ok, ok, Options{Method: "BAYES"}, `unknown method "BAYES"`},
		{"test", ok, ok, Options{Test: "f"}, `unknown test "f"`},
		{"level", ok, ok, Options{Level: 95}, "level of the intervals is 95"},
		{"tau2", ok, ok, Options{Tau2: ptr(-1)}, "tau2 is held at -1"},
		{"tau2 nan", ok, ok, Options{Tau2: ptr(nan)}, "tau2 is held at NaN"},
		{"tau2 in FE", ok, ok, Options{Tau2: ptr(1), Method: FE}, "method FE assumes 0"},
		{"weights missing", ok, ok, Options{Method: GENQ}, "GENQ needs weights"},
		{"weights short", ok, ok, Options{Weights: ok[:2]}, "2 weights for 3 effects"},
		{"weights negative", ok, ok, Options{Weights: []float64{1, -1, 1}}, "row 2 has the weight -1"},
		{"weights and unweighted", ok, ok, Options{Weights: ok, Unweighted: true}, "choose one"},
		{"design rows", ok, ok, Options{Design: design([][]float64{{1, 2}})}, "design has 1 rows, the effects 3"},
		{"constant moderator", ok, ok, Options{Design: design([][]float64{{1, 2}, {1, 2}, {1, 2}})},
			`column "dose" is a combination of [intrcpt]`},
		{"zero moderator", ok, ok, Options{Method: FE, Design: design([][]float64{{1, 0}, {1, 0}, {1, 0}})}, `column "dose"`},
		{"more coefficients than rows", ok[:1], ok[:1], Options{Design: design([][]float64{{1, 2}})}, "2 coefficients but only 1 usable rows"},
		{"nothing left for tau2", ok[:2], ok[:2], Options{Design: design([][]float64{{1, 2}, {1, 3}})}, "needs at least 3 usable rows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Fit(c.y, c.v, c.opt)
			if err == nil {
				t.Fatalf("no error, estimate %v", r.beta)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not say %q", err, c.want)
			}
		})
	}
}

func codes(r *Result) (out analysis.Code) {
	for i, w := range r.Warnings {
		if i > 0 {
			out += " "
		}
		out += w.Code
	}
	return out
}

func TestWarningsTravelWithTheResult(t *testing.T) {
	for _, c := range []struct {
		name string
		y, v []float64
		opt  Options
		want analysis.Code
	}{
		{"one study", []float64{0.3}, []float64{0.04}, Options{Test: KnHa}, analysis.SingleStudy + " " + analysis.TestChanged},
		{"missing row", []float64{0.3, math.NaN(), 0.9, 0.1, -2, 1}, []float64{0.04, 1, 0.01, 0.1, 0.1, 0.1}, Options{}, analysis.RowsDropped},
		{"agreeing studies", []float64{0.3, 0.31, 0.3, 0.29, 0.3}, []float64{0.04, 0.05, 0.06, 0.04, 0.05}, Options{Test: KnHa},
			analysis.Tau2Zero +
				" " + analysis.Guarded},
		{"equal effects", []float64{0.3, 0.3, 0.3, 0.3, 0.3}, []float64{0.04, 0.05, 0.06, 0.04, 0.05}, Options{Test: KnHa}, analysis.Tau2Zero +
			" " +
			analysis.Guarded},
		{"few", []float64{0.3, 2, 5}, []float64{0.04, 0.05, 0.06}, Options{Method: FE, Test: AdHoc}, analysis.FewStudies + " " +
			analysis.KnHaCommon},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustFit(t, c.y, c.v, c.opt)
			if got := codes(r); got != c.want {
				t.Errorf("warnings %q, want %q", got, c.want)
			}
			if lb, ub := r.Coef[0].Lower, r.Coef[0].Upper; !(ub-lb > 0) {
				t.Errorf("headline interval %v to %v has no width", lb, ub)
			}
		})
	}
}

func TestRedundantModeratorIsLeftOut(t *testing.T) {
	y, v := simulated(12, 9)
	x, twice := make([]float64, len(y)), make([]float64, len(y))
	for i := range x {
		x[i] = float64(i * i)
		twice[i] = 3 + 2*x[i]
	}
	fit := func(terms ...Term) *Result {
		d, err := NewDesign(true, terms...)
		if err != nil {
			t.Fatal(err)
		}
		return mustFit(t, y, v, Options{Design: d})
	}
	both, one := fit(Numeric("x", x), Numeric("twice", twice)), fit(Numeric("x", x))
	if codes(both) != analysis.ColumnDropped || !strings.Contains(both.Warnings[0].Text, `column "twice" is a combination of [intrcpt x]`) {
		t.Errorf("warnings %v", both.Warnings)
	}
	if both.p != 2 || both.Coef[1].Value != one.Coef[1].Value || both.Tau2 != one.Tau2 {
		t.Errorf("with the redundant column %v tau2 %v, without %v tau2 %v", both.beta, both.Tau2, one.beta, one.Tau2)
	}
}

// Whatever the input, there is an error or numbers that can be true; nothing panics
// and nothing runs for ever.
func FuzzFit(f *testing.F) {
	add := func(method, test, mods byte, x ...float64) {
		var b []byte
		for _, v := range x {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
		f.Add(method, test, mods, b)
	}
	add(8, 2, 0, 0.1, 0.04, 0.5, 0.02, -0.3, 0.1)
	add(8, 0, 1, 0.1, 1e-12, 0.5, 100, -0.3, 0.1, 7, 1e-7, 3, 1)
	add(7, 2, 0, -0.1, 1.877, -1.54, 4.487, -0.5, 0.008, -0.65, 0.032, -11.1, 6.958)
	add(2, 3, 1, math.NaN(), 1, math.Inf(1), 1, 0, -1, 0, 0)
	add(10, 1, 0, 1e60, 1e-60, -1e60, 1e60)
	add(6, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)
	f.Fuzz(func(t *testing.T, method, test, mods byte, data []byte) {
		var y, v, x []float64
		for i := 0; i+16 <= len(data) && len(y) < 40; i += 16 {
			y = append(y, math.Float64frombits(binary.LittleEndian.Uint64(data[i:])))
			v = append(v, math.Float64frombits(binary.LittleEndian.Uint64(data[i+8:])))
			x = append(x, y[len(y)-1]*float64(i%3)+float64(i%5))
		}
		opt := Options{Method: Methods()[int(method)%len(Methods())], Test: Tests()[int(test)%len(Tests())]}
		if opt.Method == GENQ {
			for range y {
				opt.Weights = append(opt.Weights, 1+float64(mods))
			}
		}
		if mods&1 == 1 && len(x) > 0 {
			if d, err := NewDesign(mods&2 == 0, Numeric("x", x)); err == nil {
				opt.Design = d
			}
		}
		r, err := Fit(y, v, opt)
		if err != nil {
			if len(err.Error()) < 10 {
				t.Fatalf("error %q is no sentence", err)
			}
			return
		}
		checkPossible(t, r)
	})
}

func checkPossible(t *testing.T, r *Result) {
	for j, b := range r.beta {
		if !(r.Coef[j].SE >= 0) || !(r.Coef[j].Lower <= b && b <= r.Coef[j].Upper) {
			t.Fatalf("coefficient %v se %v interval %v to %v", b, r.Coef[j].SE, r.Coef[j].Lower, r.Coef[j].Upper)
		}
	}
	if !(r.Tau2 >= 0) || !(r.I2 >= 0 && r.I2 <= 100) || !(r.Q.Value >= 0) || !(r.Q.P >= 0 && r.Q.P <= 1) {
		t.Fatalf("tau2 %v I2 %v Q %v p %v", r.Tau2, r.I2, r.Q.Value, r.Q.P)
	}
	if ci, err := r.QProfile(); err == nil && !(ci.Tau2.Lower >= 0 && ci.Tau2.Lower <= ci.Tau2.Upper) {
		t.Fatalf("Q-profile interval %v to %v", ci.Tau2.Lower, ci.Tau2.Upper)
	}
	if ci, err := r.ProfileLikelihood(); err == nil && !(ci.Tau2.Lower >= 0 && ci.Tau2.Lower <= ci.Tau2.Upper) {
		t.Fatalf("profile-likelihood interval %v to %v", ci.Tau2.Lower, ci.Tau2.Upper)
	}
	r.Influence()
	r.Residuals()
	r.Fitted()
	r.Baujat()
	r.QQNorm()
	if r.p == 1 && r.s.x == nil {
		if _, err := r.Cumulative(nil); err != nil {
			t.Fatal(err)
		}
	}
}
