package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func committed(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestMistakesAreSeen breaks the committed files one promise at a time.
func TestMistakesAreSeen(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"Containerfile", "USER 65532:65532", "USER root", "USER must be"},
		{"Containerfile", "USER 65532:65532", "USER 0:0", "USER must be"},
		{"Containerfile", "ENTRYPOINT [\"/usr/local/bin/past\"]", "ENTRYPOINT /usr/local/bin/past", "exec form"},
		{"Containerfile", "WORKDIR /src", "WORKDRI /src", "unknown instruction"},
		{"Containerfile", " AS build", " as build", "FromAsCasing"},
		{"Containerfile", "VOLUME [\"/data\"]", "MAINTAINER somebody", "MaintainerDeprecated"},
	} {
		text := committed(t, c.file)
		broken := strings.Replace(text, c.old, c.new, 1)
		if broken == text {
			t.Errorf("%s no longer holds %q", c.file, c.old)
			continue
		}
		path := filepath.Join(t.TempDir(), c.file)
		if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := check(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: %v, want a word of %q", c.file, c.new, err, c.want)
		}
	}
}

func TestCommittedFiles(t *testing.T) {
	for _, name := range []string{"Containerfile"} {
		if what, err := check(filepath.Join("..", "..", "deploy", name)); err != nil {
			t.Errorf("%s: %v", name, err)
		} else {
			t.Log(what)
		}
	}
}
