package reports

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// budgets of a page: pixels at 1280 and at 390, words.
var budgets = []struct {
	page              string
	wide, phone, text int
}{
	{"f/mdma-ptsd-severity.html", 5500, 9000, 2200}, {"f/psilocybin-depression-severity.html", 5500, 9000, 2200}, {"f/mdma-ptsd-response.html", 5500, 9000, 2200},
	{"f/mdma-sexual-function.html", 900, 1200, 120}, {"index.html", 4500, 9000, 2200}, {"harms.html", 4500, 6000, 1500}, {"harm-rows.html", 1500, 2500, 300},
}

// TestBudgets holds pages to their length: what is folded stays folded.
func TestBudgets(t *testing.T) {
	b := newTab(t, written(t, fixtureEdition(t), Options{}))
	for _, w := range []int64{1280, 390} {
		b.size(w, 800)
		for _, c := range budgets {
			b.open(c.page)
			most := c.wide
			if w == 390 {
				most = c.phone
			}
			if h := eval[int](b, `document.documentElement.scrollHeight`); h > most {
				t.Errorf("%s at %d is %d px long, at most %d", c.page, w, h, most)
			}
			if n := eval[int](b, `document.querySelector("main").innerText.split(/\s+/).length`); n > c.text {
				t.Errorf("%s at %d has %d words, at most %d", c.page, w, n, c.text)
			}
		}
	}
	b.quiet("budgets")
}

// TestNoLineThroughText looks at the phone form of every figure: no line or mark
// of a plot runs through a word.
func TestNoLineThroughText(t *testing.T) {
	b := newTab(t, written(t, fixtureEdition(t), Options{}))
	b.size(390, 844)
	for _, page := range []string{"f/mdma-ptsd-severity.html", "f/psilocybin-depression-severity.html", "f/mdma-ptsd-response.html", "f/lsd-anxiety-in-illness.html"} {
		b.open(page)
		for _, hit := range eval[[]string](b, `[...document.querySelectorAll("#forest svg.narrow, #series svg.narrow")].flatMap(svg => {
			const words = [...svg.querySelectorAll("text")].map(e => [e.getBoundingClientRect(), e.textContent]);
			return [...svg.querySelectorAll(".null, .grid, .est, .mid, .wh, .di, .dis, .sq, .pt")].flatMap(m => {
				const r = m.getBoundingClientRect();
				return words.filter(([w]) => r.left < w.right - 1 && r.right > w.left + 1 && r.top < w.bottom - 4 && r.bottom > w.top + 4).map(([, t]) => m.getAttribute("class") + " through " + t);
			});
		}).slice(0, 5)`) {
			t.Errorf("%s: %s", page, hit)
		}
	}
}

// TestRowSearch finds rows in folded tables and says that the page need not have
// all of them.
func TestRowSearch(t *testing.T) {
	b := newTab(t, written(t, fixtureEdition(t), Options{}))
	b.size(1280, 900)
	b.open("harm-rows.html")
	type state struct {
		Shown, Open int
		Said        string
	}
	search := func(q string) state {
		b.js(`(e => { e.value = "` + q + `"; e.dispatchEvent(new Event("input", {bubbles: true})); })(document.querySelector("[data-rowsearch] input"))`)
		return eval[state](b, `({Shown: document.querySelectorAll("details.rows tbody tr:not([hidden])").length, Open: document.querySelectorAll("details.rows[open]").length, Said: document.querySelector("[data-found]").textContent})`)
	}
	all := search("")
	if got := search("Mitchell TENSION"); got.Shown != 2 || got.Open != 1 || !strings.HasPrefix(got.Said, "2 rows of this page hold every word.") {
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

var number = regexp.MustCompile(`[−+]?\d+(\.\d+)?`)

// TestAlternativesAreVisible holds every number of a text alternative against
// the visible text of its page.
func TestAlternativesAreVisible(t *testing.T) {
	b := newTab(t, written(t, fixtureEdition(t), Options{}))
	b.size(1280, 900)
	for _, page := range pageTypes {
		b.open(page)
		b.js(`document.querySelectorAll("details").forEach(d => { d.open = true; })`)
		text := eval[string](b, `document.querySelector("main").innerText`)
		for _, alt := range eval[[]string](b, `[...document.querySelectorAll("main svg desc")].filter(d => d.parentNode.getBoundingClientRect().height > 0).map(d => d.textContent)`) {
			for _, n := range number.FindAllString(alt, -1) {
				if !strings.Contains(text, n) {
					t.Errorf("%s: %s is in the alternative %q and not in the text", page, n, alt)
				}
			}
		}
	}
}

// TestEstimateAtMostFiveTimes counts how often a page says its estimate.
func TestEstimateAtMostFiveTimes(t *testing.T) {
	dir := written(t, fixtureEdition(t), Options{})
	b := newTab(t, dir)
	b.size(1280, 900)
	b.open("f/mdma-ptsd-severity.html")
	text := strings.ReplaceAll(eval[string](b, `document.querySelector("main").innerText`), "\u00a0", " ")
	if n := strings.Count(text, "−0.71 [−1.06, −0.37]"); n == 0 || n > 5 {
		t.Errorf("the estimate with its interval stands %d times in %s", n, filepath.Base(dir))
	}
}

// TestCountedSentences holds sentences with a number for none, one and many.
func TestCountedSentences(t *testing.T) {
	for n, want := range map[int]string{0: "None has", 1: "1 has", 2: "2 have"} {
		if got := countVerb(n, "has", "have"); got != want {
			t.Errorf("countVerb(%d) = %q, want %q", n, got, want)
		}
	}
	ed := fixtureEdition(t)
	for n, want := range map[int]string{0: "No conclusion moved since edition e-fixture0000; 1 smaller difference is listed.", 1: "1 conclusion moved since edition e-fixture0000.", 2: "2 conclusions moved since edition e-fixture0000."} {
		ed.Changes = []Change{{Kind: "new trial"}}
		for range n {
			ed.Changes = append(ed.Changes, Change{Moved: true})
		}
		s := newSite(&ed, Options{})
		if got := s.changedLine(); got != want {
			t.Errorf("%d moved: %q, want %q", n, got, want)
		}
	}
	ed.Changes, ed.PreviousEdition = nil, ""
	if got := newSite(&ed, Options{}).changedLine(); got != "This is the first edition: there is nothing to compare it with." {
		t.Errorf("the first edition says %q", got)
	}
}
