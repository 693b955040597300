package export

import (
	_ "embed" // the dictionary
	"encoding/csv"
	"slices"
	"strings"
)

// Type of a column.
type Type string

// The types. JSON is text that holds a JSON value.
const (
	Text    Type = "string"
	Integer Type = "integer"
	Number  Type = "number"
	Boolean Type = "boolean" // written 1 and 0
	JSON    Type = "array"
)

// Column of a table with what it means.
type Column struct {
	Name  string
	Type  Type
	About string
}

// dictionaryCSV says what a row of each table is ("trials.") and what each column
// holds; "table.column" wins over "column".
//
//go:embed dictionary.csv
var dictionaryCSV string

var about = func() map[string]Column {
	rows, err := csv.NewReader(strings.NewReader(dictionaryCSV)).ReadAll()
	if err != nil {
		panic("export: the embedded dictionary: " + err.Error()) // a broken build
	}
	out := make(map[string]Column, len(rows))
	for _, r := range rows[1:] {
		out[r[0]] = Column{Type: Type(r[1]), About: r[2]}
	}
	return out
}()

// Dictionary describes the columns of a table. A column that the dictionary
// does not know is text, and says so.
func Dictionary(table string, columns []string) []Column {
	out := make([]Column, len(columns))
	for i, name := range columns {
		c, ok := about[table+"."+name]
		if !ok {
			c, ok = about[name]
		}
		if !ok {
			c = Column{Type: Text, About: "(not described)"}
		}
		c.Name = name
		out[i] = c
	}
	return out
}

// About says what a row of the table is.
func About(table string) string { return about[table+"."].About }

// primaryKeys of the tables that have one in their columns.
var primaryKeys = map[string][]string{
	"trials": {"source", "record_id"}, "arms": {"source", "record_id", "arm_index"}, "publications": {"source", "record_id"},
	"effects": {"effect_id"}, "findings": {"finding_id"},
}

func keyOf(table string, columns []string) []string {
	k := primaryKeys[table]
	for _, c := range k {
		if !slices.Contains(columns, c) {
			return nil
		}
	}
	return k
}
