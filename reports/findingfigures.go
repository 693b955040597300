package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

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
	if ok {
		s.work(p, d, read)
	}
	if figure.SubgroupRows(f) <= figure.SubgroupsInForest {
		d.SubNotes = subgroupNotes(f)
	} else {
		fig, ok = subgroupSeries(f, s.Name).Draw(f, read, st)
		add(&d.Main, fig, ok)
	}
	fig, ok = figure.RiskOfBias(judgements(f), st, "rob")
	add(&d.CertFigures, fig, ok)
	label := effectLabels(f)
	for _, ser := range []figure.Series{
		{ID: "sensitivity", Title: "Sensitivity analyses", Caption: "Sensitivity analyses", List: f.Sensitivity, Model: true, Note: "The same question under other defensible choices; each row names the model that ran. The dashed line is the published estimate."},
		looSeries(f, label),
		cumulativeSeries(f, label),
	} {
		fig, ok = ser.Draw(f, read, st)
		add(&d.Checks, fig, ok)
	}
	fig, ok = figure.SpecCurve(f, read, st)
	add(&d.Checks, fig, ok)
	fig, ok = figure.Funnel(f, read, st)
	add(&d.Plots, fig, ok)
	fig, ok = figure.Baujat(f, st)
	add(&d.Plots, fig, ok)
	fig, ok = figure.GOSH(f, read, st)
	add(&d.Plots, fig, ok)
	for i := range f.Moderators {
		fig, ok = figure.Bubble(f, &f.Moderators[i], read, st, i+1)
		add(&d.Plots, fig, ok)
	}
	fig, ok = figure.Drapery(f, read, st)
	add(&d.Plots, fig, ok)
	fig, ok = figure.Posterior(f, read, st)
	add(&d.Plots, fig, ok)
	fig, ok = figure.Sequential(f, st)
	add(&d.Plots, fig, ok)
	if c, has := s.Ed.PrismaByFinding[f.ID]; has {
		d.Flow = append(d.Flow, p.fig(figure.Prisma(flowOf(c), st, "flow", "Flow of records for this question")))
	}
}

// work embeds what the panel for leaving studies out needs: effects and
// variances, and the published result in words.
func (s *site) work(p *page, d *findingPage, read figure.Reading) {
	f := d.F
	if f.Primary.K < 3 || f.Primary.Estimate == nil || s.opt.NoLibrary {
		return
	}
	type row struct {
		Label string  `json:"label"`
		Y     float64 `json:"y"`
		V     float64 `json:"v"`
	}
	rows := make([]row, 0, len(f.Effects))
	for i := range f.Effects {
		e := &f.Effects[i]
		if !(evidence.Value(e.Variance) > 0) || math.IsInf(evidence.Value(e.Variance), 0) || math.IsNaN(evidence.Value(e.Estimate)) || math.IsInf(evidence.Value(e.Estimate), 0) {
			return
		}
		rows = append(rows, row{show.Clip(figure.EffectLabel(e), 80), twelve(evidence.Value(e.Estimate)), twelve(evidence.Value(e.Variance))})
	}
	if !figure.Drawable(f) {
		return
	}
	test := "knha"
	if f.Primary.Test == "z" {
		test = "z"
	}
	d.Work = jsonFor(map[string]any{"ratio": read.Measure.Ratio, "symbol": read.Measure.Symbol, "test": test, "figure": p.ID("forest"), "effects": rows,
		"published": read.Measure.Symbol + " " + read.Measure.Full(f.Primary.Estimate, f.Primary.CILower, f.Primary.CIUpper) + ", " + figure.PooledBy(&f.Primary) + "."})
	if f.Primary.Method != "REML" || f.Primary.Test != "knha" {
		d.WorkNote = "The published model is another: " + figure.ModelName(&f.Primary) + "."
	}
}

// twelve keeps twelve significant digits: more than any figure shows.
func twelve(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	if err != nil {
		return x
	}
	return y
}

// seriesMost bounds the rows of a drawn series; the finding's data file has all.
const seriesMost = 30

// looSeries is the leave-one-out series; of a long one, the studies whose
// absence moves the estimate most.
func looSeries(f *evidence.Finding, label func(int) string) figure.Series {
	s := figure.Series{ID: "loo", Title: "Leave one out", Caption: "Leave-one-out results", Note: "The pooled effect without each study in turn, by the same model."}
	at := make([]int, len(f.LeaveOneOut))
	for i := range at {
		at[i] = i
	}
	if len(at) > seriesMost && f.Primary.Estimate != nil {
		move := func(i int) float64 {
			if e := f.LeaveOneOut[i].Estimate; e != nil {
				return math.Abs(*e - *f.Primary.Estimate)
			}
			return math.Inf(1)
		}
		slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(move(b), move(a)) })
		s.Note += fmt.Sprintf(" Of %d, the %d that move the estimate most; the finding's data file has all.", len(at), seriesMost)
		at = at[:seriesMost]
	}
	for _, i := range at {
		s.List = append(s.List, f.LeaveOneOut[i])
	}
	s.Label = func(i int) string { return seriesLabel(s.List[i], at[i], "without ", label) }
	return s
}

// cumulativeSeries is the cumulative series; a long one is thinned evenly.
func cumulativeSeries(f *evidence.Finding, label func(int) string) figure.Series {
	s := figure.Series{ID: "cumulative", Title: "Cumulative meta-analysis", Caption: "Cumulative results", Note: "The pooled effect as studies came in, oldest first. It shows when the answer settled; it is not a test at each step."}
	n := len(f.Cumulative)
	at := make([]int, min(n, seriesMost))
	for i := range at {
		at[i] = i
		if n > seriesMost {
			at[i] = i * (n - 1) / (seriesMost - 1)
		}
		s.List = append(s.List, f.Cumulative[at[i]])
	}
	if n > seriesMost {
		s.Note += fmt.Sprintf(" %d of %d steps are shown; the finding's data file has all.", seriesMost, n)
	}
	s.Label = func(i int) string { return seriesLabel(s.List[i], at[i], "with ", label) }
	return s
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

// subgroupNotes say how to read the subgroups of a finding.
func subgroupNotes(f *evidence.Finding) []string {
	if len(f.Subgroups) == 0 {
		return nil
	}
	out := []string{"Differences between groups of studies are observational: studies differ in more than one way."}
	for _, g := range f.Subgroups {
		name := show.First(figure.FactorName(g.Factor))
		if g.P != nil {
			out = append(out, name+": difference between groups "+show.P(g.P)+".")
		}
		for _, w := range g.Warnings {
			out = append(out, name+": "+strings.TrimSuffix(show.Prose(show.Clip(w, 240)), ".")+".")
		}
	}
	return out
}

// subgroupSeries puts all subgroups under each other.
func subgroupSeries(f *evidence.Finding, name func(string) string) figure.Series {
	s := figure.Series{ID: "subgroups", Title: "Subgroups", Caption: "Subgroups", Model: true, Note: strings.Join(subgroupNotes(f), " ")}
	var labels []string
	for _, g := range f.Subgroups {
		for _, r := range g.Groups {
			s.List = append(s.List, r)
			labels = append(labels, show.First(figure.FactorName(g.Factor))+": "+name(r.Label))
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
