package store

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"past/crawler"
	"past/internal/evidence"
)

func TestCommitKeepsEverything(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	b := page("r1", 0, 30, 0, "")
	if got, want := commit(t, s, b), (crawler.CommitResult{Received: 30, New: 30}); got != want {
		t.Fatalf("commit: %+v, want %+v", got, want)
	}
	i := 0
	for r, err := range s.Records(ctx, RecordFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(b.Records[i], r); d != "" {
			t.Fatalf("record %d came back changed:\n%s", i, d)
		}
		i++
	}
	if i != 30 {
		t.Fatalf("%d records came back, want 30", i)
	}
	i = 0
	for h, err := range s.Heads(ctx, RecordFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		r := b.Records[i]
		want := evidence.Record{ID: r.ID, Source: r.Source, Kind: r.Kind, URL: r.URL, Title: r.Title, OfficialTitle: r.OfficialTitle,
			Status: r.Status, StatusRaw: r.StatusRaw, Start: r.Start, Completion: r.Completion, FirstPosted: r.FirstPosted,
			LastUpdatePosted: r.LastUpdatePosted, StudyType: r.StudyType, Phases: r.Phases, Enrollment: r.Enrollment,
			EnrollmentType: r.EnrollmentType, Sponsor: evidence.Organisation{Name: r.Sponsor.Name}, Countries: r.Countries}
		if r.Results != nil {
			want.Results = &evidence.Results{}
		}
		if d := cmp.Diff(want, h); d != "" {
			t.Fatalf("head %d is not that of its record:\n%s", i, d)
		}
		i++
	}
	if i != 30 {
		t.Fatalf("%d heads came back, want 30", i)
	}
	p, err := s.Payload(ctx, b.Payloads[0].SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(b.Payloads[0], p); d != "" {
		t.Fatalf("payload came back changed:\n%s", d)
	}
	want := Counts{Records: 30, Payloads: 1}
	for i := range b.Records {
		c := b.Records[i].Count()
		want.PlannedOutcomes += int64(c.PlannedOutcomes)
		want.PostedOutcomes += int64(c.PostedOutcomes)
		want.OutcomeGroups += int64(c.OutcomeGroups)
		want.Measurements += int64(c.Measurements)
		want.Contrasts += int64(c.Contrasts)
		want.EventStats += int64(c.EventStats)
		want.References += int64(c.References)
	}
	got, err := s.Counts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	if etag, _, sha, err := s.Validators(ctx, b.Payloads[0].URL); err != nil || etag != b.Payloads[0].ETag || sha != b.Payloads[0].SHA256 {
		t.Errorf("validators: %q %q %v", etag, sha, err)
	}
	if c, ok, err := s.Cursor(ctx, "ctgov", "q"); err != nil || !ok || !c.Done || c.Seen != 30 {
		t.Errorf("cursor: %+v %v %v", c, ok, err)
	}
	faults, err := s.Check(ctx, Records)
	if err != nil || len(faults) > 0 {
		t.Errorf("integrity: %v %v", faults, err)
	}
}

func TestCommitTwiceChangesNothing(t *testing.T) {
	s := fresh(t)
	b := page("r1", 0, 5, 0, "")
	b.Gone = []string{"NCT99999999"}
	b.Problems = []evidence.Problem{{Source: "ctgov", Kind: "half-json", Where: "https://example.org/x", Message: "cut short", At: day(0)}}
	first := commit(t, s, b)
	before := fingerprint(t, s)
	second := commit(t, s, b)
	if d := cmp.Diff(before, fingerprint(t, s)); d != "" {
		t.Errorf("the second commit changed the store:\n%s", d)
	}
	if first.New != 5 || first.Gone != 1 || first.KeptAside != 0 || second.New != 0 || second.Unchanged != 5 || second.Gone != 0 {
		t.Errorf("first %+v, second %+v", first, second)
	}
}

func TestVersionsAndAsOf(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	for _, rev := range []int{0, 2, 4} {
		commit(t, s, page("r", 0, 3, rev, ""))
	}
	same := page("r", 0, 3, 4, "")
	same.Payloads[0] = payloadOf("ctgov", "https://example.org/page/0", "other bytes, same content", day(6))
	for i := range same.Records {
		same.Records[i].Prov.PayloadSHA256 = same.Payloads[0].SHA256
	}
	if res := commit(t, s, same); res.Unchanged != 3 {
		t.Errorf("same content in other bytes: %+v", res)
	}
	vs, err := s.History(ctx, "NCT00000001")
	if err != nil {
		t.Fatal(err)
	}
	if len(vs) != 3 || vs[0].Seq != 1 || !vs[2].Seen.Equal(day(4)) || !vs[2].LastSeen.Equal(day(6)) {
		t.Fatalf("history: %+v", vs)
	}
	for _, c := range []struct {
		at   time.Time
		want int // enrolment; 0: not known yet
	}{{day(-1), 0}, {day(0), 30}, {day(1), 30}, {day(2), 32}, {day(3), 32}, {day(9), 34}, {time.Time{}, 34}} {
		r, err := s.Record(ctx, "NCT00000001", c.at)
		switch {
		case c.want == 0:
			if !errors.Is(err, ErrNotFound) {
				t.Errorf("as of %s: %v, want not found", c.at, err)
			}
		case err != nil:
			t.Error(err)
		case *r.Enrollment != c.want:
			t.Errorf("as of %s: enrolment %d, want %d", c.at, *r.Enrollment, c.want)
		}
	}
	old, err := s.VersionRecord(ctx, vs[1])
	if err != nil || *old.Enrollment != 32 {
		t.Errorf("version 2: %v %v", old.Enrollment, err)
	}
	c, _ := s.Counts(ctx)
	if c.Records != 3 || c.Measurements != 24 || c.PlannedOutcomes != 3 {
		t.Errorf("rows of old versions are counted: %+v", c)
	}
}

// A page that comes later and holds an older snapshot goes where it belongs.
func TestOlderSnapshotTakesItsPlace(t *testing.T) {
	ctx := context.Background()
	want := []int{30, 32, 34}
	for name, order := range map[string][]int{"in order": {0, 2, 4}, "reversed": {4, 2, 0}, "mixed": {2, 4, 0},
		"told twice": {4, 0, 2, 0, 4}} {
		s := fresh(t)
		for _, rev := range order {
			commit(t, s, page("r", 0, 2, rev, ""))
		}
		vs, err := s.History(ctx, "NCT00000000")
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, v := range vs {
			r, err := s.VersionRecord(ctx, v)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, *r.Enrollment)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: versions differ:\n%s", name, d)
		}
		r, err := s.Record(ctx, "NCT00000000", time.Time{})
		if err != nil || *r.Enrollment != 34 {
			t.Errorf("%s: current enrolment %v, %v", name, r.Enrollment, err)
		}
	}
}

func TestTombstones(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	commit(t, s, page("r1", 0, 3, 0, ""))
	gone := crawler.Batch{Source: "ctgov", Run: "r2", Gone: []string{"NCT00000001"}, Cursor: crawler.Cursor{At: day(1)}}
	if res := commit(t, s, gone); res.Gone != 1 {
		t.Fatalf("gone: %+v", res)
	}
	known := func() []string {
		held, err := s.Known(ctx, "ctgov")
		if err != nil {
			t.Fatal(err)
		}
		return crawler.KnownIDs(held)
	}
	if d := cmp.Diff([]string{"NCT00000000", "NCT00000002"}, known()); d != "" {
		t.Errorf("known after one went:\n%s", d)
	}
	if _, err := s.Record(ctx, "NCT00000001", time.Time{}); err != nil {
		t.Errorf("a record that went is no longer readable: %v", err)
	}
	n := 0
	for range s.Records(ctx, RecordFilter{WithoutGone: true}) {
		n++
	}
	if n != 2 {
		t.Errorf("%d records without the gone one, want 2", n)
	}
	back := page("r3", 0, 3, 0, "")
	back.Payloads[0].FetchedAt = day(2)
	commit(t, s, back)
	if len(known()) != 3 {
		t.Errorf("the record came back and is still missing: %v", known())
	}
	n = 0
	for range s.Records(ctx, RecordFilter{WithoutGone: true, AsOf: day(1)}) {
		n++
	}
	if n != 2 {
		t.Errorf("as of the day it was gone %d records are there, want 2", n)
	}
	if res := commit(t, s, gone); res.Gone != 0 {
		t.Errorf("an old notice told again buried the record anew: %+v", res)
	}
}

func TestProblemsAreSettled(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	b := crawler.Batch{Source: "ctgov", Problems: []evidence.Problem{
		{Source: "ctgov", Kind: "html-instead-of-json", Where: "https://example.org/page/0", Message: "an error page",
			Retry: "past crawl ctgov", At: day(0)},
		{Source: "ctgov", RecordID: "NCT00000001", Kind: "half-json", Where: "https://example.org/one", Message: "cut", At: day(0)},
		{Source: "ctgov", Kind: "half-json", Where: "https://example.org/other", Message: "cut", At: day(0)}}}
	commit(t, s, b)
	open := func() int {
		ps, err := s.Problems(ctx, ProblemFilter{})
		if err != nil {
			t.Fatal(err)
		}
		return len(ps)
	}
	if open() != 3 {
		t.Fatalf("%d open problems, want 3", open())
	}
	good := page("r", 0, 2, 1, "")
	for i := range good.Records {
		good.Records[i].Problems = nil
	}
	commit(t, s, good)
	if ps, _ := s.Problems(ctx, ProblemFilter{}); len(ps) != 1 || ps[0].Where != "https://example.org/other" {
		t.Errorf("open after good answers: %+v", ps)
	}
	if ps, _ := s.Problems(ctx, ProblemFilter{Resolved: true}); len(ps) != 3 {
		t.Errorf("settled problems are forgotten: %+v", ps)
	}
	commit(t, s, b) // told again: open again
	if open() != 3 {
		t.Errorf("%d open problems after they were told again, want 3", open())
	}
}

func TestCommitRefuses(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	for name, spoil := range map[string]func(b *crawler.Batch){
		"no source":        func(b *crawler.Batch) { b.Source = "" },
		"wrong hash":       func(b *crawler.Batch) { b.Payloads[0].Body = []byte("something else") },
		"no hash":          func(b *crawler.Batch) { b.Payloads[0].SHA256 = "" },
		"no fetch time":    func(b *crawler.Batch) { b.Payloads[0].FetchedAt = time.Time{} },
		"no content hash":  func(b *crawler.Batch) { b.Records[2].ContentHash = "" },
		"unknown payload":  func(b *crawler.Batch) { b.Records[2].Prov.PayloadSHA256 = hashOf(nil) },
		"body not at hand": func(b *crawler.Batch) { b.Payloads[0].Body = nil },
	} {
		b := page("r", 0, 4, 0, "x")
		spoil(&b)
		if _, err := s.Commit(ctx, b); err == nil {
			t.Errorf("%s: was accepted", name)
		}
		if c, err := s.Counts(ctx); err != nil || c != (Counts{}) {
			t.Errorf("%s: left something behind: %+v %v", name, c, err)
		}
	}
	b := page("r", 0, 4, 0, "x")
	b.Records[1].ID = ""
	if res, err := s.Commit(ctx, b); err != nil || res.New != 3 || res.KeptAside != 1 {
		t.Errorf("a record without id: %+v %v", res, err)
	}
	// A confirmation without a body is fine once the body is stored.
	b.Payloads[0].Body = nil
	b.Payloads[0].FetchedAt = day(3)
	if _, err := s.Commit(ctx, b); err != nil {
		t.Errorf("a confirmed payload: %v", err)
	}
}

func TestRegisterHistoryStandsBeside(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	old := func(rev int) (evidence.Payload, evidence.Record) {
		p := payloadOf("ctgov", "https://example.org/history", page("", 0, 1, rev, "").Query+time.Duration(rev).String(), day(9))
		r := sample("NCT00000000", rev, p.SHA256)
		r.Version = []string{"", "1", "2", "10"}[rev]
		return p, r
	}
	p1, r1 := old(1)
	if _, err := s.AddHistory(ctx, "ctgov", "r", []evidence.Payload{p1}, []evidence.Record{r1}); err == nil {
		t.Error("history of an unknown record was accepted")
	}
	commit(t, s, page("r", 0, 1, 5, ""))
	for _, rev := range []int{3, 1, 2, 2} {
		p, r := old(rev)
		give(r)
		if _, err := s.AddHistory(ctx, "ctgov", "r", []evidence.Payload{p}, []evidence.Record{r}); err != nil {
			t.Fatal(err)
		}
	}
	vs, err := s.History(ctx, "NCT00000000")
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for _, v := range vs {
		labels = append(labels, v.Origin+" "+v.Label)
	}
	if d := cmp.Diff([]string{"register 1", "register 2", "register 10", "snapshot "}, labels); d != "" {
		t.Errorf("history:\n%s", d)
	}
	r, err := s.Record(ctx, "NCT00000000", time.Time{})
	if err != nil || *r.Enrollment != 35 {
		t.Errorf("current after history: %v %v", r.Enrollment, err)
	}
}

// A source that is read whole each time has the problems of its last reading.
func TestSetProblemsSettlesThoseOfFormerReadings(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	other := evidence.Problem{Source: "ctgov", Kind: "half-json", Message: "cut", At: day(0)}
	commit(t, s, crawler.Batch{Source: "ctgov", Problems: []evidence.Problem{other}})
	row := func(line string) evidence.Problem {
		return evidence.Problem{Source: "review", RecordID: "r1", Kind: "bad-row", Where: "extractions.csv line " + line, Message: "no number"}
	}
	open := func(want ...string) {
		t.Helper()
		ps, err := s.Problems(ctx, ProblemFilter{Source: "review"})
		if err != nil || len(ps) != len(want) {
			t.Fatalf("%v %+v, want %q", err, ps, want)
		}
		for i, p := range ps {
			if !strings.HasSuffix(p.Where, "line "+want[i]) {
				t.Errorf("%+v, want line %s", p, want[i])
			}
		}
	}
	for _, lines := range [][]string{{"2", "3"}, {"3"}, {}, {"2"}} {
		var ps []evidence.Problem
		for _, l := range lines {
			ps = append(ps, row(l))
		}
		if err := s.SetProblems(ctx, "review", ps); err != nil {
			t.Fatal(err)
		}
		open(lines...)
	}
	if ps, err := s.Problems(ctx, ProblemFilter{Source: "ctgov"}); err != nil || len(ps) != 1 {
		t.Errorf("another source: %v %+v", err, ps)
	}
}
