package extract

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/internal/vocab"
)

// withHarms is the synthetic MDMA trial with a flow of participants and adverse
// events: groups are given MDMA first, each number as serious, other, at risk.
func withHarms(t *testing.T, threshold string, periods int, counts ...[3]int) (*evidence.Record, []byte) {
	t.Helper()
	raw, err := os.ReadFile("testdata/synthetic-mdma-caps5.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	titles, ids := []string{"MDMA-assisted therapy", "Placebo with therapy"}, []string{"EG000", "EG001"}
	var groups, flow, started, done []any
	for i, c := range counts {
		groups = append(groups, map[string]any{"id": ids[i], "title": titles[i], "seriousNumAffected": c[0], "seriousNumAtRisk": c[2],
			"otherNumAffected": c[1], "otherNumAtRisk": c[2], "deathsNumAffected": 0})
		flow = append(flow, map[string]any{"id": "FG00" + string(rune('0'+i)), "title": titles[i]})
		started = append(started, map[string]any{"groupId": "FG00" + string(rune('0'+i)), "numSubjects": jsonInt(c[2])})
		done = append(done, map[string]any{"groupId": "FG00" + string(rune('0'+i)), "numSubjects": jsonInt(i + 2)})
	}
	var ps []any
	for range periods {
		ps = append(ps, map[string]any{"title": "Overall Study", "milestones": []any{map[string]any{"type": "STARTED", "achievements": started},
			map[string]any{"type": "NOT COMPLETED", "achievements": done}}})
	}
	res := doc["resultsSection"].(map[string]any)
	event := map[string]any{"term": "Nausea", "stats": []any{map[string]any{"groupId": "EG000", "numAffected": 40, "numAtRisk": 46},
		map[string]any{"groupId": "EG001", "numAffected": 9, "numAtRisk": 44}}}
	res["adverseEventsModule"] = map[string]any{"frequencyThreshold": threshold, "timeFrame": "From first dose to 18 weeks",
		"eventGroups": groups, "otherEvents": []any{event}}
	res["participantFlowModule"] = map[string]any{"groups": flow, "periods": ps}
	body, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return parseRecord(t, body), body
}

func jsonInt(n int) string { b, _ := json.Marshal(n); return string(b) }

// Harm findings count people as the record states them, each group by its own
// denominator, and never add terms up to people.
func TestHarmEffectsArePeopleAsStated(t *testing.T) {
	for name, c := range map[string]struct {
		threshold string
		periods   int
		counts    [][3]int
		design    string
		want      map[string]string // domain → events1/n1 events2/n2, or the code of why not
	}{
		"all stated": {"0", 1, [][3]int{{0, 40, 46}, {0, 9, 44}}, "", map[string]string{"serious-adverse-event": "0/46 0/44",
			"any-adverse-event": "40/46 9/44", "dropout": "2/46 3/44"}},
		"serious and others": {"0", 1, [][3]int{{3, 40, 46}, {1, 9, 44}}, "", map[string]string{"serious-adverse-event": "3/46 1/44",
			"any-adverse-event": reason.NoValue, "dropout": "2/46 3/44"}},
		"a threshold": {"5", 2, [][3]int{{0, 40, 46}, {0, 9, 44}}, "", map[string]string{"serious-adverse-event": "0/46 0/44",
			"any-adverse-event": reason.NoValue, "dropout": reason.NoValue}},
		"a crossover": {"0", 1, [][3]int{{1, 40, 46}, {0, 9, 44}}, "crossover-rct",
			map[string]string{"serious-adverse-event": reason.CountedTwice, "any-adverse-event": reason.NoValue, "dropout": reason.CountedTwice}},
		"more people than were": {"0", 1, [][3]int{{1, 40, 460}, {0, 9, 440}}, "", map[string]string{"serious-adverse-event": reason.CountedTwice,
			"any-adverse-event": reason.NoValue, "dropout": reason.CountedTwice}},
		"a single group": {"0", 1, [][3]int{{1, 40, 46}}, "", map[string]string{}},
	} {
		r, body := withHarms(t, c.threshold, c.periods, c.counts...)
		study := mdmaStudy
		if c.design != "" {
			study.Design = c.design
		}
		got := HarmEffects(r, study, vocab.Default(), effect.Metafor)
		if len(got) != len(c.want) {
			t.Fatalf("%s: %d effects", name, len(got))
		}
		for _, e := range got {
			checkInputs(t, e.ID, e, body)
			if e.PopulationClass != "" || e.HigherBetter != evidence.No || e.ComparatorClass != "inactive-placebo" ||
				e.ScoreType != evidence.ScoreEvents {
				t.Errorf("%s: %+v", name, e)
			}
			was, _, _ := strings.Cut(e.Reason, ":")
			if e.Verdict == evidence.Usable {
				was = jsonInt(int(*e.Event1)) + "/" + jsonInt(int(*e.N1)) + " " + jsonInt(int(*e.Event2)) + "/" + jsonInt(int(*e.N2))
			} else if e.Estimate != nil || e.Event1 != nil {
				t.Errorf("%s: an unusable effect carries %v", name, e.Estimate)
			}
			if was != c.want[e.Domain] {
				t.Errorf("%s, %s: %s (%s), want %s", name, e.Domain, was, e.Reason, c.want[e.Domain])
			}
			if want := math.Log(40.0 / 46 / (9.0 / 44)); name == "all stated" && e.Domain == domainAny &&
				math.Abs(evidence.Value(e.Estimate)-want) > 1e-12 {
				t.Errorf("log risk ratio %v, want %v", evidence.Value(e.Estimate), want)
			}
		}
	}
}
