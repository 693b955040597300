package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"past/crawler"
	"past/internal/pipeline"
	"past/internal/store"
	"past/internal/text"
)

type crawlCmd struct {
	reviewFlag
	Sources  []string          `arg:"" optional:"" help:"Registers to ask (default: all that can be searched; those asked by DOI or dataset only when named)."`
	Source   []string          `name:"source" help:"A register to ask; repeatable." placeholder:"NAME"`
	Since    string            `name:"since" default:"auto" help:"auto (only what changed), all, or a date YYYY-MM-DD."`
	Limit    int               `name:"limit" help:"At most this many records per register; 0 is no bound."`
	Endpoint map[string]string `name:"endpoint" help:"Ask this base URL instead (mirrors, tests)." placeholder:"SOURCE=URL"`
	DryRun   bool              `name:"dry-run" help:"Print what would be asked and ask nothing."`
}

func (c *crawlCmd) Run(ctx context.Context, e *Env) (err error) {
	names := append(append([]string{}, c.Sources...), c.Source...)
	var st *store.Store
	works := func() ([]string, error) {
		if st == nil {
			return c.storedWorks(ctx, e)
		}
		return pipeline.KnownDOIs(ctx, st)
	}
	sources, err := pipeline.Sources(names, pipeline.SourceOptions{Contact: e.Globals.Contact, PubMedKey: os.Getenv("PAST_PUBMED_API_KEY"),
		Works: works})
	if err != nil {
		return usage("%s", err)
	}
	since, err := parseSince(c.Since)
	if err != nil {
		return err
	}
	if err := e.useVocabulary(c.Review); err != nil { // a person's own substances are asked for as well
		return err
	}
	for _, id := range pipeline.Unasked() {
		e.note("no register is asked for %s: give it queries in vocabulary.yaml, such as queries: [%s], or core: false", id, id)
	}
	opt := crawler.Options{Sources: sources, Endpoints: c.Endpoint, Contact: e.Globals.Contact, CAFile: e.Globals.RegisterCA,
		Version: e.Version, Question: pipeline.CrawlQuestion(),
		All: c.Since == "all", DryRun: c.DryRun}
	opt.Question.Since, opt.Question.Limit = since, c.Limit
	log := newCrawlLog(e.Stderr)
	if !e.Globals.JSON {
		opt.Observer = log
	}
	if c.DryRun {
		col, err := crawler.New(opt, nil)
		if err != nil {
			return err
		}
		sum, err := col.Run(ctx)
		return errors.Join(err, e.printPlan(sum))
	}
	if st, err = e.openStore(ctx, "crawl", false, true); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := keepStarterApart(ctx, st, sources, c.Endpoint); err != nil {
		return err
	}
	run, err := beginRun(ctx, st, "crawl", names...)
	if err != nil {
		return err
	}
	defer func() { err = run.end(ctx, err) }()
	sum, notices, err := collect(ctx, st, opt)
	log.close()
	if sum.Run == "" { // it did not begin
		return err
	}
	printNotices(e.Stderr, notices)
	run.Counts = crawlCounts(sum)
	if perr := e.printCrawl(sum); perr != nil {
		return perr
	}
	if err != nil {
		return err
	}
	for _, s := range sum.Sources {
		if s.Problems > 0 {
			return warned()
		}
	}
	return nil
}

// keepStarterApart refuses to ask real registers for a database that holds the
// restated facts of the demonstration: they would be taken for records, and its
// marks of what is complete for the registers' own.
func keepStarterApart(ctx context.Context, st *store.Store, sources []crawler.Source, endpoints map[string]string) error {
	retold, err := pipeline.IsStarter(ctx, st)
	if err != nil || !retold {
		return err
	}
	for _, s := range sources {
		if endpoints[s.Name()] == "" {
			return fmt.Errorf("%s holds the demonstration's retold facts, which must not be mixed with a register's own records; "+
				"name a database of your own with --db", st.Path())
		}
	}
	return nil
}

// storedWorks are the works that would be asked for by DOI now: a plan opens
// no database to write.
func (c *crawlCmd) storedWorks(ctx context.Context, e *Env) ([]string, error) {
	st, err := e.openStore(ctx, "crawl", true, false)
	if err != nil {
		return nil, fmt.Errorf("works that Crossref and OpenAlex are asked for: %w", err)
	}
	defer st.Close()
	return pipeline.KnownDOIs(ctx, st)
}

// parseSince reads --since; auto and all are the zero time.
func parseSince(s string) (time.Time, error) {
	if s == "" || s == "auto" || s == "all" {
		return time.Time{}, nil
	}
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return time.Time{}, usage("--since %q is none of auto, all or a date YYYY-MM-DD", s)
	}
	return t, nil
}

func (e *Env) printCrawl(sum crawler.Summary) error {
	if e.Globals.JSON {
		return e.printJSON(sum)
	}
	w := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "source\tasked\treceived\tnew\tchanged\tunchanged\tgone\tkept aside\ttime\t")
	for _, s := range sum.Sources {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t\n", s.Source, s.Asked, s.Received, s.New, s.Changed, s.Unchanged, s.Gone,
			s.KeptAside, s.Took.Round(time.Millisecond))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, s := range sum.Sources {
		if s.Older > 0 {
			fmt.Fprintf(e.Stdout, "%s: %s older than what is held, by the register's own date, and became history\n", s.Source,
				text.Count(s.Older, "answer"))
		}
		if s.NothingNew {
			fmt.Fprintf(e.Stdout, "%s: nothing new since %s\n", s.Source, when(s.LastComplete))
		}
		if s.Problems > 0 {
			fmt.Fprintf(e.Stderr, "past: %s: %s kept aside; see \"past status --problems\"\n", s.Source, text.Count(s.Problems, "problem"))
		}
	}
	return nil
}

// printPlan prints what would be asked, in a form to paste into the register's
// web page.
func (e *Env) printPlan(sum crawler.Summary) error {
	if e.Globals.JSON {
		return e.printJSON(sum)
	}
	for _, s := range sum.Sources {
		for _, q := range s.Queries {
			fmt.Fprintf(e.Stdout, "%s  %s\n  for the web page: %s\n  request: %s %s\n", s.Source, q.Key, q.Text, cmp.Or(q.Method, "GET"), q.URL)
			if q.Body != "" {
				fmt.Fprintf(e.Stdout, "  body: %s\n", q.Body)
			}
		}
	}
	return nil
}
