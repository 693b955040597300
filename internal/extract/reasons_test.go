package extract

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// documentedCodes are the codes of docs/extraction.md's table.
var documentedCodes = func() map[string]bool {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "extraction.md"))
	if err != nil {
		return nil
	}
	out := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(string(b), -1) {
		out[m[1]] = true
	}
	return out
}()

// Every reason code is documented, and nothing is documented that is no code.
func TestReasonCodesAreDocumented(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("reason", "reason.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			if lit, ok := spec.Values[i].(*ast.BasicLit); ok && name.IsExported() {
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				codes[s] = true
			}
		}
		return true
	})
	if len(codes) < 20 {
		t.Fatalf("only %d codes found", len(codes))
	}
	for c := range codes {
		if !documentedCodes[c] {
			t.Errorf("%s is not in the table of docs/extraction.md", c)
		}
	}
	for c := range documentedCodes {
		if !codes[c] {
			t.Errorf("docs/extraction.md documents %s, which is no code", c)
		}
	}
}
