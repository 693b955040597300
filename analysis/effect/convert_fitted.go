package effect

import (
	"fmt"
	"math"

	"past/analysis/internal/dist"
	"past/analysis/internal/solve"
)

// points gives the known quantiles with their probabilities; the ends of the range
// stand for the quantiles 1/n and 1 - 1/n (McGrath et al. 2020).
func (q Quantiles) points() (x, p []float64) {
	if !math.IsNaN(q.Min) {
		x, p = append(x, q.Min), append(p, 1/q.N)
	}
	if !math.IsNaN(q.Q1) {
		x, p = append(x, q.Q1), append(p, 0.25)
	}
	x, p = append(x, q.Median), append(p, 0.5)
	if !math.IsNaN(q.Q3) {
		x, p = append(x, q.Q3), append(p, 0.75)
	}
	if !math.IsNaN(q.Max) {
		x, p = append(x, q.Max), append(p, 1-1/q.N)
	}
	return x, p
}

// family is a distribution with two parameters, both on the whole real line.
type family struct {
	quantile func(p, a, b float64) float64
	moments  func(a, b float64) MeanSD
	start    func(mean, sd float64) (a, b float64)
}

// The candidates for positive data. Their parameters are: log-normal mu and ln
// sigma; gamma ln shape and ln rate; Weibull ln shape and ln scale.
var families = []family{
	{ // log-normal
		func(p, a, b float64) float64 { return math.Exp(a + math.Exp(b)*dist.NormQuantile(p)) },
		func(a, b float64) MeanSD {
			v := math.Exp(2 * b)
			m := math.Exp(a + v/2)
			return MeanSD{m, m * math.Sqrt(math.Expm1(v))}
		},
		func(m, s float64) (float64, float64) {
			v := math.Log1p(s * s / (m * m))
			return math.Log(m) - v/2, math.Log(v) / 2
		},
	},
	{ // gamma
		func(p, a, b float64) float64 {
			if a > 9 { // so narrow that it is the normal, which is tried as well
				return math.NaN()
			}
			return dist.GammaQuantile(p, math.Exp(a), math.Exp(b))
		},
		func(a, b float64) MeanSD { return MeanSD{math.Exp(a - b), math.Exp(a/2 - b)} },
		func(m, s float64) (float64, float64) { return 2 * math.Log(m/s), math.Log(m / (s * s)) },
	},
	{ // Weibull
		func(p, a, b float64) float64 { return math.Exp(b) * math.Pow(-math.Log1p(-p), math.Exp(-a)) },
		func(a, b float64) MeanSD {
			k := math.Exp(-a)
			g1, g2 := math.Exp(dist.LogGamma(1+k)), math.Exp(dist.LogGamma(1+2*k))
			return MeanSD{math.Exp(b) * g1, math.Exp(b) * math.Sqrt(g2-g1*g1)}
		},
		func(m, s float64) (float64, float64) {
			k := math.Pow(s/m, -1.086)
			return math.Log(k), math.Log(m) - dist.LogGamma(1+1/k)
		},
	},
}

// McGrathQE estimates mean and SD by fitting normal, log-normal, gamma and Weibull
// distributions to the quantiles by least squares and taking the moments of the
// one that fits best (McGrath, Zhao, Steele, Thombs & Benedetti 2020, Stat Methods
// Med Res 29:2520-2537). With values of 0 or below only the normal is tried.
func McGrathQE(q Quantiles) (MeanSD, error) {
	if err := q.check(q.Scenario()); err != nil {
		return MeanSD{}, fmt.Errorf("method of McGrath 2020 (QE): %w", err)
	}
	if !(q.N > 2) {
		return MeanSD{}, fmt.Errorf("method of McGrath 2020 (QE): %w", bad("n must be above 2"))
	}
	x, p := q.points()
	z := make([]float64, len(p))
	for i := range p {
		z[i] = dist.NormQuantile(p[i])
	}
	best, loss := fitLine(z, x)
	if !(x[0] > 0) || !(best.SD > 0) {
		return best, nil
	}
	for _, f := range families {
		a, b := f.start(math.Max(best.Mean, x[0]), best.SD)
		o, err := solve.Minimise(func(v []float64) float64 {
			if math.Abs(v[0]) > 700 || math.Abs(v[1]) > 700 {
				return math.Inf(1)
			}
			s := 0.0
			for i := range p {
				s += sq(f.quantile(p[i], v[0], v[1])/q.Median - x[i]/q.Median)
			}
			return s
		}, []float64{a, b}, solve.Options{GradTol: 1e-9, MaxEvals: 3000})
		if o.X == nil || math.IsNaN(o.F) || err != nil && !(o.F < loss/sq(q.Median)) {
			continue
		}
		if l := o.F * sq(q.Median); l < loss {
			if m := f.moments(o.X[0], o.X[1]); !math.IsNaN(m.Mean+m.SD) && !math.IsInf(m.Mean+m.SD, 0) {
				best, loss = m, l
			}
		}
	}
	return best, nil
}

// fitLine is the least-squares normal distribution through quantiles: x = mean +
// sd z.
func fitLine(z, x []float64) (MeanSD, float64) {
	n := float64(len(z))
	mz, mx := 0.0, 0.0
	for i := range z {
		mz += z[i] / n
		mx += x[i] / n
	}
	zz, zx := 0.0, 0.0
	for i := range z {
		zz += sq(z[i] - mz)
		zx += (z[i] - mz) * (x[i] - mx)
	}
	r := MeanSD{SD: zx / zz}
	r.Mean = mx - r.SD*mz
	loss := 0.0
	for i := range z {
		loss += sq(x[i] - r.Mean - r.SD*z[i])
	}
	return r, loss
}

// McGrathBC estimates mean and SD by a Box-Cox transformation that makes the
// quantiles symmetric, the methods of Luo (2018) and Wan (2014) on that scale,
// and the moments of the normal so found carried back by numerical integration
// (McGrath et al. 2020). All values must be above 0.
func McGrathBC(q Quantiles) (MeanSD, error) {
	s := q.Scenario()
	if err := q.check(s); err != nil {
		return MeanSD{}, fmt.Errorf("method of McGrath 2020 (BC): %w", err)
	}
	x, _ := q.points()
	if !(x[0] > 0) {
		return MeanSD{}, fmt.Errorf("method of McGrath 2020 (BC): %w", bad("all values must be above 0, the lowest is %g", x[0]))
	}
	if x[0] == x[len(x)-1] {
		return MeanSD{Mean: q.Median}, nil
	}
	asymmetry := func(l float64) float64 {
		sum, m := 0.0, boxCox(q.Median, l)
		for i := 0; i < len(x)/2; i++ {
			lo, hi := boxCox(x[i], l), boxCox(x[len(x)-1-i], l)
			sum += sq((hi + lo - 2*m) / (hi - lo))
		}
		return sum
	}
	power, err := solve.Minimise(func(p []float64) float64 { return asymmetry(p[0]) }, []float64{0.5}, solve.Options{})
	if err != nil && math.IsNaN(power.F) {
		return MeanSD{}, fmt.Errorf("method of McGrath 2020 (BC): %w", err)
	}
	l := power.X[0]
	t := Quantiles{boxCox(q.Min, l), boxCox(q.Q1, l), boxCox(q.Median, l), boxCox(q.Q3, l), boxCox(q.Max, l), q.N}
	mean, _, err := Luo2018(t, s)
	if err != nil {
		return MeanSD{}, err
	}
	w, err := Wan2014(t, s)
	if err != nil {
		return MeanSD{}, err
	}
	return backMoments(mean, w.SD, l)
}

func boxCox(x, l float64) float64 {
	if math.Abs(l) < 1e-9 {
		return math.Log(x)
	}
	return math.Expm1(l*math.Log(x)) / l
}

// backMoments is the mean and SD of a Box-Cox normal on the original scale; the
// part of the normal without a pre-image is cut off.
func backMoments(mean, sd, l float64) (MeanSD, error) {
	inverse := func(z float64) float64 {
		y := mean + sd*z
		if math.Abs(l) < 1e-9 {
			return math.Exp(y)
		}
		return math.Pow(math.Max(l*y+1, 0), 1/l)
	}
	lo, hi := -8.0, 8.0
	if edge := (-1/l - mean) / sd; l > 0 {
		lo = math.Max(lo, edge)
	} else if l < 0 {
		hi = math.Min(hi, edge-1e-6) // towards it the value runs to infinity
	}
	var m [3]float64
	for k := range m {
		v, err := solve.Integrate(func(z float64) float64 { return math.Pow(inverse(z), float64(k)) * dist.NormPDF(z) }, lo, hi, 0, 1e-9)
		if err != nil {
			return MeanSD{}, fmt.Errorf("method of McGrath 2020 (BC): the transformed data are too skewed for a mean and SD: %w", err)
		}
		m[k] = v.Value
	}
	mu := m[1] / m[0]
	return MeanSD{mu, math.Sqrt(math.Max(m[2]/m[0]-mu*mu, 0))}, nil
}
