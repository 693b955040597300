package multilevel

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"past/analysis"
	"past/analysis/internal/dense"
	"past/analysis/internal/solve"
)

// Covariance is the sampling covariance of two different rows of one cluster, by
// their input rows.
type Covariance func(i, j int) float64

// Lagged is the covariance of effects of one cluster at several times: their
// sampling errors correlate by rho + (1-rho) phi^|difference in time|. With rho 0
// this is metafor's vcalc(time1 = ..., phi = ...).
func Lagged(variance, time []float64, rho, phi float64) Covariance {
	return func(i, j int) float64 {
		r := rho + (1-rho)*math.Pow(phi, math.Abs(time[i]-time[j]))
		return r * math.Sqrt(variance[i]*variance[j])
	}
}

// Given is a three-level model whose sampling covariances are given.
type Given struct {
	analysis.Fit
	Clusters int
	Sigma2   Levels
	LogLik   float64 // restricted
}

// FitGiven fits the model by restricted maximum likelihood, with t intervals on the
// residual degrees of freedom. Matrices are dense within a cluster, so that any
// positive definite covariance goes; of opt only Level is used.
func FitGiven(data Data, design Design, cov Covariance, opt Options) (*Given, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	design = design.orIntercept(len(data.Effect))
	g, used, err := newGiven(data, design, cov)
	if err != nil {
		return nil, err
	}
	p := len(design.Columns)
	if len(used) <= p || len(g.rows) < 2 {
		return nil, fmt.Errorf("%d effects of %d clusters are too few for this model", len(used), len(g.rows))
	}
	var mean float64
	for _, i := range used {
		mean += data.Variance[i] / float64(len(used))
	}
	objective := func(x []float64) float64 { // components as squares
		s, err := g.at(components(Levels{x[0] * x[0], x[1] * x[1]}))
		if err != nil {
			return math.Inf(1)
		}
		return -s.logLik
	}
	best, lowest := []float64{0, 0}, objective([]float64{0, 0})
	s := math.Sqrt(mean)
	for _, start := range [][]float64{{s, s}, {s, s / 30}, {s / 30, s}, {s / 30, s / 30}} {
		o, _ := solve.Minimise(objective, start, solve.Options{})
		for _, x := range [][]float64{o.X, {o.X[0], 0}, {0, o.X[1]}} { // bounds are reached in the limit only
			if f := objective(x); f < lowest-1e-9*math.Abs(lowest) || f <= lowest && x[0]*x[1] == 0 {
				best, lowest = []float64{x[0], x[1]}, f
			}
		}
	}
	if math.IsInf(lowest, 1) {
		return nil, errors.New("the sampling covariances are not positive definite: the correlations contradict each other")
	}
	sigma := Levels{best[0] * best[0], best[1] * best[1]}
	fit, err := g.at(components(sigma))
	if err != nil {
		return nil, err
	}
	out := &Given{Fit: g.newFit(used, opt.Level), Clusters: len(g.rows), Sigma2: sigma, LogLik: fit.logLik}
	out.Tau2 = sigma.Total()
	fit.tests(&out.Fit, float64(len(used)-p))
	return out, nil
}

// givenModel is a model whose sampling covariances are given.
type givenModel struct {
	data   Data
	design Design
	cov    Covariance
	rows   [][]int // by cluster
}

// newGiven checks the data and sorts the rows that can be used by cluster.
func newGiven(data Data, design Design, cov Covariance) (g givenModel, used []int, err error) {
	if err := checkShape(data, design); err != nil {
		return g, nil, err
	}
	if used, err = completeRows(data, design); err != nil {
		return g, nil, err
	}
	g = givenModel{data: data, design: design, cov: cov}
	at := map[string]int{}
	for _, i := range used {
		c, seen := at[data.Cluster[i]]
		if !seen {
			c = len(g.rows)
			at[data.Cluster[i]] = c
			g.rows = append(g.rows, nil)
		}
		g.rows[c] = append(g.rows[c], i)
	}
	return g, used, nil
}

// newFit is a fit of the used rows with nothing estimated yet.
func (g *givenModel) newFit(used []int, level float64) analysis.Fit {
	f := analysis.NewFit(len(used), level)
	f.Names, f.Rows = g.design.Names, used
	return f
}

// components are the variances between and within clusters, by pairs of rows.
func components(s Levels) Covariance {
	return func(i, j int) float64 {
		if i == j {
			return s.Between + s.Within
		}
		return s.Between
	}
}

// tests are the coefficients with their covariance; df may be infinite.
func (f givenFit) tests(out *analysis.Fit, df float64) {
	p := len(f.beta)
	for j := range f.beta {
		out.Cov = append(out.Cov, f.cov[j*p:(j+1)*p])
	}
	out.Coef = waldTests(f.beta, out.Cov, slices.Repeat([]float64{df}, p), out.Level)
}

type givenFit struct {
	beta, cov []float64
	logLik    float64
}

var errNotDefinite = errors.New("a covariance matrix is not positive definite")

// at is the model with a given covariance of the random effects.
func (g *givenModel) at(random Covariance) (givenFit, error) {
	p := len(g.design.Columns)
	a, xx := make([]float64, p*p), make([]float64, p*p)
	b := make([]float64, p)
	var yy, logDet float64
	n := 0
	for _, rows := range g.rows {
		m := len(rows)
		v := make([]float64, m*m)
		for i, r := range rows {
			for j, q := range rows {
				v[i*m+j] = random(r, q)
				if i == j {
					v[i*m+j] += g.data.Variance[r]
				} else {
					v[i*m+j] += g.cov(r, q)
				}
			}
		}
		l, ok := dense.Cholesky(v, m)
		if !ok {
			return givenFit{}, errNotDefinite
		}
		columns := make([][]float64, p+1)
		for c := range columns {
			x := make([]float64, m)
			for i, r := range rows {
				if x[i] = g.data.Effect[r]; c < p {
					x[i] = g.design.Columns[c][r]
				}
			}
			columns[c] = x
		}
		y := columns[p]
		for c, x := range columns {
			w := append([]float64(nil), x...)
			dense.Solve(l, w, m)
			for d := range p {
				for i := range rows {
					if c < p {
						a[c*p+d] += w[i] * columns[d][i]
						xx[c*p+d] += x[i] * columns[d][i]
					} else {
						b[d] += w[i] * columns[d][i]
					}
				}
			}
			if c == p {
				for i := range rows {
					yy += w[i] * y[i]
				}
			}
		}
		for i := range rows {
			logDet += 2 * math.Log(l[i*m+i])
		}
		n += m
	}
	la, ok := dense.Cholesky(a, p)
	lx, okx := dense.Cholesky(xx, p)
	if !ok || !okx {
		return givenFit{}, errors.New("the moderators depend on each other")
	}
	beta := append([]float64(nil), b...)
	dense.Solve(la, beta, p)
	rss := yy
	var da, dx float64
	for j := range p {
		rss -= beta[j] * b[j]
		da += 2 * math.Log(la[j*p+j])
		dx += 2 * math.Log(lx[j*p+j])
	}
	return givenFit{beta: beta, cov: dense.Inverse(la, p), logLik: -0.5 * (float64(n-p)*math.Log(2*math.Pi) - dx + logDet + da + rss)}, nil
}

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
