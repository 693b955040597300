package cli_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"past/internal/needtest"
)

// terminal opens a pseudo-terminal of 100 columns.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		needtest.Absent(t, "a pseudo-terminal", err)
	}
	t.Cleanup(func() { master.Close() })
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 100})
	}
	if err == nil {
		slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		needtest.Absent(t, "a pseudo-terminal", err)
	}
	return master, slave
}

// TestCrawlOnATerminal: on a terminal a crawl draws a bar for the source and
// leaves a clean screen with the summary.
func TestCrawlOnATerminal(t *testing.T) {
	t.Parallel()
	url := register(t, 20*time.Millisecond)
	master, slave := terminal(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(), "crawl", "ctgov", "--db", filepath.Join(t.TempDir(), "past.db"), "--endpoint", "ctgov="+url)
	cmd.Env = append(os.Environ(), "PAST_CONTACT=test@example.org", "XDG_CONFIG_HOME="+t.TempDir(), "TERM=xterm")
	cmd.Stdout, cmd.Stderr = slave, slave
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	out, err := io.ReadAll(master)
	if err != nil && !errors.Is(err, unix.EIO) { // how a terminal says that the other side is gone
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := string(out)
	for _, want := range []string{"ctgov     ", "█", "\x1b[1A\r\x1b[J", "unchanged"} {
		if !strings.Contains(text, want) {
			t.Errorf("the terminal was not shown %q:\n%q", want, text)
		}
	}
	if i, j := strings.LastIndex(text, "\x1b[J"), strings.Index(text, "unchanged"); i > j {
		t.Error("the bars were drawn over the summary")
	}
}
