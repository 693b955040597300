package notify

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"time"
	"unicode/utf8"

	"past/internal/text"
)

// lineWidth is how long a header line gets (RFC 5322 section 2.1.1 asks for 78
// at most, and forbids more than 998).
const lineWidth = 76

// compose writes the mail. Sender, receiver and message give the same
// Message-ID whenever they are composed, so that a receiver can drop a
// repetition.
func (m Mail) compose(msg Message) ([]byte, error) {
	now := time.Now
	if m.Now != nil {
		now = m.Now
	}
	to, err := mailbox(m.To)
	if err != nil {
		return nil, err
	}
	from, err := mailbox(m.From)
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	var b bytes.Buffer
	head := func(name, value string) { b.WriteString(fold(name+": "+text.OneLine(value)) + "\r\n") }
	head("From", address(from.Name, from.Address))
	head("To", address(to.Name, to.Address))
	b.WriteString(textHeader("Subject", msg.Title))
	head("Date", now().UTC().Format(time.RFC1123Z))
	head("Message-ID", "<"+atom(msg.ID)+"."+receiverKey(to.Address)+"@"+domain+">")
	head("List-Id", "PAST evidence tracker <past-evidence-tracker."+domain+">")
	head("Auto-Submitted", "auto-generated")
	head("MIME-Version", "1.0")
	head("Content-Type", "text/plain; charset=utf-8")
	head("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	body := msg.Text
	if msg.URL != "" {
		body += "\n" + msg.URL + "\n"
	}
	body = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(body)
	w := quotedprintable.NewWriter(&b)
	if _, err := w.Write([]byte(strings.ReplaceAll(text.Printable(body), "\n", "\r\n"))); err != nil {
		return nil, fmt.Errorf("compose mail: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compose mail: %w", err)
	}
	return b.Bytes(), nil
}

// receiverKey distinguishes receivers without naming them.
func receiverKey(address string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(address)))
	return hex.EncodeToString(sum[:4])
}

// atom keeps what may stand unquoted in a message id.
func atom(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, s)
	return s[:min(len(s), 200)]
}

// address writes a mailbox; a name outside of plain ASCII is encoded.
func address(name, box string) string {
	switch {
	case name == "":
		return box
	case plain(name):
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `" <` + box + `>`
	}
	return encodeWords(text.OneLine(name)) + " <" + box + ">"
}

// textHeader writes a header of free text as RFC 2047 wants it.
func textHeader(name, value string) string {
	value = text.OneLine(value)
	if plain(value) {
		return fold(name+": "+value) + "\r\n"
	}
	return fold(name+": "+encodeWords(value)) + "\r\n"
}

// plain reports whether a text may stand in a header as it is: printable ASCII
// that cannot be mistaken for an encoded word, in words that fit a line.
func plain(s string) bool {
	for _, word := range strings.Split(s, " ") {
		if len(word) > lineWidth-12 {
			return false
		}
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return !strings.Contains(s, "=?")
}

// encodeWords writes a text as encoded words of at most 60 characters (RFC 2047
// allows 75), none of which ends within a character.
func encodeWords(s string) string {
	const most = 33 // bytes, 44 characters in base 64
	var words []string
	for s != "" {
		n := min(most, len(s))
		for n < len(s) && n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?utf-8?B?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, " ")
}

// fold breaks a header at spaces so that no line is longer than lineWidth, as
// far as its words allow.
func fold(line string) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Split(line, " ") {
		switch {
		case i == 0:
		case width+1+len(word) > lineWidth && word != "" && i > 1:
			b.WriteString("\r\n ")
			width = 1
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}
