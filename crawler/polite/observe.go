package polite

import (
	"net/http"
	"time"
)

// Attempt is one request that went out and what came of it.
type Attempt struct {
	Request  *http.Request
	Response *http.Response // nil with an error
	Err      error
	Number   int // from 1
	At       time.Time
	Took     time.Duration
}

// Observe reports every attempt below it.
type Observe struct {
	Next   http.RoundTripper
	Report func(Attempt)
	Now    func() time.Time // time.Now when nil
}

// RoundTrip implements http.RoundTripper.
func (t *Observe) RoundTrip(req *http.Request) (*http.Response, error) {
	now := t.Now
	if now == nil {
		now = time.Now
	}
	at, begin := now(), time.Now()
	res, err := t.Next.RoundTrip(req)
	if t.Report != nil {
		t.Report(Attempt{Request: req, Response: res, Err: err, Number: AttemptOf(req), At: at, Took: time.Since(begin)})
	}
	return res, err
}
