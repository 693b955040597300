package ctgov

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"past/crawler"
	"past/crawler/jsontree"
	"past/internal/evidence"
)

//go:embed fields.txt
var fieldsText string

// fieldKind is what the register declares a field to be.
type fieldKind uint8

const (
	object fieldKind = iota + 1
	objects
	text
	texts
	enum
	enums
	dated
	number
	yesNo
)

var kindNames = map[string]fieldKind{
	"object": object, "objects": objects, "text": text, "texts": texts, "enum": enum, "enums": enums, "date": dated, "number": number,
	"bool": yesNo,
}

var kindWords = [...]string{object: "an object", objects: "a list", text: "text", texts: "a list", enum: "text", enums: "a list",
	dated:  "text",
	number: "a number", yesNo: "true or false"}

// list reports whether a field of the kind holds several values.
func (k fieldKind) list() bool { return k == objects || k == texts || k == enums }

// field is one node of the register's field tree.
type field struct {
	name  string
	piece string // what the former API called it
	kind  fieldKind
	kids  []field
}

// kid gives the index of a field below f; the name must be one of fields.txt.
func (f *field) kid(name string) int {
	if i := find(f.kids, name, 0); i >= 0 {
		return i
	}
	panic("ctgov: fields.txt has no " + name + " below " + f.name)
}

// fieldTree is the tree of fields.txt; its root represents a study.
var fieldTree = sync.OnceValue(func() *field {
	root := &field{kind: object}
	// Children slices grow while deeper ones are filled, so the way down is
	// kept as indices rather than pointers.
	var way []int
	for n, line := range strings.Split(fieldsText, "\n") {
		text := strings.TrimLeft(line, "\t")
		if text == "" || text[0] == '#' {
			continue
		}
		words := strings.Fields(text)
		depth := len(line) - len(text)
		if len(words) < 2 || depth > len(way) || kindNames[words[1]] == 0 {
			panic(fmt.Sprintf("ctgov: fields.txt line %d is malformed: %q", n+1, line))
		}
		way = way[:depth]
		at := root
		for _, i := range way {
			at = &at.kids[i]
		}
		f := field{name: words[0], kind: kindNames[words[1]], piece: strings.ToUpper(words[0][:1]) + words[0][1:]}
		if len(words) > 2 {
			f.piece = words[2]
		}
		at.kids = append(at.kids, f)
		way = append(way, len(at.kids)-1)
	}
	return root
})

// step is one step on the way to a value: a key, or an index when key is "".
type step struct {
	key   string
	index int
}

// inspector holds a study to the field tree: it counts unknown keys and notes
// values of another type than the register declares.
type inspector struct {
	base     string
	way      []step
	unknown  map[string]int
	problems []evidence.Problem
}

// pointer gives the RFC 6901 pointer of where the inspector is.
func (in *inspector) pointer() string {
	var b strings.Builder
	b.WriteString(in.base)
	for _, s := range in.way {
		b.WriteByte('/')
		if s.key == "" {
			b.WriteString(strconv.Itoa(s.index))
		} else {
			b.WriteString(jsontree.Token(s.key))
		}
	}
	return b.String()
}

// path gives the way with indices replaced by [].
func (in *inspector) path() string {
	var b strings.Builder
	for i, s := range in.way {
		switch {
		case s.key == "":
			b.WriteString("[]")
		case i > 0:
			b.WriteString("." + s.key)
		default:
			b.WriteString(s.key)
		}
	}
	return b.String()
}

func (in *inspector) object(n *jsontree.Node, f *field) {
	next := 0 // keys mostly come in the order of the tree
	var seen uint64
	depth := len(in.way)
	in.way = append(in.way, step{})
	for i := range n.Kids {
		kid := &n.Kids[i]
		j := find(f.kids, kid.Key, next)
		in.way[depth].key = kid.Key
		if j < 0 {
			if in.unknown == nil {
				in.unknown = map[string]int{}
			}
			in.unknown[in.path()]++
			continue
		}
		if j < 64 && seen&(1<<j) != 0 {
			in.note("the key stands twice in its object; the last value is used")
		}
		seen |= 1 << j
		next = j + 1
		in.value(kid, &f.kids[j])
	}
	in.way = in.way[:depth]
}

// find looks for a name, beginning at the index where it is expected.
func find(fs []field, name string, from int) int {
	for i := from; i < len(fs); i++ {
		if fs[i].name == name {
			return i
		}
	}
	for i := 0; i < from && i < len(fs); i++ {
		if fs[i].name == name {
			return i
		}
	}
	return -1
}

func (in *inspector) value(n *jsontree.Node, f *field) {
	if n.Kind == jsontree.Null {
		return
	}
	switch f.kind {
	case object:
		if in.want(n, jsontree.Object, "an object") {
			in.object(n, f)
		}
	case objects, texts, enums:
		if in.want(n, jsontree.Array, "a list") {
			in.list(n, f)
		}
	default:
		in.scalar(n, f.kind)
	}
}

func (in *inspector) list(n *jsontree.Node, f *field) {
	depth := len(in.way)
	in.way = append(in.way, step{})
	for i := range n.Kids {
		in.way[depth].index = i
		if f.kind != objects {
			in.scalar(&n.Kids[i], text)
		} else if in.want(&n.Kids[i], jsontree.Object, "an object") {
			in.object(&n.Kids[i], f)
		}
	}
	in.way = in.way[:depth]
}

func (in *inspector) want(n *jsontree.Node, kind jsontree.Kind, words string) bool {
	if n.Kind == kind {
		return true
	}
	in.note(fmt.Sprintf("%s should stand here, not %s", words, n.Kind))
	return false
}

// scalar accepts numbers where text is declared and text where a number is:
// the register itself writes counts both ways.
func (in *inspector) scalar(n *jsontree.Node, kind fieldKind) {
	switch {
	case n.Kind == jsontree.Bool && kind == yesNo:
	case kind != yesNo && (n.Kind == jsontree.String || n.Kind == jsontree.Number):
	default:
		in.note(fmt.Sprintf("%s should stand here, not %s", kindWords[kind], n.Kind))
	}
}

func (in *inspector) note(msg string) {
	in.problems = append(in.problems, evidence.Problem{
		Kind: crawler.KindBadValue, Where: in.pointer(), Message: msg,
	})
}
