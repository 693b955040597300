package starter_test

import (
	"os"
	"testing"

	"past/internal/recordedtest"
	"past/internal/review"
)

// The codes that the extraction table does not have are those of the release.
func TestDatasetsHaveTheReleasesCodes(t *testing.T) {
	_, endpoints := serve(t)
	for _, name := range []string{"data-depression-psiloctr", "data-ptsd-mdmactr"} {
		release, err := os.ReadFile(recordedtest.Path(t, "effects", "metapsy", name, "data.csv"))
		if err != nil {
			t.Fatal(err)
		}
		_, body := get(t, endpoints["metapsy"]+"/metapsy-project/"+name+"/master/data.csv")
		ours, _, err1 := review.ReadTable(name, body)
		theirs, _, err2 := review.ReadTable(name, release)
		if err1 != nil || err2 != nil || len(ours.Rows) != len(theirs.Rows) {
			t.Fatal(err1, err2, len(ours.Rows), len(theirs.Rows))
		}
		for i := range ours.Rows {
			for _, c := range []string{"condition_arm1", "condition_arm2", "outcome_type", "multi_arm1", "multi_arm2", "design"} {
				if a, b := ours.Rows[i].Get(c), theirs.Rows[i].Get(c); a != b {
					t.Errorf("%s row %d: %s is %q, in the release %q", name, i+1, c, a, b)
				}
			}
		}
	}
}
