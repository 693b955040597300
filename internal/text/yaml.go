package text

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a YAML file. The parser's memory grows with the square of the
// depth, and an alias multiplies what it names, so both are checked on the
// tokens, before anything is parsed.
const (
	maxYAML      = 4 << 20 // bytes
	maxYAMLDepth = 40
)

// DecodeYAML reads a document strictly within bounds: an unknown key is an
// error with its line. name is the file, for messages.
func DecodeYAML(name string, data []byte, v any) (err error) {
	if err := boundYAML(data); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer recoverYAML(&err, name+": ")
	err = yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(v)
	if err != nil && !errors.Is(err, io.EOF) { // nothing but comments is an empty file
		return fmt.Errorf("%s: %s", name, nearestKey(YAMLError(err), v))
	}
	return nil
}

var unknownKey = regexp.MustCompile(`unknown field "([^"]+)"`)

// nearestKey adds to a message about an unknown key the key of v's type that is
// most like it, where one is near.
func nearestKey(message string, v any) string {
	m := unknownKey.FindStringSubmatchIndex(message)
	if m == nil {
		return message
	}
	word := message[m[2]:m[3]]
	keys := slices.Sorted(maps.Keys(yamlKeys(reflect.TypeOf(v), map[string]bool{}, map[reflect.Type]bool{})))
	longer := func(key string) int { return max(len(key)-len(word), len(word)-len(key)) }
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(longer(a), longer(b)) }) // of two as near, the one as long
	best := Nearest(word, keys, min(max(2, len(word)/3), len(word)))
	if best == "" {
		return message
	}
	return message[:m[1]] + fmt.Sprintf("; is it %q?", best) + message[m[1]:]
}

// yamlKeys collects the keys that a type and the types within it name.
func yamlKeys(t reflect.Type, keys map[string]bool, seen map[reflect.Type]bool) map[string]bool {
	if t == nil || seen[t] {
		return keys
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return yamlKeys(t.Elem(), keys, seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" && name != "-" {
				keys[name] = true
			}
			yamlKeys(f.Type, keys, seen)
		}
	}
	return keys
}

// DecodeYAMLList reads a list strictly within bounds, entry by entry where the
// whole cannot be read, so that a mistake in one entry leaves the others. An error
// in mistakes belongs to the entry of that place, which is left at what could be
// read of its id. err means that the file as a whole is no such list.
func DecodeYAMLList[T any](name string, data []byte) (items []T, mistakes map[int]error, err error) {
	if err = DecodeYAML(name, data, &items); err == nil {
		return items, nil, nil
	}
	f, parsed := ParseYAML(data)
	if parsed != nil || len(f.Docs) == 0 {
		return nil, nil, err
	}
	list, ok := f.Docs[0].Body.(*ast.SequenceNode)
	if !ok {
		return nil, nil, err
	}
	defer recoverYAML(&err, name+": ")
	items, mistakes = make([]T, len(list.Values)), map[int]error{}
	for i, node := range list.Values {
		if wrong := yaml.NodeToValue(node, &items[i], yaml.Strict()); wrong != nil {
			first, _, _ := strings.Cut(nearestKey(YAMLError(wrong), items), "\n")
			mistakes[i] = errors.New(first)
			items[i] = *new(T)
		}
	}
	if len(mistakes) == 0 {
		return nil, nil, err // the mistake is of the file, not of an entry
	}
	return items, mistakes, nil
}

// ParseYAML gives the nodes of a file, which have lines and columns, within the
// same bounds.
func ParseYAML(data []byte) (f *ast.File, err error) {
	if err := boundYAML(data); err != nil {
		return nil, err
	}
	defer recoverYAML(&err, "")
	f, err = parser.ParseBytes(data, 0)
	if err != nil {
		return nil, errors.New(YAMLError(err))
	}
	return f, nil
}

// yamlExpects puts the YAML reader's words about Go types into a writer's words.
var yamlExpects = []struct {
	is   *regexp.Regexp
	text string
}{
	{regexp.MustCompile(`\w+ was used where mapping is expected`), "keys with values are expected here, such as {key: value}"},
	{regexp.MustCompile(`\w+ was used where sequence is expected`), "a list is expected here, such as [one, two]"},
	{regexp.MustCompile(`cannot unmarshal .* of type u?(int|float)\d*`), "a number is expected here, with a decimal point"},
	{regexp.MustCompile(`cannot unmarshal .* of type bool`), "true or false is expected here"},
	{regexp.MustCompile(`cannot unmarshal .* of type string`),
		"one word or sentence is expected here; put it in quotes where it begins with [ or {"},
}

// YAMLError is the message of the YAML reader with line, column and the lines
// around, in words of a person who writes the file.
func YAMLError(err error) string {
	s := strings.TrimSpace(yaml.FormatError(err, false, true))
	for _, e := range yamlExpects {
		s = e.is.ReplaceAllString(s, e.text)
	}
	return s
}

// recoverYAML turns a panic of the YAML reader, which some malformed input (tags
// on scalars) causes, into an error of the file.
func recoverYAML(err *error, prefix string) {
	if p := recover(); p != nil {
		*err = errors.New(prefix + "the YAML cannot be read; check tags (!), anchors and indentation")
	}
}

func boundYAML(data []byte) (err error) {
	if len(data) > maxYAML {
		return fmt.Errorf("%d bytes, more than the %d that a YAML file may have", len(data), maxYAML)
	}
	defer recoverYAML(&err, "")
	var columns []int // of the open block levels
	flow := 0
	for _, t := range lexer.Tokenize(string(data)) {
		column := 0
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.AliasType:
			return fmt.Errorf("line %d: aliases (*name) are not read; write the value out", t.Position.Line)
		case token.SequenceEntryType, token.MappingKeyType:
			column = t.Position.Column
		case token.MappingValueType:
			if t.Prev != nil {
				column = t.Prev.Position.Column
			}
		}
		if column > 0 && flow == 0 {
			for len(columns) > 0 && columns[len(columns)-1] >= column {
				columns = columns[:len(columns)-1]
			}
			columns = append(columns, column)
		}
		if len(columns)+flow > maxYAMLDepth {
			return fmt.Errorf("line %d: more than %d levels of lists and tables within each other", t.Position.Line, maxYAMLDepth)
		}
	}
	return nil
}
