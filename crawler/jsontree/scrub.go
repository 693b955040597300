package jsontree

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Scrub replaces the characters of a tree's texts and keys that no text has
// (controls other than tab and line breaks, noncharacters) by spaces. It gives
// how many there were and the pointer of the first, below base.
func Scrub(n *Node, base string) (count int, first string) {
	s := scrubber{}
	s.node(n, base)
	return s.count, s.first
}

type scrubber struct {
	count int
	first string
}

func (s *scrubber) node(n *Node, at string) {
	if n.Kind == String && !n.plain && strings.ContainsFunc(n.Text, forbidden) {
		if s.first == "" {
			s.first = at
		}
		n.Text = strings.Map(func(r rune) rune {
			if forbidden(r) {
				s.count++
				return ' '
			}
			return r
		}, n.Text)
	}
	for i := range n.Kids {
		k := &n.Kids[i]
		if len(k.Kids) == 0 && (k.Kind != String || k.plain) {
			continue
		}
		where := at
		if s.first == "" && (k.Kind == String || len(k.Kids) > 0) {
			if n.Kind == Array {
				where = at + "/" + strconv.Itoa(i)
			} else {
				where = at + "/" + Token(k.Key)
			}
		}
		s.node(k, where)
	}
}

func forbidden(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 || r&0xfffe == 0xfffe && r <= utf8.MaxRune
}
