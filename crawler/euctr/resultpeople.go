package euctr

import (
	"fmt"

	"past/crawler/xmltree"
	"past/internal/evidence"
)

// disposition reads the arms and who started and completed each period.
func (r *resultReader) disposition(n *xmltree.Node, at string) {
	left := r.reasons(n.Get("reasonsNotCompleted"), at+"/reasonsNotCompleted", "reasonNotCompleted")
	joined := r.reasons(n.Get("reasonsJoined"), at+"/reasonsJoined", "reasonJoined")
	if pre := n.Get("preAssignmentPeriod"); pre.Is() {
		r.before(pre, at+"/preAssignmentPeriod", left)
	}
	periods := n.Get("postAssignmentPeriods")
	several := len(periods.All("postAssignmentPeriod")) > 1
	each(periods, at+"/postAssignmentPeriods", "postAssignmentPeriod", func(p *xmltree.Node, at string) {
		r.period(p, at, left, joined, several)
	})
}

// reasons gives the words of each reason by its id.
func (r *resultReader) reasons(n *xmltree.Node, at, name string) map[string]string {
	out := map[string]string{}
	each(n, at, name, func(k *xmltree.Node, at string) {
		out[k.Attr("id")] = r.wordOr(reasons, choice(k, "type"), text(k, "otherReason"), at+"/type/value")
	})
	return out
}

// before reads the period before subjects were assigned. Its counts are not
// called STARTED and COMPLETED: no one was assigned yet.
func (r *resultReader) before(n *xmltree.Node, at string, left map[string]string) {
	const id = "pre-assignment"
	f := newFlow(r)
	f.count(&f.milestones, "PRE-ASSIGNMENT STARTED", id, n.Get("startedMilestoneAchievement"), at+"/startedMilestoneAchievement")
	f.count(&f.milestones, "PRE-ASSIGNMENT COMPLETED", id, n.Get("completedMilestoneAchievement"), at+"/completedMilestoneAchievement")
	f.details(&f.left, id, n.Get("notCompletedReasonDetails"), at+"/notCompletedReasonDetails", "reasonNotCompletedId", left)
	r.rec.Results.FlowGrps = append(r.rec.Results.FlowGrps, evidence.Group{ID: id, Title: "All subjects"})
	r.rec.Results.Flow = append(r.rec.Results.Flow, evidence.FlowPeriod{Title: "Pre-assignment", Milestones: f.milestones.rows,
		Withdrawn: f.left.rows})
}

// period reads one period after assignment with its arms.
func (r *resultReader) period(n *xmltree.Node, at string, left, joined map[string]string, several bool) {
	rec := r.rec
	title := text(n, "title")
	if rec.Allocation == "" {
		rec.Allocation = r.word(allocations, choice(n, "allocation"), at+"/allocation/value")
	}
	if rec.Masking == "" {
		rec.Masking = r.word(blindings, choice(n, "blindingType"), at+"/blindingType/value")
	}
	others := map[string]string{}
	each(n.Get("otherMilestones"), "", "otherMilestone", func(k *xmltree.Node, _ string) { others[k.Attr("id")] = text(k, "title") })
	f := newFlow(r)
	each(n.Get("arms"), at+"/arms", "arm", func(k *xmltree.Node, at string) {
		id := k.Attr("id")
		g := evidence.Group{ID: id, Title: text(k, "title"), Description: text(k, "description")}
		if several {
			g.Description = "Period " + fmt.Sprintf("%q: ", title) + g.Description
		}
		r.arms[id] = g
		rec.Results.FlowGrps = append(rec.Results.FlowGrps, g)
		r.planned(k, at)
		f.count(&f.milestones, "STARTED", id, k.Get("startedMilestoneAchievement"), at+"/startedMilestoneAchievement")
		f.count(&f.milestones, "COMPLETED", id, k.Get("completedMilestoneAchievement"), at+"/completedMilestoneAchievement")
		each(k.Get("otherMilestoneAchievements"), at+"/otherMilestoneAchievements", "otherMilestoneAchievement",
			func(m *xmltree.Node, at string) {
				f.count(&f.milestones, others[m.Attr("otherMilestoneId")], id, m, at)
			})
		f.details(&f.milestones, id, k.Get("joinedReasonDetails"), at+"/joinedReasonDetails", "reasonJoinedId", joined)
		f.details(&f.left, id, k.Get("notCompletedReasonDetails"), at+"/notCompletedReasonDetails", "reasonNotCompletedId", left)
	})
	rec.Results.Flow = append(rec.Results.Flow, evidence.FlowPeriod{Title: title, Milestones: f.milestones.rows, Withdrawn: f.left.rows})
}

// planned reads an arm as one of the trial's arms, once for each title.
func (r *resultReader) planned(n *xmltree.Node, at string) {
	rec := r.rec
	arm := evidence.Arm{Label: text(n, "title"), Description: text(n, "description"), Pointer: at,
		Type: r.word(armTypes, choice(n, "type"), at+"/type/value")}
	each(n.Get("armProducts"), "", "armProduct", func(k *xmltree.Node, _ string) {
		name := text(k, "name")
		if name == "" {
			return
		}
		arm.InterventionNames = append(arm.InterventionNames, name)
		i, ok := r.given[name]
		if !ok {
			v := evidence.Intervention{Type: "DRUG", Name: name, Description: text(k, "doseAndAdministrationDetails")}
			for _, other := range []string{text(k, "otherNames"), text(k, "code")} {
				if other != "" && other != name {
					v.OtherNames = append(v.OtherNames, other)
				}
			}
			rec.Interventions = append(rec.Interventions, v)
			i = len(rec.Interventions) - 1
			r.given[name] = i
		}
		v := &rec.Interventions[i]
		if k := len(v.ArmLabels); k == 0 || v.ArmLabels[k-1] != arm.Label {
			v.ArmLabels = append(v.ArmLabels, arm.Label)
		}
	})
	if !r.labels[arm.Label] {
		r.labels[arm.Label] = true
		rec.Arms = append(rec.Arms, arm)
	}
}

// flow gathers the rows of a period.
type flow struct {
	r                *resultReader
	milestones, left milestones
}

// milestones are rows in the order in which their types came.
type milestones struct {
	rows  []evidence.FlowMilestone
	index map[string]int // by type
}

func newFlow(r *resultReader) flow {
	return flow{r, milestones{index: map[string]int{}}, milestones{index: map[string]int{}}}
}

// count adds a group's number to the row of a type.
func (f *flow) count(m *milestones, kind, group string, n *xmltree.Node, at string) {
	s := text(n, "subjects")
	if s == "" {
		return
	}
	i, ok := m.index[kind]
	if !ok {
		i = len(m.rows)
		m.index[kind] = i
		m.rows = append(m.rows, evidence.FlowMilestone{Type: kind})
	}
	m.rows[i].Counts = append(m.rows[i].Counts, evidence.FlowCount{GroupID: group, Subjects: s, Pointer: at})
}

// details adds a group's numbers by reason.
func (f *flow) details(m *milestones, group string, n *xmltree.Node, at, attr string, words map[string]string) {
	each(n, at, "reasonDetail", func(k *xmltree.Node, at string) {
		kind, ok := words[k.Attr(attr)]
		if !ok {
			f.r.note(at+"/@"+attr, fmt.Sprintf("no reason has the id %q", k.Attr(attr)))
			kind = k.Attr(attr)
		}
		f.count(m, kind, group, k, at)
	})
}

// baseline reads the characteristics of the groups at baseline.
func (r *resultReader) baseline(n *xmltree.Node, at string) {
	res := r.rec.Results
	groups := map[string]evidence.Group{}
	denom := evidence.Denom{Units: "Participants"}
	each(n.Get("baselineReportingGroups"), at+"/baselineReportingGroups", "baselineReportingGroup", func(k *xmltree.Node, at string) {
		g := evidence.Group{Title: text(k, "title"), Description: text(k, "description")}
		if k.Attr("armId") != "" {
			g.Title = r.arm(k, "armId", at).Title
		} else if p := k.Attr("postAssignmentPeriodId"); p != "" && g.Title == "" {
			g.Title = "All subjects of the period"
		}
		g.ID = k.Attr("id")
		groups[g.ID] = g
		res.BaseGrps = append(res.BaseGrps, g)
		if s := text(k, "subjects"); s != "" {
			denom.Counts = append(denom.Counts, evidence.DenomCount{GroupID: g.ID, Value: s, Pointer: at + "/subjects"})
		}
	})
	if len(denom.Counts) > 0 {
		res.BaseDen = []evidence.Denom{denom}
	}
	for _, name := range []string{"ageContinuousCharacteristic", "ageCategoricalCharacteristic", "genderCategoricalCharacteristic"} {
		each(n, at, name, func(k *xmltree.Node, at string) { r.characteristic(k, at, groups) })
	}
	for _, kind := range []string{"studyCategoricalCharacteristic", "studyContinuousCharacteristic"} {
		each(n.Get(kind+"s"), at+"/"+kind+"s", kind, func(k *xmltree.Node, at string) { r.characteristic(k, at, groups) })
	}
}

// characteristic reads one characteristic. Of one that was not made ready the
// register gives a table of nothing and totals of zero.
func (r *resultReader) characteristic(n *xmltree.Node, at string, groups map[string]evidence.Group) {
	o := evidence.PostedOutcome{Index: len(r.rec.Results.Baseline), Type: "BASELINE", Pointer: at,
		Title: text(n, "title"), Description: text(n, "description"), Unit: text(n, "unit")}
	var cols []column
	each(n.Get("reportingGroups"), at+"/reportingGroups", "reportingGroup", func(k *xmltree.Node, at string) {
		id := k.Attr("baselineReportingGroupId")
		cols = append(cols, r.column(k, at, id, groups[id]))
	})
	each(n.Get("subjectAnalysisSets"), at+"/subjectAnalysisSets", "subjectAnalysisSet", func(k *xmltree.Node, at string) {
		cols = append(cols, r.column(k, at, k.Attr("subjectAnalysisSetId"), r.set(k, at)))
	})
	if total := n.Get("totalBaselineGroup"); total.Is() && text(n, "readyForValues") == "true" {
		cols = append(cols, r.column(total, at+"/totalBaselineGroup", total.Attr("id"), evidence.Group{Title: "Total"}))
	}
	r.table(&o, n, at, cols)
	if len(o.Classes) > 0 {
		r.rec.Results.Baseline = append(r.rec.Results.Baseline, o)
	}
}
