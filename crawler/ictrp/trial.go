package ictrp

import (
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/xmltree"
	"past/internal/evidence"
	"past/internal/ident"
)

var breaks = regexp.MustCompile(`(?i)<br\s*/?>`)

func splitBreaks(s string) []string { return breaks.Split(s, -1) }

// statuses puts the registers' words into the tracker's where they can mean one
// thing only. "Not recruiting" may be before or after recruitment.
var statuses = map[string]evidence.Status{
	"recruiting": evidence.StatusRecruiting, "open to recruitment: actively recruiting participants": evidence.StatusRecruiting,
	"not yet recruiting": evidence.StatusNotYet, "pending": evidence.StatusNotYet,
	"active, not recruiting": evidence.StatusActive, "completed": evidence.StatusCompleted,
	"complete: follow-up complete": evidence.StatusCompleted,
	"suspended":                    evidence.StatusSuspended, "temporary halt": evidence.StatusSuspended,
	"temporarily halted": evidence.StatusSuspended,
	"terminated":         evidence.StatusTerminated, "prematurely ended": evidence.StatusTerminated,
	"stopped early": evidence.StatusTerminated,
	"withdrawn":     evidence.StatusWithdrawn,
}

// volatile fields belong to the export rather than to the trial.
var volatile = []string{"internal_number", "export_date", "last_refreshed_on"}

type mapper struct {
	fields   row
	at       func(field string) string
	problems []evidence.Problem
}

func (m *mapper) note(field, format string, args ...any) {
	m.problems = append(m.problems, evidence.Problem{Kind: crawler.KindBadValue, Where: m.at(field), Message: fmt.Sprintf(format, args...)})
}

// text gives a field with the markup in it turned into text.
func (m *mapper) text(names ...string) string {
	for _, n := range names {
		if v := m.fields[n]; v != "" {
			var lines []string
			for _, part := range splitBreaks(html.UnescapeString(v)) {
				for _, l := range strings.Split(part, "\n") {
					if l = xmltree.Squeeze(l); l != "" {
						lines = append(lines, l)
					}
				}
			}
			return strings.Join(lines, "\n")
		}
	}
	return ""
}

// trial turns the fields of one trial into a record.
func trial(fields row, unknown map[string]int, at evidence.Provenance, where func(string) string) (evidence.Record, error) {
	m := &mapper{fields: fields, at: where}
	id := strings.Join(strings.Fields(m.text("trialid")), "")
	if id == "" || len(id) > 60 || answer.Unprintable(id) || !strings.ContainsAny(id, "0123456789") {
		return evidence.Record{}, &crawler.AnswerError{Kind: crawler.KindNoID, Where: at.Pointer, Message: fmt.Sprintf("no TrialID: %q", id)}
	}
	raw := id
	id = ident.Canonical(id) // EUCTR2012-003632-23-GB and JPRN-jRCT… as the registers themselves write them
	rec := evidence.Record{ID: id, Source: SourceName, Kind: evidence.KindTrial, Prov: at, URL: m.text("web_address"),
		Title: m.text("public_title"), OfficialTitle: m.text("scientific_title"), Acronym: m.text("acronym"),
		StudyType: strings.ToUpper(m.text("study_type")), Sex: m.text("inclusion_gender"), MinimumAge: m.text("inclusion_agemin"),
		MaximumAge: m.text("inclusion_agemax"),
		Conditions: split(m.text("condition"), ";\n"), Countries: split(m.text("countries"), ";,\n"),
		Sponsor: evidence.Organisation{Name: m.text("primary_sponsor")}}
	if rec.Title == "" {
		rec.Title = rec.OfficialTitle
	}
	rec.StatusRaw = m.text("recruitment_status")
	rec.Status = evidence.StatusUnknown
	if s, ok := statuses[strings.ToLower(rec.StatusRaw)]; ok {
		rec.Status = s
	}
	m.dates(&rec)
	m.size(&rec)
	m.design(&rec)
	m.others(&rec, raw)
	for _, o := range []struct{ field, kind string }{{"primary_outcome", "primary"}, {"secondary_outcome", "secondary"}} {
		for _, s := range split(m.text(o.field), ";\n") {
			rec.Planned = append(rec.Planned, evidence.PlannedOutcome{Type: o.kind, Measure: s, Pointer: where(o.field)})
		}
	}
	for _, s := range split(m.text("intervention"), "\n") {
		rec.Interventions = append(rec.Interventions, evidence.Intervention{Name: s})
	}
	rec.Eligibility = strings.TrimSpace(label("Inclusion criteria:\n", m.text("inclusion_criteria")) + "\n" +
		label("Exclusion criteria:\n", m.text("exclusion_criteria")))
	if u := m.text("results_url_link"); u != "" {
		rec.Documents = append(rec.Documents, evidence.Document{Type: "results", Label: "results", URL: u})
	}
	if len(unknown) > 0 {
		rec.Unknown = maps.Clone(unknown)
	}
	rec.ContentHash, rec.Problems = hash(fields), m.problems
	return rec, nil
}

func label(l, s string) string {
	if s == "" {
		return ""
	}
	return l + s
}

func hash(fields row) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(volatile, k) {
			fmt.Fprintf(&b, "%s=%q\n", k, fields[k])
		}
	}
	return answer.Sum([]byte(b.String()))
}

func split(s, seps string) []string {
	var out []string
	var seen answer.Once
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(seps, r) }) {
		if p = xmltree.Squeeze(p); seen.First(p) {
			out = append(out, p)
		}
	}
	return out
}

// dates reads the dates. Date_registration3, which has one form in all
// exports, goes before Date_registration, which has several.
func (m *mapper) dates(rec *evidence.Record) {
	three, _ := isoDate(m.text("date_registration3"))
	if three != "" {
		rec.FirstPosted.Raw = three
	} else {
		rec.FirstPosted.Raw = m.date("date_registration")
	}
	field := "date_enrollement"
	if m.text(field) == "" {
		field = "date_enrollment"
	}
	rec.Start.Raw = m.date(field)
	rec.ResultsFirstPosted.Raw = m.date("results_date_posted")
	rec.Completion.Raw = m.date("results_date_completed")
	rec.LastUpdatePosted.Raw = m.date("last_refreshed_on")
}

// date gives a field as an ISO date where the text can mean one day only, and
// the text itself with a problem noted where it cannot.
func (m *mapper) date(field string) string {
	raw := m.text(field)
	if raw == "" {
		return ""
	}
	iso, why := isoDate(raw)
	if iso == "" {
		m.note(field, "%q is kept as it stands: %s", raw, why)
		return raw
	}
	return iso
}

var (
	slashed = regexp.MustCompile(`^(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?: .*)?$`)
	compact = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
)

// isoDate reads the forms that exports have: 2015-10-01, 20151001, 31/10/2015,
// 10/31/2015, 1 October 2015, October 1, 2015, Oct 2015. Of a date such as
// 01/10/2015 no one can tell day from month.
func isoDate(s string) (iso, why string) {
	if d := (evidence.DateStruct{Raw: s}); len(s) >= 7 {
		if _, _, p := d.Bounds(); p == evidence.FullDate {
			return s[:10], ""
		} else if p == evidence.YearMonth {
			return s, ""
		}
	}
	if m := compact.FindStringSubmatch(s); m != nil {
		return valid(m[1], m[2], m[3])
	}
	if m := slashed.FindStringSubmatch(s); m != nil {
		a, _ := strconv.Atoi(m[1])
		b, _ := strconv.Atoi(m[2])
		switch {
		case a > 12 || a == b:
			return valid(m[3], m[2], m[1])
		case b > 12:
			return valid(m[3], m[1], m[2])
		}
		return "", "it may be day and month or month and day"
	}
	for _, layout := range []string{"2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006", "02-Jan-2006", "2-Jan-2006",
		"2-Jan-06", "January 2 2006"} {
		if t, err := time.Parse(layout, s); err == nil && layout != "2-Jan-06" {
			return t.Format(time.DateOnly), ""
		}
	}
	for _, layout := range []string{"January 2006", "Jan 2006", "January, 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format("2006-01"), ""
		}
	}
	return "", "it is no date in a form known here"
}

func valid(y, m, d string) (string, string) {
	mm, _ := strconv.Atoi(m)
	dd, _ := strconv.Atoi(d)
	iso := fmt.Sprintf("%s-%02d-%02d", y, mm, dd)
	if _, err := time.Parse(time.DateOnly, iso); err != nil {
		return "", "there is no such day"
	}
	return iso, ""
}

var group = regexp.MustCompile(`^(.*?)[:：]\s*([\d,]+)$`)

// size reads the planned number of participants: one number, or one for each
// group ("A:49;B:49;"), which are added up. Groups beside a total are not.
func (m *mapper) size(rec *evidence.Record) {
	raw := m.text("target_size")
	if raw == "" {
		return
	}
	number := func(s string) (int, bool) {
		n := evidence.ParseNumber(s, evidence.StyleRegister)
		return int(n.Value), n.OK && n.Op == "" && !n.Percent && n.Value >= 0 && n.Value < 1e9 && n.Value == float64(int(n.Value))
	}
	if n, ok := number(raw); ok {
		if n > 0 { // 0 stands for a number that was not given
			rec.Enrollment, rec.EnrollmentType = &n, "ESTIMATED"
		}
		return
	}
	sum, parts := 0, split0(raw)
	for _, p := range parts {
		g := group.FindStringSubmatch(p)
		if g == nil || strings.Contains(strings.ToLower(g[1]), "total") {
			m.note("target_size", "%q is kept out: it is neither one number nor one for each group", raw)
			return
		}
		n, ok := number(g[2])
		if !ok {
			m.note("target_size", "%q is no number of people", g[2])
			return
		}
		sum += n
	}
	if sum > 0 {
		rec.Enrollment, rec.EnrollmentType = &sum, "ESTIMATED"
	}
}

// split0 splits groups; equal ones are two groups, not one.
func split0(s string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == '\n' || r == '；' }) {
		if p = xmltree.Squeeze(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (m *mapper) design(rec *evidence.Record) {
	d := strings.ToLower(m.text("study_design"))
	switch {
	case strings.Contains(d, "non-random"), strings.Contains(d, "non random"), strings.Contains(d, "not random"),
		strings.Contains(d, "nonrandom"), strings.Contains(d, "randomised: no"), strings.Contains(d, "randomized: no"):
		rec.Allocation = "NON_RANDOMIZED"
	case strings.Contains(d, "randomised: yes"), strings.Contains(d, "randomized: yes"), strings.Contains(d, "allocation: randomized"),
		strings.Contains(d, "allocation: randomised"), strings.Contains(d, "randomised controlled trial"),
		strings.Contains(d, "randomized controlled trial"):
		rec.Allocation = "RANDOMIZED"
	}
	rec.InterventionModel = m.text("study_design")
	if p := strings.ReplaceAll(m.text("phase"), "\n", "; "); p != "" {
		rec.Phases = []string{p}
	}
}

// others reads the numbers that the trial has elsewhere.
func (m *mapper) others(rec *evidence.Record, raw string) {
	for _, field := range []string{"secondary_id", "secondary_ids", "secondaryid"} {
		for _, s := range split(m.text(field), ";,\n") {
			if value := answer.OneID(s); value != rec.ID {
				rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: value, Type: "SECONDARY"})
			}
		}
	}
	for _, s := range split(m.text("secondary_sponsor"), ";\n") {
		rec.Collaborators = append(rec.Collaborators, evidence.Organisation{Name: s})
	}
	for _, s := range split(m.text("source_support"), ";\n") {
		rec.Collaborators = append(rec.Collaborators, evidence.Organisation{Name: s, Class: "FUNDER"})
	}
	if r := m.text("source_register"); r != "" {
		rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: raw, Type: "REGISTER", Domain: r})
	}
}
