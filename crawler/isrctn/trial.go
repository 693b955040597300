package isrctn

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/drift"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

//go:embed outline.txt
var outlineText string

var outline = drift.New(outlineText)

var records = answer.Records{
	Source:   SourceName,
	Elements: []string{"fullTrial"},
	Roots:    []string{"allTrials", "fullTrial"},
}

// Recognise reports whether a file is a saved answer of the query API, by its
// beginning.
func Recognise(_ string, head []byte) bool {
	doc, _ := xmltree.Clean(head)
	root := xmltree.Cut(doc).Root
	return root == "allTrials" || root == "fullTrial" && bytes.Contains(head, []byte("isrctn"))
}

// Parse reads the trials of an answer in their order. The status of a trial is
// derived as of the payload's FetchedAt.
func Parse(p evidence.Payload) (crawler.Parsed, error) {
	r := records
	r.Read = func(n *xmltree.Node, at evidence.Provenance) (evidence.Record, error) {
		return read(n, at, p.FetchedAt)
	}
	out, err := r.Parse(p)
	if err == nil && len(out.Records)+len(out.Problems) == 0 {
		doc, _ := xmltree.Clean(p.Body)
		if m := totalCount.FindStringSubmatch(xmltree.Cut(doc).Attrs); m != nil {
			out.Problems = answer.Promised(m[1], "/allTrials")
			answer.Stamp(&out, SourceName, answer.Hashed(p))
		}
	}
	return out, err
}

type mapper struct {
	base     string
	problems []evidence.Problem
}

func (m *mapper) note(path, format string, args ...any) {
	m.problems = append(m.problems, evidence.Problem{Kind: crawler.KindBadValue, Where: m.base + path, Message: fmt.Sprintf(format, args...)})
}

func read(n *xmltree.Node, at evidence.Provenance, asOf time.Time) (evidence.Record, error) {
	t := n.Get("trial")
	raw := t.Get("isrctn").Text()
	id, ok := CanonicalID(raw)
	if !ok {
		return evidence.Record{}, &crawler.AnswerError{Kind: crawler.KindNoID, Where: at.Pointer + "/trial/isrctn",
			Message: fmt.Sprintf("%q is no ISRCTN number", raw)}
	}
	m := mapper{base: at.Pointer}
	rec := evidence.Record{ID: id, Source: SourceName, Kind: evidence.KindTrial, Prov: at, URL: "https://www.isrctn.com/" + id,
		Version: t.Attr("version")}
	d := t.Get("trialDescription")
	rec.Title, rec.OfficialTitle, rec.Acronym = d.Get("title").Text(), d.Get("scientificTitle").Text(), d.Get("acronym").Text()
	rec.Summary = given(d.Get("plainEnglishSummary").Lines())
	if rec.Summary == "" {
		rec.Summary = d.Get("studyHypothesis").Lines()
	}
	m.ids(&rec, t.Get("externalRefs"))
	m.dates(&rec, t)
	m.design(&rec, t)
	m.participants(&rec, t.Get("participants"))
	m.conditions(&rec, t)
	m.outcomes(&rec, d)
	m.outputs(&rec, t)
	parties(&rec, n, t.Get("parties"))
	status(&rec, t, asOf)
	rec.Unknown = outline.XML(n)
	rec.ContentHash = answer.Sum(xmltree.Canonical(nil, n, func(path []string) bool {
		return len(path) == 2 && path[0] == "trial" && (path[1] == "@lastUpdated" || path[1] == "@version")
	}))
	rec.Problems = m.problems
	return rec, nil
}

// none are texts by which registrants say that there is nothing.
var none = []string{"", "nil known", "not applicable", "n/a", "none", "not provided at time of registration", "nil"}

// given drops a text that says that nothing is given.
func given(s string) string {
	if slices.Contains(none, strings.ToLower(strings.TrimRight(s, "."))) {
		return ""
	}
	return s
}

// ids reads the numbers that the trial has elsewhere.
func (m *mapper) ids(rec *evidence.Record, x *xmltree.Node) {
	add := func(n *xmltree.Node, kind string) {
		raw := given(n.Text())
		if raw == "" {
			return
		}
		rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: answer.OneID(raw), Type: kind})
	}
	add(x.Get("clinicalTrialsGovNumber"), "NCT")
	add(x.Get("eudraCTNumber"), "EUDRACT_NUMBER")
	add(x.Get("ctisNumber"), "CTIS")
	add(x.Get("irasNumber"), "IRAS")
	add(x.Get("protocolSerialNumber"), "PROTOCOL")
	for _, n := range x.At("secondaryNumbers").All("secondaryNumber") {
		add(n, "SECONDARY")
	}
	if doi := x.Get("doi").Text(); doi != "" {
		rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: doi, Type: "DOI", Link: "https://doi.org/" + doi})
	}
}

func (m *mapper) dates(rec *evidence.Record, t *xmltree.Node) {
	p, d := t.Get("participants"), t.Get("trialDesign")
	rec.Start = day(p.Get("recruitmentStart").Text())
	if rec.Start.Raw == "" {
		rec.Start = day(d.Get("overallStartDate").Text())
	}
	rec.Completion = day(d.Get("overallEndDate").Text())
	rec.FirstPosted = day(t.Get("isrctn").Attr("dateAssigned"))
	rec.LastUpdatePosted = day(t.Attr("lastUpdated"))
}

// day keeps the day of a timestamp, and any other text as it is.
func day(s string) evidence.DateStruct {
	if len(s) > 10 && s[10] == 'T' {
		if _, err := time.Parse(time.DateOnly, s[:10]); err == nil {
			s = s[:10]
		}
	}
	return evidence.DateStruct{Raw: s}
}

func (m *mapper) design(rec *evidence.Record, t *xmltree.Node) {
	d := t.Get("trialDesign")
	rec.StudyType = strings.ToUpper(d.Get("primaryStudyDesign").Text())
	second := strings.ToLower(d.Get("secondaryStudyDesign").Text() + " " + d.Get("allocation").Text())
	switch {
	case strings.Contains(second, "non randomised"), strings.Contains(second, "non-randomised"), strings.Contains(second, "not randomised"):
		rec.Allocation = "NON_RANDOMIZED"
	case strings.Contains(second, "randomised"):
		rec.Allocation = "RANDOMIZED"
	}
	rec.Masking, rec.InterventionModel = d.Get("masking").Text(), d.Get("assignment").Text()
	for _, x := range append(d.At("trialTypes").All("trialType"), d.Get("trialType")) {
		if s := x.Text(); s != "" && rec.PrimaryPurpose == "" {
			rec.PrimaryPurpose = strings.ToUpper(s)
		}
	}
	rec.WhyStopped = d.Get("reasonAbandoned").Text()
	var phases answer.Once
	for i, v := range t.At("interventions").All("intervention") {
		if p := v.Get("phase").Text(); given(p) != "" && phases.First(p) {
			rec.Phases = append(rec.Phases, p)
		}
		iv := evidence.Intervention{Type: strings.ToUpper(v.Get("interventionType").Text()), Name: v.Get("drugNames").Text(),
			Description: v.Get("description").Lines()}
		if iv.Name == "" && iv.Description == "" {
			m.note("/trial/interventions/intervention["+strconv.Itoa(i+1)+"]", "an intervention without name and description")
		}
		rec.Interventions = append(rec.Interventions, iv)
	}
}

func (m *mapper) participants(rec *evidence.Record, p *xmltree.Node) {
	// The final number is what was enrolled; without it the target, where 0
	// means that none was given.
	if n, ok := m.count(p, "totalFinalEnrolment"); ok && p.Get("totalFinalEnrolment").Text() != "" {
		rec.Enrollment, rec.EnrollmentType = &n, "ACTUAL"
	} else if n, ok := m.count(p, "targetEnrolment"); ok && n > 0 {
		rec.Enrollment, rec.EnrollmentType = &n, "ESTIMATED"
	}
	rec.Sex = strings.ToUpper(p.Get("gender").Text())
	if rec.Sex == "BOTH" {
		rec.Sex = "ALL"
	}
	rec.MinimumAge, rec.MaximumAge = p.Get("lowerAgeLimit").Text(), p.Get("upperAgeLimit").Text()
	var text []string
	if in := p.Get("inclusion").Lines(); in != "" {
		text = append(text, "Inclusion criteria:\n"+in)
	}
	if ex := p.Get("exclusion").Lines(); ex != "" {
		text = append(text, "Exclusion criteria:\n"+ex)
	}
	rec.Eligibility = strings.Join(text, "\n")
	var countries answer.Once
	for _, c := range p.At("recruitmentCountries").All("country") {
		if s := c.Text(); countries.First(s) {
			rec.Countries = append(rec.Countries, s)
		}
	}
	for _, c := range p.At("trialCentres").All("trialCentre") {
		rec.Sites = append(rec.Sites, evidence.Site{Facility: c.Get("name").Text(), City: c.Get("city").Text(), State: c.Get("state").Text(),
			Zip: c.Get("zip").Text(), Country: c.Get("country").Text()})
	}
}

// count reads a number of people: digits, with commas between thousands.
func (m *mapper) count(p *xmltree.Node, name string) (int, bool) {
	raw := p.Get(name).Text()
	if raw == "" {
		return 0, false
	}
	n := evidence.ParseNumber(raw, evidence.StyleRegister)
	if !n.OK || n.Op != "" || n.Percent || n.Value < 0 || n.Value > 1e9 || n.Value != float64(int(n.Value)) {
		m.note("/trial/participants/"+name, "%q is no number of people", raw)
		return 0, false
	}
	return int(n.Value), true
}

func (m *mapper) conditions(rec *evidence.Record, t *xmltree.Node) {
	var classes answer.Once
	for _, c := range t.At("conditions").All("condition") {
		if s := c.Get("description").Text(); s != "" {
			rec.Conditions = append(rec.Conditions, s)
		}
		for _, k := range []string{"diseaseClass1", "diseaseClass2"} {
			if s := c.Get(k).Text(); classes.First(s) {
				rec.Keywords = append(rec.Keywords, s)
			}
		}
	}
}

// outcomes reads the newer layout of measures and the older one of plain text.
func (m *mapper) outcomes(rec *evidence.Record, d *xmltree.Node) {
	for _, k := range []struct{ list, text, kind string }{{"primaryOutcomes", "primaryOutcome", "primary"},
		{"secondaryOutcomes", "secondaryOutcome", "secondary"}} {
		measures := d.Get(k.list).All("outcomeMeasure")
		for i, o := range measures {
			rec.Planned = append(rec.Planned, evidence.PlannedOutcome{Type: k.kind, Measure: o.Get("variable").Text(),
				Description: o.Get("method").Text(), TimeFrame: o.Get("timepoints").Text(),
				Pointer: m.base + "/trial/trialDescription/" + k.list + "/outcomeMeasure[" + strconv.Itoa(i+1) + "]"})
		}
		for i, o := range d.All(k.text) {
			if s := given(o.Lines()); s != "" {
				rec.Planned = append(rec.Planned, evidence.PlannedOutcome{Type: k.kind, Measure: s, Pointer: m.base + "/trial/trialDescription/" +
					k.text + "[" + strconv.Itoa(i+1) + "]"})
			}
		}
	}
}

// outputs reads the links to papers, protocols and results.
func (m *mapper) outputs(rec *evidence.Record, t *xmltree.Node) {
	for i, o := range t.At("outputs").All("output") {
		link := o.Get("externalLink").Attr("url")
		if link == "" {
			link = o.Get("externalLink").Text()
		}
		kind := o.Attr("outputType")
		label := firstOf(o.Get("description").Text(), kind)
		at := m.base + "/trial/outputs/output[" + strconv.Itoa(i+1) + "]"
		pmid, doi := paperIn(link)
		if pmid != "" || doi != "" {
			rec.References = append(rec.References, evidence.Reference{PMID: pmid, DOI: doi, Type: strings.ToUpper(kind),
				Citation: strings.TrimSpace(label + " " + link), Pointer: at})
			continue
		}
		file := o.Get("localFile")
		doc := evidence.Document{Type: kind, Label: label, Filename: firstOf(file.Attr("originalFilename"), file.Attr("downloadFilename")),
			URL: link, Date: day(o.Attr("dateCreated")).Raw, UploadedAt: o.Attr("dateUploaded")}
		if n, err := strconv.ParseInt(file.Attr("length"), 10, 64); err == nil {
			doc.Size = n
		}
		rec.Documents = append(rec.Documents, doc)
	}
	if s := given(t.At("results", "publicationDetails").Lines()); s != "" {
		rec.References = append(rec.References, evidence.Reference{Type: "RESULT", Citation: s, Pointer: m.base +
			"/trial/results/publicationDetails"})
	}
}

func firstOf(s ...string) string {
	for _, x := range s {
		if x != "" {
			return x
		}
	}
	return ""
}

// paperIn finds the paper that a link leads to.
func paperIn(link string) (pmid, doi string) {
	low := strings.ToLower(link)
	if _, rest, ok := strings.Cut(low, "pubmed.ncbi.nlm.nih.gov/"); ok {
		pmid = leadingDigits(rest)
	} else if _, rest, ok := strings.Cut(low, "ncbi.nlm.nih.gov/pubmed/"); ok {
		pmid = leadingDigits(rest)
	}
	if _, rest, ok := strings.Cut(low, "doi.org/"); ok && strings.HasPrefix(rest, "10.") {
		doi = strings.TrimRight(rest, "/ ")
	}
	return pmid, doi
}

func leadingDigits(s string) string {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i]
}

// parties joins the trial with its sponsor and funder, which stand beside it.
// Where no id fits, all of them are taken in their order.
func parties(rec *evidence.Record, n, p *xmltree.Node) {
	sponsors := joined(n.All("sponsor"), p.All("sponsorId"))
	for _, s := range sponsors {
		o := evidence.Organisation{Name: firstOf(s.Get("organisation").Text(), s.Get("name").Text()), Class: s.Get("sponsorType").Text()}
		switch {
		case o.Name == "":
		case rec.Sponsor.Name == "":
			rec.Sponsor = o
		default:
			rec.Collaborators = append(rec.Collaborators, o)
		}
	}
	for _, f := range joined(n.All("funder"), p.All("funderId")) {
		if name := firstOf(f.Get("name").Text(), f.Get("organisation").Text()); name != "" {
			rec.Collaborators = append(rec.Collaborators, evidence.Organisation{Name: name, Class: "FUNDER"})
		}
	}
}

func joined(all, ids []*xmltree.Node) []*xmltree.Node {
	var out []*xmltree.Node
	for _, id := range ids {
		for _, n := range all {
			if n.Attr("id") == id.Text() && id.Text() != "" {
				out = append(out, n)
			}
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}
