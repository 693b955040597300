package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"past/crawler"
	"past/internal/evidence"
)

// ProblemFilter narrows [Store.Problems].
type ProblemFilter struct {
	Source   string
	RecordID string
	Resolved bool // also those that a later answer has settled
}

// Problems lists what could not be read, in the order in which it was found.
func (s *Store) Problems(ctx context.Context, f ProblemFilter) ([]evidence.Problem, error) {
	const q = `SELECT source, record_id, kind, place, message, coalesce(retry, ''), payload_sha256, at FROM problem
		WHERE (?1 = '' OR source = ?1) AND (?2 = '' OR record_id = ?2) AND (?3 OR resolved_at IS NULL) ORDER BY problem_no`
	return collect(each(ctx, s, "read problems", func(scan func(...any) error) (evidence.Problem, error) {
		var p evidence.Problem
		var at string
		if err := scan(&p.Source, &p.RecordID, &p.Kind, &p.Where, &p.Message, &p.Retry, &p.SHA256, &at); err != nil {
			return p, err
		}
		return p, moments(at, &p.At)
	}, q, f.Source, f.RecordID, f.Resolved))
}

// AddProblems keeps problems that a stage other than the crawl met. One that
// is reported again is kept once.
func (s *Store) AddProblems(ctx context.Context, ps []evidence.Problem) error {
	err := s.write(ctx, func(c *conn) error {
		for _, p := range ps {
			if err := c.addProblem(levelPayload, p, s.opt.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep problems: %w", err)
	}
	return nil
}

// Drift is a key of a source's payloads that its parser does not know.
type Drift struct {
	Source  string `json:"source"`
	Path    string `json:"path"`
	Records int    `json:"records"` // that have it
	Count   int    `json:"count"`   // how often in all
	Example string `json:"example"` // a record that has it
}

// Drift lists unknown keys by source and path: a changed schema shows here.
func (s *Store) Drift(ctx context.Context) ([]Drift, error) {
	const q = `SELECT r.source, k.key, count(*), sum(k.value), min(r.id) FROM record r, json_each(r.unknown_keys) k
		WHERE r.unknown_keys IS NOT NULL GROUP BY r.source, k.key ORDER BY r.source, k.key`
	return collect(each(ctx, s, "read unknown keys", func(scan func(...any) error) (d Drift, err error) {
		err = scan(&d.Source, &d.Path, &d.Records, &d.Count, &d.Example)
		return d, err
	}, q))
}

// QueryState is one query of a source and where it is.
type QueryState struct {
	Source string         `json:"source"`
	Key    string         `json:"key"`
	Text   string         `json:"text"`
	Cursor crawler.Cursor `json:"cursor"`
	Hits   int            `json:"hits"` // in the list that HitList gives
}

// The hit list of query q: that of its last reading, and that of its last
// complete reading without a since (where there is none, the last).
const (
	lastList = `(SELECT max(l.list_no) FROM hit_list l WHERE l.query_no = q.query_no)`
	fullList = `(SELECT l.list_no FROM hit_list l WHERE l.query_no = q.query_no
		ORDER BY (l.since IS NULL AND l.complete) DESC, l.list_no DESC LIMIT 1)`
)

// Queries lists the queries that were ever asked, by source and key.
func (s *Store) Queries(ctx context.Context) ([]QueryState, error) {
	q := `SELECT q.source, q.key, q.text, q.cursor, (SELECT count(*) FROM hit WHERE list_no = ` + fullList +
		`) FROM query q ORDER BY q.source, q.key`
	return collect(each(ctx, s, "read queries", func(scan func(...any) error) (st QueryState, err error) {
		var cursor string
		if err := scan(&st.Source, &st.Key, &st.Text, &cursor, &st.Hits); err != nil {
			return st, err
		}
		return st, json.Unmarshal([]byte(cursor), &st.Cursor)
	}, q))
}

// Hits implements [crawler.HitLister]: the hit list of a query's last reading,
// complete or not, in the register's order.
func (s *Store) Hits(ctx context.Context, source, queryKey string) ([]string, error) {
	return s.hits(ctx, source, queryKey, lastList)
}

// HitList gives the register's own hit list of a query, in its order: that of
// the last complete reading. Readings limited to recent changes are kept as
// lists of their own and stand in only where there is no other.
func (s *Store) HitList(ctx context.Context, source, queryKey string) ([]string, error) {
	return s.hits(ctx, source, queryKey, fullList)
}

func (s *Store) hits(ctx context.Context, source, queryKey, list string) ([]string, error) {
	ids, err := s.texts(ctx, "SELECT h.record_id FROM query q JOIN hit h ON h.list_no = "+list+
		" WHERE q.source = ? AND q.key = ? ORDER BY h.rank", source, queryKey)
	if err != nil {
		return nil, fmt.Errorf("hits of %s %s: %w", source, queryKey, err)
	}
	return ids, nil
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
			r.ID, r.Stage, null(r.Args), null(r.Parent), r.PID, r.Host, stampText(r.Started))
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
			stampText(ended), exit, null(errText), doc, id)
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

// Writer is who has, or last had, the store open for writing.
type Writer struct {
	PID      int       `json:"pid"`
	Host     string    `json:"host"`
	What     string    `json:"what"`
	Since    time.Time `json:"since"`
	Released time.Time `json:"released,omitzero"` // zero: at work, or it ended without closing
}

// LastWriter names the last writer; the zero Writer represents none.
func (s *Store) LastWriter(ctx context.Context) (Writer, error) {
	var w Writer
	var since string
	var released sql.NullString
	err := s.r.QueryRowContext(ctx, "SELECT pid, host, what, since, released FROM writer").Scan(&w.PID, &w.Host, &w.What, &since, &released)
	if errors.Is(err, sql.ErrNoRows) {
		return w, nil
	}
	if err == nil {
		err = moments(since, &w.Since, released.String, &w.Released)
	}
	if err != nil {
		return w, fmt.Errorf("last writer: %w", s.explain(err))
	}
	return w, nil
}

// State gives a value that a stage left under a key ("" when none).
func (s *Store) State(ctx context.Context, key string) (string, error) {
	var v string
	err := s.r.QueryRowContext(ctx, "SELECT value FROM state WHERE key = ?", key).Scan(&v)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("state %s: %w", key, s.explain(err))
	}
	return v, nil
}

// SetState keeps a value of a stage under a key; "" removes it.
func (s *Store) SetState(ctx context.Context, key, value string) error {
	err := s.write(ctx, func(c *conn) error {
		if value == "" {
			return c.exec("DELETE FROM state WHERE key = ?", key)
		}
		return c.exec("INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", key, value)
	})
	if err != nil {
		return fmt.Errorf("set state %s: %w", key, err)
	}
	return nil
}
