package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"past/internal/cite"
	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/export"
	"past/internal/pipeline"
	"past/internal/store"
	"past/internal/text"
	"past/reports"
)

type exportCmd struct {
	reviewFlag
	Format  string   `name:"format" short:"f" required:"" placeholder:"NAME" enum:"csv,json,parquet,metapsy,revman,r,sqlite,ris,prisma,docx,md,figures" help:"csv, json, parquet, metapsy, revman, r, sqlite, ris, prisma, docx, md or figures (docx and md: tables, forest plots and texts for a manuscript; figures: forest plots as SVG, PDF and PNG)."`
	Table   []string `name:"table" help:"Table to export (repeatable; default: all). For csv, json and parquet." placeholder:"NAME"`
	Finding []string `name:"finding" help:"Finding to write (repeatable; default: all with numbers). For docx, md and figures." placeholder:"ID"`
	Out     string   `name:"out" short:"o" help:"Folder or file to write to; - is standard output." placeholder:"DIR|FILE|-"`
}

// exporter is one run of past export.
type exporter struct {
	*exportCmd
	e     *Env
	st    *store.Store
	p     *pipeline.Pipeline
	doc   edition.Document
	notes []string // what could not be exported, a warning
}

func (c *exportCmd) Run(ctx context.Context, e *Env) error {
	for _, t := range c.Table {
		if !slices.Contains(store.TableNames(), t) {
			return usage("no table is called %q; there are %s", t, strings.Join(store.TableNames(), ", "))
		}
	}
	if len(c.Table) > 0 && !slices.Contains([]string{"csv", "json", "parquet"}, c.Format) {
		return usage("--table goes with csv, json and parquet; %s has one layout", c.Format)
	}
	if len(c.Finding) > 0 && !slices.Contains([]string{"docx", "md", "figures"}, c.Format) {
		return usage("--finding goes with docx, md and figures")
	}
	p, err := e.openFresh(ctx, "export", c.Review)
	if err != nil {
		return err
	}
	st := p.Store
	defer st.Close()
	x := &exporter{exportCmd: c, e: e, st: st, p: p}
	// A single table is rows of the store and needs no edition.
	if x.doc, err = p.Document(ctx, e.Version); err != nil {
		return err
	}
	run := map[string]func(context.Context) error{"csv": x.tables, "json": x.tables, "parquet": x.tables, "metapsy": x.metapsy,
		"revman": x.revman,
		"r":      x.scripts, "sqlite": x.sqlite, "ris": x.ris, "prisma": x.prisma, "docx": x.manuscript, "md": x.manuscript,
		"figures": x.figures}[c.Format]
	if err := run(ctx); err != nil {
		return err
	}
	if len(x.notes) > 0 {
		for _, n := range x.notes {
			fmt.Fprintln(e.Stderr, "past: not exported:", n)
		}
		return warned()
	}
	return nil
}

func (x *exporter) identity() export.Edition {
	return export.Edition{ID: x.doc.ID, Date: x.doc.Date, DataHash: x.doc.DataHash, SoftwareVersion: x.doc.SoftwareVersion,
		Starter: x.doc.Starter}
}

// toStream reports whether one file goes to standard output: it was asked for,
// or one table was named without a place.
func (x *exporter) toStream(single bool) bool {
	return x.Out == "-" || x.Out == "" && single
}

// toFile reports whether --out names a file of the format rather than a folder.
func (x *exporter) toFile(suffix string) bool {
	return strings.HasSuffix(strings.ToLower(x.Out), suffix)
}

func (x *exporter) dir() string {
	if x.Out == "" {
		return "past-export"
	}
	return x.Out
}

func (x *exporter) tables(ctx context.Context) error {
	tables := x.Table
	if len(tables) == 0 {
		tables = store.TableNames()
	}
	one := func(w io.Writer) error {
		var err error
		switch x.Format {
		case "csv":
			_, err = export.CSV(ctx, x.st, tables[0], w)
		case "json":
			_, err = export.Table(ctx, x.st, tables[0], w)
		default:
			_, err = export.ParquetTable(ctx, x.st, tables[0], w, x.identity())
		}
		return err
	}
	suffix := "." + x.Format
	switch {
	case x.toStream(len(x.Table) == 1) || x.toFile(suffix):
		if len(tables) != 1 {
			return usage("name one --table to write it to one file or to standard output, or a folder with --out DIR")
		}
		if !x.toFile(suffix) {
			return one(x.e.Stdout)
		}
		return export.WriteStream(x.Out, one)
	case x.Format == "csv":
		counts, err := export.Package(ctx, x.st, tables, x.dir(), x.identity())
		return x.done(err, tables, counts)
	case x.Format == "parquet":
		counts, err := export.Parquet(ctx, x.st, tables, x.dir(), x.identity())
		return x.done(err, tables, counts)
	}
	counts := map[string]int{}
	for _, t := range tables {
		err := export.WriteStream(filepath.Join(x.dir(), t+".json"), func(w io.Writer) (err error) {
			counts[t], err = export.Table(ctx, x.st, t, w)
			return err
		})
		if err != nil {
			return err
		}
	}
	return x.done(nil, tables, counts)
}

// manuscript writes the parts of a paper for findings: a Word document, or
// Markdown with its pictures beside it.
func (x *exporter) manuscript(ctx context.Context) error {
	ed, err := x.p.ReportEdition(ctx, x.doc)
	if err != nil {
		return err
	}
	m, err := reports.NewManuscript(ed, x.Finding...)
	if err != nil {
		return usage("%v", err)
	}
	suffix := "." + x.Format
	path := x.Out
	if !x.toFile(suffix) {
		name := "manuscript"
		if len(x.Finding) == 1 {
			name = x.Finding[0]
		}
		path = filepath.Join(x.dir(), name+suffix)
	}
	if x.Format == "docx" {
		err = export.WriteStream(path, m.Docx)
	} else {
		text, files := m.Markdown()
		for name, body := range files {
			if err := export.WriteFile(filepath.Join(filepath.Dir(path), name), body); err != nil {
				return err
			}
		}
		err = export.WriteFile(path, text)
	}
	if err != nil {
		return err
	}
	if x.e.Globals.JSON {
		return x.e.printJSON(map[string]any{"edition": x.doc.ID, "format": x.Format, "out": path})
	}
	fmt.Fprintf(x.e.Stdout, "edition %s, %s in %s\n", x.doc.ID, x.Format, path)
	return nil
}

// figures writes the forest plots of findings as files.
func (x *exporter) figures(ctx context.Context) error {
	if x.Out == "-" {
		return usage("figures are many files: name a folder with --out DIR")
	}
	ed, err := x.p.ReportEdition(ctx, x.doc)
	if err != nil {
		return err
	}
	n := 0
	err = reports.Figures(ed, x.Finding, func(name string, body []byte) error {
		n++
		return export.WriteFile(filepath.Join(x.dir(), name), body)
	})
	if err != nil {
		return err
	}
	if n == 0 {
		x.notes = append(x.notes, "no finding has a number, so there is no figure")
	}
	if x.e.Globals.JSON {
		return x.e.printJSON(map[string]any{"edition": x.doc.ID, "format": x.Format, "out": x.dir(), "files": n})
	}
	fmt.Fprintf(x.e.Stdout, "edition %s, %s in %s\n", x.doc.ID, text.Count(n, "file"), x.dir())
	return nil
}

func (x *exporter) done(err error, tables []string, counts map[string]int) error {
	if err != nil {
		return err
	}
	if x.e.Globals.JSON {
		return x.e.printJSON(map[string]any{"edition": x.doc.ID, "format": x.Format, "out": x.dir(), "rows": counts})
	}
	for _, t := range tables {
		fmt.Fprintf(x.e.Stdout, "%-18s %s\n", t, text.Count(counts[t], "row"))
	}
	fmt.Fprintf(x.e.Stdout, "edition %s, %s in %s\n", x.doc.ID, x.Format, x.dir())
	return nil
}

// single writes one document to a stream, a file or a folder.
func (x *exporter) single(name string, b []byte) error {
	if x.toStream(true) {
		_, err := x.e.Stdout.Write(b)
		return err
	}
	path := x.Out
	if !x.toFile(filepath.Ext(name)) {
		path = filepath.Join(x.Out, name)
	}
	if err := export.WriteFile(path, b); err != nil {
		return err
	}
	fmt.Fprintf(x.e.Stdout, "edition %s, %s in %s\n", x.doc.ID, x.Format, path)
	return nil
}

func (x *exporter) metapsy(ctx context.Context) error {
	var effects []evidence.Effect
	for ef, err := range x.st.Effects(ctx) {
		if err != nil {
			return err
		}
		effects = append(effects, ef)
	}
	b, err := export.Metapsy(effects)
	if err != nil {
		return err
	}
	return x.single("metapsy.csv", b)
}

func (x *exporter) revman(ctx context.Context) error {
	fs, err := x.st.Findings(ctx)
	if err != nil {
		return err
	}
	b, err := export.RevMan(fs)
	if err != nil {
		return err
	}
	return x.single("revman-data-rows.csv", b)
}

func (x *exporter) scripts(ctx context.Context) error {
	fs, err := x.st.Findings(ctx)
	if err != nil {
		return err
	}
	if x.Out == "-" {
		return usage("--format r writes one script per pooled number: name a folder with --out DIR")
	}
	n := 0
	for _, f := range fs {
		scripts, skipped := export.Scripts(f, x.doc.ID)
		for _, why := range skipped {
			if strings.HasPrefix(why, f.ID+":") { // the primary number itself
				x.notes = append(x.notes, why)
			} else {
				fmt.Fprintln(x.e.Stderr, "past: no script for", why)
			}
		}
		for _, s := range scripts {
			if err := export.WriteFile(filepath.Join(x.dir(), s.Name), []byte(s.Text)); err != nil {
				return err
			}
			n++
		}
	}
	fmt.Fprintf(x.e.Stdout, "edition %s, %s in %s; run one with: Rscript FILE.R (needs the package metafor)\n", x.doc.ID,
		text.Count(n, "script"), x.dir())
	return nil
}

func (x *exporter) sqlite(ctx context.Context) error {
	if x.Out == "-" {
		return usage("--format sqlite writes a file: name it with --out")
	}
	path := x.dir()
	if !x.toFile(".db") && !x.toFile(".sqlite") {
		path = filepath.Join(path, "past.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := x.st.Backup(ctx, path); err != nil {
		return err
	}
	meta, err := export.Datasette(ctx, x.st, store.TableNames(), x.identity())
	if err != nil {
		return err
	}
	if err := export.WriteFile(filepath.Join(filepath.Dir(path), "metadata.json"), meta); err != nil {
		return err
	}
	fmt.Fprintf(x.e.Stdout, "edition %s, copy of the database in %s; its views are described in metadata.json beside it\n", x.doc.ID, path)
	return nil
}

// ris is all included studies, once each, over all findings.
func (x *exporter) ris(ctx context.Context) error {
	shelf, err := cite.NewShelf(ctx, x.st, x.doc, "", time.Time{})
	if err != nil {
		return err
	}
	return x.single("included-studies.ris", []byte(cite.RIS(shelf.AllStudies())))
}

func (x *exporter) prisma(ctx context.Context) error {
	fs, err := x.st.Findings(ctx)
	if err != nil {
		return err
	}
	status, err := x.st.Status(ctx)
	if err != nil {
		return err
	}
	p := export.PRISMA{Edition: x.doc.ID, Date: x.doc.Date, Identified: map[string]int64{}, Gone: map[string]int64{},
		Studies: int(status.Counts.Studies), Questions: export.CountPRISMA(fs)}
	for name, s := range status.Sources {
		if s.Records > 0 {
			p.Identified[name], p.Gone[name] = s.Records, s.Gone
			p.Total += s.Records
		}
	}
	b, err := export.JSONBytes(p)
	return errors.Join(err, x.single("prisma.json", b))
}
