package evidence

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The verdict of a headline, its interval and "includes no effect" are one reading:
// they agree, turn with the sign, and say nothing where a limit is not known.
func TestHeadlineReadings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-3, 3)
		a, b := x.Draw(t, "a"), x.Draw(t, "b")
		lo, hi := math.Min(a, b), math.Max(a, b)
		est := (lo + hi) / 2
		h := Headline{Kind: HeadlinePooled, Estimate: &est, Lower: &lo, Upper: &hi}
		nlo, nhi, nest := -hi, -lo, -est
		turned := Headline{Kind: HeadlinePooled, Estimate: &nest, Lower: &nlo, Upper: &nhi}
		other := map[string]string{VerdictLower: VerdictHigher, VerdictHigher: VerdictLower, VerdictIncludes: VerdictIncludes}
		if v := h.Verdict(); turned.Verdict() != other[v] || h.IncludesNull() != (v == VerdictIncludes) ||
			h.IncludesNull() != (lo <= 0 && hi >= 0) {
			t.Fatalf("[%v, %v]: %s, turned %s, includes %v", lo, hi, v, turned.Verdict(), h.IncludesNull())
		}
		for _, part := range []Headline{{Estimate: &est, Lower: &lo}, {Estimate: &est, Upper: &hi}, {Lower: &lo, Upper: &hi}, {}} {
			if _, _, ok := part.Interval(); ok || part.Verdict() != VerdictNone || part.IncludesNull() {
				t.Fatalf("%+v is read as %s", part, part.Verdict())
			}
		}
	})
}

// A notice on a paper or a trial touches nothing else; one on a substance as
// treatment of a condition touches all of that.
func TestNoticesConcernWhatTheyName(t *testing.T) {
	trials, papers := map[string]bool{"NCT1": true}, map[string]bool{"doi:10.1/a": true, "pmid:7": true}
	for _, c := range []struct {
		n    Notice
		want bool
	}{
		{Notice{DOI: "10.1/a"}, true}, {Notice{DOI: "10.1/b", Substance: "mdma"}, false}, {Notice{PMID: "7"}, true},
		{Notice{TrialID: "NCT1"}, true}, {Notice{TrialID: "NCT2", Substance: "mdma", Condition: "ptsd"}, false},
		{Notice{DOI: "10.1/b", Covers: []string{"NCT1"}}, true},
		{Notice{Substance: "mdma", Condition: "ptsd"}, true}, {Notice{Substance: "mdma"}, true},
		{Notice{Substance: "mdma", Condition: "depression"}, false}, {Notice{Substance: "lsd"}, false}, {Notice{}, false},
	} {
		if got := c.n.Concerns("mdma", "ptsd", trials, papers); got != c.want {
			t.Errorf("%+v: %v", c.n, got)
		}
	}
	seen := map[string]bool{}
	for _, k := range NoticeKinds {
		if NoticeName(k.ID) != k.Name || seen[k.ID] {
			t.Errorf("%s is named %s", k.ID, NoticeName(k.ID))
		}
		seen[k.ID] = true
	}
	for _, d := range OtherDesigns {
		if name, risk := OtherDesign(d.ID); name != d.Name || risk == "" {
			t.Errorf("%s has no words of what it cannot show", d.ID)
		}
	}
}

// A share is known from counts or a percentage, and never from half of the counts.
func TestShareOfGuesses(t *testing.T) {
	n := func(i int) *int { return &i }
	p := 62.5
	for _, c := range []struct {
		g    Guess
		want float64
		ok   bool
	}{
		{Guess{N: n(40), Right: n(25)}, 0.625, true}, {Guess{Percent: &p}, 0.625, true}, {Guess{N: n(40)}, 0, false},
		{Guess{Right: n(25)}, 0, false}, {Guess{N: n(0), Right: n(0)}, 0, false}, {Guess{N: n(0), Right: n(0), Percent: &p}, 0.625, true},
	} {
		if got, ok := c.g.Share(); got != c.want || ok != c.ok {
			t.Errorf("%+v: %v %v", c.g, got, ok)
		}
	}
}

// What is known of a state decides what may be said.
func TestStatesAndWhatMayBeSaid(t *testing.T) {
	for _, s := range States {
		if s.Answered() && !s.Sayable() || (s == NotLooked || s == Outside) && s.Sayable() {
			t.Errorf("%s: answered %v, sayable %v", s, s.Answered(), s.Sayable())
		}
	}
	if got := (Coverage{Restated: true}).None(); got != SelectionNone {
		t.Error("restated facts pass for a search")
	}
	if State("").Sayable() {
		t.Error("no state is said")
	}
}

// A date counts as before a moment only when it is so however it is meant.
func TestDatesThatArePartlyKnown(t *testing.T) {
	at := time.Date(2024, 6, 15, 0, 0, 0, 0, time.UTC)
	for raw, want := range map[string]bool{"2023": true, "2024": false, "2024-05": true, "2024-06": false, "2024-06-14": true,
		"2024-06-15": false, "": false, "soon": false} {
		if got := (DateStruct{Raw: raw}).Before(at); got != want {
			t.Errorf("%q before %v: %v", raw, at, got)
		}
	}
	if d := (DateStruct{Raw: "2024-05", Type: "ESTIMATED"}); d.String() != "2024-05 (estimated)" || d.Year() != 2024 || d.IsZero() {
		t.Errorf("%s %d", d, d.Year())
	}
	if (DateStruct{Raw: "soon"}).Year() != 0 {
		t.Error("a year was made up")
	}
}

func TestDosesAndWeeksForPeople(t *testing.T) {
	for dose, want := range map[string]string{"125": "MDMA 125 mg", "0.2": "MDMA 200 µg", "": "MDMA", "1.5 mg/kg": "MDMA 1.5 mg/kg",
		"0.0255": "MDMA 25.5 µg"} {
		if got := (&HarmRow{Arm: "MDMA", Dose: dose}).Given(); got != want {
			t.Errorf("%q: %q, want %q", dose, got, want)
		}
	}
	for _, c := range []struct {
		weeks []float64
		want  string
	}{{nil, ""}, {[]float64{math.NaN()}, ""}, {[]float64{8.7, 3}, "3 to 8.7 weeks"}, {[]float64{1}, "1 week"}, {[]float64{1.0 / 7}, "1 day"},
		{[]float64{1.0 / 7, 4}, "1 day to 4 weeks"}, {[]float64{4, 4}, "4 weeks"}} {
		if got := WeekSpan(c.weeks); got != c.want {
			t.Errorf("%v: %q, want %q", c.weeks, got, c.want)
		}
	}
	if !InBoth(NotStated, "crossover-rct", 10, 12) || InBoth(NotStated, "parallel-rct", 10, 10) || !InBoth(Yes, "parallel-rct", 1, 2) ||
		InBoth(No, "crossover-rct", 5, 5) {
		t.Error("who is in both arms")
	}
}
