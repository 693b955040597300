package reports

import (
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostile texts: each must be drawn as text and break nothing.
var hostile = []string{
	`</script><img src=x onerror=alert(1)>`, `__f__function(){document.title="owned"}__f__`, `"><svg onload=alert(2)>`, `javascript:alert(3)`,
	"\u202Etxet desrever\u2066", "zero\u200Bwidth\u2060\uFEFF", strings.Repeat("W", 10000), "😀👩‍👩‍👧‍👦🏳️‍🌈",
	"עברית العربية", `{a|rich} {b} {{.}}`, "@blue", `=cmd|'/c calc'!A0`,
	"line\nbreak\x00\x07nul", strings.Repeat("e\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308", 40), "<!--", "]]>", `\u003cscript\u003e`,
	"${alert(4)}", "pastInterval",
}

// poison replaces every string of a value by a hostile one, in turn, except
// words that are part of the contract (measures, methods, dates, verdicts).
func poison(v reflect.Value, name string, n *int) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			poison(v.Elem(), name, n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			poison(v.Field(i), v.Type().Field(i).Name, n)
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i), name, n)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if e := v.MapIndex(k); e.Kind() == reflect.String {
				v.SetMapIndex(k, reflect.ValueOf(hostile[*n%len(hostile)]))
				*n++
			}
		}
	case reflect.String:
		switch name {
		case "ID", "StudyID", "RecordID", "EffectID", "EffectIDs", "Effects", "Records", "Measure", "Method", "Test", "Status", "PayloadSHA256",
			"Path", "Findings", "StudyIDs", "Topic", "Substance", "Subject":
			return
		}
		v.SetString(hostile[*n%len(hostile)])
		*n++
	}
}

// hostileEdition is the fixture with hostile text in every field, and hostile
// ids where an id is free text.
func hostileEdition(t testing.TB) Edition {
	ed := fixtureEdition(t)
	n := 0
	poison(reflect.ValueOf(&ed).Elem(), "", &n)
	if n < 800 {
		t.Fatalf("only %d strings were poisoned", n)
	}
	ed.Downloads = nil
	for i, id := range []string{"../../../etc/passwd", `x"><script>alert(5)</script>`, "CON", "ünïcode/\u202E",
		strings.Repeat("long", 100)} {
		ed.Trials[i].ID, ed.Trials[i].URL = id, "javascript:alert(6)"
		ed.Studies[i].ID, ed.Studies[i].Records = id, []string{id}
		ed.Trials[i].StudyID = id
	}
	ed.Findings[3].ID = `../f"/>\`
	return ed
}

// TestHostileText draws hostile text in every field: nothing of it may run,
// become an element, lead anywhere but http, or leave the folder.
func TestHostileText(t *testing.T) {
	for _, o := range []Options{{}, {SingleFile: true}} {
		dir := written(t, hostileEdition(t), o)
		pages := htmlFiles(t, dir)
		for _, page := range pages {
			doc := parsed(t, filepath.Join(dir, page))
			walk(doc, func(n *html.Node) {
				if n.Type != html.ElementNode {
					return
				}
				switch n.Data {
				case "form":
					if attr(n, "role") != "search" {
						t.Errorf("%s has a form that is no search", page)
					}
				case "img", "iframe", "object", "embed", "base":
					t.Errorf("%s has an element <%s>", page, n.Data)
				}
				for _, a := range n.Attr {
					if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
						t.Errorf("%s: <%s %s=%.60q>", page, n.Data, a.Key, a.Val)
					}
					if a.Key == "href" || a.Key == "src" {
						u, err := url.Parse(a.Val)
						if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
							t.Errorf("%s: <%s %s=%.60q>", page, n.Data, a.Key, a.Val)
						}
					}
				}
			})
		}
		b := newTab(t, dir)
		for _, w := range []int64{360, 1280} {
			b.size(w, 900)
			for i, page := range pages {
				if strings.HasPrefix(page, "s/") && i%6 != 0 {
					continue
				}
				b.open(filepath.ToSlash(page))
				if over := eval[float64](b, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
					t.Errorf("%s at %d px is %v px too wide: %s", page, w, over, eval[string](b, widest))
				}
				if strings.Contains(page, "mdma-ptsd-severity") || o.SingleFile {
					exploreAll(b)
					if !o.SingleFile {
						b.shot(fmt.Sprintf("hostile-%d", w))
					}
				}
				if title := eval[string](b, `document.title`); title == "owned" {
					t.Errorf("%s: a text ran", page)
				}
			}
		}
		b.quiet("hostile text")
	}
}

// exploreAll turns every figure of the page into its interactive form.
func exploreAll(b *tab) {
	b.t.Helper()
	b.js(`document.querySelectorAll(".tools .go").forEach(g => g.click())`)
	b.wait(`document.querySelectorAll("figure .chart svg").length === document.querySelectorAll(".tools .go").length`)
}

// TestHostileNumbers puts what is no number into every number: pages are still
// written, and say so.
func TestHostileNumbers(t *testing.T) {
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 0, 1e-300, 1e11, -1e11, 800} {
		ed := fixtureEdition(t)
		var set func(v reflect.Value)
		set = func(v reflect.Value) {
			switch v.Kind() {
			case reflect.Pointer:
				if !v.IsNil() {
					set(v.Elem())
				}
			case reflect.Struct:
				for i := range v.NumField() {
					set(v.Field(i))
				}
			case reflect.Slice:
				for i := range v.Len() {
					set(v.Index(i))
				}
			case reflect.Float64:
				v.SetFloat(x)
			}
		}
		set(reflect.ValueOf(&ed.Findings[0]).Elem())
		set(reflect.ValueOf(&ed.Findings[2]).Elem()) // ratios
		dir := written(t, ed, Options{})
		body, err := os.ReadFile(filepath.Join(dir, "f", "mdma-ptsd-severity.html"))
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"NaN", "+Inf", "-Inf", "e+3"} {
			if i := strings.Index(string(body), bad); i >= 0 {
				t.Errorf("%v: the page says %q", x, string(body)[max(0, i-60):i+20])
			}
		}
	}
}

func walk(n *html.Node, f func(*html.Node)) {
	f(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, f)
	}
}

func parsed(t testing.TB, path string) *html.Node {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := html.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// htmlFiles lists the pages below a folder, sorted.
func htmlFiles(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".html") {
			rel, _ := filepath.Rel(dir, path)
			out = append(out, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
