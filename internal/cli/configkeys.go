package cli

import (
	"fmt"
	"past/internal/text"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// checkKeys holds the keys of a YAML document against the fields of like and
// gives the line of each key by its path. A key that is not known is an error
// that names the nearest one; one that holds a secret is refused.
func checkKeys(b []byte, like any) (lines map[string]int, err error) {
	lines = map[string]int{}
	f, err := text.ParseYAML(b)
	if err != nil {
		return nil, fmt.Errorf(": %w", err)
	}
	if len(f.Docs) > 1 {
		return nil, fmt.Errorf(" line %d: a second document begins; the file has one", lineOf(f.Docs[1].Body))
	}
	for _, d := range f.Docs {
		if err := walkKeys(d.Body, reflect.TypeOf(like), "", lines); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

func lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

func walkKeys(n ast.Node, t reflect.Type, path string, lines map[string]int) error {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		return nil // a value: its type is checked when it is read
	}
	for _, v := range values {
		if v == nil || v.Key == nil || v.Key.GetToken() == nil {
			continue
		}
		name := v.Key.GetToken().Value
		full := strings.TrimPrefix(path+"."+name, ".")
		lines[full] = lineOf(v.Key)
		if t.Kind() != reflect.Struct {
			continue // a table of names of the user's own
		}
		field, known := fieldOf(t, name)
		if secretKey.MatchString(name) && !known {
			return fmt.Errorf(" line %d: %s: a secret does not belong in this file, which is shared and copied; put it into a file "+
				"that only this account can read "+
				"and name that with a key that ends in _file, or into the environment", lines[full], full)
		}
		if !known {
			return unknownKey(t, full, name, lines[full])
		}
		if err := walkKeys(v.Value, field, full, lines); err != nil {
			return err
		}
	}
	return nil
}

// secretKey are names that hold a secret.
var secretKey = regexp.MustCompile(`(?i)(^|[_-])(password|passwd|pass|secret|token|api_?key|key|credentials?)$`)

func fieldOf(t reflect.Type, name string) (reflect.Type, bool) {
	for i := range t.NumField() {
		if f := t.Field(i); f.Tag.Get("yaml") == name {
			return f.Type, true
		}
	}
	return nil, false
}

func unknownKey(t reflect.Type, full, name string, line int) error {
	var known []string
	for i := range t.NumField() {
		known = append(known, t.Field(i).Tag.Get("yaml"))
	}
	slices.Sort(known)
	hint := "known here are " + strings.Join(known, ", ")
	if best := text.Nearest(strings.ToLower(name), known, len(name)/2+1); best != "" {
		hint = fmt.Sprintf("the nearest is %q; %s", best, hint)
	}
	return fmt.Errorf(" line %d: unknown key %q; %s", line, full, hint)
}
