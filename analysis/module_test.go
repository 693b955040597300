package analysis_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const program = `package main

import (
	"fmt"

	"past/analysis"
	"past/analysis/meta"
	"past/analysis/multilevel"
)

func main() {
	r, err := meta.Fit([]float64{-0.41, -0.40, -0.39}, []float64{0.04, 0.05, 0.06}, meta.Options{Test: meta.KnHa})
	if err != nil {
		panic(err)
	}
	fmt.Println(r.Unguarded != nil, r.Warnings.Has(analysis.Guarded), multilevel.InterceptName)
}
`

// The lines of the package's documentation make the packages usable from another
// module.
func TestAnotherModuleImportsThePackages(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^//\t((?:require|replace) past .*)$`).FindAllStringSubmatch(string(doc), -1)
	if len(lines) != 2 {
		t.Fatalf("the documentation has %d lines for go.mod, want 2", len(lines))
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	mod := "module other\n\ngo 1.26\n"
	for _, l := range lines {
		mod += "\n" + strings.Replace(l[1], "../past", `"`+filepath.ToSlash(root)+`"`, 1)
	}
	sums, err := os.ReadFile("../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": mod + "\n", "go.sum": string(sums), "main.go": program} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", "-mod=mod", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if want := "true true intrcpt\n"; err != nil || string(out) != want {
		t.Errorf("%v: %s", err, out)
	}
}
