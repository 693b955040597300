package jsontree

// Kind is the type of a JSON value.
type Kind uint8

// The kinds; Absent is the kind of a value that is not there.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Object
	Array
)

func (k Kind) String() string {
	switch k {
	case Null:
		return "null"
	case Bool:
		return "true or false"
	case Number:
		return "a number"
	case String:
		return "text"
	case Object:
		return "an object"
	case Array:
		return "a list"
	}
	return "nothing"
}

// Node is a value and, inside an object, its key.
type Node struct {
	Kind Kind
	// plain and plainKey are set when Text and Key need no escapes in
	// canonical form.
	plain, plainKey bool
	Key             string
	// Text is the decoded text of a String, and a Number or Bool as written.
	Text string
	// Kids are the members of an Object or the elements of an Array, in the
	// order of the text.
	Kids []Node
}

var absent = &Node{}

// Get gives the member with a key, the last one if there are several (as
// encoding/json does), and an Absent node when there is none.
func (n *Node) Get(key string) *Node {
	if n.Kind == Object {
		for i := len(n.Kids) - 1; i >= 0; i-- {
			if n.Kids[i].Key == key {
				return &n.Kids[i]
			}
		}
	}
	return absent
}

// At follows keys downward; it gives an Absent node where the way ends.
func (n *Node) At(keys ...string) *Node {
	for _, k := range keys {
		n = n.Get(k)
	}
	return n
}

// Scalar gives the text of a String, Number or Bool; "" for all else.
func (n *Node) Scalar() string {
	switch n.Kind {
	case String, Number, Bool:
		return n.Text
	}
	return ""
}

// Items gives the elements of an Array; nil for all else.
func (n *Node) Items() []Node {
	if n.Kind == Array {
		return n.Kids
	}
	return nil
}

// Scalars gives the texts of an Array's scalar elements.
func (n *Node) Scalars() []string {
	items := n.Items()
	if len(items) == 0 {
		return nil
	}
	out := make([]string, 0, len(items))
	for i := range items {
		switch items[i].Kind {
		case String, Number, Bool:
			out = append(out, items[i].Text)
		}
	}
	return out
}
