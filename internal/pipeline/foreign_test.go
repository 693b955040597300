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
