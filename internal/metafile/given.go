package metafile

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"past/analysis/effect"
	human "past/internal/text"
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

// ratioNames are column names that hold ratios, with the measure they name.
var ratioNames = map[string]effect.Measure{"or": effect.OR, "oddsratio": effect.OR, "rr": effect.RR, "riskratio": effect.RR,
	"relativerisk": effect.RR,
	"hr":           effect.HR, "hazardratio": effect.HR, "irr": effect.IRR, "rateratio": effect.IRR}

// logNames are column names that hold logarithms of ratios.
var logNames = map[string]effect.Measure{"logor": effect.OR, "lnor": effect.OR, "logrr": effect.RR, "lnrr": effect.RR, "loghr": effect.HR,
	"lnhr": effect.HR}

// derive completes the columns of a chosen kind; the measure may be found out by
// the name of the effect's column.
func (c *Case) derive(m effect.Measure) (effect.Measure, error) {
	switch effect.Kind(c.Kind) {
	case effect.KindMeans:
		return m, c.deriveMeans()
	case effect.KindEffectAndVar:
		name := meaning(c.chosen["yi"])
		if byName := orElse(ratioNames[name], logNames[name]); byName != "" && m == effect.GEN {
			m = byName
		}
		return m, c.deriveErrors(m)
	}
	return m, nil
}

// deriveErrors makes a column of standard errors on the scale of the analysis.
func (c *Case) deriveErrors(m effect.Measure) error {
	y, err := c.Floats("yi")
	if err != nil {
		return err
	}
	lb, ub, err := c.limits()
	if err != nil {
		return err
	}
	scale := scaleLog
	if isLog(m) {
		if scale, err = c.ratioScale(m, y, lb, ub); err != nil {
			return err
		}
	} else if c.scale != "" {
		return fmt.Errorf("--scale is for ratio measures; %s is none", m)
	}
	se, err := c.errors(y, lb, ub, scale)
	if err != nil {
		return err
	}
	if scale == scaleLog && se == nil {
		return nil // the variance or the standard error stays as given
	}
	if scale != scaleLog {
		own := c.chosen["vi"] != "" || c.chosen["sei"] != ""
		y, se = logged(y, se, own && scale == scaleRatio)
		c.warn("column %s holds ratios: they are analysed as logarithms", c.columnName("yi"))
	}
	c.set("yi", y)
	c.set("sei", se)
	delete(c.columns, "vi")
	return nil
}

// limits are the given limits, nil where a variance or standard error goes first.
func (c *Case) limits() (lb, ub []float64, err error) {
	if c.chosen["lb"] == "" || c.chosen["vi"] != "" || c.chosen["sei"] != "" {
		return nil, nil, nil
	}
	if lb, err = c.Floats("lb"); err != nil {
		return nil, nil, err
	}
	ub, err = c.Floats("ub")
	return lb, ub, err
}

// ratioScale says whether given effects of a ratio measure are logarithms: by the
// user's word, the column's name, a value below 0, or the side to which intervals
// are lopsided. Where none of these decides it asks.
func (c *Case) ratioScale(m effect.Measure, y, lb, ub []float64) (string, error) {
	name := meaning(c.columnName("yi"))
	switch {
	case c.scale != "":
		return c.scale, nil
	case ratioNames[name] != "" && slices.ContainsFunc(y, func(x float64) bool { return x < 0 }):
		return "", fmt.Errorf("column %s is named as a ratio and holds numbers below 0, which no ratio is: say --scale log if "+
			"they are logarithms", c.columnName("yi"))
	case slices.ContainsFunc(y, func(x float64) bool { return x < 0 }), strings.Contains(name, "log"), strings.HasPrefix(name, "ln"),
		name == "yi":
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
	case ratioNames[name] != "" && c.chosen["vi"] == "" && c.chosen["sei"] == "":
		return scaleRatio, nil
	}
	return "", fmt.Errorf("measure %s and the effects (column %s) are all positive: are they ratios, or logarithms? Say "+
		"--scale log (effects and standard errors are logarithms), --scale ratio (both are ratios) or --scale ratio-log-se (ratios "+
		"with the standard errors of their logarithms)",
		m, c.columnName("yi"))
}

// errors are standard errors on the scale given, nil where the table's own variance
// or standard error is on the scale of the analysis already.
func (c *Case) errors(y, lb, ub []float64, scale string) ([]float64, error) {
	level := statedLevel(c.columnName("lb"))
	switch {
	case level != 0: // of the column's name, whatever the answer's level
	case c.level != 0:
		level = c.level
	default:
		level = 0.95
	}
	each := func(role string, f func(y, x float64) (float64, error)) ([]float64, error) {
		x, err := c.Floats(role)
		if err != nil {
			return nil, err
		}
		out := make([]float64, len(y))
		for i := range y {
			out[i] = math.NaN()
			if math.IsNaN(y[i]) || math.IsNaN(x[i]) {
				continue
			}
			if out[i], err = f(y[i], x[i]); err != nil {
				return nil, fmt.Errorf("%s, column %s: %w", c.rowName(i), c.columnName(role), err)
			}
		}
		return out, nil
	}
	switch {
	case c.chosen["vi"] != "" && scale != scaleLog:
		return each("vi", func(_, v float64) (float64, error) { return math.Sqrt(v), nil })
	case c.chosen["sei"] != "" && scale != scaleLog:
		return c.Floats("sei")
	case c.chosen["vi"] != "" || c.chosen["sei"] != "":
		return nil, nil
	case lb != nil:
		c.warn("standard errors from %g %% intervals (columns %s and %s), taken as normal ones", 100*level, c.columnName("lb"),
			c.columnName("ub"))
		return c.fromLimits(y, lb, ub, level, scale)
	}
	df, err := c.degrees()
	if err != nil {
		return nil, err
	}
	at := 0
	next := func(i int) float64 {
		if df == nil {
			return math.Inf(1)
		}
		return df[i]
	}
	ratio := func(y, x float64) (float64, error) {
		if x == 0 || y == 0 {
			return 0, fmt.Errorf("an effect or statistic of 0 has no standard error")
		}
		return math.Abs(y / x), nil
	}
	value := y
	if scale != scaleLog { // the statistic tests the logarithm
		value = make([]float64, len(y))
		for i := range y {
			value[i] = math.Log(y[i])
		}
	}
	y = value
	switch {
	case c.chosen["ti"] != "":
		return each("ti", ratio)
	case c.chosen["zi"] != "":
		return each("zi", ratio)
	}
	c.warn("standard errors from p values (column %s): rounded p values make them rough", c.columnName("pi"))
	x, err := c.Floats("pi")
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(y))
	for at = range y {
		out[at] = math.NaN()
		if math.IsNaN(y[at]) || math.IsNaN(x[at]) {
			continue
		}
		if out[at], _, err = effect.SEFromP(math.Abs(y[at]), x[at], next(at)); err != nil {
			return nil, fmt.Errorf("%s, column %s: %w", c.rowName(at), c.columnName("pi"), err)
		}
	}
	return out, nil
}

var levelText = regexp.MustCompile(`(?:^|[^\d.])(80|90|95|98|99(?:[.,][59])?)(?:[^\d]|$)`)

// statedLevel is the level of an interval that a column's name states, 0 without.
func statedLevel(name string) float64 {
	m := levelText.FindStringSubmatch(name)
	if m == nil {
		return 0
	}
	return human.ParseNumber(m[1], human.StyleRegister).Value / 100
}

// degrees are n1+n2-2 where the table has the sizes of the groups.
func (c *Case) degrees() ([]float64, error) {
	b, err := c.bind(effect.KindMeans)
	if err != nil || b.columns["n1i"] == "" || b.columns["n2i"] == "" {
		return nil, err
	}
	n1, _, err := c.whole(b.columns["n1i"], true)
	if err != nil {
		return nil, err
	}
	n2, _, err := c.whole(b.columns["n2i"], true)
	if err != nil {
		return nil, err
	}
	for i := range n1 {
		n1[i] += n2[i] - 2
	}
	return n1, nil
}

// fromLimits are standard errors from confidence limits; on the ratio scale those of
// the logarithm.
func (c *Case) fromLimits(y, lb, ub []float64, level float64, scale string) ([]float64, error) {
	out := make([]float64, len(y))
	var off []string
	for i := range y {
		out[i] = math.NaN()
		if math.IsNaN(y[i]) || math.IsNaN(lb[i]) || math.IsNaN(ub[i]) {
			continue
		}
		if !(lb[i] < ub[i]) || y[i] < lb[i] || y[i] > ub[i] {
			return nil, fmt.Errorf("%s: the effect %g does not lie within its limits %g and %g", c.rowName(i), y[i], lb[i], ub[i])
		}
		e, l, u := y[i], lb[i], ub[i]
		if scale != scaleLog {
			if !(l > 0) {
				return nil, fmt.Errorf("%s: a ratio cannot have the lower limit %g", c.rowName(i), l)
			}
			e, l, u = math.Log(e), math.Log(l), math.Log(u)
		}
		var err error
		if out[i], err = effect.SEFromCI(l, u, level, math.Inf(1)); err != nil {
			return nil, fmt.Errorf("%s: %w", c.rowName(i), err)
		}
		if math.Abs(u+l-2*e) > 0.2*(u-l) {
			off = append(off, c.rowName(i))
		}
	}
	c.warnRows(off, "the effect is not in the middle of its interval, as an estimate on the scale of the analysis is; check the row")
	return out, nil
}

// logged turns ratios into logarithms; standard errors of ratios by the delta
// method, those of logarithms as they are.
func logged(y, se []float64, ofRatios bool) (ly, lse []float64) {
	ly, lse = make([]float64, len(y)), slices.Clone(se)
	for i := range y {
		ly[i] = math.NaN()
		if y[i] > 0 {
			ly[i] = math.Log(y[i])
		}
		if ofRatios {
			lse[i] = se[i] / y[i]
		}
	}
	return ly, lse
}

// set replaces a column by computed numbers.
func (c *Case) set(role string, x []float64) {
	cells := make([]any, len(x))
	for i, v := range x {
		if !math.IsNaN(v) {
			cells[i] = v
		}
	}
	c.columns[role] = &column{cells: cells}
}

// deriveMeans estimates means and standard deviations from medians with quartiles
// or ranges, in the rows that lack them.
func (c *Case) deriveMeans() error {
	for _, arm := range []string{"1i", "2i"} {
		if err := c.deriveSD(arm); err != nil {
			return err
		}
		if c.chosen["med"+arm] == "" {
			continue
		}
		x := map[string][]float64{}
		for _, role := range []string{"m", "sd", "n", "med", "q1", "q3", "min", "max"} {
			x[role] = make([]float64, c.Rows)
			for i := range x[role] {
				x[role][i] = math.NaN()
			}
			if c.HasColumn(role + arm) {
				var err error
				if x[role], err = c.Floats(role + arm); err != nil {
					return err
				}
			}
		}
		var made []string
		for i := range x["m"] {
			if !math.IsNaN(x["m"][i]) && !math.IsNaN(x["sd"][i]) || math.IsNaN(x["med"][i]) {
				continue
			}
			q := effect.NewQuantiles(x["n"][i])
			q.Min, q.Q1, q.Median, q.Q3, q.Max = x["min"][i], x["q1"][i], x["med"][i], x["q3"][i], x["max"][i]
			r, _, err := effect.MeanSDFromQuantiles(q)
			if err != nil {
				return fmt.Errorf("%s, median of group %c: %w", c.rowName(i), arm[0], err)
			}
			x["m"][i], x["sd"][i] = r.Mean, r.SD
			if _, skewed, err := effect.SkewnessTest(q, q.Scenario()); err == nil && skewed > 0 {
				if s, crit, _ := effect.SkewnessTest(q, q.Scenario()); s > crit {
					c.warn("%s: the quantiles of group %c are skewed; a mean made from them misleads", c.rowName(i), arm[0])
				}
			}
			made = append(made, c.rowName(i))
		}
		c.warnRows(made, "mean and SD of group %c are estimated from the median (Luo 2018; Wan 2014; Shi 2020)", arm[0])
		c.set("m"+arm, x["m"])
		c.set("sd"+arm, x["sd"])
	}
	return nil
}

// deriveSD makes standard deviations of one group from standard errors of its mean.
func (c *Case) deriveSD(arm string) error {
	if c.chosen["se"+arm] == "" || c.chosen["sd"+arm] != "" {
		return nil
	}
	se, err := c.Floats("se" + arm)
	if err != nil {
		return err
	}
	n, err := c.Floats("n" + arm)
	if err != nil {
		return err
	}
	for i := range se {
		se[i] *= math.Sqrt(n[i])
	}
	c.warn("standard deviations of group %c from standard errors of the mean (column %s)", arm[0], c.columnName("se"+arm))
	c.set("sd"+arm, se)
	return nil
}
