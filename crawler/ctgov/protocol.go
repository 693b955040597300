package ctgov

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"past/crawler/jsontree"
	"past/internal/evidence"
	"past/internal/ident"
)

// statuses puts the register's words into the tracker's; all expanded access
// words are "other".
var statuses = map[string]evidence.Status{
	"NOT_YET_RECRUITING":        evidence.StatusNotYet,
	"RECRUITING":                evidence.StatusRecruiting,
	"ENROLLING_BY_INVITATION":   evidence.StatusRecruiting,
	"ACTIVE_NOT_RECRUITING":     evidence.StatusActive,
	"COMPLETED":                 evidence.StatusCompleted,
	"SUSPENDED":                 evidence.StatusSuspended,
	"TERMINATED":                evidence.StatusTerminated,
	"WITHDRAWN":                 evidence.StatusWithdrawn,
	"UNKNOWN":                   evidence.StatusUnknown,
	"":                          evidence.StatusUnknown,
	"AVAILABLE":                 evidence.StatusOther,
	"NO_LONGER_AVAILABLE":       evidence.StatusOther,
	"TEMPORARILY_NOT_AVAILABLE": evidence.StatusOther,
	"APPROVED_FOR_MARKETING":    evidence.StatusOther,
	"WITHHELD":                  evidence.StatusOther,
}

// protocol reads what the sponsor registered.
func (m *mapper) protocol(rec *evidence.Record, p *jsontree.Node) {
	m.identification(rec, p.Get("identificationModule"))
	m.status(rec, p.Get("statusModule"))
	m.design(rec, p.Get("designModule"))
	m.arms(rec, p.Get("armsInterventionsModule"))
	m.planned(rec, p.Get("outcomesModule"))
	m.people(rec, p)
	m.places(rec, p.At("contactsLocationsModule", "locations"))
	m.references(rec, p.At("referencesModule", "references"))

	rec.Summary = str(p.Get("descriptionModule"), "briefSummary")
	c := p.Get("conditionsModule")
	rec.Conditions, rec.Keywords = c.Get("conditions").Scalars(), c.Get("keywords").Scalars()
}

func (m *mapper) identification(rec *evidence.Record, id *jsontree.Node) {
	rec.Title, rec.OfficialTitle = str(id, "briefTitle"), str(id, "officialTitle")
	rec.Acronym = str(id, "acronym")
	rec.Aliases = id.Get("nctIdAliases").Scalars()
	if org := id.Get("orgStudyIdInfo"); str(org, "id") != "" {
		rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{
			Value: str(org, "id"), Type: "ORG_STUDY_ID", Domain: str(org, "type"), Link: str(org, "link"),
		})
	}
	others := id.Get("secondaryIdInfos").Items()
	for i := range others {
		o := &others[i]
		rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{
			Value: str(o, "id"), Type: str(o, "type"), Domain: str(o, "domain"), Link: str(o, "link"),
		})
	}
}

func (m *mapper) status(rec *evidence.Record, s *jsontree.Node) {
	rec.StatusRaw = str(s, "overallStatus")
	known := false
	if rec.Status, known = statuses[rec.StatusRaw]; !known {
		rec.Status = evidence.StatusUnknown
		m.note(m.base+"/protocolSection/statusModule/overallStatus", fmt.Sprintf("%q is no status known here", rec.StatusRaw))
	}
	rec.LastKnown, rec.WhyStopped = str(s, "lastKnownStatus"), str(s, "whyStopped")
	rec.StatusVerified = date(s, "statusVerifiedDate")
	rec.Start = dateStruct(s.Get("startDateStruct"))
	rec.PrimaryCompletion = dateStruct(s.Get("primaryCompletionDateStruct"))
	rec.Completion = dateStruct(s.Get("completionDateStruct"))
	rec.FirstSubmitted = date(s, "studyFirstSubmitDate")
	rec.FirstPosted = dateStruct(s.Get("studyFirstPostDateStruct"))
	rec.ResultsFirstPosted = dateStruct(s.Get("resultsFirstPostDateStruct"))
	rec.LastUpdateSubmit = date(s, "lastUpdateSubmitDate")
	rec.LastUpdatePosted = dateStruct(s.Get("lastUpdatePostDateStruct"))
}

func (m *mapper) design(rec *evidence.Record, d *jsontree.Node) {
	rec.StudyType = str(d, "studyType")
	rec.Phases = d.Get("phases").Scalars()
	info := d.Get("designInfo")
	rec.Allocation = str(info, "allocation")
	rec.InterventionModel = str(info, "interventionModel")
	rec.PrimaryPurpose = str(info, "primaryPurpose")
	rec.Masking = str(info.Get("maskingInfo"), "masking")
	rec.WhoMasked = info.At("maskingInfo", "whoMasked").Scalars()
	n := d.Get("enrollmentInfo")
	rec.Enrollment = m.integer(n.Get("count"), func() string { return m.base + "/protocolSection/designModule/enrollmentInfo/count" })
	rec.EnrollmentType = str(n, "type")
}

func (m *mapper) arms(rec *evidence.Record, a *jsontree.Node) {
	groups := a.Get("armGroups").Items()
	if len(groups) > 0 {
		rec.Arms = make([]evidence.Arm, len(groups))
	}
	for i := range groups {
		g := &groups[i]
		rec.Arms[i] = evidence.Arm{
			Label: str(g, "label"), Type: str(g, "type"), Description: str(g, "description"),
			InterventionNames: g.Get("interventionNames").Scalars(),
			Pointer:           m.base + "/protocolSection/armsInterventionsModule/armGroups/" + strconv.Itoa(i),
		}
	}
	given := a.Get("interventions").Items()
	if len(given) > 0 {
		rec.Interventions = make([]evidence.Intervention, len(given))
	}
	for i := range given {
		g := &given[i]
		rec.Interventions[i] = evidence.Intervention{
			Type: str(g, "type"), Name: str(g, "name"), Description: str(g, "description"),
			ArmLabels: g.Get("armGroupLabels").Scalars(), OtherNames: g.Get("otherNames").Scalars(),
		}
	}
}

func (m *mapper) planned(rec *evidence.Record, o *jsontree.Node) {
	for _, list := range [...]struct{ key, kind string }{
		{"primaryOutcomes", "primary"}, {"secondaryOutcomes", "secondary"}, {"otherOutcomes", "other"},
	} {
		items := o.Get(list.key).Items()
		rec.Planned = slices.Grow(rec.Planned, len(items))
		for i := range items {
			n := &items[i]
			rec.Planned = append(rec.Planned, evidence.PlannedOutcome{
				Type: list.kind, Measure: str(n, "measure"), Description: str(n, "description"), TimeFrame: str(n, "timeFrame"),
				Pointer: m.base + "/protocolSection/outcomesModule/" + list.key + "/" + strconv.Itoa(i),
			})
		}
	}
}

// people reads who may take part and which organisations are behind the
// study. Names of persons stay in the payload.
func (m *mapper) people(rec *evidence.Record, p *jsontree.Node) {
	e := p.Get("eligibilityModule")
	rec.Sex, rec.Eligibility = str(e, "sex"), str(e, "eligibilityCriteria")
	rec.MinimumAge, rec.MaximumAge = str(e, "minimumAge"), str(e, "maximumAge")
	s := p.Get("sponsorCollaboratorsModule")
	lead := s.Get("leadSponsor")
	rec.Sponsor = evidence.Organisation{Name: str(lead, "name"), Class: str(lead, "class")}
	others := s.Get("collaborators").Items()
	for i := range others {
		rec.Collaborators = append(rec.Collaborators, evidence.Organisation{Name: str(&others[i], "name"), Class: str(&others[i], "class")})
	}
}

func (m *mapper) places(rec *evidence.Record, list *jsontree.Node) {
	items := list.Items()
	if len(items) > 0 {
		rec.Sites = make([]evidence.Site, len(items))
	}
	for i := range items {
		n := &items[i]
		at := func(key string) func() string {
			return func() string {
				return m.base + "/protocolSection/contactsLocationsModule/locations/" + strconv.Itoa(i) + "/geoPoint/" + key
			}
		}
		geo := n.Get("geoPoint")
		rec.Sites[i] = evidence.Site{
			Facility: str(n, "facility"), City: str(n, "city"), State: str(n, "state"), Zip: str(n, "zip"),
			Country: str(n, "country"), Status: str(n, "status"),
			Lat: m.float(geo.Get("lat"), at("lat")), Lon: m.float(geo.Get("lon"), at("lon")),
		}
		if c := rec.Sites[i].Country; c != "" && !slices.Contains(rec.Countries, c) {
			rec.Countries = append(rec.Countries, c)
		}
	}
}

func (m *mapper) references(rec *evidence.Record, list *jsontree.Node) {
	items := list.Items()
	if len(items) > 0 {
		rec.References = make([]evidence.Reference, len(items))
	}
	for i := range items {
		n := &items[i]
		r := evidence.Reference{
			PMID: str(n, "pmid"), Type: str(n, "type"), Citation: str(n, "citation"),
			Pointer: m.base + "/protocolSection/referencesModule/references/" + strconv.Itoa(i),
		}
		r.DOI = ident.OneDOI(r.Citation)
		notices := n.Get("retractions").Items()
		for k := range notices {
			r.Retractions = append(r.Retractions, strings.TrimSpace("PMID "+str(&notices[k], "pmid")+" "+str(&notices[k], "source")))
		}
		rec.References[i] = r
	}
}
