package cite_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"past/internal/cite"
	"past/internal/cite/shelftest"
	"past/internal/edition"
	"past/internal/evidence"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from the golden file; run with -update if that is meant\n%s", name, got)
	}
}

// odd has everything in it that breaks writers.
var odd = cite.Item{Key: "odd & key", Type: cite.Article, Title: "100 % of {MDMA} & the_\"rest\": α\nβ \\ §",
	ContainerTitle: "Ärzte & Söhne", DOI: "10.1000/a_b{c}", Pages: "1-9",
	Authors: []cite.Name{{Family: "Müller-Lüdenscheidt", Given: "Jörg Ångström"}, {Family: "O'Neill", Given: "Zoë", Suffix: "Jr"},
		{Literal: "Group, Research and Co"}, {Family: "Single"}},
	Issued: cite.Date{Year: 2024, Month: 2}, Notes: []string{"line one\r\nER  - \r\nTY  - BOOK"}}

func TestGolden(t *testing.T) {
	items := []cite.Item{odd,
		{Key: "f", Type: cite.Dataset, Title: "Finding", Authors: []cite.Name{{Literal: cite.Tracker}}, Version: "e-1", Location: "f/f@e-1",
			Issued: cite.Date{Year: 2026, Month: 1, Day: 2}, Accessed: cite.Date{Year: 2026, Month: 3, Day: 4}},
		{Key: "p", Type: cite.Preprint, Title: "A preprint", MoreAuthors: true, Authors: []cite.Name{{Family: "First", Given: "A. B."}},
			URL: "https://example.org/p", Issued: cite.Date{Year: 2025}}}
	golden(t, "odd.bib", cite.BibTeX(items))
	golden(t, "odd.ris", cite.RIS(items))
	golden(t, "odd.txt", cite.Text(items))
	js, err := cite.CSLJSON(items)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "odd.json", js)
	validCSL(t, js)
}

// No value may end a record or open another.
func TestRISLines(t *testing.T) {
	ris := cite.RIS([]cite.Item{odd})
	lines := strings.Split(strings.TrimSuffix(ris, "\r\n"), "\r\n")
	for i, l := range lines {
		if len(l) < 6 || l[2:6] != "  - " || strings.ContainsAny(l, "\r\n") {
			t.Errorf("line %d is no RIS line: %q", i+1, l)
		}
		if (l[:2] == "TY") != (i == 0) || (l[:2] == "ER") != (i == len(lines)-1) {
			t.Errorf("line %d: %q stands in the wrong place", i+1, l)
		}
	}
}

// What no search asked for has no sentence, so nothing of it can be cited.
func TestNothingToCiteWhereNothingWasLookedFor(t *testing.T) {
	_, doc, shelf := shelftest.Open(t)
	id := doc.Findings[0].ID
	doc.Findings[0].K, doc.Findings[0].Sentence = 0, ""
	shelf.Document = doc
	if items, err := shelf.Cite(id); err == nil || !strings.Contains(err.Error(), "nothing to cite") {
		t.Errorf("%d items, %v", len(items), err)
	}
	if slices.Contains(shelf.Keys(), id) {
		t.Errorf("%s is offered as a key", id)
	}
	files, err := shelf.Folder()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.Contains(string(f.Data), "past:"+id+"@") {
			t.Errorf("%s cites %s", f.Path, id)
		}
	}
}

// A paper whose record names no author is cited by the label of its study.
func TestNoStudyIsAnonymousWhereItsLabelNamesIt(t *testing.T) {
	_, _, shelf := shelftest.Open(t)
	found := 0
	for _, it := range shelf.AllStudies() {
		if strings.HasPrefix(it.Key, "anon-") || strings.Contains(it.Key, "-nd-") {
			t.Errorf("%s: %s", it.Key, it.Title)
		}
		if strings.HasPrefix(it.Key, "danforth-2018-") && it.MoreAuthors && strings.HasPrefix(it.Title, "Reduction in social anxiety") {
			found++
		}
	}
	if found != 1 {
		t.Errorf("Danforth 2018 is cited %d times", found)
	}
}

func TestFindingCitation(t *testing.T) {
	_, doc, shelf := shelftest.Open(t)
	items, err := shelf.Cite("mdma-ptsd-severity")
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != 7 {
		t.Fatalf("%d items, want the finding and its six studies", len(items))
	}
	text := cite.Text(items)
	for _, want := range []string{"g −0.71 [−1.06, −0.37]", "k = 6", "n = 242", doc.ID, doc.DataHash, "f/mdma-ptsd-severity@" + doc.ID,
		"Accessed 2026-11-23", "not signed",
		"Ot'alora G M", "van der Kolk B", "NCT03537014", "https://doi.org/10.1038/s41591-021-01336-3", "2473–2480"} {
		if !strings.Contains(text, want) {
			t.Errorf("the citation lacks %q:\n%s", want, text)
		}
	}
	for _, key := range shelf.Keys() {
		items, err := shelf.Cite(key)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		js, err := cite.CSLJSON(items)
		if err != nil {
			t.Fatal(err)
		}
		validCSL(t, js)
		seen := map[string]bool{}
		for _, it := range items {
			if it.Title == "" || seen[it.Key] {
				t.Errorf("%s: item %q has no title or its key twice", key, it.Key)
			}
			seen[it.Key] = true
		}
	}
	if _, err := shelf.Cite("mdma-ptsd-severty"); err == nil || !strings.Contains(err.Error(), "did you mean mdma-ptsd-severity") {
		t.Errorf("a misspelt key gives no hint: %v", err)
	}
}

// A paper's record in the store wins over the embedded facts, and its
// retraction is reported.
func TestStoredPaperWins(t *testing.T) {
	paper := evidence.Record{ID: "doi:10.1038/s41591-021-01336-3", Source: "test", Kind: evidence.KindPublication,
		Publication: &evidence.Publication{
			DOI: "10.1038/S41591-021-01336-3", Title: "Title of the record.", Journal: "Journal", Volume: "1", Pages: "2-3",
			Published: "2021-05-10", Retracted: true,
			Authors: []evidence.Author{{Family: "Erritzøe", Given: "Søren"}, {Collective: "Study Group"}},
			Related: []evidence.RelatedWork{{Type: "RetractionIn", DOI: "10.1/x"}}}}
	_, _, shelf := shelftest.Open(t, paper)
	it, ok := shelf.Work("https://doi.org/10.1038/s41591-021-01336-3")
	if !ok || it.Title != "Title of the record" || it.Authors[0].Family != "Erritzøe" {
		t.Fatalf("%+v", it)
	}
	if line := cite.Line(it); !strings.Contains(line, "RETRACTED") || !strings.Contains(line, "Erritzøe S, Study Group") {
		t.Error(line)
	}
}

func TestCompare(t *testing.T) {
	_, doc, shelf := shelftest.Open(t)
	c, err := shelf.Compare(doc, "mdma-ptsd-severity")
	if err != nil || c.Changed {
		t.Fatalf("the same edition has changed: %+v %v", c, err)
	}
	then := doc
	then.ID, then.Findings = "e-old", append([]edition.Flat{}, doc.Findings...)
	for i := range then.Findings {
		if f := &then.Findings[i]; f.ID == "mdma-ptsd-severity" {
			e := -0.9
			f.Headline.Estimate, f.K, f.Certainty, f.Studies = &e, 5, "high", append([]string{"Gone 2001"}, f.Studies[1:]...)
		}
	}
	c, err = shelf.Compare(then, "mdma-ptsd-severity")
	if err != nil {
		t.Fatal(err)
	}
	out := c.String()
	for _, want := range []string{"−0.90", "−0.71", "5  ->  6", "high (proposed by rule, not signed)", "Gone 2001", "Mithoefer 2011",
		"e-old"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	if _, err := shelf.Compare(then, "no-such"); err == nil {
		t.Error("an unknown finding was compared")
	}
}
