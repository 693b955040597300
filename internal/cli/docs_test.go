package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// parseLine holds a command line against the grammar, without running it.
func parseLine(t *testing.T, line string) error {
	t.Helper()
	var g grammar
	exited := false
	parser, err := kong.New(&g, kong.Name("past"), kong.Vars{"version": "test"}, kong.Exit(func(int) { exited = true }), kong.Writers(&bytes.Buffer{}, &bytes.Buffer{}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(words(line))
	if exited { // --help
		return nil
	}
	if err != nil && strings.Contains(err.Error(), "no such file") {
		return nil // the example's file is the reader's
	}
	return err
}

// words splits as a shell would, for the plain lines of the documentation.
func words(line string) []string {
	if i := strings.Index(line, " #"); i >= 0 {
		line = line[:i]
	}
	for _, stop := range []string{" > ", " | ", " && ", " || ", "; "} {
		line, _, _ = strings.Cut(line, stop)
	}
	var out []string
	for _, m := range regexp.MustCompile(`"([^"]*)"|'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		out = append(out, m[1]+m[2]+m[3])
	}
	return out
}

// TestEveryCommandLineInTheDocsIsOne holds what the documents and units call
// past with against the grammar.
func TestEveryCommandLineInTheDocsIsOne(t *testing.T) {
	root := filepath.Join("..", "..")
	files := []string{"docs/operations.md", "docs/scale.md", "docs/architecture.md", "deploy/past.cron", "deploy/past-refresh.service", "deploy/past-serve.service", "deploy/github-actions.yaml", "deploy/Containerfile"}
	line := regexp.MustCompile(`(?m)(?:^\s*past |^ExecStart=/usr/local/bin/past |past /usr/local/bin/past |"\$HOME/past" )(.*)$`)
	inline := regexp.MustCompile("`past ((?:[a-z]+)(?: [^`]*)?)`")
	for _, name := range files {
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		var lines []string
		for _, m := range line.FindAllStringSubmatch(string(b), -1) {
			lines = append(lines, m[1])
		}
		for _, m := range inline.FindAllStringSubmatch(string(b), -1) {
			if !strings.Contains(m[1], "…") {
				lines = append(lines, m[1])
			}
		}
		for _, l := range lines {
			n++
			args := words(l)
			if len(args) > 0 && (args[0] == "restore" || args[0] == "backup" || args[0] == "explain" || args[0] == "crawl") && len(args) == 1 {
				continue // named in a sentence, without its argument
			}
			if err := parseLine(t, l); err != nil {
				t.Errorf("%s: past %s: %v", name, l, err)
			}
		}
		if n == 0 && name != "deploy/Containerfile" {
			t.Errorf("%s: no command line was found", name)
		}
	}
	if parseLine(t, "refresh --no-such-flag") == nil {
		t.Error("the check lets everything through")
	}
}

func readYAML(t *testing.T, name string) []map[string]any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for part := range strings.SplitSeq(string(b), "\n---\n") {
		var v map[string]any
		if err := yaml.UnmarshalWithOptions([]byte(part), &v, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, v)
	}
	return out
}

// at walks maps and lists by name and number.
func at(v any, path ...any) any {
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

func TestKubernetesManifest(t *testing.T) {
	kinds := map[string]map[string]any{}
	for _, doc := range readYAML(t, "kubernetes.yaml") {
		kinds[doc["kind"].(string)] = doc
	}
	pods := map[string]any{"CronJob": at(kinds["CronJob"], "spec", "jobTemplate", "spec", "template", "spec"), "Deployment": at(kinds["Deployment"], "spec", "template", "spec")}
	if at(kinds["CronJob"], "spec", "concurrencyPolicy") != "Forbid" {
		t.Error("two cycles could run at once")
	}
	for kind, pod := range pods {
		c := at(pod, "containers", 0)
		if at(pod, "securityContext", "runAsNonRoot") != true || at(c, "securityContext", "readOnlyRootFilesystem") != true || at(c, "securityContext", "allowPrivilegeEscalation") != false {
			t.Errorf("%s: root, a writable root or more rights", kind)
		}
		var args []string
		for _, a := range at(c, "args").([]any) {
			args = append(args, a.(string))
		}
		if err := parseLine(t, strings.Join(args, " ")); err != nil {
			t.Errorf("%s: past %v: %v", kind, args, err)
		}
		volumes := map[any]bool{}
		for _, v := range at(pod, "volumes").([]any) {
			volumes[at(v, "name")] = true
		}
		for _, m := range at(c, "volumeMounts").([]any) {
			if !volumes[at(m, "name")] {
				t.Errorf("%s mounts %v, which is no volume", kind, at(m, "name"))
			}
		}
	}
	if at(kinds["Service"], "spec", "ports", 0, "targetPort") != at(kinds["Deployment"], "spec", "template", "spec", "containers", 0, "ports", 0, "containerPort") {
		t.Error("the service leads to another port")
	}
}

func TestHostedWorkflow(t *testing.T) {
	w := readYAML(t, "github-actions.yaml")[0]
	if at(w, "concurrency", "cancel-in-progress") != false || at(w, "permissions", "contents") != "read" {
		t.Error("the workflow could cancel a cycle, or may write")
	}
	job := at(w, "jobs", "refresh")
	uses := []string{}
	for _, s := range at(job, "steps").([]any) {
		if u, ok := at(s, "uses").(string); ok {
			uses = append(uses, u)
			if !regexp.MustCompile(`^actions/[a-z/-]+@v\d+$`).MatchString(u) {
				t.Errorf("step uses %q", u)
			}
		}
	}
	if !slices.ContainsFunc(uses, func(u string) bool { return strings.HasPrefix(u, "actions/deploy-pages@") }) {
		t.Error("nothing is published")
	}
}

// TestContainerfile is the lint of the Containerfile: known instructions, a
// fixed non-root user as a number, exec-form entry, no secrets, no cgo.
func TestContainerfile(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "deploy", "Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(b), "\\\n", " ")
	var last string
	seen := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		if !slices.Contains([]string{"FROM", "ARG", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD"}, name) {
			t.Errorf("instruction %q", name)
		}
		if name == "FROM" && strings.Contains(rest, ":latest") || name == "FROM" && !strings.Contains(rest, ":") {
			t.Errorf("FROM %s has no fixed version", rest)
		}
		if name == "ENTRYPOINT" || name == "CMD" {
			if !strings.HasPrefix(rest, "[") {
				t.Errorf("%s %s needs a shell, and there is none", name, rest)
			}
		}
		seen[name], last = rest, name
	}
	if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(seen["USER"]) || !strings.Contains(seen["FROM"], "distroless") || last != "CMD" || !strings.Contains(text, "CGO_ENABLED=0") {
		t.Errorf("user %q, from %q, last %s", seen["USER"], seen["FROM"], last)
	}
}
