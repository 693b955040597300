package metafile

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	stats "past/analysis"
	"past/analysis/effect"
	"past/analysis/meta"
	"past/internal/metafile/plan"
)

// scripter writes an R script line by line.
type scripter struct {
	bytes.Buffer
	*analysis
}

func (s *scripter) line(format string, args ...any) { fmt.Fprintf(s, format+"\n", args...) }

// script is an R script that repeats the analysis with metafor (and clubSandwich for
// dependent effects). The raw numbers are in it, so it runs anywhere; the numbers
// computed here stand beside the calls as comments.
func (a *analysis) script() []byte {
	s := &scripter{analysis: a}
	r := a.primary()
	m, common := r.Coef[0], a.common().Coef[0]
	s.line("# Repeats a meta-analysis with R package metafor. Effect measure %s, formula mode %s.", a.Measure, a.Conventions())
	s.line("# Comments after the calls hold the numbers of this program.")
	s.line("library(metafor)")
	s.data()
	s.line("res <- rma(yi, vi, data = dat, slab = study, method = %s, test = %s, control = list(threshold = 1e-12, maxiter = 10000))",
		rString(string(r.Method)), rTest(r))
	s.line("print(res, digits = 6)   # estimate %s, se %s, interval %s to %s, tau2 %s", rNum(m.Value), rNum(m.SE), rNum(m.Lower),
		rNum(m.Upper), rNum(r.Tau2))
	if u := r.Unguarded; u != nil {
		s.line("print(rma(yi, vi, data = dat, method = %s, test = %s), digits = 6)   # footnote: without the guard %s to %s",
			rString(string(r.Method)), rString(string(r.Test)), rNum(u.Coef[0].Lower), rNum(u.Coef[0].Upper))
	}
	s.line("print(predict(res), digits = 6)")
	if v, err := r.QProfile(); err == nil && r.Method != meta.FE && a.K > 1 {
		s.line("print(confint(res), digits = 6)   # tau2 %s to %s", rNum(v.Tau2.Lower), rNum(v.Tau2.Upper))
	}
	s.line("print(rma(yi, vi, data = dat, method = \"FE\"), digits = 6)   # estimate %s, interval %s to %s", rNum(common.Value),
		rNum(common.Lower), rNum(common.Upper))
	s.groups()
	s.moderators()
	s.clusters()
	s.counts()
	s.dose()
	return s.Bytes()
}

// data writes the data frame and the effect sizes.
func (s *scripter) data() {
	labels := make([]string, len(s.labels))
	for i, l := range s.labels {
		labels[i] = rString(l)
	}
	s.line("dat <- data.frame(study = c(%s))", strings.Join(labels, ", "))
	info, _ := effect.Lookup(string(s.Measure))
	computed := s.Kind == info.Kind && !s.read.Standardised && info.Kind != effect.KindEffectAndVar
	if computed && s.Conventions() == effect.Metafor {
		var args []string
		columns := effect.Columns(info.Kind)
		for _, role := range escalcOrder {
			if x, err := s.FloatsOf(role); err == nil && slices.Contains(columns, role) && x[role] != nil {
				s.line("dat$%s <- %s", role, rVector(plan.Used(s.Data, x[role])))
				args = append(args, role+" = "+role)
			}
		}
		s.line("dat <- escalc(measure = %s, %s, data = dat)", rString(string(s.Measure)), strings.Join(args, ", "))
		return
	}
	if computed {
		s.line("# effects and variances by the conventions of mode %s, which escalc() does not have", s.Conventions())
	}
	s.line("dat$yi <- %s", rVector(s.Y))
	s.line("dat$vi <- %s", rVector(s.V))
}

// escalcOrder is the order in which raw numbers are written.
var escalcOrder = []string{"ai", "bi", "ci", "di", "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i", "x1i", "t1i", "x2i", "t2i", "xi", "ri", "mi",
	"sdi", "ti", "ni"}

// column writes a column of the table under a name; labels are text whatever they hold.
func (s *scripter) column(as, name string, labels bool) bool {
	values, missing, err := s.Texts(name)
	if err != nil {
		return false
	}
	cells := make([]string, 0, s.K)
	for _, row := range s.RowsUsed {
		switch {
		case missing[row-1]:
			cells = append(cells, "NA")
		case labels || s.IsText(name):
			cells = append(cells, rString(values[row-1]))
		default:
			cells = append(cells, values[row-1])
		}
	}
	s.line("dat[[%s]] <- c(%s)", rString(as), strings.Join(cells, ", "))
	return true
}

func (s *scripter) groups() {
	g := s.subgroups()
	if g == nil || !s.column("group", s.analysis.column(s.cmd.Subgroup), true) {
		return
	}
	for _, g := range g.Groups {
		s.line("print(rma(yi, vi, data = dat, subset = group == %s, method = %s, test = %s), digits = 6)   # %s to %s", rString(g.Level),
			rString(string(s.primary().Method)), rTest(g.Fit), rNum(g.Fit.Coef[0].Lower), rNum(g.Fit.Coef[0].Upper))
	}
	s.line("# difference between groups: Q %s, p %s", rNum(g.QBetween), rNum(g.QBetweenP))
}

func (s *scripter) moderators() {
	m := s.moderated()
	if m == nil {
		return
	}
	s.line("print(rma(yi, vi, mods = %s, data = dat, method = %s, test = %s), digits = 6)   # coefficients %s",
		s.formula(modsFormula(s.cmd.Mods)), rString(string(s.primary().Method)), rTest(m), rVector(stats.ColumnsOf(m.Coef).Value))
}

// formula writes the columns of a formula and gives it for R.
func (s *scripter) formula(f string) string {
	levels := s.Levels(f)
	for _, name := range s.FormulaColumns(f) {
		s.column(name, name, levels[name] != nil)
	}
	return s.RFormula(f, func(name string) string {
		return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
	}, rString)
}

func (s *scripter) clusters() {
	if s.Dependent == nil || !s.column("cluster", s.analysis.column(s.cmd.Cluster), true) {
		return
	}
	model := func(name, v string) {
		s.line("%s <- rma.mv(yi, %s, random = ~ 1 | cluster / es, data = dat, test = \"t\")\nprint(%s, digits = 6)\n"+
			"print(conf_int(%s, vcov = \"CR2\"))", name, v, name, name)
	}
	s.line("library(clubSandwich)\ndat$es <- seq_len(nrow(dat))")
	model("three", "vi")
	s.line("V <- impute_covariance_matrix(dat$vi, cluster = dat$cluster, r = %s)", rNum(s.Dependent.Rho))
	model("che", "V")
	for _, f := range s.clusterFormulas() {
		s.line("print(conf_int(rma.mv(yi, V, mods = %s, random = ~ 1 | cluster / es, data = dat, test = \"t\"), vcov = \"CR2\"), digits = 6)",
			s.formula(f))
	}
}

func (s *scripter) counts() {
	switch {
	case s.Counts == nil || s.Conventions() != effect.Metafor:
	case s.Measure == effect.PETO:
		s.line("print(rma.peto(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat), digits = 6)")
	default:
		s.line("print(rma.mh(measure = %s, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat), digits = 6)", rString(string(s.Measure)))
	}
}

// dose writes the dose-response model.
func (s *scripter) dose() {
	d := s.Result.Dose
	if d == nil {
		return
	}
	v := make([]float64, 0, s.K*s.K)
	study := make([]string, s.K)
	for i, of := range d.Data.Cluster {
		study[i] = rString(of)
		for j, other := range d.Data.Cluster {
			switch {
			case i == j:
				v = append(v, s.V[i])
			case of == other:
				v = append(v, d.Covariance(i, j))
			default:
				v = append(v, 0)
			}
		}
	}
	s.line("# dose-response in one stage: terms of the dose as differences from the reference")
	s.line("dat$cluster <- c(%s)\nV <- matrix(%s, %d)", strings.Join(study, ", "), rVector(v), s.K)
	var terms []string
	for j, col := range d.Design.Columns {
		terms = append(terms, fmt.Sprintf("x%d", j+1))
		s.line("dat$x%d <- %s   # %s", j+1, rVector(col), d.Design.Names[j])
	}
	sum := strings.Join(terms, " + ")
	s.line("print(rma.mv(yi, V, mods = ~ 0 + %s, random = ~ 0 + %s | cluster, struct = \"GEN\", data = dat), digits = 6)   # coefficients %s",
		sum, sum, rVector(stats.ColumnsOf(d.Coef).Value))
}

// rTest is metafor's name of the test as fitted: adhoc where the guard acted.
func rTest(r *meta.Result) string {
	if r.Unguarded != nil {
		return rString(string(meta.AdHoc))
	}
	return rString(string(r.Test))
}

func rString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func rNum(x float64) string {
	switch {
	case math.IsNaN(x):
		return "NA"
	case math.IsInf(x, 1):
		return "Inf"
	case math.IsInf(x, -1):
		return "-Inf"
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

func rVector(x []float64) string {
	s := make([]string, len(x))
	for i := range x {
		s[i] = rNum(x[i])
	}
	return "c(" + strings.Join(s, ", ") + ")"
}
