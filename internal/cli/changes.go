package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"past/internal/edition/changes"
	"past/internal/store"
)

type changesCmd struct {
	Since   string   `name:"since" help:"Changes of all editions after this one (default: those of the latest edition)." placeholder:"EDITION"`
	All     bool     `name:"all" help:"Changes of all editions."`
	Kind    []string `name:"kind" help:"Changes of this kind only, for example estimate-moved; repeatable." placeholder:"KIND"`
	Finding string   `name:"finding" help:"Changes that bear on this finding or claim." placeholder:"ID"`
}

func (c *changesCmd) Run(ctx context.Context, e *Env) error {
	st, err := e.openStore(ctx, "changes", true, false)
	if err != nil {
		return err
	}
	defer st.Close()
	list, err := c.read(ctx, st)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(list)
	}
	if len(list) == 0 {
		fmt.Fprintln(e.Stdout, "no changes")
		return nil
	}
	edition := ""
	for _, x := range list {
		if x.Edition != edition {
			edition = x.Edition
			fmt.Fprintf(e.Stdout, "edition %s, data to %s\n", edition, x.At.Format("2006-01-02"))
		}
		mark := " "
		if changes.ReadDetail(x).Moved {
			mark = "!"
		}
		fmt.Fprintf(e.Stdout, "%s %-24s %s  %s\n", mark, strings.ReplaceAll(x.Kind, "-", " "), x.Subject, x.Title)
		for _, row := range [][2]string{{"before", x.Before}, {"now", x.After}, {"cause", x.Cause}} {
			if row[1] != "" {
				fmt.Fprintf(e.Stdout, "      %-7s %s\n", row[0], row[1])
			}
		}
	}
	return nil
}

func (c *changesCmd) read(ctx context.Context, st *store.Store) ([]store.Change, error) {
	latest, err := st.Edition(ctx, "")
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("no edition was published yet; \"past refresh\" publishes one")
	}
	if err != nil {
		return nil, err
	}
	all, err := st.Changes(ctx, c.Since)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("no edition is called %q; the latest is %s", c.Since, latest.ID)
	}
	if err != nil {
		return nil, err
	}
	out := []store.Change{}
	for _, x := range all {
		if c.Since == "" && !c.All && x.Edition != latest.ID {
			continue
		}
		if c.wanted(x) {
			out = append(out, x)
		}
	}
	return out, nil
}

func (c *changesCmd) wanted(x store.Change) bool {
	if len(c.Kind) > 0 {
		ok := false
		for _, k := range c.Kind {
			ok = ok || k == x.Kind
		}
		if !ok {
			return false
		}
	}
	if c.Finding == "" || x.Subject == c.Finding {
		return true
	}
	d := changes.ReadDetail(x)
	for _, id := range append(d.Findings, d.Claims...) {
		if id == c.Finding {
			return true
		}
	}
	return false
}
