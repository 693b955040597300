package pooled2x2

import (
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/effect"
)

// MantelHaenszel pools 2x2 tables; m is OR, RR or RD. With cells a, b, c, d of a
// study of N people (a events of n1 in group 1, c of n2 in group 2):
//
//	OR  sum(ad/N) / sum(bc/N), variance of Robins, Breslow & Greenland (1986)
//	RR  sum(a n2/N) / sum(c n1/N), variance of Greenland & Robins (1985)
//	RD  sum((a n2 - c n1)/N) / sum(n1 n2/N), variance of Sato, Greenland & Robins (1989)
//
// For OR it adds the Cochran-Mantel-Haenszel test (Mantel & Haenszel 1959), and the
// Breslow-Day and Tarone tests that the odds ratios are equal. Zero cells are
// used as they are; a ratio without events in one of the groups over all studies
// does not exist (NaN, with a warning).
func MantelHaenszel(m effect.Measure, t Tables, o Options) (Result, error) {
	if m != effect.OR && m != effect.RR && m != effect.RD {
		return Result{}, fmt.Errorf("Mantel-Haenszel: %w: %s (OR, RR and RD do)", ErrMeasure, m)
	}
	list, own, warn, err := t.cells(m, o)
	if err != nil {
		return Result{}, fmt.Errorf("Mantel-Haenszel: %w", err)
	}
	r := newResult(m, o.Level)
	r.K, r.Warnings = len(list), warn
	beta, se := map[effect.Measure]func([]table) (beta, se float64){effect.OR: mhOR, effect.RR: mhRR, effect.RD: mhRD}[m](list)
	if math.IsNaN(beta) {
		r.Warnings.Add(analysis.NoEstimate, "no pooled ratio: over all studies, one of the sums of cross products is zero")
	}
	if se < 1e-9 {
		se = 0
		r.Warnings.Add(analysis.ScaleZero,
			"the standard error is 0: every group has no events or only events; the interval says nothing about certainty")
	}
	wald(&r.Fit, beta, se)
	r.about(own)
	if m == effect.OR {
		r.cmh(list, o.Correct)
		r.breslowDay(list)
	}
	return r, nil
}

func mhOR(list []table) (beta, se float64) {
	var r, s, pr, psqr, qs float64
	for _, t := range list {
		n := t.n()
		p, q := (t.a+t.d)/n, (t.b+t.c)/n
		ri, si := t.a/n*t.d, t.b/n*t.c
		r += ri
		s += si
		pr += p * ri
		psqr += p*si + q*ri
		qs += q * si
	}
	if !(r > 0) || !(s > 0) {
		return math.NaN(), math.NaN()
	}
	return math.Log(r / s), math.Sqrt((pr/(r*r) + psqr/(r*s) + qs/(s*s)) / 2)
}

func mhRR(list []table) (beta, se float64) {
	var r, s, v float64
	for _, t := range list {
		n, n1, n2 := t.n(), t.n1(), t.n2()
		r += t.a * (n2 / n)
		s += t.c * (n1 / n)
		v += n1/n*(n2/n)*(t.a+t.c) - t.a/n*t.c
	}
	if !(r > 0) || !(s > 0) {
		return math.NaN(), math.NaN()
	}
	return math.Log(r / s), math.Sqrt(v / (r * s))
}

func mhRD(list []table) (beta, se float64) {
	var num, den, p, q float64
	for _, t := range list {
		n, n1, n2 := t.n(), t.n1(), t.n2()
		f1, f2 := n1/n, n2/n
		num += t.a*f2 - t.c*f1
		den += n1 * f2
		p += t.c*f1*f1 - t.a*f2*f2 + f1*f2*(n2-n1)/2
		q += (t.a*(n2-t.c) + t.c*(n1-t.a)) / n / 2
	}
	if !(den > 0) {
		return math.NaN(), math.NaN()
	}
	beta = num / den
	return beta, math.Sqrt(math.Max(0, beta*p+q)) / den
}

// cmh is the Cochran-Mantel-Haenszel test that the common odds ratio is 1.
func (r *Result) cmh(list []table, correct bool) {
	var dev, v, events, rest float64
	for _, t := range list {
		n, f1, f2 := t.n(), t.n1()/t.n(), t.n2()/t.n()
		x, y := t.a+t.c, t.b+t.d
		dev += t.a - f1*x
		if n > 1 {
			v += f1 * f2 * x * (y / (n - 1))
		}
		events += x
		rest += y
	}
	if events == 0 || rest == 0 || v == 0 {
		return
	}
	r.setCMH(dev, v, correct)
}

// about is the heterogeneity of the studies' own effects around the pooled one.
func (r *Result) about(own effect.Result) {
	var q float64
	q, r.KEffects = around(own, r.Coef[0].Value)
	r.heterogeneity(q)
}

func (r *Result) setCMH(dev, v float64, correct bool) {
	dev = math.Abs(dev)
	if correct {
		dev -= 0.5 // not floored at 0: this is how the reference defines it
	}
	r.CMH = analysis.ChiSquare(dev*dev/v, 1)
}

// breslowDay compares each table with the one that has the same margins and the
// pooled odds ratio (Breslow & Day 1980, eq. 4.30; Tarone 1985).
func (r *Result) breslowDay(list []table) {
	r.KPos = 0
	or := math.Exp(r.Coef[0].Value)
	if math.IsNaN(or) {
		return
	}
	var bd, dev, vars float64
	for _, t := range list {
		n1, x, y, n := t.n1(), t.a+t.c, t.b+t.d, t.n()
		// the root of a quadratic, written so that nothing cancels near or = 1
		a := or*(n1+x) + (t.n2() - x)
		e11 := 2 * n1 * x * or / (a + math.Sqrt(math.Max(0, a*a-4*n1*x*or*(or-1))))
		if !(e11 > 0 && x > 0 && y > 0) {
			continue
		}
		r.KPos++
		v := 1 / (1/e11 + 1/(n1-e11) + 1/(x-e11) + 1/(e11-n1-x+n))
		bd += (t.a - e11) * (t.a - e11) / v
		dev += t.a - e11
		vars += v
	}
	r.BreslowDay.Value = math.Max(0, bd)
	r.Tarone.Value = math.Max(0, bd-dev*dev/vars)
	if df := float64(r.KPos - 1); df > 0 {
		r.BreslowDay, r.Tarone = analysis.ChiSquare(r.BreslowDay.Value, df), analysis.ChiSquare(r.Tarone.Value, df)
	}
}

// Peto pools log odds ratios by the one-step method of Yusuf, Peto et al. (1985):
// sum(O - E)/sum(V) with standard error 1/sqrt(sum V); E and V are the
// hypergeometric mean and variance of the events in group 1. Good for rare
// events, small effects and groups of like size; biased otherwise.
func Peto(t Tables, o Options) (Result, error) {
	o.AddToZero = 0 // the method never corrects
	list, own, warn, err := t.cells(effect.PETO, o)
	if err != nil {
		return Result{}, fmt.Errorf("Peto: %w", err)
	}
	r := newResult(effect.PETO, o.Level)
	r.K, r.KPos, r.Warnings = len(list), 0, warn
	var dev, sum, squares float64
	for _, c := range list {
		n, x := c.n(), c.a+c.c
		e := x * c.n1() / n
		v := x * (c.b + c.d) * (c.n1() / n) * (c.n2() / n) / (n - 1)
		dev += c.a - e
		if v > 0 {
			sum += v
			squares += (c.a - e) * (c.a - e) / v
			r.KPos++
		}
	}
	if sum == 0 {
		r.Warnings.Add(analysis.NoEstimate, "no pooled odds ratio: no study has both events and non-events")
		wald(&r.Fit, math.NaN(), math.NaN())
		return r, nil
	}
	wald(&r.Fit, dev/sum, math.Sqrt(1/sum))
	_, r.KEffects = around(own, dev/sum)
	q := math.Max(0, squares-dev*dev/sum)
	r.heterogeneity(q)
	r.Q.Value = q
	return r, nil
}

// PersonTime pools events in person-time by the Mantel-Haenszel method; m is IRR
// (log rate ratio) or IRD (rate difference). With x events in time t and T = t1 + t2
// (Rothman, Greenland & Lash 2008, chapter 15):
//
//	IRR sum(x1 t2/T) / sum(x2 t1/T)
//	IRD sum((x1 t2 - x2 t1)/T) / sum(t1 t2/T)
func PersonTime(m effect.Measure, d Rates, o Options) (Result, error) {
	if m != effect.IRR && m != effect.IRD {
		return Result{}, fmt.Errorf("Mantel-Haenszel for person-time: %w: %s (IRR and IRD do)", ErrMeasure, m)
	}
	own, err := effect.Compute(m, effect.Data{X1I: d.Events1, T1I: d.Time1, X2I: d.Events2, T2I: d.Time2}, effect.Options{Drop00: true})
	if err != nil {
		return Result{}, fmt.Errorf("Mantel-Haenszel for person-time: %w", err)
	}
	r := newResult(m, o.Level)
	beta, se := math.NaN(), math.NaN()
	var num, den, ratioV, diffV, weight, dev, events float64
	for i := range d.Events1 {
		x1, t1, x2, t2 := d.Events1[i], d.Time1[i], d.Events2[i], d.Time2[i]
		if math.IsNaN(x1 + t1 + x2 + t2) {
			continue
		}
		r.K++
		if z := o.AddToZero; z > 0 && (x1 == 0 || x2 == 0) {
			x1, x2 = x1+z, x2+z
		}
		f1, f2 := t1/(t1+t2), t2/(t1+t2)
		num += x1 * f2
		den += x2 * f1
		ratioV += f1 * f2 * (x1 + x2)
		diffV += f1 * t2 * f1 * t2 * (x1/(t1*t1) + x2/(t2*t2))
		weight += f1 * t2
		dev += x1 - (x1+x2)*f1
		events += x1 + x2
	}
	if r.K == 0 {
		return Result{}, fmt.Errorf("Mantel-Haenszel for person-time: %w", ErrNoStudies)
	}
	switch {
	case m == effect.IRD:
		beta, se = (num-den)/weight, math.Sqrt(diffV)/weight
	case num > 0 && den > 0:
		beta, se = math.Log(num/den), math.Sqrt(ratioV/(num*den))
	default:
		r.Warnings.Add(analysis.NoEstimate, "no pooled ratio: one of the groups has no events in any study")
	}
	wald(&r.Fit, beta, se)
	r.about(own)
	if m == effect.IRR && events > 0 {
		r.setCMH(dev, ratioV, o.Correct)
	}
	return r, nil
}
