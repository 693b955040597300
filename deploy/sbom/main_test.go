package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBillOfMaterials holds the bill of the program against what the go
// command reads from the same binary.
func TestBillOfMaterials(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "past")
	if b, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "past").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, b)
	}
	var one, two bytes.Buffer
	if err := write(&one, binary, "v1.2.3", "0123abcd"); err != nil {
		t.Fatal(err)
	}
	if err := write(&two, binary, "v1.2.3", "0123abcd"); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Errorf("the second bill differs (%v)", err)
	}
	var d document
	if err := json.Unmarshal(one.Bytes(), &d); err != nil || d.Format != "CycloneDX" || d.Metadata.Component.Name != "past" {
		t.Fatalf("%v %+v", err, d.Metadata)
	}
	if c := d.Metadata.Component; c.Version != "v1.2.3" || !slices.Contains(c.Props, property{"vcs:commit", "0123abcd"}) {
		t.Errorf("the bill does not name version and commit: %+v", c)
	}
	have := map[string]string{}
	for _, c := range d.Components {
		have[c.Name] = c.Version
	}
	list, err := exec.Command("go", "version", "-m", binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.SplitSeq(string(list), "\n") {
		f := strings.Fields(line)
		if len(f) >= 3 && f[0] == "dep" {
			n++
			if have[f[1]] != f[2] {
				t.Errorf("%s %s is in the binary, the bill says %q", f[1], f[2], have[f[1]])
			}
		}
	}
	if n < 5 || len(d.Components) != n+1 { // and the standard library
		t.Errorf("%d components, %d modules", len(d.Components), n)
	}
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("no binary"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{text, filepath.Join(dir, "none")} {
		if write(&one, name, "", "") == nil {
			t.Errorf("%s has a bill", name)
		}
	}
}
