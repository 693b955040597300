package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// parseLine holds a command line against the grammar, without running it.
func parseLine(t *testing.T, line string) error {
	t.Helper()
	var g grammar
	exited := false
	parser, err := kong.New(&g, kong.Name("past"), kong.Vars{"version": "test"}, kong.Exit(func(int) { exited = true }),
		kong.Writers(&bytes.Buffer{}, &bytes.Buffer{}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(words(line))
	if exited { // --help
		return nil
	}
	if err != nil && strings.Contains(err.Error(), "no such file") {
		return nil // the example's file is the reader's
	}
	return err
}

// words splits as a shell would, for the plain lines of the documentation.
func words(line string) []string {
	if i := strings.Index(line, " #"); i >= 0 {
		line = line[:i]
	}
	for _, stop := range []string{" > ", " | ", " && ", " || ", "; "} {
		line, _, _ = strings.Cut(line, stop)
	}
	var out []string
	for _, m := range regexp.MustCompile(`"([^"]*)"|'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		out = append(out, m[1]+m[2]+m[3])
	}
	return out
}

// named holds a call that a sentence names against the grammar: placeholders
// may stand for arguments, and arguments may be missing, but the command and
// every flag must be there.
func named(t *testing.T, call string) error {
	t.Helper()
	call = strings.ReplaceAll(call, "…", "")
	err := parseLine(t, call)
	if err != nil && (strings.HasPrefix(err.Error(), "missing flags:") || strings.HasSuffix(err.Error(), `but got "EOL" (<EOL>)`)) {
		return nil // named without a flag that it needs, or without a flag's value
	}
	if err != nil && strings.HasPrefix(err.Error(), "expected ") && !strings.HasPrefix(err.Error(), "expected one of") {
		return nil // named without its argument
	}
	if err != nil && strings.HasPrefix(err.Error(), "expected one of") && len(words(call)) == 1 {
		return nil // a group of commands, named without which
	}
	return err
}

func knownCommand(name string) bool {
	k, err := kong.New(&grammar{}, kong.Name("past"), kong.Vars{"version": "test"})
	return err == nil && slices.ContainsFunc(k.Model.Children, func(n *kong.Node) bool { return n.Name == name })
}

// TestEveryCommandLineInTheDocsIsOne holds what the documents and units call
// past with the grammar, wherever it is.
func TestEveryCommandLineInTheDocsIsOne(t *testing.T) {
	root := filepath.Join("..", "..")
	docs, err := DocFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, name := range docs {
		text := readDoc(t, name)
		steps, err := Steps(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, s := range steps {
			if call, ok := strings.CutPrefix(s.Command, "past "); ok {
				total++
				if err := parseLine(t, call); err != nil {
					t.Errorf("%s:%d: %s: %v", name, s.Line, s.Command, err)
				}
			}
		}
		for _, m := range Mentions(text) {
			total++
			if err := named(t, m.Text); err != nil {
				t.Errorf("%s:%d: past %s: %v", name, m.Line, m.Text, err)
			}
		}
	}
	units, err := UnitFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range units {
		for _, m := range UnitCalls(readDoc(t, name), knownCommand) {
			total++
			if err := parseLine(t, m.Text); err != nil {
				t.Errorf("%s:%d: past %s: %v", name, m.Line, m.Text, err)
			}
		}
	}
	if total < 120 {
		t.Errorf("only %d command lines were found", total)
	}
}

func readDoc(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

// TestTheFinderSeesBrokenLines proves that a line that is none is found and
// refused, wherever it is.
func TestTheFinderSeesBrokenLines(t *testing.T) {
	for _, bad := range []string{"refersh", "refresh --no-such-flag", "review exprot", "meta t.csv --formula none", "crawl --limit many"} {
		steps, err := Steps("# A page\n\n```sh\npast status\n\npast " + bad + "   # a remark\n```\n")
		if err != nil || len(steps) != 2 || steps[1].Line != 6 {
			t.Fatalf("%s: %+v, %v", bad, steps, err)
		}
		if parseLine(t, strings.TrimPrefix(steps[1].Command, "past ")) == nil {
			t.Errorf("past %s passes in a block", bad)
		}
		m := Mentions("| `past " + strings.ReplaceAll(bad, "|", `\|`) + "` | does |")
		if len(m) != 1 || named(t, m[0].Text) == nil {
			t.Errorf("past %s passes in a sentence", bad)
		}
		for _, unit := range []string{"ExecStart=/usr/local/bin/past " + bad, "10 3 * * * past /usr/local/bin/past " + bad, `  "$HOME/past" ` +
			bad} {
			if u := UnitCalls(unit, knownCommand); len(u) != 1 || parseLine(t, u[0].Text) == nil {
				t.Errorf("%s passes: %+v", unit, u)
			}
		}
	}
	for text, why := range map[string]string{
		"```\npast status\n```\n": "neither sh nor console",
		"```sh\npast status\n":    "does not end",
		"<!-- not run: past crawl (asks the register) -->\n```sh\npast status\n```\n": "no line",
		"<!-- file: a.csv -->\nA sentence.\n":                                         "before no block",
		"```console\noutput\n```\n":                                                   "before any command",
	} {
		if _, err := Steps(text); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %s", text, err, why)
		}
	}
	steps, err := Steps("<!-- file: a/b.csv -->\n\n```csv\nx,y\n1,2\n```\n\n```console\n$ past meta a/b.csv \\\n    --measure " +
		"SMD  # exit code 3\nk = 2\n…\n$ past status\n```\n" +
		"<!-- not run: past crawl (asks the register) -->\n```sh\npast crawl ctgov\npast status\n```\n")
	if err != nil || len(steps) != 5 {
		t.Fatalf("%+v, %v", steps, err)
	}
	if steps[0].File != "a/b.csv" || steps[0].Body != "x,y\n1,2\n" {
		t.Errorf("%+v", steps[0])
	}
	if s := steps[1]; s.Exit != 3 || !slices.Equal(s.Output, []string{"k = 2", "…"}) ||
		!strings.HasPrefix(s.Command, "past meta a/b.csv --measure SMD") {
		t.Errorf("%+v", s)
	}
	if steps[2].Output != nil || steps[3].NotRun != "asks the register" || steps[4].NotRun != "" {
		t.Errorf("%+v", steps[2:])
	}
}

func readYAML(t *testing.T, name string) []map[string]any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for part := range strings.SplitSeq(string(b), "\n---\n") {
		var v map[string]any
		if err := yaml.UnmarshalWithOptions([]byte(part), &v, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, v)
	}
	return out
}

// at walks maps and lists by name and number.
func at(v any, path ...any) any {
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

func TestHostedWorkflow(t *testing.T) {
	w := readYAML(t, "github-actions.yaml")[0]
	if at(w, "concurrency", "cancel-in-progress") != false || at(w, "permissions", "contents") != "read" {
		t.Error("the workflow could cancel a cycle, or may write")
	}
	job := at(w, "jobs", "refresh")
	uses := []string{}
	for _, s := range at(job, "steps").([]any) {
		if u, ok := at(s, "uses").(string); ok {
			uses = append(uses, u)
			if !regexp.MustCompile(`^actions/[a-z/-]+@v\d+$`).MatchString(u) {
				t.Errorf("step uses %q", u)
			}
		}
	}
	if !slices.ContainsFunc(uses, func(u string) bool { return strings.HasPrefix(u, "actions/deploy-pages@") }) {
		t.Error("nothing is published")
	}
}

// TestContainerfile is the lint of the Containerfile: known instructions, a
// fixed non-root user as a number, exec-form entry, no secrets, no cgo.
func TestContainerfile(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "deploy", "Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(b), "\\\n", " ")
	var last string
	seen := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		if !slices.Contains([]string{"FROM", "ARG", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD"}, name) {
			t.Errorf("instruction %q", name)
		}
		if name == "FROM" && strings.Contains(rest, ":latest") || name == "FROM" && !strings.Contains(rest, ":") {
			t.Errorf("FROM %s has no fixed version", rest)
		}
		if name == "ENTRYPOINT" || name == "CMD" {
			if !strings.HasPrefix(rest, "[") {
				t.Errorf("%s %s needs a shell, and there is none", name, rest)
			}
		}
		seen[name], last = rest, name
	}
	if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(seen["USER"]) || !strings.Contains(seen["FROM"], "distroless") ||
		last != "CMD" || !strings.Contains(text, "CGO_ENABLED=0") {
		t.Errorf("user %q, from %q, last %s", seen["USER"], seen["FROM"], last)
	}
}
