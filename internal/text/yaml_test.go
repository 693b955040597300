package text

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func TestYAMLWithinBounds(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":             {"a:\n - b: 1\n   c: [1, {d: 2}]\n", ""},
		"flow 39":           {"a: " + strings.Repeat("[", 39) + strings.Repeat("]", 39), ""},
		"brackets in text":  {"a: '" + strings.Repeat("[", 500) + "'", ""},
		"many siblings":     {strings.Repeat("- a: 1\n  b: 2\n", 5000), ""},
		"flow":              {"a: " + strings.Repeat("[", 20000) + strings.Repeat("]", 20000), "line 1: more than 40 levels"},
		"flow never closed": {strings.Repeat("[", 200000), "more than 40 levels"},
		"flow tables":       {strings.Repeat("{a: ", 20000), "more than 40 levels"},
		"dashes":            {strings.Repeat("- ", 100000) + "x", "more than 40 levels"},
		"questions":         {strings.Repeat("? ", 100000) + "x", "more than 40 levels"},
		"indent": {func() string {
			var b strings.Builder
			for i := range 400 {
				b.WriteString(strings.Repeat(" ", i) + "k:\n")
			}
			return b.String()
		}(), "more than 40 levels"},
		"alias":  {"a: &x [1]\nb: *x\n", "line 2: aliases"},
		"laughs": {"a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "aliases"},
		"size":   {"a: " + strings.Repeat("x", maxYAML), "more than the"},
		"tag":    {"!!map x", "could not find map"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var v any
		err := DecodeYAML("f.yaml", []byte(c.in), &v)
		_, perr := ParseYAML([]byte(c.in))
		runtime.ReadMemStats(&after)
		if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 400 {
			t.Errorf("%s: %d MB allocated for %d bytes", name, grown, len(c.in))
		}
		switch {
		case c.want == "" && (err != nil || perr != nil):
			t.Errorf("%s: %v %v", name, err, perr)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "f.yaml: ")):
			t.Errorf("%s: %v", name, err)
		}
	}
	var strict struct{ A int }
	if err := DecodeYAML("f.yaml", []byte("a: 1\nb: 2\n"), &strict); err == nil || !strings.Contains(err.Error(), `unknown field "b"`) {
		t.Errorf("unknown key: %v", err)
	}
}

// The reader's words about Go types are put into those of a person who writes
// the file; place and line stay.
func TestYAMLErrorsAreInPlainWords(t *testing.T) {
	for in, want := range map[string]string{
		"list: a": "a list is expected here", "list: {a: b}": "a list is expected here",
		"table: 4 weeks": "keys with values are expected here, such as {key: value}", "table: [a]": "keys with values are expected here",
		"number: 1,5": "a number is expected here, with a decimal point", "whole: x": "a number is expected here",
		"yes: ja":   "true or false is expected here",
		"word: [a]": "one word or sentence is expected here", "word: {a: b}": "one word or sentence is expected here",
	} {
		var v struct {
			List   []string
			Table  struct{ A int }
			Number float64
			Whole  *int
			Yes    bool
			Word   string
		}
		err := DecodeYAML("f.yaml", []byte("# first\n"+in), &v)
		if err == nil || !strings.HasPrefix(err.Error(), "f.yaml: [2:") || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "unmarshal") {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func FuzzYAML(f *testing.F) {
	for _, s := range []string{"a: [1, {b: c}]\n", "- - - ?\n", "&a *a", "!!x", "a: |\n  b\n", "{[}]", "\"\\x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v any
		_ = DecodeYAML("f", b, &v)
		_, _ = ParseYAML(b)
	})
}

// A mistake in one entry of a list leaves the others, and says its line.
func TestDecodeYAMLList(t *testing.T) {
	type entry struct {
		ID string `yaml:"id"`
		N  int    `yaml:"n"`
	}
	for in, want := range map[string]string{
		"- {id: a, n: 1}\n- {id: b, n: 2}\n":             "a1 b2",
		"- {id: a, n: 1}\n- {id: b, m: 2}\n":             "a1 [2:",
		"- id: a\n  n: 1\n- id: b\n  n: many\n- id: c\n": "a1 [4: c0",
		"- id: a\n- 3\n":                                 "a0 [2:",
		"id: a\n":                                        "error",
		"- id: [\n":                                      "error",
		"":                                               "",
	} {
		items, wrong, err := DecodeYAMLList[entry]("x.yaml", []byte(in))
		var got []string
		for i, x := range items {
			if wrong[i] != nil {
				place, _, _ := strings.Cut(wrong[i].Error(), ":")
				got = append(got, place+":")
				continue
			}
			got = append(got, fmt.Sprint(x.ID, x.N))
		}
		if err != nil {
			got = []string{"error"}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %s, want %s (%v)", in, s, want, err)
		}
	}
}

// TestUnknownKeyNamesTheNearest: keys of the types within count as well.
func TestUnknownKeyNamesTheNearest(t *testing.T) {
	type scale struct {
		Direction string `yaml:"direction"`
	}
	type file struct {
		Scales map[string][]*scale `yaml:"instruments"`
	}
	for in, want := range map[string]string{
		"instruments: {a: [{dirction: lower}]}": `is it "direction"?`,
		"instrument: {}":                        `is it "instruments"?`,
		"instruments: {a: [{colour: red}]}":     "",
	} {
		err := DecodeYAML("x.yaml", []byte(in), &file{})
		if err == nil || want != "" && !strings.Contains(err.Error(), want) || want == "" && strings.Contains(err.Error(), "is it") {
			t.Errorf("%s: %v, want %q", in, err, want)
		}
	}
}
