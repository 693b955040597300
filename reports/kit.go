package reports

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomutex/godocx"
	"github.com/gomutex/godocx/common/units"
	"github.com/gomutex/godocx/docx"

	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/reports/chart"
	"past/reports/internal/show"
)

// Manuscript is what a paper needs of an edition: for each finding its studies,
// a summary of findings, the forest plot with caption and alternative text,
// paragraphs on methods and results, and the references.
type Manuscript struct{ blocks []block }

// block is a part of a manuscript: exactly one of its fields is set beside words.
type block struct {
	level   int // of a heading
	text    string
	table   *chart.Table
	picture []byte // PNG
	w, h    float64
	name    string // of the picture's file
	alt     string
}

// NewManuscript gathers the findings with the ids, all with a number when none is
// given. An unknown id is an error.
func NewManuscript(ed Edition, ids ...string) (*Manuscript, error) {
	s := newSite(&ed, Options{})
	m := &Manuscript{}
	if len(ids) == 0 {
		for i := range ed.Findings {
			if len(ed.Findings[i].Effects) > 0 {
				ids = append(ids, ed.Findings[i].ID)
			}
		}
	}
	m.add(1, "Evidence of the PAST evidence tracker, edition "+ed.ID)
	m.para("Data to " + orDash(ed.Date) +
		". Proposed texts and tables: check each against the finding before it is used. Certainty that no person has signed is a " +
		"proposal of a rule.")
	for _, id := range ids {
		at := -1
		for i := range ed.Findings {
			if ed.Findings[i].ID == id {
				at = i
			}
		}
		if at < 0 {
			return nil, fmt.Errorf("no finding %q in edition %s", id, ed.ID)
		}
		if err := m.finding(s, &ed.Findings[at]); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Manuscript) add(level int, text string) {
	m.blocks = append(m.blocks, block{level: level, text: text})
}
func (m *Manuscript) para(text string) {
	if text != "" {
		m.blocks = append(m.blocks, block{text: text})
	}
}

func (m *Manuscript) tableOf(t chart.Table) {
	m.para("Table. " + t.Caption + ".")
	m.blocks = append(m.blocks, block{table: &t})
}

func (m *Manuscript) finding(s *site, f *evidence.Finding) error {
	read := readingOf(f, s.Name)
	m.add(2, titleOf(f))
	m.para(sentence(f.Sentences.Ask, 200) + " " + sentence(f.Sentences.Answer, 400))
	m.add(3, "Characteristics of the studies")
	m.tableOf(s.characteristics(f))
	m.add(3, "Summary of findings")
	m.tableOf(s.summary(f, read))
	if r, ok := s.forest(f, func(evidence.Effect) string { return "" }); ok {
		pic := r.Wide(true)
		png, err := pic.PNG(174, 300, chart.Light)
		if err != nil {
			return err
		}
		m.add(3, "Forest plot")
		m.blocks = append(m.blocks, block{picture: png, w: 174, h: 174 * pic.H / pic.W, name: show.Slug(f.ID) + "-forest.png", alt: r.Alt})
		m.para("Figure. " + r.Title + ". " + strings.Join(r.Foot, " ") + " " + r.Legend)
		m.para("Alternative text: " + r.Alt)
	}
	m.add(3, "Methods")
	for _, t := range s.explainFinding(f, read) {
		m.para(t)
	}
	m.add(3, "Results")
	m.para(sentence(f.Sentences.Researcher, 2000))
	m.para(sentence(f.Sentences.Curriculum, 1200))
	if l := f.Lacking(); l.Any() {
		m.para(l.Sentence())
	}
	if len(f.Limits) > 0 {
		m.para("Limits: " + strings.Join(proseAll(f.Limits, 600), " "))
	}
	m.add(3, "References")
	m.para(s.citeView(f.ID, titleOf(f), "").Reference)
	seen := map[string]bool{}
	for i := range f.Effects {
		e := &f.Effects[i]
		ref := effectLabel(e)
		switch {
		case e.DOI != "":
			ref += ". https://doi.org/" + show.Clip(e.DOI, 100)
		case e.RecordID != "":
			ref += ". " + show.Clip(e.RecordID, 60)
		}
		if !seen[ref] {
			seen[ref] = true
			m.para(ref)
		}
	}
	return nil
}

// characteristics are the studies with what they were, one row each.
func (s *site) characteristics(f *evidence.Finding) chart.Table {
	t := chart.NewTable("Characteristics of the studies", "Study", "Design", "People", "Treatment", "Comparator", "Outcome, week",
		"#n, treatment", "#n, comparator", "Risk of bias")
	for i := range f.Effects {
		e := &f.Effects[i]
		t.Add(effectLabel(e), orWord(s.Name(e.Design), "not stated"), orWord(show.Clip(e.Population, 80), "not stated"),
			doseCell(s.Name(e.Substance), e),
			orWord(show.Clip(e.ControlGiven(e.Comparator), 60), s.Name(e.ComparatorClass)), strings.Trim(s.Name(e.Instrument)+", "+when(e), ", "),
			show.TrimP(e.N1, 0), show.TrimP(e.N2, 0), orWord(show.Clip(e.RiskOfBias, 30), "not judged"))
	}
	return t
}

// doseCell is the treatment with its dose, and what is doubted of it.
func doseCell(name string, e *evidence.Effect) string {
	if name = strings.TrimSpace(name + " " + show.Clip(e.DoseTreat, 40)); reason.DoseDoubt(e.Flags) != "" {
		name += " (" + reason.DoseDoubt(e.Flags) + ")"
	}
	return name
}

// summary is the row of a summary-of-findings table.
func (s *site) summary(f *evidence.Finding, read reading) chart.Table {
	t := chart.NewTable("Summary of findings", "Outcome", "Studies, people", "Effect [95% interval]", "Out of 100 people",
		"Points of a scale", "Certainty", "Comment")
	h := &f.Headline
	effect := "not pooled"
	if h.Estimate != nil {
		effect = read.Symbol + " " + read.Full(h.Estimate, h.Lower, h.Upper)
	}
	c := certOf(f.Certainty)
	t.Add(titleOf(f), people(&f.Primary), effect, orDash(briefHundred(f.Absolute)), orDash(briefPoints(f)),
		c.Level+" ("+c.Status+")", show.Prose(show.Clip(h.Note, 160)))
	return t
}

// Markdown writes the manuscript as text; pictures are files beside it, by name.
func (m *Manuscript) Markdown() (text []byte, files map[string][]byte) {
	var b bytes.Buffer
	files = map[string][]byte{}
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	for _, x := range m.blocks {
		switch {
		case x.level > 0:
			fmt.Fprintf(&b, "%s %s\n\n", strings.Repeat("#", x.level), x.text)
		case x.table != nil:
			for i, h := range x.table.Head {
				if i > 0 {
					b.WriteString(" ")
				}
				b.WriteString("| " + cell.Replace(h.Text))
			}
			b.WriteString(" |\n" + strings.Repeat("| --- ", len(x.table.Head)) + "|\n")
			for _, l := range x.table.Lines {
				for i := range x.table.Head {
					t := ""
					if i < len(l.Cells) {
						t = l.Cells[i].Text
					}
					b.WriteString("| " + cell.Replace(t) + " ")
				}
				b.WriteString("|\n")
			}
			b.WriteString("\n")
		case x.picture != nil:
			files[x.name] = x.picture
			fmt.Fprintf(&b, "![%s](%s)\n\n", strings.NewReplacer("[", "(", "]", ")").Replace(x.alt), x.name)
		default:
			b.WriteString(x.text + "\n\n")
		}
	}
	return b.Bytes(), files
}

// Docx writes the manuscript as a Word document with the pictures inside.
func (m *Manuscript) Docx(w io.Writer) error {
	d, err := godocx.NewDocument()
	if err != nil {
		return fmt.Errorf("start the document: %w", err)
	}
	defer d.Close()
	dir, err := os.MkdirTemp("", "past-docx-*") // the library reads pictures from files
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for i, x := range m.blocks {
		switch {
		case x.level > 0:
			if _, err := d.AddHeading(show.Text(x.text), uint(x.level)); err != nil {
				return fmt.Errorf("write a heading: %w", err)
			}
		case x.table != nil:
			docxTable(d, x.table)
		case x.picture != nil:
			path := filepath.Join(dir, fmt.Sprintf("%d.png", i))
			if err := os.WriteFile(path, x.picture, 0o600); err != nil {
				return err
			}
			const most = 160 // millimetres between the margins of the page
			k := min(1, most/x.w)
			meta, err := d.AddPicture(path, units.Inch(x.w*k/25.4), units.Inch(x.h*k/25.4))
			if err != nil {
				return fmt.Errorf("write a picture: %w", err)
			}
			meta.Inline.DocProp.Description = show.Text(x.alt)
		default:
			d.AddParagraph(show.Text(x.text))
		}
	}
	if err := d.Write(w); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}

func docxTable(d *docx.RootDoc, t *chart.Table) {
	tab := d.AddTable()
	tab.Style("LightList-Accent4")
	row := func(texts []string, bold bool) {
		r := tab.AddRow()
		for _, s := range texts {
			p := r.AddCell().AddEmptyPara()
			p.AddText(show.Text(s)).Size(8).Bold(bold)
		}
	}
	head := make([]string, len(t.Head))
	for i, h := range t.Head {
		head[i] = h.Text
	}
	row(head, true)
	for _, l := range t.Lines {
		out := make([]string, len(head))
		for i := range out {
			if i < len(l.Cells) {
				out[i] = l.Cells[i].Text
			}
		}
		row(out, false)
	}
	d.AddParagraph("")
}
