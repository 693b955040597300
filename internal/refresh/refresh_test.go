package refresh

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
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
		Sources: map[string]changes.Source{"ctgov": {Alive: 100, Problems: 1}}, Unknown: map[string]int{}, Files: map[string]string{"d.csv": "1"}}
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
		"moved by a human file": {nil, func(s *changes.Snapshot) {
			s.Files["d.csv"] = "2"
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

func TestWebhookIsSignedAndHonest(t *testing.T) {
	secret := []byte("s3cret")
	var status int
	var got []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		if r.Header.Get("X-Past-Signature") != Sign(secret, r.Header.Get("X-Past-Timestamp"), got) || r.Header.Get("X-Past-Notice") != "published-e-2" {
			t.Errorf("headers %v", r.Header)
		}
		if status == 302 {
			w.Header().Set("Location", "https://elsewhere.example/")
		}
		w.WriteHeader(status)
	}))
	w := Webhook{URL: srv.URL, Secret: secret, Version: "v1"}
	for code, ok := range map[int]bool{200: true, 204: true, 302: false, 400: false, 500: false} {
		status = code
		err := w.Send(context.Background(), message())
		if (err == nil) != ok || errors.Is(err, ErrUncertain) {
			t.Errorf("%d: %v", code, err)
		}
	}
	var m Message
	if json.Unmarshal(got, &m) != nil || m.ID != "published-e-2" {
		t.Errorf("%s", got)
	}
	if Sign([]byte("k"), "1", []byte("{}")) == Sign([]byte("k"), "2", []byte("{}")) {
		t.Error("the time is not signed")
	}
	srv.Close()
	if err := w.Send(context.Background(), message()); err == nil || errors.Is(err, ErrUncertain) {
		t.Errorf("a closed port: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, _ = bufio.NewReader(c).ReadString('\n') // takes the request and says nothing
			c.Close()
		}
	}()
	w.URL = "http://" + l.Addr().String()
	if err := w.Send(context.Background(), message()); !errors.Is(err, ErrUncertain) {
		t.Errorf("no answer: %v", err)
	}
	for address, ok := range map[string]bool{"https://a.example/x": true, "http://127.0.0.1:1/": true, "http://a.example/": false, "ftp://a.example/": false, "": false} {
		if (CheckWebhook(address) == nil) != ok {
			t.Errorf("%q", address)
		}
	}
}

// mailServer is a small SMTP server; answer gives its reply to the end of the
// data.
func mailServer(t *testing.T, answer string) (addr string, mails chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	mails = make(chan string, 4)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serveMail(c, answer, mails)
		}
	}()
	return l.Addr().String(), mails
}

func serveMail(c net.Conn, answer string, mails chan string) {
	defer c.Close()
	r := bufio.NewReader(c)
	say := func(s string) { fmt.Fprintf(c, "%s\r\n", s) }
	say("220 test")
	var log strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		log.WriteString(line)
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "EHLO":
			say("250-test")
			say("250 AUTH PLAIN")
		case "AUTH":
			say("235 ok")
		case "DATA":
			say("354 go on")
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				log.WriteString(line)
			}
			if answer == "" {
				return // hangs up before it says whether it took the message
			}
			say(answer)
			mails <- log.String()
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestMailThroughARealServer(t *testing.T) {
	addr, mails := mailServer(t, "250 taken")
	m := Mail{Server: addr, User: "u", Password: "p", From: "Tracker <tracker@evidence.example>", To: []string{"a@example.org", "b@example.org"}}
	if err := m.Send(context.Background(), message()); err != nil {
		t.Fatal(err)
	}
	got := <-mails
	for _, s := range []string{"MAIL FROM:<tracker@evidence.example>", "RCPT TO:<a@example.org>", "RCPT TO:<b@example.org>", "AUTH PLAIN"} {
		if !strings.Contains(got, s) {
			t.Errorf("the dialogue lacks %q:\n%s", s, got)
		}
	}
	_, text, _ := strings.Cut(got, "DATA\r\n")
	parsed, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "Änderung") || parsed.Header.Get("Bcc") != "" {
		t.Errorf("subject %q, %v", subject, parsed.Header)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(parsed.Body))
	if err != nil || !strings.Contains(string(body), "one\r\n") || !strings.Contains(string(body), "two\r\n") || !strings.Contains(string(body), "https://evidence.example/x") {
		t.Errorf("%v %q", err, body)
	}
	for answer, uncertain := range map[string]bool{"554 no": false, "451 later": false, "": true} {
		addr, _ := mailServer(t, answer)
		m.Server = addr
		if err := m.Send(context.Background(), message()); err == nil || errors.Is(err, ErrUncertain) != uncertain {
			t.Errorf("%q: %v", answer, err)
		}
	}
	m.To = []string{"a@example.org\r\nRCPT TO:<evil@example.org>"}
	if m.Check() == nil {
		t.Error("a receiver with a line break is taken")
	}
}

func TestCommandSaysWhetherItWasDelivered(t *testing.T) {
	if err := (Command{Line: "grep -q published-e-2 && test \"$PAST_KIND\" = published", Stderr: io.Discard}).Send(context.Background(), message()); err != nil {
		t.Error(err)
	}
	if err := (Command{Line: "exit 3", Stderr: io.Discard}).Send(context.Background(), message()); err == nil || errors.Is(err, ErrUncertain) {
		t.Error(err)
	}
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

func TestNothingIsSentTwice(t *testing.T) {
	ctx := context.Background()
	st, err := store.Open(ctx, t.TempDir()+"/a.db", store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	for name, c := range map[string]struct {
		errs  []error
		tries int // in four runs
	}{"taken": {nil, 1}, "refused once": {[]error{errors.New("no")}, 2}, "uncertain": {[]error{fmt.Errorf("%w", ErrUncertain)}, 1}} {
		f := &flaky{errs: c.errs}
		cycle := Cycle{Store: st, Channels: []Channel{f}, Now: time.Now}
		m := message()
		m.ID = name
		for range 4 {
			if err := cycle.notify(ctx, &Result{}, m); err != nil {
				t.Fatal(err)
			}
		}
		if f.sent != c.tries {
			t.Errorf("%s: tried %d times, want %d", name, f.sent, c.tries)
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
