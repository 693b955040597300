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

// Whatever pairs of a trial's arms are pooled, the people of each arm count
// once, and the order of the rows changes nothing.
func TestSharedArmsCountEachPersonOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 13))
	shared := 0
	for range 500 {
		var rows []evidence.Effect
		people := map[string]float64{}
		for s := range 1 + rng.IntN(3) {
			arms := 2 + rng.IntN(4)
			contrast := rng.IntN(2) == 0
			sizes := make([]float64, arms)
			for i := range sizes {
				sizes[i] = float64(5 + rng.IntN(100))
			}
			for a := range arms {
				for b := range a { // the higher dose against each lower, arm 0 is the placebo
					if rng.IntN(3) == 0 {
						continue
					}
					rows = append(rows, pairRow(s, a, b, sizes, contrast))
					people[fmt.Sprint(s, "/", a)], people[fmt.Sprint(s, "/", b)] = sizes[a], sizes[b]
				}
			}
		}
		out, notes := splitShared(rows)
		counted := map[string]float64{}
		for i, e := range out {
			var s, a, b int
			if _, err := fmt.Sscanf(e.ID, "%d-%d-%d", &s, &a, &b); err != nil {
				t.Fatal(err)
			}
			counted[fmt.Sprint(s, "/", a)] += *e.N1
			counted[fmt.Sprint(s, "/", b)] += *e.N2
			checkDivided(t, rows[i], e)
		}
		for arm, n := range people {
			if math.Abs(counted[arm]-n) > 1e-9 {
				t.Fatalf("arm %s has %v people, %v are counted", arm, n, counted[arm])
			}
		}
		shared += len(notes)
		mixed := slices.Clone(rows)
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		again, _ := splitShared(mixed)
		byID := func(a, b evidence.Effect) int { return strings.Compare(a.ID, b.ID) }
		slices.SortFunc(out, byID)
		slices.SortFunc(again, byID)
		for i := range out {
			if a, b := out[i], again[i]; *a.N1 != *b.N1 || *a.N2 != *b.N2 || (a.Variance == nil) != (b.Variance == nil) || a.Variance != nil &&
				*a.Variance != *b.Variance {
				t.Fatalf("%s depends on the order of the rows", out[i].ID)
			}
		}
	}
	if shared < 100 {
		t.Fatalf("only %d studies shared an arm", shared)
	}
}

func pairRow(s, a, b int, sizes []float64, contrast bool) evidence.Effect {
	p := func(v float64) *float64 { return &v }
	e := evidence.Effect{ID: fmt.Sprintf("%d-%d-%d", s, a, b), StudyID: fmt.Sprint(s), StudyLabel: fmt.Sprint("Trial ", s),
		ScoreType: "change",
		N1:        p(sizes[a]), N2: p(sizes[b]), DoseTreat: fmt.Sprint(a, " mg"), ArmTreat: fmt.Sprint("Dose ", a),
		ArmCtrl:  fmt.Sprint("Dose ", b),
		DoseCtrl: fmt.Sprint(b, " mg"), ComparatorClass: "active-placebo"}
	if b == 0 {
		e.ComparatorClass = "inactive-placebo"
	}
	if contrast {
		e.SetEffect("SMD", "metafor", -0.4, 1/sizes[a]+1/sizes[b])
		return e
	}
	e.Mean1, e.SD1, e.Mean2, e.SD2 = p(10), p(5), p(12), p(5)
	return e
}

// A divided contrast has the variance that the divided arms give; a divided row
// of means is marked to be worked out again.
func checkDivided(t *testing.T, before, after evidence.Effect) {
	t.Helper()
	if *before.N1 == *after.N1 && *before.N2 == *after.N2 {
		return
	}
	if before.Mean1 != nil {
		if after.Formula != "" || *after.Mean1 != *before.Mean1 {
			t.Fatalf("%s: formula %q, mean %v", after.ID, after.Formula, *after.Mean1)
		}
		return
	}
	if want := 1 / *after.N1 + 1 / *after.N2; math.Abs(*after.Variance-want) > 1e-12 || *after.Estimate != *before.Estimate {
		t.Fatalf("%s: variance %v, want %v", after.ID, *after.Variance, want)
	}
}
