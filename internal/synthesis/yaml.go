package synthesis

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxYAML bounds a questions or claims file, in bytes.
const maxYAML = 4 << 20

// decodeYAML reads strictly: an unknown key is an error with its line. The
// reader panics on some malformed input (tags on scalars); that is a mistake
// of the file like any other.
func decodeYAML(name string, data []byte, v any) (err error) {
	if len(data) > maxYAML {
		return fmt.Errorf("%s: %d bytes, more than the %d that such a file may have", name, len(data), maxYAML)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: the YAML cannot be read; check tags (!), anchors and indentation", name)
		}
	}()
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(v); err != nil {
		return fmt.Errorf("%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	return nil
}

// places are the lines of the entries of a YAML list: of each entry and of its
// keys.
type places []map[string]int

// entryLines finds the lines of a YAML list's entries; nil where there is none.
func entryLines(data []byte) (out places) {
	defer func() {
		if recover() != nil {
			out = nil // decodeYAML has told the mistake
		}
	}()
	f, err := parser.ParseBytes(data, 0)
	if err != nil || len(f.Docs) == 0 {
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

// line is where a key of entry i stands, else where the entry begins, else 0.
func (p places) line(i int, key string) int {
	if i >= len(p) {
		return 0
	}
	if n, ok := p[i][key]; ok {
		return n
	}
	return p[i][""]
}
