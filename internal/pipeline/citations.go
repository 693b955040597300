package pipeline

import (
	"context"
	"time"

	"past/internal/cite"
	"past/internal/edition"
	"past/reports"
)

// reportCitations puts the ways to cite on the pages and the citation files into
// the edition's folder. The day of access is the reader's, so none is printed.
func (p *Pipeline) reportCitations(ctx context.Context, doc edition.Document, ed *reports.Edition) error {
	shelf, err := cite.NewShelf(ctx, p.Store, doc, "", time.Time{})
	if err != nil {
		return err
	}
	ed.Citations = map[string]reports.Citation{}
	if ed.Citations[""], err = citation([]cite.Item{shelf.Edition()}); err != nil {
		return err
	}
	for _, f := range doc.Findings {
		if !cite.Citable(f) {
			continue
		}
		items, err := shelf.Cite(f.ID)
		if err != nil {
			return err
		}
		// the other formats of a finding are files of the edition
		ed.Citations[f.ID] = reports.Citation{Text: cite.Text(items), BibTeX: cite.BibTeX(items)}
	}
	if err := p.reportEarlier(ctx, shelf, ed); err != nil {
		return err
	}
	files, err := shelf.Folder()
	if err != nil {
		return err
	}
	for _, f := range files {
		ed.Downloads = append(ed.Downloads, reports.Download{Path: f.Path, Title: f.Title, About: f.About, Data: f.Data})
	}
	return nil
}

func citation(items []cite.Item) (reports.Citation, error) {
	csl, err := cite.CSLJSON(items)
	return reports.Citation{Text: cite.Text(items), BibTeX: cite.BibTeX(items), RIS: cite.RIS(items), CSLJSON: csl}, err
}
