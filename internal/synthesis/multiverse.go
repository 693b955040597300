package synthesis

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"past/analysis/meta"
	"past/analysis/multiverse"
	"past/internal/evidence"
)

// curveDrawn is how many specifications are carried along for drawing.
const curveDrawn = 120

// minMultiverse is the fewest pooled studies of which a multiverse is shown.
const minMultiverse = 3

// runMultiverse computes every combination of the choices that two careful
// teams could make differently on this question. nil where too few studies
// leave nothing to choose.
func runMultiverse(ctx context.Context, q Question, effects []evidence.Effect, pooled int) (*evidence.Multiverse, error) {
	if pooled < minMultiverse {
		return nil, nil
	}
	studies := candidates(q, effects)
	labels := map[string]string{}
	for i := range effects {
		labels[effects[i].StudyID] = effects[i].StudyLabel
	}
	plan := multiverse.Plan{
		Studies: studies, Axes: axes(q, studies, labels), Guard: true, HigherIsBetter: !q.LowerIsBetter, MinStudies: 2,
		Methods: []meta.Method{meta.REML, meta.DL, meta.PM, meta.EE}, Tests: []meta.Test{meta.KnHa, meta.Z},
	}
	if q.MID != nil {
		plan.MID = *q.MID
	}
	r, err := multiverse.Run(ctx, plan)
	if err != nil {
		return nil, err
	}
	d := r.Distinct
	m := &evidence.Multiverse{Specifications: r.All.Count, Distinct: d.Count, ShareNonzero: d.ExcludesZero, ShareMID: finite(d.BeyondMID),
		Median: d.Median, Min: d.Min, Max: d.Max, MostMoving: r.MostMoving}
	for _, a := range r.Axes {
		m.Axes = append(m.Axes, evidence.MultiAxis{Name: a.Name, Spread: a.Spread, Levels: a.Levels})
	}
	for _, s := range r.Thin(curveDrawn) {
		m.Curve = append(m.Curve, evidence.CurveBrief{Estimate: s.Value, CILower: s.Lower, CIUpper: s.Upper, Choices: s.Choices, K: s.K})
	}
	return m, nil
}

// candidates are all effects that some defensible plan could take: eligible in
// design, score and population, usable, from before a crossover; in each
// formula mode. Within a study the most preferred come first.
func candidates(q Question, effects []evidence.Effect) []multiverse.Study {
	wide := q
	wide.Time = TimeRule{Rule: "latest"} // no window
	by := map[string][]evidence.Effect{}
	for _, e := range effects {
		_, misfit := Fits(wide, ofEffect(e))
		if misfit.Foreign() {
			continue
		}
		if code, _ := wide.rowReason(e, misfit); code == "" {
			by[e.StudyID] = append(by[e.StudyID], e)
		}
	}
	ids := make([]string, 0, len(by))
	for id := range by {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var out []multiverse.Study
	for _, id := range ids {
		rows := by[id]
		slices.SortStableFunc(rows, func(a, b evidence.Effect) int {
			return cmp.Or(flag(b.PrimaryInstrument)-flag(a.PrimaryInstrument), flag(b.PrimaryTime)-flag(a.PrimaryTime),
				cmp.Compare(doseOf(b).amount, doseOf(a).amount), cmp.Compare(controlDose(a), controlDose(b)), strings.Compare(a.ID, b.ID))
		})
		s := multiverse.Study{ID: id}
		for _, formula := range []string{"metafor", "metapsy", "revman"} {
			mode := q
			mode.Formula = formula
			got, _ := Recompute(mode, rows)
			for _, e := range got {
				s.Candidates = append(s.Candidates, candidate(e, formula))
			}
		}
		if len(s.Candidates) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func candidate(e evidence.Effect, formula string) multiverse.Candidate {
	c := multiverse.Candidate{ID: e.ID + "/" + formula, Effect: evidence.Value(e.Estimate), Variance: evidence.Value(e.Variance),
		Tags: map[string]string{"formula": formula, "comparator": e.ComparatorClass, "rob": orNone(e.RiskOfBias),
			"blinding": orNone(e.Blinding), "design": e.Design,
			"instrument": e.Instrument, "primary instrument": yes(e.PrimaryInstrument), "primary time": yes(e.PrimaryTime)},
		Numbers: map[string]float64{"dose": doseOf(e).amount, "control": controlDose(e)}}
	if e.TimepointWeeks != nil {
		c.Numbers["weeks"] = *e.TimepointWeeks
	}
	return c
}

// axes are the choices that the data leave open: an axis on which all
// candidates agree is left out. Eligibility comes before preference.
func axes(q Question, studies []multiverse.Study, labels map[string]string) []multiverse.Axis {
	var out []multiverse.Axis
	if placebo := []string{"inactive-placebo", "active-placebo-or-low-dose"}; len(q.Comparators) > 1 && varies(studies, "comparator") {
		levels := []multiverse.Level{{Name: "all of the question", Rule: multiverse.All()}}
		if slices.ContainsFunc(q.Comparators, func(c string) bool { return !slices.Contains(placebo, c) }) {
			levels = append(levels, multiverse.Level{Name: "placebo of any kind", Rule: multiverse.Keep("comparator", placebo...)})
		}
		levels = append(levels, multiverse.Level{Name: "inactive placebo only", Rule: multiverse.Keep("comparator", "inactive-placebo")})
		out = append(out, multiverse.Axis{Name: "comparators", Levels: levels})
	}
	if varies(studies, "rob") {
		out = append(out, multiverse.Axis{Name: "risk of bias", Levels: []multiverse.Level{
			{Name: "all studies", Rule: multiverse.All()}, {Name: "without high risk", Rule: multiverse.Drop("rob", "high")}}})
	}
	if varies(studies, "blinding") {
		out = append(out, multiverse.Axis{Name: "blinding", Levels: []multiverse.Level{
			{Name: "all studies", Rule: multiverse.All()}, {Name: "double-blind only", Rule: multiverse.Keep("blinding", "double-blind")}}})
	}
	out = append(out, multiverse.Axis{Name: "studies", Levels: leaveOut(studies, labels)})
	if varies(studies, "instrument") {
		out = append(out, multiverse.Axis{Name: "instrument", Levels: []multiverse.Level{
			{Name: "primary of the source", Rule: multiverse.Prefer("primary instrument", "1")},
			{Name: "any other first", Rule: multiverse.Prefer("primary instrument", "0")}}})
	}
	out = append(out, multiverse.Axis{Name: "time point", Levels: []multiverse.Level{
		{Name: "primary of the source", Rule: multiverse.Prefer("primary time", "1")}, {Name: "earliest", Rule: multiverse.Smallest("weeks")},
		{Name: "latest before crossover", Rule: multiverse.Largest("weeks")}}})
	out = append(out, multiverse.Axis{Name: "dose arm", Levels: []multiverse.Level{
		{Name: "highest", Rule: multiverse.Then(multiverse.Largest("dose"), multiverse.Smallest("control"))},
		{Name: "lowest", Rule: multiverse.Then(multiverse.Smallest("dose"), multiverse.Smallest("control"))}}})
	return append(out, multiverse.Axis{Name: "formula", Levels: []multiverse.Level{
		{Name: "metafor", Rule: multiverse.Variant("formula", "metafor")}, {Name: "metapsy", Rule: multiverse.Variant("formula", "metapsy")},
		{Name: "revman", Rule: multiverse.Variant("formula", "revman")}}})
}

// leaveOut is the choice to do without one study; with many studies the
// combinations would outgrow their use, and only the full set remains.
func leaveOut(studies []multiverse.Study, labels map[string]string) []multiverse.Level {
	levels := []multiverse.Level{{Name: "all", Rule: multiverse.All()}}
	if len(studies) > 20 {
		return levels
	}
	used := map[string]bool{}
	for _, s := range studies {
		name := cmp.Or(labels[s.ID], s.ID)
		if used[name] {
			name += " (" + s.ID + ")"
		}
		used[name] = true
		levels = append(levels, multiverse.Level{Name: "without " + name, Rule: multiverse.Without(s.ID)})
	}
	return levels
}

func varies(studies []multiverse.Study, tag string) bool {
	first, seen := "", false
	for _, s := range studies {
		for _, c := range s.Candidates {
			if seen && c.Tags[tag] != first {
				return true
			}
			first, seen = c.Tags[tag], true
		}
	}
	return false
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func yes(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
