package cite

import (
	"fmt"
	"strconv"
	"strings"

	"past/internal/starter"
)

// File of an edition's folder.
type File struct {
	Path, Title, About string
	Data               []byte
}

// Folder gives the citation files of an edition's folder: CITATION.cff for the
// edition, and the papers behind all findings and the findings themselves in
// each format.
func (s *Shelf) Folder() ([]File, error) {
	studies := s.AllStudies()
	findings := []Item{s.Edition(), s.Software()}
	for _, f := range s.Document.Findings {
		if Citable(f) {
			findings = append(findings, s.finding(f))
		}
	}
	out := []File{{"CITATION.cff", "CITATION.cff", "How to cite this edition, for programs.", []byte(s.CFF())}}
	for _, g := range []struct {
		name, about string
		items       []Item
	}{{"studies", "the papers behind all findings", studies}, {"findings", "the edition, the program and every finding", findings}} {
		js, err := CSLJSON(g.items)
		if err != nil {
			return nil, err
		}
		for _, f := range []struct{ ext, format, text string }{{"bib", "BibTeX", BibTeX(g.items)}, {"ris", "RIS", RIS(g.items)},
			{"json", "CSL-JSON", js}, {"txt", "text", Text(g.items)}} {
			out = append(out, File{"citations/" + g.name + "." + f.ext, g.name + "." + f.ext, "Citations of " + g.about + " as " + f.format + ".",
				[]byte(f.text)})
		}
	}
	return out, nil
}

// CFF is the edition as a Citation File Format 1.2.0 document of type dataset.
func (s *Shelf) CFF() string {
	d := s.Document
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", key, strconv.QuoteToGraphic(oneLine(value)))
		}
	}
	b.WriteString("cff-version: 1.2.0\n")
	line("message", "Cite a finding by its permalink, f/FINDING@"+d.ID+", and the edition as below."+s.notices())
	b.WriteString("type: dataset\n")
	line("title", s.Edition().Title)
	fmt.Fprintf(&b, "authors:\n  - name: %s\n", strconv.QuoteToGraphic(Tracker))
	line("version", d.ID)
	line("abstract", s.identity())
	b.WriteString("identifiers:\n")
	fmt.Fprintf(&b, "  - type: other\n    value: %s\n    description: \"version identifier of the edition\"\n",
		strconv.QuoteToGraphic("past:"+d.ID))
	fmt.Fprintf(&b, "  - type: other\n    value: %s\n    description: \"SHA-256 over evidence and decisions\"\n",
		strconv.QuoteToGraphic("sha256:"+d.DataHash))
	if s.Base != "" {
		line("url", s.Base)
	}
	return b.String()
}

// notices are the attributions that data sets in the edition ask for. No one
// licence holds for all of it, so the edition has no license field.
func (s *Shelf) notices() string {
	out := ""
	if s.Document.Starter {
		for _, d := range starter.Datasets() {
			out += " " + d.Notice()
		}
	}
	return out
}
