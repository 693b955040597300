// Package pointer follows the pointer of a value into the stored bytes it was
// read from. It is the only place that does: explaining a number, the API, the
// assistant's tools and the pages all ask here. What a pointer looks like
// depends on the format of the payload:
//
//	JSON            an RFC 6901 pointer; in NDJSON its first token is the line, from 0
//	XML             the path of an element, /root/child[2], or of an attribute
//	a table         row=N;column=NAME; N counts from 1 without the header
//	text            line=N, from 1
//	ClinicalTrials.gov in a format other than API v2: the pointer into the same
//	                study in API v2
//
// The package does not read records.
package pointer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"past/crawler/answer"
	"past/crawler/charset"
	"past/crawler/ctgov"
	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/evidence"
	"past/internal/text"
)

// Place is what a pointer names.
type Place struct {
	// Text is the value as the bytes have it: JSON, the text of an element or
	// attribute, a cell, a line.
	Text string
	// At says where it is in the words of the format, where the pointer does
	// not say it already: the XPath in former XML, a line number.
	At string
}

// String writes the place for people.
func (p Place) String() string {
	switch {
	case p.At == "":
		return p.Text
	case strings.HasPrefix(p.At, "line "):
		return fmt.Sprintf("%q on %s", p.Text, p.At)
	}
	return p.Text + " at " + p.At
}

// ErrNothing is wrapped when the bytes have nothing at a pointer.
var ErrNothing = errors.New("the payload has nothing there")

// Body is a payload into which pointers are followed. What they have in common
// is read once. It is not safe for concurrent use.
type Body struct {
	p       evidence.Payload
	grid    func() (*text.Grid, error)
	lines   func() []string
	studies func() *ctgov.Resolver
	root    func() (*xmltree.Node, error)
	json    func() (doc []byte, xml bool)
}

// Open gives the body of a payload; it reads nothing yet.
func Open(p evidence.Payload) *Body {
	return &Body{p: p,
		grid: sync.OnceValues(func() (*text.Grid, error) {
			clean, _ := answer.Text(p.Body)
			return text.ReadGrid(clean)
		}),
		lines:   sync.OnceValue(func() []string { return answer.Lines(string(charset.Text(p.Body))) }),
		studies: sync.OnceValue(func() *ctgov.Resolver { return ctgov.Open(p.Body) }),
		root: sync.OnceValues(func() (*xmltree.Node, error) {
			doc, _ := xmltree.Clean(p.Body)
			return xmltree.Parse(doc)
		}),
		json: sync.OnceValues(func() ([]byte, bool) {
			doc := charset.UTF8Text(p.Body)
			return doc, bytes.HasPrefix(bytes.TrimLeft(doc[:min(len(doc), 512)], " \t\r\n"), []byte("<"))
		})}
}

// Resolve follows a pointer into the body.
func (b *Body) Resolve(pointer string) (Place, error) {
	pl, err := b.resolve(pointer)
	if err != nil {
		return pl, fmt.Errorf("pointer %s: %w", pointer, err)
	}
	return pl, nil
}

func (b *Body) resolve(pointer string) (Place, error) {
	switch {
	case strings.HasPrefix(pointer, "row="):
		return b.cell(pointer)
	case strings.HasPrefix(pointer, "line="):
		return b.line(pointer)
	case b.p.Source == ctgov.SourceName:
		pl, err := b.studies().Resolve(pointer)
		return Place{Text: string(pl.Value), At: pl.At}, nothing(err)
	}
	doc, xml := b.json()
	if xml {
		return b.element(pointer)
	}
	v, err := jsontree.Lookup(doc, pointer)
	return Place{Text: string(v)}, nothing(err)
}

func nothing(err error) error {
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNothing, err)
	}
	return nil
}

func (b *Body) element(pointer string) (Place, error) {
	root, err := b.root()
	if err != nil {
		return Place{}, err
	}
	path := strings.Trim(pointer, "/")
	name, rest, _ := strings.Cut(path, "/")
	if n, _, _ := strings.Cut(name, "["); n != root.Name {
		return Place{}, fmt.Errorf("%w: the root element is <%s>", ErrNothing, root.Name)
	}
	if rest == "" {
		return Place{Text: root.Text()}, nil
	}
	found, ok := root.Find(rest)
	if !ok {
		return Place{}, ErrNothing
	}
	return Place{Text: found}, nil
}

// cell gives the text of a table's cell, or of a whole row.
func (b *Body) cell(pointer string) (Place, error) {
	num, column, _ := strings.Cut(strings.TrimPrefix(pointer, "row="), ";column=")
	want, err := strconv.Atoi(num)
	if err != nil || want < 1 {
		return Place{}, errors.New("it names no row")
	}
	g, err := b.grid()
	if err != nil {
		return Place{}, err
	}
	t := g.Table(column)
	at := slices.IndexFunc(t.Header, func(h string) bool { return key(h) == key(column) })
	switch {
	case column != "" && at < 0:
		return Place{}, fmt.Errorf("%w: the table has no column %s", ErrNothing, column)
	case want > len(t.Rows):
		return Place{}, fmt.Errorf("%w: the table has %d rows", ErrNothing, len(t.Rows))
	}
	where := "line " + strconv.Itoa(t.Lines[want-1])
	if column == "" {
		return Place{Text: strings.Join(t.Rows[want-1], string(t.Mark)), At: where}, nil
	}
	return Place{Text: t.Rows[want-1][at], At: where}, nil
}

func (b *Body) line(pointer string) (Place, error) {
	want, err := strconv.Atoi(strings.TrimPrefix(pointer, "line="))
	if err != nil || want < 1 {
		return Place{}, errors.New("it names no line")
	}
	lines := b.lines()
	if want > len(lines) {
		return Place{}, fmt.Errorf("%w: the text has %d lines", ErrNothing, len(lines))
	}
	return Place{Text: strings.TrimRight(lines[want-1], "\r")}, nil
}

// key is what two spellings of a column name have in common.
func key(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
