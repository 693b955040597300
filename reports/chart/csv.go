package chart

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strings"

	"past/reports/internal/show"
)

var plainNumber = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)

// CSV writes the data behind a figure: one number a cell, as exact as it is
// known, an empty cell where there is none. A text that a spreadsheet would run
// as a formula gets an apostrophe.
func (t *Table) CSV() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	row := make([]string, len(t.Head))
	for i, h := range t.Head {
		row[i] = defused(h.Text)
	}
	_ = w.Write(row) // a buffer takes everything
	for _, l := range t.Lines {
		for i := range row {
			row[i] = ""
			if i < len(l.Cells) {
				c := l.Cells[i]
				row[i] = defused(c.Text)
				if c.Exact != "" {
					row[i] = c.Exact
				}
				if row[i] == show.None {
					row[i] = ""
				}
			}
		}
		_ = w.Write(row)
	}
	w.Flush()
	return b.Bytes()
}

func defused(s string) string {
	s = show.Text(s)
	if !plainNumber.MatchString(s) && strings.ContainsAny(s[:min(1, len(s))], "=+-@\t\r") {
		return "'" + s
	}
	return s
}
