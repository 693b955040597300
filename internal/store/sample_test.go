package store

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/registers"
	"past/internal/evidence"
)

// day is the instant that samples are fetched at, n days on.
func day(n int) time.Time { return time.Date(2026, 3, 1+n, 9, 30, 0, 0, time.UTC) }

func ptr[T any](v T) *T { return &v }

// payloadOf makes a payload of a body.
func payloadOf(source, url, body string, at time.Time) evidence.Payload {
	return evidence.Payload{SHA256: hashOf([]byte(body)), Source: source, URL: url, FetchedAt: at, Status: 200,
		MediaType: "application/json", ETag: `"` + url + `"`, Body: []byte(body)}
}

// sample makes a record with a row in every table below it. rev varies its
// content, and with it the content hash.
func sample(id string, rev int, sha string) evidence.Record {
	at := func(path string, i int) string { return fmt.Sprintf("/studies/0/%s/%d", path, i) }
	r := evidence.Record{
		ID: id, Source: "ctgov", Kind: evidence.KindTrial, ContentHash: hashOf([]byte(fmt.Sprint(id, rev))),
		Prov: evidence.Provenance{PayloadSHA256: sha, Pointer: "/studies/0"}, URL: "https://example.org/" + id,
		Title: "Psilocybin for low mood " + id, OfficialTitle: "A double-blind trial", Acronym: "LOWMOOD", Summary: "Adults with depression.",
		Aliases: []string{id + "-old"}, SecondaryIDs: []evidence.ID{{Value: "2020-000000-00", Type: "EUDRACT_NUMBER"}},
		Status: evidence.StatusCompleted, StatusRaw: "COMPLETED", Start: evidence.DateStruct{Raw: "2021-04", Type: "ACTUAL"},
		LastUpdatePosted: evidence.DateStruct{Raw: fmt.Sprintf("2026-02-%02d", rev/2%28+1)},
		StudyType:        "INTERVENTIONAL", Phases: []string{"PHASE2"}, Masking: "DOUBLE", Enrollment: ptr(30 + rev), EnrollmentType: "ACTUAL",
		Conditions: []string{"Depression", "Anxiety"}, Keywords: []string{"psychedelic"}, Countries: []string{"Switzerland"},
		Arms: []evidence.Arm{{Label: "Psilocybin 25 mg", Type: "EXPERIMENTAL", InterventionNames: []string{"Drug: Psilocybin"},
			Pointer: at("arms", 0)}, {Label: "Placebo", Pointer: at("arms", 1)}},
		Interventions: []evidence.Intervention{{Type: "DRUG", Name: "Psilocybin", OtherNames: []string{"COMP360"}}},
		Planned: []evidence.PlannedOutcome{{Type: "primary", Measure: fmt.Sprintf("MADRS total, revision %d", rev), TimeFrame: "Week 3",
			Pointer: at("outcomes", 0)}},
		Sponsor:    evidence.Organisation{Name: "University Hospital", Class: "OTHER"},
		References: []evidence.Reference{{PMID: "12345", DOI: "10.1/x", Type: "RESULT", Citation: "Someone, 2022"}},
		Unknown:    map[string]int{"/protocolSection/newModule": 1},
		Problems:   []evidence.Problem{{Kind: "bad-value", Where: at("x", 0), Message: "enrolment is no number", At: day(0)}},
		Results:    &evidence.Results{},
	}
	o := evidence.PostedOutcome{Index: 0, Type: "PRIMARY", Title: "MADRS", TimeFrame: "Week 3", ParamType: "MEAN",
		DispersionType: "Standard Deviation",
		Unit:           "units on a scale", Pointer: "/studies/0/outcomes/0",
		Groups: []evidence.Group{{ID: "OG000", Title: "Psilocybin 25 mg"}, {ID: "OG001", Title: "Placebo"}},
		Denoms: []evidence.Denom{{Units: "Participants", Counts: []evidence.DenomCount{{GroupID: "OG000", Value: "15"},
			{GroupID: "OG001", Value: "15"}}}},
		Analyses: []evidence.Analysis{{GroupIDs: []string{"OG000", "OG001"}, Method: "ANCOVA", PValue: "<0.001",
			ParamType:  "Mean Difference (Net)",
			ParamValue: "-6.5", Pointer: "/studies/0/outcomes/0/analyses/0"}}}
	for c := range 2 {
		cl := evidence.Class{Title: fmt.Sprintf("Week %d", c)}
		for k := range 2 {
			var ms []evidence.Measurement
			for j, g := range []string{"OG000", "OG001"} {
				ms = append(ms, evidence.Measurement{GroupID: g, Value: fmt.Sprintf("%d.%d", 20+rev, c*4+k*2+j), Spread: "5.1",
					Pointer: fmt.Sprintf("/studies/0/outcomes/0/classes/%d/categories/%d/measurements/%d", c, k, j)})
			}
			cl.Categories = append(cl.Categories, evidence.Category{Title: fmt.Sprintf("Part %d", k), Measurements: ms})
		}
		o.Classes = append(o.Classes, cl)
	}
	r.Results.Outcomes = []evidence.PostedOutcome{o}
	r.Results.Adverse = &evidence.AdverseEvents{
		Groups: []evidence.EventGroup{{Group: evidence.Group{ID: "EG000", Title: "Psilocybin"}, SeriousAffected: ptr(0), SeriousAtRisk: ptr(15)}},
		Events: []evidence.AdverseEvent{
			{Serious: true, Term: "Suicidal ideation", Stats: []evidence.EventStat{{GroupID: "EG000", Affected: ptr(1), AtRisk: ptr(15),
				Pointer: at("serious", 0)}}},
			{Term: "Headache", System: "Nervous", Stats: []evidence.EventStat{{GroupID: "EG000", Events: ptr(7), Affected: ptr(6),
				AtRisk: ptr(15)}, {GroupID: "EG001"}}}},
	}
	return r
}

// paper makes a publication record.
func paper(id, sha string) evidence.Record {
	return evidence.Record{ID: id, Source: "pubmed", Kind: evidence.KindPublication, ContentHash: hashOf([]byte(id)), Title: "A paper",
		Prov: evidence.Provenance{PayloadSHA256: sha, Pointer: "/a"},
		Publication: &evidence.Publication{PMID: "12345", DOI: "10.1/x", Title: "A paper",
			Authors:  []evidence.Author{{Family: "Müller", Given: "A"}},
			Abstract: "We measured MADRS.", TrialIDs: []evidence.TrialMention{{ID: "NCT00000001", Where: "databank"}},
			Related: []evidence.RelatedWork{{Type: "ErratumIn", PMID: "777"}}}}
}

// page makes the batch of one page with n records from the given number on.
func page(run string, first, n, rev int, next string) crawler.Batch {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("NCT%08d", first+i))
	}
	p := payloadOf("ctgov", "https://example.org/page/"+fmt.Sprint(first), fmt.Sprintf(`{"rev":%d,"ids":["%s"]}`, rev,
		strings.Join(ids, `","`)), day(rev))
	b := crawler.Batch{Source: "ctgov", QueryKey: "q", Query: "psilocybin AND depression", Run: run, Payloads: []evidence.Payload{p},
		Hits:    ids,
		HitBase: first, Cursor: crawler.Cursor{Next: next, Done: next == "", Seen: first + n, Run: run, At: day(rev)}}
	for _, id := range ids {
		b.Records = append(b.Records, sample(id, rev, p.SHA256))
	}
	return b
}

// parsePage is the pure reading of page's payloads.
func parsePage(p evidence.Payload) (crawler.Parsed, error) {
	var rev int
	var out crawler.Parsed
	if _, err := fmt.Sscanf(string(p.Body), `{"rev":%d,`, &rev); err != nil {
		return out, fmt.Errorf("not a page: %w", err)
	}
	_, list, _ := strings.Cut(string(p.Body), `"ids":["`)
	for _, id := range strings.Split(strings.TrimSuffix(list, `"]}`), `","`) {
		out.Records = append(out.Records, sample(id, rev, p.SHA256))
	}
	return out, nil
}

// parseSample reads the payloads of these tests: pages, and any other body that
// given has the records of.
func parseSample(p evidence.Payload) (crawler.Parsed, error) {
	if records, ok := given.Load(p.SHA256); ok {
		return crawler.Parsed{Records: records.([]evidence.Record)}, nil
	}
	if strings.HasPrefix(string(p.Body), `{"rev":`) {
		return parsePage(p)
	}
	return registers.Parse(p) // recorded studies
}

// given are records by the payload that they name: what tests of single records
// commit is what its parser would give.
var given sync.Map

// give says what a payload holds.
func give(records ...evidence.Record) {
	by := map[string][]evidence.Record{}
	for _, r := range records {
		by[r.Prov.PayloadSHA256] = append(by[r.Prov.PayloadSHA256], r)
	}
	for sha, rs := range by {
		given.Store(sha, rs)
	}
}

func open(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func fresh(t testing.TB) *Store {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "past.db"), Options{Create: true, What: "a test"})
}

func commit(t testing.TB, s *Store, b crawler.Batch) crawler.CommitResult {
	t.Helper()
	for _, p := range b.Payloads {
		if _, err := parsePage(p); err != nil {
			give(b.Records...)
		}
	}
	res, err := s.Commit(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func fingerprint(t testing.TB, s *Store) map[string]string {
	t.Helper()
	f, err := s.Fingerprint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return f
}
