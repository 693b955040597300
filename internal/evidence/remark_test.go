package evidence

import "testing"

// Each flag of a number is said in words; what only chose the row is not.
func TestRemarks(t *testing.T) {
	for _, c := range []struct{ flag, kind, words string }{
		{"imputed: the endpoint was worked out by others", RemarkWorked, "the endpoint was worked out by others"},
		{"repeated-spread: the counts are those of another kind of event (a:1)", RemarkDoubt,
			"the counts are those of another kind of event (a:1)"},
		{"sd1: computed from the confidence interval of a mean", RemarkWorked,
			"standard deviations computed from the confidence interval of a mean"},
		{"se: computed from the confidence interval", RemarkWorked, "the standard error is computed from the confidence interval"},
		{"note of the extractor: n = randomised", RemarkNote, "the extractor's note: n = randomised"},
		{HarmRounded, RemarkWorked, HarmRounded},
		{"standardised by the standard deviation behind the standard error of the difference, 8.7", RemarkWorked,
			"standardised by the standard deviation behind the standard error of the difference, 8.7, a residual one"},
		{"shared control arm: its people are divided by 2 comparisons", RemarkDivided,
			"shared control arm: its people are divided by 2 comparisons"},
		{"a code that no one knows: and its words", RemarkDoubt, "and its words"},
		{"score-type: the study gives both", "", ""},
		{"shared-control: its control arm stands in x too", "", ""},
		{"sign turned: the instrument's scores run the other way", "", ""},
	} {
		e := Effect{Flags: []string{c.flag, c.flag}}
		got := e.Remarks()
		switch {
		case c.kind == "" && len(got) > 0:
			t.Errorf("%q is said: %+v", c.flag, got)
		case c.kind != "" && (len(got) != 1 || got[0] != Remark{c.kind, c.words}):
			t.Errorf("%q: %+v", c.flag, got)
		}
	}
}

// The share is that of the weight, and never a guess where a weight is missing.
func TestFlaggedShare(t *testing.T) {
	effects := []Effect{{ID: "a", StudyLabel: "A", Flags: []string{"imputed: x"}}, {ID: "b", StudyLabel: "B"}, {ID: "c", StudyLabel: "C",
		Flags: []string{"se: computed"}}}
	list := FlaggedOf(effects, []string{"a", "b", "c"}, []float64{60.2, 30, 9.8})
	if got := FlaggedShare(list, 3); got != "Flagged numbers hold 70 % of the weight (2 of 3 studies)" {
		t.Error(got)
	}
	if got := FlaggedShare(FlaggedOf(effects, nil, nil), 3); got != "The numbers of 2 of 3 studies are flagged" {
		t.Error(got)
	}
	if FlaggedShare(nil, 3) != "" {
		t.Error("nothing is flagged")
	}
}
