package cli

import (
	"context"
	"errors"
	"fmt"

	"past/internal/pipeline"
)

type importCmd struct {
	Files []string `arg:"" help:"Files: ClinicalTrials.gov studies, arrays, search pages, NDJSON, …"`
}

func (c *importCmd) Run(ctx context.Context, e *Env) (err error) {
	st, err := e.openStore(ctx, "import", false, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	p := pipeline.New(st, "")
	rep, err := p.Import(ctx, "", c.Files)
	if err != nil {
		return err
	}
	if err := st.IndexSearch(ctx); err != nil {
		return err
	}
	if e.Globals.JSON {
		if err := e.printJSON(rep); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(e.Stdout, "%s read, %s: %d new, %d changed, %d unchanged; %s kept aside\n", plural(rep.Files, "file"), plural(rep.Records, "record"),
			rep.Result.New, rep.Result.Changed, rep.Result.Unchanged, plural(len(rep.Problems), "problem"))
		for _, pr := range rep.Problems {
			fmt.Fprintf(e.Stderr, "past: %s: %s: %s\n", pr.Where, pr.Kind, pr.Message)
		}
	}
	if len(rep.Problems) > 0 {
		return warned()
	}
	return nil
}
