package export

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"past/analysis/meta"
	"past/internal/evidence"
)

// Script is one R program that reproduces one pooled number.
type Script struct {
	Name string // file name
	Text string
}

// Scripts gives a metafor script for every pooled number of a finding: the
// primary model, the sensitivity models, the subgroups and the models without
// one study each. A result without studies has none; one that a script cannot
// reproduce (multilevel models with robust variances among them) is named in
// skipped with the reason.
func Scripts(f evidence.Finding, editionID string) (scripts []Script, skipped []string) {
	add := func(part string, p evidence.PooledResult) {
		if p.K == 0 || p.Estimate == nil {
			return
		}
		name := f.ID
		if part != "" {
			name += "." + part
		}
		text, err := script(f, p, editionID)
		if err != nil {
			skipped = append(skipped, name+": "+err.Error())
			return
		}
		scripts = append(scripts, Script{Name: name + ".R", Text: text})
	}
	add("", f.Primary)
	for i, p := range f.Sensitivity {
		add(fmt.Sprintf("sensitivity-%d", i+1), p)
	}
	for _, s := range f.Subgroups {
		for i, g := range s.Groups {
			add(fmt.Sprintf("subgroup-%s-%d", fileSlug(s.Factor), i+1), g)
		}
	}
	for i, p := range f.LeaveOneOut {
		add(fmt.Sprintf("without-%d", i+1), p)
	}
	return scripts, skipped
}

func fileSlug(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		if r >= 'A' && r <= 'Z' {
			return r + 32
		}
		return '-'
	}, s)
}

func script(f evidence.Finding, p evidence.PooledResult, editionID string) (string, error) {
	single := p.Method == "single study"
	if !single && !meta.Method(p.Method).InMetafor() {
		return "", fmt.Errorf("method %q is not one that metafor's rma fits", p.Method)
	}
	if !single && !slices.Contains([]string{"z", "t", "knha", "adhoc"}, p.Test) {
		return "", fmt.Errorf("test %q is not one of metafor's", p.Test)
	}
	effects, err := effectsOf(f, p)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n# Finding %s, %s. Permalink: f/%s@%s\n", rComment(f.Title), f.ID, rComment(firstOf(p.Label, "primary")), f.ID,
		editionID)
	fmt.Fprintf(&b, "# Measure %s, formula mode %s, method %s, test %s. Reproduces the number with R's metafor;\n# stops with "+
		"an error where they differ by more than 1e-6.\n\n", p.Measure, p.Formula, p.Method, p.Test)
	b.WriteString("suppressPackageStartupMessages(library(metafor))\n\n")
	writeData(&b, effects)
	if err := writeEffects(&b, p, effects); err != nil {
		return "", err
	}
	writeFit(&b, p, single)
	writeChecks(&b, p)
	return b.String(), nil
}

func firstOf(vals ...string) string {
	for _, v := range vals {
		if v != "" {
			return v
		}
	}
	return ""
}

func effectsOf(f evidence.Finding, p evidence.PooledResult) ([]evidence.Effect, error) {
	byID := map[string]evidence.Effect{}
	for _, e := range f.Effects {
		byID[e.ID] = e
	}
	var out []evidence.Effect
	for _, id := range p.EffectIDs {
		e, ok := byID[id]
		if !ok {
			return nil, fmt.Errorf("effect %s is not among those that the finding carries", id)
		}
		if e.Measure != p.Measure {
			return nil, fmt.Errorf("effect %s is a %s, the model pools %s", id, e.Measure, p.Measure)
		}
		out = append(out, e)
	}
	if len(out) != p.K {
		return nil, fmt.Errorf("the model names %d effects for k = %d", len(out), p.K)
	}
	return out, nil
}

func counts(e evidence.Effect) bool {
	return e.Event1 != nil && e.Event2 != nil && e.N1 != nil && e.N2 != nil
}

func means(e evidence.Effect) bool {
	for _, v := range []*float64{e.N1, e.Mean1, e.SD1, e.N2, e.Mean2, e.SD2} {
		if v == nil {
			return false
		}
	}
	return true
}

// raw reports whether an effect carries the numbers that its measure needs.
func raw(measure string, e evidence.Effect) bool {
	if measure == "SMD" || measure == "MD" {
		return means(e)
	}
	return counts(e)
}

func writeData(b *strings.Builder, effects []evidence.Effect) {
	b.WriteString("# The numbers of each study. given_yi and given_vi are the effect and its variance as\n# published (in the " +
		"finding's own formula mode); they are recomputed below from the raw numbers.\ndat <- data.frame(\n")
	col := func(name string, of func(evidence.Effect) string) {
		vals := make([]string, len(effects))
		for i, e := range effects {
			vals[i] = of(e)
		}
		fmt.Fprintf(b, "  %-8s = c(%s),\n", name, strings.Join(vals, ", "))
	}
	col("study", func(e evidence.Effect) string { return rString(e.StudyLabel) })
	col("effect", func(e evidence.Effect) string { return rString(e.ID) })
	for _, c := range []struct {
		name string
		of   func(evidence.Effect) *float64
	}{
		{"n1", func(e evidence.Effect) *float64 { return e.N1 }}, {"m1", func(e evidence.Effect) *float64 { return e.Mean1 }},
		{"sd1", func(e evidence.Effect) *float64 { return e.SD1 }}, {"n2", func(e evidence.Effect) *float64 { return e.N2 }},
		{"m2", func(e evidence.Effect) *float64 { return e.Mean2 }}, {"sd2", func(e evidence.Effect) *float64 { return e.SD2 }},
		{"events1", func(e evidence.Effect) *float64 { return e.Event1 }}, {"events2", func(e evidence.Effect) *float64 { return e.Event2 }},
	} {
		col(c.name, func(e evidence.Effect) string { return rNumber(c.of(e)) })
	}
	col("given_yi", func(e evidence.Effect) string { return rNumber(e.Estimate) })
	col("given_vi", func(e evidence.Effect) string { return rNumber(e.Variance) })
	b.WriteString("  stringsAsFactors = FALSE)\n\n")
}

func writeEffects(b *strings.Builder, p evidence.PooledResult, effects []evidence.Effect) error {
	complete := true
	other := 0 // effects that the finding carries in another formula mode
	for _, e := range effects {
		complete = complete && raw(p.Measure, e)
		if e.Formula != p.Formula && !e.Contrast() {
			other++
			if !raw(p.Measure, e) {
				return fmt.Errorf("effect %s has no raw numbers to compute it in formula mode %s", e.ID, p.Formula)
			}
		}
	}
	code, err := formula(p.Measure, p.Formula)
	if err != nil {
		return err
	}
	b.WriteString(code)
	if !complete {
		b.WriteString("# Not every study has raw numbers: those without keep the published effect.\nlost <- is.na(yi) | " +
			"is.na(vi)\nyi[lost] <- dat$given_yi[lost]\nvi[lost] <- dat$given_vi[lost]\n")
	}
	b.WriteString("close_to <- function(a, b) all(abs(a - b) <= 1e-6 * pmax(1, abs(b)))\n")
	if other == 0 {
		b.WriteString("stopifnot(close_to(yi, dat$given_yi), close_to(vi, dat$given_vi))\n\n")
	} else {
		b.WriteString("# The finding publishes its effects in another formula mode: nothing to hold them against here.\n\n")
	}
	return nil
}

// formula is R code that makes yi and vi of dat. In mode metafor metafor does
// it; the other modes are written out, since metafor has no switch for them.
func formula(measure, mode string) (string, error) {
	twoByTwo := measure == "RR" || measure == "OR" || measure == "RD"
	switch {
	case mode == "metafor" && measure == "SMD", mode == "metafor" && measure == "MD":
		return "es <- escalc(measure = " + rString(measure) +
				", m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2, data = dat)\nyi <- as.numeric(es$yi)\nvi <- as.numeric(es$vi)\n",
			nil
	case mode == "metafor" && twoByTwo:
		return "es <- escalc(measure = " + rString(measure) +
			", ai = events1, n1i = n1, ci = events2, n2i = n2, data = dat)\nyi <- as.numeric(es$yi)\nvi <- as.numeric(es$vi)\n", nil
	case (mode == "metapsy" || mode == "revman") && measure == "SMD":
		v := "d^2 / (2 * N)"
		if mode == "revman" {
			v = "yi^2 / (2 * (N - 3.94))"
		}
		return "# Standardised mean difference in mode " + mode +
			".\nN  <- with(dat, n1 + n2)\nsp <- with(dat, sqrt(((n1 - 1) * sd1^2 + (n2 - 1) * sd2^2) / (N - 2)))\nd  <- with(dat, " +
			"(m1 - m2) / sp)\n" +
			"yi <- d * (1 - 3 / (4 * N - 9))\nvi <- with(dat, N / (n1 * n2)) + " + v + "\n", nil
	case (mode == "metapsy" || mode == "revman") && measure == "MD":
		return "yi <- with(dat, m1 - m2)\nvi <- with(dat, sd1^2 / n1 + sd2^2 / n2)\n", nil
	case (mode == "metapsy" || mode == "revman") && twoByTwo:
		return twoByTwoFormula(measure, mode), nil
	}
	return "", fmt.Errorf("no script knows measure %s in formula mode %s", measure, mode)
}

func twoByTwoFormula(measure, mode string) string {
	head := "# " + measure + " in mode " + mode +
		": its own rules for cells of zero.\na <- dat$events1; b <- dat$n1 - a; cc <- dat$events2; d <- dat$n2 - cc\n"
	switch measure {
	case "RR":
		size := "inc"
		if mode == "revman" {
			size = "2 * inc"
		}
		return head + "inc <- ifelse(a == 0 | cc == 0, 0.5, 0)\ns1 <- dat$n1 + " + size + "; s2 <- dat$n2 + " + size +
			"\nyi <- log((a + inc) / s1) - log((cc + inc) / s2)\nvi <- 1 / (a + inc) - 1 / s1 + 1 / (cc + inc) - 1 / s2\n"
	case "OR":
		return head + "inc <- ifelse(a == 0 | b == 0 | cc == 0 | d == 0, 0.5, 0)\nyi <- log((a + inc) * (d + inc) / ((b + inc) * " +
			"(cc + inc)))\nvi <- 1 / (a + inc) + 1 / (b + inc) + 1 / (cc + inc) + 1 / (d + inc)\n"
	}
	when := "a == 0 | b == 0 | cc == 0 | d == 0"
	if mode == "revman" {
		when = "(a == 0 | b == 0) & (cc == 0 | d == 0)"
	}
	return head + "inc <- ifelse(" + when +
		", 0.5, 0)\ns1 <- dat$n1 + 2 * inc; s2 <- dat$n2 + 2 * inc\nyi <- a / dat$n1 - cc / dat$n2\nvi <- (a + inc) * (b + inc) / " +
		"s1^3 + (cc + inc) * (d + inc) / s2^3\n"
}

// rControl asks metafor's iterations for more digits than it prints; a Fisher
// scoring that does not settle is tried again with half steps, as its authors
// advise.
const rControl = `fit_model <- function(method, test) {
  for (step in c(1, 0.5, 0.1)) {
    control <- list(threshold = 1e-12, tol = 1e-14, maxiter = 100000, stepadj = step)
    fit <- try(suppressWarnings(rma(yi = yi, vi = vi, method = method, test = test, control = control)), silent = TRUE)
    if (!inherits(fit, "try-error")) return(fit)
  }
  stop("metafor does not settle: ", fit)
}
`

func writeFit(b *strings.Builder, p evidence.PooledResult, single bool) {
	if single {
		b.WriteString("# One study: its own estimate with the normal interval.\nestimate <- yi[1]\nse <- sqrt(vi[1])\nci <- " +
			"estimate + c(-1, 1) * qnorm(0.975) * se\n")
		return
	}
	b.WriteString(rControl)
	test := p.Test
	if p.Guarded() {
		test = "adhoc"
		b.WriteString("# The guard: the Knapp-Hartung interval is narrower than the common-effect one here, so the\n# scale " +
			"factor is held at 1. Footnote: the interval without the guard.\n")
		fmt.Fprintf(b, "plain <- fit_model(%s, %s)\nunguarded <- c(plain$ci.lb, plain$ci.ub)\n", rString(p.Method), rString(p.Test))
	}
	fmt.Fprintf(b, "fit <- fit_model(%s, %s)\nestimate <- as.numeric(fit$beta)\nse <- fit$se\nci <- c(fit$ci.lb, "+
		"fit$ci.ub)\ntau2 <- fit$tau2\nQ <- fit$QE\n", rString(p.Method), rString(test))
	writePrediction(b, p)
}

// writePrediction writes the prediction interval by the rule that the result
// names: quantile and standard error.
func writePrediction(b *strings.Builder, p evidence.PooledResult) {
	if p.PILower == nil {
		return
	}
	q, se := "qt(0.975, max(fit$k - 1, 1))", "se"
	if strings.HasPrefix(p.PIRule, "t(k-2)") {
		q = "qt(0.975, max(fit$k - 2, 1))"
	} else if strings.HasPrefix(p.PIRule, "normal") {
		q = "qnorm(0.975)"
	}
	fmt.Fprintf(b, "# Prediction interval: %s.\n", rComment(p.PIRule))
	if strings.Contains(p.PIRule, "without Knapp-Hartung") {
		fmt.Fprintf(b, "classic <- fit_model(%s, \"z\")\n", rString(p.Method))
		se = "classic$se"
	}
	fmt.Fprintf(b, "pi_ <- estimate + c(-1, 1) * %s * sqrt(%s^2 + tau2)\n", q, se)
}

func writeChecks(b *strings.Builder, p evidence.PooledResult) {
	ratio := p.Measure == "RR" || p.Measure == "OR"
	b.WriteString("\nshow <- function(name, x) cat(sprintf(\"%-9s %s\\n\", name, paste(format(x, digits = 10), collapse = \"  \")))\n")
	line := func(name, expr string) { fmt.Fprintf(b, "show(%s, %s)\n", rString(name), expr) }
	line("estimate", "estimate")
	line("se", "se")
	line("ci", "ci")
	if p.Guarded() {
		line("unguarded", "unguarded")
	}
	if p.PILower != nil {
		line("pi", "pi_")
	}
	if ratio {
		line("ratio", "exp(c(estimate, ci))")
	}
	b.WriteString("\n# Our numbers.\n")
	check := func(name, expr string, vals ...*float64) {
		out := make([]string, len(vals))
		for i, v := range vals {
			if v == nil {
				return
			}
			out[i] = rNumber(v)
		}
		fmt.Fprintf(b, "stopifnot(%s = close_to(%s, c(%s)))\n", rString(name), expr, strings.Join(out, ", "))
	}
	check("estimate agrees", "estimate", p.Estimate)
	check("standard error agrees", "se", p.SE)
	check("interval agrees", "ci", p.CILower, p.CIUpper)
	if p.Method != "single study" {
		check("unguarded interval agrees", "unguarded", p.UnguardedLow, p.UnguardedHigh)
		check("prediction interval agrees", "pi_", p.PILower, p.PIUpper)
		check("tau2 agrees", "tau2", p.Tau2)
		check("Q agrees", "Q", p.Q)
	}
	b.WriteString("cat(\"agrees with the published number to 1e-6\\n\")\n")
}

// rNumber is a literal that R reads back to the same double, NA for none.
func rNumber(v *float64) string {
	if v == nil || math.IsNaN(*v) {
		return "NA"
	}
	if math.IsInf(*v, 0) {
		return strings.Replace(strconv.FormatFloat(*v, 'g', -1, 64), "+", "", 1)
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

// rString is an R string in ASCII, so that the script reads the same under any
// locale.
func rString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		case r == 0 || r > 0xffff:
			b.WriteByte('?')
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// rComment keeps a text within its comment line.
func rComment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		if r > 0x7e {
			return '?'
		}
		return r
	}, s)
}
