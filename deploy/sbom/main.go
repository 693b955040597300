// Command sbom writes the bill of materials of a Go binary as CycloneDX 1.6
// JSON: the modules that the linker wrote into it, with their checksums. The
// same binary gives the same bytes.
//
//	go run ./deploy/sbom -version v1.0.0 -commit 0123abc dist/past_v1.0.0_linux_amd64 > past.cdx.json
//
// Version and commit are given, because a build without paths leaves the
// linker's flags out of the binary's own record.
package main

import (
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
)

func main() {
	version := flag.String("version", "", "version of the program")
	commit := flag.String("commit", "", "commit it was built from")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: sbom [-version V] [-commit C] BINARY")
		os.Exit(2)
	}
	if err := write(os.Stdout, flag.Arg(0), *version, *commit); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

type component struct {
	Type    string     `json:"type"`
	Ref     string     `json:"bom-ref"`
	Name    string     `json:"name"`
	Version string     `json:"version,omitempty"`
	PURL    string     `json:"purl,omitempty"`
	Props   []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

type document struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

// write gives the bill of a binary. An empty version is the one that the binary
// names, if any; an empty commit is left out.
func write(w io.Writer, binary, version, commit string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	if len(info.Deps) == 0 {
		return errors.New("the binary names no modules")
	}
	if version == "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	root := component{Type: "application", Ref: "past", Name: info.Main.Path, Version: version,
		Props: []property{{"file", filepath.Base(binary)}}}
	if commit != "" {
		root.Props = append(root.Props, property{"vcs:commit", commit})
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS", "GOARCH", "CGO_ENABLED", "-trimpath":
			root.Props = append(root.Props, property{"go:" + s.Key, s.Value})
		}
	}
	d := document{Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: metadata{root}}
	d.Components = append(d.Components, component{Type: "library", Ref: "pkg:golang/std@" + info.GoVersion, Name: "std",
		Version: info.GoVersion, PURL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")})
	for _, m := range info.Deps {
		c, err := library(m)
		if err != nil {
			return err
		}
		d.Components = append(d.Components, c)
	}
	deps := dependency{Ref: root.Ref}
	for _, c := range d.Components {
		deps.DependsOn = append(deps.DependsOn, c.Ref)
	}
	d.Dependencies = []dependency{deps}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(d)
}

func library(m *debug.Module) (component, error) {
	for m.Replace != nil {
		m = m.Replace
	}
	purl := "pkg:golang/" + m.Path + "@" + m.Version
	c := component{Type: "library", Ref: purl, Name: m.Path, Version: m.Version, PURL: purl}
	// h1: is the SHA-256 over the sorted list of the module's files and hashes
	// (golang.org/ref/mod#go-sum-files), not over an archive: it is named as such.
	if sum, ok := strings.CutPrefix(m.Sum, "h1:"); ok {
		b, err := base64.StdEncoding.DecodeString(sum)
		if err != nil {
			return c, fmt.Errorf("checksum of %s: %w", m.Path, err)
		}
		c.Props = []property{{"go:h1", m.Sum}, {"go:h1:sha256", hex.EncodeToString(b)}}
	}
	return c, nil
}
