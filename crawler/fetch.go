package crawler

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gocolly/colly/v2"

	"past/crawler/polite"
	"past/internal/evidence"
)

// wire is the Fetcher of one source: colly over the polite transport.
type wire struct {
	source string
	base   *colly.Collector
	sink   Sink
	now    func() time.Time
	asked  atomic.Int64
	tried  func(polite.Attempt) // told of attempts that failed
	skew   skew
}

// newWire builds the transport for a source. endpoint is nil for the
// register's own address.
func newWire(o *Options, sink Sink, source string, p Policy, endpoint *url.URL) *wire {
	w := &wire{source: source, sink: sink, now: o.Now}
	var hosts []string // an endpoint alone: a mirror's pages must not lead to the register
	if endpoint == nil {
		hosts = append(hosts, p.Hosts...)
		if u, err := url.Parse(p.BaseURL); err == nil && u.Host != "" {
			hosts = append(hosts, u.Host)
		}
	}
	maxBody, timeout := p.MaxBody, p.Timeout
	if o.Wire.MaxBody > 0 {
		maxBody = o.Wire.MaxBody
	}
	if o.Wire.Timeout > 0 {
		timeout = o.Wire.Timeout
	}
	w.base = newColly(&recorder{polite.New(polite.Options{
		UserAgent: polite.UserAgent(o.Version, o.Contact),
		Hosts:     hosts, Endpoint: endpoint,
		PerSecond: p.PerSecond, Burst: p.Burst, Robots: p.Robots,
		MaxBody: maxBody, Timeout: timeout, Idle: o.Wire.Idle,
		Attempts: o.Wire.Attempts, Base: o.Wire.Base, Cap: o.Wire.Cap, Patience: o.Wire.Patience,
		Bottom: o.Wire.Transport, Report: w.report, TransportOpts: polite.TransportOptions{HTTP1: p.HTTP1, Roots: o.roots},
	})})
	return w
}

// Do implements [Fetcher].
func (w *wire) Do(ctx context.Context, r Request) (Response, error) {
	if err := ctx.Err(); err != nil {
		return Response{}, context.Cause(ctx)
	}
	rec := &record{}
	asking := context.WithValue(ctx, recordKey{}, rec)
	known := ""
	if r.Conditional && !r.NoStore && w.sink != nil {
		etag, modified, sha, err := w.sink.Validators(ctx, r.URL)
		if err != nil {
			return Response{}, fmt.Errorf("look up validators: %w", err)
		}
		known = sha
		asking = polite.WithValidators(asking, polite.Validators{ETag: etag, LastModified: modified})
	}
	c := w.base.Clone()
	c.Context = asking
	err := c.Request(method(r), r.URL, body(r), nil, header(r))
	if !rec.whole {
		if err == nil {
			err = fmt.Errorf("%s gave no answer", r.URL)
		}
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return Response{}, err
	}
	if err != nil && rec.status/100 == 3 { // a redirect that may not be followed
		return Response{}, err
	}
	return w.answer(r, rec, known)
}

func method(r Request) string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

func body(r Request) io.Reader {
	if len(r.Body) == 0 {
		return nil
	}
	return bytes.NewReader(r.Body)
}

func header(r Request) http.Header {
	h := http.Header{}
	if len(r.Accept) > 0 {
		h.Set("Accept", strings.Join(r.Accept, ", "))
	}
	for k, v := range r.Header {
		h.Set(k, v)
	}
	return h
}

// answer turns what came into a Response or the error that it amounts to.
func (w *wire) answer(r Request, rec *record, known string) (Response, error) {
	res := Response{Payload: evidence.Payload{
		Source: w.source, URL: r.URL, FetchedAt: w.now().UTC(), Status: rec.status,
		ETag: rec.header.Get("ETag"), LastModified: rec.header.Get("Last-Modified"),
		MediaType: rec.header.Get("Content-Type"), Body: rec.body,
	}}
	switch {
	case rec.status == http.StatusNotModified && known != "":
		res.NotModified, res.SHA256, res.Body = true, known, nil
		return res, nil
	case rec.status < 200 || rec.status > 299:
		wait, _ := polite.RetryAfter(rec.header, time.Now())
		return Response{}, &StatusError{URL: r.URL, Status: rec.status, RetryAfter: wait, Body: rec.body[:min(len(rec.body), 4<<10)]}
	}
	if res.SHA256 = rec.sha; res.SHA256 == "" {
		res.SHA256 = hash(rec.body)
	}
	if err := acceptable(r, &res.Payload); err != nil {
		return res, err
	}
	return res, nil
}

// acceptable holds an answer to the kinds that make sense. Registers and their
// mirrors label answers carelessly, so that the look of the text counts too.
func acceptable(r Request, p *evidence.Payload) error {
	if len(r.Accept) == 0 {
		return nil
	}
	media, _, _ := mime.ParseMediaType(p.MediaType)
	text := bytes.TrimLeft(bytes.TrimPrefix(p.Body, []byte("\xef\xbb\xbf")), " \t\r\n")
	html := media == "text/html" || bytes.HasPrefix(bytes.ToLower(text[:min(len(text), 14)]), []byte("<!doctype html")) ||
		bytes.HasPrefix(bytes.ToLower(text[:min(len(text), 5)]), []byte("<html"))
	for _, a := range r.Accept {
		switch {
		case a == media && !(html && a != "text/html"):
			return nil
		case strings.HasSuffix(a, "json") && len(text) > 0 && (text[0] == '{' || text[0] == '['):
			return nil
		case strings.HasSuffix(a, "xml") && len(text) > 0 && text[0] == '<' && !html:
			return nil
		}
	}
	e := &AnswerError{Kind: KindWrongType, Where: p.URL, Payload: p,
		Message: fmt.Sprintf("the answer calls itself %q, wanted %s", p.MediaType, strings.Join(r.Accept, " or "))}
	switch {
	case html:
		e.Kind, e.Message = KindHTML, "HTML instead of data"+pageTitle(text)
	case len(text) == 0:
		e.Kind, e.Message = KindEmpty, "the answer is empty"
	}
	return e
}

func pageTitle(b []byte) string {
	low := strings.ToLower(string(b[:min(len(b), 4096)]))
	i := strings.Index(low, "<title>")
	if i < 0 {
		return ""
	}
	rest := string(b[i+len("<title>") : min(len(b), 4096)])
	j := strings.Index(strings.ToLower(rest), "</title>")
	if j < 0 {
		return ""
	}
	return fmt.Sprintf(": %q", strings.TrimSpace(rest[:min(j, 200)]))
}

// report logs an attempt in the store, whatever came of it.
func (w *wire) report(a polite.Attempt) {
	w.asked.Add(1)
	f := evidence.Fetch{
		Source: w.source, URL: a.Request.URL.String(), Method: a.Request.Method,
		At: w.now().UTC(), Took: a.Took, Attempt: a.Number,
	}
	failed := a.Err != nil
	if a.Err != nil {
		f.ErrorText = a.Err.Error()
	} else {
		f.Status = a.Response.StatusCode
		if b, ok := polite.Body(a.Response); ok {
			f.Bytes = int64(len(b))
			if rec, _ := a.Request.Context().Value(recordKey{}).(*record); rec != nil && f.Status/100 == 2 {
				rec.sha = hash(b)
				f.SHA256 = rec.sha
			}
		}
		failed = f.Status >= 400
		w.skew.look(a.Response.Header.Get("Date"), time.Now())
	}
	if failed && w.tried != nil {
		w.tried(a)
	}
	if w.sink != nil {
		// The log is kept even when the crawl is being cancelled; a store that
		// cannot keep it says so at the next commit.
		_ = w.sink.LogFetch(context.WithoutCancel(a.Request.Context()), f)
	}
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// skew watches how far our clock is from the register's.
type skew struct {
	mu    sync.Mutex
	ahead time.Duration // of ours, largest in amount
}

func (s *skew) look(date string, now time.Time) {
	at, err := http.ParseTime(date)
	if err != nil {
		return
	}
	d := now.Sub(at)
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.Abs() > s.ahead.Abs() {
		s.ahead = d
	}
}

func (s *skew) get() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ahead
}
