package notify

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bytes"

	"past/internal/needtest"
)

// foreignServer is another program's SMTP server (aiosmtpd): it wants STARTTLS
// and a login, and keeps what it takes in a folder.
const foreignServer = `
import itertools, ssl, sys
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

port, cert, key, folder, grey = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5] == "grey"

class Handler:
    count, asked = itertools.count(), 0
    async def handle_RCPT(self, server, session, envelope, address, options):
        Handler.asked += 1
        if grey and Handler.asked == 1:
            return "451 4.7.1 greylisted, come back later"
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        with open("%s/%d.eml" % (folder, next(Handler.count)), "wb") as f:
            f.write(envelope.original_content or envelope.content)
        return "250 taken"

def login(server, session, envelope, mechanism, data):
    ok = isinstance(data, LoginPassword) and data.login == b"u" and data.password == b"p"
    return AuthResult(success=ok, handled=False)

tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(cert, key)
c = Controller(Handler(), hostname="127.0.0.1", port=port, tls_context=tls, require_starttls=True, authenticator=login, ` +
	`auth_required=True, server_hostname="127.0.0.1")
c.start()
print("ready", flush=True)
sys.stdin.read()
c.stop()
`

// startForeign runs it, or skips where it is not installed (Debian:
// python3-aiosmtpd).
func startForeign(t *testing.T, mode string) (m Mail, folder string) {
	t.Helper()
	python := ""
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import aiosmtpd.controller").Run() == nil {
			python = name
			break
		}
	}
	if python == "" {
		needtest.Absent(t, "an SMTP server of another program (python3-aiosmtpd, sh .ci/programs installs it)", nil)
	}
	_, cert, key := certificate(t, time.Hour, "127.0.0.1")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	folder = t.TempDir()
	script := filepath.Join(t.TempDir(), "server.py")
	if err := os.WriteFile(script, []byte(foreignServer), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, script, port, cert, key, folder, mode)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var faults bytes.Buffer
	cmd.Stderr = &faults
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close() // it ends by itself
		if err := cmd.Wait(); err != nil {
			t.Logf("the SMTP server: %v\n%s", err, faults.String())
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the SMTP server does not start: %v %q\n%s", err, line, faults.String())
	}
	return Mail{Server: "127.0.0.1:" + port, Security: MailStartTLS, CAFile: cert, User: "u", Password: "p",
		From: "Tracker <tracker@evidence.example>", To: "a@example.org"}, folder
}

func TestMailThroughAnotherProgramsServer(t *testing.T) {
	m, folder := startForeign(t, "")
	msg := message()
	msg.Text = "Größe μ\n.\n" + strings.Repeat("z", 3000) + "\n"
	if err := m.Send(context.Background(), msg); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(folder, "0.eml"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.compose(msg)
	if err != nil {
		t.Fatal(err)
	}
	// what the server kept is what was composed, the time of day apart
	strip := func(b []byte) string {
		var out []string
		for _, line := range strings.Split(strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n")), "\n") {
			if !strings.HasPrefix(line, "Date: ") && !strings.HasPrefix(line, "X-Peer") && !strings.HasPrefix(line, "X-MailFrom") &&
				!strings.HasPrefix(line, "X-RcptTo") {
				out = append(out, line)
			}
		}
		return strings.Join(out, "\n")
	}
	if strip(b) != strip(want) {
		t.Errorf("kept\n%s\nsent\n%s", b, want)
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil || parsed.Header.Get("Message-ID") != fmt.Sprintf("<published-e-2.%s@evidence.example>", receiverKey("a@example.org")) {
		t.Errorf("%v %v", err, parsed)
	}
	bad := m
	bad.Password = "x"
	if err := bad.Send(context.Background(), msg); err == nil || !strings.Contains(err.Error(), "it refused the login") {
		t.Error(err)
	}
	bad = m
	bad.To = "nobody@example.org"
	if err := bad.Send(context.Background(), msg); err == nil || !strings.Contains(err.Error(), "550 5.1.1 no such mailbox") {
		t.Error(err)
	}
	bad = m
	bad.CAFile = ""
	if err := bad.Send(context.Background(), msg); err == nil || !strings.Contains(err.Error(), "certificate is not accepted") {
		t.Error(err)
	}
}

// A greylisting server turns the first attempt away; the second, within the
// same run, is the only one that it takes.
func TestGreylistedMailIsSentOnce(t *testing.T) {
	m, folder := startForeign(t, "grey")
	st := openStore(t)
	post := Post{Store: st, Channels: []Channel{m}, Now: time.Now, Pause: func(context.Context, time.Duration) error { return nil }}
	for range 3 {
		if done, err := post.once(context.Background(), m, message()); err != nil || !done || len(post.Warnings) > 0 {
			t.Fatalf("%v %v %v", done, err, post.Warnings)
		}
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 1 {
		t.Errorf("%d messages: %v", len(files), err)
	}
}
