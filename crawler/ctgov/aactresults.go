package ctgov

import (
	"strings"

	"past/internal/evidence"
)

// aactResults reads the tables of posted results; false when there are none.
func (p *draft) aactResults(rows aactStudy, made map[string]*draft) bool {
	groups := map[string]aactRow{} // by id
	for _, r := range rows["result_groups"] {
		groups[r.id] = r
	}
	p.aactFlow(rows)
	p.aactBaseline(rows)
	p.aactOutcomes(rows, made, groups)
	p.aactEvents(rows)
	res := p.has("resultsSection")
	if res == nil || res.empty() {
		return false
	}
	p.outcomeStates()
	return true
}

// copyCells sets fields from columns.
func (p *draft) copyCells(r aactRow, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		text, at := r.cell(strings.Split(pairs[i+1], "|")...)
		p.set(pairs[i], text, at)
	}
}

// resultGroups adds the groups of a part of the results.
func (p *draft) resultGroups(rows aactStudy, kind, list string) {
	for _, r := range rows["result_groups"] {
		if strings.EqualFold(r.get("result_type"), kind) {
			p.addGroup(r, list)
		}
	}
}

func (p *draft) addGroup(r aactRow, list string) {
	code, at := r.cell("ctgov_group_code")
	code = groupID(code)
	if p.find(list, "id", code) != nil {
		return
	}
	g := p.add(list, r.place())
	g.set("id", code, at)
	g.copyCells(r, "title", "title", "description", "description")
}

func (p *draft) setGroup(r aactRow) {
	code, at := r.cell("ctgov_group_code")
	p.set("groupId", groupID(code), at)
}

// last gives the last object of a list.
func (p *draft) last(list string) *draft {
	if l := p.has(list); l != nil && len(l.items) > 0 {
		return l.items[len(l.items)-1]
	}
	return nil
}

// find gives the object of a list whose field has this text.
func (p *draft) find(list, field, text string) *draft {
	if l := p.has(list); l != nil {
		for _, k := range l.items {
			if k.word(field) == text {
				return k
			}
		}
	}
	return nil
}

// word gives the text of a field, "" when it was not set.
func (p *draft) word(field string) string {
	if x := p.has(field); x != nil {
		return x.text
	}
	return ""
}

// under gives the object of a list whose field has this text, made where it is
// not yet there.
func (p *draft) under(list, field, text, at string) *draft {
	if k := p.find(list, field, text); k != nil {
		return k
	}
	k := p.add(list, at)
	k.set(field, text, at)
	return k
}

// aactFlow reads the flow of participants: periods, what was reached, and why
// people left.
func (p *draft) aactFlow(rows aactStudy) {
	if len(rows["milestones"]) == 0 && len(rows["participant_flows"]) == 0 {
		return
	}
	flow := p.sub("resultsSection", "participantFlowModule")
	flow.resultGroups(rows, "Participant Flow", "groups")
	for _, t := range [...]struct{ table, kind, list, counts, comment string }{
		{"milestones", "title", "milestones", "achievements", "milestone_description"},
		{"drop_withdrawals", "reason", "dropWithdraws", "reasons", "drop_withdraw_comment"},
	} {
		for _, r := range rows[t.table] {
			title, at := r.cell("period")
			kind, _ := r.cell(t.kind)
			m := flow.under("periods", "title", title, at).under(t.list, "type", kind, r.place())
			if m.has("comment") == nil {
				m.copyCells(r, "comment", t.comment)
			}
			c := m.add(t.counts, r.place())
			c.setGroup(r)
			c.copyCells(r, "numSubjects", "count", "comment", "reason_comment|description")
			if t.counts == "achievements" {
				c.copyCells(r, "numUnits", "count_units")
			}
		}
	}
}

// addCounts adds the denominators of the rows.
func (p *draft) addCounts(r aactRow) {
	units, at := r.cell("units")
	d := p.under("denoms", "units", units, at)
	c := d.add("counts", r.place())
	c.setGroup(r)
	c.copyCells(r, "value", "count")
}

// overall reports whether a count is of all that were analysed; former tables also
// had counts of a class without saying which.
func overall(r aactRow) bool {
	switch strings.ToLower(r.get("scope")) {
	case "", "measure", "overall":
		return true
	}
	return false
}

func (p *draft) aactBaseline(rows aactStudy) {
	if len(rows["baseline_measurements"]) == 0 && len(rows["baseline_counts"]) == 0 {
		return
	}
	b := p.sub("resultsSection", "baselineCharacteristicsModule")
	b.resultGroups(rows, "Baseline", "groups")
	counts := map[string]string{}
	for _, r := range rows["baseline_counts"] {
		if overall(r) {
			b.addCounts(r)
			counts[r.get("ctgov_group_code")] = r.get("count")
		}
	}
	measure := ""
	for _, r := range rows["baseline_measurements"] {
		name := strings.Join([]string{r.get("title"), r.get("description"), r.get("units"), r.get("param_type"), r.get("dispersion_type"),
			r.get("population_description")}, "\x00")
		if m := b.last("measures"); m == nil || name != measure {
			measure = name
			m = b.add("measures", r.place())
			m.copyCells(r, "title", "title", "description", "description", "populationDescription", "population_description",
				"paramType", "param_type", "dispersionType", "dispersion_type", "unitOfMeasure", "units", "calculatePct", "calculate_percentage")
		}
		m := b.last("measures")
		m.measurement(r)
		if n := r.get("number_analyzed"); n != "" && n != counts[r.get("ctgov_group_code")] {
			units := r.get("number_analyzed_units")
			if units == "" {
				units = "Participants"
			}
			d := m.last("classes").under("denoms", "units", units, r.place())
			if code := groupID(r.get("ctgov_group_code")); d.find("counts", "groupId", code) == nil {
				c := d.add("counts", r.place())
				c.setGroup(r)
				c.copyCells(r, "value", "number_analyzed")
			}
		}
	}
}

// measurement adds a row to the classes and categories of a measure. The rows
// come in the order of the record: another title, or a group that the category
// has already, begins the next one.
func (p *draft) measurement(r aactRow) {
	class, classAt := r.cell("classification")
	category, categoryAt := r.cell("category")
	group := groupID(r.get("ctgov_group_code"))
	c := p.last("classes")
	if c == nil || c.word("title") != class || c.measured(category, group) {
		c = p.add("classes", r.place())
		c.set("title", class, classAt)
	}
	k := c.last("categories")
	if k == nil || k.word("title") != category {
		k = c.add("categories", r.place())
		k.set("title", category, categoryAt)
	}
	x := k.add("measurements", r.place())
	x.setGroup(r)
	x.copyCells(r, "value", "param_value", "spread", "dispersion_value",
		"lowerLimit", "dispersion_lower_limit_raw|dispersion_lower_limit",
		"upperLimit", "dispersion_upper_limit_raw|dispersion_upper_limit", "comment", "explanation_of_na")
}

// measured reports whether a class has a value of a group in a category.
func (p *draft) measured(category, group string) bool {
	l := p.has("categories")
	if l == nil {
		return false
	}
	for _, k := range l.items {
		if k.word("title") == category && k.find("measurements", "groupId", group) != nil {
			return true
		}
	}
	return false
}

// aactOutcomes fills the outcomes, which stand there with their own columns.
func (p *draft) aactOutcomes(rows aactStudy, made map[string]*draft, groups map[string]aactRow) {
	of := func(r aactRow) *draft { return made["outcomes "+r.get("outcome_id")] }
	for _, r := range rows["result_groups"] {
		if o := of(r); o != nil {
			o.addGroup(r, "groups")
		}
	}
	for _, table := range [...]string{"outcome_counts", "outcome_measurements"} {
		for _, r := range rows[table] {
			o := of(r)
			if o == nil {
				continue
			}
			if g, ok := groups[r.get("result_group_id")]; ok { // former tables name the outcome of a group only so
				o.addGroup(g, "groups")
			}
			switch {
			case table == "outcome_measurements":
				o.measurement(r)
			case overall(r):
				o.addCounts(r)
			}
		}
	}
	analyses := map[string]*draft{}
	for _, r := range rows["outcome_analyses"] {
		o := of(r)
		if o == nil {
			continue
		}
		a := o.add("analyses", r.place())
		analyses[r.id] = a
		a.copyCells(r, "paramType", "param_type", "paramValue", "param_value", "dispersionType", "dispersion_type",
			"dispersionValue", "dispersion_value", "statisticalMethod", "method", "statisticalComment", "method_description",
			"pValueComment", "p_value_description", "ciNumSides", "ci_n_sides", "ciPctValue", "ci_percent",
			"ciLowerLimit", "ci_lower_limit_raw|ci_lower_limit", "ciUpperLimit", "ci_upper_limit_raw|ci_upper_limit",
			"ciLowerLimitComment", "ci_lower_limit_na_comment", "ciUpperLimitComment", "ci_upper_limit_na_comment",
			"estimateComment", "estimate_description", "nonInferiorityType", "non_inferiority_type",
			"nonInferiorityComment", "non_inferiority_description", "otherAnalysisDescription", "other_analysis_description",
			"groupDescription", "groups_description")
		text, at := r.cell("p_value_raw")
		if text == "" {
			text, at = r.cell("p_value")
			if sign := r.get("p_value_modifier"); text != "" && sign != "" && sign != "=" {
				text = sign + text
			}
		}
		a.set("pValue", text, at)
	}
	for _, r := range rows["outcome_analysis_groups"] {
		if a := analyses[r.get("outcome_analysis_id")]; a != nil {
			code, at := r.cell("ctgov_group_code")
			a.set("groupIds", groupID(code), at)
		}
	}
}

func (p *draft) aactEvents(rows aactStudy) {
	if len(rows["reported_events"]) == 0 && len(rows["reported_event_totals"]) == 0 {
		return
	}
	module := p.sub("resultsSection", "adverseEventsModule")
	module.resultGroups(rows, "Reported Event", "eventGroups")
	for _, r := range rows["reported_event_totals"] {
		prefix := strings.ToLower(r.get("event_type"))
		if prefix != "deaths" && prefix != "serious" && prefix != "other" {
			continue
		}
		code, at := r.cell("ctgov_group_code")
		g := module.under("eventGroups", "id", groupID(code), at)
		g.copyCells(r, prefix+"NumAffected", "subjects_affected", prefix+"NumAtRisk", "subjects_at_risk")
	}
	name := ""
	for _, r := range rows["reported_events"] {
		if module.has("timeFrame") == nil {
			module.copyCells(r, "timeFrame", "time_frame", "frequencyThreshold", "frequency_threshold", "description", "description")
		}
		kind := strings.ToLower(r.get("event_type"))
		if kind != "serious" && kind != "other" {
			continue
		}
		list := kind + "Events"
		this := strings.Join([]string{kind, r.get("organ_system"), r.get("adverse_event_term"), r.get("vocab", "default_vocab"),
			r.get("assessment", "default_assessment")}, "\x00")
		e := module.last(list)
		if e == nil || this != name || e.find("stats", "groupId", groupID(r.get("ctgov_group_code"))) != nil {
			name = this
			e = module.add(list, r.place())
			e.copyCells(r, "term", "adverse_event_term", "organSystem", "organ_system", "sourceVocabulary", "vocab|default_vocab",
				"assessmentType", "assessment|default_assessment")
		}
		s := e.add("stats", r.place())
		s.setGroup(r)
		s.copyCells(r, "numEvents", "event_count", "numAffected", "subjects_affected", "numAtRisk", "subjects_at_risk")
		if r.get("organ_system") == evidence.TotalSystem {
			g := module.under("eventGroups", "id", groupID(r.get("ctgov_group_code")), r.place())
			g.copyCells(r, kind+"NumAffected", "subjects_affected", kind+"NumAtRisk", "subjects_at_risk")
		}
	}
}
