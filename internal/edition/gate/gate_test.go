package gate

import (
	"past/internal/edition"
	"past/internal/edition/changes"
	"slices"
	"testing"
)

func number(x float64) *float64 { return &x }

func snapshot() *changes.Snapshot {
	flat := edition.Flat{ID: "q", Title: "A question", Measure: "SMD", K: 2, N: 90, Estimate: number(-0.5), SE: number(0.1),
		CILb: number(-0.7), CIUb: number(-0.3)}
	return &changes.Snapshot{Edition: "e-1", DataHash: "1", Software: "v1", Date: "2025-01-01",
		Findings: map[string]changes.Finding{"q": {Flat: flat, Effects: map[string]changes.Effect{
			"x1": {Study: "NCT1", Label: "One", Records: []string{"NCT1"}, Estimate: -0.4, Variance: 0.02},
			"x2": {Study: "NCT2", Label: "Two", Records: []string{"NCT2"}, Estimate: -0.6, Variance: 0.02}}}},
		Trials:  map[string]changes.Trial{"ctgov/NCT1": {Hash: "a"}, "ctgov/NCT2": {Hash: "b"}},
		Sources: map[string]changes.Source{"ctgov": {Alive: 100, Problems: 1}}, Unknown: map[string]int{},
		Files: map[string]string{"inclusion.csv": "1"}}
}

func TestGateRules(t *testing.T) {
	flat := func(s *changes.Snapshot, f func(*edition.Flat)) {
		x := s.Findings["q"]
		f(&x.Flat)
		s.Findings["q"] = x
	}
	for name, c := range map[string]struct {
		want   []string
		change func(*changes.Snapshot)
	}{
		"nothing": {nil, func(*changes.Snapshot) {}},
		"shrank": {[]string{"source-shrank"}, func(s *changes.Snapshot) {
			s.Sources["ctgov"] = changes.Source{Alive: 94,
				Problems: 1}
		}},
		"shrank a little": {nil, func(s *changes.Snapshot) { s.Sources["ctgov"] = changes.Source{Alive: 95, Problems: 1} }},
		"source vanished": {[]string{"source-shrank"}, func(s *changes.Snapshot) { delete(s.Sources, "ctgov") }},
		"problems": {[]string{"parse-failures"}, func(s *changes.Snapshot) {
			s.Sources["ctgov"] = changes.Source{Alive: 100,
				Problems: 8}
		}},
		"vanished": {[]string{"finding-vanished"}, func(s *changes.Snapshot) { delete(s.Findings, "q") }},
		"moved silently": {[]string{"estimate-moved"}, func(s *changes.Snapshot) {
			flat(s,
				func(f *edition.Flat) { f.Estimate = number(-0.55) })
		}},
		"interval silently": {[]string{"estimate-moved"}, func(s *changes.Snapshot) {
			flat(s,
				func(f *edition.Flat) { f.CIUb = number(-0.29) })
		}},
		"noise": {nil, func(s *changes.Snapshot) { flat(s, func(f *edition.Flat) { f.Estimate = number(-0.5000001) }) }},
		"moved by a review file": {nil, func(s *changes.Snapshot) {
			s.Files["inclusion.csv"] = "2"
			flat(s, func(f *edition.Flat) { f.Estimate = number(-0.55) })
		}},
		"moved by the program": {[]string{"same-data"}, func(s *changes.Snapshot) {
			s.DataHash, s.Software = "1", "v2"
			flat(s, func(f *edition.Flat) { f.Estimate = number(-0.55) })
		}},
		"moved by a new study": {nil, func(s *changes.Snapshot) {
			s.Trials["ctgov/NCT3"] = changes.Trial{Hash: "c"}
			s.Findings["q"].Effects["x3"] = changes.Effect{Study: "NCT3", Label: "Three", Records: []string{"NCT3"}, Estimate: -0.9, Variance: 0.02}
			flat(s, func(f *edition.Flat) { f.K, f.Estimate = 3, number(-0.65) })
		}},
		"study fell out": {[]string{"study-fell-out", "estimate-moved"}, func(s *changes.Snapshot) {
			delete(s.Findings["q"].Effects, "x2")
			flat(s, func(f *edition.Flat) { f.K, f.Estimate = 1, number(-0.4) })
		}},
		"drift":      {[]string{"schema-drift"}, func(s *changes.Snapshot) { s.Unknown["ctgov a.b"] = 50 }},
		"rare key":   {nil, func(s *changes.Snapshot) { s.Unknown["ctgov a.b"] = 2 }},
		"stale":      {[]string{"stale-decisions"}, func(s *changes.Snapshot) { s.Stale = []string{"d.csv line 2"} }},
		"k is wrong": {[]string{"integrity"}, func(s *changes.Snapshot) { flat(s, func(f *edition.Flat) { f.K = 7 }) }},
		"outside": {[]string{"integrity", "estimate-moved"}, func(s *changes.Snapshot) {
			flat(s,
				func(f *edition.Flat) { f.Estimate = number(3) })
		}},
		"only number": {[]string{"integrity", "finding-vanished"}, func(s *changes.Snapshot) { flat(s, func(f *edition.Flat) { f.K = 0 }) }},
	} {
		next := snapshot()
		next.Edition, next.DataHash = "e-2", "2"
		c.change(next)
		var got []string
		for _, r := range Judge(snapshot(), next, DefaultThresholds()) {
			got = append(got, r.Rule)
			if r.Message == "" || r.Do == "" {
				t.Errorf("%s: %+v says too little", name, r)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if r := Judge(nil, snapshot(), DefaultThresholds()); len(r) != 0 {
		t.Errorf("a first edition: %v", r)
	}
}

func TestAcceptanceCoversWhatWasShownAndNoMore(t *testing.T) {
	a, b := Reason{Rule: "x", Subject: "1", After: "5"}, Reason{Rule: "x", Subject: "1", After: "6"}
	if !covers([]Reason{a, b}, []Reason{b}) || covers([]Reason{a}, []Reason{b}) || covers([]Reason{a}, []Reason{a, b}) {
		t.Error("an acceptance covers other reasons than those shown")
	}
}
