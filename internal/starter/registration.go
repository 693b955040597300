package starter

import (
	"slices"
	"strings"
)

// Registration is what one register states of one trial, as far as a source
// shows it. Dates are ISO days; an empty field is not known.
type Registration struct {
	Register string `json:"register"` // ctgov | isrctn | euctr | ctis | ictrp
	// ID is the register's own id; for euctr it is the EudraCT number, which
	// has one protocol in each of Countries.
	ID string `json:"id"`
	// The trial's ids elsewhere, as the register or a report of the trial
	// gives them.
	NCT      string   `json:"nct"`
	ISRCTN   string   `json:"isrctn"`
	EudraCT  string   `json:"eudract"`
	IRAS     string   `json:"iras"`
	OtherIDs []string `json:"other_ids"`

	Acronym     string         `json:"acronym"`
	Substances  []string       `json:"substances"`
	ProductCode string         `json:"product_code"`
	Doses       []string       `json:"doses"`
	Comparator  string         `json:"comparator"`
	Conditions  []string       `json:"conditions"` // in the register's words
	Population  string         `json:"population"`
	Design      string         `json:"design"` // as of Trial
	Blinding    string         `json:"blinding"`
	Phase       string         `json:"phase"`  // in the register's words
	Status      string         `json:"status"` // in the register's words
	Submitted   string         `json:"submitted"`
	FirstPosted string         `json:"first_posted"`
	Updated     string         `json:"updated"`
	Start       string         `json:"start"`
	Primary     string         `json:"primary_completion"`
	End         string         `json:"end"`
	Target      int            `json:"target"`   // planned participants; 0 if unknown
	Targets     map[string]int `json:"targets"`  // the same by country of the protocol
	Enrolled    int            `json:"enrolled"` // participants; 0 if unknown
	Sex         string         `json:"sex"`
	Countries   []string       `json:"countries"` // names; for euctr codes
	Authority   string         `json:"authority"`
	Code        string         `json:"code"` // the sponsor's protocol code
	Sponsor     string         `json:"sponsor"`
	// SourceRegister is the register that an entry of the ICTRP came from.
	SourceRegister string `json:"source_register"`
	// Sources are where each of the facts was read.
	Sources []string `json:"sources"`
}

// registered are the registrations in one register.
func registered(register string) ([]Registration, error) {
	all, err := Registrations()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(r Registration) bool { return r.Register != register }), nil
}

// title describes a registration in our words: the registers' titles are
// theirs.
func (r Registration) title() string {
	s := r.substance() + " for " + strings.Join(r.Conditions, " and ")
	if r.Population != "" {
		s += " in " + r.Population
	}
	if r.Acronym != "" {
		s += " (" + r.Acronym + ")"
	}
	return s + " [retold facts]"
}

// substance is the first substance's name.
func (r Registration) substance() string { return r.names()[0] }

// names are the first substance's names, so that a search by any of them finds
// the trial as it would in the register.
func (r Registration) names() []string {
	if len(r.Substances) == 0 {
		return []string{"Substance not known"}
	}
	if n, ok := substanceNames[r.Substances[0]]; ok {
		return n
	}
	return r.Substances[:1]
}

// target is the number planned as the protocol of a country gives it.
func (r Registration) target(country string) int {
	if n := r.Targets[country]; n > 0 {
		return n
	}
	return r.Target
}

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
