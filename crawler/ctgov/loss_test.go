package ctgov

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"past/crawler"
	"past/internal/evidence"
	"past/internal/recordedtest"
)

// list gives the list at a path of an any-typed JSON value; nil when absent.
func list(v any, path ...string) []any {
	for _, k := range path {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	l, _ := v.([]any)
	return l
}

// countJSON sizes up a study straight from its JSON, knowing nothing of the
// parser under test.
func countJSON(study any) evidence.Counts {
	var c evidence.Counts
	for _, k := range []string{"primaryOutcomes", "secondaryOutcomes", "otherOutcomes"} {
		c.PlannedOutcomes += len(list(study, "protocolSection", "outcomesModule", k))
	}
	c.References = len(list(study, "protocolSection", "referencesModule", "references"))
	for _, o := range list(study, "resultsSection", "outcomeMeasuresModule", "outcomeMeasures") {
		c.PostedOutcomes++
		c.OutcomeGroups += len(list(o, "groups"))
		c.Contrasts += len(list(o, "analyses"))
		for _, cl := range list(o, "classes") {
			c.Classes++
			for _, ca := range list(cl, "categories") {
				c.Measurements += len(list(ca, "measurements"))
			}
		}
	}
	for _, k := range []string{"seriousEvents", "otherEvents"} {
		for _, e := range list(study, "resultsSection", "adverseEventsModule", k) {
			c.EventStats += len(list(e, "stats"))
		}
	}
	return c
}

// studiesOf finds the studies of a payload of any shape.
func studiesOf(v any) []any {
	switch x := v.(type) {
	case []any:
		var out []any
		for _, e := range x {
			out = append(out, studiesOf(e)...)
		}
		return out
	case map[string]any:
		if s, ok := x["studies"].([]any); ok {
			return s
		}
		if s, ok := x["study"]; ok {
			return []any{s}
		}
		return []any{v}
	}
	return nil
}

// TestNothingIsLost compares every recorded payload's sizes, and every posted
// value with its pointer, with a reading that does not know the parser.
func TestNothingIsLost(t *testing.T) {
	files := payloads(t, "ctgov/*.json", "ctgov-pages/*.json", "ctgov-versions/*.json", "ctgov-history/*.json")
	var sum evidence.Counts
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		parsed, err := Parse(evidence.Payload{Body: body})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		studies := studiesOf(v)
		if len(studies) != len(parsed.Records) {
			t.Errorf("%s: %d studies, %d records; problems %v", file, len(studies), len(parsed.Records), parsed.Problems)
			continue
		}
		for _, p := range parsed.Problems {
			if p.Kind == crawler.KindDrift { // some recorders added keys of their own
				t.Logf("%s: %s: %s", filepath.Base(file), p.Where, p.Message)
				continue
			}
			t.Errorf("%s: %s at %s: %s", filepath.Base(file), p.Kind, p.Where, p.Message)
		}
		for i, rec := range parsed.Records {
			want := countJSON(studies[i])
			if got := rec.Count(); got != want {
				t.Errorf("%s: %s has %+v, want %+v", filepath.Base(file), rec.ID, got, want)
			}
			for _, p := range rec.Problems {
				t.Errorf("%s: %s: %s at %s: %s", filepath.Base(file), rec.ID, p.Kind, p.Where, p.Message)
			}
			checkPointers(t, body, &rec)
			sum.Measurements += want.Measurements
			sum.EventStats += want.EventStats
		}
	}
	t.Logf("%d payloads with %d measurements and %d event counts", len(files), sum.Measurements, sum.EventStats)
	if sum.Measurements == 0 || sum.EventStats == 0 {
		t.Error("the recorded payloads hold no results: nothing was tested")
	}
}

// checkPointers follows the pointers of posted values back into the payload.
func checkPointers(t *testing.T, body []byte, rec *evidence.Record) {
	t.Helper()
	if rec.Results == nil {
		return
	}
	check := func(pointer string, want map[string]string) {
		raw, err := Open(body).Resolve(pointer)
		if err != nil {
			t.Errorf("%s: %v", rec.ID, err)
			return
		}
		var got map[string]any
		if err := json.Unmarshal(raw.Value, &got); err != nil {
			t.Errorf("%s: %s leads to %s", rec.ID, pointer, raw)
			return
		}
		for key, text := range want {
			s, isText := got[key].(string)
			if !isText && got[key] != nil {
				continue
			}
			if s != text {
				t.Errorf("%s: %s/%s is %q, the record says %q", rec.ID, pointer, key, s, text)
			}
		}
	}
	for i, o := range rec.Results.Outcomes {
		if i > 3 { // following every pointer of the largest studies takes minutes
			break
		}
		check(o.Pointer, map[string]string{"title": o.Title, "paramType": o.ParamType, "timeFrame": o.TimeFrame})
		for _, c := range o.Classes {
			for _, k := range c.Categories {
				for _, m := range k.Measurements {
					check(m.Pointer, map[string]string{"groupId": m.GroupID, "value": m.Value, "spread": m.Spread,
						"lowerLimit": m.Lower, "upperLimit": m.Upper, "comment": m.Comment})
				}
			}
		}
		for _, a := range o.Analyses {
			check(a.Pointer, map[string]string{"pValue": a.PValue, "paramValue": a.ParamValue, "statisticalMethod": a.Method,
				"ciLowerLimit": a.CILower})
		}
	}
	if a := rec.Results.Adverse; a != nil {
		for i, e := range a.Events {
			if i > 5 {
				break
			}
			for _, s := range e.Stats {
				check(s.Pointer, map[string]string{"groupId": s.GroupID})
			}
		}
	}
}

// TestDataDayDoesNotChangeTheHash: second snapshots that differ only in the
// register's data day have the first one's content hash, others have not.
func TestDataDayDoesNotChangeTheHash(t *testing.T) {
	pairs := 0
	for _, file := range payloads(t, "ctgov-versions/*.json") {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		first := filepath.Join(recordedtest.Path(t, "registry"), "ctgov", name+".json")
		if _, err := os.Stat(first); err != nil {
			continue // the first snapshot is not among the recorded ones
		}
		pairs++
		a, b := oneRecord(t, first), oneRecord(t, file)
		only := strings.Contains(file, "versionHolder-only")
		if (a.ContentHash == b.ContentHash) != only {
			t.Errorf("%s: equal hashes %v, want %v", filepath.Base(file), a.ContentHash == b.ContentHash, only)
		}
	}
	if pairs == 0 {
		t.Error("no pair of snapshots among the recorded payloads")
	}
}

func oneRecord(t *testing.T, file string) evidence.Record {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(evidence.Payload{Body: body})
	if err != nil || len(p.Records) != 1 {
		t.Fatalf("%s: %d records, %v", file, len(p.Records), err)
	}
	return p.Records[0]
}

func BenchmarkParse(b *testing.B) {
	page := []byte(`{"studies":[`)
	n := 0
	for _, file := range payloads(b, "ctgov/*.json") {
		body, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		var v json.RawMessage = body
		compact, err := json.Marshal(v)
		if err != nil {
			b.Fatal(err)
		}
		if n > 0 {
			page = append(page, ",\n"...)
		}
		page = append(page, compact...)
		n++
	}
	page = append(page, "]}"...)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		p, err := Parse(evidence.Payload{Body: page, SHA256: "0"})
		if err != nil || len(p.Records) != n {
			b.Fatal(len(p.Records), err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "studies/s")
}
