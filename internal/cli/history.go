package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"past/crawler"
	"past/internal/evidence"
	"past/internal/history"
	"past/internal/pipeline"
	"past/internal/store"
	"past/internal/text"
)

type historyCmd struct {
	ID       string            `arg:"" help:"A record, such as NCT03537014."`
	Fetch    bool              `name:"fetch" help:"Ask ClinicalTrials.gov for the record's own older versions first (its address for that is undocumented)."`
	Endpoint map[string]string `name:"endpoint" help:"Ask this base URL instead (mirrors, tests)." placeholder:"SOURCE=URL"`
}

// historyStep is one version of a record with what it changed, or a time in
// which the register did not have it.
type historyStep struct {
	Version int    `json:"version,omitempty"`
	Origin  string `json:"origin"` // snapshot (our own), register (its own history) or absence
	Stated  string `json:"stated,omitempty"`
	Seen    string `json:"seen"`
	// SameDate is set where the register gives this version and the one before it
	// the same date: what differs may be the format of the answer.
	SameDate bool             `json:"same_date,omitempty"`
	Until    string           `json:"until,omitempty"` // of an absence: when the record was there again
	SHA256   string           `json:"payload_sha256,omitempty"`
	Changes  []history.Change `json:"changes"`
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
	steps, err := historySteps(ctx, st, versions)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(steps)
	}
	for _, s := range steps {
		if s.Origin == originAbsence {
			fmt.Fprintf(e.Stdout, "not at the register on %s; %s\n", s.Seen, map[bool]string{true: "not found there since",
				false: "there again on " + s.Until}[s.Until == ""])
			continue
		}
		fmt.Fprintf(e.Stdout, "%s version %d, seen %s", s.Origin, s.Version, s.Seen)
		if s.Stated != "" {
			fmt.Fprintf(e.Stdout, ", dated %s by the register", s.Stated)
		}
		fmt.Fprintln(e.Stdout)
		if s.SameDate && len(s.Changes) > 0 {
			fmt.Fprintln(e.Stdout,
				"  the register gives this and the version before it the same date; what differs may be the format of the answer:")
		}
		for _, ch := range s.Changes {
			fmt.Fprintf(e.Stdout, "  %s %s: %s → %s\n", ch.Field, ch.Kind, short(ch.Before), short(ch.After))
		}
	}
	return nil
}

const originAbsence = "absence"

// historySteps compares each version with the one before it in the register's
// order, and adds the times in which the register did not have the record.
func historySteps(ctx context.Context, st *store.Store, versions []store.Version) ([]historyStep, error) {
	last := map[string]*evidence.Record{} // by origin: a register's history and our snapshots are two lines
	var steps []historyStep
	day := func(t time.Time) string { return t.UTC().Format(time.DateOnly) }
	for _, v := range versions {
		r, err := st.VersionRecord(ctx, v)
		if err != nil {
			return nil, fmt.Errorf("version %d of %s: %w", v.Seq, v.RecordID, err)
		}
		s := historyStep{Version: v.Seq, Origin: v.Origin, Stated: v.Stated, Seen: day(v.Seen), SHA256: v.PayloadSHA256,
			Changes: []history.Change{}}
		if before := last[v.Origin]; before != nil {
			s.Changes = history.Diff(before, &r)
			s.SameDate = v.Stated != "" && v.Stated == steps[len(steps)-1].Stated && (r.DataDay == "" || before.DataDay == "")
		}
		last[v.Origin] = &r
		steps = append(steps, s)
	}
	gone, err := st.Absences(ctx, versions[0].Source, versions[0].RecordID)
	for _, a := range gone {
		s := historyStep{Origin: originAbsence, Seen: day(a.From), Changes: []history.Change{}}
		if !a.To.IsZero() {
			s.Until = day(a.To)
		}
		steps = append(steps, s)
	}
	return steps, err
}

// short keeps a long text to one line.
func short(s string) string {
	if s == "" {
		return "(nothing)"
	}
	return text.Shorten(s, 98)
}

// fetch keeps the register's own older versions of the record.
func (c *historyCmd) fetch(ctx context.Context, e *Env) (err error) {
	st, err := e.openStore(ctx, "history", false, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return pipeline.FetchHistory(ctx, st, crawler.Options{Endpoints: c.Endpoint, Contact: e.Globals.Contact, CAFile: e.Globals.RegisterCA,
		Version: e.Version}, c.ID)
}
