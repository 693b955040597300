package metafile

import (
	"fmt"
	"math"
	"regexp"
	"slices"

	"past/analysis/effect"
)

// Standardised mean differences that are given without variances, or as t values,
// are computed with the sizes of the two groups: as means on the scale of the
// standard deviation, which give the same d.

// The kinds of table that are looked for where no other fits.
const (
	kindTAndSizes effect.Kind = "t_and_sizes"
	kindDAndSizes effect.Kind = "d_and_sizes"
)

var (
	correctedNames   = []string{"g", "hedgesg", "hedgeg", "hedges"}
	uncorrectedNames = []string{"d", "cohensd", "cohend", "cohen"}
	yearName         = regexp.MustCompile(`^(?:publication)?(?:year|jahr|annee|ano|anno)$`)
)

func init() {
	sizes := usualNames[effect.KindMeans]
	usualNames[kindTAndSizes] = map[string][]string{"ti": append([]string{"t"}, usualNames[effectKind]["ti"]...),
		"n1i": sizes["n1i"], "n2i": sizes["n2i"]}
	usualNames[kindDAndSizes] = map[string][]string{"yi": append(slices.Concat(correctedNames, uncorrectedNames), "smd", "es", "effectsize",
		"standardizedmeandifference", "standardisedmeandifference", "stdmeandifference"), "n1i": sizes["n1i"], "n2i": sizes["n2i"]}
	needed[kindTAndSizes], needed[kindDAndSizes] = []string{"ti", "n1i", "n2i"}, []string{"yi", "n1i", "n2i"}
}

// chooseStandardised takes a table of t values or of standardised differences with
// the sizes of the groups; ok is unset where it is none.
func (c *Case) chooseStandardised() (ok bool, err error) {
	t, err := c.bind(kindTAndSizes)
	if err != nil {
		return false, err
	}
	d, err := c.bind(kindDAndSizes)
	if err != nil {
		return false, err
	}
	switch {
	case d.fits():
		return true, c.fromDifferences(d)
	case t.fits() && c.meaning(t.columns["ti"]) == "t" && c.roles["ti"] == "" && c.hasOtherNumbers(t.columns):
		c.open = append(c.open, fmt.Sprintf("column %q: if it holds t values of two independent groups, say --tval %s", t.columns["ti"],
			shellWord(t.columns["ti"])))
	case t.fits():
		return true, c.fromT(t)
	case c.find(usualNames[effectKind]["pi"]) != "" && t.columns["n1i"] != "" && t.columns["n2i"] != "":
		c.open = append(c.open, "p values and sizes do not give the direction of an effect: give t values or effects")
	}
	return false, nil
}

// hasOtherNumbers reports whether a table has numbers beside those bound and years.
func (c *Case) hasOtherNumbers(bound map[string]string) bool {
	label := c.labelColumn()
	return slices.ContainsFunc(c.names, func(n string) bool {
		for _, b := range bound {
			if n == b {
				return false
			}
		}
		return n != label && !c.IsText(n) && !yearName.MatchString(fold(n))
	})
}

func (c *Case) fromT(b binding) error {
	if err := c.adopt(b); err != nil {
		return err
	}
	err := c.standardise("ti", func(t, n1, n2 float64) float64 { return effect.DFromT(t, n1, n2) })
	c.warn("standardised mean differences from t values of two independent groups (column %s): above 0 where group 1 is higher",
		c.columnName("ti"))
	return err
}

func (c *Case) fromDifferences(b binding) error {
	if err := c.adopt(b); err != nil {
		return err
	}
	name := c.columnName("yi")
	j := effect.J
	if f := orFormula(c.Formula); f != effect.Metafor {
		j = effect.JApprox
	}
	switch m := c.meaning(name); {
	case slices.Contains(uncorrectedNames, m):
		c.warn("column %s is read as Cohen's d, without a correction for small samples; variances are computed with the sizes", name)
		return c.standardise("yi", func(d, _, _ float64) float64 { return d })
	case slices.Contains(correctedNames, m):
		c.warn("column %s is read as Hedges' g, corrected for small samples; variances are computed with the sizes", name)
		return c.standardise("yi", func(g, n1, n2 float64) float64 { return g / j(n1+n2-2) })
	}
	return fmt.Errorf("column %q has standardised differences without variances: if they are Cohen's d, name the column d; if they are "+
		"corrected"+
		" for small samples (Hedges' g), name it g; variances are then computed with the sizes", name)
}

// standardise makes columns of means and standard deviations that have the d of a
// column.
func (c *Case) standardise(role string, d func(x, n1, n2 float64) float64) error {
	col := map[string][]float64{}
	for _, name := range []string{role, "n1i", "n2i"} {
		x, err := c.Floats(name)
		if err != nil {
			return err
		}
		col[name] = x
	}
	one, zero := make([]float64, c.Rows), make([]float64, c.Rows)
	m := make([]float64, c.Rows)
	for i := range m {
		one[i] = 1
		m[i] = d(col[role][i], col["n1i"][i], col["n2i"][i])
		if math.IsNaN(m[i]) {
			one[i] = math.NaN()
		}
	}
	c.set("m1i", m)
	c.set("m2i", zero)
	c.set("sd1i", one)
	c.set("sd2i", one)
	c.Kind, c.standardised = string(effect.KindMeans), true
	return nil
}
