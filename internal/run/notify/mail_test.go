package notify

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"past/internal/text"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func toLocal(addr string) Mail {
	return Mail{Server: addr, From: "Tracker <tracker@evidence.example>", To: "a@example.org"}
}

// unstuffed is a message as the server keeps it.
func unstuffed(t testing.TB, wire string) []byte {
	t.Helper()
	b, err := textproto.NewReader(bufio.NewReader(strings.NewReader(wire + ".\r\n"))).ReadDotBytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestMailOverEachWay(t *testing.T) {
	cert, ca, _ := certificate(t, time.Hour, "127.0.0.1", "localhost")
	for name, c := range map[string]struct {
		srv  *smtpServer
		mail func(*Mail)
		want []string // in the dialogue
		not  string
	}{
		"plain, this machine": {&smtpServer{}, func(*Mail) {}, []string{"MAIL FROM:<tracker@evidence.example>", "RCPT TO:<a@example.org>"},
			"AUTH"},
		"starttls": {&smtpServer{cert: &cert}, func(m *Mail) { m.Security = MailStartTLS }, []string{"STARTTLS"}, "AUTH"},
		"starttls, plain": {&smtpServer{cert: &cert, auth: "CRAM-MD5 LOGIN PLAIN"}, func(m *Mail) { m.User, m.Password = "u", "p" },
			[]string{"STARTTLS", "AUTH PLAIN"}, ""},
		"starttls, login": {&smtpServer{cert: &cert, auth: "LOGIN CRAM-MD5"}, func(m *Mail) { m.User, m.Password = "u", "p" },
			[]string{"STARTTLS", "AUTH LOGIN"}, ""},
		"starttls, cram": {&smtpServer{cert: &cert, auth: "CRAM-MD5"}, func(m *Mail) { m.User, m.Password = "u", "p" },
			[]string{"AUTH CRAM-MD5"}, "AUTH PLAIN"},
		"tls, login": {&smtpServer{cert: &cert, implicit: true, auth: "PLAIN"}, func(m *Mail) {
			m.User, m.Password, m.Security = "u", "p",
				MailTLS
		},
			[]string{"AUTH PLAIN"}, "STARTTLS"},
	} {
		m := toLocal(c.srv.start(t))
		m.CAFile = ca
		c.mail(&m)
		if err := m.Send(context.Background(), message()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		log, bodies := c.srv.said()
		for _, w := range c.want {
			if !strings.Contains(log, w) {
				t.Errorf("%s: the dialogue lacks %q:\n%s", name, w, log)
			}
		}
		if len(bodies) != 1 || c.not != "" && strings.Contains(log, c.not) {
			t.Errorf("%s: %d messages\n%s", name, len(bodies), log)
		}
	}
}

// Each fault says what is wrong; only the first kind may have been delivered.
func TestMailFaults(t *testing.T) {
	good, ca, _ := certificate(t, time.Hour, "127.0.0.1")
	other, _, _ := certificate(t, time.Hour, "127.0.0.1")
	wrong, wrongCA, _ := certificate(t, time.Hour, "mail.example")
	old, oldCA, _ := certificate(t, -time.Hour, "127.0.0.1")
	login := func(m *Mail) { m.User, m.Password = "u", "p" }
	start := func(m *Mail) { m.Security = MailStartTLS }
	closed := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}()
	said := func(verb, answer string) *smtpServer { return &smtpServer{answers: map[string]string{verb: answer}} }
	for name, c := range map[string]struct {
		srv  *smtpServer // nil: a closed port
		ca   string
		mail func(*Mail)
		kind string // uncertain | passes | stays
		want string
	}{
		"nobody listens": {nil, "", nil, "passes", "cannot be reached"},
		"busy":           {said("greeting", "421 busy"), "", nil, "passes", "421 busy"},
		"turned away":    {said("greeting", "554 no"), "", nil, "stays", "554 no"},
		"greylisted": {said("RCPT", "451 4.7.1 come back later"), "", nil, "passes",
			"it refused the receiver a@example.org: 451 4.7.1 come back later"},
		"no such receiver":     {said("RCPT", "550 5.1.1 unknown"), "", nil, "stays", "it refused the receiver a@example.org: 550 5.1.1 unknown"},
		"sender refused":       {said("MAIL", "550 no relay"), "", nil, "stays", "it refused the sender"},
		"message refused":      {said(".", "554 spam"), "", nil, "stays", "it refused the message: 554 spam"},
		"message deferred":     {said(".", "452 full"), "", nil, "passes", "452 full"},
		"data refused":         {said("DATA", "451 no"), "", nil, "passes", "it refused the message: 451 no"},
		"hangs up before":      {said("RCPT", ""), "", nil, "passes", "it refused the receiver"},
		"hangs up after":       {said(".", ""), "", nil, "uncertain", "no answer to the end of the message"},
		"unknown authority":    {&smtpServer{cert: &other}, ca, start, "stays", "certificate is not accepted"},
		"system's authorities": {&smtpServer{cert: &good}, "", start, "stays", "--mail-ca"},
		"another name":         {&smtpServer{cert: &wrong}, wrongCA, start, "stays", "127.0.0.1"},
		"expired":              {&smtpServer{cert: &old}, oldCA, start, "stays", "expired"},
		"no TLS offered":       {&smtpServer{}, "", start, "stays", "offers no encryption"},
		"login without TLS":    {&smtpServer{auth: "PLAIN"}, "", login, "stays", "offers no encryption"},
		"wrong password": {&smtpServer{cert: &good, auth: "PLAIN"}, ca, func(m *Mail) { m.User, m.Password = "u", "x" }, "stays",
			`it refused the login of "u": 535`},
		"login later": {&smtpServer{cert: &good, auth: "PLAIN", answers: map[string]string{"AUTH": "454 4.7.0 later"}}, ca, login,
			"passes", "454"},
		"unknown logins":   {&smtpServer{cert: &good, auth: "XOAUTH2"}, ca, login, "stays", "XOAUTH2"},
		"no login offered": {&smtpServer{cert: &good}, ca, login, "stays", "leave user and password out"},
		"not TLS":          {&smtpServer{}, ca, func(m *Mail) { m.Security = MailTLS }, "stays", "--mail-tls starttls"},
	} {
		m := toLocal(closed)
		if c.srv != nil {
			m = toLocal(c.srv.start(t))
		}
		m.CAFile = c.ca
		if c.mail != nil {
			c.mail(&m)
		}
		err := m.Send(context.Background(), message())
		var again *laterError
		kind := "stays"
		if errors.As(err, &again) {
			kind = "passes"
		}
		if errors.Is(err, ErrUncertain) {
			kind = "uncertain"
		}
		if err == nil || kind != c.kind || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), m.Server) {
			t.Errorf("%s: %s, %v; want %s, %q", name, kind, err, c.kind, c.want)
		}
		if c.srv == nil {
			continue
		}
		log, bodies := c.srv.said()
		if len(bodies) > 0 && kind == "stays" && name != "message refused" {
			t.Errorf("%s: the message went out", name)
		}
		if c.srv.cert == nil && strings.Contains(log, "AUTH") {
			t.Errorf("%s: the password went out:\n%s", name, log)
		}
	}
}

// Beyond this machine nothing is sent without TLS: a server that leaves
// STARTTLS out of its answer (or someone who cuts it out) gets no message.
func TestMailIsNotStrippedOfTLS(t *testing.T) {
	if !loopback("127.0.0.1") || !loopback("::1") || !loopback("localhost") || loopback("example.org") || loopback("10.0.0.1") {
		t.Error("which hosts are this machine")
	}
	own := outward(t)
	l, err := net.Listen("tcp", net.JoinHostPort(own, "0"))
	if err != nil {
		t.Skipf("this machine cannot be reached under its own address %s: %v", own, err)
	}
	srv := &smtpServer{}
	srv.listen(t, l)
	if err := toLocal(l.Addr().String()).Send(context.Background(), message()); err == nil ||
		!strings.Contains(err.Error(), "offers no encryption") {
		t.Error(err)
	}
	if log, _ := srv.said(); strings.Contains(log, "MAIL") {
		t.Errorf("it was told of the message:\n%s", log)
	}
}

// outward is an address of this machine that is not the loopback.
func outward(t *testing.T) string {
	t.Helper()
	list, err := net.InterfaceAddrs()
	if err != nil {
		t.Skipf("the addresses of this machine are not known: %v", err)
	}
	for _, a := range list {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			return n.IP.String()
		}
	}
	t.Skip("this machine has no address but the loopback")
	return ""
}

// A stop signal does not wait for a server that says nothing.
func TestMailEndsWithItsContext(t *testing.T) {
	for verb, uncertain := range map[string]bool{"greeting": false, "RCPT": false, ".": true} {
		srv := &smtpServer{answers: map[string]string{verb: "hang"}}
		m := toLocal(srv.start(t))
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		if err := m.Send(ctx, message()); err == nil || errors.Is(err, ErrUncertain) != uncertain {
			t.Errorf("%s: %v", verb, err)
		}
		cancel()
	}
}

func TestMailSettings(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "none.pem")
	for want, m := range map[string]Mail{
		"HOST:PORT":       {Server: "nowhere", From: "a@example.org", To: "b@example.org"},
		"nobody":          {Server: "h:25", From: "a@example.org"},
		"sender":          {Server: "h:25", From: "a", To: "b@example.org"},
		"receiver":        {Server: "h:25", From: "a@example.org", To: "b@example.org\r\nRCPT TO:<evil@example.org>"},
		"xn--":            {Server: "h:25", From: "a@example.org", To: "b@bücher.example"},
		"without a user":  {Server: "h:25", From: "a@example.org", To: "b@example.org", Password: "p"},
		"none of":         {Server: "h:25", From: "a@example.org", To: "b@example.org", Security: "ssl"},
		"authorities of ": {Server: "h:25", From: "a@example.org", To: "b@example.org", CAFile: empty},
	} {
		if err := m.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestMailIsAMessage holds what is sent against the rules of mail for any title
// and text: no header but ours, no line beyond 998 bytes, nothing outside of
// ASCII, the same Message-ID, and a receiver reads what was written.
func TestMailIsAMessage(t *testing.T) {
	m := Mail{Server: "h:25", From: "Jürgen \"x\" <tracker@evidence.example>", To: "A B <a@example.org>",
		Now: func() time.Time { return time.Unix(1767225600, 0) }}
	want := []string{"From", "To", "Subject", "Date", "Message-Id", "List-Id", "Auto-Submitted", "Mime-Version", "Content-Type",
		"Content-Transfer-Encoding"}
	check := func(t rapid.TB, msg Message) {
		b, err := m.compose(msg)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range bytes.SplitAfter(b, []byte("\r\n")) {
			if len(line) > 1000 || bytes.ContainsAny(bytes.TrimSuffix(line, []byte("\r\n")), "\r\n") {
				t.Fatalf("the line %q", line)
			}
			for _, c := range line {
				if c > 0x7e {
					t.Fatalf("a byte outside of ASCII in %q", line)
				}
			}
		}
		parsed, err := mail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if len(parsed.Header) != len(want) {
			t.Fatalf("headers %v", parsed.Header)
		}
		for _, h := range want {
			if len(parsed.Header[h]) != 1 {
				t.Fatalf("header %s: %v", h, parsed.Header[h])
			}
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
		if err != nil || strings.Join(strings.Fields(subject), " ") != strings.Join(strings.Fields(text.OneLine(msg.Title)), " ") {
			t.Fatalf("subject %q of title %q (%v)", subject, msg.Title, err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(parsed.Body))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.Fields(text.Printable(msg.Text)) {
			if !strings.Contains(string(body), word) {
				t.Fatalf("the body lacks %q: %q", word, body)
			}
		}
		if id := parsed.Header.Get("Message-ID"); id != "<published-e-2.e16bfe08@evidence.example>" && msg.ID == "published-e-2" {
			t.Fatalf("message id %s", id)
		}
		if d, err := parsed.Header.Date(); err != nil || d.Unix() != 1767225600 {
			t.Fatalf("date %v %v", d, err)
		}
		if l := parsed.Header.Get("List-Id"); l != "PAST evidence tracker <past-evidence-tracker.evidence.example>" {
			t.Fatalf("list id %s", l)
		}
		if from, err := parsed.Header.AddressList("From"); err != nil || from[0].Name != "Jürgen x" ||
			from[0].Address != "tracker@evidence.example" {
			t.Fatalf("from %v %v", from, err)
		}
	}
	for _, title := range []string{"", "plain", "Änderung\r\nBcc: x@example.org", "=?utf-8?q?=41?=", strings.Repeat("long ", 300),
		strings.Repeat("x", 3000), strings.Repeat("ü", 500),
		"a\x00b\u2028c", "\xff\xfe", "μ 🧪 " + strings.Repeat("語", 90)} {
		check(t, Message{ID: "published-e-2", Title: title, Text: title + "\n.\n..\n.\r\nFrom here\n" + strings.Repeat("y", 2000)})
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, Message{ID: "published-e-2", Title: rapid.String().Draw(t, "title"), Text: rapid.String().Draw(t, "text"),
			URL: "https://a.example/x"})
	})
}

// A line of one dot ends a message on the wire: the text's own must not.
func TestMailStuffsDots(t *testing.T) {
	srv := &smtpServer{}
	m := toLocal(srv.start(t))
	msg := message()
	msg.Text = "one\n.\n..two\n.three\nlast"
	if err := m.Send(context.Background(), msg); err != nil {
		t.Fatal(err)
	}
	_, bodies := srv.said()
	parsed, err := mail.ReadMessage(bytes.NewReader(unstuffed(t, bodies[0])))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(parsed.Body))
	if err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != msg.Text+"\n"+msg.URL+"\n" {
		t.Errorf("%v %q", err, body)
	}
}
