package pooled2x2

import (
	"math"

	"past/analysis/internal/dist"
)

// A count is one observation whose log-likelihood depends on a linear predictor x
// (a log odds, a log rate, a log odds ratio). at gives the log-likelihood and its
// first two derivatives; the second is never positive.
type count interface {
	at(x float64) (l, d1, d2 float64)
}

// binomial is k events of n with log odds x + offset.
type binomial struct{ k, n, offset, choose float64 }

func newBinomial(k, n, offset float64) binomial {
	return binomial{k, n, offset, dist.LogChoose(n, k)}
}

func (b binomial) at(x float64) (l, d1, d2 float64) {
	x += b.offset
	// ln(1 + e^x) and the logistic without overflow
	var soft, p float64
	if x > 0 {
		e := math.Exp(-x)
		soft, p = x+math.Log1p(e), 1/(1+e)
	} else {
		e := math.Exp(x)
		soft, p = math.Log1p(e), e/(1+e)
	}
	return b.choose + b.k*x - b.n*soft, b.k - b.n*p, -b.n * p * (1 - p)
}

// poisson is k events with log mean x + offset.
type poisson struct{ k, offset, factorial float64 }

func newPoisson(k, time float64) poisson {
	return poisson{k, math.Log(time), dist.LogGamma(k + 1)}
}

func (p poisson) at(x float64) (l, d1, d2 float64) {
	x += p.offset
	m := math.Exp(x)
	return p.k*x - m - p.factorial, p.k - m, -m
}

// hypergeometric is k events among n1 of group 1, given t events in both groups
// together (n2 people in group 2), with log odds ratio x: Fisher's noncentral
// hypergeometric distribution.
type hypergeometric struct{ k, n1, n2, t float64 }

// at sums outward from the most likely count, by the ratio of neighbours, until
// the terms no longer matter.
func (h hypergeometric) at(x float64) (l, d1, d2 float64) {
	lo, hi := math.Max(0, h.t-h.n2), math.Min(h.n1, h.t)
	or := math.Exp(x)
	// w(j+1)/w(j), falling in j
	ratio := func(j float64) float64 { return (h.n1 - j) * (h.t - j) / ((j + 1) * (h.n2 - h.t + j + 1)) * or }
	mode := h.mode(lo, hi, ratio)
	s0, s1, s2 := 1.0, 0.0, 0.0 // moments of j - mode, the weight at mode being 1
	for w, j := 1.0, mode; j < hi; {
		w *= ratio(j)
		j++
		d := j - mode
		s0, s1, s2 = s0+w, s1+w*d, s2+w*d*d
		if w*(d*d+1) < 1e-18*s0 {
			break
		}
	}
	for w, j := 1.0, mode; j > lo; {
		j--
		w /= ratio(j)
		d := j - mode
		s0, s1, s2 = s0+w, s1+w*d, s2+w*d*d
		if w*(d*d+1) < 1e-18*s0 {
			break
		}
	}
	m := s1 / s0
	l = dist.LogChoose(h.n1, h.k) + dist.LogChoose(h.n2, h.t-h.k) + (h.k-mode)*x -
		dist.LogChoose(h.n1, mode) - dist.LogChoose(h.n2, h.t-mode) - math.Log(s0)
	return l, h.k - mode - m, -math.Max(0, s2/s0-m*m)
}

// mode is the most likely count, found by bisection on the falling ratio.
func (h hypergeometric) mode(lo, hi float64, ratio func(float64) float64) float64 {
	for lo < hi {
		j := math.Floor((lo + hi) / 2)
		if ratio(j) > 1 {
			lo = j + 1
		} else {
			hi = j
		}
	}
	return lo
}

// arms is a study with an intercept of its own, a (the nuisance): group 1 has
// linear predictor a + beta + u/2 and group 2 a - u/2, u being the study's random
// effect.
type arms struct{ one, two count }

// integrate computes the logarithm of the integral over a standard normal z of
// exp(f(z)), where f is concave with derivatives d1, d2, by Gauss-Hermite
// quadrature centred and scaled on the integrand. visit, if not nil, is given
// every node with its share of the integral.
func integrate(f func(z float64) (l, d1, d2 float64), visit func(z, share float64)) float64 {
	z, h, curv := integrandMode(f)
	scale := math.Sqrt2 / math.Sqrt(-curv)
	var logs [hermiteSize]float64
	top := math.Inf(-1)
	for i := range logs {
		x := z + scale*hermiteX[i]
		l, _, _ := f(x)
		logs[i] = l - 0.5*x*x - h + hermiteX[i]*hermiteX[i] + math.Log(hermiteW[i])
		top = math.Max(top, logs[i])
	}
	sum := 0.0
	for _, v := range logs {
		sum += math.Exp(v - top)
	}
	if visit != nil {
		for i, v := range logs {
			visit(z+scale*hermiteX[i], math.Exp(v-top)/sum)
		}
	}
	return h + top + math.Log(sum) + math.Log(scale) - 0.5*math.Log(2*math.Pi)
}

// integrandMode maximises f(z) - z^2/2, which is strictly concave, by Newton's
// method with halved steps.
func integrandMode(f func(z float64) (l, d1, d2 float64)) (z, h, curv float64) {
	l, d1, d2 := f(0)
	h = l
	for i := 0; i < 100; i++ {
		g, c := d1-z, d2-1
		step := -g / c
		var nl, n1, n2, nz, nh float64
		for t := 1.0; ; t /= 2 {
			nz = z + t*step
			nl, n1, n2 = f(nz)
			nh = nl - 0.5*nz*nz
			if nh >= h-1e-13*math.Abs(h) || t < 1e-10 {
				break
			}
		}
		z, h, d1, d2 = nz, nh, n1, n2
		if math.Abs(step) < 1e-10*(1+math.Abs(z)) {
			break
		}
	}
	return z, h, d2 - 1
}
