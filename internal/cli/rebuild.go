package cli

import (
	"context"
	"fmt"

	"past/internal/pipeline"
)

type rebuildCmd struct{ reviewFlag }

func (c *rebuildCmd) Run(ctx context.Context, e *Env) error {
	return e.withPipeline(ctx, "rebuild", c.Review, func(p *pipeline.Pipeline) error {
		rep, err := p.Rebuild(ctx, nil)
		if err != nil {
			return err
		}
		e.count("payloads", rep.Arrivals)
		e.count("records", rep.Records)
		e.count("failed", len(rep.Failed))
		if e.Globals.JSON {
			return e.printJSON(rep)
		}
		fmt.Fprintf(e.Stdout, "%s read again into %s; %d could not be read\n", plural(rep.Arrivals, "payload"), plural(rep.Records, "record"), len(rep.Failed))
		return nil
	})
}
