package store

import (
	"database/sql/driver"
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
	tabClass
	tabAnalysis
	tabEventGroup
	tabEvent
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
	tabOutcome: {"posted_outcome", []string{"record_no", "position", "outcome_index", "type", "title", "description", "population",
		"reporting_status", "time_frame", "param_type", "dispersion_type", "unit", "denom_units", "units_analyzed", "calculate_pct",
		"group_count", "groups", "denoms", "pointer"}},
	tabClass: {"posted_class", []string{"record_no", "position", "class_index", "title", "denoms", "categories", "cell_count", "cells"}},
	tabAnalysis: {"posted_analysis", []string{"record_no", "position", "analysis_index", "group_ids", "group_description", "non_inferiority",
		"non_inferiority_comment", "tested_non_inferiority", "method", "method_comment", "p_value", "p_value_comment", "param_type",
		"param_value", "ci_pct", "ci_sides", "ci_lower", "ci_upper", "ci_lower_comment", "ci_upper_comment", "dispersion_type",
		"dispersion_value", "estimate_comment", "other_analysis_description", "pointer"}},
	tabEventGroup: {"event_group", []string{"record_no", "group_index", "group_id", "title", "description", "deaths_affected",
		"deaths_at_risk", "serious_affected", "serious_at_risk", "other_affected", "other_at_risk"}},
	tabEvent: {"adverse_event", []string{"record_no", "event_index", "serious", "term", "organ_system", "vocabulary", "assessment",
		"notes", "stat_count", "stats"}},
	tabPublication: {"publication", []string{"record_no", "pmid", "pmcid", "doi", "title", "journal", "volume", "issue", "pages",
		"published", "authors", "types", "language", "preprint", "retracted"}},
	tabMention: {"trial_mention", []string{"record_no", "mention_index", "trial_id", "place", "pointer"}},
	tabRelated: {"related_work", []string{"record_no", "related_index", "type", "pmid", "doi", "note", "label", "date"}},
}

// itemRows are the rows of one record in all item tables.
type itemRows [tabCount][]driver.Value

func (t *itemRows) add(tab int, vals ...any) {
	for _, v := range vals {
		t[tab] = append(t[tab], value(v))
	}
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
		t.addResults(no, r.Results)
	}
	if p := r.Publication; p != nil {
		t.addPublication(no, p)
	}
	return t
}

func (t *itemRows) addPublication(no int64, p *evidence.Publication) {
	t.add(tabPublication, no, null(p.PMID), null(p.PMCID), null(p.DOI), null(p.Title), null(p.Journal), null(p.Volume), null(p.Issue),
		null(p.Pages), null(p.Published), jsonList(p.Authors), textList(p.Types), null(p.Language), p.Preprint, p.Retracted)
	for i, m := range p.TrialIDs {
		t.add(tabMention, no, i, m.ID, null(m.Where), null(m.Pointer))
	}
	for i, w := range p.Related {
		t.add(tabRelated, no, i, null(w.Type), null(w.PMID), null(w.DOI), null(w.Note), null(w.Label), null(w.Date))
	}
}

func (t *itemRows) addResults(no int64, res *evidence.Results) {
	for i := range res.Outcomes {
		t.addOutcome(no, i, &res.Outcomes[i])
	}
	ae := res.Adverse
	if ae == nil {
		return
	}
	for i, g := range ae.Groups {
		t.add(tabEventGroup, no, i, g.ID, null(g.Title), null(g.Description), nullInt(g.DeathsAffected), nullInt(g.DeathsAtRisk),
			nullInt(g.SeriousAffected), nullInt(g.SeriousAtRisk), nullInt(g.OtherAffected), nullInt(g.OtherAtRisk))
	}
	for i := range ae.Events {
		e := &ae.Events[i]
		t.add(tabEvent, no, i, e.Serious, e.Term, null(e.System), null(e.Vocabulary), null(e.Assessment), null(e.Notes),
			len(e.Stats), statList(e.Stats))
	}
}

func (t *itemRows) addOutcome(no int64, pos int, o *evidence.PostedOutcome) {
	t.add(tabOutcome, no, pos, o.Index, null(o.Type), null(o.Title), null(o.Description), null(o.Population), null(o.ReportingStatus),
		null(o.TimeFrame), null(o.ParamType), null(o.DispersionType), null(o.Unit), null(o.DenomUnits), null(o.UnitsAnalyzed),
		null(o.Calculate), len(o.Groups), groupList(o.Groups), denomList(o.Denoms), o.Pointer)
	for i := range o.Classes {
		c := &o.Classes[i]
		cells, n := cellList(o.Pointer, i, c.Categories)
		t.add(tabClass, no, pos, i, null(c.Title), denomList(c.Denoms), categoryList(c.Categories), n, cells)
	}
	for i := range o.Analyses {
		a := &o.Analyses[i]
		t.add(tabAnalysis, no, pos, i, textList(a.GroupIDs), null(a.GroupDescription), null(a.NonInferiority), null(a.NonInfComment),
			null(a.TestedNonInf), null(a.Method), null(a.MethodComment), null(a.PValue), null(a.PValueComment), null(a.ParamType),
			null(a.ParamValue), null(a.CIPct), null(a.CISides), null(a.CILower), null(a.CIUpper), null(a.CILowerComment),
			null(a.CIUpperComment), null(a.DispersionType), null(a.DispersionValue), null(a.EstimateComment),
			null(a.OtherAnalysisDesc), a.Pointer)
	}
}

// groupList is [[id, title], …].
func groupList(gs []evidence.Group) any {
	if len(gs) == 0 {
		return nil
	}
	b := []byte{'['}
	for i, g := range gs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = appendText(b, g.ID)
		b = append(b, ',')
		b = appendTextOrNull(b, g.Title)
		b = append(b, ']')
	}
	return string(append(b, ']'))
}

// denomList is [[units, [[group, count], …]], …] with counts as posted.
func denomList(ds []evidence.Denom) any {
	if len(ds) == 0 {
		return nil
	}
	b := []byte{'['}
	for i, d := range ds {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = appendTextOrNull(b, d.Units)
		b = append(b, ",["...)
		for j, c := range d.Counts {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, '[')
			b = appendText(b, c.GroupID)
			b = append(b, ',')
			b = appendText(b, c.Value)
			b = append(b, ']')
		}
		b = append(b, "]]"...)
	}
	return string(append(b, ']'))
}

// categoryList is the titles of the categories, NULL when none has one.
func categoryList(cs []evidence.Category) any {
	if !slices.ContainsFunc(cs, func(c evidence.Category) bool { return c.Title != "" }) {
		return nil
	}
	b := []byte{'['}
	for i, c := range cs {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTextOrNull(b, c.Title)
	}
	return string(append(b, ']'))
}

// cellList is the value cells of a class, [[cell, …] for each category], a cell
// being [group, value, spread, lower, upper, comment, pointer] without its
// trailing nulls; the pointer stands only where it is not the one that the
// place in the table implies.
func cellList(outcome string, class int, cs []evidence.Category) (cells string, n int) {
	size := 2
	for i := range cs {
		n += len(cs[i].Measurements)
		size += 3
	}
	b := make([]byte, 0, size+n*32)
	base := outcome + "/classes/" + strconv.Itoa(class) + "/categories/"
	b = append(b, '[')
	for i := range cs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		prefix := base + strconv.Itoa(i) + "/measurements/"
		for j := range cs[i].Measurements {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendCell(b, prefix, j, &cs[i].Measurements[j])
		}
		b = append(b, ']')
	}
	return string(append(b, ']')), n
}

func appendCell(b []byte, prefix string, j int, m *evidence.Measurement) []byte {
	vals := [...]string{m.GroupID, m.Value, m.Spread, m.Lower, m.Upper, m.Comment, m.Pointer}
	if impliedPointer(m.Pointer, prefix, j) {
		vals[6] = ""
	}
	last := len(vals)
	for last > 0 && vals[last-1] == "" {
		last--
	}
	b = append(b, '[')
	for k, v := range vals[:last] {
		if k > 0 {
			b = append(b, ',')
		}
		b = appendTextOrNull(b, v)
	}
	return append(b, ']')
}

// impliedPointer tells whether p is prefix followed by j, without making text.
func impliedPointer(p, prefix string, j int) bool {
	if len(p) <= len(prefix) || p[:len(prefix)] != prefix {
		return false
	}
	n, err := strconv.Atoi(p[len(prefix):])
	return err == nil && n == j && (p[len(prefix)] != '0' || len(p) == len(prefix)+1) && p[len(prefix)] != '+'
}

// statList is [[group, events, affected, at risk, pointer], …].
func statList(ss []evidence.EventStat) string {
	b := make([]byte, 0, 2+48*len(ss))
	b = append(b, '[')
	for i := range ss {
		s := &ss[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = appendText(b, s.GroupID)
		for _, n := range []*int{s.Events, s.Affected, s.AtRisk} {
			b = append(b, ',')
			b = appendIntOrNull(b, n)
		}
		if s.Pointer != "" {
			b = append(b, ',')
			b = appendText(b, s.Pointer)
		}
		b = append(b, ']')
	}
	return string(append(b, ']'))
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
