package metafile

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	stats "past/analysis"
	"past/analysis/effect"
	"past/analysis/meta"
)

// writeR writes an R script that repeats the analysis with metafor (and
// clubSandwich for dependent effects). The raw numbers are in it, so it runs
// anywhere; the numbers computed here stand beside the calls as comments.
func (a *analysis) writeR(w io.Writer) error {
	var b bytes.Buffer
	out := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	c := a.c
	out("# Repeats a meta-analysis with R package metafor. Effect measure %s, formula mode %s.", c.Measure, orFormula(c.Formula))
	out("# Comments after the calls hold the numbers of this program.")
	out("library(metafor)")
	a.rData(out)
	r := a.primary
	out("res <- rma(yi, vi, data = dat, slab = study, method = %s, test = %s, control = list(threshold = 1e-12, maxiter = 10000))",
		rString(string(r.Method)), rTest(r))
	out("print(res, digits = 6)   # estimate %s, se %s, interval %s to %s, tau2 %s", rNum(r.Coef[0].Value), rNum(r.Coef[0].SE),
		rNum(r.Coef[0].Lower),
		rNum(r.Coef[0].Upper), rNum(r.Tau2))
	if u := r.Unguarded; u != nil {
		out("print(rma(yi, vi, data = dat, method = %s, test = %s), digits = 6)   # footnote: without the guard %s to %s",
			rString(string(r.Method)), rString(string(r.Test)), rNum(u.Coef[0].Lower), rNum(u.Coef[0].Upper))
	}
	out("print(predict(res), digits = 6)")
	if a.tau2 != nil {
		out("print(confint(res), digits = 6)   # tau2 %s to %s", rNum(a.tau2.Tau2.Lower), rNum(a.tau2.Tau2.Upper))
	}
	out("print(rma(yi, vi, data = dat, method = \"FE\"), digits = 6)   # estimate %s, interval %s to %s", rNum(a.common.Coef[0].Value),
		rNum(a.common.Coef[0].Lower), rNum(a.common.Coef[0].Upper))
	a.rExtras(out)
	a.rDose(out)
	_, err := w.Write(b.Bytes())
	return err
}

// rData writes the data frame and the effect sizes.
func (a *analysis) rData(out func(string, ...any)) {
	c := a.c
	labels := make([]string, len(a.labels))
	for i, l := range a.labels {
		labels[i] = rString(l)
	}
	out("dat <- data.frame(study = c(%s))", strings.Join(labels, ", "))
	info, _ := effect.Lookup(c.Measure)
	raw := c.Kind == string(info.Kind) && info.Kind != effect.KindEffectAndVar && orFormula(c.Formula) == effect.Metafor && !c.standardised
	if raw {
		args := []string{}
		for _, name := range rColumns(info.Kind) {
			values, err := c.optionalFloats(name)
			if err != nil || values == nil {
				continue
			}
			out("dat$%s <- %s", name, rVector(Used(c, values)))
			args = append(args, name+" = "+name)
		}
		out("dat <- escalc(measure = %s, %s, data = dat)", rString(c.Measure), strings.Join(args, ", "))
		return
	}
	if c.Kind == string(info.Kind) && !c.standardised && info.Kind != effect.KindEffectAndVar {
		out("# effects and variances by the conventions of mode %s, which escalc() does not have", orFormula(c.Formula))
	}
	out("dat$yi <- %s", rVector(c.Y))
	out("dat$vi <- %s", rVector(c.V))
}

func rColumns(k effect.Kind) []string {
	switch k {
	case effect.KindTwoByTwo:
		return []string{"ai", "bi", "ci", "di", "n1i", "n2i"}
	case effect.KindMeans:
		return []string{"m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"}
	case effect.KindPersonTime2:
		return []string{"x1i", "t1i", "x2i", "t2i"}
	case effect.KindPrePost:
		return []string{"m1i", "m2i", "sd1i", "sd2i", "ni", "ri"}
	}
	var out []string
	for _, n := range needed[k] {
		out = append(out, strings.Split(n, "|")...)
	}
	return out
}

// rExtras writes subgroups, moderators, dependent effects and pooled counts.
func (a *analysis) rExtras(out func(string, ...any)) {
	c := a.c
	column := func(as, name string) bool {
		values, missing, err := c.Texts(name)
		if err != nil {
			return false
		}
		cells := make([]string, 0, c.K)
		for _, row := range c.RowsUsed {
			switch {
			case missing[row-1]:
				cells = append(cells, "NA")
			case c.IsText(name) || as == "cluster" || as == "group":
				cells = append(cells, rString(values[row-1]))
			default:
				cells = append(cells, values[row-1])
			}
		}
		out("dat[[%s]] <- c(%s)", rString(as), strings.Join(cells, ", "))
		return true
	}
	method := rString(string(a.primary.Method))
	if s := a.cmd.Subgroup; s != "" && a.subgroups != nil && column("group", orElse(c.named(s), s)) {
		for _, g := range a.subgroups.Groups {
			out("print(rma(yi, vi, data = dat, subset = group == %s, method = %s, test = %s), digits = 6)   # %s to %s", rString(g.Level), method,
				rTest(g.Fit), rNum(g.Fit.Coef[0].Lower), rNum(g.Fit.Coef[0].Upper))
		}
		out("# difference between groups: Q %s, p %s", rNum(a.subgroups.QBetween), rNum(a.subgroups.QBetweenP))
	}
	if a.moderated != nil {
		f := modsFormula(a.cmd.Mods)
		for _, name := range formulaColumns(f) {
			column(name, name)
		}
		out("print(rma(yi, vi, mods = %s, data = dat, method = %s, test = %s), digits = 6)   # coefficients %s", rFormula(f), method,
			rTest(a.moderated), rVector(stats.ColumnsOf(a.moderated.Coef).Value))
	}
	if s := a.cmd.Cluster; s != "" && a.blocks["multilevel"] != nil && column("cluster", orElse(c.named(s), s)) {
		rho, _ := asNumber(asTree(asTree(a.blocks["multilevel"])["che"])["rho"])
		out("library(clubSandwich)\ndat$es <- seq_len(nrow(dat))")
		out("three <- rma.mv(yi, vi, random = ~ 1 | cluster / es, data = dat, test = \"t\")\nprint(three, digits = " +
			"6)\nprint(conf_int(three, vcov = \"CR2\"))")
		out("V <- impute_covariance_matrix(dat$vi, cluster = dat$cluster, r = %s)", rNum(rho))
		out("che <- rma.mv(yi, V, random = ~ 1 | cluster / es, data = dat, test = \"t\")\nprint(che, digits = " +
			"6)\nprint(conf_int(che, vcov = \"CR2\"))")
		for _, f := range a.clusterFormulas() {
			for _, name := range formulaColumns(f) {
				column(name, name)
			}
			out("print(conf_int(rma.mv(yi, V, mods = %s, random = ~ 1 | cluster / es, data = dat, test = \"t\"), vcov = \"CR2\"), digits = 6)",
				rFormula(f))
		}
	}
	if a.blocks["two_by_two_pooled"] != nil && orFormula(c.Formula) == effect.Metafor {
		if c.Measure == string(effect.PETO) {
			out("print(rma.peto(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat), digits = 6)")
		} else {
			out("print(rma.mh(measure = %s, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat), digits = 6)", rString(c.Measure))
		}
	}
}

func rName(s string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(s) + "`"
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
