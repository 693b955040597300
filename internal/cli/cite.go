package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"past/internal/cite"
	"past/internal/edition"
	"past/internal/pipeline"
	"past/internal/store"
	"past/internal/wholefile"
)

type citeCmd struct {
	reviewFlag
	Keys     []string `arg:"" optional:"" name:"key" help:"A finding, claim, register id, DOI or PMID; KEY@EDITION cites an earlier edition."`
	Format   string   `name:"format" short:"f" enum:"text,bibtex,ris,csl-json" default:"text" help:"text, bibtex, ris or csl-json."`
	List     bool     `name:"list" help:"List the keys that can be cited."`
	Bare     bool     `name:"keys" help:"Print those keys alone, one a line, as completion wants them."`
	Now      bool     `name:"now" help:"With KEY@EDITION: show the finding then and now."`
	Edition  string   `name:"edition" help:"An edition.json to cite from, where the database does not hold that edition." placeholder:"FILE"`
	Base     string   `name:"base" help:"Address under which editions are published; permalinks get it in front." placeholder:"URL" env:"PAST_BASE"`
	Accessed string   `name:"accessed" help:"Day of access, YYYY-MM-DD (default: today)." placeholder:"DATE"`
	Only     bool     `name:"only" help:"The finding alone, without the studies behind it."`
}

func (c *citeCmd) Run(ctx context.Context, e *Env) error {
	if len(c.Keys) == 0 && !c.List && !c.Bare {
		return usage("name a key, or --list to see the keys; for example: past cite mdma-ptsd-severity")
	}
	accessed, err := day(c.Accessed)
	if err != nil {
		return err
	}
	p, err := e.openFresh(ctx, "cite", c.Review)
	if err != nil {
		return err
	}
	st := p.Store
	defer st.Close()
	current, err := e.editionToCite(ctx, p)
	if err != nil {
		return err
	}
	shelf, err := cite.NewShelf(ctx, st, current, c.Base, accessed)
	if err != nil {
		return err
	}
	if c.Bare {
		_, err := fmt.Fprintln(e.Stdout, strings.Join(shelf.Keys(), "\n"))
		return err
	}
	if c.List {
		return c.list(e, shelf)
	}
	if c.Now {
		return c.thenAndNow(ctx, e, st, shelf)
	}
	var items []cite.Item
	seen := map[string]bool{}
	for _, key := range c.Keys {
		some, err := c.items(ctx, st, shelf, key, accessed)
		if err != nil {
			return err
		}
		for _, it := range some {
			if !seen[it.Key+"@"+it.Version] {
				seen[it.Key+"@"+it.Version] = true
				items = append(items, it)
			}
		}
	}
	return c.write(e, items)
}

func (c *citeCmd) items(ctx context.Context, st *store.Store, shelf *cite.Shelf, key string, accessed time.Time) ([]cite.Item, error) {
	id, ed := splitPermalink(key)
	if ed != "" && ed != shelf.Document.ID {
		doc, err := editionByID(ctx, st, ed, c.Edition)
		if err != nil {
			return nil, err
		}
		if shelf, err = cite.NewShelf(ctx, st, doc, c.Base, accessed); err != nil {
			return nil, err
		}
	}
	items, err := shelf.Cite(id)
	if err == nil && c.Only {
		items = items[:1]
	}
	return items, err
}

func (c *citeCmd) write(e *Env, items []cite.Item) error {
	out := ""
	switch {
	case c.Format == "bibtex":
		out = cite.BibTeX(items)
	case c.Format == "ris":
		out = cite.RIS(items)
	case c.Format == "csl-json" || e.Globals.JSON:
		var err error
		if out, err = cite.CSLJSON(items); err != nil {
			return err
		}
	default:
		out = cite.Text(items)
	}
	_, err := fmt.Fprint(e.Stdout, out)
	return err
}

func (c *citeCmd) list(e *Env, shelf *cite.Shelf) error {
	type row struct {
		Key       string `json:"key"`
		Title     string `json:"title"`
		Permalink string `json:"permalink"`
	}
	var rows []row
	for _, k := range shelf.Keys() {
		items, err := shelf.Cite(k)
		if err != nil {
			return err
		}
		rows = append(rows, row{k, items[0].Title, items[0].Location})
	}
	if e.Globals.JSON {
		return e.printJSON(rows)
	}
	w := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.Key, r.Title, r.Permalink)
	}
	return w.Flush()
}

func (c *citeCmd) thenAndNow(ctx context.Context, e *Env, st *store.Store, shelf *cite.Shelf) error {
	var all []cite.Comparison
	for _, key := range c.Keys {
		id, ed := splitPermalink(key)
		if ed == "" {
			return usage("--now needs the edition that was cited: past cite %s@EDITION --now", key)
		}
		then := shelf.Document
		if ed != shelf.Document.ID {
			var err error
			if then, err = editionByID(ctx, st, ed, c.Edition); err != nil {
				return err
			}
		}
		cmp, err := shelf.Compare(then, id)
		if err != nil {
			return err
		}
		all = append(all, cmp)
	}
	if e.Globals.JSON {
		return e.printJSON(all)
	}
	for _, cmp := range all {
		fmt.Fprint(e.Stdout, cmp.String())
	}
	return nil
}

// splitPermalink takes f/ID@EDITION, past:ID@EDITION or ID@EDITION apart.
func splitPermalink(key string) (id, ed string) {
	key = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(key, "@"), "past:"), "f/")
	if strings.HasPrefix(key, "10.") {
		return key, ""
	}
	id, ed, _ = strings.Cut(key, "@")
	return id, ed
}

// editionToCite is the latest published edition, or, where none was published
// yet, the edition that a report of this database would carry.
func (e *Env) editionToCite(ctx context.Context, p *pipeline.Pipeline) (edition.Document, error) {
	stored, err := p.Store.Edition(ctx, "")
	if err == nil && len(stored.Document) > 0 {
		return decodeEdition(stored.ID, stored.Document)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return edition.Document{}, err
	}
	return p.Document(ctx, e.Version)
}

// editionByID finds a published edition in the database, or in a file.
func editionByID(ctx context.Context, st *store.Store, id, file string) (edition.Document, error) {
	stored, err := st.Edition(ctx, id)
	if err == nil {
		return decodeEdition(id, stored.Document)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return edition.Document{}, err
	}
	if file == "" {
		return edition.Document{}, fmt.Errorf("edition %s is not among the published editions of %s; name its edition.json with --edition FILE",
			id, st.Path())
	}
	doc, err := editionFile(file)
	if err == nil && doc.ID != id {
		err = fmt.Errorf("%s is edition %s, not %s", file, doc.ID, id)
	}
	return doc, err
}

func editionFile(file string) (edition.Document, error) {
	b, err := wholefile.Read(file, maxDocument)
	if err != nil {
		return edition.Document{}, fmt.Errorf("edition: %w", err)
	}
	return decodeEdition(file, b)
}

func decodeEdition(name string, b []byte) (edition.Document, error) {
	var doc edition.Document
	if err := json.Unmarshal(b, &doc); err != nil {
		return doc, fmt.Errorf("edition %s: %w", name, err)
	}
	return doc, nil
}

func day(s string) (time.Time, error) {
	if s == "" {
		return time.Now(), nil
	}
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return t, usage("%q is no date; write YYYY-MM-DD", s)
	}
	return t, nil
}
