package xmltree

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxDepth bounds nesting: a hostile answer must not exhaust the stack.
const maxDepth = 200

// Node is an element, or a run of text when Name is empty.
type Node struct {
	Name  string // local name
	Attrs []Attr
	Data  string // of a text node
	Kids  []Node // elements and texts in their order
}

// Attr is an attribute by its local name.
type Attr struct{ Name, Value string }

// SyntaxError says where an element stops being XML.
type SyntaxError struct {
	Offset int64
	Msg    string
	Cut    bool // the text ends inside the element
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.Msg, e.Offset) }

// Parse reads the single element in b, which must have passed [Clean].
func Parse(b []byte) (*Node, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Entity = entities
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // Clean has decoded it
	var stack []Node
	for {
		tok, err := d.Token()
		if err != nil {
			return nil, syntaxError(err, d.InputOffset(), len(stack) > 0)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) >= maxDepth {
				return nil, &SyntaxError{Offset: d.InputOffset(), Msg: fmt.Sprintf("nested deeper than %d levels", maxDepth)}
			}
			n := Node{Name: t.Name.Local}
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					n.Attrs = append(n.Attrs, Attr{a.Name.Local, a.Value})
				}
			}
			stack = append(stack, n)
		case xml.EndElement:
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				return &n, nil
			}
			top := &stack[len(stack)-1]
			top.Kids = append(top.Kids, n)
		case xml.CharData:
			if len(stack) == 0 {
				continue
			}
			top := &stack[len(stack)-1]
			if k := len(top.Kids); k > 0 && top.Kids[k-1].Name == "" {
				top.Kids[k-1].Data += string(t)
			} else {
				top.Kids = append(top.Kids, Node{Data: string(t)})
			}
		}
	}
}

func syntaxError(err error, at int64, inside bool) error {
	var se *xml.SyntaxError
	switch {
	case errors.Is(err, io.EOF) && !inside:
		return &SyntaxError{Offset: at, Msg: "there is no element", Cut: true}
	case errors.Is(err, io.EOF), errors.As(err, &se) && se.Msg == "unexpected EOF":
		return &SyntaxError{Offset: at, Msg: "the text ends inside the element", Cut: true}
	case se != nil:
		return &SyntaxError{Offset: at, Msg: se.Msg}
	}
	return &SyntaxError{Offset: at, Msg: err.Error()}
}

var absent = &Node{}

// Get gives the first child element of a name; an absent node when there is none.
func (n *Node) Get(name string) *Node {
	for i := range n.Kids {
		if n.Kids[i].Name == name && name != "" {
			return &n.Kids[i]
		}
	}
	return absent
}

// At follows names downward, always to the first child.
func (n *Node) At(names ...string) *Node {
	for _, s := range names {
		n = n.Get(s)
	}
	return n
}

// All gives the child elements of a name.
func (n *Node) All(name string) []*Node {
	var out []*Node
	for i := range n.Kids {
		if n.Kids[i].Name == name && name != "" {
			out = append(out, &n.Kids[i])
		}
	}
	return out
}

// alike gives the children whose name differs from name in case and
// underscores only.
func (n *Node) alike(name string) []*Node {
	var out []*Node
	for _, k := range n.Elements() {
		if strings.EqualFold(strings.ReplaceAll(k.Name, "_", ""), strings.ReplaceAll(name, "_", "")) {
			out = append(out, k)
		}
	}
	return out
}

// Elements gives all child elements.
func (n *Node) Elements() []*Node {
	var out []*Node
	for i := range n.Kids {
		if n.Kids[i].Name != "" {
			out = append(out, &n.Kids[i])
		}
	}
	return out
}

// Is reports whether the node is an element that is there.
func (n *Node) Is() bool { return n.Name != "" }

// Attr gives an attribute's value, "" when it is not there.
func (n *Node) Attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// Find follows an XPath made of names, [N] (1-based) and a last @attribute
// from n down, such as Article/AuthorList/Author[2]/@ValidYN, and gives the
// text it names.
func (n *Node) Find(path string) (string, bool) {
	for _, step := range strings.Split(strings.Trim(path, "/"), "/") {
		if name, ok := strings.CutPrefix(step, "@"); ok {
			for _, a := range n.Attrs {
				if a.Name == name {
					return a.Value, true
				}
			}
			return "", false
		}
		name, index, has := strings.Cut(step, "[")
		k := 1
		if has {
			var err error
			if k, err = strconv.Atoi(strings.TrimSuffix(index, "]")); err != nil {
				return "", false
			}
		}
		all := n.All(name)
		if len(all) == 0 { // pointers of tables as XML write columns in small letters
			all = n.alike(name)
		}
		if k < 1 || k > len(all) {
			return "", false
		}
		n = all[k-1]
	}
	return n.Text(), true
}
