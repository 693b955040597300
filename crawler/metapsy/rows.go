package metapsy

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"past/crawler"
	"past/crawler/answer"
	"past/internal/evidence"
	"past/internal/text"
)

// table is a release's table, cells as they stand in it.
type table struct {
	Header []string
	// Style says how the table writes numbers.
	Style    evidence.NumberStyle
	Rows     []row
	Problems []evidence.Problem // rows that could not be used
	body     []byte
}

// row is one comparison.
type row struct {
	Number int // 1-based, without the header
	cells  map[string]string
}

// Cell gives a cell's text, trimmed; "" for the table's word for nothing, NA.
func (r row) Cell(column string) string {
	if s := strings.TrimSpace(r.cells[column]); s != "NA" {
		return s
	}
	return ""
}

// known are the columns of the standard and of the datasets on psychedelics.
var known = func() map[string]bool {
	m := map[string]bool{}
	for _, c := range strings.Fields(`study condition_arm1 condition_arm2 multi_arm1 multi_arm2 outcome_type instrument rating ` +
		`instrument_symptom primary_instrument
		cov_time_point study_time_point time time_weeks time_days primary_timepoint post_crossover n_arm1 mean_arm1 sd_arm1 ` +
		`n_arm2 mean_arm2 sd_arm2
		n_change_arm1 mean_change_arm1 sd_change_arm1 n_change_arm2 mean_change_arm2 sd_change_arm2 event_arm1 totaln_arm1 event_arm2 totaln_arm2
		baseline_m_arm1 baseline_sd_arm1 baseline_n_arm1 baseline_m_arm2 baseline_sd_arm2 baseline_n_arm2 d1 d2 d3 d4 d5 rob year ` +
		`drug_arm1 drug_arm2
		dose_arm1 dose_arm2 name_arm1 name_arm2 n_dosing_sessions cumulative_dose_arm1 cumulative_dose_arm2 dose_days dose_weeks ` +
		`mean_age percent_women
		diagnosis target_group design blinding doi registration_number full_ref rob_rand rob_dev rob_miss rob_meas rob_sel .id .g ` +
		`.g_se .log_rr .log_rr_se .event_arm1 .event_arm2 .totaln_arm1 .totaln_arm2`) {
		m[c] = true
	}
	m[""] = true // the row numbers of R
	return m
}()

// Recognise reports whether a file is a table in the Metapsy data standard, by
// its first line.
func Recognise(_ string, head []byte) bool {
	line := answer.HeaderLine(head)
	has := 0
	for _, c := range []string{"study", "condition_arm1", "condition_arm2", "outcome_type", "instrument", "multi_arm1", "n_arm1"} {
		if slices.ContainsFunc(strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(",;\t\"\r", r) }),
			func(s string) bool { return s == c }) {
			has++
		}
	}
	return has >= 5
}

func read(body []byte) (table, error) {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	t := table{body: body}
	if !utf8.Valid(body) {
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
		t.Problems = append(t.Problems, evidence.Problem{Kind: crawler.KindBadUTF8, Where: "row=0",
			Message: "bytes that are not UTF-8 are shown as U+FFFD; the payload keeps them"})
	}
	switch text := bytes.TrimSpace(body); {
	case len(text) == 0:
		return t, &crawler.AnswerError{Kind: crawler.KindEmpty, Message: "the table is empty"}
	case text[0] == '<':
		return t, &crawler.AnswerError{Kind: crawler.KindHTML, Message: "a page for people instead of a table"}
	case !Recognise("", body):
		return t, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no table in the Metapsy data standard: its first line is " +
			answer.Start(body)}
	}
	rd := csv.NewReader(bytes.NewReader(body))
	rd.Comma, rd.FieldsPerRecord, rd.LazyQuotes = text.Separator(body), -1, true
	var err error
	if t.Header, err = rd.Read(); err != nil {
		return t, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no header line: " + err.Error()}
	}
	seen := map[string]bool{}
	for i := range t.Header {
		t.Header[i] = strings.TrimSpace(t.Header[i])
		if seen[t.Header[i]] {
			return t, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: fmt.Sprintf("the column %q stands twice", t.Header[i])}
		}
		seen[t.Header[i]] = true
	}
	for n := 1; ; n++ {
		cells, err := rd.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && len(cells) != len(t.Header) {
			err = fmt.Errorf("%d cells under %d columns", len(cells), len(t.Header))
		}
		if err != nil {
			t.Problems = append(t.Problems, evidence.Problem{Kind: crawler.KindBadValue, Where: fmt.Sprintf("row=%d", n),
				Message: "a row that cannot be used: " + err.Error()})
			continue
		}
		row := row{Number: n, cells: make(map[string]string, len(cells))}
		for i, c := range cells {
			row.cells[t.Header[i]] = c
		}
		t.Rows = append(t.Rows, row)
	}
	t.style(rd.Comma)
	return t, nil
}

var (
	commaNumber = regexp.MustCompile(`^-?\d+,\d+$`)
	pointNumber = regexp.MustCompile(`^-?\d+\.\d+$`)
	// numeric are the columns that tell how a table writes numbers.
	numeric = regexp.MustCompile(`^\.?(n|mean|sd|time|event|totaln|baseline|percent|g|log)_`)
)

// style decides how the table writes numbers. A table that writes both ways is
// reported: in it 1,234 could be either.
func (t *table) style(sep rune) {
	commas, points := 0, 0
	for _, r := range t.Rows {
		for _, h := range t.Header {
			if !numeric.MatchString(h) {
				continue
			}
			switch c := strings.TrimSpace(r.cells[h]); {
			case commaNumber.MatchString(c):
				commas++
			case pointNumber.MatchString(c):
				points++
			}
		}
	}
	if commas > 0 && sep != ',' {
		t.Style = evidence.StyleDecimalComma
	}
	if commas > 0 && points > 0 {
		t.Problems = append(t.Problems, evidence.Problem{Kind: crawler.KindBadValue, Where: "row=0",
			Message: fmt.Sprintf("%d numbers have a decimal comma and %d a decimal point; each is read by its own form, look at "+
				"those with three digits behind it", commas, points)})
	}
}

func (t *table) studies() int {
	seen := map[string]bool{}
	for _, r := range t.Rows {
		seen[r.Cell("study")] = true
	}
	return len(seen)
}
