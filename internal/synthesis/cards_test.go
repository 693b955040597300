package synthesis

import (
	"testing"

	"past/internal/evidence"
	"past/internal/vocab"
)

func TestCards(t *testing.T) {
	v := vocab.Default()
	cells := []evidence.GapCell{
		{Topic: "intimacy", Substance: "mdma", StudyIDs: []string{"A", "B", "C"}},
		{Topic: "intimacy", Substance: "psilocybin", StudyIDs: []string{"A"}},
		{Topic: "bdsm", Substance: "mdma"},
	}
	studies := []evidence.Study{{ID: "A", Design: "parallel-rct"}, {ID: "B", Design: "single-arm"}, {ID: "C"}}
	other := []evidence.OtherEvidence{{Reference: "X", Topic: "intimacy"}, {Reference: "Y", Topic: "bdsm"}}
	cards := Cards(v, cells, studies, other, []evidence.CardSignature{{Topic: "bdsm", Who: "a"}, {Topic: "bdsm", Who: "b"}})
	if len(cards) != len(v.Topics()) {
		t.Fatalf("%d cards for %d topics", len(cards), len(v.Topics()))
	}
	for _, c := range cards {
		switch c.Topic {
		case "intimacy":
			if len(c.Controlled) != 1 || len(c.Uncontrolled) != 1 || len(c.Unclear) != 1 || len(c.Cells) != 2 || len(c.Other) != 1 ||
				c.Signed != nil {
				t.Errorf("intimacy: %+v", c)
			}
		case "bdsm":
			if c.Signed == nil || c.Signed.Who != "b" || len(c.Other) != 1 || len(c.Controlled) != 0 {
				t.Errorf("bdsm: %+v", c)
			}
		default:
			if len(c.Controlled)+len(c.Uncontrolled)+len(c.Other) != 0 {
				t.Errorf("%s has evidence of another topic", c.Topic)
			}
		}
		if c.Definition == "" || len(c.NotToSay) == 0 {
			t.Errorf("%s says nothing", c.Topic)
		}
	}
}
