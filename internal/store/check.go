package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Depth is how deep [Store.Check] looks.
type Depth int

// The depths of a check, each with those before it. Backup, restore, doctor
// and the publication gate all check to Payloads.
const (
	Structure Depth = iota // SQLite's own check and foreign keys
	Payloads               // each stored body against its hash
	Records                // each version is read from its payload again
)

// Check lists what is damaged. No rows mean no fault; an error means that the
// check could not be made.
func (s *Store) Check(ctx context.Context, depth Depth) ([]string, error) {
	faults, err := s.texts(ctx, "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'")
	if err != nil {
		if code := resultCode(err) & 0xff; code == codeCorrupt || code == codeNotADB {
			return []string{err.Error()}, nil // too damaged even to be checked
		}
		return nil, fmt.Errorf("integrity check: %w", err)
	}
	for f, err := range each(ctx, s, "foreign key check", func(scan func(...any) error) (string, error) {
		var table, parent string
		var row, fk sql.NullInt64
		err := scan(&table, &row, &parent, &fk)
		return fmt.Sprintf("table %s, row %d: no matching row in %s", table, row.Int64, parent), err
	}, `SELECT "table", rowid, parent, fkid FROM pragma_foreign_key_check`) {
		if err != nil {
			return nil, err
		}
		faults = append(faults, f)
	}
	if depth < Payloads {
		return faults, nil
	}
	damaged, err := s.checkBodies(ctx)
	if err != nil {
		return nil, err
	}
	faults = append(faults, damaged...)
	if depth < Records {
		return faults, ctx.Err()
	}
	for fault, err := range each(ctx, s, "check versions", func(scan func(...any) error) (string, error) {
		if _, err := s.scanRecord(scan); err != nil {
			return err.Error(), nil
		}
		return "", nil
	}, "SELECT "+versionColumns+" FROM record_version v JOIN record r USING (record_no)"+versionPayload+"ORDER BY v.payload_sha256") {
		if err != nil {
			return nil, err
		}
		if fault != "" && !slices.ContainsFunc(damaged, func(d string) bool { return strings.HasSuffix(fault, d) }) {
			faults = append(faults, fault)
		}
	}
	return faults, ctx.Err()
}

// checkBodies expands every payload, on all processors.
func (s *Store) checkBodies(ctx context.Context) ([]string, error) {
	type body struct {
		hash, encoding string
		size           int64
		stored         []byte
	}
	var mu sync.Mutex
	var faults []string
	var wg sync.WaitGroup
	defer wg.Wait()
	room := make(chan struct{}, 4)
	for b, err := range each(ctx, s, "check payloads", func(scan func(...any) error) (b body, err error) {
		return b, scan(&b.hash, &b.encoding, &b.size, &b.stored)
	}, "SELECT sha256, encoding, bytes, body FROM payload ORDER BY payload_no") {
		if err != nil {
			return nil, err
		}
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			if _, err := expandBody(b.stored, b.encoding, b.size, b.hash); err != nil {
				mu.Lock()
				faults = append(faults, err.Error())
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return faults, nil
}

// Checkpoint moves the write-ahead log into the database file, as far as
// readers allow.
func (s *Store) Checkpoint(ctx context.Context) error {
	err := s.plain(ctx, func(c *conn) error { return c.script("PRAGMA wal_checkpoint(TRUNCATE)") })
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", s.path, err)
	}
	return nil
}
