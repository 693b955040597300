package roles

import (
	"math"
	"regexp"
	"slices"

	"past/analysis/effect"
	"past/internal/metafile/names"
	"past/internal/metafile/table"
)

// Standardised mean differences that are given without variances, or as t values,
// are computed with the sizes of the two groups: as means on the scale of the
// standard deviation, which give the same d.

var yearName = regexp.MustCompile(`^(?:publication)?(?:year|jahr|annee|ano|anno)$`)

// chooseStandardised takes a table of t values or of standardised differences with
// the sizes of the groups; ok is unset where it is none.
func (r *Reading) chooseStandardised() (ok bool, err error) {
	t, err := r.bind(names.TAndSizes)
	if err != nil {
		return false, err
	}
	d, err := r.bind(names.DAndSizes)
	if err != nil {
		return false, err
	}
	switch column := t.columns["ti"]; {
	case d.fits():
		return true, r.fromDifferences(d)
	case t.fits() && r.Meaning(column) == "t" && r.Options.Columns["ti"] == "" && r.hasOtherNumbers(t.columns):
		a := table.Answer{Flag: "tval", Value: column}
		r.leaveOpen([]table.Answer{a}, "column %q: if it holds t values of two independent groups, say %s", column, a)
	case t.fits():
		return true, r.fromT(t)
	case r.Find(names.Usual[effect.KindEffectAndVar]["pi"]...) != "" && t.columns["n1i"] != "" && t.columns["n2i"] != "":
		r.leaveOpen(nil, "p values and sizes do not give the direction of an effect: give t values or effects")
	}
	return false, nil
}

// hasOtherNumbers reports whether a table has numbers beside those bound and years.
func (r *Reading) hasOtherNumbers(bound map[string]string) bool {
	label := r.LabelColumn()
	return slices.ContainsFunc(r.Names, func(n string) bool {
		for _, b := range bound {
			if n == b {
				return false
			}
		}
		return n != label && !r.IsText(n) && !yearName.MatchString(names.Fold(n))
	})
}

func (r *Reading) fromT(b binding) error {
	if err := r.adopt(b); err != nil {
		return err
	}
	r.Warn("standardised mean differences from t values of two independent groups (column %s): above 0 where group 1 is higher",
		r.ColumnName("ti"))
	return r.standardise("ti", effect.DFromT)
}

func (r *Reading) fromDifferences(b binding) error {
	if err := r.adopt(b); err != nil {
		return err
	}
	name := r.ColumnName("yi")
	j := effect.J
	if r.Formula == effect.Metapsy || r.Formula == effect.RevMan {
		j = effect.JApprox
	}
	switch m := r.Meaning(name); {
	case slices.Contains(names.Uncorrected, m):
		r.Warn("column %s is read as Cohen's d, without a correction for small samples; variances are computed with the sizes", name)
		return r.standardise("yi", func(d, _, _ float64) float64 { return d })
	case slices.Contains(names.Corrected, m):
		r.Warn("column %s is read as Hedges' g, corrected for small samples; variances are computed with the sizes", name)
		return r.standardise("yi", func(g, n1, n2 float64) float64 { return g / j(n1+n2-2) })
	}
	return table.Ask(nil, "column %q has standardised differences without variances: if they are Cohen's d, name the column d; if they are"+
		" corrected for small samples (Hedges' g), name it g; variances are then computed with the sizes", name)
}

// standardise makes columns of means and standard deviations that have the d of a
// column.
func (r *Reading) standardise(role string, d func(x, n1, n2 float64) float64) error {
	col, err := r.FloatsOf(role, "n1i", "n2i")
	if err != nil {
		return err
	}
	one, m := make([]float64, r.Rows), make([]float64, r.Rows)
	for i := range m {
		one[i], m[i] = 1, d(col[role][i], col["n1i"][i], col["n2i"][i])
		if math.IsNaN(m[i]) {
			one[i] = math.NaN()
		}
	}
	r.Set("m1i", m)
	r.Set("m2i", make([]float64, r.Rows))
	r.Set("sd1i", one)
	r.Set("sd2i", one)
	r.Kind, r.Standardised = effect.KindMeans, true
	return nil
}
