package polite

import (
	"context"
	"net/http"
)

// Conditional asks for an answer only if it differs from the one that is kept:
// it sends the validators that the last answer came with. What to do with a 304
// is the caller's business. Only requests marked by [WithValidators] are asked
// so.
type Conditional struct{ Next http.RoundTripper }

// Validators are what an answer is recognised by.
type Validators struct{ ETag, LastModified string }

type validatorsKey struct{}

// WithValidators marks requests of a context as conditional.
func WithValidators(ctx context.Context, v Validators) context.Context {
	return context.WithValue(ctx, validatorsKey{}, v)
}

// RoundTrip implements http.RoundTripper.
func (t *Conditional) RoundTrip(req *http.Request) (*http.Response, error) {
	v, _ := req.Context().Value(validatorsKey{}).(Validators)
	if v == (Validators{}) || req.Method != http.MethodGet || req.Response != nil {
		return t.Next.RoundTrip(req)
	}
	req = req.Clone(req.Context())
	if v.ETag != "" {
		req.Header.Set("If-None-Match", v.ETag)
	}
	if v.LastModified != "" {
		req.Header.Set("If-Modified-Since", v.LastModified)
	}
	return t.Next.RoundTrip(req)
}
