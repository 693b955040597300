package solve

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func near(t *testing.T, name string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: %.16g, want %.16g", name, got, want)
	}
}

func TestRoot(t *testing.T) {
	for name, c := range map[string]struct {
		f          func(float64) float64
		a, b, want float64
	}{
		"cosine":         {math.Cos, 1, 2, math.Pi / 2},
		"flat cubic":     {func(x float64) float64 { return (x - 1) * (x - 1) * (x - 1) }, -3, 8, 1},
		"steep":          {func(x float64) float64 { return math.Expm1(50 * (x - 0.3)) }, 0, 1, 0.3},
		"step":           {func(x float64) float64 { return math.Copysign(1, x-0.7) }, 0, 1, 0.7},
		"at the end":     {func(x float64) float64 { return x }, 0, 1, 0},
		"root at zero":   {func(x float64) float64 { return x }, -1, 3, 0},
		"falling":        {func(x float64) float64 { return 2 - x*x }, 0, 9, math.Sqrt2},
		"infinite value": {func(x float64) float64 { return math.Log(x) }, 0, 5, 1},
	} {
		x, err := Root(c.f, c.a, c.b, 0)
		tol := 1e-14
		if name == "flat cubic" {
			tol = 1e-5 // values near the root are all zero
		}
		if err != nil || math.Abs(x-c.want) > tol {
			t.Errorf("%s: %.16g, want %.16g (%v)", name, x, c.want, err)
		}
	}
	if _, err := Root(math.Exp, 0, 1, 0); !errors.Is(err, ErrNoBracket) {
		t.Errorf("no sign change: %v", err)
	}
	if _, err := Root(func(float64) float64 { return math.NaN() }, 0, 1, 0); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN: %v", err)
	}
	if x, err := RootRight(func(x float64) float64 { return x - 12345.6 }, 0, 1, 1e9, 0); err != nil || math.Abs(x-12345.6) > 1e-9 {
		t.Errorf("root to the right: %g (%v)", x, err)
	}
	if _, err := RootRight(func(x float64) float64 { return x + 1 }, 0, 1, 1e6, 0); !errors.Is(err, ErrNoBracket) {
		t.Errorf("no root to the right: %v", err)
	}
}

func TestRootStaysInItsBracket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Float64Range(-100, 100).Draw(t, "root")
		power := rapid.Float64Range(0.2, 5).Draw(t, "power")
		a, b := want-rapid.Float64Range(0.1, 1e4).Draw(t, "left"), want+rapid.Float64Range(0.1, 1e4).Draw(t, "right")
		calls := 0
		x, err := Root(func(x float64) float64 {
			calls++
			if x < a || x > b {
				t.Fatalf("asked outside the bracket at %g", x)
			}
			return math.Copysign(math.Pow(math.Abs(x-want), power), x-want)
		}, a, b, 1e-9)
		if err != nil || math.Abs(x-want) > 1e-3 || calls > 1000 {
			t.Fatalf("%g, want %g, after %d calls (%v)", x, want, calls, err)
		}
	})
}

func TestIntegrate(t *testing.T) {
	inf := math.Inf(1)
	normal := func(m, s float64) func(float64) float64 {
		return func(x float64) float64 { z := (x - m) / s; return math.Exp(-z*z/2) / s / math.Sqrt(2*math.Pi) }
	}
	for name, c := range map[string]struct {
		f          func(float64) float64
		a, b, want float64
		points     []float64
	}{
		"polynomial":     {func(x float64) float64 { return x * x * x }, 0, 2, 4, nil},
		"backwards":      {math.Exp, 1, 0, 1 - math.E, nil},
		"whole density":  {normal(0, 1), -10, 10, 1, nil},
		"narrow peak":    {normal(500, 0.1), 0, 1e4, 1, []float64{500}},
		"endpoint spike": {func(x float64) float64 { return 1 / math.Sqrt(x) }, 0, 1, 2, nil},
		"corner":         {func(x float64) float64 { return math.Abs(x - 1.0/3) }, 0, 1, (1.0/9 + 4.0/9) / 2, []float64{1.0 / 3}},
		"nothing":        {math.Exp, 1, 1, 0, nil},
	} {
		r, err := Integrate(c.f, c.a, c.b, 0, 1e-10, c.points...)
		if err != nil || math.Abs(r.Value-c.want) > 1e-8 {
			t.Errorf("%s: %.12g, want %.12g (%v)", name, r.Value, c.want, err)
		}
	}
	if _, err := Integrate(math.Exp, 0, inf, 0, 1e-9); !errors.Is(err, ErrNotFinite) {
		t.Errorf("an infinite range: %v", err)
	}
	if _, err := Integrate(func(x float64) float64 { return math.NaN() }, 0, 1, 0, 1e-9); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN: %v", err)
	}
	if _, err := Integrate(func(x float64) float64 { return math.Sin(1/x) / x }, 0, 1, 0, 1e-13); err == nil {
		t.Error("an integral that does not exist: no error")
	}
}

func TestMinimise(t *testing.T) {
	rosenbrock := func(x []float64) float64 {
		a, b := 1-x[0], x[1]-x[0]*x[0]
		return a*a + 100*b*b
	}
	o, err := Minimise(rosenbrock, []float64{-1.2, 1}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Rosenbrock x", o.X[0], 1, 1e-5)
	near(t, "Rosenbrock y", o.X[1], 1, 1e-5)

	bounded := func(x []float64) float64 { // outside its domain on one side
		if x[0] <= 0 {
			return math.Inf(1)
		}
		return x[0] - math.Log(x[0]) + (x[1]-3)*(x[1]-3)
	}
	o, err = Minimise(bounded, []float64{20, -8}, Options{})
	if err != nil || math.Abs(o.X[0]-1) > 1e-5 || math.Abs(o.X[1]-3) > 1e-5 {
		t.Errorf("with a barrier: %v (%v)", o.X, err)
	}
	if _, err := Minimise(func([]float64) float64 { return math.NaN() }, []float64{1}, Options{}); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN at the start: %v", err)
	}
	calls := 0
	o, err = Minimise(func(x []float64) float64 { calls++; return -x[0] }, []float64{1}, Options{MaxEvals: 500})
	if err == nil || calls > 10000 {
		t.Errorf("no minimum: %v after %d calls", o.X, calls)
	}
	corner, _ := Minimise(func(x []float64) float64 { return math.Abs(x[0]-2) + math.Abs(x[1]+1) }, []float64{10, 10}, Options{})
	if math.Abs(corner.X[0]-2)+math.Abs(corner.X[1]+1) > 1e-6 {
		t.Errorf("a corner: %v", corner.X)
	}
}

func TestDerivatives(t *testing.T) {
	f := func(x []float64) float64 { return math.Exp(x[0])*math.Sin(x[1]) + x[0]*x[0]*x[1]*x[1] }
	x := []float64{0.7, -1.9}
	e, s, c := math.Exp(x[0]), math.Sin(x[1]), math.Cos(x[1])
	g := Gradient(f, x, nil)
	near(t, "df/dx", g[0], e*s+2*x[0]*x[1]*x[1], 1e-10)
	near(t, "df/dy", g[1], e*c+2*x[0]*x[0]*x[1], 1e-10)
	h := Hessian(f, x)
	near(t, "fxx", h[0], e*s+2*x[1]*x[1], 1e-7)
	near(t, "fyy", h[3], -e*s+2*x[0]*x[0], 1e-7)
	near(t, "fxy", h[1], e*c+4*x[0]*x[1], 1e-7)
	if h[1] != h[2] {
		t.Error("the Hessian is not symmetric")
	}
	small := Hessian(func(x []float64) float64 { return x[0] * x[0] }, []float64{0})
	near(t, "second derivative at 0", small[0], 2, 1e-8)
}

// No function, however odd, makes these loop without end or panic.
func FuzzBounded(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, -1.0, 5.0)
	f.Add(1e300, -1e300, 1e-300, 0.0, math.MaxFloat64)
	f.Fuzz(func(t *testing.T, a, b, c, lo, hi float64) {
		calls := 0
		g := func(x float64) float64 {
			if calls++; calls > 2_000_000 {
				t.Fatalf("no end in sight")
			}
			return a*x*x*x + b*math.Sin(c*x) + math.Exp(-a*x) - c
		}
		_, _ = Root(g, lo, hi, 0)
		_, _ = Integrate(g, lo, hi, 1e-9, 1e-9, a)
		_, _ = RootRight(g, lo, math.Abs(a), hi, 0)
		_, _ = Minimise(func(x []float64) float64 { return g(x[0]) + g(x[1]-b) }, []float64{lo, hi}, Options{MaxEvals: 2000})
	})
}
