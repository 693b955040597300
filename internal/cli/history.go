package cli

import (
	"context"
	"errors"
	"fmt"

	"past/crawler"
	"past/internal/evidence"
	"past/internal/history"
	"past/internal/pipeline"
)

type historyCmd struct {
	ID       string            `arg:"" help:"A record, such as NCT03537014."`
	Fetch    bool              `name:"fetch" help:"Ask ClinicalTrials.gov for the record's own older versions first (its address for that is undocumented)."`
	Endpoint map[string]string `name:"endpoint" help:"Ask this base URL instead (mirrors, tests)." placeholder:"SOURCE=URL"`
}

// historyStep is one version of a record with what it changed.
type historyStep struct {
	Version int              `json:"version"`
	Origin  string           `json:"origin"` // snapshot (our own) or register (its own history)
	Stated  string           `json:"stated,omitempty"`
	Seen    string           `json:"seen"`
	SHA256  string           `json:"payload_sha256"`
	Changes []history.Change `json:"changes"`
}

func (c *historyCmd) Run(ctx context.Context, e *Env) error {
	if c.Fetch {
		if err := c.fetch(ctx, e); err != nil {
			return err
		}
	}
	st, err := e.openStore(ctx, "history", true, false)
	if err != nil {
		return err
	}
	defer st.Close()
	versions, err := st.History(ctx, c.ID)
	if err != nil {
		return err // it names the record
	}
	last := map[string]*evidence.Record{} // by origin: a register's history and our snapshots are two lines
	var steps []historyStep
	for _, v := range versions {
		r, err := st.VersionRecord(ctx, v)
		if err != nil {
			return fmt.Errorf("version %d of %s: %w", v.Seq, c.ID, err)
		}
		s := historyStep{Version: v.Seq, Origin: v.Origin, Stated: v.Stated, Seen: v.Seen.UTC().Format("2006-01-02"), SHA256: v.PayloadSHA256, Changes: []history.Change{}}
		if before := last[v.Origin]; before != nil {
			s.Changes = history.Diff(before, &r)
		}
		last[v.Origin] = &r
		steps = append(steps, s)
	}
	if e.Globals.JSON {
		return e.printJSON(steps)
	}
	for _, s := range steps {
		fmt.Fprintf(e.Stdout, "%s version %d, seen %s", s.Origin, s.Version, s.Seen)
		if s.Stated != "" {
			fmt.Fprintf(e.Stdout, ", dated %s by the register", s.Stated)
		}
		fmt.Fprintln(e.Stdout)
		for _, ch := range s.Changes {
			fmt.Fprintf(e.Stdout, "  %s %s: %s → %s\n", ch.Field, ch.Kind, short(ch.Before), short(ch.After))
		}
	}
	return nil
}

// short keeps a long text to one line.
func short(s string) string {
	if s == "" {
		return "(nothing)"
	}
	if r := []rune(s); len(r) > 100 {
		return string(r[:97]) + "…"
	}
	return s
}

// fetch keeps the register's own older versions of the record.
func (c *historyCmd) fetch(ctx context.Context, e *Env) (err error) {
	st, err := e.openStore(ctx, "history", false, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return pipeline.FetchHistory(ctx, st, crawler.Options{Endpoints: c.Endpoint, Contact: e.Globals.Contact, Version: e.Version}, c.ID)
}
