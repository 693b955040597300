package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"past/internal/starter"
)

// A stop signal in the middle of a crawl ends the run soon, keeps what came,
// and leaves neither lock nor half an edition; a lock whose holder was killed
// is taken over, while one that is held names its holder.
func TestStoppedRefreshLetsGo(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals that a process can answer")
	}
	h, err := starter.Register("ctgov")
	if err != nil {
		t.Fatal(err)
	}
	asked, release := make(chan struct{}, 100), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-release:
			h.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	dir := t.TempDir()
	db, out := filepath.Join(dir, "a.db"), filepath.Join(dir, "site")
	args := []string{"refresh", "--db", db, "--out", out, "--source", "ctgov", "--endpoint", "ctgov=" + srv.URL + "/api/v2"}
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL} {
		for _, schedule := range [][]string{nil, {"--every", "1h", "--jitter", "0s"}} {
			var stderr strings.Builder
			cmd := exec.Command(binary(), append(args, schedule...)...)
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-asked
			b, err := os.ReadFile(db + ".lock")
			var holder struct {
				PID   int
				Host  string
				Since time.Time
			}
			if err != nil || json.Unmarshal(b, &holder) != nil || holder.PID != cmd.Process.Pid || holder.Host == "" || holder.Since.IsZero() {
				t.Errorf("the lock says %s (%v)", b, err)
			}
			want(t, past(t, args...), 1, "in use by refresh", fmt.Sprint("process ", holder.PID), "on "+holder.Host,
				holder.Since.UTC().Format("2006-01-02"))
			begin := time.Now()
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			// 2 s on a machine with nothing else to do; a run that waits for
			// the register's answer would never end
			if took := time.Since(begin); took > 30*time.Second {
				t.Errorf("%v %v: it took %v to end", sig, schedule, took)
			} else {
				t.Logf("%v %v: ended after %v", sig, schedule, took.Round(time.Millisecond))
			}
			whole(t, out)
			leftovers(t, out)
			if code := cmd.ProcessState.ExitCode(); sig != syscall.SIGKILL && (schedule == nil && code != 1 || schedule != nil && code != 0) {
				t.Errorf("%v %v: exit %d\n%s", sig, schedule, code, stderr.String())
			}
			for len(asked) > 0 {
				<-asked
			}
		}
	}
	close(release)
	want(t, past(t, args...), 0, "published")
	whole(t, out)
}
