package synthesis

import (
	"strings"

	"github.com/goccy/go-yaml/ast"

	"past/internal/text"
)

// places are the lines of the entries of a YAML list: of each entry and of its
// keys.
type places []map[string]int

// id is the id that an entry gives, as far as it can be read.
func (p places) id(i int) string {
	if i < len(p) {
		for k := range p[i] {
			if id, ok := strings.CutPrefix(k, "id="); ok {
				return id
			}
		}
	}
	return ""
}

// entryLines finds the lines of a YAML list's entries; nil where there is none.
func entryLines(data []byte) (out places) {
	f, err := text.ParseYAML(data)
	if err != nil || len(f.Docs) == 0 { // the decoder has reported the mistake
		return nil
	}
	list, ok := f.Docs[0].Body.(*ast.SequenceNode)
	if !ok {
		return nil
	}
	for _, v := range list.Values {
		keys := map[string]int{}
		switch n := v.(type) {
		case *ast.MappingNode:
			for _, kv := range n.Values {
				keys[kv.Key.String()] = kv.Key.GetToken().Position.Line
				if kv.Key.String() == "id" {
					keys["id="+kv.Value.GetToken().Value] = kv.Key.GetToken().Position.Line
				}
			}
			if len(n.Values) > 0 {
				keys[""] = n.Values[0].Key.GetToken().Position.Line
			}
		case *ast.MappingValueNode:
			keys[n.Key.String()] = n.Key.GetToken().Position.Line
			keys[""] = n.Key.GetToken().Position.Line
		default:
			if t := v.GetToken(); t != nil && t.Position != nil {
				keys[""] = t.Position.Line
			}
		}
		out = append(out, keys)
	}
	return out
}

// line is where a key of entry i is, else where the entry begins, else 0.
func (p places) line(i int, key string) int {
	if i >= len(p) {
		return 0
	}
	if n, ok := p[i][key]; ok {
		return n
	}
	return p[i][""]
}
