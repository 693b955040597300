package reports

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"past/internal/needtest"
)

// axeSource gives the axe-core script from the cache, fetching it once.
func axeSource(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		needtest.Absent(t, "a cache folder for axe-core", err)
	}
	dir := filepath.Join(cache, "past-test")
	if out, err := exec.Command("sh", filepath.Join("testdata", "axe.sh"), dir).CombinedOutput(); err != nil {
		needtest.Absent(t, "axe-core in "+dir+", or npm to fetch it,", fmt.Errorf("%w: %s", err, out))
	}
	list, err := filepath.Glob(filepath.Join(dir, "axe-*.min.js"))
	if err != nil || len(list) == 0 {
		t.Fatalf("axe-core is not in %s: %v", dir, err)
	}
	b, err := os.ReadFile(list[len(list)-1])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAxe runs axe-core with the rules of WCAG 2.2 AA on each kind of page,
// light, dark, wide and narrow, and with every fold open and figure explored.
func TestAxe(t *testing.T) {
	src := axeSource(t)
	dir := fixtureSite(t)
	b := newTab(t, dir)
	if _, err := chromedp.Call(b.ctx, cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	check := func(what string) {
		b.js(src)
		got := eval[string](b,
			`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => `+
				`JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + `+
				`" " + n.failureSummary)}))))`)
		var found []struct {
			ID, Help string
			Nodes    []string
		}
		if err := json.Unmarshal([]byte(got), &found); err != nil {
			t.Fatal(err)
		}
		for _, v := range found {
			t.Errorf("%s: %s: %s\n  %s", what, v.ID, v.Help, strings.Join(v.Nodes, "\n  "))
		}
	}
	for _, state := range []struct {
		scheme string
		w      int64
	}{{"light", 1280}, {"dark", 1280}, {"light", 390}} {
		b.media("", "prefers-color-scheme", state.scheme)
		b.size(state.w, 900)
		for i, p := range pageTypes {
			if state.w == 390 && i%4 != 0 {
				continue // the narrow layout differs in few ways: a sample of pages
			}
			b.open(p)
			b.js(`document.querySelectorAll("details").forEach(d => { d.open = true; })`)
			check(p + " " + state.scheme)
		}
	}
	b.media("")
	b.size(1280, 900)
	b.open("f/mdma-ptsd-severity.html")
	exploreAll(b)
	b.js(`document.querySelector("#forest .tickbox").dispatchEvent(new MouseEvent("click", {bubbles: true}))`)
	check("explored")
}

// TestKeyboard walks through a page by Tab alone: every stop can be seen, and
// the skip link is the first.
func TestKeyboard(t *testing.T) {
	b := newTab(t, fixtureSite(t))
	b.size(1280, 900)
	for _, p := range []string{"index.html", "f/mdma-ptsd-severity.html", "trials.html"} {
		b.open(p)
		seen := map[string]bool{}
		for i := range 60 {
			b.do(chromedp.KeyEvent("\t"))
			at := eval[map[string]any](b,
				`(e => { const r = e.getBoundingClientRect(), s = getComputedStyle(e); return {tag: e.tagName, text: `+
					`e.textContent.slice(0, 40), w: r.width, h: r.height, outline: s.outlineStyle + " " + s.outlineWidth, hidden: s.visibility `+
					`=== "hidden" || s.display === "none"}; })(document.activeElement)`)
			if i == 0 && at["text"] != "Skip to the content" {
				t.Errorf("%s: the first stop is %v", p, at)
			}
			if at["tag"] == "BODY" {
				break
			}
			if at["hidden"] == true || at["w"].(float64) < 1 || at["outline"] == "none 0px" {
				t.Errorf("%s: a stop can not be seen: %v", p, at)
			}
			seen[at["tag"].(string)] = true
		}
		if !seen["A"] || p != "index.html" && !seen["BUTTON"] {
			t.Errorf("%s: Tab reached only %v", p, seen)
		}
	}
	b.quiet("keyboard")
}

// TestZoom lays the pages out at twice the text size (as 640 px of width) and
// with the text alone doubled.
func TestZoom(t *testing.T) {
	b := newTab(t, fixtureSite(t))
	b.size(640, 450)
	for _, p := range pageTypes {
		b.open(p)
		b.js(`document.documentElement.style.fontSize = "200%"`)
		if over := eval[float64](b, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
			t.Errorf("%s at 200%% is %v px too wide: %s", p, over, eval[string](b, widest))
		}
	}
}
