package synthesis

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
)

func armRow(id, drug, dose string, n1, m1, s1, n2, m2, s2 float64) evidence.Effect {
	return evidence.Effect{ID: id, StudyID: "S1", StudyLabel: "Trial 1", Substance: "lsd", Drug: drug, ScoreType: "change",
		Instrument: "ham-a", ComparatorClass: "inactive-placebo",
		ArmTreat: drug + " " + dose, DoseTreat: dose, ArmCtrl: "Placebo", N1: &n1, Mean1: &m1, SD1: &s1, N2: &n2, Mean2: &m2, SD2: &s2,
		HigherBetter: evidence.No}
}

// Two doses against one placebo are one comparison of 79 people against 37. The
// figures were worked out apart from the program, from the sums of squares of
// all people and with the exact small-sample factor.
func TestDosesOfOneDrugAreCombined(t *testing.T) {
	rows := []evidence.Effect{armRow("a", "", "100 ug", 40, -21.3, 9.5, 37, -13.7, 9.1),
		armRow("b", "", "200 ug", 39, -19.3, 9.4, 37, -13.7, 9.1)}
	out, gone, notes := combineArms(rows)
	if len(out) != 1 || len(gone) != 1 || len(notes) != 1 || out[0].ID != "b" || gone[0].EffectID != "a" || gone[0].Code != CodeArm {
		t.Fatalf("%d rows, %v, %v", len(out), gone, notes)
	}
	got, lost := Recompute(Question{Measure: "SMD", Formula: "metafor", LowerIsBetter: true}, out)
	if len(lost) > 0 {
		t.Fatal(lost)
	}
	e := got[0]
	for _, c := range []struct {
		name string
		got  *float64
		want float64
	}{{"n1", e.N1, 79}, {"mean1", e.Mean1, -20.312658227848104}, {"sd1", e.SD1, 9.443772430285879}, {"n2", e.N2, 37},
		{"g", e.Estimate, -0.70358119273339}, {"variance", e.Variance, 0.041818989766370274}} {
		if c.got == nil || math.Abs(*c.got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.name, evidence.Value(c.got), c.want)
		}
	}
	if *rows[1].N1 != 39 || rows[1].Mean1 == e.Mean1 {
		t.Error("the row of the selection was changed")
	}
}

// Counts add up; what is not one drug, one control, one time or one arm each
// stays apart.
func TestWhatIsNotCombined(t *testing.T) {
	a, b := armRow("a", "", "100 ug", 40, -21, 9, 37, -13, 9), armRow("b", "", "200 ug", 39, -19, 9, 37, -13, 9)
	for name, change := range map[string]func(*evidence.Effect){
		"another form of the drug": func(e *evidence.Effect) { e.Drug = "esketamine" },
		"another control arm":      func(e *evidence.Effect) { e.ArmCtrl = "Placebo 2" },
		"another control value":    func(e *evidence.Effect) { x := -12.0; e.Mean2 = &x },
		"another time":             func(e *evidence.Effect) { e.TimepointRaw = "Week 8" },
		"another study":            func(e *evidence.Effect) { e.StudyID = "S2" },
		"the same arm again":       func(e *evidence.Effect) { e.ArmTreat, e.DoseTreat = a.ArmTreat, a.DoseTreat },
		"a contrast":               func(e *evidence.Effect) { e.Mean1, e.Mean2 = nil, nil },
		"another background":       func(e *evidence.Effect) { e.Background = "sertraline" },
	} {
		c := b
		change(&c)
		if out, gone, _ := combineArms([]evidence.Effect{a, c}); len(out) != 2 || len(gone) != 0 {
			t.Errorf("%s: %d rows, %v", name, len(out), gone)
		}
	}
	counts := func(e evidence.Effect, k float64) evidence.Effect {
		zero := 4.0
		e.Mean1, e.SD1, e.Mean2, e.SD2, e.Event1, e.Event2, e.ScoreType = nil, nil, nil, nil, &k, &zero, "response"
		return e
	}
	out, _, _ := combineArms([]evidence.Effect{counts(a, 10), counts(b, 12)})
	if len(out) != 1 || *out[0].Event1 != 22 || *out[0].N1 != 79 || *out[0].Event2 != 4 || *out[0].N2 != 37 {
		t.Errorf("counts: %+v", out)
	}
}

// However many doses share a control, combining keeps each person once, the
// total of the scores and their sum of squares, in any order of the rows.
func TestCombiningKeepsPeopleAndSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 5210))
	for range 300 {
		var rows []evidence.Effect
		var n, sum, squares float64
		for i := range 2 + rng.IntN(4) {
			k, m, s := float64(3+rng.IntN(60)), rng.NormFloat64()*10, 1+rng.Float64()*10
			rows = append(rows, armRow(fmt.Sprint(i), "", fmt.Sprint(10*(i+1), " mg"), k, m, s, 30, 1, 8))
			n, sum, squares = n+k, sum+k*m, squares+(k-1)*s*s+k*m*m
		}
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		out, gone, _ := combineArms(rows)
		if len(out) != 1 || len(gone) != len(rows)-1 || out[0].ID != fmt.Sprint(len(rows)-1) {
			t.Fatalf("%d rows of %d, kept %s", len(out), len(rows), out[0].ID)
		}
		e := out[0]
		sd := math.Sqrt((squares - sum*sum/n) / (n - 1))
		if *e.N1 != n || math.Abs(*e.Mean1-sum/n) > 1e-9 || math.Abs(*e.SD1-sd) > 1e-9*sd || *e.N2 != 30 {
			t.Fatalf("%v people, %v, %v; want %v, %v, %v", *e.N1, *e.Mean1, *e.SD1, n, sum/n, sd)
		}
		if !slices.ContainsFunc(e.Flags, func(f string) bool { return strings.Contains(f, "6.5.2.10") }) {
			t.Fatal(e.Flags)
		}
	}
}

// Numbers too large for a sum of squares stay apart instead of becoming none.
func TestCombiningHugeNumbersIsLeftOut(t *testing.T) {
	out, gone, _ := combineArms([]evidence.Effect{armRow("a", "", "1 mg", 1e9, 1e300, 9, 37, -13, 9),
		armRow("b", "", "2 mg", 39, -1e300, 9, 37, -13, 9)})
	if len(out) != 2 || len(gone) != 0 {
		t.Fatalf("%+v", out)
	}
}
