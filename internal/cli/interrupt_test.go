//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"past/internal/starter"
)

// TestCtrlCKeepsWhatCame interrupts a crawl while the register takes its time
// with a page: past ends soon, keeps the pages that came, says so, and the same
// command goes on with the rest.
func TestCtrlCKeepsWhatCame(t *testing.T) {
	t.Parallel()
	h, err := starter.Register("ctgov")
	if err != nil {
		t.Fatal(err)
	}
	var slow atomic.Bool
	slow.Store(true)
	var pages atomic.Int32
	stuck := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if strings.HasSuffix(r.URL.Path, "/studies") {
			q.Set("pageSize", "2")
			r.URL.RawQuery = q.Encode()
			if n := pages.Add(1); slow.Load() && n >= 4 {
				if n == 4 {
					close(stuck)
				}
				select {
				case <-r.Context().Done():
				case <-time.After(time.Minute):
				}
				return
			}
		}
		h.ServeHTTP(w, r)
	}))
	defer srv.Close()
	dir := t.TempDir()
	db, calm := filepath.Join(dir, "a.db"), filepath.Join(dir, "calm.db")
	cmd := exec.Command(binary(), "crawl", "ctgov", "--endpoint", "ctgov="+srv.URL+"/api/v2", "--db", db, "--contact", "test@example.org")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-stuck
	time.Sleep(200 * time.Millisecond) // the third page is being stored, or is
	begin := time.Now()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	took := time.Since(begin)
	t.Logf("ended after %s", took)
	if took > 10*time.Second { // two seconds are the aim; a loaded machine may be late
		t.Errorf("ended only after %s", took)
	}
	if err == nil || !strings.Contains(stderr.String(), "so far is kept") || strings.Contains(stderr.String(), "attempt") {
		t.Errorf("%v: %s", err, stderr.String())
	}
	var status struct{ Counts map[string]int }
	r := past(t, "status", "--json", "--db", db)
	if err := json.Unmarshal([]byte(r.stdout), &status); err != nil || status.Counts["records"] != 6 {
		t.Errorf("three pages of two came, kept are %d records (%v)", status.Counts["records"], err)
	}
	slow.Store(false)
	first := pages.Load()
	want(t, past(t, "crawl", "ctgov", "--endpoint", "ctgov="+srv.URL+"/api/v2", "--db", db), 0)
	again := pages.Load() - first
	want(t, past(t, "crawl", "ctgov", "--endpoint", "ctgov="+srv.URL+"/api/v2", "--db", calm), 0)
	whole := pages.Load() - first - again
	if again != whole-3 {
		t.Errorf("%d pages were asked for after the interruption, %d make the whole; three were there already", again, whole)
	}
	if a, b := fingerprint(t, db), fingerprint(t, calm); !maps.Equal(a, b) {
		t.Errorf("interrupted and whole crawl differ: %v, %v", a, b)
	}
}
