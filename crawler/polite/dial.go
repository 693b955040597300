package polite

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"past/internal/wholefile"
)

// TransportOptions are the few things about dialling that differ.
type TransportOptions struct {
	// Allow lists "host:port" that the user named as endpoints: they may lie
	// in the user's own network. All other names must lead outside.
	Allow []string
	// Resolver is set by tests.
	Resolver *net.Resolver
	// Roots are the certificate authorities to trust; nil for the system's.
	Roots *x509.CertPool
	// HTTP1 keeps to HTTP/1.1.
	HTTP1 bool
	// Dial, when set, is called in the place of dialling with every address that
	// passes the guard; tests set it.
	Dial func(address string) error
}

// NewTransport gives the transport at the bottom of the stack. It refuses
// addresses inside the user's own machine or network after the name has been
// resolved and before anything is sent, which also works for names that resolve
// differently each time.
func NewTransport(o TransportOptions) *http.Transport {
	d := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second, Resolver: o.Resolver}
	proxies := proxyHosts()
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			dial := *d
			free := slices.ContainsFunc(o.Allow, func(a string) bool { return strings.EqualFold(a, addr) }) ||
				slices.Contains(proxies, strings.ToLower(addr))
			dial.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
				if !free {
					if why := forbidden(address); why != "" {
						return &AddressError{Host: addr, Address: address, Why: why}
					}
				}
				if o.Dial != nil {
					return o.Dial(address)
				}
				return nil
			}
			return dial.DialContext(ctx, network, addr)
		},
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        60 * time.Second,
		TLSHandshakeTimeout:    15 * time.Second,
		ResponseHeaderTimeout:  90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
	if o.Roots != nil {
		t.TLSClientConfig = &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}
	}
	if o.HTTP1 {
		t.ForceAttemptHTTP2, t.Protocols = false, new(http.Protocols)
		t.Protocols.SetHTTP1(true)
	}
	return t
}

// Roots are the system's certificate authorities and those of a PEM file: of a
// proxy that opens connections, or the intermediate that a register forgets to
// send.
func Roots(file string) (*x509.CertPool, error) {
	pem, err := wholefile.Read(file, 16<<20)
	if err != nil {
		return nil, fmt.Errorf("authorities of registers: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without any still has the file's
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("authorities of registers: %s holds no certificate in PEM form", file)
	}
	return pool, nil
}

// special are ranges that no public register is in, beside those that
// net/netip knows by name (RFC 6890 and its successors).
var special = []struct {
	prefix netip.Prefix
	why    string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "in the range of this network"},
	{netip.MustParsePrefix("100.64.0.0/10"), "in the range shared by carriers"},
	{netip.MustParsePrefix("192.0.0.0/24"), "in a protocol range"},
	{netip.MustParsePrefix("192.0.2.0/24"), "in a documentation range"},
	{netip.MustParsePrefix("198.18.0.0/15"), "in a benchmarking range"},
	{netip.MustParsePrefix("198.51.100.0/24"), "in a documentation range"},
	{netip.MustParsePrefix("203.0.113.0/24"), "in a documentation range"},
	{netip.MustParsePrefix("240.0.0.0/4"), "in a reserved range"},
	{netip.MustParsePrefix("2001:db8::/32"), "in a documentation range"},
	{netip.MustParsePrefix("fec0::/10"), "site-local"},
	{netip.MustParsePrefix("100::/64"), "a discard address"},
}

// forbidden says why an address ("ip:port") may not be dialled; "" if it may.
func forbidden(address string) string {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return "no IP address"
	}
	return forbiddenIP(ap.Addr().WithZone("").Unmap())
}

func forbiddenIP(ip netip.Addr) string {
	switch {
	case !ip.IsValid() || ip.IsUnspecified():
		return "unspecified"
	case ip.IsLoopback():
		return "loopback"
	case ip.IsPrivate():
		return "private"
	case ip.IsLinkLocalUnicast():
		return "link-local"
	case ip.IsMulticast():
		return "multicast"
	}
	for _, s := range special {
		if s.prefix.Contains(ip) {
			return s.why
		}
	}
	if v4, ok := embedded(ip); ok {
		if why := forbiddenIP(v4); why != "" {
			return why + " behind a translated address"
		}
	}
	return ""
}

var (
	nat64  = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4 = netip.MustParsePrefix("2002::/16")
	compat = netip.MustParsePrefix("::/96")
)

// embedded gives the IPv4 address that an IPv6 address represents.
func embedded(ip netip.Addr) (netip.Addr, bool) {
	if !ip.Is6() {
		return netip.Addr{}, false
	}
	b := ip.As16()
	switch {
	case nat64.Contains(ip) || compat.Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case sixTo4.Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}
