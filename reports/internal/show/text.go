package show

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"past/internal/text"
)

// maxMarks is how many combining marks in a row are kept: enough for every
// script, too few to climb out of a line.
const maxMarks = 4

// Text makes any string safe to lay out without changing what it says:
// control characters and direction overrides are shown by their code instead
// of acting, invisible padding goes, broken UTF-8 becomes U+FFFD, long runs of
// combining marks are cut, and the backslashes go with which a register escapes
// Markdown ("\<50%"). Markup is untouched: escaping belongs to the template and to
// the SVG writer.
func Text(s string) string {
	if strings.Contains(s, `\`) {
		s = escaped.ReplaceAllString(s, "$1")
	}
	if clean(s) {
		return s
	}
	var b strings.Builder
	marks := 0
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				b.WriteRune('\uFFFD')
				continue
			}
		}
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		switch {
		case r == '\n' || r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f':
			b.WriteByte(' ')
		case invisible(r):
		case acting(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

var escaped = regexp.MustCompile("\\\\([<>*_~#|`\\[\\]])")

// clean is the quick way out for ordinary text.
func clean(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return s == "" || (s[0] != ' ' && s[len(s)-1] != ' ')
}

// invisible characters take no room and say nothing: zero-width space, word
// joiner, soft hyphen, byte order mark, tag characters, variation fillers.
// Joiners (U+200C, U+200D) stay: scripts and emoji need them.
func invisible(r rune) bool {
	return r == '\u200B' || r == '\u2060' || r == '\uFEFF' || r == '\u00AD' || r == '\u180E' || r == '\u034F' ||
		r >= 0xE0000 && r <= 0xE0FFF || r == '\u115F' || r == '\u1160' || r == '\u3164' || r == '\uFFA0'
}

// acting characters change how their neighbours are shown.
func acting(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069' ||
		r >= '\u206A' && r <= '\u206F' || r >= '\uFFF9' && r <= '\uFFFB' || r >= 0xFDD0 && r <= 0xFDEF || r&0xFFFE == 0xFFFE
}

// Clip is Text cut to n characters, with an ellipsis where it was cut, between words.
func Clip(s string, n int) string {
	if end := 8*n + 64; len(s) > end { // enough bytes for n visible characters and then some
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end] + "…"
	}
	return text.Shorten(Text(s), n)
}

// Join lists names: "a", "a and b", "a, b and c".
func Join(list []string) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// First makes the first letter upper case.
func First(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// Prose sets generated text as it should be printed: true minus signs before
// numbers, percent signs joined to them, tau² and I² written out. It is for our
// own sentences, never for text from a register.
func Prose(s string) string {
	s = percentGap.ReplaceAllString(minusSign.ReplaceAllString(s, "${1}"+Minus+"${2}"), "$1%")
	return squares.Replace(s)
}

var (
	minusSign  = regexp.MustCompile(`(^|[\s(\[,;:=])-(\d)`)
	percentGap = regexp.MustCompile(`(\d)[ \x{00a0}]%`)
	squares    = strings.NewReplacer("tau2 ", "tau² ", "I2 ", "I² ", "τ2 ", "τ² ", "(k-1)", "(k − 1)", "(k-2)", "(k − 2)")
)
