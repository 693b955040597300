package text

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Table is a file of rows and named columns, as text. Rows that do not fit the
// header are Problems and not among the rows; blank rows are passed over.
type Table struct {
	Header   []string
	Rows     [][]string
	Lines    []int // line of the file on which each row starts
	Mark     rune  // what separates the columns
	Problems []LineProblem
	Notes    []LineProblem // lines that were taken as title, header or units
}

// LineProblem is a line of a table that could not be read, or how it was read.
type LineProblem struct {
	Line    int
	Message string
}

// ReadTable reads a file as [ReadGrid] does and finds its header as [Grid.Table] does.
func ReadTable(data []byte, names ...string) (*Table, error) {
	g, err := ReadGrid(data)
	if err != nil {
		return nil, err
	}
	return g.Table(names...), nil
}

// Grid is a file of cells of which the header is not known yet.
type Grid struct {
	mark  rune
	rows  [][]string // without blank ones; at least one
	lines []int      // line of the file on which each row starts
}

// ReadGrid reads a table as spreadsheets write it: separated by commas,
// semicolons, tabs or bars, with or without a line "sep=;", in UTF-8 (with or without
// a byte order mark), UTF-16 or Windows-1252. An error means that the file as a
// whole is no such table and says what to do.
func ReadGrid(data []byte) (*Grid, error) {
	data, err := decode(data)
	if err != nil {
		return nil, err
	}
	if no, n := longestLine(data); n > maxLine {
		return nil, fmt.Errorf("line %d has %d bytes, more than a row of a table can have here (%d): is a quote left open?", no, n, maxLine)
	}
	mark, data, skipped := separatorLine(data)
	if mark == 0 {
		mark = Separator(data)
	}
	r := tableReader(data, mark)
	r.LazyQuotes = true
	strict := wellQuoted(data, mark)
	g := &Grid{mark: mark}
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
		if j := slices.IndexFunc(row, func(f string) bool { return strings.ContainsRune(f, '\n') }); j >= 0 && !strict {
			return nil, fmt.Errorf("line %d, field %d: a quote opens here and what closes it is not clear, so that rows may have run"+
				" together; write a quote within a field twice", line, j+1)
		}
		if !blank(row) {
			g.rows, g.lines = append(g.rows, row), append(g.lines, line)
		}
	}
	if len(g.rows) == 0 {
		return nil, errors.New("the file is empty: the first line must name the columns")
	}
	return g, nil
}

// Table gives the rows below the header. The first line with more than one
// filled cell names the columns; a second line of a merged header is joined to
// it, a line of units below it is passed over, each with a note. Where one of the
// first lines has all the names that are given, it names the columns, and nothing
// is joined to it.
func (g *Grid) Table(names ...string) *Table {
	t := &Table{Mark: g.mark}
	first := t.headerNaming(g.rows, g.lines, names)
	if first == 0 {
		first = t.readHeader(g.rows, g.lines)
	}
	for i := first; i < len(g.rows); i++ {
		t.add(g.rows[i], g.lines[i])
	}
	return t
}

// maxLine bounds a line of a table, in bytes: reading one takes a multiple of it.
const maxLine = 8 << 20

// longestLine gives the number and the length of the longest line.
func longestLine(data []byte) (no, size int) {
	at := 0
	for line := range bytes.Lines(data) {
		if at++; len(line) > size {
			no, size = at, len(line)
		}
	}
	return no, size
}

// add keeps a row, or the problem that it does not fit. A row of one cell is a
// remark or a name without numbers, however short it is.
func (t *Table) add(row []string, line int) {
	if len(row) > len(t.Header) && blank(row[len(t.Header):]) {
		row = row[:len(t.Header)]
	}
	if len(row) < len(t.Header) && filled(row) == 1 && strings.TrimSpace(row[0]) != "" && shown(row[0]) == wordCell {
		row = append(slices.Clone(row), make([]string, len(t.Header)-len(row))...)
	}
	if len(row) != len(t.Header) {
		t.Problems = append(t.Problems, LineProblem{line, fmt.Sprintf("line %d has %d fields where the header names %d columns"+
			" (separator %q); is a field with the separator in it not quoted?", line, len(row), len(t.Header), string(t.Mark))})
		return
	}
	t.Rows, t.Lines = append(t.Rows, row), append(t.Lines, line)
}

// decode gives the text of a file in UTF-8 without a byte order mark, its lines
// ended by a line feed.
func decode(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return nil, errors.New("the file is a spreadsheet's own format; save the sheet as CSV in UTF-8")
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return nil, errors.New("the file begins as UTF-16 and is none; save the table as CSV in UTF-8")
		}
		data = out
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("the file is not text (it has zero bytes); save the table as CSV in UTF-8")
	}
	if !utf8.Valid(data) {
		out, err := charmap.Windows1252.NewDecoder().Bytes(data)
		if err != nil {
			return nil, errors.New("the file is neither UTF-8 nor Windows-1252; save the table as CSV in UTF-8")
		}
		data = out
	}
	if bytes.IndexByte(data, '\n') < 0 { // as old spreadsheets end their lines
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	return data, nil
}

func tableReader(data []byte, mark rune) *csv.Reader {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord = mark, -1
	return r
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

// wellQuoted recognises a table in which every quote opens, closes or is doubled; only
// there can a field be trusted to run over several lines.
func wellQuoted(data []byte, mark rune) bool {
	r := tableReader(data, mark)
	r.ReuseRecord = true
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

// Separator is the separator that most of the first lines have; of several the one
// that each line has as often, then the one they have most of, then another than
// the comma, which is in numbers and names. Quoted parts do not count.
func Separator(data []byte) rune {
	const looked = 30
	inQuotes := false
	marks := []byte{'\t', ';', '|', ','}
	counts, here := map[byte][]int{}, map[byte]int{}
	for i, n := 0, 0; i < len(data) && n < looked; i++ {
		switch c := data[i]; {
		case c == '"':
			inQuotes = !inQuotes
		case !inQuotes && slices.Contains(marks, c):
			here[c]++
		}
		if !inQuotes && data[i] == '\n' || i == len(data)-1 {
			n++
			for c, k := range here {
				counts[c] = append(counts[c], k)
			}
			clear(here)
		}
	}
	best, most := ',', []int{-1}
	for _, c := range marks {
		of := []int{len(counts[c]), 0, 0}
		if of[0] > 0 && slices.Min(counts[c]) == slices.Max(counts[c]) {
			of[1] = 1
		}
		for _, k := range counts[c] {
			of[2] += k
		}
		if of[0] > 0 && slices.Compare(of, most) > 0 {
			best, most = rune(c), of
		}
	}
	return best
}

var cellSpaces = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "\u2007", " ", "\ufeff", "", "\u200b", "")

// CleanCell takes away what only looks like something in a cell: odd spaces, and
// minus signs of typographers before a digit.
func CleanCell(s string) string {
	s = strings.TrimSpace(cellSpaces.Replace(s))
	for _, minus := range []string{"\u2212", "\u2013", "\ufe63", "\uff0d"} {
		if rest, ok := strings.CutPrefix(s, minus); ok && rest != "" && (rest[0] >= '0' && rest[0] <= '9' || rest[0] == '.' || rest[0] == ',') {
			s = "-" + rest
		}
		s = strings.ReplaceAll(strings.ReplaceAll(s, "e"+minus, "e-"), "E"+minus, "E-")
	}
	return s
}
