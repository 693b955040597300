package refresh

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
)

// Mail sends messages through an SMTP server.
type Mail struct {
	Server         string // HOST:PORT; port 465 speaks TLS from the start, others STARTTLS
	User, Password string // "" for a server that asks for none
	From           string
	To             []string
	// TLS is the client's configuration; nil is the system's.
	TLS *tls.Config
	Now func() time.Time
}

// Name implements Channel.
func (m Mail) Name() string {
	sum := sha256.Sum256([]byte(strings.Join(m.To, ",")))
	return "mail by " + m.Server + " " + hex.EncodeToString(sum[:4])
}

// Check looks at the addresses before anything is sent.
func (m Mail) Check() error {
	if _, _, err := net.SplitHostPort(m.Server); err != nil {
		return fmt.Errorf("mail server %q is not of the form HOST:PORT", m.Server)
	}
	if _, err := mail.ParseAddress(m.From); err != nil {
		return fmt.Errorf("mail sender %q: %w", m.From, err)
	}
	if len(m.To) == 0 {
		return errors.New("mail: nobody to send to")
	}
	for _, to := range m.To {
		if _, err := mail.ParseAddress(to); err != nil {
			return fmt.Errorf("mail receiver %q: %w", to, err)
		}
	}
	return nil
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
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	host, port, _ := net.SplitHostPort(m.Server)
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return fmt.Errorf("mail server: %w", err)
		}
	}
	conf := m.TLS
	if conf == nil {
		conf = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	conf = conf.Clone()
	conf.ServerName = host
	secure := port == "465"
	if secure {
		conn = tls.Client(conn, conf)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	defer c.Close()
	if ok, _ := c.Extension("STARTTLS"); ok && !secure {
		if err := c.StartTLS(conf); err != nil {
			return fmt.Errorf("mail server: STARTTLS: %w", err)
		}
		secure = true
	}
	if ip := net.ParseIP(host); !secure && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("mail server %s offers no encryption; nothing was sent", m.Server)
	}
	return m.deliver(c, host, body)
}

// deliver speaks the dialogue; only after the end of the data is it uncertain
// whether the server took the message.
func (m Mail) deliver(c *smtp.Client, host string, body []byte) error {
	if m.User != "" {
		if err := c.Auth(smtp.PlainAuth("", m.User, m.Password, host)); err != nil {
			return fmt.Errorf("mail server: login: %w", err)
		}
	}
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return err
	}
	if err := c.Mail(from.Address); err != nil {
		return fmt.Errorf("mail server: sender: %w", err)
	}
	for _, to := range m.To {
		a, err := mail.ParseAddress(to)
		if err != nil {
			return err
		}
		if err := c.Rcpt(a.Address); err != nil {
			return fmt.Errorf("mail server: receiver %s: %w", a.Address, err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	if err := w.Close(); err != nil {
		var answer *textproto.Error
		if errors.As(err, &answer) {
			return fmt.Errorf("mail server: %w", err) // it said no
		}
		return fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	_ = c.Quit() // the message is taken; how the server says goodbye is its own affair
	return nil
}

func (m Mail) compose(msg Message) ([]byte, error) {
	now := time.Now
	if m.Now != nil {
		now = m.Now
	}
	var to []string
	for _, t := range m.To {
		a, err := mail.ParseAddress(t)
		if err != nil {
			return nil, err
		}
		to = append(to, a.String())
	}
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	var b bytes.Buffer
	head := func(name, value string) {
		fmt.Fprintf(&b, "%s: %s\r\n", name, strings.NewReplacer("\r", " ", "\n", " ").Replace(value))
	}
	head("From", from.String())
	head("To", strings.Join(to, ", "))
	head("Subject", mime.QEncoding.Encode("utf-8", clean(msg.Title)))
	head("Date", now().UTC().Format(time.RFC1123Z))
	head("Message-ID", "<"+msg.ID+"@"+domain+">")
	head("Auto-Submitted", "auto-generated")
	head("MIME-Version", "1.0")
	head("Content-Type", "text/plain; charset=utf-8")
	head("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	text := msg.Text
	if msg.URL != "" {
		text += "\n" + msg.URL + "\n"
	}
	if _, err := w.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n"))); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
