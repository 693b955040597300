package extract

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/vocab"
)

// probe is one posted outcome of two groups, changed in one way, and what must
// be read of its last row.
type probe struct {
	line   string
	expect []string
	fields map[string]string
}

// readProbes reads testdata/probes.txt: expectations, "::", then the fields
// that differ from a plain change of the MADRS.
func readProbes(t testing.TB, name string) []probe {
	t.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []probe
	for _, line := range strings.Split(string(body), "\n") {
		want, fields, ok := strings.Cut(line, " :: ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		p := probe{line: line, fields: map[string]string{}}
		for _, w := range strings.Split(want, "; ") {
			p.expect = append(p.expect, strings.TrimSpace(w))
		}
		for _, f := range strings.Split(fields, " | ") {
			k, v, _ := strings.Cut(f, "=")
			p.fields[k] = v
		}
		out = append(out, p)
	}
	return out
}

func (p probe) get(key, fallback string) string {
	if v, ok := p.fields[key]; ok {
		return v
	}
	return fallback
}

// record is the probe as a record of a register.
func (p probe) record() *evidence.Record {
	o := evidence.PostedOutcome{
		Title: p.get("title", "Change From Baseline in MADRS Total Score at Day 28"), Description: p.get("desc", ""),
		TimeFrame: p.get("frame", "Baseline to Day 28"), Unit: p.get("unit", "units on a scale"),
		ParamType: p.get("param", "MEAN"), DispersionType: p.get("disp", "Standard Deviation"), UnitsAnalyzed: p.get("units", ""),
		Groups: []evidence.Group{
			{ID: "OG000", Title: p.get("g1", "Psilocybin 25 mg"), Description: "Psilocybin 25 mg by mouth"},
			{ID: "OG001", Title: p.get("g2", "Placebo"), Description: "Matching placebo"},
		},
	}
	sizes := strings.Split(p.get("n", "101,100"), ",")
	d := evidence.Denom{Units: "Participants"}
	for i, g := range o.Groups {
		d.Counts = append(d.Counts, evidence.DenomCount{GroupID: g.ID, Value: sizes[i]})
	}
	o.Denoms = []evidence.Denom{d}
	for i, row := range strings.Split(p.get("rows", p.get("row", "")), " // ") {
		cat := evidence.Category{Title: p.get("cat", "")}
		values := strings.Split(p.get("v", "-21.4,12.3;-17.0,13.9"), " // ")
		for g, cell := range strings.Split(values[min(i, len(values)-1)], ";") {
			f := append(strings.Split(cell, ","), "", "", "")
			cat.Measurements = append(cat.Measurements, evidence.Measurement{GroupID: o.Groups[g].ID, Value: f[0], Spread: f[1], Lower: f[2],
				Upper: f[3]})
		}
		o.Classes = append(o.Classes, evidence.Class{Title: row, Categories: []evidence.Category{cat}})
	}
	if c := p.get("contrast", ""); c != "" {
		o.Analyses = []evidence.Analysis{{GroupIDs: []string{"OG000", "OG001"}, ParamType: "Mean Difference (Final Values)", ParamValue: c}}
	}
	r := &evidence.Record{ID: "NCT90000014", Title: "A trial", Conditions: []string{p.get("condition", "Major Depressive Disorder")}}
	r.Results = &evidence.Results{Outcomes: []evidence.PostedOutcome{o}}
	return r
}

// faults are the expectations that the last row's first cell does not meet.
func (p probe) faults(a *evidence.ArmResult) []string {
	verdicts := map[string]evidence.Verdict{"usable": evidence.Usable, "review": evidence.NeedsReview, "unusable": evidence.Unusable}
	var out []string
	for _, e := range p.expect {
		key, value, keyed := strings.Cut(e, "=")
		ok := false
		switch {
		case !keyed && e == "doubted":
			ok = a.Verdict != evidence.Usable
		case !keyed && e == "base":
			ok = a.Baseline
		case !keyed && e == "turned":
			ok = a.Value != nil && *a.Value < 0 && slices.ContainsFunc(a.Flags, func(f string) bool { return strings.HasPrefix(f, reason.Turned) })
		case !keyed && verdicts[e] != "":
			ok = a.Verdict == verdicts[e]
		case !keyed:
			ok = a.ScoreType == e
		case key == "w" && value == "-":
			ok = a.TimepointWeeks == nil
		case key == "w":
			x, err := strconv.ParseFloat(value, 64)
			ok = err == nil && a.TimepointWeeks != nil && math.Abs(*a.TimepointWeeks-x) < 0.006*math.Max(1, x)
		case key == "from":
			ok = a.TimepointOrigin == value
		case key == "instrument":
			ok = a.Instrument == value
		case key == "subscale":
			ok = a.Subscale == value
		case key == "n":
			ok = a.N != nil && strconv.Itoa(*a.N) == value
		case key == "not":
			ok = a.ScoreType != value
		case key == "code":
			ok = slices.ContainsFunc(a.Flags, func(f string) bool { return strings.HasPrefix(f, value+":") })
		}
		if !ok {
			out = append(out, e)
		}
	}
	return out
}

// TestProbes reads outcomes of which each is changed in one way.
func TestProbes(t *testing.T) {
	v := vocab.Default()
	probes := readProbes(t, "testdata/probes.txt")
	for _, p := range probes {
		cells := posted.Register(p.record(), v)
		a := &cells[len(cells)-2] // the first group of the last row
		if bad := p.faults(a); len(bad) > 0 {
			t.Errorf("%s\n  not %s: %s", p.line, strings.Join(bad, ", "), cellSummary(a))
		}
	}
	t.Logf("%d probes", len(probes))
}

func cellSummary(a *evidence.ArmResult) string {
	weeks, n := "-", "-"
	if a.TimepointWeeks != nil {
		weeks = fmt.Sprintf("%.4g", *a.TimepointWeeks)
	}
	if a.N != nil {
		n = strconv.Itoa(*a.N)
	}
	return fmt.Sprintf("%s %s %s/%s w=%s from=%s base=%v n=%s: %s", a.Verdict, a.ScoreType, a.Instrument, a.Subscale, weeks,
		a.TimepointOrigin, a.Baseline, n, strings.Join(a.Flags, " | "))
}
