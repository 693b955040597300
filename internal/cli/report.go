package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"past/internal/edition/publish"
	"past/internal/pipeline"
	"past/internal/synthesis"
	"past/internal/vocab"
	"past/internal/wholefile"
	"past/reports"
)

type reportCmd struct {
	reviewFlag
	Out        string `name:"out" help:"Folder to write to (default: past-report)." placeholder:"DIR" env:"PAST_OUT"`
	SingleFile bool   `name:"single-file" help:"One self-contained page, for mail."`
	Finding    string `name:"finding" help:"With --single-file or --pdf: this finding only." placeholder:"ID"`
	Base       string `name:"base" help:"Public address of the folder: permalinks, site map, preview image and search engines use it." placeholder:"URL" env:"PAST_BASE"`
	PDF        bool   `name:"pdf" help:"Also print the edition to OUT.pdf through Chromium, where it is installed."`
	Paper      string `name:"paper" enum:"A4,Letter" default:"A4" help:"Paper of --pdf: A4 or Letter."`
}

func (c *reportCmd) Run(ctx context.Context, e *Env) (err error) {
	if c.Out == "" {
		c.Out = "past-report"
	}
	p, aside, err := c.open(ctx, e)
	if err != nil {
		return err
	}
	st := p.Store
	defer func() { err = errors.Join(err, st.Close()) }()
	if !st.ReadOnly() {
		var run commandRun
		if run, err = beginRun(ctx, st, "report", c.Out); err != nil {
			return err
		}
		defer func() { err = run.end(ctx, err) }()
	}
	var print func(reports.Edition) error
	if c.PDF {
		print = func(ed reports.Edition) error { return c.print(ctx, e, ed) }
	}
	var draft *publish.Draft
	err = e.during("report", func() (err error) {
		draft, err = p.Publish(ctx, c.Out, e.Version, aside, reports.Options{SingleFile: c.SingleFile, Finding: c.Finding, Base: c.Base}, print)
		return err
	})
	if err = errors.Join(err, e.tellAside(p)); err != nil {
		return err
	}
	doc := draft.Doc
	if !draft.Kept && e.Globals.AsOf == "" {
		fmt.Fprintf(e.Stderr, "past: edition %s was written and not kept in the database: %s\n", doc.ID, draft.Why)
	}
	if e.Globals.JSON {
		return e.printJSON(doc)
	}
	page := "index.html"
	if c.SingleFile {
		page = "edition.html"
	}
	fmt.Fprintf(e.Stdout, "edition %s, %s: %s\n", doc.ID, dataTo(doc.Date), filepath.Join(c.Out, page))
	return nil
}

// open opens the database so that the edition can be kept in it; one that
// cannot be written, or that somebody else writes, is read, and aside says why.
func (c *reportCmd) open(ctx context.Context, e *Env) (p *pipeline.Pipeline, aside string, err error) {
	p, err = e.openFresh(ctx, "report", c.Review)
	if err != nil || !p.Store.ReadOnly() {
		return p, "", err
	}
	if e.Globals.AsOf != "" {
		return p, "it looks back", nil
	}
	if e.warned {
		return p, "its stages are stale", nil
	}
	written, err := e.openPipeline(ctx, "report", c.Review, false)
	if err != nil {
		return p, err.Error(), nil
	}
	return written, "", p.Store.Close()
}

// print writes the edition as PDF beside the folder.
func (c *reportCmd) print(ctx context.Context, e *Env, ed reports.Edition) error {
	to := filepath.Clean(c.Out) + ".pdf"
	if err := reports.PDF(ctx, to, ed, reports.PDFOptions{Finding: c.Finding, Paper: c.Paper}); err != nil {
		return fmt.Errorf("print %s: %w", to, err)
	}
	fmt.Fprintln(e.Stderr, to)
	return nil
}

func loadQuestions(path string) ([]synthesis.Question, []synthesis.Mistake, error) {
	b, err := wholefile.Read(path, maxSettings)
	if err != nil {
		return nil, nil, fmt.Errorf("questions: %w", err)
	}
	return synthesis.ReadQuestions(path, b, vocab.Default())
}
