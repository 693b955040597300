package synthesis_test

import (
	"strings"
	"testing"

	"past/internal/synthesis"
	"past/internal/vocab"
)

// A direction that was left out is that of what is asked; one that cannot be meant is a
// mistake, and one that nothing decides has to be said.
func TestDirectionOfAQuestion(t *testing.T) {
	for _, c := range []struct {
		name, keys string
		lower      bool
		mistake    string
	}{
		{"severity", "domain: ptsd\n  scores: [endpoint]\n  measure: SMD", true, ""},
		{"severity, said", "domain: ptsd\n  scores: [change]\n  measure: SMD\n  lower_is_better: true", true, ""},
		{"depression", "domain: depression\n  scores: [endpoint]\n  measure: SMD", true, ""},
		{"one scale", "domain: sexual-function\n  instruments: [iief-ef]\n  instruments_only: true\n  scores: [endpoint]\n  measure: MD",
			false, ""},
		{"one scale, turned round", "domain: sexual-function\n  instruments: [iief-ef]\n  instruments_only: true\n  scores: [endpoint]\n" +
			"  measure: MD\n  lower_is_better: true", false, "higher scores of its instruments are better"},
		{"both directions", "domain: sexual-function\n  scores: [endpoint]\n  measure: SMD", false, "say true or false"},
		{"both directions, said", "domain: sexual-function\n  scores: [endpoint]\n  measure: SMD\n  lower_is_better: false", false, ""},
		{"harm", "kind: harm\n  domain: dropout\n  scores: [events]\n  measure: OR", true, ""},
		{"harm, turned round", "kind: harm\n  domain: dropout\n  scores: [events]\n  measure: RD\n  lower_is_better: false", false, "of a harm"},
		{"response", "domain: ptsd\n  scores: [response]\n  measure: RR", false, ""},
		{"response, turned round", "domain: ptsd\n  scores: [response]\n  measure: RR\n  lower_is_better: true", false,
			"of response more is better"},
		{"events of either kind", "domain: ptsd\n  scores: [events]\n  measure: RR", false, "say true or false"},
	} {
		qs, mistakes, err := synthesis.ReadQuestions("q.yaml", []byte("- id: x\n  title: t\n  intervention: i\n  outcome: o\n"+
			"  substances: [mdma]\n  comparators: [inactive-placebo]\n  "+c.keys+"\n"), vocab.Default())
		if err != nil {
			t.Fatal(c.name, err)
		}
		switch {
		case c.mistake != "" && (len(mistakes) != 1 || !strings.Contains(mistakes[0].Message, c.mistake)):
			t.Errorf("%s: %v, want %q", c.name, mistakes, c.mistake)
		case c.mistake == "" && (len(qs) != 1 || len(mistakes) > 0 || qs[0].LowerIsBetter != c.lower):
			t.Errorf("%s: %+v, %v", c.name, qs, mistakes)
		}
	}
}
