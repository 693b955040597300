package multilevel

import (
	"fmt"
	"math"
)

// Aggregated is one effect a cluster.
type Aggregated struct {
	Cluster  string
	Effect   float64
	Variance float64
	Rows     int // effects that went in
}

// Aggregate combines each cluster's effects into one, by generalised least squares
// under a common sampling correlation rho:
//
//	y_i = 1'S^-1 y / 1'S^-1 1,  v_i = 1 / 1'S^-1 1,  S[j,k] = ρ sqrt(v_j v_k)
//
// (Borenstein et al. 2009, chapter 24; Gleser & Olkin 2009). Clusters come in order
// of first appearance; rows with a missing effect, variance or cluster are left out.
//
// A weight can be negative where one variance is far below the others and rho is
// high: the combined effect may then lie outside the range of the cluster's effects.
func Aggregate(data Data, rho float64) ([]Aggregated, error) {
	data.Inner = nil
	m, err := prepare(data, Design{}, rho)
	if err != nil {
		return nil, err
	}
	w := m.workspace()
	out := make([]Aggregated, 0, len(m.blocks))
	for i := range m.blocks {
		b := &m.blocks[i]
		if !m.factor(b, theta{}, &w.inv) {
			return nil, fmt.Errorf("cluster %q: the sampling covariance is not positive definite for rho = %g", b.label, rho)
		}
		var sum, sy float64
		base := data.Effect[m.used[b.off]]
		for k := 0; k < b.n; k++ {
			g := w.inv.g[k]
			sum += g
			sy += g * (data.Effect[m.used[b.off+k]] - base)
		}
		a := Aggregated{Cluster: b.label, Effect: base + sy/sum, Variance: m.unit * m.unit / sum, Rows: b.n}
		if !finite(a.Effect) || !(a.Variance > 0) || math.IsInf(a.Variance, 0) {
			return nil, fmt.Errorf("cluster %q: effects or variances are too far in size from one another to combine", b.label)
		}
		out = append(out, a)
	}
	return out, nil
}
