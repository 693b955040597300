package starter

import "strings"

// Protocol is what a source shows of a trial's eligibility and of what is done
// beside the drug, in our words. An empty field is not known.
type Protocol struct {
	ID         string   `json:"id"`
	Summary    string   `json:"summary"`
	Inclusion  []string `json:"inclusion"`
	Exclusion  []string `json:"exclusion"`
	Sex        string   `json:"sex"`
	MinimumAge string   `json:"minimum_age"`
	MaximumAge string   `json:"maximum_age"`
	// Sources are where each of the facts was read.
	Sources []string `json:"sources"`
}

// wire adds the protocol to the modules of a v2 study.
func (p Protocol) wire(modules map[string]any) {
	if p.Summary != "" {
		modules["descriptionModule"] = map[string]string{"briefSummary": p.Summary}
	}
	m := map[string]string{}
	var text []string
	for _, part := range []struct {
		head string
		list []string
	}{{"Inclusion Criteria:", p.Inclusion}, {"Exclusion Criteria:", p.Exclusion}} {
		if len(part.list) > 0 {
			text = append(text, part.head+"\n\n* "+strings.Join(part.list, "\n* "))
		}
	}
	for key, value := range map[string]string{"eligibilityCriteria": strings.Join(text, "\n\n"), "sex": p.Sex, "minimumAge": p.MinimumAge,
		"maximumAge": p.MaximumAge} {
		if value != "" {
			m[key] = value
		}
	}
	if len(m) > 0 {
		modules["eligibilityModule"] = m
	}
}
