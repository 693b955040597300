package metafile

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/synthesis"
)

// Own is a table analysed, with what a report of it prints.
type Own struct {
	synthesis.OwnTable
	Methods  string   // one sentence for a methods section
	Text     string   // the answer as the terminal shows it
	Script   string   // R
	Warnings []string // of the table
}

// Analyse reads and analyses a table for a figure or a report.
func Analyse(ctx context.Context, cmd Command, stdin io.Reader) (*Own, error) {
	c, _, err := Load(cmd, stdin)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if orDefault(cmd.Level, 0.95) != 0.95 {
		return nil, fmt.Errorf("figures show 95 %% intervals: leave --level out with --out")
	}
	a, err := c.analyse(cmd)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmd.inputName(), err)
	}
	o := &Own{OwnTable: synthesis.OwnTable{Name: c.Name, Measure: c.Measure, Formula: string(orFormula(c.Formula)),
		Method: string(a.primary.Method), Test: string(a.primary.Test),
		Effects: a.effects(), Clustered: cmd.Cluster != "", Rho: cmd.Rho}, Methods: a.methods(), Warnings: c.Warnings}
	if cmd.Dose != "" || cmd.Time != "" || c.shared {
		o.Warnings = append([]string{"the figure and its summary take the rows as independent; the model that does not is among all numbers"},
			o.Warnings...)
	}
	if i := strings.LastIndexAny(o.Name, `/\`); i >= 0 {
		o.Name = o.Name[i+1:]
	}
	var b bytes.Buffer
	if err := a.writeR(&b); err != nil {
		return nil, err
	}
	o.Script = b.String()
	b.Reset()
	if err := a.writeTable(&b); err != nil {
		return nil, err
	}
	o.Text = b.String()
	return o, nil
}

// effects are the used rows as effects, with the raw numbers that the table has.
func (a *analysis) effects() []evidence.Effect {
	c := a.c
	out := make([]evidence.Effect, c.K)
	var clusters []string
	if s := a.cmd.Cluster; s != "" {
		clusters, _, _ = c.Texts(orElse(c.named(s), s)) // the models of the answer have read it
	}
	for i := range out {
		e := &out[i]
		e.ID, e.StudyID, e.StudyLabel = fmt.Sprintf("row-%d", c.RowsUsed[i]), fmt.Sprintf("row-%d", c.RowsUsed[i]), a.labels[i]
		e.SetEffect(c.Measure, string(orFormula(c.Formula)), c.Y[i], c.V[i])
		if clusters != nil {
			e.StudyID = clusters[c.RowsUsed[i]-1]
		}
	}
	if c.Kind != string(effect.KindMeans) && c.Kind != string(effect.KindTwoByTwo) {
		return out
	}
	for role, field := range map[string]func(*evidence.Effect) **float64{
		"n1i": func(e *evidence.Effect) **float64 { return &e.N1 }, "n2i": func(e *evidence.Effect) **float64 { return &e.N2 },
		"m1i": func(e *evidence.Effect) **float64 { return &e.Mean1 }, "m2i": func(e *evidence.Effect) **float64 { return &e.Mean2 },
		"sd1i": func(e *evidence.Effect) **float64 { return &e.SD1 }, "sd2i": func(e *evidence.Effect) **float64 { return &e.SD2 },
		"ai": func(e *evidence.Effect) **float64 { return &e.Event1 }, "ci": func(e *evidence.Effect) **float64 { return &e.Event2 },
	} {
		x, err := c.optionalFloats(role)
		if err != nil || x == nil || c.standardised && role != "n1i" && role != "n2i" {
			continue
		}
		for i, v := range Used(c, x) {
			if !math.IsNaN(v) {
				*field(&out[i]) = &v
			}
		}
	}
	return out
}

// methods is the sentence for a methods section.
func (a *analysis) methods() string {
	c, r := a.c, a.primary
	info, err := effect.Lookup(c.Measure)
	label := c.Measure
	if err == nil {
		label = info.Label
	}
	what := "pooled"
	switch {
	case a.cmd.Cluster != "":
		m := asTree(a.blocks["multilevel"])
		return fmt.Sprintf("%d %ss of several studies were pooled in a three-level model of correlated and hierarchical effects"+
			" (sampling correlation %v), with cluster-robust intervals (CR2, Satterthwaite); effect sizes follow the conventions of %s.",
			r.K, label, asTree(m["che"])["rho"], orFormula(c.Formula))
	case r.K == 1:
		return fmt.Sprintf("One study gives a %s; nothing is pooled.", label)
	case r.Method == "FE" || r.Method == "EE":
		what = "pooled under a common effect by inverse variance"
	default:
		what = fmt.Sprintf("pooled in a random-effects model (between-study variance by %s)", r.Method)
	}
	s := fmt.Sprintf("The %ss of %d studies were %s; intervals are %s", label, r.K, what,
		map[string]string{"z": "normal", "t": "by the t distribution", "knha": "by Knapp and Hartung",
			"adhoc": "by Knapp and Hartung with a scale factor of at least 1"}[string(r.Test)])
	if r.Unguarded != nil {
		s += ", with the scale factor held at 1 since they came out narrower than those of a common-effect model"
	}
	return s + fmt.Sprintf("; effect sizes follow the conventions of %s.", orFormula(c.Formula))
}

// OutFormats are the endings of files that a table can be written to.
var OutFormats = []string{".svg", ".html"}

// OutFormat is the ending of an output file, or an error that names the known ones.
func OutFormat(file string) (string, error) {
	i := strings.LastIndexByte(file, '.')
	if i >= 0 && slices.Contains(OutFormats, strings.ToLower(file[i:])) {
		return strings.ToLower(file[i:]), nil
	}
	return "", fmt.Errorf("--out %s: the name must end in %s", file, strings.Join(OutFormats, " or "))
}
