package starter_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"past/crawler/metapsy"
	"past/internal/evidence"
	"past/internal/recordedtest"
	"past/internal/starter"
)

// The datasets, read back by the collector's own reader, hold the numbers of
// the extraction table.
func TestDatasetsHoldTheExtractions(t *testing.T) {
	_, endpoints := serve(t)
	b, err := starter.Extractions()
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for name, prefix := range map[string]string{"data-depression-psiloctr": "depression-psiloctr:", "data-ptsd-mdmactr": "ptsd-mdmactr:"} {
		_, body := get(t, endpoints["metapsy"]+"/metapsy-project/"+name+"/master/data.csv")
		tab, err := metapsy.Rows(evidence.Payload{Body: body})
		if err != nil || len(tab.Problems) > 0 {
			t.Fatal(name, err, tab.Problems)
		}
		n := 0
		for _, record := range all[1:] {
			if !strings.HasPrefix(record[0], prefix) {
				continue
			}
			got := tab.Rows[n].Extraction(metapsy.Release{Name: name})
			n++
			for i, column := range all[0] {
				want := record[i]
				switch column {
				case "study", "year", "trial_id", "doi", "instrument", "domain", "score_type", "time_label", "primary_instrument", "primary_time",
					"post_crossover", "sessions", "dose_treat", "rob", "d1", "d5":
					if got[column] != want {
						t.Errorf("%s %s: %q, want %q", record[0], column, got[column], want)
					}
				case "time_weeks", "n1", "mean1", "sd1", "n2", "mean2", "sd2", "events1", "total1", "events2", "total2":
					a, b := evidence.ParseNumber(got[column], tab.Style), evidence.ParseNumber(want, evidence.StyleRegister)
					if a.OK != b.OK || a.Value != b.Value {
						t.Errorf("%s %s: %q, want %q", record[0], column, got[column], want)
					}
				}
			}
		}
		if n != len(tab.Rows) {
			t.Errorf("%s: %d rows, want %d", name, len(tab.Rows), n)
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
		ours, err1 := metapsy.Rows(evidence.Payload{Body: body})
		theirs, err2 := metapsy.Rows(evidence.Payload{Body: release})
		if err1 != nil || err2 != nil || len(ours.Rows) != len(theirs.Rows) {
			t.Fatal(err1, err2, len(ours.Rows), len(theirs.Rows))
		}
		for i := range ours.Rows {
			for _, c := range []string{"condition_arm1", "condition_arm2", "outcome_type", "multi_arm1", "multi_arm2", "design"} {
				if a, b := ours.Rows[i].Cell(c), theirs.Rows[i].Cell(c); a != b {
					t.Errorf("%s row %d: %s is %q, in the release %q", name, i+1, c, a, b)
				}
			}
		}
	}
}
