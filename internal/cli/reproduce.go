package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"past/internal/evidence"
	"past/internal/reproduce"
	"past/internal/synthesis"
	"past/internal/wholefile"
)

type reproduceCmd struct {
	Out      string `name:"out" help:"Write the page of published beside ours (Markdown) to this file." placeholder:"FILE"`
	Data     string `name:"data" help:"A released file of another review in the Metapsy layout (CSV)." placeholder:"FILE"`
	Question string `name:"question" help:"Questions to ask of --data (YAML); the shipped ones if left out." placeholder:"FILE"`
}

// Run computes published results again. It needs no database.
func (c *reproduceCmd) Run(ctx context.Context, e *Env) error {
	if c.Data != "" {
		if c.Out != "" {
			return usage("--out writes the page of the known targets; leave --data out, or redirect the output")
		}
		return c.other(ctx, e)
	}
	if c.Question != "" {
		return usage("--question is asked of --data; name the released file")
	}
	if c.Out != "" {
		page, err := reproduce.Markdown(ctx)
		if err != nil {
			return err
		}
		if old, err := os.ReadFile(c.Out); err == nil && bytes.Equal(old, page) {
			fmt.Fprintf(e.Stdout, "%s is current\n", c.Out)
			return nil
		}
		if err := os.WriteFile(c.Out, page, 0o644); err != nil {
			return fmt.Errorf("reproduce: %w", err)
		}
		fmt.Fprintf(e.Stdout, "wrote %s\n", c.Out)
		return nil
	}
	rows, err := reproduce.Run()
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(rows)
	}
	w := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "target\tnumber\tpublished\tours\tmet")
	for _, r := range rows {
		for _, k := range r.Checks {
			met := "yes"
			if !k.Agrees {
				met = "no: " + k.Why
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.ID, k.Name, k.Published, k.Shown, met)
		}
	}
	return w.Flush()
}

// other answers questions from the file of another review.
func (c *reproduceCmd) other(ctx context.Context, e *Env) error {
	b, err := wholefile.Read(c.Data, maxDocument)
	if err != nil {
		return fmt.Errorf("reproduce: %w", err)
	}
	rows, problems, err := reproduce.Metapsy(filepath.Base(c.Data), b)
	if err != nil {
		return err
	}
	qs, err := synthesis.Shipped()
	if c.Question != "" {
		var mistakes []synthesis.Mistake
		qs, mistakes, err = loadQuestions(c.Question)
		for _, m := range mistakes {
			e.note("%s:%d: question %s: %s", c.Question, m.Line, m.ID, m.Message)
		}
	}
	if err != nil {
		return err
	}
	base := synthesis.Base{Effects: reproduce.Effects(rows)}
	var findings []evidence.Finding
	asked := map[string]bool{}
	for _, q := range qs {
		f, err := synthesis.Answer(ctx, q, base)
		if err != nil {
			return err
		}
		asked[q.ID] = c.Question != ""
		if c.Question != "" || f.Primary.K > 0 {
			findings = append(findings, f)
		}
	}
	if e.Globals.JSON {
		if err := e.printJSON(findings); err != nil {
			return err
		}
	} else {
		e.printFindings(findings, asked)
	}
	for _, p := range problems {
		fmt.Fprintf(e.Stderr, "%s: %s\n", p.Where, p.Message)
	}
	if len(problems) > 0 {
		return warned()
	}
	return nil
}
