package synthesis

import (
	"testing"

	"past/internal/evidence"
)

func TestSexualLayer(t *testing.T) {
	two := 2
	in := LayerInput{
		Studies: []evidence.Study{{ID: "S1", Label: "One", Records: []string{"NCT1"}, Substances: []string{"psilocybin"}},
			{ID: "S2", Records: []string{"NCT2"}}},
		Planned: map[string][]evidence.PlannedOutcome{
			"NCT1": {{Measure: "FSFI total"}, {Measure: "MADRS"}, {Measure: "ASEX", Type: "secondary"},
				{Measure: "Change in: GRISS"},
				{Measure: "HAM-D item 14 (genital symptoms)"}},
			"NCT2": {{Measure: "DAS"}},
		},
		Readings: []evidence.PlannedReading{
			{RecordID: "NCT1", OutcomeIndex: 0, Instrument: "fsfi", Domain: "sexual-function"},
			{RecordID: "NCT1", OutcomeIndex: 1, Instrument: "madrs", Domain: "depression"},
			{RecordID: "NCT1", OutcomeIndex: 2, Instrument: "asex", Domain: "sexual-function"},
			{RecordID: "NCT1", OutcomeIndex: 3, Instrument: "griss", Domain: "sexual-function"},
			{RecordID: "NCT2", OutcomeIndex: 0, Instrument: "das", Domain: "relationship"},
		},
		Results: []evidence.ArmResult{
			{RecordID: "NCT1", Channel: "register", OutcomeIndex: 4, OutcomeTitle: "FSFI", Instrument: "fsfi", Domain: "sexual-function",
				Verdict: evidence.Usable},
			{RecordID: "NCT1", Channel: "register", OutcomeIndex: 4, OutcomeTitle: "FSFI", Instrument: "fsfi", Domain: "sexual-function",
				Verdict: evidence.Unusable},
			{RecordID: "NCT1", Channel: "register", OutcomeIndex: 0, Instrument: "madrs", Domain: "depression", Verdict: evidence.Usable},
		},
		Harms: []evidence.HarmRow{{StudyID: "S1", RecordID: "NCT1", Term: "libido decreased", Sexual: true, Affected: &two,
			Unit: evidence.UnitSessions},
			{StudyID: "S1", Term: "nausea"}},
		Posted: map[string]map[string]bool{"NCT1": {"change in griss": true}},
	}
	rows := SexualLayer(in)
	type brief struct {
		kind, what string
		reported   string
	}
	var got []brief
	for _, r := range rows {
		rep := "unknown"
		if r.Reported != nil {
			rep = map[bool]string{true: "yes", false: "no"}[*r.Reported]
		}
		got = append(got, brief{r.Kind, r.What, rep})
	}
	want := []brief{{LayerPlanned, "ASEX", "no"}, {LayerPlanned, "DAS", "unknown"}, {LayerItem, "HAM-D item 14 (genital symptoms)", "unknown"},
		{LayerPosted, "FSFI", "unknown"}, {LayerPlanned, "Change in: GRISS", "yes"}, {LayerPlanned, "FSFI total", "yes"},
		{LayerHarm, "libido decreased", "unknown"}}
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d is %v, want %v", i, got[i], want[i])
		}
	}
	if rows[3].Cells != 2 || rows[3].Usable != 1 || *rows[6].Affected != 2 || rows[6].AtRisk != nil || rows[6].Unit != evidence.UnitSessions {
		t.Errorf("counts: %+v %+v", rows[3], rows[6])
	}
}
