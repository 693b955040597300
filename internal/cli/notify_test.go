package cli_test

import (
	"bufio"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// postbox is a mail server that takes every message; while mute is set it says
// nothing after the end of one.
type postbox struct {
	mu    sync.Mutex
	mute  bool
	mails []string
	came  chan struct{}
}

func (p *postbox) start(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p.came = make(chan struct{}, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return l.Addr().String()
}

func (p *postbox) serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	fmt.Fprint(c, "220 test\r\n")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if !strings.HasPrefix(line, "DATA") {
			fmt.Fprint(c, "250 ok\r\n")
			continue
		}
		fmt.Fprint(c, "354 go on\r\n")
		var body strings.Builder
		for line != ".\r\n" {
			if line, err = r.ReadString('\n'); err != nil {
				return
			}
			body.WriteString(line)
		}
		p.mu.Lock()
		p.mails = append(p.mails, body.String())
		mute := p.mute
		p.mu.Unlock()
		p.came <- struct{}{}
		if mute {
			_, _ = r.ReadString(0) // until the other side is gone
			return
		}
		fmt.Fprint(c, "250 taken\r\n")
	}
}

func (p *postbox) got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.mails...)
}

// A run that is killed after the server has the mail and before it is noted
// down: the mail is not sent again, and the next run says what is not known.
func TestKilledWhileMailIsOnItsWay(t *testing.T) {
	t.Parallel()
	g, box := &growing{}, &postbox{mute: true}
	addr := box.start(t)
	dir := t.TempDir()
	args := []string{"refresh", "--db", filepath.Join(dir, "a.db"), "--out", filepath.Join(dir, "site"), "--review", reviewFolder(t),
		"--source", "ctgov",
		"--endpoint", "ctgov=" + g.serve(t, 0), "--mail-server", addr, "--mail-from", "tracker@evidence.example", "--mail-to", "a@example.org"}
	cmd := exec.Command(binary(), args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-box.came
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	box.mu.Lock()
	box.mute = false
	box.mu.Unlock()
	want(t, past(t, args...), 3, "may or may not have arrived", "published-e-")
	quiet := past(t, args...)
	want(t, quiet, 0)
	if n := len(box.got()); n != 1 || quiet.stdout+quiet.stderr != "" {
		t.Errorf("%d mails; the third run says %s%s", n, quiet.stdout, quiet.stderr)
	}
	// the next edition is sent, to each receiver apart
	g.grown.Store(true)
	want(t, past(t, append(args, "--mail-to", "b@example.org")...), 0, "published")
	mails := box.got()
	if len(mails) != 3 {
		t.Fatalf("%d mails", len(mails))
	}
	for _, m := range mails {
		if strings.Contains(m, "a@example.org") == strings.Contains(m, "b@example.org") {
			t.Errorf("receivers see each other, or none:\n%s", m)
		}
	}
}

func TestMailSettingsAreCheckedFirst(t *testing.T) {
	t.Parallel()
	base := []string{"refresh", "--db", filepath.Join(t.TempDir(), "a.db"), "--no-crawl", "--mail-server", "h.example:587", "--mail-from",
		"a@example.org"}
	with := func(more ...string) []string { return append(append([]string{}, base...), more...) }
	want(t, past(t, base...), 2, "--mail-to")
	want(t, past(t, with("--mail-to", "nobody")...), 2, "NAME@HOST")
	want(t, past(t, with("--mail-to", "b@example.org", "--mail-tls", "ssl")...), 2, "--mail-tls", "starttls")
	want(t, past(t, with("--mail-to", "b@example.org", "--mail-ca", "/nonexistent/ca.pem")...), 2, "/nonexistent/ca.pem")
}
