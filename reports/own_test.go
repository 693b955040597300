package reports

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"past/internal/evidence"
)

// A table of one's own gives a figure and a report that need nothing else.
func TestOwnTable(t *testing.T) {
	f := fixtureEdition(t).Findings[0]
	for i := range f.Effects {
		f.Effects[i].StudyLabel += ` <script>alert("x")</script> & sons`
	}
	o := Own{Finding: f, Methods: "Pooled & told.", Text: "table <b>", Script: `dat <- "x"`, Warnings: []string{"a < b"}}
	svg, err := o.SVG()
	if err != nil {
		t.Fatal(err)
	}
	page, err := o.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"figure": string(svg), "report": string(page)} {
		if strings.Contains(text, "<script>alert") || strings.Contains(text, "href=") ||
			strings.Contains(strings.ReplaceAll(text, "http://www.w3.org/", ""), "http") {
			t.Errorf("the %s holds markup of the table, a link or an address", name)
		}
	}
	if !strings.Contains(string(page), "&lt;script&gt;") || !strings.Contains(string(page), "Leaving out one study") ||
		!strings.Contains(string(page), "dat &lt;- &#34;x&#34;") {
		t.Error("the report lacks a part")
	}
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("the figure is not well-formed: %v", err)
		}
	}
	unsized := o
	unsized.Finding.Effects = append([]evidence.Effect(nil), f.Effects...)
	for i := range unsized.Finding.Effects {
		unsized.Finding.Effects[i].N1 = nil
	}
	unsized.Finding.Primary.N = 0
	if svg, err := unsized.SVG(); err != nil || strings.Contains(string(svg), "0 people") {
		t.Errorf("an unknown number of people is shown as 0 (%v)", err)
	}
	unsized.Finding.Undirected = true
	if svg, err := unsized.SVG(); err != nil || strings.Contains(string(svg), "favours") || !strings.Contains(string(svg), "below no effect") {
		t.Errorf("a side is favoured although it is not known which is better (%v)", err)
	}
	if _, err := (Own{}).SVG(); err == nil {
		t.Error("a figure of nothing was made")
	}
}
