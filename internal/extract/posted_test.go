package extract

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/extract/reason"
)

func postedEffects(t *testing.T, record, substance string) (map[string]evidence.Effect, []byte) {
	t.Helper()
	return registerEffects(t, filepath.Join("posted", record+".json"), evidence.Study{ID: record, Label: record,
		Substances: []string{substance}, Conditions: []string{"depression"}, Design: "parallel-rct"})
}

// Posted results of real trials (protocol parts written for the test) against
// metafor's escalc.
func TestPostedResultsAgreeWithMetafor(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "posted", "expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	effects := map[string]map[string]evidence.Effect{}
	for _, r := range rows[1:] {
		record, key := r[0], "o"+r[1]+"/c"+r[2]+"/k0/"+r[3]+"-"+r[4]
		if effects[record] == nil {
			substance := "ketamine"
			if record == "NCT03866174" {
				substance = "psilocybin"
			}
			var body []byte
			effects[record], body = postedEffects(t, record, substance)
			for id, e := range effects[record] {
				checkInputs(t, id, e, body)
			}
		}
		e, ok := effects[record][key]
		y, _ := strconv.ParseFloat(r[6], 64)
		v, _ := strconv.ParseFloat(r[7], 64)
		if !ok || e.Measure != r[5] || e.Verdict != evidence.Usable || e.Substance != "ketamine" && e.Substance != "psilocybin" {
			t.Errorf("%s %s: %v %s %q %s", record, key, ok, e.Measure, e.Verdict, e.Reason)
			continue
		}
		if math.Abs(*e.Estimate-y) > 1e-6 || math.Abs(*e.Variance-v) > 1e-6 {
			t.Errorf("%s %s: %v, variance %v; metafor %v, %v", record, key, *e.Estimate, *e.Variance, y, v)
		}
	}
	for _, record := range []string{"NCT02418585", "NCT03434041"} {
		for id, e := range effects[record] {
			if e.ComparatorClass != "inactive-placebo" || e.Background != "duloxetine, escitalopram, sertraline, venlafaxine" ||
				e.Drug != "esketamine" || e.DoseCtrl != "" {
				t.Errorf("%s %s: against %q beside %q, %q", record, id, e.ComparatorClass, e.Background, e.DoseCtrl)
			}
		}
	}
}

func TestPostedContrasts(t *testing.T) {
	got, _ := postedEffects(t, "NCT03434041", "ketamine")
	if e := got["o0/c0/k0/OG000-OG001/a0"]; e.Measure != "MD" || *e.Estimate != -2 || !e.Adjusted || e.Verdict != evidence.Usable {
		t.Errorf("an analysis that names one of two groups: %+v", e)
	}
	got, _ = postedEffects(t, "NCT04599855", "ketamine")
	if e := got["o0/c0/k0/OG001-OG000/a0"]; e.Measure != "MD" || *e.Estimate != -5.1 || *e.SE != 1.42 {
		t.Errorf("groups in the other order: %+v", e)
	}
	got, _ = postedEffects(t, "NCT03866174", "psilocybin")
	md := got["o0/c0/k0/OG000-OG001"]
	if !md.Adjusted || math.Abs(*md.Mean1-*md.Mean2+12.3) > 1e-9 || md.ComparatorClass != "active-placebo-or-low-dose" {
		t.Errorf("least squares means with standard errors: %+v", md)
	}
}

func TestPostedResultsThatGiveNoEffect(t *testing.T) {
	for record, c := range map[string]struct {
		substance string
		usable    int
	}{"NCT03181529": {"psilocybin", 0}, "NCT04116528": {"ketamine", 0}, "NCT01627782": {"ketamine", 2}, "NCT03185819": {"ketamine", 3}} {
		got, _ := postedEffects(t, record, c.substance)
		n := 0
		for _, e := range got {
			if e.Verdict == evidence.Usable {
				n++
			}
		}
		if n != c.usable {
			t.Errorf("%s: %d usable effects, want %d: %v", record, n, c.usable, keysOf(got))
		}
	}
	got, _ := postedEffects(t, "NCT03181529", "psilocybin")
	if e := got["o0/c3/k0/OG000-OG001"]; !strings.HasPrefix(e.Reason, reason.Treated) {
		t.Errorf("two treated groups: %s", e.Reason)
	}
}
