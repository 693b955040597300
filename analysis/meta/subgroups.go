package meta

import (
	"fmt"
	"math"

	"past/analysis"
	"past/analysis/internal/dist"
)

// SubgroupFit is the model fitted to the studies of one level.
type SubgroupFit struct {
	Level string
	Fit   *Result
}

// SubgroupResult compares subgroups of studies.
type SubgroupResult struct {
	Groups []SubgroupFit // each with its own tau2
	// QBetween compares the groups' estimates by a common-effect analysis of them:
	// sum of (estimate - their weighted mean)^2 / se^2 on groups-1 df
	// (Borenstein et al. 2009, ch. 19).
	QBetween   float64
	QBetweenDF int
	QBetweenP  float64
	// CommonTau2 has the factor as a moderator: one tau2 for all groups, its QM is
	// the test between groups. NoIntercept is the same model with one mean a group.
	CommonTau2, NoIntercept *Result
	Warnings                analysis.Warnings
}

// Subgroups fits the model of opt in each level of a factor ("" is missing) and
// with one tau2 for all. name is the prefix of the coefficient names. opt must not
// have a design.
func Subgroups(yi, vi []float64, name string, labels []string, opt Options) (*SubgroupResult, error) {
	if opt.Design != nil {
		return nil, fmt.Errorf("subgroups: the options must not hold moderators")
	}
	if len(labels) != len(yi) {
		return nil, fmt.Errorf("subgroups: %d labels for %d effects", len(labels), len(yi))
	}
	if len(yi) != len(vi) {
		return nil, fmt.Errorf("%d effects but %d sampling variances: give one variance for each effect", len(yi), len(vi))
	}
	// a level is one that a usable row has
	usable := append([]string(nil), labels...)
	for i := range usable {
		if math.IsNaN(yi[i]) || math.IsNaN(vi[i]) {
			usable[i] = ""
		}
	}
	f := Factor(name, usable)
	levels := f.levels(missingRows([]Term{f}, len(usable)))
	if len(levels) == 0 {
		return nil, fmt.Errorf("subgroups: no usable row has a level of %q", name)
	}
	out := &SubgroupResult{}
	for _, l := range levels {
		fit, err := fitLevel(yi, vi, usable, l, opt)
		if err != nil {
			return nil, fmt.Errorf("subgroup %q: %w", l, err)
		}
		out.Groups = append(out.Groups, SubgroupFit{l, fit})
	}
	out.between()
	if len(levels) < 2 {
		out.Warnings.Add(analysis.OneGroup, "%q has only one level: there is nothing to compare", name)
		return out, nil
	}
	var err error
	if out.CommonTau2, err = fitFactor(true, yi, vi, f, opt); err == nil {
		out.NoIntercept, err = fitFactor(false, yi, vi, f, opt)
	}
	if err != nil {
		out.Warnings.Add(analysis.NoCommonTau2, "%s", err)
		out.CommonTau2, out.NoIntercept = nil, nil
	}
	return out, nil
}

func fitFactor(intercept bool, yi, vi []float64, f Term, opt Options) (*Result, error) {
	d, err := NewDesign(intercept, f)
	if err != nil {
		return nil, err
	}
	opt.Design = d
	return Fit(yi, vi, opt)
}

func fitLevel(yi, vi []float64, labels []string, level string, opt Options) (*Result, error) {
	var y, v, w []float64
	var rows []int
	for i, l := range labels {
		if l != level {
			continue
		}
		y, v, rows = append(y, yi[i]), append(v, vi[i]), append(rows, i)
		if opt.Weights != nil {
			w = append(w, opt.Weights[i])
		}
	}
	opt.Weights = w
	fit, err := Fit(y, v, opt)
	if err != nil {
		return nil, err
	}
	for i, r := range fit.Rows { // rows of the whole table
		fit.Rows[i] = rows[r]
	}
	return fit, nil
}

// between compares the group estimates.
func (g *SubgroupResult) between() {
	var sw, swy float64
	first := g.Groups[0].Fit.beta[0]
	for _, s := range g.Groups {
		w := 1 / s.Fit.vb[0]
		sw += w
		swy += w * (s.Fit.beta[0] - first)
	}
	for _, s := range g.Groups {
		d := s.Fit.beta[0] - first - swy/sw
		g.QBetween += d * d / s.Fit.vb[0]
	}
	g.QBetweenDF = len(g.Groups) - 1
	g.QBetweenP = 1
	if g.QBetweenDF > 0 {
		g.QBetweenP = dist.ChiSqSF(g.QBetween, float64(g.QBetweenDF))
	}
}
