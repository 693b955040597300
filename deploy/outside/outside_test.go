package outside

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"past/internal/needtest"
)

// patience bounds an outside program that waits for something for ever.
const patience = 10 * time.Minute

// binary is the program itself, built once for all tests of this package.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "past-outside-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "past")
		build := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "past")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			panic(err)
		}
		return m.Run()
	}())
}

// run starts a program in a folder and gives what it prints; it must end with
// status 0.
func run(t *testing.T, dir string, env []string, name string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%.2000s", filepath.Base(name), strings.Join(args, " "), err, stderr.String(), out)
	}
	return out
}

// tried runs a program that may fail, and gives all it prints.
func tried(t *testing.T, dir string, env []string, name string, args ...string) (out string, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	b, err := cmd.CombinedOutput()
	return string(b), err == nil
}

// node gives Node.js and the setting that lets it find the modules of
// tools/node, which .ci/node installs.
func node(t *testing.T) (path string, env []string) {
	t.Helper()
	path = needtest.Program(t, "node")
	modules := os.Getenv("PAST_NODE_MODULES")
	if modules == "" {
		needtest.Absent(t, "PAST_NODE_MODULES=$(sh .ci/node), which installs the outside programs by npm,", nil)
	}
	return path, []string{"NODE_PATH=" + modules}
}

// script is the absolute path of a file of this folder.
func script(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// evidence makes a folder with a database in which no exported table is empty:
// the starter set, and synthetic records with posted results and papers. It
// gives the folder and the database's name in it.
func evidence(t *testing.T) (dir, db string) {
	t.Helper()
	dir = t.TempDir()
	run(t, dir, nil, binary, "demo", "--dir", "demo")
	db = filepath.Join("demo", "past.db")
	root := script(t, filepath.Join("..", ".."))
	args := []string{"import", "--db", db}
	for _, name := range []string{"crawler/ctgov/testdata/NCT99900001.json", "internal/extract/testdata/synthetic-fsfi.json",
		"internal/extract/testdata/synthetic-mdma-caps5.json", "crawler/pubmed/testdata/articles.xml"} {
		args = append(args, filepath.Join(root, filepath.FromSlash(name)))
	}
	run(t, dir, nil, binary, args...)
	run(t, dir, nil, binary, "extract", "--db", db)
	return dir, db
}
