package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"past/crawler"
	"past/internal/pipeline"
	"past/internal/starter"
	"past/internal/store"
	"past/reports"
)

type demoCmd struct {
	Dir string `name:"dir" default:"past-demo" help:"Folder for the demonstration's own database and report." placeholder:"DIR"`
}

// demoMark is a file that says that a folder is the demo's own, so that a run
// never replaces a folder of the user's.
const demoMark = "demo.txt"

// Run does the whole job on the starter set: crawl a loopback register, link,
// extract, analyse, report. It never touches the user's own database.
func (c *demoCmd) Run(ctx context.Context, e *Env) error {
	if e.Globals.DB != "" {
		return usage("demo keeps a database of its own under --dir; leave --db out")
	}
	if err := prepareDemo(c.Dir); err != nil {
		return err
	}
	url, stop, err := serveStarter()
	if err != nil {
		return err
	}
	defer stop()
	st, err := store.Open(ctx, filepath.Join(c.Dir, "past.db"), store.Options{Create: true, What: "demo"})
	if err != nil {
		return err
	}
	p := pipeline.New(st, filepath.Join(c.Dir, "review"))
	err = c.run(ctx, e, p, url)
	return errors.Join(err, st.Close())
}

func (c *demoCmd) run(ctx context.Context, e *Env, p *pipeline.Pipeline, url string) error {
	sources, err := pipeline.Sources([]string{"ctgov"})
	if err != nil {
		return err
	}
	col, err := crawler.New(crawler.Options{Sources: sources, Endpoints: map[string]string{"ctgov": url}, Contact: "demo on loopback", Version: e.Version, Question: pipeline.CrawlQuestion()}, p.Store)
	if err != nil {
		return err
	}
	if _, err := col.Run(ctx); err != nil {
		return fmt.Errorf("crawling the loopback register: %w", err)
	}
	if err := p.MarkStarter(ctx); err != nil {
		return err
	}
	if err := p.Stages(ctx); err != nil {
		return err
	}
	out := filepath.Join(c.Dir, "report")
	doc, err := p.Report(ctx, out, e.Version, reports.Options{})
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(doc)
	}
	findings, err := p.Findings(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout, "edition %s, data to %s: %d trials, %d studies, %d effects (retold facts of real trials)\n\n",
		doc.ID, doc.Date, doc.Counts["records"], doc.Counts["studies"], doc.Counts["effects"])
	headline, err := p.Headline()
	if err != nil {
		return err
	}
	e.printFindings(findings, headline)
	fmt.Fprintf(e.Stdout, "\nreport: %s\n", filepath.Join(out, "index.html"))
	return nil
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
		for _, old := range []string{"past.db", "past.db-wal", "past.db-shm", "past.db.lock", "report", "review"} {
			if err := os.RemoveAll(filepath.Join(dir, old)); err != nil {
				return fmt.Errorf("demo folder: %w", err)
			}
		}
	}
	files := map[string]func() ([]byte, error){
		"extractions.csv": starter.Extractions, "measured.csv": starter.Measured, "harms.csv": starter.Harms, "SOURCES.md": starter.Sources,
	}
	if err := os.MkdirAll(filepath.Join(dir, "review"), 0o755); err != nil {
		return fmt.Errorf("demo folder: %w", err)
	}
	for name, get := range files {
		b, err := get()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "review", name), b, 0o644); err != nil {
			return fmt.Errorf("demo folder: %w", err)
		}
	}
	return os.WriteFile(filepath.Join(dir, demoMark), []byte("This folder belongs to past demo; each run replaces its database, review files and report.\n"), 0o644)
}

// serveStarter serves the starter set's register on loopback.
func serveStarter() (url string, stop func(), err error) {
	h, err := starter.CTGov()
	if err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("loopback register: %w", err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(l) }()
	return "http://" + l.Addr().String() + "/api/v2", func() { _ = srv.Close() }, nil
}
