package pipeline

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/synthesis"
)

// group is an arm of a made trial: its title, and people with a serious event of
// those at risk.
type group struct {
	title       string
	events, all int
}

// serious is a posted trial of a drug whose adverse event table has the groups; the
// title of each names what it was given.
func serious(id, condition string, groups ...group) []byte {
	type m = map[string]any
	var arms, events, interventions []m
	for i, g := range groups {
		kind, drug := "EXPERIMENTAL", "Psilocybin"
		if strings.Contains(strings.ToLower(g.title), "placebo") {
			kind, drug = "PLACEBO_COMPARATOR", "Placebo"
		}
		arms = append(arms, m{"label": g.title, "type": kind, "interventionNames": []string{"Drug: " + drug}})
		events = append(events, m{"id": fmt.Sprintf("EG%03d", i), "title": g.title, "description": g.title,
			"seriousNumAffected": g.events, "seriousNumAtRisk": g.all, "otherNumAffected": 0, "otherNumAtRisk": g.all})
	}
	for _, drug := range []string{"Psilocybin", "Placebo"} {
		interventions = append(interventions, m{"type": "DRUG", "name": drug})
	}
	b, err := json.Marshal(m{"hasResults": true,
		"protocolSection": m{"identificationModule": m{"nctId": id, "briefTitle": "A trial of psilocybin"},
			"statusModule":     m{"overallStatus": "COMPLETED"},
			"conditionsModule": m{"conditions": []string{condition}},
			"designModule": m{"studyType": "INTERVENTIONAL", "designInfo": m{"allocation": "RANDOMIZED", "interventionModel": "PARALLEL",
				"maskingInfo": m{"masking": "DOUBLE"}}},
			"armsInterventionsModule": m{"armGroups": arms, "interventions": interventions}},
		"resultsSection": m{"adverseEventsModule": m{"timeFrame": "12 weeks", "frequencyThreshold": "0", "eventGroups": events}}})
	if err != nil {
		panic(err)
	}
	return b
}

// answerOf is a question's finding over made trials.
func answerOf(t *testing.T, question string, change func(*synthesis.Question), trials ...[]byte) *evidence.Finding {
	t.Helper()
	all, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range all {
		if q.ID == question {
			if change != nil {
				change(&q)
			}
			p, _ := derived(t, trials, "", []synthesis.Question{q})
			findings, err := p.Store.Findings(t.Context())
			if err != nil || len(findings) != 1 {
				t.Fatalf("%d findings, %v", len(findings), err)
			}
			return &findings[0]
		}
	}
	t.Fatalf("no question %s", question)
	return nil
}

// counts are the people of the pooled rows: "1/20 v 2/21".
func counts(f *evidence.Finding) string {
	var out []string
	n := func(x *float64) string { return strconv.FormatFloat(*x, 'f', -1, 64) }
	for _, e := range f.Effects {
		out = append(out, n(e.Event1)+"/"+n(e.N1)+" v "+n(e.Event2)+"/"+n(e.N2))
	}
	return strings.Join(out, "; ")
}

// leftOut are the reasons of what is not pooled.
func leftOut(f *evidence.Finding) string {
	var out []string
	for _, x := range f.Excluded {
		out = append(out, x.Code+": "+x.Reason)
	}
	return strings.Join(out, "\n")
}

// A question on a condition pools the trials of people who are known to have it.
func TestQuestionOfAConditionLeavesUnknownConditionsOut(t *testing.T) {
	pair := []group{{"Psilocybin 25 mg", 3, 40}, {"Placebo", 1, 41}}
	f := answerOf(t, "psilocybin-serious-adverse-event", func(q *synthesis.Question) { q.Condition, q.PopulationWords = "depression", "" },
		serious("NCT90000101", "Major Depressive Disorder", pair...), serious("NCT90000102", "BK Virus (Nephropathy)", pair...))
	if got := counts(f); got != "3/40 v 1/41" {
		t.Errorf("pooled %s", got)
	}
	if why := leftOut(f); !strings.Contains(why, `"BK Virus (Nephropathy)" as stated, which the vocabulary does not know`) {
		t.Errorf("left out: %s", why)
	}
}

// The plan takes the highest dose, whatever its unit or words; arms of different
// people without an order of doses are left out with that reason, never as the same
// numbers twice; and a pair without events gives its place to no other.
func TestArmsAreChosenByDoseAlone(t *testing.T) {
	for _, c := range []struct{ low, high, pooled, why string }{
		{"Psilocybin 10 mg", "Psilocybin 25 mg", "6/40 v 2/39", "the highest dose"},
		{"Psilocybin 0.5 µg/kg/Min", "Psilocybin 1.0 µg/kg/Min", "6/40 v 2/39", "the highest dose"},
		{"Psilocybin low dose", "Psilocybin high dose", "6/40 v 2/39", "the highest dose"},
		{"Psilocybin 1x", "Psilocybin 2x", "6/40 v 2/39", "the highest dose"},
		{"Psilocybin dose level 1", "Psilocybin dose level 3", "6/40 v 2/39", "the highest dose"},
		{"Psilocybin A", "Psilocybin B", "", "whose order of doses is not stated"},
		{"Psilocybin 10 mg", "Psilocybin high dose", "", "whose order of doses is not stated"},
	} {
		f := answerOf(t, "psilocybin-serious-adverse-event", nil, serious("NCT90000103", "Depression",
			group{"Placebo", 2, 39}, group{c.low, 3, 41}, group{c.high, 6, 40}))
		if got, why := counts(f), leftOut(f); got != c.pooled || !strings.Contains(why, c.why) || strings.Contains(why, "more than once") {
			t.Errorf("%s and %s: pooled %q, left out: %s", c.low, c.high, got, why)
		}
	}
	f := answerOf(t, "psilocybin-serious-adverse-event", nil, serious("NCT90000104", "Depression",
		group{"Psilocybin 1 mg", 2, 72}, group{"Psilocybin 25 mg", 0, 68}, group{"Placebo", 0, 68}))
	if got, why := counts(f), leftOut(f); got != "" || !strings.Contains(why, "no event in either arm") {
		t.Errorf("pooled %q, left out: %s", got, why)
	}
	f = answerOf(t, "psilocybin-serious-adverse-event", nil, serious("NCT90000105", "Depression",
		group{"Cohort I - psilocybin", 1, 9}, group{"Cohort I - placebo", 1, 5}, group{"Cohort II - psilocybin", 2, 8},
		group{"Cohort II - placebo", 1, 3}))
	if why := leftOut(f); counts(f) != "" || strings.Contains(why, "Cohort I - psilocybin v Cohort II") || !strings.Contains(why,
		"of different people") {
		t.Errorf("two cohorts: pooled %q, left out: %s", counts(f), why)
	}
}
