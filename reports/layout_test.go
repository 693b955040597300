package reports

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// budget is how long a page of one kind may be: pixels at 1280 and at 390, words.
type budget struct{ wide, phone, words int }

// budgets by kind; a kind is the page's name, or what a folder's pages are.
var budgets = map[string]budget{
	"finding": {5500, 9000, 2200}, "empty": {1000, 1300, 120}, "study": {4500, 8000, 1500}, "topic": {3000, 5000, 900},
	"then":       {3000, 5000, 900},
	"index.html": {4500, 9000, 2200}, "claims.html": {4500, 7500, 1500}, "gaps.html": {3500, 8000, 1500}, "trials.html": {6000, 9000, 2200},
	"harms.html": {4500, 6000, 1500}, "harm-rows.html": {1500, 2500, 300}, "missing.html": {5500, 9000, 2200},
	"changes.html": {4500, 9000, 2200},
	"methods.html": {5500, 9000, 2200}, "data.html": {3500, 4500, 900}, "about.html": {4000, 7000, 1500}, "search.html": {900, 900, 120},
	"404.html": {900, 900, 120}, "people.html": {5500, 9000, 1500}, "sexual.html": {4500, 6000, 1200},
}

// pageBytes is how large a page may be without the chart library.
const pageBytes = 300_000

// kindOf says which budget a page has; "" for the second page of a list.
func kindOf(page, body string) string {
	switch dir, _ := filepath.Split(page); dir {
	case "f/":
		switch {
		case strings.Contains(page, "@"):
			return "then"
		case strings.Contains(body, `class="boxes"`):
			return "finding"
		}
		return "empty"
	case "s/":
		return "study"
	case "t/":
		return "topic"
	}
	if budgets[page] == (budget{}) {
		return ""
	}
	return page
}

// samplePages are the largest pages of each kind in a folder, at most n of them.
func samplePages(t *testing.T, dir string, n int) map[string][]string {
	t.Helper()
	type sized struct {
		page string
		size int
	}
	all := map[string][]sized{}
	for _, page := range htmlFiles(t, dir) {
		b, err := os.ReadFile(filepath.Join(dir, page))
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > pageBytes {
			t.Errorf("%s has %d bytes, at most %d", page, len(b), pageBytes)
		}
		if k := kindOf(filepath.ToSlash(page), string(b)); k != "" {
			all[k] = append(all[k], sized{filepath.ToSlash(page), len(b)})
		}
	}
	out := map[string][]string{}
	for k, list := range all {
		slices.SortFunc(list, func(a, b sized) int { return cmp.Or(b.size-a.size, strings.Compare(a.page, b.page)) })
		for _, x := range list[:min(n, len(list))] {
			out[k] = append(out[k], x.page)
		}
	}
	return out
}

// lineThroughText finds lines and marks of the phone form of a plot that run
// through its words.
const lineThroughText = `[...document.querySelectorAll("figure svg.narrow")].filter(s => s.getBoundingClientRect().height > ` +
	`0).flatMap(svg => {
	const words = [...svg.querySelectorAll("text")].map(e => [e.getBoundingClientRect(), e.textContent]);
	return [...svg.querySelectorAll(".null, .grid, .est, .mid, .wh, .di, .dis, .sq")].filter(m => svg.closest("#forest, ` +
	`#series")).flatMap(m => {
		const r = m.getBoundingClientRect();
		return words.filter(([w]) => r.left < w.right - 1 && r.right > w.left + 1 && r.top < w.bottom - 4 && r.bottom > w.top + ` +
	`4).map(([, t]) => m.getAttribute("class") + " through " + t);
	});
}).slice(0, 5)`

// hiddenAlternative lists the numbers of text alternatives that are nowhere in the
// visible text of the page, with every fold open.
const hiddenAlternative = `(() => {
	document.querySelectorAll("details").forEach(d => { d.open = true; });
	const text = document.querySelector("main").innerText;
	return [...document.querySelectorAll("main svg desc")].filter(d => d.parentNode.getBoundingClientRect().height > 0)
		.flatMap(d => (d.textContent.match(/[−+]?\d+(\.\d+)?/g) || []).filter(n => !text.includes(n)).map(n => n + " of " + ` +
	`d.textContent)).slice(0, 5);
})()`

// firstScreens holds question, answer, boxes and buttons of every finding with a
// number to the screens of a laptop and of a phone.
func firstScreens(t *testing.T, b *tab, dir string) {
	t.Helper()
	for _, page := range htmlFiles(t, dir) {
		body, err := os.ReadFile(filepath.Join(dir, page))
		if err != nil {
			t.Fatal(err)
		}
		if kindOf(filepath.ToSlash(page), string(body)) != "finding" {
			continue
		}
		for _, screen := range [][2]int64{{1280, 720}, {390, 844}} {
			b.size(screen[0], screen[1])
			b.open(page)
			if y := eval[float64](b, `document.querySelector(".actions").getBoundingClientRect().bottom`); y > float64(screen[1]) {
				t.Errorf("%s at %d: the first screen ends at %v px, not at %d", page, screen[0], y, screen[1])
			}
		}
	}
}

// checkPages holds the n largest pages of each kind in a folder to what every page
// promises: length, words, size, nothing wider than a small phone, no line through
// text, and alternatives whose numbers can be seen.
func checkPages(t *testing.T, dir string, n int) {
	b := newTab(t, dir)
	firstScreens(t, b, dir)
	for kind, pages := range samplePages(t, dir, n) {
		limit := budgets[kind]
		for _, page := range pages {
			for _, w := range []int64{1280, 390, 320} {
				b.size(w, 800)
				b.open(page)
				if over := eval[float64](b, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
					t.Errorf("%s at %d is %v px too wide: %s", page, w, over, eval[string](b, widest))
				}
				if w == 320 {
					continue
				}
				most := limit.wide
				if w == 390 {
					most = limit.phone
					for _, hit := range eval[[]string](b, lineThroughText) {
						t.Errorf("%s: %s", page, hit)
					}
				}
				if h := eval[int](b, `document.documentElement.scrollHeight`); h > most {
					t.Errorf("%s (%s) at %d is %d px long, at most %d", page, kind, w, h, most)
				}
				if n := eval[int](b, `document.querySelector("main").innerText.split(/\s+/).length`); n > limit.words {
					t.Errorf("%s (%s) at %d has %d words, at most %d", page, kind, w, n, limit.words)
				}
				for _, hidden := range eval[[]string](b, hiddenAlternative) {
					t.Errorf("%s at %d: not in the visible text: %s", page, w, hidden)
				}
			}
		}
	}
	b.quiet("budgets")
}

// TestBudgets holds pages to their length: what is folded stays folded.
func TestBudgets(t *testing.T) { checkPages(t, fixtureSite(t), 1) }

// TestRowSearch finds rows in folded tables and says that the page need not have
// all of them.
func TestRowSearch(t *testing.T) {
	b := newTab(t, fixtureSite(t))
	b.size(1280, 900)
	b.open("harm-rows.html")
	type state struct {
		Shown, Open int
		Said        string
	}
	search := func(q string) state {
		b.js(`(e => { e.value = "` + q +
			`"; e.dispatchEvent(new Event("input", {bubbles: true})); })(document.querySelector("[data-rowsearch] input"))`)
		return eval[state](b,
			`({Shown: document.querySelectorAll("details.rows tbody tr:not([hidden])").length, Open: `+
				`document.querySelectorAll("details.rows[open]").length, Said: document.querySelector("[data-found]").textContent})`)
	}
	all := search("")
	if got := search("Mitchell TENSION"); got.Shown != 2 || got.Open != 1 || !strings.HasPrefix(got.Said,
		"2 rows of this page hold every word.") {
		t.Errorf("a search gives %+v of %+v", got, all)
	}
	if got := search("no such word"); got.Shown != 0 || got.Open != 0 {
		t.Errorf("a search without a hit gives %+v", got)
	}
	if got := search(""); got != all || got.Open != 0 {
		t.Errorf("an emptied search gives %+v, not %+v", got, all)
	}
	b.quiet("rows")
}

// TestEstimateAtMostFiveTimes counts how often a page says its estimate.
func TestEstimateAtMostFiveTimes(t *testing.T) {
	dir := fixtureSite(t)
	b := newTab(t, dir)
	b.size(1280, 900)
	b.open("f/mdma-ptsd-severity.html")
	text := strings.ReplaceAll(eval[string](b, `document.querySelector("main").innerText`), "\u00a0", " ")
	if n := strings.Count(text, "−0.71 [−1.06, −0.37]"); n == 0 || n > 5 {
		t.Errorf("the estimate with its interval stands %d times in %s", n, filepath.Base(dir))
	}
}
