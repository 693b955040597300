package euctr

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/drift"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

// Recognise reports whether a file is a text download of protocols, by its
// beginning.
func Recognise(_ string, head []byte) bool {
	return bytes.Contains(head, []byte("Summary")) && bytes.Contains(head, []byte("EudraCT Number:")) && !bytes.Contains(head, []byte("<html"))
}

// Parse reads the protocols of a text download in their order, or the results
// of a trial.
func Parse(p evidence.Payload) (crawler.Parsed, error) {
	p = answer.Hashed(p)
	if isResults(p.Body) {
		return resultRecords.Parse(p)
	}
	text, problems := answer.Text(p.Body)
	out := crawler.Parsed{Problems: problems}
	protocols := cut(decode(text))
	if len(protocols) == 0 {
		kind := crawler.KindWrongShape
		switch text := bytes.TrimSpace(p.Body); {
		case len(text) == 0:
			kind = crawler.KindEmpty
		case text[0] == '<':
			kind = crawler.KindHTML
		}
		return crawler.Parsed{}, &crawler.AnswerError{Kind: kind, Message: "no protocol in the text: it begins with " + answer.Start(p.Body)}
	}
	last := map[string]int{} // place of a protocol in Records
	for i, pr := range protocols {
		at := evidence.Provenance{PayloadSHA256: p.SHA256, Pointer: "line=" + strconv.Itoa(pr.line)}
		id, ok := pr.id()
		if !ok {
			out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindNoID, Where: at.Pointer,
				Message: fmt.Sprintf("a protocol without a usable number and country: %q, link %q", id, pr.head("Link"))})
			continue
		}
		rec := trial(pr, id, at)
		if !pr.whole {
			out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindBadValue, RecordID: id, Where: at.Pointer,
				Message: fmt.Sprintf("protocol %d of %d ends before its last part", i+1, len(protocols))})
		}
		if pr.rest > 0 {
			out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindBadValue, RecordID: id, Where: "line=" + strconv.Itoa(pr.rest),
				Message: "text after the end of a protocol: the download may be cut"})
		}
		// The register can give a country's protocol twice: the later is used.
		if at, ok := last[id]; ok {
			out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindDuplicate, RecordID: id, Where: rec.Prov.Pointer,
				Message: "the protocol stands twice in the download, first at " + out.Records[at].Prov.Pointer + "; the later one is used"})
			out.Records[at].ID = ""
		}
		last[id] = len(out.Records)
		out.Records = append(out.Records, rec)
	}
	out.Records = slices.DeleteFunc(out.Records, func(r evidence.Record) bool { return r.ID == "" })
	if end := p.Body[len(p.Body)-1]; end != '\n' {
		out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindBadValue, Where: "line=" +
			strconv.Itoa(1+bytes.Count(p.Body, []byte("\n"))), Message: "the text ends inside a line: the download may be cut"})
	}
	out.Problems = append(out.Problems, drift.Problems(out.Records)...)
	answer.Stamp(&out, SourceName, p)
	return out, nil
}

// statuses are those of a country's protocol. "Ongoing" covers trials that
// recruit and trials that no longer do.
var statuses = map[string]evidence.Status{
	"completed": evidence.StatusCompleted, "prematurely ended": evidence.StatusTerminated, "temporarily halted": evidence.StatusSuspended,
	"suspended by ca": evidence.StatusSuspended, "not authorised": evidence.StatusWithdrawn, "prohibited by ca": evidence.StatusWithdrawn,
	"withdrawn": evidence.StatusWithdrawn,
}

func trial(p protocol, id string, at evidence.Provenance) evidence.Record {
	rec := evidence.Record{ID: id, Source: SourceName, Kind: evidence.KindTrial, Prov: at, StudyType: "INTERVENTIONAL",
		URL:   "https://www.clinicaltrialsregister.eu/ctr-search/trial/" + id[:14] + "/" + id[15:],
		Title: flat(p.get("A.3.1")), OfficialTitle: flat(p.get("A.3")), Acronym: flat(p.get("A.3.2")), Summary: p.get("E.2.1"),
		StatusRaw:    p.head("Trial Status"),
		FirstPosted:  evidence.DateStruct{Raw: p.head("Date on which this record was first entered in the EudraCT database")},
		SecondaryIDs: []evidence.ID{{Value: id[:14], Type: "EUDRACT_NUMBER"}},
	}
	if rec.Title == "" {
		rec.Title = rec.OfficialTitle
	}
	rec.Status = evidence.StatusUnknown
	if s, ok := statuses[strings.ToLower(rec.StatusRaw)]; ok {
		rec.Status = s
	}
	ids(&rec, p)
	design(&rec, p)
	population(&rec, p)
	conditions(&rec, p)
	sponsors(&rec, p)
	products(&rec, p)
	outcomes(&rec, p)
	for _, f := range p.fields {
		if f.code == "P." && strings.HasPrefix(f.label, "Date of the global completion") {
			rec.Completion = evidence.DateStruct{Raw: f.value, Type: "ACTUAL"}
		}
		if !f.known {
			if rec.Unknown == nil {
				rec.Unknown = map[string]int{}
			}
			rec.Unknown[f.code+" "+f.label]++
		}
	}
	if country, _, ok := strings.Cut(p.get("A.1"), " - "); ok {
		rec.Countries = []string{country}
	} else if country, _, ok := strings.Cut(p.head("National Competent Authority"), " - "); ok {
		rec.Countries = []string{country}
	}
	rec.ContentHash = answer.Sum([]byte(p.text))
	for i := range rec.Problems {
		rec.Problems[i].Source, rec.Problems[i].RecordID, rec.Problems[i].SHA256, rec.Problems[i].Kind = SourceName, id, at.PayloadSHA256,
			crawler.KindBadValue
	}
	return rec
}

func flat(s string) string { return xmltree.Squeeze(s) }

func ids(rec *evidence.Record, p protocol) {
	for _, k := range [][2]string{{"A.4.1", "PROTOCOL"}, {"A.5.1", "ISRCTN"}, {"A.5.2", "NCT"}, {"A.5.3", "UTN"}, {"A.5.4", "OTHER"}} {
		for _, f := range p.fields {
			if f.code != k[0] || f.value == "" {
				continue
			}
			rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: answer.OneID(flat(f.value)), Type: k[1]})
		}
	}
}

func design(rec *evidence.Record, p protocol) {
	yes := func(code string) bool { return strings.EqualFold(p.get(code), "yes") }
	for _, k := range [][2]string{{"E.7.1", "PHASE1"}, {"E.7.2", "PHASE2"}, {"E.7.3", "PHASE3"}, {"E.7.4", "PHASE4"}} {
		if yes(k[0]) {
			rec.Phases = append(rec.Phases, k[1])
		}
	}
	switch {
	case yes("E.8.1.1"):
		rec.Allocation = "RANDOMIZED"
	case strings.EqualFold(p.get("E.8.1.1"), "no"):
		rec.Allocation = "NON_RANDOMIZED"
	}
	switch {
	case yes("E.8.1.4"):
		rec.Masking = "DOUBLE"
	case yes("E.8.1.3"):
		rec.Masking = "SINGLE"
	case yes("E.8.1.2"):
		rec.Masking = "NONE"
	}
	switch {
	case yes("E.8.1.6"):
		rec.InterventionModel = "CROSSOVER"
	case yes("E.8.1.5"):
		rec.InterventionModel = "PARALLEL"
	}
}

// population reads who takes part. The number is that planned for the whole
// trial; that of a country alone is not the trial's.
func population(rec *evidence.Record, p protocol) {
	f := p.first("F.4.2.2")
	if f.value != "" {
		n := evidence.ParseNumber(f.value, evidence.StyleRegister)
		switch v := int(n.Value); {
		case !n.OK || n.Op != "" || n.Value != float64(v) || v < 0 || v > 1e9:
			rec.Problems = append(rec.Problems, evidence.Problem{Where: "line=" + strconv.Itoa(f.line),
				Message: fmt.Sprintf("%q is no number of people", f.value)})
		case v > 0:
			rec.Enrollment, rec.EnrollmentType = &v, "ESTIMATED"
		}
	}
	female, male := strings.EqualFold(p.get("F.2.1"), "yes"), strings.EqualFold(p.get("F.2.2"), "yes")
	switch {
	case female && male:
		rec.Sex = "ALL"
	case female:
		rec.Sex = "FEMALE"
	case male:
		rec.Sex = "MALE"
	}
	var text []string
	if s := p.get("E.3"); s != "" {
		text = append(text, "Inclusion criteria:\n"+s)
	}
	if s := p.get("E.4"); s != "" {
		text = append(text, "Exclusion criteria:\n"+s)
	}
	rec.Eligibility = strings.Join(text, "\n")
}

func conditions(rec *evidence.Record, p protocol) {
	for _, code := range []string{"E.1.1", "E.1.1.1"} { // in words of the trade, or else in plain ones
		if s := flat(p.get(code)); s != "" && len(rec.Conditions) == 0 {
			rec.Conditions = append(rec.Conditions, s)
		}
	}
	seen := map[string]bool{}
	for _, f := range p.fields {
		if f.language == "" && (f.code == "E.1.2" && f.label == "Term" || f.code == "E.1.1.2" || f.code == "E.1.1.1") {
			if s := flat(f.value); s != "" && !seen[s] {
				seen[s] = true
				rec.Keywords = append(rec.Keywords, s)
			}
		}
	}
}

func sponsors(rec *evidence.Record, p protocol) {
	class := p.get("B.3.1 and B.3.2")
	for _, f := range p.fields {
		name := flat(f.value)
		switch {
		case name == "":
		case f.code == "B.1.1" && rec.Sponsor.Name == "":
			rec.Sponsor = evidence.Organisation{Name: name, Class: strings.ToUpper(class)}
		case f.code == "B.1.1":
			rec.Collaborators = append(rec.Collaborators, evidence.Organisation{Name: name})
		case f.code == "B.4.1" && name != rec.Sponsor.Name:
			rec.Collaborators = append(rec.Collaborators, evidence.Organisation{Name: name, Class: "FUNDER"})
		}
	}
}

// products reads what is given; each begins with a line "D.IMP: N", placebos
// with "D.8 Placebo: N".
func products(rec *evidence.Record, p protocol) {
	var names []string
	var role string
	named := map[string]bool{}
	flush := func() {
		if len(names) > 0 {
			rec.Interventions = append(rec.Interventions, evidence.Intervention{Type: "DRUG", Name: names[0], OtherNames: slices.Clone(names[1:]),
				Description: role})
		}
		names, role = nil, ""
		clear(named)
	}
	placebo := false
	for _, f := range p.fields {
		switch f.code {
		case "D.IMP":
			flush()
		case "D.1.2 and D.1.3":
			role = flat(f.value)
		case "D.8 Placebo":
			placebo = true
		case "D.3.8", "D.3.1", "D.2.1.1.1", "D.3.9.3", "D.3.2":
			if s := flat(f.value); s != "" && !named[s] {
				named[s] = true
				names = append(names, s)
			}
		}
	}
	flush()
	if placebo {
		rec.Interventions = append(rec.Interventions, evidence.Intervention{Type: "DRUG", Name: "Placebo", Description: "Placebo"})
	}
}

// outcomes reads the end points; a time point is in the field after its
// end point.
func outcomes(rec *evidence.Record, p protocol) {
	for _, k := range [][3]string{{"E.5.1", "primary", "E.5.1.1"}, {"E.5.2", "secondary", "E.5.2.1"}} {
		if f := p.first(k[0]); f.value != "" {
			rec.Planned = append(rec.Planned, evidence.PlannedOutcome{Type: k[1], Measure: f.value, TimeFrame: p.get(k[2]), Pointer: "line=" +
				strconv.Itoa(f.line)})
		}
	}
}
