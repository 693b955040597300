package polite

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// serve starts a server and gives a client that goes through a layer over a
// plain transport.
func serve(t *testing.T, h http.HandlerFunc, layer func(http.RoundTripper) http.RoundTripper) (*http.Client, string) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	tr := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: layer(tr)}, s.URL
}

// raw serves bytes as they are, then closes the connection.
func raw(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 4096)
				_, _ = c.Read(buf)
				answer(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func get(t *testing.T, c *http.Client, url string) (string, *http.Response, error) {
	t.Helper()
	res, err := c.Get(url)
	if err != nil {
		return "", nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("a body that was handed over failed: %v", err)
	}
	return string(b), res, nil
}

func TestIdentify(t *testing.T) {
	c, u := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.UserAgent()) },
		func(n http.RoundTripper) http.RoundTripper {
			return &Identify{Next: n, UserAgent: UserAgent("1.2", "mailto:a@b.org\r\nX-Evil: 1")}
		})
	got, _, err := get(t, c, u)
	if err != nil || !strings.HasPrefix(got, "past/1.2 (") || !strings.Contains(got, "contact: mailto:a@b.org") ||
		strings.Contains(got, "\n") {
		t.Errorf("%q, %v", got, err)
	}
}

func TestContact(t *testing.T) {
	for contact, want := range map[string]string{
		"a@b.org": "contact: mailto:a@b.org)", " a@b.org\n": "contact: mailto:a@b.org)", "mailto:a@b.org": "contact: mailto:a@b.org)",
		"https://b.org/us": "contact: https://b.org/us)", "A group, a@b.org": "contact: A group, a@b.org)", "a@b": "contact: a@b)",
		"": "tracker)",
	} {
		if ua := UserAgent("1", contact); !strings.HasSuffix(ua, want) {
			t.Errorf("%q gives %s", contact, ua)
		}
	}
	for contact, want := range map[string]string{"a@b.org": "a@b.org", "mailto:a.b+c@d-e.org": "a.b+c@d-e.org",
		"A group <a@b.org>": "a@b.org", "https://b.org": "", "": "", "@b.org": ""} {
		if got := MailAddress(contact); got != want {
			t.Errorf("%q names %q", contact, got)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ours := now.Add(-3 * time.Hour) // our clock is wrong; the answer's Date is right
	for _, x := range []struct {
		after, date string
		wait        time.Duration
		ok          bool
	}{
		{"", "", 0, false}, {"0", "", 0, true}, {"7", "", 7 * time.Second, true}, {" 12 ", "", 12 * time.Second, true},
		{"-1", "", 0, false}, {"1.5", "", 0, false}, {"soon", "", 0, false}, {"99999999999999999999", "", maxAsked, true},
		{now.Add(90 * time.Second).Format(http.TimeFormat), now.Format(http.TimeFormat), 90 * time.Second, true},
		{now.Add(90 * time.Second).Format(http.TimeFormat), "", 3*time.Hour + 90*time.Second, true},
		{now.Add(-time.Hour).Format(http.TimeFormat), now.Format(http.TimeFormat), 0, true},
		{now.Add(time.Minute).Format(time.RFC850), now.Format(http.TimeFormat), time.Minute, true},
		{now.Add(time.Minute).Format(time.ANSIC), now.Format(http.TimeFormat), time.Minute, true},
	} {
		h := http.Header{}
		h.Set("Retry-After", x.after)
		h.Set("Date", x.date)
		if wait, ok := RetryAfter(h, ours); wait != x.wait || ok != x.ok {
			t.Errorf("%q with date %q: %v %v, want %v %v", x.after, x.date, wait, ok, x.wait, x.ok)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"1", "Fri, 31 Dec 1999 23:59:59 GMT", "", "18446744073709551616"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, after, date string) {
		h := http.Header{"Retry-After": {after}, "Date": {date}}
		if d, _ := RetryAfter(h, time.Unix(0, 0)); d < 0 || d > maxAsked {
			t.Fatalf("%q %q: %v", after, date, d)
		}
	})
}

// retrier gives a Retry that notes its waits instead of waiting.
func retrier(n http.RoundTripper, waits *[]time.Duration) *Retry {
	return &Retry{Next: n, Jitter: func() float64 { return 0 },
		Sleep: func(ctx context.Context, d time.Duration) error { *waits = append(*waits, d); return ctx.Err() }}
}

func TestRetryStatuses(t *testing.T) {
	for _, status := range []int{408, 429, 500, 502, 503, 504} {
		var waits []time.Duration
		var asked atomic.Int32
		c, u := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) < 4 {
				w.WriteHeader(status)
				return
			}
			b, _ := io.ReadAll(r.Body)
			fmt.Fprint(w, "ok ", string(b))
		}, func(n http.RoundTripper) http.RoundTripper { return retrier(n, &waits) })
		res, err := c.Post(u, "application/json", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		if string(b) != "ok body" {
			t.Errorf("%d: %q", status, b)
		}
		if want := []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second}; !slices.Equal(waits, want) {
			t.Errorf("%d: waits %v, want %v", status, waits, want)
		}
	}
}

func TestRetryKeepsToRetryAfter(t *testing.T) {
	var waits []time.Duration
	var held time.Duration
	var asked atomic.Int32
	c, u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			w.Header().Set("Retry-After", "9")
			w.WriteHeader(429)
		}
	}, func(n http.RoundTripper) http.RoundTripper {
		r := retrier(n, &waits)
		r.Hold = func(_ string, d time.Duration) { held = d }
		return r
	})
	if _, res, err := get(t, c, u); err != nil || res.StatusCode != 200 || len(waits) != 1 || waits[0] != 9*time.Second ||
		held != 9*time.Second {
		t.Errorf("%v %v waits %v held %v", res, err, waits, held)
	}
}

func TestRetryGivesUp(t *testing.T) {
	var waits []time.Duration
	var asked atomic.Int32
	status := 503
	after := ""
	c, u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
	}, func(n http.RoundTripper) http.RoundTripper { return retrier(n, &waits) })
	if _, res, err := get(t, c, u); err != nil || res.StatusCode != 503 || asked.Load() != 5 {
		t.Errorf("after the last attempt: %v %v, %d attempts", res, err, asked.Load())
	}
	after = "3600"
	_, _, err := get(t, c, u)
	var w *WaitError
	if !errors.As(err, &w) || w.Wait != time.Hour || !strings.Contains(err.Error(), "1h0m0s") {
		t.Errorf("a wait beyond patience: %v", err)
	}
	for _, status = range []int{400, 401, 403, 404, 410, 501} {
		asked.Store(0)
		if _, res, err := get(t, c, u); err != nil || res.StatusCode != status || asked.Load() != 1 {
			t.Errorf("%d was asked %d times, %v", status, asked.Load(), err)
		}
	}
}

func TestRetryOfBrokenConnections(t *testing.T) {
	var waits []time.Duration
	var n atomic.Int32
	whole := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
	u := raw(t, func(c net.Conn) {
		switch n.Add(1) {
		case 1: // reset before an answer
			_ = c.(*net.TCPConn).SetLinger(0)
		case 2: // reset in mid-body
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
			_ = c.(*net.TCPConn).SetLinger(0)
		case 3: // shorter than promised
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		case 4: // chunked body cut
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
		default:
			fmt.Fprint(c, whole)
		}
	})
	c := &http.Client{Transport: retrier(&Whole{Next: &http.Transport{DisableKeepAlives: true}}, &waits)}
	got, _, err := get(t, c, u)
	if err != nil || got != "ok" || n.Load() != 5 {
		t.Errorf("%q after %d attempts, %v", got, n.Load(), err)
	}
	c = &http.Client{Transport: retrier(http.DefaultTransport, &waits)}
	_, _, err = get(t, c, "http://127.0.0.1:1/")
	if err == nil || !strings.Contains(err.Error(), "after 5 attempts") {
		t.Errorf("refused connection: %v", err)
	}
}

func TestRetryStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(429)
		time.AfterFunc(20*time.Millisecond, cancel)
	}, func(n http.RoundTripper) http.RoundTripper { return &Retry{Next: n} })
	req, _ := http.NewRequestWithContext(ctx, "GET", u, nil)
	begin := time.Now()
	_, err := c.Do(req)
	if !errors.Is(err, context.Canceled) || time.Since(begin) > 2*time.Second {
		t.Errorf("%v after %s", err, time.Since(begin))
	}
}

func TestTLSFailureIsNotTriedAgain(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	s.Config.ErrorLog = nil
	var waits []time.Duration
	c := &http.Client{Transport: retrier(&http.Transport{}, &waits)}
	_, err := c.Get(s.URL)
	if err == nil || len(waits) != 0 || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v, waits %v", err, waits)
	}
}

func TestRate(t *testing.T) {
	var n atomic.Int32
	layer := &Rate{PerSecond: 50}
	c, u := serve(t, func(http.ResponseWriter, *http.Request) { n.Add(1) },
		func(next http.RoundTripper) http.RoundTripper { layer.Next = next; return layer })
	begin := time.Now()
	for range 6 {
		if _, _, err := get(t, c, u); err != nil {
			t.Fatal(err)
		}
	}
	if d := time.Since(begin); d < 90*time.Millisecond { // five waits of 20 ms
		t.Errorf("six requests at 50 a second took %s", d)
	}
	host := strings.TrimPrefix(u, "http://")
	layer.Slow(host, time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", u, nil)
	if _, err := c.Do(req); err == nil {
		t.Error("a Crawl-delay of a second let the next request pass at once")
	}
}

func TestRateExemptHostStillHolds(t *testing.T) {
	layer := &Rate{PerSecond: 0.001, Exempt: func(string) bool { return true }}
	c, u := serve(t, func(http.ResponseWriter, *http.Request) {},
		func(next http.RoundTripper) http.RoundTripper { layer.Next = next; return layer })
	for range 20 {
		if _, _, err := get(t, c, u); err != nil {
			t.Fatal(err)
		}
	}
	layer.Hold(strings.TrimPrefix(u, "http://"), 60*time.Millisecond)
	begin := time.Now()
	if _, _, err := get(t, c, u); err != nil || time.Since(begin) < 50*time.Millisecond {
		t.Errorf("an exempt host did not hold: %s, %v", time.Since(begin), err)
	}
}

func TestWholeCapErrors(t *testing.T) {
	body := strings.Repeat("x", 1000)
	for _, x := range []struct {
		name  string
		write func(http.ResponseWriter)
		size  int64
		large bool
	}{
		{"exact", func(w http.ResponseWriter) { fmt.Fprint(w, body) }, 1000, false},
		{"stated", func(w http.ResponseWriter) { w.Header().Set("Content-Length", "1000"); fmt.Fprint(w, body) }, 999, true},
		{"chunked", func(w http.ResponseWriter) {
			fmt.Fprint(w, body[:500])
			w.(http.Flusher).Flush()
			fmt.Fprint(w, body[500:])
		}, 999, true},
		{"gzip bomb", func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			for range 2000 {
				if _, err := z.Write(make([]byte, 10<<10)); err != nil {
					return
				}
			}
		}, 1 << 20, true},
	} {
		c, u := serve(t, func(w http.ResponseWriter, _ *http.Request) { x.write(w) },
			func(n http.RoundTripper) http.RoundTripper { return &Whole{Next: n, MaxBody: x.size} })
		_, _, err := get(t, c, u)
		var large *TooLargeError
		if errors.As(err, &large) != x.large || !x.large && err != nil {
			t.Errorf("%s: %v", x.name, err)
		}
		if x.large && !strings.Contains(err.Error(), strconv.FormatInt(x.size, 10)) {
			t.Errorf("%s: the message does not name the cap: %v", x.name, err)
		}
	}
}

func TestWholeUnzipsWhatItAskedForOnly(t *testing.T) {
	c, u := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		fmt.Fprint(w, "something")
	}, func(n http.RoundTripper) http.RoundTripper { return &Whole{Next: n} })
	if _, _, err := get(t, c, u); !errors.Is(err, errEncoding) {
		t.Errorf("%v", err)
	}
}

func TestWholeTellsCutsWithoutLength(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "
	for _, x := range []struct {
		media, body string
		cut         bool
	}{
		{"application/json", `{"a":[1,2]}`, false}, {"application/json", `{"a":[1,`, true}, {"application/json", "\xef\xbb\xbf{}\n", false},
		{"text/xml", "<?xml version='1.0'?><!-- x --><r a='1'><b/></r>\n", false}, {"text/xml", "<r><b/>", true}, {"text/xml", "<r><b></r", true},
		{"text/xml", "<!DOCTYPE r [<!ENTITY e \"x\">]><r><b>e</b></r><!-- end -->", false}, {"application/xml", "<r/>", false},
		{"application/xml", "<r a=''", true},
		{"text/plain", "anything", false}, {"text/html", "<p>", false}, {"application/json", "", false},
	} {
		u := raw(t, func(c net.Conn) { fmt.Fprint(c, head, x.media, "\r\n\r\n", x.body) })
		c := &http.Client{Transport: &Whole{Next: &http.Transport{DisableKeepAlives: true}}}
		got, _, err := get(t, c, u)
		if errors.Is(err, ErrCut) != x.cut || !x.cut && (err != nil || got != x.body) {
			t.Errorf("%s %q: %q, %v", x.media, x.body, got, err)
		}
	}
}

func TestWholeTellsStalls(t *testing.T) {
	silent := raw(t, func(c net.Conn) {
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		time.Sleep(3 * time.Second)
	})
	drip := raw(t, func(c net.Conn) { // a slow loris: never silent, never done
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
		for range 200 {
			if _, err := c.Write([]byte("x")); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
	mute := raw(t, func(net.Conn) { time.Sleep(3 * time.Second) })
	for name, u := range map[string]string{"silent": silent, "drip": drip, "mute": mute} {
		c := &http.Client{Transport: &Whole{Next: &http.Transport{}, Idle: 60 * time.Millisecond, Timeout: 150 * time.Millisecond}}
		begin := time.Now()
		_, _, err := get(t, c, u)
		if !errors.Is(err, ErrStalled) || time.Since(begin) > 2*time.Second {
			t.Errorf("%s: %v after %s", name, err, time.Since(begin))
		}
	}
}

func TestScope(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("X-Api-Key"), "|", r.Header.Get("Accept"))
	}))
	defer other.Close()
	var s *httptest.Server
	var hosts []string
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/same":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/other":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/local":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		default:
			fmt.Fprint(w, "here ", r.Header.Get("X-Api-Key"))
		}
	}))
	defer s.Close()
	scope := &Scope{Next: http.DefaultTransport}
	ask := func(path string) (string, error) {
		scope.Hosts = hosts
		req, _ := http.NewRequest("GET", s.URL+path, nil)
		req.Header.Set("X-Api-Key", "secret")
		req.Header.Set("Accept", "a/b")
		res, err := (&http.Client{Transport: scope}).Do(req)
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		return string(b), err
	}
	su, _ := url.Parse(s.URL)
	ou, _ := url.Parse(other.URL)
	hosts = []string{su.Host}
	if got, err := ask("/same"); got != "here secret" || err != nil {
		t.Errorf("same host: %q, %v", got, err)
	}
	for _, path := range []string{"/other", "/local"} {
		if got, err := ask(path); !errors.Is(err, ErrOutOfScope) || !strings.Contains(err.Error(), "redirects to") {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	if got, err := ask("/file"); err == nil {
		t.Errorf("file: %q", got)
	}
	hosts = []string{su.Host, ou.Host}
	if got, err := ask("/other"); got != "|a/b" || err != nil {
		t.Errorf("headers of ours at another host: %q, %v", got, err)
	}
	hosts = []string{"127.0.0.1"} // a name means the web ports alone
	if _, err := ask("/same"); !errors.Is(err, ErrOutOfScope) {
		t.Errorf("any port: %v", err)
	}
}

func TestConditional(t *testing.T) {
	c, u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "body")
	}, func(n http.RoundTripper) http.RoundTripper { return &Conditional{Next: &Whole{Next: n}} })
	if got, _, err := get(t, c, u); got != "body" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	req, _ := http.NewRequestWithContext(WithValidators(t.Context(), Validators{ETag: `"v1"`}), "GET", u, nil)
	res, err := c.Do(req)
	if err != nil || res.StatusCode != http.StatusNotModified {
		t.Errorf("%v, %v", res, err)
	}
}

func TestRobots(t *testing.T) {
	status, rules := 200, "User-agent: past\nDisallow: /private\nCrawl-delay: 3\n\nUser-agent: *\nDisallow: /\n"
	var fetched atomic.Int32
	var slowed time.Duration
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			fetched.Add(1)
			w.WriteHeader(status)
			fmt.Fprint(w, rules)
		case "/moved":
			http.Redirect(w, r, "/private/x", http.StatusFound)
		default:
			fmt.Fprint(w, "ok")
		}
	}
	var layer *Robots
	c, u := serve(t, h, func(n http.RoundTripper) http.RoundTripper {
		layer = &Robots{Next: n, Agent: "past", Slow: func(_ string, d time.Duration) { slowed = d }, Now: func() time.Time { return clock }}
		return layer
	})
	for range 3 {
		if got, _, err := get(t, c, u+"/open?x=1"); got != "ok" || err != nil {
			t.Errorf("allowed path: %q, %v", got, err)
		}
	}
	if fetched.Load() != 1 || slowed != 3*time.Second {
		t.Errorf("robots.txt was fetched %d times, delay %s", fetched.Load(), slowed)
	}
	for _, path := range []string{"/private/x", "/moved"} { // a redirect into a forbidden path too
		if _, _, err := get(t, c, u+path); !errors.Is(err, ErrRobots) {
			t.Errorf("%s: %v", path, err)
		}
	}
	later := func(newStatus int) {
		clock = clock.Add(25 * time.Hour)
		status = newStatus
	}
	for _, s := range []int{500, 503, 429} {
		later(s)
		if _, _, err := get(t, c, u+"/open"); !errors.Is(err, ErrRobots) || !strings.Contains(err.Error(), "later") {
			t.Errorf("robots.txt with %d: %v", s, err)
		}
	}
	for _, s := range []int{404, 403, 410} {
		later(s)
		if got, _, err := get(t, c, u+"/private/x"); got != "ok" || err != nil {
			t.Errorf("robots.txt with %d: %q, %v", s, got, err)
		}
	}
}

func TestObserveCountsAttempts(t *testing.T) {
	var n atomic.Int32
	var seen []string
	c, u := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 1 {
			w.WriteHeader(502)
		}
	}, func(next http.RoundTripper) http.RoundTripper {
		var waits []time.Duration
		return retrier(&Observe{Next: next, Report: func(a Attempt) { seen = append(seen, fmt.Sprint(a.Number, " ", a.Response.StatusCode)) }},
			&waits)
	})
	if _, _, err := get(t, c, u); err != nil || !slices.Equal(seen, []string{"1 502", "2 200"}) {
		t.Errorf("%v, %v", seen, err)
	}
}
