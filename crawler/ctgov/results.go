package ctgov

import (
	"strconv"

	"past/crawler/jsontree"
	"past/internal/evidence"
)

// results reads what was posted. Every number stays the text it was posted as.
func (m *mapper) results(r *jsontree.Node) *evidence.Results {
	base := m.base + "/resultsSection"
	out := &evidence.Results{}

	flow := r.Get("participantFlowModule")
	out.FlowGrps = groups(flow.Get("groups"))
	out.Flow = periods(flow.Get("periods"), base+"/participantFlowModule/periods/")

	b := r.Get("baselineCharacteristicsModule")
	out.BaseGrps, out.BaseDen = groups(b.Get("groups")), denoms(b.Get("denoms"))
	out.Baseline = measures(b.Get("measures"), base+"/baselineCharacteristicsModule/measures/")
	for i := range out.Baseline {
		out.Baseline[i].Type = "BASELINE"
	}

	out.Outcomes = measures(r.At("outcomeMeasuresModule", "outcomeMeasures"), base+"/outcomeMeasuresModule/outcomeMeasures/")
	if a := r.Get("adverseEventsModule"); a.Kind == jsontree.Object {
		out.Adverse = m.adverse(a, base+"/adverseEventsModule")
	}
	return out
}

func groups(list *jsontree.Node) []evidence.Group {
	items := list.Items()
	if len(items) == 0 {
		return nil
	}
	out := make([]evidence.Group, len(items))
	for i := range items {
		out[i] = group(&items[i])
	}
	return out
}

func group(n *jsontree.Node) evidence.Group {
	return evidence.Group{ID: str(n, "id"), Title: str(n, "title"), Description: str(n, "description")}
}

func denoms(list *jsontree.Node) []evidence.Denom {
	items := list.Items()
	if len(items) == 0 {
		return nil
	}
	out := make([]evidence.Denom, len(items))
	for i := range items {
		out[i].Units = str(&items[i], "units")
		counts := items[i].Get("counts").Items()
		if len(counts) > 0 {
			out[i].Counts = make([]evidence.DenomCount, len(counts))
		}
		for k := range counts {
			out[i].Counts[k] = evidence.DenomCount{GroupID: str(&counts[k], "groupId"), Value: str(&counts[k], "value")}
		}
	}
	return out
}

// measures reads outcome and baseline measures, which share their shape.
func measures(list *jsontree.Node, base string) []evidence.PostedOutcome {
	items := list.Items()
	if len(items) == 0 {
		return nil
	}
	out := make([]evidence.PostedOutcome, len(items))
	for i := range items {
		n := &items[i]
		at := base + strconv.Itoa(i)
		out[i] = evidence.PostedOutcome{
			Index: i, Type: str(n, "type"), Title: str(n, "title"), Description: str(n, "description"),
			Population: str(n, "populationDescription"), ReportingStatus: str(n, "reportingStatus"),
			TimeFrame: str(n, "timeFrame"), ParamType: str(n, "paramType"), DispersionType: str(n, "dispersionType"),
			Unit: str(n, "unitOfMeasure"), DenomUnits: str(n, "denomUnitsSelected"),
			UnitsAnalyzed: str(n, "typeUnitsAnalyzed"), Calculate: str(n, "calculatePct"),
			Groups: groups(n.Get("groups")), Denoms: denoms(n.Get("denoms")),
			Classes:  classes(n.Get("classes"), at+"/classes/"),
			Analyses: analyses(n.Get("analyses"), at+"/analyses/"),
			Pointer:  at,
		}
	}
	return out
}

func classes(list *jsontree.Node, base string) []evidence.Class {
	items := list.Items()
	if len(items) == 0 {
		return nil
	}
	out := make([]evidence.Class, len(items))
	for i := range items {
		n := &items[i]
		out[i] = evidence.Class{Title: str(n, "title"), Denoms: denoms(n.Get("denoms"))}
		cats := n.Get("categories").Items()
		if len(cats) > 0 {
			out[i].Categories = make([]evidence.Category, len(cats))
		}
		for k := range cats {
			out[i].Categories[k] = evidence.Category{
				Title:        str(&cats[k], "title"),
				Measurements: cells(cats[k].Get("measurements"), base+strconv.Itoa(i)+"/categories/"+strconv.Itoa(k)+"/measurements/"),
			}
		}
	}
	return out
}

func cells(list *jsontree.Node, base string) []evidence.Measurement {
	items := list.Items()
	if len(items) == 0 {
		return nil
	}
	out := make([]evidence.Measurement, len(items))
	for i := range items {
		n := &items[i]
		out[i] = evidence.Measurement{
			GroupID: str(n, "groupId"), Value: str(n, "value"), Spread: str(n, "spread"),
			Lower: str(n, "lowerLimit"), Upper: str(n, "upperLimit"), Comment: str(n, "comment"),
			Pointer: base + strconv.Itoa(i),
		}
	}
	return out
}

func analyses(list *jsontree.Node, base string) []evidence.Analysis {
	items := list.Items()
	if len(items) == 0 {
		return nil
	}
	out := make([]evidence.Analysis, len(items))
	for i := range items {
		n := &items[i]
		out[i] = evidence.Analysis{
			GroupIDs: n.Get("groupIds").Scalars(), GroupDescription: str(n, "groupDescription"),
			NonInferiority: str(n, "nonInferiorityType"), NonInfComment: str(n, "nonInferiorityComment"),
			TestedNonInf: str(n, "testedNonInferiority"),
			Method:       str(n, "statisticalMethod"), MethodComment: str(n, "statisticalComment"),
			PValue: str(n, "pValue"), PValueComment: str(n, "pValueComment"),
			ParamType: str(n, "paramType"), ParamValue: str(n, "paramValue"),
			CIPct: str(n, "ciPctValue"), CISides: str(n, "ciNumSides"),
			CILower: str(n, "ciLowerLimit"), CIUpper: str(n, "ciUpperLimit"),
			CILowerComment: str(n, "ciLowerLimitComment"), CIUpperComment: str(n, "ciUpperLimitComment"),
			DispersionType: str(n, "dispersionType"), DispersionValue: str(n, "dispersionValue"),
			EstimateComment: str(n, "estimateComment"), OtherAnalysisDesc: str(n, "otherAnalysisDescription"),
			Pointer: base + strconv.Itoa(i),
		}
	}
	return out
}

func periods(list *jsontree.Node, base string) []evidence.FlowPeriod {
	items := list.Items()
	if len(items) == 0 {
		return nil
	}
	out := make([]evidence.FlowPeriod, len(items))
	for i := range items {
		n := &items[i]
		at := base + strconv.Itoa(i)
		out[i] = evidence.FlowPeriod{
			Title:      str(n, "title"),
			Milestones: milestones(n.Get("milestones"), "achievements", at+"/milestones/"),
			Withdrawn:  milestones(n.Get("dropWithdraws"), "reasons", at+"/dropWithdraws/"),
		}
	}
	return out
}

func milestones(list *jsontree.Node, key, base string) []evidence.FlowMilestone {
	items := list.Items()
	if len(items) == 0 {
		return nil
	}
	out := make([]evidence.FlowMilestone, len(items))
	for i := range items {
		n := &items[i]
		out[i] = evidence.FlowMilestone{Type: str(n, "type"), Comment: str(n, "comment")}
		counts := n.Get(key).Items()
		if len(counts) > 0 {
			out[i].Counts = make([]evidence.FlowCount, len(counts))
		}
		for k := range counts {
			c := &counts[k]
			out[i].Counts[k] = evidence.FlowCount{
				GroupID: str(c, "groupId"), Subjects: str(c, "numSubjects"), Units: str(c, "numUnits"), Comment: str(c, "comment"),
				Pointer: base + strconv.Itoa(i) + "/" + key + "/" + strconv.Itoa(k) + "/numSubjects",
			}
		}
	}
	return out
}

func (m *mapper) adverse(a *jsontree.Node, base string) *evidence.AdverseEvents {
	out := &evidence.AdverseEvents{
		FrequencyThreshold: str(a, "frequencyThreshold"), TimeFrame: str(a, "timeFrame"),
		Description: str(a, "description"), AllCauseComment: str(a, "allCauseMortalityComment"),
	}
	gs := a.Get("eventGroups").Items()
	for i := range gs {
		g, at := &gs[i], base+"/eventGroups/"+strconv.Itoa(i)+"/"
		num := func(key string) *int {
			return m.integer(g.Get(key), func() string { return at + key })
		}
		out.Groups = append(out.Groups, evidence.EventGroup{
			Group:          group(g),
			DeathsAffected: num("deathsNumAffected"), DeathsAtRisk: num("deathsNumAtRisk"),
			SeriousAffected: num("seriousNumAffected"), SeriousAtRisk: num("seriousNumAtRisk"),
			OtherAffected: num("otherNumAffected"), OtherAtRisk: num("otherNumAtRisk"),
			Pointers: evidence.EventPointers{Serious: at + "seriousNumAffected", SeriousAtRisk: at + "seriousNumAtRisk", Other: at +
				"otherNumAffected", OtherAtRisk: at + "otherNumAtRisk"},
		})
	}
	serious, other := a.Get("seriousEvents"), a.Get("otherEvents")
	out.Events = make([]evidence.AdverseEvent, 0, len(serious.Items())+len(other.Items()))
	out.Events = m.events(out.Events, serious, true, base+"/seriousEvents/")
	out.Events = m.events(out.Events, other, false, base+"/otherEvents/")
	return out
}

func (m *mapper) events(out []evidence.AdverseEvent, list *jsontree.Node, serious bool, base string) []evidence.AdverseEvent {
	items := list.Items()
	for i := range items {
		n := &items[i]
		e := evidence.AdverseEvent{
			Serious: serious, Term: str(n, "term"), System: str(n, "organSystem"),
			Vocabulary: str(n, "sourceVocabulary"), Assessment: str(n, "assessmentType"), Notes: str(n, "notes"),
		}
		stats := n.Get("stats").Items()
		if len(stats) > 0 {
			e.Stats = make([]evidence.EventStat, len(stats))
		}
		for k := range stats {
			s := &stats[k]
			at := base + strconv.Itoa(i) + "/stats/" + strconv.Itoa(k)
			num := func(key string) *int { return m.integer(s.Get(key), func() string { return at + "/" + key }) }
			e.Stats[k] = evidence.EventStat{
				GroupID: str(s, "groupId"), Events: num("numEvents"), Affected: num("numAffected"), AtRisk: num("numAtRisk"),
				Pointer: at,
			}
		}
		out = append(out, e)
	}
	return out
}
