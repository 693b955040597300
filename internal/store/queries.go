package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"past/crawler"
	"past/internal/store/value"
	"time"
)

// writeQuery keeps the cursor of the batch's query and its part of the hit
// list.
func (in *intake) writeQuery() error {
	b := in.b
	if b.QueryKey == "" {
		return nil
	}
	cur := b.Cursor
	at := cur.At
	if at.IsZero() {
		at = in.at
	}
	var total any
	if cur.Total != nil {
		total = int64(*cur.Total)
	}
	doc, err := json.Marshal(cur)
	if err != nil {
		return fmt.Errorf("cursor of query %s: %w", b.QueryKey, err)
	}
	err = in.c.exec(`INSERT INTO query (source, key, text, next, done, seen, total, since, run, at, cursor) VALUES (?, ?, ?, `+
		`?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (source, key) DO UPDATE SET text = excluded.text, next = excluded.next, done = excluded.done, seen = excluded.seen,
		total = excluded.total, since = excluded.since, run = excluded.run, at = excluded.at, cursor = excluded.cursor`,
		b.Source, b.QueryKey, b.Query, cur.Next, cur.Done, cur.Seen, total, value.TimeOrNull(cur.Since), value.Null(cur.Run), value.Time(at),
		string(doc))
	if err != nil || len(b.Hits) == 0 && !cur.Done && b.Heard == nil { // a query that failed leaves its list alone
		return err
	}
	query, err := in.c.number("SELECT query_no FROM query WHERE source = ? AND key = ?", b.Source, b.QueryKey)
	if err != nil {
		return err
	}
	list, err := in.hitList(query)
	if err != nil {
		return err
	}
	for i, id := range b.Hits {
		err := in.c.exec("INSERT INTO hit (list_no, rank, record_id) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET record_id = excluded.record_id",
			list, b.HitBase+i, id)
		if err != nil {
			return err
		}
	}
	var translation, notFound any
	if b.Heard != nil {
		translation, notFound = value.Null(b.Heard.Translation), value.Array(b.Heard.NotFound)
	}
	return in.c.exec(`UPDATE hit_list SET complete = ?, total = ?, text = ?, substances = ?, conditions = ?, read_at = ?,
		translation = coalesce(?, translation), not_found = coalesce(?, not_found) WHERE list_no = ?`,
		cur.Done, total, b.Query, value.Array(b.About.Substances), value.Array(b.About.Conditions), value.Time(at), translation, notFound, list)
}

// hitList finds the list that the batch's hits belong to. The first page
// begins a new list, or begins the last one again where that was never
// finished (its page token had expired) or is of this very run.
func (in *intake) hitList(query int64) (int64, error) {
	b := in.b
	row, ok, err := in.c.one("SELECT list_no, complete, coalesce(run, ''), coalesce(since, '') FROM hit_list WHERE query_no = "+
		"? ORDER BY list_no DESC LIMIT 1", query)
	if err != nil {
		return 0, err
	}
	since, _ := value.TimeOrNull(b.Cursor.Since).(string)
	if ok {
		unfinished := asInt(row[1]) == 0
		same := value.Text(row[2]) == b.Run && value.Text(row[3]) == since
		switch {
		case b.HitBase > 0 && (unfinished || same):
			return asInt(row[0]), nil
		case b.HitBase == 0 && (unfinished || same):
			if err := in.c.exec("DELETE FROM hit WHERE list_no = ?", asInt(row[0])); err != nil {
				return 0, err
			}
			err := in.c.exec("UPDATE hit_list SET since = ?, begun_at = ?, run = ? WHERE list_no = ?",
				value.Null(since), value.Time(in.at), value.Null(b.Run), asInt(row[0]))
			return asInt(row[0]), err
		}
	}
	if err := in.c.exec("INSERT INTO hit_list (query_no, since, begun_at, run, complete) VALUES (?, ?, ?, ?, 0)",
		query, value.Null(since), value.Time(in.at), value.Null(b.Run)); err != nil {
		return 0, err
	}
	return in.c.number("SELECT max(list_no) FROM hit_list WHERE query_no = ?", query)
}

// RegisterSearch is one reading of one query at one source: what was asked,
// when, and what the register's own list held. It is the evidence behind every
// statement that something was searched for and not found.
type RegisterSearch struct {
	Source string `json:"source"`
	Key    string `json:"query_key"`
	Text   string `json:"text"` // as one can paste it into the register's page
	// Substances and Conditions are the vocabulary ids whose words the query
	// holds; none of a kind means that the query is not limited by it. Both are
	// nil in readings made before they were kept. Where one question had to be
	// cut into several queries, only all of them together cover it.
	Substances []string `json:"substances"`
	Conditions []string `json:"conditions"`

	Begun    time.Time `json:"begun"`
	Read     time.Time `json:"read"`     // when its last page came
	Complete bool      `json:"complete"` // read to its end
	Total    *int      `json:"total"`    // the register's own count, where it gives one
	Hits     int       `json:"hits"`     // distinct ids on the pages that were read
	// Since is set for a reading that was limited to changes: it adds to the
	// last full reading and says nothing about absence by itself.
	Since time.Time `json:"since,omitzero"`
	// Unchanged is when the source last said that nothing had changed since its
	// last complete crawl.
	Unchanged time.Time `json:"unchanged,omitzero"`
	// Translation is how the source read the words, and NotFound the words that
	// it did not know, where it says so.
	Translation string   `json:"translation,omitempty"`
	NotFound    []string `json:"not_found,omitempty"`
	Run         string   `json:"run,omitempty"`
}

// RegisterSearches lists the readings of all queries of a source ("" for all
// sources), by source, query and time. Readings that failed before their first
// page are not among them; the source's problems name those.
func (s *Store) RegisterSearches(ctx context.Context, source string) ([]RegisterSearch, error) {
	const q = `SELECT source, query_key, text, substances, conditions, begun_at, read_at, complete, total, hits, since, unchanged_at,
		coalesce(translation, ''), not_found, coalesce(run, '') FROM register_searches
		WHERE ?1 = '' OR source = ?1 ORDER BY source, query_key, begun_at, read_at`
	return collect(each(ctx, s, "read searches", scanSearch, q, source))
}

func scanSearch(scan func(...any) error) (r RegisterSearch, err error) {
	var substances, conditions, notFound, begun, read, since, unchanged sql.NullString
	var total sql.NullInt64
	if err := scan(&r.Source, &r.Key, &r.Text, &substances, &conditions, &begun, &read, &r.Complete, &total, &r.Hits, &since, &unchanged,
		&r.Translation, &notFound, &r.Run); err != nil {
		return r, err
	}
	if total.Valid {
		n := int(total.Int64)
		r.Total = &n
	}
	for _, l := range []struct {
		text sql.NullString
		to   *[]string
	}{{substances, &r.Substances}, {conditions, &r.Conditions}, {notFound, &r.NotFound}} {
		if l.text.Valid {
			if err := json.Unmarshal([]byte(l.text.String), l.to); err != nil {
				return r, err
			}
		}
	}
	return r, moments(begun.String, &r.Begun, read.String, &r.Read, since.String, &r.Since, unchanged.String, &r.Unchanged)
}

// Hits implements [crawler.HitLister]: the hit list of a query's last reading,
// complete or not, in the register's order.
func (s *Store) Hits(ctx context.Context, source, queryKey string) ([]string, error) {
	ids, err := s.texts(ctx, `SELECT h.record_id FROM query q JOIN hit h ON h.list_no = (SELECT max(l.list_no) FROM hit_list l
		WHERE l.query_no = q.query_no) WHERE q.source = ? AND q.key = ? ORDER BY h.rank`, source, queryKey)
	if err != nil {
		return nil, fmt.Errorf("hits of %s %s: %w", source, queryKey, err)
	}
	return ids, nil
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
			source, m.Stamp, value.TimeOrNull(m.Complete), value.TimeOrNull(m.Unchanged), m.Plan, m.Skew.Milliseconds())
		if err != nil || m.Complete.IsZero() {
			return err
		}
		return c.exec(`UPDATE problem SET resolved_at = ?2 WHERE source = ?1 AND level = 'payload' AND record_id = '' AND payload_sha256 = ''
			AND resolved_at IS NULL AND at < ?3`, source, value.Time(s.opt.Now()), value.Time(m.Complete))
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
