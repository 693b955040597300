package export

import (
	"bytes"
	"fmt"
)

// LineError says which line of a file could not be read.
type LineError struct {
	Line int
	Msg  string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// ReadMetapsy reads a sheet. A row with another number of cells than the header
// is a *LineError.
func ReadMetapsy(b []byte) (*Sheet, error) {
	s := &Sheet{quoted: map[[2]int]bool{}}
	if bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) {
		s.BOM, b = true, b[3:]
	}
	s.CRLF = bytes.Contains(b, []byte("\r\n"))
	s.Unended = len(b) > 0 && b[len(b)-1] != '\n'
	line, row := 1, -1
	for len(b) > 0 {
		start := line
		cells, rest, lines, err := s.record(b, row, start)
		if err != nil {
			return nil, err
		}
		b, line = rest, line+lines
		if row < 0 {
			s.Header = cells
		} else {
			if len(cells) != len(s.Header) {
				return nil, &LineError{start, fmt.Sprintf("%d cells, the header has %d", len(cells), len(s.Header))}
			}
			s.Rows = append(s.Rows, cells)
		}
		row++
	}
	if s.Header == nil {
		return nil, &LineError{1, "the file is empty"}
	}
	return s, nil
}

// record reads one line of cells; a cell in quotes may hold separators.
func (s *Sheet) record(b []byte, row, line int) (cells []string, rest []byte, lines int, err error) {
	i := 0
	for {
		var cell []byte
		if i < len(b) && b[i] == '"' {
			s.quoted[[2]int{row, len(cells)}] = true
			for i++; ; i++ {
				if i >= len(b) {
					return nil, nil, 0, &LineError{line, "a quoted cell does not end"}
				}
				if b[i] == '"' {
					if i+1 < len(b) && b[i+1] == '"' {
						i++
					} else {
						i++
						break
					}
				}
				if b[i] == '\n' {
					lines++
				}
				cell = append(cell, b[i])
			}
			if i < len(b) && b[i] != ';' && b[i] != '\n' && !(b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n') {
				return nil, nil, 0, &LineError{line, "text follows a closing quote"}
			}
		}
		start := i
		for i < len(b) && b[i] != ';' && b[i] != '\n' {
			i++
		}
		end := i
		if i < len(b) && b[i] == '\n' && end > start && b[end-1] == '\r' && s.CRLF {
			end--
		}
		cell = append(cell, b[start:end]...)
		cells = append(cells, string(cell))
		if i >= len(b) {
			return cells, nil, lines + 1, nil
		}
		i++
		if b[i-1] == '\n' {
			return cells, b[i:], lines + 1, nil
		}
	}
}

// Cell is a cell by column name, "" when there is no such column.
func (s *Sheet) Cell(row int, column string) string {
	for i, h := range s.Header {
		if h == column {
			return s.Rows[row][i]
		}
	}
	return ""
}
