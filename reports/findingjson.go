package reports

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
)

// marshalFinite is json.MarshalIndent for values that may hold NaN or
// infinities, which JSON lacks: those become null, as what does not exist.
func marshalFinite(v any) ([]byte, error) {
	if b, err := json.MarshalIndent(v, "", " "); err == nil {
		return b, nil
	}
	return json.MarshalIndent(finiteTree(reflect.ValueOf(v)), "", " ")
}

// finiteTree turns a value into maps and slices with null for what is no
// number. Keys are those of the json tags.
func finiteTree(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return finiteTree(v.Elem())
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.IsNil() {
			return nil
		}
		out := make([]any, v.Len())
		for i := range out {
			out[i] = finiteTree(v.Index(i))
		}
		return out
	case reflect.Struct:
		out := map[string]any{}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || name == "-" || strings.Contains(options, "omit") && v.Field(i).IsZero() {
				continue
			}
			if name == "" {
				name = f.Name
			}
			out[name] = finiteTree(v.Field(i))
		}
		return out
	}
	return v.Interface()
}
