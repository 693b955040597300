package reports

import (
	"cmp"
	"fmt"
	"path"
	"slices"
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
	v.Reference = fmt.Sprintf("PAST evidence tracker. %s. Edition %s, data to %s. %s", strings.TrimSuffix(title, "."), s.Ed.ID,
		cmp.Or(s.Ed.Date, "a day not stated"), s.address(at))
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
		c.Text = fmt.Sprintf("PAST evidence tracker. %s. Edition %s, data to %s.%s", strings.TrimSuffix(title, "."), s.Ed.ID,
			cmp.Or(s.Ed.Date, "a day not stated"), at)
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

// forestFile is a forest plot as a file that is by itself.
type forestFile struct {
	suffix, title, about string
	pal                  chart.Palette
	mm                   float64 // width of a PDF or PNG; 0 for SVG
	dpi                  float64 // of a PNG
}

// forestFiles are those beside each page; [Figures] adds pictures of pixels, which
// take too long to be made for every edition.
var forestFiles = []forestFile{
	{"-forest.svg", "SVG", "the forest plot", chart.Light, 0, 0},
	{"-forest-grey.svg", "SVG, grey", "the same for print in one colour", chart.Grey, 0, 0},
	{"-forest-174mm.pdf", "PDF 174 mm", "the forest plot for two columns of a journal", chart.Light, 174, 0},
	{"-forest-174mm-grey.pdf", "PDF 174 mm, grey", "the same for print in one colour", chart.Grey, 174, 0},
	{"-forest-85mm.pdf", "PDF 85 mm", "the forest plot for one column of a journal", chart.Light, 85, 0},
	{"-forest-85mm-grey.pdf", "PDF 85 mm, grey", "the same for print in one colour", chart.Grey, 85, 0},
}

// pixelFiles are the pictures of pixels.
var pixelFiles = []forestFile{{"-forest-174mm.png", "PNG", "", chart.Light, 174, 600},
	{"-forest-174mm-grey.png", "PNG, grey", "", chart.Grey, 174, 600},
	{"-forest-85mm.png", "PNG", "", chart.Light, 85, 600}, {"-forest-85mm-grey.png", "PNG, grey", "", chart.Grey, 85, 600}}

func (x *forestFile) write(r *chart.Rows) ([]byte, error) {
	pic := r.Wide(true)
	if x.mm > 0 && x.mm < 100 {
		pic = r.Narrow(true)
	}
	head := chart.Head{Title: r.Title, Desc: r.Alt}
	switch {
	case x.mm == 0:
		return pic.File(head, x.pal), nil
	case x.dpi > 0:
		return pic.PNG(x.mm, x.dpi, x.pal)
	}
	return pic.PDF(x.mm, head, x.pal)
}

// Figures writes the forest plots of findings, all with a number when none is
// named, with their captions and data: SVG, PDF and PNG at 85 and 174 mm, in
// colour and grey, and a CSV with one number a cell. An unknown id is an error.
func Figures(ed Edition, ids []string, put func(name string, body []byte) error) error {
	s := newSite(&ed, Options{})
	for _, id := range ids {
		if !slices.ContainsFunc(ed.Findings, func(f evidence.Finding) bool { return f.ID == id }) {
			return fmt.Errorf("no finding %q in edition %s", id, ed.ID)
		}
	}
	for i := range ed.Findings {
		f := &ed.Findings[i]
		if len(ids) > 0 && !slices.Contains(ids, f.ID) {
			continue
		}
		r, ok := s.forest(f, func(evidence.Effect) string { return "" })
		if !ok {
			continue
		}
		stem := show.Slug(f.ID)
		for _, x := range slices.Concat(forestFiles, pixelFiles) {
			b, err := x.write(&r)
			if err != nil {
				return fmt.Errorf("forest plot of %s: %w", f.ID, err)
			}
			if err := put(stem+x.suffix, b); err != nil {
				return err
			}
		}
		caption := r.Title + ". " + strings.Join(r.Foot, " ") + " " + r.Legend + "\n\nAlternative text: " + r.Alt + "\n"
		if err := put(stem+"-forest.txt", []byte(caption)); err != nil {
			return err
		}
		if err := put(stem+".csv", r.Table.CSV()); err != nil {
			return err
		}
	}
	return nil
}

// findingFiles are the files of a finding that stand beside its page.
func (s *site) findingFiles(p *page, f *evidence.Finding) []fileView {
	stem := strings.TrimSuffix(path.Base(p.Path), ".html")
	out := []fileView{{Href: stem + ".json", Title: "JSON", About: "everything about this finding"}}
	if len(f.Effects) > 0 {
		out = append(out, fileView{Href: stem + ".csv", Title: "CSV", About: "the studies, one number a cell"})
		for _, x := range forestFiles {
			out = append(out, fileView{Href: stem + x.suffix, Title: x.title, About: x.about})
		}
	}
	if script := ScriptPath(f.ID); slices.ContainsFunc(s.Ed.Downloads, func(d Download) bool { return d.Path == script }) {
		out = append(out, fileView{Href: p.Base() + script, Title: "R script", About: "reproduces the pooled number with metafor"})
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
		for _, x := range forestFiles {
			if out[stem+x.suffix], err = x.write(&r); err != nil {
				return nil, fmt.Errorf("forest plot of %s: %w", f.ID, err)
			}
		}
		out[stem+".csv"] = r.Table.CSV()
	}
	return out, nil
}
