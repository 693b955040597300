package metafile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"past/analysis/effect"
	"past/analysis/meta"
)

// Command is what the user of "past meta" asked for; the zero value pools the
// standard input with the defaults.
type Command struct {
	File     string   // CSV or JSON; "" or "-" is standard input
	Measure  string   // effect measure, "" to choose by the columns
	Method   string   // tau2 estimator, "" is REML
	Test     string   // z, t, knha or adhoc, "" is knha (z for common-effect methods)
	Mods     string   // moderators: "year, type" or "~ year + factor(type)"
	Subgroup string   // column that divides the studies
	Cluster  string   // column that says which study an effect belongs to
	Rho      *float64 // correlation of sampling errors within a cluster, nil for 0.6
	Time     string   // column of the time of an effect, with Cluster and Phi
	Phi      *float64 // correlation of sampling errors one unit of time apart
	Dose     string   // terms of a dose-response curve: "dose" or "dose + I(dose^2)"
	Formula  string   // metafor, metapsy or revman
	Where    []string // row filters, see parseCondition
	JSON     bool     // answer as JSON
	R        bool     // write an R script instead that does the same with metafor
	Columns  Roles    // columns that the user names for roles
	Control  string   // name of the control arm in a table with one row per arm
	Scale    string   // of given ratios: log, ratio or ratio-log-se; "" to find out
	Level    *float64 // coverage of intervals, nil is 0.95
	VType    string   // variance type of the measure, "" is its default
	Add      *float64 // added to the cells of a table with a zero, nil is the measure's default
	Drop00   bool     // leave out studies without events in both arms
	With     []string // further analyses, see Further
}

// maxInput bounds what is read, so that a mistaken file does not eat the memory.
const maxInput = 256 << 20

// Run reads the input, computes and writes the answer to stdout. A JSON case is
// answered in JSON, a table for people unless JSON or R is asked for. Errors name
// the row and column where they can; warnings are part of the answer.
func Run(ctx context.Context, cmd Command, stdin io.Reader, stdout, stderr io.Writer) error {
	c, isJSON, err := Load(cmd, stdin)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if isJSON && len(c.Request) > 0 && !cmd.R {
		if err := cmd.onlyReading(); err != nil {
			return err
		}
		if err := c.Prepare(); err != nil {
			return fmt.Errorf("%s: %w", cmd.inputName(), err)
		}
		return encode(stdout, c.Answer())
	}
	a, err := c.analyse(cmd)
	if err != nil {
		return fmt.Errorf("%s: %w", cmd.inputName(), err)
	}
	switch {
	case cmd.R:
		return a.writeR(stdout)
	case cmd.JSON || isJSON:
		return encode(stdout, a.answer())
	}
	return a.writeTable(stdout)
}

// Load reads the input of a command and applies its filters and formula mode;
// nothing is computed yet. isJSON distinguishes a case from a table.
func Load(cmd Command, stdin io.Reader) (c *Case, isJSON bool, err error) {
	data, err := readInput(cmd.File, stdin)
	if err != nil {
		return nil, false, err
	}
	name := cmd.inputName()
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	if isJSON = len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '['); isJSON {
		c, err = parseCase(data)
	} else {
		c, err = parseCSVCase(data)
	}
	if err != nil {
		return nil, isJSON, fmt.Errorf("%s: %w", name, err)
	}
	if err := c.setFormula(cmd.Formula); err != nil {
		return nil, isJSON, err
	}
	if err := c.filter(cmd.Where); err != nil {
		return nil, isJSON, fmt.Errorf("%s: %w", name, err)
	}
	if c.Name == "" {
		c.Name = name
	}
	return c, isJSON, nil
}

// inputName is what errors call the input.
func (cmd Command) inputName() string {
	if cmd.File == "" || cmd.File == "-" {
		return "standard input"
	}
	return cmd.File
}

func (c *Case) setFormula(name string) error {
	switch f := effect.Formula(strings.ToLower(name)); f {
	case "", effect.Metafor, effect.Metapsy, effect.RevMan:
		c.Formula = f
		return nil
	}
	return fmt.Errorf("unknown formula mode %q: use metafor, metapsy or revman", name)
}

func readInput(file string, stdin io.Reader) ([]byte, error) {
	in, name := stdin, "the input"
	if file != "" && file != "-" {
		if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0 {
			return nil, fmt.Errorf("%s is not a regular file or a pipe", file)
		}
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in, name = f, file
	}
	data, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("read input: %w", err)
	}
	if len(data) > maxInput {
		return nil, fmt.Errorf("%s is larger than %d MB", name, maxInput>>20)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fmt.Errorf("%s is empty", name)
	}
	return data, nil
}

// parseCSVCase makes a case of a table; which columns mean what is decided later.
func parseCSVCase(data []byte) (*Case, error) {
	t, err := parseTable(data)
	if err != nil {
		return nil, err
	}
	cols, err := t.columns()
	if err != nil {
		return nil, err
	}
	return &Case{Request: Tree{}, Rows: len(t.rows), columns: cols, names: t.header, lines: t.lines, Warnings: t.notes, open: t.open}, nil
}

// analysis is what a table gets: a random-effects and a common-effect fit, and what
// the options add.
type analysis struct {
	c         *Case
	cmd       Command
	labels    []string // one per used row
	primary   *meta.Result
	common    *meta.Result
	tau2      *meta.VarianceInterval // nil when there is none
	subgroups *meta.SubgroupResult
	moderated *meta.Result
	further   []further
	blocks    Tree // answers of the blocks asked for (multilevel, pooled counts)
}

// analyse computes the standard analysis of a table.
func (c *Case) analyse(cmd Command) (*analysis, error) {
	a := &analysis{c: c, cmd: cmd}
	c.unguarded = false
	if err := cmd.check(); err != nil {
		return nil, err
	}
	method, test, err := methodAndTest(cmd.Method, cmd.Test)
	if err != nil {
		return nil, err
	}
	wanted := cmd.Measure
	if wanted == "" {
		wanted = text(asTree(c.Request["analysis"]), "measure")
	}
	c.roles, c.scale, c.level = cmd.Columns, cmd.Scale, orDefault(cmd.Level, 0)
	if err := c.leaveOutTotals(); err != nil {
		return nil, err
	}
	c.nameGroups(cmd.Control)
	if err := c.pairArms(cmd.Control); err != nil {
		return nil, err
	}
	measure, err := c.chooseColumns(wanted)
	if err != nil {
		return nil, err
	}
	if measure, err = c.derive(measure); err != nil {
		return nil, err
	}
	if err := c.checkUse(cmd); err != nil {
		return nil, err
	}
	c.Request = a.request(measure, method, test)
	if err := c.Prepare(); err != nil {
		return nil, err
	}
	c.Measure = string(measure)
	if c.K == 0 {
		return nil, errors.New("no row has both an effect and a variance; nothing can be pooled")
	}
	a.setLabels()
	if err := c.checkTable(a.labels, cmd); err != nil {
		return nil, err
	}
	if label := c.labelColumn(); c.shared && label != "" {
		c.Request["shared_control"] = Tree{"cluster_column": label}
	}
	if a.primary, err = meta.Fit(c.Y, c.V, meta.Options{Method: method, Test: test, Level: c.level}); err != nil {
		return nil, err
	}
	if a.common, err = meta.Fit(c.Y, c.V, meta.Options{Method: meta.FE, Level: c.level}); err != nil {
		return nil, err
	}
	if method != meta.FE && c.K > 1 {
		if a.tau2, err = a.primary.QProfile(); err != nil {
			c.warn("interval of tau2: %v", err)
		}
	}
	if err := a.extras(method, test); err != nil {
		return nil, err
	}
	if err := a.runFurther(); err != nil {
		return nil, err
	}
	for _, r := range []*meta.Result{a.primary, a.moderated} {
		if r != nil {
			for _, w := range r.Warnings {
				c.warn("%s", w)
			}
		}
	}
	return a, nil
}

// methodAndTest reads the two options; Knapp-Hartung is the default test of
// random-effects models.
func methodAndTest(m, t string) (meta.Method, meta.Test, error) {
	if m == "" {
		m = "REML"
	}
	method, err := meta.ParseMethod(m)
	if err != nil {
		return "", "", err
	}
	if t == "" {
		if method == meta.FE || method == meta.EE {
			return method, meta.Z, nil
		}
		return method, meta.KnHa, nil
	}
	test, err := meta.ParseTest(t)
	return method, test, err
}

// extras computes what options ask for beyond the pooled effect.
func (a *analysis) extras(method meta.Method, test meta.Test) error {
	c := a.c
	if s := a.cmd.Subgroup; s != "" {
		name := c.named(s)
		labels, _, err := c.Texts(orElse(name, s))
		if err != nil {
			return fmt.Errorf("subgroups: %w", err)
		}
		if a.subgroups, err = meta.Subgroups(c.Y, c.V, s, Used(c, labels), meta.Options{Method: method, Test: test,
			Level: c.level}); err != nil {
			return fmt.Errorf("subgroups by %s: %w", s, err)
		}
		for _, w := range a.subgroups.Warnings {
			c.warn("subgroups: %s", w)
		}
	}
	if f := modsFormula(a.cmd.Mods); f != "" {
		y, v, design, err := c.moderated(f)
		if err != nil {
			return fmt.Errorf("moderators: %w", err)
		}
		if a.moderated, err = meta.Fit(y, v, meta.Options{Method: method, Test: test, Design: design, Level: c.level}); err != nil {
			return fmt.Errorf("moderators: %w", err)
		}
	}
	a.blocks = Tree{}
	for _, name := range []string{"multilevel", "two_by_two_pooled", "person_time_pooled", "beta_binomial", "glmm", "lagged",
		"shared_control", "dose_response"} {
		if !has(c.Request, name) {
			continue
		}
		v, err := c.runBlock(blocks[name])
		if err != nil {
			if name == "dose_response" {
				return fmt.Errorf("--dose: %w", err)
			}
			if name == "multilevel" || name == "lagged" {
				return fmt.Errorf("dependent effects: %w", err)
			}
			c.warn("%s: %v", name, err)
			continue
		}
		a.blocks[name] = v
	}
	return nil
}

func orElse[T ~string](a, b T) T {
	if a == "" {
		return b
	}
	return a
}

// modsFormula turns "year, type" into "~ year + type"; formulas are left alone.
func modsFormula(mods string) string {
	mods = strings.TrimSpace(mods)
	if mods == "" || strings.HasPrefix(mods, "~") {
		return mods
	}
	return "~ " + strings.Join(strings.FieldsFunc(mods, func(r rune) bool { return r == ',' || r == '+' }), " + ")
}

// setLabels names the used rows by the study column, or by their numbers.
func (a *analysis) setLabels() {
	c := a.c
	var values []string
	if col := c.labelColumn(); col != "" {
		values, _, _ = c.Texts(col) // find names columns that there are
	}
	for _, r := range c.RowsUsed {
		label := ""
		if values != nil {
			label = printable(values[r-1])
		}
		if label == "" {
			label = c.rowName(r - 1)
		}
		a.labels = append(a.labels, label)
	}
}

// printable drops control characters, which could play tricks on a terminal.
func printable(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, s))
}

// request is the request tree that the same analysis would be asked with as a JSON
// case.
func (a *analysis) request(measure effect.Measure, method meta.Method, test meta.Test) Tree {
	fit := func(m meta.Method, t meta.Test) Tree {
		f := Tree{"method": string(m), "test": string(t), "fit_stats": Tree{}, "predict": Tree{}}
		if m != meta.FE && m != meta.EE {
			f["confint_q_profile"] = Tree{}
		}
		if info, err := effect.Lookup(string(measure)); err == nil && info.Back != "" && isLog(measure) {
			f["predict_exp"] = Tree{}
		}
		return f
	}
	args := Tree{}
	if a.cmd.VType != "" {
		args["vtype"] = a.cmd.VType
	}
	if a.cmd.Add != nil {
		args["add"] = *a.cmd.Add
	}
	if a.cmd.Drop00 {
		args["drop00"] = true
	}
	req := Tree{"analysis": Tree{"measure": string(measure), "args": args}, "rma": []any{fit(method, test), fit(meta.FE, meta.Z)}}
	if s := a.cmd.Subgroup; s != "" {
		req["subgroups"] = []any{Tree{"factor": orElse(a.c.named(s), s),
			"by_method": []any{Tree{"method": string(method), "test": string(test)}}}}
	}
	if f := modsFormula(a.cmd.Mods); f != "" {
		req["meta_regression"] = []any{Tree{"name": f, "formula": f, "fits": []any{Tree{"method": string(method), "test": string(test),
			"fitted": Tree{}}}}}
	}
	if s := a.cmd.Cluster; s != "" {
		robust := Tree{"cr2_club_sandwich": Tree{}}
		one := func() []any {
			return []any{Tree{"method": "REML", "test": "t", "i2_multilevel": Tree{}, "predict": Tree{}, "robust": robust}}
		}
		che := Tree{"fits": one()}
		if a.cmd.Rho != nil {
			che["rho"] = *a.cmd.Rho
		}
		var mods []any
		for _, f := range a.clusterFormulas() {
			mods = append(mods, Tree{"name": f, "formula": f, "che": Tree{"method": "REML", "test": "t", "robust": robust}})
		}
		req["multilevel"] = Tree{"cluster_column": orElse(a.c.named(s), s), "three_level": one(), "che": che, "mods": mods}
	}
	if a.cmd.Time != "" {
		lag := Tree{"cluster_column": orElse(a.c.named(a.cmd.Cluster), a.cmd.Cluster),
			"time_column": orElse(a.c.named(a.cmd.Time), a.cmd.Time)}
		if a.cmd.Phi != nil {
			lag["phi"] = *a.cmd.Phi
		}
		if a.cmd.Rho != nil {
			lag["rho"] = *a.cmd.Rho
		}
		req["lagged"] = lag
	}
	if f := doseFormula(a.cmd.Dose); f != "" {
		dose := Tree{"formula": f, "cluster_column": orElse(a.c.named(a.cmd.Cluster), a.c.labelColumn())}
		if a.cmd.Rho != nil {
			dose["rho"] = *a.cmd.Rho
		}
		req["dose_response"] = dose
	}
	if a.c.Kind == string(effect.KindTwoByTwo) {
		switch measure {
		case effect.OR, effect.RR, effect.RD:
			req["two_by_two_pooled"] = Tree{"mantel_haenszel": []any{Tree{"measure": string(measure), "correct": true}}}
		case effect.PETO:
			req["two_by_two_pooled"] = Tree{"peto": Tree{}}
		}
	}
	if measure == effect.OR || measure == effect.RR || measure == effect.RD {
		if a.c.Kind == string(effect.KindTwoByTwo) && a.c.rareEvents() {
			req["beta_binomial"] = Tree{}
		}
		if measure == effect.OR && has(req, "beta_binomial") {
			req["glmm"] = []any{Tree{"measure": "OR", "model": "CM.EL"}}
		}
	}
	if a.c.Kind == string(effect.KindPersonTime2) && (measure == effect.IRR || measure == effect.IRD) {
		req["person_time_pooled"] = Tree{"mantel_haenszel": []any{Tree{"measure": string(measure), "correct": true}}}
	}
	return req
}

// clusterFormulas are the moderators and the subgroups of a table with clusters: of
// subgroups the means and the test between them.
func (a *analysis) clusterFormulas() []string {
	var out []string
	if f := modsFormula(a.cmd.Mods); f != "" {
		out = append(out, f)
	}
	if s := a.cmd.Subgroup; s != "" {
		name := orElse(a.c.named(s), s)
		out = append(out, "~ 0 + factor("+name+")", "~ factor("+name+")")
	}
	return out
}

// isLog reports whether a measure's back-transformation is the exponential.
func isLog(m effect.Measure) bool {
	back, ok := effect.BackTransform(m, nil)
	return ok && back(0) == 1 && back(1) > 2.7
}

// answer is the JSON answer: the blocks of the request, with the file's columns.
func (a *analysis) answer() Tree {
	c := a.c
	out := c.Answer()
	out["name"] = c.Name
	out["formula_mode"] = string(orFormula(c.Formula))
	out["columns"] = columnTree(c.chosen)
	out["rows"] = Tree{"read": max(c.read, c.Rows), "filtered": c.Rows, "used": c.K}
	out["labels"] = a.labels
	for _, f := range a.further {
		more, _ := out["further"].(Tree)
		if more == nil {
			more = Tree{}
		}
		more[f.name] = f.tree
		out["further"] = more
	}
	return out
}

func orFormula(f effect.Formula) effect.Formula {
	if f == "" {
		return effect.Metafor
	}
	return f
}

func columnTree(chosen map[string]string) Tree {
	t := Tree{}
	for k, v := range chosen {
		t[k] = v
	}
	return t
}
