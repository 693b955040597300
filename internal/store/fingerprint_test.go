package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"math"
	"slices"
	"strings"
	"time"

	"past/internal/evidence"
	"past/internal/store/layout"
)

// fingerprintQueries give each table's lasting content in an order that does
// not depend on row numbers. Left out are row numbers, run ids, and times at
// which something was asked or received.
var fingerprintQueries = []struct{ table, query string }{
	{"payload", "SELECT sha256, bytes FROM payload ORDER BY sha256"},
	{"arrival", `SELECT DISTINCT p.sha256, a.kind, a.source, a.record_id, a.url, a.status, a.media_type FROM arrival a JOIN ` +
		`payload p USING (payload_no)
		ORDER BY 1, 2, 3, 4, 5, 6, 7`},
	{"query", "SELECT source, key, text, next, done, seen, total FROM query ORDER BY source, key"},
	{"hit", `SELECT q.source, q.key, dense_rank() OVER (PARTITION BY q.query_no ORDER BY l.list_no), l.complete, l.total, h.rank, h.record_id
		FROM query q JOIN hit_list l USING (query_no) LEFT JOIN hit h USING (list_no) ORDER BY 1, 2, 3, 6`},
	{"mark", "SELECT source, stamp, plan FROM mark ORDER BY source"},
	{"tombstone", "SELECT source, record_id, returned_at IS NULL FROM tombstone ORDER BY source, record_id, at, tombstone_no"},
	{"problem", `SELECT level, source, record_id, kind, place, message, retry, payload_sha256, resolved_at IS NULL FROM problem
		ORDER BY 1, 2, 3, 4, 5, 6, 8`},
	{"record", "SELECT %record, v.content_hash, v.payload_sha256, v.pointer FROM record r JOIN record_version v ON " +
		"v.version_no = r.version_no ORDER BY r.source, r.id"},
	{"study", "SELECT document FROM study ORDER BY id"},
	{"study_record", "SELECT study_id, role, record_id FROM study_record ORDER BY 1, 2, 3"},
	{"link", "SELECT a, b, kind, reason, strength, undone, payload_sha256, pointer FROM link ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"},
	{"arm_result", "SELECT * FROM arm_result ORDER BY record_id, seq"},
	{"contrast", "SELECT * FROM contrast ORDER BY record_id, seq"},
	{"effect", "SELECT document FROM effect ORDER BY id"},
	{"finding", "SELECT document FROM finding ORDER BY id"},
	{"claim", "SELECT document FROM claim ORDER BY id"},
	{"gap", "SELECT document FROM gap ORDER BY topic, substance"},
	{"decision", "SELECT * FROM decision ORDER BY file, line"},
	{"edition", "SELECT id, date, data_hash, software_version FROM edition ORDER BY edition_no"},
	{"change", `SELECT c.id, e.id, c.kind, c.subject, c.title, c.before, c.after, c.cause, c.detail FROM change c JOIN edition ` +
		`e USING (edition_no)
		ORDER BY c.edition_no, c.id`},
}

// Fingerprint gives a SHA-256 per table over its content in a fixed order.
// What differs between two runs over the same data (row numbers, run ids,
// times of requests) is left out: equal fingerprints mean equal content.
func (s *Store) Fingerprint(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	var names []string
	for _, c := range layout.RecordColumns {
		if !slices.Contains([]string{"record_no", "version_no"}, c) {
			names = append(names, "r."+c)
		}
	}
	for _, f := range fingerprintQueries {
		q := strings.Replace(f.query, "%record", strings.Join(names, ", "), 1)
		if err := s.fingerprint(ctx, out, f.table, q); err != nil {
			return nil, err
		}
	}
	for _, t := range layout.Tables {
		var cols []string
		for _, c := range t.Columns[1:] {
			cols = append(cols, "x."+c)
		}
		q := "SELECT r.source, r.id, " + strings.Join(cols, ", ") + " FROM " + t.Name +
			" x JOIN record r USING (record_no) ORDER BY r.source, r.id, 3, 4, 5"
		if err := s.fingerprint(ctx, out, t.Name, q); err != nil {
			return nil, err
		}
	}
	sum, err := s.fingerprintVersions(ctx)
	out["record_version"] = sum
	return out, err
}

func (s *Store) fingerprint(ctx context.Context, out map[string]string, table, q string) error {
	rows, err := s.r.QueryContext(ctx, q)
	if err != nil {
		return fmt.Errorf("fingerprint %s: %w", table, s.explain(err))
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	vals, dest := make([]any, len(cols)), make([]any, len(cols))
	for i := range vals {
		dest[i] = &vals[i]
	}
	h := sha256.New()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("fingerprint %s: %w", table, s.explain(err))
		}
		for _, v := range vals {
			hashValue(h, v)
		}
	}
	out[table] = hex.EncodeToString(h.Sum(nil))
	if err := rows.Err(); err != nil {
		return fmt.Errorf("fingerprint %s: %w", table, s.explain(err))
	}
	return nil
}

// hashValue writes a value so that no two different rows can look the same.
func hashValue(h hash.Hash, v any) {
	var kind byte
	var b []byte
	switch v := v.(type) {
	case nil:
	case int64:
		kind, b = 'i', binary.LittleEndian.AppendUint64(nil, uint64(v))
	case float64:
		kind, b = 'f', binary.LittleEndian.AppendUint64(nil, math.Float64bits(v))
	case string:
		kind, b = 't', []byte(v)
	case []byte:
		kind, b = 'b', v
	default:
		kind, b = '?', fmt.Append(nil, v)
	}
	head := binary.LittleEndian.AppendUint64([]byte{kind}, uint64(len(b)))
	h.Write(head)
	h.Write(b)
}

// fingerprintVersions takes versions by what they say, without the times at
// which their problems were met.
func (s *Store) fingerprintVersions(ctx context.Context) (string, error) {
	h := sha256.New()
	type row struct {
		rec  evidence.Record
		more [6]any
	}
	for x, err := range each(ctx, s, "fingerprint record_version", func(scan func(...any) error) (x row, err error) {
		x.rec, err = s.scanRecord(func(first ...any) error {
			for i := range x.more {
				first = append(first, &x.more[i])
			}
			return scan(first...)
		})
		return x, err
	}, "SELECT "+versionColumns+", v.origin, v.content_hash, v.payload_sha256, v.pointer, v.label, v.stated FROM "+
		"record_version v JOIN record r USING (record_no)"+
		versionPayload+"ORDER BY r.source, r.id, v.origin, v.seen, v.version_no") {
		if err != nil {
			return "", err
		}
		for i := range x.rec.Problems {
			x.rec.Problems[i].At = time.Time{}
		}
		doc, err := json.Marshal(x.rec)
		if err != nil {
			return "", err
		}
		hashValue(h, x.rec.Source)
		hashValue(h, doc)
		for _, v := range x.more {
			hashValue(h, v)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
