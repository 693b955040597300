package pack

import (
	"encoding/binary"
	"math"
	"reflect"
	"sort"
	"time"
)

// Codec packs and unpacks values of one struct type. It is safe for use by
// several goroutines.
type Codec struct {
	typ    reflect.Type
	layout *Layout
	enc    encodeFunc
	slots  int
	own    *Reader
}

type encodeFunc func(e *encoder, v reflect.Value)

// encoder is the state of one packing.
type encoder struct {
	buf  []byte
	prev []string // the last text of each field written as a difference
}

// New makes the codec of T, which must be a struct of the supported types.
func New[T any]() (*Codec, error) {
	t := reflect.TypeFor[T]()
	l, err := layoutOf(t)
	if err != nil {
		return nil, err
	}
	c := &Codec{typ: t, layout: l}
	b := &encodeBuilder{structs: map[reflect.Type]encodeFunc{}, slots: slots{}}
	c.enc = b.build(t, "", "")
	c.slots = len(b.slots)
	if c.own, err = c.Reader(l); err != nil {
		return nil, err
	}
	return c, nil
}

// Layout that Append writes.
func (c *Codec) Layout() *Layout { return c.layout }

// Append packs *v, a pointer to the codec's type, to the end of buf.
func (c *Codec) Append(buf []byte, v any) []byte {
	e := encoder{buf: buf, prev: make([]string, c.slots)}
	c.enc(&e, reflect.ValueOf(v).Elem())
	return e.buf
}

// slots number the fields that are written as differences, by struct and
// field: writer and reader must agree on which texts follow each other.
type slots map[string]int

func (s slots) of(structure, field string) int {
	key := structure + "." + field
	n, ok := s[key]
	if !ok {
		n = len(s)
		s[key] = n
	}
	return n
}

type encodeBuilder struct {
	structs map[reflect.Type]encodeFunc
	slots   slots
}

// build makes the writer of a type; structure and name say which field has it.
func (b *encodeBuilder) build(t reflect.Type, structure, name string) encodeFunc {
	switch t {
	case timeType:
		return encodeTime
	case mapType:
		return encodeMap
	}
	switch t.Kind() {
	case reflect.String:
		if name == "Pointer" {
			slot := b.slots.of(structure, name)
			return func(e *encoder, v reflect.Value) { e.difference(slot, v.String()) }
		}
		return func(e *encoder, v reflect.Value) { e.text(v.String()) }
	case reflect.Bool:
		return func(e *encoder, v reflect.Value) { e.flag(v.Bool()) }
	case reflect.Float64:
		return func(e *encoder, v reflect.Value) {
			e.buf = binary.LittleEndian.AppendUint64(e.buf, math.Float64bits(v.Float()))
		}
	case reflect.Pointer:
		elem := b.build(t.Elem(), "", "")
		return func(e *encoder, v reflect.Value) {
			e.flag(!v.IsNil())
			if !v.IsNil() {
				elem(e, v.Elem())
			}
		}
	case reflect.Slice:
		elem := b.build(t.Elem(), "", "")
		return func(e *encoder, v reflect.Value) {
			if v.IsNil() {
				e.buf = append(e.buf, 0)
				return
			}
			n := v.Len()
			e.buf = binary.AppendUvarint(e.buf, uint64(n)+1)
			for i := range n {
				elem(e, v.Index(i))
			}
		}
	case reflect.Struct:
		if f, ok := b.structs[t]; ok {
			return f
		}
		fields := make([]encodeFunc, t.NumField())
		for i := range fields {
			fields[i] = b.build(t.Field(i).Type, t.Name(), t.Field(i).Name)
		}
		f := func(e *encoder, v reflect.Value) {
			for i, f := range fields {
				f(e, v.Field(i))
			}
		}
		b.structs[t] = f
		return f
	default: // signed integers: layoutOf has refused everything else
		return func(e *encoder, v reflect.Value) { e.buf = binary.AppendVarint(e.buf, v.Int()) }
	}
}

func (e *encoder) text(s string) {
	e.buf = binary.AppendUvarint(e.buf, uint64(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) flag(b bool) {
	if b {
		e.buf = append(e.buf, 1)
	} else {
		e.buf = append(e.buf, 0)
	}
}

// difference writes how much of the last text of the slot is kept, and what
// follows.
func (e *encoder) difference(slot int, s string) {
	prev, n := e.prev[slot], 0
	for n < len(prev) && n < len(s) && prev[n] == s[n] {
		n++
	}
	e.buf = binary.AppendUvarint(e.buf, uint64(n))
	e.text(s[n:])
	e.prev[slot] = s
}

func encodeTime(e *encoder, v reflect.Value) {
	t := v.Interface().(time.Time)
	e.flag(!t.IsZero())
	if !t.IsZero() {
		e.buf = binary.AppendVarint(e.buf, t.Unix())
		e.buf = binary.AppendUvarint(e.buf, uint64(t.Nanosecond()))
	}
}

func encodeMap(e *encoder, v reflect.Value) {
	m := v.Interface().(map[string]int)
	if m == nil {
		e.buf = append(e.buf, 0)
		return
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	e.buf = binary.AppendUvarint(e.buf, uint64(len(m))+1)
	for _, k := range keys {
		e.text(k)
		e.buf = binary.AppendVarint(e.buf, int64(m[k]))
	}
}
