package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"past/internal/pipeline"
	"past/internal/store"
	"past/internal/text"
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
		fmt.Fprintf(e.Stdout, "%s read again into %s; %d could not be read\n", text.Count(rep.Arrivals, "arrival"),
			text.Count(rep.Records, "record"), len(rep.Failed))
		return nil
	})
}

type mergeCmd struct {
	reviewFlag
	Databases []string `arg:"" name:"database" type:"existingfile" help:"The other databases; they stay as they are."`
}

// Run takes over payloads with their history and reads all records again: the
// same databases in any order, once or several times, give the same records.
func (c *mergeCmd) Run(ctx context.Context, e *Env) (err error) {
	path, err := e.database()
	if err != nil {
		return err
	}
	if _, missing := os.Stat(path); errors.Is(missing, fs.ErrNotExist) {
		defer func() {
			if err != nil { // an empty database would look like one in which nothing was found
				err = errors.Join(err, store.RemoveEmpty(context.WithoutCancel(ctx), path))
			}
		}()
	}
	st, err := e.openStore(ctx, "merge", false, true) // makes it where it is not there
	if err == nil {
		err = st.Close()
	}
	if err != nil {
		return err
	}
	return e.withPipeline(ctx, "merge", c.Review, func(p *pipeline.Pipeline) error {
		took, rep, err := p.Merge(ctx, c.Databases, nil)
		if err != nil {
			return err
		}
		e.count("payloads", took.Payloads)
		e.count("arrivals", took.Arrivals)
		if e.Globals.JSON {
			return e.printJSON(map[string]any{"taken": took, "rebuilt": rep})
		}
		if !took.Any() {
			fmt.Fprintln(e.Stdout, "nothing new: this database holds all of it already")
			return nil
		}
		fmt.Fprintf(e.Stdout, "%s new, come at %s; %s now, read from %s; %d could not be read\n", text.Count(took.Payloads, "payload"),
			text.Count(took.Arrivals, "time"),
			text.Count(rep.Records, "record"), text.Count(rep.Arrivals, "arrival"), len(rep.Failed))
		return nil
	})
}
