package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"past/internal/evidence"
)

// Version is one version of a record.
type Version struct {
	Source        string    `json:"source"`
	RecordID      string    `json:"record_id"`
	Seq           int       `json:"seq"`       // 1 is the oldest of its origin
	Origin        string    `json:"origin"`    // snapshot: our own; register: the register's history
	Label         string    `json:"label"`     // the register's own version label, where it has one
	Seen          time.Time `json:"seen"`      // first received
	LastSeen      time.Time `json:"last_seen"` // last received unchanged
	Stated        string    `json:"stated"`    // the register's date of the version: its last update, else ""
	ContentHash   string    `json:"content_hash"`
	PayloadSHA256 string    `json:"payload_sha256"`

	no int64
}

// History lists the versions of a record: those of the register's own history
// first, then our snapshots, each oldest first. The error wraps [ErrNotFound]
// for an unknown id.
func (s *Store) History(ctx context.Context, id string) ([]Version, error) {
	const q = `SELECT r.source, r.id, v.version_no, v.origin, coalesce(v.label, ''), v.seen, v.last_seen, coalesce(v.stated, ''),
		v.content_hash, v.payload_sha256
		FROM record r JOIN record_version v USING (record_no)
		WHERE r.record_no = (SELECT record_no FROM record r WHERE r.id = ? ORDER BY ` + sourceRank + ` LIMIT 1)
		ORDER BY v.origin, CASE v.origin WHEN 'snapshot' THEN v.dated ELSE coalesce(v.stated, '') END, CASE v.origin WHEN ` +
		`'snapshot' THEN v.seen END,
		CAST(v.label AS INTEGER), v.version_no`
	versions, err := collect(each(ctx, s, "history of "+id, func(scan func(...any) error) (Version, error) {
		var v Version
		var seen, last string
		if err := scan(&v.Source, &v.RecordID, &v.no, &v.Origin, &v.Label, &seen, &last, &v.Stated, &v.ContentHash,
			&v.PayloadSHA256); err != nil {
			return v, err
		}
		return v, moments(seen, &v.Seen, last, &v.LastSeen)
	}, q, id))
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return nil, fmt.Errorf("history of %s: record %w", id, ErrNotFound)
	}
	n := map[string]int{}
	for i := range versions {
		n[versions[i].Origin]++
		versions[i].Seq = n[versions[i].Origin]
	}
	return versions, nil
}

// Absence is a time in which a register did not have a record.
type Absence struct {
	From time.Time `json:"from"` // when the register was found not to have it
	To   time.Time `json:"to,omitzero"`
}

// Absences lists when the register of a record did not have it, oldest first; an
// absence that lasts has no To.
func (s *Store) Absences(ctx context.Context, source, id string) ([]Absence, error) {
	return collect(each(ctx, s, "absences of "+id, func(scan func(...any) error) (a Absence, err error) {
		var from string
		var to sql.NullString
		if err := scan(&from, &to); err != nil {
			return a, err
		}
		return a, moments(from, &a.From, to.String, &a.To)
	}, "SELECT at, returned_at FROM tombstone WHERE source = ? AND record_id = ? ORDER BY at, tombstone_no", source, id))
}

// VersionRecord gives the record as it was in a version that [Store.History]
// listed.
func (s *Store) VersionRecord(ctx context.Context, v Version) (evidence.Record, error) {
	row := s.r.QueryRowContext(ctx, "SELECT "+versionColumns+" FROM record_version v JOIN record r USING (record_no)"+versionPayload+
		"WHERE v.version_no = ? AND r.id = ?", v.no, v.RecordID)
	r, err := s.scanRecord(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("version %d of %s: %w", v.Seq, v.RecordID, s.explain(err))
	}
	return r, nil
}
