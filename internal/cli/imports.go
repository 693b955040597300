package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"

	"past/internal/imports"
	"past/internal/pipeline"
	"past/internal/text"
)

// importMemory is the soft limit of the heap while importing, in bytes: the process
// stays under 250 MB however large a file is.
const importMemory = 160 << 20

type importCmd struct {
	Files []string `arg:"" help:"Files, folders, .zip and .gz archives, or - for the standard input; docs/sources.md lists the formats."`
}

func (c *importCmd) Run(ctx context.Context, e *Env) (err error) {
	if err := imports.Missing(c.Files); err != nil {
		return err // before a database is made or brought up to date
	}
	st, err := e.openStore(ctx, "import", false, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	run, err := beginRun(ctx, st, "import", text.Count(len(c.Files), "file"))
	if err != nil {
		return err
	}
	defer func() { err = run.end(ctx, err) }()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(importMemory))
	p := pipeline.New(st, "")
	rep, err := p.Import(ctx, "", c.Files)
	if err != nil {
		return err
	}
	problems := rep.Problems
	run.Counts = map[string]int64{"files": int64(rep.Files), "records": int64(rep.Records), "new": int64(rep.Result.New),
		"changed": int64(rep.Result.Changed), "problems": int64(rep.ProblemCount)}
	if e.Globals.JSON {
		if err := e.printJSON(rep); err != nil {
			return err
		}
	} else {
		older := ""
		if n := rep.Result.Older; n > 0 {
			older = fmt.Sprintf(", %d older than what is held, or of its date without its results (history)", n)
		}
		fmt.Fprintf(e.Stdout, "%s read, %s: %d new, %d changed, %d unchanged%s; %s kept aside\n", text.Count(rep.Files, "file"),
			text.Count(rep.Records, "record"),
			rep.Result.New, rep.Result.Changed, rep.Result.Unchanged, older, text.Count(rep.ProblemCount, "problem"))
		for i, pr := range problems {
			if i == mostPrinted {
				fmt.Fprintf(e.Stderr, "past: and %s more; past status --problems lists them\n", text.Count(rep.ProblemCount-i, "problem"))
				break
			}
			fmt.Fprintf(e.Stderr, "past: %s: %s: %s\n", pr.Where, pr.Kind, pr.Message)
		}
	}
	var notices []string
	for _, source := range slices.Sorted(maps.Keys(rep.Drift)) {
		notices = append(notices, driftNotice(source, rep.Drift[source]))
	}
	printNotices(e.Stderr, notices)
	if rep.ProblemCount > 0 {
		return warned()
	}
	return nil
}

// mostPrinted is how many problems an import prints one by one.
const mostPrinted = 100
