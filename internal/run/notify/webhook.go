package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Webhook posts the message as JSON, signed: X-Past-Signature is "sha256=" and
// the HMAC-SHA256, in hex, under Secret over X-Past-Timestamp (Unix seconds), a
// full stop and the body. A receiver that checks both knows who speaks and that
// it is not sent again; X-Past-Notice names the message.
type Webhook struct {
	URL     string
	Secret  []byte
	Version string
	Now     func() time.Time
}

// CheckWebhook reports whether an address can be posted to: https, or http on
// this machine.
func CheckWebhook(address string) error {
	u, err := url.Parse(address)
	if err == nil && u.User != nil {
		return errors.New("the webhook's address holds a name or password; the signature tells who speaks")
	}
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
	stamp := strconv.FormatInt(w.now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "past/"+w.Version)
	req.Header.Set("X-Past-Notice", m.ID)
	req.Header.Set("X-Past-Timestamp", stamp)
	if len(w.Secret) > 0 {
		req.Header.Set("X-Past-Signature", Sign(w.Secret, stamp, body))
	}
	// A redirect is never followed: the one who answers could lead the message
	// to any address of the inner network.
	client := &http.Client{Transport: freshTransport(), CheckRedirect: func(*http.Request,
		[]*http.Request) error {
		return http.ErrUseLastResponse
	}}
	resp, err := client.Do(req)
	if err != nil {
		return unanswered(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	return w.judge(resp)
}

// freshTransport uses no connection twice: one that the receiver has just
// closed would leave it open whether the message arrived.
func freshTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableKeepAlives = true
	return t
}

// unanswered distinguishes failures before the message left from those after.
func unanswered(err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err // the outer one prints the whole address
	}
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return later(fmt.Errorf("the webhook cannot be reached: %w", op), 0)
	case errors.As(err, &cert):
		return fmt.Errorf("the webhook's certificate is not accepted, nothing was sent: %w", cert.Err)
	case errors.As(err, &record):
		return errors.New("the webhook does not speak TLS on this port; nothing was sent")
	}
	return fmt.Errorf("%w: no answer (%w)", ErrUncertain, err)
}

// judge reads the answer's status.
func (w Webhook) judge(resp *http.Response) error {
	code := resp.StatusCode
	err := fmt.Errorf("the webhook answered %s", resp.Status)
	switch {
	case code/100 == 2:
		return nil
	case code == http.StatusGatewayTimeout:
		return fmt.Errorf("%w: %w, so that the one behind it may have it", ErrUncertain, err)
	case code/100 == 3:
		return fmt.Errorf("%w; redirects are not followed: give the final address", err)
	case code/100 == 5, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code == http.StatusTooEarly:
		return later(err, retryAfter(resp.Header.Get("Retry-After"), w.now()))
	}
	return err
}

// retryAfter reads seconds or a date; 0 for none.
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n > 0 {
		return time.Duration(min(n, 86400)) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}

func (w Webhook) now() time.Time {
	if w.Now != nil {
		return w.Now()
	}
	return time.Now()
}
