package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"past/crawler"
	"past/internal/evidence"
	"past/internal/store/value"
	"slices"
	"strings"
	"sync"
	"time"
)

// RecordFilter narrows a reading of records; its zero value takes all of them
// as they are now.
type RecordFilter struct {
	Sources []string
	Kinds   []evidence.RecordKind
	IDs     []string
	// WithoutGone leaves out records that their register no longer has.
	WithoutGone bool
	// AsOf reads records as they were known at this instant: the version that
	// had been received by then. The zero time is now.
	AsOf time.Time
}

// where writes the filter as conditions on record r.
func (f RecordFilter) where() (cond string, args []any) {
	conds := []string{"1"}
	in := func(column string, values []string) {
		if len(values) > 0 {
			conds = append(conds, column+" IN (SELECT value FROM json_each(?))")
			args = append(args, value.Array(values))
		}
	}
	in("r.source", f.Sources)
	in("r.id", f.IDs)
	var kinds []string
	for _, k := range f.Kinds {
		kinds = append(kinds, string(k))
	}
	in("r.kind", kinds)
	if f.WithoutGone {
		c := "NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.source = r.source AND t.record_id = r.id AND "
		if f.AsOf.IsZero() {
			c += "t.returned_at IS NULL)"
		} else {
			c += "t.at <= ? AND (t.returned_at IS NULL OR t.returned_at > ?))"
			args = append(args, value.Time(f.AsOf), value.Time(f.AsOf))
		}
		conds = append(conds, c)
	}
	return strings.Join(conds, " AND "), args
}

// versionAt joins the version of r that counts at an instant.
func versionAt(asOf time.Time) (join string, args []any) {
	if asOf.IsZero() {
		return "JOIN record_version v ON v.version_no = r.version_no", nil
	}
	return `JOIN record_version v ON v.version_no = (SELECT x.version_no FROM record_version x WHERE x.record_no = r.record_no
		AND x.origin = 'snapshot' AND x.seen <= ? ORDER BY x.dated DESC, x.seen DESC, x.version_no DESC LIMIT 1)`, []any{value.Time(asOf)}
}

// versionColumns are what [Store.scanRecord] reads: where a version's payload
// is and how it came.
const versionColumns = `r.source, r.id, v.pointer, v.seen, v.payload_sha256, p.bytes, p.encoding, p.body, a.source, ` +
	`coalesce(a.record_id, ''),
	a.url, a.status, coalesce(a.media_type, '')`

// versionPayload joins the payload of version v and its first arrival.
const versionPayload = ` JOIN payload p ON p.sha256 = v.payload_sha256
	JOIN arrival a ON a.arrival_no = (SELECT x.arrival_no FROM arrival x WHERE x.payload_no = p.payload_no
		ORDER BY x.fetched_at = v.seen DESC, x.arrival_no LIMIT 1) `

// Records gives records in the order of source and id, each read from its
// payload: about half a millisecond for a study.
func (s *Store) Records(ctx context.Context, f RecordFilter) iter.Seq2[evidence.Record, error] {
	join, args := versionAt(f.AsOf)
	cond, more := f.where()
	return each(ctx, s, "read records", s.scanRecord, "SELECT "+versionColumns+" FROM record r "+join+versionPayload+
		"WHERE "+cond+" ORDER BY r.source, r.id", append(args, more...)...)
}

// Heads gives records as the table of records states them, in the order of source
// and id, without a look into their payloads: identity, titles, status, dates, size,
// sponsor and countries. Results of a record that has any are empty. AsOf is not read.
func (s *Store) Heads(ctx context.Context, f RecordFilter) iter.Seq2[evidence.Record, error] {
	f.AsOf = time.Time{}
	cond, args := f.where()
	return each(ctx, s, "read records", func(scan func(...any) error) (r evidence.Record, err error) {
		var phases, countries string
		var enrolled sql.NullInt64
		var results bool
		if err := scan(&r.Source, &r.ID, &r.Kind, &r.URL, &r.Title, &r.OfficialTitle, &r.Status, &r.StatusRaw, &r.Start.Raw, &r.Start.Type,
			&r.Completion.Raw, &r.Completion.Type, &r.FirstPosted.Raw, &r.LastUpdatePosted.Raw, &r.StudyType, &phases, &enrolled,
			&r.EnrollmentType, &r.Sponsor.Name, &countries, &results); err != nil {
			return r, err
		}
		if enrolled.Valid {
			n := int(enrolled.Int64)
			r.Enrollment = &n
		}
		if results {
			r.Results = &evidence.Results{}
		}
		return r, errors.Join(json.Unmarshal([]byte(phases), &r.Phases), json.Unmarshal([]byte(countries), &r.Countries))
	}, `SELECT source, id, kind, coalesce(url, ''), coalesce(title, ''), coalesce(official_title, ''), coalesce(status, ''),
		coalesce(status_raw, ''), coalesce(start, ''), coalesce(start_type, ''), coalesce(completion, ''), coalesce(completion_type, ''),
		coalesce(first_posted, ''), coalesce(last_update_posted, ''), coalesce(study_type, ''), coalesce(phases, 'null'), enrollment,
		coalesce(enrollment_type, ''), coalesce(sponsor, ''), coalesce(countries, 'null'), has_results
		FROM record r WHERE `+cond+" ORDER BY source, id", args...)
}

// sourceRank orders sources that have the same id: the register of origin
// comes before those that repeat it.
const sourceRank = `CASE r.source WHEN 'europepmc' THEN 1 WHEN 'crossref' THEN 2 WHEN 'openalex' THEN 3 WHEN 'ictrp' THEN 4 ` +
	`ELSE 0 END, r.source`

// Record gives one record by its id, as known at asOf (zero: now). When
// several sources have the id, the register of origin comes before
// aggregators. The error wraps [ErrNotFound] when there is none.
func (s *Store) Record(ctx context.Context, id string, asOf time.Time) (evidence.Record, error) {
	join, args := versionAt(asOf)
	read := each(ctx, s, "record "+id, s.scanRecord, "SELECT "+versionColumns+" FROM record r "+join+versionPayload+
		"WHERE r.id = ? ORDER BY "+sourceRank+" LIMIT 1", append(args, id)...)
	for r, err := range read {
		return r, err
	}
	if !asOf.IsZero() {
		return evidence.Record{}, fmt.Errorf("record %s as of %s: %w", id, asOf.UTC().Format(time.DateOnly), ErrNotFound)
	}
	return evidence.Record{}, fmt.Errorf("record %s: %w", id, ErrNotFound)
}

// scanRecord reads versionColumns and parses the payload again.
func (s *Store) scanRecord(scan func(...any) error) (evidence.Record, error) {
	var source, id, pointer, seen, encoding string
	var size int64
	var p evidence.Payload
	var stored []byte
	row := []any{&source, &id, &pointer, &seen, &p.SHA256, &size, &encoding, &stored, &p.Source, &p.RecordID, &p.URL, &p.Status, &p.MediaType}
	if err := scan(row...); err != nil {
		return evidence.Record{}, err
	}
	var err error
	if p.FetchedAt, err = value.Moment(seen); err != nil {
		return evidence.Record{}, err
	}
	body := func() ([]byte, error) { return expandBody(stored, encoding, size, p.SHA256) }
	r, err := s.pages.record(s.opt.Parse, p, pointer, id, body)
	if errors.Is(err, errNotInPayload) { // some sources name a record by the address that its bytes came from
		var urls []string
		if urls, err = s.texts(context.Background(), `SELECT DISTINCT a.url FROM arrival a JOIN payload p USING (payload_no)
			WHERE p.sha256 = ? ORDER BY a.arrival_no`, p.SHA256); err != nil {
			return r, err
		}
		err = errNotInPayload
		for i := 0; i < len(urls) && err != nil; i++ {
			p.URL = urls[i]
			r, err = s.pages.record(s.opt.Parse, p, pointer, id, body)
		}
	}
	if err != nil {
		return r, fmt.Errorf("record %s of %s: %w", id, source, err)
	}
	if r.Source == "" {
		r.Source = source
	}
	return r, nil
}

// pageCache keeps what was read of the last payloads of many records, so that
// reading each of these does not mean parsing all of them again.
type pageCache struct {
	mu    sync.Mutex
	pages []cachedPage // the latest last
}

type cachedPage struct {
	sha, seen, url string
	records        []evidence.Record
}

// maxPages bounds the cache.
const maxPages = 4

func (c *pageCache) record(parse func(evidence.Payload) (crawler.Parsed, error), p evidence.Payload, pointer, id string,
	body func() ([]byte, error)) (evidence.Record, error) {
	seen := value.Time(p.FetchedAt)
	c.mu.Lock()
	i := slices.IndexFunc(c.pages, func(x cachedPage) bool { return x.sha == p.SHA256 && x.seen == seen && x.url == p.URL })
	var records []evidence.Record
	if i >= 0 {
		records = c.pages[i].records
	}
	c.mu.Unlock()
	if i < 0 {
		var err error
		if p.Body, err = body(); err != nil {
			return evidence.Record{}, err
		}
		parsed, err := parse(p)
		if err != nil {
			return evidence.Record{}, fmt.Errorf("%w: its payload %s can no longer be read: %v", ErrCorrupt, p.SHA256, err)
		}
		if records = parsed.Records; len(records) > 1 {
			c.mu.Lock()
			c.pages = append(c.pages[max(0, len(c.pages)-maxPages+1):], cachedPage{p.SHA256, seen, p.URL, records})
			c.mu.Unlock()
		}
	}
	for _, r := range records {
		if r.ID == id && r.Prov.Pointer == pointer {
			return r, nil
		}
	}
	return evidence.Record{}, fmt.Errorf("%w %s at %q", errNotInPayload, p.SHA256, pointer)
}

var errNotInPayload = fmt.Errorf("%w: the record is not in its payload", ErrCorrupt)

// RecordState says where a record is without reading its content.
type RecordState struct {
	Source      string     `json:"source"`
	ID          string     `json:"id"`
	Kind        string     `json:"kind"`
	Versions    int        `json:"versions"` // snapshots that differ
	FirstSeen   time.Time  `json:"first_seen"`
	LastSeen    time.Time  `json:"last_seen"`
	LastChanged time.Time  `json:"last_changed"`
	Gone        *time.Time `json:"gone,omitempty"` // since when the register no longer has it
	ContentHash string     `json:"content_hash"`   // of the current version
}

// RecordStates gives the state of all records in the order of source and id.
func (s *Store) RecordStates(ctx context.Context) iter.Seq2[RecordState, error] {
	const q = `SELECT r.source, r.id, r.kind, count(*), min(x.seen), max(x.last_seen), max(x.seen),
		(SELECT t.at FROM tombstone t WHERE t.source = r.source AND t.record_id = r.id AND t.returned_at IS NULL),
		(SELECT v.content_hash FROM record_version v WHERE v.version_no = r.version_no)
		FROM record r JOIN record_version x ON x.record_no = r.record_no AND x.origin = 'snapshot'
		GROUP BY r.source, r.id ORDER BY r.source, r.id`
	return each(ctx, s, "record states", func(scan func(...any) error) (RecordState, error) {
		var st RecordState
		var first, last, changed string
		var gone sql.NullString
		if err := scan(&st.Source, &st.ID, &st.Kind, &st.Versions, &first, &last, &changed, &gone, &st.ContentHash); err != nil {
			return st, err
		}
		err := moments(first, &st.FirstSeen, last, &st.LastSeen, changed, &st.LastChanged)
		if err == nil && gone.Valid {
			var t time.Time
			t, err = value.Moment(gone.String)
			st.Gone = &t
		}
		return st, err
	}, q)
}

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
