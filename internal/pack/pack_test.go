package pack_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"past/internal/check"
	"past/internal/cite/shelftest"
	"past/internal/coding"
	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/pack"
	"past/internal/synthesis"
	"past/internal/vocab"
)

func input(t *testing.T) (pack.Input, *check.Known) {
	t.Helper()
	st, doc, shelf := shelftest.Open(t)
	fs, err := st.Findings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	k, err := check.NewKnown(context.Background(), st, shelf, func(string) (edition.Document, bool) { return edition.Document{}, false })
	if err != nil {
		t.Fatal(err)
	}
	return pack.Input{Document: doc, Findings: fs, Vocab: vocab.Default(), Shelf: shelf}, k
}

// serious are the issues of a document that are more than notes, and its bound sentences.
func serious(t *testing.T, name string, b []byte, k *check.Known) (out []check.Issue, bound int) {
	t.Helper()
	src, err := check.Read(name, b)
	if err != nil {
		t.Fatal(err)
	}
	issues, _, bound := check.Document(src, k)
	for _, i := range issues {
		if i.Level != check.Note {
			out = append(out, i)
		}
	}
	return out, bound
}

// What the pack says passes the check that holds teachers' texts.
func TestPackPassesItsOwnCheck(t *testing.T) {
	in, k := input(t)
	p, err := pack.Build(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Domains) != 6 || p.Expires != "2027-11-22" {
		t.Errorf("%d domains, expires %q", len(p.Domains), p.Expires)
	}
	files, err := pack.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	again, err := pack.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	bound, placed := map[string]int{}, map[string]bool{}
	for name, b := range files {
		if !bytes.Equal(b, again[name]) {
			t.Errorf("%s differs between two runs", name)
		}
		if strings.HasSuffix(name, ".html") {
			page := string(b)
			for _, want := range []string{"Content-Security-Policy", "default-src &#39;none&#39;", p.Edition, "medical advice"} {
				if !strings.Contains(page, want) {
					t.Errorf("%s lacks %q", name, want)
				}
			}
			if strings.Contains(page, "<script") || strings.Contains(page, "ZgotmplZ") || strings.Contains(page, " src=") {
				t.Errorf("%s loads or runs something", name)
			}
		}
		if strings.HasSuffix(name, "sentences.md") || strings.HasSuffix(name, ".html") {
			if issues, n := serious(t, name, b, k); len(issues) > 0 {
				t.Error(issues)
			} else {
				bound[strings.TrimPrefix(filepath.Ext(name), ".")] += n
			}
		}
	}
	if bound["md"] < 20 || bound["html"] < 2*bound["md"] { // cards, slides and handouts have them too
		t.Errorf("bound sentences: %v", bound)
	}
	for _, name := range []string{"cards.html", "slides.html", "handout.html"} {
		page := files["foundations/"+name]
		wrong := bytes.Replace(page, []byte("−0.71 [−1.06"), []byte("−0.91 [−1.06"), 1)
		if issues, _ := serious(t, name, wrong, k); bytes.Equal(wrong, page) || len(issues) == 0 {
			t.Errorf("%s: a changed number passes", name)
		}
	}
	for _, d := range p.Domains {
		for _, c := range d.Cards {
			placed[c.ID] = true
			if c.Number == "" {
				t.Errorf("%s has a fact card without a number", c.ID)
			}
		}
	}
	for _, f := range in.Document.Findings {
		if f.Estimate != nil && !placed[f.ID] {
			t.Errorf("%s is in no domain", f.ID)
		}
	}
}

// The right answers follow the findings: with other numbers they are others.
func TestQuizAnswersAreComputed(t *testing.T) {
	in, _ := input(t)
	quiz := func() map[string]pack.Item {
		p, err := pack.Build(in, []string{"foundations"})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]pack.Item{}
		for _, it := range pack.Items(p.Domains[0]) {
			out[it.ID] = it
		}
		return out
	}
	right := func(it pack.Item) string {
		if it.Right >= len(it.Choices) {
			return ""
		}
		return it.Choices[it.Right]
	}
	before := quiz()
	if got := right(before["mdma-ptsd-severity interval"]); got != "false" {
		t.Errorf("the interval of mdma-ptsd-severity includes no effect: %q", got)
	}
	for i := range in.Document.Findings {
		if f := &in.Document.Findings[i]; f.ID == "mdma-ptsd-severity" {
			up := 0.2
			f.Headline.Upper, f.Certainty = &up, "very low"
		}
	}
	after := quiz()
	if right(after["mdma-ptsd-severity interval"]) != "true" || right(after["mdma-ptsd-severity certainty"]) != "very low" {
		t.Error("the answers do not follow the finding")
	}
}

// Each item has one right answer that differs from the others, and a reason; none
// asks for a count of nothing.
func TestQuizItemsAreSound(t *testing.T) {
	in, _ := input(t)
	p, err := pack.Build(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, d := range p.Domains {
		items := pack.Items(d)
		for _, it := range items {
			n++
			seen := map[string]bool{}
			for _, c := range it.Choices {
				if c == "" || seen[c] {
					t.Errorf("%s: choice %q is empty or there twice", it.ID, c)
				}
				seen[c] = true
			}
			if it.Right < 0 || it.Right >= len(it.Choices) || it.Why == "" || strings.Contains(it.Question, "how many studies are pooled") {
				t.Errorf("unsound item %+v", it)
			}
		}
		qtiAgrees(t, d, items)
		if g := pack.GIFT(d, p.Edition); strings.Count(g, "\n  =") != len(items) {
			t.Errorf("%s: GIFT has %d right answers for %d items", d.ID, strings.Count(g, "\n  ="), len(items))
		}
	}
	if n < 30 {
		t.Errorf("only %d items", n)
	}
}

// qtiAgrees reads the package back as a learning platform does.
func qtiAgrees(t *testing.T, d pack.Domain, items []pack.Item) {
	t.Helper()
	b, err := pack.QTI(d)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var quiz struct {
		Items []struct {
			Labels []struct {
				Ident string `xml:"ident,attr"`
				Text  string `xml:"material>mattext"`
			} `xml:"presentation>response_lid>render_choice>response_label"`
			Right string `xml:"resprocessing>respcondition>conditionvar>varequal"`
		} `xml:"assessment>section>item"`
	}
	f, err := z.Open("quiz.xml")
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.NewDecoder(f).Decode(&quiz); err != nil {
		t.Fatal(err)
	}
	if len(quiz.Items) != len(items) {
		t.Fatalf("%s: %d items in the package, %d made", d.ID, len(quiz.Items), len(items))
	}
	for i, q := range quiz.Items {
		for _, l := range q.Labels {
			if want := items[i].Choices[items[i].Right]; l.Ident == q.Right && l.Text != want {
				t.Errorf("%s: the right answer is %q in the package, %q by the item", items[i].ID, l.Text, want)
			}
		}
	}
}

// A domain with topics says what is known of each; the domain on ethics has every
// notice; a domain without evidence says so.
func TestPackSaysWhatIsThere(t *testing.T) {
	in, _ := input(t)
	in.Topics = synthesis.Cards(in.Vocab, nil, nil, []evidence.OtherEvidence{{Reference: "A survey", Topic: "intimacy", Design: "survey",
		Limits: "self-selected", Source: "s", Read: "abstract"}}, nil)
	in.Notices = []evidence.Notice{{Kind: "retraction", DOI: "10.1/x", Said: "It was withdrawn.", By: "a journal", Source: "s",
		Read: "notice"}}
	trials := []evidence.Record{{ID: "NCT1", Eligibility: "Exclusion Criteria:\n* Lithium"}, {ID: "NCT2"}}
	in.Protocols = coding.Summarise(trials, coding.Read(&trials[0]))
	p, err := pack.Build(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := pack.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string][]string{
		"ethics-consent/handout.html": {"It was withdrawn.", "retraction"},
		"ethics-consent/trials.html":  {"people who take lithium", "1 of 1", "Lithium"},
		"integration/topics.html":     {"A survey", "cannot show an effect", "Not signed by a person"},
	} {
		for _, want := range wants {
			if !strings.Contains(string(files[name]), want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
	}
	if _, ok := files["foundations/trials.html"]; ok {
		t.Error("a page on what trials did stands where it does not belong")
	}
	for _, d := range p.Domains {
		if len(d.Reading)+len(d.Other) == 0 && d.ReadingNote == "" {
			t.Errorf("%s: the reading list is empty without saying why", d.ID)
		}
	}
}

func TestOwnTextIsNotRun(t *testing.T) {
	in, _ := input(t)
	name := filepath.Join(t.TempDir(), "own.md")
	if err := os.WriteFile(name, []byte("Mine <script>alert(1)</script>\r\n\r\nTwo"), 0o644); err != nil {
		t.Fatal(err)
	}
	own, err := pack.ReadText("foundations=" + name)
	if err != nil || len(own.Paragraphs) != 2 {
		t.Fatal(own, err)
	}
	in.Texts = []pack.Text{own}
	p, err := pack.Build(in, []string{"foundations"})
	if err != nil {
		t.Fatal(err)
	}
	files, err := pack.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	page := string(files["foundations/handout.html"])
	if !strings.Contains(page, "Mine &lt;script&gt;") || strings.Contains(page, "<script") {
		t.Error("an own text is missing or runs")
	}
	if _, err := pack.Build(in, []string{"nothing"}); err == nil || !strings.Contains(err.Error(), "foundations") {
		t.Errorf("an unknown domain gives %v", err)
	}
}

// A quiz asks about a prediction only where the edition gives one, does not call
// studies that are not pooled absent, and one study a pooled result.
func TestQuizAsksWhatTheEditionAnswers(t *testing.T) {
	in, _ := input(t)
	p, err := pack.Build(in, []string{"foundations"})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, it := range pack.Items(p.Domains[0]) {
		id, kind, _ := strings.Cut(it.ID, " ")
		for _, f := range in.Document.Findings {
			if f.ID != id {
				continue
			}
			switch {
			case kind == "prediction" && (f.Tau2 == nil || *f.Tau2 == 0 || f.Headline.Kind != evidence.HeadlinePooled):
				t.Errorf("%s asks for a prediction that is no answer", it.ID)
			case kind == "absence" && f.K > 1 && !strings.Contains(it.Question, "studies are not pooled"):
				t.Errorf("%s: %s", it.ID, it.Question)
			case kind == "people" && strings.Contains(it.Question, "pooled result") != (f.K > 1):
				t.Errorf("%s: %s", it.ID, it.Question)
			default:
				continue
			}
		}
		seen[kind] = true
	}
	if !seen["prediction"] || !seen["absence"] || !seen["people"] {
		t.Errorf("kinds of items: %v", seen)
	}
}
