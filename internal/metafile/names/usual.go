// Package names reads what the name of a column says: its words in English, the
// role that a usual name gives it, the group that it is of, the level of an interval.
// It sees no cells and decides nothing between two columns.
package names

import (
	"fmt"
	"slices"
	"strings"

	"past/analysis/effect"
)

// Fold makes column names comparable: lower case, without separators.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '_', '.', ' ', '-', '(', ')', '[', ']', '\'', '\u2019', '%', '±', ',', ':', '\u00a0':
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// The kinds of table that are looked for where no other fits.
const (
	TAndSizes effect.Kind = "t_and_sizes"
	DAndSizes effect.Kind = "d_and_sizes"
)

// Usual lists, for each kind of input, the columns it needs with the names
// under which they are found (folded, the first match wins).
var Usual = map[effect.Kind]map[string][]string{
	effect.KindEffectAndVar: {
		"yi":  effectNames,
		"vi":  spreadNames([]string{"vi", "v", "var", "variance", "samplingvariance"}, "var", "variance"),
		"sei": spreadNames([]string{"sei", "se", "stderr", "standarderror", "stderror", "sem"}, "se"),
		"lb":  limitNames("lb", "ll", "lcl", "lci", "cil"),
		"ub":  limitNames("ub", "ul", "ucl", "uci", "ciu"),
		"ti":  tNames, "zi": {"zval", "zvalue", "zstat", "zstatistic"}, "pi": {"pval", "pvalue", "p"},
	},
	effect.KindMeans: twoGroups(map[string][]string{"m": {"mean", "m", "meanchange", "changemean", "change"},
		"sd": {"sd", "stdev", "sdchange"}, "se": {"se", "sem"}, "n": {"n", "total", "totaln", "size"},
		"med": {"median", "med"}, "q1": {"q1", "lowerquartile", "p25"}, "q3": {"q3", "upperquartile", "p75"},
		"min": {"min", "minimum"}, "max": {"max", "maximum"}}),
	effect.KindTwoByTwo: {
		"ai":  append([]string{"ai", "tpos", "a"}, groupNames(1, countStems...)...),
		"ci":  append([]string{"ci", "cpos", "c"}, groupNames(2, countStems...)...),
		"bi":  append([]string{"bi", "tneg", "b"}, groupNames(1, "nonevent", "nonevents", "noevent")...),
		"di":  append([]string{"di", "cneg"}, groupNames(2, "nonevent", "nonevents", "noevent")...),
		"n1i": append([]string{"n1i"}, groupNames(1, "totaln", "total", "n", "size")...),
		"n2i": append([]string{"n2i"}, groupNames(2, "totaln", "total", "n", "size")...),
	},
	effect.KindPersonTime2: twoGroups(map[string][]string{"x": {"event", "events", "x", "cases"},
		"t": {"time", "persontime", "personyears", "py", "t"}}),
	effect.KindProportion:  {"xi": countNames, "ni": sizeNames},
	effect.KindPersonTime:  {"xi": countNames, "ti": {"ti", "time", "persontime", "personyears", "py"}},
	effect.KindSingleMean:  {"mi": {"mi", "mean", "m"}, "sdi": {"sdi", "sd"}, "ni": sizeNames},
	effect.KindCorrelation: {"ri": correlationNames, "ni": sizeNames},
	effect.KindCronbach:    {"ai": {"ai", "alpha", "cronbachalpha"}, "mi": {"mi", "items", "nitems"}, "ni": sizeNames},
	effect.KindPrePost: {"m1i": occasionNames(1, "m", "mean"), "m2i": occasionNames(2, "m", "mean"), "sd1i": occasionNames(1, "sd"),
		"sd2i": occasionNames(2, "sd"), "ni": sizeNames, "ri": correlationNames},
	TAndSizes: {"ti": append([]string{"t"}, tNames...), "n1i": groupSizes(1), "n2i": groupSizes(2)},
	DAndSizes: {"yi": append(slices.Concat(Corrected, Uncorrected), "smd", "es", "effectsize", "standardizedmeandifference",
		"standardisedmeandifference", "stdmeandifference"), "n1i": groupSizes(1), "n2i": groupSizes(2)},
}

var (
	effectNames = []string{"yi", "y", "es", "effect", "effectsize", "te", "estimate", "est", "g", "hedgesg", "smd", "d", "cohensd", "logor",
		"lnor", "logrr", "lnrr", "loghr", "lnhr", "md", "wmd", "meandifference", "meandiff", "differenceinmeans", "differenceofmeans",
		"standardizedmeandifference", "standardisedmeandifference", "stdmeandifference", "zcor", "fishersz", "rd", "riskdifference",
		"or", "oddsratio", "rr", "riskratio", "relativerisk", "hr", "hazardratio", "irr", "rateratio"}
	tNames           = []string{"tval", "tvalue", "tstat", "tstatistic"}
	countStems       = []string{"event", "events", "responder", "responders", "case", "cases"}
	countNames       = []string{"xi", "x", "event", "events", "cases"}
	sizeNames        = []string{"ni", "n", "total", "ntotal", "totaln", "samplesize"}
	correlationNames = []string{"ri", "r", "cor", "corr", "correlation", "pearsonr", "pearsonsr", "pearsoncorrelation"}

	// Corrected and Uncorrected name standardised differences with and without a
	// correction for small samples.
	Corrected   = []string{"g", "hedgesg", "hedgeg", "hedges"}
	Uncorrected = []string{"d", "cohensd", "cohend", "cohen"}

	// Labels are the usual names of the column that names the study, Arms those of
	// the column that names a row's arm.
	Labels = []string{"study", "studlab", "slab", "studyid", "studyname", "author", "authors", "trial", "label", "name", "id",
		"studie", "autor", "autoren"}
	Arms = []string{"arm", "group", "treatment", "condition", "trt", "intervention"}
)

// Needed is which columns must be found for a kind; of alternatives in one string,
// separated by a bar, one is enough.
var Needed = map[effect.Kind][]string{
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
	TAndSizes:               {"ti", "n1i", "n2i"},
	DAndSizes:               {"yi", "n1i", "n2i"},
}

// IsEffect reports whether a name is one of those that an effect's column has.
func IsEffect(name string) bool {
	return slices.Contains(Usual[effect.KindEffectAndVar]["yi"], Meaning(name))
}

// Exact reports whether a column's name says its role beyond doubt: the role's own
// name, or the one of the metapsy tables' documented format.
func Exact(kind effect.Kind, role, name string) bool {
	f := Fold(name)
	if f == role {
		return true
	}
	arm := strings.TrimSuffix(strings.TrimLeft(role, "abcdefghijklmnopqrstuvwxyz"), "i")
	letters := strings.TrimRight(role, "12i")
	switch stem := (map[string]string{"m": "mean", "sd": "sd", "n": "n"})[letters]; {
	case kind == effect.KindMeans:
		return stem != "" && f == stem+"arm"+arm
	case kind == effect.KindTwoByTwo && letters == "n":
		return f == "totalnarm"+arm
	case kind == effect.KindTwoByTwo:
		return role == "ai" && f == "eventarm1" || role == "ci" && f == "eventarm2"
	}
	return false
}

// spreadNames are the names of a variance or standard error: of the effect, and with
// the effect's own name before or behind.
func spreadNames(short []string, of ...string) []string {
	for _, e := range effectNames {
		for _, s := range of {
			short = append(short, s+e, e+s, s+"of"+e)
		}
	}
	return short
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

func groupSizes(arm int) []string {
	return append([]string{fmt.Sprintf("n%di", arm)}, groupNames(arm, "n", "total", "totaln", "size")...)
}

// occasionNames name a statistic before (1) or after (2): m1, mean1, mean pre, post sd, ...
func occasionNames(arm int, stems ...string) []string {
	out := []string{fmt.Sprintf("%s%di", stems[0], arm)}
	for _, s := range stems {
		out = append(out, fmt.Sprint(s, arm))
		for _, t := range occasions[arm-1] {
			out = append(out, s+t, t+s)
		}
	}
	return out
}

// occasions are the words for before and after.
var occasions = [2][]string{{"pre", "before", "baseline"}, {"post", "after", "endpoint", "followup"}}
