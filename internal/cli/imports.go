package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"past/crawler"
	"past/internal/evidence"
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
	run, err := beginRun(ctx, st, "import", plural(len(c.Files), "file"))
	if err != nil {
		return err
	}
	defer func() { err = run.end(ctx, err) }()
	p := pipeline.New(st, "")
	rep, err := p.Import(ctx, "", c.Files)
	if err != nil {
		return err
	}
	if err := st.IndexSearch(ctx); err != nil {
		return err
	}
	problems, fields := splitDrift(rep.Problems)
	run.counts = map[string]int64{"files": int64(rep.Files), "records": int64(rep.Records), "new": int64(rep.Result.New), "changed": int64(rep.Result.Changed), "problems": int64(len(problems))}
	if e.Globals.JSON {
		if err := e.printJSON(rep); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(e.Stdout, "%s read, %s: %d new, %d changed, %d unchanged; %s kept aside\n", plural(rep.Files, "file"), plural(rep.Records, "record"),
			rep.Result.New, rep.Result.Changed, rep.Result.Unchanged, plural(len(problems), "problem"))
		for i, pr := range problems {
			if i == mostPrinted {
				fmt.Fprintf(e.Stderr, "past: and %s more; past status --problems lists them\n", plural(len(problems)-i, "problem"))
				break
			}
			fmt.Fprintf(e.Stderr, "past: %s: %s: %s\n", pr.Where, pr.Kind, pr.Message)
		}
	}
	printNotices(e.Stderr, fields)
	if len(problems) > 0 {
		return warned()
	}
	return nil
}

// mostPrinted is how many problems an import prints one by one.
const mostPrinted = 100

// splitDrift takes what is no fault out of what an import met: keys that the
// parser does not know, as one notice a source.
func splitDrift(all []evidence.Problem) (problems []evidence.Problem, notices []string) {
	n := map[string]int{}
	for _, p := range all {
		if p.Kind == crawler.KindDrift {
			n[p.Source]++
		} else {
			problems = append(problems, p)
		}
	}
	for _, source := range slices.Sorted(maps.Keys(n)) {
		notices = append(notices, driftNotice(source, n[source]))
	}
	return problems, notices
}
