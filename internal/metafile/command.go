// Package metafile answers a person's own table, or a JSON case, from end to end:
// read the table, find out what its columns mean, plan, fit, write. Each step has a
// package below: names, table, roles, plan, answer (JSON), cases (the JSON door). Here
// are the options, what is doubted in a table, and the answer for people and for R.
package metafile

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"past/analysis/effect"
	"past/analysis/meta"
	"past/internal/evidence"
	"past/internal/metafile/answer"
	"past/internal/metafile/cases"
	"past/internal/metafile/plan"
	"past/internal/metafile/roles"
	"past/internal/metafile/table"
	human "past/internal/text"
	"past/internal/wholefile"
)

// Command is what the user of "past meta" asked for; the zero value pools the
// standard input with the defaults.
type Command struct {
	File     string            // CSV or JSON; "" or "-" is standard input
	Measure  string            // effect measure, "" to choose by the columns
	Method   string            // tau2 estimator, "" is REML
	Test     string            // z, t, knha or adhoc, "" is knha (z for common-effect methods)
	Mods     string            // moderators: "year, type" or "~ year + factor(type)"
	Subgroup string            // column that divides the studies
	Cluster  string            // column that says which study an effect belongs to
	Rho      *float64          // correlation of sampling errors within a cluster, nil for 0.6
	Time     string            // column of the time of an effect, with Cluster and Phi
	Phi      *float64          // correlation of sampling errors one unit of time apart
	Dose     string            // terms of a dose-response curve: "dose" or "dose + I(dose^2)"
	Formula  string            // metafor, metapsy or revman
	Where    []string          // row filters: column=value, column!=value, column=a|b, column>number
	JSON     bool              // answer as JSON
	R        bool              // write an R script instead that does the same with metafor
	Columns  map[string]string // columns that the user names for roles: "yi" to "d"
	Control  string            // name of the control arm in a table with one row per arm
	Scale    string            // of given ratios: log, ratio or ratio-log-se; "" to find out
	Level    *float64          // coverage of intervals, nil is 0.95
	VType    string            // variance type of the measure, "" is its default
	Add      *float64          // added to the cells of a table with a zero, nil is the measure's default
	Drop00   bool              // leave out studies without events in both arms
	With     []string          // further analyses
}

// maxInput bounds what is read, so that a mistaken file does not eat the memory.
const maxInput = 256 << 20

// Run reads the input, computes and writes the answer to stdout. A JSON case is
// answered in JSON, a table for people unless JSON or R is asked for. Errors name
// the row and column where they can; what the input leaves open is asked
// (table.Question); warnings are part of the answer.
func Run(ctx context.Context, cmd Command, stdin io.Reader, stdout io.Writer) error {
	c, isJSON, err := cmd.load(stdin)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.Asked && !cmd.R {
		if err := cmd.onlyReading(); err != nil {
			return err
		}
		out, err := c.Answer()
		if err != nil {
			return fmt.Errorf("%s: %w", cmd.inputName(), err)
		}
		return answer.Encode(stdout, out)
	}
	a, err := cmd.analyse(c)
	if err != nil {
		return fmt.Errorf("%s: %w", cmd.inputName(), err)
	}
	switch {
	case cmd.R:
		_, err = stdout.Write(a.script())
	case cmd.JSON || isJSON:
		err = answer.Encode(stdout, a.json())
	default:
		_, err = stdout.Write(a.text())
	}
	return err
}

// load reads the input and applies the filters; nothing is computed yet. isJSON
// distinguishes a case from a table.
func (cmd Command) load(stdin io.Reader) (c *cases.Case, isJSON bool, err error) {
	data, err := cmd.readInput(stdin)
	if err != nil {
		return nil, false, err
	}
	fail := func(err error) (*cases.Case, bool, error) {
		return nil, isJSON, fmt.Errorf("%s: %w", cmd.inputName(), err)
	}
	if isJSON = cases.Is(data); isJSON {
		c, err = cases.Parse(data)
	} else {
		c = &cases.Case{Data: &plan.Data{}}
		c.Data.Table, err = table.Parse(data)
	}
	if err != nil {
		return fail(err)
	}
	switch c.Data.Formula = effect.Formula(strings.ToLower(cmd.Formula)); c.Data.Formula {
	case "", effect.Metafor, effect.Metapsy, effect.RevMan:
	default:
		return nil, false, fmt.Errorf("unknown formula mode %q: use metafor, metapsy or revman", cmd.Formula)
	}
	if err := c.Data.Filter(cmd.Where); err != nil {
		return fail(err)
	}
	c.Name = cmp.Or(c.Name, cmd.inputName())
	return c, isJSON, nil
}

// inputName is what errors call the input.
func (cmd Command) inputName() string {
	if cmd.File == "" || cmd.File == "-" {
		return "standard input"
	}
	return cmd.File
}

func (cmd Command) readInput(stdin io.Reader) ([]byte, error) {
	name := "the input"
	var data []byte
	var err error
	if cmd.File != "" && cmd.File != "-" {
		name = cmd.File
		data, err = wholefile.Read(name, maxInput)
	} else if data, err = io.ReadAll(io.LimitReader(stdin, maxInput+1)); len(data) > maxInput {
		err = fmt.Errorf("the input is larger than %d MB", maxInput>>20)
	}
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fmt.Errorf("%s is empty", name)
	}
	return data, nil
}

// analysis is a table, what its columns mean, and what came of the plan for it: a
// random-effects and a common-effect fit, and what the options add.
type analysis struct {
	*plan.Result
	cmd     Command
	name    string
	read    *roles.Reading
	labels  []string // one per used row
	shared  bool     // rows of one study have the same control group
	further []further

	headline evidence.Headline // what is shown first, everywhere
}

// The models of every analysis.
func (a *analysis) primary() *meta.Result { return a.Fits[0].Got }
func (a *analysis) common() *meta.Result  { return a.Fits[1].Got }

// subgroups and moderated are nil unless they were asked for.
func (a *analysis) subgroups() *meta.SubgroupResult {
	if len(a.Subgroups) == 0 {
		return nil
	}
	return a.Subgroups[0].Got[0].Got.SubgroupResult
}

func (a *analysis) moderated() *meta.Result {
	if len(a.Regressions) == 0 {
		return nil
	}
	return a.Regressions[0].Got.Fits[0].Got
}

// analyse computes the standard analysis of a table.
func (cmd Command) analyse(c *cases.Case) (*analysis, error) {
	if err := cmd.check(); err != nil {
		return nil, err
	}
	method, test, err := methodAndTest(cmd.Method, cmd.Test)
	if err != nil {
		return nil, err
	}
	d := c.Data
	d.Unguarded, d.Level = false, orDefault(cmd.Level, 0)
	measure := cmd.Measure
	if measure == "" && c.Plan.Effects != nil {
		measure = c.Plan.Effects.Measure
	}
	r, err := roles.Read(d.Table, roles.Options{Columns: cmd.Columns, Measure: measure, Control: cmd.Control, Scale: cmd.Scale,
		Level: d.Level, Formula: d.Formula})
	if err != nil {
		return nil, err
	}
	if err := cmd.checkUse(r); err != nil {
		return nil, err
	}
	d.Kind, d.Label, d.Reference = r.Kind, r.LabelColumn(), r.Reference
	effects := plan.Effects{Measure: string(r.Measure), Args: plan.EffectArgs{VType: cmd.VType, Add: cmd.Add, Drop00: cmd.Drop00}}
	if err := d.Prepare(effects); err != nil {
		return nil, err
	}
	if d.K == 0 {
		return nil, errors.New("no row has both an effect and a variance; nothing can be pooled")
	}
	a := &analysis{cmd: cmd, name: c.Name, read: r, Result: &plan.Result{Data: d}}
	a.setLabels()
	if err := a.checkTable(); err != nil {
		return nil, err
	}
	a.Result = a.plan(effects, method, test).Run(d)
	if err := a.failure(); err != nil {
		return nil, err
	}
	if h, err := a.own().Headline(); err != nil {
		a.Warn("no answer for few studies: %v", err)
	} else if a.headline = h; a.small() && !a.usualLevel() {
		a.headline = evidence.Headline{}
		a.Warn("the answer of few studies (%s) is made at 95 %% and left out at another level; what is shown is the fitted model", h.Kind)
	}
	return a, a.runFurther()
}

// methodAndTest reads the two options; Knapp-Hartung is the default test of
// random-effects models.
func methodAndTest(m, t string) (meta.Method, meta.Test, error) {
	method, err := meta.ParseMethod(cmp.Or(m, "REML"))
	if err != nil {
		return "", "", err
	}
	if t == "" && (method == meta.FE || method == meta.EE) {
		return method, meta.Z, nil
	}
	test, err := meta.ParseTest(cmp.Or(t, string(meta.KnHa)))
	return method, test, err
}

// failure is what an analysis cannot do without; what it can is a warning.
func (a *analysis) failure() error {
	if err := a.Failed["rma"]; err != nil {
		return err
	}
	if err := cmp.Or(a.Fits[0].Err, a.Fits[1].Err); err != nil {
		return err
	}
	if q := a.Fits[0]; q.Asked.QProfile && a.K > 1 {
		if _, err := q.Got.QProfile(); err != nil {
			a.Warn("interval of tau2: %v", err)
		}
	}
	if len(a.Subgroups) > 0 {
		g := a.Subgroups[0]
		if g.Err != nil {
			return fmt.Errorf("subgroups: %w", g.Err)
		}
		if err := g.Got[0].Err; err != nil {
			return fmt.Errorf("subgroups by %s: %w", a.cmd.Subgroup, err)
		}
		for _, w := range a.subgroups().Warnings {
			a.Warn("subgroups: %s", w)
		}
	}
	if len(a.Regressions) > 0 {
		m := a.Regressions[0]
		if m.Err == nil {
			m.Err = m.Got.Fits[0].Err
		}
		if m.Err != nil {
			return fmt.Errorf("moderators: %w", m.Err)
		}
	}
	for _, b := range a.Plan.Blocks() {
		switch err := a.Failed[b.Name]; {
		case err == nil:
		case b.Name == "dose_response":
			return fmt.Errorf("--dose: %w", err)
		case b.Name == "multilevel" || b.Name == "lagged":
			return fmt.Errorf("dependent effects: %w", err)
		default:
			a.Warn("%s: %v", b.Name, err)
		}
	}
	for _, r := range []*meta.Result{a.primary(), a.moderated()} {
		if r != nil {
			for _, w := range r.Warnings {
				a.Warn("%s", w)
			}
		}
	}
	return nil
}

// setLabels names the used rows by the study column, or by their numbers.
func (a *analysis) setLabels() {
	var values []string
	if a.Label != "" {
		values, _, _ = a.Texts(a.Label) // a column that there is
	}
	for k, r := range a.RowsUsed {
		label := ""
		if values != nil {
			label = strings.TrimSpace(human.OneLine(values[r-1]))
		}
		a.labels = append(a.labels, cmp.Or(label, a.UsedName(k)))
	}
}

// json is the JSON answer: the blocks of the plan, with the file's columns.
func (a *analysis) json() answer.Tree {
	out := answer.Of(a.Result)
	out["name"], out["formula_mode"], out["columns"], out["labels"] = a.name, a.Conventions(), a.Chosen, a.labels
	out["rows"] = answer.Tree{"read": max(a.Read, a.Rows), "filtered": a.Rows, "used": a.K}
	if a.headline.Kind != "" && a.usualLevel() {
		out["headline"] = a.headlineTree()
	}
	if len(a.further) > 0 {
		more := answer.Tree{}
		for _, f := range a.further {
			more[f.name] = f.tree
		}
		out["further"] = more
	}
	if len(a.Warnings) > 0 {
		out["warnings"] = a.Warnings
	}
	return out
}
