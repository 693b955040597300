package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"past/crawler"
	"past/internal/edition/publish"
	"past/internal/evidence"
	"past/internal/link"
	"past/internal/pipeline"
	"past/internal/starter"
	"past/internal/store"
	"past/internal/text"
	"past/reports"
)

type demoCmd struct {
	Dir   string `name:"dir" default:"past-demo" help:"Folder for the demonstration's own database and report." placeholder:"DIR"`
	Serve bool   `name:"serve" help:"Only serve the demonstration's registers on this machine, to try crawl on; Ctrl-C ends it."`
	Port  int    `name:"port" help:"Port for --serve; 0 takes a free one." placeholder:"N"`
}

// demoMark is a file that says that a folder is the demo's own, so that a run
// never replaces a folder of the user's.
const demoMark = "demo.txt"

// Run does the whole job on the starter set: crawl every register on loopback,
// link, extract, analyse, report. It never touches the user's own database.
func (c *demoCmd) Run(ctx context.Context, e *Env) error {
	if e.Globals.DB != os.Getenv("PAST_DB") { // the variable names the user's database, which the demo never touches
		return usage("demo keeps a database of its own under --dir; leave --db out")
	}
	if c.Port != 0 && !c.Serve || c.Port < 0 || c.Port > 65535 {
		return usage("--port is the port of --serve, from 0 to 65535")
	}
	if c.Serve {
		return c.serve(ctx, e)
	}
	if err := prepareDemo(c.Dir); err != nil {
		return err
	}
	address, stop, err := serveStarter(0)
	if err != nil {
		return err
	}
	defer stop()
	st, err := store.Open(ctx, filepath.Join(c.Dir, "past.db"), store.Options{Create: true, What: "demo"})
	if err != nil {
		return err
	}
	p := pipeline.New(st, filepath.Join(c.Dir, "review"))
	err = c.run(ctx, e, p, starter.Endpoints(address))
	return errors.Join(err, st.Close())
}

// serve keeps the registers up until ctx ends, and says how to ask them.
func (c *demoCmd) serve(ctx context.Context, e *Env) error {
	address, stop, err := serveStarter(c.Port)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Fprintf(e.Stdout,
		"the demonstration's registers (retold facts of real trials) answer on %s until Ctrl-C; ask one with, for example\n\n", address)
	fmt.Fprintf(e.Stdout, "  past crawl pubmed --db try.db --endpoint pubmed=%s\n\nthe flags of all registers, for crawl and refresh:\n\n",
		starter.Endpoints(address)["pubmed"])
	for _, name := range starter.RegisterNames() {
		fmt.Fprintf(e.Stdout, "  --source %s --endpoint %s=%s\n", name, name, starter.Endpoints(address)[name])
	}
	fmt.Fprintf(e.Stdout, "\nthe WHO's platform is never crawled; its export, for past import:\n\n  %s/ictrp/export.xml\n", address)
	<-ctx.Done()
	return nil
}

// crawlStarter asks every register side by side, then Crossref for the works
// that their records name, and takes in the export of the WHO's platform.
func (c *demoCmd) crawlStarter(ctx context.Context, e *Env, p *pipeline.Pipeline, endpoints map[string]string) error {
	sources, err := pipeline.Sources(starter.Crawled(), pipeline.SourceOptions{Works: func() ([]string, error) {
		return pipeline.KnownDOIs(ctx, p.Store)
	}})
	if err != nil {
		return err
	}
	maps.DeleteFunc(endpoints, func(name, _ string) bool { return !slices.Contains(starter.Crawled(), name) })
	question := pipeline.CrawlQuestion()
	// a substance without facts in the starter set is not asked for: an answer of
	// nothing would look like a search of the registers
	question.Substances = slices.DeleteFunc(question.Substances, func(c crawler.Concept) bool {
		return !slices.Contains(starter.Substances(),
			c.ID)
	})
	col, err := crawler.New(crawler.Options{Sources: sources, Endpoints: endpoints, Contact: "demo on loopback", Version: e.Version,
		Question: question}, p.Store)
	if err != nil {
		return err
	}
	if _, err = col.Run(ctx); err != nil {
		return fmt.Errorf("crawling the loopback registers: %w", err)
	}
	export, err := starter.ICTRPExport("xml")
	if err != nil {
		return err
	}
	posted, err := starter.PostedExport()
	if err != nil {
		return err
	}
	var files []string
	for name, b := range map[string][]byte{demoExport: export, demoPosted: posted} {
		file := filepath.Join(c.Dir, name)
		if err := os.WriteFile(file, b, 0o644); err != nil {
			return fmt.Errorf("demo folder: %w", err)
		}
		files = append(files, file)
	}
	slices.Sort(files)
	_, err = p.Import(ctx, "demo", files)
	return err
}

// The files that the demonstration imports: the export of the WHO's platform,
// and trials whose posted results alone are known.
const (
	demoExport = "ictrp-export.xml"
	demoPosted = "ctgov-posted-results.json"
)

func (c *demoCmd) run(ctx context.Context, e *Env, p *pipeline.Pipeline, endpoints map[string]string) error {
	if err := e.during("crawl", func() error { return c.crawlStarter(ctx, e, p, endpoints) }); err != nil {
		return err
	}
	if err := p.MarkStarter(ctx); err != nil {
		return err
	}
	if err := e.during("link, extract, analyse", func() error { return p.Stages(ctx) }); err != nil {
		return err
	}
	out := filepath.Join(c.Dir, "report")
	var draft *publish.Draft
	err := e.during("report", func() (err error) {
		draft, err = p.Publish(ctx, out, e.Version, "", reports.Options{}, nil)
		return err
	})
	if err != nil {
		return err
	}
	doc := draft.Doc
	if e.Globals.JSON {
		return e.printJSON(doc)
	}
	findings, err := p.Findings(ctx)
	if err != nil {
		return err
	}
	has, err := collected(ctx, p.Store)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout, "edition %s, data to %s: %s; %d studies, %d effects (retold facts of real trials)\n\n",
		doc.ID, doc.Date, has, doc.Counts["studies"], doc.Counts["effects"])
	headline, err := p.Headline()
	if err != nil {
		return err
	}
	e.printFindings(findings, headline)
	fmt.Fprintf(e.Stdout, "\nreport: %s\n", filepath.Join(out, "index.html"))
	return nil
}

// collected says what was collected: a trial may stand in several registers,
// which are records of their own, and a paper in several, which are not.
func collected(ctx context.Context, st *store.Store) (string, error) {
	trials, papers, registers, datasets := map[string]bool{}, map[string]bool{}, map[string]bool{}, 0
	for r, err := range st.Records(ctx, store.RecordFilter{WithoutGone: true}) {
		if err != nil {
			return "", fmt.Errorf("counting records: %w", err)
		}
		switch r.Kind {
		case evidence.KindTrial:
			trials[r.ID], registers[r.Source] = true, true
		case evidence.KindPublication:
			papers[link.PaperID(&r)] = true
		case evidence.KindDataset:
			datasets++
		}
	}
	return fmt.Sprintf("%s from %s, %s, %s", text.Count(len(trials), "trial record"), text.Count(len(registers), "register"),
		text.Count(len(papers), "publication"), text.Count(datasets, "dataset")), nil
}

// prepareDemo makes the folder with the starter's review files; a former
// demonstration in it is replaced, anything else is left alone.
func prepareDemo(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("demo folder: %w", err)
	case len(entries) > 0:
		if _, err := os.Stat(filepath.Join(dir, demoMark)); err != nil {
			return fmt.Errorf("demo folder %s holds files that are not the demo's; name another with --dir", dir)
		}
		for _, old := range []string{"past.db", "past.db-wal", "past.db-shm", "past.db.lock", "report", "review", demoExport, demoPosted} {
			if err := os.RemoveAll(filepath.Join(dir, old)); err != nil {
				return fmt.Errorf("demo folder: %w", err)
			}
		}
	}
	files, err := starter.ReviewFiles()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "review"), 0o755); err != nil {
		return fmt.Errorf("demo folder: %w", err)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, "review", name), b, 0o644); err != nil {
			return fmt.Errorf("demo folder: %w", err)
		}
	}
	return os.WriteFile(filepath.Join(dir, demoMark),
		[]byte("This folder belongs to past demo; each run replaces its database, review files and report.\n"), 0o644)
}

// serveStarter serves the starter set's registers on loopback, and nowhere
// else.
func serveStarter(port int) (address string, stop func(), err error) {
	h, err := starter.Registers()
	if err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return "", nil, fmt.Errorf("loopback registers: %w", err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(l) }()
	return "http://" + l.Addr().String(), func() { _ = srv.Close() }, nil
}
