package starter

import (
	"fmt"
	"slices"
	"strings"
)

// substanceNames are the intervention names with their synonyms, so that a
// search by any synonym finds the trial as it would in the register.
var substanceNames = map[string][]string{
	"mdma":       {"MDMA", "midomafetamine", "3,4-methylenedioxymethamphetamine"},
	"psilocybin": {"Psilocybin", "psilocin"},
	"lsd":        {"LSD", "lysergic acid diethylamide", "lysergide"},
	"cyb003":     {"CYB003", "deuterated psilocin"},
	"mbsr":       {"mindfulness-based stress reduction (MBSR)"},
}

var conditionNames = map[string]string{
	"ptsd": "Post-Traumatic Stress Disorder (PTSD)", "depression": "Depression", "anxiety": "Anxiety",
	"alcohol-use-disorder": "Alcohol Use Disorder", "cancer": "Cancer", "couples": "Couples",
}

// wireStudy retells one trial as a study of the v2 API; r is what the register
// states beyond the trial's facts, empty where no source shows it.
func wireStudy(t Trial, papers []Paper, r Registration) map[string]any {
	p := map[string]any{
		"identificationModule": identification(t, r),
		"statusModule":         status(r),
		"conditionsModule":     map[string]any{"conditions": conditions(t)},
		"designModule":         design(t),
	}
	if r.Phase != "" {
		p["designModule"].(map[string]any)["phases"] = []string{r.Phase}
	}
	if r.Enrolled > 0 {
		p["designModule"].(map[string]any)["enrollmentInfo"] = map[string]any{"count": r.Enrolled, "type": "ACTUAL"}
	}
	if r.Sponsor != "" {
		p["sponsorCollaboratorsModule"] = map[string]any{"leadSponsor": map[string]string{"name": r.Sponsor}}
	}
	arms, interventions := armsAndInterventions(t)
	if len(interventions) > 0 {
		m := map[string]any{"interventions": interventions}
		if len(arms) > 0 {
			m["armGroups"] = arms
		}
		p["armsInterventionsModule"] = m
	}
	for _, x := range load().protocols {
		if x.ID == t.ID {
			x.wire(p)
		}
	}
	if refs := references(t, papers); len(refs) > 0 {
		p["referencesModule"] = map[string]any{"references": refs}
	}
	study := map[string]any{"protocolSection": p, "hasResults": false}
	for _, x := range load().results {
		if x.ID == t.ID {
			study["hasResults"] = true
			study["resultsSection"] = map[string]any{"outcomeMeasuresModule": map[string]any{"outcomeMeasures": x.Outcomes}}
		}
	}
	return study
}

func identification(t Trial, r Registration) map[string]any {
	m := map[string]any{"nctId": t.ID, "briefTitle": title(t)}
	if r.Acronym != "" {
		m["acronym"] = r.Acronym
	}
	var others []map[string]string
	if r.EudraCT != "" {
		others = append(others, map[string]string{"id": r.EudraCT, "type": "EUDRACT_NUMBER"})
	}
	for _, id := range r.OtherIDs {
		others = append(others, map[string]string{"id": id, "type": "OTHER"})
	}
	if len(others) > 0 {
		m["secondaryIdInfos"] = others
	}
	return m
}

// status gives the dates and the status; all dates of the starter set lie in
// the past and are actual ones.
func status(r Registration) map[string]any {
	m := map[string]any{}
	if r.Status != "" {
		m["overallStatus"] = r.Status
	}
	for key, day := range map[string]string{"startDateStruct": r.Start, "primaryCompletionDateStruct": r.Primary,
		"completionDateStruct":     r.End,
		"studyFirstPostDateStruct": r.FirstPosted, "lastUpdatePostDateStruct": r.Updated} {
		if day != "" {
			m[key] = map[string]string{"date": day, "type": "ACTUAL"}
		}
	}
	return m
}

func title(t Trial) string {
	var subs []string
	for _, s := range t.Substances {
		subs = append(subs, substanceNames[s][0])
	}
	var treated, people []string
	for _, c := range t.Conditions {
		if in, ok := inPeople[c]; ok {
			people = append(people, in)
		} else {
			treated = append(treated, conditionNames[c])
		}
	}
	if len(treated) == 0 {
		treated, people = conditions(t), nil
	}
	s := strings.Join(append([]string{strings.Join(subs, " and ") + " for " + strings.Join(treated, " and ")}, people...), " ")
	if t.Label != "" {
		s += " (" + t.Label + ")"
	}
	return s + " [retold facts]"
}

// inPeople are conditions of a trial that say who took part, beside the one that
// is treated.
var inPeople = map[string]string{"cancer": "in people with cancer", "couples": "in couples"}

func conditions(t Trial) []string {
	out := []string{}
	for _, c := range t.Conditions {
		out = append(out, conditionNames[c])
	}
	if len(out) == 0 {
		out = append(out, t.Populations...)
	}
	return out
}

func design(t Trial) map[string]any {
	info := map[string]any{}
	switch t.Design {
	case "parallel-rct":
		info["allocation"], info["interventionModel"] = "RANDOMIZED", "PARALLEL"
	case "crossover-rct":
		info["allocation"], info["interventionModel"] = "RANDOMIZED", "CROSSOVER"
	case "single-arm":
		info["interventionModel"] = "SINGLE_GROUP"
	}
	switch t.Blinding {
	case "double-blind":
		info["maskingInfo"] = map[string]any{"masking": "DOUBLE"}
	case "open-label":
		info["maskingInfo"] = map[string]any{"masking": "NONE"}
	}
	m := map[string]any{"studyType": "INTERVENTIONAL"}
	if len(info) > 0 {
		m["designInfo"] = info
	}
	return m
}

func armsAndInterventions(t Trial) (arms, interventions []map[string]any) {
	labels := map[string][]string{}
	for _, a := range t.Arms {
		name := a.What
		if n, ok := substanceNames[a.What]; ok {
			name = n[0]
		}
		label := strings.TrimSpace(name + " " + strings.Join(a.Doses, ", "))
		given := []string{"Drug: " + name}
		switch a.What {
		case "placebo": // the doses are those that it imitates
			label = name
		case "waitlist":
			given = nil
		case "mbsr":
			given = []string{"Behavioral: " + name}
		}
		kind := "EXPERIMENTAL"
		if a.Role == "comparator" {
			kind = "ACTIVE_COMPARATOR"
			if slices.Contains([]string{"placebo", "lactose", "mannitol"}, a.What) {
				kind = "PLACEBO_COMPARATOR"
			} else if slices.Contains([]string{"waitlist"}, a.What) {
				kind = "NO_INTERVENTION"
			}
		}
		arms = append(arms, map[string]any{"label": label, "type": kind, "interventionNames": given})
		labels[name] = append(labels[name], label)
	}
	for _, s := range t.Substances {
		n := substanceNames[s]
		iv := map[string]any{"type": "DRUG", "name": n[0], "otherNames": n[1:]}
		if l := labels[n[0]]; len(l) > 0 {
			iv["armGroupLabels"] = l
		}
		interventions = append(interventions, iv)
	}
	return arms, interventions
}

// references lists the papers of the trial; the register's own type of a
// reference is not known here and is left out.
func references(t Trial, papers []Paper) []map[string]any {
	var refs []map[string]any
	seen := map[string]bool{}
	for _, p := range papers {
		if !slices.Contains(p.TrialIDs, t.ID) {
			continue
		}
		r := map[string]any{"citation": citation(p)}
		if p.PMID != "" {
			r["pmid"] = p.PMID
		}
		refs = append(refs, r)
		seen[strings.ToLower(p.DOI)] = true
	}
	for _, d := range t.DOIs {
		if !seen[strings.ToLower(d)] {
			refs = append(refs, map[string]any{"citation": "doi: " + d})
		}
	}
	return refs
}

func citation(p Paper) string {
	s := strings.TrimSpace(p.Title)
	if p.Year != "" {
		s += fmt.Sprintf(" (%s)", p.Year)
	}
	if p.DOI != "" {
		s += " doi: " + p.DOI
	}
	return strings.TrimSpace(s)
}
