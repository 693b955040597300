package reports

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"past/internal/evidence"
	"past/reports/internal/show"
)

// TestFixtureFigures holds the fixture to the published figures, so that what
// the pages are tested with is real: MDMA-PTSD and psilocybin-depression as in
// the reviews of 2026 (Hedges g, REML, Knapp-Hartung without a guard).
func TestFixtureFigures(t *testing.T) {
	ed := fixtureEdition(t)
	for _, c := range []struct {
		i, k, n     int
		est, lo, hi float64
	}{{0, 6, 242, -0.7119, -1.0588, -0.3651}, {1, 12, 585, -0.9031, -1.2561, -0.5501}} {
		r := ed.Findings[c.i].Primary
		if r.K != c.k || int(r.N) != c.n || math.Abs(*r.Estimate-c.est) > 5e-5 || math.Abs(*r.CILower-c.lo) > 5e-5 ||
			math.Abs(*r.CIUpper-c.hi) > 5e-5 {
			t.Errorf("%s: k %d n %d %.4f [%.4f, %.4f], want %+v", ed.Findings[c.i].ID, r.K, r.N, *r.Estimate, *r.CILower, *r.CIUpper, c)
		}
	}
	if !ed.Findings[0].Primary.Guarded() || ed.Findings[1].Primary.Guarded() {
		t.Error("the guard should act on the first finding alone")
	}
}

// TestLinksAndIDs follows every link inside the edition and looks for ids that
// stand twice, headings that skip a level, and tables without heads.
func TestLinksAndIDs(t *testing.T) {
	dir := fixtureSite(t)
	pages := htmlFiles(t, dir)
	ids := map[string]map[string]bool{}
	docs := map[string]*html.Node{}
	for _, page := range pages {
		docs[page] = parsed(t, filepath.Join(dir, page))
		ids[page] = map[string]bool{}
		level := 0
		walk(docs[page], func(n *html.Node) {
			if n.Type != html.ElementNode {
				return
			}
			if id := attr(n, "id"); id != "" {
				if ids[page][id] {
					t.Errorf("%s: id %q stands twice", page, id)
				}
				ids[page][id] = true
			}
			if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
				if l := int(n.Data[1] - '0'); l > level+1 {
					t.Errorf("%s: heading %s follows level %d", page, n.Data, level)
				} else {
					level = l
				}
			}
			if n.Data == "svg" && attr(n, "aria-labelledby") == "" && attr(n, "aria-hidden") == "" {
				t.Errorf("%s: a figure has no text alternative", page)
			}
		})
	}
	for _, page := range pages {
		walk(docs[page], func(n *html.Node) {
			href := attr(n, "href")
			if n.Type != html.ElementNode || href == "" || strings.HasPrefix(href, "http") {
				return
			}
			to, frag, _ := strings.Cut(href, "#")
			target := page
			if to != "" {
				target = filepath.Join(filepath.Dir(page), filepath.FromSlash(to))
			}
			if _, err := os.Stat(filepath.Join(dir, target)); err != nil {
				t.Errorf("%s: link to %s leads nowhere", page, href)
			} else if frag != "" && !ids[target][frag] {
				t.Errorf("%s: link to %s has no such place", page, href)
			}
		})
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// TestWayBack follows one number to its bytes: index → finding → effect →
// input with pointer → stored hash → source.
func TestWayBack(t *testing.T) {
	dir := fixtureSite(t)
	read := func(p string) string {
		b, err := os.ReadFile(filepath.Join(dir, p))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, step := range []struct{ page, want string }{
		{"index.html", `href="f/mdma-ptsd-severity.html"`},
		{"f/mdma-ptsd-severity.html", `href="../s/NCT03537014.html#` + effectAnchor("fx:Mitchell 2021") + `"`},
		{"s/NCT03537014.html", `id="` + effectAnchor("fx:Mitchell 2021") + `"`},
		{"s/NCT03537014.html", "row=2021;column=mean1"},
		{"s/NCT03537014.html", "13.6095554666565"},
		{"s/NCT03537014.html", `id="` + payloadAnchor(fixtureSHA) + `"`},
		{"s/NCT03537014.html", fixtureSHA},
		{"s/NCT03537014.html", `href="https://clinicaltrials.gov/study/NCT03537014"`},
		{"s/NCT03537014.html", "J = 1 − 3 / (4N − 9)"},
	} {
		if !strings.Contains(read(step.page), step.want) {
			t.Errorf("%s lacks %s", step.page, step.want)
		}
	}
}

// TestWordsEqualNumbers holds the text alternatives and headline of a finding
// against the numbers of the edition.
func TestWordsEqualNumbers(t *testing.T) {
	ed := fixtureEdition(t)
	dir := written(t, ed, Options{})
	for _, c := range []struct {
		id   string
		want []string
	}{
		{"mdma-ptsd-severity", []string{"Forest plot of 6 studies, 242 people. Pooled g −0.71 [−1.06, −0.37], favours MDMA.",
			"[−0.9534,\u00a0−0.4704]", "−0.7119", "random effects, REML, Knapp-Hartung", "95% interval without the guard"}},
		{"psilocybin-depression-severity",
			[]string{"Forest plot of 12 studies, 585 people. Pooled g −0.90 [−1.26, −0.55], favours psilocybin. Prediction " +
				"interval [−1.72, −0.09].", "−0.9031", "[−1.2561,\u00a0−0.5501]", "Davis 2021"}},
		{"lsd-anxiety-in-illness", []string{"One study, not a meta-analysis", "This is its own result and not a meta-analysis"}},
		{"mdma-sexual-function", []string{"No trial gives numbers that can be pooled.", "NCT05790239", "running", "measured, no usable number",
			"f/mdma-sexual-function@e-fixture0001"}},
	} {
		b, err := os.ReadFile(filepath.Join(dir, "f", c.id+".html"))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range c.want {
			if !strings.Contains(strings.ReplaceAll(html.UnescapeString(string(b)), "\u00a0", " "), strings.ReplaceAll(w, "\u00a0", " ")) {
				t.Errorf("%s does not say %q", c.id, w)
			}
		}
	}
	one, _ := os.ReadFile(filepath.Join(dir, "f", "lsd-anxiety-in-illness.html"))
	if strings.Contains(string(one), "<h2 id=\"checks-h\"") || strings.Contains(string(one), "Pooled, ") {
		t.Error("a single study is shown as if it were pooled")
	}
	rr, _ := os.ReadFile(filepath.Join(dir, "f", "mdma-ptsd-response.html"))
	if est := *ed.Findings[2].Primary.Estimate; !strings.Contains(string(rr), show.Fixed(math.Exp(est), 2)) ||
		strings.Contains(string(rr), ">"+show.Fixed(est, 2)+" [") {
		t.Errorf("the risk ratio %.4f is not printed as a ratio", math.Exp(est))
	}
}

// TestSameBytes writes an edition twice, in both forms.
func TestSameBytes(t *testing.T) {
	for _, o := range []Options{{}, {SingleFile: true}} {
		a, b := written(t, fixtureEdition(t), o), written(t, fixtureEdition(t), o)
		n := 0
		err := filepath.WalkDir(a, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, _ := filepath.Rel(a, path)
			x, _ := os.ReadFile(path)
			y, err := os.ReadFile(filepath.Join(b, rel))
			if err != nil || !bytes.Equal(x, y) {
				t.Errorf("%s differs (%v)", rel, err)
			}
			n++
			return nil
		})
		if err != nil || n == 0 {
			t.Fatal(n, err)
		}
	}
}

// TestPolicy checks each page's policy: every inline script and style is
// allowed by its own hash, nothing else is, and no host is named.
func TestPolicy(t *testing.T) {
	for _, o := range []Options{{}, {SingleFile: true}} {
		dir := written(t, fixtureEdition(t), o)
		for _, page := range htmlFiles(t, dir) {
			policy, inline := "", []string{}
			walk(parsed(t, filepath.Join(dir, page)), func(n *html.Node) {
				switch {
				case n.Data == "meta" && attr(n, "http-equiv") == "Content-Security-Policy":
					policy = attr(n, "content")
				case n.Data == "script" && attr(n, "type") == "" || n.Data == "style" && n.Type == html.ElementNode:
					if n.FirstChild != nil {
						inline = append(inline, n.FirstChild.Data)
					}
				}
			})
			if policy == "" || len(inline) == 0 {
				t.Fatalf("%s: policy %q, %d inline parts", page, policy, len(inline))
			}
			for _, s := range inline {
				if !strings.Contains(policy, hashOf(s)) {
					t.Errorf("%s: an inline part (%.40q) is not allowed by hash", page, s)
				}
			}
			for _, bad := range []string{"unsafe", "http", "*", "blob:"} {
				if strings.Contains(policy, bad) {
					t.Errorf("%s: policy holds %q: %s", page, bad, policy)
				}
			}
		}
	}
}

// A download that the edition leaves out leaves no file behind.
func TestDownloadLeftOut(t *testing.T) {
	ed := fixtureEdition(t)
	ed.Downloads = []Download{{Path: "data/empty.csv", Title: "empty.csv", Make: func(w io.Writer) (string, error) {
		if _, err := io.WriteString(w, "a,b\n"); err != nil {
			return "", err
		}
		return "", ErrLeftOut
	}}}
	dir := written(t, ed, Options{})
	if _, err := os.Stat(filepath.Join(dir, "data", "empty.csv")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
}

// TestReplace keeps other people's folders: only an empty folder or a report
// is replaced.
func TestReplace(t *testing.T) {
	ed := fixtureEdition(t)
	dir := filepath.Join(t.TempDir(), "out")
	mine := filepath.Join(dir, "thesis.txt")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), dir, ed, Options{}); !errors.Is(err, ErrNotAReport) {
		t.Errorf("a folder with other files: %v", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error("the other file is gone")
	}
	os.Remove(mine)
	for range 2 {
		if err := Write(t.Context(), dir, ed, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Write(ctx, dir, ed, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if list, _ := os.ReadDir(filepath.Dir(dir)); len(list) != 1 {
		t.Errorf("left behind: %v", list)
	}
	if _, err := os.Stat(filepath.Join(dir, "index.html")); err != nil {
		t.Error("the report before is gone after a failure")
	}
	ed.Downloads = []Download{{Path: "../evil.txt", Data: []byte("x")}}
	if err := Write(t.Context(), dir, ed, Options{}); err == nil || !strings.Contains(err.Error(), "evil") {
		t.Errorf("a download that leaves the folder: %v", err)
	}
}

// TestEmptyEdition writes an edition without anything: every page explains.
func TestEmptyEdition(t *testing.T) {
	dir := written(t, Edition{}, Options{})
	for _, p := range []string{"index.html", "claims.html", "gaps.html", "trials.html", "harms.html", "missing.html"} {
		b, err := os.ReadFile(filepath.Join(dir, p))
		if err != nil || !strings.Contains(string(b), `class="empty"`) {
			t.Errorf("%s does not explain that it is empty (%v)", p, err)
		}
	}
}

// TestBigFinding draws 200 studies and holds the pages to their size.
func TestBigFinding(t *testing.T) {
	dir := written(t, bigEdition(t, 200, 400), Options{})
	for _, page := range htmlFiles(t, dir) {
		st, err := os.Stat(filepath.Join(dir, page))
		if err != nil {
			t.Fatal(err)
		}
		if st.Size() > 300_000 {
			t.Errorf("%s has %d bytes", page, st.Size())
		}
	}
	b := newTab(t, dir)
	for _, w := range []int64{390, 1280} {
		b.size(w, 900)
		for _, p := range []string{"f/big.html", "trials.html", "trials-4.html"} {
			b.open(p)
			b.shot("big-" + strings.NewReplacer("/", "_", ".html", "").Replace(p) + fmt.Sprint(w))
		}
	}
	b.quiet("200 studies")
}

// bigEdition has one finding of k studies and n trials.
func bigEdition(t testing.TB, k, n int) Edition {
	ed := fixtureEdition(t)
	var list []evidence.Effect
	for i := range k {
		a := psilocybinArms[i%len(psilocybinArms)]
		a.label, a.record = fmt.Sprintf("Study %d", i+1), fmt.Sprintf("NCT8%07d", i)
		a.v[1] += 6 * math.Sin(float64(i))
		a.year = 2000 + i/8
		list = append(list, effectOf(a, "psilocybin", "MADRS"))
	}
	big := findingOf(t, "big", "A finding of many studies", "psilocybin", list)
	ed.Findings = append(ed.Findings, big)
	for i := len(ed.Trials); i < n; i++ {
		row := ed.Trials[i%18]
		row.ID, row.StudyID = fmt.Sprintf("NCT7%07d", i), fmt.Sprintf("NCT7%07d", i)
		row.Title = fmt.Sprintf("A randomised trial of something against something else in %d people with a condition", i)
		ed.Trials = append(ed.Trials, row)
		st := ed.Studies[i%18]
		st.ID, st.Label, st.Records = row.ID, row.Title, []string{row.ID}
		ed.Studies = append(ed.Studies, st)
	}
	return ed
}

func BenchmarkStarter(b *testing.B) {
	ed := fixtureEdition(b)
	for b.Loop() {
		if err := Write(b.Context(), filepath.Join(b.TempDir(), "r"), ed, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkThreeThousandTrials(b *testing.B) {
	ed := bigEdition(b, 60, 3000)
	for b.Loop() {
		if err := Write(b.Context(), filepath.Join(b.TempDir(), "r"), ed, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPublicAddress writes an edition under an address: site map, preview image
// of the right size, description and data set; without one, none of them.
func TestPublicAddress(t *testing.T) {
	dir := written(t, fixtureEdition(t), Options{Base: "https://example.org/past/"})
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	page := read("f/mdma-ptsd-severity.html")
	for _, want := range []string{`<link rel="canonical" href="https://example.org/past/f/mdma-ptsd-severity.html">`,
		`<meta name="description" content="`, `property="og:image" content="https://example.org/past/assets/share.png"`,
		"https://example.org/past/f/mdma-ptsd-severity@e-fixture0001"} {
		if !strings.Contains(page, want) {
			t.Errorf("the finding lacks %s", want)
		}
	}
	if m := read("sitemap.xml"); !strings.Contains(m, "<loc>https://example.org/past/claims.html</loc>") || strings.Contains(m, "404.html") {
		t.Error("the site map lacks a page or holds the one for lost addresses")
	}
	if p := read("assets/share.png"); len(p) < 5000 || p[16:24] != "\x00\x00\x04\xb0\x00\x00\x02\x76" {
		t.Errorf("the preview is not 1200 by 630: %x", p[16:24])
	}
	if !strings.Contains(read("index.html"), `"@type":"Dataset"`) {
		t.Error("the index does not describe the data set")
	}
	plain := fixtureSite(t)
	for _, name := range []string{"sitemap.xml", "assets/share.png"} {
		if _, err := os.Stat(filepath.Join(plain, name)); err == nil {
			t.Errorf("%s is written without a public address", name)
		}
	}
}

// TestDownloadsLeftOutLeaveNoFile: what is written of a table before it turns out to be
// too large is not part of the folder, and the page does not list it.
func TestDownloadsLeftOutLeaveNoFile(t *testing.T) {
	ed := fixtureEdition(t)
	ed.Downloads = append(ed.Downloads, Download{Path: "data/large.csv", Title: "large.csv", Make: func(w io.Writer) (string, error) {
		_, err := io.WriteString(w, "half a table\n")
		return "", errors.Join(err, ErrLeftOut)
	}})
	dir := written(t, ed, Options{})
	if _, err := os.Stat(filepath.Join(dir, "data", "large.csv")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a part of the table is there: %v", err)
	}
	if strings.Contains(readPage(t, dir, "data.html"), "large.csv") {
		t.Error("the page lists it")
	}
}
