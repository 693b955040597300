package cli_test

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"past/internal/starter"
)

// TestDoctorAsksEveryRegister: each register that can be asked is walked to a
// record and to one that it has had for years.
func TestDoctorAsksEveryRegister(t *testing.T) {
	t.Parallel()
	ask := []string{"doctor", "--db", filepath.Join(t.TempDir(), "none.db"), "--contact", "a@example.org", "--live"}
	h, err := starter.Registers()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	endpoints := starter.Endpoints(srv.URL)
	names := []string{"ctgov", "pubmed", "europepmc", "isrctn", "ctis", "euctr", "crossref", "openalex"}
	for _, name := range names {
		ask = append(ask, "--source", name, "--endpoint", name+"="+endpoints[name])
	}
	r := past(t, ask...)
	for _, name := range names {
		line := ""
		for _, l := range strings.Split(r.stdout, "\n") {
			if strings.Contains(l, "register "+name) {
				line = l
			}
		}
		if !strings.Contains(line, " read") || strings.Contains(line, "fault") {
			t.Errorf("%s: %q", name, line)
		}
	}
}

// TestDoctorTellsCausesApart: what a register does wrong, by its cause.
func TestDoctorTellsCausesApart(t *testing.T) {
	t.Parallel()
	answers := func(body string, status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			switch {
			case strings.HasSuffix(r.URL.Path, "/version") && status == 200:
				fmt.Fprint(w, `{"apiVersion":"2.0.5","dataTimestamp":"2026-01-01T00:00:00"}`)
			default:
				fmt.Fprint(w, body)
			}
		}
	}
	page := func(studies string) string { return `{"studies":[` + studies + `],"totalCount":0}` }
	other := `{"protocolSection":{"identificationModule":{"nctId":"NCT00000001"}}}`
	for _, x := range []struct {
		name string
		h    http.HandlerFunc
		want []string
	}{
		{"no hits", func(w http.ResponseWriter, r *http.Request) {
			body := page("")
			if r.URL.Query().Has("filter.ids") {
				body = page(strings.ReplaceAll(other, "NCT00000001", r.URL.Query().Get("filter.ids")))
			}
			answers(body, 200)(w, r)
		}, []string{"no hits for query", "NCT03537014 read", "finds nothing"}},
		{"another shape", answers(`{"items":[]}`, 200), []string{"another shape (wrong-shape)"}},
		{"a page for people", answers(`<html><title>Maintenance</title></html>`, 200),
			[]string{`a web page in the place of data: query`, `"Maintenance"`, "open the address in a browser"}},
		{"an empty answer", answers("", 200), []string{"an empty answer: query"}},
		{"out of order", answers("", 500), []string{"out of order (status 500)", "try again later"}},
		{"sent elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://login.example/x", http.StatusFound)
		},
			[]string{"it sends elsewhere", "login.example/x", "in a browser"}},
		{"blocked", answers("", 403), []string{"blocked (status 403)", "--contact"}},
		{"changed", func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/studies/NCT03537014") {
				http.NotFound(w, r)
				return
			}
			body := page(other)
			if r.URL.Query().Has("filter.ids") {
				body = page("")
			}
			answers(body, 200)(w, r)
		}, []string{"known record: changed", "NCT03537014"}},
	} {
		srv := httptest.NewServer(x.h)
		r := past(t, "doctor", "--db", filepath.Join(t.TempDir(), "none.db"), "--contact", "a@example.org", "--live", "--source", "ctgov",
			"--endpoint", "ctgov="+srv.URL+"/api/v2")
		srv.Close()
		for _, w := range x.want {
			if !strings.Contains(r.stdout, w) {
				t.Errorf("%s: the output lacks %q:\n%s", x.name, w, r.stdout)
			}
		}
	}
	tls := httptest.NewTLSServer(answers(page(other), 200))
	defer tls.Close()
	ask := []string{"doctor", "--db", filepath.Join(t.TempDir(), "none.db"), "--contact", "a@example.org", "--live", "--source", "ctgov",
		"--endpoint", "ctgov=" + tls.URL + "/api/v2"}
	if r := past(t, ask...); !strings.Contains(r.stdout, "the certificate is not trusted") || !strings.Contains(r.stdout, "--register-ca") {
		t.Errorf("certificate: %s", r.stdout)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pemOf(tls.Certificate().Raw), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := past(t, append(ask, "--register-ca", ca)...); strings.Contains(r.stdout, "not trusted") {
		t.Errorf("with its authority: %s", r.stdout)
	}
}

// TestDoctorTellsCausesOfEachRegister: every register that is searched does the same
// thing wrong, and each line says what it is.
func TestDoctorTellsCausesOfEachRegister(t *testing.T) {
	t.Parallel()
	names := []string{"ctgov", "pubmed", "europepmc", "isrctn", "ctis", "euctr"}
	sound, err := starter.Registers()
	if err != nil {
		t.Fatal(err)
	}
	says := func(status int, media, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/robots.txt") {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", media)
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	lacking := func() http.Handler { // the records of each register but the one that it has had for years
		mux := http.NewServeMux()
		for _, name := range names {
			f, _ := starter.FakeOf(name)
			mux.Handle("/"+name+"/", http.StripPrefix("/"+name, f.At(func() []starter.Entry { return nil })))
		}
		return mux
	}
	for _, x := range []struct {
		name string
		h    http.Handler
		want map[string]string // by source; "" is all others
	}{
		{"sound", sound, map[string]string{"": " read"}},
		{"blocked", says(403, "text/plain", "Forbidden"), map[string]string{"": "blocked (status 403)"}},
		{"another shape", says(200, "application/json", `{"items":[]}`), map[string]string{"": "another shape ("}},
		{"a web page", says(200, "text/html", "<!DOCTYPE html><html><title>Sign in</title></html>"),
			map[string]string{"": "a web page in the place of data", "euctr": "another shape (wrong-shape)"}}, // its search is a page
		{"changed", lacking(), map[string]string{"": "changed"}},
		{"robots", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/robots.txt") {
				fmt.Fprint(w, "User-agent: *\nDisallow: /\n")
				return
			}
			sound.ServeHTTP(w, r)
		}), map[string]string{"": " read", "ctis": "robots.txt forbids it", "euctr": "robots.txt forbids it"}},
	} {
		srv := httptest.NewServer(x.h)
		checkDoctor(t, x.name, past(t, doctorOf(t, srv.URL, names)...).stdout, names, x.want)
		srv.Close()
	}
	tls := httptest.NewTLSServer(sound)
	defer tls.Close()
	checkDoctor(t, "certificate", past(t, doctorOf(t, tls.URL, names)...).stdout, names,
		map[string]string{"": "the certificate is not trusted"})
}

func doctorOf(t *testing.T, address string, names []string) []string {
	ask := []string{"doctor", "--db", filepath.Join(t.TempDir(), "none.db"), "--contact", "a@example.org", "--live"}
	for _, name := range names {
		ask = append(ask, "--source", name, "--endpoint", name+"="+starter.Endpoints(address)[name])
	}
	return ask
}

func checkDoctor(t *testing.T, fault, out string, names []string, want map[string]string) {
	t.Helper()
	for _, name := range names {
		w, ok := want[name]
		if !ok {
			w = want[""]
		}
		found := false
		for _, l := range strings.Split(out, "\n") {
			found = found || strings.Contains(l, "register "+name) && strings.Contains(l, w)
		}
		if !found {
			t.Errorf("%s: the line of %s lacks %q:\n%s", fault, name, w, out)
		}
	}
}

// TestLive asks the registers themselves; it runs with PAST_LIVE=1 alone and
// writes what came to the file that PAST_LIVE_REPORT names.
func TestLive(t *testing.T) {
	t.Parallel()
	if os.Getenv("PAST_LIVE") != "1" {
		t.Skip("set PAST_LIVE=1 to ask the registers themselves")
	}
	r := past(t, "doctor", "--db", filepath.Join(t.TempDir(), "none.db"), "--live", "--json")
	report := os.Getenv("PAST_LIVE_REPORT")
	if report == "" {
		report = filepath.Join(os.TempDir(), "past-live.json")
	}
	if err := os.WriteFile(report, []byte(r.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Logf("report: %s", report)
	if strings.Contains(r.stdout, `"fault"`) {
		t.Errorf("some registers did not answer as expected:\n%s", r.stdout)
	}
}

func pemOf(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}) }
