package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"past/crawler"
	"past/internal/evidence"
	"past/internal/store/value"
)

// derivedTables are emptied by a rebuild, children before their parents.
var derivedTables = []string{
	"coded_text", "sexual_outcome", "gap", "claim", "finding", "effect", "contrast_row", "arm_result_row", "result_text", "planned_reading",
	"link", "study_record", "study", "decision", "search",
	"related_work", "trial_mention", "publication", "event_list", "event_group", "posted_analysis",
	"posted_outcome_row", "reference", "planned_outcome", "intervention", "arm", "record_version", "record",
}

// resetDerived empties every derived table: what is left is what was collected and
// what was published.
func (c *conn) resetDerived() error {
	for _, t := range derivedTables {
		if err := c.exec("DELETE FROM " + t); err != nil {
			return fmt.Errorf("table %s: %w", t, err)
		}
	}
	return c.exec("DELETE FROM problem WHERE level = 'record'")
}

// RebuildReport says what a rebuild did.
type RebuildReport struct {
	Arrivals int `json:"arrivals"` // payloads, each as often as it came
	Records  int `json:"records"`
	Versions int `json:"versions"`
	// Failed are payloads of which nothing could be read, with the error.
	Failed []evidence.Problem `json:"failed,omitempty"`
}

// Rebuild empties every derived table and reads all payloads again, in the
// order in which they came, in one transaction: readers see the old rows
// until it is done, and a crash leaves them. progress may be nil. Studies and
// what follows are left empty for the pipeline.
//
// The result is that of the collecting commits, provided that they held all
// records that the parser finds in their payloads.
func (s *Store) Rebuild(ctx context.Context, progress func(done, total int)) (RebuildReport, error) {
	var rep RebuildReport
	if err := s.write(ctx, func(c *conn) error { return s.rebuild(ctx, c, &rep, progress, nil) }); err != nil {
		return RebuildReport{}, fmt.Errorf("rebuild: %w", err)
	}
	return rep, nil
}

// rebuild calls before, if it is given, with the time of each arrival that is
// later than the one before.
func (s *Store) rebuild(ctx context.Context, c *conn, rep *RebuildReport, progress func(done, total int),
	before func(at string) error) error {
	total, err := c.number("SELECT count(*) FROM arrival")
	if err != nil {
		return err
	}
	if err := c.resetDerived(); err != nil {
		return err
	}
	now := ""
	for last := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		a, err := c.arrivalAfter(last)
		if err != nil || a == nil {
			return err
		}
		last = a.no
		if at := value.Time(a.p.FetchedAt); before != nil && at > now {
			now = at
			if err := before(at); err != nil {
				return err
			}
		}
		if err := s.replay(c, a, rep); err != nil {
			return fmt.Errorf("payload %s from %s: %w", a.p.SHA256, a.p.URL, err)
		}
		rep.Arrivals++
		if progress != nil {
			progress(rep.Arrivals, int(total))
		}
	}
}

// arrivalRow is an arrival with its body.
type arrivalRow struct {
	no        int64
	kind, run string
	p         evidence.Payload
}

// arrivalAfter reads the next arrival, nil after the last.
func (c *conn) arrivalAfter(no int64) (*arrivalRow, error) {
	row, ok, err := c.one(`SELECT a.arrival_no, a.kind, a.run, a.source, a.record_id, a.url, a.fetched_at, a.status, a.etag, a.last_modified,
		a.media_type, p.sha256, p.bytes, p.encoding, p.body FROM arrival a JOIN payload p USING (payload_no)
		WHERE a.arrival_no > ? ORDER BY a.arrival_no LIMIT 1`, no)
	if err != nil || !ok {
		return nil, err
	}
	a := &arrivalRow{no: asInt(row[0]), kind: value.Text(row[1]), run: value.Text(row[2]), p: evidence.Payload{
		Source: value.Text(row[3]), RecordID: value.Text(row[4]), URL: value.Text(row[5]), Status: int(asInt(row[7])), ETag: value.Text(row[8]),
		LastModified: value.Text(row[9]), MediaType: value.Text(row[10]), SHA256: value.Text(row[11]),
	}}
	if a.p.FetchedAt, err = value.Moment(row[6]); err != nil {
		return nil, err
	}
	stored, _ := row[14].([]byte)
	a.p.Body, err = expandBody(stored, value.Text(row[13]), asInt(row[12]), a.p.SHA256)
	return a, err
}

// replay takes the records of an arrival in as if it came now.
func (s *Store) replay(c *conn, a *arrivalRow, rep *RebuildReport) error {
	parsed, err := s.opt.Parse(a.p)
	if err != nil {
		rep.Failed = append(rep.Failed, evidence.Problem{Source: a.p.Source, RecordID: a.p.RecordID, Kind: "unreadable", Where: a.p.URL,
			Message: err.Error(), SHA256: a.p.SHA256, At: a.p.FetchedAt})
	}
	if len(parsed.Records) == 0 && len(parsed.Problems) == 0 {
		return nil
	}
	b := crawler.Batch{Source: a.p.Source, Run: a.run, Payloads: []evidence.Payload{a.p}, Records: parsed.Records, Problems: parsed.Problems}
	in, err := s.newIntake(c, &b, a.kind)
	if err != nil {
		return err
	}
	in.replay = true
	in.seen = map[string]time.Time{a.p.SHA256: a.p.FetchedAt}
	res, err := in.run()
	rep.Versions += res.New + res.Changed
	if a.kind == kindSnapshot {
		rep.Records += res.New
	}
	return err
}

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
