package evidence

import (
	"reflect"
	"strings"
)

// Own copies a value with every string, slice, map and pointer in it. The
// parsers cut strings out of the text of a payload, so that one identifier that
// is kept keeps all of that text in memory: a stage that keeps parts of many
// records keeps them through Own. Equal strings of a value are one string of
// its copy.
func Own[T any](v T) T {
	o := owner{}
	o.take(reflect.ValueOf(&v).Elem())
	return v
}

type owner map[string]string

// take replaces what v refers to by copies. Unexported fields stay as they are.
func (o owner) take(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); s != "" && v.CanSet() {
			v.SetString(o.text(s))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				o.take(f)
			}
		}
	case reflect.Slice:
		if v.IsNil() || !v.CanSet() {
			return
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, v)
		for i := range c.Len() {
			o.take(c.Index(i))
		}
		v.Set(c)
	case reflect.Array:
		for i := range v.Len() {
			o.take(v.Index(i))
		}
	case reflect.Pointer:
		if v.IsNil() || !v.CanSet() {
			return
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(v.Elem())
		o.take(c.Elem())
		v.Set(c)
	case reflect.Map:
		if v.IsNil() || !v.CanSet() {
			return
		}
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			k, x := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			k.Set(key)
			x.Set(value)
			o.take(k)
			o.take(x)
			c.SetMapIndex(k, x)
		}
		v.Set(c)
	}
}

func (o owner) text(s string) string {
	c, ok := o[s]
	if !ok {
		c = strings.Clone(s)
		o[c] = c
	}
	return c
}
