package ictrp

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/charset"
	"past/crawler/drift"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

// row is a trial as an export writes it: its fields by name in lower case.
type row map[string]string

// known are the fields of exports, XML and CSV; what is in no list here is
// counted as unknown.
var known = strings.Fields(`internal_number trialid last_refreshed_on public_title scientific_title acronym primary_sponsor ` +
	`secondary_sponsor
	source_support date_registration date_registration3 export_date source_register web_address recruitment_status other_records
	inclusion_agemin inclusion_agemax inclusion_gender inclusion_criteria exclusion_criteria date_enrollement date_enrollment target_size
	study_type study_design phase countries contact_firstname contact_lastname contact_address contact_email contact_tel contact_affiliation
	contact_name condition intervention primary_outcome secondary_outcome secondary_id secondary_ids secondaryid ` +
	`results_date_posted results_date_completed
	results_date_first_publication results_url_link results_url_protocol results_summary results_baseline_char results_participant_flow
	results_adverse_events results_outcome_measures results_yes_no results_ipd_plan results_ipd_description retrospective_flag
	bridging_flag_truefalse bridged_type bridging_flag childs ethics_status ethics_approval_date ethics_contact_name ethics_contact_address
	ethics_contact_phone ethics_contact_email`)

// names puts the spellings of a field's name into one.
func fieldName(s string) string {
	s = strings.ToLower(strings.TrimSpace(strings.Trim(s, "\ufeff")))
	return strings.NewReplacer(" ", "_", "-", "_").Replace(s)
}

// Recognise reports whether a file is an export of the platform, by its
// beginning.
func Recognise(_ string, head []byte) bool {
	if doc, _ := xmltree.Clean(head); xmltree.Cut(doc).Root == "Trials_downloaded_from_ICTRP" {
		return true
	}
	names := strings.FieldsFunc(answer.HeaderLine(head), func(r rune) bool { return strings.ContainsRune(",;\t\"\r", r) })
	has := 0
	for _, n := range names {
		switch fieldName(n) {
		case "trialid", "public_title", "source_register", "date_registration", "date_registration3", "web_address", "recruitment_status":
			has++
		}
	}
	return has >= 4
}

// Parse reads an export file, CSV or XML.
func Parse(p evidence.Payload) (crawler.Parsed, error) {
	text := bytes.TrimLeft(p.Body[:min(len(p.Body), 4096)], "\ufeff \t\r\n")
	if bytes.HasPrefix(text, []byte("<")) || bytes.HasPrefix(p.Body, []byte("\xff\xfe<")) {
		return parseXML(p)
	}
	if len(text) == 0 {
		return crawler.Parsed{}, &crawler.AnswerError{Kind: crawler.KindEmpty, Message: "the file is empty"}
	}
	return parseCSV(answer.Hashed(p))
}

func parseXML(p evidence.Payload) (crawler.Parsed, error) {
	r := answer.Records{Source: SourceName, Elements: []string{"Trial"}, Roots: []string{"Trials_downloaded_from_ICTRP"}}
	r.Read = func(n *xmltree.Node, at evidence.Provenance) (evidence.Record, error) {
		fields := row{}
		unknown := map[string]int{}
		for _, k := range n.Elements() {
			name := fieldName(k.Name)
			if !slices.Contains(known, name) {
				unknown[k.Name]++
			}
			if v := k.Lines(); v != "" {
				fields[name] = v
			}
		}
		return trial(fields, unknown, at, func(field string) string { return at.Pointer + "/" + field })
	}
	out, err := r.Parse(p)
	if err == nil && len(out.Records)+len(out.Problems) == 0 {
		err = &crawler.AnswerError{Kind: crawler.KindEmpty, Message: "the export holds no trial"}
	}
	return out, err
}

func parseCSV(p evidence.Payload) (crawler.Parsed, error) {
	t, problems, err := answer.Table(p.Body)
	if err != nil {
		return crawler.Parsed{}, err
	}
	out := crawler.Parsed{Problems: problems}
	if e, _ := charset.EncodingOf(p.Body); e == charset.Windows1252 { // by its bytes: nothing in the file says so
		out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindBadUTF8, Where: "line 1",
			Message: "the table is not UTF-8 and was read as Windows-1252; look at names with accents"})
	}
	names := make([]string, len(t.Header))
	unknown := map[string]int{}
	for i, h := range t.Header {
		names[i] = fieldName(h)
		if names[i] != "" && !slices.Contains(known, names[i]) {
			unknown[strings.TrimSpace(h)]++
		}
	}
	if !slices.Contains(names, "trialid") {
		return crawler.Parsed{}, &crawler.AnswerError{Kind: crawler.KindWrongShape,
			Message: "the first line has no column TrialID: " + answer.Start(p.Body)}
	}
	for n, cells := range t.Rows {
		at := fmt.Sprintf("row=%d", n+1)
		fields := row{}
		for i, c := range cells {
			if v := cellText(c); v != "" && names[i] != "" {
				fields[names[i]] = v
			}
		}
		rec, err := trial(fields, unknown, evidence.Provenance{PayloadSHA256: p.SHA256, Pointer: at},
			func(field string) string { return at + ";column=" + field })
		if err != nil {
			out.Problems = append(out.Problems, evidence.Problem{Kind: answer.KindOf(err), Where: at,
				Message: "a row that cannot be used: " + err.Error()})
			continue
		}
		for i := range rec.Problems {
			rec.Problems[i].Source, rec.Problems[i].RecordID, rec.Problems[i].SHA256 = SourceName, rec.ID, p.SHA256
		}
		out.Records = append(out.Records, rec)
	}
	if len(out.Records)+len(out.Problems) == 0 {
		return out, &crawler.AnswerError{Kind: crawler.KindEmpty, Message: "the export holds no trial"}
	}
	out.Problems = append(out.Problems, drift.Problems(out.Records)...)
	answer.Stamp(&out, SourceName, p)
	return out, nil
}

// cellText trims a cell and turns the markup that registers leave in it into
// line breaks.
func cellText(s string) string {
	s = strings.NewReplacer("&#x0D;", "\n", "&#13;", "\n", "\r", "\n").Replace(s)
	n := &xmltree.Node{Name: "x"}
	for i, part := range splitBreaks(s) {
		if i > 0 {
			n.Kids = append(n.Kids, xmltree.Node{Data: "\n"})
		}
		n.Kids = append(n.Kids, xmltree.Node{Data: part})
	}
	return n.Lines()
}
