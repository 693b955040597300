package pipeline

import (
	"context"
	"slices"
	"time"

	"past/internal/cite"
	"past/internal/edition"
	"past/internal/edition/publish"
	"past/internal/evidence"
	"past/reports"
)

// The most that a report shows of earlier editions: so many editions, and so
// many findings over all of them. What is older can be asked for with past cite.
const (
	mostEarlier      = 12
	mostEarlierPages = 400
)

// reportEarlier holds what earlier editions said against this one, for the
// pages at their permalinks.
func (p *Pipeline) reportEarlier(ctx context.Context, shelf *cite.Shelf, ed *reports.Edition) error {
	docs, err := publish.Before(ctx, p.Store, ed.ID, mostEarlier)
	if err != nil {
		return err
	}
	n := 0
	for _, doc := range docs {
		e := reports.Earlier{ID: doc.ID, Date: doc.Date}
		for _, f := range doc.Findings {
			now, asked := shelf.Finding(f.ID)
			if asked && f.K == 0 && now.K == 0 {
				continue // no number then or now
			}
			if n == mostEarlierPages {
				e.More++
				continue
			}
			n++
			c, err := shelf.Compare(doc, f.ID)
			if err != nil {
				return err
			}
			e.Findings = append(e.Findings, then(c))
		}
		e.Claims = claimsThen(doc, shelf.Document)
		ed.Earlier = append(ed.Earlier, e)
	}
	return nil
}

func then(c cite.Comparison) reports.Then {
	t := reports.Then{Finding: c.ID, Title: c.Title, Changed: c.Changed, Gone: c.Gone, In: c.In, Out: c.Out, Retracted: c.Retracted,
		Corrected: c.Corrected, ThenWords: c.ThenWords, NowWords: c.NowWords}
	for _, r := range c.Rows {
		t.Rows = append(t.Rows, reports.ThenRow{What: r.What, Then: r.Then, Now: r.Now, Changed: r.Changed})
	}
	return t
}

func claimsThen(old, now edition.Document) []reports.ClaimThen {
	var out []reports.ClaimThen
	for _, c := range old.Claims {
		t := reports.ClaimThen{ID: c.ID, Text: c.Text, Then: string(c.Verdict), Now: "no longer judged"}
		if i := slices.IndexFunc(now.Claims, func(x evidence.ClaimVerdict) bool { return x.ID == c.ID }); i >= 0 {
			t.Now = string(now.Claims[i].Verdict)
		}
		out = append(out, t)
	}
	return out
}

// reportCitations puts the ways to cite on the pages and the citation files into
// the edition's folder. The day of access is the reader's, so none is printed.
func (p *Pipeline) reportCitations(ctx context.Context, doc edition.Document, ed *reports.Edition) error {
	shelf, err := cite.ShelfOf(ctx, p.Store, doc, ed.Findings, "", time.Time{})
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
