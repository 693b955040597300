package notify

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/smtp"
	"os"
	"strings"
	"time"

	"past/internal/wholefile"
)

// The ways of speaking to a mail server.
const (
	MailAuto     = ""         // TLS from the start on port 465, STARTTLS elsewhere
	MailStartTLS = "starttls" // STARTTLS, or nothing is sent
	MailTLS      = "tls"      // TLS from the start
)

// mailTime bounds one delivery by mail: servers that check what they get may
// take their time.
const mailTime = 2 * time.Minute

// Mail sends messages through an SMTP server to one receiver. Several receivers
// are several channels: one that is refused, or asked to wait, keeps nothing
// from the others, and none sees the address of another.
type Mail struct {
	Server         string // HOST:PORT
	Security       string // MailAuto, MailStartTLS or MailTLS
	CAFile         string // PEM file of the authorities to trust; "" for the system's
	User, Password string // "" for a server that asks for none
	From, To       string
	Now            func() time.Time
}

// Name implements Channel.
func (m Mail) Name() string {
	sum := sha256.Sum256([]byte(m.To))
	return "mail by " + m.Server + " " + hex.EncodeToString(sum[:4])
}

// Check looks at the settings before anything is sent.
func (m Mail) Check() error {
	host, port, err := net.SplitHostPort(m.Server)
	if err != nil || host == "" || port == "" {
		return fmt.Errorf("mail server %q is not of the form HOST:PORT", m.Server)
	}
	if m.Security != MailAuto && m.Security != MailStartTLS && m.Security != MailTLS {
		return fmt.Errorf("mail security %q is none of starttls, tls", m.Security)
	}
	if m.To == "" {
		return errors.New("mail: nobody to send to")
	}
	for _, a := range []struct{ what, address string }{{"sender", m.From}, {"receiver", m.To}} {
		if _, err := mailbox(a.address); err != nil {
			return fmt.Errorf("mail %s %q: %w", a.what, a.address, err)
		}
	}
	if m.Password != "" && m.User == "" {
		return errors.New("mail: a password without a user name")
	}
	_, err = m.config(host)
	return err
}

// mailbox reads an address that every server can take.
func mailbox(s string) (*mail.Address, error) {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return nil, errors.New("it is not of the form NAME@HOST or Name <NAME@HOST>")
	}
	for _, r := range a.Address {
		if r <= ' ' || r >= 0x7f {
			return nil, errors.New("it has letters outside of ASCII, which not every server takes; write the host as xn--…")
		}
	}
	return a, nil
}

// config is the client's side of TLS. Certificates are always verified.
func (m Mail) config(host string) (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if m.CAFile == "" {
		return conf, nil
	}
	pem, err := wholefile.Read(m.CAFile, 16<<20)
	if err != nil {
		return nil, fmt.Errorf("authorities of the mail server: %w", err)
	}
	conf.RootCAs = x509.NewCertPool()
	if !conf.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("authorities of the mail server: %s holds no certificate in PEM form", m.CAFile)
	}
	return conf, nil
}

// Send implements Channel. Without TLS nothing is sent except to this machine,
// and a password never.
func (m Mail) Send(ctx context.Context, msg Message) error {
	if err := m.Check(); err != nil {
		return err
	}
	body, err := m.compose(msg)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	c, err := m.connect(ctx)
	if err != nil {
		return fmt.Errorf("mail server %s: %w", m.Server, err)
	}
	defer c.Close()
	if err := m.deliver(c, body); err != nil {
		return fmt.Errorf("mail server %s: %w", m.Server, err)
	}
	return nil
}

// connect opens a connection over which the message, and a password, may go.
func (m Mail) connect(ctx context.Context) (c *smtp.Client, err error) {
	host, port, err := net.SplitHostPort(m.Server)
	if err != nil {
		return nil, err
	}
	conf, err := m.config(host)
	if err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{Timeout: sendTime}).DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return nil, later(fmt.Errorf("it cannot be reached: %w", err), 0)
	}
	// A stop signal must not wait for a slow server. The watch ends with the
	// message's context.
	context.AfterFunc(ctx, func() { conn.Close() })
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	secure := m.Security == MailTLS || m.Security == MailAuto && port == "465"
	if secure {
		t := tls.Client(conn, conf)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, tlsFault(err)
		}
		conn = t
	}
	if c, err = smtp.NewClient(conn, host); err != nil {
		return nil, greetingFault(err, secure)
	}
	if name, err := os.Hostname(); err == nil && strings.Contains(name, ".") && !strings.ContainsAny(name, " \r\n") {
		if err := c.Hello(name); err != nil {
			return nil, answered("greeting", err)
		}
	}
	local := loopback(host)
	if !secure && (m.Security == MailStartTLS || m.User != "" || !local) {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return nil, errors.New("it offers no encryption (STARTTLS); nothing was sent")
		}
		if err := c.StartTLS(conf); err != nil {
			return nil, tlsFault(err)
		}
	}
	return c, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
