package check_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"past/internal/check"
	"past/internal/cite/shelftest"
	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/needtest"
)

func known(t testing.TB) *check.Known {
	t.Helper()
	st, doc, shelf := shelftest.Open(t,
		evidence.Record{ID: "doi:10.1000/bad", Source: "test", Kind: evidence.KindPublication,
			Publication: &evidence.Publication{DOI: "10.1000/bad", PMID: "111", Title: "x", Retracted: true}},
		evidence.Record{ID: "doi:10.1000/pre", Source: "test", Kind: evidence.KindPublication,
			Publication: &evidence.Publication{DOI: "10.1000/pre", Title: "x", Preprint: true,
				Related: []evidence.RelatedWork{{Type: "UpdateIn", DOI: "10.1000/final"}}}},
		evidence.Record{ID: "doi:10.1000/err", Source: "test", Kind: evidence.KindPublication,
			Publication: &evidence.Publication{DOI: "10.1000/err", Title: "x", Related: []evidence.RelatedWork{{Type: "ErratumIn",
				PMID: "777"}}}},
		evidence.Record{ID: "NCT00000009", Source: "test", Kind: evidence.KindTrial, Title: "x", Status: evidence.StatusRecruiting})
	then := doc
	then.ID, then.Findings = "e-old", append([]edition.Flat{}, doc.Findings...)
	for i := range then.Findings {
		if f := &then.Findings[i]; f.ID == "mdma-ptsd-severity" {
			f.Certainty = "high"
		}
	}
	k, err := check.NewKnown(context.Background(), st, shelf, func(id string) (edition.Document, bool) { return then, id == "e-old" })
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func problems(t *testing.T, k *check.Known, name, text string) []string {
	t.Helper()
	src, err := check.Read(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	issues, _, _ := check.Document(src, k)
	var out []string
	for _, i := range issues {
		if i.Level != check.Note {
			out = append(out, fmt.Sprintf("%d %s", i.Line, i.Rule))
		}
	}
	return out
}

const right = "<!-- past: mdma-ptsd-severity -->\nMDMA-assisted therapy may reduce PTSD symptoms (Hedges g −0.71 " +
	"[−1.06, −0.37]; 6 studies, 242 participants; certainty low; unguarded interval [−0.95, −0.47]; prediction interval " +
	"[-1.06, -0.37]).\n<!-- /past -->"

func TestDocuments(t *testing.T) {
	k := known(t)
	swap := func(old, new string) string { return strings.Replace(right, old, new, 1) }
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"right", right, nil},
		{"fewer decimals", swap("−0.71", "-0.7"), nil},
		{"wrong estimate", swap("−0.71", "−0.72"), []string{"2 number-differs"}},
		{"sign lost", swap("g −0.71", "g 0.71"), []string{"2 number-differs"}},
		{"the unguarded interval as headline", swap("[−1.06, −0.37]", "[−0.95, −0.47]"),
			[]string{"2 number-differs", "2 number-differs"}},
		{"wrong k", swap("6 studies", "7 studies"), []string{"2 number-differs"}},
		{"wrong n", swap("242", "1,242"), []string{"2 number-differs"}},
		{"certainty", swap("certainty low", "certainty high"), []string{"2 certainty-changed"}},
		{"too strong", swap("may reduce", "reduces"), []string{"2 wording-too-strong"}},
		{"probably at low", swap("may reduce", "probably reduces"), []string{"2 wording-too-strong"}},
		{"cures", swap("may reduce", "may cure"), []string{"2 wording-too-strong"}},
		{"not closed", "<!-- past: mdma-ptsd-severity -->\nx", []string{"1 marker"}},
		{"closes nothing", "x\n<!-- /past -->", []string{"2 marker"}},
		{"unknown bound", "<!-- past: mdma-nothing -->x<!-- /past -->", []string{"1 unknown-key"}},
		{"number where there is none", "<!-- past: mdma-sexual-function -->There is no trial evidence (g = −0.50).<!-- /past -->",
			[]string{"1 number-differs"}},
		{"claim of effect where there is none", "<!-- past: mdma-sexual-function -->MDMA improves it.<!-- /past -->",
			[]string{"1 wording-too-strong"}},
		{"verdict", "<!-- past: C1 -->The claim is supported.<!-- /past -->", []string{"1 verdict-changed"}},
		{"misspelt key", "x [@mdma-ptsd-severty] [@smith-2020-x; @jones2020] me@mdma-ptsd.org", []string{"1 unknown-key"}},
		{"old edition", "f/mdma-ptsd-severity@e-old and past:mdma-ptsd-severity@e-other",
			[]string{"1 outdated-edition", "1 outdated-edition", "1 unbound"}},
		{"cited too strongly", "MDMA cures PTSD [@mdma-ptsd-severity]. Other. Water helps.", []string{"1 wording-too-strong", "1 unbound"}},
		{"no text", "", []string{"1 unreadable"}},
		{"nothing that is seen", "\ufeff \n\u200b\u00a0\n", []string{"1 unreadable"}},
		{"nothing of ours", "Water is wet [@jones2020].", nil},
		{"decimal comma, wrong", bindText("g = -0,99 [−1,06; −0,37]; 6 Studien, 242 Teilnehmende"), []string{"1 number-differs"}},
		{"decimal comma, right", bindText("g = −0,71 [−1,06, −0,37]; 6 Studien, 242 Teilnehmende"), nil},
		{"number words", bindText("six trials, but twelve participants"), []string{"1 number-differs"}},
		{"number words, right", bindText("in six randomised trials"), nil},
		{"wide digits", bindText("g −０．９１"), []string{"1 number-differs"}},
		{"wide digits, right", bindText("g −０．７１; ６ studies"), nil},
		{"a part in words", bindText("PTSD symptoms may fall by half (g −0.71)"), []string{"1 not-checked"}},
		{"words of another language", bindText("g −0,71; acht Studien"), []string{"1 not-checked"}},
		{"sizes after a side", bindText("PTSD symptoms may be lower by 0.71 standard deviations (0.37 to 1.06)"), []string{"1 not-checked"}},
		{"sizes after a side, wrong", bindText("PTSD symptoms may be lower by 0.71 standard deviations (0.37 to 1.16)"),
			[]string{"1 not-checked", "1 number-differs"}},
		{"percent in words", "<!-- past: mdma-ptsd-response -->Seventy percent of people respond.<!-- /past -->", []string{"1 not-checked"}},
		{"a retraction that the text speaks of", "doi:10.1007/s00213-019-05249-5 was retracted in 2024.", nil},
		{"compound word", bindText("in six trials with two hundred and forty-two participants"), nil},
		{"cannot be checked", bindText("g = −0.71; response in 3,5 of them and CAPS-5 at 95 % in 2021"),
			[]string{"1 not-checked", "1 not-checked"}},
		{"words of several", bindText("two hundred and fifty-two participants"), []string{"1 number-differs"}},
		{"a dozen", bindText("in a dozen trials; half a dozen trials"), []string{"1 number-differs"}},
		{"a point in words", bindText("g of minus zero point nine one"), []string{"1 not-checked"}},
		{"minus in words", bindText("g of minus 0.71"), nil},
		{"no digit before the point", bindText("g = −.71; g = −.71"), nil},
		{"no digit before the point, wrong", bindText("g = −.91"), []string{"1 number-differs"}},
		{"middle dot", bindText("SMD: –0·71"), nil},
		{"a space after the sign", bindText("g = −\u202f0.71"), nil},
		{"plus", bindText("g +0.71"), []string{"1 number-differs"}},
		{"side in words", bindText("g of 0.71 in favour of MDMA"), []string{"1 not-checked"}},
		{"another measure", bindText("OR −0.71"), []string{"1 number-differs"}},
		{"quality of the evidence", bindText("the quality of the evidence is high"), []string{"1 certainty-changed"}},
		{"rated certainty", bindText("certainty was rated as moderate; GRADE: low"), []string{"1 certainty-changed"}},
		{"emphasis", bindText("*g* = **−0.91**"), []string{"1 number-differs"}},
		{"people, not a level", bindText("in 95% of participants; 95% CI −1.06 to −0.37"), []string{"1 not-checked"}},
		{"a dash between limits", bindText("95% CI −1.06–−0.27"), []string{"1 number-differs"}},
		{"capital marker", "[[PAST: mdma-ptsd-severity]] g = −0.91 [[/PAST]]", []string{"1 number-differs"}},
		{"a verdict in other words", "<!-- past: C1 -->C1 has been confirmed.<!-- /past -->", []string{"1 verdict-changed"}},
		{"a denied verdict", "<!-- past: C1 -->C1 has not been confirmed.<!-- /past -->", nil},
		{"no-break spaces", bindText("g\u00a0=\u00a0−0.99; 6\u202fstudies"), []string{"1 number-differs"}},
		{"retracted", "line\n(https://doi.org/10.1000/BAD). PMID: 111", []string{"2 retracted-source", "2 retracted-source"}},
		{"preprint and erratum", "doi:10.1000/pre, 10.1000/err;", []string{"1 preprint-published", "1 corrected-source"}},
		{"trial not completed", "The trial NCT00000009 was completed in 2020.", []string{"1 trial-not-completed"}},
		{"trial to come", "NCT00000009 is expected to be completed in 2030. It is not completed.", nil},
		{"bad id", "NCT123 and NCT123456789", []string{"1 malformed-id", "1 malformed-id"}},
	} {
		if got := problems(t, k, c.name+".md", c.text); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func bindText(s string) string {
	return "<!-- past: mdma-ptsd-severity -->MDMA may reduce PTSD symptoms (" + s + ").<!-- /past -->"
}

// People in a hundred are compared with the finding's own, whichever way they are
// written.
func TestPeopleOf100(t *testing.T) {
	k := known(t)
	for i := range k.Shelf.Document.Findings {
		if f := &k.Shelf.Document.Findings[i]; f.ID == "mdma-ptsd-severity" {
			f.Absolute = &evidence.Absolute{People: &evidence.PeopleOf100{With: 77, Without: 57, WithLower: 63, WithUpper: 95}}
		}
	}
	for text, want := range map[string]string{
		"77 of 100 people against 57":                           "[]",
		"77 out of 100 people against 57 of 100":                "[]",
		"seventy-seven of a hundred people against fifty-seven": "[]",
		"77 % against 57 per cent":                              "[]",
		"seventy-seven percent against fifty-seven per cent":    "[]",
		"seventy percent against 57 per cent":                   "[1 not-checked]",
		"87 of 100 people against 57 of 100":                    "[1 number-differs]",
		"eighty-seven of a hundred people":                      "[1 number-differs]",
		"87 % against 57 %":                                     "[1 not-checked]",
		"77 of every 100 people, 63 to 95 of 100":               "[]",
	} {
		if got := fmt.Sprint(problems(t, k, "a.md", bindText(text))); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// Beside a number that could not be checked nothing is put right.
func TestFixLeavesWhatItDoesNotUnderstand(t *testing.T) {
	k := known(t)
	for text, want := range map[string]string{
		bindText("g = −0,99; 6 studies"):            bindText("g = −0,71; 6 studies"),
		bindText("g\u00a0=\u00a0−0.99"):             bindText("g\u00a0=\u00a0−0.71"),
		bindText("g = −0,99; a benefit in 7 of 9"):  bindText("g = −0,99; a benefit in 7 of 9"),
		bindText("g = −0.99; forty-two people"):     bindText("g = −0.99; forty-two people"),
		bindText("*g* = **−0.99**"):                 bindText("*g* = **−0.71**"),
		bindText("g = −0.99; 6 studies, 1.234,5 x"): bindText("g = −0.99; 6 studies, 1.234,5 x"),
	} {
		if got, _ := check.Fix(text, k); got != want {
			t.Errorf("%s\nbecame\n%s", text, got)
		}
	}
}

func TestFilesFollowLinks(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	for _, name := range []string{filepath.Join(other, "a.md"), filepath.Join(other, "b.png"), filepath.Join(dir, "c.md"),
		filepath.Join(dir, ".hidden.md")} {
		if err := os.WriteFile(name, []byte(bindText("g = −0.99")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{"linked": other, "file.md": filepath.Join(other, "a.md"),
		"gone.md": filepath.Join(other, "nothing"), "loop": dir} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			needtest.Absent(t, "a folder that can hold a symbolic link", err)
		}
	}
	files, left, err := check.Files([]string{dir})
	if err != nil || len(files) != 3 || left != 2 {
		t.Fatalf("%v, %d left out, %v", files, left, err)
	}
	if n, _, err := check.FixFile(filepath.Join(dir, "file.md"), known(t)); n != 1 || err != nil {
		t.Errorf("%d changes, %v", n, err)
	}
	if info, err := os.Lstat(filepath.Join(dir, "file.md")); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
	if b, _ := os.ReadFile(filepath.Join(other, "a.md")); !strings.Contains(string(b), "−0.71") {
		t.Errorf("%s", b)
	}
}

func TestHTMLAndWord(t *testing.T) {
	k := known(t)
	page := "<!doctype html>\n<style>\n.a{}\n</style>\n<p><!-- past: mdma-ptsd-severity -->May reduce (g " +
		"<b>&minus;0.75</b>).<!-- /past --></p>\n<a\n href=\"https://doi.org/10.1000/bad\">x</a><script>NCT1</script>"
	if got := fmt.Sprint(problems(t, k, "a.html", page)); got != "[5 number-differs 7 retracted-source]" &&
		got != "[5 number-differs 6 retracted-source]" {
		t.Errorf("HTML: %s", got)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("word/document.xml")
	fmt.Fprint(w, `<w:document xmlns:w="w" xmlns:r="r"><w:body><w:p><w:r><w:t>First</w:t></w:r></w:p><w:p><w:r><w:t>[[past: `+
		`mdma-ptsd-severity]] It may reduce (g </w:t></w:r><w:r><w:t>−0.75). [[/past]]</w:t></w:r></w:p><w:p><w:hyperlink `+
		`r:id="rId1"><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p></w:body></w:document>`)
	w, _ = z.Create("word/_rels/document.xml.rels")
	fmt.Fprint(w, `<Relationships><Relationship Id="rId1" Target="https://doi.org/10.1000/bad" TargetMode="External"/></Relationships>`)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(problems(t, k, "a.docx", b.String())); got != "[2 number-differs 3 retracted-source]" {
		t.Errorf("Word: %s", got)
	}
}

// Word splits numbers into runs, keeps deleted and moved text, copies text boxes
// for older readers and takes minus signs from symbol fonts.
func TestWordAsAuthorsWriteIt(t *testing.T) {
	k := known(t)
	run := func(s string) string { return `<w:r><w:t xml:space="preserve">` + s + `</w:t></w:r>` }
	for name, c := range map[string]struct{ body, notes, want string }{
		"split runs":      {run("g = ") + run("−0") + run(".") + run("71"), "", "[]"},
		"split and wrong": {run("g = −0") + run(".9") + run("9"), "", "[1 number-differs]"},
		"deleted": {run("g = ") + `<w:del><w:r><w:delText>−0.99</w:delText></w:r></w:del><w:ins>` + run("−0.71") + `</w:ins>`, "",
			"[]"},
		"moved away": {run("g = −0.71") + `<w:moveFrom>` + run("; g = −0.99") + `</w:moveFrom>`, "", "[]"},
		"moved here": {`<w:moveTo>` + run("g = −0.99") + `</w:moveTo>`, "", "[1 number-differs]"},
		"second copy": {`<mc:AlternateContent><mc:Choice>` + run("6 studies") + `</mc:Choice><mc:Fallback>` + run("9 studies") +
			`</mc:Fallback></mc:AlternateContent>`, "", "[]"},
		"symbol font":    {run("g = ") + `<w:r><w:sym w:font="Symbol" w:char="F02D"/></w:r>` + run("0.99"), "", "[1 number-differs]"},
		"soft hyphen":    {run("242 partici\u00adpants, g\u00a0=\u00a0−0.71"), "", "[]"},
		"hyphen of Word": {run("g = ") + `<w:r><w:noBreakHyphen/></w:r>` + run("0.99"), "", "[1 number-differs]"},
		"field":          {run("g ") + `<w:r><w:instrText>REF est</w:instrText></w:r>` + run("−0.99"), "", "[1 number-differs]"},
		"link field": {`<w:r><w:instrText> HYPERLINK "https://doi.org/10.1000/bad" </w:instrText></w:r>` + run("g = −0.71"), "",
			"[1 retracted-source]"},
		"a note's number": {run("g = −0.71") + `<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>12</w:t></w:r>`, "", "[]"},
		"hidden text":     {run("g = −0.71") + `<w:r><w:rPr><w:vanish/></w:rPr><w:t> g = −0.99</w:t></w:r>`, "", "[]"},
		"not hidden": {run("g = −0.71") + `<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>, 9 studies</w:t></w:r>`, "",
			"[1 number-differs]"},
		"footnote": {run("g = −0.71"), run("https://doi.org/10.1000/bad"), "[2 retracted-source]"},
	} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, _ := z.Create("word/document.xml")
		fmt.Fprint(w, `<w:document xmlns:w="w" xmlns:mc="mc"><w:body><w:p>`+run("[[past: mdma-ptsd-severity]] It may reduce (")+c.body+run(
			"). [[/past]]")+`</w:p></w:body></w:document>`)
		if c.notes != "" {
			w, _ = z.Create("word/footnotes.xml")
			fmt.Fprint(w, `<w:footnotes xmlns:w="w"><w:footnote><w:p>`+c.notes+`</w:p></w:footnote></w:footnotes>`)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(problems(t, k, "a.docx", b.String())); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// What is right passes and what is wrong is found in the ways in which authors write
// the same sentence in other languages, marks and notations.
func TestSentencesAsAuthorsWriteThem(t *testing.T) {
	k := known(t)
	for text, want := range map[string]string{
		"may reduce (g −0.71 [−0.37, −1.06])":                                  "[]", // the limits in the other order
		"may reduce (g −0.71 [−0.37, −1.60])":                                  "[1 number-differs 1 number-differs]",
		"kann verringern (g = −0,71; 95-%-KI −1,06 bis −0,37; 6 Studien)":      "[]",
		"kann verringern (g = −0,71; 95-%-KI −1,26 bis −0,37)":                 "[1 number-differs]",
		"verringert PTBS-Symptome (g −0,71)":                                   "[1 wording-too-strong]",
		"kann verringern (g −0,71; Vertrauenswürdigkeit der Evidenz: niedrig)": "[]",
		"kann verringern (g −0,71; Vertrauenswürdigkeit der Evidenz: hoch)":    "[1 certainty-changed]",
		"pourrait réduire (g = −0,71 ; IC à 95 % : −1,06 à −0,37)":             "[]",
		"pourrait réduire (g = −0,71 ; IC à 95 % : −1,26 à −0,37)":             "[1 number-differs]",
		"podría reducir (g = −0,71; IC del 95 %: −1,06 a −0,37; certeza baja)": "[]",
		"podría reducir (g = −0,71; certeza muy baja)":                         "[1 certainty-changed]",
		"may reduce (g −0.71, GRADE ⊕⊕◯◯)":                                     "[]",
		"may reduce (g −0.71, GRADE ⊕⊕⊕⊕)":                                     "[1 certainty-changed]",
		"may reduce (g&nbsp;&minus;0.71 [&minus;1.06, &#8722;0.37])":           "[]",
		"may reduce (g&nbsp;&minus;0.99)":                                      "[1 number-differs]",
		`may reduce ($g = -0.71$, 95\,\% CI $[-1.06, -0.37]$)`:                 "[]",
		"may increase the symptoms (g −0.71)":                                  "[1 number-differs]",
		"may reduce the symptoms that stress increases (g −0.71)":              "[]",
	} {
		doc := "<!-- past: mdma-ptsd-severity --> MDMA-assisted therapy " + text + ". <!-- /past -->\n"
		if got := fmt.Sprint(problems(t, k, "a.md", doc)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"(g −0.71<sup>12</sup>)":                                                     "[]",
		"(<del>g −0.99</del><ins>g −0.71</ins>)":                                     "[]",
		"(<del>g −0.71</del><ins>g −0.99</ins>)":                                     "[1 number-differs]",
		`(g −0.71)<span style="display: none">g −0.99 <span>9 studies</span></span>`: "[]",
		`(g −0.71)<span class="x">, 9 studies</span>`:                                "[1 number-differs]",
	} {
		doc := "<p><!-- past: mdma-ptsd-severity -->MDMA-assisted therapy may reduce " + text + ".<!-- /past --></p>"
		if got := fmt.Sprint(problems(t, k, "a.html", doc)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestHostile(t *testing.T) {
	k := known(t)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("word/document.xml")
	zero := make([]byte, 1<<20)
	for range 70 {
		if _, err := w.Write(zero); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := check.Read("bomb.docx", b.Bytes()); err == nil || !strings.Contains(err.Error(), "unpacks to more than") {
		t.Errorf("a zip bomb gives %v", err)
	}
	for _, name := range []string{"a.docx", "b.docx"} {
		if _, err := check.Read(name, []byte("PK\x03\x04 nothing")); err == nil {
			t.Error("no zip was read as one")
		}
	}
	for name, body := range map[string]string{"a.pdf": "%PDF-1.7\n", "a.md": "%PDF-1.7\n", "a.doc": "\xd0\xcf\x11\xe0\xa1\xb1",
		"a.rtf": `{\rtf1 g −0.99}`, "a.txt": "g\x00\x01",
		"a.odt": "PK\x03\x04\x14\x00mimetypeapplication/vnd.oasis.opendocument.text"} {
		if _, err := check.Read(name, []byte(body)); err == nil || !strings.Contains(err.Error(), "save it as") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := problems(t, k, "a.txt", "[[past: mdma-ptsd-severity]] g \x960.91 [[/past]]"); fmt.Sprint(got) != "[1 number-differs]" {
		t.Errorf("a dash of Windows-1252: %v", got)
	}
	problems(t, k, "long.md", strings.Repeat("@a-b-c 10.1000/", 1<<15)+strings.Repeat("[[past: x", 1000))
	src, err := check.Read("x.md", []byte("caf\xe9 NCT1"))
	if err != nil || len(src.Notes) == 0 {
		t.Errorf("bytes that are no UTF-8 pass unremarked: %v", err)
	}
}

func TestFixChangesOnlyWhatIsOurs(t *testing.T) {
	k := known(t)
	now := k.Shelf.Document.ID
	in := "Prose reduces 5 studies g = −0.10.\n<!-- past: mdma-ptsd-severity@e-old -->\nIt reduces (g −0.75 [-1.00, -0.1]; " +
		"9 studies; n = 1,000; certainty high).\n<!-- /past -->\n[@mdma-ptsd-severity@e-old] [@smith@e-old]"
	want := "Prose reduces 5 studies g = −0.10.\n<!-- past: mdma-ptsd-severity@" + now +
		" -->\nIt reduces (g −0.71 [-1.06, -0.4]; 6 studies; n = 242; certainty high).\n<!-- /past -->\n[@mdma-ptsd-severity@" + now +
		"] [@smith@e-old]"
	got, n := check.Fix(in, k)
	if got != want || n != 7 {
		t.Errorf("%d changes:\n%s\nwant\n%s", n, got, want)
	}
	if again, n := check.Fix(got, k); n != 0 || again != got {
		t.Errorf("a second run changes %d things", n)
	}
	mixed := "<!-- past: mdma-ptsd-severity -->Of 6 studies, 2 trials were small.<!-- /past -->"
	if got, n := check.Fix(mixed, k); n != 0 {
		t.Errorf("a number of a part was rewritten: %s", got)
	}
	name := filepath.Join(t.TempDir(), "a.md")
	if err := os.WriteFile(name, []byte(in), 0o640); err != nil {
		t.Fatal(err)
	}
	if n, why, err := check.FixFile(name, k); n != 7 || why != "" || err != nil {
		t.Fatal(n, why, err)
	}
	if b, _ := os.ReadFile(name); string(b) != want {
		t.Error("the file holds something else")
	}
}

func TestSARIF(t *testing.T) {
	r := check.Report{Issues: []check.Issue{{File: "a b/ü.md", Line: 3, Rule: check.UnknownKey, Level: check.Error, Message: "m"}}}
	b, err := r.SARIF("1")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Version string
		Runs    []struct {
			Results []struct {
				RuleID, Level string
				Locations     []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	res := doc.Runs[0].Results[0]
	if doc.Version != "2.1.0" || res.Level != "error" || res.Locations[0].PhysicalLocation.Region.StartLine != 3 ||
		res.Locations[0].PhysicalLocation.ArtifactLocation.URI != "a%20b/%C3%BC.md" {
		t.Errorf("%s", b)
	}
}

func FuzzDocument(f *testing.F) {
	k := known(f)
	for _, s := range []string{right, "[@mdma-ptsd-severity] f/x@e-1", "<p>[[past: C1]] supported [[/past]]", "PK\x03\x04", "10.1000/((a)))",
		"\xff\xfea\x00"} {
		for _, ext := range []string{"a.md", "a.html", "a.docx"} {
			f.Add(ext, []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		src, err := check.Read(name, b)
		if err != nil {
			return
		}
		issues, _, _ := check.Document(src, k)
		lines := strings.Count(src.Text, "\n") + 1
		for _, i := range issues {
			if i.Line < 1 || i.Line > lines {
				t.Fatalf("line %d of %d: %v", i.Line, lines, i)
			}
		}
		once, _ := check.Fix(src.Text, k)
		if twice, n := check.Fix(once, k); n != 0 {
			t.Fatalf("fixing is not settled: %q then %q", once, twice)
		}
	})
}

// A notice that a person keeps is heeded as one that a record carries.
func TestNoticesOfPeopleAreHeeded(t *testing.T) {
	k := known(t)
	k.Heed([]evidence.Notice{{Kind: "retraction", DOI: "10.1000/Ash"}, {Kind: "expression-of-concern", PMID: "4711", Said: "data in doubt"}})
	for text, want := range map[string]string{"doi:10.1000/ash": "1 retracted-source", "PMID 4711": "1 corrected-source"} {
		if got := fmt.Sprint(problems(t, k, "a.md", text)); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
