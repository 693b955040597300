package effect

import (
	"math"

	"past/analysis"
)

// oneProportion computes the measures for x events among n people. With p = x/n
// after the cell correction:
//
//	PR   p               LS p q/n; UB p q/(n-1); AV with the mean proportion
//	PLN  ln p            1/x - 1/n
//	PLO  ln(p/q)         1/x + 1/(n-x)
//	PAS  asin sqrt p     1/(4n)
//	PFT  (asin sqrt(x/(n+1)) + asin sqrt((x+1)/(n+1)))/2, 1/(4n + 2) (Freeman & Tukey 1950)
func oneProportion(j *job) {
	other := make([]float64, j.k)
	for i := range other {
		if other[i] = j.d.NI[i] - j.d.XI[i]; other[i] < 0 {
			j.rejectRow(i, "xi", "more events than people")
		}
	}
	if len(j.errs) > 0 {
		return
	}
	counts := j.correctCounts(j.d.XI, other)
	x, rest := counts[0], counts[1]
	p, n := make([]float64, j.k), make([]float64, j.k)
	for i := range p {
		n[i] = x[i] + rest[i]
		p[i] = x[i] / n[i]
	}
	mean := weightedMean(p, n)
	for i := range p {
		var y, v float64
		pv, xv, rv := p[i], x[i], rest[i] // what the variance is computed from
		if j.o.VType == "AV" && j.vtypes != "" {
			pv, xv, rv = mean, mean*n[i], (1-mean)*n[i]
		}
		switch j.m {
		case PR:
			y, v = p[i], pv*(1-pv)/n[i]
			if j.o.VType == "UB" {
				v = pv * (1 - pv) / (n[i] - 1)
			}
		case PLN:
			y, v = math.Log(p[i]), 1/xv-1/n[i]
		case PLO:
			y, v = math.Log(x[i]/rest[i]), 1/xv+1/rv
		case PAS:
			y, v = math.Asin(math.Sqrt(p[i])), 1/(4*n[i])
		case PFT:
			y = (math.Asin(math.Sqrt(x[i]/(n[i]+1))) + math.Asin(math.Sqrt((x[i]+1)/(n[i]+1)))) / 2
			v = 1 / (4*n[i] + 2)
		}
		j.set(i, y, v)
	}
}

// oneRate computes the measures for x events in t person-time:
//
//	IR   x/t             x/t^2
//	IRLN ln(x/t)         1/x
//	IRS  sqrt(x/t)       1/(4t)
//	IRFT (sqrt(x/t) + sqrt((x+1)/t))/2, 1/(4t) (Freeman & Tukey 1950)
func oneRate(j *job) {
	x := j.correctCounts(j.d.XI)[0]
	for i, t := range j.d.TI {
		r := x[i] / t
		var y, v float64
		switch j.m {
		case IR:
			y, v = r, r/t
		case IRLN:
			y, v = math.Log(r), 1/x[i]
		case IRS:
			y, v = math.Sqrt(r), 1/(4*t)
		case IRFT:
			y, v = (math.Sqrt(r)+math.Sqrt(r+1/t))/2, 1/(4*t)
		}
		j.set(i, y, v)
	}
}

// twoRates computes the measures for events and person-time in two groups, with
// r = x/t after the correction:
//
//	IRR  ln(r1/r2)           1/x1 + 1/x2
//	IRD  r1 - r2             x1/t1^2 + x2/t2^2
//	IRSD sqrt r1 - sqrt r2   1/(4 t1) + 1/(4 t2)
func twoRates(j *job) {
	d := j.d
	x1, x2 := clone(d.X1I), clone(d.X2I)
	for i := range x1 {
		if j.o.Drop00 && x1[i] == 0 && x2[i] == 0 {
			x1[i], x2[i] = math.NaN(), math.NaN()
		}
	}
	counts := j.correctCounts(x1, x2)
	x1, x2 = counts[0], counts[1]
	for i := range x1 {
		t1, t2 := d.T1I[i], d.T2I[i]
		r1, r2 := x1[i]/t1, x2[i]/t2
		switch j.m {
		case IRR:
			j.set(i, math.Log(r1)-math.Log(r2), 1/x1[i]+1/x2[i])
		case IRD:
			j.set(i, r1-r2, r1/t1+r2/t2)
		case IRSD:
			j.set(i, math.Sqrt(r1)-math.Sqrt(r2), 1/(4*t1)+1/(4*t2))
		}
	}
}

// oneMean computes the measures for one group's mean m, SD s and size n:
//
//	MN   m              s^2/n
//	MNLN ln m           s^2/(n m^2)
//	SMN  J(n-1) m/s     1/n + SMN^2/(2n)
//	CVLN ln(s/m) + 1/(2(n-1)), 1/(2(n-1)) + s^2/(n m^2) (Nakagawa 2015)
//	SDLN ln s + 1/(2(n-1)),    1/(2(n-1))
func oneMean(j *job) {
	if j.m == MNLN || j.m == CVLN {
		j.reject("mi", check{"a mean cannot be negative for a measure that takes its logarithm", negative})
	}
	if len(j.errs) > 0 {
		return
	}
	for i, n := range j.d.NI {
		m, s := at(j.d.MI, i), j.d.SDI[i]
		h := 1 / (2 * (n - 1))
		switch j.m {
		case MN:
			j.set(i, m, s*s/n)
		case MNLN:
			j.set(i, math.Log(m), s*s/(n*m*m))
		case SMN:
			y := J(n-1) * m / s
			j.set(i, y, 1/n+y*y/(2*n))
		case CVLN:
			j.set(i, math.Log(s/m)+h, h+s*s/(n*m*m))
		case SDLN:
			j.set(i, math.Log(s)+h, h)
		}
	}
}

// correlation computes the measures for correlations r of n pairs:
//
//	COR  r                 LS (1-r^2)^2/(n-1); AV with the mean r (weights n)
//	UCOR r F(1/2, 1/2; (n-2)/2; 1-r^2) (Olkin & Pratt 1958); LS, AV as COR; UB Hedges (1989)
//	ZCOR atanh r           1/(n-3) (Fisher 1921)
//
// Below four pairs there is no variance.
func correlation(j *job) {
	y := clone(j.d.RI)
	for i, r := range j.d.RI {
		switch n := j.d.NI[i]; {
		case j.m == ZCOR:
			y[i] = math.Atanh(r)
		case j.m == UCOR && n > 4:
			y[i] = r * hyp2F1(0.5, 0.5, (n-2)/2, 1-r*r)
		case j.m == UCOR:
			y[i] = math.NaN()
		}
	}
	mean := weightedMean(y, j.d.NI)
	var small []int
	for i, r := range j.d.RI {
		n := j.d.NI[i]
		var v float64
		switch {
		case j.m == ZCOR:
			v = 1 / (n - 3)
		case j.o.VType == "AV" && j.vtypes != "":
			v = sq(1-mean*mean) / (n - 1)
		case j.o.VType == "UB":
			v = y[i]*y[i] - (1 - (n-3)/(n-2)*(1-r*r)*hyp2F1(1, 1, n/2, 1-r*r))
		default:
			v = sq(1-y[i]*y[i]) / (n - 1)
		}
		if n <= 3 || j.m == UCOR && n <= 4 {
			small = append(small, i+1)
		}
		if n <= 3 {
			v = math.NaN()
		}
		j.set(i, y[i], v)
	}
	j.warnRows(analysis.NoEstimate, small, "too few pairs for this measure; left out")
}

// cronbach computes the measures for Cronbach's alpha of m items in n people:
//
//	ARAW alpha                  2 m (1-alpha)^2/((m-1)(n-2)) (van Zyl 2000)
//	AHW  1 - (1-alpha)^(1/3)    18 m (n-1)(1-alpha)^(2/3)/((m-1)(9n-11)^2) (Hakstian & Whalen 1976)
//	ABT  -ln(1-alpha)           2 m/((m-1)(n-2)) (Bonett 2002)
func cronbach(j *job) {
	for i, a := range j.d.AI {
		m, n := j.d.MI[i], j.d.NI[i]
		switch j.m {
		case ARAW:
			j.set(i, a, 2*m*sq(1-a)/((m-1)*(n-2)))
		case AHW:
			c := math.Cbrt(1 - a)
			j.set(i, 1-c, 18*m*(n-1)*c*c/((m-1)*sq(9*n-11)))
		case ABT:
			j.set(i, -math.Log(1-a), 2*m/((m-1)*(n-2)))
		}
	}
}
