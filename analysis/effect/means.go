package effect

import (
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
	"past/analysis/internal/solve"
)

// group is the numbers of one study with two groups.
type group struct {
	m1, s1, n1, m2, s2, n2 float64
	m                      float64 // degrees of freedom of the SD that d is standardised by
	sp                     float64 // that SD
	d                      float64 // uncorrected standardised difference
}

func (g *group) n() float64 { return g.n1 + g.n2 }

// twoMeans computes the measures for two groups with means and SDs. With the
// pooled SD sp on m = N-2 degrees of freedom, d = (m1-m2)/sp and g = J(m) d:
//
//	MD    m1 - m2              LS, UB s1^2/n1 + s2^2/n2; HO sp^2 (1/n1 + 1/n2)
//	SMD   g                    LS 1/n1 + 1/n2 + g^2/(2N) (Hedges 1982, eq. 8); LS2 J^2 (1/n1 + 1/n2 + d^2/(2N)) (Borenstein 2009)
//	                           UB 1/n1 + 1/n2 + (1 - (m-2)/(m J^2)) g^2 (Hedges 1983); AV with the mean g (weights N)
//	SMDH  J (m1-m2)/sqrt((s1^2+s2^2)/2), variance of Bonett (2009)
//	SMD1  J(n2-1) (m1-m2)/s2   as SMD with n2 in place of N (Glass; Hedges 1981)
//	SMD1H the same             s1^2/(s2^2 n1) + 1/n2 + g^2/(2 n2)
//	ROM   ln(m1/m2)            LS s1^2/(n1 m1^2) + s2^2/(n2 m2^2) (Hedges 1999); HO with sp; AV, AVHO with mean CVs
//	CVR   ln(CV1/CV2) with 1/(2(n-1)) corrections (Nakagawa 2015)
//	VR    ln(s1/s2) + 1/(2(n1-1)) - 1/(2(n2-1)), 1/(2(n1-1)) + 1/(2(n2-1))
//	RPB   d/sqrt(d^2 + h), h = m/n1 + m/n2; RBIS from it (Jacobs & Viechtbauer 2017)
//	D2OR  d pi/sqrt(3), variance pi^2/3 (1/n1 + 1/n2 + d^2/(2N)); D2ORN with 1.65 (Cox)
func twoMeans(j *job) {
	d := j.d
	groups := make([]group, j.k)
	for i := range groups {
		groups[i] = newGroup(j.m, at(d.M1I, i), at(d.SD1I, i), d.N1I[i], at(d.M2I, i), at(d.SD2I, i), d.N2I[i])
	}
	switch j.m {
	case SMD, SMD1:
		smd(j, groups)
	case MD, ROM, RPB, SMDH:
		meansByType(j, groups)
	default:
		for i := range groups {
			y, v := simpleMeans(j.m, &groups[i])
			j.set(i, y, v)
		}
	}
	var small []int
	for i, g := range groups {
		if math.IsNaN(j.res.V[i]) && !math.IsNaN(g.n1+g.n2+g.m1+g.m2+g.s1+g.s2) {
			small = append(small, i+1)
		}
	}
	j.warnRows(analysis.NoEstimate, small,
		"the numbers do not allow this measure (too few people, an SD of zero or a mean of the wrong sign); left out")
}

// at is a column's entry, NaN when the column was not given.
func at(col []float64, i int) float64 {
	if col == nil {
		return math.NaN()
	}
	return col[i]
}

func newGroup(m Measure, m1, s1, n1, m2, s2, n2 float64) group {
	g := group{m1: m1, s1: s1, n1: n1, m2: m2, s2: s2, n2: n2}
	if m == SMD1 || m == SMD1H {
		g.m, g.sp = n2-1, s2
	} else {
		g.m = n1 + n2 - 2
		g.sp = math.Sqrt(((n1-1)*s1*s1 + (n2-1)*s2*s2) / g.m)
	}
	g.d = (m1 - m2) / g.sp
	return g
}

func smd(j *job, groups []group) {
	if j.o.Formula != Metafor && j.m == SMD {
		for i, g := range groups {
			y, v := smdByMode(j.o.Formula, g.d, g.n1, g.n2)
			if !(g.m > 1) {
				y = math.NaN()
			}
			j.set(i, y, v)
		}
		return
	}
	g, n := make([]float64, j.k), make([]float64, j.k)
	for i := range groups {
		g[i], n[i] = J(groups[i].m)*groups[i].d, groups[i].n()
	}
	mean := weightedMean(g, n)
	for i, s := range groups {
		np := s.n()
		if j.m == SMD1 {
			np = s.n2
		}
		c, base := J(s.m), 1/s.n1+1/s.n2
		v := base + g[i]*g[i]/(2*np)
		switch j.o.VType {
		case "LS2":
			v = c * c * (base + s.d*s.d/(2*np))
		case "UB":
			v = base + (1-(s.m-2)/(s.m*c*c))*g[i]*g[i]
		case "AV":
			v = base + mean*mean/(2*np)
		}
		j.set(i, g[i], v)
	}
}

// meansByType computes the measures with a choice of variances.
func meansByType(j *job, groups []group) {
	vt := j.o.VType
	cv1, cv2, cv := meanCVs(groups)
	for i := range groups {
		g := &groups[i]
		var y, v float64
		switch j.m {
		case MD:
			y, v = g.m1-g.m2, g.s1*g.s1/g.n1+g.s2*g.s2/g.n2
			if vt == "HO" {
				v = g.sp * g.sp * (1/g.n1 + 1/g.n2)
			}
		case ROM:
			y = math.Log(g.m1 / g.m2)
			v = sq(g.s1/g.m1)/g.n1 + sq(g.s2/g.m2)/g.n2
			switch vt {
			case "HO":
				v = sq(g.sp/g.m1)/g.n1 + sq(g.sp/g.m2)/g.n2
			case "AV":
				v = cv1*cv1/g.n1 + cv2*cv2/g.n2
			case "AVHO":
				v = cv * cv * (1/g.n1 + 1/g.n2)
			}
		case SMDH:
			y, v = smdh(g, vt)
		case RPB:
			h := g.m/g.n1 + g.m/g.n2
			y = g.d / math.Sqrt(g.d*g.d+h)
			v = h * h / math.Pow(h+g.d*g.d, 3) * (1/g.n1 + 1/g.n2 + g.d*g.d/(2*g.n()))
			if vt == "CS" {
				v = sq(1-y*y) * (g.n()*y*y/(4*g.n1*g.n2) + (2-3*y*y)/(2*g.n()))
			}
		}
		j.set(i, y, v)
	}
}

// smdh is the difference over the root of the average variance. LS is Bonett
// (2009) times J^2; LS2 the large-sample form of the same.
func smdh(g *group, vt VType) (y, v float64) {
	a, b := g.s1*g.s1, g.s2*g.s2
	c := J(g.m)
	y = c * (g.m1 - g.m2) / math.Sqrt((a+b)/2)
	if vt == "LS2" {
		return y, y*y*a/(2*g.n1*sq(a+b)) + y*y*b/(2*g.n2*sq(a+b)) + 2*a/(g.n1*(a+b)) + 2*b/(g.n2*(a+b))
	}
	v = y*y*(a*a/(g.n1-1)+b*b/(g.n2-1))/(2*sq(a+b)) + (a/(g.n1-1)+b/(g.n2-1))/((a+b)/2)
	return y, c * c * v
}

// meanCVs gives the mean coefficients of variation, weighted by size, of group 1,
// of group 2 and of all groups together.
func meanCVs(groups []group) (cv1, cv2, both float64) {
	k := len(groups)
	c1, c2, n1, n2 := make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
	s, n := 0.0, 0.0
	for i, g := range groups {
		c1[i], c2[i], n1[i], n2[i] = g.s1/g.m1, g.s2/g.m2, g.n1, g.n2
		if t := n1[i]*c1[i] + n2[i]*c2[i]; !math.IsNaN(t) {
			s += t
			n += n1[i] + n2[i]
		}
	}
	return weightedMean(c1, n1), weightedMean(c2, n2), s / n
}

// simpleMeans computes the measures with one variance formula.
func simpleMeans(m Measure, g *group) (y, v float64) {
	base := 1/g.n1 + 1/g.n2 + g.d*g.d/(2*g.n())
	switch m {
	case SMD1H:
		y = J(g.m) * g.d
		return y, sq(g.s1/g.s2)/g.n1 + 1/g.n2 + y*y/(2*g.n2)
	case D2OR, D2ORL:
		return g.d * math.Pi / math.Sqrt(3), base * math.Pi * math.Pi / 3
	case D2ORN:
		return 1.65 * g.d, 1.65 * 1.65 * base
	case CVR:
		h1, h2 := 1/(2*(g.n1-1)), 1/(2*(g.n2-1))
		return math.Log(g.s1/g.m1) + h1 - math.Log(g.s2/g.m2) - h2,
			h1 + sq(g.s1/g.m1)/g.n1 + h2 + sq(g.s2/g.m2)/g.n2
	case VR:
		h1, h2 := 1/(2*(g.n1-1)), 1/(2*(g.n2-1))
		return math.Log(g.s1/g.s2) + h1 - h2, h1 + h2
	case RBIS:
		return biserial(g)
	}
	return math.NaN(), math.NaN()
}

// biserial is Jacobs & Viechtbauer (2017): the point-biserial correlation over the
// ordinate of the normal at the split, with Soper's (1914) variance, in which a
// correlation beyond 1 counts as 1.
func biserial(g *group) (y, v float64) {
	h := g.m/g.n1 + g.m/g.n2
	rpb := g.d / math.Sqrt(g.d*g.d+h)
	p, q := g.n1/g.n(), g.n2/g.n()
	z := -dist.NormQuantile(p)
	f := dist.NormPDF(z)
	y = math.Sqrt(p*q) / f * rpb
	t := math.Max(-1, math.Min(1, y))
	v = (p*q/(f*f) - (1.5+(1-p*z/f)*(1+q*z/f))*t*t + t*t*t*t) / (g.n() - 1)
	return y, v
}

func sq(x float64) float64 { return x * x }

// J is the exact small-sample correction of a standardised mean difference with
// m degrees of freedom, Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)) (Hedges 1981);
// NaN for m <= 1.
func J(m float64) float64 {
	if !(m > 1) {
		return math.NaN()
	}
	if math.IsInf(m, 1) {
		return 1
	}
	// Gamma(m/2)/Gamma((m-1)/2) = sqrt(pi)/B((m-1)/2, 1/2)
	return math.Exp(0.5*math.Log(2*math.Pi/m) - dist.LogBeta((m-1)/2, 0.5))
}

// JApprox is the usual approximation of J, 1 - 3/(4m - 1) with m degrees of
// freedom, which is 1 - 3/(4N - 9) for two groups of N = m + 2 people (Hedges 1981).
func JApprox(m float64) float64 { return 1 - 3/(4*m-1) }

// hyp2F1 is Gauss's hypergeometric function for 0 <= x <= 1 and c > a + b or
// x < 1, by its series where that converges quickly and by Euler's integral
// elsewhere (Abramowitz & Stegun 15.1.1, 15.3.1); it serves b = 1/2 and b = 1.
func hyp2F1(a, b, c, x float64) float64 {
	if x == 1 {
		return math.Exp(dist.LogGamma(c) + dist.LogGamma(c-a-b) - dist.LogGamma(c-a) - dist.LogGamma(c-b))
	}
	term, sum := 1.0, 1.0
	for n := 0.0; n < 2000; n++ {
		term *= (a + n) * (b + n) / (c + n) / (n + 1) * x
		sum += term
		if term < 1e-17*sum*(1-x) {
			return sum
		}
	}
	// t = sin^2(theta) takes away the end-point singularity for b = 1/2.
	f := func(th float64) float64 {
		s, k := math.Sincos(th)
		return 2 * math.Pow(s, 2*b-1) * math.Pow(k, 2*(c-b)-1) * math.Pow(1-x*s*s, -a)
	}
	q, err := solve.Integrate(f, 0, math.Pi/2, 0, 1e-13)
	if err != nil && !(q.Err < 1e-10*math.Abs(q.Value)) {
		return math.NaN()
	}
	return q.Value * math.Exp(-dist.LogBeta(b, c-b))
}
