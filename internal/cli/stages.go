package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"past/internal/evidence"
	"past/internal/pipeline"
	"past/internal/store"
	"past/internal/text"
)

// reviewFlag is the folder of the review files.
type reviewFlag struct {
	Review string `name:"review" help:"Folder of the review files: extractions, decisions, questions (default: the folder review beside the database, if there is one)." placeholder:"DIR" env:"PAST_REVIEW"`
}

// openStore opens the database of this command.
func (e *Env) openStore(ctx context.Context, what string, readOnly, create bool) (*store.Store, error) {
	path, err := e.database()
	if err != nil {
		return nil, err
	}
	if e.Globals.DB == "" && !e.toldDB {
		e.toldDB = true
		fmt.Fprintf(e.Stderr, "past: the database is %s; --db names another\n", path)
	}
	if e.Globals.AsOf != "" {
		if !readOnly {
			return nil, usage("--as-of looks back and cannot be written to; %s writes", what)
		}
		if path, err = e.rebuiltAsOf(ctx, path); err != nil {
			return nil, err
		}
	}
	st, err := store.Open(ctx, path, store.Options{ReadOnly: readOnly, Create: create, What: what})
	if err != nil {
		return nil, err
	}
	if from, kept := st.Upgraded(); kept != "" {
		fmt.Fprintf(e.Stderr,
			"past: the database %s was brought from schema version %d to %d; as it was, it is kept as %s: remove that when you are content\n",
			path, from, store.SchemaVersion(), kept)
	}
	return st, nil
}

// rebuiltAsOf makes the database of --as-of, once per command, in a folder that
// goes with the command.
func (e *Env) rebuiltAsOf(ctx context.Context, path string) (string, error) {
	if e.asOfDB != "" {
		return e.asOfDB, nil
	}
	day, err := time.Parse("2006-01-02", e.Globals.AsOf)
	if err != nil {
		return "", usage("--as-of %q is no date YYYY-MM-DD", e.Globals.AsOf)
	}
	from, err := store.Open(ctx, path, store.Options{ReadOnly: true, What: "as-of"})
	if err != nil {
		return "", err
	}
	defer from.Close()
	dir, err := os.MkdirTemp("", "past-as-of-")
	if err != nil {
		return "", err
	}
	e.cleanup = append(e.cleanup, func() { _ = os.RemoveAll(dir) })
	e.asOfDB, e.asOfReview, err = pipeline.AsOf(ctx, from, day.AddDate(0, 0, 1).Add(-time.Nanosecond), dir)
	return e.asOfDB, err
}

// reviewDir is the folder of the review files for a database: that of --as-of,
// the one named, or the folder "review" beside the database. Review files are
// part of an edition's identity, so every command takes the same ones, and
// files that may belong to another database are never taken in silence.
func (e *Env) reviewDir(named, db string) (string, error) {
	beside := filepath.Join(filepath.Dir(db), "review")
	switch {
	case e.asOfReview != "":
		return e.asOfReview, nil
	case named != "":
		if info, err := os.Stat(named); err != nil {
			return "", usage("the review folder %s is not there", named)
		} else if !info.IsDir() {
			return "", usage("the review folder %s is a file", named)
		}
		if named == os.Getenv("PAST_REVIEW") && e.Globals.DB != os.Getenv("PAST_DB") && !sameFile(named, beside) {
			fmt.Fprintf(e.Stderr, "past: the review files of %s (PAST_REVIEW) are used with the database %s\n", named, db)
		}
		return named, nil
	}
	if e.Globals.otherReview != "" && !sameFile(e.Globals.otherReview, beside) {
		fmt.Fprintf(e.Stderr,
			"past: the configuration's review folder %s belongs to its own database and is not used with %s; name a folder with --review\n",
			e.Globals.otherReview, db)
	}
	if _, err := os.Lstat(beside); err != nil {
		return "", nil
	}
	return beside, nil
}

// count notes a number of a stage for the record of its run.
func (e *Env) count(name string, n int) {
	if e.counts == nil {
		e.counts = map[string]int64{}
	}
	e.counts[name] = int64(n)
}

func (e *Env) printJSON(v any) error {
	enc := json.NewEncoder(e.Stdout)
	enc.SetIndent("", " ")
	return enc.Encode(v)
}

type linkCmd struct {
	reviewFlag
	Explain string `name:"explain" help:"Show the links of a study, record or paper instead." placeholder:"ID"`
}

func (c *linkCmd) Run(ctx context.Context, e *Env) error {
	if c.Explain != "" {
		return e.explainLinks(ctx, c.Explain)
	}
	return e.withPipeline(ctx, "link", c.Review, func(p *pipeline.Pipeline) error {
		r, err := p.Link(ctx)
		if err != nil {
			return err
		}
		e.count("studies", r.Studies)
		e.count("links", r.Links)
		if e.Globals.JSON {
			return e.printJSON(r)
		}
		fmt.Fprintf(e.Stdout, "%s from records and papers, %s\n", text.Count(r.Studies, "study"), text.Count(r.Links, "link"))
		e.printLook(r.Look)
		return nil
	})
}

// maxLook is how many links that deserve a look are printed.
const maxLook = 20

// printLook shows what identifiers alone do not settle.
func (e *Env) printLook(links []evidence.Link) {
	if len(links) == 0 {
		return
	}
	fmt.Fprintf(e.Stdout, "%s to look at (undo or join them in review/links.csv):\n", text.Count(len(links), "link"))
	for _, l := range links[:min(len(links), maxLook)] {
		fmt.Fprintf(e.Stdout, "  %s, %s: %s\n", l.Kind, l.Strength, l.Reason)
	}
	if n := len(links) - maxLook; n > 0 {
		fmt.Fprintf(e.Stdout, "  and %d more (--json lists them all)\n", n)
	}
}

// explainLinks shows why records and papers stand together.
func (e *Env) explainLinks(ctx context.Context, id string) error {
	st, err := e.openStore(ctx, "link", true, false)
	if err != nil {
		return err
	}
	defer st.Close()
	links, err := st.Links(ctx, id)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(links)
	}
	for _, l := range links {
		undone := ""
		if l.Undone != "" {
			undone = "  (undone: " + l.Undone + ")"
		}
		fmt.Fprintf(e.Stdout, "%s — %s\n  %s, %s: %s%s\n", l.A, l.B, l.Kind, l.Strength, l.Reason, undone)
	}
	fmt.Fprintln(e.Stdout, text.Count(len(links), "link"))
	return nil
}

type extractCmd struct{ reviewFlag }

func (c *extractCmd) Run(ctx context.Context, e *Env) error {
	return e.withPipeline(ctx, "extract", c.Review, func(p *pipeline.Pipeline) error {
		r, err := p.Extract(ctx)
		if err != nil {
			return err
		}
		e.count("arm_results", r.ArmResults)
		e.count("contrasts", r.Contrasts)
		e.count("effects", r.Effects)
		if e.Globals.JSON {
			return e.printJSON(r)
		}
		for _, x := range []struct {
			n    int
			noun string
			of   map[evidence.Verdict]int
		}{{r.ArmResults, "arm result", r.Cells}, {r.Effects, "effect", r.Verdicts}} {
			fmt.Fprintf(e.Stdout, "%s: %d usable, %d need review, %d unusable\n", text.Count(x.n, x.noun), x.of[evidence.Usable],
				x.of[evidence.NeedsReview], x.of[evidence.Unusable])
		}
		for _, row := range r.Rows[:min(len(r.Rows), 5)] {
			fmt.Fprintf(e.Stdout, "unusable: %s: %s\n", row.Where, row.Message)
		}
		if more := len(r.Rows) - 5; more > 0 {
			fmt.Fprintf(e.Stdout, "and %s; see past review check\n", text.Count(more, "more row"))
		}
		return nil
	})
}

type analyseCmd struct {
	reviewFlag
	Question string `name:"question" help:"Answer the questions of this file instead of the shipped ones." placeholder:"FILE"`
}

func (c *analyseCmd) Run(ctx context.Context, e *Env) error {
	if e.Globals.AsOf != "" && c.Question == "" {
		return c.asOf(ctx, e)
	}
	return e.withPipeline(ctx, "analyse", c.Review, func(p *pipeline.Pipeline) error {
		if c.Question != "" {
			qs, mistakes, err := loadQuestions(c.Question)
			if err != nil {
				return err
			}
			for _, m := range mistakes {
				e.note("%s:%d: question %s: %s", c.Question, m.Line, m.ID, m.Message)
			}
			if len(qs) == 0 {
				return fmt.Errorf("%s: no question can be asked", c.Question)
			}
			p.Questions = qs
		}
		p.OwnQuestions = true
		var findings []evidence.Finding
		err := e.during("analyse", func() (err error) {
			findings, err = p.Analyse(ctx)
			return err
		})
		if err != nil {
			return err
		}
		e.count("findings", len(findings))
		doc, err := p.Document(ctx, e.Version)
		if err != nil {
			return err
		}
		if e.Globals.JSON {
			return e.printJSON(doc)
		}
		fmt.Fprintf(e.Stdout, "edition %s, %s\n\n", doc.ID, dataTo(doc.Date))
		headline, err := p.Headline()
		if err != nil {
			return err
		}
		e.printFindings(findings, headline)
		return nil
	})
}

// asOf shows the findings of the evidence of a former day.
func (c *analyseCmd) asOf(ctx context.Context, e *Env) error {
	p, err := e.openFresh(ctx, "analyse", c.Review)
	if err != nil {
		return err
	}
	defer p.Store.Close()
	doc, err := p.Document(ctx, e.Version)
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
	headline, err := p.Headline()
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout, "edition %s, %s, as of %s\n\n", doc.ID, dataTo(doc.Date), e.Globals.AsOf)
	e.printFindings(findings, headline)
	return nil
}

// dataTo names the day of the newest record; tables of people have none.
func dataTo(date string) string {
	if date == "" {
		return "no register record yet"
	}
	return "data to " + date
}
