// Package answer writes the result of a plan as JSON: one object for each block,
// under the block's name, which repeats what was asked. Nothing reads it back.
package answer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"past/analysis"
)

// Tree is one object of an answer.
type Tree = map[string]any

// Encode writes a value as indented JSON. Keys are sorted, so that the same answer
// gives the same bytes; NaN becomes null and infinities become the strings "Inf" and
// "-Inf", which JSON numbers cannot say.
func Encode(w io.Writer, v any) error {
	var b bytes.Buffer
	if err := appendValue(&b, reflect.ValueOf(v), 0); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

func appendValue(b *bytes.Buffer, v reflect.Value, depth int) error {
	switch v.Kind() {
	case reflect.Invalid:
		b.WriteString("null")
	case reflect.Interface, reflect.Pointer:
		return appendValue(b, v.Elem(), depth)
	case reflect.Float64:
		b.WriteString(number(v.Float()))
	case reflect.Int:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.String:
		return appendText(b, v.String())
	case reflect.Map:
		b.WriteByte('{')
		for i, k := range slices.SortedFunc(slices.Values(v.MapKeys()), func(x, y reflect.Value) int {
			return strings.Compare(x.String(), y.String())
		}) {
			separate(b, i, depth)
			if err := appendText(b, k.String()); err != nil {
				return err
			}
			b.WriteString(": ")
			if err := appendValue(b, v.MapIndex(k), depth+1); err != nil {
				return fmt.Errorf("%s: %w", k, err)
			}
		}
		end(b, v.Len(), depth, '}')
	case reflect.Slice, reflect.Array:
		if k := v.Type().Elem().Kind(); k != reflect.Map && k != reflect.Slice && k != reflect.Interface {
			depth = -1 // plain values on one line
		}
		b.WriteByte('[')
		for i := range v.Len() {
			separate(b, i, depth)
			if err := appendValue(b, v.Index(i), depth+1); err != nil {
				return err
			}
		}
		end(b, v.Len(), depth, ']')
	default:
		return fmt.Errorf("answer holds a value of type %s that has no JSON form", v.Type())
	}
	return nil
}

func appendText(b *bytes.Buffer, text string) error {
	s, err := json.Marshal(text)
	b.Write(s)
	return err
}

// separate begins item i of an object or list, on a line of its own unless depth is
// negative.
func separate(b *bytes.Buffer, i, depth int) {
	if i > 0 {
		b.WriteByte(',')
	}
	if depth >= 0 {
		newline(b, depth+1)
	}
}

func end(b *bytes.Buffer, items, depth int, mark byte) {
	if items > 0 && depth >= 0 {
		newline(b, depth)
	}
	b.WriteByte(mark)
}

func newline(b *bytes.Buffer, depth int) {
	b.WriteByte('\n')
	b.WriteString(strings.Repeat(" ", depth))
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

// Echo starts the answer to a question: it repeats the plain values (text, numbers,
// flags and lists of these) that identify what was asked.
func Echo(question any) Tree {
	t := Tree{}
	v := reflect.ValueOf(question)
	for i := range v.NumField() {
		f, of := v.Field(i), v.Type().Field(i)
		if of.Anonymous {
			maps.Copy(t, Echo(f.Interface()))
			continue
		}
		name := of.Tag.Get("json")
		switch f.Kind() {
		case reflect.String:
			if f.Len() > 0 {
				t[name] = f.Interface()
			}
		case reflect.Pointer:
			if k := of.Type.Elem().Kind(); !f.IsNil() && (k == reflect.Float64 || k == reflect.Bool) {
				t[name] = f.Elem().Interface()
			}
		case reflect.Slice:
			if k := of.Type.Elem().Kind(); !f.IsNil() && (k == reflect.Float64 || k == reflect.String) {
				t[name] = f.Interface()
			}
		}
	}
	return t
}

// failed turns an entry into its error.
func failed(t Tree, err error) Tree {
	t["error"] = err.Error()
	return t
}

// remark adds what a reader must know about an entry: why it is not to be read as a
// test, and warnings.
func remark(t Tree, limit string, warnings []string) Tree {
	if limit != "" {
		t["limit"] = limit
	}
	if len(warnings) > 0 {
		t["warnings"] = warnings
	}
	return t
}

// estimate answers one estimate by R's names of its numbers.
func estimate(t Tree, e analysis.Estimate) {
	Put(t, "beta se zval pval ci_lb ci_ub", e.Value, e.SE, e.Stat, e.P, e.Lower, e.Upper)
}

// estimates answers estimates as one list for each of their numbers.
func estimates(t Tree, list []analysis.Estimate) {
	c := analysis.ColumnsOf(list)
	Put(t, "beta se zval pval ci_lb ci_ub", c.Value, c.SE, c.Stat, c.P, c.Lower, c.Upper)
}

// heterogeneity answers Q and what is made of it.
func heterogeneity(t Tree, f *analysis.Fit) {
	Put(t, "tau2 se_tau2 i2 h2 qe qe_df qe_p", f.Tau2, f.SETau2, f.I2, f.H2, f.Q.Value, f.Q.DF, f.Q.P)
}

// omnibus answers the test of all moderators; chi-square has no second degrees of
// freedom.
func omnibus(t Tree, s analysis.Statistic) {
	Put(t, "qm qm_p qm_df", s.Value, s.P, []float64{s.DF, finite(s.DF2)})
}

// finite is a number, or NaN for an infinite one.
func finite(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	return x
}

// coefficients answers the only one of a model as numbers, several as lists.
func coefficients(t Tree, list []analysis.Estimate) {
	if len(list) == 1 {
		estimate(t, list[0])
		return
	}
	estimates(t, list)
}
