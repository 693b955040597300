package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Gap is what is between a Token and the one before it.
type Gap uint8

const (
	GapNone Gap = iota // "pcl" and "5" in PCL5
	GapSoft            // space, hyphen, slash, apostrophe
	GapHard            // comma, colon, bracket: a term does not run across it
	GapStop            // end of a sentence or of a paragraph
)

// Token is one run of letters or one number of a text.
type Token struct {
	Text  string // folded: lower case, Latin, American spelling
	Raw   string // as text but in its own case and spelling
	Start int    // byte offsets in the original text
	End   int
	Gap   Gap
}

// Number reports whether the Token is a Number.
func (t Token) Number() bool { return t.Text[0] >= '0' && t.Text[0] <= '9' }

// Fold cuts a text into tokens. Letters and digits part ("PCL5" is two tokens),
// so that PCL5, PCL-5 and PCL 5 are the same; initials join ("M.D.M.A." is one).
// Invalid UTF-8 separates tokens and never fails.
func Fold(text string) []Token {
	f := folder{src: text, tokens: make([]Token, 0, len(text)/6+1)}
	f.run()
	return f.tokens
}

type folder struct {
	src    string
	tokens []Token
	gap    Gap
	buf    []rune // letters of the Token being read, case kept
	begin  int
	digits bool
}

func (f *folder) run() {
	f.gap = GapStop
	for i := 0; i < len(f.src); {
		c := f.src[i]
		if c < utf8.RuneSelf {
			i = f.ascii(c, i)
			continue
		}
		r, n := utf8.DecodeRuneInString(f.src[i:])
		i = f.wide(r, i, n)
	}
	f.flush(len(f.src))
}

// ascii handles one ASCII byte at i and returns the next position.
func (f *folder) ascii(c byte, i int) int {
	switch {
	case isASCIILetter(c):
		f.letter(rune(c), i)
	case c >= '0' && c <= '9':
		f.digit(rune(c), i)
	case c == '.':
		return f.period(i)
	case c == ',' && f.thousands(i):
		f.buf = append(f.buf, rune(f.src[i+1]), rune(f.src[i+2]), rune(f.src[i+3]))
		return i + 4
	case c == '\'':
		return f.apostrophe(i, 1)
	case c == '<':
		if n, block := markup(f.src[i:]); n > 0 {
			if block {
				f.separate(i, GapStop)
			}
			return i + n
		}
		f.separate(i, GapHard)
	case c == '\n':
		g := GapSoft
		if strings.HasPrefix(f.src[i+1:], "\n") || strings.HasPrefix(f.src[i+1:], "\r\n") {
			g = GapStop
		}
		f.separate(i, g)
	case c == '!' || c == '?':
		f.separate(i, GapStop)
	case strings.IndexByte(" -/\t\r_*\\", c) >= 0:
		f.separate(i, GapSoft)
	default:
		f.separate(i, GapHard)
	}
	return i + 1
}

// wide handles a rune beyond ASCII at i and returns the next position.
func (f *folder) wide(r rune, i, n int) int {
	switch {
	case invisible(r):
		// soft hyphens and zero-width characters stand inside words
	case r == '’' || r == 'ʼ' || r == '＇':
		return f.apostrophe(i, n)
	case unicode.Is(unicode.Mn, r):
		// a combining accent belongs to the letter before it
	case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), r == '−', r == '‑', r == '⁄', r == '®', r == '™', r == '©':
		f.separate(i, GapSoft)
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.Is(unicode.So, r):
		f.compat(r, i)
	default:
		f.separate(i, GapHard)
	}
	return i + n
}

// compat feeds a letter or digit in its compatibility form without accents:
// full-width, superscript and accented characters become plain ones. A sign that
// represents letters and digits at once, or for a fraction, only separates: "½"
// is not 12.
func (f *folder) compat(r rune, i int) {
	letters, digits := false, false
	plain := norm.NFKD.String(string(r))
	for _, d := range plain {
		switch {
		case unicode.Is(unicode.Mn, d):
		case d >= '0' && d <= '9':
			digits = true
		case unicode.IsLetter(d):
			letters = true
		default:
			letters, digits = true, true
		}
	}
	if letters == digits {
		f.separate(i, GapHard)
		return
	}
	for _, d := range plain {
		switch {
		case unicode.Is(unicode.Mn, d):
		case digits:
			f.digit(d, i)
		default:
			f.letter(plainLetter(d), i)
		}
	}
}

// plainLetter maps the letters that have no decomposition and are written for
// plain ones in names.
func plainLetter(r rune) rune {
	switch r {
	case 'ø':
		return 'o'
	case 'Ø':
		return 'O'
	case 'ł':
		return 'l'
	case 'Ł':
		return 'L'
	case 'ı':
		return 'i'
	}
	return r
}

func invisible(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u200e', '\u200f', '\u034f':
		return true
	}
	return false
}

func (f *folder) letter(r rune, i int) {
	if len(f.buf) > 0 && f.digits {
		f.flush(i)
	}
	if len(f.buf) == 0 {
		f.begin, f.digits = i, false
	}
	f.buf = append(f.buf, r)
}

func (f *folder) digit(r rune, i int) {
	if len(f.buf) > 0 && !f.digits {
		f.flush(i)
	}
	if len(f.buf) == 0 {
		f.begin, f.digits = i, true
	}
	f.buf = append(f.buf, r)
}

func (f *folder) separate(i int, g Gap) {
	f.flush(i)
	f.gap = max(f.gap, g)
}

// thousands reports whether the comma at i groups three digits of a number.
func (f *folder) thousands(i int) bool {
	if !f.digits || len(f.buf) == 0 || len(f.buf) > 3 || i+4 > len(f.src) {
		return false
	}
	for _, c := range []byte(f.src[i+1 : i+4]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return i+4 == len(f.src) || f.src[i+4] < '0' || f.src[i+4] > '9'
}

// period handles a full stop: in a decimal, between initials, or as an end.
func (f *folder) period(i int) int {
	next := byte(' ')
	if i+1 < len(f.src) {
		next = f.src[i+1]
	}
	switch {
	case f.digits && len(f.buf) > 0 && next >= '0' && next <= '9':
		f.buf = append(f.buf, '.')
	case len(f.buf) == 1 && !f.digits && upperASCII(byte(f.buf[0])) && upperASCII(next):
		f.initials(i)
		return f.skipInitials(i)
	case next == ' ' || next == '\n' || next == '\r' || next == '\t' || next == ')' || next == '"' || next >= utf8.RuneSelf:
		f.separate(i, GapStop)
	default:
		f.separate(i, GapHard)
	}
	return i + 1
}

func upperASCII(c byte) bool { return c >= 'A' && c <= 'Z' }

// initials and skipInitials read "M.D.M.A." as one Token MDMA, when each letter
// is by itself between full stops.
func (f *folder) initials(i int) {
	for j := i; j+1 < len(f.src) && f.src[j] == '.' && upperASCII(f.src[j+1]); j += 2 {
		if j+2 < len(f.src) && isASCIILetter(f.src[j+2]) {
			break
		}
		f.buf = append(f.buf, rune(f.src[j+1]))
	}
}

func (f *folder) skipInitials(i int) int {
	j := i
	for j+1 < len(f.src) && f.src[j] == '.' && upperASCII(f.src[j+1]) {
		if j+2 < len(f.src) && isASCIILetter(f.src[j+2]) {
			break
		}
		j += 2
	}
	if j == i { // "A.Lee": an initial and a name
		f.separate(i, GapSoft)
		return i + 1
	}
	f.flush(j)
	if j < len(f.src) && f.src[j] == '.' {
		f.gap = GapSoft // the last stop may also end a sentence; initials rarely do
		return j + 1
	}
	return j
}

func isASCIILetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// apostrophe drops the possessive s ("Beck's") and otherwise parts words.
func (f *folder) apostrophe(i, n int) int {
	rest := f.src[i+n:]
	if len(f.buf) > 0 && len(rest) > 0 && (rest[0] == 's' || rest[0] == 'S') {
		r, _ := utf8.DecodeRuneInString(rest[1:])
		if len(rest) == 1 || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			f.flush(i)
			f.gap = GapSoft
			return i + n + 1
		}
	}
	f.separate(i, GapSoft)
	return i + n
}

// flush ends the Token being read; end is where it stopped in the source.
func (f *folder) flush(end int) {
	if len(f.buf) == 0 {
		return
	}
	raw := f.src[f.begin:end]
	if len(raw) != len(f.buf) { // signs within, or letters beyond ASCII
		raw = latin(f.buf)
	}
	f.tokens = append(f.tokens, Token{
		Text: Canonical(strings.ToLower(raw)), Raw: raw,
		Start: f.begin, End: end, Gap: f.gap,
	})
	f.buf, f.gap = f.buf[:0], GapNone
}

// markup recognises an HTML tag at the start of s and returns its length; block
// tags end a sentence, inline tags do not even end a word.
func markup(s string) (n int, block bool) {
	end := strings.IndexByte(s, '>')
	if end < 2 || end > 60 {
		return 0, false
	}
	name := strings.ToLower(strings.Trim(s[1:end], "/ "))
	if sp := strings.IndexByte(name, ' '); sp > 0 {
		name = name[:sp]
	}
	switch name {
	case "i", "b", "em", "strong", "sub", "sup", "u", "span", "small":
		return end + 1, false
	case "p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "sec", "title":
		return end + 1, true
	}
	return 0, false
}
