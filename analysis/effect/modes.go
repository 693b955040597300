package effect

import (
	"math"

	"past/analysis"
)

// twoByTwoByMode computes OR, RR and RD with the zero-cell rules of R's meta
// package (mode Metapsy) or of RevMan 5. They differ from metafor's:
//
//   - tables with no events, or only events, in both arms carry no information on
//     a ratio and are left out (metafor corrects and keeps them);
//   - a ratio is corrected only when its own formula meets a zero: for RR that is
//     no events in an arm, not "no non-events";
//   - Metapsy (R meta, RR): 1/2 is added to the events and to the size of each arm,
//     so that the size grows by 1/2, not by 1; RevMan adds 1/2 to all four cells;
//   - RD is estimated from the raw risks. R meta puts the correction into the
//     variance of every table with a zero cell; RevMan only where the variance
//     would be zero.
//
// Sources: Schwarzer, Carpenter & Rücker (2015) Meta-Analysis with R, section
// 3.4; Deeks & Higgins (2010) Statistical algorithms in Review Manager 5.
func twoByTwoByMode(j *job, t cells) {
	var fixed, dropped []int
	for i := 0; i < j.k; i++ {
		a, b, c, d := t.a[i], t.b[i], t.c[i], t.d[i]
		n1, n2 := a+b, c+d
		if math.IsNaN(a + b + c + d) {
			j.set(i, math.NaN(), math.NaN())
			continue
		}
		if j.m != RD && (a == 0 && c == 0 || b == 0 && d == 0) {
			dropped = append(dropped, i+1)
			j.set(i, math.NaN(), math.NaN())
			continue
		}
		var inc float64
		if j.modeCorrects(a, b, c, d) && j.o.To != None {
			inc = j.add
		}
		if j.o.To == All {
			inc = j.add
		}
		if inc > 0 {
			fixed = append(fixed, i+1)
		}
		switch j.m {
		case OR:
			y, v := oneTable(OR, a+inc, b+inc, c+inc, d+inc)
			j.set(i, y, v)
		case RR:
			size := 2 * inc
			if j.o.Formula == Metapsy {
				size = inc
			}
			j.set(i, math.Log((a+inc)/(n1+size))-math.Log((c+inc)/(n2+size)),
				1/(a+inc)-1/(n1+size)+1/(c+inc)-1/(n2+size))
		case RD:
			m1, m2 := n1+2*inc, n2+2*inc
			v := (a+inc)*(b+inc)/(m1*m1*m1) + (c+inc)*(d+inc)/(m2*m2*m2)
			j.set(i, a/n1-c/n2, v)
		}
	}
	j.warnRows(analysis.CellsCorrected, fixed, cellNote+", by the rule of mode %s", j.add, j.o.Formula)
	j.warnRows(analysis.NoEstimate, dropped, "no events, or only events, in both arms: no ratio can be computed; left out")
}

// modeCorrects reports whether a table meets a zero in the mode's formula.
func (j *job) modeCorrects(a, b, c, d float64) bool {
	anyZero := a == 0 || b == 0 || c == 0 || d == 0
	switch {
	case j.m == OR:
		return anyZero
	case j.m == RR:
		return a == 0 || c == 0
	case j.o.Formula == Metapsy:
		return anyZero
	}
	return (a == 0 || b == 0) && (c == 0 || d == 0)
}

// smdByMode gives g and its variance by the conventions of another program, for
// uncorrected d and group sizes:
//
//	Metapsy  g = d (1 - 3/(4N - 9)),  v = N/(n1 n2) + d^2/(2N)          (R packages esc and metapsyTools: d uncorrected)
//	RevMan   g = d (1 - 3/(4N - 9)),  v = N/(n1 n2) + g^2/(2 (N - 3.94)) (Deeks & Higgins 2010)
func smdByMode(f Formula, d, n1, n2 float64) (g, v float64) {
	n := n1 + n2
	g = d * (1 - 3/(4*n-9))
	if f == RevMan {
		return g, n/(n1*n2) + g*g/(2*(n-3.94))
	}
	return g, n/(n1*n2) + d*d/(2*n)
}
