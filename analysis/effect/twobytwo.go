package effect

import (
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
)

// cells is the four counts of every study.
type cells struct{ a, b, c, d []float64 }

// twoByTwo computes the measures for 2x2 tables. With p1 = a/n1, p2 = c/n2 after
// the cell correction, and N = n1 + n2:
//
//	OR    ln(ad/bc)                       1/a + 1/b + 1/c + 1/d
//	RR    ln(p1/p2)                       1/a - 1/n1 + 1/c - 1/n2
//	RD    p1 - p2                         LS p1 q1/n1 + p2 q2/n2; UB with n-1; AV with the mean risks
//	AS    asin sqrt p1 - asin sqrt p2     1/(4 n1) + 1/(4 n2)
//	PETO  (a - E)/V                       1/V, E = n1 t/N, V = n1 n2 t (N-t)/(N^2 (N-1)), t = a+c (Yusuf 1985)
//	PHI   (ad - bc)/sqrt(n1 n2 t (N-t))   LS/CS Yule; ST for fixed margins of one side
//	YUQ   (ad - bc)/(ad + bc)             (1-Q^2)^2/4 * var(ln OR) (Yule 1900)
//	YUY   the same of the square roots    (1-Y^2)^2/16 * var(ln OR) (Yule 1912)
//	PBIT  probit p1 - probit p2           sum 2 pi p q exp(z^2)/n (Rosenthal & Rubin; Sanchez-Meca 2003)
//	OR2D  ln OR sqrt(3)/pi                var(ln OR) 3/pi^2 (Hasselblad & Hedges 1995; Chinn 2000)
//	OR2DN ln OR / 1.65                    var(ln OR)/1.65^2 (Cox & Snell 1989)
func twoByTwo(j *job) {
	raw, ok := j.countCells()
	if !ok {
		return
	}
	if j.o.Formula != Metafor && (j.m == RR || j.m == RD || j.m == OR) {
		twoByTwoByMode(j, raw)
		return
	}
	c, corrected := j.correctCells(raw)
	j.warnRows(analysis.CellsCorrected, corrected, cellNote, j.add)
	switch j.m {
	case RD:
		riskDifference(j, c)
		return
	case PHI:
		phi(j, c)
		return
	}
	for i := 0; i < j.k; i++ {
		y, v := oneTable(j.m, c.a[i], c.b[i], c.c[i], c.d[i])
		j.set(i, y, v)
	}
}

func oneTable(m Measure, a, b, c, d float64) (y, v float64) {
	n1, n2 := a+b, c+d
	p1, p2 := a/n1, c/n2
	lnOR, varLnOR := math.Log(a/b)-math.Log(c/d), 1/a+1/b+1/c+1/d
	switch m {
	case RR:
		return math.Log(p1) - math.Log(p2), 1/a - 1/n1 + 1/c - 1/n2
	case OR:
		return lnOR, varLnOR
	case OR2D, OR2DL:
		return lnOR * math.Sqrt(3) / math.Pi, varLnOR * 3 / (math.Pi * math.Pi)
	case OR2DN:
		return lnOR / 1.65, varLnOR / (1.65 * 1.65)
	case AS:
		return math.Asin(math.Sqrt(p1)) - math.Asin(math.Sqrt(p2)), 1/(4*n1) + 1/(4*n2)
	case PETO:
		n, t := n1+n2, a+c
		e := t * n1 / n
		w := t * (b + d) * (n1 / n) * (n2 / n) / (n - 1)
		return (a - e) / w, 1 / w
	case YUQ:
		or := (a / b) / (c / d)
		y = (or - 1) / (or + 1)
		return y, (1 - y*y) * (1 - y*y) / 4 * varLnOR
	case YUY:
		or := math.Sqrt((a / b) / (c / d))
		y = (or - 1) / (or + 1)
		return y, (1 - y*y) * (1 - y*y) / 16 * varLnOR
	case PBIT:
		z1, z2 := dist.NormQuantile(p1), dist.NormQuantile(p2)
		return z1 - z2, 2*math.Pi*p1*(1-p1)*math.Exp(z1*z1)/n1 + 2*math.Pi*p2*(1-p2)*math.Exp(z2*z2)/n2
	}
	return math.NaN(), math.NaN()
}

func riskDifference(j *job, c cells) {
	k := j.k
	p1, p2, n1, n2 := make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
	for i := range p1 {
		n1[i], n2[i] = c.a[i]+c.b[i], c.c[i]+c.d[i]
		p1[i], p2[i] = c.a[i]/n1[i], c.c[i]/n2[i]
	}
	m1, m2 := weightedMean(p1, n1), weightedMean(p2, n2)
	for i := range p1 {
		v := p1[i]*(1-p1[i])/n1[i] + p2[i]*(1-p2[i])/n2[i]
		switch j.o.VType {
		case "UB":
			v = p1[i]*(1-p1[i])/(n1[i]-1) + p2[i]*(1-p2[i])/(n2[i]-1)
		case "AV":
			v = m1*(1-m1)/n1[i] + m2*(1-m2)/n2[i]
		}
		j.set(i, p1[i]-p2[i], v)
	}
}

// phi gives the phi coefficient. LS (= CS) is Yule's large-sample variance for a
// cross-sectional sample of size N; ST is for stratified sampling of the two
// groups, by the delta method from the two binomials.
func phi(j *job, t cells) {
	for i := 0; i < j.k; i++ {
		a, b, c, d := t.a[i], t.b[i], t.c[i], t.d[i]
		n1, n2, m1, m2 := a+b, c+d, a+c, b+d
		n := n1 + n2
		y := (a*d - b*c) / math.Sqrt(n1*n2*m1*m2)
		if j.o.VType == "ST" {
			p1, p2 := a/n1, c/n2
			q1, q2 := 1-p1, 1-p2
			// dphi/dp1 and dphi/dp2 with phi = (p1-p2) sqrt(n1 n2/(m1 m2)),
			// m1 = n1 p1 + n2 p2, m2 = n - m1.
			s := math.Sqrt(n1 * n2 / (m1 * m2))
			half := (p1 - p2) * (m2 - m1) / (2 * m1 * m2)
			g1, g2 := s*(1-half*n1), s*(-1-half*n2)
			j.set(i, y, g1*g1*p1*q1/n1+g2*g2*p2*q2/n2)
			continue
		}
		r1, r2, k1, k2 := n1/n, n2/n, m1/n, m2/n
		v := 1 - y*y + y*(1+y*y/2)*(r1-r2)*(k1-k2)/math.Sqrt(r1*r2*k1*k2) -
			0.75*y*y*((r1-r2)*(r1-r2)/(r1*r2)+(k1-k2)*(k1-k2)/(k1*k2))
		j.set(i, y, v/n)
	}
}

// Events are K of N people.
type Events struct{ K, N float64 }

// NewcombeRD is the difference of two independent proportions, of a less of b,
// with its interval by Newcombe's hybrid score method (1998, method 10): it stays
// within −1 and 1 and has a width where neither group had an event. ok is false
// where the counts are no counts of people.
func NewcombeRD(a, b Events, level float64) (rd float64, ci analysis.Interval, ok bool) {
	for _, x := range []Events{a, b} {
		if !(x.N > 0) || !(x.K >= 0) || x.K > x.N || math.IsInf(x.N, 0) {
			return math.NaN(), analysis.Interval{Lower: math.NaN(), Upper: math.NaN()}, false
		}
	}
	p1, p2 := a.K/a.N, b.K/b.N
	l1, u1 := wilson(p1, a.N, level)
	l2, u2 := wilson(p2, b.N, level)
	rd = p1 - p2
	return rd, analysis.Interval{Lower: rd - math.Hypot(p1-l1, u2-p2), Upper: rd + math.Hypot(u1-p1, p2-l2)}, true
}

// wilson is the score interval of a proportion.
func wilson(p, n, level float64) (lo, hi float64) {
	z := math.Sqrt2 * math.Erfinv(level)
	mid, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (mid-half)/(1+z*z/n)), min(1, (mid+half)/(1+z*z/n))
}
