package export

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"past/internal/starter"
	"past/internal/wholefile"
)

// Rows is what a table is read from; [past/internal/store.Store] is one.
type Rows interface {
	Rows(ctx context.Context, table string) (columns []string, rows iter.Seq2[[]string, error], err error)
}

// CSV writes a table and returns the number of rows.
func CSV(ctx context.Context, src Rows, table string, w io.Writer) (int, error) {
	columns, rows, err := src.Rows(ctx, table)
	if err != nil {
		return 0, err
	}
	dict := Dictionary(table, columns)
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(columns); err != nil {
		return 0, fmt.Errorf("table %s: %w", table, err)
	}
	n := 0
	cells := make([]string, len(columns))
	for row, err := range rows {
		if err != nil {
			return n, err
		}
		for i, c := range row {
			if dict[i].Type == Text || dict[i].Type == JSON {
				c = Guard(c)
			}
			cells[i] = c
		}
		if err := out.Write(cells); err != nil {
			return n, fmt.Errorf("table %s: %w", table, err)
		}
		n++
	}
	out.Flush()
	return n, out.Error()
}

// numeric matches a text that a spreadsheet reads as a number or a range at
// most: a minus or plus sign before digits and their punctuation.
var numeric = regexp.MustCompile(`^[+-][0-9.,\s%()<>–-]*([eE][+-]?[0-9]+)?$`)

// Guard puts an apostrophe before a text that a spreadsheet would run.
func Guard(s string) string {
	if s == "" {
		return s
	}
	bare := strings.TrimLeft(s, "'")
	if bare == "" {
		return s
	}
	switch bare[0] {
	case '=', '@', '\t', '\r':
		return "'" + s
	case '+', '-':
		if s[0] != '\'' && numeric.MatchString(s) {
			return s
		}
		return "'" + s
	}
	return s
}

// Unguard takes away what [Guard] added.
func Unguard(s string) string {
	rest := strings.TrimLeft(s, "'")
	if rest == s || rest == "" {
		return s
	}
	if strings.ContainsRune("=@\t\r+-", rune(rest[0])) {
		return s[1:]
	}
	return s
}

type resource struct {
	Name      string   `json:"name"`
	Path      string   `json:"path"`
	Title     string   `json:"title,omitempty"`
	About     string   `json:"description,omitempty"`
	Licences  []any    `json:"licenses,omitempty"`
	Sources   []any    `json:"sources,omitempty"`
	Profile   string   `json:"profile"`
	Format    string   `json:"format"`
	MediaType string   `json:"mediatype"`
	Encoding  string   `json:"encoding"`
	Bytes     int64    `json:"bytes"`
	Hash      string   `json:"hash"`
	Dialect   dialect  `json:"dialect"`
	Schema    tableDoc `json:"schema"`
}

type dialect struct {
	Delimiter      string `json:"delimiter"`
	LineTerminator string `json:"lineTerminator"`
	DoubleQuote    bool   `json:"doubleQuote"`
	Header         bool   `json:"header"`
}

type tableDoc struct {
	Fields        []field  `json:"fields"`
	MissingValues []string `json:"missingValues"`
	PrimaryKey    []string `json:"primaryKey,omitempty"`
}

type field struct {
	Name  string   `json:"name"`
	Type  Type     `json:"type"`
	About string   `json:"description"`
	True  []string `json:"trueValues,omitempty"`
	False []string `json:"falseValues,omitempty"`
}

// Edition is the identity that exports carry.
type Edition struct {
	ID, Date, DataHash, SoftwareVersion string
	Starter                             bool
}

// Package writes tables as CSV files with datapackage.json, which describes
// every column (Frictionless Data Package 1). It returns rows per table.
func Package(ctx context.Context, src Rows, tables []string, dir string, ed Edition) (map[string]int, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	counts := map[string]int{}
	var resources []resource
	for _, t := range tables {
		r, n, err := csvResource(ctx, src, t, dir)
		if err != nil {
			return counts, err
		}
		counts[t] = n
		if t == "effects" && ed.Starter {
			r.ofDatasets()
		}
		resources = append(resources, r)
	}
	doc := map[string]any{
		"profile": "tabular-data-package", "name": "past-edition", "title": "PAST evidence tracker, edition " + ed.ID, "version": ed.ID,
		"id":          "past:" + ed.ID,
		"description": packageAbout(ed), "resources": resources,
		"sources": append([]any{map[string]string{"title": "Public trial registers and papers; each row names its payload"}},
			datasets(ed)...),
	}
	return counts, writeJSON(filepath.Join(dir, "datapackage.json"), doc)
}

// datasets are the published data sets that rows of the edition were taken from.
func datasets(ed Edition) []any {
	var out []any
	if ed.Starter {
		for _, d := range starter.Datasets() {
			out = append(out, map[string]string{"title": d.Name + " (" + d.Attribution + "), " + d.Licence, "path": d.URL})
		}
	}
	return out
}

// ofDatasets adds the licences of the data sets that rows were taken from, and
// the notice that goes with them; of other rows no source states a licence.
func (r *resource) ofDatasets() {
	r.Sources = datasets(Edition{Starter: true})
	seen := map[string]bool{}
	for _, d := range starter.Datasets() {
		r.About += " " + d.Notice()
		if !seen[d.LicenceID] {
			seen[d.LicenceID] = true
			r.Licences = append(r.Licences, map[string]string{"name": d.LicenceID, "path": d.LicenceURL, "title": d.Licence})
		}
	}
	r.About += " Rows from other sources are facts for which no licence is stated."
}

func packageAbout(ed Edition) string {
	s := "Data to " + cmp.Or(ed.Date, "a day not stated") + ", data SHA-256 " + ed.DataHash + ", made by version " + ed.SoftwareVersion +
		". A text that begins with = + - @ or a tab has an apostrophe in front, so that no spreadsheet runs it."
	if ed.Starter {
		s += " Embedded starter set: retold facts of real trials, not a live crawl."
	}
	return s
}

func csvResource(ctx context.Context, src Rows, table, dir string) (resource, int, error) {
	name := filepath.Join(dir, table+".csv")
	h := sha256.New()
	var n int
	size, err := wholefile.Write(name, 0o644, func(w io.Writer) (err error) {
		n, err = CSV(ctx, src, table, io.MultiWriter(w, h))
		return err
	})
	if err != nil {
		return resource{}, 0, err
	}
	columns, _, err := src.Rows(ctx, table)
	if err != nil {
		return resource{}, 0, err
	}
	r := resource{Name: strings.ReplaceAll(table, "_", "-"), Path: table + ".csv", About: About(table), Profile: "tabular-data-resource",
		Format: "csv", MediaType: "text/csv", Encoding: "utf-8",
		Bytes: size, Hash: "sha256:" + hex.EncodeToString(h.Sum(nil)), Dialect: dialect{",", "\r\n", true, true},
		Schema: tableDoc{MissingValues: []string{""}, PrimaryKey: keyOf(table, columns)}}
	for _, c := range Dictionary(table, columns) {
		f := field{Name: c.Name, Type: c.Type, About: c.About}
		if c.Type == Boolean {
			f.True, f.False = []string{"1"}, []string{"0"}
		}
		r.Schema.Fields = append(r.Schema.Fields, f)
	}
	return r, n, nil
}

func writeJSON(name string, v any) error {
	b, err := JSONBytes(v)
	if err != nil {
		return err
	}
	return WriteFile(name, b)
}

// JSONBytes is indented JSON with a line end.
func JSONBytes(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return b.Bytes(), nil
}

// WriteFile writes bytes that were made elsewhere, whole or not at all.
func WriteFile(name string, b []byte) error {
	return WriteStream(name, func(w io.Writer) error { _, err := w.Write(b); return err })
}

// WriteStream writes a file through a writer, whole or not at all.
func WriteStream(name string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	_, err := wholefile.Write(name, 0o644, write)
	return err
}
