package store

import (
	"encoding/json"
	"fmt"
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
		b.Source, b.QueryKey, b.Query, cur.Next, cur.Done, cur.Seen, total, stamp(cur.Since), null(cur.Run), stampText(at), string(doc))
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
		translation, notFound = null(b.Heard.Translation), textArray(b.Heard.NotFound)
	}
	return in.c.exec(`UPDATE hit_list SET complete = ?, total = ?, text = ?, substances = ?, conditions = ?, read_at = ?,
		translation = coalesce(?, translation), not_found = coalesce(?, not_found) WHERE list_no = ?`,
		cur.Done, total, b.Query, textArray(b.About.Substances), textArray(b.About.Conditions), stampText(at), translation, notFound, list)
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
	since, _ := stamp(b.Cursor.Since).(string)
	if ok {
		unfinished := asInt(row[1]) == 0
		same := str(row[2]) == b.Run && str(row[3]) == since
		switch {
		case b.HitBase > 0 && (unfinished || same):
			return asInt(row[0]), nil
		case b.HitBase == 0 && (unfinished || same):
			if err := in.c.exec("DELETE FROM hit WHERE list_no = ?", asInt(row[0])); err != nil {
				return 0, err
			}
			err := in.c.exec("UPDATE hit_list SET since = ?, begun_at = ?, run = ? WHERE list_no = ?",
				null(since), stampText(in.at), null(b.Run), asInt(row[0]))
			return asInt(row[0]), err
		}
	}
	if err := in.c.exec("INSERT INTO hit_list (query_no, since, begun_at, run, complete) VALUES (?, ?, ?, ?, 0)",
		query, null(since), stampText(in.at), null(b.Run)); err != nil {
		return 0, err
	}
	return in.c.number("SELECT max(list_no) FROM hit_list WHERE query_no = ?", query)
}
