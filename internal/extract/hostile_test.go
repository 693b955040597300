package extract

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"past/analysis/effect"
	"past/crawler/ctgov"
	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/recordedtest"
	"past/internal/vocab"
)

// FuzzRegister reads hostile records: whatever the strings, there is a verdict
// with a documented code for every cell, contrast and effect, no panic and no
// number that JSON cannot hold.
func FuzzRegister(f *testing.F) {
	for _, s := range [][8]string{
		{"12", "3.4", "1", "20", "MEAN", "Standard Deviation", "Week 4", "score"},
		{"1,234", "NA", "", "0", "LEAST_SQUARES_MEAN", "95% Confidence Interval", "Baseline; n=3,4", "Participants"},
		{"<0.1", "-3", "NE", "-5", "GEOMETRIC_MEAN", "", "(n=", "percentage of participants"},
		{"1e308", "1e308", "1e-308", "1e9", "COUNT_OF_PARTICIPANTS", "Standard Error", "Days -30 to -1", "%"},
		{"NaN", "Inf", "0,31", "99999999999999999999", "MEDIAN", "Inter-Quartile Range", "\xff", ""},
		{"-.5", "0", "5", "1", "NUMBER", "Full Range", "n=1, n=2", "probability"},
	} {
		f.Add(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7])
	}
	v := vocab.Default()
	body, err := os.ReadFile(filepath.Join("testdata", "synthetic-mdma-caps5.json"))
	if err != nil {
		f.Fatal(err)
	}
	base := parseRecord(f, body)
	f.Fuzz(func(t *testing.T, value, spread, limit, n, param, disp, title, unit string) {
		r := *base
		o := r.Results.Outcomes[0]
		o.ParamType, o.DispersionType, o.Unit, o.TimeFrame = param, disp, unit, title
		o.Denoms = []evidence.Denom{{Units: unit, Counts: []evidence.DenomCount{{GroupID: "OG000", Value: n}, {GroupID: "OG001", Value: "44"}}}}
		o.Classes = []evidence.Class{{Title: title, Categories: []evidence.Category{{Title: title, Measurements: []evidence.Measurement{
			{GroupID: "OG000", Value: value, Spread: spread, Lower: limit, Upper: value, Pointer: "/x"},
			{GroupID: "OG001", Value: limit, Spread: spread, Pointer: "/y"}, {GroupID: "", Value: n}}}}}, {}}
		o.Analyses = []evidence.Analysis{{GroupIDs: []string{"OG000", "OG001"}, ParamType: param, ParamValue: value, CILower: limit,
			CIUpper: spread, CIPct: n, PValue: value, DispersionType: disp, DispersionValue: spread, EstimateComment: title}}
		results := *base.Results
		results.Outcomes = []evidence.PostedOutcome{o}
		r.Results = &results
		cells, contrasts := posted.Register(&r, v), posted.Contrasts(&r)
		if len(cells) != 3 || len(contrasts) != 1 {
			t.Fatalf("%d cells and %d contrasts of 3 and 1", len(cells), len(contrasts))
		}
		effects := Audit(RegisterEffects(&r, mdmaStudy, cells, contrasts, v, effect.Metafor))
		for _, x := range []any{cells, contrasts, effects} {
			if _, err := json.Marshal(x); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range cells {
			checkReason(t, c.Verdict, c.Reason)
		}
		checkReason(t, contrasts[0].Verdict, contrasts[0].Reason)
		for _, e := range effects {
			checkReason(t, e.Verdict, e.Reason)
			if e.Verdict == evidence.Usable && (e.Estimate == nil || math.IsNaN(*e.Estimate) || !(evidence.Value(e.Variance) > 0) ||
				math.IsInf(*e.Variance, 0)) {
				t.Fatalf("a usable effect of %v with variance %v", evidence.Value(e.Estimate), evidence.Value(e.Variance))
			}
		}
	})
}

func checkReason(t *testing.T, v evidence.Verdict, why string) {
	t.Helper()
	code, sentence, ok := strings.Cut(why, ": ")
	if !ok || sentence == "" || !documentedCodes[code] {
		t.Fatalf("the reason %q has no documented code", why)
	}
	if (code == reason.Complete) != (v == evidence.Usable) {
		t.Fatalf("verdict %s with reason %q", v, why)
	}
}

// BenchmarkExtract500 extracts 500 recorded studies.
func BenchmarkExtract500(b *testing.B) {
	records := realStudies(b)
	v := vocab.Default()
	b.ResetTimer()
	for range b.N {
		cells := 0
		for i := range 500 {
			r := records[i%len(records)]
			a := posted.Register(r, v)
			c := posted.Contrasts(r)
			cells += len(a) + len(c) + len(RegisterEffects(r, mdmaStudy, a, c, v, effect.Metafor))
		}
		b.ReportMetric(float64(cells), "numbers/op")
	}
}

// realStudies reads the recorded studies that have results.
func realStudies(t testing.TB) []*evidence.Record {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(recordedtest.Path(t, "registry", "ctgov"), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no recorded studies")
	}
	var out []*evidence.Record
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ctgov.Parse(evidence.Payload{Body: body})
		if err != nil {
			t.Fatal(f, err)
		}
		for i := range p.Records {
			if p.Records[i].Results != nil {
				out = append(out, &p.Records[i])
			}
		}
	}
	return out
}

// Every recorded cell and contrast has a verdict with a documented reason, and
// every cell is there once; the counts by code are printed.
func TestRecordedReasons(t *testing.T) {
	v := vocab.Default()
	cellsBy, contrastsBy, kinds := map[string][]int{}, map[string][]int{}, map[string][]int{}
	cells, contrasts := 0, 0
	for _, r := range realStudies(t) {
		a, c, want := posted.Register(r, v), posted.Contrasts(r), r.Count()
		if len(a) != want.Measurements || len(c) != want.Contrasts {
			t.Errorf("%s: %d cells and %d contrasts of %d and %d", r.ID, len(a), len(c), want.Measurements, want.Contrasts)
		}
		for _, x := range a {
			checkReason(t, x.Verdict, x.Reason)
			code, _, _ := strings.Cut(x.Reason, ":")
			cellsBy[code] = append(cellsBy[code], cells)
			cells++
			if x.Prov.Pointer == "" || len(x.Prov.PayloadSHA256) != 64 {
				t.Errorf("%s leads nowhere", x.ID)
			}
		}
		for _, x := range c {
			checkReason(t, x.Verdict, x.Reason)
			code, _, _ := strings.Cut(x.Reason, ":")
			contrastsBy[code] = append(contrastsBy[code], contrasts)
			kinds[x.Kind] = append(kinds[x.Kind], contrasts)
			contrasts++
		}
	}
	for _, m := range []struct {
		name string
		by   map[string][]int
	}{{"cells", cellsBy}, {"contrasts", contrastsBy}, {"kinds of contrast", kinds}} {
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(m.by)) {
			parts = append(parts, fmt.Sprintf("%s %d", k, len(m.by[k])))
		}
		t.Logf("%s: %s", m.name, strings.Join(parts, ", "))
	}
}
