package metafile

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/analysis/multilevel"
)

// doseBlock answers dose_response: one curve over the doses of all studies, in one
// stage, with slopes that vary between studies.
var doseBlock = block{"dose_response", func(c *Case) (any, error) {
	req := asTree(c.Request["dose_response"])
	d, design, cov, how, err := c.doseData(req)
	if err != nil {
		return nil, err
	}
	formula := text(req, "formula")
	m, err := multilevel.FitSlopes(d, design, cov, multilevel.Options{Level: c.level})
	if err != nil {
		return nil, err
	}
	sd := make([]float64, len(m.Psi))
	for j := range sd {
		sd[j] = math.Sqrt(m.Psi[j][j])
	}
	t := Tree{"formula": formula, "covariance": how, "k": m.K, "n_studies": m.Clusters, "coef_names": m.Names, "beta": m.Beta, "se": m.SE,
		"pval": m.PValue, "ci_lb": m.CILower, "ci_ub": m.CIUpper, "psi": m.Psi, "sd_between": sd, "log_lik": m.LogLik}
	if !math.IsInf(m.DF, 1) {
		t["ddf"] = m.DF
	}
	remark(t, "", m.Warnings.Texts())
	t["curve"], err = c.doseCurve(formula, m)
	return t, err
}}

// doseData gathers the effects, the terms of the dose as differences from the
// reference, and the covariance within studies with how it came about.
func (c *Case) doseData(req Tree) (d multilevel.Data, design multilevel.Design, cov multilevel.Covariance, how string, err error) {
	if d, err = c.clustered(req); err != nil {
		return d, design, nil, "", err
	}
	design, reference, err := c.doseDesign(text(req, "formula"))
	if err != nil {
		return d, design, nil, "", err
	}
	for j, ref := range reference {
		for i := range ref {
			design.Columns[j][i] -= ref[i]
		}
	}
	rho := defaultDoseRho
	if r, ok := asNumber(req["rho"]); ok {
		rho = r
	}
	if cov, how, err = c.doseCovariance(d, rho); err != nil {
		return d, design, nil, "", err
	}
	for _, r := range c.RowsUsed {
		if !slices.ContainsFunc(design.Columns, func(col []float64) bool { return col[r-1] != 0 }) {
			return d, design, nil, "", fmt.Errorf("%s has the dose of its reference: leave the row out", c.rowName(r-1))
		}
	}
	return d, design, cov, how, nil
}

// rDose writes the same model for metafor.
func (a *analysis) rDose(out func(string, ...any)) {
	t := asTree(a.blocks["dose_response"])
	if t == nil {
		return
	}
	c := a.c
	d, design, cov, _, err := c.doseData(asTree(c.Request["dose_response"]))
	if err != nil {
		return
	}
	v := make([]float64, 0, c.K*c.K)
	study := make([]string, c.K)
	for k, i := range c.RowsUsed {
		study[k] = rString(d.Cluster[i-1])
		for _, j := range c.RowsUsed {
			switch {
			case i == j:
				v = append(v, d.Variance[i-1])
			case d.Cluster[i-1] == d.Cluster[j-1]:
				v = append(v, cov(i-1, j-1))
			default:
				v = append(v, 0)
			}
		}
	}
	out("# dose-response in one stage: terms of the dose as differences from the reference")
	out("dat$cluster <- c(%s)\nV <- matrix(%s, %d)", strings.Join(study, ", "), rVector(v), c.K)
	var terms []string
	for j, col := range design.Columns {
		terms = append(terms, fmt.Sprintf("x%d", j+1))
		out("dat$x%d <- %s   # %s", j+1, rVector(Used(c, col)), design.Names[j])
	}
	sum := strings.Join(terms, " + ")
	beta, _ := t["beta"].([]float64)
	out("print(rma.mv(yi, V, mods = ~ 0 + %s, random = ~ 0 + %s | cluster, struct = \"GEN\", data = dat), digits = 6)   # coefficients %s",
		sum, sum, rVector(beta))
}

// defaultDoseRho is the correlation of two comparisons with one control group as
// large as each of theirs.
const defaultDoseRho = 0.5

// doseFormula turns "dose" into "~ 0 + dose".
func doseFormula(s string) string {
	if s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "~")); s == "" {
		return ""
	}
	return "~ 0 + " + s
}

// doseDesign is the design of a formula over all rows, and the values that its
// columns have at the reference of each row: the control's row of a table with one
// row per arm, the reference level of a study that has one, else a dose of 0.
func (c *Case) doseDesign(formula string) (d multilevel.Design, reference [][]float64, err error) {
	columns := formulaColumns(formula)
	for _, name := range columns {
		if c.IsText(name) {
			return d, nil, fmt.Errorf("column %q: doses must be numbers of one unit", name)
		}
	}
	if d, err = c.slopes(formula); err != nil {
		return d, nil, err
	}
	at := *c
	at.columns = maps.Clone(c.columns)
	for _, name := range columns {
		if c.columns[name] == nil {
			continue // the formula's own error has named it
		}
		ref := c.reference[name]
		if ref == nil {
			ref = &column{cells: make([]any, c.Rows)}
			for i := range ref.cells {
				ref.cells[i] = 0.0
			}
			for i, r := range c.referenceRows() {
				ref.cells[i] = c.columns[name].cells[r]
			}
		}
		at.columns[name] = ref
	}
	r, err := at.slopes(formula)
	return d, r.Columns, err
}

// slopes is the design of a formula by columns.
func (c *Case) slopes(formula string) (multilevel.Design, error) {
	return (&multilevelRun{c: c}).design(formula)
}

// doseLevels are the columns of a table of relative risks by dose: cases and people
// of every level, of which the reference has no standard error.
type doseLevels struct {
	study, design []string
	cases, n      []float64
	rows          map[string][]int // usable rows by study
	reference     map[string]int
}

// levels reads such a table; nil where the table is none.
func (c *Case) levels() (*doseLevels, error) {
	label := c.labelColumn()
	cases := c.find([]string{"cases", "case", "events", "event"})
	n := c.find([]string{"n", "total", "peryears", "personyears", "persontime", "py", "subjects"})
	if effect.Kind(c.Kind) != effect.KindEffectAndVar || label == "" || cases == "" || n == "" {
		return nil, nil
	}
	l := &doseLevels{rows: map[string][]int{}, reference: map[string]int{}}
	var err error
	if l.study, _, err = c.Texts(label); err != nil {
		return nil, err
	}
	if l.cases, err = c.Floats(cases); err != nil {
		return nil, err
	}
	if l.n, err = c.Floats(n); err != nil {
		return nil, err
	}
	if name := c.find([]string{"type", "design", "studydesign"}); name != "" {
		if l.design, _, err = c.Texts(name); err != nil {
			return nil, err
		}
	}
	y, err := c.Floats("yi")
	if err != nil {
		return nil, err
	}
	for i, s := range l.study {
		switch used := slices.Contains(c.RowsUsed, i+1); {
		case used:
			l.rows[s] = append(l.rows[s], i)
		case !(y[i] != 0): // 0, or none
			if _, twice := l.reference[s]; !twice {
				l.reference[s] = i
			}
		}
	}
	if len(l.reference) == 0 {
		return nil, nil
	}
	return l, nil
}

// referenceRows give the row of the reference level by row.
func (c *Case) referenceRows() map[int]int {
	out := map[int]int{}
	l, err := c.levels()
	if l == nil || err != nil {
		return out
	}
	for s, rows := range l.rows {
		if ref, ok := l.reference[s]; ok {
			for _, i := range rows {
				out[i] = ref
			}
		}
	}
	return out
}

// doseCovariance is the covariance of the effects of one study, and how it came
// about.
func (c *Case) doseCovariance(d multilevel.Data, rho float64) (cov multilevel.Covariance, how string, err error) {
	l, err := c.levels()
	if err != nil {
		return nil, "", err
	}
	if l != nil {
		cov, err = c.greenlandLongnecker(l, d)
		return cov, "Greenland and Longnecker", err
	}
	if cov, err := c.sharedCovariance(); err == nil {
		return cov, "shared control group", nil
	}
	twice := false
	seen := map[string]bool{}
	for _, r := range c.RowsUsed {
		s := d.Cluster[r-1]
		twice = twice || seen[s]
		seen[s] = true
	}
	if twice {
		c.warn("dose-response: the effects of one study are taken to correlate by %g (--rho), as those of equal groups with one control do", rho)
	}
	return func(i, j int) float64 { return rho * math.Sqrt(d.Variance[i]*d.Variance[j]) }, fmt.Sprintf("correlation %g", rho), nil
}

// studyDesigns are the words for the designs of relative risks.
var studyDesigns = map[string]multilevel.StudyDesign{"cc": multilevel.CaseControl, "casecontrol": multilevel.CaseControl,
	"1":  multilevel.CaseControl,
	"ir": multilevel.IncidenceRate, "incidencerate": multilevel.IncidenceRate, "2": multilevel.IncidenceRate,
	"ci": multilevel.CumulativeIncidence, "cumulativeincidence": multilevel.CumulativeIncidence, "3": multilevel.CumulativeIncidence,
	"rct": multilevel.CumulativeIncidence, "trial": multilevel.CumulativeIncidence}

func (c *Case) greenlandLongnecker(l *doseLevels, d multilevel.Data) (multilevel.Covariance, error) {
	type place struct {
		study string
		level int
	}
	at := map[int]place{}
	correlations := map[string][][]float64{}
	for s, rows := range l.rows {
		ref, ok := l.reference[s]
		if !ok {
			return nil, fmt.Errorf("dose-response: study %s has no reference row, with a relative risk of 1 and without a standard error", s)
		}
		if l.design == nil {
			return nil, errors.New("dose-response: a column type must say what the relative risks compare: cc (case-control), ir (incidence " +
				"rates) or" +
				" ci (cumulative incidence)")
		}
		design, known := studyDesigns[fold(l.design[ref])]
		if !known {
			return nil, fmt.Errorf("dose-response: %s: %q is no design; use cc (case-control), ir (incidence rates) or ci (cumulative incidence)",
				c.rowName(ref), l.design[ref])
		}
		cases, n, y := []float64{l.cases[ref]}, []float64{l.n[ref]}, []float64{}
		for k, i := range rows {
			cases, n, y = append(cases, l.cases[i]), append(n, l.n[i]), append(y, d.Effect[i])
			at[i] = place{s, k}
		}
		r, err := multilevel.GreenlandLongnecker(design, cases, n, y)
		if err != nil {
			return nil, fmt.Errorf("dose-response: study %s: %w", s, err)
		}
		correlations[s] = r
	}
	return func(i, j int) float64 {
		a, b := at[i], at[j]
		return correlations[a.study][a.level][b.level] * math.Sqrt(d.Variance[i]*d.Variance[j])
	}, nil
}

// doseCurve is the mean curve against a dose of 0 at up to eight of the doses that
// were studied; nothing for formulas of several columns.
func (c *Case) doseCurve(formula string, m *multilevel.Slopes) ([]Tree, error) {
	columns := formulaColumns(formula)
	columns = slices.Compact(slices.Sorted(slices.Values(columns)))
	if len(columns) != 1 {
		return nil, nil
	}
	x, err := c.Floats(columns[0])
	if err != nil {
		return nil, err
	}
	doses := slices.Compact(slices.Sorted(slices.Values(slices.DeleteFunc(Used(c, x), math.IsNaN))))
	if n := len(doses); n > 8 {
		var some []float64
		for k := range 8 {
			some = append(some, doses[k*(n-1)/7])
		}
		doses = some
	}
	at := &Case{Rows: len(doses) + 1, columns: map[string]*column{}, names: []string{columns[0]}}
	cells := []any{0.0}
	for i, dose := range doses {
		cells = append(cells, dose)
		at.RowsUsed = append(at.RowsUsed, i+2)
	}
	at.columns[columns[0]] = &column{cells: cells}
	design, err := at.slopes(formula)
	if err != nil {
		return nil, err
	}
	var out []Tree
	for i, dose := range doses {
		v := make([]float64, len(design.Columns))
		for j, col := range design.Columns {
			v[j] = col[i+1] - col[0]
		}
		y, lo, hi := m.Predict(v)
		out = append(out, Tree{"dose": dose, "pred": y, "ci_lb": lo, "ci_ub": hi})
	}
	return out, nil
}

// doseResponse prints the curve.
func (p *printer) doseResponse() {
	t := asTree(p.a.blocks["dose_response"])
	if t == nil {
		return
	}
	p.line("\ndose-response in one stage: %s (covariance within studies: %s), %d effects of %d studies", printable(text(t, "formula")),
		text(t, "covariance"), t["k"], t["n_studies"])
	names, _ := t["coef_names"].([]string)
	list := func(key string) []float64 { x, _ := t[key].([]float64); return x }
	for j, name := range names {
		p.line("  %s  %s  %s  %s  SD between studies %s", pad(cut(printable(name), 40), 40), num(list("beta")[j]),
			interval(list("ci_lb")[j], list("ci_ub")[j]), pval(list("pval")[j]), num(list("sd_between")[j]))
	}
	curve, _ := t["curve"].([]Tree)
	for _, at := range curve {
		x := func(key string) float64 { v, _ := asNumber(at[key]); return v }
		p.line("  at %s against 0  %s  %s%s", pad(num(x("dose")), 29), num(x("pred")), interval(x("ci_lb"), x("ci_ub")), p.asRatio(x("pred"),
			x("ci_lb"), x("ci_ub")))
	}
	p.warnings(t)
}

// asRatio is a logarithm with its interval as people read it, "" for other scales.
func (p *printer) asRatio(y, lo, hi float64) string {
	if !isLog(effect.Measure(p.a.c.Measure)) {
		return ""
	}
	return fmt.Sprintf("  %s %s", num(math.Exp(y)), interval(math.Exp(lo), math.Exp(hi)))
}
