package sourcetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"past/crawler"
	"past/internal/evidence"
	"past/internal/starter"
)

// Subject describes a source to the suite. It is asked at the fake register of its
// name in past/internal/starter, or at Register.
type Subject struct {
	// Source under test; it must be a crawler.Movable.
	Source crawler.Source
	// Question finds every entry that is not hidden, with one query.
	Question crawler.QuestionSet
	// Entry makes the nth record (from 0) in a version (from 0); versions
	// differ in content and keep the id.
	Entry func(n, version int) Entry
	// Register is the fake register of a source that past/internal/starter has none of.
	Register *starter.Fake
	// Probe is a part of the probe's address; empty without one.
	Probe string
	// PerPage is how many records come with one answer.
	PerPage int
}

func (s Subject) fake() starter.Fake {
	if s.Register != nil {
		return *s.Register
	}
	return Fake(s.Source)
}

// clock is a time that tests move on by hand.
type clock struct {
	at time.Time
	mu sync.Mutex // crawls ask from several goroutines
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Second)
	return c.at
}

// bench is a subject with its register and a sink.
type bench struct {
	sub   Subject
	world *World
	srv   *server
	sink  *MemorySink
	clock *clock
}

const entries = 23

func begin(t *testing.T, sub Subject) *bench {
	t.Helper()
	w := &World{}
	for n := range entries {
		w.entries = append(w.entries, sub.Entry(n, 0))
	}
	return &bench{sub: sub, world: w, srv: serve(t, sub, w), sink: &MemorySink{},
		clock: &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
}

func (b *bench) options() crawler.Options {
	name := b.sub.Source.Name()
	return crawler.Options{
		Sources: []crawler.Source{b.sub.Source}, Question: b.sub.Question,
		Endpoints: map[string]string{name: b.srv.URL + b.sub.fake().Path},
		Now:       b.clock.now, Contact: "suite", Version: "test",
		Wire: crawler.Wire{Base: time.Millisecond, Cap: 5 * time.Millisecond, Idle: time.Second, Timeout: 5 * time.Second},
	}
}

func (b *bench) crawl(t *testing.T, change ...func(*crawler.Options)) (crawler.SourceSummary, error) {
	t.Helper()
	return b.crawlContext(t, t.Context(), change...)
}

func (b *bench) crawlContext(t *testing.T, ctx context.Context, change ...func(*crawler.Options)) (crawler.SourceSummary, error) {
	t.Helper()
	o := b.options()
	for _, f := range change {
		f(&o)
	}
	c, err := crawler.New(o, b.sink)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := c.Run(ctx)
	return sum.Sources[0], err
}

func (b *bench) content() Content { return b.sink.Content(b.sub.Source.Name()) }

// undisturbed gives what a crawl without faults leaves behind.
func undisturbed(t *testing.T, sub Subject) Content {
	t.Helper()
	b := begin(t, sub)
	if _, err := b.crawl(t); err != nil {
		t.Fatal(err)
	}
	return b.content()
}

// Run checks a source.
func Run(t *testing.T, sub Subject) {
	t.Run("everything arrives", func(t *testing.T) { arrives(t, sub) })
	t.Run("plan", func(t *testing.T) { plan(t, sub) })
	t.Run("parse is pure", func(t *testing.T) { pure(t, sub) })
	t.Run("spoilt payloads", func(t *testing.T) { spoilt(t, sub) })
	t.Run("nothing new", func(t *testing.T) { nothingNew(t, sub) })
	t.Run("changes", func(t *testing.T) { changes(t, sub) })
	t.Run("known records", func(t *testing.T) { known(t, sub) })
	t.Run("shrinking lists", func(t *testing.T) { shrinking(t, sub) })
	t.Run("killed at any commit", func(t *testing.T) { killed(t, sub) })
	t.Run("faults that pass", func(t *testing.T) { faults(t, sub) })
	t.Run("faults that stay", func(t *testing.T) { lasting(t, sub) })
	t.Run("cancel", func(t *testing.T) { cancelled(t, sub) })
	t.Run("limit", func(t *testing.T) { limited(t, sub) })
	t.Run("robots.txt", func(t *testing.T) { robots(t, sub) })
}

func arrives(t *testing.T, sub Subject) {
	b := begin(t, sub)
	sum, err := b.crawl(t)
	if err != nil {
		t.Fatal(err)
	}
	if sum.New != entries || !sum.Complete || sum.Problems != 0 {
		t.Errorf("%d new of %d, complete %v, problems %v", sum.New, entries, sum.Complete, b.sink.Problems())
	}
	c := b.content()
	var want []string
	for n := range entries {
		want = append(want, sub.Entry(n, 0).ID)
	}
	for _, hits := range c.Hits {
		if slices.Sort(hits); !slices.Equal(hits, want) {
			t.Errorf("hit list %v, want %v", hits, want)
		}
	}
	if len(c.Hashes) != entries {
		t.Errorf("%d records, want %d", len(c.Hashes), entries)
	}
	if min := entries/sub.PerPage + 1; sum.Asked < min {
		t.Errorf("%d requests cannot be %d pages: the handler does not page", sum.Asked, min)
	}
	for _, p := range b.sink.Payloads() {
		if p.Source != sub.Source.Name() || p.URL == "" || p.FetchedAt.IsZero() || p.Status != 200 || len(p.Body) == 0 {
			t.Errorf("payload lacks its description: %+v", p)
		}
	}
	for id := range c.Hashes {
		r, _ := b.sink.Record(sub.Source.Name(), id)
		if r.Prov.PayloadSHA256 == "" || r.ContentHash == "" || len(r.Unknown) > 0 || len(r.Problems) > 0 {
			t.Errorf("record %s: %+v unknown %v problems %v", id, r.Prov, r.Unknown, r.Problems)
		}
	}
}

func plan(t *testing.T, sub Subject) {
	a, err := sub.Source.Plan(sub.Question)
	if err != nil || len(a) == 0 {
		t.Fatal(a, err)
	}
	q := sub.Question
	q.Since = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	since, err := sub.Source.Plan(q)
	q.Since = q.Since.AddDate(0, 1, 2)
	later, lerr := sub.Source.Plan(q)
	if err != nil || lerr != nil || len(since) == 0 || len(since) > len(a) || len(later) != len(since) {
		t.Fatal(since, err, later, lerr)
	}
	for i := range since {
		if since[i].Key != later[i].Key || since[i].Key == "" {
			t.Errorf("query %d: key %q, with another date %q", i, since[i].Key, later[i].Key)
		}
	}
	keys := map[string]bool{}
	for i := range a {
		if a[i].Key == "" || a[i].Text == "" {
			t.Errorf("query %d: key %q, text %q", i, a[i].Key, a[i].Text)
		}
		if keys[a[i].Key] {
			t.Errorf("key %q twice", a[i].Key)
		}
		keys[a[i].Key] = true
	}
	if again, _ := sub.Source.Plan(sub.Question); !reflect.DeepEqual(a, again) {
		t.Error("the same question gives another plan")
	}
	if p := sub.Source.Policy(); p.BaseURL == "" || p.PerSecond <= 0 || p.MaxBody <= 0 || p.Timeout <= 0 || p.Terms == "" || !p.Robots &&
		p.RobotsReason == "" {
		t.Errorf("the policy is not written out: %+v", p)
	}
}

func pure(t *testing.T, sub Subject) {
	b := begin(t, sub)
	if _, err := b.crawl(t); err != nil {
		t.Fatal(err)
	}
	records := 0
	for _, p := range b.sink.Payloads() {
		body := bytes.Clone(p.Body)
		first, err := sub.Source.Parse(p)
		if err != nil {
			continue // an answer that holds no record, such as a list of ids
		}
		records += len(first.Records)
		again, _ := sub.Source.Parse(p)
		x, _ := json.Marshal(first)
		y, _ := json.Marshal(again)
		if !bytes.Equal(x, y) {
			t.Errorf("the payload of %s gives other records the second time", p.URL)
		}
		if !bytes.Equal(body, p.Body) {
			t.Errorf("Parse changes the payload of %s", p.URL)
		}
		for _, r := range first.Records {
			if kept, ok := b.sink.Record(sub.Source.Name(), r.ID); !ok || kept.ContentHash != r.ContentHash {
				t.Errorf("the payload of %s gives %s, which is not what was kept", p.URL, r.ID)
			}
			if r.Source != sub.Source.Name() || r.Prov.PayloadSHA256 != p.SHA256 {
				t.Errorf("record %s does not name its source and payload: %q %q", r.ID, r.Source, r.Prov.PayloadSHA256)
			}
		}
	}
	if records < entries {
		t.Errorf("the stored payloads give %d records of %d", records, entries)
	}
}

// spoilt cuts and bends payloads: Parse may give less, never more or a panic,
// and says so.
func spoilt(t *testing.T, sub Subject) {
	b := begin(t, sub)
	if _, err := b.crawl(t); err != nil {
		t.Fatal(err)
	}
	for _, p := range b.sink.Payloads() {
		whole, err := sub.Source.Parse(p)
		if err != nil || len(whole.Records) == 0 {
			continue
		}
		for i := range 60 {
			cut := p
			cut.Body = p.Body[:len(p.Body)*i/60]
			got, err := sub.Source.Parse(cut)
			if len(got.Records) > len(whole.Records) {
				t.Fatalf("a cut payload gives %d records, the whole one %d", len(got.Records), len(whole.Records))
			}
			if err == nil && len(got.Problems) == 0 && len(got.Records) < len(whole.Records) {
				t.Fatalf("a payload cut at %d of %d bytes loses records silently", len(cut.Body), len(p.Body))
			}
			bent := p
			bent.Body = bytes.Clone(p.Body)
			for k := i; k < len(bent.Body); k += 61 {
				bent.Body[k] ^= byte(i + 1)
			}
			_, _ = sub.Source.Parse(bent)
		}
	}
	for _, junk := range []string{"", " ", "{}", "[]", "null", "<html></html>", "<a><b></a>", "\x00\xff\xfe", "[[[[[[", `{"a":`} {
		p := evidence.Payload{Source: sub.Source.Name(), Body: []byte(junk)}
		if got, _ := sub.Source.Parse(p); len(got.Records) > 0 {
			t.Errorf("%q holds records: %+v", junk, got.Records)
		}
	}
}

func nothingNew(t *testing.T, sub Subject) {
	b := begin(t, sub)
	if _, err := b.crawl(t); err != nil {
		t.Fatal(err)
	}
	commits := b.sink.Commits()
	before := b.content()
	b.srv.spoil(nil)
	b.clock.at = b.clock.at.Add(48 * time.Hour)
	sum, err := b.crawl(t)
	if err != nil {
		t.Fatal(err)
	}
	if sub.Probe != "" {
		if !sum.NothingNew || len(b.srv.requests()) != 1 || b.sink.Commits() != commits {
			t.Errorf("nothing new %v, %v, %d commits", sum.NothingNew, b.srv.requests(), b.sink.Commits()-commits)
		}
		return
	}
	if p, ok := sub.Source.(crawler.Patient); ok && p.LookEvery() > 0 && len(b.srv.requests()) != 1 {
		t.Errorf("nothing new is asked with %v", b.srv.requests())
	}
	if after := b.content(); sum.New+sum.Changed+sum.Gone > 0 || !reflect.DeepEqual(before.Hashes, after.Hashes) {
		t.Errorf("an unchanged register gives changes: %+v", sum.CommitResult)
	}
}

func changes(t *testing.T, sub Subject) {
	b := begin(t, sub)
	if _, err := b.crawl(t); err != nil {
		t.Fatal(err)
	}
	before := b.content()
	b.clock.at = b.clock.at.Add(72 * time.Hour)
	b.world.Change(func(es []Entry) []Entry {
		changed, added := sub.Entry(3, 1), sub.Entry(entries, 0)
		changed.Updated, added.Updated = b.clock.at, b.clock.at
		es[3] = changed
		return append(es, added)
	})
	sum, err := b.crawl(t)
	if err != nil {
		t.Fatal(err)
	}
	if sum.New != 1 || sum.Changed != 1 || sum.Gone != 0 {
		t.Errorf("one changed and one new record give %+v; %v", sum.CommitResult, b.sink.Problems())
	}
	after := b.content()
	id := sub.Entry(3, 0).ID
	if after.Hashes[id] == before.Hashes[id] || len(b.sink.Versions(sub.Source.Name(), id)) != 2 {
		t.Errorf("%s has versions %v", id, b.sink.Versions(sub.Source.Name(), id))
	}
	if len(after.Hashes) != entries+1 {
		t.Errorf("%d records, want %d", len(after.Hashes), entries+1)
	}
}

// known: a record that no query finds any more is refreshed, one that the
// register no longer has becomes a tombstone, others stay as they are.
func known(t *testing.T, sub Subject) {
	if _, ok := sub.Source.(crawler.Refresher); !ok {
		t.Skip("the source cannot ask for known records")
	}
	for _, all := range []bool{false, true} {
		b := begin(t, sub)
		if _, err := b.crawl(t); err != nil {
			t.Fatal(err)
		}
		before := b.content()
		p, patient := sub.Source.(crawler.Patient)
		b.clock.at = b.clock.at.Add(72 * time.Hour)
		b.world.Change(func(es []Entry) []Entry {
			es[5] = sub.Entry(5, 1)
			es[5].Updated, es[5].Hidden = b.clock.at, true
			return slices.Delete(es, 7, 8)
		})
		if patient && p.LookEvery() > 0 && !all { // what changed meanwhile is seen by the next look
			if sum, err := b.crawl(t); err != nil || sum.Gone != 0 {
				t.Errorf("before the next look: %+v, %v", sum.CommitResult, err)
			}
			b.clock.at = b.clock.at.Add(p.LookEvery())
		}
		sum, err := b.crawl(t, func(o *crawler.Options) { o.All = all })
		if err != nil {
			t.Fatal(err)
		}
		after := b.content()
		if id := sub.Entry(5, 0).ID; after.Hashes[id] == before.Hashes[id] {
			t.Errorf("all %v: %s changed unseen", all, id)
		}
		if want := []string{sub.Entry(7, 0).ID}; !slices.Equal(after.Gone, want) || sum.Gone != 1 {
			t.Errorf("all %v: gone %v, want %v", all, after.Gone, want)
		}
		b.world.Change(func(es []Entry) []Entry { // and back again
			e := sub.Entry(7, 0)
			e.Updated = b.clock.at
			return append(es, e)
		})
		if _, err := b.crawl(t, func(o *crawler.Options) { o.All = all }); err != nil || len(b.content().Gone) != 0 {
			t.Errorf("all %v: a record that is back is still gone: %v, %v", all, b.content().Gone, err)
		}
	}
}

// shrinking: a search that finds less than before says nothing of the records that
// it no longer finds. Those that the register does not have either are marked as
// gone: at once where they are few, where they are many when a later crawl finds
// the same.
func shrinking(t *testing.T, sub Subject) {
	_, refreshes := sub.Source.(crawler.Refresher)
	for _, share := range []int{10, 30, 60} {
		for _, all := range []bool{false, true} {
			b := begin(t, sub)
			if _, err := b.crawl(t); err != nil {
				t.Fatal(err)
			}
			before, n := b.content(), entries*share/100
			var lost []Entry
			later := func(what string, gone int) {
				t.Helper()
				b.clock.at = b.clock.at.Add(8 * 24 * time.Hour)
				_, err := b.crawl(t, func(o *crawler.Options) { o.All = all })
				c := b.content()
				if err != nil || len(c.Gone) != gone || !reflect.DeepEqual(c.Hashes, before.Hashes) {
					t.Errorf("%d %%, all %v, %s: %d gone, want %d; %v, %v", share, all, what, len(c.Gone), gone, b.sink.Problems(), err)
				}
			}
			b.world.Change(func(es []Entry) []Entry {
				lost = slices.Clone(es[:n])
				for i := range n {
					es[i].Hidden = true
				}
				return es
			})
			later("not listed", 0)
			later("not listed again", 0)
			b.world.Change(func(es []Entry) []Entry { return es[n:] })
			want := n
			if !refreshes {
				want = 0
			}
			if float64(n) > float64(entries)/3 {
				later("not there", 0)
			}
			later("not there", want)
			b.world.Change(func(es []Entry) []Entry { // and back again
				for i := range lost {
					lost[i].Updated = b.clock.at
				}
				return append(lost, es...)
			})
			later("back", 0)
		}
	}
}

var errKilled = errors.New("killed")

// killed ends a crawl at each of its commits in turn. The next crawl goes on
// to the same content, and asks for no page that was committed.
func killed(t *testing.T, sub Subject) {
	want := undisturbed(t, sub)
	whole := begin(t, sub)
	if _, err := whole.crawl(t); err != nil {
		t.Fatal(err)
	}
	total := whole.sink.Commits()
	pages := 0
	for _, r := range whole.srv.requests() {
		if !isProbe(sub, r) {
			pages++
		}
	}
	for at := 1; at <= total; at++ {
		b := begin(t, sub)
		b.sink.Fail = func(n int) error {
			if n == at {
				return errKilled
			}
			return nil
		}
		if _, err := b.crawl(t); !errors.Is(err, errKilled) {
			t.Fatalf("commit %d: %v", at, err)
		}
		b.sink.Fail = nil
		b.srv.spoil(nil)
		if _, err := b.crawl(t); err != nil {
			t.Fatalf("after commit %d: %v", at, err)
		}
		if got := b.content(); !reflect.DeepEqual(got, want) {
			t.Errorf("killed at commit %d: %+v, want %+v", at, got, want)
		}
		again := 0
		for _, r := range b.srv.requests() {
			if !isProbe(sub, r) {
				again++
			}
		}
		if again > pages-(at-1) {
			t.Errorf("killed at commit %d of %d: %d requests to go on, a whole crawl has %d", at, total, again, pages)
		}
	}
}

// faults spoils each request of a crawl once with each fault that passes.
func faults(t *testing.T, sub Subject) {
	want := undisturbed(t, sub)
	for name, spoil := range passing {
		b := begin(t, sub)
		b.srv.spoil(func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n%2 == 1 && !isProbe(sub, r.URL.RequestURI()) || n == 1 && name != "HTML page" && name != "empty body" {
				spoil(w, r)
				return true
			}
			return false
		})
		sum, err := b.crawl(t)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := b.content(); !reflect.DeepEqual(got, want) || !sum.Complete {
			t.Errorf("%s: complete %v, %+v, want %+v", name, sum.Complete, got, want)
		}
		failed := 0
		for _, f := range b.sink.Fetches() {
			if f.Status != 200 || f.ErrorText != "" {
				failed++
			}
		}
		if failed == 0 && name != "HTML page" && name != "empty body" {
			t.Errorf("%s: no failed request is in the log", name)
		}
	}
}

// lasting: a fault that stays ends the crawl with a clear error, what came
// before it is kept, and once it is gone the same crawl ends well.
func lasting(t *testing.T, sub Subject) {
	want := undisturbed(t, sub)
	for name, spoil := range passing {
		b := begin(t, sub)
		b.srv.spoil(func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n < 4 || isProbe(sub, r.URL.RequestURI()) {
				return false
			}
			spoil(w, r)
			return true
		})
		sum, err := b.crawl(t, func(o *crawler.Options) { o.Wire.Attempts = 2 })
		if err == nil || sum.Complete {
			t.Errorf("%s: a fault that stays is not told", name)
			continue
		}
		if len(b.sink.Problems()) == 0 || b.sink.Problems()[0].Retry == "" {
			t.Errorf("%s: no problem with a way to try again: %+v", name, b.sink.Problems())
		}
		if sum.Received == 0 {
			t.Errorf("%s: what came before is lost", name)
		}
		b.srv.spoil(nil)
		if _, err := b.crawl(t); err != nil {
			t.Errorf("%s, healed: %v", name, err)
		}
		if got := b.content(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s, healed: %+v, want %+v", name, got, want)
		}
	}
	b := begin(t, sub)
	b.srv.Close()
	if _, err := b.crawl(t, func(o *crawler.Options) { o.Wire.Attempts = 2 }); err == nil {
		t.Error("a register that is not there is not told")
	}
}

func cancelled(t *testing.T, sub Subject) {
	b := begin(t, sub)
	ctx, cancel := context.WithCancel(t.Context())
	b.srv.spoil(func(n int, _ http.ResponseWriter, r *http.Request) bool {
		if n < 4 {
			return false
		}
		cancel()
		<-r.Context().Done() // hangs until the client gives up
		return true
	})
	start := time.Now()
	sum, err := b.crawlContext(t, ctx)
	if !errors.Is(err, context.Canceled) || time.Since(start) > 2*time.Second {
		t.Errorf("%v after %s", err, time.Since(start))
	}
	if sum.Received == 0 || len(b.content().Hashes) != sum.Received {
		t.Errorf("%d received, %d kept", sum.Received, len(b.content().Hashes))
	}
	b.srv.spoil(nil)
	if _, err := b.crawl(t); err != nil || len(b.content().Hashes) != entries {
		t.Errorf("%d records after going on, %v", len(b.content().Hashes), err)
	}
}

func limited(t *testing.T, sub Subject) {
	b := begin(t, sub)
	limit := sub.PerPage + 1
	sum, err := b.crawl(t, func(o *crawler.Options) { o.Question.Limit = limit })
	if err != nil || sum.Received < limit || sum.Received > limit+sub.PerPage || sum.Complete {
		t.Errorf("limit %d gave %d, complete %v, %v", limit, sum.Received, sum.Complete, err)
	}
	if m, _ := b.sink.Mark(t.Context(), sub.Source.Name()); !m.Complete.IsZero() {
		t.Error("a crawl with a limit counts as complete")
	}
	if _, err := b.crawl(t); err != nil || len(b.content().Hashes) != entries {
		t.Errorf("%d records after going on without a limit, %v", len(b.content().Hashes), err)
	}
}
