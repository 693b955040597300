package cli

import (
	"bytes"
	"os"
	"past/internal/edition/gate"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

// wholeConfig has every key.
const wholeConfig = `# a comment
db: a.db
contact: me@example.org
review: review
out: site
endpoints: {ctgov: "http://127.0.0.1:1/api/v2"}
sources: [ctgov]
refresh:
  at: 03:10
  jitter: 30m
  catch_up: false
  out: published
  base: https://evidence.example
  sources: [ctgov, isrctn]
  notify:
    command: ./tell
    webhook: https://hooks.example/x
    webhook_secret_file: hook.key
    mail:
      server: smtp.example:587
      tls: starttls
      ca_file: ca.pem
      user: tracker
      password_file: smtp.key
      from: tracker@example.org
      to: [a@example.org, b@example.org]
  gate:
    source_shrink: 0.2
    source_shrink_min: 9
    uncaused: 0.5
    problem_share: 0.3
    problem_min: 8
    drift_share: 0.4
    drift_min: 7
    stale_decisions: 6
`

// parsed is a command line with a configuration and an environment.
func parsed(t *testing.T, yaml string, env map[string]string, args ...string) *grammar {
	t.Helper()
	path := filepath.Join(t.TempDir(), "past.yaml")
	if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	for k, v := range env {
		t.Setenv(k, v)
	}
	var g grammar
	p, err := kong.New(&g, kong.Vars{"version": "test"})
	if err != nil {
		t.Fatal(err)
	}
	k, err := p.Parse(append(args, "--config", path))
	if err != nil {
		t.Fatal(err)
	}
	if err := g.loadConfig(k); err != nil {
		t.Fatal(err)
	}
	return &g
}

func TestConfigurationIsTaken(t *testing.T) {
	g := parsed(t, wholeConfig, nil, "refresh")
	r := g.Refresh
	if g.DB != "a.db" || g.Contact != "me@example.org" || r.Review != "review" || r.At != "03:10" || r.Every != 0 ||
		*r.Jitter != 30*time.Minute || *r.CatchUp ||
		r.Out != "published" || r.Base != "https://evidence.example" || !slices.Equal(r.Source, []string{"ctgov", "isrctn"}) ||
		r.Endpoint["ctgov"] == "" ||
		r.NotifyCommand != "./tell" || r.NotifyWebhook != "https://hooks.example/x" || r.webhookSecretFile != "hook.key" ||
		r.MailServer != "smtp.example:587" ||
		r.MailTLS != "starttls" || r.MailCA != "ca.pem" || r.mailUser != "tracker" || r.passwordFile != "smtp.key" ||
		r.MailFrom != "tracker@example.org" || len(r.MailTo) != 2 {
		t.Errorf("%+v", r)
	}
	th := gate.DefaultThresholds()
	r.gate.over(&th)
	if want := (gate.Thresholds{SourceShrink: 0.2, SourceShrinkMin: 9, Uncaused: 0.5, ProblemShare: 0.3, ProblemMin: 8, DriftShare: 0.4,
		DriftMin: 7, StaleDecisions: 6}); th != want {
		t.Errorf("%+v", th)
	}
	if g.Serve.Out != "published" || g.Doctor.Out != "published" || g.Serve.Base != "https://evidence.example" {
		t.Errorf("readers of the published folder: %q %q %q", g.Serve.Out, g.Doctor.Out, g.Serve.Base)
	}
	if g.Report.Out != "site" || !slices.Equal(g.Crawl.Sources, []string{"ctgov"}) {
		t.Errorf("other commands: %q %v", g.Report.Out, g.Crawl.Sources)
	}
}

// Flags win over the environment, the environment over the file, the file over
// the defaults; a schedule is taken whole from one of them.
func TestConfigurationOrder(t *testing.T) {
	if r := parsed(t, "", nil, "refresh").Refresh; r.Jitter != nil || r.CatchUp != nil || r.Every != 0 || r.Out != "" {
		t.Errorf("defaults: %+v", r)
	}
	env := map[string]string{"PAST_EVERY": "6h", "PAST_JITTER": "1m", "PAST_CATCH_UP": "true", "PAST_SITE": "from-env",
		"PAST_SOURCES": "pubmed", "PAST_MAIL_TO": "c@example.org"}
	r := parsed(t, wholeConfig, env, "refresh").Refresh
	if r.Every != 6*time.Hour || r.At != "" || *r.Jitter != time.Minute || !*r.CatchUp || r.Out != "from-env" ||
		!slices.Equal(r.Source, []string{"pubmed"}) ||
		!slices.Equal(r.MailTo, []string{"c@example.org"}) || r.MailServer != "smtp.example:587" {
		t.Errorf("environment over file: %+v", r)
	}
	r = parsed(t, wholeConfig, env, "refresh", "--every", "12h", "--jitter", "0s", "--no-catch-up", "--out", "from-flag", "--source",
		"ctis").Refresh
	if r.Every != 12*time.Hour || *r.Jitter != 0 || *r.CatchUp || r.Out != "from-flag" || !slices.Equal(r.Source, []string{"ctis"}) {
		t.Errorf("flags over environment: %+v", r)
	}
}

func TestConfigurationFaultsNameLineAndNearestKey(t *testing.T) {
	for _, c := range []struct {
		yaml string
		want []string
	}{
		{"contact: x\nrefresh:\n  evry: 24h\n", []string{" line 3: ", `"refresh.evry"`, `the nearest is "every"`}},
		{"endpoint: {}\n", []string{" line 1: ", `nearest is "endpoints"`}},
		{"refresh:\n  notify:\n    mail:\n      sever: h:25\n", []string{" line 4: ", `nearest is "server"`}},
		{"refresh:\n  gate:\n    source_shrinks: 1\n", []string{" line 3: ", `nearest is "source_shrink"`}},
		{"something_else_entirely: 1\n", []string{" line 1: ", "known here are contact, db"}},
		{"refresh:\n  every: daily\n", []string{" line 2: ", `"daily" is no duration`}},
		{"refresh:\n  at: 25:00\n", []string{" line 2: ", "HH:MM"}},
		{"refresh:\n  every: 24h\n  at: 03:00\n", []string{" line 3: ", "either"}},
		{"out: ./site\nrefresh:\n  out: site/\n", []string{" line 3: ", "past report"}},
		{"refresh:\n  every: 1s\n", []string{}}, // the command says so
		{"refresh:\n  gate_rules: x\n  gate:\n    uncaused: 1\n", []string{" line 2: ", "either"}},
		{"refresh:\n  notify:\n    webhook: http://a.example/\n", []string{" line 3: ", "https"}},
		{"refresh:\n  notify:\n    mail:\n      password: hunter2\n", []string{" line 4: ", "a secret does not belong", "_file"}},
		{"refresh:\n  notify:\n    webhook_secret: hunter2\n", []string{" line 3: ", "a secret does not belong"}},
		{"pubmed_api_key: hunter2\n", []string{" line 1: ", "a secret does not belong"}},
		{"db: [1, 2]\n", []string{"1:5"}},
		{"refresh:\n  catch_up: perhaps\n", []string{"2:"}},
		{"db: a\ndb: b\n", []string{"2:1"}},
		{"db: a\n---\ndb: b\n", []string{" line 3: ", "second document"}},
		{"db: [\n", []string{":"}},
	} {
		_, err := parseConfig([]byte(c.yaml))
		if len(c.want) == 0 {
			if err != nil {
				t.Errorf("%q: %v", c.yaml, err)
			}
			continue
		}
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", c.yaml, err)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q: %v lacks %q", c.yaml, err, w)
			}
		}
	}
	for _, fine := range []string{"", "# nothing\n", "refresh:\n", "{}\n", wholeConfig} {
		if _, err := parseConfig([]byte(fine)); err != nil {
			t.Errorf("%q: %v", fine, err)
		}
	}
}

func TestSecretsComeFromEnvironmentOrFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	own, open := file("own", "from-file\r\n", 0o600), file("open", "from-open-file\n", 0o644)
	var warn bytes.Buffer
	get := func(configured string) string {
		t.Helper()
		warn.Reset()
		v, err := secret("PAST_TEST_SECRET", configured, &warn)
		if err != nil {
			return err.Error()
		}
		return v
	}
	if v := get(""); v != "" {
		t.Errorf("%q", v)
	}
	if v := get(own); v != "from-file" || warn.Len() > 0 {
		t.Errorf("%q, %s", v, &warn)
	}
	if v := get(open); v != "from-open-file" || runtime.GOOS != "windows" && !strings.Contains(warn.String(), "chmod 600 "+open) {
		t.Errorf("%q, %s", v, &warn)
	}
	if v := get(file("empty", "\n", 0o600)); !strings.Contains(v, "is empty") {
		t.Error(v)
	}
	if v := get(filepath.Join(dir, "none")); !strings.Contains(v, "none") {
		t.Error(v)
	}
	t.Setenv("PAST_TEST_SECRET_FILE", own)
	if v := get(open); v != "from-file" {
		t.Errorf("%q", v)
	}
	t.Setenv("PAST_TEST_SECRET", "from-env")
	if v := get(open); v != "from-env" {
		t.Errorf("%q", v)
	}
}

// The example in the documentation is one, with every key that there is, and
// its bounds are the defaults.
func TestDocumentedConfigurationIsWhole(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "## 10. Configuration")
	_, example, _ := strings.Cut(section, "```yaml\n")
	example, _, ok := strings.Cut(example, "```")
	c, err := parseConfig([]byte(example))
	if !ok || err != nil {
		t.Fatalf("%v\n%s", err, example)
	}
	th := gate.DefaultThresholds()
	c.Refresh.Gate.over(&th)
	if th != gate.DefaultThresholds() {
		t.Errorf("the documented bounds are not the defaults: %+v", th)
	}
	var every func(reflect.Type)
	every = func(typ reflect.Type) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			if !regexp.MustCompile(`(?m)(^ *|or )` + f.Tag.Get("yaml") + ":").MatchString(example) {
				t.Errorf("the example lacks %q", f.Tag.Get("yaml"))
			}
			if f.Type.Kind() == reflect.Struct {
				every(f.Type)
			}
		}
	}
	every(reflect.TypeOf(c))
}

func FuzzConfiguration(f *testing.F) {
	for _, s := range []string{wholeConfig, "a: &x {b: *x}\n", "<<: {db: x}\n", "? [a]\n: b\n", "- a\n", "{a: {b: {c: d}}}",
		"refresh: {notify: {mail: []}}", "\"\": 1\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := parseConfig(b); err != nil && !strings.HasPrefix(err.Error(), ": ") && !strings.HasPrefix(err.Error(), " line ") {
			t.Errorf("%v", err)
		}
	})
}
