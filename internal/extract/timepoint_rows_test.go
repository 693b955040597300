package extract

import (
	"testing"
)

// What rows say before and after treatment, in words that records use.
func TestRowsBeforeTreatment(t *testing.T) {
	for title, want := range map[string]bool{
		"Pre-dose": true, "Predose Day 1": true, "Prior to infusion": true, "Intake": true, "Randomisation": true, "Day -1": true, "Week 0": true,
		"Time 0": true, "0 hours": true, "Hour 0": true, "T0": true, "-40 min": true, "Start of study": true, "Run-in": true,
		"Before first session": true,
		"Pre-session 1":        true, "Pre-session 2": false, "0-24 hours": false, "Hour 0 to 24": false, "40 min": false, "10 hours": false,
		"Day 10": false,
		"Week 4": false, "Start of study to week 4": false, "Change from baseline": false, "T10": false,
	} {
		p := postedTable{title: "MADRS total score", dispersion: "Standard Deviation", frame: "Day 0 to Day 28",
			classes: []postedClass{{title, [][5]string{{"OG000", "21.4", "9.1", "", ""}, {"OG001", "22.2", "9.3", "", ""}}}}}
		if got := cellsOf(t, p)[0].Baseline; got != want {
			t.Errorf("%q is before treatment: %v, want %v", title, got, want)
		}
	}
}
