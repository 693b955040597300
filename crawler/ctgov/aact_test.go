package ctgov

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"past/crawler/jsontree"
	"past/internal/evidence"
)

// aactColumns are the header lines of the published tables (schema of 2025).
var aactColumns = map[string]string{
	"result_groups":              "id|nct_id|ctgov_group_code|result_type|title|description|outcome_id",
	"design_group_interventions": "id|nct_id|design_group_id|intervention_id",
	"intervention_other_names":   "id|nct_id|intervention_id|name",
	"retractions":                "id|reference_id|pmid|source|nct_id",
	"milestones": "id|nct_id|result_group_id|ctgov_group_code|title|period|description|count|" +
		"milestone_description|count_units",
	"drop_withdrawals": "id|nct_id|result_group_id|ctgov_group_code|period|reason|count|drop_withdraw_comment|" +
		"reason_comment|count_units",
	"baseline_counts": "id|nct_id|result_group_id|ctgov_group_code|units|scope|count",
	"baseline_measurements": "id|nct_id|result_group_id|ctgov_group_code|classification|category|title|description|units|" +
		"param_type|param_value|" +
		"param_value_num|dispersion_type|dispersion_value|dispersion_value_num|dispersion_lower_limit|dispersion_upper_limit|explanation_of_na|" +
		"number_analyzed|number_analyzed_units|population_description|calculate_percentage",
	"outcome_counts": "id|nct_id|outcome_id|result_group_id|ctgov_group_code|scope|units|count",
	"outcome_measurements": "id|nct_id|outcome_id|result_group_id|ctgov_group_code|classification|category|title|description|" +
		"units|param_type|" +
		"param_value|param_value_num|dispersion_type|dispersion_value|dispersion_value_num|dispersion_lower_limit|dispersion_upper_limit|" +
		"explanation_of_na|dispersion_upper_limit_raw|dispersion_lower_limit_raw",
	"outcome_analyses": "id|nct_id|outcome_id|non_inferiority_type|non_inferiority_description|param_type|param_value|dispersion_type|" +
		"dispersion_value|p_value_modifier|p_value|ci_n_sides|ci_percent|ci_lower_limit|ci_upper_limit|ci_upper_limit_na_comment|" +
		"p_value_description|method|method_description|estimate_description|groups_description|other_analysis_description|" +
		"ci_upper_limit_raw|ci_lower_limit_raw|p_value_raw",
	"outcome_analysis_groups": "id|nct_id|outcome_analysis_id|result_group_id|ctgov_group_code",
	"reported_events": "id|nct_id|result_group_id|ctgov_group_code|time_frame|event_type|default_vocab|default_assessment|subjects_affected|" +
		"subjects_at_risk|description|event_count|organ_system|adverse_event_term|frequency_threshold|vocab|assessment",
	"reported_event_totals": "id|nct_id|event_type|classification|subjects_affected|subjects_at_risk|created_at|updated_at|ctgov_group_code",
}

// aactWriter writes studies as the tables.
type aactWriter struct {
	heads  map[string][]string
	tables map[string][]map[string]string
}

// row adds a row and gives its id; pairs are columns and values.
func (w *aactWriter) row(table, nct string, pairs ...string) string {
	id := fmt.Sprint(1000 + len(w.tables[table]))
	r := map[string]string{"nct_id": nct}
	if table != "studies" {
		r["id"] = id
	}
	for i := 0; i < len(pairs); i += 2 {
		r[pairs[i]] = pairs[i+1]
	}
	if w.tables == nil {
		w.tables, w.heads = map[string][]map[string]string{}, map[string][]string{}
	}
	for _, c := range []string{"id", "nct_id"} {
		if _, ok := r[c]; ok && !slices.Contains(w.heads[table], c) {
			w.heads[table] = append(w.heads[table], c)
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		if !slices.Contains(w.heads[table], pairs[i]) {
			w.heads[table] = append(w.heads[table], pairs[i])
		}
	}
	w.tables[table] = append(w.tables[table], r)
	return id
}

// text writes a table as PostgreSQL does.
func (w *aactWriter) text(table string) (head string, rows []string) {
	cols := w.heads[table]
	if published := aactColumns[table]; published != "" {
		cols = strings.Split(published, "|")
	}
	for _, r := range w.tables[table] {
		var cells []string
		for _, c := range cols {
			v := r[c]
			if strings.ContainsAny(v, "|\"\n\r") {
				v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			}
			cells = append(cells, v)
		}
		for c := range r {
			if !slices.Contains(cols, c) {
				panic(table + " has no column " + c)
			}
		}
		rows = append(rows, strings.Join(cells, "|")+"\n")
	}
	return strings.Join(cols, "|") + "\n", rows
}

// payload is what import keeps of a study.
func (w *aactWriter) payload(nct string) []byte {
	b := AACTStudy(nct)
	for _, t := range AACTTables() {
		if head, rows := w.text(t); len(rows) > 0 {
			b = AACTAdd(b, t, []byte(head))
			slices.Reverse(rows) // the tables stand in no order
			b = append(b, strings.Join(rows, "")...)
		}
	}
	return b
}

func (w *aactWriter) study(root *jsontree.Node) {
	nct := root.At("protocolSection", "identificationModule", "nctId").Text
	arms := map[string]string{}
	for _, rule := range aactRules() {
		if rule.column == "id_type" || rule.column != "" && rule.value == "" {
			continue // of former tables
		}
		fixed := []string{}
		if rule.column != "" {
			fixed = []string{rule.column, rule.value}
		}
		if rule.list == nil {
			w.plain(root, nct, rule, fixed)
			continue
		}
		items := root.At(rule.list...).Items()
		for i := range items {
			pairs := fixed
			for _, f := range rule.fields {
				pairs = append(pairs, f.columns[0], items[i].At(f.path...).Text)
			}
			if rule.table == "provided_documents" {
				pairs = append(pairs, "url", "https://cdn.example/"+items[i].Get("filename").Text)
			}
			w.joined(nct, rule.table, w.row(rule.table, nct, pairs...), &items[i], arms)
		}
	}
	w.results(root.Get("resultsSection"), nct)
}

func (w *aactWriter) plain(root *jsontree.Node, nct string, rule aactRule, fixed []string) {
	pairs := fixed
	for _, f := range rule.fields {
		n := root.At(f.path...)
		switch name := f.path[len(f.path)-1]; {
		case name == "phases":
			pairs = append(pairs, f.columns[0], strings.Join(n.Scalars(), "/"))
		case n.Kind == jsontree.Array:
			for _, v := range n.Scalars() {
				w.row(rule.table, nct, append(slices.Clone(fixed), f.columns[0], v)...)
			}
		default:
			pairs = append(pairs, f.columns[0], n.Text)
		}
	}
	switch rule.table {
	case "designs":
		who := root.At("protocolSection", "designModule", "designInfo", "maskingInfo", "whoMasked").Scalars()
		for c, word := range map[string]string{"subject_masked": "PARTICIPANT", "caregiver_masked": "CARE_PROVIDER",
			"investigator_masked": "INVESTIGATOR", "outcomes_assessor_masked": "OUTCOMES_ASSESSOR"} {
			pairs = append(pairs, c, map[bool]string{true: "t", false: "f"}[slices.Contains(who, word)])
		}
	case "eligibilities":
		ages := root.At("protocolSection", "eligibilityModule", "stdAges").Scalars()
		for _, a := range []string{"child", "adult", "older_adult"} {
			pairs = append(pairs, a, map[bool]string{true: "t", false: "f"}[slices.Contains(ages, strings.ToUpper(a))])
		}
	}
	if len(pairs) > len(fixed) {
		w.row(rule.table, nct, pairs...)
	}
}

func (w *aactWriter) joined(nct, table, id string, n *jsontree.Node, arms map[string]string) {
	switch table {
	case "design_groups":
		arms[n.Get("label").Text] = id
	case "interventions":
		for _, o := range n.Get("otherNames").Scalars() {
			w.row("intervention_other_names", nct, "intervention_id", id, "name", o)
		}
		for _, a := range n.Get("armGroupLabels").Scalars() {
			w.row("design_group_interventions", nct, "design_group_id", arms[a], "intervention_id", id)
		}
	case "study_references":
		for i := range n.Get("retractions").Items() {
			r := &n.Get("retractions").Kids[i]
			w.row("retractions", nct, "reference_id", id, "pmid", r.Get("pmid").Text, "source", r.Get("source").Text)
		}
	case "outcomes":
		w.groups(nct, "Outcome", n.Get("groups"), "outcome_id", id)
		w.counts(nct, "outcome_counts", "Measure", n.Get("denoms"), "outcome_id", id)
		w.cells(nct, "outcome_measurements", n, "outcome_id", id)
		for i := range n.Get("analyses").Items() {
			a := &n.Get("analyses").Kids[i]
			no := w.row("outcome_analyses", nct, append([]string{"outcome_id", id}, given(a, "param_type", "paramType", "param_value", "paramValue",
				"dispersion_type", "dispersionType", "dispersion_value", "dispersionValue", "method", "statisticalMethod",
				"method_description", "statisticalComment", "p_value_raw", "pValue", "p_value_description", "pValueComment",
				"ci_n_sides", "ciNumSides", "ci_percent", "ciPctValue", "ci_lower_limit_raw", "ciLowerLimit", "ci_upper_limit_raw", "ciUpperLimit",
				"ci_upper_limit_na_comment", "ciUpperLimitComment", "estimate_description", "estimateComment",
				"non_inferiority_type", "nonInferiorityType", "non_inferiority_description", "nonInferiorityComment",
				"other_analysis_description", "otherAnalysisDescription", "groups_description", "groupDescription")...)...)
			for _, g := range a.Get("groupIds").Scalars() {
				w.row("outcome_analysis_groups", nct, "outcome_analysis_id", no, "ctgov_group_code", g)
			}
		}
	}
}

// given takes the fields of an object as columns.
func given(n *jsontree.Node, pairs ...string) (out []string) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, pairs[i], n.Get(pairs[i+1]).Text)
	}
	return out
}

func (w *aactWriter) groups(nct, kind string, list *jsontree.Node, more ...string) {
	for i := range list.Items() {
		w.row("result_groups", nct, append(append([]string{"result_type", kind}, more...),
			given(&list.Kids[i], "ctgov_group_code", "id", "title", "title", "description", "description")...)...)
	}
}

func (w *aactWriter) counts(nct, table, scope string, list *jsontree.Node, more ...string) {
	for i := range list.Items() {
		d := &list.Kids[i]
		for k := range d.Get("counts").Items() {
			w.row(table, nct, append(append([]string{"scope", scope, "units", d.Get("units").Text}, more...),
				given(&d.Get("counts").Kids[k], "ctgov_group_code", "groupId", "count", "value")...)...)
		}
	}
}

func (w *aactWriter) cells(nct, table string, measure *jsontree.Node, more ...string) {
	for i := range measure.Get("classes").Items() {
		class := &measure.Get("classes").Kids[i]
		for j := range class.Get("categories").Items() {
			category := &class.Get("categories").Kids[j]
			for k := range category.Get("measurements").Items() {
				pairs := append(slices.Clone(more), "classification", class.Get("title").Text, "category", category.Get("title").Text)
				pairs = append(pairs, given(measure, "title", "title", "description", "description", "units", "unitOfMeasure",
					"param_type", "paramType", "dispersion_type", "dispersionType")...)
				lower, upper := "dispersion_lower_limit", "dispersion_upper_limit"
				if table == "outcome_measurements" {
					lower, upper = lower+"_raw", upper+"_raw"
				} else {
					pairs = append(pairs, given(measure, "population_description", "populationDescription")...)
				}
				m := &category.Get("measurements").Kids[k]
				w.row(table, nct, append(pairs, given(m, "ctgov_group_code", "groupId", "param_value", "value", "dispersion_value", "spread",
					lower, "lowerLimit", upper, "upperLimit", "explanation_of_na", "comment")...)...)
			}
		}
	}
}

func (w *aactWriter) results(r *jsontree.Node, nct string) {
	flow := r.Get("participantFlowModule")
	w.groups(nct, "Participant Flow", flow.Get("groups"))
	for i := range flow.Get("periods").Items() {
		period := &flow.Get("periods").Kids[i]
		for j := range period.Get("milestones").Items() {
			m := &period.Get("milestones").Kids[j]
			for k := range m.Get("achievements").Items() {
				w.row("milestones", nct, append([]string{"period", period.Get("title").Text, "title", m.Get("type").Text,
					"milestone_description", m.Get("comment").Text}, given(&m.Get("achievements").Kids[k], "ctgov_group_code", "groupId",
					"count", "numSubjects", "count_units", "numUnits", "description", "comment")...)...)
			}
		}
		for j := range period.Get("dropWithdraws").Items() {
			m := &period.Get("dropWithdraws").Kids[j]
			for k := range m.Get("reasons").Items() {
				w.row("drop_withdrawals", nct, append([]string{"period", period.Get("title").Text, "reason", m.Get("type").Text,
					"drop_withdraw_comment", m.Get("comment").Text}, given(&m.Get("reasons").Kids[k], "ctgov_group_code", "groupId",
					"count", "numSubjects", "reason_comment", "comment")...)...)
			}
		}
	}
	base := r.Get("baselineCharacteristicsModule")
	w.groups(nct, "Baseline", base.Get("groups"))
	w.counts(nct, "baseline_counts", "overall", base.Get("denoms"))
	for i := range base.Get("measures").Items() {
		w.cells(nct, "baseline_measurements", &base.Get("measures").Kids[i])
	}
	events := r.Get("adverseEventsModule")
	w.groups(nct, "Reported Event", events.Get("eventGroups"))
	for i := range events.Get("eventGroups").Items() {
		g := &events.Get("eventGroups").Kids[i]
		for _, kind := range []string{"deaths", "serious", "other"} {
			w.row("reported_event_totals", nct, append([]string{"event_type", kind, "ctgov_group_code", g.Get("id").Text},
				given(g, "subjects_affected", kind+"NumAffected", "subjects_at_risk", kind+"NumAtRisk")...)...)
		}
	}
	for _, kind := range []string{"serious", "other"} {
		for i := range events.Get(kind + "Events").Items() {
			e := &events.Get(kind + "Events").Kids[i]
			for k := range e.Get("stats").Items() {
				pairs := append([]string{"event_type", kind}, given(events, "time_frame", "timeFrame", "frequency_threshold", "frequencyThreshold",
					"description", "description")...)
				pairs = append(pairs, given(e, "adverse_event_term", "term", "organ_system", "organSystem", "vocab", "sourceVocabulary",
					"assessment", "assessmentType")...)
				w.row("reported_events", nct, append(pairs, given(&e.Get("stats").Kids[k], "ctgov_group_code", "groupId",
					"event_count", "numEvents", "subjects_affected", "numAffected", "subjects_at_risk", "numAtRisk")...)...)
			}
		}
	}
}

// bare leaves out what AACT's tables do not have.
func bare(r evidence.Record) evidence.Record {
	r.ResultsInQC = false
	for i := range r.Documents {
		r.Documents[i].UploadedAt, r.Documents[i].Size = "", 0
	}
	if r.Results == nil {
		return r
	}
	for i := range r.Results.Outcomes {
		o := &r.Results.Outcomes[i]
		o.DenomUnits, o.Calculate, o.WholeSizes = "", "", false
		if o.ReportingStatus == "" {
			o.ReportingStatus = "POSTED"
		}
		for k := range o.Classes {
			o.Classes[k].Denoms = nil
		}
		o.Classes = slices.DeleteFunc(o.Classes, func(c evidence.Class) bool { return len(c.Categories) == 0 })
		for k := range o.Analyses {
			o.Analyses[k].TestedNonInf, o.Analyses[k].CILowerComment = "", ""
		}
	}
	for i := range r.Results.Baseline {
		b := &r.Results.Baseline[i]
		b.DenomUnits, b.Calculate, b.Denoms = "", "", nil
		for k := range b.Classes {
			b.Classes[k].Denoms = nil
		}
	}
	if a := r.Results.Adverse; a != nil {
		a.AllCauseComment = ""
		if len(a.Events) == 0 { // they stand beside the events
			a.FrequencyThreshold, a.TimeFrame, a.Description = "", "", ""
		}
		for i := range a.Events {
			a.Events[i].Notes = ""
		}
	}
	return r
}

// TestAACTGivesTheSameRecord writes studies as AACT's tables and reads them
// back: the record is that of API v2, but for what the tables do not have.
func TestAACTGivesTheSameRecord(t *testing.T) {
	for i, root := range studies(t) {
		w := &aactWriter{}
		w.study(root)
		id := root.At("protocolSection", "identificationModule", "nctId").Text
		want := parseOne(t, jsontree.Canonical(nil, root, nil))
		got := parseOne(t, w.payload(id))
		same(t, fmt.Sprintf("study %d", i), bare(want), bare(got), true)
	}
}

// twice reports whether two neighbouring baseline measures or classes are called
// alike, which the tables do not tell apart.
func twice(r *evidence.Results) bool {
	if r == nil {
		return false
	}
	for i := 1; i < len(r.Baseline); i++ {
		a, b := r.Baseline[i-1], r.Baseline[i]
		if a.Title == b.Title && a.Unit == b.Unit && a.ParamType == b.ParamType && a.Population == b.Population {
			return true
		}
	}
	for _, o := range r.Outcomes {
		for i := 1; i < len(o.Classes); i++ {
			if o.Classes[i].Title == o.Classes[i-1].Title {
				return true
			}
		}
	}
	return false
}

func TestAACTOfRecordedStudies(t *testing.T) {
	n := 0
	for _, file := range payloads(t, "ctgov/*.json") {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		root, err := jsontree.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		id := root.At("protocolSection", "identificationModule", "nctId").Text
		if id == "" {
			continue
		}
		w := &aactWriter{}
		w.study(root)
		want, got := parseOne(t, body), parseOne(t, w.payload(id))
		if twice(want.Results) {
			continue
		}
		n++
		if got.Results != nil { // tables have no sizes of row blocks, and say so where there are several
			for i := range got.Results.Outcomes {
				o := &got.Results.Outcomes[i]
				if o.WholeSizes != (len(o.Classes) > 1) {
					t.Errorf("%s: outcome %d of %d row blocks: whole sizes %v", id, i, len(o.Classes), o.WholeSizes)
				}
			}
		}
		want, got = bare(want), bare(got)
		if a, b := want.Count(), got.Count(); a != b {
			t.Errorf("%s: %+v, want %+v", id, b, a)
		}
		same(t, filepath.Base(file), want, got, true)
	}
	if n < 50 {
		t.Errorf("%d studies were compared", n)
	}
}
