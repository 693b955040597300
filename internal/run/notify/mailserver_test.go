package notify

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// certificate makes one for hosts that signs itself, with the files of both.
func certificate(t testing.TB, valid time.Duration, hosts ...string) (cert tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-48 * time.Hour),
		NotAfter:  time.Now().Add(valid), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			tmpl.IPAddresses = append(tmpl.IPAddresses, ip)
		} else {
			tmpl.DNSNames = append(tmpl.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, &tmpl, &tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM, keyPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: k})
	if cert, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, b := range map[string][]byte{certFile: certPEM, keyFile: keyPEM} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, certFile, keyFile
}

// smtpServer is a small SMTP server whose faults a test chooses.
type smtpServer struct {
	cert     *tls.Certificate // nil: speaks no TLS
	implicit bool             // TLS from the start
	auth     string           // the logins it offers within TLS
	// answers replaces the answer to a verb ("." is the end of the message); ""
	// hangs up instead, "hang" says nothing more.
	answers map[string]string

	mu     sync.Mutex
	log    []string // what clients said, message bodies apart
	bodies []string // as they came over the wire, dots still stuffed
	conns  int
}

func (s *smtpServer) start(t testing.TB) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listen(t, l)
	return l.Addr().String()
}

func (s *smtpServer) listen(t testing.TB, l net.Listener) {
	t.Helper()
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns++
			s.mu.Unlock()
			go s.serve(c)
		}
	}()
}

func (s *smtpServer) said() (log string, bodies []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log, "\n"), append([]string{}, s.bodies...)
}

func (s *smtpServer) serve(c net.Conn) {
	defer func() { c.Close() }()
	secure := s.implicit
	if secure {
		c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*s.cert}})
	}
	r := bufio.NewReader(c)
	say := func(text string) { fmt.Fprintf(c, "%s\r\n", text) }
	read := func() (string, bool) {
		line, err := r.ReadString('\n')
		s.mu.Lock()
		s.log = append(s.log, strings.TrimSpace(line))
		s.mu.Unlock()
		return strings.TrimSpace(line), err == nil
	}
	// reply gives the test's answer to a verb, or the usual one.
	reply := func(verb, usual string) bool {
		text, ok := s.answers[verb]
		switch {
		case !ok:
			say(usual)
		case text == "":
			return false
		case text == "hang":
			_, _ = r.ReadString(0)
			return false
		default:
			say(text)
		}
		return true
	}
	if !reply("greeting", "220 test ESMTP") {
		return
	}
	for {
		line, ok := read()
		if !ok {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch verb = strings.ToUpper(verb); verb {
		case "EHLO":
			say("250-test")
			if s.cert != nil && !secure {
				say("250-STARTTLS")
			}
			if s.auth != "" && secure {
				say("250-AUTH " + s.auth)
			}
			say("250 SIZE 1000000")
		case "STARTTLS":
			if !reply(verb, "220 go on") {
				return
			}
			c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*s.cert}})
			r, secure = bufio.NewReader(c), true
		case "AUTH":
			if !s.login(rest, say, read) {
				return
			}
		case "DATA":
			if !reply(verb, "354 go on") {
				return
			}
			if s.answers[verb] != "" {
				continue
			}
			var body strings.Builder
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				body.WriteString(line)
			}
			s.mu.Lock()
			s.bodies = append(s.bodies, body.String())
			s.mu.Unlock()
			if !reply(".", "250 taken") {
				return
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			if !reply(verb, "250 ok") {
				return
			}
		}
	}
}

// login takes the user "u" with the password "p".
func (s *smtpServer) login(how string, say func(string), read func() (string, bool)) bool {
	if text, ok := s.answers["AUTH"]; ok {
		say(text)
		return true
	}
	ask := func(question string) string {
		say("334 " + base64.StdEncoding.EncodeToString([]byte(question)))
		line, _ := read()
		b, _ := base64.StdEncoding.DecodeString(line)
		return string(b)
	}
	way, first, _ := strings.Cut(how, " ")
	good := false
	switch strings.ToUpper(way) {
	case "PLAIN":
		b, _ := base64.StdEncoding.DecodeString(first)
		good = string(b) == "\x00u\x00p"
	case "LOGIN":
		good = ask("Username:") == "u" && ask("Password:") == "p"
	case "CRAM-MD5":
		h := hmac.New(md5.New, []byte("p"))
		h.Write([]byte("<1@test>"))
		good = ask("<1@test>") == "u "+hex.EncodeToString(h.Sum(nil))
	}
	if good {
		say("235 ok")
	} else {
		say("535 5.7.8 no")
	}
	return true
}
