package xmltree

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text gives all text below the node in its order, white space reduced to
// single spaces and trimmed. Markup is left out and its text stays: CO<sub>2
// </sub> is "CO2". Where that would run two numbers into one, a raised text is
// set off by ^ and a lowered one by _: 10<sup>6</sup> is "10^6", never "106".
func (n *Node) Text() string {
	if len(n.Kids) == 1 && n.Kids[0].Name == "" {
		return Squeeze(n.Kids[0].Data)
	}
	var w writer
	w.node(n)
	return Squeeze(w.b.String())
}

// Lines is like Text but keeps line breaks, and begins a new line for each
// element of the given names.
func (n *Node) Lines(block ...string) string {
	var w writer
	w.block = block
	w.node(n)
	var out []string
	for _, l := range strings.Split(w.b.String(), "\n") {
		if l = Squeeze(l); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

type writer struct {
	b     strings.Builder
	last  rune
	mark  byte // to be set before the next text, if digits would meet
	block []string
	// headings marks the lines of headings.
	headings bool
}

func (w *writer) node(n *Node) {
	if n.Name == "" {
		w.text(n.Data)
		return
	}
	switch n.Name {
	case "sup", "sub":
		w.script(n.Kids, n.Name)
		return
	case "msup", "msub", "msubsup", "munder", "mover", "munderover", "mfrac", "mroot":
		w.math(n)
		return
	case "mtd", "mtr", "matrixrow", "cn":
		w.kids(n)
		w.text(" ")
		return
	case "br":
		w.text("\n")
		return
	}
	if w.headings && (n.Name == "title" || len(n.Name) == 2 && n.Name[0] == 'h' && n.Name[1] >= '1' && n.Name[1] <= '6') {
		w.text("\n" + headingMark)
		w.kids(n)
		w.text("\n")
		return
	}
	for _, b := range w.block {
		if b == n.Name {
			w.text("\n")
			w.kids(n)
			w.text("\n")
			return
		}
	}
	w.kids(n)
}

func (w *writer) kids(n *Node) {
	for i := range n.Kids {
		w.node(&n.Kids[i])
	}
}

// script writes raised or lowered text, set off where digits would meet.
func (w *writer) script(kids []Node, kind string) {
	if isNumeric(w.last) {
		w.mark = '^'
		if kind == "sub" {
			w.mark = '_'
		}
	}
	for i := range kids {
		w.node(&kids[i])
	}
	w.mark = 0
	// A digit that follows is another number: H2(15)O rather than H215O.
	if isNumeric(w.last) {
		w.mark = '|'
	}
}

// math writes presentation MathML: base, then each script or part.
func (w *writer) math(n *Node) {
	kids := n.Elements()
	for i, k := range kids {
		switch {
		case i == 0:
			w.node(k)
		case n.Name == "mfrac":
			w.text("/")
			w.node(k)
		case n.Name == "msub" || n.Name == "munder" || i == 1 && (n.Name == "msubsup" || n.Name == "munderover"):
			w.script([]Node{*k}, "sub")
		default: // a power: x^2, whatever the base
			w.text("^")
			w.node(k)
		}
	}
}

func (w *writer) text(s string) {
	if s == "" {
		return
	}
	if w.mark != 0 {
		first, _ := utf8.DecodeRuneInString(s)
		digits := isNumeric(first) || (first == '-' || first == '+' || first == '−') && w.mark != '|'
		if digits && isNumeric(w.last) {
			if w.mark == '|' {
				w.b.WriteByte(' ')
			} else {
				w.b.WriteByte(w.mark)
			}
		}
		w.mark = 0
	}
	w.b.WriteString(s)
	w.last, _ = utf8.DecodeLastRuneInString(s)
}

func isNumeric(r rune) bool { return r >= '0' && r <= '9' }

// Squeeze reduces white space, no-break spaces included, to single spaces and
// trims it.
func Squeeze(s string) string {
	clean := true
	prev := ' '
	for _, r := range s {
		if r != ' ' && unicode.IsSpace(r) || r == ' ' && prev == ' ' || r == '\u200b' {
			clean = false
			break
		}
		prev = r
	}
	if clean && (s == "" || prev != ' ') {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' }), " ")
}

// Raw gives all text below the node as it is.
func (n *Node) Raw() string {
	if n.Name == "" {
		return n.Data
	}
	if len(n.Kids) == 1 {
		return n.Kids[0].Raw()
	}
	var b strings.Builder
	for i := range n.Kids {
		b.WriteString(n.Kids[i].Raw())
	}
	return b.String()
}
