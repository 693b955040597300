package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"past/internal/browser"
	"past/internal/cite"
	"past/internal/pack"
	"past/internal/text"
	"past/internal/vocab"
)

type packCmd struct {
	reviewFlag
	Domain  []string `name:"domain" help:"Curriculum domain (repeatable; default: all six)." placeholder:"ID"`
	Out     string   `name:"out" short:"o" default:"past-pack" help:"Folder to write to." placeholder:"DIR"`
	Include []string `name:"include" help:"A text of your own for the handout: FILE, or DOMAIN=FILE (repeatable)." placeholder:"FILE"`
	PDF     bool     `name:"pdf" help:"Also print the slides as PDF with an installed Chromium."`
	Months  int      `name:"months" default:"12" help:"Months after the data's cut-off at which the material expires."`
}

func (c *packCmd) Run(ctx context.Context, e *Env) error {
	if c.Months < 1 {
		return usage("--months must be 1 or more")
	}
	p, err := e.openFresh(ctx, "pack", c.Review)
	if err != nil {
		return err
	}
	st := p.Store
	defer st.Close()
	in := pack.Input{Vocab: vocab.Default(), Months: c.Months}
	if in.Document, err = e.editionToCite(ctx, p); err != nil {
		return err
	}
	if in.Findings, err = st.Findings(ctx); err != nil {
		return err
	}
	if in.Shelf, err = cite.NewShelf(ctx, st, in.Document, "", time.Time{}); err != nil {
		return err
	}
	if in.Topics, in.Notices, in.Protocols, err = p.Knowledge(ctx); err != nil {
		return err
	}
	for _, arg := range c.Include {
		t, err := pack.ReadText(arg)
		if err != nil {
			return err
		}
		in.Texts = append(in.Texts, t)
	}
	built, err := pack.Build(in, c.Domain)
	if err != nil {
		return usage("%w", err)
	}
	files, err := pack.Files(built)
	if err != nil {
		return err
	}
	names, err := pack.Write(c.Out, files)
	if err != nil {
		return err
	}
	warnings, err := c.print(ctx, e, built)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		err = e.printJSON(map[string]any{"edition": built.Edition, "expires": built.Expires, "out": c.Out, "files": names})
	} else {
		fmt.Fprintf(e.Stdout, "edition %s, %s for %s in %s; expires %s\n", built.Edition, text.Count(len(names), "file"),
			text.Count(len(built.Domains), "domain"), filepath.Join(c.Out, "index.html"), built.Expires)
	}
	if err == nil && warnings {
		return warned()
	}
	return err
}

// print makes the PDFs; without a browser it says so and goes on.
func (c *packCmd) print(ctx context.Context, e *Env, p pack.Pack) (warnings bool, err error) {
	if !c.PDF {
		return false, nil
	}
	for _, d := range p.Domains {
		dir := filepath.Join(c.Out, d.ID)
		err := browser.Print(ctx, "", filepath.Join(dir, "slides.html"), filepath.Join(dir, "slides.pdf"))
		if errors.Is(err, browser.ErrNone) {
			fmt.Fprintln(e.Stderr, "past: no PDF:", err)
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}
