package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Counts are the sizes of the store in the units of evidence.Counts, over the
// current version of each record.
type Counts struct {
	Records         int64 `json:"records"`
	Payloads        int64 `json:"payloads"`
	PlannedOutcomes int64 `json:"planned_outcomes"`
	PostedOutcomes  int64 `json:"posted_outcomes"`
	OutcomeGroups   int64 `json:"outcome_groups"`
	Measurements    int64 `json:"measurements"`
	Contrasts       int64 `json:"contrasts"`
	EventStats      int64 `json:"event_stats"`
	References      int64 `json:"references"`
	Publications    int64 `json:"publications"`
	Studies         int64 `json:"studies"`
	ArmResults      int64 `json:"arm_results"`
	Effects         int64 `json:"effects"`
	Findings        int64 `json:"findings"`
}

// SourceStatus is the freshness of one source.
type SourceStatus struct {
	Records      int64     `json:"records"`
	Gone         int64     `json:"gone"`
	Problems     int64     `json:"problems"`
	LastFetch    time.Time `json:"last_fetch,omitzero"`    // last answer received
	LastComplete time.Time `json:"last_complete,omitzero"` // start of the last complete crawl
	Stamp        string    `json:"stamp,omitempty"`        // the register's own data stamp then
}

// Status is what `past status --json` prints.
type Status struct {
	Counts   Counts                  `json:"counts"`
	Problems int64                   `json:"problems"`
	Sources  map[string]SourceStatus `json:"sources"`
}

// countQuery gives the columns in the order of Counts' fields. What records
// hold is summed over their tallies, which a test compares with the rows.
const countQuery = `
	SELECT count(*), (SELECT count(*) FROM payload), coalesce(sum(planned_outcomes), 0), coalesce(sum(posted_outcomes), 0),
		coalesce(sum(outcome_groups), 0), coalesce(sum(measurements), 0), coalesce(sum(contrasts), 0), coalesce(sum(event_stats), 0),
		coalesce(sum(reference_count), 0), (SELECT count(*) FROM publication), (SELECT count(*) FROM study),
		(SELECT count(*) FROM arm_result_row), (SELECT count(*) FROM effect), (SELECT count(*) FROM finding)
	FROM record`

// Counts counts the rows of the store, all at one instant.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	err := s.r.QueryRowContext(ctx, countQuery).Scan(&c.Records, &c.Payloads, &c.PlannedOutcomes, &c.PostedOutcomes, &c.OutcomeGroups,
		&c.Measurements, &c.Contrasts, &c.EventStats, &c.References, &c.Publications, &c.Studies, &c.ArmResults, &c.Effects, &c.Findings)
	if err != nil {
		return Counts{}, fmt.Errorf("count: %w", s.explain(err))
	}
	return c, nil
}

// statusQuery gives one figure or text of a source per row.
const statusQuery = `
	SELECT source, 'records', count(*), NULL FROM record GROUP BY source
	UNION ALL SELECT source, 'gone', count(*), NULL FROM tombstone WHERE returned_at IS NULL GROUP BY source
	UNION ALL SELECT source, 'problems', count(*), NULL FROM problem WHERE resolved_at IS NULL GROUP BY source
	UNION ALL SELECT source, 'fetched', 0, max(fetched_at) FROM arrival GROUP BY source
	UNION ALL SELECT source, 'complete', 0, complete FROM mark
	UNION ALL SELECT source, 'stamp', 0, stamp FROM mark`

// Status is Counts with open problems and each source's freshness.
func (s *Store) Status(ctx context.Context) (Status, error) {
	st := Status{Sources: map[string]SourceStatus{}}
	var err error
	if st.Counts, err = s.Counts(ctx); err != nil {
		return st, err
	}
	rows, err := s.r.QueryContext(ctx, statusQuery)
	if err != nil {
		return st, fmt.Errorf("status: %w", s.explain(err))
	}
	defer rows.Close()
	for rows.Next() {
		var source, what string
		var n int64
		var text sql.NullString
		if err := rows.Scan(&source, &what, &n, &text); err != nil {
			return st, fmt.Errorf("status: %w", s.explain(err))
		}
		src := st.Sources[source]
		switch what {
		case "records":
			src.Records = n
		case "gone":
			src.Gone = n
		case "problems":
			src.Problems = n
			st.Problems += n
		case "fetched":
			err = moments(text.String, &src.LastFetch)
		case "complete":
			err = moments(text.String, &src.LastComplete)
		case "stamp":
			src.Stamp = text.String
		}
		if err != nil {
			return st, fmt.Errorf("status: %w", err)
		}
		st.Sources[source] = src
	}
	return st, s.explain(rows.Err())
}
