package euctr

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/drift"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

//go:embed resultoutline.txt
var resultOutlineText string

var resultOutline = drift.New(resultOutlineText)

// namespace begins the names of the register's schemas for results.
const namespace = "http://eudract.ema.europa.eu/schema/clinical_trial_result"

// RecogniseResults reports whether a file is a trial's results as XML, by its
// beginning.
func RecogniseResults(_ string, head []byte) bool { return isResults(head) }

func isResults(body []byte) bool {
	head := body[:min(len(body), 4096)]
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) { // UTF-16
		head = bytes.ReplaceAll(head, []byte{0}, nil)
	}
	return bytes.Contains(head, []byte(namespace))
}

var resultRecords = answer.Records{Source: SourceName, Elements: []string{"result"}, Roots: []string{"result"}, Read: readResults}

// resultReader reads the results of one trial. Every number stays the text that
// was posted; pointers are XPaths of local names from the root.
type resultReader struct {
	rec  *evidence.Record
	arms map[string]evidence.Group // by the id of the arm
	sets map[string]evidence.Group // by the id of the subject analysis set
	told map[string]bool           // terms that are not known
	// What the record has of products and arms, by name.
	given  map[string]int
	labels map[string]bool
}

var eudractNumber = regexp.MustCompile(`^(?:19|20)\d{2}-\d{6}-\d{2}$`)

// readResults reads the root element. The record is that of the trial as a
// whole: its id is the EudraCT number without a country.
func readResults(n *xmltree.Node, at evidence.Provenance) (evidence.Record, error) {
	id := strings.TrimSpace(n.Attr("eudractNumber"))
	if !eudractNumber.MatchString(id) {
		return evidence.Record{}, &crawler.AnswerError{Kind: crawler.KindNoID, Where: at.Pointer + "/@eudractNumber",
			Message: fmt.Sprintf("%q is no EudraCT number", id)}
	}
	rec := evidence.Record{ID: id, Source: SourceName, Kind: evidence.KindTrial, Prov: at, StudyType: "INTERVENTIONAL",
		URL:          "https://www.clinicaltrialsregister.eu/ctr-search/trial/" + id + "/results",
		ContentHash:  answer.Sum(xmltree.Canonical(nil, n, nil)),
		SecondaryIDs: []evidence.ID{{Value: id, Type: "EUDRACT_NUMBER"}},
		Sponsor:      evidence.Organisation{Name: xmltree.Squeeze(n.Attr("sponsor"))},
		Results:      &evidence.Results{},
	}
	r := &resultReader{rec: &rec, arms: map[string]evidence.Group{}, sets: map[string]evidence.Group{}, told: map[string]bool{},
		given: map[string]int{}, labels: map[string]bool{}}
	base := at.Pointer
	r.information(n.Get("trialInformation"), base+"/trialInformation")
	each(n.Get("subjectAnalysisSets"), base+"/subjectAnalysisSets", "subjectAnalysisSet", func(k *xmltree.Node, _ string) {
		r.sets[k.Attr("id")] = evidence.Group{Title: text(k, "title"), Description: text(k, "description")}
	})
	r.disposition(n.Get("subjectDisposition"), base+"/subjectDisposition")
	r.baseline(n.Get("baselineCharacteristics"), base+"/baselineCharacteristics")
	each(n.Get("endPoints"), base+"/endPoints", "endPoint", func(k *xmltree.Node, at string) {
		rec.Results.Outcomes = append(rec.Results.Outcomes, r.endPoint(k, at, len(rec.Results.Outcomes)))
	})
	if a := n.Get("adverseEvents"); a.Is() {
		rec.Results.Adverse = r.adverse(a, base+"/adverseEvents")
	}
	each(n.At("trialChanges", "pubMedReferenceNumbers"), base+"/trialChanges/pubMedReferenceNumbers", "pubMedReferenceNumber",
		func(k *xmltree.Node, at string) {
			pmid := k.Text()
			if _, err := strconv.ParseUint(pmid, 10, 32); err != nil {
				r.note(at, fmt.Sprintf("%q is no PubMed number", pmid))
				return
			}
			rec.References = append(rec.References, evidence.Reference{PMID: pmid, Type: "RESULT", Pointer: at})
		})
	rec.Unknown = resultOutline.XML(n)
	for path := range rec.Unknown { // of every schema, and what says that a value is empty
		if strings.HasSuffix(path, "@nil") || strings.HasSuffix(path, "@schemaLocation") {
			delete(rec.Unknown, path)
		}
	}
	if len(rec.Unknown) == 0 {
		rec.Unknown = nil
	}
	return rec, nil
}

// information reads what the sponsor says of the trial as it was done.
func (r *resultReader) information(n *xmltree.Node, at string) {
	rec := r.rec
	rec.OfficialTitle = text(n, "fullTitle")
	rec.Title, rec.Summary = rec.OfficialTitle, text(n, "mainObjective")
	for _, k := range [][2]string{{"sponsorProtocolCode", "PROTOCOL"}, {"isrctnIdentifier", "ISRCTN"}, {"usctnIdentifier", "NCT"},
		{"whoIdentifier", "UTN"}} {
		if s := text(n, k[0]); s != "" {
			rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: s, Type: k[1]})
		}
	}
	each(n.Get("otherIdentifiers"), "", "otherIdentifier", func(k *xmltree.Node, _ string) {
		if s := text(k, "number"); s != "" {
			rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: s, Type: "OTHER", Domain: text(k, "name")})
		}
	})
	each(n.Get("sponsors"), "", "sponsor", func(k *xmltree.Node, _ string) {
		switch name := text(k, "organisationName"); {
		case name == "" || name == rec.Sponsor.Name:
		case rec.Sponsor.Name == "":
			rec.Sponsor.Name = name
		default:
			rec.Collaborators = append(rec.Collaborators, evidence.Organisation{Name: name})
		}
	})
	rec.Start = evidence.DateStruct{Raw: text(n, "recruitmentStartDate")}
	if s := text(n, "primaryCompletionDate"); s != "" {
		rec.PrimaryCompletion = evidence.DateStruct{Raw: s, Type: "ACTUAL"}
	}
	rec.Status = evidence.StatusUnknown
	if text(n, "isGlobalEndOfTrialReached") == "true" {
		rec.Status, rec.StatusRaw = evidence.StatusCompleted, "global end of trial reached"
		if text(n, "globalEndOfTrialPremature") == "true" {
			rec.Status, rec.StatusRaw = evidence.StatusTerminated, "global end of trial reached prematurely"
		}
		if s := text(n, "globalEndOfTrialDate"); s != "" {
			rec.Completion = evidence.DateStruct{Raw: s, Type: "ACTUAL"}
		}
	}
	r.enrolled(n.Get("countrySubjectCounts"), at+"/countrySubjectCounts")
}

// enrolled adds up the countries' subjects; the sum is not given when one of
// them cannot be read.
func (r *resultReader) enrolled(n *xmltree.Node, at string) {
	sum, all := 0, true
	k := each(n, at, "countrySubjectCount", func(k *xmltree.Node, at string) {
		v := r.integer(k, "subjects", at)
		if all = all && v != nil; all {
			sum += *v
		}
	})
	if k > 0 && all && sum > 0 {
		r.rec.Enrollment, r.rec.EnrollmentType = &sum, "ACTUAL"
	}
}

// each calls f for the child elements of a name, with the XPath of each, and
// gives their number.
func each(n *xmltree.Node, at, name string, f func(kid *xmltree.Node, at string)) int {
	k := 0
	for i := range n.Kids {
		if n.Kids[i].Name == name {
			k++
			f(&n.Kids[i], at+"/"+name+"["+strconv.Itoa(k)+"]")
		}
	}
	return k
}

// text is the text of a child element; "" when it is absent or said to be nil.
func text(n *xmltree.Node, name string) string { return n.Get(name).Text() }

// choice is the term of a child element, which is in an element value.
func choice(n *xmltree.Node, name string) string { return n.At(name, "value").Text() }

// integer reads a count; nil when it is absent or, which is noted, none.
func (r *resultReader) integer(n *xmltree.Node, name, at string) *int {
	s := text(n, name)
	if s == "" {
		return nil
	}
	v, err := strconv.Atoi(s)
	switch {
	case err != nil || v < 0 || v > 1e9:
		r.note(at+"/"+name, fmt.Sprintf("%q is no count", s))
		return nil
	case manyNines.MatchString(s):
		r.note(at+"/"+name, fmt.Sprintf("%s stands for no number in this register; it is not read as one", s))
		return nil
	}
	return &v
}
