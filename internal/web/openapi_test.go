package web

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// description is the OpenAPI document as far as the test needs it.
type description struct {
	OpenAPI string `json:"openapi"`
	Info    struct{ Title, Version string }
	Servers []struct{ URL string }
	Paths   map[string]struct {
		Get *struct {
			OperationID string `json:"operationId"`
			Summary     string
			Parameters  []struct {
				Name, In, Description string
				Required              bool
				Schema                map[string]any
			}
			Responses map[string]struct {
				Description string
				Content     map[string]struct{ Schema map[string]any }
			}
		}
	}
	Components struct{ Schemas map[string]map[string]any }
}

func readDescription(t *testing.T) *description {
	t.Helper()
	d := &description{}
	if err := json.Unmarshal(openAPI, d); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *description) ref(name string) map[string]any {
	return map[string]any{"$ref": "#/components/schemas/" + name}
}

// validate checks what OpenAPI 3.1.0 requires of the parts that are used.
func (d *description) validate(t *testing.T) {
	t.Helper()
	if !strings.HasPrefix(d.OpenAPI, "3.1.") || d.Info.Title == "" || d.Info.Version == "" || len(d.Paths) == 0 {
		t.Fatal("openapi, info or paths are missing")
	}
	seen := map[string]bool{}
	inPath := regexp.MustCompile(`\{([^}]+)\}`)
	for path, item := range d.Paths {
		if !strings.HasPrefix(path, "/") || item.Get == nil {
			t.Errorf("path %q", path)
			continue
		}
		if seen[item.Get.OperationID] || item.Get.OperationID == "" || len(item.Get.Responses) == 0 {
			t.Errorf("%s: operationId %q must be there once, and responses", path, item.Get.OperationID)
		}
		seen[item.Get.OperationID] = true
		var named []string
		for _, p := range item.Get.Parameters {
			switch {
			case p.In == "path":
				named = append(named, p.Name)
				if !p.Required {
					t.Errorf("%s: a path parameter must be required", path)
				}
			case p.In != "query":
				t.Errorf("%s: parameter in %q", path, p.In)
			}
			d.validSchema(t, path, p.Schema)
		}
		var want []string
		for _, m := range inPath.FindAllStringSubmatch(path, -1) {
			want = append(want, m[1])
		}
		if !slices.Equal(named, want) {
			t.Errorf("%s: path parameters %v", path, named)
		}
		for code, r := range item.Get.Responses {
			if r.Description == "" || code != "default" && !regexp.MustCompile(`^[1-5]\d\d$`).MatchString(code) {
				t.Errorf("%s: response %s", path, code)
			}
			for _, c := range r.Content {
				d.validSchema(t, path, c.Schema)
			}
		}
	}
	for name, s := range d.Components.Schemas {
		d.validSchema(t, name, s)
	}
}

// validSchema refuses keywords that check does not know, so that no promise
// goes unchecked, and references that lead nowhere.
func (d *description) validSchema(t *testing.T, where string, s map[string]any) {
	t.Helper()
	for k, v := range s {
		switch k {
		case "$ref":
			if _, ok := d.Components.Schemas[strings.TrimPrefix(fmt.Sprint(v), "#/components/schemas/")]; !ok {
				t.Errorf("%s: %v leads nowhere", where, v)
			}
		case "allOf":
			for _, x := range v.([]any) {
				d.validSchema(t, where, x.(map[string]any))
			}
		case "properties":
			for _, x := range v.(map[string]any) {
				d.validSchema(t, where, x.(map[string]any))
			}
		case "items":
			d.validSchema(t, where, v.(map[string]any))
		case "additionalProperties":
			if m, ok := v.(map[string]any); ok {
				d.validSchema(t, where, m)
			}
		case "type", "required", "enum", "const", "minimum", "maximum", "minLength", "maxLength", "pattern", "format", "default", "description":
		default:
			t.Errorf("%s: the keyword %s is not checked by this test", where, k)
		}
	}
}

// check holds a value against a schema (JSON Schema 2020-12, the keywords that
// validSchema lists).
func (d *description) check(s map[string]any, v any, at string) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, at+": "+fmt.Sprintf(format, args...)) }
	if ref, ok := s["$ref"].(string); ok {
		faults = append(faults, d.check(d.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")], v, at)...)
	}
	for _, x := range list(s["allOf"]) {
		faults = append(faults, d.check(x.(map[string]any), v, at)...)
	}
	if want, ok := s["type"]; ok {
		types := list(want)
		if len(types) == 0 {
			types = []any{want}
		}
		if !slices.ContainsFunc(types, func(x any) bool { return isType(v, x.(string)) }) {
			fault("is %T, want %v", v, want)
			return faults
		}
	}
	if want, ok := s["const"]; ok && want != v {
		fault("is %v, want %v", v, want)
	}
	if want := list(s["enum"]); len(want) > 0 && !slices.Contains(want, v) {
		fault("%v is none of %v", v, want)
	}
	switch x := v.(type) {
	case map[string]any:
		faults = append(faults, d.checkObject(s, x, at)...)
	case []any:
		if items, ok := s["items"].(map[string]any); ok {
			for i, y := range x {
				faults = append(faults, d.check(items, y, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	case string:
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(x) {
			fault("%q does not match %s", x, p)
		}
		if n, ok := s["minLength"].(float64); ok && utf8.RuneCountInString(x) < int(n) {
			fault("%q is too short", x)
		}
		if s["format"] == "date-time" {
			if _, err := time.Parse(time.RFC3339, x); err != nil {
				fault("%v", err)
			}
		}
	case float64:
		if n, ok := s["minimum"].(float64); ok && x < n {
			fault("%g is below %g", x, n)
		}
		if n, ok := s["maximum"].(float64); ok && x > n {
			fault("%g is above %g", x, n)
		}
	}
	return faults
}

func (d *description) checkObject(s map[string]any, x map[string]any, at string) (faults []string) {
	props, _ := s["properties"].(map[string]any)
	for _, name := range list(s["required"]) {
		if _, ok := x[name.(string)]; !ok {
			faults = append(faults, at+": lacks "+name.(string))
		}
	}
	for k, v := range x {
		if p, ok := props[k].(map[string]any); ok {
			faults = append(faults, d.check(p, v, at+"."+k)...)
			continue
		}
		switch more := s["additionalProperties"].(type) {
		case bool:
			if !more {
				faults = append(faults, at+": has "+k+", which is not described")
			}
		case map[string]any:
			faults = append(faults, d.check(more, v, at+"."+k)...)
		}
	}
	return faults
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func isType(v any, name string) bool {
	switch x := v.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case float64:
		return name == "number" || name == "integer" && x == float64(int64(x))
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}

// TestSchemaCheckBites proves that the check can fail.
func TestSchemaCheckBites(t *testing.T) {
	d := readDescription(t)
	for _, v := range []any{nil, map[string]any{}, map[string]any{"edition": 1.0, "citation": "", "of": "edition", "data": nil},
		map[string]any{"edition": "e", "citation": "c", "of": "elsewhere", "data": nil}} {
		if len(d.check(d.ref("Answer"), v, "$")) == 0 {
			t.Errorf("%v passes", v)
		}
	}
}
