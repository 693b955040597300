package reports

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// citeView is how to cite: three lines to copy, and the formats.
type citeView struct {
	InText, Reference, Sentence string
	Formats                     Citation
}

func (s *site) citeView(id, title, sent string) citeView {
	year := "n.d."
	if len(s.Ed.Date) >= 4 {
		year = s.Ed.Date[:4]
	}
	at := "f/" + show.Clip(id, 80) + "@" + s.Ed.ID
	if id == "" {
		at = "edition " + s.Ed.ID
	}
	v := citeView{InText: "(PAST evidence tracker, " + year + ")", Formats: s.citation(id, title)}
	v.Reference = fmt.Sprintf("PAST evidence tracker. %s. Edition %s, data to %s. %s", strings.TrimSuffix(title, "."), s.Ed.ID, cmp.Or(s.Ed.Date, "an unknown date"), s.address(at))
	v.Sentence = sent
	return v
}

// citation gives a finding's citation, or a plain one made of what is known.
func (s *site) citation(id, title string) Citation {
	c, ok := s.Ed.Citations[id]
	if !ok || c.Text == "" {
		at := ""
		if id != "" {
			at = fmt.Sprintf(" Permalink: f/%s@%s.", show.Clip(id, 80), s.Ed.ID)
		}
		c.Text = fmt.Sprintf("PAST evidence tracker. %s. Edition %s, data to %s.%s", strings.TrimSuffix(title, "."), s.Ed.ID, cmp.Or(s.Ed.Date, "an unknown date"), at)
	}
	c.Text = show.Clip(c.Text, 1500)
	return c
}

// address is a place of the edition under its public address; without one it is
// the place alone.
func (s *site) address(at string) string {
	if s.opt.Base == "" {
		return at
	}
	return strings.TrimSuffix(s.opt.Base, "/") + "/" + at
}

// findingFiles are the files of a finding that stand beside its page.
func (s *site) findingFiles(p *page, f *evidence.Finding) []fileView {
	stem := strings.TrimSuffix(path.Base(p.Path), ".html")
	out := []fileView{{Href: stem + ".json", Title: "JSON", About: "everything about this finding"}}
	if len(f.Effects) > 0 {
		out = append(out, fileView{Href: stem + ".csv", Title: "CSV", About: "the studies, one number a cell"}, fileView{Href: stem + "-forest.svg", Title: "SVG", About: "the forest plot"},
			fileView{Href: stem + "-forest-grey.svg", Title: "SVG, grey", About: "the same for print in one colour"})
	}
	return out
}

// findingData are the files beside the pages of findings: everything about each
// as JSON, the forest plot as files that stand alone, its data as CSV.
func (s *site) findingData() (map[string][]byte, error) {
	out := map[string][]byte{}
	for i := range s.Ed.Findings {
		f := &s.Ed.Findings[i]
		b, err := marshalFinite(struct {
			Edition string            `json:"edition"`
			Date    string            `json:"date"`
			Finding *evidence.Finding `json:"finding"`
		}{s.Ed.ID, s.Ed.Date, f})
		if err != nil {
			return nil, fmt.Errorf("finding %s as data: %w", f.ID, err)
		}
		out[strings.TrimSuffix(s.findPath[f.ID], ".html")+".json"] = append(b, '\n')
		r, ok := s.forest(f, func(evidence.Effect) string { return "" })
		if !ok {
			continue
		}
		stem := strings.TrimSuffix(s.findPath[f.ID], ".html")
		pic := r.Wide(true)
		head := chart.Head{Title: r.Title, Desc: r.Alt}
		out[stem+"-forest.svg"] = pic.File(head, chart.Light)
		out[stem+"-forest-grey.svg"] = pic.File(head, chart.Grey)
		out[stem+".csv"] = r.Table.CSV()
	}
	return out, nil
}
