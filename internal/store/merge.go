package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"past/internal/store/value"
	"strings"
)

// MergeReport says what a merge took over. All are zero where the other database
// held nothing new.
type MergeReport struct {
	Payloads   int `json:"payloads"` // bodies
	Arrivals   int `json:"arrivals"`
	Fetches    int `json:"fetches"`
	Searches   int `json:"searches"` // readings of queries
	Tombstones int `json:"tombstones"`
	Problems   int `json:"problems"`
	Runs       int `json:"runs"`
}

// Any reports whether something was taken over.
func (r MergeReport) Any() bool { return r != MergeReport{} }

// errSameFile is returned where a database is to be merged into itself.
var errSameFile = errors.New("it is this database itself")

// Merge takes over what the databases others collected: bodies, when and from
// where each came, requests, searches, tombstones, problems and the runs that
// collected. Each body is checked against its hash. Then every record is read
// again from all payloads, in the order of their arrival, so that the result does
// not depend on the order in which databases are merged, and merging twice
// changes nothing. It is one transaction. Studies and what follows are left empty
// for the pipeline. Editions, gates, and what stages keep for themselves stay
// those of this database.
func (s *Store) Merge(ctx context.Context, others []string, progress func(done, total int)) (MergeReport, RebuildReport, error) {
	var rep MergeReport
	var made RebuildReport
	err := s.write(ctx, func(c *conn) error {
		for _, path := range others {
			if err := s.mergeOne(ctx, c, path, &rep); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
		if !rep.Any() {
			return nil
		}
		if err := c.sortArrivals(); err != nil {
			return err
		}
		if err := c.exec("UPDATE tombstone SET returned_at = at"); err != nil {
			return err
		}
		now := ""
		if err := s.rebuild(ctx, c, &made, progress, func(at string) error {
			before := now
			now = at
			return c.openGraves(before, at)
		}); err != nil {
			return err
		}
		return c.openGraves(now, "9999")
	})
	if err != nil {
		return MergeReport{}, RebuildReport{}, fmt.Errorf("merge: %w", err)
	}
	return rep, made, nil
}

func (s *Store) mergeOne(ctx context.Context, c *conn, path string, rep *MergeReport) error {
	a, err := os.Stat(path)
	if err != nil {
		return err
	}
	if b, err := os.Stat(s.path); err == nil && os.SameFile(a, b) {
		return errSameFile
	}
	from, err := Open(ctx, path, Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer from.Close()
	m := merger{ctx: ctx, c: c, from: from, rep: rep, payload: map[int64]int64{}, file: map[any]any{nil: nil}}
	for _, step := range []func() error{m.files, m.arrivals, m.fetches, m.queries, m.marks, m.tombstones, m.problems, m.runs} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// merger copies one database into the transaction of another.
type merger struct {
	ctx     context.Context
	c       *conn
	from    *Store
	rep     *MergeReport
	payload map[int64]int64 // their number → ours
	file    map[any]any
}

// each gives the rows of a query to the other database.
func (m *merger) each(q string, take func(row []any) error, args ...any) error {
	rows, err := m.from.r.QueryContext(m.ctx, q, args...)
	if err != nil {
		return m.from.explain(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		row, dest := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return m.from.explain(err)
		}
		if err := take(row); err != nil {
			return err
		}
	}
	return m.from.explain(rows.Err())
}

// same is the condition that a row of ours has these values; absent ones are
// equal.
func same(columns string) string {
	return strings.ReplaceAll(columns, ", ", " IS ? AND ") + " IS ?"
}

// add inserts a row and gives its number.
func (m *merger) add(table, columns string, row []any) (int64, error) {
	err := m.c.exec("INSERT INTO "+table+" ("+columns+") VALUES (?"+strings.Repeat(", ?", len(row)-1)+")", row...)
	if err != nil {
		return 0, fmt.Errorf("table %s: %w", table, err)
	}
	return m.c.number("SELECT last_insert_rowid()")
}

func (m *merger) files() error {
	const columns = "name, member, at, bytes, sha256"
	return m.each("SELECT "+columns+", file_no FROM file ORDER BY file_no", func(row []any) error {
		theirs, row := row[5], row[:5]
		ours, ok, err := m.c.one("SELECT file_no FROM file WHERE "+same(columns), row...)
		if err == nil && !ok {
			ours = []any{int64(0)}
			ours[0], err = m.add("file", columns, row)
		}
		if err == nil {
			m.file[theirs] = ours[0]
		}
		return err
	})
}

func (m *merger) arrivals() error {
	const columns = "payload_no, kind, source, record_id, url, fetched_at, status, etag, last_modified, media_type, run, " +
		"file_no, file_offset, file_head"
	return m.each("SELECT "+columns+" FROM arrival ORDER BY arrival_no", func(row []any) error {
		if err := m.ctx.Err(); err != nil {
			return err
		}
		no, err := m.body(asInt(row[0]))
		if err != nil {
			return err
		}
		row[0], row[11] = no, m.file[row[11]]
		n, err := m.c.number("SELECT count(*) FROM arrival WHERE "+same("payload_no, kind, source, record_id, url, fetched_at"), row[:6]...)
		if err != nil || n > 0 {
			return err
		}
		m.rep.Arrivals++
		_, err = m.add("arrival", columns, row)
		return err
	})
}

// body gives our number of their body, which it copies where we do not have it.
func (m *merger) body(theirs int64) (int64, error) {
	if no, ok := m.payload[theirs]; ok {
		return no, nil
	}
	var sha, encoding string
	var size int64
	if err := m.from.r.QueryRowContext(m.ctx, "SELECT sha256, encoding, bytes FROM payload WHERE payload_no = ?", theirs).Scan(&sha,
		&encoding, &size); err != nil {
		return 0, m.from.explain(err)
	}
	no, err := m.c.number("SELECT payload_no FROM payload WHERE sha256 = ?", sha)
	if err != nil {
		return 0, err
	}
	if no == 0 {
		var body []byte
		if err := m.from.r.QueryRowContext(m.ctx, "SELECT body FROM payload WHERE payload_no = ?", theirs).Scan(&body); err != nil {
			return 0, m.from.explain(err)
		}
		if _, err := expandBody(body, encoding, size, sha); err != nil {
			return 0, err
		}
		if no, err = m.add("payload", "sha256, bytes, encoding, body", []any{sha, size, encoding, body}); err != nil {
			return 0, err
		}
		m.rep.Payloads++
	}
	m.payload[theirs] = no
	return no, nil
}

// fetches are distinguished by a hash of what they hold: a request has no key, and
// a comparison of each with all of ours would take for ever.
func (m *merger) fetches() error {
	const columns = "source, url, method, at, took_ms, status, bytes, payload_sha256, attempt, error"
	key := func(row []any) [32]byte { return sha256.Sum256(fmt.Appendf(nil, "%q", row)) }
	have := map[[32]byte]bool{}
	if err := m.c.query("SELECT "+columns+" FROM fetch", func(row []any) error { have[key(row)] = true; return nil }); err != nil {
		return err
	}
	return m.each("SELECT "+columns+" FROM fetch ORDER BY fetch_no", func(row []any) error {
		if k := key(row); have[k] {
			return nil
		} else {
			have[k] = true
		}
		m.rep.Fetches++
		_, err := m.add("fetch", columns, row)
		return err
	})
}

// queries take over the readings of each query. Where both databases have a
// query, the cursor of the later one counts.
func (m *merger) queries() error {
	const columns = "source, key, text, next, done, seen, total, since, run, at, cursor"
	return m.each("SELECT "+columns+", query_no FROM query ORDER BY query_no", func(row []any) error {
		theirs, row := row[11], row[:11]
		ours, ok, err := m.c.one("SELECT query_no, coalesce(at, '') FROM query WHERE source = ? AND key = ?", row[0], row[1])
		if err != nil {
			return err
		}
		no := int64(0)
		switch {
		case !ok:
			no, err = m.add("query", columns, row)
		default:
			no = asInt(ours[0])
			if at, _ := row[9].(string); at > value.Text(ours[1]) {
				err = m.c.exec("UPDATE query SET text = ?, next = ?, done = ?, seen = ?, total = ?, since = ?, run = ?, at = ?, cursor "+
					"= ? WHERE query_no = ?",
					append(row[2:], no)...)
			}
		}
		if err != nil {
			return err
		}
		return m.readings(theirs, no)
	})
}

func (m *merger) readings(theirs any, query int64) error {
	const columns = "query_no, since, begun_at, run, complete, total, text, substances, conditions, read_at, translation, not_found"
	return m.each("SELECT "+columns+", list_no FROM hit_list WHERE query_no = ? ORDER BY list_no", func(row []any) error {
		list, row := row[12], row[:12]
		row[0] = query
		n, err := m.c.number("SELECT count(*) FROM hit_list WHERE "+same("query_no, since, begun_at, run"), row[:4]...)
		if err != nil || n > 0 {
			return err
		}
		no, err := m.add("hit_list", columns, row)
		if err != nil {
			return err
		}
		m.rep.Searches++
		return m.each("SELECT rank, record_id FROM hit WHERE list_no = ? ORDER BY rank", func(hit []any) error {
			return m.c.exec("INSERT INTO hit (list_no, rank, record_id) VALUES (?, ?, ?)", no, hit[0], hit[1])
		}, list)
	}, theirs)
}

// marks keep the earlier day of two: the next crawl asks for a few changes twice
// rather than missing one. Two plans make none, and the next crawl reads all.
func (m *merger) marks() error {
	return m.each("SELECT source, stamp, complete, plan, skew_ms, unchanged_at FROM mark", func(row []any) error {
		return m.c.exec(`INSERT INTO mark (source, stamp, complete, plan, skew_ms, unchanged_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET stamp = min(stamp, excluded.stamp), complete = min(complete, excluded.complete),
			plan = CASE WHEN plan = excluded.plan THEN plan ELSE '' END, skew_ms = max(skew_ms, excluded.skew_ms),
			unchanged_at = min(unchanged_at, excluded.unchanged_at)`, row...)
	})
}

// tombstones are all kept, closed at first: [conn.openGraves] opens those that
// no other covers, and reading the records again closes those that a later
// answer contradicts.
func (m *merger) tombstones() error {
	const columns = "source, record_id, at, run, returned_at"
	return m.each("SELECT "+columns+" FROM tombstone ORDER BY tombstone_no", func(row []any) error {
		n, err := m.c.number("SELECT count(*) FROM tombstone WHERE source = ? AND record_id = ? AND at = ?", row[:3]...)
		if err != nil || n > 0 {
			return err
		}
		m.rep.Tombstones++
		row[4] = row[2]
		_, err = m.add("tombstone", columns, row)
		return err
	})
}

// openGraves opens the closed tombstones that were set up to a time, after
// another one, where the record has no open one.
func (c *conn) openGraves(after, upTo string) error {
	return c.exec(`UPDATE OR IGNORE tombstone SET returned_at = NULL WHERE at > ? AND at <= ? AND returned_at = at`, after, upTo)
}

// problems of payloads; those of records come back when these are read again.
func (m *merger) problems() error {
	const columns = "level, source, record_id, kind, place, message, retry, payload_sha256, at, resolved_at"
	return m.each("SELECT "+columns+" FROM problem WHERE level = 'payload' ORDER BY problem_no", func(row []any) error {
		n, err := m.c.number("SELECT count(*) FROM problem WHERE "+same("level, source, record_id, kind, place, message, payload_sha256"),
			row[0], row[1], row[2], row[3], row[4], row[5], row[7])
		if err != nil {
			return err
		}
		if n == 0 {
			m.rep.Problems++
			_, err = m.add("problem", columns, row)
			return err
		}
		return m.c.exec(`UPDATE problem SET at = min(at, ?8), resolved_at = nullif(max(coalesce(resolved_at, ''), coalesce(?9, `+
			`'')), '') WHERE level = ?1
			AND source = ?2 AND record_id = ?3 AND kind = ?4 AND place = ?5 AND message = ?6 AND payload_sha256 = ?7`,
			row[0], row[1], row[2], row[3], row[4], row[5], row[7], row[8], row[9])
	})
}

func (m *merger) runs() error {
	const columns = "id, stage, args, parent, pid, host, started, ended, exit, error, counts"
	return m.each("SELECT "+columns+" FROM run WHERE stage IN ('crawl', 'import') ORDER BY run_no", func(row []any) error {
		n, err := m.c.number("SELECT count(*) FROM run WHERE id = ?", row[0])
		if err != nil || n > 0 {
			return err
		}
		m.rep.Runs++
		_, err = m.add("run", columns, row)
		return err
	})
}

// sortArrivals numbers the arrivals by their time, and those of one moment by
// what they are; readings of queries by when they began. Numbers then say
// nothing of the order in which databases were merged.
func (c *conn) sortArrivals() error {
	for _, q := range []string{
		"PRAGMA defer_foreign_keys = ON",
		`CREATE TEMP TABLE merged AS SELECT a.arrival_no AS was, row_number() OVER (ORDER BY a.fetched_at, a.kind DESC, a.source, a.url,
			coalesce(a.file_offset, -1), p.sha256, a.arrival_no) AS no FROM arrival a JOIN payload p USING (payload_no)`,
		"CREATE INDEX temp.merged_was ON merged (was)",
		"UPDATE arrival SET arrival_no = -(SELECT no FROM temp.merged WHERE was = arrival_no)",
		"UPDATE arrival SET arrival_no = -arrival_no",
		"DROP TABLE temp.merged",
		`CREATE TEMP TABLE merged AS SELECT l.list_no AS was, row_number() OVER (ORDER BY q.source, q.key, l.begun_at, l.since, ` +
			`l.run, l.list_no) AS no
			FROM hit_list l JOIN query q USING (query_no)`,
		"CREATE INDEX temp.merged_was ON merged (was)",
		"UPDATE hit_list SET list_no = -(SELECT no FROM temp.merged WHERE was = list_no)",
		"UPDATE hit_list SET list_no = -list_no",
		"UPDATE hit SET list_no = -(SELECT no FROM temp.merged WHERE was = list_no)",
		"UPDATE hit SET list_no = -list_no",
		"DROP TABLE temp.merged",
	} {
		if err := c.exec(q); err != nil {
			return fmt.Errorf("sort the arrivals: %w", err)
		}
	}
	return nil
}
