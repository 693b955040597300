package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"past/internal/check"
	"past/internal/cite"
	"past/internal/edition"
	"past/internal/text"
)

type checkCmd struct {
	reviewFlag
	Docs    []string `arg:"" name:"doc" help:"Markdown, HTML, Word (.docx) or plain text, or folders of them."`
	SARIF   bool     `name:"sarif" help:"Print SARIF 2.1.0 for code hosts."`
	Fix     bool     `name:"fix" help:"Put keys and numbers that are marked as ours right; never the prose."`
	Notes   bool     `name:"notes" help:"Also list notes, such as sources that the database does not hold."`
	Edition string   `name:"edition" help:"An edition.json to check against, instead of the database's latest." placeholder:"FILE"`
}

func (c *checkCmd) Run(ctx context.Context, e *Env) error {
	files, left, err := check.Files(c.Docs)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no document to check: %s of other kinds or hidden (documents are %s)", text.Count(left, "file"),
			strings.Join(check.Extensions, " "))
	}
	p, err := e.openFresh(ctx, "check", c.Review)
	if err != nil {
		return err
	}
	st := p.Store
	defer st.Close()
	doc, err := e.editionToCite(ctx, p)
	if err == nil && c.Edition != "" {
		doc, err = editionFile(c.Edition)
	}
	if err != nil {
		return err
	}
	shelf, err := cite.NewShelf(ctx, st, doc, "", time.Time{})
	if err != nil {
		return err
	}
	known, err := check.NewKnown(ctx, st, shelf, func(id string) (edition.Document, bool) {
		d, err := editionByID(ctx, st, id, "")
		return d, err == nil
	})
	if err != nil {
		return err
	}
	notices, err := p.Notices(ctx)
	if err != nil {
		return err
	}
	known.Heed(notices)
	r := check.Report{Edition: doc.ID, Files: len(files), LeftOut: left}
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.one(name, known, &r)
	}
	r.Sort()
	if r.Empty == len(files) {
		return fmt.Errorf("nothing to check: %s without text", text.Count(r.Empty, "document"))
	}
	return c.print(e, r)
}

func (c *checkCmd) one(name string, known *check.Known, r *check.Report) {
	if c.Fix {
		n, why, err := check.FixFile(name, known)
		r.Fixed += n
		if err != nil {
			why = err.Error()
		}
		if why != "" {
			r.Issues = append(r.Issues, check.Issue{File: name, Line: 1, Rule: check.Unreadable, Level: check.Note, Message: "not fixed: " + why})
		}
	}
	src, err := check.ReadFile(name)
	if err != nil {
		r.Issues = append(r.Issues, check.Issue{File: name, Line: 1, Rule: check.Unreadable, Level: check.Error, Message: err.Error()})
		return
	}
	if src.Empty() {
		r.Empty++
	}
	issues, refs, bound := check.Document(src, known)
	r.References += refs
	r.Bound += bound
	r.Issues = append(r.Issues, issues...)
}

func (c *checkCmd) print(e *Env, r check.Report) error {
	switch {
	case c.SARIF:
		b, err := r.SARIF(e.Version)
		if err != nil {
			return err
		}
		if _, err := e.Stdout.Write(b); err != nil {
			return err
		}
	case e.Globals.JSON:
		if err := e.printJSON(r); err != nil {
			return err
		}
	default:
		shown, notes := 0, 0
		for _, i := range r.Issues {
			if i.Level == check.Note && !c.Notes {
				notes++
				continue
			}
			shown++
			fmt.Fprintln(e.Stdout, i)
		}
		fmt.Fprintf(e.Stdout, "%s, %s, %s against edition %s: %s", text.Count(r.Files, "file"), text.Count(r.References, "reference"),
			text.Count(r.Bound, "bound sentence"), r.Edition, text.Count(shown, "issue"))
		if notes > 0 {
			fmt.Fprintf(e.Stdout, ", %s (--notes lists them)", text.Count(notes, "note"))
		}
		if r.Fixed > 0 {
			fmt.Fprintf(e.Stdout, ", %s made", text.Count(r.Fixed, "change"))
		}
		fmt.Fprintln(e.Stdout)
	}
	if r.Failing() {
		return warned()
	}
	return nil
}
