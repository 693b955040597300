package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"

	"past/internal/edition/gate"
	"past/internal/run"
	"past/internal/run/notify"
	"past/internal/text"
	"past/internal/wholefile"
)

// config is past.yaml. Flags win over the environment, the environment over
// this file, this file over the defaults. Secrets are not read from it: keys
// that end in _file name the files that hold them.
type config struct {
	DB        string            `yaml:"db"`
	Contact   string            `yaml:"contact"`
	Review    string            `yaml:"review"`
	Out       string            `yaml:"out"`
	Endpoints map[string]string `yaml:"endpoints"`
	Sources   []string          `yaml:"sources"`
	Refresh   refreshConfig     `yaml:"refresh"`
}

// refreshConfig is its section for past refresh.
type refreshConfig struct {
	Every     string       `yaml:"every"`
	At        string       `yaml:"at"`
	Jitter    string       `yaml:"jitter"`
	CatchUp   *bool        `yaml:"catch_up"`
	Out       string       `yaml:"out"`
	Base      string       `yaml:"base"`
	Sources   []string     `yaml:"sources"`
	Notify    notifyConfig `yaml:"notify"`
	GateRules string       `yaml:"gate_rules"`
	Gate      gateConfig   `yaml:"gate"`
}

type notifyConfig struct {
	Command           string     `yaml:"command"`
	Webhook           string     `yaml:"webhook"`
	WebhookSecretFile string     `yaml:"webhook_secret_file"`
	Mail              mailConfig `yaml:"mail"`
}

type mailConfig struct {
	Server       string   `yaml:"server"`
	TLS          string   `yaml:"tls"`
	CAFile       string   `yaml:"ca_file"`
	User         string   `yaml:"user"`
	PasswordFile string   `yaml:"password_file"`
	From         string   `yaml:"from"`
	To           []string `yaml:"to"`
}

// gateConfig has the bounds of the gate that differ from the defaults.
type gateConfig struct {
	SourceShrink    *float64 `yaml:"source_shrink"`
	SourceShrinkMin *int64   `yaml:"source_shrink_min"`
	Uncaused        *float64 `yaml:"uncaused"`
	ProblemShare    *float64 `yaml:"problem_share"`
	ProblemMin      *int64   `yaml:"problem_min"`
	DriftShare      *float64 `yaml:"drift_share"`
	DriftMin        *int     `yaml:"drift_min"`
	StaleDecisions  *int     `yaml:"stale_decisions"`
}

// over sets the bounds that the file names.
func (g gateConfig) over(th *gate.Thresholds) {
	give(&th.SourceShrink, g.SourceShrink)
	give(&th.SourceShrinkMin, g.SourceShrinkMin)
	give(&th.Uncaused, g.Uncaused)
	give(&th.ProblemShare, g.ProblemShare)
	give(&th.ProblemMin, g.ProblemMin)
	give(&th.DriftShare, g.DriftShare)
	give(&th.DriftMin, g.DriftMin)
	give(&th.StaleDecisions, g.StaleDecisions)
}

func give[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// Bounds of the files that a flag names, in bytes.
const (
	maxSettings = 4 << 20   // settings and questions
	maxDocument = 128 << 20 // tables and editions
)

// loadConfig fills in what neither a flag nor the environment gave.
func (g *grammar) loadConfig(k *kong.Context) error {
	path, named := g.Config, g.Config != ""
	if !named {
		path = findConfig()
	}
	if path == "" {
		return nil
	}
	b, err := wholefile.Read(path, maxSettings)
	if err != nil {
		if !named && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("configuration %s: %w", path, err)
	}
	c, err := parseConfig(b)
	if err != nil {
		return fmt.Errorf("configuration %s%w", path, err)
	}
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	if named := g.DB; named != "" && c.Review != "" && !sameFile(named, c.DB) {
		// The review files of one database say nothing about another.
		g.otherReview, c.Review = c.Review, ""
	}
	if k == nil || k.Command() != "demo" { // the demonstration has a database of its own
		set(&g.DB, c.DB)
	}
	set(&g.Contact, c.Contact)
	g.applyConfig(c)
	return nil
}

// sameFile reports whether two paths mean the same file.
func sameFile(a, b string) bool {
	x, err := filepath.Abs(a)
	y, err2 := filepath.Abs(b)
	if err != nil || err2 != nil || b == "" {
		return false
	}
	fa, err := os.Stat(x)
	fb, err2 := os.Stat(y)
	return x == y || err == nil && err2 == nil && os.SameFile(fa, fb)
}

// parseConfig reads past.yaml. An error begins with " line N: " or ": ".
func parseConfig(b []byte) (config, error) {
	var c config
	lines, err := checkKeys(b, c)
	if err != nil {
		return c, err
	}
	if err := yaml.UnmarshalWithOptions(b, &c, yaml.Strict()); err != nil {
		return c, fmt.Errorf(": %s", text.YAMLError(err))
	}
	return c, c.check(lines)
}

// check looks at values; lines has the line of each key.
func (c config) check(lines map[string]int) error {
	at := func(key, format string, args ...any) error {
		return fmt.Errorf(" line %d: %s: %s", lines[key], key, fmt.Sprintf(format, args...))
	}
	r := c.Refresh
	for _, d := range []struct{ key, value string }{{"refresh.every", r.Every}, {"refresh.jitter", r.Jitter}} {
		if d.value == "" {
			continue
		}
		if v, err := time.ParseDuration(d.value); err != nil || v < 0 {
			return at(d.key, "%q is no duration such as 24h or 30m", d.value)
		}
	}
	if r.Every != "" && r.At != "" {
		return at("refresh.at", "a schedule has either an interval (every) or a time of day (at)")
	}
	if r.At != "" {
		if err := (run.Schedule{At: r.At}).Check(); err != nil {
			return at("refresh.at", "%s", err)
		}
	}
	if c.Out != "" && r.Out != "" && filepath.Clean(c.Out) == filepath.Clean(r.Out) {
		return at("refresh.out", "%s is the folder of past report (out) already; a published folder is one of its own", r.Out)
	}
	if r.GateRules != "" && r.Gate != (gateConfig{}) {
		return at("refresh.gate_rules", "the bounds stand either in a file of their own or under gate")
	}
	if r.Notify.Webhook != "" {
		if err := notify.CheckWebhook(r.Notify.Webhook); err != nil {
			return at("refresh.notify.webhook", "%s", err)
		}
	}
	return nil
}

// publishedFolder is where editions are published: out (--out, PAST_SITE or
// refresh.out) or else past-site. report, the configuration's out, is the
// folder of past report and never meant here: one that holds published
// editions all the same is an error, so that readers are not left with an old
// one.
func publishedFolder(out, report string) (string, error) {
	if out != "" {
		return out, nil
	}
	if report != "" {
		if _, err := os.Stat(filepath.Join(report, "editions")); err == nil {
			return "", usage("the configuration's out names %s, which holds published editions; out is the folder of past report "+
				"alone: name the published folder as out under refresh, or with --out", report)
		}
	}
	return "past-site", nil
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
