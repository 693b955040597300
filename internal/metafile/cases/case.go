// Package cases is the door for JSON: a case has rows and maybe a request, which says
// what to compute in the words of a Plan. Conversions between the forms in which
// results are reported, each with an input of its own, are answered here.
package cases

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"past/analysis/effect"
	"past/internal/metafile/answer"
	"past/internal/metafile/plan"
	"past/internal/metafile/table"
)

// Case is a table with what is asked of it.
type Case struct {
	Name  string
	Data  *plan.Data
	Plan  plan.Plan
	Asked bool // there is a request

	conversions json.RawMessage
	broken      map[string]error // blocks whose request cannot be read
	unknown     []string
}

// Is reports whether an input is JSON.
func Is(data []byte) bool {
	data = bytes.TrimLeft(trimMark(data), " \t\r\n")
	return len(data) > 0 && (data[0] == '{' || data[0] == '[')
}

func trimMark(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) }

// Parse reads a case. It does not compute anything yet.
func Parse(data []byte) (*Case, error) {
	data = trimMark(data)
	var doc struct {
		Name    string                     `json:"name"`
		Request map[string]json.RawMessage `json:"request"`
		Input   *struct {
			Kind    effect.Kind      `json:"kind"`
			Rows    []map[string]any `json:"rows"`
			OrderBy string           `json:"order_by"`
			NTotal  plan.Numbers     `json:"n_total"`
		} `json:"input"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, jsonError(data, err)
	}
	if doc.Input == nil {
		return nil, errors.New(`the case has no "input": it must hold "kind" and "rows"`)
	}
	t, err := table.FromRows(doc.Input.Rows)
	if err != nil {
		return nil, err
	}
	if n := doc.Input.NTotal; n != nil && len(n) != t.Rows {
		return nil, fmt.Errorf("n_total has %d entries for %d rows", len(n), t.Rows)
	}
	t.NTotal = doc.Input.NTotal
	c := &Case{Name: doc.Name, Asked: len(doc.Request) > 0, broken: map[string]error{},
		Data: &plan.Data{Table: t, Kind: doc.Input.Kind, OrderBy: doc.Input.OrderBy, Unguarded: len(doc.Request) > 0}}
	return c, c.read(doc.Request)
}

// read reads the request block by block, so that one that is not understood leaves the
// others.
func (c *Case) read(request map[string]json.RawMessage) error {
	for _, name := range slices.Sorted(maps.Keys(request)) {
		if name == "conversions" {
			c.conversions = request[name]
			continue
		}
		if !slices.ContainsFunc(c.Plan.Blocks(), func(b plan.Block) bool { return b.Name == name }) {
			c.unknown = append(c.unknown, name)
			continue
		}
		one, err := json.Marshal(map[string]json.RawMessage{name: request[name]})
		if err != nil {
			return err
		}
		if err := json.Unmarshal(one, &c.Plan); err != nil {
			c.broken[name] = fmt.Errorf("the request cannot be read: %w", err)
		}
	}
	return c.broken["analysis"]
}

// Answer computes what the request asks for.
func (c *Case) Answer() (answer.Tree, error) {
	d := c.Data
	if d.Kind != "conversions" {
		effects := c.Plan.Effects
		if effects == nil {
			effects = &plan.Effects{}
		}
		if err := d.Prepare(*effects); err != nil {
			return nil, err
		}
	}
	for _, name := range c.unknown {
		d.Warn("the request names %q, which this program does not know", name)
	}
	out := answer.Of(c.Plan.Run(d))
	if c.conversions != nil {
		out["conversions"] = conversions(c.conversions)
	}
	for name, err := range c.broken {
		out[name] = answer.Tree{"error": err.Error()}
		d.Warn("%s: %v", name, err)
	}
	if len(d.Warnings) > 0 {
		out["warnings"] = d.Warnings
	}
	return out, nil
}

// jsonError says where in the file the JSON is wrong.
func jsonError(data []byte, err error) error {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	offset := int64(-1)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &typ):
		offset = typ.Offset
	}
	if offset < 0 || offset > int64(len(data)) {
		return fmt.Errorf("the case is not valid JSON: %w", err)
	}
	return fmt.Errorf("the case is not valid JSON (line %d): %w", 1+bytes.Count(data[:offset], []byte("\n")), err)
}
