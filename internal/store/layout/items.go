// Package layout lays records out in the rows of the store: the columns of record, and
// the rows of the tables below it. It writes nothing.
package layout

import (
	"encoding/json"
	"past/internal/evidence"
	"past/internal/store/value"
	"slices"
	"sort"
	"strconv"
)

// The tables below record that hold one row per item of its current version,
// in the order in which they must be written.
const (
	tabArm = iota
	tabIntervention
	tabPlanned
	tabReference
	TabOutcome
	TabAnalysis
	tabEventGroup
	tabEventList
	tabPublication
	tabMention
	tabRelated
	TabCount
)

// Tables are the tables below record with their columns.
var Tables = [TabCount]struct {
	Name    string
	Columns []string
}{
	tabArm:          {"arm", []string{"record_no", "arm_index", "label", "type", "description", "intervention_names", "pointer"}},
	tabIntervention: {"intervention", []string{"record_no", "intervention_index", "type", "name", "description", "arm_labels", "other_names"}},
	tabPlanned:      {"planned_outcome", []string{"record_no", "outcome_index", "type", "measure", "description", "time_frame", "pointer"}},
	tabReference:    {"reference", []string{"record_no", "reference_index", "pmid", "doi", "type", "citation", "retractions", "pointer"}},
	TabOutcome: {"posted_outcome_row", []string{"record_no", "position", "outcome_index", "type", "planned", "title", "description",
		"population", "reporting_status", "time_frame", "param_type", "dispersion_type", "unit", "denom_units", "units_analyzed", "calculate_pct",
		"group_count", "groups", "denoms", "cell_count", "classes", "pointer"}},
	TabAnalysis: {"posted_analysis", []string{"record_no", "position", "analysis_index", "group_ids", "group_description", "non_inferiority",
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

// Rows are the rows of one record in all item tables.
type Rows [TabCount][]any

func (t *Rows) add(tab int, vals ...any) {
	rows := t[tab]
	if rows == nil {
		rows = make([]any, 0, 8*len(vals))
	}
	t[tab] = append(rows, vals...)
}

// Items lays a record out in rows.
func Items(no int64, r *evidence.Record) *Rows {
	t := &Rows{}
	for i, a := range r.Arms {
		t.add(tabArm, no, i, a.Label, value.Null(a.Type), value.Null(a.Description), value.List(a.InterventionNames), value.Null(a.Pointer))
	}
	for i, v := range r.Interventions {
		t.add(tabIntervention, no, i, value.Null(v.Type), v.Name, value.Null(v.Description), value.List(v.ArmLabels), value.List(v.OtherNames))
	}
	for i, o := range r.Planned {
		t.add(tabPlanned, no, i, o.Type, o.Measure, value.Null(o.Description), value.Null(o.TimeFrame), value.Null(o.Pointer))
	}
	for i, f := range r.References {
		t.add(tabReference, no, i, value.Null(f.PMID), value.Null(f.DOI), value.Null(f.Type), value.Null(f.Citation), value.List(f.Retractions),
			value.Null(f.Pointer))
	}
	if r.Results != nil {
		t.addResults(no, r)
	}
	if p := r.Publication; p != nil {
		t.addPublication(no, p)
	}
	return t
}

func (t *Rows) addPublication(no int64, p *evidence.Publication) {
	t.add(tabPublication, no, value.Null(p.PMID), value.Null(p.PMCID), value.Null(p.DOI), value.Null(p.Title), value.Null(p.Journal),
		value.Null(p.Volume), value.Null(p.Issue),
		value.Null(p.Pages), value.Null(p.Published), jsonList(p.Authors), value.List(p.Types), value.Null(p.Language),
		value.Marked(p.Preprint), value.Marked(p.Retracted))
	for i, m := range p.TrialIDs {
		t.add(tabMention, no, i, m.ID, value.Null(m.Where), value.Null(m.Pointer))
	}
	for i, w := range p.Related {
		t.add(tabRelated, no, i, value.Null(w.Type), value.Null(w.PMID), value.Null(w.DOI), value.Null(w.Note), value.Null(w.Label),
			value.Null(w.Date))
	}
}

func (t *Rows) addResults(no int64, r *evidence.Record) {
	for i := range r.Results.Outcomes {
		t.addOutcome(no, i, &r.Results.Outcomes[i], r.Planned)
	}
	ae := r.Results.Adverse
	if ae == nil {
		return
	}
	for i, g := range ae.Groups {
		t.add(tabEventGroup, no, i, g.ID, value.Null(g.Title), value.Null(g.Description), value.Int(g.DeathsAffected), value.Int(g.DeathsAtRisk),
			value.Int(g.SeriousAffected), value.Int(g.SeriousAtRisk), value.Int(g.OtherAffected), value.Int(g.OtherAtRisk))
	}
	if len(ae.Events) > 0 {
		events, stats, pointer := eventList(ae.Events)
		t.add(tabEventList, no, len(ae.Events), stats, pointer, events)
	}
}

func (t *Rows) addOutcome(no int64, pos int, o *evidence.PostedOutcome, plan []evidence.PlannedOutcome) {
	classes, cells := classList(o)
	planned, title, description, frame := any(nil), value.Null(o.Title), value.Null(o.Description), value.Null(o.TimeFrame)
	if i := slices.IndexFunc(plan, func(p evidence.PlannedOutcome) bool {
		return p.Measure == o.Title && p.Description == o.Description && p.TimeFrame == o.TimeFrame
	}); i >= 0 && o.Title != "" { // the words are kept there
		planned, title, description, frame = i, nil, nil, nil
	}
	t.add(TabOutcome, no, pos, o.Index, value.Null(o.Type), planned, title, description, value.Null(o.Population),
		value.Null(o.ReportingStatus),
		frame, value.Null(o.ParamType), value.Null(o.DispersionType), value.Null(o.Unit), value.Null(o.DenomUnits), value.Null(o.UnitsAnalyzed),
		value.Null(o.Calculate), len(o.Groups), groupList(o.Groups), denomList(o.Denoms), cells, classes, o.Pointer)
	for i := range o.Analyses {
		a := &o.Analyses[i]
		t.add(TabAnalysis, no, pos, i, value.List(a.GroupIDs), value.Null(a.GroupDescription), value.Null(a.NonInferiority),
			value.Null(a.NonInfComment),
			value.Null(a.TestedNonInf), value.Null(a.Method), value.Null(a.MethodComment), value.Null(a.PValue), value.Null(a.PValueComment),
			value.Null(a.ParamType),
			value.Null(a.ParamValue), value.Null(a.CIPct), value.Null(a.CISides), value.Null(a.CILower), value.Null(a.CIUpper),
			value.Null(a.CILowerComment),
			value.Null(a.CIUpperComment), value.Null(a.DispersionType), value.Null(a.DispersionValue), value.Null(a.EstimateComment),
			value.Null(a.OtherAnalysisDesc), a.Pointer)
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
		b = value.AppendText(b, k)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(m[k]), 10)
	}
	return string(append(b, '}'))
}
