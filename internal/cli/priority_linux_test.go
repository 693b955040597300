package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestRefreshGivesWay: every thread of a refresh has the lower priority, those
// of the Go runtime that ran before included.
func TestRefreshGivesWay(t *testing.T) {
	url := register(t, 300*time.Millisecond)
	own := niceness(t, "/proc/self/stat")
	for _, nice := range []int{10, 0} {
		dir := t.TempDir()
		cmd := exec.Command(binary, "refresh", "--nice", strconv.Itoa(nice), "--db", filepath.Join(dir, "a.db"), "--out",
			filepath.Join(dir, "site"), "--source", "ctgov", "--endpoint", "ctgov="+url)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // it waits for the register by now
		stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", cmd.Process.Pid))
		if err != nil || len(stats) < 2 {
			t.Errorf("%d threads, %v", len(stats), err)
		}
		for _, name := range stats {
			if got, want := niceness(t, name), max(own, nice); got != want {
				t.Errorf("--nice %d: a thread has %d, want %d", nice, got, want)
			}
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// niceness reads that of a thread of Linux.
func niceness(t *testing.T, stat string) int {
	t.Helper()
	b, err := os.ReadFile(stat)
	if err != nil {
		t.Skipf("the thread has ended: %v", err)
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 17 {
		t.Fatalf("%s: %s", stat, b)
	}
	n, err := strconv.Atoi(f[16])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
