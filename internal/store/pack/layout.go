// Package pack turns values of plain Go structs into compact bytes and back.
//
// The bytes carry no names: they are read with the Layout they were written
// with, a small text that lists the fields of each struct by name. A reader
// whose structs have since gained, lost or re-ordered fields matches them by
// name: fields it does not know are skipped, fields that were not written stay
// zero. So stored values outlive changes of the program, at a fraction of the
// time and size of JSON.
//
// It knows strings, booleans, signed integers, floats, times, pointers,
// slices, structs and map[string]int. A string field named Pointer is written
// as its difference to the one before it, since neighbours share most of
// their text.
package pack

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// Layout describes the structs of packed bytes.
type Layout struct {
	// Root is the name of the outermost struct.
	Root string `json:"root"`
	// Structs lists the fields of each struct in the order written.
	Structs map[string][]Field `json:"structs"`
}

// Field is one field of a struct and its type: s string, p string written as
// a difference, b bool, i signed integer, f float, t time, m map[string]int,
// {NAME a struct; preceded by * for a pointer and [] for a slice.
type Field struct {
	Name string `json:"n"`
	Type string `json:"t"`
}

// Text of the layout: equal layouts have equal texts.
func (l *Layout) Text() string {
	b, err := json.Marshal(l) // map keys are sorted
	if err != nil {
		return "" // strings in slices and maps cannot fail
	}
	return string(b)
}

// ParseLayout reads a text that Layout.Text wrote.
func ParseLayout(text string) (*Layout, error) {
	var l Layout
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return nil, fmt.Errorf("pack: read layout: %w", err)
	}
	if _, ok := l.Structs[l.Root]; !ok {
		return nil, fmt.Errorf("pack: layout does not describe its root %q", l.Root)
	}
	for name, fields := range l.Structs {
		for _, f := range fields {
			if err := l.check(f.Type); err != nil {
				return nil, fmt.Errorf("pack: layout field %s.%s: %w", name, f.Name, err)
			}
		}
	}
	if name := l.endless(); name != "" {
		return nil, fmt.Errorf("pack: layout struct %s holds itself", name)
	}
	return &l, nil
}

func (l *Layout) check(t string) error {
	switch {
	case t == "":
		return fmt.Errorf("empty type")
	case t[0] == '*':
		return l.check(t[1:])
	case len(t) > 2 && t[:2] == "[]":
		return l.check(t[2:])
	case t[0] == '{':
		if _, ok := l.Structs[t[1:]]; !ok {
			return fmt.Errorf("unknown struct %q", t[1:])
		}
		return nil
	case len(t) == 1 && containsByte("spbiftm", t[0]):
		return nil
	}
	return fmt.Errorf("unknown type %q", t)
}

// endless finds a struct that contains itself, directly or through others: the
// structs we keep are trees, and reading needs no guard against depth.
func (l *Layout) endless() string {
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(name string) string
	visit = func(name string) string {
		switch state[name] {
		case open:
			return name
		case done:
			return ""
		}
		state[name] = open
		for _, f := range l.Structs[name] {
			if s := structName(f.Type); s != "" {
				if bad := visit(s); bad != "" {
					return bad
				}
			}
		}
		state[name] = done
		return ""
	}
	for name := range l.Structs {
		if bad := visit(name); bad != "" {
			return bad
		}
	}
	return ""
}

// structName is the struct at the end of a type, "" for the simple ones.
func structName(t string) string {
	for {
		switch {
		case t == "":
			return ""
		case t[0] == '*':
			t = t[1:]
		case len(t) > 2 && t[:2] == "[]":
			t = t[2:]
		case t[0] == '{':
			return t[1:]
		default:
			return ""
		}
	}
}

var (
	timeType = reflect.TypeFor[time.Time]()
	mapType  = reflect.TypeFor[map[string]int]()
)

// layoutOf describes a struct type.
func layoutOf(t reflect.Type) (*Layout, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("pack: %s is no struct", t)
	}
	l := &Layout{Root: t.Name(), Structs: map[string][]Field{}}
	seen := map[string]reflect.Type{}
	if err := l.add(t, seen); err != nil {
		return nil, err
	}
	if name := l.endless(); name != "" {
		return nil, fmt.Errorf("pack: struct %s holds itself", name)
	}
	return l, nil
}

func (l *Layout) add(t reflect.Type, seen map[string]reflect.Type) error {
	if old, ok := seen[t.Name()]; ok {
		if old != t {
			return fmt.Errorf("pack: two structs are called %s", t.Name())
		}
		return nil
	}
	seen[t.Name()] = t
	fields := make([]Field, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			return fmt.Errorf("pack: %s.%s is not exported", t, f.Name)
		}
		code, err := l.code(f.Type, f.Name, seen)
		if err != nil {
			return fmt.Errorf("pack: %s.%s: %w", t, f.Name, err)
		}
		fields = append(fields, Field{f.Name, code})
	}
	l.Structs[t.Name()] = fields
	return nil
}

func (l *Layout) code(t reflect.Type, name string, seen map[string]reflect.Type) (string, error) {
	switch {
	case t == timeType:
		return "t", nil
	case t == mapType:
		return "m", nil
	}
	switch t.Kind() {
	case reflect.String:
		if name == "Pointer" {
			return "p", nil
		}
		return "s", nil
	case reflect.Bool:
		return "b", nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "i", nil
	case reflect.Float64:
		return "f", nil
	case reflect.Pointer:
		c, err := l.code(t.Elem(), "", seen)
		return "*" + c, err
	case reflect.Slice:
		c, err := l.code(t.Elem(), "", seen)
		return "[]" + c, err
	case reflect.Struct:
		return "{" + t.Name(), l.add(t, seen)
	}
	return "", fmt.Errorf("cannot pack a %s", t)
}

func containsByte(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}
