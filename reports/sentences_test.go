package reports

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"past/internal/evidence"
)

var update = flag.Bool("update", false, "write the golden files")

// TestCountedSentences writes each sentence that counts for none, one and many, and
// compares them with those that a person has read.
func TestCountedSentences(t *testing.T) {
	var b strings.Builder
	say := func(name string, texts ...string) {
		for i, text := range texts {
			fmt.Fprintf(&b, "%s %s: %s\n", name, []string{"none", "one", "many"}[i], strings.ReplaceAll(text, "\u00a0", " "))
		}
	}
	three := func(name string, f func(n int) string) { say(name, f(0), f(1), f(3)) }
	three("lede", func(n int) string {
		var ed Edition
		for i := range n {
			f := evidence.Finding{ID: fmt.Sprint("p", i), Primary: evidence.PooledResult{K: 2}}
			f.Headline.Estimate = p(0.1)
			g := evidence.Finding{ID: fmt.Sprint("s", i), Primary: evidence.PooledResult{K: 1}}
			g.Headline.Estimate = p(0.1)
			ed.Findings = append(ed.Findings, f, g, evidence.Finding{ID: fmt.Sprint("e", i)})
		}
		return newSite(&ed, Options{}).lede()
	})
	records, tables := map[string]int{"records": 3}, []evidence.Finding{{Effects: []evidence.Effect{{Channel: "dataset"}}}}
	say("rests on", newSite(&Edition{Findings: tables}, Options{}).lede(), newSite(&Edition{Counts: records}, Options{}).lede(),
		newSite(&Edition{Counts: records, Findings: tables}, Options{}).lede())
	three("moved", func(n int) string {
		ed := Edition{PreviousEdition: "e-1", Changes: []Change{{Kind: "new trial"}}}
		for range n {
			ed.Changes = append(ed.Changes, Change{Moved: true})
		}
		return newSite(&ed, Options{}).changedLine()
	})
	three("changed", func(n int) string {
		ed := Edition{PreviousEdition: "e-1", Changes: make([]Change, n)}
		return newSite(&ed, Options{}).changedLine()
	})
	say("changed, first edition", newSite(&Edition{}, Options{}).changedLine())
	three("lacking", func(n int) string {
		f := evidence.Finding{Coverage: evidence.Coverage{Asked: true}}
		for range n {
			f.Missing = append(f.Missing, evidence.MissingTrial{Why: "running", PooledIn: []string{"x"}}, evidence.MissingTrial{})
		}
		return f.Lacking().Sentence()
	})
	say("lacking, not searched", (&evidence.Finding{}).Lacking().Sentence())
	three("other reports", func(n int) string {
		ed := Edition{Cards: []evidence.TopicCard{{Topic: "desire", Other: []evidence.OtherEvidence{{Substance: "lsd"}}}}}
		for range n {
			ed.Cards[0].Other = append(ed.Cards[0].Other, evidence.OtherEvidence{Substance: "mdma"})
		}
		l, _ := newSite(&ed, Options{}).otherReports(&evidence.Finding{Domain: "desire", Substance: "mdma"})
		return strings.TrimPrefix(l.Name+", "+l.Note, ", ")
	})
	three("counts", func(n int) string {
		counts := map[string]int{}
		for _, k := range []string{"records", "studies", "publications", "effects", "findings", "other"} {
			counts[k] = n
		}
		return strings.Join(newSite(&Edition{Counts: counts}, Options{}).counts(), ", ")
	})
	say("counts, trials only", strings.Join(newSite(&Edition{Trials: make([]TrialRow, 2)}, Options{}).counts(), ", "))
	three("pooled elsewhere", func(n int) string { return pooledElsewhere(evidence.MissingTrial{PooledIn: make([]string, n)}) })
	three("bound", func(n int) string {
		return boundSentence(&evidence.Bound{Line: "the interval would include no effect", Participants: n + 1}, n)
	})
	three("notices", func(n int) string {
		list := []evidence.Notice{}
		for range n {
			list = append(list, evidence.Notice{Kind: "retraction", Date: evidence.DateStruct{Raw: "2024-08-10"}})
		}
		return noticeLine(list)
	})
	three("never reported", func(n int) string { return neverReported(3, n) })
	three("comparison left out", func(n int) string {
		return countSentence(n, "comparison has no difference", "comparisons have no difference")
	})
	dated := newSite(&Edition{}, Options{}).explainFinding(&evidence.Finding{LastCrawl: "2025-08-26"}, reading{})
	say("data to", dated[len(dated)-1])
	say("designs", designs("", 0), designs("parallel randomized controlled trial", 1),
		designs("crossover randomized controlled trial (4), parallel randomized controlled trial (2)", 6))
	say("claims", claimBasis(&evidence.ClaimVerdict{}), claimBasis(&evidence.ClaimVerdict{K: 1, N: 1}),
		claimBasis(&evidence.ClaimVerdict{K: 3, N: 40}))
	say("people of 100", evidence.WholePeople(0), evidence.WholePeople(1), evidence.WholePeople(40))
	say("people", people(&evidence.PooledResult{}), people(&evidence.PooledResult{K: 1, N: 1}), people(&evidence.PooledResult{K: 2, N: 20}))
	say("where rounding hides them", evidence.WholePeople(0.2))

	path := filepath.Join("testdata", "sentences.golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the sentences differ from %s (go test -run TestCountedSentences -update writes them):\n%s", path, b.String())
	}
}

// TestFigures writes the files of one finding and looks at their size and density.
func TestFigures(t *testing.T) {
	ed := fixtureEdition(t)
	files := map[string][]byte{}
	if err := Figures(ed, []string{"mdma-ptsd-severity"}, func(name string, b []byte) error { files[name] = b; return nil }); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"-174mm.pdf": "/MediaBox [0 0 493.23 ", "-174mm-grey.pdf": "/MediaBox [0 0 493.23 ",
		"-85mm.pdf": "/MediaBox [0 0 240.94 ", "-85mm-grey.pdf": "/MediaBox [0 0 240.94 ",
		".svg": "<title id=\"t\">" + titleOf(&ed.Findings[0]), "-grey.svg": "#303030", ".txt": "Alternative text: Forest plot of 6"} {
		if b := files["mdma-ptsd-severity-forest"+name]; !bytes.Contains(b, []byte(want)) {
			t.Errorf("%s (%d bytes) lacks %s", name, len(b), want)
		}
	}
	for name, pixels := range map[string]uint32{"-174mm.png": 4111, "-174mm-grey.png": 4111, "-85mm.png": 2008, "-85mm-grey.png": 2008} {
		b := files["mdma-ptsd-severity-forest"+name]
		at := bytes.Index(b, []byte("pHYs"))
		if at < 0 || binary.BigEndian.Uint32(b[at+4:]) != 23622 || b[at+12] != 1 {
			t.Errorf("%s does not carry 600 dots per inch", name)
			continue
		}
		if w := binary.BigEndian.Uint32(b[16:]); w != pixels {
			t.Errorf("%s is %d pixels wide, want %d", name, w, pixels)
		}
	}
	if rows := bytes.Count(files["mdma-ptsd-severity.csv"], []byte("\n")); rows < 7 {
		t.Errorf("the CSV has %d lines", rows)
	}
	if err := Figures(ed, []string{"no-such"}, func(string, []byte) error { return nil }); err == nil {
		t.Error("an unknown finding gives no error")
	}
}
