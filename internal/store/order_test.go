package store

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"past/crawler"
	"past/internal/evidence"
)

// observation is one record seen with some content on some day.
type observation struct{ id, rev, day int }

func (o observation) batch(nth int) crawler.Batch {
	p := payloadOf("ctgov", fmt.Sprint("u", nth), fmt.Sprintf(`{"rev":%d,"ids":["NCT%08d"]}`, o.rev, o.id), day(o.day))
	return crawler.Batch{Source: "ctgov", Payloads: []evidence.Payload{p}, Records: []evidence.Record{sample(fmt.Sprintf("NCT%08d", o.id),
		o.rev, p.SHA256)}}
}

// In whatever order and grouping observations come: telling one again changes
// nothing, the current version is the latest by the register's date and then by
// day of receipt, so is that as of any day, and a rebuild gives the same. Two
// revisions share a date.
func TestObservationsInAnyOrder(t *testing.T) {
	ctx := context.Background()
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue { // each makes a database
		defer f.Value.Set(f.DefValue)
		f.Value.Set("40")
		if raceOn {
			f.Value.Set("5")
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		path := fmt.Sprintf("%s/%d.db", t.TempDir(), rapid.Int64().Draw(rt, "file"))
		s, err := Open(ctx, path, Options{Create: true})
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		all := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) observation {
			return observation{rapid.IntRange(0, 1).Draw(t, "id"), rapid.IntRange(0, 4).Draw(t, "rev"), rapid.IntRange(0, 9).Draw(t, "day")}
		}), 1, 10, func(o observation) [2]int { return [2]int{o.id, o.day} }).Draw(rt, "observations")
		inOrder := rapid.Bool().Draw(rt, "in order")
		if inOrder {
			slices.SortFunc(all, func(a, b observation) int { return a.day - b.day })
		}
		for i := 0; i < len(all); {
			n := min(rapid.IntRange(1, 3).Draw(rt, "batch"), len(all)-i)
			var b crawler.Batch
			for j, o := range all[i : i+n] {
				one := o.batch(i + j)
				one.Payloads = append(b.Payloads, one.Payloads...)
				one.Records = append(b.Records, one.Records...)
				b = one
			}
			// Two payloads of a batch may have the same bytes and another day:
			// then the day of a record would be unknown, and none does that.
			seen := map[string]bool{}
			for _, p := range b.Payloads {
				if seen[p.SHA256] {
					rt.Skip("the same bytes twice in a batch")
				}
				seen[p.SHA256] = true
			}
			for again := range 2 {
				before, err := s.Fingerprint(ctx)
				if err != nil {
					rt.Fatal(err)
				}
				res, err := s.Commit(ctx, b)
				if err != nil {
					rt.Fatal(err)
				}
				after, err := s.Fingerprint(ctx)
				if err != nil {
					rt.Fatal(err)
				}
				if again == 1 && (res.New+res.Changed > 0 || !cmp.Equal(before, after)) {
					rt.Fatalf("told again, %v changed the store: %+v", all[i:i+n], res)
				}
			}
			i += n
		}
		until := func(day int) map[int]observation {
			latest := map[int]observation{}
			for _, o := range all {
				l, ok := latest[o.id]
				if o.day <= day && (!ok || o.rev/2 > l.rev/2 || o.rev/2 == l.rev/2 && o.day > l.day) {
					latest[o.id] = o
				}
			}
			return latest
		}
		latest := until(99)
		at := func(id int, when time.Time) (int, error) {
			r, err := s.Record(ctx, fmt.Sprintf("NCT%08d", id), when)
			if err != nil {
				return 0, err
			}
			return *r.Enrollment - 30, nil
		}
		for id, o := range latest {
			for _, when := range []time.Time{{}, day(99)} {
				if rev, err := at(id, when); err != nil || rev != o.rev {
					rt.Fatalf("record %d as of %s: revision %d (%v), want %d", id, when, rev, err, o.rev)
				}
			}
			if _, err := at(id, day(-1)); !errors.Is(err, ErrNotFound) {
				rt.Fatalf("record %d before it was seen: %v", id, err)
			}
			row := viewRows(rt, s, "SELECT measure FROM planned_outcomes WHERE record_id = ?", fmt.Sprintf("NCT%08d", id))
			if want := fmt.Sprintf("MADRS total, revision %d", o.rev); len(row) != 1 || row[0][0] != want {
				rt.Fatalf("rows of record %d: %v, want %s", id, row, want)
			}
		}
		if inOrder {
			for _, o := range all {
				if rev, err := at(o.id, day(o.day)); err != nil || rev != until(o.day)[o.id].rev {
					rt.Fatalf("record %d as of day %d: revision %d (%v), want %d", o.id, o.day, rev, err, until(o.day)[o.id].rev)
				}
			}
		}
		want, err := s.Fingerprint(ctx)
		if err != nil {
			rt.Fatal(err)
		}
		if _, err := s.Rebuild(ctx, nil); err != nil {
			rt.Fatal(err)
		}
		got, err := s.Fingerprint(ctx)
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			rt.Fatalf("rebuilt:\n%s", d)
		}
	})
}

// A record that is twice in a batch: the later place wins.
func TestRecordTwiceInABatch(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	b := page("r", 0, 4, 0, "")
	for _, rev := range []int{5, 0, 5} {
		again := page("r", 1, 2, rev, "")
		for i := range again.Records {
			again.Records[i].Prov = evidence.Provenance{PayloadSHA256: b.Payloads[0].SHA256, Pointer: fmt.Sprintf("/studies/%d", len(b.Records)+i)}
		}
		b.Records = append(b.Records, again.Records...)
	}
	give(b.Records...)
	commit(t, s, b)
	before := fingerprint(t, s)
	if res := commit(t, s, b); res.New+res.Changed != 0 {
		t.Errorf("told again: %+v", res)
	}
	if d := cmp.Diff(before, fingerprint(t, s)); d != "" {
		t.Errorf("told again:\n%s", d)
	}
	r, err := s.Record(ctx, "NCT00000001", time.Time{})
	if err != nil || *r.Enrollment != 35 {
		t.Errorf("current: %v %v", r.Enrollment, err)
	}
	if c, err := s.Counts(ctx); err != nil || c.Records != 4 || c.Measurements != 32 {
		t.Errorf("counts: %+v %v", c, err)
	}
}

// TestOlderFileBecomesHistory: what the register dates before the version that
// is held is kept as history whenever it comes, and says so.
func TestOlderFileBecomesHistory(t *testing.T) {
	ctx := context.Background()
	give := func(s *Store, date, dataDay string, enrolled, came int) crawler.CommitResult {
		p := payloadOf("ctgov", "u", fmt.Sprint(date, dataDay, enrolled), day(came))
		r := sample("NCT00000001", enrolled, p.SHA256)
		r.LastUpdatePosted, r.DataDay = evidence.DateStruct{Raw: date}, dataDay
		return commit(t, s, crawler.Batch{Source: "ctgov", Payloads: []evidence.Payload{p}, Records: []evidence.Record{r}})
	}
	for _, x := range []struct {
		name           string
		first, second  [2]string // date, data day
		later          int       // day on which the second came; the first came on day 5
		secondIsNewest bool
	}{
		{"an older file later", [2]string{"2026-01-01", ""}, [2]string{"2016-05-01", ""}, 9, false},
		{"a newer file later", [2]string{"2016-05-01", ""}, [2]string{"2026-01-01", ""}, 9, true},
		{"a newer file that came before", [2]string{"2016-05-01", ""}, [2]string{"2026-01-01", ""}, 2, true},
		{"the same date, later", [2]string{"2026-01-01", ""}, [2]string{"2026-01-01", ""}, 9, true},
		{"the same date, earlier", [2]string{"2026-01-01", ""}, [2]string{"2026-01-01", ""}, 2, false},
		{"the same date, older data", [2]string{"2026-01-01", "2026-03-02"}, [2]string{"2026-01-01", "2026-03-01"}, 9, false},
		{"a month before one of its days", [2]string{"2026-01-15", ""}, [2]string{"2026-01", ""}, 9, false},
		{"no date, older than a dated one that came later", [2]string{"2026-12-01", ""}, [2]string{"", ""}, 9, false},
	} {
		s := fresh(t)
		give(s, x.first[0], x.first[1], 1, 5)
		res := give(s, x.second[0], x.second[1], 2, x.later)
		r, err := s.Record(ctx, "NCT00000001", time.Time{})
		if err != nil || (*r.Enrollment == 32) != x.secondIsNewest {
			t.Errorf("%s: current has %d, %v", x.name, *r.Enrollment, err)
		}
		versions, err := s.History(ctx, "NCT00000001")
		if err != nil || len(versions) != 2 || (versions[1].PayloadSHA256 == r.Prov.PayloadSHA256) != true {
			t.Errorf("%s: %d versions, %v", x.name, len(versions), err)
		}
		if older := x.second[0] != x.first[0] || x.second[1] != x.first[1]; older && !x.secondIsNewest != (res.Older == 1) {
			t.Errorf("%s: %+v", x.name, res)
		}
		if again := give(s, x.second[0], x.second[1], 2, x.later); again.New+again.Changed != 0 {
			t.Errorf("%s, given again: %+v", x.name, again)
		}
	}
}

// TestSameDateWithoutResults: a format that leaves posted results out does not
// take them from a record of the same date, in whatever order they come.
func TestSameDateWithoutResults(t *testing.T) {
	ctx := context.Background()
	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		s := fresh(t)
		for i, n := range order {
			p := payloadOf("ctgov", "u", fmt.Sprint("format ", n), day(5+i))
			r := sample("NCT00000001", n+1, p.SHA256)
			r.LastUpdatePosted, r.DataDay, r.Results = evidence.DateStruct{Raw: "2023-03-05"}, "", nil
			if n == 0 {
				r.Results = &evidence.Results{Outcomes: []evidence.PostedOutcome{{Title: "CAPS-5"}}}
			}
			commit(t, s, crawler.Batch{Source: "ctgov", Payloads: []evidence.Payload{p}, Records: []evidence.Record{r}})
		}
		if r, err := s.Record(ctx, "NCT00000001", time.Time{}); err != nil || *r.Enrollment != 31 {
			t.Errorf("%v: current is %d, %v", order, *r.Enrollment, err)
		}
	}
}

// TestDuplicateOnAPage: copies of a record in one payload are one version, the
// latest by the register's date.
func TestDuplicateOnAPage(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	b := page("r", 1, 1, 8, "")
	b.Records = append(b.Records, sample("NCT00000001", 2, b.Payloads[0].SHA256))
	if res := commit(t, s, b); res.New != 1 || res.Changed+res.Older != 0 {
		t.Errorf("%+v", res)
	}
	versions, err := s.History(ctx, "NCT00000001")
	r, err2 := s.Record(ctx, "NCT00000001", time.Time{})
	if err != nil || err2 != nil || len(versions) != 1 || *r.Enrollment != 38 {
		t.Errorf("%d versions, %v %v", len(versions), err, err2)
	}
}
