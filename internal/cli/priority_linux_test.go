package cli_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestRefreshGivesWay: every thread of a refresh has the lower priority, those
// of the Go runtime that ran before included.
func TestRefreshGivesWay(t *testing.T) {
	t.Parallel()
	asked := make(chan bool, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- true
		<-r.Context().Done()
	}))
	defer srv.Close()
	own, err := niceness("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, nice := range []int{10, 0} {
		dir := t.TempDir()
		cmd := exec.Command(binary(), "refresh", "--nice", strconv.Itoa(nice), "--db", filepath.Join(dir, "a.db"), "--out",
			filepath.Join(dir, "site"), "--source", "ctgov", "--endpoint", "ctgov="+srv.URL)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-asked // it waits for the register now
		stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", cmd.Process.Pid))
		if err != nil {
			t.Error(err)
		}
		seen := 0
		for _, name := range stats {
			got, err := niceness(name)
			switch want := max(own, nice); {
			case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH): // the thread has ended
			case err != nil:
				t.Error(err)
			case got != want:
				t.Errorf("--nice %d: a thread has %d, want %d", nice, got, want)
			default:
				seen++
			}
		}
		if seen < 2 {
			t.Errorf("--nice %d: %d threads were seen", nice, seen)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// niceness reads that of a thread of Linux.
func niceness(stat string) (int, error) {
	b, err := os.ReadFile(stat)
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 17 {
		return 0, fmt.Errorf("%s: %s", stat, b)
	}
	return strconv.Atoi(f[16])
}
