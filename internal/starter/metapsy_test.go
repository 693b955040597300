package starter_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"past/internal/recordedtest"
	"past/internal/reproduce"
	"past/internal/review"
	"past/internal/starter"
)

// The datasets, read as a release is, hold the numbers of the extraction table.
func TestDatasetsHoldTheExtractions(t *testing.T) {
	_, endpoints := serve(t)
	b, err := starter.Extractions()
	if err != nil {
		t.Fatal(err)
	}
	all, problems, err := review.ReadExtractions("extractions.csv", b, "")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	for name, prefix := range map[string]string{"data-depression-psiloctr": "depression-psiloctr:", "data-ptsd-mdmactr": "ptsd-mdmactr:"} {
		_, body := get(t, endpoints["metapsy"]+"/metapsy-project/"+name+"/master/data.csv")
		rows, problems, err := reproduce.Metapsy(name, body)
		if err != nil || len(problems) > 0 {
			t.Fatal(name, err, problems)
		}
		shown := func(x review.Extraction) string {
			numbers, err := json.Marshal([]*float64{x.TimeWeeks, x.N1, x.Mean1, x.SD1, x.N2, x.Mean2, x.SD2, x.Events1, x.Total1,
				x.Events2, x.Total2})
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(x.Study, x.Year, x.TrialID, x.DOI, x.Instrument, x.ScoreType, x.TimeLabel, x.PrimaryInstrument, x.PrimaryTime,
				x.PostCrossover, x.DoseTreat, x.RoB, x.RoBDomains, string(numbers))
		}
		n := 0
		for _, want := range all {
			if !strings.HasPrefix(want.ID, prefix) {
				continue
			}
			if got := rows[n]; shown(got) != shown(want) {
				t.Errorf("%s:\n%s, want\n%s", want.ID, shown(got), shown(want))
			}
			n++
		}
		if n != len(rows) {
			t.Errorf("%s: %d rows, want %d", name, len(rows), n)
		}
	}
}

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
