package pipeline

import (
	"testing"

	"past/internal/evidence"
)

// A person's own judgement is not said to be that of a dataset's authors.
func TestRiskOfBiasNamesWhoJudged(t *testing.T) {
	rows := riskOfBias([]evidence.Finding{{Effects: []evidence.Effect{
		{StudyID: "a", StudyLabel: "A", RiskOfBias: "low", Channel: "dataset"},
		{StudyID: "b", StudyLabel: "B", RiskOfBias: "high", Channel: "paper"}}}})
	if len(rows) != 2 || rows[0].JudgedBy != "the dataset's authors" || rows[1].JudgedBy != "as given in the extraction table" {
		t.Errorf("%+v", rows)
	}
}
