package extract

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"past/analysis/effect"
	"past/crawler/ctgov"
	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/vocab"
)

// fixture reads a synthetic record in the recorded shape.
func fixture(t testing.TB, name string) (*evidence.Record, []byte) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return parseRecord(t, body), body
}

func parseRecord(t testing.TB, body []byte) *evidence.Record {
	t.Helper()
	p, err := ctgov.Parse(evidence.Payload{Body: body})
	if err != nil || len(p.Records) != 1 {
		t.Fatal(err, len(p.Records), p.Problems)
	}
	return &p.Records[0]
}

func registerEffects(t testing.TB, name string, study evidence.Study) (map[string]evidence.Effect, []byte) {
	t.Helper()
	r, body := fixture(t, name)
	v := vocab.Default()
	out := map[string]evidence.Effect{}
	for _, e := range Audit(RegisterEffects(r, study, posted.Register(r, v), posted.Contrasts(r), v, effect.Metafor)) {
		out[strings.TrimPrefix(e.ID, r.ID+"/")] = e
	}
	return out, body
}

var mdmaStudy = evidence.Study{ID: "NCT90000001", Label: "Synthetic 2019", Substances: []string{"mdma"}, Conditions: []string{"ptsd"},
	Design: "parallel-rct"}

func TestMDMAFixture(t *testing.T) {
	got, body := registerEffects(t, "synthetic-mdma-caps5.json", mdmaStudy)
	// the placebo group comes first in outcome 0: arms go by their words
	e, ok := got["o0/c0/k0/OG001-OG000"]
	if !ok {
		t.Fatalf("no effect of MDMA against placebo: %v", keysOf(got))
	}
	want, err := effect.Compute(effect.SMD, effect.Data{M1I: []float64{-24.5}, SD1I: []float64{11.6}, N1I: []float64{46},
		M2I: []float64{-14}, SD2I: []float64{11.5}, N2I: []float64{44}}, effect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(evidence.Value(e.Estimate)-want.Y[0]) > 1e-12 || e.Verdict != evidence.Usable || e.ComparatorClass != "inactive-placebo" ||
		e.ScoreType != "change" || e.Domain != "ptsd" || e.Instrument != "caps-5" {
		t.Errorf("%+v, want %v", e, want.Y[0])
	}
	if e.TimepointWeeks == nil || *e.TimepointWeeks != 18 || !e.PrimaryInstrument || e.HigherBetter != evidence.No ||
		e.PopulationClass != "diagnosis" {
		t.Errorf("%+v", e)
	}
	if _, ok := got["o1/c0/k0/OG000-OG001"]; ok {
		t.Error("a baseline row gave an effect")
	}
	if e := got["o1/c1/k0/OG000-OG001"]; e.N1 == nil || *e.N1 != 42 || *e.N2 != 37 || e.Verdict != evidence.Usable {
		t.Errorf("sizes of the class: %+v", e)
	}
	if e := got["o2/c0/k0/OG000-OG001"]; e.Verdict != evidence.Usable || !e.Adjusted ||
		!slices.ContainsFunc(e.Flags, func(f string) bool { return strings.Contains(f, "trial's own standard deviation at this time") }) ||
		evidence.Value(e.Estimate) > -0.7 || evidence.Value(e.Estimate) < -0.85 || e.Mean1 != nil {
		t.Errorf("least squares means: %+v", e)
	}
	if e := got["o2/c0/k0/OG000-OG001/a0"]; e.Measure != "MD" || evidence.Value(e.Estimate) != -10.3 ||
		math.Abs(evidence.Value(e.SE)-10.8/(2*1.987)) > 0.02 || !e.Adjusted {
		t.Errorf("the contrast in points: %+v", e)
	}
	if e := got["o3/c0/k0/OG000-OG001"]; e.Verdict != evidence.Usable || e.Measure != "RR" ||
		math.Abs(evidence.Value(e.Estimate)-math.Log(37.0/42/(23.0/37))) > 1e-12 || e.ScoreType != "response" {
		t.Errorf("response: %+v", e)
	}
	if e := got["o4/c0/k0/OG000-OG001"]; e.Verdict != evidence.NeedsReview || !hasFlag(&e, reason.SEForSD) ||
		!hasFlag(&e, reason.Implausible) {
		t.Errorf("standard errors as standard deviations: %+v", e)
	}
	if e := got["o5/c0/k0/OG000-OG001"]; e.Verdict != evidence.NeedsReview || !hasFlag(&e, reason.Discordant) {
		t.Errorf("discordant contrast: %+v", e)
	}
	for id, e := range got {
		checkInputs(t, id, e, body)
	}
}

func TestFSFIFixture(t *testing.T) {
	study := evidence.Study{ID: "NCT90000002", Substances: []string{"psilocybin"}, Conditions: []string{"female-sexual-arousal-disorder"},
		Design: "parallel-rct"}
	got, body := registerEffects(t, "synthetic-fsfi.json", study)
	e, ok := got["o0/c0/k0/OG001-OG000"]
	if !ok {
		t.Fatalf("no effect: %v", keysOf(got))
	}
	sd := 1.10 * math.Sqrt(30)
	if e.SD1 == nil || math.Abs(*e.SD1-sd) > 1e-9 || e.HigherBetter != evidence.Yes || e.ComparatorClass != "active-placebo-or-low-dose" ||
		e.Domain != "sexual-function" || e.Verdict != evidence.Usable || *e.TimepointWeeks != 4 {
		t.Errorf("%+v", e)
	}
	if _, ok := got["o0/c1/k0/OG001-OG000"]; ok {
		t.Error("a subscale gave an effect of the whole instrument")
	}
	if e := got["o1/c0/k0/OG001-OG000"]; e.Verdict != evidence.Unusable || e.Estimate != nil || e.Variance != nil || e.SE != nil ||
		e.CILower != nil {
		t.Errorf("medians: %+v", e)
	}
	for id, e := range got {
		checkInputs(t, id, e, body)
	}
	r, _ := fixture(t, "synthetic-fsfi.json")
	cells := posted.Register(r, vocab.Default())
	if c := cells[2]; c.Subscale != "desire" || c.ScoreType != "subscale" {
		t.Errorf("%+v", c)
	}
	if c := cells[5]; c.Lower == nil || *c.Lower != 20.5 || c.Upper != nil {
		t.Errorf("decimal comma and NE: %+v", c)
	}
	if a, b := cells[6], cells[7]; a.Value == nil || *a.Value != 1204.5 || b.Value != nil || b.Verdict != evidence.Unusable ||
		!strings.Contains(b.Reason, "too few") {
		t.Errorf("%+v %+v", a, b)
	}
}

// Where the format has no sizes of row blocks, a cell and its effect say that the
// size is the outcome's.
func TestSizesOfTheWholeOutcomeAreMarked(t *testing.T) {
	r, _ := fixture(t, "synthetic-mdma-caps5.json")
	v := vocab.Default()
	marked := func() (cells, effects int) {
		is := func(f string) bool { return strings.HasPrefix(f, reason.OutcomeSize+":") }
		rows := posted.Register(r, v)
		for _, a := range rows {
			if slices.ContainsFunc(a.Flags, is) {
				cells++
			}
		}
		for _, e := range RegisterEffects(r, mdmaStudy, rows, nil, v, effect.Metafor) {
			if slices.ContainsFunc(e.Flags, is) {
				effects++
			}
		}
		return cells, effects
	}
	if c, e := marked(); c != 0 || e != 0 {
		t.Errorf("sizes of the rows: %d cells and %d effects marked", c, e)
	}
	o := &r.Results.Outcomes[0]
	for i := range r.Results.Outcomes {
		if len(r.Results.Outcomes[i].Classes) > 1 {
			o = &r.Results.Outcomes[i]
		}
	}
	for i := range o.Classes {
		o.Classes[i].Denoms = nil
	}
	o.WholeSizes = true
	if c, e := marked(); c == 0 || e == 0 {
		t.Errorf("sizes of the outcome: %d cells and %d effects marked", c, e)
	}
}

// Without a substance of the vocabulary there are cells and contrasts only.
func TestNoSubstanceNoEffect(t *testing.T) {
	got, _ := registerEffects(t, "synthetic-mdma-caps5.json", evidence.Study{ID: "x"})
	if len(got) != 0 {
		t.Errorf("%d effects of a study about no substance", len(got))
	}
}

func keysOf(m map[string]evidence.Effect) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

// checkInputs follows every pointer of an effect into the bytes and finds the
// raw text there.
func checkInputs(t *testing.T, id string, e evidence.Effect, body []byte) {
	t.Helper()
	var doc any
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	if e.Verdict == evidence.Usable && len(e.Inputs) == 0 {
		t.Errorf("%s: no inputs", id)
	}
	for _, in := range e.Inputs {
		got := resolve(doc, in.Prov.Pointer)
		if n, ok := got.(float64); ok { // a count that the register writes as a number
			got = strconv.FormatFloat(n, 'f', -1, 64)
		}
		if s, ok := got.(string); !ok || s != in.Raw && !strings.HasSuffix(in.Prov.Pointer, "/title") {
			t.Errorf("%s: %s points at %v (%s), not at %q", id, in.Name, got, in.Prov.Pointer, in.Raw)
		}
		if len(in.Prov.PayloadSHA256) != 64 {
			t.Errorf("%s: %s has no payload hash", id, in.Name)
		}
	}
}

func resolve(doc any, pointer string) any {
	for _, k := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		switch x := doc.(type) {
		case map[string]any:
			doc = x[k]
		case []any:
			i, err := strconv.Atoi(k)
			if err != nil || i < 0 || i >= len(x) {
				return nil
			}
			doc = x[i]
		default:
			return nil
		}
	}
	return doc
}
