package dist

import "math"

// solveLogTail finds u with tail(u) = exp(logp), where tail returns a lower-tail
// probability, increasing in u, and its derivative. It runs Newton's method on
// ln tail(u): for the distributions here, taken on a log or logit axis, that
// function is concave, so after at most one overshoot the steps approach the root
// from one side. A bracket guards against rounding; at most 200 steps are made.
func solveLogTail(logp, start float64, tail func(u float64) (p, dens float64)) float64 {
	lo, hi := math.Inf(-1), math.Inf(1)
	u := start
	if math.IsNaN(u) {
		u = 0
	}
	u = math.Min(math.Max(u, -700), 700)
	prev := math.Inf(1)
	for i := 0; i < 200; i++ {
		p, dens := tail(u)
		f := math.Log(p) - logp
		if f == 0 {
			return u
		}
		if f > 0 {
			hi = u
		} else {
			lo = u
		}
		next := u - f*p/dens
		switch {
		case p == 0: // underflow: far too low
			next = u + math.Max(1, math.Abs(u)/2)
			if !math.IsInf(hi, 1) {
				next = (u + hi) / 2
			}
		case math.Abs(next-u) <= 4e-16*math.Max(1, math.Abs(u)):
			return next
		case math.IsNaN(next) || math.IsInf(next, 0) || next <= lo || next >= hi:
			next = insideBracket(u, lo, hi)
		}
		d := math.Abs(next - u)
		if d == 0 || d < 1e-12 && d >= prev {
			return next
		}
		prev = d
		if next > 1e4 || next < -1e5 {
			return next // beyond the range of float64 once exponentiated
		}
		u = next
	}
	return u
}

func insideBracket(u, lo, hi float64) float64 {
	switch {
	case math.IsInf(lo, -1) && math.IsInf(hi, 1):
		return u
	case math.IsInf(lo, -1):
		return hi - math.Max(1, math.Abs(hi))
	case math.IsInf(hi, 1):
		return lo + math.Max(1, math.Abs(lo))
	}
	return lo + (hi-lo)/2
}
