package ctgov

import (
	"bytes"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/jsontree"
	"past/internal/evidence"
)

// isFullStudies tells the JSON of the API that the register had until 2024,
// whole or a study of it.
func isFullStudies(head []byte) bool {
	if len(head) == 0 || head[0] != '{' && head[0] != '[' {
		return false
	}
	return bytes.Contains(head, []byte(`"FullStudiesResponse"`)) || bytes.Contains(head, []byte(`"ProtocolSection"`))
}

func readFullStudies(text []byte) ([]*draft, []evidence.Problem, error) {
	root, err := answer.JSON(bytes.ToValidUTF8(text, []byte("\uFFFD")))
	if err != nil {
		return nil, nil, err
	}
	var out []*draft
	each := func(n *jsontree.Node, at string) {
		for _, key := range [...]string{"FullStudy", "Study"} {
			if k := n.Get(key); k.Kind == jsontree.Object {
				n, at = k, at+"/"+key
			}
		}
		if n.Get("ProtocolSection").Kind != jsontree.Object {
			return
		}
		s := newStudy()
		s.at = at
		s.pieces(n, at)
		if n.Get("ResultsSection").Kind == jsontree.Object {
			s.set("hasResults", "true", at+"/ResultsSection")
		}
		out = append(out, s)
	}
	list, at := root.At("FullStudiesResponse", "FullStudies"), "/FullStudiesResponse/FullStudies"
	if root.Kind == jsontree.Array {
		list, at = root, ""
	}
	if list.Kind != jsontree.Array {
		each(root, "")
	}
	for i := range list.Items() {
		each(&list.Kids[i], at+"/"+strconv.Itoa(i))
	}
	if len(out) == 0 {
		return nil, nil, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no study with a ProtocolSection in it"}
	}
	return out, nil, nil
}

// pieces reads an object whose members are called by their piece names; lists
// stand in an object of their own: ConditionList holds Condition.
func (p *draft) pieces(n *jsontree.Node, at string) {
	for i := range p.f.kids {
		f := &p.f.kids[i]
		if f.kind.list() {
			list, where := wrapped(n, f.piece)
			for k := range list.Items() {
				item, place := &list.Kids[k], at+where+"/"+strconv.Itoa(k)
				if f.kind == objects {
					p.add(f.name, place).pieces(item, place)
				} else {
					p.set(f.name, item.Scalar(), place)
				}
			}
			continue
		}
		v, place := n.Get(f.piece), at+"/"+f.piece
		switch {
		case f.kind == object && v.Kind == jsontree.Object:
			k := p.sub(f.name)
			k.at = place
			k.pieces(v, place)
		case f.kind != object && f.name == "masking":
			p.masking(v.Scalar(), place)
		case f.kind != object:
			p.set(f.name, v.Scalar(), place)
		}
	}
}

// wrapped finds the list of a piece in the object that is named after it.
func wrapped(n *jsontree.Node, piece string) (list *jsontree.Node, where string) {
	for i := range n.Kids {
		k := &n.Kids[i]
		if strings.HasSuffix(k.Key, "List") && k.Kind == jsontree.Object {
			if l := k.Get(piece); l.Kind == jsontree.Array {
				return l, "/" + k.Key + "/" + piece
			}
		}
	}
	return n.Get(piece), "/" + piece
}
