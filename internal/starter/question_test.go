package starter

import (
	"strings"
	"testing"
)

func TestQuestion(t *testing.T) {
	text := folded("MDMA-assisted therapy for post-traumatic stress disorder (PTSD), 3,4-methylenedioxymethamphetamine")
	is := func(t term) bool { return t.tag != "mh" && holds(text, t.text) }
	for q, want := range map[string]bool{
		`"MDMA"[tw]`:                                    true,
		`"MDM"[tw]`:                                     false,
		`"post-traumatic stress disorder"`:              true,
		`"stress traumatic"`:                            false,
		`stress traumatic`:                              true, // side by side: both
		`("MDMA"[tw] OR "LSD"[tw]) AND "PTSD"[tw]`:      true,
		`("MDMA" OR "LSD") AND "depression"`:            false,
		`("MDMA"[tw]) NOT (animals[mh] NOT humans[mh])`: true,
		`"MDMA" NOT "PTSD"`:                             false,
		`"MDMA" AND NOT "LSD"`:                          true,
		`"LSD" OR "depression" OR "MDMA"`:               true,
		`3,4-methylenedioxymethamphetamine[tw]`:         true,
		`TITLE_ABS:"therapy" AND (X:"LSD" OR "b")`:      false,
	} {
		e, err := question(q)
		if err != nil || e.matches(is) != want {
			t.Errorf("%s: %v, want %v", q, err, want)
		}
	}
	for _, q := range []string{"", "(", "a AND", "a)", "OR b", "(a", "NOT a", strings.Repeat("(", 5000) + "a"} {
		if _, err := question(q); err == nil {
			t.Errorf("%.20q is a question", q)
		}
	}
	for q, want := range map[string]bool{
		"UPDATE_DATE:[2026-11-20 TO 3000-12-31]": false, "UPDATE_DATE:[2022-01-01 TO 2022-12-31]": true,
		"lastEdited GE 2022-06-28T00:00:00.000Z": true, "lastEdited LT 2022-06-28T00:00:00.000Z": false, "lastEdited GT 2022-06-27": true,
		"lastEdited LE 2022-06-27": false,
	} {
		e, err := question(q)
		if err != nil || e.op != "term" {
			t.Fatal(q, err)
		}
		got := e.term.within("2022-06-28")
		if e.term.compare != "" {
			got = e.term.compares("2022-06-28")
		}
		if got != want {
			t.Errorf("%s: %+v", q, e.term)
		}
		if e.term.within("") || e.term.compares("") {
			t.Errorf("%s finds a day that is not known", q)
		}
	}
}

func FuzzQuestion(f *testing.F) {
	f.Add(`("MDMA"[tw] OR b) AND (2026/01/01:3000[edat] OR x GE 2020) NOT F:[a TO b]`)
	f.Fuzz(func(t *testing.T, s string) {
		e, err := question(s)
		if err != nil {
			return
		}
		all, none := e.matches(func(term) bool { return true }), e.matches(func(term) bool { return false })
		if none || all && strings.TrimSpace(s) == "" {
			t.Fatal(s)
		}
	})
}

// Every trial and paper that a register states something of has its sources.
func TestRegistrationsHaveSources(t *testing.T) {
	rs, err := Registrations()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range rs {
		if key := r.Register + " " + r.ID; len(r.Sources) == 0 || seen[key] || r.ID == "" {
			t.Errorf("%s: %d sources, twice: %v", key, len(r.Sources), seen[key])
		} else {
			seen[key] = true
		}
		for _, day := range []string{r.Submitted, r.FirstPosted, r.Updated, r.Start, r.Primary, r.End} {
			if day != "" && (len(day) != 10 || day > Date) {
				t.Errorf("%s: %q is no day up to %s", r.ID, day, Date)
			}
		}
	}
}
