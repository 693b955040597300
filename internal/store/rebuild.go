package store

import (
	"context"
	"fmt"
	"time"

	"past/crawler"
	"past/internal/evidence"
)

// derivedTables are emptied by a rebuild, children before their parents.
var derivedTables = []string{
	"coded_text", "sexual_outcome", "gap", "claim", "finding", "effect", "contrast_row", "arm_result_row", "result_text", "planned_reading",
	"link", "study_record", "study", "decision", "search",
	"related_work", "trial_mention", "publication", "event_list", "event_group", "posted_analysis",
	"posted_outcome_row", "reference", "planned_outcome", "intervention", "arm", "record_version", "record",
}

// ResetDerived empties every derived table, in one transaction: what is left
// is what was collected and what was published.
func (s *Store) ResetDerived(ctx context.Context) error {
	if err := s.write(ctx, (*conn).resetDerived); err != nil {
		return fmt.Errorf("empty the derived tables: %w", err)
	}
	return nil
}

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
		if at := stampText(a.p.FetchedAt); before != nil && at > now {
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
	a := &arrivalRow{no: asInt(row[0]), kind: str(row[1]), run: str(row[2]), p: evidence.Payload{
		Source: str(row[3]), RecordID: str(row[4]), URL: str(row[5]), Status: int(asInt(row[7])), ETag: str(row[8]),
		LastModified: str(row[9]), MediaType: str(row[10]), SHA256: str(row[11]),
	}}
	if a.p.FetchedAt, err = moment(row[6]); err != nil {
		return nil, err
	}
	stored, _ := row[14].([]byte)
	a.p.Body, err = expandBody(stored, str(row[13]), asInt(row[12]), a.p.SHA256)
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
