package xmltree

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"

	"past/crawler/charset"
)

// Note reports a kind of repair and how often it was made.
type Note struct {
	Kind  NoteKind
	Count int
	Text  string // what was repaired, with the place of the first
}

// NoteKind is a kind of repair.
type NoteKind string

// The kinds of repair.
const (
	NoteEncoding  NoteKind = "encoding"  // the text was in another encoding than UTF-8
	NoteUTF8      NoteKind = "utf-8"     // bytes that are no text, shown as U+FFFD
	NoteControl   NoteKind = "control"   // characters that XML forbids, replaced by spaces
	NoteAmpersand NoteKind = "ampersand" // an & that begins no entity
)

var declared = regexp.MustCompile(`^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']`)

// Clean gives a document as UTF-8 that an XML reader takes, with notes on what
// had to be repaired. A document that needs nothing is returned as it is.
func Clean(body []byte) ([]byte, []Note) {
	var notes []Note
	body, notes = decode(body, notes)
	if i := firstInvalid(body); i >= 0 {
		notes = append(notes, Note{NoteUTF8, 1, fmt.Sprintf("bytes that are not UTF-8, the first at byte %d; they are shown as U+FFFD", i)})
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	if !suspicious(body) {
		return body, notes
	}
	return repair(body, notes)
}

// decode turns the text into UTF-8 by its byte order mark, its declaration, or
// the zeros of UTF-16.
func decode(body []byte, notes []Note) ([]byte, []Note) {
	e, _ := charset.EncodingOf(body)
	if m := declared.FindSubmatch(bytes.TrimLeft(body[:min(len(body), 300)], " \t\r\n")); m != nil &&
		(e == charset.UTF8 || e == charset.Windows1252) {
		// Text in another encoding is almost never valid UTF-8 by chance.
		if out, ok := charset.Named(body, string(m[1])); ok && !utf8.Valid(body) {
			return out, append(notes, Note{NoteEncoding, 1, "the text is declared as " + string(m[1])})
		}
		return charset.UTF8Text(body), notes
	}
	if e == charset.UTF8 || e == charset.Windows1252 { // XML that declares nothing is UTF-8
		return charset.UTF8Text(body), notes
	}
	return charset.Text(body), append(notes, Note{NoteEncoding, 1, "the text is " + string(e)})
}

func firstInvalid(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// suspicious reports quickly whether anything may need a repair.
func suspicious(b []byte) bool {
	for i, c := range b {
		switch {
		case c < 0x20 && c != '\t' && c != '\n' && c != '\r':
			return true
		case c == 0xef && i+2 < len(b) && b[i+1] == 0xbf && b[i+2] >= 0xbe: // U+FFFE, U+FFFF
			return true
		case c == '&':
			if n, ok := reference(b[i:]); !ok || n == 0 {
				return true
			}
		}
	}
	return false
}

// repair replaces what XML forbids; inside CDATA and
// comments an & represents itself.
func repair(b []byte, notes []Note) ([]byte, []Note) {
	out := make([]byte, 0, len(b)+64)
	control, amp := Note{Kind: NoteControl}, Note{Kind: NoteAmpersand}
	note := func(n *Note, at int, text string) {
		if n.Count == 0 {
			n.Text = fmt.Sprintf("%s, the first at byte %d", text, at)
		}
		n.Count++
	}
	cdata, comment := false, false
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c < 0x20 && c != '\t' && c != '\n' && c != '\r':
			note(&control, i, "control characters that XML forbids, replaced by spaces")
			out = append(out, ' ')
			i++
			continue
		case c == 0xef && i+2 < len(b) && b[i+1] == 0xbf && b[i+2] >= 0xbe:
			note(&control, i, "characters that XML forbids, replaced by U+FFFD")
			out = append(out, "\uFFFD"...)
			i += 3
			continue
		case c == '<' && !cdata && !comment && bytes.HasPrefix(b[i:], []byte("<![CDATA[")):
			cdata = true
		case c == ']' && cdata && bytes.HasPrefix(b[i:], []byte("]]>")):
			cdata = false
		case c == '<' && !cdata && bytes.HasPrefix(b[i:], []byte("<!--")):
			comment = true
		case c == '-' && comment && bytes.HasPrefix(b[i:], []byte("-->")):
			comment = false
		case c == '&' && !cdata && !comment:
			n, ok := reference(b[i:])
			switch {
			case n > 0 && !ok:
				note(&control, i, "references to characters that XML forbids, replaced by spaces")
				out = append(out, ' ')
				i += n
				continue
			case n == 0:
				note(&amp, i, "an & that begins no entity, read as itself")
				out = append(out, "&amp;"...)
				i++
				continue
			}
		}
		out = append(out, c)
		i++
	}
	for _, n := range []Note{control, amp} {
		if n.Count > 0 {
			notes = append(notes, n)
		}
	}
	return out, notes
}

// reference gives the length of the entity or character reference that b
// begins with, 0 if there is none; ok is false for a character that XML forbids.
func reference(b []byte) (n int, ok bool) {
	end := bytes.IndexByte(b[:min(len(b), 40)], ';')
	if end < 2 {
		return 0, false
	}
	name := string(b[1:end])
	if name[0] != '#' {
		if _, ok := entities[name]; !ok {
			return 0, false
		}
		return end + 1, true
	}
	var v uint64
	var err error
	if len(name) > 2 && name[1] == 'x' {
		v, err = strconv.ParseUint(name[2:], 16, 32)
	} else {
		v, err = strconv.ParseUint(name[1:], 10, 32)
	}
	if err != nil {
		return 0, false
	}
	return end + 1, v == 9 || v == 10 || v == 13 || v >= 0x20 && v <= 0xd7ff || v >= 0xe000 && v <= 0xfffd || v >= 0x10000 && v <= 0x10ffff
}

// entities are those of XML and HTML.
var entities = func() map[string]string {
	m := map[string]string{"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": `"`}
	for k, v := range xml.HTMLEntity {
		m[k] = v
	}
	return m
}()
