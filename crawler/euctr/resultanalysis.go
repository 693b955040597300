package euctr

import (
	"fmt"
	"strings"

	"past/crawler/xmltree"
	"past/internal/evidence"
)

// analysis reads a statistical analysis as posted.
func (r *resultReader) analysis(n *xmltree.Node, at string) evidence.Analysis {
	test, est := n.Get("statisticalHypothesisTest"), n.Get("parameterEstimate")
	ci := est.Get("confidenceInterval")
	var marks placeholders
	marks.look(text(n, "title"), text(n, "description"), text(n, "comment"), text(test, "comment"))
	num := func(k *xmltree.Node, name, in string) string { return marks.value(text(k, name), at+in+"/"+name) }
	const inEstimate, inInterval = "/parameterEstimate", "/parameterEstimate/confidenceInterval"
	a := evidence.Analysis{
		Pointer: at, GroupDescription: text(n, "title"), MethodComment: text(n, "description"), EstimateComment: text(n, "comment"),
		NonInferiority: r.word(analysisTypes, choice(n, "type"), at+"/type/value"),
		Method:         r.wordOr(tests, choice(test, "method"), text(test, "otherMethod"), at+"/statisticalHypothesisTest/method/value"),
		PValue:         r.probability(test, num(test, "value", "/statisticalHypothesisTest"), at), PValueComment: text(test, "comment"),
		ParamType:  r.wordOr(parameters, choice(est, "type"), text(est, "otherType"), at+inEstimate+"/type/value"),
		ParamValue: num(est, "pointEstimate", inEstimate),
		CIPct:      text(ci, "percentage"), CISides: r.word(sides, choice(ci, "sides"), at+inInterval+"/sides/value"),
		CILower: num(ci, "lowerLimit", inInterval), CIUpper: num(ci, "upperLimit", inInterval),
	}
	r.variability(&a, est.Get("variabilityEstimate"), at+inEstimate+"/variabilityEstimate", &marks)
	for _, name := range []string{"armComparisonGroupId", "subjectAnalysisSetComparisonGroupId"} {
		each(n, at, name, func(k *xmltree.Node, _ string) { a.GroupIDs = append(a.GroupIDs, k.Text()) })
	}
	r.tell(&marks)
	return a
}

// probability sets the relation before a p-value.
func (r *resultReader) probability(test *xmltree.Node, value, at string) string {
	rel := text(test, "valueEqualityRelation")
	switch {
	case value == "":
		return ""
	case rel == "=" || rel == "":
		return value
	case strings.Contains("<>≤≥<=>=", rel):
		return rel + value
	}
	r.note(at+"/statisticalHypothesisTest/valueEqualityRelation", fmt.Sprintf("%q is no relation", rel))
	return rel + " " + value
}

// variability reads the standard error or deviation of an estimate: its kind is
// a term, its value the one other text.
func (r *resultReader) variability(a *evidence.Analysis, n *xmltree.Node, at string, marks *placeholders) {
	kind := choice(n, "type")
	var values []string
	for _, k := range n.Elements() {
		if k.Name == "type" {
			continue
		}
		if s := k.Text(); s != "" {
			values = append(values, marks.value(s, at+"/"+k.Name))
		}
	}
	switch t := term(kind); {
	case kind == "":
	case strings.Contains(t, "standarderror"):
		a.DispersionType = "Standard Error of the Mean"
	case strings.Contains(t, "standarddeviation"):
		a.DispersionType = "Standard Deviation"
	default:
		a.DispersionType = r.word(nil, kind, at+"/type/value")
	}
	a.DispersionValue = strings.Join(values, " ")
	if len(values) > 1 {
		r.note(at, fmt.Sprintf("%d values of one dispersion", len(values)))
	}
}
