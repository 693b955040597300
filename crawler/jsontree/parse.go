package jsontree

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds nesting: no register nests deeper than a dozen levels, and a
// hostile answer must not exhaust the stack.
const maxDepth = 200

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset int // in bytes from the start of the text given
	Msg    string
	// Cut is set when the text ends inside a value: the answer is incomplete
	// rather than wrong.
	Cut bool
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.Msg, e.Offset) }

// Unwrap gives io.ErrUnexpectedEOF for a text that was cut.
func (e *SyntaxError) Unwrap() error {
	if e.Cut {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// Parser reads values; its memory for nodes is used again by the next Parse,
// so a tree is valid until then. Texts stay valid for ever.
type Parser struct {
	body    []byte
	src     string // the same bytes: texts without escapes are parts of it
	scratch []byte
	stack   []Node
	slabs   [][]Node
	slab    int
	used    int
}

// Parse reads the single value in body; only white space may follow it. Errors
// are of type *SyntaxError. Invalid UTF-8 is not an error here: see [utf8.Valid].
func Parse(body []byte) (*Node, error) { return new(Parser).Parse(body) }

// Parse is like the function of this name, with the parser's memory.
func (p *Parser) Parse(body []byte) (*Node, error) {
	p.body, p.src = body, string(body)
	p.stack, p.slab, p.used = p.stack[:0], 0, 0
	i, err := p.value("", space(body, 0), 0)
	if err != nil {
		return nil, err
	}
	if i = space(body, i); i < len(body) {
		return nil, &SyntaxError{Offset: i, Msg: fmt.Sprintf("%s after the end of the value", show(body[i]))}
	}
	return &p.stack[0], nil
}

// keep moves the nodes above base from the stack to memory that stays put.
func (p *Parser) keep(base int) []Node {
	n := len(p.stack) - base
	if n == 0 {
		return nil
	}
	for p.slab < len(p.slabs) && p.used+n > len(p.slabs[p.slab]) {
		p.slab, p.used = p.slab+1, 0
	}
	if p.slab == len(p.slabs) {
		p.slabs = append(p.slabs, make([]Node, max(1024, n)))
		p.used = 0
	}
	out := p.slabs[p.slab][p.used : p.used+n : p.used+n]
	p.used += n
	copy(out, p.stack[base:])
	p.stack = p.stack[:base]
	return out
}

// value reads the value at i and pushes its node on the stack.
func (p *Parser) value(key string, i, depth int) (int, error) {
	if i >= len(p.body) {
		return i, &SyntaxError{Offset: i, Msg: "the text ends where a value should be", Cut: true}
	}
	switch c := p.body[i]; {
	case c == '"':
		text, plain, end, err := p.str(i)
		p.stack = append(p.stack, Node{Kind: String, Key: key, Text: text, plain: plain})
		return end, err
	case c == '{' || c == '[':
		if depth >= maxDepth {
			return i, &SyntaxError{Offset: i, Msg: fmt.Sprintf("nested deeper than %d levels", maxDepth)}
		}
		n := Node{Kind: Object, Key: key}
		base := len(p.stack)
		var end int
		var err error
		if c == '{' {
			end, err = p.object(i+1, depth+1)
		} else {
			n.Kind = Array
			end, err = p.array(i+1, depth+1)
		}
		n.Kids = p.keep(base)
		p.stack = append(p.stack, n)
		return end, err
	case c == '-' || c >= '0' && c <= '9':
		end, err := number(p.body, i)
		p.stack = append(p.stack, Node{Kind: Number, Key: key, Text: p.src[i:end], plain: true})
		return end, err
	default:
		return p.literal(key, i)
	}
}

func (p *Parser) literal(key string, i int) (int, error) {
	for _, l := range [...]struct {
		word string
		kind Kind
	}{{"true", Bool}, {"false", Bool}, {"null", Null}} {
		rest := p.src[i:]
		if len(rest) >= len(l.word) && rest[:len(l.word)] == l.word {
			p.stack = append(p.stack, Node{Kind: l.kind, Key: key, Text: l.word, plain: true})
			return i + len(l.word), nil
		}
		if len(rest) < len(l.word) && l.word[:len(rest)] == rest {
			return i, &SyntaxError{Offset: len(p.body), Msg: "the text ends inside a value", Cut: true}
		}
	}
	return i, &SyntaxError{Offset: i, Msg: "no value can begin with " + show(p.body[i])}
}

// object pushes the members of the object whose brace is before i.
func (p *Parser) object(i, depth int) (int, error) {
	i = space(p.body, i)
	if i < len(p.body) && p.body[i] == '}' {
		return i + 1, nil
	}
	for {
		if i >= len(p.body) {
			return i, &SyntaxError{Offset: i, Msg: "the text ends inside an object", Cut: true}
		}
		if p.body[i] != '"' {
			return i, &SyntaxError{Offset: i, Msg: "a key should stand here, not " + show(p.body[i])}
		}
		key, plain, i2, err := p.str(i)
		if err != nil {
			return i2, err
		}
		i = space(p.body, i2)
		if i, err = expect(p.body, i, ':'); err != nil {
			return i, err
		}
		if i, err = p.value(key, space(p.body, i), depth); err != nil {
			return i, err
		}
		p.stack[len(p.stack)-1].plainKey = plain
		var done bool
		if i, done, err = separator(p.body, i, '}'); err != nil || done {
			return i, err
		}
	}
}

// array pushes the elements of the list whose bracket is before i.
func (p *Parser) array(i, depth int) (int, error) {
	i = space(p.body, i)
	if i < len(p.body) && p.body[i] == ']' {
		return i + 1, nil
	}
	for {
		var err error
		if i, err = p.value("", i, depth); err != nil {
			return i, err
		}
		var done bool
		if i, done, err = separator(p.body, i, ']'); err != nil || done {
			return i, err
		}
	}
}

// separator passes a comma or the closing bracket after a member.
func separator(b []byte, i int, closing byte) (next int, done bool, err error) {
	i = space(b, i)
	if i >= len(b) {
		return i, false, &SyntaxError{Offset: i, Msg: "the text ends inside an object or list", Cut: true}
	}
	switch b[i] {
	case ',':
		return space(b, i+1), false, nil
	case closing:
		return i + 1, true, nil
	}
	return i, false, &SyntaxError{Offset: i, Msg: fmt.Sprintf("a comma or %q should stand here, not %s", closing, show(b[i]))}
}

func expect(b []byte, i int, want byte) (int, error) {
	if i >= len(b) {
		return i, &SyntaxError{Offset: i, Msg: "the text ends inside an object", Cut: true}
	}
	if b[i] != want {
		return i, &SyntaxError{Offset: i, Msg: fmt.Sprintf("%q should stand here, not %s", want, show(b[i]))}
	}
	return i + 1, nil
}

// str reads the string whose opening quote is at i. plain is set when no
// character of it needs an escape.
func (p *Parser) str(i int) (text string, plain bool, end int, err error) {
	start := i + 1
	j := stop(p.body, start)
	if j < len(p.body) && p.body[j] == '"' {
		return p.src[start:j], true, j + 1, nil
	}
	buf := p.scratch[:0]
	defer func() { p.scratch = buf }()
	for {
		buf = append(buf, p.body[start:j]...)
		if j >= len(p.body) {
			return "", false, j, &SyntaxError{Offset: j, Msg: "the text ends inside a string", Cut: true}
		}
		switch p.body[j] {
		case '"':
			return string(buf), false, j + 1, nil
		case '\\':
			if buf, j, err = unescape(buf, p.body, j); err != nil {
				return "", false, j, err
			}
		default:
			return "", false, j, &SyntaxError{Offset: j, Msg: "unescaped " + show(p.body[j]) + " in a string"}
		}
		start, j = j, stop(p.body, j)
	}
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// stop finds the next quote, backslash or control character, eight bytes at a
// time: most of an answer is text without any.
func stop(b []byte, i int) int {
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, back := w^(lows*'"'), w^(lows*'\\')
		hit := ((quote - lows) &^ quote) | ((back - lows) &^ back) | ((w - lows*0x20) &^ w)
		if hit&highs != 0 {
			break
		}
		i += 8
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= 0x20 {
		i++
	}
	return i
}

// unescape appends the character whose escape begins at b[i] and gives the
// index after it. Lone surrogates become U+FFFD, as in encoding/json.
func unescape(buf, b []byte, i int) ([]byte, int, error) {
	if i+1 >= len(b) {
		return buf, i, &SyntaxError{Offset: len(b), Msg: "the text ends inside a string", Cut: true}
	}
	switch c := b[i+1]; c {
	case '"', '\\', '/':
		return append(buf, c), i + 2, nil
	case 'b':
		return append(buf, '\b'), i + 2, nil
	case 'f':
		return append(buf, '\f'), i + 2, nil
	case 'n':
		return append(buf, '\n'), i + 2, nil
	case 'r':
		return append(buf, '\r'), i + 2, nil
	case 't':
		return append(buf, '\t'), i + 2, nil
	case 'u':
		r, err := hex4(b, i)
		if err != nil {
			return buf, i, err
		}
		i += 6
		if utf16.IsSurrogate(r) {
			low, err := hex4(b, i)
			if err == nil {
				if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
					return utf8.AppendRune(buf, pair), i + 6, nil
				}
			}
			r = utf8.RuneError
		}
		return utf8.AppendRune(buf, r), i, nil
	default:
		return buf, i, &SyntaxError{Offset: i, Msg: "unknown escape \\" + string(rune(c))}
	}
}

func hex4(b []byte, i int) (rune, error) {
	if i+6 > len(b) {
		return 0, &SyntaxError{Offset: len(b), Msg: "the text ends inside an escape", Cut: true}
	}
	if b[i] != '\\' || b[i+1] != 'u' {
		return 0, &SyntaxError{Offset: i, Msg: "an escape should stand here"}
	}
	v, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 32)
	if err != nil {
		return 0, &SyntaxError{Offset: i, Msg: "escape without four hexadecimal digits"}
	}
	return rune(v), nil
}

// number passes a number by the grammar of RFC 8259, section 6.
func number(b []byte, i int) (int, error) {
	cut := func() (int, error) {
		if i >= len(b) {
			return i, &SyntaxError{Offset: i, Msg: "the text ends inside a number", Cut: true}
		}
		return i, &SyntaxError{Offset: i, Msg: "a digit should stand here, not " + show(b[i])}
	}
	digits := func() bool {
		start := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > start
	}
	if b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
		if i < len(b) && b[i] >= '0' && b[i] <= '9' {
			return i, &SyntaxError{Offset: i, Msg: "a number may not begin with 0"}
		}
	} else if !digits() {
		return cut()
	}
	if i < len(b) && b[i] == '.' {
		i++
		if !digits() {
			return cut()
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return cut()
		}
	}
	return i, nil
}

func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

func show(c byte) string {
	if c < 0x20 || c >= 0x7f {
		return fmt.Sprintf("byte 0x%02x", c)
	}
	return strconv.QuoteRune(rune(c))
}
