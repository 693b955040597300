package store

import (
	"context"
	"database/sql"
	"encoding/json"
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
		t, err := moment(ended.String)
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
