package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// This file finds the command lines of the documents and of the units in
// deploy/. docs_test.go compares them with the grammar, docs_run_test.go runs
// the fenced ones.
//
// In a document
//   - a block fenced as sh holds one command a line (a line that ends in \ goes
//     on), with an exit code other than 0 in its comment: "# exit code 3";
//   - a block fenced as console holds commands after "$ " and what they print,
//     where … means anything;
//   - <!-- file: NAME --> before a block says that the block is that file;
//   - <!-- given: NAME.json --> says that the reader has saved the register's
//     record NAME under that name;
//   - <!-- not run: REASON --> before a block says that it is parsed only, and
//     <!-- not run: LINE (REASON) --> that the lines that begin so are.

// Step is one thing that a reader of a document does: a file that is written,
// or a command line.
type Step struct {
	Line    int      // of the document, from 1
	File    string   // name of a file to write; empty for commands
	Given   bool     // the file is a register's record, saved by the reader
	Body    string   // what is in the file
	Command string   // command line for sh
	Exit    int      // the exit code that the document tells
	Output  []string // what it shows; nil where it shows nothing
	NotRun  string   // the document's reason why the line is not run
}

// Mention is a command line of past that is named in a text.
type Mention struct {
	Line int
	Text string // what follows "past "
}

// DocFiles are README.md, CHANGELOG.md and all pages below docs/, with slashes,
// relative to the repository's root.
func DocFiles(root string) ([]string, error) {
	files := []string{"README.md", "CHANGELOG.md"}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".md") {
			rel, _ := filepath.Rel(root, path)
			files = append(files, filepath.ToSlash(rel))
		}
		return err
	})
	return files, err
}

// UnitFiles are the files of deploy/, without the folders in it.
func UnitFiles(root string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(root, "deploy"))
	var files []string
	for _, e := range entries {
		if !e.IsDir() {
			files = append(files, "deploy/"+e.Name())
		}
	}
	return files, err
}

var (
	fence      = regexp.MustCompile("^(```+)([a-z]*)\\s*$")
	marker     = regexp.MustCompile(`^<!-- (file|given|not run): (.*?) -->$`)
	exitCode   = regexp.MustCompile(`\bexit code (\d)\b`)
	reasonTail = regexp.MustCompile(`^(.*?) \(([^()]*)\)$`)
	inlinePast = regexp.MustCompile("`past ([a-z-][^`]*)`")
	fencedPast = regexp.MustCompile(`^\s*(?:\$ )?past ([a-z-].*)$`)
	unitPast   = regexp.MustCompile(`(?:^|[\s/="])past"? ((?:[a-z]+|--[a-z-]+)(?: .*)?)$`)
	execForm   = regexp.MustCompile(`^CMD \[(.*)\]$`)
)

// Steps reads a document in the order in which a reader goes through it.
func Steps(text string) ([]Step, error) {
	var steps []Step
	lines := strings.Split(text, "\n")
	mark, arg := "", ""
	for i := 0; i < len(lines); i++ {
		if m := marker.FindStringSubmatch(lines[i]); m != nil {
			if mark, arg = m[1], m[2]; mark == "given" {
				steps = append(steps, Step{Line: i + 1, File: arg, Given: true})
				mark = ""
			}
			continue
		}
		m := fence.FindStringSubmatch(lines[i])
		if m == nil {
			if strings.TrimSpace(lines[i]) != "" && mark != "" {
				return nil, fmt.Errorf("line %d: <!-- %s: %s --> stands before no block", i+1, mark, arg)
			}
			continue
		}
		begin := i + 1
		end := slices.Index(lines[begin:], m[1])
		if end < 0 {
			return nil, fmt.Errorf("line %d: the block does not end", i+1)
		}
		body := lines[begin : begin+end]
		got, err := blockSteps(m[2], body, begin, mark, arg)
		if err != nil {
			return nil, err
		}
		steps = append(steps, got...)
		i, mark, arg = begin+end, "", ""
	}
	return steps, nil
}

// blockSteps are the steps of one fenced block whose first line has the index
// at.
func blockSteps(lang string, body []string, at int, mark, arg string) ([]Step, error) {
	switch {
	case mark == "file":
		return []Step{{Line: at + 1, File: arg, Body: strings.Join(body, "\n") + "\n"}}, nil
	case lang != "sh" && lang != "console":
		if i := slices.IndexFunc(body, func(l string) bool { return fencedPast.MatchString(l) }); i >= 0 {
			return nil, fmt.Errorf("line %d: a command in a block that is neither sh nor console", at+i+1)
		}
		return nil, nil
	}
	var steps []Step
	for i := 0; i < len(body); i++ {
		line, n := body[i], at+i+1
		if lang == "console" {
			command, ok := strings.CutPrefix(line, "$ ")
			if !ok {
				if len(steps) == 0 {
					return nil, fmt.Errorf("line %d: output before any command", n)
				}
				s := &steps[len(steps)-1]
				s.Output = append(s.Output, line)
				continue
			}
			line = command
		} else if strings.TrimSpace(line) == "" || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for strings.HasSuffix(line, `\`) && i+1 < len(body) {
			i++
			line = strings.TrimSuffix(line, `\`) + strings.TrimSpace(body[i])
		}
		s := Step{Line: n, Command: line}
		if _, comment, ok := strings.Cut(line, " #"); ok {
			if m := exitCode.FindStringSubmatch(comment); m != nil {
				s.Exit = int(m[1][0] - '0')
			}
		}
		steps = append(steps, s)
	}
	if mark == "not run" {
		return notRun(steps, at, arg)
	}
	return steps, nil
}

// notRun marks the line that the reason names, or all of the block.
func notRun(steps []Step, at int, arg string) ([]Step, error) {
	only, reason := "", arg
	if m := reasonTail.FindStringSubmatch(arg); m != nil {
		only, reason = m[1], m[2]
	}
	marked := 0
	for i := range steps {
		if only == "" || strings.HasPrefix(steps[i].Command, only) {
			steps[i].NotRun = reason
			marked++
		}
	}
	if marked == 0 {
		return nil, fmt.Errorf("line %d: no line of the block begins with %q", at, only)
	}
	return steps, nil
}

// Mentions are the calls of past that a document names in its sentences and
// tables; alternatives (export|import) are a mention each.
func Mentions(text string) []Mention {
	var out []Mention
	inBlock := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "```") {
			inBlock = !inBlock
		}
		if inBlock {
			continue
		}
		for _, m := range inlinePast.FindAllStringSubmatch(line, -1) {
			for _, alt := range alternatives(strings.ReplaceAll(m[1], `\|`, "|")) {
				out = append(out, Mention{i + 1, alt})
			}
		}
	}
	return out
}

// UnitCalls are the calls of past in a unit, a schedule, a container file or a
// workflow. A comment counts where its last words are a call of a known
// command; elsewhere every call counts, whatever it says.
func UnitCalls(text string, known func(command string) bool) []Mention {
	var out []Mention
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if m := execForm.FindStringSubmatch(line); m != nil {
			out = append(out, Mention{i + 1, strings.NewReplacer(`", "`, " ", `"`, "").Replace(m[1])})
			continue
		}
		m := unitPast.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		call := m[1]
		for _, quote := range []string{`'`, `"`} {
			if strings.Count(call, quote)%2 == 1 { // the call stands in quotes and ends with them
				call, _, _ = strings.Cut(call, quote)
			}
		}
		first, _, _ := strings.Cut(call, " ")
		if !strings.HasPrefix(line, "#") || known(first) {
			out = append(out, Mention{i + 1, call})
		}
	}
	return out
}

// alternatives writes "review export|import" as two calls.
func alternatives(call string) []string {
	fields := strings.Fields(call)
	for i, f := range fields {
		if strings.Contains(f, "|") && !strings.Contains(call, " | ") {
			var out []string
			for alt := range strings.SplitSeq(f, "|") {
				out = append(out, alternatives(strings.Join(slices.Concat(fields[:i], []string{alt}, fields[i+1:]), " "))...)
			}
			return out
		}
	}
	return []string{call}
}
