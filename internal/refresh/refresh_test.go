package refresh

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"past/internal/changes"
	"past/internal/edition"
	"past/internal/store"
)

func number(x float64) *float64 { return &x }

func snapshot() *changes.Snapshot {
	flat := edition.Flat{ID: "q", Title: "A question", Measure: "SMD", K: 2, N: 90, Estimate: number(-0.5), SE: number(0.1), CILb: number(-0.7), CIUb: number(-0.3)}
	return &changes.Snapshot{Edition: "e-1", DataHash: "1", Software: "v1", Date: "2025-01-01",
		Findings: map[string]changes.Finding{"q": {Flat: flat, Effects: map[string]changes.Effect{
			"x1": {Study: "NCT1", Label: "One", Records: []string{"NCT1"}, Estimate: -0.4, Variance: 0.02},
			"x2": {Study: "NCT2", Label: "Two", Records: []string{"NCT2"}, Estimate: -0.6, Variance: 0.02}}}},
		Trials:  map[string]changes.Trial{"ctgov/NCT1": {Hash: "a"}, "ctgov/NCT2": {Hash: "b"}},
		Sources: map[string]changes.Source{"ctgov": {Alive: 100, Problems: 1}}, Unknown: map[string]int{}, Files: map[string]string{"inclusion.csv": "1"}}
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
		"nothing":           {nil, func(*changes.Snapshot) {}},
		"shrank":            {[]string{"source-shrank"}, func(s *changes.Snapshot) { s.Sources["ctgov"] = changes.Source{Alive: 94, Problems: 1} }},
		"shrank a little":   {nil, func(s *changes.Snapshot) { s.Sources["ctgov"] = changes.Source{Alive: 95, Problems: 1} }},
		"source vanished":   {[]string{"source-shrank"}, func(s *changes.Snapshot) { delete(s.Sources, "ctgov") }},
		"problems":          {[]string{"parse-failures"}, func(s *changes.Snapshot) { s.Sources["ctgov"] = changes.Source{Alive: 100, Problems: 8} }},
		"vanished":          {[]string{"finding-vanished"}, func(s *changes.Snapshot) { delete(s.Findings, "q") }},
		"moved silently":    {[]string{"estimate-moved"}, func(s *changes.Snapshot) { flat(s, func(f *edition.Flat) { f.Estimate = number(-0.55) }) }},
		"interval silently": {[]string{"estimate-moved"}, func(s *changes.Snapshot) { flat(s, func(f *edition.Flat) { f.CIUb = number(-0.29) }) }},
		"noise":             {nil, func(s *changes.Snapshot) { flat(s, func(f *edition.Flat) { f.Estimate = number(-0.5000001) }) }},
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
		"drift":       {[]string{"schema-drift"}, func(s *changes.Snapshot) { s.Unknown["ctgov a.b"] = 50 }},
		"rare key":    {nil, func(s *changes.Snapshot) { s.Unknown["ctgov a.b"] = 2 }},
		"stale":       {[]string{"stale-decisions"}, func(s *changes.Snapshot) { s.Stale = []string{"d.csv line 2"} }},
		"k is wrong":  {[]string{"integrity"}, func(s *changes.Snapshot) { flat(s, func(f *edition.Flat) { f.K = 7 }) }},
		"outside":     {[]string{"integrity", "estimate-moved"}, func(s *changes.Snapshot) { flat(s, func(f *edition.Flat) { f.Estimate = number(3) }) }},
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

func message() Message {
	return Message{ID: "published-e-2", Kind: "published", Edition: "e-2", Title: "Änderung\r\nBcc: x@example.org", Text: "one\n.\ntwo\n", URL: "https://evidence.example/x"}
}

// flaky fails as told.
type flaky struct {
	errs []error
	sent int
}

func (f *flaky) Name() string { return "flaky" }

func (f *flaky) Send(context.Context, Message) error {
	f.sent++
	if len(f.errs) == 0 {
		return nil
	}
	err := f.errs[0]
	f.errs = f.errs[1:]
	return err
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "a.db"), store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

func TestNothingIsSentTwice(t *testing.T) {
	ctx := context.Background()
	st := openStore(t)
	soon := later(errors.New("busy"), 0)
	for name, c := range map[string]struct {
		errs  []error
		tries int // in four runs
	}{
		"taken":                {nil, 1},
		"refused once":         {[]error{errors.New("no")}, 2},
		"busy for a moment":    {[]error{soon}, 2},
		"busy for a run":       {[]error{soon, soon, soon}, 4},
		"busy, then unknown":   {[]error{soon, fmt.Errorf("%w", ErrUncertain)}, 2},
		"asks for a long wait": {[]error{later(errors.New("busy"), time.Hour)}, 2},
		"uncertain":            {[]error{fmt.Errorf("%w", ErrUncertain)}, 1},
	} {
		f := &flaky{errs: c.errs}
		var waits []time.Duration
		cycle := Cycle{Store: st, Now: time.Now, Pause: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }}
		m := message()
		m.ID = name
		for range 4 {
			if _, err := cycle.notify(ctx, &Result{}, f, m); err != nil {
				t.Fatal(err)
			}
		}
		if f.sent != c.tries {
			t.Errorf("%s: tried %d times, want %d", name, f.sent, c.tries)
		}
		if name == "busy for a run" && !slices.Equal(waits, pauses) {
			t.Errorf("%s: waits %v", name, waits)
		}
	}
	// killed between the claim and the end of sending
	cycle := Cycle{Store: st, Now: time.Now}
	if _, err := st.ClaimNotice(ctx, "flaky", "x", time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := st.SetState(ctx, sendingState, `{"channel":"flaky","id":"x"}`); err != nil {
		t.Fatal(err)
	}
	var res Result
	if err := cycle.afterCrash(ctx, &res); err != nil || len(res.Warnings) != 1 {
		t.Errorf("%v %v", err, res.Warnings)
	}
}

// A stop signal while a channel waits for its next attempt: nothing was
// delivered, and the next run may send.
func TestStopBetweenAttemptsReleasesTheMessage(t *testing.T) {
	st := openStore(t)
	ctx, cancel := context.WithCancel(context.Background())
	f := &flaky{errs: []error{later(errors.New("busy"), 0)}}
	cycle := Cycle{Store: st, Now: time.Now, Pause: func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }}
	var res Result
	if done, err := cycle.notify(ctx, &res, f, message()); done || err != nil || res.Unsent != 1 {
		t.Errorf("%v %v %+v", done, err, res)
	}
	if done, err := cycle.notify(context.Background(), &res, f, message()); !done || err != nil || f.sent != 2 {
		t.Errorf("%v %v, %d attempts", done, err, f.sent)
	}
}

// A channel whose receiver was down hears of every edition that it missed, in
// order and once; a new channel of the current one alone.
func TestMissedEditionsAreToldInOrder(t *testing.T) {
	ctx := context.Background()
	st := openStore(t)
	down := &recorder{name: "down"}
	cycle := Cycle{Store: st, Channels: []Channel{down}, Now: time.Now, Pause: func(context.Context, time.Duration) error { return nil }}
	publish := func(n int) *Result {
		id := fmt.Sprint("e-", n)
		ch := store.Change{ID: fmt.Sprint("c-", n), Edition: id, Kind: "study-in", Subject: "q", Title: "t"}
		if _, err := st.AddEdition(ctx, store.Edition{ID: id, Date: "2025-01-01", PublishedAt: time.Now(), Document: []byte("{}")}, []store.Change{ch}); err != nil {
			t.Fatal(err)
		}
		res := &Result{Edition: id}
		if err := cycle.tell(ctx, res); err != nil {
			t.Fatal(err)
		}
		return res
	}
	publish(1)
	down.fails = true
	publish(2)
	if res := publish(3); res.Unsent != 1 || len(res.Warnings) != 1 {
		t.Errorf("%+v", res)
	}
	down.fails = false
	late := &recorder{name: "late"}
	cycle.Channels = append(cycle.Channels, late)
	publish(4)
	publish(5)
	if want := []string{"published-e-1", "published-e-2", "published-e-3", "published-e-4", "published-e-5"}; !slices.Equal(down.got, want) {
		t.Errorf("%v", down.got)
	}
	if want := []string{"published-e-4", "published-e-5"}; !slices.Equal(late.got, want) {
		t.Errorf("%v", late.got)
	}
}

// recorder keeps the ids of what it was sent.
type recorder struct {
	name  string
	fails bool
	got   []string
}

func (r *recorder) Name() string { return r.name }

func (r *recorder) Send(_ context.Context, m Message) error {
	if r.fails {
		return errors.New("down")
	}
	r.got = append(r.got, m.ID)
	return nil
}

func TestSchedule(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	day := Schedule{At: "03:30"}
	for _, c := range []struct {
		s         Schedule
		last, now string
		want      string
	}{
		{Schedule{Every: 24 * time.Hour}, "2025-01-01 10:00", "2025-01-01 11:00", "2025-01-02 10:00"},
		{Schedule{Every: 24 * time.Hour}, "2025-01-01 10:00", "2025-01-09 11:00", "2025-01-09 11:00"}, // slept for a week: once, at once
		{day, "2025-01-01 03:30", "2025-01-01 03:40", "2025-01-02 03:30"},
		{day, "2025-01-01 12:00", "2025-01-01 13:00", "2025-01-02 03:30"},
		{day, "2025-01-01 03:30", "2025-01-03 09:00", "2025-01-03 09:00"},
	} {
		if got := c.s.Next(at(c.last), at(c.now)); !got.Equal(at(c.want)) {
			t.Errorf("%+v after %s at %s: %s", c.s, c.last, c.now, got)
		}
	}
	if got := day.First(time.Time{}, at("2025-01-01 04:00")); !got.Equal(at("2025-01-02 03:30")) {
		t.Errorf("a new schedule: %s", got)
	}
	for _, bad := range []Schedule{{}, {Every: time.Second}, {At: "24:00"}, {Every: time.Hour, At: "03:00"}, {Every: time.Hour, Jitter: -1}} {
		if bad.Check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := Schedule{Every: time.Duration(rapid.Int64Range(int64(time.Minute), int64(time.Hour*100)).Draw(t, "every"))}
		last := time.Unix(rapid.Int64Range(1e9, 2e9).Draw(t, "last"), 0)
		now := last.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour*1000)).Draw(t, "gap")))
		if next := s.Next(last, now); next.Before(now) || next.Sub(now) > s.Every {
			t.Fatalf("next %s is not within %s after %s", next, s.Every, now)
		}
	})
}

func TestFeedsAreWellFormedAndTheSame(t *testing.T) {
	doc := edition.Document{ID: "e-2", Date: "2025-02-01", Findings: []edition.Flat{{ID: "q", Title: "A & B"}}}
	rapid.Check(t, func(t *rapid.T) {
		var list []store.Change
		for i := range rapid.IntRange(0, 5).Draw(t, "n") {
			list = append(list, store.Change{ID: fmt.Sprint("c-", i), Edition: "e-2", Kind: "study-in", Subject: "q", Title: rapid.String().Draw(t, "title"),
				Before: rapid.String().Draw(t, "before"), Cause: string(rapid.SliceOf(rapid.Byte()).Draw(t, "cause"))})
		}
		one, two := Feeds(doc, list, "https://a.example/"), Feeds(doc, list, "https://a.example/")
		for name, b := range one {
			if string(b) != string(two[name]) {
				t.Fatalf("%s differs", name)
			}
			if strings.HasSuffix(name, ".atom") {
				var f struct {
					Entries []struct {
						ID string `xml:"id"`
					} `xml:"entry"`
				}
				if err := xml.Unmarshal(b, &f); err != nil || len(f.Entries) != len(list) {
					t.Fatalf("%s: %v\n%s", name, err, b)
				}
			} else if !json.Valid(b) {
				t.Fatalf("%s is no JSON", name)
			}
		}
	})
}

func TestEditionFoldersStayInside(t *testing.T) {
	for _, id := range []string{"", ".", "..", "../x", "a/b", `a\b`, "/etc", "c:x"} {
		if dir, err := EditionDir("out", id); err == nil {
			t.Errorf("%q gives %s", id, dir)
		}
	}
}

// TestFeedsKeepTheRules holds feeds against RFC 4287 and JSON Feed 1.1, and
// against what readers rely on: an entry keeps its id and its date from edition
// to edition, and the feed's own date never goes back.
func TestFeedsKeepTheRules(t *testing.T) {
	doc := edition.Document{ID: "e-1", Date: "2025-01-31", Findings: []edition.Flat{{ID: "q", Title: "A & B <i>"}}, Claims: []claim{{ID: "C1", Text: "It helps"}}}
	var all []store.Change
	dates := map[string]string{}
	last := ""
	for n := range 4 {
		doc.ID, doc.Date = fmt.Sprint("e-", n), fmt.Sprintf("2025-0%d-28", n+1)
		at, _ := time.Parse(time.DateOnly, doc.Date)
		for i := range 3 {
			all = append(all, store.Change{ID: fmt.Sprintf("c-%d-%d", n, i), Edition: doc.ID, At: at, Kind: "study-in", Subject: "q", Title: "x & y", After: "z", Cause: "w",
				Detail: []byte(`{"findings":["q"],"claims":["C1"]}`)})
		}
		files := Feeds(doc, all, "https://a.example/")
		for _, name := range []string{"feed", "feeds/finding-q", "feeds/claim-C1"} {
			type link struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			}
			var f struct {
				XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
				ID      string   `xml:"id"`
				Title   string   `xml:"title"`
				Updated string   `xml:"updated"`
				Author  []string `xml:"author>name"`
				Links   []link   `xml:"link"`
				Entries []struct {
					ID    string `xml:"id"`
					Links []link `xml:"link"`
				} `xml:"entry"`
			}
			if err := xml.Unmarshal(files[name+".atom"], &f); err != nil || f.ID == "" || f.Title == "" || len(f.Author) != 1 {
				t.Fatalf("%s: %v %+v", name, err, f)
			}
			if f.Updated < last {
				t.Errorf("%s went back to %s", name, f.Updated)
			}
			if !slices.Contains(f.Links, link{"self", "https://a.example/current/" + name + ".atom"}) {
				t.Errorf("%s: %v", name, f.Links)
			}
			var j struct {
				Version, Title string
				Feed           string `json:"feed_url"`
				Items          []struct {
					ID, Title string
					Text      string `json:"content_text"`
					Date      string `json:"date_published"`
				}
			}
			if err := json.Unmarshal(files[name+".json"], &j); err != nil || j.Version != "https://jsonfeed.org/version/1.1" || j.Title == "" || j.Feed != "https://a.example/current/"+name+".json" ||
				len(j.Items) != len(all) {
				t.Fatalf("%s: %v %+v", name, err, j)
			}
			seen := map[string]bool{}
			for i, item := range j.Items {
				if seen[item.ID] || item.Text == "" || item.Title == "" {
					t.Errorf("%s: item %+v", name, item)
				}
				seen[item.ID] = true
				if was, ok := dates[item.ID]; ok && was != item.Date {
					t.Errorf("%s moved from %s to %s", item.ID, was, item.Date)
				}
				dates[item.ID] = item.Date
				if i > 0 && item.Date > j.Items[i-1].Date {
					t.Errorf("%s: not newest first", name)
				}
				if _, err := time.Parse(time.RFC3339, item.Date); err != nil {
					t.Error(err)
				}
			}
			if len(f.Entries) != len(all) || len(f.Entries[0].Links) != 1 {
				t.Errorf("%s: %d entries", name, len(f.Entries))
			}
			last = max(last, f.Updated)
		}
	}
	// by another program, where it is installed
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed: the rules above were tried, its reading was not")
	}
	cmd := exec.Command(lint, "--noout", "--nonet", "-")
	cmd.Stdin = strings.NewReader(string(Feeds(doc, all, "https://a.example/")["feed.atom"]))
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("xmllint: %v %s", err, text)
	}
}
