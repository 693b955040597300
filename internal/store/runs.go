package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"past/internal/store/value"
	"time"
)

// LatestRuns lists the latest run of each stage, in the order in which they
// began.
func (s *Store) LatestRuns(ctx context.Context) ([]Run, error) {
	return s.runs(ctx, "WHERE run_no IN (SELECT max(run_no) FROM run GROUP BY stage) ORDER BY run_no")
}

// OpenRuns lists the runs that have not ended: one that is at work, and those
// that were killed.
func (s *Store) OpenRuns(ctx context.Context) ([]Run, error) {
	return s.runs(ctx, "WHERE ended IS NULL ORDER BY run_no")
}

func (s *Store) runs(ctx context.Context, rest string, args ...any) ([]Run, error) {
	return collect(each(ctx, s, "read runs", scanRun, `SELECT id, stage, coalesce(args, ''), coalesce(parent, ''), pid, host, `+
		`started, ended, exit, coalesce(error, ''), counts
		FROM run `+rest, args...))
}

func scanRun(scan func(...any) error) (Run, error) {
	var r Run
	var started string
	var ended, counts sql.NullString
	var exit sql.NullInt64
	if err := scan(&r.ID, &r.Stage, &r.Args, &r.Parent, &r.PID, &r.Host, &started, &ended, &exit, &r.Error, &counts); err != nil {
		return r, err
	}
	if err := moments(started, &r.Started); err != nil {
		return r, err
	}
	if ended.Valid {
		t, err := value.Moment(ended.String)
		if err != nil {
			return r, err
		}
		r.Ended = &t
	}
	if exit.Valid {
		n := int(exit.Int64)
		r.Exit = &n
	}
	if counts.Valid {
		return r, json.Unmarshal([]byte(counts.String), &r.Counts)
	}
	return r, nil
}

// Run is one run of a stage.
type Run struct {
	ID      string           `json:"id"`
	Stage   string           `json:"stage"` // crawl, link, extract, analyse, gate, publish, refresh, …
	Args    string           `json:"args,omitempty"`
	Started time.Time        `json:"started"`
	Ended   *time.Time       `json:"ended,omitempty"` // nil: still running, or killed
	Exit    *int             `json:"exit,omitempty"`
	Error   string           `json:"error,omitempty"`
	Counts  map[string]int64 `json:"counts,omitempty"`
	PID     int              `json:"pid"`
	Host    string           `json:"host"`
	Parent  string           `json:"parent,omitempty"` // the refresh run it belongs to
}

// BeginRun records that a stage has started. Run.ID must be new; PID and Host
// are filled in when empty.
func (s *Store) BeginRun(ctx context.Context, r Run) error {
	if r.ID == "" || r.Stage == "" {
		return errors.New("begin run: a run needs an id and a stage")
	}
	if r.PID == 0 {
		r.PID = os.Getpid()
	}
	if r.Host == "" {
		r.Host, _ = os.Hostname() // a run without a host name is still a run
	}
	if r.Started.IsZero() {
		r.Started = s.opt.Now()
	}
	err := s.write(ctx, func(c *conn) error {
		return c.exec("INSERT INTO run (id, stage, args, parent, pid, host, started) VALUES (?, ?, ?, ?, ?, ?, ?)",
			r.ID, r.Stage, value.Null(r.Args), value.Null(r.Parent), r.PID, r.Host, value.Time(r.Started))
	})
	if err != nil {
		return fmt.Errorf("begin run %s: %w", r.ID, err)
	}
	return nil
}

// EndRun records how a stage ended.
func (s *Store) EndRun(ctx context.Context, id string, ended time.Time, exit int, errText string, counts map[string]int64) error {
	var doc any
	if len(counts) > 0 {
		b, err := json.Marshal(counts)
		if err != nil {
			return fmt.Errorf("end run %s: %w", id, err)
		}
		doc = string(b)
	}
	err := s.write(ctx, func(c *conn) error {
		n, err := c.change("UPDATE run SET ended = ?, exit = ?, error = ?, counts = ? WHERE id = ?",
			value.Time(ended), exit, value.Null(errText), doc, id)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("end run %s: %w", id, err)
	}
	return nil
}

// Runs lists the latest runs, newest first; limit 0 lists all.
func (s *Store) Runs(ctx context.Context, limit int) ([]Run, error) {
	if limit <= 0 {
		limit = -1
	}
	return s.runs(ctx, "ORDER BY run_no DESC LIMIT ?", limit)
}

// Edition is a published edition. Document is the whole of edition.json: the
// store keeps it as it is.
type Edition struct {
	ID              string          `json:"id"`
	Date            string          `json:"date,omitempty"` // the data's cut-off
	DataHash        string          `json:"data_hash"`
	SoftwareVersion string          `json:"software_version"`
	PublishedAt     time.Time       `json:"published_at"`
	Run             string          `json:"run,omitempty"`
	Document        json.RawMessage `json:"document,omitempty"`
}

// AddEdition keeps an edition with the changes it brings, in one transaction.
// An edition that is already there is left as it is and false returned: the
// same data makes the same edition. A change whose id is known is not listed
// again.
func (s *Store) AddEdition(ctx context.Context, e Edition, changes []Change) (added bool, err error) {
	if e.ID == "" {
		return false, errors.New("add edition: it has no id")
	}
	err = s.write(ctx, func(c *conn) error {
		n, err := c.number("SELECT count(*) FROM edition WHERE id = ?", e.ID)
		if err != nil || n > 0 {
			return err
		}
		if err := c.exec(`INSERT INTO edition (id, date, data_hash, software_version, published_at, run, document) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			e.ID, e.Date, e.DataHash, e.SoftwareVersion, value.Time(e.PublishedAt), value.Null(e.Run), squeeze(e.Document)); err != nil {
			return err
		}
		no, err := c.number("SELECT edition_no FROM edition WHERE id = ?", e.ID)
		if err != nil {
			return err
		}
		for _, ch := range changes {
			if err := c.addChange(no, ch, e.PublishedAt); err != nil {
				return fmt.Errorf("change %s: %w", ch.ID, err)
			}
		}
		added = true
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("add edition %s: %w", e.ID, err)
	}
	return added, nil
}

func (c *conn) addChange(edition int64, ch Change, published time.Time) error {
	if ch.ID == "" {
		return errors.New("it has no id")
	}
	if ch.At.IsZero() {
		ch.At = published
	}
	return c.exec(`INSERT INTO change (id, edition_no, at, kind, subject, title, before, after, cause, detail)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, ch.ID, edition, value.Time(ch.At), ch.Kind, ch.Subject, ch.Title,
		value.Null(ch.Before), value.Null(ch.After), value.Null(ch.Cause), value.Null(string(ch.Detail)))
}

const editionColumns = "id, date, data_hash, software_version, published_at, coalesce(run, '')"

func scanEdition(scan func(...any) error, more ...any) (e Edition, err error) {
	var at string
	if err := scan(append([]any{&e.ID, &e.Date, &e.DataHash, &e.SoftwareVersion, &at, &e.Run}, more...)...); err != nil {
		return e, err
	}
	return e, moments(at, &e.PublishedAt)
}

// Editions lists the editions, oldest first, without their documents.
func (s *Store) Editions(ctx context.Context) ([]Edition, error) {
	return collect(each(ctx, s, "read editions", func(scan func(...any) error) (Edition, error) {
		return scanEdition(scan)
	}, "SELECT "+editionColumns+" FROM edition ORDER BY edition_no"))
}

// Edition gives one edition; id "" is the latest. The error wraps
// [ErrNotFound] when there is none.
func (s *Store) Edition(ctx context.Context, id string) (Edition, error) {
	var doc []byte
	row := s.r.QueryRowContext(ctx,
		"SELECT "+editionColumns+", document FROM edition WHERE ?1 = '' OR id = ?1 ORDER BY edition_no DESC LIMIT 1", id)
	e, err := scanEdition(row.Scan, &doc)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return Edition{}, fmt.Errorf("edition %s: %w", id, s.explain(err))
	}
	_, dec := zstdTools()
	if e.Document, err = dec.DecodeAll(doc, nil); err != nil {
		return Edition{}, fmt.Errorf("edition %s: %w: %v", e.ID, ErrCorrupt, err)
	}
	return e, nil
}

// Change is one thing that an edition changed against the one before it.
type Change struct {
	ID      string          `json:"id"`      // stable: nothing is told twice
	Edition string          `json:"edition"` // that brought it
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"`    // trial-registered, estimate-moved, …
	Subject string          `json:"subject"` // id of the record, finding or claim
	Title   string          `json:"title"`
	Before  string          `json:"before,omitempty"`
	After   string          `json:"after,omitempty"`
	Cause   string          `json:"cause,omitempty"`
	Detail  json.RawMessage `json:"detail,omitempty"`
}

// Changes lists the changes of all editions after the given one ("": all), in
// the order of editions. The error wraps [ErrNotFound] for an unknown edition.
func (s *Store) Changes(ctx context.Context, sinceEdition string) ([]Change, error) {
	since := int64(0)
	if sinceEdition != "" {
		err := s.r.QueryRowContext(ctx, "SELECT edition_no FROM edition WHERE id = ?", sinceEdition).Scan(&since)
		if errors.Is(err, sql.ErrNoRows) {
			err = ErrNotFound
		}
		if err != nil {
			return nil, fmt.Errorf("changes since edition %s: %w", sinceEdition, s.explain(err))
		}
	}
	return collect(each(ctx, s, "read changes", func(scan func(...any) error) (ch Change, err error) {
		var at, detail string
		if err := scan(&ch.ID, &ch.Edition, &at, &ch.Kind, &ch.Subject, &ch.Title, &ch.Before, &ch.After, &ch.Cause, &detail); err != nil {
			return ch, err
		}
		if detail != "" {
			ch.Detail = json.RawMessage(detail)
		}
		return ch, moments(at, &ch.At)
	}, `SELECT c.id, e.id, c.at, c.kind, c.subject, c.title, coalesce(c.before, ''), coalesce(c.after, ''), coalesce(c.cause, ''),
		coalesce(c.detail, '') FROM change c JOIN edition e USING (edition_no) WHERE c.edition_no > ? ORDER BY c.edition_no, c.change_no`, since))
}

// ClaimNotice reserves a notification: it returns true once for a key and
// channel, false ever after, so that nothing is sent twice.
func (s *Store) ClaimNotice(ctx context.Context, channel, key string, at time.Time) (bool, error) {
	var n int64
	err := s.write(ctx, func(c *conn) (err error) {
		n, err = c.change("INSERT INTO notice (channel, key, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", channel, key, value.Time(at))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("claim notice %s %s: %w", channel, key, err)
	}
	return n > 0, nil
}

// ReleaseNotice gives a reservation back after sending has failed.
func (s *Store) ReleaseNotice(ctx context.Context, channel, key string) error {
	err := s.write(ctx, func(c *conn) error {
		return c.exec("DELETE FROM notice WHERE channel = ? AND key = ?", channel, key)
	})
	if err != nil {
		return fmt.Errorf("release notice %s %s: %w", channel, key, err)
	}
	return nil
}

// GateVerdict is the outcome of the gate before an edition.
type GateVerdict struct {
	Run        string          `json:"run"`
	At         time.Time       `json:"at"`
	Passed     bool            `json:"passed"`
	Reasons    json.RawMessage `json:"reasons,omitempty"`
	AcceptedBy string          `json:"accepted_by,omitempty"`
	AcceptedAt *time.Time      `json:"accepted_at,omitempty"`
	Why        string          `json:"why,omitempty"`
}

// AddGate keeps a gate's outcome; a run's later outcome replaces its earlier.
func (s *Store) AddGate(ctx context.Context, g GateVerdict) error {
	err := s.write(ctx, func(c *conn) error {
		return c.exec(`INSERT INTO gate (run, at, passed, reasons) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET at = excluded.at, passed = excluded.passed, reasons = excluded.reasons,
			accepted_by = NULL, accepted_at = NULL, why = NULL`, g.Run, value.Time(g.At), g.Passed, value.Null(string(g.Reasons)))
	})
	if err != nil {
		return fmt.Errorf("keep gate outcome of run %s: %w", g.Run, err)
	}
	return nil
}

// AcceptGate records that a person lets a refused run pass. The error wraps
// [ErrNotFound] for a run that the gate did not refuse.
func (s *Store) AcceptGate(ctx context.Context, run, by, why string, at time.Time) error {
	err := s.write(ctx, func(c *conn) error {
		n, err := c.change("UPDATE gate SET accepted_by = ?, accepted_at = ?, why = ? WHERE run = ? AND NOT passed", by, value.Time(at), why, run)
		if err == nil && n == 0 {
			err = fmt.Errorf("a refused run of this name was %w", ErrNotFound)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("accept run %s: %w", run, err)
	}
	return nil
}

// Gates lists gate outcomes, newest first; limit 0 lists all.
func (s *Store) Gates(ctx context.Context, limit int) ([]GateVerdict, error) {
	if limit <= 0 {
		limit = -1
	}
	return collect(each(ctx, s, "read gate outcomes", func(scan func(...any) error) (g GateVerdict, err error) {
		var at, reasons string
		var accepted sql.NullString
		if err := scan(&g.Run, &at, &g.Passed, &reasons, &g.AcceptedBy, &accepted, &g.Why); err != nil {
			return g, err
		}
		if reasons != "" {
			g.Reasons = json.RawMessage(reasons)
		}
		if accepted.Valid {
			var t time.Time
			if err := moments(accepted.String, &t); err != nil {
				return g, err
			}
			g.AcceptedAt = &t
		}
		return g, moments(at, &g.At)
	}, `SELECT run, at, passed, coalesce(reasons, ''), coalesce(accepted_by, ''), accepted_at, coalesce(why, '') FROM gate
		ORDER BY at DESC, run DESC LIMIT ?`, limit))
}
