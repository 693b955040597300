package notify

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func needShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix shell")
	}
}

func TestCommandSaysWhetherItWasDelivered(t *testing.T) {
	needShell(t)
	for line, want := range map[string]string{
		"grep -q published-e-2 && test \"$PAST_KIND\" = published && test \"$PAST_EDITION\" = e-2": "delivered",
		"true":           "delivered", // need not read
		"exit 3":         "stays",
		"exit 75":        "passes",
		"no-such-tool-x": "stays",
		"kill -9 $$":     "uncertain",
	} {
		var again *laterError
		err := Command{Line: line, Stderr: io.Discard}.Send(context.Background(), message())
		got := "stays"
		switch {
		case err == nil:
			got = "delivered"
		case errors.Is(err, ErrUncertain):
			got = "uncertain"
		case errors.As(err, &again):
			got = "passes"
		}
		if got != want {
			t.Errorf("%q: %s (%v), want %s", line, got, err, want)
		}
	}
}

// The title is one line, whatever a register wrote; secrets of the program are
// not handed on; what the command prints is kept from standard output.
func TestCommandEnvironment(t *testing.T) {
	needShell(t)
	t.Setenv("PAST_WEBHOOK_SECRET", "hush")
	t.Setenv("PAST_SMTP_PASSWORD_FILE", "/hush")
	t.Setenv("PAST_PUBMED_API_KEY", "hush")
	t.Setenv("PAST_DB", "kept")
	var out bytes.Buffer
	if err := (Command{Line: "env | grep ^PAST_", Stderr: &out}).Send(context.Background(), message()); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	if strings.Contains(got, "hush") || !strings.Contains(got, "PAST_DB=kept") || !strings.Contains(got, "PAST_NOTICE=published-e-2") ||
		!strings.Contains(got, "PAST_TITLE=Änderung  Bcc: x@example.org\n") {
		t.Error(got)
	}
}

// A command that hangs is ended with what it started.
func TestCommandEndsInTime(t *testing.T) {
	needShell(t)
	left := filepath.Join(t.TempDir(), "left")
	err := Command{Line: "(sleep 3; touch " + left + ") & wait", Stderr: io.Discard,
		Timeout: 200 * time.Millisecond}.Send(context.Background(), message())
	if !errors.Is(err, ErrUncertain) || !strings.Contains(err.Error(), "200ms") {
		t.Error(err)
	}
	time.Sleep(3500 * time.Millisecond)
	if _, err := os.Stat(left); err == nil {
		t.Error("what the command started went on")
	}
}
