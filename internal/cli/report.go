package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"past/internal/edition"
	"past/internal/pipeline"
	"past/internal/synthesis"
	"past/reports"
)

type reportCmd struct {
	reviewFlag
	Out        string `name:"out" help:"Folder to write to (default: past-report)." placeholder:"DIR" env:"PAST_OUT"`
	SingleFile bool   `name:"single-file" help:"One self-contained page, for mail."`
	Finding    string `name:"finding" help:"With --single-file or --pdf: this finding only." placeholder:"ID"`
	PDF        bool   `name:"pdf" help:"Also print the edition to OUT.pdf through Chromium, where it is installed."`
	Paper      string `name:"paper" enum:"A4,Letter" default:"A4" help:"Paper of --pdf: A4 or Letter."`
}

func (c *reportCmd) Run(ctx context.Context, e *Env) error {
	if c.Out == "" {
		c.Out = "past-report"
	}
	st, err := e.openStore(ctx, "report", true, false)
	if err != nil {
		return err
	}
	defer st.Close()
	p := pipeline.New(st, e.reviewDir(c.Review, st))
	doc, err := p.Report(ctx, c.Out, e.Version, reports.Options{SingleFile: c.SingleFile, Finding: c.Finding})
	if err != nil {
		return err
	}
	if c.PDF {
		if err := c.print(ctx, e, p, doc); err != nil {
			return err
		}
	}
	if e.Globals.JSON {
		return e.printJSON(doc)
	}
	page := "index.html"
	if c.SingleFile {
		page = "edition.html"
	}
	fmt.Fprintf(e.Stdout, "edition %s, data to %s: %s\n", doc.ID, doc.Date, filepath.Join(c.Out, page))
	return nil
}

// print writes the edition as PDF beside the folder.
func (c *reportCmd) print(ctx context.Context, e *Env, p *pipeline.Pipeline, doc edition.Document) error {
	ed, err := p.ReportEdition(ctx, doc)
	if err != nil {
		return err
	}
	to := filepath.Clean(c.Out) + ".pdf"
	if err := reports.PDF(ctx, to, ed, reports.PDFOptions{Finding: c.Finding, Paper: c.Paper}); err != nil {
		return fmt.Errorf("print %s: %w", to, err)
	}
	fmt.Fprintln(e.Stderr, to)
	return nil
}

func loadQuestions(path string) ([]synthesis.Question, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("questions: %w", err)
	}
	return synthesis.Load(path, b)
}
