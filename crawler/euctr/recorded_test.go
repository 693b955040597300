package euctr

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"past/crawler"
	"past/crawler/xmltree"
	"past/internal/evidence"
	"past/internal/recordedtest"
)

// The recorded results were made from XML by another tool, which turned
// attributes into keys and lists of one into objects. asXML undoes that.

var wasAttribute = map[string]bool{"id": true, "armId": true, "categoryId": true, "subjectAnalysisSetId": true,
	"baselineReportingGroupId": true,
	"postAssignmentPeriodId":   true, "startedMilestoneId": true, "completedMilestoneId": true, "otherMilestoneId": true,
	"reasonNotCompletedId": true,
	"reasonJoinedId":       true, "reportingGroupId": true}

var resultParts = []string{"trialInformation", "subjectDisposition", "baselineCharacteristics", "endPoints", "trialChanges",
	"subjectAnalysisSets", "adverseEvents"}

func asXML(doc map[string]any) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><ns0:result xmlns:ns0=%q eudractNumber=%q sponsor=%q>`,
		namespace, doc["eudractNumber"], doc["sponsor"])
	for _, k := range resultParts {
		element(&b, k, doc[k])
	}
	b.WriteString("</ns0:result>")
	return b.Bytes()
}

func element(b *bytes.Buffer, name string, v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			element(b, name, x)
		}
		return
	case nil:
		return
	case string:
		b.WriteString("<" + name + ">")
		_ = xml.EscapeText(b, []byte(v))
		b.WriteString("</" + name + ">")
	case map[string]any:
		b.WriteString("<" + name)
		keys := slices.Sorted(maps.Keys(v))
		for _, k := range keys {
			if wasAttribute[k] {
				fmt.Fprintf(b, " %s=%q", k, v[k])
			}
		}
		b.WriteString(">")
		for _, k := range keys {
			if !wasAttribute[k] {
				element(b, k, v[k])
			}
		}
		b.WriteString("</" + name + ">")
	}
}

// tally counts, without knowing the format, how often a list's items occur in a
// part of the document, as `value` texts that are not empty.
func tally(v any, name string, count func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			tally(x, name, count)
		}
	case map[string]any:
		for k, x := range v {
			if k == name {
				items, ok := x.([]any)
				if !ok {
					items = []any{x}
				}
				for _, i := range items {
					if m, ok := i.(map[string]any); ok {
						count(m)
					}
				}
				continue
			}
			tally(x, name, count)
		}
	}
}

func recordedResults(t *testing.T) map[string]map[string]any {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(recordedtest.Path(t, "registry", "euctr"), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]any{}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		if doc["endPoints"] != nil {
			out[filepath.Base(f)] = doc
		}
	}
	if len(out) < 10 {
		t.Fatalf("%d recorded results", len(out))
	}
	return out
}

func TestRecordedResults(t *testing.T) {
	for name, doc := range recordedResults(t) {
		body := asXML(doc)
		got, err := Parse(evidence.Payload{Body: body})
		if err != nil || len(got.Records) != 1 {
			t.Fatal(name, err)
		}
		r := got.Records[0]
		for _, p := range got.Problems {
			t.Errorf("%s: %s %s %s", name, p.Kind, p.Where, p.Message)
		}
		for _, p := range r.Problems {
			if p.Kind != crawler.KindBadValue || !strings.Contains(p.Message, "99999") && !strings.Contains(p.Message, "two values") {
				t.Errorf("%s: %s %s", name, p.Where, p.Message)
			}
		}
		want, stats, analyses, events := 0, 0, 0, 0
		cell := func(m map[string]any) {
			if s, ok := m["value"].(string); ok && s != "" {
				want++
			}
		}
		tally(doc["endPoints"], "countableValue", cell)
		tally(doc["endPoints"], "tendencyValue", cell)
		tally(doc["endPoints"], "statisticalAnalysis", func(map[string]any) { analyses++ })
		tally(doc["adverseEvents"], "subjectsExposed", func(map[string]any) {})
		for _, kind := range []string{"seriousAdverseEvent", "nonSeriousAdverseEvent"} {
			tally(doc["adverseEvents"], kind, func(m map[string]any) {
				events++
				tally(m["values"], "value", func(map[string]any) { stats++ })
			})
		}
		c := r.Count()
		if c.Measurements != want || c.EventStats != stats || c.Contrasts != analyses || len(r.Results.Adverse.Events) != events || want == 0 ||
			stats == 0 {
			t.Errorf("%s: %+v, %d events; the file has %d values, %d rows of events, %d analyses, %d events", name, c,
				len(r.Results.Adverse.Events), want, stats, analyses, events)
		}
		pointersLead(t, name, body, &r)
	}
}

// pointersLead follows every pointer of a record back into its bytes.
func pointersLead(t *testing.T, name string, body []byte, r *evidence.Record) {
	t.Helper()
	n, err := xmltree.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	follow := func(pointer, field, want string) {
		t.Helper()
		p, ok := strings.CutPrefix(pointer, "/result/")
		if !ok {
			t.Fatalf("%s: pointer %q", name, pointer)
		}
		if field != "" {
			p += "/" + field
		}
		got, ok := n.Find(p)
		if _, raw, was := strings.Cut(want, "posted as "); was {
			want = strings.TrimSuffix(raw, ")")
		}
		if !ok || field != "" && got != want {
			t.Errorf("%s: %s gives %q %v, want %q", name, p, got, ok, want)
		}
	}
	for _, list := range [][]evidence.PostedOutcome{r.Results.Outcomes, r.Results.Baseline} {
		for _, o := range list {
			follow(o.Pointer, "title", o.Title)
			ids := map[string]bool{}
			for _, g := range o.Groups {
				ids[g.ID] = true
			}
			for _, cl := range o.Classes {
				for _, m := range cl.Categories[0].Measurements {
					follow(m.Pointer, "value", m.Value)
					if !ids[m.GroupID] {
						t.Errorf("%s: no group %q", name, m.GroupID)
					}
				}
			}
			for _, a := range o.Analyses {
				follow(a.Pointer, "title", a.GroupDescription)
				for _, id := range a.GroupIDs {
					if !ids[id] {
						t.Errorf("%s: analysis of %q, which is no group of %q", name, id, o.Title)
					}
				}
			}
		}
	}
	for _, p := range r.Results.Flow {
		for _, m := range append(slices.Clone(p.Milestones), p.Withdrawn...) {
			for _, c := range m.Counts {
				follow(c.Pointer, "subjects", c.Subjects)
			}
		}
	}
	for _, a := range r.Arms {
		follow(a.Pointer, "title", a.Label)
	}
	for _, e := range r.Results.Adverse.Events {
		for _, s := range e.Stats {
			if s.Affected != nil {
				follow(s.Pointer, "subjectsAffected", fmt.Sprint(*s.Affected))
			}
		}
	}
}
