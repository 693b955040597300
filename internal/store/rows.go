package store

import (
	"encoding/json"
	"slices"
	"sort"
	"strconv"

	"past/internal/evidence"
)

// The tables below record that hold one row per item of its current version,
// in the order in which they must be written.
const (
	tabArm = iota
	tabIntervention
	tabPlanned
	tabReference
	tabOutcome
	tabAnalysis
	tabEventGroup
	tabEventList
	tabPublication
	tabMention
	tabRelated
	tabCount
)

var itemTables = [tabCount]struct {
	name    string
	columns []string
}{
	tabArm:          {"arm", []string{"record_no", "arm_index", "label", "type", "description", "intervention_names", "pointer"}},
	tabIntervention: {"intervention", []string{"record_no", "intervention_index", "type", "name", "description", "arm_labels", "other_names"}},
	tabPlanned:      {"planned_outcome", []string{"record_no", "outcome_index", "type", "measure", "description", "time_frame", "pointer"}},
	tabReference:    {"reference", []string{"record_no", "reference_index", "pmid", "doi", "type", "citation", "retractions", "pointer"}},
	tabOutcome: {"posted_outcome_row", []string{"record_no", "position", "outcome_index", "type", "planned", "title", "description",
		"population", "reporting_status", "time_frame", "param_type", "dispersion_type", "unit", "denom_units", "units_analyzed", "calculate_pct",
		"group_count", "groups", "denoms", "cell_count", "classes", "pointer"}},
	tabAnalysis: {"posted_analysis", []string{"record_no", "position", "analysis_index", "group_ids", "group_description", "non_inferiority",
		"non_inferiority_comment", "tested_non_inferiority", "method", "method_comment", "p_value", "p_value_comment", "param_type",
		"param_value", "ci_pct", "ci_sides", "ci_lower", "ci_upper", "ci_lower_comment", "ci_upper_comment", "dispersion_type",
		"dispersion_value", "estimate_comment", "other_analysis_description", "pointer"}},
	tabEventGroup: {"event_group", []string{"record_no", "group_index", "group_id", "title", "description", "deaths_affected",
		"deaths_at_risk", "serious_affected", "serious_at_risk", "other_affected", "other_at_risk"}},
	tabEventList: {"event_list", []string{"record_no", "event_count", "stat_count", "pointer", "events"}},
	tabPublication: {"publication", []string{"record_no", "pmid", "pmcid", "doi", "title", "journal", "volume", "issue", "pages",
		"published", "authors", "types", "language", "preprint", "retracted"}},
	tabMention: {"trial_mention", []string{"record_no", "mention_index", "trial_id", "place", "pointer"}},
	tabRelated: {"related_work", []string{"record_no", "related_index", "type", "pmid", "doi", "note", "label", "date"}},
}

// itemRows are the rows of one record in all item tables.
type itemRows [tabCount][]any

func (t *itemRows) add(tab int, vals ...any) {
	rows := t[tab]
	if rows == nil {
		rows = make([]any, 0, 8*len(vals))
	}
	t[tab] = append(rows, vals...)
}

// itemsOf lays a record out in rows.
func itemsOf(no int64, r *evidence.Record) *itemRows {
	t := &itemRows{}
	for i, a := range r.Arms {
		t.add(tabArm, no, i, a.Label, null(a.Type), null(a.Description), textList(a.InterventionNames), null(a.Pointer))
	}
	for i, v := range r.Interventions {
		t.add(tabIntervention, no, i, null(v.Type), v.Name, null(v.Description), textList(v.ArmLabels), textList(v.OtherNames))
	}
	for i, o := range r.Planned {
		t.add(tabPlanned, no, i, o.Type, o.Measure, null(o.Description), null(o.TimeFrame), null(o.Pointer))
	}
	for i, f := range r.References {
		t.add(tabReference, no, i, null(f.PMID), null(f.DOI), null(f.Type), null(f.Citation), textList(f.Retractions), null(f.Pointer))
	}
	if r.Results != nil {
		t.addResults(no, r)
	}
	if p := r.Publication; p != nil {
		t.addPublication(no, p)
	}
	return t
}

func (t *itemRows) addPublication(no int64, p *evidence.Publication) {
	t.add(tabPublication, no, null(p.PMID), null(p.PMCID), null(p.DOI), null(p.Title), null(p.Journal), null(p.Volume), null(p.Issue),
		null(p.Pages), null(p.Published), jsonList(p.Authors), textList(p.Types), null(p.Language), marked(p.Preprint), marked(p.Retracted))
	for i, m := range p.TrialIDs {
		t.add(tabMention, no, i, m.ID, null(m.Where), null(m.Pointer))
	}
	for i, w := range p.Related {
		t.add(tabRelated, no, i, null(w.Type), null(w.PMID), null(w.DOI), null(w.Note), null(w.Label), null(w.Date))
	}
}

func (t *itemRows) addResults(no int64, r *evidence.Record) {
	for i := range r.Results.Outcomes {
		t.addOutcome(no, i, &r.Results.Outcomes[i], r.Planned)
	}
	ae := r.Results.Adverse
	if ae == nil {
		return
	}
	for i, g := range ae.Groups {
		t.add(tabEventGroup, no, i, g.ID, null(g.Title), null(g.Description), nullInt(g.DeathsAffected), nullInt(g.DeathsAtRisk),
			nullInt(g.SeriousAffected), nullInt(g.SeriousAtRisk), nullInt(g.OtherAffected), nullInt(g.OtherAtRisk))
	}
	if len(ae.Events) > 0 {
		events, stats, pointer := eventList(ae.Events)
		t.add(tabEventList, no, len(ae.Events), stats, pointer, events)
	}
}

func (t *itemRows) addOutcome(no int64, pos int, o *evidence.PostedOutcome, plan []evidence.PlannedOutcome) {
	classes, cells := classList(o)
	planned, title, description, frame := any(nil), null(o.Title), null(o.Description), null(o.TimeFrame)
	if i := slices.IndexFunc(plan, func(p evidence.PlannedOutcome) bool {
		return p.Measure == o.Title && p.Description == o.Description && p.TimeFrame == o.TimeFrame
	}); i >= 0 && o.Title != "" { // the words are kept there
		planned, title, description, frame = i, nil, nil, nil
	}
	t.add(tabOutcome, no, pos, o.Index, null(o.Type), planned, title, description, null(o.Population), null(o.ReportingStatus),
		frame, null(o.ParamType), null(o.DispersionType), null(o.Unit), null(o.DenomUnits), null(o.UnitsAnalyzed),
		null(o.Calculate), len(o.Groups), groupList(o.Groups), denomList(o.Denoms), cells, classes, o.Pointer)
	for i := range o.Analyses {
		a := &o.Analyses[i]
		t.add(tabAnalysis, no, pos, i, textList(a.GroupIDs), null(a.GroupDescription), null(a.NonInferiority), null(a.NonInfComment),
			null(a.TestedNonInf), null(a.Method), null(a.MethodComment), null(a.PValue), null(a.PValueComment), null(a.ParamType),
			null(a.ParamValue), null(a.CIPct), null(a.CISides), null(a.CILower), null(a.CIUpper), null(a.CILowerComment),
			null(a.CIUpperComment), null(a.DispersionType), null(a.DispersionValue), null(a.EstimateComment),
			null(a.OtherAnalysisDesc), a.Pointer)
	}
}

// jsonList is a JSON array of small structs, NULL when empty.
func jsonList[T any](list []T) any {
	if len(list) == 0 {
		return nil
	}
	b, err := json.Marshal(list)
	if err != nil {
		return nil // structs of texts and numbers cannot fail
	}
	return string(b)
}

// unknownKeys is the JSON object of the keys that a parser did not know.
func unknownKeys(m map[string]int) any {
	if len(m) == 0 {
		return nil
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	b := []byte{'{'}
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, k)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(m[k]), 10)
	}
	return string(append(b, '}'))
}
