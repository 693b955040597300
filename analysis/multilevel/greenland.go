package multilevel

import (
	"errors"
	"fmt"
	"math"

	"past/analysis/internal/solve"
)

// StudyDesign says what the relative risks of a study compare.
type StudyDesign string

// The designs: odds of cases and controls, rates, and risks.
const (
	CaseControl         StudyDesign = "cc"
	IncidenceRate       StudyDesign = "ir"
	CumulativeIncidence StudyDesign = "ci"
)

// GreenlandLongnecker gives the correlations of adjusted log relative risks of one
// study, which share a reference level, from the numbers of cases and of people (or
// person-time) by level, the reference first (Greenland & Longnecker 1992, Am. J.
// Epidemiol. 135:1301-1309; Orsini et al. 2012, Am. J. Epidemiol. 175:66-73). The
// cases are moved between the levels, with all margins held, until they have these
// relative risks; the correlations are those of the crude relative risks of the
// fitted cases. Relative risks of cumulative incidence are ratios of risks here; R's
// dosresmeta fits them as odds.
func GreenlandLongnecker(design StudyDesign, cases, n, logRR []float64) (correlation [][]float64, err error) {
	fitted, err := fittedCases(design, cases, n, logRR)
	if err != nil {
		return nil, err
	}
	return crudeCorrelation(design, fitted, n)
}

// fittedCases are the cases by level that have the relative risks.
func fittedCases(design StudyDesign, cases, n, logRR []float64) ([]float64, error) {
	m := len(logRR)
	if m == 0 || len(cases) != m+1 || len(n) != m+1 {
		return nil, fmt.Errorf("%d relative risks need cases and sizes of %d levels, the reference first", m, m+1)
	}
	total := 0.0
	for i, a := range cases {
		if !(a >= 0 && n[i] > 0) || design != IncidenceRate && a > n[i] || math.IsInf(n[i], 0) {
			return nil, fmt.Errorf("level %d has %g cases of %g", i+1, a, n[i])
		}
		total += a
	}
	most := total
	if design == CaseControl {
		most = math.Min(total, n[0]*(1-1e-12))
	}
	at := func(a0 float64) []float64 { // the cases of all levels when the reference has a0
		out := []float64{a0}
		for i, y := range logRR {
			rr := math.Exp(y)
			if design == CaseControl {
				odds := rr * a0 / (n[0] - a0)
				out = append(out, n[i+1]*odds/(1+odds))
			} else {
				out = append(out, rr*a0*n[i+1]/n[0])
			}
		}
		return out
	}
	a0, err := solve.Root(func(a0 float64) float64 {
		sum := -total
		for _, a := range at(a0) {
			sum += a
		}
		return sum
	}, 0, most, 1e-14*total)
	if err != nil {
		return nil, errors.New("no numbers of cases have these relative risks and these totals")
	}
	return at(a0), nil
}

// crudeCorrelation gives the correlations of crude log relative risks: what the
// reference has in their variances.
func crudeCorrelation(design StudyDesign, cases, n []float64) ([][]float64, error) {
	part := make([]float64, len(cases))
	for i, a := range cases {
		switch design {
		case CaseControl:
			part[i] = 1/a + 1/(n[i]-a)
		case IncidenceRate:
			part[i] = 1 / a
		case CumulativeIncidence:
			part[i] = 1/a - 1/n[i]
		default:
			return nil, fmt.Errorf("unknown design %q: use cc (case-control), ir (incidence rates) or ci (cumulative incidence)", design)
		}
		if !(part[i] > 0) || math.IsInf(part[i], 0) {
			return nil, fmt.Errorf("level %d would have %.4g cases of %g: the relative risks do not fit the numbers of cases", i+1, a, n[i])
		}
	}
	out := make([][]float64, len(cases)-1)
	for i := range out {
		out[i] = make([]float64, len(out))
		for j := range out {
			if out[i][j] = 1; i != j {
				out[i][j] = part[0] / math.Sqrt((part[0]+part[i+1])*(part[0]+part[j+1]))
			}
		}
	}
	return out, nil
}
