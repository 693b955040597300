package reports

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"past/internal/browser"
	"past/internal/evidence"
	"past/reports/internal/show"
)

// pageTypes is one page of each kind in the fixture.
var pageTypes = []string{"index.html", "f/mdma-ptsd-severity.html", "f/psilocybin-depression-severity.html", "f/mdma-ptsd-response.html",
	"f/lsd-anxiety-in-illness.html", "f/mdma-sexual-function.html", "claims.html", "gaps.html", "trials.html",
	"s/NCT03537014.html", "s/NCT00090064.html", "harms.html", "missing.html", "changes.html", "methods.html", "data.html", "about.html",
	"search.html", "harm-rows.html"}

// TestPagesLoad opens each kind of page at four widths, light and dark: no
// console message, no request outside, nothing wider than the window.
func TestPagesLoad(t *testing.T) {
	dir := fixtureSite(t)
	b := newTab(t, dir)
	for _, w := range []int64{320, 390, 768, 1280, 1920} {
		b.size(w, 900)
		for _, page := range pageTypes {
			b.open(page)
			if over := eval[float64](b, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
				t.Errorf("%s at %d px is %v px too wide: %s", page, w, over, eval[string](b, widest))
			}
			if w == 390 || w == 1280 {
				b.shot(strings.NewReplacer("/", "_", ".html", "").Replace(page) + "-" + strconv.FormatInt(w, 10))
			}
		}
	}
	b.quiet("light")
	b.size(1280, 900)
	b.media("", "prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce")
	for _, page := range pageTypes {
		b.open(page)
		b.shot(strings.NewReplacer("/", "_", ".html", "").Replace(page) + "-dark")
	}
	b.quiet("dark")
}

// widest names what sticks out of the window.
const widest = `[...document.querySelectorAll("main *, header *, footer *")].filter(e => !e.closest(".scroll") && ` +
	`!e.closest("pre") && e.getBoundingClientRect().right > window.innerWidth + 0.5).slice(0, 4).map(e => e.tagName + "." + ` +
	`(e.className.baseVal || e.className) + " " + e.textContent.slice(0, 40)).join(" | ")`

// TestForestBoxes checks where the marks of a forest plot are, from the element
// boxes in the page: squares by estimate, the diamond between its ends.
func TestForestBoxes(t *testing.T) {
	ed := fixtureEdition(t)
	b := newTab(t, written(t, ed, Options{}))
	b.size(1280, 900)
	b.open("f/mdma-ptsd-severity.html")
	f := &ed.Findings[0]
	type box struct{ X, Y, W, H float64 }
	squares := eval[[]box](b,
		`[...document.querySelectorAll("#forest svg.wide .sq")].map(e => { const r = e.getBoundingClientRect(); return {X: r.x + `+
			`r.width / 2, Y: r.y + r.height / 2, W: r.width, H: r.height}; })`)
	if len(squares) != len(f.Effects) {
		t.Fatalf("%d squares for %d studies", len(squares), len(f.Effects))
	}
	// two squares give the scale; all others must lie on it. Rows stand by
	// comparator class: active placebo first, then inactive.
	var e []evidence.Effect
	for _, class := range []string{"active-placebo-or-low-dose", "inactive-placebo"} {
		for _, x := range f.Effects {
			if x.ComparatorClass == class {
				e = append(e, x)
			}
		}
	}
	scale := (squares[5].X - squares[0].X) / (*e[5].Estimate - *e[0].Estimate)
	at := func(x float64) float64 { return squares[0].X + (x-*e[0].Estimate)*scale }
	for i, s := range squares {
		if math.Abs(s.X-at(*e[i].Estimate)) > 1 {
			t.Errorf("square of %s is at %.1f, its estimate at %.1f", e[i].StudyLabel, s.X, at(*e[i].Estimate))
		}
		if i > 0 && s.Y <= squares[i-1].Y {
			t.Errorf("square %d does not stand below the one before", i)
		}
	}
	heavy, light := 5, 0 // Mitchell 2023 and Oehen 2013
	if squares[heavy].W <= squares[light].W {
		t.Errorf("a weight of 41%% is drawn no larger (%v) than one of 4%% (%v)", squares[heavy].W, squares[light].W)
	}
	d := eval[box](b, `(r => ({X: r.x, Y: r.y, W: r.width, H: r.height}))(document.querySelector("#forest svg.wide `+
		`.di").getBoundingClientRect())`)
	lo, hi := f.Headline.Lower, f.Headline.Upper
	if math.Abs(d.X-at(*lo)) > 2.5 || math.Abs(d.X+d.W-at(*hi)) > 2.5 {
		t.Errorf("diamond from %.1f to %.1f, the guarded interval from %.1f to %.1f", d.X, d.X+d.W, at(*lo), at(*hi))
	}
	left := eval[float64](b,
		`[...document.querySelectorAll("#forest svg.wide .bs")].find(e => e.textContent.includes("MDMA")).getBoundingClientRect().right`)
	if left > at(0) {
		t.Errorf("favours MDMA ends at %.1f, right of no effect at %.1f: lower is better", left, at(0))
	}
	b.size(390, 844)
	if eval[bool](b, `getComputedStyle(document.querySelector("#forest svg.wide")).display !== "none" || `+
		`getComputedStyle(document.querySelector("#forest svg.narrow")).display === "none"`) {
		t.Error("the narrow form is not shown at 390 px")
	}
	if px := eval[float64](b,
		`(s => parseFloat(getComputedStyle(s).fontSize) * s.getBoundingClientRect().width / `+
			`s.viewBox.baseVal.width)(document.querySelector("#forest svg.narrow"))`); px < 11 {
		t.Errorf("text of the narrow forest plot is %.1f px high", px)
	}
	b.quiet("forest")
}

// TestLeaveOut unticks each study in turn: what the page works out must be the
// leave-one-out result of the analysis packages, and the published diamond stays
// as an outline.
func TestLeaveOut(t *testing.T) {
	ed := fixtureEdition(t)
	b := newTab(t, written(t, ed, Options{}))
	b.size(1280, 1000)
	for _, fi := range []int{0, 1, 2} {
		f := &ed.Findings[fi]
		b.open("f/" + f.ID + ".html")
		for i := range f.LeaveOneOut {
			want := &f.LeaveOneOut[i]
			label := effectLabel(&f.Effects[i])
			got := eval[map[string]string](b,
				`(() => { const box = [...document.querySelectorAll("#forest svg.wide .tickbox")].find(x => `+
					`x.getAttribute("aria-label") === "Include `+label+`"), send = () => box.dispatchEvent(new KeyboardEvent("keydown", {key: " `+
					`", bubbles: true})); send(); const r = document.querySelector("#forest .live .result"), o = `+
					`document.querySelector("#forest svg.wide .dio"), out = {...r.dataset, text: r.textContent, outline: o.style.display, `+
					`checked: box.getAttribute("aria-checked")}; send(); out.back = r.textContent; return out; })()`)
			near := func(name string, want *float64) {
				x, err := strconv.ParseFloat(got[name], 64)
				if err != nil || want == nil || math.Abs(x-*want) > 1e-6 {
					t.Errorf("%s without %s: %s = %v in the page, want %v", f.ID, label, name, got[name], *want)
				}
			}
			near("est", want.Estimate)
			near("tau2", want.Tau2)
			lo, hi := want.CILower, want.CIUpper
			if want.Guarded() {
				near("glo", lo)
				near("ghi", hi)
			} else {
				near("lo", lo)
				near("hi", hi)
			}
			if !strings.Contains(got["text"], "Exploring, not published") || got["outline"] == "none" || got["checked"] != "false" ||
				strings.Contains(got["back"], "Exploring") {
				t.Errorf("%s: the state without %s is not marked: %q", f.ID, label, got)
			}
		}
	}
	b.quiet("leaving out")
}

// TestForestControls orders the rows by effect, goes back in time, and returns.
func TestForestControls(t *testing.T) {
	ed := fixtureEdition(t)
	b := newTab(t, written(t, ed, Options{}))
	b.size(1280, 1000)
	b.open("f/mdma-ptsd-severity.html")
	rows := `[...document.querySelectorAll("#forest svg.wide .row[data-k]")].filter(r => ` +
		`!r.classList.contains("total")).sort((a, b) => a.getBoundingClientRect().y - b.getBoundingClientRect().y).map(r => ` +
		`r.querySelector("text").textContent).join(", ")`
	before := eval[string](b, rows)
	b.js(`(() => { const s = document.querySelector("#forest .live select"); s.value = "y"; s.dispatchEvent(new Event("change")); })()`)
	if got, want := eval[string](b, rows),
		"Mithoefer 2018, Oehen 2013, Ot'alora 2018, Mithoefer 2011, Mitchell 2021, Mitchell 2023"; got != want {
		t.Errorf("by effect: %s, want %s", got, want)
	}
	b.js(`(() => { const s = document.querySelector("#forest .live input"); s.value = "2018"; s.dispatchEvent(new Event("input")); })()`)
	cumulative := ed.Findings[0].Cumulative
	want := show.Fixed(*cumulative[3].Estimate, 2)
	if got := eval[string](b, `document.querySelector("#forest .live .result").textContent`); !strings.Contains(got, "4 studies: g "+want) {
		t.Errorf("as known in 2018: %q, want g %s", got, want)
	}
	b.js(`document.querySelector("#forest .live button").click()`)
	if got := eval[string](b, rows); got != before {
		t.Errorf("after the way back: %s, want %s", got, before)
	}
	b.quiet("forest controls")
}

// TestExplore turns every figure with an option into its interactive form and
// looks at what the chart library drew.
func TestExplore(t *testing.T) {
	b := newTab(t, fixtureSite(t))
	b.size(1280, 1000)
	for _, page := range []string{"f/mdma-ptsd-severity.html", "f/psilocybin-depression-severity.html", "f/mdma-ptsd-response.html",
		"gaps.html", "trials.html"} {
		b.open(page)
		n := eval[int](b, `document.querySelectorAll(".tools .go").length`)
		if n == 0 {
			t.Errorf("%s: nothing to explore", page)
		}
		b.js(`document.querySelectorAll(".tools .go").forEach(g => g.click())`)
		b.wait(`document.querySelectorAll("figure .chart svg").length === ` + strconv.Itoa(n))
		for _, bad := range eval[[]string](b,
			`[...document.querySelectorAll("figure .chart")].filter(c => c.querySelectorAll("path, circle, rect").length < 3 || `+
				`!c.querySelector("text")).map(c => c.parentNode.id)`) {
			t.Errorf("%s: the interactive form of %s is empty", page, bad)
		}
		b.shot("explore-" + strings.ReplaceAll(strings.TrimSuffix(page, ".html"), "/", "_"))
		b.js(`document.querySelectorAll(".tools .go").forEach(g => g.click())`)
		if eval[int](b, `document.querySelectorAll("figure .chart").length`) != 0 {
			t.Errorf("%s: the static figures did not come back", page)
		}
	}
	b.quiet("exploring")
}

// TestTips hovers over a study and reads its numbers.
func TestTips(t *testing.T) {
	b := newTab(t, fixtureSite(t))
	b.size(1280, 900)
	b.open("f/mdma-ptsd-severity.html")
	b.js(`document.querySelector("#forest").scrollIntoView({behavior: "instant", block: "center"})`)
	at := eval[[]float64](b,
		`(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelectorAll("#forest svg.wide .sq")[4].getBoundingClientRect())`)
	b.do(chromedp.MouseEvent("mouseMoved", at[0], at[1]))
	tip := eval[string](b, `(document.querySelector(".tip") || {}).innerText || ""`)
	for _, want := range []string{"Mitchell 2021", "42", "19.6", "13.6", "−0.77", "−1.23", "low"} {
		if !strings.Contains(tip, want) {
			t.Errorf("tip %q lacks %q", tip, want)
		}
	}
	b.quiet("tips")
}

// TestTrialsFilter searches, filters and sorts.
func TestTrialsFilter(t *testing.T) {
	for _, n := range []int{18, 320} {
		ed := fixtureEdition(t)
		for i := len(ed.Trials); i < n; i++ {
			row := ed.Trials[i%18]
			row.ID, row.Title = "NCT9"+strconv.Itoa(1000000+i), "Filler "+strconv.Itoa(i)
			ed.Trials = append(ed.Trials, row)
		}
		b := newTab(t, written(t, ed, Options{}))
		b.size(1280, 900)
		b.open("trials.html")
		b.js(`(() => { const q = document.querySelector("[data-q]"); q.value = "mitchell 2021"; q.dispatchEvent(new Event("input")); })()`)
		b.wait(`document.querySelectorAll("table.trials tbody tr").length === ` + "1")
		if txt := eval[string](b, `document.querySelector("table.trials tbody").innerText`); !strings.Contains(txt, "NCT03537014") {
			t.Errorf("%d trials: search found %q", n, txt)
		}
		if href := eval[string](b, `document.querySelector("table.trials tbody a").getAttribute("href")`); href != "s/NCT03537014.html" {
			t.Errorf("%d trials: the row leads to %q", n, href)
		}
		b.js(`(() => { const q = document.querySelector("[data-q]"); q.value = ""; q.dispatchEvent(new Event("input")); const s = ` +
			`document.querySelector("[data-f=status]"); s.value = "terminated"; s.dispatchEvent(new Event("change")); })()`)
		want := 0
		for _, r := range ed.Trials {
			if r.Status == "terminated" {
				want++
			}
		}
		if said := eval[string](b, `document.querySelector("[data-found]").textContent`); !strings.HasPrefix(said, strconv.Itoa(want)+" record") {
			t.Errorf("%d trials: the page counts %q, want %d", n, said, want)
		}
		b.quiet("trials")
	}
}

// TestDownloads reads the files that a page makes.
func TestDownloads(t *testing.T) {
	ed := fixtureEdition(t)
	ed.Findings[0].Effects[0].StudyLabel = `=HYPERLINK("http://x.example","y")`
	b := newTab(t, written(t, ed, Options{}))
	b.open("f/mdma-ptsd-severity.html")
	b.js(`window.files = {}; URL.createObjectURL = blob => { window.last = blob; return "#"; }; ` +
		`HTMLAnchorElement.prototype.click = function () { window.files[this.download] = window.last; };`)
	b.js(`[...document.querySelectorAll("#forest .tools button")].filter(x => /SVG|PNG|CSV/.test(x.textContent)).forEach(x => x.click())`)
	b.wait(`Object.keys(window.files).length === 3`)
	csv := eval[string](b, `(async () => { const k = Object.keys(files).find(k => k.endsWith(".csv")); return await files[k].text(); })()`)
	lines := strings.Split(csv, "\r\n")
	if !strings.HasPrefix(lines[5], `"'=HYPERLINK(""http://x.example"",""y"") 2011"`) {
		t.Errorf("the first data line is %q: a formula is not defused", lines[5])
	}
	if !strings.Contains(lines[1], ",-0.852501962") {
		t.Errorf("the number of Oehen 2013 is not exact in %q", lines[1])
	}
	svg := eval[string](b, `(async () => { const k = Object.keys(files).find(k => k.endsWith(".svg")); return await files[k].text(); })()`)
	if !strings.Contains(svg, "Edition e-fixture0001") || !strings.Contains(svg, "Heterogeneity") || strings.Contains(svg, "var(--") ||
		!strings.Contains(svg, `fill="rgb(27, 90, 125)"`) {
		t.Error("the SVG does not stand by itself")
	}
	if w := eval[int](b,
		`(async () => { const b = new Uint8Array(await Object.entries(files).find(e => e[0].endsWith(".png"))[1].arrayBuffer()), `+
			`v = new DataView(b.buffer); return String.fromCharCode(...b.slice(37, 41)) === "pHYs" && v.getUint32(41) === 23622 ? `+
			`v.getUint32(16) : 0; })()`); w < 4100 {
		t.Errorf("the PNG is %d pixels wide, or its density is not set", w)
	}
	for _, name := range eval[[]string](b, `Object.keys(files)`) {
		if !strings.HasPrefix(name, "mdma-ptsd-severity-forest-Edition-e-fixture0001") {
			t.Errorf("a file is called %q", name)
		}
	}
	b.quiet("downloads")
}

// TestPrint looks at the page as paper gets it: wide figures, no controls.
func TestPrint(t *testing.T) {
	b := newTab(t, fixtureSite(t))
	b.size(700, 1000)
	b.open("f/mdma-ptsd-severity.html")
	b.media("print")
	for _, sel := range []string{".tools", ".live", ".rail", ".top nav", "#forest svg.narrow"} {
		if eval[string](b, `getComputedStyle(document.querySelector("`+sel+`")).display`) != "none" {
			t.Errorf("%s is printed", sel)
		}
	}
	if eval[string](b, `getComputedStyle(document.querySelector("#forest svg.wide")).display`) != "block" {
		t.Error("the wide forest plot is not printed")
	}
	b.shot("print")
	b.quiet("print")
}

// TestSingleFile opens the one-file form by itself, away from the folder.
func TestSingleFile(t *testing.T) {
	dir := written(t, fixtureEdition(t), Options{SingleFile: true})
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Fatalf("the folder holds %v, %v", list, err)
	}
	b := newTab(t, dir)
	b.size(1280, 900)
	b.open("edition.html")
	for _, href := range eval[[]string](b,
		`[...document.querySelectorAll("a[href^='#']")].map(a => a.getAttribute("href").slice(1)).filter(id => !document.getElementById(id))`) {
		t.Errorf("a link leads nowhere: #%s", href)
	}
	if dup := eval[[]string](b,
		`(ids => [...new Set(ids.filter((x, i) => ids.indexOf(x) !== i))])([...document.querySelectorAll("[id]")].map(e => `+
			`e.id))`); len(dup) > 0 {
		t.Errorf("ids stand twice: %v", dup)
	}
	b.js(`document.querySelector(".tools .go").click()`)
	b.wait(`document.querySelector("figure .chart svg")`)
	b.quiet("single file")
	one := filepath.Join(t.TempDir(), "one.html")
	if err := Write(t.Context(), one, fixtureEdition(t), Options{SingleFile: true, Finding: "mdma-ptsd-severity",
		NoLibrary: true}); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(one); err != nil || st.Size() > 300_000 {
		t.Errorf("one finding without the library: %v, %v", st.Size(), err)
	}
}

// TestPDF prints the edition on both papers.
func TestPDF(t *testing.T) {
	_, err := chromium()
	needChromium(t, err)
	for _, c := range []struct{ paper, box string }{{"A4", "594.9"}, {"Letter", "612"}} {
		path := filepath.Join(t.TempDir(), "edition #1.pdf")
		if err := PDF(t.Context(), path, fixtureEdition(t), PDFOptions{Paper: c.paper, Finding: "mdma-ptsd-severity"}); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(b), "%PDF-") || len(b) < 50_000 {
			t.Fatalf("%s: %d bytes, %v", c.paper, len(b), err)
		}
		if !strings.Contains(string(b), "/MediaBox [0 0 "+c.box) {
			t.Errorf("%s: the page has another size", c.paper)
		}
		if list, _ := os.ReadDir(filepath.Dir(path)); len(list) != 1 {
			t.Errorf("left behind: %v", list)
		}
	}
	if err := PDF(t.Context(), filepath.Join(t.TempDir(), "x.pdf"), fixtureEdition(t),
		PDFOptions{Chromium: "/no/such/browser"}); !errors.Is(err, browser.ErrNone) {
		t.Errorf("no browser: %v", err)
	}
}
