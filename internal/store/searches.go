package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

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
