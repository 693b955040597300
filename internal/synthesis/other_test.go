package synthesis_test

import (
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// A claim that no trial of a drug answers names reports of its own kind and topic
// and no others.
func TestClaimsNameOtherEvidence(t *testing.T) {
	v := vocab.Default()
	var claims []synthesis.Claim
	for _, c := range v.Claims() {
		claims = append(claims, synthesis.Claim{Claim: c})
	}
	other := []evidence.OtherEvidence{
		{Reference: "A 2015", Design: "prevalence-study", Topic: "sexual-trauma", Population: "veterans", Direction: "more common with PTSD"},
		{Reference: "B 2021", Design: "prevalence-study", Topic: "sexual-dysfunction", Direction: "common"},
		{Reference: "C 2020", Design: "open-label", Topic: "intimacy", Substance: "mdma", Direction: "improved"},
		{Reference: "D 2019", Design: "open-label", Topic: "intimacy", Direction: "less distress"},
		{Reference: "E 2018", Design: "survey", Topic: "sexual-trauma", Direction: "x"},
	}
	said := func(list []evidence.OtherEvidence) map[string]string {
		verdicts := synthesis.Judge(synthesis.ShippedClaims(v), nil, nil, nil, "")
		synthesis.CiteOther(v, claims, verdicts, list)
		out := map[string]string{}
		for _, c := range verdicts {
			out[c.ID] = c.Instead
		}
		return out
	}
	plain, got := said(nil), said(other)
	for id, want := range map[string]string{"C7": "A 2015 (veterans): more common with PTSD; B 2021: common.",
		"C11": "state them: D 2019: less distress."} {
		if !strings.HasSuffix(got[id], want) {
			t.Errorf("%s: %s", id, got[id])
		}
	}
	for id := range plain {
		if id != "C7" && id != "C11" && got[id] != plain[id] {
			t.Errorf("%s changed to %s", id, got[id])
		}
	}
}
