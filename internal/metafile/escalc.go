package metafile

import (
	"errors"
	"fmt"
	"strings"

	"past/analysis/effect"
)

// analysisBlock reports the primary effect sizes and the rows used, on which all
// other blocks work.
var analysisBlock = block{"analysis", func(c *Case) (any, error) {
	return Tree{"measure": c.Measure, "yi": c.Yi, "vi": c.Vi, "rows_used": c.RowsUsed, "k": c.K}, nil
}}

// escalcBlock computes each effect size variant that is asked for.
var escalcBlock = block{"escalc", func(c *Case) (any, error) {
	out := Tree{}
	for name, v := range asTree(c.Request["escalc"]) {
		req := asTree(v)
		r, err := c.effects(req)
		if err != nil {
			out[name] = Tree{"error": err.Error()}
			continue
		}
		t := echo(req)
		if args := asTree(req["args"]); args != nil {
			t["args"] = args
		}
		t["yi"], t["vi"] = r.Y, r.V
		out[name] = t
	}
	return out, nil
}}

// effects computes a measure from the case's columns: req holds "measure" and
// maybe "args" (vtype, add, to, drop00, formula).
func (c *Case) effects(req Tree) (effect.Result, error) {
	info, err := effect.Lookup(text(req, "measure"))
	if err != nil {
		return effect.Result{}, err
	}
	args := asTree(req["args"])
	o := effect.Options{VType: text(args, "vtype"), To: effect.To(text(args, "to")), Formula: effect.Formula(text(args, "formula"))}
	if o.Formula == "" {
		o.Formula = c.Formula
	}
	if v, ok := args["add"]; ok {
		x, isNumber := asNumber(v)
		if !isNumber {
			return effect.Result{}, fmt.Errorf("measure %s: add must be a number, not %v", info.Measure, v)
		}
		o.Add = &x
	}
	if b, ok := args["drop00"].(bool); ok {
		o.Drop00 = b
	}
	d, err := c.effectData(info.Kind)
	if err != nil {
		return effect.Result{}, err
	}
	return effect.Compute(info.Measure, d, o)
}

// effectData gathers the columns that a kind of measure uses.
func (c *Case) effectData(kind effect.Kind) (effect.Data, error) {
	var d effect.Data
	var fields map[string]*[]float64
	switch kind {
	case effect.KindTwoByTwo:
		fields = map[string]*[]float64{"ai": &d.AI, "bi": &d.BI, "ci": &d.CI, "di": &d.DI, "n1i": &d.N1I, "n2i": &d.N2I}
	case effect.KindMeans:
		fields = map[string]*[]float64{"m1i": &d.M1I, "sd1i": &d.SD1I, "n1i": &d.N1I, "m2i": &d.M2I, "sd2i": &d.SD2I, "n2i": &d.N2I}
	case effect.KindPersonTime2:
		fields = map[string]*[]float64{"x1i": &d.X1I, "t1i": &d.T1I, "x2i": &d.X2I, "t2i": &d.T2I}
	case effect.KindProportion:
		fields = map[string]*[]float64{"xi": &d.XI, "ni": &d.NI}
	case effect.KindPersonTime:
		fields = map[string]*[]float64{"xi": &d.XI, "ti": &d.TI}
	case effect.KindSingleMean:
		fields = map[string]*[]float64{"mi": &d.MI, "sdi": &d.SDI, "ni": &d.NI}
	case effect.KindPrePost:
		fields = map[string]*[]float64{"m1i": &d.M1I, "sd1i": &d.SD1I, "m2i": &d.M2I, "sd2i": &d.SD2I, "ni": &d.NI, "ri": &d.RI}
	case effect.KindCorrelation:
		fields = map[string]*[]float64{"ri": &d.RI, "ni": &d.NI}
	case effect.KindCronbach:
		fields = map[string]*[]float64{"ai": &d.AI, "mi": &d.MI, "ni": &d.NI}
	case effect.KindEffectAndVar:
		fields = map[string]*[]float64{"yi": &d.YI, "vi": &d.VI, "sei": &d.SEI}
	}
	for name, to := range fields {
		v, err := c.optionalFloats(name)
		if err != nil {
			return d, err
		}
		*to = v
	}
	return d, nil
}

// Prepare computes the primary effect sizes from request.analysis, before any
// block runs. For input of kind yi_vi they are given, whatever the measure's
// name.
func (c *Case) Prepare() error {
	if c.Kind == "conversions" {
		return nil
	}
	req := asTree(c.Request["analysis"])
	if req == nil {
		req = Tree{}
	}
	measure := text(req, "measure")
	if c.Kind == string(effect.KindEffectAndVar) || measure == "" && c.HasColumn("yi") {
		if measure == "" {
			measure = string(effect.GEN)
		}
		req = Tree{"measure": string(effect.GEN)}
	}
	if measure == "" {
		return fmt.Errorf("the request names no measure for the analysis (request.analysis.measure)")
	}
	r, err := c.effects(req)
	if err != nil {
		return fmt.Errorf("effect sizes: %w", c.locate(err))
	}
	for _, w := range r.Warnings {
		c.warn("%s", c.located(w.Rows, w.Text))
	}
	c.setPrimary(measure, r.Y, r.V)
	return nil
}

// locate rewrites errors about cells with the file's own row and column names.
func (c *Case) locate(err error) error {
	var list interface{ Unwrap() []error }
	if errors.As(err, &list) {
		var out []error
		for _, e := range list.Unwrap() {
			out = append(out, c.locate(e))
		}
		return errors.Join(out...)
	}
	var cell *effect.InputError
	if errors.As(err, &cell) && cell.Row > 0 {
		name := c.columnName(cell.Column)
		if name != cell.Column {
			name += " (" + cell.Column + ")"
		}
		return fmt.Errorf("%s, column %s: %s", c.rowName(cell.Row-1), name, cell.Reason)
	}
	return err
}

// located is a warning with the file's own rows.
func (c *Case) located(rows []int, text string) string {
	if len(rows) == 0 {
		return text
	}
	var names []string
	for i, r := range rows {
		if i == 10 {
			names = append(names, fmt.Sprintf("and %d more", len(rows)-10))
			break
		}
		names = append(names, c.rowName(r-1))
	}
	return strings.Join(names, ", ") + ": " + text
}
