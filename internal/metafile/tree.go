package metafile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sort"
	"strconv"
)

// Tree is one object of a request or of an answer. Values are Tree, []any,
// []float64, []string, float64, int, string, bool, nil, or slices of Tree.
type Tree = map[string]any

// encode writes a value as indented JSON. Keys are sorted, so that the same
// answer gives the same bytes; NaN becomes null and infinities become the
// strings "Inf" and "-Inf", which JSON numbers cannot say.
func encode(w io.Writer, v any) error {
	var b bytes.Buffer
	if err := appendValue(&b, v, 0); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

func appendValue(b *bytes.Buffer, v any, depth int) error {
	switch x := v.(type) {
	case nil:
		b.WriteString("null")
	case float64:
		b.WriteString(number(x))
	case *float64:
		if x == nil {
			b.WriteString("null")
		} else {
			b.WriteString(number(*x))
		}
	case int:
		b.WriteString(strconv.Itoa(x))
	case bool:
		b.WriteString(strconv.FormatBool(x))
	case string:
		s, err := json.Marshal(x)
		if err != nil {
			return err
		}
		b.Write(s)
	case Tree:
		return appendTree(b, x, depth)
	case []any:
		return appendList(b, len(x), depth, func(i int) any { return x[i] })
	case []Tree:
		return appendList(b, len(x), depth, func(i int) any { return x[i] })
	case []float64:
		return appendList(b, len(x), -1, func(i int) any { return x[i] })
	case [][]float64:
		return appendList(b, len(x), depth, func(i int) any { return x[i] })
	case []int:
		return appendList(b, len(x), -1, func(i int) any { return x[i] })
	case []bool:
		return appendList(b, len(x), -1, func(i int) any { return x[i] })
	case []string:
		return appendList(b, len(x), -1, func(i int) any { return x[i] })
	default:
		return fmt.Errorf("answer holds a value of type %T that has no JSON form", v)
	}
	return nil
}

// appendList writes a JSON array, on one line when depth is negative.
func appendList(b *bytes.Buffer, n, depth int, at func(int) any) error {
	b.WriteByte('[')
	for i := 0; i < n; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		if depth >= 0 {
			newline(b, depth+1)
		}
		if err := appendValue(b, at(i), depth+1); err != nil {
			return err
		}
	}
	if n > 0 && depth >= 0 {
		newline(b, depth)
	}
	b.WriteByte(']')
	return nil
}

func appendTree(b *bytes.Buffer, t Tree, depth int) error {
	keys := make([]string, 0, len(t))
	for k := range t {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	b.WriteByte('{')
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		newline(b, depth+1)
		s, err := json.Marshal(k)
		if err != nil {
			return err
		}
		b.Write(s)
		b.WriteString(": ")
		if err := appendValue(b, t[k], depth+1); err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
	}
	if len(keys) > 0 {
		newline(b, depth)
	}
	b.WriteByte('}')
	return nil
}

func newline(b *bytes.Buffer, depth int) {
	b.WriteByte('\n')
	for i := 0; i < depth; i++ {
		b.WriteByte(' ')
	}
}

func number(x float64) string {
	switch {
	case math.IsNaN(x):
		return "null"
	case math.IsInf(x, 1):
		return `"Inf"`
	case math.IsInf(x, -1):
		return `"-Inf"`
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// asTree is v as an object; nil when it is something else.
func asTree(v any) Tree {
	t, _ := v.(Tree)
	return t
}

// asList is v as an array; nil when it is something else.
func asList(v any) []any {
	l, _ := v.([]any)
	return l
}

// asTrees is the objects of an array, in order; other elements become empty
// objects, so that positions are kept.
func asTrees(v any) []Tree {
	l := asList(v)
	out := make([]Tree, len(l))
	for i := range l {
		if out[i] = asTree(l[i]); out[i] == nil {
			out[i] = Tree{}
		}
	}
	return out
}

// asNumber reads a number from a decoded JSON value, where infinities are the
// strings "Inf" and "-Inf"; ok is false for anything else, null included.
func asNumber(v any) (x float64, ok bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case string:
		switch n {
		case "Inf", "+Inf":
			return math.Inf(1), true
		case "-Inf":
			return math.Inf(-1), true
		}
	}
	return math.NaN(), false
}

// asNumbers reads an array of numbers; null and others become NaN.
func asNumbers(v any) []float64 {
	l := asList(v)
	out := make([]float64, len(l))
	for i := range l {
		out[i], _ = asNumber(l[i])
	}
	return out
}

// text is the string under a key, "" when there is none.
func text(t Tree, key string) string {
	s, _ := t[key].(string)
	return s
}

// has reports whether a request asks for a key (an empty object asks too).
func has(t Tree, key string) bool {
	_, ok := t[key]
	return ok
}

// echo starts an answer for a request object: it repeats the plain values
// (strings, numbers, flags, and arrays of these) that identify what was asked,
// and leaves out objects and arrays of objects, which are to be computed.
func echo(req Tree) Tree {
	out := Tree{}
	for k, v := range req {
		if isPlain(v) {
			out[k] = v
		}
	}
	return out
}

func isPlain(v any) bool {
	switch x := v.(type) {
	case nil, string, float64, bool, int:
		return true
	case []any:
		for _, e := range x {
			if !isPlain(e) {
				return false
			}
		}
		return true
	}
	return false
}
