package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"past/internal/edition/publish"
	"past/internal/store"
)

// page is a file of an edition, ready to be sent.
type page struct {
	raw, gz []byte
	etag    string
	kind    string
}

// pageCache keeps pages of editions, which never change, up to a size.
type pageCache struct {
	limit int64
	mu    sync.RWMutex
	pages map[string]*page
	size  int64

	current atomicCurrent
}

// atomicCurrent remembers which edition is shown.
type atomicCurrent struct {
	mu     sync.RWMutex
	id     string
	dir    string // of its pages, below the folder
	err    error
	looked time.Time
}

func newPageCache(limit int64) *pageCache {
	return &pageCache{limit: limit, pages: map[string]*page{}}
}

func (c *pageCache) get(name string) *page {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.pages[name]
}

func (c *pageCache) put(name string, p *page) {
	n := int64(len(p.raw) + len(p.gz) + len(name))
	if n > c.limit/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size+n > c.limit { // rare: start anew instead of keeping an order of use
		clear(c.pages)
		c.size = 0
	}
	if _, ok := c.pages[name]; !ok {
		c.pages[name] = p
		c.size += n
	}
}

// shown is the edition that the folder shows; it is looked up once a second.
func (s *Server) shown() (string, error) {
	c := &s.pages.current
	c.mu.RLock()
	id, err, fresh := c.id, c.err, time.Since(c.looked) < time.Second
	c.mu.RUnlock()
	if fresh {
		return id, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.id, c.dir, c.err = publish.Shown(s.opt.Out)
	c.looked = time.Now()
	return c.id, c.err
}

// page serves the published folder: /, /current/… and bare names are the
// current edition's, /editions/<id>/… a certain one's.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	name := path.Clean("/" + r.URL.Path)
	if strings.ContainsAny(r.URL.Path, "\\\x00") {
		problem(w, http.StatusNotFound, "not found", "there is no such page")
		return
	}
	id, err := s.shown()
	if err != nil || id == "" {
		if name == "/" {
			w.Header().Set("Retry-After", "60")
			problem(w, http.StatusServiceUnavailable, "no edition yet",
				"the folder that is served (--out) shows no edition; past report or past refresh publishes one there")
			return
		}
	}
	switch {
	case name == "/editions":
		http.Redirect(w, r, "/api/v1/editions", http.StatusFound)
		return
	case strings.HasPrefix(name, "/editions/"):
		s.file(w, r, strings.TrimPrefix(name, "/"), true)
		return
	case strings.HasPrefix(name, "/refused"):
		s.file(w, r, strings.TrimPrefix(name, "/"), false)
		return
	case name == "/feed.atom" || name == "/feed.json":
		// While an edition is refused, the feeds say so.
		if _, err := s.load("refused" + name); err == nil {
			s.file(w, r, "refused"+name, false)
			return
		}
	}
	name = strings.TrimPrefix(name, "/current")
	s.file(w, r, "editions/"+id+"/"+strings.TrimPrefix(name, "/"), false)
}

// lost answers an address that leads nowhere: a browser gets the edition's page
// for it, a program the problem as data.
func (s *Server) lost(w http.ResponseWriter, r *http.Request, status int, text string) {
	id, err := s.shown()
	if err == nil && id != "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
		if p, err := s.load("editions/" + id + "/404.html"); err == nil {
			// the page's addresses are relative to the edition; this one may be deeper
			body := bytes.ReplaceAll(p.raw, []byte(` href="`), []byte(` href="/`))
			body = bytes.ReplaceAll(body, []byte(` href="/#`), []byte(` href="#`))
			w.Header().Set("Content-Type", p.kind)
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'")
			w.WriteHeader(status)
			_, _ = w.Write(body) // the visitor may have left
			return
		}
	}
	problem(w, status, "not found", text)
}

// file sends a file below the published folder. Nothing outside of it can be
// named: os.Root follows no way out, links included.
func (s *Server) file(w http.ResponseWriter, r *http.Request, name string, lasting bool) {
	name = path.Clean(name)
	if strings.Contains(name, "/.") || strings.HasPrefix(name, ".") {
		problem(w, http.StatusNotFound, "not found", "there is no such page")
		return
	}
	edition := strings.HasPrefix(name, "editions/")
	if edition && path.Ext(path.Base(name)) == "" || name == "refused" || strings.Count(name, "/") == 1 && edition {
		name += "/index.html"
		if !strings.HasSuffix(r.URL.Path, "/") && r.URL.Path != "/" {
			// "./" keeps a name such as https:1 from being read as an address
			to := url.URL{Path: "./" + path.Base(strings.TrimSuffix(name, "/index.html")) + "/"}
			http.Redirect(w, r, to.String(), http.StatusFound)
			return
		}
	}
	p := s.pages.get(name)
	if p == nil {
		if s.large(w, r, name, lasting) {
			return
		}
		var err error
		// Who asks for the same page while it is read and compressed waits for it.
		p, err = s.files.once(r.Context(), name, func(context.Context) (*page, error) { return s.load(name) })
		if errors.Is(err, errBusy) {
			s.fail(w, err)
			return
		}
		if err != nil {
			status, text := http.StatusNotFound, "there is no such page in the published folder"
			if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
				s.opt.Log.Debug("page", "name", name, "error", err)
			}
			s.lost(w, r, status, text)
			return
		}
		if edition {
			s.pages.put(name, p)
		}
	}
	cachePage(w.Header(), p.kind, lasting)
	send(w, r, p)
}

// maxPage is the largest file that is held in memory and sent compressed; what
// is larger is sent from the disk.
const maxPage = 4 << 20

// large sends a file beyond maxPage and reports whether it did.
func (s *Server) large(w http.ResponseWriter, r *http.Request, name string, lasting bool) bool {
	root := s.folder()
	if root == nil {
		return false
	}
	f, err := root.Open(s.below(name))
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() <= maxPage {
		return false
	}
	if err := s.down.enter(r.Context()); err != nil {
		s.fail(w, err)
		return true
	}
	defer s.down.leave()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.opt.Limits.Download))
	h := w.Header()
	h.Set("Content-Type", kindOf(name))
	h.Set("ETag", `"`+tagOf(fmt.Appendf(nil, "%s %d %d", name, info.Size(), info.ModTime().UnixNano()))+`"`)
	cachePage(h, kindOf(name), lasting)
	http.ServeContent(w, r, name, info.ModTime(), f)
	return true
}

// cachePage says how long a page may be kept and what it may do.
func cachePage(h http.Header, kind string, lasting bool) {
	if strings.HasPrefix(kind, "text/html") {
		h.Set("Content-Security-Policy", pagePolicy)
	}
	if lasting {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "public, max-age=60")
	}
}

// pagePolicy leaves scripts and styles to the pages' own, stricter policy with
// its hashes, and forbids the rest.
const pagePolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

func (s *Server) load(name string) (*page, error) {
	root := s.folder()
	if root == nil {
		return nil, fs.ErrNotExist
	}
	f, err := root.Open(s.below(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxPage {
		return nil, fs.ErrNotExist
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxPage+1))
	if err != nil {
		return nil, err
	}
	return newPage(raw, kindOf(name)), nil
}

// below is where a name of the published layout is in the folder: the folder of
// a report is one edition, without the levels above it.
func (s *Server) below(name string) string {
	c := &s.pages.current
	c.mu.RLock()
	defer c.mu.RUnlock()
	if rest, ok := strings.CutPrefix(name, "editions/"+c.id+"/"); ok && c.dir == "." {
		return rest
	}
	return name
}

func kindOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".json":
		return "application/json"
	case ".atom":
		return "application/atom+xml"
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".bib", ".ris", ".txt", ".md", ".R":
		return "text/plain; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// newPage compresses once, for everybody.
func newPage(raw []byte, kind string) *page {
	sum := sha256.Sum256(raw)
	p := &page{raw: raw, kind: kind, etag: hex.EncodeToString(sum[:12])}
	if len(raw) < 512 || strings.HasPrefix(kind, "image/png") || kind == "application/octet-stream" {
		return p
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return p
	}
	if _, err := z.Write(raw); err == nil && z.Close() == nil && b.Len() < len(raw)*9/10 {
		p.gz = b.Bytes()
	}
	return p
}

// send answers with a page or 304; the tag of the compressed form differs, as
// it must for a strong tag.
func send(w http.ResponseWriter, r *http.Request, p *page) {
	h := w.Header()
	body, tag := p.raw, `"`+p.etag+`"`
	if p.gz != nil {
		h.Set("Vary", "Accept-Encoding")
		if accepts(r, "gzip") {
			body, tag = p.gz, `"`+p.etag+`-gz"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), p.etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", p.kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a reader who went away is no fault of ours
	}
}

// matches reads If-None-Match: a list of tags, weak or not, or *.
func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.Trim(strings.TrimPrefix(strings.TrimSpace(part), "W/"), `"`)
		if part == "*" || part != "" && strings.TrimSuffix(part, "-gz") == tag {
			return true
		}
	}
	return false
}

// permalink leads f/<finding>@<edition> to the finding's page in that edition,
// whatever is shown today. Without @ it is a page of the current edition.
func (s *Server) permalink(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(r.PathValue("name"), ".html")
	finding, ed, ok := strings.Cut(name, "@")
	if !ok {
		s.page(w, r)
		return
	}
	a, err := s.lib.Finding(r.Context(), name)
	if err != nil {
		s.fail(w, err)
		return
	}
	dir, err := publish.EditionDir("", ed)
	if err != nil {
		s.fail(w, fmt.Errorf("edition %q: %w", ed, store.ErrNotFound))
		return
	}
	files := []string{strings.TrimPrefix(strings.ReplaceAll(dir, "\\", "/")+"/f/"+finding+".html", "/")}
	if shown, err := s.shown(); err == nil && shown != "" { // the page there that says what has changed since
		files = append(files, "editions/"+shown+"/f/"+name+".html")
	}
	for _, file := range files {
		if root := s.folder(); root != nil {
			if _, err := root.Stat(s.below(file)); err == nil {
				http.Redirect(w, r, "/"+file, http.StatusFound)
				return
			}
		}
	}
	// The edition's folder was put away; what it said is in the database.
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%[1]s</title></head><body><h1>"+
		"%[1]s</h1><p>%[2]s</p>"+
		"<p><a href=\"/api/v1/findings/%[3]s\">The finding's numbers</a></p></body></html>\n", html.EscapeString(name),
		html.EscapeString(a.Citation), html.EscapeString(name))
}
