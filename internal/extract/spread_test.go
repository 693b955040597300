package extract

import (
	"strings"
	"testing"

	"past/internal/evidence"
)

// A standard deviation of many digits that is a short standard error times √n was
// worked back from it; one that is printed, or is no such product, was not.
func TestSpreadWorkedBack(t *testing.T) {
	for _, c := range []struct {
		raw  string
		n    float64
		want string
	}{
		{"13.60955546566650", 42, "2.1"}, {"12.7738", 37, ""}, {"12.77380132913146", 37, "2.1"}, {"9.76972138804", 26, "1.916"},
		{"10.53912408759124", 79, ""}, {"8.69", 16, ""}, {"3.36749164809655", 14, "0.9"}, {"3.36749164809655", 15, ""},
	} {
		got, _ := standardErrorOf(c.raw, evidence.ParseNumber(c.raw, evidence.StyleRegister).Value, c.n)
		if got != c.want {
			t.Errorf("%s of %v people: %q, want %q", c.raw, c.n, got, c.want)
		}
	}
}

// Endpoint less change is the baseline: groups a quarter of a standard deviation apart
// did not start alike, and the endpoint says so.
func TestGroupsThatDidNotStartAlike(t *testing.T) {
	row := func(id, score string, m1, m2 float64) evidence.Effect {
		n, sd, w := 16.0, 8.0, 2.0
		e := evidence.Effect{ID: id, StudyID: "s", Instrument: "madrs", Domain: "depression", ScoreType: score, TimepointWeeks: &w,
			N1: &n, N2: &n, SD1: &sd, SD2: &sd, Mean1: &m1, Mean2: &m2, Verdict: evidence.Usable, Measure: "SMD"}
		return e
	}
	for _, c := range []struct {
		end, change [2]float64
		want        string
	}{
		{[2]float64{23.4, 24.6}, [2]float64{-9.6, -3.0}, "33.0 against 27.6"},
		{[2]float64{20, 27}, [2]float64{-12, -5.4}, ""},
	} {
		out := Audit([]evidence.Effect{row("a", evidence.ScoreEndpoint, c.end[0], c.end[1]),
			row("b", evidence.ScoreChange, c.change[0], c.change[1])})
		got := strings.Join(out[0].Flags, "\n")
		if strings.Contains(got, "did not start alike") != (c.want != "") || !strings.Contains(got, c.want) {
			t.Errorf("%v and %v: %q", c.end, c.change, got)
		}
		if strings.Contains(strings.Join(out[1].Flags, "\n"), "did not start alike") {
			t.Error("the change score carries the baseline's flag")
		}
	}
}
