package polite

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestForbidden(t *testing.T) {
	for _, a := range []string{"127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
		"0.0.0.0", "0.1.2.3", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
		"255.255.255.255",
		"::", "::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:c0a8:101::", "::10.0.0.1"} {
		if forbidden(net.JoinHostPort(a, "443")) == "" {
			t.Errorf("%s is let through", a)
		}
	}
	for _, a := range []string{"130.14.29.110", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2607:f220:41e::1", "2a00:1450::1",
		"64:ff9b::808:808"} {
		if why := forbidden(net.JoinHostPort(a, "443")); why != "" {
			t.Errorf("%s is refused: %s", a, why)
		}
	}
	if forbidden("no address") == "" {
		t.Error("what is no address is let through")
	}
}

// fakeDNS answers every question for an IPv4 address with the given ones; of
// several answers each is given once, the last again and again.
func fakeDNS(t *testing.T, answers ...[]net.IP) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			reply, asked := answerDNS(buf[:n], answers[0])
			if _, _ = pc.WriteTo(reply, from); asked && len(answers) > 1 {
				answers = answers[1:]
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// answerDNS turns a question into an answer with A records, or none when another
// type is asked for.
func answerDNS(q []byte, ips []net.IP) (out []byte, asked bool) {
	end := 12
	for q[end] != 0 {
		end += int(q[end]) + 1
	}
	kind := binary.BigEndian.Uint16(q[end+1:])
	end += 5
	out = append([]byte(nil), q[:end]...)
	out[2], out[3] = 0x81, 0x80
	binary.BigEndian.PutUint16(out[6:], 0)
	binary.BigEndian.PutUint16(out[8:], 0)
	binary.BigEndian.PutUint16(out[10:], 0)
	if kind != 1 {
		return out, false
	}
	binary.BigEndian.PutUint16(out[6:], uint16(len(ips)))
	for _, ip := range ips {
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4)
		out = append(out, ip.To4()...)
	}
	return out, true
}

// TestNamesThatLeadInside: a name that resolves into the user's own network is
// refused after each look-up, and nothing is dialled there: not for a name that
// led outside before (DNS rebinding), nor for one that leads to both at once.
func TestNamesThatLeadInside(t *testing.T) {
	outside := net.IPv4(8, 8, 8, 8)
	for _, inner := range []string{"127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.10"} {
		ip := net.ParseIP(inner)
		for name, c := range map[string]struct {
			answers [][]net.IP
			refused int // which request
			dialled string
		}{
			"inside":               {[][]net.IP{{ip}}, 1, "[]"},
			"outside, then inside": {[][]net.IP{{outside}, {ip}}, 2, "[8.8.8.8:80]"},
			"both at once":         {[][]net.IP{{outside, ip}}, 0, "[8.8.8.8:80]"}, // which error comes depends on the order
		} {
			var dialled []string
			tr := NewTransport(TransportOptions{Resolver: fakeDNS(t, c.answers...), Dial: func(a string) error {
				dialled = append(dialled, a)
				return errors.New("nothing leaves this test")
			}})
			for n := 1; n <= max(1, c.refused); n++ {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				req, _ := http.NewRequestWithContext(ctx, "GET", "http://register.example/x", nil)
				_, err := tr.RoundTrip(req)
				cancel()
				var a *AddressError
				if is := errors.As(err, &a); err == nil || c.refused > 0 && is != (n == c.refused) || is && !strings.Contains(err.Error(), inner) {
					t.Errorf("%s, %s, request %d: %v", inner, name, n, err)
				}
			}
			if fmt.Sprint(dialled) != c.dialled {
				t.Errorf("%s, %s: dialled %v", inner, name, dialled)
			}
		}
	}
}

func TestEndpointInside(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://127.0.0.1:9/", http.StatusFound)
		}
	}))
	defer s.Close()
	u, _ := url.Parse(s.URL)
	c := &http.Client{Transport: New(Options{UserAgent: "past/test", Endpoint: u, PerSecond: 0.0001, Attempts: 1})}
	for range 3 { // the fixed rate would take hours
		if _, _, err := get(t, c, s.URL); err != nil {
			t.Fatalf("the endpoint that was named is refused: %v", err)
		}
	}
	if _, _, err := get(t, c, s.URL+"/away"); !errors.Is(err, ErrOutOfScope) {
		t.Errorf("another port of the same machine: %v", err)
	}
	_, port, _ := net.SplitHostPort(u.Host)
	local, _ := url.Parse("http://localhost:" + port)
	c = &http.Client{Transport: New(Options{UserAgent: "past/test", Endpoint: local, Attempts: 1})}
	if _, _, err := get(t, c, local.String()); err != nil {
		t.Errorf("localhost: %v", err)
	}
	// A name that is not written as an address may not lead inside, endpoint or not.
	named, _ := url.Parse("http://mirror.example:" + port)
	c = &http.Client{Transport: New(Options{UserAgent: "past/test", Endpoint: named, Attempts: 1,
		TransportOpts: TransportOptions{Resolver: fakeDNS(t, []net.IP{net.IPv4(127, 0, 0, 1)})}})}
	var a *AddressError
	if _, _, err := get(t, c, named.String()); !errors.As(err, &a) {
		t.Errorf("a name that leads inside: %v", err)
	}
}

func TestProxyIsNotGuarded(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://10.0.0.9:3128")
	t.Setenv("http_proxy", "proxy.internal")
	got := strings.Join(proxyHosts(), " ")
	if got != "10.0.0.9:3128 proxy.internal:80" {
		t.Errorf("%q", got)
	}
}

// TestHTTP1 asks a server that speaks both: HTTP/2 is taken unless the policy
// keeps to HTTP/1.1.
func TestHTTP1(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) }))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	for only, want := range map[bool]string{true: "HTTP/1.1", false: "HTTP/2.0"} {
		tr := NewTransport(TransportOptions{Allow: []string{srv.Listener.Addr().String()}, HTTP1: only})
		tr.TLSClientConfig = &tls.Config{RootCAs: srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
		res, err := (&http.Client{Transport: tr}).Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if string(got) != want {
			t.Errorf("HTTP/1.1 alone %v: %s", only, got)
		}
	}
}
