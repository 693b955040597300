package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"past/internal/cli"
	"past/internal/needtest"
	"past/internal/starter"
)

// The tests of this file do what a reader of the documents does: write the
// files that a page gives, run its command lines in order in a folder of the
// page's own, and look whether exit codes and output are those it shows.
// Registers are the starter set's, on loopback; nothing leaves the machine.

// reader follows a document.
type reader struct {
	name, dir, home, register string
	env                       []string
	ran                       int
	unrun                     []string
	ports                     map[string]string // that the page names, and those taken here
	held                      []*exec.Cmd       // what runs until the page ends
}

// starterRegister serves the starter set's ClinicalTrials.gov records on
// loopback and gives its address.
func starterRegister(t testing.TB) string {
	h, err := starter.Register("ctgov")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL + "/api/v2"
}

// configuration is what sends every question to loopback. The other registers
// are not asked, and could not be: the proxy is an address where no one answers.
func (p *reader) configuration() string {
	return "sources: [ctgov]\nendpoints:\n  ctgov: " + p.register + "\n"
}

func newReader(t testing.TB, name, register string) *reader {
	t.Helper()
	p := &reader{name: name, dir: t.TempDir(), home: t.TempDir(), register: register, ports: map[string]string{}}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PAST_") && !strings.HasPrefix(v, "XDG_") && !strings.HasPrefix(v, "HOME=") && !strings.HasPrefix(v, "PATH=") {
			p.env = append(p.env, v)
		}
	}
	p.env = append(p.env, "HOME="+p.home, "PATH="+filepath.Dir(binary())+string(os.PathListSeparator)+os.Getenv("PATH"),
		"HTTP_PROXY=http://127.0.0.1:1", "HTTPS_PROXY=http://127.0.0.1:1", "NO_COLOR=1")
	if err := writeFile(filepath.Join(p.home, ".config", "past", "past.yaml"), p.configuration()+"contact: reader@example.org\n"); err != nil {
		t.Fatal(err)
	}
	return p
}

func writeFile(path, body string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(body), 0o644)
}

// lacks notes a line that is not run for want of a program, an error in CI.
func (p *reader) lacks(s cli.Step, program string) error {
	if needtest.CI() {
		return errors.New(program + " is not installed, and needed in CI (sh .ci/programs installs it)")
	}
	p.unrun = append(p.unrun, fmt.Sprintf("%s:%d: %s: %s is not installed", p.name, s.Line, s.Command, program))
	return nil
}

// step does one step and reports what is not as the document shows.
func (p *reader) step(s cli.Step) error {
	if s.File != "" {
		return p.file(s)
	}
	s.Command = strings.Replace(p.onFreePorts(s.Command), "./past ", "past ", 1) // the built program is in PATH
	program, _, _ := strings.Cut(s.Command, " ")
	switch {
	case s.NotRun != "":
		p.unrun = append(p.unrun, fmt.Sprintf("%s:%d: %s: %s", p.name, s.Line, s.Command, s.NotRun))
		return nil
	case s.Command == `export PATH="$PWD:$PATH"`:
		return nil // the tests' program is found already
	case program == "cd":
		to := strings.Replace(strings.TrimPrefix(s.Command, "cd "), "~", p.home, 1)
		if !filepath.IsAbs(to) {
			to = filepath.Join(p.dir, to)
		}
		p.dir = to
		_, err := os.Stat(to)
		return err
	case program == "export":
		return errors.New("a change of the environment ends with its line; name the variable in the lines that need it")
	case program == "make":
		return p.make(s)
	case strings.HasPrefix(s.Command, "go test "):
		p.unrun = append(p.unrun, fmt.Sprintf("%s:%d: %s: its packages are looked for, CI runs them", p.name, s.Line, s.Command))
		return nil
	case program != "past":
		if _, err := exec.LookPath(program); err != nil {
			return p.lacks(s, program)
		}
		if program == "Rscript" && exec.Command("Rscript", "-e", "library(metafor)").Run() != nil {
			return p.lacks(s, "the package metafor")
		}
	}
	p.ran++
	if s.Exit == 0 && s.Output == nil && (s.Command == "past demo" || s.Command == "past demo --dir past-demo") {
		return copyDemonstration(filepath.Join(p.dir, "past-demo")) // tests of their own run it
	}
	if keepsRunning.MatchString(s.Command) {
		return p.runUntilStopped(s)
	}
	return p.run(s, s.Command)
}

// file writes a file that the page gives, or one that the reader has saved.
func (p *reader) file(s cli.Step) error {
	body := s.Body
	switch {
	case s.Given:
		res, err := http.Get(p.register + "/studies/" + strings.TrimSuffix(filepath.Base(s.File), ".json"))
		if err != nil {
			return err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s: %w", s.File, res.Status, err)
		}
		body = string(b)
	case s.File == "past.yaml":
		body += p.configuration() // the reader's register is on loopback here
	}
	return writeFile(filepath.Join(p.dir, s.File), body)
}

func (p *reader) command(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Dir, cmd.Env = p.dir, p.env
	return cmd
}

func (p *reader) run(s cli.Step, line string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := p.command(ctx, line)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	if code := cmd.ProcessState.ExitCode(); code != s.Exit {
		return fmt.Errorf("exit code %d, the page tells %d\n%s", code, s.Exit, out)
	}
	if s.Output != nil && !docShows(s.Output, string(out)) {
		return fmt.Errorf("the page shows\n%s\n\nit prints\n%s", strings.Join(s.Output, "\n"), out)
	}
	return nil
}

// make follows a target of the Makefile: it must be there, and that of the demo
// runs what its recipe runs.
func (p *reader) make(s cli.Step) error {
	b, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	if err != nil {
		return err
	}
	target := strings.Fields(strings.TrimPrefix(s.Command, "make"))[0]
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:.*\n\t(.*)`).FindSubmatch(b)
	if m == nil {
		return fmt.Errorf("the Makefile has no target %s", target)
	}
	call, ok := strings.CutPrefix(string(m[1]), "./$(APP) ")
	if !ok {
		p.unrun = append(p.unrun, fmt.Sprintf("%s:%d: %s: a target of the Makefile, run by CI", p.name, s.Line, s.Command))
		return nil
	}
	p.ran++
	return p.run(s, "past "+call)
}

var keepsRunning = regexp.MustCompile(`^past (serve|refresh .*--(every|at)|mcp|demo --serve)\b`)

// fixedPort is a port that a page names; the test takes a free one for it.
var fixedPort = regexp.MustCompile(`(127\.0\.0\.1:|--port )(\d+)`)

func (p *reader) onFreePorts(line string) string {
	return fixedPort.ReplaceAllStringFunc(line, func(m string) string {
		parts := fixedPort.FindStringSubmatch(m)
		if p.ports[parts[2]] == "" {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return m
			}
			defer l.Close()
			_, p.ports[parts[2]], _ = net.SplitHostPort(l.Addr().String())
		}
		return parts[1] + p.ports[parts[2]]
	})
}

// end stops what a page left running.
func (p *reader) end() error {
	var errs []error
	for _, cmd := range p.held {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		errs = append(errs, cmd.Wait())
	}
	return errors.Join(errs...)
}

// runUntilStopped starts a program that serves or waits, asks it once it is
// there, and stops it as a terminal does.
func (p *reader) runUntilStopped(s cli.Step) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	line := s.Command
	if strings.HasPrefix(line, "past serve") && !strings.Contains(line, "--addr") {
		line = strings.Replace(line, "past serve", "past serve --addr 127.0.0.1:0", 1)
	}
	var out syncBuffer
	if strings.HasPrefix(line, "past demo --serve") { // others of the page's lines ask it
		cmd := p.command(context.Background(), "exec "+line)
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			return err
		}
		p.held = append(p.held, cmd)
		if err := docProbe(ctx, line, io.Discard, &out, nil); err != nil {
			return fmt.Errorf("%w\n%s", err, out.String())
		}
		return nil
	}
	cmd := p.command(ctx, "exec "+line)
	cmd.Stdout, cmd.Stderr = &out, &out
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended, gone := make(chan error, 1), make(chan struct{})
	go func() { ended <- cmd.Wait(); close(gone) }()
	err = docProbe(ctx, line, stdin, &out, ended)
	_ = stdin.Close()
	_ = cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-gone:
		if err == nil {
			err = <-ended
		}
	case <-ctx.Done():
		err = errors.Join(err, errors.New("it did not stop"))
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out.String())
	}
	return nil
}

// docProbe waits until the program is there and asks it something.
func docProbe(ctx context.Context, line string, stdin io.Writer, out *syncBuffer, ended <-chan error) error {
	ready := regexp.MustCompile(`http://127\.0\.0\.1:\d+[/ ]|waiting|"result"`)
	if strings.HasPrefix(line, "past mcp") {
		if _, err := stdin.Write([]byte(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",` +
			`"capabilities":{},"clientInfo":{"name":"reader","version":"1"}}}` + "\n")); err != nil {
			return err
		}
	}
	var url string
	for url == "" {
		select {
		case err := <-ended:
			return fmt.Errorf("it ended by itself: %v", err)
		case <-ctx.Done():
			return errors.New("it does not begin")
		case <-time.After(20 * time.Millisecond):
			url = ready.FindString(out.String())
		}
	}
	if !strings.HasPrefix(line, "past serve") {
		return nil
	}
	for _, path := range []string{"healthz", "", "api/v1/findings"} {
		res, err := http.Get(url + path)
		if err != nil {
			return err
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("GET /%s: %s", path, res.Status)
		}
	}
	return nil
}

// docShows reports whether a text is what a document shows of it: white space at the
// ends of lines and between words does not matter, … means anything, on a
// line of its own for any lines.
func docShows(shown []string, text string) bool {
	var re strings.Builder
	re.WriteString(`^`)
	for _, line := range trimmed(shown) {
		if strings.TrimSpace(line) == "…" {
			re.WriteString(`(?:.*\n)*?`)
			continue
		}
		var words []string
		for _, w := range strings.Fields(line) {
			words = append(words, strings.ReplaceAll(regexp.QuoteMeta(w), "…", `.*`))
		}
		re.WriteString(`\s*?` + strings.Join(words, ` +`) + ` *\n`)
	}
	re.WriteString(`$`)
	var lines []string
	for _, l := range trimmed(strings.Split(text, "\n")) {
		lines = append(lines, strings.TrimSpace(strings.ReplaceAll(l, "\t", " "))+"\n")
	}
	return regexp.MustCompile(re.String()).MatchString(strings.Join(lines, ""))
}

// trimmed leaves empty lines at both ends out.
func trimmed(lines []string) []string {
	empty := func(l string) bool { return strings.TrimSpace(l) == "" }
	for len(lines) > 0 && empty(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && empty(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// TestDocumentsAreFollowed follows every document from its first line to its
// last.
func TestDocumentsAreFollowed(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a shell is needed: the lines of the documents are for sh")
	}
	names, err := cli.DocFiles(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	reg := starterRegister(t)
	var mu sync.Mutex
	ran, docs, perDoc := 0, 0, map[string]int{}
	t.Cleanup(func() { // after the pages, which are followed side by side
		t.Logf("%d command lines run: %v", ran, perDoc)
		if ran < 60 && len(perDoc) == docs { // all of them, not those of a -run
			t.Errorf("only %d command lines were run", ran)
		}
	})
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		steps, err := cli.Steps(string(b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(steps) == 0 {
			continue
		}
		docs++
		t.Run(strings.ReplaceAll(name, "/", "."), func(t *testing.T) {
			t.Parallel()
			p := newReader(t, name, reg)
			for _, s := range steps {
				if err := p.step(s); err != nil {
					t.Errorf("%s:%d: %s%s\n%v", name, s.Line, s.Command, s.File, err)
				}
			}
			if err := p.end(); err != nil {
				t.Errorf("%s: what was left running: %v", name, err)
			}
			for _, l := range p.unrun {
				t.Log("not run:", l)
			}
			mu.Lock()
			defer mu.Unlock()
			ran += p.ran
			perDoc[name] = p.ran
		})
	}
}

// TestADocumentThatIsWrongIsNotFollowed proves that following can fail: by the
// exit code, by the output, by a number in it.
func TestADocumentThatIsWrongIsNotFollowed(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a shell is needed: the lines of the documents are for sh")
	}
	p := newReader(t, "a page", starterRegister(t))
	table := "<!-- file: two.csv -->\n```csv\nstudy,yi,vi\nA,-0.5,0.04\nB,-0.3,0.09\n```\n"
	for text, why := range map[string]string{
		table + "```sh\npast meta two.csv --no-such-flag\n```":        "exit code 2, the page tells 0",
		table + "```sh\npast meta two.csv  # exit code 3\n```":        "exit code 0, the page tells 3",
		table + "```console\n$ past meta two.csv\nk = 3\n…\n```":      "it prints",
		"```sh\npast status --db absent.db\n```":                      "absent.db",
		"```sh\nmake nothing\n```":                                    "no target nothing",
		"```sh\nexport PAST_DB=a.db\n```":                             "ends with its line",
		"```sh\npast serve --addr 127.0.0.1:8080 --db absent.db\n```": "ended by itself",
	} {
		steps, err := cli.Steps(text)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range steps {
			err := p.step(s)
			if i < len(steps)-1 && err != nil {
				t.Fatal(err)
			}
			if i == len(steps)-1 && (err == nil || !strings.Contains(err.Error(), why)) {
				t.Errorf("%s\npasses or fails otherwise: %v", text, err)
			}
		}
	}
	for _, c := range []struct {
		shown, text string
		want        bool
	}{
		{"k = 2", "k = 2\n", true}, {"k = 2", "k = 3\n", false}, {"a  b", "a b", true}, {"a", "a\nb", false}, {"a\n…", "a\nb\nc", true},
		{"…\nc", "a\nb\nc", true}, {"a\nc", "a\nb\nc", false}, {"e-… ok", "e-12ab ok", true}, {"n\n\nm", "n\n\nm\n", true},
		{"−0.71 […]", "−0.72 [1, 2]", false},
	} {
		if got := docShows(strings.Split(c.shown, "\n"), c.text); got != c.want {
			t.Errorf("docShows(%q, %q) = %v", c.shown, c.text, got)
		}
	}
	if !slices.Contains(p.env, "HOME="+p.home) || bytes.Contains([]byte(strings.Join(p.env, "\n")), []byte("PAST_DB")) {
		t.Error("the reader's settings leak into the test")
	}
}

// syncBuffer is a buffer that a running program writes and a test reads.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
