package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"past/internal/evidence"
	"past/internal/store/pack"
)

// RecordFilter narrows a reading of records; its zero value takes all of them
// as they are now.
type RecordFilter struct {
	Sources []string
	Kinds   []evidence.RecordKind
	IDs     []string
	// WithResults keeps records that have posted results.
	WithResults bool
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
			args = append(args, textArray(values))
		}
	}
	in("r.source", f.Sources)
	in("r.id", f.IDs)
	var kinds []string
	for _, k := range f.Kinds {
		kinds = append(kinds, string(k))
	}
	in("r.kind", kinds)
	if f.WithResults && f.AsOf.IsZero() {
		conds = append(conds, "r.has_results")
	}
	if f.WithoutGone {
		c := "NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.source = r.source AND t.record_id = r.id AND "
		if f.AsOf.IsZero() {
			c += "t.returned_at IS NULL)"
		} else {
			c += "t.at <= ? AND (t.returned_at IS NULL OR t.returned_at > ?))"
			args = append(args, stampText(f.AsOf), stampText(f.AsOf))
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
		AND x.origin = 'snapshot' AND x.seen <= ? ORDER BY x.dated DESC, x.seen DESC, x.version_no DESC LIMIT 1)`, []any{stampText(asOf)}
}

// Records gives records in the order of source and id.
func (s *Store) Records(ctx context.Context, f RecordFilter) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		join, args := versionAt(f.AsOf)
		cond, more := f.where()
		rows, err := s.r.QueryContext(ctx, "SELECT r.source, r.id, v.layout_no, v.bytes, v.body FROM record r "+join+
			" WHERE "+cond+" ORDER BY r.source, r.id", append(args, more...)...)
		if err != nil {
			yield(evidence.Record{}, fmt.Errorf("read records: %w", s.explain(err)))
			return
		}
		defer rows.Close()
		for rows.Next() {
			r, err := s.scanRecord(ctx, rows.Scan)
			if err != nil {
				yield(evidence.Record{}, fmt.Errorf("read records: %w", s.explain(err)))
				return
			}
			if f.WithResults && r.Results == nil {
				continue
			}
			if !yield(r, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(evidence.Record{}, fmt.Errorf("read records: %w", s.explain(err)))
		}
	}
}

// sourceRank orders sources that have the same id: the register of origin
// comes before those that repeat it.
const sourceRank = `CASE r.source WHEN 'europepmc' THEN 1 WHEN 'crossref' THEN 2 WHEN 'openalex' THEN 3 WHEN 'ictrp' THEN 4 ELSE 0 END, r.source`

// Record gives one record by its id, as known at asOf (zero: now). When
// several sources have the id, the register of origin comes before
// aggregators. The error wraps [ErrNotFound] when there is none.
func (s *Store) Record(ctx context.Context, id string, asOf time.Time) (evidence.Record, error) {
	join, args := versionAt(asOf)
	row := s.r.QueryRowContext(ctx, "SELECT r.source, r.id, v.layout_no, v.bytes, v.body FROM record r "+join+
		" WHERE r.id = ? ORDER BY "+sourceRank+" LIMIT 1", append(args, id)...)
	r, err := s.scanRecord(ctx, row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		if !asOf.IsZero() {
			return r, fmt.Errorf("record %s as of %s: %w", id, asOf.UTC().Format(time.DateOnly), ErrNotFound)
		}
		return r, fmt.Errorf("record %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return r, fmt.Errorf("record %s: %w", id, s.explain(err))
	}
	return r, nil
}

// scanRecord unpacks source, id, layout_no, bytes and body.
func (s *Store) scanRecord(ctx context.Context, scan func(...any) error) (evidence.Record, error) {
	var r evidence.Record
	var source, id string
	var layout, size int64
	var body []byte
	if err := scan(&source, &id, &layout, &size, &body); err != nil {
		return r, err
	}
	if err := s.unpack(ctx, layout, size, body, &r); err != nil {
		return r, fmt.Errorf("record %s of %s: %w", id, source, err)
	}
	if r.Source == "" {
		r.Source = source
	}
	return r, nil
}

// unpack reads a stored record.
func (s *Store) unpack(ctx context.Context, layout, size int64, body []byte, r *evidence.Record) error {
	reader, err := s.layoutReader(ctx, layout)
	if err != nil {
		return err
	}
	packed, err := expandRecord(body, size)
	if err != nil {
		return err
	}
	if err := reader.Read(packed, r); err != nil {
		return fmt.Errorf("%w: %v", ErrCorrupt, err)
	}
	return nil
}

// layoutReader gives the reader of a layout, made once per store.
func (s *Store) layoutReader(ctx context.Context, no int64) (*pack.Reader, error) {
	if r, ok := s.layouts.Load(no); ok {
		return r.(*pack.Reader), nil
	}
	var text string
	if err := s.r.QueryRowContext(ctx, "SELECT text FROM layout WHERE layout_no = ?", no).Scan(&text); err != nil {
		return nil, fmt.Errorf("layout %d: %w", no, err)
	}
	l, err := pack.ParseLayout(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrCorrupt, err)
	}
	r, err := recordCodec.Reader(l)
	if err != nil {
		return nil, err
	}
	s.layouts.Store(no, r)
	return r, nil
}

// RecordState says where a record stands without reading its content.
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
			t, err = moment(gone.String)
			st.Gone = &t
		}
		return st, err
	}, q)
}
