package metapsy

import "strings"

// scoreTypes puts the standard's types of outcome into those of an extraction
// table. An imputed endpoint (imsd) is an endpoint that is marked imputed.
var scoreTypes = map[string]string{"msd": "endpoint", "imsd": "endpoint", "change": "change", "response": "response",
	"remission": "remission"}

var drugs = map[string]string{"psil": "psilocybin", "mdma": "mdma", "lsd": "lsd"}

// Extraction gives the row under the columns of an extraction table, cells as
// they stand (numbers in the table's own Style), empty where the row says
// nothing. Columns of the release that an extraction table lacks stay in the
// row: see [Row.Raw]. Which release it is goes into source and licence.
func (r Row) Extraction(rel Release) map[string]string {
	kind := strings.ToLower(r.Cell("outcome_type"))
	side := func(n string) [3]string {
		if kind == "change" {
			return [3]string{r.Cell("n_change_arm" + n), r.Cell("mean_change_arm" + n), r.Cell("sd_change_arm" + n)}
		}
		return [3]string{r.Cell("n_arm" + n), r.Cell("mean_arm" + n), r.Cell("sd_arm" + n)}
	}
	one, two := side("1"), side("2")
	substance := strings.ToLower(r.Cell("drug_arm1"))
	if substance == "" {
		substance = strings.ToLower(r.Cell("condition_arm1"))
	}
	if s, ok := drugs[substance]; ok {
		substance = s
	}
	at := r.Cell("study_time_point")
	for _, c := range []string{"time", "cov_time_point"} {
		if at == "" {
			at = r.Cell(c)
		}
	}
	score, ok := scoreTypes[kind]
	if !ok {
		score = kind
	}
	m := map[string]string{
		"id": r.Cell(".id"), "study": r.Cell("study"), "year": r.Cell("year"), "trial_id": r.Cell("registration_number"), "doi": r.Cell("doi"),
		"substance": substance, "condition": r.Cell("diagnosis"), "population": r.Cell("target_group"), "design": r.Cell("design"),
		"blinding":   r.Cell("blinding"),
		"comparator": first(r.Cell("drug_arm2"), r.Cell("condition_arm2")), "arm_treat": first(r.Cell("name_arm1"), r.Cell("condition_arm1")),
		"arm_ctrl":   first(r.Cell("name_arm2"), r.Cell("condition_arm2")),
		"dose_treat": r.Cell("dose_arm1"), "dose_ctrl": r.Cell("dose_arm2"), "sessions": r.Cell("n_dosing_sessions"),
		"instrument": r.Cell("instrument"), "domain": r.Cell("instrument_symptom"),
		"score_type": score, "time_label": at, "time_weeks": r.Cell("time_weeks"), "primary_instrument": r.Cell("primary_instrument"),
		"primary_time":   r.Cell("primary_timepoint"),
		"post_crossover": r.Cell("post_crossover"), "n1": one[0], "mean1": one[1], "sd1": one[2], "n2": two[0], "mean2": two[1], "sd2": two[2],
		"events1": r.Cell("event_arm1"), "total1": r.Cell("totaln_arm1"), "events2": r.Cell("event_arm2"), "total2": r.Cell("totaln_arm2"),
		"rob": r.Cell("rob"), "source": strings.TrimSpace(rel.Name + " " + rel.Tag), "place": r.Pointer(".id"), "licence": rel.Licence,
		"imputed": "0",
	}
	if kind == "imsd" {
		m["imputed"] = "1"
	}
	for d, older := range map[string]string{"d1": "rob_rand", "d2": "rob_dev", "d3": "rob_miss", "d4": "rob_meas", "d5": "rob_sel"} {
		m[d] = first(r.Cell(d), r.Cell(older))
	}
	if m["id"] == "" {
		m["id"] = strings.Join(strings.Fields(m["study"]), "-") + "-" + r.Pointer("")[:strings.Index(r.Pointer(""), ";")]
	}
	return m
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
