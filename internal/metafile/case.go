package metafile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"past/analysis/effect"
	human "past/internal/text"
)

// Case is one question: rows of input, and the tree of what to compute.
type Case struct {
	Name    string
	Kind    string         // of the input: two_by_two, two_group_means, yi_vi, ...
	Request Tree           // one entry per block
	Formula effect.Formula // conventions for effect sizes; "" is metafor's

	Rows    int       // number of input rows
	OrderBy string    // column of the ordered cumulative analysis, or ""
	NTotal  []float64 // total sample size per row, nil when not given

	// The primary analysis, computed once. Yi and Vi have one entry per input
	// row (NaN where missing); Y and V only those of the rows used.
	Measure  string
	Yi, Vi   []float64
	RowsUsed []int // 1-based
	Y, V     []float64
	K        int

	Warnings []string // shown with the answer

	roles        Roles             // columns that the user named
	meanings     map[string]string // of columns
	alias        map[string]string // usual name of a group's statistic to the column that is named after what was given
	open         []string          // what the reading of the table left to ask
	scale        string            // of given ratios: log, ratio, ratio-log-se or "" to find out
	level        float64
	controlled   bool               // --control named a group of the table
	standardised bool               // effects are made from t values or differences with sizes, without means
	reference    map[string]*column // what the control row of each comparison has, for tables with one row per arm
	shared       bool               // rows of one study have the same control group
	unguarded    bool               // a case with a request names its tests as metafor does: knha has no guard

	columns map[string]*column
	names   []string          // column names in the order of the file, sorted for JSON
	chosen  map[string]string // canonical name to the file's own, for tables
	read    int               // rows of the file before any filter, 0 without one
	rowIDs  []int             // the file's row number of each row, nil for 1, 2, 3, ...
	lines   []int             // the file's line of each row, nil for JSON
}

// rowName says where row i (0-based) is in the file.
func (c *Case) rowName(i int) string {
	id := i + 1
	if c.rowIDs != nil {
		id = c.rowIDs[i]
	}
	if c.lines != nil {
		return fmt.Sprintf("row %d (line %d)", id, c.lines[i])
	}
	return fmt.Sprintf("row %d", id)
}

// columnName is the file's own name of a column.
func (c *Case) columnName(name string) string {
	if actual := c.chosen[name]; actual != "" {
		return actual
	}
	return name
}

// column holds one raw column; values are float64, string, bool, badCell or nil.
type column struct {
	cells   []any
	written []string // the cells of a table as they are written, nil for JSON
	style   human.NumberStyle
	percent bool // the numbers are percentages
}

// ErrNoColumn is wrapped in errors about a column that a block needs and the
// input does not have.
var ErrNoColumn = errors.New("no such column")

// HasColumn reports whether the input has a column of that name.
func (c *Case) HasColumn(name string) bool { return c.columns[name] != nil }

// ColumnNames lists the input's columns.
func (c *Case) ColumnNames() []string { return append([]string(nil), c.names...) }

// Floats is a numeric column with one entry per input row, NaN where the cell is
// missing. Text in it is an error that names the row.
func (c *Case) Floats(name string) ([]float64, error) {
	col := c.columns[name]
	if col == nil {
		return nil, fmt.Errorf("column %q: %w (the input has %s)", name, ErrNoColumn, strings.Join(c.names, ", "))
	}
	out := make([]float64, len(col.cells))
	for i, v := range col.cells {
		x, ok := asNumber(v)
		if b, isBool := v.(bool); isBool {
			x, ok = 0, true
			if b {
				x = 1
			}
		}
		if bad, is := v.(badCell); is {
			return nil, fmt.Errorf("%s, column %q: %q %s", c.rowName(i), c.columnName(name), bad.text, bad.reason)
		}
		if s, isText := v.(string); isText && !ok {
			n := human.ParseNumber(s, human.StyleUnknown)
			x, ok = n.Value, n.OK && n.Op == "" && !n.Percent
		}
		if !ok && v != nil {
			return nil, fmt.Errorf("%s, column %q: %q is not a number", c.rowName(i), c.columnName(name), v)
		}
		out[i] = x
	}
	return out, nil
}

// optionalFloats is Floats, nil when there is no such column.
func (c *Case) optionalFloats(name string) ([]float64, error) {
	if !c.HasColumn(name) {
		return nil, nil
	}
	return c.Floats(name)
}

// Texts is a column as text with one entry per input row: numbers in their
// shortest form, "" for missing cells (missing distinguishes them from empty text).
func (c *Case) Texts(name string) (values []string, missing []bool, err error) {
	col := c.columns[name]
	if col == nil {
		return nil, nil, fmt.Errorf("column %q: %w (the input has %s)", name, ErrNoColumn, strings.Join(c.names, ", "))
	}
	values, missing = make([]string, len(col.cells)), make([]bool, len(col.cells))
	for i, v := range col.cells {
		switch x := v.(type) {
		case nil:
			missing[i] = true
		case string:
			values[i] = x
		case badCell:
			values[i] = x.text
		case float64:
			values[i] = strconv.FormatFloat(x, 'g', -1, 64)
		case bool:
			values[i] = strings.ToUpper(strconv.FormatBool(x))
		}
	}
	return values, missing, nil
}

// IsText reports whether a column holds text, so that it is a factor when used as a
// moderator.
func (c *Case) IsText(name string) bool {
	col := c.columns[name]
	if col == nil {
		return false
	}
	for _, v := range col.cells {
		if s, ok := v.(string); ok {
			if _, isNumber := asNumber(s); !isNumber {
				return true
			}
		}
	}
	return false
}

// Used picks the entries of the rows used from a column with one entry per input
// row.
func Used[T any](c *Case, all []T) []T {
	out := make([]T, 0, len(c.RowsUsed))
	for _, r := range c.RowsUsed {
		if r <= len(all) {
			out = append(out, all[r-1])
		}
	}
	return out
}

// warn adds a warning to the answer, once.
func (c *Case) warn(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	for _, w := range c.Warnings {
		if w == s {
			return
		}
	}
	c.Warnings = append(c.Warnings, s)
}

// parseCase reads a JSON case. It does not compute anything yet.
func parseCase(data []byte) (*Case, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var doc struct {
		Name    string `json:"name"`
		Request Tree   `json:"request"`
		Input   *struct {
			Kind    string `json:"kind"`
			Rows    []Tree `json:"rows"`
			OrderBy string `json:"order_by"`
			NTotal  []any  `json:"n_total"`
		} `json:"input"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, jsonError(data, err)
	}
	if doc.Input == nil {
		return nil, errors.New(`the case has no "input": it must hold "kind" and "rows"`)
	}
	c := &Case{Name: doc.Name, Kind: doc.Input.Kind, Request: doc.Request, Rows: len(doc.Input.Rows),
		OrderBy: doc.Input.OrderBy, columns: map[string]*column{}}
	if c.Request == nil {
		c.Request = Tree{}
	}
	c.unguarded = len(c.Request) > 0
	for i, row := range doc.Input.Rows {
		for name, v := range row {
			switch v.(type) {
			case nil, string, float64, bool:
			default:
				return nil, fmt.Errorf("row %d, column %q: a cell must be a number, text, true, false or null", i+1, name)
			}
			if c.columns[name] == nil {
				c.columns[name] = &column{cells: make([]any, c.Rows)}
				c.names = append(c.names, name)
			}
			c.columns[name].cells[i] = v
		}
	}
	sort.Strings(c.names)
	if doc.Input.NTotal != nil {
		if len(doc.Input.NTotal) != c.Rows {
			return nil, fmt.Errorf("n_total has %d entries for %d rows", len(doc.Input.NTotal), c.Rows)
		}
		c.NTotal = asNumbers(doc.Input.NTotal)
	}
	return c, nil
}

// jsonError says where in the file the JSON is wrong.
func jsonError(data []byte, err error) error {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	offset := int64(-1)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &typ):
		offset = typ.Offset
	}
	if offset < 0 || offset > int64(len(data)) {
		return fmt.Errorf("the case is not valid JSON: %w", err)
	}
	line := 1 + bytes.Count(data[:offset], []byte("\n"))
	return fmt.Errorf("the case is not valid JSON (line %d): %w", line, err)
}

// setPrimary stores the primary effect sizes and finds the rows that can be used:
// those with a finite effect and a finite variance that is not negative.
func (c *Case) setPrimary(measure string, yi, vi []float64) {
	c.Measure, c.Yi, c.Vi = measure, yi, vi
	c.RowsUsed, c.Y, c.V = nil, nil, nil
	var missing []string
	for i := range yi {
		switch {
		case math.IsNaN(yi[i]) || math.IsNaN(vi[i]):
			missing = append(missing, c.rowName(i))
			continue
		case math.IsInf(yi[i], 0) || math.IsInf(vi[i], 0):
			c.warn("%s left out: its effect or variance is infinite", c.rowName(i))
			continue
		case vi[i] < 0:
			c.warn("%s left out: its variance is negative (%g)", c.rowName(i), vi[i])
			continue
		}
		c.RowsUsed = append(c.RowsUsed, i+1)
		c.Y = append(c.Y, yi[i])
		c.V = append(c.V, vi[i])
	}
	c.K = len(c.Y)
	if n := len(missing); n > 0 {
		more := ""
		if n > 10 {
			missing, more = missing[:10], fmt.Sprintf(" and %d more", n-10)
		}
		c.warn("%d of %d rows have no effect or no variance and are left out: %s%s", n, len(yi), strings.Join(missing, ", "), more)
	}
}
