package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"
)

// Exit codes, the same for every command.
const (
	ExitDone    = 0
	ExitFailed  = 1
	ExitUsage   = 2
	ExitWarned  = 3 // done, with warnings
	ExitRefused = 4 // the gate refused
)

// Globals are the flags every command knows.
type Globals struct {
	DB         string `name:"db" help:"Database file (default: db of past.yaml, else past/past.db in the user's data directory, $$XDG_DATA_HOME or ~/.local/share)." placeholder:"FILE" env:"PAST_DB"`
	JSON       bool   `name:"json" help:"Print JSON for programs."`
	AsOf       string `name:"as-of" help:"Read as of this day: the evidence received by its end." placeholder:"YYYY-MM-DD"`
	RegisterCA string `name:"register-ca" help:"PEM file of certificate authorities to trust beside the system's when registers are asked." env:"PAST_REGISTER_CA" placeholder:"FILE"`
	Contact    string `name:"contact" help:"Contact (mail or URL) that registers see in the User-Agent." env:"PAST_CONTACT" placeholder:"MAIL"`
	Config     string `name:"config" help:"Configuration file (default: past.yaml here, then in the user's configuration directory)." placeholder:"FILE" env:"PAST_CONFIG"`

	otherReview string // the configuration's review folder, when it belongs to another database than --db
}

// Env is the world a command talks to; tests give it other streams.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Globals        *Globals
	// Version of the program, as printed and as written into editions.
	Version string

	counts             map[string]int64 // of the stage at work, for its run record
	warned             bool             // the outcome is less than it could be: exit 3
	toldDB             bool             // which database the command took by default
	asOfDB, asOfReview string           // the rebuilt database of --as-of, once made
	cleanup            []func()
}

// close removes what a command left behind for its own use.
func (e *Env) close() {
	for _, f := range e.cleanup {
		f()
	}
}

// ExitError carries an exit code and, if Err is set, what went wrong.
type ExitError struct {
	Code int
	Err  error
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Code)
	}
	return e.Err.Error()
}

func (e *ExitError) Unwrap() error { return e.Err }

// usage marks an error as a mistake in how the command was called.
func usage(format string, args ...any) error {
	return &ExitError{Code: ExitUsage, Err: fmt.Errorf(format, args...)}
}

// warned ends a command that did its work and has warnings.
func warned() error { return &ExitError{Code: ExitWarned} }

type grammar struct {
	Globals
	commands
	Version kong.VersionFlag `name:"version" help:"Print version and commit, and exit."`
}

// Run executes one command line and returns the exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	var g grammar
	out := &printed{w: stdout}
	stdout = out
	exited := -1
	options := []kong.Option{
		kong.Name("past"),
		kong.Description("A research evidence tracker: from a register's record to a cited, versioned finding.\nNo output is medical advice."),
		kong.UsageOnError(), kong.Writers(stdout, stderr),
		kong.Vars{"version": versionLine()},
		kong.Exit(func(c int) { exited = c; panic(exitNow{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
	}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exitNow); !ok {
				panic(r)
			}
			code = exited
		}
		if out.err != nil && (code == ExitDone || code == ExitWarned) { // what was printed is cut
			fmt.Fprintln(stderr, "past:", out.err)
			code = ExitFailed
		}
	}()
	parser, err := kong.New(&g, options...)
	if err != nil {
		fmt.Fprintln(stderr, "past:", err)
		return ExitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "past: %s\nRun \"past --help\" or \"past COMMAND --help\" for usage.\n", err)
		return ExitUsage
	}
	if err := g.loadConfig(k); err != nil {
		fmt.Fprintln(stderr, "past:", err)
		return ExitUsage
	}
	env := &Env{Stdin: stdin, Stdout: stdout, Stderr: stderr, Globals: &g.Globals, Version: version()}
	defer env.close()
	code = report(k.Run(env), stderr)
	if code == ExitDone && env.warned {
		code = ExitWarned
	}
	return code
}

type exitNow struct{}

// printed is the standard output; it keeps the first error, which commands that
// print line by line do not look at.
type printed struct {
	w   io.Writer
	err error
}

func (p *printed) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	if p.err == nil {
		p.err = err
	}
	return n, err
}

func report(err error, stderr io.Writer) int {
	if err == nil {
		return ExitDone
	}
	var exit *ExitError
	if errors.As(err, &exit) {
		if exit.Err != nil {
			fmt.Fprintln(stderr, "past:", exit.Err)
		}
		return exit.Code
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "past: stopped; everything committed so far is kept, and the same command goes on from there")
		return ExitFailed
	}
	fmt.Fprintln(stderr, "past:", err)
	return ExitFailed
}

// database is the path of the database: --db, or past.db under the data
// directory of the user (XDG).
func (e *Env) database() (string, error) {
	if e.Globals.DB != "" {
		return e.Globals.DB, nil
	}
	dir, err := dataDir()
	if err != nil {
		return "", fmt.Errorf("no data directory (%w); name a database with --db FILE", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("data directory: %w; name a database with --db FILE", err)
	}
	return filepath.Join(dir, "past.db"), nil
}

func dataDir() (string, error) {
	if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "past"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".local", "share", "past"), nil
}
