package metafile

import (
	"errors"
	"fmt"
	"strings"

	human "past/internal/text"
)

// table is a file of rows and named columns, as text.
type table struct {
	header []string
	rows   [][]string
	lines  []int // line of the file on which each row starts
}

// parseTable reads a table of which every row must fit the header.
func parseTable(data []byte) (*table, error) {
	in, err := human.ReadTable(data)
	if err != nil {
		return nil, err
	}
	if len(in.Problems) > 0 {
		return nil, errors.New(in.Problems[0].Message)
	}
	if len(in.Rows) == 0 {
		return nil, errors.New("the table has a header but no rows")
	}
	t := &table{header: in.Header, rows: in.Rows, lines: in.Lines}
	for i, h := range t.header {
		if h == "" {
			t.header[i] = fmt.Sprintf("column%d", i+1)
		}
	}
	return t, nil
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
		m := markOf(row[j])
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
			if cells[i] = any(nil); !missingWords[strings.ToLower(human.CleanCell(row[j]))] {
				cells[i] = human.CleanCell(row[j])
			}
		}
	}
	return &column{cells}
}
