package metafile

import (
	"fmt"
	"sort"
	"strings"

	"past/analysis/effect"
)

// fold makes column names comparable: lower case, without separators.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '_', '.', ' ', '-', '(', ')', '\u00a0':
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// groupNames are the usual names of a column of one group, for a stem such as
// "mean": mean1, mean_arm1, mean.e, mean treat, ...
func groupNames(arm int, stems ...string) []string {
	ends := []string{"1", "arm1", "1i", "g1", "group1", "e", "exp", "experimental", "t", "trt", "treat", "treated", "treatment", "int", "intervention", "active"}
	if arm == 2 {
		ends = []string{"2", "arm2", "2i", "g2", "group2", "c", "ctrl", "con", "control", "comparator", "placebo", "pla", "pcb"}
	}
	var out []string
	for _, s := range stems {
		for _, e := range ends {
			out = append(out, s+e)
		}
	}
	for _, s := range stems {
		for _, e := range ends[3:] {
			out = append(out, e+s)
		}
	}
	return out
}

// usualNames lists, for each kind of input, the columns it needs with the names
// under which they are found (folded, the first match wins).
var usualNames = map[effect.Kind]map[string][]string{
	effect.KindEffectAndVar: {
		"yi":  {"yi", "y", "es", "effect", "effectsize", "te", "estimate", "est", "g", "hedgesg", "smd", "d", "cohensd", "logor", "lnor", "logrr", "lnrr", "md", "zcor"},
		"vi":  {"vi", "v", "var", "variance", "samplingvariance", "vary", "varg", "gvar"},
		"sei": {"sei", "se", "sete", "stderr", "standarderror", "stderror", "seg", "gse", "selogor", "logorse", "logrrse", "selogrr"},
	},
	effect.KindMeans:       twoGroups(map[string][]string{"m": {"mean", "m"}, "sd": {"sd", "stdev"}, "n": {"n", "total", "totaln", "size"}}),
	effect.KindTwoByTwo:    countNames(),
	effect.KindPersonTime2: twoGroups(map[string][]string{"x": {"event", "events", "x", "cases"}, "t": {"time", "persontime", "personyears", "py", "t"}}),
	effect.KindProportion:  {"xi": {"xi", "x", "event", "events", "cases"}, "ni": {"ni", "n", "total", "samplesize"}},
	effect.KindPersonTime:  {"xi": {"xi", "x", "event", "events", "cases"}, "ti": {"ti", "time", "persontime", "personyears", "py"}},
	effect.KindSingleMean:  {"mi": {"mi", "mean", "m"}, "sdi": {"sdi", "sd"}, "ni": {"ni", "n", "total", "samplesize"}},
	effect.KindCorrelation: {"ri": {"ri", "r", "cor", "correlation"}, "ni": {"ni", "n", "total", "samplesize"}},
	effect.KindCronbach:    {"ai": {"ai", "alpha", "cronbachalpha"}, "mi": {"mi", "items", "nitems"}, "ni": {"ni", "n", "total", "samplesize"}},
	effect.KindPrePost:     prePostNames(),
}

func twoGroups(stems map[string][]string) map[string][]string {
	out := map[string][]string{}
	for letter, s := range stems {
		for arm := 1; arm <= 2; arm++ {
			name := fmt.Sprintf("%s%di", letter, arm)
			out[name] = append([]string{name}, groupNames(arm, s...)...)
		}
	}
	return out
}

func countNames() map[string][]string {
	return map[string][]string{
		"ai":  append([]string{"ai", "tpos", "a"}, groupNames(1, "event", "events", "responder", "responders")...),
		"ci":  append([]string{"ci", "cpos", "c"}, groupNames(2, "event", "events", "responder", "responders")...),
		"bi":  append([]string{"bi", "tneg", "b"}, groupNames(1, "nonevent", "nonevents", "noevent")...),
		"di":  append([]string{"di", "cneg"}, groupNames(2, "nonevent", "nonevents", "noevent")...),
		"n1i": append([]string{"n1i"}, groupNames(1, "totaln", "total", "n", "size")...),
		"n2i": append([]string{"n2i"}, groupNames(2, "totaln", "total", "n", "size")...),
	}
}

func prePostNames() map[string][]string {
	return map[string][]string{"m1i": {"m1i", "m1", "mean1"}, "m2i": {"m2i", "m2", "mean2"}, "sd1i": {"sd1i", "sd1"},
		"sd2i": {"sd2i", "sd2"}, "ni": {"ni", "n", "total", "samplesize"}, "ri": {"ri", "r", "cor", "correlation"}}
}

// needed is which columns must be found for a kind; of alternatives in one string,
// separated by a bar, one is enough.
var needed = map[effect.Kind][]string{
	effect.KindEffectAndVar: {"yi", "vi|sei"},
	effect.KindMeans:        {"m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"},
	effect.KindTwoByTwo:     {"ai", "n1i|bi", "ci", "n2i|di"},
	effect.KindPersonTime2:  {"x1i", "t1i", "x2i", "t2i"},
	effect.KindProportion:   {"xi", "ni"},
	effect.KindPersonTime:   {"xi", "ti"},
	effect.KindSingleMean:   {"mi", "sdi", "ni"},
	effect.KindCorrelation:  {"ri", "ni"},
	effect.KindCronbach:     {"ai", "mi", "ni"},
	effect.KindPrePost:      {"m1i", "m2i", "sd1i", "sd2i", "ni", "ri"},
}

// labelNames are the usual names of the column that names the study.
var labelNames = []string{"study", "studlab", "slab", "studyid", "studyname", "author", "authors", "trial", "label", "name", "id"}

// find is the input's column for one of the folded names, the first name first.
func (c *Case) find(names []string) string {
	byFold := map[string]string{}
	for _, n := range c.names { // the first of columns with one folded name
		if f := fold(n); byFold[f] == "" {
			byFold[f] = n
		}
	}
	for _, n := range names {
		if c.columns[n] != nil {
			return n
		}
		if found := byFold[n]; found != "" {
			return found
		}
	}
	return ""
}

// bind finds the columns of a kind and makes them known under their canonical
// names. It is false, with what is lacking, when some are not there.
func (c *Case) bind(kind effect.Kind) (bound map[string]string, lacking []string) {
	bound = map[string]string{}
	for canonical, names := range usualNames[kind] {
		if actual := c.find(names); actual != "" {
			bound[canonical] = actual
		}
	}
	for _, n := range needed[kind] {
		found := false
		for _, alternative := range strings.Split(n, "|") {
			found = found || bound[alternative] != ""
		}
		if !found {
			lacking = append(lacking, strings.ReplaceAll(n, "|", " or "))
		}
	}
	return bound, lacking
}

// use makes bound columns available under their canonical names and remembers what
// was chosen, to show it.
func (c *Case) use(kind effect.Kind, bound map[string]string) {
	c.Kind = string(kind)
	chosen := map[string]*column{}
	for canonical, actual := range bound {
		chosen[canonical] = c.columns[actual]
	}
	for canonical, col := range chosen {
		c.columns[canonical] = col
	}
	c.chosen = bound
}

// chosenText lists canonical = actual column names, sorted.
func (c *Case) chosenText() string {
	var s []string
	for canonical, actual := range c.chosen {
		s = append(s, canonical+" = "+actual)
	}
	sort.Strings(s)
	return strings.Join(s, ", ")
}

// defaultMeasures is what is computed from raw columns when no measure is named,
// in the order in which the kinds are looked for.
var defaultMeasures = []struct {
	kind    effect.Kind
	measure effect.Measure
}{
	{effect.KindEffectAndVar, effect.GEN}, {effect.KindMeans, effect.SMD}, {effect.KindTwoByTwo, effect.OR},
	{effect.KindPersonTime2, effect.IRR}, {effect.KindCorrelation, effect.ZCOR}, {effect.KindProportion, effect.PLO},
	{effect.KindPersonTime, effect.IRLN}, {effect.KindSingleMean, effect.MN},
}

// chooseColumns finds the columns for a measure ("" for whatever the columns
// allow). A measure whose raw columns are missing is taken as the name of effects
// that are given.
func (c *Case) chooseColumns(measure string) (effect.Measure, error) {
	if measure == "" {
		for _, d := range defaultMeasures {
			if bound, lacking := c.bind(d.kind); len(lacking) == 0 {
				c.use(d.kind, bound)
				return d.measure, c.namesakes(bound)
			}
		}
		return "", fmt.Errorf("no measure was named and the columns (%s) are not those of a known table; name the measure, or the columns yi and vi", strings.Join(c.names, ", "))
	}
	info, err := effect.Lookup(measure)
	if err != nil {
		return "", err
	}
	bound, lacking := c.bind(info.Kind)
	if len(lacking) == 0 {
		c.use(info.Kind, bound)
		return info.Measure, c.namesakes(bound)
	}
	if given, none := c.bind(effect.KindEffectAndVar); len(none) == 0 {
		c.use(effect.KindEffectAndVar, given)
		return info.Measure, c.namesakes(given)
	}
	return "", fmt.Errorf("measure %s needs columns %s; not found: %s (the table has %s)", info.Measure,
		strings.ReplaceAll(strings.Join(needed[info.Kind], ", "), "|", " or "), strings.Join(lacking, ", "), strings.Join(c.names, ", "))
}
