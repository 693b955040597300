package web

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"past/internal/store"
	"past/internal/web/lookup"
)

// openAPI describes the API. A test holds it against the handlers.
//
//go:embed openapi.json
var openAPI []byte

// OpenAPI is the OpenAPI 3.1 document of the API, as it is served.
func OpenAPI() []byte { return bytes.Clone(openAPI) }

// route is a look-up of the API.
type route struct {
	path   string
	params []string // query parameters that it knows
	answer func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error)
}

// apiRoutes are the look-ups of version 1.
var apiRoutes = []route{
	{"/editions", nil, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
		return s.lib.Editions(ctx)
	}},
	{"/editions/{id}", nil, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
		return s.lib.Document(ctx, r.PathValue("id"))
	}},
	{"/findings", []string{"edition"}, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
		return s.lib.Findings(ctx, r.URL.Query().Get("edition"))
	}},
	{"/findings/{id}", nil, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
		return s.lib.Finding(ctx, r.PathValue("id"))
	}},
	{"/claims", []string{"edition"}, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
		return s.lib.Claims(ctx, r.URL.Query().Get("edition"))
	}},
	{"/claims/{id}", nil, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
		return s.lib.Claim(ctx, r.PathValue("id"))
	}},
	{"/changes", []string{"since"}, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
		return s.lib.Changes(ctx, r.URL.Query().Get("since"))
	}},
	{"/trials/{id...}", nil, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
		return s.lib.Trial(ctx, r.PathValue("id"))
	}},
	{"/studies/{id...}", nil, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
		return s.lib.Study(ctx, r.PathValue("id"))
	}},
	{"/explain/{id...}", nil, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
		return s.lib.Explain(ctx, r.PathValue("id"))
	}},
	{"/status", nil, func(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) { return s.lib.Status(ctx) }},
	{"/search", []string{"q", "limit", "offset"}, search},
}

// errBadRequest is wrapped by what a visitor asked wrongly.
var errBadRequest = errors.New("bad request")

func search(ctx context.Context, s *Server, r *http.Request) (lookup.Answer, error) {
	q := r.URL.Query()
	text := strings.TrimSpace(q.Get("q"))
	if text == "" || len(text) > 200 {
		return lookup.Answer{}, fmt.Errorf("%w: q must have between 1 and 200 bytes", errBadRequest)
	}
	limit, err := whole(q.Get("limit"), 20, 1, 100)
	if err != nil {
		return lookup.Answer{}, fmt.Errorf("%w: limit %w", errBadRequest, err)
	}
	offset, err := whole(q.Get("offset"), 0, 0, 10000)
	if err != nil {
		return lookup.Answer{}, fmt.Errorf("%w: offset %w", errBadRequest, err)
	}
	return s.lib.Search(ctx, text, limit, offset)
}

func whole(text string, otherwise, lo, hi int) (int, error) {
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < lo || n > hi {
		return 0, fmt.Errorf("must be a whole number from %d to %d", lo, hi)
	}
	return n, nil
}

const apiPrefix = "/api/v1"

func (s *Server) api(mux *http.ServeMux) {
	for _, rt := range apiRoutes {
		mux.HandleFunc(apiPrefix+rt.path, func(w http.ResponseWriter, r *http.Request) { s.look(w, r, rt) })
	}
	mux.HandleFunc(apiPrefix+"/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=3600")
		send(w, r, openPage)
	})
	mux.HandleFunc(apiPrefix+"/tables/{file}", s.table)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		problem(w, http.StatusNotFound, "not found", "the look-ups are described in "+apiPrefix+"/openapi.json")
	})
}

var openPage = newPage(openAPI, "application/json")

// enter takes a place among those who read the database, or says no.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) bool {
	select {
	case s.queries <- struct{}{}:
		return true
	default:
	}
	t := time.NewTimer(2 * time.Second)
	defer t.Stop()
	select {
	case s.queries <- struct{}{}:
		return true
	case <-r.Context().Done():
	case <-t.C:
		w.Header().Set("Retry-After", "5")
		problem(w, http.StatusServiceUnavailable, "busy", "too many look-ups at once; try again in a few seconds")
	}
	return false
}

func (s *Server) look(w http.ResponseWriter, r *http.Request, rt route) {
	for name := range r.URL.Query() {
		if !contains(rt.params, name) {
			problem(w, http.StatusBadRequest, "bad request", fmt.Sprintf("there is no parameter %q here; known are: %s", name, strings.Join(rt.params, ", ")))
			return
		}
	}
	if !s.enter(w, r) {
		return
	}
	defer func() { <-s.queries }()
	ctx, cancel := context.WithTimeout(r.Context(), s.opt.Limits.Answer)
	defer cancel()
	a, err := rt.answer(ctx, s, r)
	if err != nil {
		s.fail(w, err)
		return
	}
	body, err := json.Marshal(a)
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=60")
	w.Header().Set("Access-Control-Allow-Origin", "*") // public data, no cookies
	sendAnswer(w, r, append(body, '\n'))
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// sendAnswer compresses quickly: an answer is made once.
func sendAnswer(w http.ResponseWriter, r *http.Request, body []byte) {
	p := &page{raw: body, kind: "application/json", etag: tagOf(body)}
	if len(body) >= 1024 && accepts(r, "gzip") {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		if err == nil {
			if _, err := z.Write(body); err == nil && z.Close() == nil {
				p.gz = b.Bytes()
			}
		}
	}
	w.Header().Set("Vary", "Accept-Encoding")
	send(w, r, p)
}

// table streams a table as CSV (RFC 4180), never held as a whole in memory.
func (s *Server) table(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("file"), ".csv")
	if !ok {
		problem(w, http.StatusNotFound, "not found", "tables are served as NAME.csv; there are "+strings.Join(store.TableNames(), ", "))
		return
	}
	tag := s.databaseTag(name)
	w.Header().Set("ETag", `W/"`+tag+`"`)
	w.Header().Set("Vary", "Accept-Encoding")
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if !s.enter(w, r) {
		return
	}
	defer func() { <-s.queries }()
	ctx, cancel := context.WithTimeout(r.Context(), s.opt.Limits.Download)
	defer cancel()
	columns, rows, err := s.lib.Rows(ctx, name)
	if err != nil {
		w.Header().Del("ETag")
		s.fail(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	if r.Method == http.MethodHead {
		return
	}
	control := http.NewResponseController(w)
	var out io.Writer = w
	if accepts(r, "gzip") {
		h.Set("Content-Encoding", "gzip")
		z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		if err != nil {
			s.fail(w, err)
			return
		}
		defer z.Close()
		out = z
	}
	c := csv.NewWriter(out)
	if err := c.Write(columns); err != nil {
		panic(http.ErrAbortHandler)
	}
	n := 0
	for row, err := range rows {
		if n%1000 == 0 {
			// The reader has so long for each thousand rows; who does not read
			// is let go.
			_ = control.SetWriteDeadline(time.Now().Add(30 * time.Second))
		}
		n++
		if err == nil {
			err = c.Write(row)
		}
		if err != nil {
			s.opt.Log.Debug("table broken off", "table", name, "error", err)
			panic(http.ErrAbortHandler) // a cut table must not look whole
		}
	}
	c.Flush()
	if c.Error() != nil {
		panic(http.ErrAbortHandler)
	}
}

// databaseTag changes whenever the database's files do.
func (s *Server) databaseTag(what string) string {
	var b strings.Builder
	b.WriteString(what)
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(s.opt.Store.Path() + suffix); err == nil {
			fmt.Fprintf(&b, " %d %d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return tagOf([]byte(b.String()))
}

// fail answers an error in words of RFC 9457, with nothing of the inside.
func (s *Server) fail(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errBadRequest):
		problem(w, http.StatusBadRequest, "bad request", strings.TrimPrefix(err.Error(), "bad request: "))
	case errors.Is(err, lookup.ErrNoEdition):
		w.Header().Set("Retry-After", "60")
		problem(w, http.StatusServiceUnavailable, "no edition yet", "nothing was published yet")
	case errors.Is(err, lookup.ErrUnpublished):
		problem(w, http.StatusConflict, "not published", err.Error())
	case errors.Is(err, store.ErrNotFound):
		problem(w, http.StatusNotFound, "not found", err.Error())
	case errors.Is(err, context.DeadlineExceeded):
		problem(w, http.StatusGatewayTimeout, "took too long", "the look-up took longer than is allowed here")
	case errors.Is(err, context.Canceled):
		problem(w, 499, "given up", "the visitor went away")
	default:
		s.opt.Log.Error("look-up failed", "error", err)
		problem(w, http.StatusInternalServerError, "internal error", "the look-up failed; the fault is logged")
	}
}

func problem(w http.ResponseWriter, status int, title, detail string) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	b, err := json.Marshal(map[string]any{"type": "about:blank", "title": title, "status": status, "detail": detail})
	if err != nil {
		b = []byte(`{"title":"internal error"}`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}
