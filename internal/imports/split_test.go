package imports

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// parts cuts a text as a file of the name, read in pieces of a few bytes.
func parts(t testing.TB, name, text string) ([]part, error) {
	t.Helper()
	w := &window{r: iotest.OneByteReader(strings.NewReader(text))}
	w.fill(8192)
	f, err := recognise(name, w.buf)
	if err != nil {
		return nil, err
	}
	var out []part
	err = framingOf(name, f, w)(w, func(p part) error { out = append(out, p); return nil })
	return out, errors.Join(err, w.err)
}

const study1 = `{"protocolSection":{"identificationModule":{"nctId":"NCT00000001","briefTitle":"a \"} ] , title\\"}}}`
const study2 = `{"protocolSection":{"identificationModule":{"nctId":"NCT00000002"}},"hasResults":false}`

func TestSplit(t *testing.T) {
	const article = `<PubmedArticle><MedlineCitation><PMID>1</PMID><!-- </PubmedArticle> ` +
		`--><a><![CDATA[</PubmedArticle>]]></a></MedlineCitation></PubmedArticle>`
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a study", study1, []string{study1}},
		{"a list", "[" + study1 + ",\n " + study2 + "]", []string{study1, study2}},
		{"a page", `{"totalCount":2,"studies":[` + study1 + "," + study2 + `],"nextPageToken":"x"}`, []string{study1, study2}},
		{"x.ndjson", "\ufeff" + study1 + "\r\n\r\n" + study2 + "\n", []string{study1, study2}},
		{"lines without the name", study1 + "\n" + study2, []string{study1, study2}},
		{"values one after another", study1 + study2, []string{study1, study2}},
		{"a broken line among lines", study1 + "\n{\"protocolSection\":\n" + study2 + "\n", []string{study1, `{"protocolSection":`, study2}},
		{"a page that ends early", `{"studies":[` + study1 + "," + study2[:40], []string{study1, study2[:40]}},
		{"a study cut off before the next", `[` + study1[:60] + "," + study2 + `]`, []string{study1[:60] + ",", study2}},
		{"former API", `{"FullStudiesResponse":{"APIVrs":"1","FullStudies":[{"Rank":1,"Study":{"ProtocolSection":{}}},{"Rank":2}]}}`,
			[]string{`{"Rank":1,"Study":{"ProtocolSection":{}}}`, `{"Rank":2}`}},
		{"Europe PMC", `{"hitCount":2,"cursorMark":"*","resultList":{"result":[{"id":"1"},{"id":"2"}]}}`, []string{`{"id":"1"}`, `{"id":"2"}`}},
		{"PubMed", "<?xml version=\"1.0\"?><!DOCTYPE PubmedArticleSet><PubmedArticleSet>\n" + article + "\n" + article + "</PubmedArticleSet>",
			[]string{article, article}},
		{"former XML", "<clinical_study rank=\"1\"><id_info/></clinical_study>",
			[]string{"<clinical_study rank=\"1\"><id_info/></clinical_study>"}},
		{"ICTRP", "<Trials_downloaded_from_ICTRP><Trial><TrialID>A</TrialID></Trial><Trial><TrialID>B</TrialID></Trials_downloaded_from_ICTRP>",
			[]string{"<Trial><TrialID>A</TrialID></Trial>", "<Trial><TrialID>B</TrialID></Trials_downloaded_from_ICTRP>"}},
		{"the site's CSV", "NCT Number,Study Title\r\nNCT00000001,\"two\r\nlines\"\r\n\r\nNCT00000002,x", []string{
			"NCT Number,Study Title\r\nNCT00000001,\"two\r\nlines\"\r\n", "NCT Number,Study Title\r\nNCT00000002,x"}},
		{"NBIB", "\nPMID- 1\nTI  - a\n      PMID- no\n\nPMID- 2\nTI  - b\n", []string{"PMID- 1\nTI  - a\n      PMID- no\n\n",
			"PMID- 2\nTI  - b\n"}},
		{"RIS", "TY  - JOUR\nDO  - 10.1/x\nER  - \n\nTY  - BOOK\nER  - \n", []string{"TY  - JOUR\nDO  - 10.1/x\nER  - \n\n",
			"TY  - BOOK\nER  - \n"}},
		{"NBIB in CR lines", "PMID- 1\rTI  - a\r\rPMID- 2\rTI  - b", []string{"PMID- 1\rTI  - a\r\r", "PMID- 2\rTI  - b"}},
		{"RIS in CRLF lines", "\r\nTY  - JOUR\r\nER  - \r\nTY  - BOOK\r\n", []string{"TY  - JOUR\r\nER  - \r\n", "TY  - BOOK\r\n"}},
		{"UTF-16 is not cut", "\xff\xfe<\x00c\x00l\x00i\x00n\x00i\x00c\x00a\x00l\x00_\x00s\x00t\x00u\x00d\x00y\x00>\x00",
			[]string{"\xff\xfe<\x00c\x00l\x00i\x00n\x00i\x00c\x00a\x00l\x00_\x00s\x00t\x00u\x00d\x00y\x00>\x00"}},
	} {
		got, err := parts(t, c.name, c.text)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var bodies []string
		for _, p := range got {
			bodies = append(bodies, string(p.body))
		}
		if !slices.Equal(bodies, c.want) {
			t.Errorf("%s:\n%q, want\n%q", c.name, bodies, c.want)
		}
		exact(t, c.name, c.text, got)
	}
}

// exact checks that each part is what the file has at its place.
func exact(t *testing.T, name, text string, ps []part) {
	t.Helper()
	for _, p := range ps {
		rest := len(p.body) - p.head
		if string(p.body) != text[:p.head]+text[p.offset:int(p.offset)+rest] {
			t.Errorf("%s: the part at %d (head %d) is not what the file has there: %q", name, p.offset, p.head, p.body)
		}
	}
}

// Lists of any layout give their elements, wherever reading stops between.
func TestSplitProperty(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	for range 300 {
		var want []string
		for range 1 + rng.IntN(5) {
			want = append(want, value(rng, 3))
		}
		sep := []string{",", " ,\n", "\n,\t"}[rng.IntN(3)]
		text := []string{"[%s]", "{\"studies\" : [ %s ]}", "{\"a\":{\"studies\":[1]},\"studies\":[%s],\"b\":[2]}"}[rng.IntN(3)]
		text = fmt.Sprintf(text, strings.Join(want, sep))
		got, err := parts(t, "x.json", text)
		if err != nil {
			t.Fatal(err)
		}
		var bodies []string
		for _, p := range got {
			bodies = append(bodies, string(p.body))
		}
		if !slices.Equal(bodies, want) {
			t.Fatalf("%s\ngives %q", text, bodies)
		}
		exact(t, text, text, got)
	}
}

// value writes an object with awkward content.
func value(rng *rand.Rand, depth int) string {
	words := []string{`"x"`, `"a\\"`, `"\"}"`, `"]["`, `1.5e3`, `null`, `"{\"protocolSection"`, `[]`, `{}`}
	var b strings.Builder
	b.WriteString(`{"k":`)
	if depth > 0 && rng.IntN(2) == 0 {
		b.WriteString("[" + value(rng, depth-1) + ", " + words[rng.IntN(len(words))] + "]")
	} else {
		b.WriteString(words[rng.IntN(len(words))])
	}
	return b.String() + `, "z":` + words[rng.IntN(len(words))] + "}"
}

func TestDeepJSONIsRefused(t *testing.T) {
	if _, err := parts(t, "x.json", `{"studies":[`+strings.Repeat("[", 100_000)); !errors.Is(err, errTooDeep) {
		t.Error(err)
	}
}

func TestRecordsBeyondTheLimit(t *testing.T) {
	long := strings.Repeat("x", maxRecord+2<<20)
	for name, text := range map[string]string{
		"x.ndjson": `{"a":"` + long, "x.json": `[{"a":"` + long, "x.csv": "NCT Number\nNCT1,\"" + long, "x.xml": "<clinical_study>" + long,
		"x.nbib": "PMID- 1\n" + long,
	} {
		w := &window{r: strings.NewReader(text)}
		w.fill(8192)
		f, err := recognise(name, w.buf)
		if err != nil {
			t.Fatal(err)
		}
		err = framingOf(name, f, w)(w, func(part) error { return nil })
		var large *tooLargeError
		if !errors.As(errors.Join(err, w.err), &large) {
			t.Errorf("%s: %v, %v", name, err, w.err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("x.json", []byte("["+study1+","+study2+"]"))
	f.Add("x.ndjson", []byte(study1+"\n"+study2))
	f.Add("x.xml", []byte("<PubmedArticleSet><PubmedArticle/><PubmedArticle></PubmedArticleSet>"))
	f.Add("x.csv", []byte("NCT Number,a\nNCT00000001,\"b\nc\"\n"))
	f.Add("x.nbib", []byte("PMID- 1\nTI  - a\n\nPMID- 2\n"))
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		var both [2][]part
		for i, r := range []*window{{r: bytes.NewReader(text)}, {r: iotest.HalfReader(bytes.NewReader(text))}} {
			r.fill(8192)
			f, err := recognise(name, r.buf)
			if err != nil {
				return
			}
			_ = framingOf(name, f, r)(r, func(p part) error { both[i] = append(both[i], p); return nil })
		}
		exact(t, name, string(text), both[0])
		if len(both[0]) != len(both[1]) {
			t.Errorf("%d parts or %d, by how it is read", len(both[0]), len(both[1]))
		}
	})
}
