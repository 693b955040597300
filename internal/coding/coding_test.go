package coding

import (
	"strings"
	"testing"

	"past/internal/evidence"
)

// read codes a text that is written "Exclusion: …", "Inclusion: …" or, for care,
// as a sentence.
func read(c *Code, text string) bool {
	var r evidence.Record
	if rest, ok := strings.CutPrefix(text, "Exclusion: "); ok {
		r.Eligibility = "Exclusion Criteria:\n\n* " + rest
	} else if rest, ok := strings.CutPrefix(text, "Inclusion: "); ok {
		r.Eligibility = "Inclusion Criteria:\n\n* " + rest
	} else if c.Group == Blinding {
		r.Planned = []evidence.PlannedOutcome{{Measure: text}}
	} else {
		r.Summary = text
	}
	for _, x := range Read(&r) {
		if x.Code == c.ID {
			return true
		}
	}
	return false
}

func TestCodeBookExamples(t *testing.T) {
	for i := range Codes() {
		c := &Codes()[i]
		if len(c.Match) == 0 || len(c.NoMatch) == 0 {
			t.Errorf("code %s has no example of both kinds", c.ID)
		}
		for _, s := range c.Match {
			if !read(c, s) {
				t.Errorf("code %s does not find %q", c.ID, s)
			}
		}
		for _, s := range c.NoMatch {
			if read(c, s) {
				t.Errorf("code %s finds %q", c.ID, s)
			}
		}
	}
}

func TestStances(t *testing.T) {
	for _, c := range []struct{ text, code, want string }{
		{"Exclusion Criteria:\n* Pregnant women", "pregnancy", Excluded},
		{"Inclusion Criteria:\n* Negative pregnancy test", "pregnancy", Excluded},
		{"Inclusion Criteria:\n1. Major depressive episode without psychotic features", "psychosis", Excluded},
		{"Inclusion Criteria:\n* Willing to discontinue antidepressants", "serotonergic-antidepressants", Excluded},
		{"Inclusion Criteria:\n* Taking an SSRI for at least 6 weeks", "serotonergic-antidepressants", Required},
		{"Exclusion Criteria:\n* Antidepressants are allowed if stable", "serotonergic-antidepressants", Allowed},
		{"Exclusion Criteria:\n* Unable to speak English", "language", Required},
		{"Exclusion Criteria:\n* Unwilling to discontinue psychotropic agents", "serotonergic-antidepressants", Excluded},
		{"Inclusion Criteria:\n* Psychiatric medicines tapered off before baseline", "serotonergic-antidepressants", Excluded},
		{"Inclusion Criteria:\n* Fluent in English", "language", Required},
		{"KEY EXCLUSION CRITERIA\n\nAny of the following:\n\n  * seizures\n  * bipolar disorder", "bipolar", Excluded},
		{"Must not have:\n   - epilepsy", "seizures", Excluded},
		{"Adults with PTSD. Suicidal ideation is assessed.", "suicidality", Mentioned},
		{"Inclusion Criteria:\n* Couples in which one partner has PTSD\n\nExclusion Criteria:\n* Lithium", "lithium", Excluded},
		{"Inclusion Criteria:\n* Couples in which one partner has PTSD\n\nExclusion Criteria:\n* Lithium", "partner-required", Required},
	} {
		got := ""
		for _, x := range Read(&evidence.Record{Eligibility: c.text}) {
			if x.Code == c.code {
				got = x.Stance
			}
		}
		if got != c.want {
			t.Errorf("%q: %s is %q, want %q", c.text, c.code, got, c.want)
		}
	}
}

func TestCareIsNotReadFromDenials(t *testing.T) {
	r := evidence.Record{ID: "X", Arms: []evidence.Arm{{Label: "Drug alone",
		Description: "Given without any music. No preparation sessions.", Pointer: "/a/0"}}}
	if got := Read(&r); len(got) != 0 {
		t.Errorf("denied care was read: %+v", got)
	}
}

func TestReadNamesItsPlace(t *testing.T) {
	r := evidence.Record{ID: "X", Arms: []evidence.Arm{{Label: "A"}, {Label: "B", Description: "With music.", Pointer: "/arms/1"}}}
	got := Read(&r)
	if len(got) != 1 || got[0].RecordID != "X" || got[0].Field != "arm 2" || got[0].Pointer != "/arms/1" || got[0].Quote != "With music." {
		t.Errorf("got %+v", got)
	}
}

func TestCodeBookIsChecked(t *testing.T) {
	for _, raw := range []string{"codes: [{id: x, group: care, name: X}]", "codes: [{id: x, group: other, name: X, terms: [a]}]",
		"codes: [{id: x, group: care, name: X, terms: ['(']}]", "nope: 1"} {
		if _, err := load([]byte(raw)); err == nil {
			t.Errorf("%q was accepted", raw)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Inclusion Criteria:\n* a\nExclusion:\n - no seizures: \n   * x")
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range Read(&evidence.Record{Eligibility: s, Summary: s}) {
			if c.Quote == "" || c.Code == "" || c.Stance == "" {
				t.Fatalf("incomplete row %+v", c)
			}
		}
	})
}

// A hint is only a filter: with it, a code finds what it finds without it.
func TestHintsLoseNothing(t *testing.T) {
	for i := range Codes() {
		c := &Codes()[i]
		for n, sets := range c.hints {
			if len(sets) == 0 {
				t.Errorf("code %s: pattern %d has no literal text: every sentence is searched for it", c.ID, n+1)
			}
		}
		for _, s := range append(append([]string{}, c.Match...), strings.ToUpper(c.Match[0])) {
			if _, ok := c.find(s); ok && !c.hinted(strings.ToLower(s)) {
				t.Errorf("code %s: the hints %q rule out %q", c.ID, c.hints, s)
			}
		}
	}
}

// A heading of another language parts the criteria too.
func TestHeadingsOfOtherLanguages(t *testing.T) {
	for head, want := range map[string]string{"Ausschlusskriterien:": Excluded, "Einschlusskriterien": Required,
		"Critères d'exclusion :": Excluded, "Critères d’inclusion": Required, "Criterios de exclusión:": Excluded,
		"Criterios de inclusión": Required, "Criteri di esclusione:": Excluded, "Criteri di inclusione": Required} {
		rows := Read(&evidence.Record{ID: "A", Eligibility: head + "\n* lithium"})
		if len(rows) != 1 || rows[0].Stance != want {
			t.Errorf("%s: %+v", head, rows)
		}
	}
}
