package effect

import "math"

// prePost computes the measures for one group of n people measured twice, with
// means m1, m2, SDs s1, s2 and correlation r; sc^2 = s1^2 + s2^2 - 2 r s1 s2 is
// the variance of the change m1 - m2:
//
//	MC    m1 - m2            sc^2/n
//	SMCC  J (m1-m2)/sc       LS 1/n + y^2/(2n); LS2 J^2 (1/n + d^2/(2n)) (Gibbons 1993)
//	SMCR  J (m1-m2)/s1       LS 2(1-r)/n + y^2/(2n) (Becker 1988); LS2 J^2 (2(1-r)/n + d^2/(2n))
//	SMCRH the same           J^2 (sc^2/(s1^2 (n-1)) + y^2/(2(n-1))) (Bonett 2008)
//	ROMC  ln(m1/m2)          s1^2/(n m1^2) + s2^2/(n m2^2) - 2 r s1 s2/(n m1 m2) (Lajeunesse 2011)
//	CVRC  ln(CV1/CV2)        (1-r^2)/(n-1) + that variance of ROMC
//	VRC   ln(s1/s2)          (1-r^2)/(n-1)
//
// with J = J(n-1).
func prePost(j *job) {
	d := j.d
	for i, n := range d.NI {
		y, v := change(j.m, j.o.VType, at(d.M1I, i), at(d.M2I, i), d.SD1I[i], at(d.SD2I, i), d.RI[i], n)
		j.set(i, y, v)
	}
}

func change(m Measure, vt VType, m1, m2, s1, s2, r, n float64) (y, v float64) {
	sc2 := s1*s1 + s2*s2 - 2*r*s1*s2
	c := J(n - 1)
	switch m {
	case MC:
		return m1 - m2, sc2 / n
	case SMCC:
		d := (m1 - m2) / math.Sqrt(sc2)
		y = c * d
		if vt == "LS2" {
			return y, c * c * (1/n + d*d/(2*n))
		}
		return y, 1/n + y*y/(2*n)
	case SMCR:
		d := (m1 - m2) / s1
		y = c * d
		if vt == "LS2" {
			return y, c * c * (2*(1-r)/n + d*d/(2*n))
		}
		return y, 2*(1-r)/n + y*y/(2*n)
	case SMCRH:
		y = c * (m1 - m2) / s1
		return y, c * c * (sc2/(s1*s1*(n-1)) + y*y/(2*(n-1)))
	}
	cv1, cv2 := s1/m1, s2/m2
	meanPart := (cv1*cv1 + cv2*cv2 - 2*r*cv1*cv2) / n
	switch m {
	case ROMC:
		return math.Log(m1 / m2), meanPart
	case CVRC:
		return math.Log(cv1) - math.Log(cv2), (1-r*r)/(n-1) + meanPart
	case VRC:
		return math.Log(s1 / s2), (1 - r*r) / (n - 1)
	}
	return math.NaN(), math.NaN()
}
