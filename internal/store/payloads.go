package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"past/internal/evidence"
)

// PayloadInfo describes a stored payload.
type PayloadInfo struct {
	evidence.Payload
	Bytes  int64 // size of the body
	Stored int64 // size as stored
}

// payloadColumns describe a payload by its first arrival.
const payloadColumns = `p.sha256, a.source, coalesce(a.record_id, ''), a.url, a.fetched_at, a.status, coalesce(a.etag, ''),
	coalesce(a.last_modified, ''), coalesce(a.media_type, ''), p.bytes, length(p.body), p.encoding`

const firstArrival = `JOIN arrival a ON a.arrival_no = (SELECT min(arrival_no) FROM arrival WHERE payload_no = p.payload_no)`

func scanPayload(scan func(...any) error, more ...any) (p PayloadInfo, encoding string, err error) {
	var at string
	err = scan(append([]any{&p.SHA256, &p.Source, &p.RecordID, &p.URL, &at, &p.Status, &p.ETag, &p.LastModified, &p.MediaType,
		&p.Bytes, &p.Stored, &encoding}, more...)...)
	if err == nil {
		p.FetchedAt, err = moment(at)
	}
	return p, encoding, err
}

// Payload gives a stored body with the description of its first arrival. The
// body is checked against its hash: a mismatch wraps [ErrCorrupt].
func (s *Store) Payload(ctx context.Context, sha256 string) (evidence.Payload, error) {
	var stored []byte
	row := s.r.QueryRowContext(ctx, "SELECT "+payloadColumns+", p.body FROM payload p "+firstArrival+" WHERE p.sha256 = ?", sha256)
	p, encoding, err := scanPayload(row.Scan, &stored)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return evidence.Payload{}, fmt.Errorf("payload %s: %w", sha256, s.explain(err))
	}
	if p.Body, err = expandBody(stored, encoding, p.Bytes, p.SHA256); err != nil {
		return evidence.Payload{}, err
	}
	return p.Payload, nil
}

// PayloadInfo is Payload without the body, and its sizes.
func (s *Store) PayloadInfo(ctx context.Context, sha256 string) (PayloadInfo, error) {
	row := s.r.QueryRowContext(ctx, "SELECT "+payloadColumns+" FROM payload p "+firstArrival+" WHERE p.sha256 = ?", sha256)
	p, _, err := scanPayload(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return PayloadInfo{}, fmt.Errorf("payload %s: %w", sha256, s.explain(err))
	}
	return p, nil
}

// Payloads describes all payloads in the order in which they first came.
func (s *Store) Payloads(ctx context.Context) iter.Seq2[PayloadInfo, error] {
	return each(ctx, s, "read payloads", func(scan func(...any) error) (PayloadInfo, error) {
		p, _, err := scanPayload(scan)
		return p, err
	}, "SELECT "+payloadColumns+" FROM payload p "+firstArrival+" ORDER BY p.payload_no")
}
