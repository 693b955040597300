package metafile

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/metafile/answer"
	"past/internal/metafile/plan"
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
	c, _, err := cmd.load(stdin)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if orDefault(cmd.Level, 0.95) != 0.95 {
		return nil, fmt.Errorf("figures show 95 %% intervals: leave --level out with --out")
	}
	a, err := cmd.analyse(c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmd.inputName(), err)
	}
	if a.K > synthesis.MostLeftOut {
		a.Warn("%d rows: the report leaves out studies one by one of up to %d rows", a.K, synthesis.MostLeftOut)
	}
	o := &Own{OwnTable: a.own(), Methods: a.methods(), Script: string(a.script()), Text: string(a.text())}
	o.Warnings = a.Warnings // after the text, which collects those of its models
	if cmd.Dose != "" || cmd.Time != "" || a.shared {
		o.Warnings = append([]string{"the figure and its summary take the rows as independent; the model that does not is among all numbers"},
			o.Warnings...)
	}
	return o, nil
}

// own is the table as findings are answered.
func (a *analysis) own() synthesis.OwnTable {
	return synthesis.OwnTable{Name: filepath.Base(strings.ReplaceAll(a.name, `\`, "/")), Measure: string(a.Measure),
		Formula: string(a.Conventions()), Method: string(a.primary().Method), Test: string(a.primary().Test),
		Effects: a.effects(), Clustered: a.cmd.Cluster != "", Rho: a.cmd.Rho}
}

// usualLevel reports whether intervals are those of findings.
func (a *analysis) usualLevel() bool { return orDefault(a.cmd.Level, 0.95) == 0.95 }

// small reports whether the answer is not the fitted model: that of few studies.
func (a *analysis) small() bool {
	return a.headline.Kind == evidence.HeadlineSmall || a.headline.Kind == evidence.HeadlineNotPooled
}

// headlineTree is the answer for programs, with what it is on the scale of readers.
func (a *analysis) headlineTree() answer.Tree {
	h := a.headline
	return answer.Tree{"kind": h.Kind, "estimate": h.Estimate, "ci_lb": h.Lower, "ci_ub": h.Upper, "note": h.Note}
}

// effects are the used rows as effects, with the raw numbers that the table has.
func (a *analysis) effects() []evidence.Effect {
	out := make([]evidence.Effect, a.K)
	var clusters []string
	if a.cmd.Cluster != "" {
		clusters, _, _ = a.Texts(a.column(a.cmd.Cluster)) // the models of the answer have read it
	}
	for i := range out {
		e := &out[i]
		e.ID = fmt.Sprintf("row-%d", a.RowsUsed[i])
		e.StudyID, e.StudyLabel = e.ID, a.labels[i]
		e.SetEffect(string(a.Measure), string(a.Conventions()), a.Y[i], a.V[i])
		if clusters != nil {
			e.StudyID = clusters[a.RowsUsed[i]-1]
		}
	}
	if a.Kind != effect.KindMeans && a.Kind != effect.KindTwoByTwo {
		return out
	}
	for role, field := range map[string]func(*evidence.Effect) **float64{
		"n1i": func(e *evidence.Effect) **float64 { return &e.N1 }, "n2i": func(e *evidence.Effect) **float64 { return &e.N2 },
		"m1i": func(e *evidence.Effect) **float64 { return &e.Mean1 }, "m2i": func(e *evidence.Effect) **float64 { return &e.Mean2 },
		"sd1i": func(e *evidence.Effect) **float64 { return &e.SD1 }, "sd2i": func(e *evidence.Effect) **float64 { return &e.SD2 },
		"ai": func(e *evidence.Effect) **float64 { return &e.Event1 }, "ci": func(e *evidence.Effect) **float64 { return &e.Event2 },
	} {
		x, err := a.FloatsOf(role)
		if err != nil || a.read.Standardised && role != "n1i" && role != "n2i" {
			continue
		}
		for i, v := range plan.Used(a.Data, x[role]) {
			if !math.IsNaN(v) {
				*field(&out[i]) = &v
			}
		}
	}
	return out
}

// methods is the sentence for a methods section.
func (a *analysis) methods() string {
	info, err := effect.Lookup(string(a.Measure))
	label := string(a.Measure)
	if err == nil {
		label = info.Label
	}
	switch h := a.headline; h.Kind {
	case evidence.HeadlineSmall:
		prior := h.Note[strings.Index(h.Note, ";")+1:]
		return fmt.Sprintf("The answer shown combines the %ss of few studies in a Bayesian random-effects model (%s): the posterior "+
			"median with its"+
			" 95 %% credible interval. Footnote: %s", label, strings.TrimSpace(prior), a.fitMethods(label))
	case evidence.HeadlineNotPooled:
		return fmt.Sprintf("No average is shown: %s. Footnote: %s", h.Note, a.fitMethods(label))
	}
	return a.fitMethods(label)
}

// fitMethods is the sentence on the fitted model.
func (a *analysis) fitMethods(label string) string {
	r := a.primary()
	what := "pooled"
	switch {
	case a.cmd.Cluster != "":
		return fmt.Sprintf("%d %ss of several studies were pooled in a three-level model of correlated and hierarchical effects"+
			" (sampling correlation %v), with cluster-robust intervals (CR2, Satterthwaite); effect sizes follow the conventions of %s.",
			r.K, label, a.Dependent.Rho, a.Conventions())
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
	return s + fmt.Sprintf("; effect sizes follow the conventions of %s.", a.Conventions())
}

// OutFormats are the endings of files that a table can be written to.
var OutFormats = []string{".svg", ".html"}

// OutFormat is the ending of an output file, or an error that names the known ones.
func OutFormat(file string) (string, error) {
	if ext := strings.ToLower(filepath.Ext(file)); slices.Contains(OutFormats, ext) {
		return ext, nil
	}
	return "", fmt.Errorf("--out %s: the name must end in %s", file, strings.Join(OutFormats, " or "))
}
