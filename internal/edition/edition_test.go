package edition

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"past/internal/evidence"
)

func someEvidence(t *rapid.T) Evidence {
	word := rapid.StringMatching(`[a-z]{1,3}`)
	return Evidence{Records: rapid.MapOf(word, word).Draw(t, "records"), Files: rapid.MapOf(word, word).Draw(t, "files"),
		Questions: rapid.SliceOfDistinct(word, rapid.ID).Draw(t, "questions")}
}

// The identity of the data is that of its content: no order, program, date or count
// is in it, and every record, file and question is.
func TestIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := someEvidence(t)
		same := Evidence{Records: maps.Clone(ev.Records), Files: maps.Clone(ev.Files), Questions: slices.Clone(ev.Questions)}
		slices.Reverse(same.Questions)
		a := New(ev, "2026-01-01", "1.0", false, map[string]int64{"trials": 3}, nil, nil)
		b := New(same, "2026-02-02", "2.0", true, nil, nil, nil)
		if a.ID != b.ID || a.DataHash != b.DataHash || a.ID != "e-"+a.DataHash[:12] {
			t.Fatalf("%s and %s of the same data", a.ID, b.ID)
		}
		key := rapid.StringMatching(`[A-Z]{2}`).Draw(t, "another")
		for name, change := range map[string]func(*Evidence){
			"a record":   func(e *Evidence) { e.Records[key] = "x" },
			"a file":     func(e *Evidence) { e.Files[key] = "x" },
			"a question": func(e *Evidence) { e.Questions = append(e.Questions, key) },
		} {
			other := Evidence{Records: map[string]string{}, Files: map[string]string{}, Questions: slices.Clone(ev.Questions)}
			maps.Copy(other.Records, ev.Records)
			maps.Copy(other.Files, ev.Files)
			change(&other)
			if other.Hash() == ev.Hash() {
				t.Fatalf("%s more, and the same identity", name)
			}
		}
	})
	record, file := Evidence{Records: map[string]string{"a": "b"}}, Evidence{Files: map[string]string{"a": "b"}}
	if record.Hash() == file.Hash() {
		t.Error("a record passes for a file")
	}
}

func somePooled(t *rapid.T) evidence.PooledResult {
	p := evidence.PooledResult{Measure: rapid.SampledFrom([]string{"SMD", "RR", "OR", "MD", "HR"}).Draw(t, "measure"), Method: "REML",
		Test: "knha", Formula: "metafor", K: rapid.IntRange(0, 9).Draw(t, "k"), N: evidence.People(rapid.IntRange(0, 900).Draw(t, "n"))}
	maybe := func(x float64) *float64 {
		if rapid.Bool().Draw(t, "known") {
			return &x
		}
		return nil
	}
	est, half := rapid.Float64Range(-3, 3).Draw(t, "estimate"), rapid.Float64Range(0, 2).Draw(t, "half")
	if p.K > 0 {
		lo, hi := est-half, est+half
		p.Estimate, p.CILower, p.CIUpper = &est, &lo, &hi
		p.PILower, p.PIUpper = maybe(lo-1), maybe(hi+1)
		p.UnguardedLow, p.UnguardedHigh, p.Tau2, p.I2Q = maybe(lo+half/2), maybe(hi-half/2), maybe(0.1), maybe(40)
	}
	return p
}

// The flat form has the numbers of the fitted model, absent ones as null; of a
// ratio it also has the exponentials, in the same order.
func TestFlatten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := evidence.Finding{ID: "q", Primary: somePooled(t), Effects: []evidence.Effect{{ID: "e1", StudyLabel: "A 2020"}, {ID: "e2",
			StudyLabel: "B 2021"}}, Warnings: []string{"w"}}
		f.Headline = evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: f.Primary.Estimate, Lower: f.Primary.CILower,
			Upper: f.Primary.CIUpper}
		flat := Flatten(f)
		log := map[string]bool{"RR": true, "OR": true, "HR": true}[f.Primary.Measure]
		if (flat.Scale == "log") != log || (flat.Natural != nil) != (log && f.Primary.Estimate != nil) {
			t.Fatalf("%s: scale %s, natural %v", f.Primary.Measure, flat.Scale, flat.Natural)
		}
		if n := flat.Natural; n != nil {
			if math.Abs(math.Log(n.Estimate)-*flat.Estimate) > 1e-12 || n.CILb > n.Estimate || n.CIUb < n.Estimate ||
				(n.PILb == nil) != (flat.PILb == nil) || *n.Headline.Lower != n.CILb {
				t.Fatalf("%+v of %+v", n, flat)
			}
		}
		if strings.Join(flat.Studies, ",") != "A 2020,B 2021" || strings.Join(flat.Effects, ",") != "e1,e2" || len(flat.Warnings) != 1 {
			t.Fatalf("%+v", flat)
		}
		js, err := json.Marshal(flat)
		if err != nil {
			t.Fatal(err)
		}
		if f.Primary.Estimate == nil && (!bytes.Contains(js, []byte(`"estimate":null`)) || flat.EstimateWords() != "no pooled number") {
			t.Fatalf("%s: %s", flat.EstimateWords(), js)
		}
		words := flat.NumberWords()
		for what, shown := range map[string]bool{"prediction interval": flat.Headline.Predicts(flat.Tau2, flat.PILb, flat.PIUb),
			"unguarded interval": flat.UnguardedLb != nil && flat.UnguardedUb != nil, "tau² = ": flat.Tau2 != nil, "I² = ": flat.I2Q != nil} {
			if strings.Contains(words, what) != (shown && flat.Estimate != nil) {
				t.Fatalf("%q in %q, known %v", what, words, shown)
			}
		}
	})
}

// A document is read back as it was written, and its lists are never null.
func TestDocumentIsReadBack(t *testing.T) {
	d := New(Evidence{Records: map[string]string{"ctgov/NCT1": "h"}}, "2026-01-01", "1.0", true, map[string]int64{"trials": 1},
		[]evidence.Finding{{ID: "b"}, {ID: "a"}}, []evidence.ClaimVerdict{{ID: "C1", Findings: []string{}}})
	js, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var back Document
	if err := json.Unmarshal(js, &back); err != nil {
		t.Fatal(err)
	}
	if again, err := back.JSON(); err != nil || !bytes.Equal(again, js) {
		t.Errorf("%v\n%s\n%s", err, js, again)
	}
	if back.Findings[0].ID != "b" || back.Findings[1].ID != "a" {
		t.Error("the findings changed their order")
	}
	empty, err := New(Evidence{}, "", "", false, nil, nil, nil).JSON()
	if err != nil || bytes.Contains(empty, []byte(`"findings": null`)) || bytes.Contains(empty, []byte(`"claims": null`)) {
		t.Errorf("%v %s", err, empty)
	}
	if Permalink("q", d.ID) != "f/q@"+d.ID {
		t.Error(Permalink("q", d.ID))
	}
}

func TestCertaintyWords(t *testing.T) {
	for want, f := range map[string]Flat{"not graded": {}, "low (signed)": {Certainty: "low", Signed: true},
		"low (proposed by rule, not signed)": {Certainty: "low"}} {
		if got := f.CertaintyWords(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	x, lo, hi := math.Log(1.35), math.Log(1.1), math.Log(1.66)
	f := Flat{Measure: "RR", Scale: "log", Headline: evidence.Headline{Estimate: &x, Lower: &lo, Upper: &hi}}
	if got := f.EstimateWords(); got != "RR 1.35 [1.10, 1.66]" {
		t.Errorf("a ratio is shown as %q", got)
	}
}
