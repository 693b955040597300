package ctgov

import (
	"bytes"
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"past/crawler"
	"past/crawler/answer"
	"past/internal/evidence"
)

// AACT publishes the register as pipe-delimited tables. A study's rows of all
// tables are one payload: a first line that begins with aactMark, then for each
// table a line with aactTable and its name, its header line and the rows, byte
// for byte.
const (
	aactMark  = "# AACT "
	aactTable = "# TABLE "
)

//go:embed aact.txt
var aactText string

// aactRule is a block of aact.txt.
type aactRule struct {
	table         string
	column, value string // of the rows that are meant; "" for all
	list          []string
	fields        []aactField
}

type aactField struct {
	path    []string
	columns []string
}

var aactRules = sync.OnceValue(func() []aactRule {
	var out []aactRule
	for _, line := range strings.Split(aactText, "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case line[0] == '\t':
			r := &out[len(out)-1]
			r.fields = append(r.fields, aactField{strings.Split(words[0], "/"), strings.Split(words[1], "|")})
		default:
			r := aactRule{table: words[0]}
			for _, w := range words[1:] {
				if column, value, ok := strings.Cut(w, "="); ok {
					r.column, r.value = column, value
					continue
				}
				r.list = strings.Split(w, "/")
			}
			out = append(out, r)
		}
	}
	return out
})

// aactJoined are the tables that are read by code.
var aactJoined = []string{"design_group_interventions", "intervention_other_names", "retractions", "result_groups", "milestones",
	"drop_withdrawals", "baseline_counts", "baseline_measurements", "outcome_counts", "outcome_measurements", "outcome_analyses",
	"outcome_analysis_groups", "reported_events", "reported_event_totals"}

// AACTTables names the tables that are read, studies first.
var AACTTables = sync.OnceValue(func() []string {
	var out []string
	for _, r := range aactRules() {
		if !slices.Contains(out, r.table) {
			out = append(out, r.table)
		}
	}
	return append(out, aactJoined...)
})

// AACTResults are the tables without which posted numbers are incomplete.
var AACTResults = []string{"result_groups", "outcomes", "outcome_counts", "outcome_measurements", "outcome_analyses",
	"outcome_analysis_groups", "baseline_counts", "baseline_measurements", "reported_events"}

// AACTHeader reports whether a text begins with the header line of one of the
// tables.
func AACTHeader(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\ufeff")), []byte("\n"))
	cols := strings.Split(strings.TrimRight(strings.ToLower(string(line)), "\r"), "|")
	for i := range cols {
		cols[i] = strings.Trim(cols[i], `"`)
	}
	return cols[0] == "nct_id" && len(cols) > 1 || cols[0] == "id" && slices.Contains(cols, "nct_id")
}

// AACTStudy begins the payload of a study.
func AACTStudy(id string) []byte { return []byte(aactMark + id + "\n") }

// AACTAdd adds a table's header line to the payload of a study, before its rows.
func AACTAdd(b []byte, table string, head []byte) []byte {
	return append(append(append(b, aactTable+table+"\n"...), bytes.TrimRight(head, "\r\n")...), '\n')
}

func isAACT(head []byte) bool { return bytes.HasPrefix(head, []byte(aactMark)) }

// PipeCells parts a row of a pipe-delimited table. A cell in quotes may hold
// bars and line breaks, and a quote is written twice in it. rest is what follows
// the row.
func PipeCells(text []byte) (cells []string, rest []byte) {
	for {
		var cell []byte
		if len(text) > 0 && text[0] == '"' {
			cell, text = quotedCell(text)
		} else {
			end := bytes.IndexAny(text, "|\n")
			if end < 0 {
				end = len(text)
			}
			cell, text = text[:end], text[end:]
		}
		if len(text) == 0 || text[0] == '\n' {
			cell = bytes.TrimSuffix(cell, []byte("\r"))
		}
		cells = append(cells, string(cell))
		switch {
		case len(text) == 0:
			return cells, nil
		case text[0] == '\n':
			return cells, text[1:]
		}
		text = text[1:]
	}
}

// rowBegins recognises a line that begins a row of a table, or another table.
var rowBegins = regexp.MustCompile(`^(?:(?:[^|\n]*\|)?NCT\d{8}(?:\||\r?$)|# TABLE )`)

// PipeRow is [PipeCells] for a table with so many columns. Where the cells are
// not as many, or another row begins inside of one, a quote may have opened that
// never closes: the line is then read without regard to quotes, if that fits.
func PipeRow(text []byte, columns int) (cells []string, rest []byte) {
	cells, rest = PipeCells(text)
	line, after, _ := bytes.Cut(text, []byte("\n"))
	if len(cells) == columns && (len(after) <= len(rest) || !rowBegins.Match(after[:min(len(after), 200)])) {
		return cells, rest
	}
	if plain := strings.Split(string(bytes.TrimSuffix(line, []byte("\r"))), "|"); len(plain) == columns {
		return plain, after
	}
	return cells, rest
}

// quotedCell reads a cell that begins with a quote. A later quote closes it only
// before a bar or the end of a line.
func quotedCell(text []byte) (cell, rest []byte) {
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			cell = append(cell, text[i])
			continue
		}
		next := text[i+1:]
		switch {
		case len(next) > 0 && next[0] == '"':
			cell = append(cell, '"')
			i++
		case len(next) == 0 || next[0] == '|' || next[0] == '\n':
			return cell, next
		case bytes.HasPrefix(next, []byte("\r\n")):
			return cell, next[1:]
		default:
			cell = append(cell, '"')
		}
	}
	return cell, nil
}

// aactRow is a row of a table.
type aactRow struct {
	table   string
	columns map[string]int
	cells   []string
	id      string
	number  int // of the id, 0 where it is not a number
}

func (r aactRow) has(column string) bool { _, ok := r.columns[column]; return ok }

// get gives the first of the columns that says something.
func (r aactRow) get(columns ...string) string {
	text, _ := r.cell(columns...)
	return text
}

func (r aactRow) cell(columns ...string) (text, at string) {
	for _, c := range columns {
		if i, ok := r.columns[c]; ok && i < len(r.cells) && strings.TrimSpace(r.cells[i]) != "" {
			return strings.TrimSpace(r.cells[i]), r.place() + ", column " + c
		}
	}
	return "", ""
}

func (r aactRow) place() string {
	if r.id == "" {
		return r.table + ".txt"
	}
	return r.table + ".txt, row with id " + r.id
}

// aactStudy are the rows of a study by table, in the order of their ids.
type aactStudy map[string][]aactRow

func readAACT(text []byte) ([]*draft, []evidence.Problem, error) {
	text, problems := answer.Text(text)
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	rows := aactStudy{}
	table := ""
	var columns map[string]int
	for len(rest) > 0 {
		if name, ok := bytes.CutPrefix(rest, []byte(aactTable)); ok {
			line, after, _ := bytes.Cut(name, []byte("\n"))
			head, after := PipeCells(bytes.TrimPrefix(after, []byte("\ufeff")))
			table, columns, rest = string(line), map[string]int{}, after
			for i, h := range head {
				columns[strings.ToLower(strings.TrimSpace(h))] = i
			}
			continue
		}
		r := aactRow{table: table, columns: columns}
		r.cells, rest = PipeRow(rest, len(columns))
		if len(r.cells) == 1 && r.cells[0] == "" {
			continue
		}
		r.id = r.get("id")
		r.number, _ = strconv.Atoi(r.id)
		if len(r.cells) != len(columns) {
			problems = append(problems, evidence.Problem{Kind: crawler.KindBadValue, Where: r.place(),
				Message: fmt.Sprintf("the row has %d cells, the header has %d; it was left out", len(r.cells), len(columns))})
			continue
		}
		rows[table] = append(rows[table], r)
	}
	for _, list := range rows {
		slices.SortStableFunc(list, func(a, b aactRow) int { return a.number - b.number })
	}
	if len(rows["studies"]) == 0 {
		return nil, nil, &crawler.AnswerError{Kind: crawler.KindNoID,
			Message: "studies.txt has no row of " + string(bytes.TrimPrefix(first, []byte(aactMark)))}
	}
	s := newStudy()
	s.at = rows["studies"][0].place()
	s.aact(rows)
	return []*draft{s}, problems, nil
}

func (p *draft) aact(rows aactStudy) {
	made := map[string]*draft{} // by table and id
	for _, rule := range aactRules() {
		for _, r := range rows[rule.table] {
			if !rule.meant(r) {
				continue
			}
			at := p
			if rule.list != nil {
				at = p.sub(rule.list[:len(rule.list)-1]...).add(rule.list[len(rule.list)-1], r.place())
				made[rule.table+" "+r.id] = at
			}
			for _, f := range rule.fields {
				text, where := r.cell(f.columns...)
				at.aactField(f.path, text, where)
			}
		}
	}
	p.aactProtocol(rows, made)
	if p.aactResults(rows, made) {
		p.set("hasResults", "true", p.at)
	}
}

// meant reports whether a rule is about a row. Former tables of identifiers have
// no id_source and name it in id_type.
func (rule aactRule) meant(r aactRow) bool {
	switch {
	case rule.column == "":
		return true
	case rule.column == "id_type" && r.has("id_source"):
		return false
	}
	return strings.EqualFold(r.get(rule.column), rule.value)
}

func (p *draft) aactField(way []string, text, at string) {
	name := way[len(way)-1]
	switch {
	case text == "":
		return
	case name == "phases":
		p.sub(way[:len(way)-1]...).phases(text, at)
		return
	case name == "masking":
		p.sub(way[:len(way)-1]...).masking(text, at)
		return
	case (name == "minimumAge" || name == "maximumAge") && strings.EqualFold(text, "N/A"):
		return // AACT's word for a limit that is not given
	case name == "eligibilityCriteria" || name == "briefSummary" || name == "detailedDescription":
		if text = untilded(text); strings.Contains(text, "\n          -  ") { // a block of the former XML
			text = reflow(text)
		}
	case strings.EqualFold(text, "results_reference"):
		text = "RESULT"
	case strings.EqualFold(text, "reference"):
		text = "BACKGROUND"
	}
	p.sub(way[:len(way)-1]...).set(name, text, at)
}

// untilded gives a text its line breaks back, which former tables write as a
// tilde behind a word; one before a number means "about".
func untilded(s string) string {
	if strings.Contains(s, "\n") || strings.Count(s, "~") < 2 {
		return s
	}
	b := []byte(s)
	for i := 1; i+1 < len(b); i++ {
		if b[i] == '~' && b[i-1] != ' ' && b[i+1] != ' ' && (b[i+1] < '0' || b[i+1] > '9' || b[i-1] == '~' || b[i-1] == '.' || b[i-1] == ':') {
			b[i] = '\n'
		}
	}
	return string(b)
}

// aactProtocol reads what is spread over several tables or columns.
func (p *draft) aactProtocol(rows aactStudy, made map[string]*draft) {
	for _, r := range rows["design_group_interventions"] {
		given, arm := made["interventions "+r.get("intervention_id")], made["design_groups "+r.get("design_group_id")]
		if given != nil && arm != nil && arm.has("label") != nil {
			given.set("armGroupLabels", arm.has("label").text, r.place())
		}
	}
	for _, r := range rows["intervention_other_names"] {
		if given := made["interventions "+r.get("intervention_id")]; given != nil {
			text, at := r.cell("name")
			given.set("otherNames", text, at)
		}
	}
	for _, r := range rows["retractions"] {
		if ref := made["study_references "+r.get("reference_id", "study_reference_id")]; ref != nil {
			x := ref.add("retractions", r.place())
			for _, c := range [...]string{"pmid", "source"} {
				text, at := r.cell(c)
				x.set(c, text, at)
			}
		}
	}
	for _, r := range rows["provided_documents"] {
		doc := made["provided_documents "+r.id]
		link, at := r.cell("url")
		if doc == nil || link == "" {
			continue
		}
		doc.set("filename", path.Base(link), at)
		var kinds []string
		for _, k := range [...][2]string{{"hasProtocol", "Prot"}, {"hasSap", "SAP"}, {"hasIcf", "ICF"}} {
			if v := doc.has(k[0]); v != nil && v.text == "true" {
				kinds = append(kinds, k[1])
			}
		}
		doc.set("typeAbbrev", strings.Join(kinds, "_"), at)
	}
	for _, r := range rows["designs"] {
		info := p.sub("protocolSection", "designModule", "designInfo", "maskingInfo")
		for _, who := range [...][2]string{{"subject_masked", "PARTICIPANT"}, {"caregiver_masked", "CARE_PROVIDER"},
			{"investigator_masked", "INVESTIGATOR"}, {"outcomes_assessor_masked", "OUTCOMES_ASSESSOR"}} {
			text, at := r.cell(who[0])
			if k := info.has("whoMasked"); inWords(yesNo, text) == "true" && (k == nil || !k.holds(who[1])) {
				info.set("whoMasked", who[1], at)
			}
		}
	}
	for _, r := range rows["eligibilities"] {
		for _, age := range [...]string{"child", "adult", "older_adult"} {
			if text, at := r.cell(age); inWords(yesNo, text) == "true" {
				p.sub("protocolSection", "eligibilityModule").set("stdAges", strings.ToUpper(age), at)
			}
		}
	}
	p.armNames()
}

// holds reports whether a list of scalars has a text.
func (p *draft) holds(text string) bool {
	return slices.ContainsFunc(p.items, func(k *draft) bool { return k.text == text })
}
