package pack

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"time"
)

func decodePointer(inner decodeFunc) decodeFunc {
	return func(d *decoder, v reflect.Value) {
		if !d.flag() {
			return
		}
		if !v.IsValid() {
			inner(d, v)
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		inner(d, v.Elem())
	}
}

func decodeSlice(inner decodeFunc) decodeFunc {
	return func(d *decoder, v reflect.Value) {
		n := d.count()
		if n < 0 {
			return
		}
		if !v.IsValid() {
			for range n {
				if d.err != nil {
					return
				}
				inner(d, v)
			}
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			if d.err != nil {
				return
			}
			inner(d, v.Index(i))
		}
	}
}

func decodeText(d *decoder, v reflect.Value) {
	b := d.bytes()
	if v.IsValid() && len(b) > 0 {
		v.SetString(string(b))
	}
}

func decodeBool(d *decoder, v reflect.Value) {
	if b := d.flag(); v.IsValid() {
		v.SetBool(b)
	}
}

func decodeInt(d *decoder, v reflect.Value) {
	n, w := binary.Varint(d.buf)
	if w <= 0 {
		d.fail("an integer")
		return
	}
	d.buf = d.buf[w:]
	if !v.IsValid() {
		return
	}
	if v.OverflowInt(n) {
		d.fail("an integer within range")
		return
	}
	v.SetInt(n)
}

func decodeFloat(d *decoder, v reflect.Value) {
	if len(d.buf) < 8 {
		d.fail("a float")
		return
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(d.buf))
	d.buf = d.buf[8:]
	if v.IsValid() {
		v.SetFloat(f)
	}
}

func decodeTime(d *decoder, v reflect.Value) {
	if !d.flag() {
		return
	}
	sec, w := binary.Varint(d.buf)
	if w <= 0 {
		d.fail("a time")
		return
	}
	d.buf = d.buf[w:]
	ns := d.uvarint()
	if ns >= 1e9 {
		d.fail("a time")
		return
	}
	if v.IsValid() {
		v.Set(reflect.ValueOf(time.Unix(sec, int64(ns)).UTC()))
	}
}

func decodeMap(d *decoder, v reflect.Value) {
	n := d.count()
	if n < 0 {
		return
	}
	m := make(map[string]int, n)
	for range n {
		k := string(d.bytes())
		i, w := binary.Varint(d.buf)
		if w <= 0 {
			d.fail("a count")
			return
		}
		d.buf = d.buf[w:]
		m[k] = int(i)
	}
	if v.IsValid() && d.err == nil {
		v.Set(reflect.ValueOf(m))
	}
}

func (d *decoder) fail(what string) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: expected %s with %d bytes left", ErrBroken, what, len(d.buf))
	}
	d.buf = nil
}

func (d *decoder) uvarint() uint64 {
	n, w := binary.Uvarint(d.buf)
	if w <= 0 {
		d.fail("a length")
		return 0
	}
	d.buf = d.buf[w:]
	return n
}

// count reads the length of a slice or map, -1 for nil. Each element takes a
// byte or more, so that no length can ask for more memory than the bytes
// justify.
func (d *decoder) count() int {
	n := d.uvarint()
	if d.err != nil || n == 0 {
		return -1
	}
	if n-1 > uint64(len(d.buf)) {
		d.fail("fewer elements")
		return -1
	}
	return int(n - 1)
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.buf)) {
		d.fail("a text")
		return nil
	}
	b := d.buf[:n]
	d.buf = d.buf[n:]
	return b
}

func (d *decoder) flag() bool {
	if len(d.buf) == 0 || d.buf[0] > 1 {
		d.fail("a flag")
		return false
	}
	b := d.buf[0] == 1
	d.buf = d.buf[1:]
	return b
}

func (d *decoder) difference(slot int) string {
	keep := d.uvarint()
	rest := d.bytes()
	prev := d.prev[slot]
	if keep > uint64(len(prev)) {
		d.fail("a shared beginning")
		return ""
	}
	s := prev[:keep] + string(rest)
	d.prev[slot] = s
	return s
}
