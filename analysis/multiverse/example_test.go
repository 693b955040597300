package multiverse_test

import (
	"context"
	"fmt"

	"past/analysis/meta"
	"past/analysis/multiverse"
)

// Three trials report two scales each; one has no placebo group.
func ExampleRun() {
	effect := func(id, scale, comparator string, g, v float64) multiverse.Candidate {
		return multiverse.Candidate{ID: id, Effect: g, Variance: v, Tags: map[string]string{"scale": scale, "comparator": comparator}}
	}
	plan := multiverse.Plan{
		Studies: []multiverse.Study{
			{ID: "A 2011", Candidates: []multiverse.Candidate{effect("A1", "clinician", "placebo", -1.10, 0.25),
				effect("A2", "self-rated", "placebo", -0.70, 0.22)}},
			{ID: "B 2018", Candidates: []multiverse.Candidate{effect("B1", "clinician", "low dose", -0.30, 0.15),
				effect("B2", "self-rated", "low dose", -0.25, 0.15)}},
			{ID: "C 2021", Candidates: []multiverse.Candidate{effect("C1", "clinician", "placebo", -0.75, 0.05),
				effect("C2", "self-rated", "placebo", -0.60, 0.05)}},
		},
		Axes: []multiverse.Axis{
			{Name: "comparators", Levels: []multiverse.Level{
				{Name: "all", Rule: multiverse.All()},
				{Name: "placebo only", Rule: multiverse.Keep("comparator", "placebo")},
			}},
			{Name: "scale", Levels: []multiverse.Level{
				{Name: "clinician first", Rule: multiverse.Prefer("scale", "clinician")},
				{Name: "self-rated first", Rule: multiverse.Prefer("scale", "self-rated")},
			}},
		},
		Methods: []meta.Method{meta.REML, meta.DL},
		Tests:   []meta.Test{meta.Z, meta.KnHa},
		Guard:   true,
		MID:     0.4,
	}
	r, err := multiverse.Run(context.Background(), plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d specifications, %d distinct\n", r.All.Count, r.Distinct.Count)
	fmt.Printf("median %.2f, from %.2f to %.2f\n", r.All.Median, r.All.Min, r.All.Max)
	fmt.Printf("interval excludes zero in %.0f %%, all of it beyond the MID in %.0f %%\n", 100*r.All.ExcludesZero, 100*r.All.BeyondMID)
	fmt.Println("moved most by:", r.MostMoving)
	// Output:
	// 16 specifications, 8 distinct
	// median -0.66, from -0.81 to -0.54
	// interval excludes zero in 75 %, all of it beyond the MID in 12 %
	// moved most by: scale
}
