// Command deploycheck reads deployment files with the code of the programs
// they are for: Kubernetes manifests strictly into the published API types
// (an unknown, misspelt or doubled key is a mistake), Containerfiles with
// BuildKit's parser and its lint rules. It then holds both against what the
// product promises: no root, a read-only root file system, no privileges, one
// cycle at a time, data on a volume.
//
//	go run -C tools ./deploycheck ../deploy/kubernetes.yaml ../deploy/Containerfile
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
	switch ext := filepath.Ext(path); {
	case ext == ".yaml" || ext == ".yml":
		return manifests(b)
	case filepath.Base(path) == "Containerfile" || filepath.Base(path) == "Dockerfile":
		return containerfile(b)
	}
	return "", errors.New("neither a manifest (.yaml) nor a Containerfile")
}
