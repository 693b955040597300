package pack

import (
	"errors"
	"fmt"
	"reflect"
)

// ErrBroken is wrapped when bytes do not fit their layout.
var ErrBroken = errors.New("pack: bytes do not fit their layout")

// Reader unpacks bytes of one layout into the codec's type.
type Reader struct {
	typ   reflect.Type
	dec   decodeFunc
	slots int
}

// decodeFunc reads one value into v; with v invalid it skips the value.
type decodeFunc func(d *decoder, v reflect.Value)

type decoder struct {
	buf  []byte
	prev []string
	err  error
}

// Reader makes the reader of values that were written with layout l.
func (c *Codec) Reader(l *Layout) (*Reader, error) {
	b := &decodeBuilder{layout: l, slots: slots{}}
	dec, err := b.structure(l.Root, c.typ)
	if err != nil {
		return nil, err
	}
	return &Reader{typ: c.typ, dec: dec, slots: len(b.slots)}, nil
}

// Read unpacks data into *v, a pointer to the codec's type.
func (r *Reader) Read(data []byte, v any) error {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.Type().Elem() != r.typ {
		return fmt.Errorf("pack: cannot read a %s into %T", r.typ, v)
	}
	d := decoder{buf: data, prev: make([]string, r.slots)}
	p.Elem().SetZero()
	r.dec(&d, p.Elem())
	if d.err == nil && len(d.buf) != 0 {
		d.err = fmt.Errorf("%w: %d bytes are left over", ErrBroken, len(d.buf))
	}
	return d.err
}

// Read unpacks data that this very codec wrote.
func (c *Codec) Read(data []byte, v any) error { return c.own.Read(data, v) }

type decodeBuilder struct {
	layout *Layout
	slots  slots
}

// structure matches the written fields of a struct with those of t by name; t
// nil skips all of it.
func (b *decodeBuilder) structure(name string, t reflect.Type) (decodeFunc, error) {
	type step struct {
		dec   decodeFunc
		index int // of the field in t, -1 to skip
	}
	var steps []step
	for _, f := range b.layout.Structs[name] {
		s := step{index: -1}
		var ft reflect.Type
		if t != nil && t.Kind() == reflect.Struct {
			if sf, ok := t.FieldByName(f.Name); ok && len(sf.Index) == 1 && fits(f.Type, sf.Type) {
				s.index, ft = sf.Index[0], sf.Type
			}
		}
		var err error
		if s.dec, err = b.value(f.Type, ft, name, f.Name); err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	return func(d *decoder, v reflect.Value) {
		for _, s := range steps {
			if d.err != nil {
				return
			}
			if s.index < 0 || !v.IsValid() {
				s.dec(d, reflect.Value{})
			} else {
				s.dec(d, v.Field(s.index))
			}
		}
	}, nil
}

// fits tells whether a written type can be read into t.
func fits(code string, t reflect.Type) bool {
	switch {
	case code[0] == '*':
		return t.Kind() == reflect.Pointer && fits(code[1:], t.Elem())
	case code[0] == '[':
		return t.Kind() == reflect.Slice && fits(code[2:], t.Elem())
	case code[0] == '{':
		return t.Kind() == reflect.Struct && t != timeType
	}
	switch code {
	case "s", "p":
		return t.Kind() == reflect.String
	case "b":
		return t.Kind() == reflect.Bool
	case "i":
		return t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64
	case "f":
		return t.Kind() == reflect.Float64
	case "t":
		return t == timeType
	case "m":
		return t == mapType
	}
	return false
}

// value makes the reader of a type; structure and field say where it stands.
func (b *decodeBuilder) value(code string, t reflect.Type, structure, field string) (decodeFunc, error) {
	var elem reflect.Type
	if t != nil && (code[0] == '*' || code[0] == '[') {
		elem = t.Elem()
	}
	switch {
	case code[0] == '*':
		inner, err := b.value(code[1:], elem, structure, field)
		return decodePointer(inner), err
	case code[0] == '[':
		inner, err := b.value(code[2:], elem, structure, field)
		return decodeSlice(inner), err
	case code[0] == '{':
		return b.structure(code[1:], t)
	}
	switch code {
	case "s":
		return decodeText, nil
	case "p":
		slot := b.slots.of(structure, field)
		return func(d *decoder, v reflect.Value) {
			s := d.difference(slot)
			if v.IsValid() {
				v.SetString(s)
			}
		}, nil
	case "b":
		return decodeBool, nil
	case "i":
		return decodeInt, nil
	case "f":
		return decodeFloat, nil
	case "t":
		return decodeTime, nil
	case "m":
		return decodeMap, nil
	}
	return nil, fmt.Errorf("pack: unknown type %q", code)
}
