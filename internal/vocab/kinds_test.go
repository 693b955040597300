package vocab

import "testing"

// Every kind reads its examples, and none of the texts that it must not.
func TestGrammarExamples(t *testing.T) {
	v := Default()
	for name, c := range map[string]struct {
		list []Grammar
		read func(string) string
	}{
		"outcome": {v.kinds, v.OutcomeKind}, "answer": {v.answers, v.Answer}, "unit": {v.units, v.UnitKind},
		"score": {v.scores, v.ScoreSaid}, "description": {v.described, v.ScoreDescribed}, "improvement": {v.better, v.PositiveIs},
		"described improvement": {v.describedBetter, v.DescribedIs},
	} {
		for _, g := range c.list {
			want := g.ID
			if want == "none" {
				want = ""
			}
			for _, text := range g.Examples {
				if got := c.read(text); got != want {
					t.Errorf("%s %q is read as %q, want %q", name, text, got, want)
				}
			}
			for _, text := range g.Not {
				if got := c.read(text); got == g.ID {
					t.Errorf("%s %q is read as %q", name, text, got)
				}
			}
		}
	}
}

// A negation reaches the word it is before and no further.
func TestOutcomeKind(t *testing.T) {
	v := Default()
	for text, want := range map[string]string{
		"Number of Participants With >=50% Reduction From Baseline in MADRS (Responders)": "response",
		"MADRS Responders at Week 3 Who Were Not Remitters":                               "non-remission",
		"Participants Who Failed to Meet Remission Criteria":                              "non-remission",
		"Participants who no longer met criteria for PTSD on the CAPS-5":                  "remission",
		"Participants no longer in remission":                                             "relapse",
		"Participants Who Did Not Achieve a MADRS Response":                               "non-response",
		"Sustained MADRS Response":                                                        "sustained",
		"Loss of (MADRS) response":                                                        "relapse",
		"Duration of MADRS response":                                                      "duration",
		"Time in Remission on the MADRS":                                                  "duration",
		"Participants without relapse (MADRS)":                                            "non-relapse",
		"Time to relapse":                                                                 "time-to-event",
		"Time to sustained response":                                                      "time-to-event",
		"Duration of remission":                                                           "duration",
		"Sustained remission at 6 and 12 weeks":                                           "sustained",
		"Onset of Clinical Response":                                                      "onset",
		"Participants with clinically significant change in blood pressure":               "",
		"No. of participants with response":                                               "response",
		"Responses to EQ-5D":                                                              "",
		"Change from baseline in MADRS":                                                   "",
		"Adults with inadequate response to antidepressants: change in MADRS":             "",
		"Remission in adults with inadequate response to SSRIs":                           "remission",
		"":                     "",
		"\xff response \u2212": "response",
	} {
		if got := v.OutcomeKind(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for kind, want := range map[string]string{"response": "non-response", "non-response": "response", "remission": "non-remission",
		"sustained": "", "": ""} {
		if got := v.Negated(kind); got != want {
			t.Errorf("the negation of %q is %q, want %q", kind, got, want)
		}
	}
}

func FuzzOutcomeKind(f *testing.F) {
	for _, s := range []string{"Not in remission (MADRS >12)", "§", "no.", "İ response"} {
		f.Add(s)
	}
	v := Default()
	f.Fuzz(func(t *testing.T, s string) {
		v.OutcomeKind(s)
		v.Answer(s)
		v.UnitKind(s)
	})
}
