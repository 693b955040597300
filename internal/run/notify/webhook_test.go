package notify

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestWebhookIsSignedAndHonest(t *testing.T) {
	secret := []byte("s3cret")
	var status int
	var got []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		if r.Header.Get("X-Past-Signature") != Sign(secret, r.Header.Get("X-Past-Timestamp"), got) ||
			r.Header.Get("X-Past-Notice") != "published-e-2" {
			t.Errorf("headers %v", r.Header)
		}
		if status == 302 {
			w.Header().Set("Location", "https://elsewhere.example/")
		}
		w.WriteHeader(status)
	}))
	w := Webhook{URL: srv.URL, Secret: secret, Version: "v1"}
	for code, ok := range map[int]bool{200: true, 204: true, 302: false, 400: false, 500: false} {
		status = code
		err := w.Send(context.Background(), message())
		if (err == nil) != ok || errors.Is(err, ErrUncertain) {
			t.Errorf("%d: %v", code, err)
		}
	}
	var m Message
	if json.Unmarshal(got, &m) != nil || m.ID != "published-e-2" {
		t.Errorf("%s", got)
	}
	if Sign([]byte("k"), "1", []byte("{}")) == Sign([]byte("k"), "2", []byte("{}")) {
		t.Error("the time is not signed")
	}
	srv.Close()
	if err := w.Send(context.Background(), message()); err == nil || errors.Is(err, ErrUncertain) {
		t.Errorf("a closed port: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, _ = bufio.NewReader(c).ReadString('\n') // takes the request and says nothing
			c.Close()
		}
	}()
	w.URL = "http://" + l.Addr().String()
	if err := w.Send(context.Background(), message()); !errors.Is(err, ErrUncertain) {
		t.Errorf("no answer: %v", err)
	}
	// In the clear it is posted to this machine alone, whatever way another
	// address is written.
	for address, ok := range map[string]bool{"https://a.example/x": true, "http://127.0.0.1:1/": true, "http://[::1]:1/": true,
		"http://localhost:1/": true, "https://10.0.0.1/x": true, "http://a.example/": false, "http://10.0.0.1/": false,
		"http://192.168.0.1/": false, "http://169.254.169.254/latest": false, "http://localhost.a.example/": false,
		"http://127.0.0.1.a.example/": false, "http://2130706433/": false, "http://0x7f.1/": false, "http://0.0.0.0/": false,
		"http://[fe80::1]/": false, "http://127.0.0.1@a.example/": false, "https://a.example\r\nX-Evil: 1/": false,
		"file:///etc/passwd": false, "ftp://a.example/": false, "": false} {
		if (CheckWebhook(address) == nil) != ok {
			t.Errorf("%q", address)
		}
	}
}

// The figure is from the openssl command line tool:
// printf '1767225600.{"a":1}' | openssl dgst -sha256 -hmac s3cret
func TestSignatureIsThatOfAnotherProgram(t *testing.T) {
	const want = "sha256=7d4120fcebf444efab10ba7cd6c651bf463cefb039db5fad37ff9f7231ac8a4a"
	if got := Sign([]byte("s3cret"), "1767225600", []byte(`{"a":1}`)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// post answers a webhook with the given status and headers.
func post(t *testing.T, h http.HandlerFunc) error {
	t.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	return Webhook{URL: srv.URL + "/in", Secret: []byte("k"), Version: "v1"}.Send(context.Background(), message())
}

func TestWebhookTellsWhatPassesFromWhatStays(t *testing.T) {
	for code, want := range map[int]string{301: "stays", 307: "stays", 400: "stays", 401: "stays", 404: "stays", 408: "passes",
		425: "passes", 429: "passes",
		500: "passes", 502: "passes", 503: "passes", 504: "uncertain"} {
		err := post(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) })
		var again *laterError
		got := "stays"
		if errors.As(err, &again) {
			got = "passes"
		}
		if errors.Is(err, ErrUncertain) {
			got = "uncertain"
		}
		if err == nil || got != want {
			t.Errorf("%d: %s (%v), want %s", code, got, err, want)
		}
	}
	err := post(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(429)
	})
	var again *laterError
	if !errors.As(err, &again) || again.after != 7*time.Second {
		t.Errorf("%v %+v", err, again)
	}
}

// A redirect could lead the message to any address of the inner network.
func TestWebhookFollowsNoRedirect(t *testing.T) {
	asked := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer inner.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		err := post(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inner.URL, code) })
		if err == nil || asked || !strings.Contains(err.Error(), "redirects are not followed") {
			t.Errorf("%d: %v, followed %v", code, err, asked)
		}
	}
}

// An address may carry a token: no error prints it.
func TestWebhookKeepsItsAddressToItself(t *testing.T) {
	for _, base := range []string{"http://127.0.0.1:1", "https://127.0.0.1:1"} {
		w := Webhook{URL: base + "/hooks/T0KEN?x=T0KEN", Secret: []byte("k")}
		if err := w.Send(context.Background(), message()); err == nil || strings.Contains(err.Error()+w.Name(), "T0KEN") {
			t.Errorf("%v, %s", err, w.Name())
		}
	}
	if err := CheckWebhook("https://user:word@a.example/"); err == nil || strings.Contains(err.Error(), "word@") {
		t.Error(err)
	}
}

func TestWebhookRefusesBadCertificates(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
	defer srv.Close()
	err := Webhook{URL: srv.URL, Secret: []byte("k")}.Send(context.Background(), message())
	if err == nil || errors.Is(err, ErrUncertain) || !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
}

// A stop signal ends the wait for a slow receiver at once, and what may have
// arrived is not sent again.
func TestWebhookEndsWithItsContext(t *testing.T) {
	got, release := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(got); <-release }))
	defer srv.Close()
	defer close(release)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-got; cancel() }()
	if err := (Webhook{URL: srv.URL, Secret: []byte("k")}).Send(ctx, message()); !errors.Is(err, ErrUncertain) {
		t.Error(err)
	}
}
