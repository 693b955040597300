package polite

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// Retry sends a request again after an answer or a fault that may pass: 408,
// 429, 500, 502, 503, 504, a refused, reset or cut connection, a stall. It
// waits as long as the register asks (Retry-After), else ever longer with
// jitter. After the last attempt it gives that attempt's answer or error.
type Retry struct {
	Next     http.RoundTripper
	Attempts int           // in all; 5 when 0
	Base     time.Duration // first wait without Retry-After; 500 ms when 0
	Cap      time.Duration // longest wait without Retry-After; 30 s when 0
	// Patience is the longest wait a register may ask for; more is a
	// *WaitError. 2 minutes when 0.
	Patience time.Duration
	// Hold, when set, keeps other requests from the host while one waits.
	Hold func(host string, d time.Duration)
	// Sleep, Now and Jitter are set by tests; Jitter gives [0, 1).
	Sleep  func(context.Context, time.Duration) error
	Now    func() time.Time
	Jitter func() float64
}

type attemptKey struct{}

// AttemptOf says which attempt a request is, from 1.
func AttemptOf(req *http.Request) int {
	n, _ := req.Context().Value(attemptKey{}).(int)
	return max(n, 1)
}

// RoundTrip implements http.RoundTripper.
func (t *Retry) RoundTrip(req *http.Request) (*http.Response, error) {
	attempts := or(t.Attempts, 5)
	for n := 1; ; n++ {
		try, err := t.attempt(req, n)
		if err != nil {
			return nil, err
		}
		res, err := t.Next.RoundTrip(try)
		if n >= attempts || !t.passing(req, res, err) {
			if n > 1 && err != nil {
				err = fmt.Errorf("after %d attempts: %w", n, err)
			}
			return res, err
		}
		wait, err := t.wait(req, res, n)
		if err != nil {
			return res, err
		}
		if res != nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
			_ = res.Body.Close()
		}
		sleep := t.Sleep
		if sleep == nil {
			sleep = Sleep
		}
		if err := sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

func (t *Retry) attempt(req *http.Request, n int) (*http.Request, error) {
	try := req.Clone(context.WithValue(req.Context(), attemptKey{}, n))
	if n > 1 && req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		try.Body = body
	}
	return try, nil
}

// wait says how long to wait before the next attempt. With a *WaitError the
// caller is to give the answer up.
func (t *Retry) wait(req *http.Request, res *http.Response, n int) (time.Duration, error) {
	now, jitter := time.Now, rand.Float64
	if t.Now != nil {
		now = t.Now
	}
	if t.Jitter != nil {
		jitter = t.Jitter
	}
	if res != nil {
		if asked, ok := RetryAfter(res.Header, now()); ok {
			if asked > or(t.Patience, 2*time.Minute) {
				_ = res.Body.Close()
				return 0, &WaitError{URL: req.URL.String(), Status: res.StatusCode, Wait: asked}
			}
			if t.Hold != nil {
				t.Hold(req.URL.Host, asked)
			}
			// A little later than asked, and not all visitors at once.
			return asked + time.Duration(jitter()*float64(min(asked/4, time.Second))), nil
		}
	}
	limit := or(t.Cap, 30*time.Second)
	d := or(t.Base, 500*time.Millisecond)
	for range n - 1 {
		if d *= 2; d >= limit {
			d = limit
			break
		}
	}
	return d/2 + time.Duration(jitter()*float64(d/2)), nil
}

// passing reports whether another attempt may fare better.
func (t *Retry) passing(req *http.Request, res *http.Response, err error) bool {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false // the body is spent
	}
	if err == nil {
		switch res.StatusCode {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
			http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	if req.Context().Err() != nil {
		return false
	}
	var (
		large *TooLargeError
		addr  *AddressError
		cert  *tls.CertificateVerificationError
		host  x509.HostnameError
		auth  x509.UnknownAuthorityError
		plain tls.RecordHeaderError
	)
	for _, target := range []any{&large, &addr, &cert, &host, &auth, &plain} {
		if errors.As(err, target) {
			return false
		}
	}
	return !errors.Is(err, ErrOutOfScope) && !errors.Is(err, ErrRobots) && !errors.Is(err, errEncoding)
}

// Sleep waits, or gives the context's error as soon as that is done.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
