package xmltree

import (
	"bytes"
	"strconv"
)

// Piece is a record element found by [Cut].
type Piece struct {
	Name string // local name
	// Path is an XPath of the element in the document:
	// /PubmedArticleSet/PubmedArticle[3].
	Path       string
	Start, End int // of the element in the document, tags included
	// Broken is set when the element has no end tag before the next one
	// begins or the document ends.
	Broken bool
}

// Document is the outline of a document as [Cut] sees it.
type Document struct {
	Root   string // local name of the root element, "" if there is none
	Attrs  string // the root's start tag, from < to >
	Pieces []Piece
	// Whole is set when the root element ends.
	Whole bool
}

// Cut finds the elements of the given local names directly below the root, or
// the root itself, without reading them. It never fails: what is broken shows
// as a Broken piece or as a document that is not Whole.
func Cut(doc []byte, names ...string) Document {
	var d Document
	counts := map[string]int{}
	open := -1 // index of the piece whose end is looked for
	isName := func(s string) bool {
		for _, n := range names {
			if n == s {
				return true
			}
		}
		return false
	}
	for i := 0; i < len(doc); {
		t, end, ok := nextTag(doc, i)
		if !ok {
			break
		}
		i = end
		switch {
		case t.close:
			switch {
			case open >= 0 && t.name == d.Pieces[open].Name:
				d.Pieces[open].End, d.Pieces[open].Broken = end, false
				if open == 0 && d.Pieces[0].Path == "/"+d.Root {
					d.Whole = true
				}
				open = -1
			case t.name == d.Root:
				d.Whole = true
				if open >= 0 {
					d.Pieces[open].End = t.start
					open = -1
				}
			}
		case d.Root == "":
			d.Root, d.Attrs = t.name, string(doc[t.start:end])
			if isName(t.name) {
				d.Pieces = append(d.Pieces, Piece{Name: t.name, Path: "/" + t.name, Start: t.start, End: len(doc), Broken: !t.empty})
				open = 0
			}
			if t.empty {
				d.Whole = true
				if open == 0 {
					d.Pieces[0].End, open = end, -1
				}
			}
		case isName(t.name) && !(open >= 0 && d.Pieces[open].Path == "/"+d.Root):
			if open >= 0 {
				if t.name != d.Pieces[open].Name {
					continue // another record's element inside one: its own business
				}
				d.Pieces[open].End = t.start
			}
			counts[t.name]++
			d.Pieces = append(d.Pieces, Piece{Name: t.name, Path: "/" + d.Root + "/" + t.name + "[" + strconv.Itoa(counts[t.name]) + "]",
				Start: t.start, End: len(doc), Broken: true})
			open = len(d.Pieces) - 1
			if t.empty {
				d.Pieces[open].End, d.Pieces[open].Broken = end, false
				open = -1
			}
		}
	}
	return d
}

type tag struct {
	name         string
	start        int
	close, empty bool
}

// nextTag finds the next start or end tag at or after i; comments, CDATA,
// declarations and processing instructions are passed over.
func nextTag(b []byte, i int) (t tag, end int, ok bool) {
	for {
		j := bytes.IndexByte(b[i:], '<')
		if j < 0 {
			return t, len(b), false
		}
		i += j
		rest := b[i:]
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			i = after(b, i+4, "-->")
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			i = after(b, i+9, "]]>")
		case bytes.HasPrefix(rest, []byte("<?")):
			i = after(b, i+2, "?>")
		case bytes.HasPrefix(rest, []byte("<!")):
			i = afterDeclaration(b, i+2)
		case len(rest) > 1 && (nameStart(rest[1]) || rest[1] == '/'):
			return readTag(b, i)
		default:
			i++ // a bare <
		}
		if i >= len(b) {
			return t, len(b), false
		}
	}
}

func after(b []byte, i int, mark string) int {
	if i > len(b) {
		return len(b)
	}
	j := bytes.Index(b[i:], []byte(mark))
	if j < 0 {
		return len(b)
	}
	return i + j + len(mark)
}

// afterDeclaration passes <!DOCTYPE … [ … ]>.
func afterDeclaration(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '>':
			if depth <= 0 {
				return i + 1
			}
		}
	}
	return i
}

func readTag(b []byte, start int) (t tag, end int, ok bool) {
	i := start + 1
	t.start = start
	if b[i] == '/' {
		t.close = true
		i++
	}
	from := i
	for i < len(b) && nameChar(b[i]) {
		i++
	}
	name := b[from:i]
	if k := bytes.LastIndexByte(name, ':'); k >= 0 {
		name = name[k+1:]
	}
	t.name = string(name)
	var quote byte
	for ; i < len(b); i++ {
		c := b[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			t.empty = !t.close && b[i-1] == '/'
			return t, i + 1, true
		case c == '<': // the tag never ended
			return t, i, true
		}
	}
	return t, len(b), quote == 0 && t.close
}

func nameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func nameChar(c byte) bool {
	return nameStart(c) || c >= '0' && c <= '9' || c == '-' || c == '.' || c == ':'
}
