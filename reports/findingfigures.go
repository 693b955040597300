package reports

import (
	"slices"

	"past/internal/evidence"
	"past/reports/internal/figure"
	"past/reports/internal/show"
)

// findingFigures draws what a finding carries; a part that it lacks has no
// figure.
func (s *site) findingFigures(p *page, d *findingPage, read figure.Reading) {
	f, st := d.F, p.stamp()
	add := func(to *[]figView, fig figure.Figure, ok bool) {
		if ok {
			*to = append(*to, p.fig(fig))
		}
	}
	fig, ok := figure.Forest(f, read, st, s.Name, s.effectHref)
	add(&d.Main, fig, ok)
	fig, ok = subgroupSeries(f, s.Name).Draw(f, read, st)
	add(&d.Main, fig, ok)
	fig, ok = figure.RiskOfBias(judgements(f), st, "rob")
	add(&d.CertFigures, fig, ok)
	label := effectLabels(f)
	for _, ser := range []figure.Series{
		{ID: "sensitivity", Title: "Sensitivity analyses", Caption: "Sensitivity analyses", List: f.Sensitivity, Model: true, Note: "The same question under other defensible choices; each row names the model that ran. The dashed line is the published estimate."},
		{ID: "loo", Title: "Leave one out", Caption: "Leave-one-out results", List: f.LeaveOneOut, Note: "The pooled effect without each study in turn, by the same model.", Label: func(i int) string {
			return seriesLabel(f.LeaveOneOut[i], i, "without ", label)
		}},
		{ID: "cumulative", Title: "Cumulative meta-analysis", Caption: "Cumulative results", List: f.Cumulative, Note: "The pooled effect as studies came in, oldest first. It shows when the answer settled, not a test at each step.", Label: func(i int) string {
			return seriesLabel(f.Cumulative[i], i, "with ", label)
		}},
	} {
		fig, ok = ser.Draw(f, read, st)
		add(&d.Checks, fig, ok)
	}
	fig, ok = figure.SpecCurve(f, read, st)
	add(&d.Checks, fig, ok)
	fig, ok = figure.Funnel(f, read, st)
	add(&d.Checks, fig, ok)
	fig, ok = figure.Baujat(f, st)
	add(&d.Checks, fig, ok)
	fig, ok = figure.GOSH(f, read, st)
	add(&d.Checks, fig, ok)
	for i := range f.Moderators {
		fig, ok = figure.Bubble(f, &f.Moderators[i], read, st, i+1)
		add(&d.Checks, fig, ok)
	}
	fig, ok = figure.Drapery(f, read, st)
	add(&d.Checks, fig, ok)
	fig, ok = figure.Posterior(f, read, st)
	add(&d.Checks, fig, ok)
	fig, ok = figure.Sequential(f, st)
	add(&d.Checks, fig, ok)
	if c, has := s.Ed.PrismaByFinding[f.ID]; has {
		d.Flow = append(d.Flow, p.fig(figure.Prisma(flowOf(c), st, "flow", "Flow of records for this question")))
	}
}

// seriesLabel names a row of a leave-one-out or cumulative series: the label
// that the analysis gave, or the study that was added or left out.
func seriesLabel(r evidence.PooledResult, i int, word string, label func(int) string) string {
	if r.Label != "" {
		return r.Label
	}
	return word + label(i)
}

func effectLabels(f *evidence.Finding) func(int) string {
	return func(i int) string {
		if i < len(f.Effects) {
			return figure.EffectLabel(&f.Effects[i])
		}
		return "study " + show.Int(i+1)
	}
}

// subgroupSeries puts all subgroups under each other.
func subgroupSeries(f *evidence.Finding, name func(string) string) figure.Series {
	s := figure.Series{ID: "subgroups", Title: "Subgroups", Caption: "Subgroups", Model: true, Note: "Differences between groups of studies are observational: studies differ in more than one way."}
	var labels []string
	for _, g := range f.Subgroups {
		for _, r := range g.Groups {
			s.List = append(s.List, r)
			labels = append(labels, show.First(figure.FactorName(g.Factor))+": "+name(r.Label))
		}
		if g.P != nil {
			s.Note += " " + show.First(figure.FactorName(g.Factor)) + ": difference between groups " + show.P(g.P) + "."
		}
		for _, w := range g.Warnings {
			s.Note += " " + show.First(show.Clip(w, 200)) + "."
		}
	}
	s.Label = func(i int) string { return labels[i] }
	return s
}

func judgements(f *evidence.Finding) []figure.Judgement {
	var out []figure.Judgement
	seen := map[string]bool{}
	for i := range f.Effects {
		e := &f.Effects[i]
		if e.RiskOfBias == "" || seen[studyOf(e)] {
			continue
		}
		seen[studyOf(e)] = true
		out = append(out, figure.Judgement{Label: figure.EffectLabel(e), Domains: e.RoBDomains, Overall: e.RiskOfBias})
	}
	if len(out) > 60 {
		return nil // the forest plot carries them
	}
	return slices.Clip(out)
}

func flowOf(c PrismaCounts) figure.Flow {
	list := func(in []Counted) []figure.Count {
		out := make([]figure.Count, len(in))
		for i, x := range in {
			out[i] = figure.Count{Name: x.Name, N: x.N}
		}
		return out
	}
	return figure.Flow{Identified: list(c.Identified), Duplicates: c.Duplicates, ByRule: c.RemovedByRule, Other: c.RemovedOther, Screened: c.Screened, ScreenedOut: list(c.ScreenedOut),
		Sought: c.Sought, NotRetrieved: c.NotRetrieved, Assessed: c.Assessed, Excluded: list(c.Excluded), IncludedStudies: c.IncludedStudies, IncludedReports: c.IncludedReports, InSynthesis: c.Pooled, Note: c.Note}
}
