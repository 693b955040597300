package jsontree

import (
	"slices"
	"strconv"
	"strings"
)

// Canonical appends a value in one spelling: no white space, keys in the order
// of their bytes (a duplicate key's last value only), strings with the fewest
// escapes, numbers as written. Two texts with equal canonical forms say the
// same. skip, which may be nil, leaves out members: it is called with the keys
// on the way down to a member, last one included.
func Canonical(dst []byte, n *Node, skip func(path []string) bool) []byte {
	c := canonical{skip: skip}
	return c.value(dst, n)
}

type canonical struct {
	skip  func(path []string) bool
	path  []string
	order []int32
}

func (c *canonical) value(dst []byte, n *Node) []byte {
	switch n.Kind {
	case Object:
		return c.object(dst, n)
	case Array:
		dst = append(dst, '[')
		for i := range n.Kids {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = c.value(dst, &n.Kids[i])
		}
		return append(dst, ']')
	case String:
		return quote(dst, n.Text, n.plain)
	case Absent, Null:
		return append(dst, "null"...)
	default:
		return append(dst, n.Text...)
	}
}

func (c *canonical) object(dst []byte, n *Node) []byte {
	base := len(c.order)
	for i := range n.Kids {
		c.order = append(c.order, int32(i))
	}
	mine := c.order[base:]
	sortKeys(mine, n.Kids)
	dst = append(dst, '{')
	first := true
	for k, i := range mine {
		kid := &n.Kids[i]
		if k+1 < len(mine) && n.Kids[mine[k+1]].Key == kid.Key {
			continue
		}
		if c.skip != nil {
			c.path = append(c.path, kid.Key)
			if c.skip(c.path) {
				c.path = c.path[:len(c.path)-1]
				continue
			}
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(quote(dst, kid.Key, kid.plainKey), ':')
		dst = c.value(dst, kid)
		if c.skip != nil {
			c.path = c.path[:len(c.path)-1]
		}
	}
	c.order = c.order[:base]
	return append(dst, '}')
}

// sortKeys sorts indices of members by key, equal keys in their order. Objects
// have few keys, for which an insertion sort is twice as fast.
func sortKeys(order []int32, kids []Node) {
	if len(order) > 64 {
		slices.SortStableFunc(order, func(a, b int32) int { return strings.Compare(kids[a].Key, kids[b].Key) })
		return
	}
	for i := 1; i < len(order); i++ {
		x, key := order[i], kids[order[i]].Key
		j := i
		for ; j > 0 && kids[order[j-1]].Key > key; j-- {
			order[j] = order[j-1]
		}
		order[j] = x
	}
}

// quote writes a string; control characters get \u00XX, the two characters
// that must be escaped a backslash, and all else represents itself.
func quote(dst []byte, s string, plain bool) []byte {
	dst = append(dst, '"')
	if plain {
		return append(append(dst, s...), '"')
	}
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		if c < 0x20 {
			dst = append(dst, `\u00`...)
			if c < 0x10 {
				dst = append(dst, '0')
			}
			dst = strconv.AppendUint(dst, uint64(c), 16)
		} else {
			dst = append(dst, '\\', c)
		}
	}
	return append(append(dst, s[start:]...), '"')
}
