package publish

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"

	"past/internal/edition"
	"past/internal/edition/gate"
	"past/internal/store"
	"past/internal/wholefile"
)

// RefusedDir is where OUT keeps the page of a refused edition.
const RefusedDir = "refused"

// Refuse says in the published folder, and in the feeds there, why no new edition
// follows.
func Refuse(ctx context.Context, st *store.Store, out, base string, v gate.Verdict) error {
	all, err := st.Changes(ctx, "")
	if err != nil {
		return err
	}
	var doc edition.Document
	latest, err := st.Edition(ctx, "")
	if err == nil {
		err = json.Unmarshal(latest.Document, &doc)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	all = append(all, store.Change{ID: "refused-" + v.Run, Edition: v.Edition, At: v.At, Kind: "refused", Subject: v.Edition,
		Title: "No new edition was published", Cause: v.Summary()})
	doc.Findings, doc.Claims = nil, nil
	return writeRefusal(out, v, Feeds(doc, all, base))
}

// writeRefusal writes OUT/refused: refused.json, index.html and feeds, each whole or
// not at all.
func writeRefusal(out string, v gate.Verdict, feeds map[string][]byte) error {
	js, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("page of the refused run: %w", err)
	}
	var page strings.Builder
	if err := refusedPage.Execute(&page, v); err != nil {
		return fmt.Errorf("page of the refused run: %w", err)
	}
	dir := filepath.Join(out, RefusedDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("page of the refused run: %w", err)
	}
	if err := wholefile.Bytes(filepath.Join(dir, "refused.json"), 0o644, append(js, '\n')); err != nil {
		return err
	}
	for _, name := range []string{"feed.atom", "feed.json"} {
		if err := wholefile.Bytes(filepath.Join(dir, name), 0o644, feeds[name]); err != nil {
			return err
		}
	}
	return wholefile.Bytes(filepath.Join(dir, "index.html"), 0o644, []byte(page.String()))
}

// ClearRefusal takes the page away once an edition was published.
func ClearRefusal(out string) error {
	if err := os.RemoveAll(filepath.Join(out, RefusedDir)); err != nil {
		return fmt.Errorf("page of the refused run: %w", err)
	}
	return nil
}

var refusedPage = template.Must(template.New("refused").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Refused: edition {{.Edition}}</title>
<style>
:root { color-scheme: light dark; --ink: #1c2126; --quiet: #5a6570; --line: #cfd6dc; --paper: #fdfdfc; --box: #f2f4f5; --mark: #9a3412; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --quiet: #a3adb6; --line: #3b444c; --paper: #14181b; --box: ` +
	`#1f2529; --mark: #fdba74; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.15rem; margin-top: 2rem; }
ol { padding-left: 1.4rem; }
li { margin: 0 0 1.5rem; }
li > p { margin: 0 0 .4rem; }
.rule { color: var(--mark); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem .9rem; margin: 0; padding: .7rem .9rem; background: ` +
	`var(--box); border-left: 3px solid var(--line); }
dt { color: var(--quiet); }
dd { margin: 0; }
pre { background: var(--box); padding: .8rem; overflow-x: auto; white-space: pre-wrap; }
a { color: inherit; }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin: 0 0 .5rem; } }
</style>
</head>
<body>
<main>
<h1>Edition {{.Edition}} was not published</h1>
<p>The gate of run <code>{{.Run}}</code> refused it on {{.At.Format "2006-01-02 15:04 UTC"}}. {{if .Previous}}Readers still ` +
	`see edition <code>{{.Previous}}</code>.{{else}}Nothing was published before.{{end}}</p>
<h2>Reasons ({{len .Reasons}})</h2>
<ol>
{{range .Reasons}}<li><p><span class="rule">{{.Rule}}</span>: {{.Message}}</p>
<dl>{{if .Before}}<dt>before</dt><dd>{{.Before}}</dd>{{end}}{{if .After}}<dt>now</dt><dd>{{.After}}</dd>{{end}}{{if ` +
	`.Bound}}<dt>bound</dt><dd>{{.Bound}}</dd>{{end}}<dt>what to do</dt><dd>{{.Do}}</dd></dl></li>
{{end}}</ol>
<h2>If all of this is right</h2>
<p>Say so, with your reason; it is recorded and shown with the edition. The next refresh then publishes, as long as its ` +
	`reasons are among these.</p>
<pre>past gate accept {{.Run}} --by "your name" --why "…"
past refresh --no-crawl</pre>
<p>The same for programs: <a href="refused.json">refused.json</a></p>
</main>
</body>
</html>
`))
