package metafile

import (
	"fmt"
	"slices"
	"strings"

	"past/analysis/effect"
)

// fold makes column names comparable: lower case, without separators.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '_', '.', ' ', '-', '(', ')', '[', ']', '\'', '\u2019', '%', '±', ',', ':', '\u00a0':
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// groupNames are the usual names of a column of one group, for a stem such as
// "mean": mean1, mean_arm1, mean.e, mean treat, ...
func groupNames(arm int, stems ...string) []string {
	ends := armWords[arm-1]
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

// armWords name the treated group and the comparator.
var armWords = [2][]string{
	{"1", "arm1", "1i", "g1", "group1", "e", "exp", "experimental", "t", "trt", "treat", "treated", "treatment", "int", "intervention",
		"active", "drug"},
	{"2", "arm2", "2i", "g2", "group2", "c", "ctrl", "con", "control", "controls", "comparator", "placebo", "pla", "pcb"},
}

// effectKind is the kind of table that gives effects.
const effectKind = effect.KindEffectAndVar

// usualNames lists, for each kind of input, the columns it needs with the names
// under which they are found (folded, the first match wins).
var usualNames = map[effect.Kind]map[string][]string{
	effect.KindEffectAndVar: {
		"yi": {"yi", "y", "es", "effect", "effectsize", "te", "estimate", "est", "g", "hedgesg", "smd", "d", "cohensd", "logor", "lnor",
			"logrr", "lnrr", "loghr", "lnhr", "md", "wmd", "meandifference", "meandiff", "differenceinmeans", "differenceofmeans",
			"standardizedmeandifference", "standardisedmeandifference", "stdmeandifference", "zcor",
			"or", "oddsratio", "rr", "riskratio", "relativerisk", "hr", "hazardratio", "irr", "rateratio"},
		"vi": {"vi", "v", "var", "variance", "samplingvariance", "vary", "varg", "gvar"},
		"sei": {"sei", "se", "sete", "stderr", "standarderror", "stderror", "seg", "gse", "selogor", "logorse", "logrrse", "selogrr", "selnor",
			"selnrr", "selnhr", "seloghr",
			"lnorse", "lnrrse", "lnhrse", "loghrse", "sees", "sem"},
		"lb": limitNames("lb", "ll", "lcl", "lci", "cil"),
		"ub": limitNames("ub", "ul", "ucl", "uci", "ciu"),
		"ti": {"tval", "tvalue", "tstat", "tstatistic"},
		"zi": {"zval", "zvalue", "zstat", "zstatistic"},
		"pi": {"pval", "pvalue", "p"},
	},
	effect.KindMeans: means(twoGroups(map[string][]string{"m": {"mean", "m", "meanchange", "changemean", "change"},
		"sd": {"sd", "stdev", "sdchange"}, "se": {"se", "sem"}, "n": {"n", "total", "totaln", "size"}})),
	effect.KindTwoByTwo: countNames(),
	effect.KindPersonTime2: twoGroups(map[string][]string{"x": {"event", "events", "x", "cases"},
		"t": {"time", "persontime", "personyears", "py", "t"}}),
	effect.KindProportion:  {"xi": {"xi", "x", "event", "events", "cases"}, "ni": {"ni", "n", "total", "samplesize"}},
	effect.KindPersonTime:  {"xi": {"xi", "x", "event", "events", "cases"}, "ti": {"ti", "time", "persontime", "personyears", "py"}},
	effect.KindSingleMean:  {"mi": {"mi", "mean", "m"}, "sdi": {"sdi", "sd"}, "ni": {"ni", "n", "total", "samplesize"}},
	effect.KindCorrelation: {"ri": {"ri", "r", "cor", "correlation"}, "ni": {"ni", "n", "total", "samplesize"}},
	effect.KindCronbach: {"ai": {"ai", "alpha", "cronbachalpha"}, "mi": {"mi", "items", "nitems"},
		"ni": {"ni", "n", "total", "samplesize"}},
	effect.KindPrePost: prePostNames(),
}

// limitNames are the names of a lower ("lb") or upper ("ub") limit: the short ones,
// and low, lower with or without what they limit and its level.
func limitNames(role string, short ...string) []string {
	out := append([]string{role}, short...)
	ends := []string{"lower", "low", "lo"}
	if role == "ub" {
		ends = []string{"upper", "high", "up", "hi"}
	}
	for _, end := range ends {
		for _, of := range []string{"", "ci", "cl", "limit", "bound", "confidencelimit", "cilimit", "confidenceinterval"} {
			for _, level := range []string{"", "95", "90", "99"} {
				out = append(out, end+level+of, of+level+end, level+of+end, end+of+level)
			}
		}
	}
	for _, s := range short {
		for _, level := range []string{"95", "90", "99"} {
			out = append(out, s+level, level+s)
		}
	}
	return out
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

// means adds the medians, quartiles and ends of a range that may stand in for
// means and standard deviations.
func means(names map[string][]string) map[string][]string {
	for letter, stems := range map[string][]string{"med": {"median", "med"}, "q1": {"q1", "lowerquartile", "p25"},
		"q3": {"q3", "upperquartile", "p75"}, "min": {"min", "minimum"}, "max": {"max", "maximum"}} {
		for arm := 1; arm <= 2; arm++ {
			name := fmt.Sprintf("%s%di", letter, arm)
			names[name] = append([]string{name}, groupNames(arm, stems...)...)
		}
	}
	return names
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

// occasions are the words for before and after.
var occasions = [2][]string{{"pre", "before", "baseline"}, {"post", "after", "endpoint", "followup"}}

func prePostNames() map[string][]string {
	out := map[string][]string{"m1i": {"m1i", "m1", "mean1"}, "m2i": {"m2i", "m2", "mean2"}, "sd1i": {"sd1i", "sd1"},
		"sd2i": {"sd2i", "sd2"}, "ni": {"ni", "n", "total", "samplesize"}, "ri": {"ri", "r", "cor", "correlation"}}
	for stem, letter := range map[string]string{"mean": "m", "m": "m", "sd": "sd"} {
		for arm, times := range occasions {
			role := fmt.Sprintf("%s%di", letter, arm+1)
			for _, t := range times {
				out[role] = append(out[role], stem+t, t+stem)
			}
		}
	}
	return out
}

// needed is which columns must be found for a kind; of alternatives in one string,
// separated by a bar, one is enough.
var needed = map[effect.Kind][]string{
	effect.KindEffectAndVar: {"yi", "vi|sei|lb|ti|zi|pi"},
	effect.KindMeans:        {"m1i|med1i", "sd1i|se1i|q11i|min1i", "n1i", "m2i|med2i", "sd2i|se2i|q12i|min2i", "n2i"},
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
var labelNames = []string{"study", "studlab", "slab", "studyid", "studyname", "author", "authors", "trial", "label", "name", "id",
	"studie", "autor", "autoren"}

// find is the input's column for one of the folded names, the first name first: by
// its name, its folded name or its meaning.
func (c *Case) find(names []string) string {
	for _, n := range names {
		if c.columns[n] != nil {
			return n
		}
		for _, is := range []func(string) string{fold, c.meaning} {
			if i := slices.IndexFunc(c.names, func(have string) bool { return is(have) == n }); i >= 0 {
				return c.names[i]
			}
		}
	}
	return ""
}

// named is the column that the user means by a name, "" where there is none.
func (c *Case) named(name string) string {
	if name == "" {
		return ""
	}
	return c.find([]string{name, fold(name)})
}

// meaning is [meaning], worked out once for a column's name.
func (c *Case) meaning(name string) string {
	m, done := c.meanings[name]
	if !done {
		if c.meanings == nil {
			c.meanings = map[string]string{}
		}
		m = meaning(name)
		c.meanings[name] = m
	}
	return m
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

// armColumn names the arm of a row, "" where no column does.
func (c *Case) armColumn() string {
	if r := c.roles["arm"]; r != "" {
		return c.named(r)
	}
	return c.find(armNames)
}

// chosenText lists canonical = actual column names, sorted.
func (c *Case) chosenText() string { return columnText(c.chosen) }
