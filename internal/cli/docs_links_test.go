package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	docLink   = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)
	heading   = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
	codeWord  = regexp.MustCompile("`([^`\n]+)`")
	goTest    = regexp.MustCompile(`go test (?:-\S+ )*(\./[\w/.]+(?: \./[\w/.]+)*)((?: -\w+(?: \S+)?)*)`)
	testNames = regexp.MustCompile(`-(run|bench) (\w+)`)
)

// withoutBlocks blanks fenced blocks, so that what they hold is not read as
// prose; the lines stay.
func withoutBlocks(text string) string {
	lines, in := strings.Split(text, "\n"), false
	for i, l := range lines {
		if strings.HasPrefix(l, "```") {
			in = !in
			lines[i] = ""
		} else if in {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// anchors are the names of a page's headings as code hosts make them: lower
// case, spaces as hyphens, other signs left out, a number for a name that comes
// again.
func anchors(text string) []string {
	var out []string
	seen := map[string]int{}
	for _, m := range heading.FindAllStringSubmatch(withoutBlocks(text), -1) {
		var b strings.Builder
		for _, r := range strings.ToLower(m[1]) {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				b.WriteRune(r)
			case r == ' ':
				b.WriteByte('-')
			}
		}
		name := b.String()
		if n := seen[name]; n > 0 {
			out = append(out, name+"-"+string(rune('0'+n)))
		} else {
			out = append(out, name)
		}
		seen[name]++
	}
	return out
}

// brokenLinks are the relative links of a page that lead nowhere; read gives
// the text of a file of the repository, ok false where there is none.
func brokenLinks(name, text string, read func(string) (string, bool)) []string {
	var out []string
	for _, m := range docLink.FindAllStringSubmatch(withoutBlocks(text), -1) {
		target := m[1]
		if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
			continue
		}
		file, anchor, hasAnchor := strings.Cut(target, "#")
		body := text
		if file != "" {
			var ok bool
			if body, ok = read(path.Join(path.Dir(name), file)); !ok {
				out = append(out, target+": there is no such file")
				continue
			}
		}
		if hasAnchor && !slices.Contains(anchors(body), anchor) {
			out = append(out, target+": no heading has this name")
		}
	}
	return out
}

// repository reads a file of the checkout; a folder is there without a text.
func repository(name string) (string, bool) {
	p := filepath.Join("..", "..", filepath.FromSlash(name))
	info, err := os.Stat(p)
	if err != nil || info.IsDir() {
		return "", err == nil
	}
	b, err := os.ReadFile(p)
	return string(b), err == nil
}

func TestLinksOfTheDocsLead(t *testing.T) {
	docs, err := DocFiles(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	linked := map[string]bool{"README.md": true, "CHANGELOG.md": true}
	for _, name := range docs {
		text := readDoc(t, name)
		for _, b := range brokenLinks(name, text, repository) {
			t.Errorf("%s: %s", name, b)
		}
		for _, m := range docLink.FindAllStringSubmatch(withoutBlocks(text), -1) {
			file, _, _ := strings.Cut(m[1], "#")
			target := path.Join(path.Dir(name), file)
			linked[target] = true
		}
	}
	for _, name := range docs {
		if !linked[name] && !linked[path.Dir(name)] {
			t.Errorf("no page leads to %s", name)
		}
	}
	none := func(string) (string, bool) { return "", false }
	for _, bad := range []string{"[a](absent.md)", "# A b\n[a](#a-c)", "[a](../x.md#y)"} {
		if len(brokenLinks("docs/p.md", bad, none)) != 1 {
			t.Errorf("%q passes", bad)
		}
	}
	if len(brokenLinks("docs/p.md", "# 1. A, b!\n[a](#1-a-b) [b](https://example.org/x)", none)) != 0 {
		t.Error("a right link is refused")
	}
}

// tops are the folders and files that a path of the repository begins with.
var tops = []string{"analysis", "crawler", "reports", "internal", "docs", "deploy", "bench", "tools", ".ci", "main.go", "go.mod",
	"Makefile", "README.md", "CHANGELOG.md", "NOTICE", "LICENSE"}

// absent are the files, folders and packages that a page names in code and that
// are not there.
func absent(text string, exists func(string) bool) []string {
	var out []string
	for _, m := range codeWord.FindAllStringSubmatch(withoutBlocks(text), -1) {
		word := strings.TrimSuffix(strings.TrimSuffix(m[1], "/…"), "/")
		first, rest, _ := strings.Cut(word, "/")
		if !slices.Contains(tops, first) || strings.ContainsAny(word, " {}<>…") || rest == "" && first == word &&
			!strings.Contains(m[1], "/") && !strings.Contains(m[1], ".") {
			continue
		}
		// a package may be named with one of its names: analysis/meta.Fit
		if !exists(word) && !exists(regexp.MustCompile(`\.[A-Z]\w*$`).ReplaceAllString(word, "")) {
			out = append(out, m[1])
		}
	}
	return out
}

func TestFilesThatTheDocsNameAreThere(t *testing.T) {
	docs, err := DocFiles(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	exists := func(name string) bool {
		found, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(name)))
		return err == nil && len(found) > 0
	}
	for _, name := range docs {
		if name == "CHANGELOG.md" {
			continue // tells of what was, too
		}
		for _, a := range absent(readDoc(t, name), exists) {
			t.Errorf("%s names %s, which is not there", name, a)
		}
	}
	if got := absent("`internal/nothing`, `crawler/ctgov`, `internal/vocab/data/*.yml`, `docs/`, `analysis/meta.Fit`, `reports`",
		exists); len(got) != 2 {
		t.Errorf("the check sees %v", got)
	}
}

var testsOfAPackage = regexp.MustCompile("`([a-z/]+)`((?: Test\\w+)+)")

// TestThreatsNameTheirTests: every row of the threat model names tests that there
// are, in the packages where they are.
func TestThreatsNameTheirTests(t *testing.T) {
	rows := 0
	for line := range strings.SplitSeq(readDoc(t, "docs/threat-model.md"), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") || strings.HasPrefix(line, "| input |") {
			continue
		}
		rows++
		found := testsOfAPackage.FindAllStringSubmatch(line, -1)
		if len(found) == 0 {
			t.Errorf("no test keeps this row: %.60s", line)
		}
		for _, m := range found {
			sources := testSources(t, "./"+m[1])
			for test := range strings.FieldsSeq(m[2]) {
				if !strings.Contains(sources, "func "+test+"(") {
					t.Errorf("%s has no %s", m[1], test)
				}
			}
		}
	}
	if rows < 8 {
		t.Errorf("%d rows", rows)
	}
}

// TestGoTestLinesOfTheDocs holds each "go test" of the documents against the
// packages and tests that there are.
func TestGoTestLinesOfTheDocs(t *testing.T) {
	docs, err := DocFiles(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range docs {
		for _, m := range goTest.FindAllStringSubmatch(readDoc(t, name), -1) {
			found++
			var sources string
			for _, pkg := range strings.Fields(m[1]) {
				own := testSources(t, pkg)
				if own == "" {
					t.Errorf("%s: %s: there are no tests in %s", name, m[0], pkg)
				}
				sources += own
			}
			for _, n := range testNames.FindAllStringSubmatch(m[2], -1) {
				kind := map[string]string{"run": "Test", "bench": "Benchmark"}[n[1]]
				if !regexp.MustCompile(`func ` + kind + `\w*` + strings.TrimPrefix(n[2], kind)).MatchString(sources) {
					t.Errorf("%s: %s: no %s has this name", name, m[0], strings.ToLower(kind))
				}
			}
		}
	}
	if found < 4 {
		t.Errorf("only %d lines were found", found)
	}
}

// testSources are the tests of a package, or of all below ./dir/... .
func testSources(t *testing.T, pkg string) string {
	t.Helper()
	dir, below := strings.CutSuffix(pkg, "/...")
	dir = filepath.Join("..", "..", filepath.FromSlash(dir))
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && path != dir && !below {
			if err == nil {
				err = filepath.SkipDir
			}
			return err
		}
		if !d.IsDir() && strings.HasSuffix(path, "_test.go") {
			text, err := os.ReadFile(path)
			b.Write(text)
			return err
		}
		return nil
	})
	if err != nil {
		return ""
	}
	return b.String()
}

// countOfStarter is a count of the starter set in a sentence.
var countOfStarter = regexp.MustCompile(`(\d+) (trials|studies|effects|findings|extracted comparisons|publications|papers|records)\b`)

// wrongCounts are the counts that a paragraph about the starter set or the
// demonstration gives and that are not its own.
func wrongCounts(text string, counts map[string]int) []string {
	var out []string
	for paragraph := range strings.SplitSeq(withoutBlocks(text), "\n\n") {
		for line := range strings.SplitSeq(paragraph, "\n|") {
			words := strings.Join(strings.Fields(line), " ")
			if !strings.Contains(words, "starter set") && !strings.Contains(words, "demonstration") {
				continue
			}
			for _, m := range countOfStarter.FindAllStringSubmatch(words, -1) {
				key := map[string]string{"trials": "records", "extracted comparisons": "effects", "papers": "publications"}[m[2]]
				if key == "" {
					key = m[2]
				}
				if b, _ := json.Marshal(counts[key]); string(b) != m[1] {
					out = append(out, m[0]+", there are "+string(b))
				}
			}
		}
	}
	return out
}

// TestCountsOfTheStarterSet compares every count of the starter set in a document
// with a run of the demonstration.
func TestCountsOfTheStarterSet(t *testing.T) {
	var out, errors bytes.Buffer
	if code := Run(context.Background(), []string{"demo", "--json", "--dir", filepath.Join(t.TempDir(), "demo")}, strings.NewReader(""),
		&out, &errors); code != ExitDone {
		t.Fatalf("past demo: exit code %d: %s", code, errors.String())
	}
	var doc struct{ Counts map[string]int }
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil || doc.Counts["effects"] == 0 {
		t.Fatalf("past demo --json: %v, %v", err, doc.Counts)
	}
	docs, err := DocFiles(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range docs {
		for _, w := range wrongCounts(readDoc(t, name), doc.Counts) {
			t.Errorf("%s: on the starter set: %s", name, w)
		}
	}
	if got := wrongCounts("The starter set holds 7 trials.\n\nOther 7 trials.\n\n| the starter set | 3 effects |",
		map[string]int{"records": 8, "effects": 3}); len(got) != 1 {
		t.Errorf("the check sees %v", got)
	}
}
