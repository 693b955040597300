package meta

import (
	"fmt"
	"strings"
)

// Method names an estimator of the between-study variance tau2, or a model
// without one.
type Method string

// The estimators. P is the matrix W - W X (X'W X)^-1 X'W of the weights named.
const (
	// FE is the fixed-effects model: tau2 = 0, inference about the studies at hand.
	FE Method = "FE"
	// EE is the equal-effects (common-effect) model: computed as FE, read otherwise.
	EE Method = "EE"
	// DL: tau2 = (Q - (k-p)) / tr(P), W = 1/v (DerSimonian & Laird 1986, eq. 5).
	DL Method = "DL"
	// HE: tau2 = (RSS - tr(P V)) / (k-p), W = I (Hedges & Olkin 1985, ch. 9).
	HE Method = "HE"
	// HS: tau2 = (Q - k) / sum(1/v) (Schmidt & Hunter; Viechtbauer 2005, eq. 9).
	HS Method = "HS"
	// HSk: HS with Q multiplied by k/(k-p) (Brannick et al. 2019).
	HSk Method = "HSk"
	// SJ: tau2 = tau2_0 y'P y / (k-p), W = 1/(v + tau2_0), tau2_0 the variance of
	// the effects with divisor k (Sidik & Jonkman 2005, eq. 8 rescaled as in metafor).
	SJ Method = "SJ"
	// ML maximises the likelihood (Hardy & Thompson 1996).
	ML Method = "ML"
	// REML maximises the restricted likelihood (Raudenbush 2009, eq. 16.16).
	REML Method = "REML"
	// EB is the empirical Bayes estimator (Morris 1983); its estimating equation is
	// that of PM (Viechtbauer et al. 2015).
	EB Method = "EB"
	// PM solves Q(tau2) = k-p (Paule & Mandel 1982; DerSimonian & Kacker 2007).
	PM Method = "PM"
	// PMM solves Q(tau2) = median of chi-square with k-p df (Viechtbauer 2021).
	PMM Method = "PMM"
)

// Methods lists every method: those above in the order of their constants, then
// those that files of their own add.
func Methods() []Method {
	var out []Method
	for _, e := range estimators {
		out = append(out, e.name)
	}
	return out
}

// names joins methods for a message.
func names(ms []Method) string {
	var out []string
	for _, m := range ms {
		out = append(out, string(m))
	}
	return strings.Join(out, ", ")
}

// InMetafor reports whether R's metafor has the method by the same name.
func (m Method) InMetafor() bool {
	e := m.estimator()
	return e != nil && e.metafor
}

// ParseMethod reads a method's name in any letter case; "CE" is read as EE. The
// empty string is REML.
func ParseMethod(s string) (Method, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return REML, nil
	}
	if strings.EqualFold(s, "CE") {
		return EE, nil
	}
	for _, m := range Methods() {
		if strings.EqualFold(s, string(m)) {
			return m, nil
		}
	}
	return "", fmt.Errorf("unknown method %q: use one of %s", s, names(Methods()))
}

// common reports whether the method assumes tau2 = 0.
func (m Method) common() bool { return m == FE || m == EE }

// Test names how coefficients are tested and their intervals are made.
type Test string

const (
	// Z: normal quantiles.
	Z Test = "z"
	// T: t quantiles with k-p degrees of freedom, standard error unscaled.
	T Test = "t"
	// KnHa: Knapp-Hartung; the variance is multiplied by
	// s2w = sum(w (y - x'b)^2) / (k-p), t quantiles with k-p degrees of freedom
	// (Hartung 1999; Sidik & Jonkman 2002; Knapp & Hartung 2003).
	KnHa Test = "knha"
	// AdHoc: Knapp-Hartung with s2w never below 1 (Knapp & Hartung 2003, sec. 4).
	AdHoc Test = "adhoc"
)

// Tests lists every test in the order of their constants.
func Tests() []Test { return []Test{Z, T, KnHa, AdHoc} }

// ParseTest reads a test's name in any letter case; "hksj" is read as knha. The
// empty string is z.
func ParseTest(s string) (Test, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "":
		return Z, nil
	case "hksj", "hk":
		return KnHa, nil
	}
	for _, t := range Tests() {
		if s == string(t) {
			return t, nil
		}
	}
	return "", fmt.Errorf("unknown test %q: use one of z, t, knha, adhoc", s)
}

// scaled reports whether the test multiplies the variance by s2w.
func (t Test) scaled() bool { return t == KnHa || t == AdHoc }
