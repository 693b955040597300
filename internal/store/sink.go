package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"past/crawler"
	"past/internal/evidence"
)

var (
	_ crawler.Sink      = (*Store)(nil)
	_ crawler.HitLister = (*Store)(nil)
	_ crawler.Memory    = (*Store)(nil)
)

// Commit keeps a batch and its cursor in one transaction: payloads (each body
// once), a version of each record whose content changed with the rows below
// it, the hit list, tombstones, problems and the cursor. Committing a batch
// again changes nothing. KeptAside counts the problems that name a payload:
// bodies and parts of bodies that gave no record.
//
// A record must name one of the batch's payloads, or a stored one, and carry a
// content hash. When a record was received is when its payload was fetched: a
// snapshot older than the current version takes its place in the history and
// leaves the current version alone.
func (s *Store) Commit(ctx context.Context, b crawler.Batch) (crawler.CommitResult, error) {
	return s.commit(ctx, b, kindSnapshot, nil)
}

// Import keeps saved payloads and their records: a Commit without a query,
// cursor or hit list. Payloads carry URL "file:NAME" and Status 0. The files
// that they are parts of, or that were read to their end, are noted with them.
func (s *Store) Import(ctx context.Context, source, run string, payloads []evidence.Payload, parsed crawler.Parsed,
	files ...File) (crawler.CommitResult, error) {
	return s.commit(ctx, crawler.Batch{
		Source: source, Run: run, Payloads: payloads, Records: parsed.Records, Problems: parsed.Problems,
	}, kindSnapshot, files)
}

// AddHistory keeps older versions of records as a register's own history
// gives them, oldest first. They stand beside our snapshots in
// [Store.History], never replace the current version and do not count for
// RecordFilter.AsOf, which asks what we had received. The record itself must
// have been stored before.
func (s *Store) AddHistory(ctx context.Context, source, run string, payloads []evidence.Payload,
	versions []evidence.Record) (crawler.CommitResult, error) {
	return s.commit(ctx, crawler.Batch{Source: source, Run: run, Payloads: payloads, Records: versions}, kindHistory, nil)
}

func (s *Store) commit(ctx context.Context, b crawler.Batch, kind string, files []File) (res crawler.CommitResult, err error) {
	if b.Source == "" {
		return res, errors.New("commit: the batch names no source")
	}
	if err := checkPayloads(b.Payloads); err != nil {
		return res, fmt.Errorf("commit %s: %w", b.Source, err)
	}
	err = s.write(ctx, func(c *conn) error {
		if err := c.noteFiles(files); err != nil {
			return err
		}
		in, err := s.newIntake(c, &b, kind)
		if err != nil {
			return err
		}
		res, err = in.run()
		return err
	})
	if err != nil {
		return crawler.CommitResult{}, fmt.Errorf("commit %s: %w", b.Source, err)
	}
	return res, nil
}

// Cursor implements [crawler.Sink].
func (s *Store) Cursor(ctx context.Context, source, queryKey string) (c crawler.Cursor, ok bool, err error) {
	c, err = document[crawler.Cursor](ctx, s, "cursor of "+source+" "+queryKey,
		"SELECT cursor FROM query WHERE source = ? AND key = ?", source, queryKey)
	if errors.Is(err, ErrNotFound) {
		return crawler.Cursor{}, false, nil
	}
	return c, err == nil, err
}

// Mark implements [crawler.Sink]; the zero Mark represents a source that was
// never read to its end.
func (s *Store) Mark(ctx context.Context, source string) (m crawler.Mark, err error) {
	var complete, unchanged sql.NullString
	var skew int64
	err = s.r.QueryRowContext(ctx, "SELECT stamp, complete, unchanged_at, plan, skew_ms FROM mark WHERE source = ?", source).
		Scan(&m.Stamp, &complete, &unchanged, &m.Plan, &skew)
	m.Skew = time.Duration(skew) * time.Millisecond
	if errors.Is(err, sql.ErrNoRows) {
		return crawler.Mark{}, nil
	}
	if err == nil {
		err = moments(complete.String, &m.Complete, unchanged.String, &m.Unchanged)
	}
	if err != nil {
		return crawler.Mark{}, fmt.Errorf("mark of %s: %w", source, s.explain(err))
	}
	return m, nil
}

// SetMark implements [crawler.Sink]. Problems of earlier crawls that name no
// record and no payload (a request that failed, a hit list that did not add
// up) are settled by it: the source has been read to its end since.
func (s *Store) SetMark(ctx context.Context, source string, m crawler.Mark) error {
	err := s.write(ctx, func(c *conn) error {
		err := c.exec(`INSERT INTO mark (source, stamp, complete, unchanged_at, plan, skew_ms) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET stamp = excluded.stamp, complete = excluded.complete, unchanged_at = excluded.unchanged_at,
			plan = excluded.plan, skew_ms = excluded.skew_ms`,
			source, m.Stamp, stamp(m.Complete), stamp(m.Unchanged), m.Plan, m.Skew.Milliseconds())
		if err != nil || m.Complete.IsZero() {
			return err
		}
		return c.exec(`UPDATE problem SET resolved_at = ?2 WHERE source = ?1 AND level = 'payload' AND record_id = '' AND payload_sha256 = ''
			AND resolved_at IS NULL AND at < ?3`, source, stampText(s.opt.Now()), stampText(m.Complete))
	})
	if err != nil {
		return fmt.Errorf("set mark of %s: %w", source, err)
	}
	return nil
}

// Known implements [crawler.Sink].
func (s *Store) Known(ctx context.Context, source string) ([]crawler.Known, error) {
	return collect(each(ctx, s, "known records of "+source, func(scan func(...any) error) (k crawler.Known, err error) {
		var seen string
		if err := scan(&k.ID, &k.Stated, &seen, &k.Filed); err != nil {
			return k, err
		}
		return k, moments(seen, &k.Seen)
	}, `SELECT r.id, coalesce(v.stated, ''), v.seen, EXISTS (SELECT 1 FROM payload p JOIN arrival a USING (payload_no)
			WHERE p.sha256 = v.payload_sha256 AND a.status = 0)
		FROM record r JOIN record_version v ON v.version_no = r.version_no WHERE r.source = ?1 AND NOT EXISTS (
		SELECT 1 FROM tombstone t WHERE t.source = ?1 AND t.record_id = r.id AND t.returned_at IS NULL) ORDER BY r.id`, source))
}

// Validators implements [crawler.Sink]: those of the last answer that came
// from the URL with a validator, empty when there was none.
func (s *Store) Validators(ctx context.Context, url string) (etag, lastModified, sha256 string, err error) {
	var e, l sql.NullString
	err = s.r.QueryRowContext(ctx, `SELECT a.etag, a.last_modified, p.sha256 FROM arrival a JOIN payload p USING (payload_no)
		WHERE a.url = ? AND (a.etag IS NOT NULL OR a.last_modified IS NOT NULL) ORDER BY a.arrival_no DESC LIMIT 1`, url).Scan(&e, &l, &sha256)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", "", nil
	}
	if err != nil {
		return "", "", "", fmt.Errorf("validators of %s: %w", url, s.explain(err))
	}
	return e.String, l.String, sha256, nil
}

// LogFetch implements [crawler.Sink]. While somebody writes, the row waits and
// goes with the next write, so that no lane is held up by another's commit; a
// crash can lose rows that wait, never rows of committed batches.
func (s *Store) LogFetch(ctx context.Context, f evidence.Fetch) error {
	if s.opt.ReadOnly {
		return fmt.Errorf("log request: %w", ErrReadOnly)
	}
	s.mu.Lock()
	s.pending = append(s.pending, f)
	s.mu.Unlock()
	select {
	case s.turn <- struct{}{}:
	default:
		return nil
	}
	defer func() { <-s.turn }()
	err := s.holding(func(c *conn) error { return s.flushFetches(c) })
	if err != nil {
		return fmt.Errorf("log request to %s: %w", f.URL, err)
	}
	return nil
}

// flushFetches writes the rows that wait. On an error they are dropped from
// memory: the error is reported, and a growing queue would only hide it.
func (s *Store) flushFetches(c *conn) error {
	s.mu.Lock()
	fs := s.pending
	s.pending = nil
	s.mu.Unlock()
	for _, f := range fs {
		err := c.exec(`INSERT INTO fetch (source, url, method, at, took_ms, status, bytes, payload_sha256, attempt, error)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, f.Source, f.URL, f.Method, stampText(f.At), f.Took.Milliseconds(), f.Status,
			f.Bytes, null(f.SHA256), f.Attempt, null(f.ErrorText))
		if err != nil {
			return err
		}
	}
	return nil
}

// texts reads a single text column.
func (s *Store) texts(ctx context.Context, q string, args ...any) ([]string, error) {
	rows, err := s.r.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, s.explain(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, s.explain(err)
		}
		out = append(out, v)
	}
	return out, s.explain(rows.Err())
}

// batchTime is the time that a batch represents where a payload has none.
func (s *Store) batchTime(b *crawler.Batch) time.Time {
	if !b.Cursor.At.IsZero() {
		return b.Cursor.At
	}
	var last time.Time
	for _, p := range b.Payloads {
		if p.FetchedAt.After(last) {
			last = p.FetchedAt
		}
	}
	if last.IsZero() {
		last = s.opt.Now()
	}
	return last
}
