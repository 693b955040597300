package coding

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
)

// Share is how many trials say something of a code. Of is the number of trials
// whose text was there to be read; the others are unknown, not "no".
type Share struct {
	Code   string           `json:"code"`
	Name   string           `json:"name"`
	Stance string           `json:"stance"`
	Trials int              `json:"trials"`
	Of     int              `json:"of"`
	Rows   []evidence.Coded `json:"rows"` // one for each trial, with its quotation
}

// People is who the trials were open to, as structured fields of the records say.
type People struct {
	Trials    int `json:"trials"`
	Texts     int `json:"texts"`     // trials with an eligibility text
	Protocols int `json:"protocols"` // trials with any text on arms, interventions or a summary
	Outcomes  int `json:"outcomes"`  // trials with planned outcomes
	// Sex and Ages count trials by what they state; "not stated" is a row of its own.
	Sex  []Counted `json:"sex"`
	Ages []Counted `json:"ages"`
}

// Counted is a number of trials under a name.
type Counted struct {
	Name   string `json:"name"`
	Trials int    `json:"trials"`
}

// Summary is what the free text and the eligibility fields of a set of trials say.
type Summary struct {
	People  People  `json:"people"`
	LeftOut []Share `json:"left_out"`
	Care    []Share `json:"care"`
	// Blinding is who planned to ask for a guess or an expectation, over the trials
	// whose planned outcomes are known.
	Blinding []Share `json:"blinding"`
}

// Summarise counts coded rows over trials, each given once. Shares come in order of
// their number of trials, largest first, then of the code book.
func Summarise(records []evidence.Record, coded []evidence.Coded) Summary {
	var out Summary
	out.People.Trials = len(records)
	sex, ages := map[string]int{}, map[string]int{}
	rows := map[string][]evidence.Coded{}
	among, coding := map[string]bool{}, map[string]bool{}
	for _, c := range coded { // a title alone may describe what is given
		coding[c.RecordID] = coding[c.RecordID] || c.Group == Care
	}
	for i := range records {
		r := &records[i]
		if strings.TrimSpace(r.Eligibility) != "" {
			out.People.Texts++
		}
		if describes(r) || coding[r.ID] {
			out.People.Protocols++
		}
		if len(r.Planned) > 0 {
			out.People.Outcomes++
		}
		sex[sexWords(r.Sex)]++
		ages[ageWords(r)]++
		among[r.ID] = true
	}
	for _, c := range coded {
		if among[c.RecordID] {
			key := c.Group + "\x00" + c.Code + "\x00" + c.Stance
			rows[key] = append(rows[key], c)
		}
	}
	out.People.Sex, out.People.Ages = counted(sex), counted(ages)
	for _, c := range Codes() {
		for _, stance := range []string{Excluded, Required, Allowed, Mentioned, Described, Planned} {
			found := rows[c.Group+"\x00"+c.ID+"\x00"+stance]
			if len(found) == 0 {
				continue
			}
			s := Share{Code: c.ID, Name: c.Name, Stance: stance, Trials: len(found), Rows: found}
			switch c.Group {
			case LeftOut:
				s.Of = out.People.Texts
				out.LeftOut = append(out.LeftOut, s)
			case Care:
				s.Of = out.People.Protocols
				out.Care = append(out.Care, s)
			default:
				s.Of = out.People.Outcomes
				out.Blinding = append(out.Blinding, s)
			}
		}
	}
	byTrials := func(a, b Share) int { return cmp.Compare(b.Trials, a.Trials) }
	slices.SortStableFunc(out.LeftOut, byTrials)
	slices.SortStableFunc(out.Care, byTrials)
	return out
}

func describes(r *evidence.Record) bool {
	if r.Summary != "" {
		return true
	}
	return slices.ContainsFunc(r.Arms, func(a evidence.Arm) bool { return a.Description != "" }) ||
		slices.ContainsFunc(r.Interventions, func(x evidence.Intervention) bool { return x.Description != "" })
}

const notStated = "not stated"

func sexWords(raw string) string {
	switch strings.ToLower(strings.TrimSpace(raw)) {
	case "all", "both", "male and female", "female and male":
		return "women and men"
	case "female", "females", "women":
		return "women only"
	case "male", "males", "men":
		return "men only"
	}
	return notStated
}

var years = regexp.MustCompile(`(?i)^(\d+(?:\.\d+)?)\s*(y|year|years)?\b`)

// ageWords groups the upper age limit.
func ageWords(r *evidence.Record) string {
	m := years.FindStringSubmatch(strings.TrimSpace(r.MaximumAge))
	if m == nil {
		if r.MinimumAge != "" || strings.TrimSpace(r.MaximumAge) != "" {
			return "no upper age limit in years stated"
		}
		return notStated
	}
	switch n, _ := strconv.ParseFloat(m[1], 64); {
	case n < 18:
		return "people under 18 only"
	case n < 65:
		return "upper age limit below 65"
	case n < 75:
		return "upper age limit 65 to 74"
	}
	return "upper age limit 75 or more"
}

func counted(m map[string]int) []Counted {
	var out []Counted
	for name, n := range m {
		out = append(out, Counted{Name: name, Trials: n})
	}
	slices.SortFunc(out, func(a, b Counted) int {
		if (a.Name == notStated) != (b.Name == notStated) {
			if a.Name == notStated {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(b.Trials, a.Trials), strings.Compare(a.Name, b.Name))
	})
	return out
}
