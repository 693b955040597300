package multilevel

import (
	"errors"
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/solve"
)

// Slopes is a model in which every coefficient of the design varies between the
// clusters.
type Slopes struct {
	analysis.Fit
	Clusters int
	Psi      [][]float64 // covariance of the slopes between clusters
	LogLik   float64     // restricted
}

// FitSlopes fits y = X (b + u) + e with slopes u that vary between clusters with an
// unstructured covariance Psi, and sampling errors e of given covariance, in one
// stage by restricted maximum likelihood (Crippa, Discacciati, Bottai, Spiegelman &
// Orsini 2019, Stat. Methods Med. Res. 28:1579-1596). For differences from a
// reference, columns are differences too and there is no intercept. A cluster with
// fewer rows than columns has a part as well. Tests are by t on clusters less
// columns degrees of freedom; one cluster alone gives its own slopes, with normal
// tests. Of opt only Level is used.
func FitSlopes(data Data, design Design, cov Covariance, opt Options) (*Slopes, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	if len(design.Columns) == 0 {
		return nil, errors.New("a model of slopes needs a column of doses")
	}
	g, used, err := newGiven(data, design, cov)
	if err != nil {
		return nil, err
	}
	p := len(design.Columns)
	out := &Slopes{Fit: g.newFit(used, opt.Level), Clusters: len(g.rows)}
	df := float64(len(g.rows) - p)
	switch {
	case len(used) < p || len(g.rows) > 1 && len(g.rows) <= p:
		return nil, fmt.Errorf("%d effects of %d studies are too few for %d terms of dose that vary between studies", len(used), len(g.rows), p)
	case len(g.rows) == 1:
		df = math.Inf(1)
		out.Warnings.Add(analysis.SingleStudy, "one study: the slope is its own, and how far others differ is not known")
	case len(g.rows) < 5:
		out.Warnings.Add(analysis.FewStudies, "only %d studies: how far slopes differ between studies is poorly known", len(g.rows))
	}
	scale := make([]float64, p)
	for j, c := range design.Columns {
		for _, i := range used {
			scale[j] += c[i] * c[i] / float64(len(used))
		}
		if scale[j] = math.Sqrt(scale[j]); scale[j] == 0 {
			return nil, fmt.Errorf("the column %q is 0 in every usable row", design.Names[j])
		}
	}
	fit, psi, err := g.bestSlopes(scale, len(g.rows) > 1)
	if err != nil {
		return nil, err
	}
	out.LogLik, out.Psi = fit.logLik, psi
	fit.tests(&out.Fit, df)
	return out, nil
}

// bestSlopes climbs the restricted likelihood over the lower factor of Psi, whose
// columns are scaled to unit size.
func (g *givenModel) bestSlopes(scale []float64, vary bool) (givenFit, [][]float64, error) {
	p := len(scale)
	covariance := func(x []float64) [][]float64 {
		psi := make([][]float64, p)
		for a := range psi {
			psi[a] = make([]float64, p)
			for b := range psi[a] {
				for k := 0; k <= min(a, b); k++ {
					psi[a][b] += x[a*(a+1)/2+k] * x[b*(b+1)/2+k] / (scale[a] * scale[b])
				}
			}
		}
		return psi
	}
	random := func(psi [][]float64) Covariance {
		return func(i, j int) float64 {
			s := 0.0
			for a, c := range g.design.Columns {
				for b, d := range g.design.Columns {
					s += c[i] * psi[a][b] * d[j]
				}
			}
			return s
		}
	}
	objective := func(x []float64) float64 {
		fit, err := g.at(random(covariance(x)))
		if err != nil {
			return math.Inf(1)
		}
		return -fit.logLik
	}
	size := 0.0
	n := 0
	for _, rows := range g.rows {
		for _, i := range rows {
			size += g.data.Variance[i]
			n++
		}
	}
	size = math.Sqrt(size / float64(n))
	best := make([]float64, p*(p+1)/2)
	lowest := objective(best)
	if vary {
		for _, s := range []float64{size, size / 5, size / 30, 3 * size} {
			start := make([]float64, len(best))
			for a := range p {
				start[a*(a+1)/2+a] = s
			}
			if o, _ := solve.Minimise(objective, start, solve.Options{}); o.F < lowest-1e-9*math.Abs(lowest) {
				best, lowest = o.X, o.F
			}
		}
	}
	if math.IsInf(lowest, 1) {
		return givenFit{}, nil, errors.New("the sampling covariances are not positive definite, or the terms of dose depend on each other")
	}
	psi := covariance(best)
	fit, err := g.at(random(psi))
	return fit, psi, err
}

// Predict is the mean curve at values x of the columns.
func (s *Slopes) Predict(x []float64) analysis.Estimate {
	var y, v float64
	for a, c := range s.Coef {
		y += x[a] * c.Value
		for b := range s.Coef {
			v += x[a] * s.Cov[a][b] * x[b]
		}
	}
	df := s.Coef[0].DF
	return analysis.Wald(y, math.Sqrt(v), df, analysis.Quantile(s.Level, df))
}
