package ctis

import (
	"slices"
	"strconv"
	"strings"

	"past/crawler/answer"
	"past/crawler/jsontree"
	"past/internal/evidence"
)

// phases are the codes of trialPhase. 3, 4, 5, 6 and 9 were checked against
// recorded trials that carry code and label.
var phases = map[string][]string{
	"1": {"PHASE1"}, "2": {"PHASE1"}, "3": {"PHASE1"}, "4": {"PHASE2"}, "5": {"PHASE3"}, "6": {"PHASE4"},
	"7": {"PHASE1", "PHASE2"}, "8": {"PHASE1", "PHASE2"}, "9": {"PHASE1", "PHASE2"}, "10": {"PHASE2", "PHASE3"}, "11": {"PHASE3", "PHASE4"},
}

func (m *mapper) design(rec *evidence.Record, part *jsontree.Node) {
	info := part.At("trialDetails", "trialInformation")
	if code := info.At("trialCategory", "trialPhase").Scalar(); code != "" {
		p, ok := phases[code]
		if !ok {
			m.note(m.appAt+"/authorizedPartI/trialDetails/trialInformation/trialCategory/trialPhase", "%q is no code of a phase known here", code)
		}
		rec.Phases = slices.Clone(p)
	}
	m.enrolment(rec, part)
	m.periods(rec, part)
	var conditions, keywords answer.Once
	for _, c := range conditionList(part) {
		if t := text(c.Get("medicalCondition")); conditions.First(t) {
			rec.Conditions = append(rec.Conditions, t)
		}
	}
	areas := part.Get("therapeuticAreas").Items()
	for i := range areas {
		if t := text(areas[i].Get("name")); t != "" {
			keywords.First(t)
			rec.Keywords = append(rec.Keywords, t)
		}
	}
	terms := info.At("medicalCondition", "meddraConditionTerms").Items()
	for i := range terms {
		if t := text(terms[i].Get("termName")); keywords.First(t) {
			rec.Keywords = append(rec.Keywords, t)
		}
	}
	pop := info.Get("populationOfTrialSubjects")
	switch female, male := pop.Get("isFemaleSubjects").Scalar() == "true", pop.Get("isMaleSubjects").Scalar() == "true"; {
	case female && male:
		rec.Sex = "ALL"
	case female:
		rec.Sex = "FEMALE"
	case male:
		rec.Sex = "MALE"
	}
	rec.Eligibility = criteria(info.Get("eligibilityCriteria"))
}

func conditionList(part *jsontree.Node) []*jsontree.Node {
	items := part.Get("medicalConditions").Items()
	if len(items) == 0 {
		items = part.At("trialDetails", "trialInformation", "medicalCondition", "partIMedicalConditions").Items()
	}
	var out []*jsontree.Node
	for i := range items {
		out = append(out, &items[i])
	}
	return out
}

func criteria(n *jsontree.Node) string {
	var b strings.Builder
	for _, k := range [][2]string{{"principalInclusionCriteria", "Inclusion criteria:"},
		{"principalExclusionCriteria", "Exclusion criteria:"}} {
		items := n.Get(k[0]).Items()
		if len(items) > 0 {
			b.WriteString(k[1] + "\n")
		}
		for i := range items {
			if t := text(items[i].Get(k[0])); t != "" {
				b.WriteString("* " + t + "\n")
			}
		}
	}
	return strings.TrimSpace(b.String())
}

// enrolment is the number planned: that of each member state and of the rest
// of the world, added up. It is absent when one of them is not given.
func (m *mapper) enrolment(rec *evidence.Record, part *jsontree.Node) {
	states := m.app.Get("authorizedPartsII").Items()
	if len(states) == 0 {
		return
	}
	sum := 0
	add := func(n *jsontree.Node, at string) bool {
		raw := n.Scalar()
		v, err := strconv.Atoi(raw)
		if err != nil || v < 0 || v > 10_000_000 {
			if raw != "" {
				m.note(at, "%q is no number of people", raw)
			}
			return false
		}
		sum += v
		return true
	}
	for i := range states {
		if !add(states[i].Get("recruitmentSubjectCount"), m.appAt+"/authorizedPartsII/"+strconv.Itoa(i)+"/recruitmentSubjectCount") {
			return
		}
	}
	if row := part.Get("rowSubjectCount"); row.Scalar() != "" && !add(row, m.appAt+"/authorizedPartI/rowSubjectCount") {
		return
	}
	if sum > 0 {
		rec.Enrollment, rec.EnrollmentType = &sum, "ESTIMATED"
	}
}

// periods reads arms and allocation. Of the codes of allocation only 1,
// random, was seen with words that say so; codes of blinding stay codes.
func (m *mapper) periods(rec *evidence.Record, part *jsontree.Node) {
	base := m.appAt + "/authorizedPartI/trialDetails/protocolInformation/studyDesign/periodDetails"
	list := part.At("trialDetails", "protocolInformation", "studyDesign", "periodDetails").Items()
	var seen answer.Once
	for i := range list {
		p := &list[i]
		if p.Get("allocationMethod").Scalar() == "1" {
			rec.Allocation = "RANDOMIZED"
		}
		if c := p.Get("blindingMethodCode").Scalar(); c != "" && rec.Masking == "" {
			rec.Masking = "CTIS blinding code " + c
		}
		arms := p.Get("armDetails").Items()
		for j := range arms {
			a := evidence.Arm{Label: text(arms[j].Get("title")), Description: text(arms[j].Get("description")),
				Pointer: base + "/" + strconv.Itoa(i) + "/armDetails/" + strconv.Itoa(j)}
			if seen.First("arm", a.Label, a.Description) {
				rec.Arms = append(rec.Arms, a)
			}
		}
	}
}

// people reads organisations; names of persons stay in the payload.
func (m *mapper) people(rec *evidence.Record, part *jsontree.Node) {
	list := part.Get("sponsors").Items()
	for i := range list {
		org := list[i].Get("organisation")
		o := evidence.Organisation{Name: text(org.Get("name")), Class: text(org.Get("type"))}
		switch {
		case o.Name == "":
		case list[i].Get("primary").Scalar() == "true" && rec.Sponsor.Name == "":
			rec.Sponsor = o
		default:
			rec.Collaborators = append(rec.Collaborators, o)
		}
	}
	funds := part.At("trialDetails", "trialInformation", "sourceOfMonetarySupport").Items()
	for i := range funds {
		if t := text(funds[i].Get("organisationName")); t != "" && t != rec.Sponsor.Name {
			rec.Collaborators = append(rec.Collaborators, evidence.Organisation{Name: t, Class: "FUNDER"})
		}
	}
}

func (m *mapper) places(rec *evidence.Record, part *jsontree.Node) {
	var seen answer.Once
	country := func(s string) {
		if seen.First(s) {
			rec.Countries = append(rec.Countries, s)
		}
	}
	states := m.app.Get("memberStatesConcerned").Items()
	for i := range states {
		if s := text(states[i].Get("mscName")); s != "" {
			country(s)
		} else {
			country(text(states[i].Get("countryName")))
		}
	}
	world := part.Get("rowCountriesInfo").Items()
	for i := range world {
		country(text(world[i].Get("name")))
	}
	parts := m.app.Get("authorizedPartsII").Items()
	for i := range parts {
		sites := parts[i].Get("trialSites").Items()
		for j := range sites {
			org := sites[j].Get("organisationAddressInfo")
			addr := org.Get("address")
			s := evidence.Site{Facility: text(org.At("organisation", "name")), City: text(addr.Get("city")), Zip: text(addr.Get("postcode")),
				Country: text(addr.Get("countryName"))}
			if s != (evidence.Site{}) {
				rec.Sites = append(rec.Sites, s)
			}
		}
	}
}

// products reads what is given, with its role (test, comparator, placebo,
// auxiliary) in the description.
func (m *mapper) products(rec *evidence.Record, part *jsontree.Node) {
	var seen answer.Once
	add := func(p *jsontree.Node, role string) {
		substance := text(p.Get("jsonActiveSubstanceNames"))
		if substance == "" {
			substance = text(p.At("productDictionaryInfo", "activeSubstanceName"))
		}
		name := text(p.Get("productName"))
		if name == "" {
			name = text(p.At("productDictionaryInfo", "prodName"))
		}
		iv := evidence.Intervention{Type: "DRUG", Name: name, Description: role}
		if name == "" {
			iv.Name = substance
		} else if substance != "" && !strings.EqualFold(substance, name) {
			iv.OtherNames = []string{substance}
		}
		if iv.Name == "" || !seen.First(iv.Name, iv.Description, strings.Join(iv.OtherNames, "\x00")) {
			return
		}
		rec.Interventions = append(rec.Interventions, iv)
	}
	groups := part.Get("productRoleGroupInfos").Items()
	for i := range groups {
		items := groups[i].Get("products").Items()
		for j := range items {
			add(&items[j], text(groups[i].Get("productRoleName")))
		}
	}
	if len(rec.Interventions) == 0 {
		items := part.Get("products").Items()
		for i := range items {
			add(&items[i], "")
		}
	}
}

func (m *mapper) outcomes(rec *evidence.Record, part *jsontree.Node) {
	base := m.appAt + "/authorizedPartI/trialDetails/trialInformation/endPoint/"
	for _, k := range [][2]string{{"primaryEndPoints", "primary"}, {"secondaryEndPoints", "secondary"}} {
		items := part.At("trialDetails", "trialInformation", "endPoint", k[0]).Items()
		for i := range items {
			if t := text(items[i].Get("endPoint")); t != "" {
				rec.Planned = append(rec.Planned, evidence.PlannedOutcome{Type: k[1], Measure: t, Pointer: base + k[0] + "/" + strconv.Itoa(i)})
			}
		}
	}
}

// documents lists files, those of results among them; CTIS has no results as
// numbers.
func (m *mapper) documents(rec *evidence.Record, n *jsontree.Node) {
	for _, list := range []struct {
		n    *jsontree.Node
		kind string
	}{{n.Get("documents"), ""}, {n.At("results", "summaryResults"), "summary of results"},
		{n.At("results", "laypersonResults"), "lay summary of results"}, {n.At("results", "clinicalStudyReports"), "clinical study report"}} {
		items := list.n.Items()
		for i := range items {
			d := &items[i]
			doc := evidence.Document{Type: text(d.Get("documentTypeLabel")), Label: text(d.Get("title")), Filename: d.Get("uuid").Scalar(),
				Date: isoDay(d.Get("submissionDate").Scalar())}
			if list.kind != "" {
				doc.Type = list.kind
			}
			if doc.Filename != "" {
				doc.URL = baseURL + "/documents/" + rec.ID + "/" + doc.Filename + "/download"
			}
			rec.Documents = append(rec.Documents, doc)
		}
	}
}
