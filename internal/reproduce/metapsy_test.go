package reproduce

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"past/internal/recordedtest"
	"past/internal/review"
	"past/internal/starter"
	"past/internal/synthesis"
)

// The datasets of the starter set, read as a release is, hold the numbers of the extraction table.
func TestDatasetsHoldTheExtractions(t *testing.T) {
	registers, err := starter.Registers()
	if err != nil {
		t.Fatal(err)
	}
	b, err := starter.Extractions()
	if err != nil {
		t.Fatal(err)
	}
	all, problems, err := review.ReadExtractions("extractions.csv", b, "")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	for name, prefix := range map[string]string{"data-depression-psiloctr": "depression-psiloctr:", "data-ptsd-mdmactr": "ptsd-mdmactr:"} {
		rec := httptest.NewRecorder()
		registers.ServeHTTP(rec, httptest.NewRequest("GET", starter.Endpoints("")["metapsy"]+"/metapsy-project/"+name+"/master/data.csv", nil))
		rows, problems, err := Metapsy(name, rec.Body.Bytes())
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

// The released files themselves, read with their own columns, lead to the same
// numbers as the embedded rows: both earlier releases, and the current ones.
func TestReleasedFiles(t *testing.T) {
	dir := recordedtest.Path(t, "effects", "metapsy")
	shipped, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	targets, err := Targets()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]string{
		"mdma-ptsd": {"data-ptsd-mdmactr/data.csv"},
		"psilocybin-depression@25.0.5": {"data-depression-psiloctr/versions/25.0.4/data.csv",
			"data-depression-psiloctr/versions/25.0.5/data.csv"},
		"psilocybin-depression": {"data-depression-psiloctr/versions/25.1.2/data.csv", "data-depression-psiloctr/data.csv"},
	}
	for _, target := range targets {
		for _, file := range files[target.Release] {
			b, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			rows, problems, err := Metapsy(file, b)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range problems {
				t.Errorf("%s: %s: %s", file, p.Where, p.Message)
			}
			row, err := target.Compute(shipped, Effects(rows))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			for _, c := range row.Checks {
				if !c.Agrees && c.Why == "" {
					t.Errorf("%s from %s, %s: published %s, ours %v %v", target.ID, file, c.Name, c.Published, c.Ours, row.Studies)
				}
			}
		}
	}
}

func TestMetapsyKeepsWhatItCannotRead(t *testing.T) {
	head := "study;condition_arm1;condition_arm2;outcome_type;instrument;instrument_symptom;n_arm1;mean_arm1;sd_arm1;n_arm2;" +
		"mean_arm2;sd_arm2;drug_arm1\n"
	rows, problems, err := Metapsy("x.csv",
		[]byte(head+"A 2020;psil;pcb;msd;madrs;depression;12;20,5;6;11;25,25;NA;psilocybin\nB "+
			"2021;psil;pcb;hazard;madrs;depression;1;1;1;1;1;1;psilocybin\nC;psil;wl;msd;madrs;depression;a few;1;1;1;1;1;psilocybin\n"))
	if err != nil || len(rows) != 1 || len(problems) != 2 {
		t.Fatalf("%d rows, problems %+v, %v", len(rows), problems, err)
	}
	x := rows[0]
	if *x.Mean1 != 20.5 || x.SD2 != nil || x.ComparatorClass != "inactive-placebo" || x.Substance != "psilocybin" ||
		x.Inputs["mean1"].Raw != "20,5" {
		t.Errorf("%+v", x)
	}
	if _, _, err := Metapsy("x.csv", []byte("a,b\n1,2\n")); err == nil {
		t.Error("a table of another layout was taken")
	}
}

func FuzzMetapsy(f *testing.F) {
	f.Add([]byte("study;condition_arm1;condition_arm2;outcome_type;instrument;n_arm1\nA;psil;psil;msd;madrs;3,5\n"))
	f.Add([]byte("study,condition_arm1,condition_arm2,outcome_type,instrument,dose_arm1,dose_arm2\nA,x,x,response,y,1 mg/kg,0 mg/kg\n\"B"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, _, err := Metapsy("f.csv", b)
		if err != nil {
			return
		}
		var ids []string
		for _, x := range rows {
			ids = append(ids, x.ID)
		}
		slices.Sort(ids)
		if len(slices.Compact(ids)) != len(rows) {
			t.Error("two rows share an id")
		}
		Effects(rows)
	})
}
