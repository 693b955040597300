// Command deploycheck reads Containerfiles with BuildKit's parser and its lint
// rules, and checks what the product promises: no root, data on a volume.
//
//	go run -C tools ./deploycheck ../deploy/Containerfile
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: deploycheck FILE…")
		os.Exit(2)
	}
	failed := false
	for _, path := range os.Args[1:] {
		what, err := check(path)
		if err != nil {
			failed = true
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			continue
		}
		fmt.Printf("%s: %s\n", path, what)
	}
	if failed {
		os.Exit(1)
	}
}

func check(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if name := filepath.Base(path); name != "Containerfile" && name != "Dockerfile" {
		return "", errors.New("no Containerfile")
	}
	return containerfile(b)
}
