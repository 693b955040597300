package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// config is past.yaml. Flags win over the environment, the environment over
// this file, this file over the defaults. Secrets are not read from it.
type config struct {
	DB        string            `yaml:"db"`
	Contact   string            `yaml:"contact"`
	Review    string            `yaml:"review"`
	Out       string            `yaml:"out"`
	Endpoints map[string]string `yaml:"endpoints"`
	Sources   []string          `yaml:"sources"`
}

// loadConfig fills in what neither a flag nor the environment gave.
func (g *grammar) loadConfig(k *kong.Context) error {
	path, named := g.Config, g.Config != ""
	if !named {
		path = findConfig()
	}
	if path == "" {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		if !named && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("configuration %s: %w", path, err)
	}
	var c config
	if err := yaml.UnmarshalWithOptions(b, &c, yaml.Strict()); err != nil {
		return fmt.Errorf("configuration %s: %s", path, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	set(&g.DB, c.DB)
	set(&g.Contact, c.Contact)
	g.applyConfig(c)
	return nil
}

func findConfig() string {
	if _, err := os.Stat("past.yaml"); err == nil {
		return "past.yaml"
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	p := filepath.Join(dir, "past", "past.yaml")
	if _, err := os.Stat(p); err == nil {
		return p
	}
	return ""
}
