package polite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Whole reads the body of every answer to its end before it hands it over, so
// that a fault in mid-body is an error of the request and can be tried again.
// The body it gives is in memory and cannot fail.
type Whole struct {
	Next http.RoundTripper
	// MaxBody is the largest body in bytes after decompression; more is a
	// *TooLargeError. 32 MiB when 0.
	MaxBody int64
	// Timeout is the time for one attempt, body included. 2 minutes when 0.
	Timeout time.Duration
	// Idle is the longest silence in mid-body. 30 s when 0.
	Idle time.Duration
}

// errEncoding is an answer in a coding that was not asked for.
var errEncoding = errors.New("content coding that was not asked for")

// RoundTrip implements http.RoundTripper.
func (t *Whole) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	defer cancel(nil)
	timeout := or(t.Timeout, 2*time.Minute)
	total := time.AfterFunc(timeout, func() {
		cancel(fmt.Errorf("%w: not complete after %s", ErrStalled, timeout))
	})
	defer total.Stop()
	res, err := t.Next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, t.explain(ctx, req, err)
	}
	defer res.Body.Close()
	body, err := t.read(cancel, res, req)
	if err != nil {
		return nil, t.explain(ctx, req, err)
	}
	res.Body = &memory{Reader: bytes.NewReader(body), all: body}
	res.ContentLength = int64(len(body))
	res.Uncompressed = true // nobody above may unzip again
	res.Request = req
	return res, nil
}

// memory is a body that is in memory already.
type memory struct {
	*bytes.Reader
	all []byte
}

func (*memory) Close() error { return nil }

// Body gives the body of an answer that came through [Whole] without copying
// it; ok is false for any other.
func Body(res *http.Response) (b []byte, ok bool) {
	m, ok := res.Body.(*memory)
	if !ok {
		return nil, false
	}
	return m.all, true
}

// explain prefers the reason for which the attempt was ended to the error that
// ending it caused.
func (t *Whole) explain(ctx context.Context, req *http.Request, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(cause, ErrStalled) {
		return cause
	}
	if req.Context().Err() != nil {
		return context.Cause(req.Context())
	}
	return err
}

func (t *Whole) read(cancel context.CancelCauseFunc, res *http.Response, req *http.Request) ([]byte, error) {
	limit := or(t.MaxBody, 32<<20)
	if enc := res.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") && !res.Uncompressed &&
		res.ContentLength != 0 {
		return nil, fmt.Errorf("%w: %s", errEncoding, enc)
	}
	if res.ContentLength > limit {
		return nil, &TooLargeError{URL: req.URL.String(), Limit: limit}
	}
	idle := or(t.Idle, 30*time.Second)
	watch := time.AfterFunc(idle, func() { cancel(fmt.Errorf("%w: silent for %s in mid-answer", ErrStalled, idle)) })
	defer watch.Stop()
	r := &watched{r: io.LimitReader(res.Body, limit+1), alive: func() { watch.Reset(idle) }}
	body, err := gather(r)
	switch {
	case int64(len(body)) > limit:
		return nil, &TooLargeError{URL: req.URL.String(), Limit: limit}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%w after %d bytes: %w", ErrCut, len(body), err)
	case err != nil:
		return nil, err
	}
	if closeDelimited(res, req) {
		if err := complete(res.Header.Get("Content-Type"), body); err != nil {
			return nil, fmt.Errorf("%w after %d bytes: %w", ErrCut, len(body), err)
		}
	}
	return body, nil
}

type watched struct {
	r     io.Reader
	alive func()
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if n > 0 {
		w.alive()
	}
	return n, err
}

// closeDelimited reports whether only the end of the connection marks the end of
// the body, so that the protocol cannot tell a cut from an end. A compressed
// body has an end of its own.
func closeDelimited(res *http.Response, req *http.Request) bool {
	return res.ContentLength < 0 && len(res.TransferEncoding) == 0 && !res.Uncompressed &&
		res.ProtoMajor == 1 && req.Method != http.MethodHead
}
