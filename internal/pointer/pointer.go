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
	"unicode"

	"past/crawler/answer"
	"past/crawler/charset"
	"past/crawler/ctgov"
	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/evidence"
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

// Resolve follows a pointer into the body of a payload.
func Resolve(p evidence.Payload, pointer string) (Place, error) {
	pl, err := resolve(p, pointer)
	if err != nil {
		return pl, fmt.Errorf("pointer %s: %w", pointer, err)
	}
	return pl, nil
}

func resolve(p evidence.Payload, pointer string) (Place, error) {
	switch {
	case strings.HasPrefix(pointer, "row="):
		return cell(p.Body, pointer)
	case strings.HasPrefix(pointer, "line="):
		return line(p.Body, pointer)
	case p.Source == ctgov.SourceName:
		pl, err := ctgov.Resolve(p.Body, pointer)
		return Place{Text: string(pl.Value), At: pl.At}, nothing(err)
	}
	text := charset.UTF8Text(p.Body)
	if bytes.HasPrefix(bytes.TrimLeft(text[:min(len(text), 512)], " \t\r\n"), []byte("<")) {
		return element(p.Body, pointer)
	}
	v, err := jsontree.Lookup(text, pointer)
	return Place{Text: string(v)}, nothing(err)
}

func nothing(err error) error {
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNothing, err)
	}
	return nil
}

func element(body []byte, pointer string) (Place, error) {
	doc, _ := xmltree.Clean(body)
	root, err := xmltree.Parse(doc)
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
	text, ok := root.Find(rest)
	if !ok {
		return Place{}, ErrNothing
	}
	return Place{Text: text}, nil
}

// cell gives the text of a table's cell, or of a whole row.
func cell(body []byte, pointer string) (Place, error) {
	num, column, _ := strings.Cut(strings.TrimPrefix(pointer, "row="), ";column=")
	want, err := strconv.Atoi(num)
	if err != nil || want < 1 {
		return Place{}, errors.New("it names no row")
	}
	t, _, err := answer.Table(body, column)
	if err != nil {
		return Place{}, err
	}
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

// key is what two spellings of a column name have in common.
func key(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func line(body []byte, pointer string) (Place, error) {
	want, err := strconv.Atoi(strings.TrimPrefix(pointer, "line="))
	if err != nil || want < 1 {
		return Place{}, errors.New("it names no line")
	}
	lines := answer.Lines(string(charset.Text(body)))
	if want > len(lines) {
		return Place{}, fmt.Errorf("%w: the text has %d lines", ErrNothing, len(lines))
	}
	return Place{Text: strings.TrimRight(lines[want-1], "\r")}, nil
}
