package xmltree

import (
	"slices"
	"strings"
)

// Canonical appends an element in one spelling: attributes in the order of
// their names, white space reduced, no comments. Two elements with equal
// canonical forms say the same. skip, which may be nil, leaves out elements and
// attributes (@name): it is called with the names on the way down from n, last
// one included.
func Canonical(dst []byte, n *Node, skip func(path []string) bool) []byte {
	c := canonical{skip: skip}
	return c.element(dst, n)
}

type canonical struct {
	skip func(path []string) bool
	path []string
}

func (c *canonical) out(name string) bool {
	if c.skip == nil {
		return false
	}
	c.path = append(c.path, name)
	defer func() { c.path = c.path[:len(c.path)-1] }()
	return c.skip(c.path)
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func (c *canonical) element(dst []byte, n *Node) []byte {
	dst = append(append(dst, '<'), n.Name...)
	attrs := slices.Clone(n.Attrs)
	slices.SortStableFunc(attrs, func(a, b Attr) int { return strings.Compare(a.Name, b.Name) })
	for _, a := range attrs {
		if c.out("@" + a.Name) {
			continue
		}
		dst = append(append(append(dst, ' '), a.Name...), `="`...)
		dst = append(append(dst, escape.Replace(a.Value)...), '"')
	}
	dst = append(dst, '>')
	for i := range n.Kids {
		kid := &n.Kids[i]
		if kid.Name == "" {
			dst = append(dst, escape.Replace(Squeeze(kid.Data))...)
			continue
		}
		if c.out(kid.Name) {
			continue
		}
		c.path = append(c.path, kid.Name)
		dst = c.element(dst, kid)
		c.path = c.path[:len(c.path)-1]
	}
	return append(append(append(dst, "</"...), n.Name...), '>')
}
