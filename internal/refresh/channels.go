package refresh

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"
)

// sendTime bounds one delivery.
const sendTime = 30 * time.Second

// Command runs a command line of the user's with the message as JSON on its
// standard input and PAST_NOTICE, PAST_KIND, PAST_EDITION and PAST_TITLE in
// its environment. An exit status other than 0 means: not delivered.
type Command struct {
	Line   string
	Stderr io.Writer
}

// Name implements Channel.
func (c Command) Name() string { return "command " + c.Line }

// Send implements Channel.
func (c Command) Send(ctx context.Context, m Message) error {
	body, err := m.JSON()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.CommandContext(ctx, shell, flag, c.Line)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(body), c.Stderr, c.Stderr
	cmd.Env = append(os.Environ(), "PAST_NOTICE="+m.ID, "PAST_KIND="+m.Kind, "PAST_EDITION="+m.Edition, "PAST_TITLE="+m.Title)
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	if err != nil && (ctx.Err() != nil || errors.Is(err, exec.ErrWaitDelay)) {
		return fmt.Errorf("%w: the command did not end in time (%w)", ErrUncertain, err)
	}
	if err != nil {
		return fmt.Errorf("the command failed: %w", err)
	}
	return nil
}

// Webhook posts the message as JSON, signed: X-Past-Signature is "sha256=" and
// the HMAC-SHA256, in hex, under Secret over X-Past-Timestamp (Unix seconds), a
// full stop and the body. A receiver that checks both knows who speaks and that
// it is not told again; X-Past-Notice names the message.
type Webhook struct {
	URL     string
	Secret  []byte
	Version string
	Now     func() time.Time
}

// CheckWebhook tells whether an address can be posted to: https, or http on
// this machine.
func CheckWebhook(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("the webhook's address is not of the form https://HOST/PATH")
	}
	if u.Scheme == "http" {
		if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return errors.New("the webhook's address must be https: over http its messages can be read and changed on the way")
		}
	}
	return nil
}

// Name implements Channel; it leaves out what may be secret in the address.
func (w Webhook) Name() string {
	u, err := url.Parse(w.URL)
	if err != nil {
		return "webhook"
	}
	sum := sha256.Sum256([]byte(w.URL))
	return "webhook " + u.Scheme + "://" + u.Host + " " + hex.EncodeToString(sum[:4])
}

// Sign is the value of X-Past-Signature.
func Sign(secret []byte, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(timestamp + "."))
	h.Write(body)
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}

// Send implements Channel.
func (w Webhook) Send(ctx context.Context, m Message) error {
	body, err := m.JSON()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("the webhook's address cannot be used") // the error itself would print it
	}
	now := time.Now
	if w.Now != nil {
		now = w.Now
	}
	stamp := strconv.FormatInt(now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "past/"+w.Version)
	req.Header.Set("X-Past-Notice", m.ID)
	req.Header.Set("X-Past-Timestamp", stamp)
	if len(w.Secret) > 0 {
		req.Header.Set("X-Past-Signature", Sign(w.Secret, stamp, body))
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return fmt.Errorf("the webhook cannot be reached: %w", op)
		}
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return fmt.Errorf("%w: no answer (%w)", ErrUncertain, err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the webhook answered %s", resp.Status)
	}
	return nil
}
