package metafile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// table is a file of rows and named columns, as text.
type table struct {
	header []string
	rows   [][]string
	lines  []int // line of the file on which each row starts
}

// parseTable reads a table whose columns are separated by commas, semicolons or
// tabs; the first line holds the names.
func parseTable(data []byte) (*table, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) || bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("the file is not UTF-8 text (save the table as CSV in UTF-8)")
	}
	if !utf8.Valid(data) {
		data = latin1(data)
	}
	mark, data, skipped := separatorLine(data)
	if mark == 0 {
		mark = delimiter(data)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = mark
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	strict := wellQuoted(data, mark)
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: the first line must name the columns")
	}
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	t := &table{}
	for i, h := range header {
		h = cleanCell(h)
		if h == "" {
			h = fmt.Sprintf("column%d", i+1)
		}
		t.header = append(t.header, h)
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err // names the line itself
		}
		line, _ := r.FieldPos(0)
		line += skipped
		if blank(row) {
			continue
		}
		if j := slices.IndexFunc(row, func(f string) bool { return strings.ContainsRune(f, '\n') }); j >= 0 && !strict {
			return nil, fmt.Errorf("line %d, field %d: a quote opens here and what closes it is not clear, so that rows may have run together; write a quote within a field twice", line, j+1)
		}
		if len(row) > len(t.header) && blank(row[len(t.header):]) {
			row = row[:len(t.header)]
		}
		if len(row) != len(t.header) {
			return nil, fmt.Errorf("line %d has %d fields where the header names %d columns (separator %q); is a field with the separator in it not quoted?",
				line, len(row), len(t.header), string(r.Comma))
		}
		t.rows, t.lines = append(t.rows, row), append(t.lines, line)
	}
	if len(t.rows) == 0 {
		return nil, errors.New("the table has a header but no rows")
	}
	return t, nil
}

// separatorLine takes away the line "sep=;" that spreadsheets put before the
// header; mark is 0 without one.
func separatorLine(data []byte) (mark rune, rest []byte, lines int) {
	first, rest, _ := bytes.Cut(data, []byte("\n"))
	first = bytes.TrimSpace(first)
	if len(first) != len("sep=;") || !bytes.EqualFold(first[:4], []byte("sep=")) || !bytes.ContainsAny(first[4:], ";,|\t") {
		return 0, data, 0
	}
	return rune(first[4]), rest, 1
}

// wellQuoted tells a table in which every quote opens, closes or is doubled; only
// there can a field be trusted to run over several lines.
func wellQuoted(data []byte, mark rune) bool {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = mark, -1, true
	for {
		if _, err := r.Read(); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

func blank(row []string) bool {
	for _, f := range row {
		if strings.TrimSpace(f) != "" {
			return false
		}
	}
	return true
}

// latin1 reads bytes as ISO 8859-1, which old spreadsheets write.
func latin1(data []byte) []byte {
	var b bytes.Buffer
	for _, c := range data {
		b.WriteRune(rune(c))
	}
	return b.Bytes()
}

// delimiter is the separator that splits the header into most fields; quoted parts
// do not count.
func delimiter(data []byte) rune {
	first := data
	inQuotes := false
	count := map[byte]int{}
	for i := 0; i < len(first); i++ {
		switch c := first[i]; {
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == '\n' || c == '\r':
			i = len(first)
		case c == ';' || c == ',' || c == '\t':
			count[c]++
		}
	}
	best := ','
	for _, c := range []byte{';', '\t'} {
		if count[c] > count[byte(best)] {
			best = rune(c)
		}
	}
	return best
}

// badCell is a cell that looks like a number and cannot be read as one.
type badCell struct{ text, reason string }

func (b badCell) String() string { return b.text }

// columns types the table: a column is numbers when every cell that is not missing
// reads as one; else text.
func (t *table) columns() (map[string]*column, error) {
	out := map[string]*column{}
	whole := t.tableMark()
	for j, name := range t.header {
		if out[name] != nil {
			return nil, fmt.Errorf("two columns are named %q; rename one of them", name)
		}
		out[name] = t.column(j, whole)
	}
	return out, nil
}

// tableMark is the decimal mark that the whole table shows.
func (t *table) tableMark() decimalMark {
	mark := markUnknown
	for j := range t.header {
		if m := t.columnMark(j); m != markUnknown {
			if mark != markUnknown && mark != m {
				return markMixed
			}
			mark = m
		}
	}
	return mark
}

func (t *table) columnMark(j int) decimalMark {
	mark := markUnknown
	for _, row := range t.rows {
		m := evidence(row[j])
		if m == markUnknown {
			continue
		}
		if mark != markUnknown && mark != m {
			return markMixed
		}
		mark = m
	}
	return mark
}

func (t *table) column(j int, whole decimalMark) *column {
	mark := t.columnMark(j)
	if mark == markUnknown {
		mark = whole
	}
	cells := make([]any, len(t.rows))
	numbers := true
	for i, row := range t.rows {
		x, kind := readNumber(row[j], mark)
		switch kind {
		case isNumber:
			cells[i] = x
		case isAmbiguous:
			cells[i] = badCell{row[j], "may be a number with a thousands separator or with a decimal mark; write it without the separator"}
		case isOther:
			numbers = false
		}
	}
	if !numbers {
		for i, row := range t.rows {
			if cells[i] = any(nil); !missingWords[strings.ToLower(cleanCell(row[j]))] {
				cells[i] = strings.TrimSpace(spaces.Replace(row[j]))
			}
		}
	}
	return &column{cells}
}
