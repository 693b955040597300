package cli

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func model(t *testing.T) *kong.Application {
	t.Helper()
	k, err := kong.New(&grammar{}, kong.Name("past"), kong.Vars{"version": "test"})
	if err != nil {
		t.Fatal(err)
	}
	return k.Model
}

// TestTheReferenceIsCurrent compares the committed pages with the grammar.
func TestTheReferenceIsCurrent(t *testing.T) {
	var commands, configuration bytes.Buffer
	writeCommandsPage(&commands, model(t))
	if err := writeConfigurationPage(&configuration, model(t)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"docs/reference/commands.md": commands.String(),
		"docs/reference/configuration.md": configuration.String()} {
		if have := readDoc(t, name); have != text {
			t.Errorf("%s is not current; make docs writes it. First difference: %s", name, firstDifference(have, text))
		}
	}
	for _, n := range leafCommands(model(t)) {
		if !strings.Contains(commands.String(), "\n`past "+commandPath(n)) {
			t.Errorf("past %s is not in the reference", commandPath(n))
		}
		if n.Help == "" {
			t.Errorf("past %s has no help", commandPath(n))
		}
		for _, f := range ownFlags(n) {
			if f.Help == "" {
				t.Errorf("past %s --%s has no help", commandPath(n), f.Name)
			}
		}
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "line " + strconv.Itoa(i+1) + ": " + x[i] + " / " + y[i]
		}
	}
	return "one ends before the other"
}

// literals calls see for every string in the sources that are not tests.
func literals(t *testing.T, see func(place, text string)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "tools" || d.Name() == "testdata" || strings.HasSuffix(d.Name(), "test")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil // a file that does not compile fails elsewhere
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					see(strings.TrimPrefix(set.Position(lit.Pos()).String(), root+string(filepath.Separator)), text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEveryVariableIsDocumented finds the variables in the sources and asks for
// each in the reference, and the other way round.
func TestEveryVariableIsDocumented(t *testing.T) {
	page := readDoc(t, "docs/reference/configuration.md")
	name := regexp.MustCompile(`\bPAST_[A-Z][A-Z_]*[A-Z]\b`)
	used := map[string]bool{}
	literals(t, func(place, text string) {
		if strings.HasPrefix(filepath.ToSlash(place), "internal/cli/reference.go") {
			return
		}
		for _, v := range name.FindAllString(text, -1) {
			used[v] = true
			if !strings.Contains(page, "`"+v+"`") {
				t.Errorf("%s: %s is not in docs/reference/configuration.md", place, v)
			}
		}
	})
	for _, v := range name.FindAllString(page, -1) {
		if !used[v] && !used[strings.TrimSuffix(v, "_FILE")] {
			t.Errorf("docs/reference/configuration.md tells of %s, which nothing reads", v)
		}
	}
	if len(used) < 15 {
		t.Errorf("only %d variables were found", len(used))
	}
}

// suggestion is a call of past that a message of the program suggests: the
// command with the flags that follow at once.
var suggestion = regexp.MustCompile(`(["']?)\bpast ((?:[a-z]+)(?: [a-z]+)?(?: --[a-z-]+)*)`)

// TestMessagesSuggestCommandsThatAre holds the calls that messages and help
// texts suggest against the grammar.
func TestMessagesSuggestCommandsThatAre(t *testing.T) {
	m := model(t)
	found := 0
	literals(t, func(place, text string) {
		for _, s := range suggestion.FindAllStringSubmatch(text, -1) {
			quoted, call := s[1] != "", strings.Fields(s[2])
			n := slices.IndexFunc(m.Children, func(n *kong.Node) bool { return n.Name == call[0] })
			if n < 0 {
				if quoted {
					t.Errorf("%s: past %s is suggested, and there is no such command", place, call[0])
				}
				continue // a sentence: the past year
			}
			found++
			node := m.Children[n]
			if len(call) > 1 {
				if i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == call[1] }); i >= 0 {
					node = node.Children[i]
				}
			}
			flags := append(ownFlags(node), m.Flags...)
			for _, c := range node.Children {
				flags = append(flags, c.Flags...)
			}
			for _, w := range call[1:] {
				if name, ok := strings.CutPrefix(w, "--"); ok && !slices.ContainsFunc(flags, func(f *kong.Flag) bool { return f.Name == name }) {
					t.Errorf("%s: past %s is suggested, and %s has no flag --%s", place, s[2], call[0], name)
				}
			}
		}
	})
	if found < 20 {
		t.Errorf("only %d suggestions were found", found)
	}
}
