package pack_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"past/internal/check"
	"past/internal/cite/shelftest"
	"past/internal/edition"
	"past/internal/pack"
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
	bound, placed := 0, map[string]bool{}
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
		if strings.HasSuffix(name, "sentences.md") {
			src, err := check.Read(name, b)
			if err != nil {
				t.Fatal(err)
			}
			issues, _, n := check.Document(src, k)
			bound += n
			for _, i := range issues {
				if i.Level != check.Note {
					t.Error(i)
				}
			}
		}
	}
	if bound < 20 {
		t.Errorf("only %d bound sentences", bound)
	}
	for _, d := range p.Domains {
		for _, c := range d.Cards {
			placed[c.ID] = true
		}
	}
	for _, f := range in.Document.Findings {
		if !placed[f.ID] {
			t.Errorf("%s is in no domain", f.ID)
		}
	}
}

// The right answers follow the findings: with other numbers they are others.
func TestQuizAnswersAreComputed(t *testing.T) {
	in, _ := input(t)
	quiz := func() string {
		p, err := pack.Build(in, []string{"foundations"})
		if err != nil {
			t.Fatal(err)
		}
		return pack.GIFT(p.Domains[0], p.Edition)
	}
	before := quiz()
	for _, want := range []string{"how many studies are pooled? {#6:0}", "  =low\n", "::mdma-ptsd-severity interval::"} {
		if !strings.Contains(before, want) {
			t.Errorf("the quiz lacks %q", want)
		}
	}
	if !strings.Contains(line(before, "::mdma-ptsd-severity interval::"), "{F#") {
		t.Error("the interval of mdma-ptsd-severity includes no effect?")
	}
	for i := range in.Document.Findings {
		if f := &in.Document.Findings[i]; f.ID == "mdma-ptsd-severity" {
			up := 0.2
			f.Headline.Upper, f.K = &up, 9
		}
	}
	after := quiz()
	if !strings.Contains(line(after, "::mdma-ptsd-severity interval::"), "{T#") || !strings.Contains(line(after, "::mdma-ptsd-severity studies::"), "{#9:0}") {
		t.Error("the answers do not follow the finding")
	}
}

func line(text, start string) string {
	_, rest, _ := strings.Cut(text, start)
	l, _, _ := strings.Cut(rest, "\n")
	return l
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
