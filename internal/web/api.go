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
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"past/internal/store"
	"past/internal/web/lookup"
)

// openAPI describes the API. A test compares it with the handlers.
//
//go:embed openapi.json
var openAPI []byte

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

// maxWords bounds the work of one search: each word walks a list of its own.
const maxWords = 16

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
	if len(strings.Fields(text)) > maxWords {
		return lookup.Answer{}, fmt.Errorf("%w: q must have at most %d words", errBadRequest, maxWords)
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

func (s *Server) look(w http.ResponseWriter, r *http.Request, rt route) {
	key, err := question(r, rt.params)
	if err != nil {
		problem(w, http.StatusBadRequest, "bad request", err.Error())
		return
	}
	stamp := s.opt.Store.Stamp()
	p := s.answers.recall(stamp, key)
	if p == nil {
		p, err = s.answers.once(r.Context(), stamp+key, func(ctx context.Context) (*page, error) {
			ctx, cancel := context.WithTimeout(ctx, s.opt.Limits.Answer)
			defer cancel()
			a, err := rt.answer(ctx, s, r)
			if err != nil {
				return nil, err
			}
			body, err := json.Marshal(a)
			if err != nil {
				return nil, err
			}
			p := packed(append(body, '\n'))
			s.answers.keep(stamp, key, p)
			return p, nil
		})
		if err != nil {
			s.fail(w, err)
			return
		}
	}
	w.Header().Set("Cache-Control", "public, max-age=60")
	w.Header().Set("Access-Control-Allow-Origin", "*") // public data, no cookies
	w.Header().Set("Vary", "Accept-Encoding")
	send(w, r, p)
}

// packed compresses an answer quickly: few will read it.
func packed(body []byte) *page {
	p := &page{raw: body, kind: "application/json", etag: tagOf(body)}
	if len(body) >= 1024 {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		if err == nil {
			if _, err := z.Write(body); err == nil && z.Close() == nil {
				p.gz = b.Bytes()
			}
		}
	}
	return p
}

// table streams a table as CSV (RFC 4180), never held as a whole in memory.
func (s *Server) table(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("file"), ".csv")
	if !ok {
		problem(w, http.StatusNotFound, "not found", "tables are served as NAME.csv; there are "+strings.Join(store.TableNames(), ", "))
		return
	}
	if _, err := question(r, nil); err != nil {
		problem(w, http.StatusBadRequest, "bad request", err.Error())
		return
	}
	tag := tagOf([]byte(name + s.opt.Store.Stamp()))
	w.Header().Set("ETag", `W/"`+tag+`"`)
	w.Header().Set("Vary", "Accept-Encoding")
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if err := s.down.enter(r.Context()); err != nil {
		w.Header().Del("ETag")
		s.fail(w, err)
		return
	}
	defer s.down.leave()
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

// fail answers an error in words of RFC 9457, with nothing of the inside.
func (s *Server) fail(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "5")
		problem(w, http.StatusServiceUnavailable, "busy", err.Error())
	case errors.Is(err, errBadRequest):
		problem(w, http.StatusBadRequest, "bad request", strings.TrimPrefix(err.Error(), "bad request: "))
	case errors.Is(err, lookup.ErrNoEdition):
		w.Header().Set("Retry-After", "60")
		problem(w, http.StatusServiceUnavailable, "no edition yet",
			"the folder that is served (--out) shows no edition")
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
