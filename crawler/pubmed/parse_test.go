package pubmed

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/frame"
	"past/crawler/xmltree"
	"past/internal/evidence"
	"past/internal/ident"
	"past/internal/recordedtest"
)

func parseFile(t *testing.T, name string) crawler.Parsed {
	t.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(evidence.Payload{Source: SourceName, Body: body})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return got
}

func TestArticle(t *testing.T) {
	got := parseFile(t, "testdata/articles.xml")
	if len(got.Problems) != 0 || len(got.Records) != 4 {
		t.Fatalf("%d records, problems %v", len(got.Records), got.Problems)
	}
	r := got.Records[0]
	p := r.Publication
	want := &evidence.Publication{
		PMID: "34000001", PMCID: "PMC9000001", DOI: "10.9999/example.1",
		Title:   "Change of CO2 and 10^6 cells after β-ketamine in E. coli & men: p < 0.05.",
		Journal: "Example journal", Volume: "12", Issue: "3", Pages: "101-9", Published: "2021-07",
		Authors:  []evidence.Author{{Family: "Müller III", Given: "Änne B"}, {Collective: "The Example Study Group"}},
		Types:    []string{"Randomized Controlled Trial", "Retracted Publication"},
		Abstract: "BACKGROUND: Registered as NCT01234567 and ISRCTN 12345678.\nRESULTS: The I2 was 5 x 10^-3; x^2/y.\nNo label here.",
		Language: "eng", Retracted: true,
		TrialIDs: []evidence.TrialMention{
			{ID: "NCT00289757", Where: "databank",
				Pointer: "/PubmedArticleSet/PubmedArticle[1]/MedlineCitation/Article/DataBankList/DataBank[1]/AccessionNumberList/AccessionNumber[1]"},
			{ID: "NCT00291876", Where: "databank",
				Pointer: "/PubmedArticleSet/PubmedArticle[1]/MedlineCitation/Article/DataBankList/DataBank[1]/AccessionNumberList/AccessionNumber[2]"},
			{ID: "NCT01234567", Where: "abstract", Pointer: "/PubmedArticleSet/PubmedArticle[1]/MedlineCitation/Article/Abstract"},
			{ID: "ISRCTN12345678", Where: "abstract", Pointer: "/PubmedArticleSet/PubmedArticle[1]/MedlineCitation/Article/Abstract"},
		},
		Related: []evidence.RelatedWork{
			{Type: "RetractionIn", PMID: "35000001", DOI: "10.9999/notice.2", Label: "Example J. 2022;1:2. doi: 10.9999/notice.2"},
			{Type: "ErratumIn", Label: "Example J. 2021;2:3", Note: "a dose"},
		},
	}
	if d := cmp.Diff(want, p); d != "" {
		t.Error(d)
	}
	if r.ID != "pmid:34000001" || r.Kind != evidence.KindPublication || r.LastUpdatePosted.Raw != "2023-01-05" ||
		r.FirstPosted.Raw != "2021-06-30" {
		t.Errorf("%+v", r)
	}
	if !slices.Equal(r.MeshTerms, []string{"Humans", "Ketamine"}) || !slices.Equal(r.Keywords, []string{"dose", "response"}) {
		t.Errorf("terms %q, %q", r.MeshTerms, r.Keywords)
	}
	if !slices.Contains(r.SecondaryIDs, evidence.ID{Value: "AB123456", Type: "DATABANK", Domain: "GENBANK"}) {
		t.Errorf("the sequence is lost: %+v", r.SecondaryIDs)
	}
}

func TestDatesAndTitles(t *testing.T) {
	got := parseFile(t, "testdata/articles.xml")
	second, third := got.Records[1], got.Records[2]
	if second.Publication.Published != "2000" || second.Publication.Title != "Über Meskalin" || second.OfficialTitle != "" {
		t.Errorf("%+v", second.Publication)
	}
	if third.Publication.Published != "1998-12-24" || third.Publication.Title != "[On mescaline]." ||
		third.OfficialTitle != "Sobre la mescalina." {
		t.Errorf("%+v %q", third.Publication, third.OfficialTitle)
	}
	if third.Publication.Abstract != "" || third.Publication.Retracted {
		t.Errorf("%+v", third.Publication)
	}
	book := got.Records[3]
	if book.ID != "pmid:29000009" || book.Publication.Title != "Ketamine" || book.Publication.Journal != "Example drugs" ||
		book.Publication.Published != "2022-05" || book.Publication.Abstract != "A chapter." ||
		book.Prov.Pointer != "/PubmedArticleSet/PubmedBookArticle[1]" {
		t.Errorf("%+v %+v", book, book.Publication)
	}
}

// Every text of a pointer can be found again in the payload.
func TestPointersResolve(t *testing.T) {
	body, err := os.ReadFile("testdata/articles.xml")
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := xmltree.Clean(body)
	whole := xmltree.Cut(doc, "PubmedArticleSet")
	root, err := xmltree.Parse(doc[whole.Pieces[0].Start:whole.Pieces[0].End])
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range parseFile(t, "testdata/articles.xml").Records {
		for _, m := range r.Publication.TrialIDs {
			text, ok := root.Find(strings.TrimPrefix(m.Pointer, "/PubmedArticleSet/"))
			if !ok || !strings.Contains(strings.ReplaceAll(text, " ", ""), m.ID) {
				t.Errorf("%s is not at %s (%q)", m.ID, m.Pointer, text)
			}
			n++
		}
	}
	if n < 4 {
		t.Errorf("only %d pointers", n)
	}
}

const minimal = `<PubmedArticle><MedlineCitation><PMID>%s</PMID><Article><ArticleTitle>%s</ArticleTitle></Article>` +
	`</MedlineCitation></PubmedArticle>`

func article(pmid, title string) string {
	return strings.Replace(strings.Replace(minimal, "%s", pmid, 1), "%s", title, 1)
}

func TestHostile(t *testing.T) {
	set := func(s ...string) string { return "<PubmedArticleSet>" + strings.Join(s, "") + "</PubmedArticleSet>" }
	for name, c := range map[string]struct {
		body   string
		titles string // joined by |
		kinds  string // of problems, joined by |
		err    string // kind
	}{
		"control characters": {set(article("1", "a\x01b&#x1f;c")), "a b c", "bad-value", ""},
		"html entities":      {set(article("1", "&eacute;&nbsp;&alpha;")), "é α", "", ""},
		"bare ampersand":     {set(article("1", "A&T &unknown; x")), "A&T &unknown; x", "bad-value", ""},
		"latin-1":            {`<?xml version="1.0" encoding="ISO-8859-1"?>` + set(article("1", "M\xfcller")), "Müller", "", ""},
		"invalid utf-8":      {set(article("1", "a\xffb")), "a\uFFFDb", "invalid-utf8", ""},
		"cdata":              {set(article("1", "<![CDATA[a < b & c]]>")), "a < b & c", "", ""},
		"comment":            {set(article("1", "a<!-- <PubmedArticle> -->b")), "ab", "", ""},
		"a broken neighbour": {set(article("1", "one"), "<PubmedArticle><MedlineCitation><PMID>2</MedlineCitation></PubmedArticle>",
			article("3", "three")), "one|three", "bad-xml", ""},
		"no end tag":      {set(article("1", "one"), "<PubmedArticle> wrong", article("3", "three")), "one|three", "half-xml", ""},
		"no id":           {set(article("", "one"), article("3", "three")), "three", "no-id", ""},
		"id that is none": {set(article("12a", "one"), article("3", "three")), "three", "no-id", ""},
		"cut":             {set(article("1", "one"))[:150], "one", "half-xml", ""},
		"nothing found":   {set(), "", "", ""},
		"unknown element": {set(strings.Replace(article("1", "one"), "<Article>", "<Article><Novelty/>", 1)), "one", "schema-drift", ""},
		"html":            {"<!DOCTYPE html><html><body>down</body></html>", "", "", "html-instead-of-json"},
		"server error":    {"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>", "", "", "wrong-shape"},
		"redirect page":   {"<html><head><title>301 Moved</title></head></html>", "", "", "html-instead-of-json"},
		"json":            {`{"error":"API rate limit exceeded"}`, "", "", "bad-xml"},
		"empty":           {"", "", "", "empty-answer"},
		"deep": {set(article("1", strings.Repeat("<i>", 300)+"x"+strings.Repeat("</i>", 300)), article("2", "two")), "two",
			"bad-xml", ""},
		"entity bomb": {`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + set(article("1", "&b;")), "&b;", "bad-value", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(evidence.Payload{Body: []byte(c.body)})
			if c.err != "" {
				if err == nil || answer.KindOf(err) != c.err {
					t.Errorf("error %v, want kind %s", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var titles, kinds []string
			for _, r := range got.Records {
				titles = append(titles, r.Publication.Title)
			}
			for _, p := range got.Problems {
				kinds = append(kinds, p.Kind)
			}
			if strings.Join(titles, "|") != c.titles || strings.Join(kinds, "|") != c.kinds {
				t.Errorf("titles %q, want %q; problems %v, want %s", titles, c.titles, got.Problems, c.kinds)
			}
		})
	}
}

// A content hash says whether something changed, whatever the white space.
func TestContentHash(t *testing.T) {
	hash := func(s string) string {
		got, err := Parse(evidence.Payload{Body: []byte(s)})
		if err != nil || len(got.Records) != 1 {
			t.Fatal(err)
		}
		return got.Records[0].ContentHash
	}
	a := hash(article("1", "one"))
	if hash(strings.ReplaceAll(article("1", "one"), "><", ">\n  <")) != a || hash(article("1", "two")) == a {
		t.Error("the hash follows white space, or does not follow the title")
	}
}

func TestRecorded(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recordedtest.Path(t, "registry", "pubmed"), "*"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d recorded files, %v", len(files), err)
	}
	byID := map[string]evidence.Record{}
	records := 0
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(evidence.Payload{Body: body})
		articles := strings.Count(string(body), "<PubmedArticle>")
		if !Recognise(f, body[:min(len(body), 4096)]) {
			if err == nil {
				t.Errorf("%s: no efetch answer, and yet %d records", filepath.Base(f), len(got.Records))
			}
			continue
		}
		bad := strings.Contains(f, "Malformed") || strings.Contains(f, "MinimalEntry") // no XML, no PMID
		if len(got.Records) != articles && !bad || bad && len(got.Records) != 0 {
			t.Errorf("%s: %d records of %d articles: %v %v", filepath.Base(f), len(got.Records), articles, err, got.Problems)
		}
		for _, p := range got.Problems {
			if !bad && !strings.Contains(p.Message, "no title") {
				t.Errorf("%s: %s %s %s", filepath.Base(f), p.Kind, p.Where, p.Message)
			}
		}
		for _, r := range got.Records {
			byID[r.ID] = r
			records++
		}
	}
	if records < 150 {
		t.Errorf("only %d records", records)
	}
	r := byID["pmid:22663011"]
	if r.Publication == nil || len(r.Publication.TrialIDs) == 0 || r.Publication.TrialIDs[0].Where != "databank" {
		t.Errorf("22663011 names no trial: %+v", r.Publication)
	}
	two := byID["pmid:28356292"].Publication
	if two == nil || two.Title == "" || two.Journal == "" || two.Published == "" || len(two.Authors) == 0 {
		t.Errorf("28356292: %+v", two)
	}
}

func FuzzParse(f *testing.F) {
	body, err := os.ReadFile("testdata/articles.xml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte("<PubmedArticleSet>" + article("1", "<sub>2</sub>") + "</PubmedArticleSet>"))
	f.Add([]byte("\xff\xfe<\x00a\x00>\x00"))
	f.Add([]byte(`<?xml version="1.0" encoding="Shift_JIS"?><PubmedArticleSet><PubmedBookArticle></PubmedArticleSet>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := Parse(evidence.Payload{Body: body})
		if err != nil && len(got.Records) > 0 {
			t.Fatal("records and an error")
		}
		for _, r := range got.Records {
			if _, ok := ident.PMID(r.ID); !ok || r.ContentHash == "" {
				t.Fatalf("%q", r.ID)
			}
			if _, err := json.Marshal(r); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	body, err := os.ReadFile("testdata/articles.xml")
	if err != nil {
		b.Fatal(err)
	}
	inner := body[strings.Index(string(body), "<PubmedArticle>") : strings.LastIndex(string(body), "</PubmedArticle>")+len("</PubmedArticle>")]
	big := []byte("<PubmedArticleSet>" + strings.Repeat(string(inner), 100) + "</PubmedArticleSet>")
	b.SetBytes(int64(len(big)))
	for b.Loop() {
		if got, err := Parse(evidence.Payload{Body: big}); err != nil || len(got.Records) != 300 {
			b.Fatal(len(got.Records), err)
		}
	}
}

// TestSearchAnswers: line breaks as they are in the texts of an answer, as the service
// writes them when it refuses a position, and fewer numbers than it counts.
func TestSearchAnswers(t *testing.T) {
	_, err := readSearch([]byte("{\"esearchresult\":{\"ERROR\":\"Search Backend failed:\n'retstart' cannot be larger than 9998.\n\"}}"),
		frame.Ask{})
	if err == nil || !strings.Contains(err.Error(), "cannot be larger than 9998") {
		t.Errorf("%v", err)
	}
	l, err := readSearch([]byte("{\"esearchresult\":{\"count\":\"2\",\"idlist\":[\"5\",\"6\"],\"querytranslation\":\"a\tb\"}}"),
		frame.Ask{Size: 9999})
	if err != nil || l.Total != 2 || len(l.IDs) != 2 || l.Heard.Translation != "a b" {
		t.Errorf("%+v, %v", l, err)
	}
	few := []byte(`{"esearchresult":{"count":"25","idlist":["5"]}}`)
	if _, err := readSearch(few, frame.Ask{Size: 9999}); answer.KindOf(err) != crawler.KindMissing {
		t.Errorf("%v", err)
	}
}
