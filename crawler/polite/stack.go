package polite

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Options say how one source is to be treated.
type Options struct {
	UserAgent string
	Hosts     []string // as in [Scope]
	// Endpoint is the address that the user named in place of the register's
	// own, if any: its host is allowed, inside the user's network too.
	Endpoint  *url.URL
	PerSecond float64
	Burst     int
	Robots    bool
	MaxBody   int64
	Timeout   time.Duration
	// Report gets every attempt; it may be called from several goroutines.
	Report func(Attempt)

	// The rest has sensible zero values and is set by tests.
	Attempts      int
	Base, Cap     time.Duration
	Patience      time.Duration
	Idle          time.Duration
	Bottom        http.RoundTripper
	TransportOpts TransportOptions
}

// New builds the stack described in the package comment.
func New(o Options) http.RoundTripper {
	bottom := o.Bottom
	hosts := append([]string(nil), o.Hosts...)
	exempt := func(string) bool { return false }
	if o.Endpoint != nil {
		host := HostPort(o.Endpoint)
		hosts = append(hosts, host, o.Endpoint.Host)
		if IsLocal(o.Endpoint.Hostname()) {
			o.TransportOpts.Allow = append(o.TransportOpts.Allow, host)
		}
		if isLoopback(o.Endpoint.Hostname()) {
			exempt = func(h string) bool { return strings.EqualFold(h, o.Endpoint.Host) }
		}
	}
	if bottom == nil {
		bottom = NewTransport(o.TransportOpts)
	}
	whole := &Whole{Next: bottom, MaxBody: o.MaxBody, Timeout: o.Timeout, Idle: o.Idle}
	observe := &Observe{Next: whole, Report: o.Report}
	rate := &Rate{Next: observe, PerSecond: o.PerSecond, Burst: o.Burst, Exempt: exempt}
	var t http.RoundTripper = &Retry{Next: rate, Attempts: o.Attempts, Base: o.Base, Cap: o.Cap, Patience: o.Patience, Hold: rate.Hold}
	t = &Conditional{Next: t}
	if o.Robots {
		t = &Robots{Next: t, Agent: "past", Slow: rate.Slow}
	}
	t = &Scope{Next: t, Hosts: hosts}
	return &Identify{Next: t, UserAgent: o.UserAgent}
}

// HostPort gives the host of an address with its port, stated or implied.
func HostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// IsLocal reports whether a host of an endpoint may lie inside the user's own
// network: it is written as an address, or as localhost. A name is not, since
// somebody else may say what it means.
func IsLocal(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
