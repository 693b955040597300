package extract

import (
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
)

// What an outcome says of its numbers, one change at a time: kind of score,
// verdict and, where it is in doubt, the code.
func TestKindOfNumber(t *testing.T) {
	two := func(title, a, b string) postedClass {
		return postedClass{title, [][5]string{{"OG000", a, "", "", ""}, {"OG001", b, "", "", ""}}}
	}
	counts := func(title string, rows ...postedClass) postedTable {
		return postedTable{title: title, param: "COUNT_OF_PARTICIPANTS", unit: "Participants", classes: rows}
	}
	mean := func(title, unit, a, sa, b, sb string) postedTable {
		return postedTable{title: title, dispersion: "Standard Deviation", unit: unit, classes: oneRow([5]string{"OG000", a, sa},
			[5]string{"OG001", b, sb})}
	}
	for name, c := range map[string]struct {
		p     postedTable
		kinds []string // of the rows' first cells
		code  string   // of the first cell, "" when usable
	}{
		"responders": {counts("Number of MADRS responders", two("", "20", "10")), []string{"response"}, ""},
		"without response": {counts("Number of participants without response on the MADRS", two("", "20", "10")), []string{"non-response"},
			""},
		"not in remission": {counts("Participants not in remission (MADRS >12)", two("", "20", "10")), []string{"non-remission"}, ""},
		"sustained":        {counts("Sustained response on the MADRS", two("", "20", "10")), []string{"sustained"}, ""},
		"onset":            {counts("Onset of clinical response on the MADRS", two("", "20", "10")), []string{"onset"}, ""},
		"lost":             {counts("Loss of response on the MADRS", two("", "20", "10")), []string{"relapse"}, ""},
		"worse":            {counts("Worsening on the MADRS", two("", "20", "10")), []string{"worsening"}, ""},
		"partial":          {counts("MADRS partial response", two("", "20", "10")), []string{"threshold"}, ""},
		"yes and no": {counts("MADRS response", two("Yes", "20", "10"), two("No", "20", "28")), []string{"response", "non-response"},
			""},
		"negated, yes and no": {counts("MADRS non-response", two("Yes", "20", "10"), two("No", "20", "28")),
			[]string{"non-response", "response"}, ""},
		"missing": {counts("MADRS response", two("Missing", "20", "10")), []string{"count"}, ""},
		"percent under counts": {postedTable{title: "Percentage of MADRS responders", param: "NUMBER", unit: "Participants",
			classes: []postedClass{two("", "20", "10")}}, []string{"response"}, reason.Percent},
		"days to response": {mean("Time to response on the MADRS", "Days", "9.1", "4", "13.2", "5"), []string{"time-to-event"}, reason.Unit},
		"days":             {mean("MADRS", "Days", "9.1", "4", "13.2", "5"), []string{"not-a-score"}, reason.Unit},
		"area":             {mean("AUC of the MADRS", "units on a scale", "9.1", "4", "13.2", "5"), []string{"auc"}, reason.ScoreType},
		"percent change": {mean("Percent change in MADRS", "percent change", "-40.1", "24", "-33.2", "25"), []string{"percent-change"},
			reason.ScoreType},
		"later change": {mean("Change in MADRS from 6 to 18 Month", "units on a scale", "-2.1", "8", "-1.2", "8"), []string{"change"},
			reason.ScoreType},
		"below the scale":       {mean("MADRS total score", "units on a scale", "-12.1", "8", "-9.2", "8"), []string{"change"}, reason.ScoreType},
		"denied in other words": {counts("Participants who fell out of MADRS remission", two("", "20", "10")), []string{"threshold"}, ""},
		"name between":          {counts("Participants without MADRS remission", two("", "20", "10")), []string{"non-remission"}, ""},
		"less than a half":      {counts("Participants with less than 50% reduction in MADRS", two("", "20", "10")), []string{"threshold"}, ""},
		"missing as failures":   {counts("MADRS responders (missing imputed as non-responders)", two("", "20", "10")), []string{"response"}, ""},
		"change in the frame": {postedTable{title: "MADRS total score", dispersion: "Standard Deviation", frame: "Baseline to Day 28 (change)",
			classes: oneRow([5]string{"OG000", "-12.1", "8"}, [5]string{"OG001", "-9.2", "8"})}, []string{"change"}, ""},
		"minus baseline": {postedTable{title: "FSFI total score", dispersion: "Standard Deviation", frame: "Week 8 minus baseline",
			classes: oneRow([5]string{"OG000", "4.1", "8"}, [5]string{"OG001", "2.2", "8"})}, []string{"change"}, ""},
		"percent described": {postedTable{title: "Change in MADRS", dispersion: "Standard Deviation",
			description: "Percent change from baseline was calculated.", classes: oneRow([5]string{"OG000", "-42.1", "18"},
				[5]string{"OG001", "-29.2", "18"})}, []string{"percent-change"}, reason.ScoreType},
		"half an interval": {mean("MADRS total score", "units on a scale", "21.4", "3.1", "17.2", "3.3"), []string{"endpoint"}, reason.SEForSD},
		"vital sign":       {counts("Clinically significant change in heart rate", two("", "20", "10")), []string{"threshold"}, ""},
	} {
		cells := cellsOf(t, c.p)
		for i, want := range c.kinds {
			if got := cells[2*i].ScoreType; got != want {
				t.Errorf("%s: row %d is a %s, want %s", name, i, got, want)
			}
		}
		got := cells[0]
		if c.code == "" && got.Verdict != evidence.Usable || c.code != "" && (got.Verdict == evidence.Usable || !hasCode(got, c.code)) {
			t.Errorf("%s: %s, %s, %q; want the code %q", name, got.Verdict, got.Reason, got.Flags, c.code)
		}
	}
}

func hasCode(a evidence.ArmResult, code string) bool {
	for _, f := range append([]string{a.Reason}, a.Flags...) {
		if strings.HasPrefix(f, code+":") {
			return true
		}
	}
	return false
}

// Changes whose sign is turned, lost or against the contrast.
func TestSigns(t *testing.T) {
	for name, c := range map[string]struct {
		title, description, a, b, contrast string
		value                              float64
		code                               string // of doubt; "" usable
	}{
		"a change":                      {"Change in MADRS", "", "-12.1", "-8.2", "-4", -12.1, ""},
		"an improvement, positive":      {"Improvement in MADRS", "", "12.1", "8.2", "", -12.1, ""},
		"an improvement, negative":      {"Improvement in MADRS", "", "-12.1", "-8.2", "", -12.1, ""},
		"an improvement, both signs":    {"Improvement in MADRS", "", "12.1", "-2.2", "", 12.1, reason.Sign},
		"a reduction":                   {"Reduction in MADRS total score", "", "12.1", "8.2", "", -12.1, ""},
		"positive is better":            {"Change in MADRS", "Positive values indicate improvement.", "12.1", "-1.2", "", -12.1, ""},
		"said in the description":       {"MADRS", "Values are the improvement (change) in score from baseline.", "12.1", "8.2", "", -12.1, ""},
		"a sign lost in both":           {"Change in MADRS", "", "12.1", "8.2", "", 12.1, reason.Sign},
		"a sign lost in one":            {"Change in MADRS", "", "12.1", "-8.2", "", 12.1, reason.Sign},
		"a little worse":                {"Change in MADRS", "", "0.4", "0.2", "", 0.4, ""},
		"more is better":                {"Change in FSFI total score", "", "5.3", "3.5", "", 5.3, ""},
		"more is better, a sign lost":   {"Change in FSFI total score", "", "-5.3", "-4.5", "", -5.3, reason.Sign},
		"arms swapped against contrast": {"Change in MADRS", "", "-8.2", "-12.1", "-4", -8.2, reason.Discordant},
		"contrast the other way round":  {"Change in MADRS", "", "-12.1", "-8.2", "4", -12.1, ""},
	} {
		p := postedTable{title: c.title, description: c.description, contrast: c.contrast, dispersion: "Standard Deviation",
			classes: oneRow([5]string{"OG000", c.a, "9.1"}, [5]string{"OG001", c.b, "9.4"})}
		got := cellsOf(t, p)[0]
		if got.Value == nil || *got.Value != c.value || got.ScoreType != "change" {
			t.Errorf("%s: %v as %s, want a change of %v", name, got.Value, got.ScoreType, c.value)
		}
		if c.code == "" && got.Verdict != evidence.Usable || c.code != "" && (got.Verdict == evidence.Usable || !hasCode(got, c.code)) {
			t.Errorf("%s: %s, %q; want %q", name, got.Reason, got.Flags, c.code)
		}
		if turned := got.ValueRaw[0] != '-' && c.value < 0; turned != hasCode(got, reason.Turned) {
			t.Errorf("%s: flags %q", name, got.Flags)
		}
	}
}

// A spread of any declared kind, in both directions, of 40 people.
func TestSpreads(t *testing.T) {
	for name, c := range map[string]struct {
		title, dispersion, spread, lower, upper, class string
		code                                           string
	}{
		"an SD":                       {"MADRS total score", "Standard Deviation", "9.1", "", "", "", ""},
		"an SE as SD":                 {"MADRS total score", "Standard Deviation", "1.5", "", "", "", reason.SEForSD},
		"an SD too large":             {"MADRS total score", "Standard Deviation", "41", "", "", "", reason.SpreadTooLarge},
		"an SE":                       {"MADRS total score", "Standard Error", "1.5", "", "", "", ""},
		"an SD as SE":                 {"MADRS total score", "Standard Error", "9.1", "", "", "", reason.SpreadTooLarge},
		"an SE too small":             {"MADRS total score", "Standard Error", "0.2", "", "", "", reason.Implausible},
		"a CI":                        {"MADRS total score", "95% Confidence Interval", "", "17.1", "22.9", "", ""},
		"a CI as wide as two SD":      {"MADRS total score", "95% Confidence Interval", "", "2", "38", "", reason.SpreadTooLarge},
		"a CI as narrow as an SE":     {"MADRS total score", "95% Confidence Interval", "", "19.5", "20.5", "", reason.Implausible},
		"a change's SE":               {"Change in MADRS total score", "Standard Error", "1.5", "", "", "", ""},
		"a change's SD as SE":         {"Change in MADRS total score", "Standard Error", "12.3", "", "", "", reason.SpreadTooLarge},
		"a baseline SE as SD":         {"MADRS total score", "Standard Deviation", "0.9", "", "", "Baseline", reason.SEForSD},
		"SE in the title":             {"MADRS total score, Mean (SE)", "Standard Deviation", "9.1", "", "", "", reason.Dispersion},
		"SD in the title":             {"MADRS total score (± SD)", "Standard Error", "1.5", "", "", "", reason.Dispersion},
		"SD in the title as declared": {"MADRS total score (SD)", "Standard Deviation", "9.1", "", "", "", ""},
		"a sexual scale":              {"FSFI total score", "Standard Deviation", "6.9", "", "", "", ""},
		"an SE as SD, sexual":         {"FSFI total score", "Standard Deviation", "1.1", "", "", "", reason.SEForSD},
	} {
		p := postedTable{title: c.title, dispersion: c.dispersion, classes: []postedClass{{c.class,
			[][5]string{{"OG000", "20.0", c.spread, c.lower, c.upper}}}}}
		if strings.HasPrefix(c.title, "Change") {
			p.classes[0].cells[0][1] = "-12.0"
		}
		got := cellsOf(t, p)[0]
		if c.code == "" && got.Verdict != evidence.Usable || c.code != "" && (got.Verdict == evidence.Usable || !hasCode(got, c.code)) {
			t.Errorf("%s: %s, %q; want %q", name, got.Reason, got.Flags, c.code)
		}
	}
}

func TestSizesInTitles(t *testing.T) {
	for title, c := range map[string]struct {
		k     int
		own   []int
		sizes []int
		doubt bool
	}{
		"Day 28 (n=59, and 62)":     {2, []int{101, 100}, []int{59, 62}, false},
		"n=59, 59, and 62":          {3, []int{60, 60, 62}, []int{59, 59, 62}, false},
		"n=1,020, 1,015":            {2, []int{1100, 1100}, []int{1020, 1015}, false},
		"Week 4 (n = 41/42)":        {2, []int{50, 50}, []int{41, 42}, false},
		"High (n=210, n=98)":        {2, []int{300, 300}, []int{210, 98}, false},
		"Month 6 (n=71,26,40,1)":    {4, []int{80, 30, 42, 2}, []int{71, 26, 40, 1}, false},
		"Day 28 (n=1,234)":          {2, []int{640, 594}, nil, true},
		"Day 28 (n=101,100)":        {2, []int{101, 100}, []int{101, 100}, false},
		"Week 4 (n=316)":            {2, []int{320, 320}, nil, true},
		"Week 4 (n=316), one group": {1, []int{320}, []int{316}, false},
		"Week 4 (n=59, 130)":        {2, []int{101, 100}, []int{59, 130}, true},
		"n=59, 62, 70":              {2, []int{101, 100}, nil, true},
	} {
		sizes, doubt := posted.SizesIn(title, c.k, c.own)
		if len(sizes) != len(c.sizes) || (doubt != "") != c.doubt {
			t.Errorf("%q: %v, %q; want %v, doubt %v", title, sizes, doubt, c.sizes, c.doubt)
			continue
		}
		for i := range sizes {
			if sizes[i] != c.sizes[i] {
				t.Errorf("%q: %v, want %v", title, sizes, c.sizes)
			}
		}
	}
}

// Rows of one outcome: their time, its origin, and which are of the baseline.
func TestRowTimes(t *testing.T) {
	for row, c := range map[string]struct {
		frame    string
		weeks    float64 // -1 for none
		origin   string
		baseline bool
	}{
		"Day 1 after Session 1":         {"Up to 3 months", 1.0 / 7, "session 1", false},
		"Session 3, Day 1":              {"Up to 3 months", 1.0 / 7, "session 3", false},
		"Pre-dose":                      {"Up to 4 weeks", 0, "baseline", true},
		"Intake":                        {"Up to 4 weeks", 0, "baseline", true},
		"Randomization":                 {"Up to 4 weeks", 0, "baseline", true},
		"Screening (Day -28 to Day -1)": {"Up to 4 weeks", 0, "baseline", true},
		"Day -7":                        {"Up to 4 weeks", 0, "baseline", true},
		"Week 4 pre-dose":               {"Up to 8 weeks", 4, "", false},
		"Session 2 pre-dose":            {"Up to 8 weeks", -1, "session 2", false},
		"4 weeks post-dose":             {"Up to 4 weeks", 4, "dose", false},
		"Week 4":                        {"Baseline, 4 and 8 weeks after the last dose", 4, "last dose", false},
		"Week 8":                        {"Baseline and Week 8", 8, "baseline", false},
		"Visit 5":                       {"Up to 8 weeks", -1, "visit 5", false},
		"Visit 5 (Week 12)":             {"Up to 24 weeks", 12, "", false},
		"Cycle 33 Day 1":                {"Up to 3 years", -1, "cycle 33", false},
		"Baseline: No; at 24 h: Yes":    {"24 hours", -1, "", false},
		"Pre-malignant":                 {"Week 8", 8, "", false},
		"Six Minute Walk Test":          {"Week 8", 8, "", false},
		"Age: 60-64 years":              {"Week 8", 8, "", false},
	} {
		got := cellsOf(t, postedTable{title: "MADRS", frame: c.frame, dispersion: "Standard Deviation",
			classes: []postedClass{{row, [][5]string{{"OG000", "20.0", "9.1"}}}}})[0]
		weeks := -1.0
		if got.TimepointWeeks != nil {
			weeks = *got.TimepointWeeks
		}
		if d := weeks - c.weeks; d > 1e-9 || d < -1e-9 || got.TimepointOrigin != c.origin || got.Baseline != c.baseline {
			t.Errorf("%q: %v weeks from %q, baseline %v; want %v from %q, %v", row, weeks, got.TimepointOrigin, got.Baseline, c.weeks, c.origin,
				c.baseline)
		}
	}
}
