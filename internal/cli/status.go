package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"past/internal/pipeline"
	"past/internal/store"
	"past/internal/text"
)

type statusCmd struct {
	Problems bool `name:"problems" help:"List what was kept aside, with reason and a command to retry."`
}

func (c *statusCmd) Run(ctx context.Context, e *Env) error {
	st, err := e.openStore(ctx, "status", true, false)
	if err != nil {
		return err
	}
	defer st.Close()
	if c.Problems {
		return e.printProblems(ctx, st)
	}
	s, err := st.Status(ctx)
	if err != nil {
		return err
	}
	stages, err := st.LatestRuns(ctx)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		if stages == nil {
			stages = []store.Run{}
		}
		return e.printJSON(struct {
			store.Status
			Stages []store.Run `json:"stages"`
		}{s, stages})
	}
	w := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	for _, row := range pipeline.CountList(s.Counts) {
		fmt.Fprintf(w, "%s\t%d\n", row.Name, row.N)
	}
	fmt.Fprintf(w, "problems\t%d\n", s.Problems)
	var names []string
	for n := range s.Sources {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		src := s.Sources[n]
		fmt.Fprintf(w, "%s\t%s, last answer %s\n", n, text.Count(int(src.Records), "record"), when(src.LastFetch))
	}
	for _, r := range stages {
		fmt.Fprintf(w, "past %s\t%s, %s\n", r.Stage, when(r.Started), outcomeOf(r))
	}
	return w.Flush()
}

// outcomeOf says how a run ended.
func outcomeOf(r store.Run) string {
	if r.Ended == nil || r.Exit == nil {
		return fmt.Sprintf("at work or killed (process %d on %s)", r.PID, r.Host)
	}
	word := map[int]string{ExitDone: "done", ExitFailed: "failed", ExitUsage: "called wrongly", ExitWarned: "done, with warnings",
		ExitRefused: "the gate refused"}[*r.Exit]
	text := fmt.Sprintf("%s in %s", cmp.Or(word, fmt.Sprintf("exit %d", *r.Exit)), r.Ended.Sub(r.Started).Round(time.Millisecond))
	if r.Error != "" {
		text += ": " + r.Error
	}
	return text
}

func (e *Env) printProblems(ctx context.Context, st *store.Store) error {
	ps, err := st.Problems(ctx, store.ProblemFilter{})
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(ps)
	}
	for _, p := range ps {
		fmt.Fprintf(e.Stdout, "%s\t%s\t%s\n\t%s\n", p.Source, p.Kind, p.Where, p.Message)
		if p.Retry != "" {
			fmt.Fprintf(e.Stdout, "\ttry again: %s\n", p.Retry)
		}
	}
	fmt.Fprintln(e.Stdout, text.Count(len(ps), "problem"))
	return nil
}

func when(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
