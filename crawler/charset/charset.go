// Package charset finds the encoding in which the bytes of a file represent
// characters, and gives them as UTF-8. It knows no format.
package charset

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Encoding is how the bytes of a text stand for characters.
type Encoding string

// The encodings that files are read in.
const (
	UTF8        Encoding = "UTF-8"
	UTF16LE     Encoding = "UTF-16LE"
	UTF16BE     Encoding = "UTF-16BE"
	Windows1252 Encoding = "Windows-1252"
)

// EncodingOf finds the encoding of a text from its byte order mark, or from
// what its bytes show: zeros beside the first characters are UTF-16, and bytes
// beyond ASCII none of which form UTF-8 are Windows-1252. mark is the length of
// the byte order mark.
func EncodingOf(b []byte) (e Encoding, mark int) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return UTF8, 3
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return UTF16LE, 2
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return UTF16BE, 2
	case len(b) >= 4 && b[0] != 0 && b[1] == 0 && b[2] != 0 && b[3] == 0:
		return UTF16LE, 0
	case len(b) >= 4 && b[0] == 0 && b[1] != 0 && b[2] == 0 && b[3] != 0:
		return UTF16BE, 0
	}
	formed, odd := 0, 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			if len(b)-i < utf8.UTFMax && !utf8.FullRune(b[i:]) { // b is the beginning of a longer text
				return UTF8, 0
			}
			if undefined1252(b[i]) {
				return UTF8, 0
			}
			odd++
		case n > 1:
			formed++
		}
		i += n
	}
	if odd > 0 && formed == 0 {
		return Windows1252, 0
	}
	return UTF8, 0
}

func undefined1252(c byte) bool { return c == 0x81 || c == 0x8d || c == 0x8f || c == 0x90 || c == 0x9d }

// Text gives a text as UTF-8 without a byte order mark, from whatever encoding
// [EncodingOf] finds. Bytes that are no text in it stay.
func Text(b []byte) []byte {
	e, mark := EncodingOf(b)
	return decode(b, e, mark)
}

// UTF8Text is [Text] for formats that are UTF-8 by their definition, such as
// JSON: UTF-16 and a byte order mark are recognised, a byte that is not UTF-8
// is a fault and stays.
func UTF8Text(b []byte) []byte {
	e, mark := EncodingOf(b[:min(len(b), 4)])
	if e == Windows1252 { // a guess from four bytes
		return b
	}
	return decode(b, e, mark)
}

// Named gives a text in an encoding that it names itself, by a name of the
// WHATWG list; ok is false for a name that is not known.
func Named(b []byte, name string) (out []byte, ok bool) {
	enc, _ := charset.Lookup(name)
	if enc == nil {
		return b, false
	}
	return with(enc, b), true
}

func decode(b []byte, e Encoding, mark int) []byte {
	switch e {
	case UTF16LE:
		return with(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), b[mark:])
	case UTF16BE:
		return with(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), b[mark:])
	case Windows1252:
		return with(charmap.Windows1252, b)
	}
	return b[mark:]
}

func with(enc encoding.Encoding, b []byte) []byte {
	if out, err := enc.NewDecoder().Bytes(b); err == nil {
		return out
	}
	return b
}
