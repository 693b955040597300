package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"past/internal/pipeline"
	"past/internal/synthesis"
	"past/reports"
)

type reportCmd struct {
	reviewFlag
	Out        string `name:"out" help:"Folder to write to (default: past-report)." placeholder:"DIR" env:"PAST_OUT"`
	SingleFile bool   `name:"single-file" help:"One self-contained page, for mail."`
	Finding    string `name:"finding" help:"With --single-file: this finding only." placeholder:"ID"`
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

func loadQuestions(path string) ([]synthesis.Question, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("questions: %w", err)
	}
	return synthesis.Load(path, b)
}
