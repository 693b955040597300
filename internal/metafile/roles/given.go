package roles

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/metafile/names"
	"past/internal/metafile/table"
)

// What a table gives instead of effects with variances, or of means with standard
// deviations, is turned into them here: intervals, t, z and p values; ratios;
// medians with quartiles or ranges.

// The scales of given ratios.
const (
	scaleLog        = "log"          // effects and standard errors are logarithms
	scaleRatio      = "ratio"        // both are ratios
	scaleRatioLogSE = "ratio-log-se" // ratios with standard errors of their logarithms
)

// IsLog reports whether a measure's back-transformation is the exponential.
func IsLog(m effect.Measure) bool {
	back, ok := effect.BackTransform(m, nil)
	return ok && back(0) == 1 && back(1) > 2.7
}

// derive completes the columns of a chosen kind; the measure may be found out by
// the name of the effect's column.
func (r *Reading) derive() error {
	switch r.Kind {
	case effect.KindMeans:
		if err := r.deriveMeans("1i"); err != nil {
			return err
		}
		return r.deriveMeans("2i")
	case effect.KindEffectAndVar:
		name := r.Chosen["yi"]
		if byName := cmp.Or(names.Ratio(name), names.Log(name)); byName != "" && r.Measure == effect.GEN {
			r.Measure = byName
		}
		return r.deriveErrors()
	}
	return nil
}

// spreads are the roles that a standard error comes from, the first one first.
var spreads = []string{"vi", "sei", "lb", "ti", "zi", "pi"}

// deriveErrors makes columns of effects and standard errors on the scale of the
// analysis; a variance or standard error that is on it already stays as given.
func (r *Reading) deriveErrors() error {
	source := spreads[slices.IndexFunc(spreads, func(role string) bool { return r.Chosen[role] != "" })]
	given := source == "vi" || source == "sei"
	y, err := r.Floats("yi")
	if err != nil {
		return err
	}
	var x, ub []float64
	if source == "lb" {
		if x, err = r.Floats("lb"); err == nil {
			ub, err = r.Floats("ub")
		}
	}
	if err != nil {
		return err
	}
	scale := scaleLog
	if IsLog(r.Measure) {
		scale, err = r.ratioScale(y, x, ub, given)
	} else if r.Scale != "" {
		err = fmt.Errorf("--scale is for ratio measures; %s is none", r.Measure)
	}
	if err != nil || given && scale == scaleLog {
		return err
	}
	if x == nil {
		if x, err = r.Floats(source); err != nil {
			return err
		}
	}
	value := slices.Clone(y)
	for i := range value {
		if scale != scaleLog {
			value[i] = math.Log(y[i])
		}
		if !(y[i] > 0) && scale != scaleLog {
			value[i] = math.NaN()
		}
	}
	se, err := r.errors(source, scale, y, value, x, ub)
	if err != nil {
		return err
	}
	if scale != scaleLog {
		r.Warn("column %s holds ratios: they are analysed as logarithms", r.ColumnName("yi"))
	}
	r.Set("yi", value)
	r.Set("sei", se)
	delete(r.Table.Columns, "vi")
	return nil
}

// ratioScale says whether given effects of a ratio measure are logarithms: by the
// user's word, the column's name, a value below 0, or the side to which intervals
// are lopsided. Where none of these decides it asks.
func (r *Reading) ratioScale(y, lb, ub []float64, given bool) (string, error) {
	column := r.ColumnName("yi")
	name := r.Meaning(column)
	ratio := names.Ratio(column) != ""
	negative := slices.ContainsFunc(y, func(x float64) bool { return x < 0 })
	switch {
	case r.Scale != "":
		return r.Scale, nil
	case ratio && negative:
		return "", table.Ask([]table.Answer{{Flag: "scale", Value: scaleLog}}, "column %s is named as a ratio and holds numbers below 0, which"+
			" no ratio is: say --scale log if they are logarithms", column)
	case negative, strings.Contains(name, "log"), strings.HasPrefix(name, "ln"), name == "yi":
		return scaleLog, nil
	case lb != nil:
		var plain, log float64
		for i := range y {
			if lb[i] > 0 && y[i] > 0 {
				plain += math.Abs((ub[i]-y[i])-(y[i]-lb[i])) / (ub[i] - lb[i])
				log += math.Abs(math.Log(ub[i]/y[i])-math.Log(y[i]/lb[i])) / math.Log(ub[i]/lb[i])
			}
		}
		if log < plain/2 {
			return scaleRatio, nil
		}
		if plain < log/2 {
			return scaleLog, nil
		}
		if ratio && !slices.ContainsFunc(lb, func(x float64) bool { return x <= 0 }) {
			return scaleRatio, nil // limits too rounded to say, and none that only a logarithm has
		}
	case ratio && !given:
		return scaleRatio, nil
	}
	var answers []table.Answer
	for _, s := range []string{scaleLog, scaleRatio, scaleRatioLogSE} {
		answers = append(answers, table.Answer{Flag: "scale", Value: s})
	}
	return "", table.Ask(answers, "measure %s and the effects (column %s) are all positive: are they ratios, or logarithms? Say --scale log"+
		" (effects and standard errors are logarithms), --scale ratio (both are ratios) or --scale ratio-log-se (ratios with the standard"+
		" errors of their logarithms)", r.Measure, column)
}

// errors are standard errors of the values, which are the effects y on the scale of
// the analysis, from the column x of a role.
func (r *Reading) errors(source, scale string, y, value, x, ub []float64) ([]float64, error) {
	level := cmp.Or(names.Level(r.ColumnName("lb")), r.Level, 0.95) // the column's own word, whatever the answer's level
	df := func(int) float64 { return math.Inf(1) }
	switch source {
	case "lb":
		r.Warn("standard errors from %g %% intervals (columns %s and %s), taken as normal ones", 100*level, r.ColumnName("lb"),
			r.ColumnName("ub"))
	case "pi":
		r.Warn("standard errors from p values (column %s): rounded p values make them rough", r.ColumnName("pi"))
		n, err := r.degrees()
		if err != nil {
			return nil, err
		}
		if n != nil {
			df = func(i int) float64 { return n[i] }
		}
	}
	out := make([]float64, len(y))
	var off []int
	for i := range y {
		out[i] = math.NaN()
		if math.IsNaN(y[i]) || math.IsNaN(x[i]) || ub != nil && math.IsNaN(ub[i]) {
			continue
		}
		var err error
		switch source {
		case "lb":
			var middle bool
			if out[i], middle, err = fromLimits(y[i], x[i], ub[i], level, scale); err != nil {
				return nil, fmt.Errorf("%s: %w", r.RowName(i), err)
			}
			if !middle {
				off = append(off, i)
			}
		case "ti", "zi":
			if out[i] = math.Abs(value[i] / x[i]); x[i] == 0 || value[i] == 0 {
				err = errors.New("an effect or statistic of 0 has no standard error")
			}
		case "pi":
			out[i], _, err = effect.SEFromP(math.Abs(value[i]), x[i], df(i))
		default:
			if out[i] = x[i]; source == "vi" {
				out[i] = math.Sqrt(x[i])
			}
			if scale == scaleRatio {
				out[i] /= y[i] // by the delta method
			}
		}
		if err != nil {
			return nil, r.CellError(i, source, "%w", err)
		}
	}
	r.WarnRows(off, "the effect is not in the middle of its interval, as an estimate on the scale of the analysis is; check the row")
	return out, nil
}

// fromLimits is a standard error from confidence limits, on the ratio scale that of
// the logarithm; middle is unset where the effect is not in the middle.
func fromLimits(y, lb, ub, level float64, scale string) (se float64, middle bool, err error) {
	if !(lb < ub) || y < lb || y > ub {
		return 0, false, fmt.Errorf("the effect %g does not lie within its limits %g and %g", y, lb, ub)
	}
	if scale != scaleLog {
		if !(lb > 0) {
			return 0, false, fmt.Errorf("a ratio cannot have the lower limit %g", lb)
		}
		y, lb, ub = math.Log(y), math.Log(lb), math.Log(ub)
	}
	se, err = effect.SEFromCI(lb, ub, level, math.Inf(1))
	return se, math.Abs(ub+lb-2*y) <= 0.2*(ub-lb), err
}

// degrees are n1+n2-2 where the table has the sizes of the groups.
func (r *Reading) degrees() ([]float64, error) {
	b, err := r.bind(effect.KindMeans)
	if err != nil || b.columns["n1i"] == "" || b.columns["n2i"] == "" {
		return nil, err
	}
	n1, _, err := r.whole(b.columns["n1i"], true)
	if err != nil {
		return nil, err
	}
	n2, _, err := r.whole(b.columns["n2i"], true)
	if err != nil {
		return nil, err
	}
	for i := range n1 {
		n1[i] += n2[i] - 2
	}
	return n1, nil
}

// deriveMeans makes the means and standard deviations of one group: from standard
// errors of the mean, and from medians with quartiles or ranges in the rows that
// lack them.
func (r *Reading) deriveMeans(arm string) error {
	x := map[string][]float64{}
	read := func(role string) (err error) {
		x[role] = slices.Repeat([]float64{math.NaN()}, r.Rows)
		if r.Has(role + arm) {
			x[role], err = r.Floats(role + arm)
		}
		return err
	}
	if r.Chosen["se"+arm] != "" && r.Chosen["sd"+arm] == "" {
		if err := cmp.Or(read("se"), read("n")); err != nil {
			return err
		}
		for i, n := range x["n"] {
			x["se"][i] *= math.Sqrt(n)
		}
		r.Warn("standard deviations of group %c from standard errors of the mean (column %s)", arm[0], r.ColumnName("se"+arm))
		r.Set("sd"+arm, x["se"])
	}
	if r.Chosen["med"+arm] == "" {
		return nil
	}
	for _, role := range []string{"m", "sd", "n", "med", "q1", "q3", "min", "max"} {
		if err := read(role); err != nil {
			return err
		}
	}
	var made []int
	for i := range x["m"] {
		if !math.IsNaN(x["m"][i]) && !math.IsNaN(x["sd"][i]) || math.IsNaN(x["med"][i]) {
			continue
		}
		q := effect.Quantiles{Min: x["min"][i], Q1: x["q1"][i], Median: x["med"][i], Q3: x["q3"][i], Max: x["max"][i], N: x["n"][i]}
		m, _, err := effect.MeanSDFromQuantiles(q)
		if err != nil {
			return fmt.Errorf("%s, median of group %c: %w", r.RowName(i), arm[0], err)
		}
		x["m"][i], x["sd"][i] = m.Mean, m.SD
		if statistic, critical, err := effect.SkewnessTest(q, q.Scenario()); err == nil && critical > 0 && statistic > critical {
			r.Warn("%s: the quantiles of group %c are skewed; a mean made from them misleads", r.RowName(i), arm[0])
		}
		made = append(made, i)
	}
	r.WarnRows(made, "mean and SD of group %c are estimated from the median (Luo 2018; Wan 2014; Shi 2020)", arm[0])
	r.Set("m"+arm, x["m"])
	r.Set("sd"+arm, x["sd"])
	return nil
}
