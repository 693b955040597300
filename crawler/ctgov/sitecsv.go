package ctgov

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/internal/evidence"
)

// isSiteCSV recognises the table that the site's download button gives, of today
// or of the classic site, as spreadsheets save it again.
func isSiteCSV(head []byte) bool {
	if len(head) == 0 || head[0] == '{' || head[0] == '[' || head[0] == '<' {
		return false
	}
	return strings.Contains(column(answer.HeaderLine(head)), "nct number")
}

// column is the name of a column, however a spreadsheet or script spells it.
func column(s string) string {
	return strings.ToLower(strings.TrimSpace(strings.ReplaceAll(s, "_", " ")))
}

// row is one study of the table.
type row struct {
	cells map[string]string // by column
	line  int
}

func (r row) at(col string) string { return fmt.Sprintf("line %d, column %s", r.line, col) }

func readSiteCSV(body []byte) ([]*draft, []evidence.Problem, error) {
	t, problems, err := answer.Table(body)
	if err != nil {
		return nil, nil, err
	}
	var out []*draft
	for i, cells := range t.Rows {
		r := row{cells: map[string]string{}, line: t.Lines[i]}
		for k, h := range t.Header {
			r.cells[column(h)] = strings.TrimSpace(cells[k])
		}
		problems = append(problems, r.dates()...)
		s := newStudy()
		s.at = fmt.Sprintf("line %d", r.line)
		s.siteRow(r)
		out = append(out, s)
	}
	return out, problems, nil
}

var localDate = regexp.MustCompile(`^(\d{1,2})([./-])(\d{1,2})[./-](\d{4})$`)

// dates writes dates that a spreadsheet saved in the way of its country as the
// register does. Between dots the day comes first; otherwise another date of the
// row must show which number is the day.
func (r row) dates() (problems []evidence.Problem) {
	dayFirst, monthFirst := false, false
	for _, d := range siteDates {
		if m := localDate.FindStringSubmatch(r.cells[d.col]); m != nil && m[2] != "." {
			dayFirst, monthFirst = dayFirst || len(m[1]) == 2 && m[1] > "12", monthFirst || len(m[3]) == 2 && m[3] > "12"
		}
	}
	for _, d := range siteDates {
		text := r.cells[d.col]
		layout := ""
		switch m := localDate.FindStringSubmatch(text); {
		case m == nil:
		case m[2] == ".":
			layout = "2.1.2006"
		case dayFirst && !monthFirst:
			layout = "2" + m[2] + "1" + m[2] + "2006"
		case monthFirst && !dayFirst:
			layout = "1" + m[2] + "2" + m[2] + "2006"
		}
		if day, err := time.Parse(layout, text); err == nil && layout != "" {
			r.cells[d.col] = day.Format(time.DateOnly)
			continue
		}
		if _, _, known := (evidence.DateStruct{Raw: isoDate(text)}).Bounds(); text != "" && known == evidence.NoDate {
			problems = append(problems, evidence.Problem{Kind: crawler.KindBadValue, Where: r.at(d.col),
				Message: fmt.Sprintf("%q is no date that can be read with certainty; it is kept as text. Save the column as text (YYYY-MM-DD)", text)})
		}
	}
	return problems
}

// siteColumns are those whose text is a field of API v2 as it is, by the
// names of today's table and of the classic site's.
var siteColumns = []struct{ module, field, col, classic string }{
	{"identificationModule", "nctId", "nct number", ""},
	{"identificationModule", "briefTitle", "study title", "title"},
	{"identificationModule", "acronym", "acronym", ""},
	{"statusModule", "overallStatus", "study status", "status"},
	{"descriptionModule", "briefSummary", "brief summary", ""},
	{"eligibilityModule", "sex", "sex", "gender"},
	{"designModule", "studyType", "study type", ""},
}

var siteDates = []struct{ field, col, classic string }{
	{"startDateStruct", "start date", ""}, {"primaryCompletionDateStruct", "primary completion date", ""},
	{"completionDateStruct", "completion date", ""}, {"studyFirstPostDateStruct", "first posted", ""},
	{"resultsFirstPostDateStruct", "results first posted", ""}, {"lastUpdatePostDateStruct", "last update posted", ""},
}

// cell gives a cell by the first of the columns that the table has.
func (r row) cell(cols ...string) (text, at string) {
	for _, c := range cols {
		if t, ok := r.cells[c]; ok {
			return t, r.at(c)
		}
	}
	return "", ""
}

// list gives the parts of a cell between bars.
func (r row) list(cols ...string) (parts []string, at string) {
	t, at := r.cell(cols...)
	for _, p := range strings.Split(t, "|") {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return parts, at
}

func (p *draft) siteRow(r row) {
	protocol := p.sub("protocolSection")
	for _, c := range siteColumns {
		text, at := r.cell(c.col, c.classic)
		protocol.sub(c.module).set(c.field, text, at)
	}
	for _, d := range siteDates {
		text, at := r.cell(d.col, d.classic)
		protocol.sub("statusModule", d.field).set("date", text, at)
	}
	p.siteLists(r, protocol)
	design := protocol.sub("designModule")
	text, at := r.cell("phases")
	design.phases(strings.ReplaceAll(text, "Not Applicable", "NA"), at)
	text, at = r.cell("enrollment")
	design.sub("enrollmentInfo").set("count", text, at)
	designs, at := r.list("study design", "study designs")
	for _, d := range designs {
		key, value, _ := strings.Cut(d, ":")
		info := design.sub("designInfo")
		switch value = strings.TrimSpace(value); strings.ToLower(strings.TrimSpace(key)) {
		case "allocation":
			info.set("allocation", value, at)
		case "intervention model":
			info.set("interventionModel", value, at)
		case "primary purpose":
			info.set("primaryPurpose", value, at)
		case "masking":
			info.sub("maskingInfo").masking(value, at)
		case "observational model":
			info.set("observationalModel", value, at)
		case "time perspective":
			info.set("timePerspective", value, at)
		}
	}
	if text, at := r.cell("study results"); strings.EqualFold(text, "yes") || strings.EqualFold(text, "has results") {
		p.set("hasResults", "true", at)
	}
}

func (p *draft) siteLists(r row, protocol *draft) {
	ids, at := r.list("other ids")
	for i, id := range ids {
		if i == 0 {
			protocol.sub("identificationModule", "orgStudyIdInfo").set("id", id, at)
			continue
		}
		protocol.sub("identificationModule").add("secondaryIdInfos", at).set("id", id, at)
	}
	sponsors := protocol.sub("sponsorCollaboratorsModule")
	names, at := r.list("sponsor", "sponsor/collaborators")
	others, othersAt := r.list("collaborators")
	for i, n := range append(names, others...) {
		if i == 0 {
			sponsors.sub("leadSponsor").set("name", n, at)
			class, classAt := r.cell("funder type")
			sponsors.sub("leadSponsor").set("class", class, classAt)
			continue
		}
		sponsors.add("collaborators", othersAt).set("name", n, othersAt)
	}
	conditions, at := r.list("conditions")
	for _, c := range conditions {
		protocol.sub("conditionsModule").set("conditions", c, at)
	}
	given, at := r.list("interventions")
	for _, g := range given {
		v := protocol.sub("armsInterventionsModule").add("interventions", at)
		kind, name, ok := strings.Cut(g, ": ")
		if !ok {
			kind, name = "", g
		}
		v.set("type", kind, at)
		v.set("name", name, at)
	}
	for _, o := range [...]struct{ field, col, classic string }{
		{"primaryOutcomes", "primary outcome measures", "outcome measures"}, {"secondaryOutcomes", "secondary outcome measures", ""},
		{"otherOutcomes", "other outcome measures", ""},
	} {
		// Measure, description and time frame stand in one text between
		// commas, which each of them may hold: they are not distinguished.
		measures, at := r.list(o.col, o.classic)
		for _, m := range measures {
			protocol.sub("outcomesModule").add(o.field, at).set("measure", m, at)
		}
	}
	ages, at := r.cell("age")
	for _, a := range strings.Split(ages, ",") {
		if a = strings.TrimSpace(a); strings.ToUpper(a) == a {
			protocol.sub("eligibilityModule").set("stdAges", a, at)
		}
	}
	places, at := r.list("locations")
	for _, l := range places {
		protocol.sub("contactsLocationsModule").add("locations", at).sitePlace(l, at)
	}
	docs, at := r.list("study documents")
	for _, d := range docs {
		label, link, ok := strings.Cut(d, ", http")
		doc := p.sub("documentSection", "largeDocumentModule").add("largeDocs", at)
		doc.set("label", label, at)
		if ok {
			doc.set("filename", path.Base("http"+link), at)
		}
	}
}

// sitePlace reads "Facility, City, State, Zip, Country" from its end; what is
// left over is the facility's name.
func (p *draft) sitePlace(s, at string) {
	parts := strings.Split(s, ", ")
	last := func() string {
		t := parts[len(parts)-1]
		parts = parts[:len(parts)-1]
		return t
	}
	if len(parts) > 1 {
		p.set("country", last(), at)
	}
	if len(parts) > 2 && strings.ContainsAny(parts[len(parts)-1], "0123456789") {
		p.set("zip", last(), at)
	}
	if len(parts) > 2 {
		p.set("state", last(), at)
	}
	if len(parts) > 1 {
		p.set("city", last(), at)
	}
	p.set("facility", strings.Join(parts, ", "), at)
}
