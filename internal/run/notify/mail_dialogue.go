package notify

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"slices"
	"strings"

	"past/internal/text"
)

// deliver speaks the dialogue; only after the end of the data is it uncertain
// whether the server took the message.
func (m Mail) deliver(c *smtp.Client, body []byte) error {
	if err := m.login(c); err != nil {
		return err
	}
	from, err := mailbox(m.From)
	if err != nil {
		return err
	}
	to, err := mailbox(m.To)
	if err != nil {
		return err
	}
	if err := c.Mail(from.Address); err != nil {
		return answered("it refused the sender "+from.Address, err)
	}
	if err := c.Rcpt(to.Address); err != nil {
		return answered("it refused the receiver "+to.Address, err)
	}
	w, err := c.Data()
	if err != nil {
		return answered("it refused the message", err)
	}
	if _, err := w.Write(body); err != nil {
		return answered("the message could not be written", err)
	}
	if err := w.Close(); err != nil {
		var answer *textproto.Error
		if errors.As(err, &answer) {
			return answered("it refused the message", err)
		}
		return fmt.Errorf("%w: no answer to the end of the message (%w)", ErrUncertain, err)
	}
	_ = c.Quit() // the message is taken; how the server says goodbye is its own affair
	return nil
}

// login proves who is sending, by the first way that both sides know. connect
// has seen to it that the connection is encrypted.
func (m Mail) login(c *smtp.Client) error {
	if m.User == "" {
		return nil
	}
	if _, ok := c.TLSConnectionState(); !ok {
		return errors.New("a password is not sent without encryption")
	}
	ok, list := c.Extension("AUTH")
	if !ok {
		return errors.New("it asks for no login; leave user and password out")
	}
	offered := strings.Fields(strings.ToUpper(list))
	var way smtp.Auth
	switch {
	case slices.Contains(offered, "PLAIN"):
		way = plainLogin{m.User, m.Password}
	case slices.Contains(offered, "LOGIN"):
		way = &askedLogin{m.User, m.Password}
	case slices.Contains(offered, "CRAM-MD5"):
		way = smtp.CRAMMD5Auth(m.User, m.Password)
	default:
		return fmt.Errorf("it offers the logins %s, none of PLAIN, LOGIN, CRAM-MD5", list)
	}
	if err := c.Auth(way); err != nil {
		return answered(fmt.Sprintf("it refused the login of %q", m.User), err)
	}
	return nil
}

// plainLogin is PLAIN (RFC 4616); that the connection is encrypted and the
// server's name verified is checked before.
type plainLogin struct{ user, password string }

func (p plainLogin) Start(*smtp.ServerInfo) (string, []byte, error) {
	return "PLAIN", []byte("\x00" + p.user + "\x00" + p.password), nil
}

func (p plainLogin) Next(_ []byte, more bool) ([]byte, error) {
	if more {
		return nil, errors.New("it asks for more than name and password")
	}
	return nil, nil
}

// askedLogin is LOGIN, which no standard describes and many servers speak: the
// server asks for the name and then for the password.
type askedLogin struct{ user, password string }

func (l *askedLogin) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

func (l *askedLogin) Next(question []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	switch q := strings.ToLower(string(question)); {
	case strings.HasPrefix(q, "user"):
		return []byte(l.user), nil
	case strings.HasPrefix(q, "pass"):
		return []byte(l.password), nil
	}
	return nil, fmt.Errorf("it asks %q", question)
}

// answered names a step that failed. A server that says "not now" (4xx: busy,
// or greylisting those it does not know), and a connection that broke, are
// tried again; a server that says no is asked again with the next run only.
func answered(step string, err error) error {
	var answer *textproto.Error
	if !errors.As(err, &answer) {
		return later(fmt.Errorf("%s: %w", step, err), 0)
	}
	out := fmt.Errorf("%s: %d %s", step, answer.Code, text.OneLine(answer.Msg))
	if answer.Code/100 == 4 {
		return later(out, 0)
	}
	return out
}

// tlsFault says what is wrong with an encrypted connection.
func tlsFault(err error) error {
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var answer *textproto.Error
	switch {
	case errors.As(err, &cert):
		return fmt.Errorf("its certificate is not accepted, nothing was sent: %w (an authority of your own is named with --mail-ca FILE)",
			cert.Err)
	case errors.As(err, &record):
		return errors.New("it does not speak TLS from the start on this port; set --mail-tls starttls")
	case errors.As(err, &answer):
		return answered("STARTTLS", err)
	}
	return later(fmt.Errorf("the encrypted connection failed: %w", err), 0)
}

func greetingFault(err error, secure bool) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() && !secure {
		return later(errors.New("it does not greet; if it speaks TLS from the start, set --mail-tls tls"), 0)
	}
	return answered("greeting", err)
}
