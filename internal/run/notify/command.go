package notify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"

	"past/internal/text"
)

// sendTime bounds one delivery.
const sendTime = 30 * time.Second

// tempFail is the exit status of a command that could not deliver just now
// (EX_TEMPFAIL of sysexits.h).
const tempFail = 75

// Command runs a command line of the user's with the message as JSON on its
// standard input and PAST_NOTICE, PAST_KIND, PAST_EDITION and PAST_TITLE in
// its environment, which holds none of the program's own secrets. What it
// prints goes to Stderr. Exit status 0 means delivered, 75 try again soon, any
// other not delivered. One that is not done in time, or ended by a signal, may
// have delivered: it is ended with all that it started, and not run again.
type Command struct {
	Line   string
	Stderr io.Writer
	// Timeout bounds it; 0 is 30 s.
	Timeout time.Duration
}

// Name implements Channel; the rest of a command line may hold what is no one
// else's affair.
func (c Command) Name() string {
	first, _, _ := strings.Cut(strings.TrimSpace(c.Line), " ")
	sum := sha256.Sum256([]byte(c.Line))
	return "command " + first + " " + hex.EncodeToString(sum[:4])
}

// Send implements Channel.
func (c Command) Send(ctx context.Context, m Message) error {
	body, err := m.JSON()
	if err != nil {
		return err
	}
	limit := c.Timeout
	if limit <= 0 {
		limit = sendTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.CommandContext(ctx, shell, flag, c.Line)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(body), c.Stderr, c.Stderr
	cmd.Env = append(withoutSecrets(os.Environ()), "PAST_NOTICE="+m.ID, "PAST_KIND="+m.Kind, "PAST_EDITION="+m.Edition,
		"PAST_TITLE="+text.OneLine(m.Title))
	cmd.WaitDelay = time.Second
	end := ownGroup(cmd)
	err = cmd.Run()
	if ctx.Err() != nil {
		end()
	}
	return c.judge(err, ctx.Err() != nil, limit)
}

func (c Command) judge(err error, stopped bool, limit time.Duration) error {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case stopped || errors.Is(err, exec.ErrWaitDelay):
		return fmt.Errorf("%w: the command did not end in %s (%w)", ErrUncertain, limit, err)
	case errors.As(err, &exit) && exit.ExitCode() == tempFail:
		return later(fmt.Errorf("the command asks to be run again (%w)", err), 0)
	case errors.As(err, &exit) && exit.ExitCode() < 0:
		return fmt.Errorf("%w: the command was ended (%w)", ErrUncertain, err)
	}
	return fmt.Errorf("the command failed: %w", err)
}

// secretNames are variables of the program that a command has no use for.
var secretNames = regexp.MustCompile(`^PAST_[A-Z_]*(SECRET|PASSWORD|KEY|TOKEN)(_FILE)?=`)

func withoutSecrets(env []string) []string {
	var out []string
	for _, v := range env {
		if !secretNames.MatchString(v) {
			out = append(out, v)
		}
	}
	return out
}
