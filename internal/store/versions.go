package store

import (
	"fmt"
	"past/crawler"
	"past/internal/evidence"
	"past/internal/store/layout"
	"past/internal/store/value"
	"strconv"
	"strings"
)

// recordWrite is a version to be written.
type recordWrite struct {
	rec     *evidence.Record
	key     recordKey
	no      int64
	version int64
	at      string // received
	dated   string // its place among the versions
	current bool   // becomes the current version, with its rows
	isNew   bool   // the record was unknown
}

// writeRecords decides for each record of the batch what is to be done, and
// does it.
func (in *intake) writeRecords() error {
	for i := range in.b.Records {
		r := &in.b.Records[i]
		if r.ID == "" {
			in.b.Problems = append(in.b.Problems[:len(in.b.Problems):len(in.b.Problems)], evidence.Problem{Source: in.b.Source,
				Kind:  crawler.KindNoID,
				Where: r.Prov.Pointer, Message: "a record without an id cannot be kept", SHA256: r.Prov.PayloadSHA256, At: in.at})
			in.res.KeptAside++
			continue
		}
		if r.ContentHash == "" {
			return fmt.Errorf("record %s has no content hash", r.ID)
		}
		k := recordKey{r.Source, r.ID}
		if k.source == "" {
			k.source = in.b.Source
		}
		kr, err := in.find(k)
		if err != nil {
			return err
		}
		w, err := in.planRecord(r, k, kr)
		if err == nil && w != nil {
			err = in.writeRecord(w)
		}
		if err != nil {
			return fmt.Errorf("record %s: %w", r.ID, err)
		}
	}
	return in.flushItems()
}

func (in *intake) flushItems() error {
	for _, b := range in.items {
		if err := b.flush(); err != nil {
			return err
		}
	}
	return nil
}

// planRecord gives what must be written for one record, nil for nothing.
func (in *intake) planRecord(r *evidence.Record, k recordKey, kr *knownRecord) (*recordWrite, error) {
	t, err := in.received(r)
	if err != nil {
		return nil, err
	}
	at := value.Time(t)
	if in.kind == kindHistory {
		return in.planHistory(r, k, kr, at)
	}
	if err := in.returned(k, at); err != nil {
		return nil, err
	}
	switch {
	case kr.version == 0:
		in.res.New++
		in.nextRecord++
		kr.no = in.nextRecord
		return in.newCurrent(r, k, kr, at, true), nil
	case kr.hash == r.ContentHash && at >= kr.first:
		in.res.Unchanged++
		if key := dated(r, at); at > kr.last || key > kr.dated {
			kr.last, kr.dated = max(kr.last, at), max(kr.dated, key)
			return nil, in.c.exec("UPDATE record_version SET last_seen = ?, dated = ? WHERE version_no = ?", kr.last, kr.dated, kr.version)
		}
		return nil, nil
	}
	return in.planChanged(r, k, kr, at)
}

// planChanged handles content that is not the current one.
func (in *intake) planChanged(r *evidence.Record, k recordKey, kr *knownRecord, at string) (*recordWrite, error) {
	told, err := in.c.number(`SELECT count(*) FROM record_version
		WHERE record_no = ?1 AND origin = 'snapshot' AND content_hash = ?2 AND seen <= ?3 AND last_seen >= ?3`, kr.no, r.ContentHash, at)
	if err != nil {
		return nil, err
	}
	if told > 0 { // this very content is known for this very time
		in.res.Unchanged++
		return nil, nil
	}
	switch key := dated(r, at); {
	case key < kr.dated:
		return in.planOlder(r, k, kr, at, key)
	case key > kr.dated || at >= kr.last:
		in.res.Changed++
		return in.newCurrent(r, k, kr, at, false), nil
	}
	if err := in.split(kr, at); err != nil {
		return nil, err
	}
	// An older snapshot than the current one: it may be the same as the
	// version before it or after it in time.
	for _, side := range []struct{ find, change string }{
		{`SELECT version_no, content_hash FROM record_version WHERE record_no = ? AND origin = 'snapshot' AND seen <= ?
			ORDER BY seen DESC, version_no DESC LIMIT 1`,
			"UPDATE record_version SET last_seen = max(last_seen, ?) WHERE version_no = ?"},
		{`SELECT version_no, content_hash FROM record_version WHERE record_no = ? AND origin = 'snapshot' AND seen > ?
			ORDER BY seen, version_no LIMIT 1`,
			"UPDATE record_version SET seen = ? WHERE version_no = ?"},
	} {
		row, ok, err := in.c.one(side.find, kr.no, at)
		if err != nil {
			return nil, err
		}
		if ok && value.Text(row[1]) == r.ContentHash {
			in.res.Unchanged++
			if asInt(row[0]) == kr.version {
				kr.first = min(kr.first, at)
			}
			return nil, in.c.exec(side.change, at, asInt(row[0]))
		}
	}
	in.res.Changed++
	in.nextVersion++
	return &recordWrite{rec: r, key: k, no: kr.no, version: in.nextVersion, at: at, dated: dated(r, at)}, nil
}

// split parts a version that was received before and after a time at which
// other content was: from then on it counts from its last receipt, and an
// older copy of it from its first to its first.
func (in *intake) split(kr *knownRecord, at string) error {
	row, ok, err := in.c.one(`SELECT version_no, last_seen FROM record_version WHERE record_no = ?1 AND origin = 'snapshot'
		AND seen <= ?2 AND last_seen > ?2`, kr.no, at)
	if err != nil || !ok {
		return err
	}
	in.nextVersion++
	err = in.c.exec(`INSERT INTO record_version (version_no, record_no, origin, seen, last_seen, content_hash, payload_sha256, `+
		`pointer, label, stated, dated)
		SELECT ?1, record_no, origin, seen, seen, content_hash, payload_sha256, pointer, label, stated, dated
		FROM record_version WHERE version_no = ?2`, in.nextVersion, asInt(row[0]))
	if err != nil {
		return err
	}
	if asInt(row[0]) == kr.version {
		kr.first = value.Text(row[1])
	}
	return in.c.exec("UPDATE record_version SET seen = last_seen WHERE version_no = ?", asInt(row[0]))
}

func (in *intake) newCurrent(r *evidence.Record, k recordKey, kr *knownRecord, at string, isNew bool) *recordWrite {
	in.nextVersion++
	w := &recordWrite{rec: r, key: k, no: kr.no, version: in.nextVersion, at: at, dated: dated(r, at), current: true, isNew: isNew}
	kr.version, kr.hash, kr.first, kr.last, kr.dated = w.version, r.ContentHash, at, at, w.dated
	return w
}

func (in *intake) planHistory(r *evidence.Record, k recordKey, kr *knownRecord, at string) (*recordWrite, error) {
	if kr.version == 0 {
		return nil, fmt.Errorf("history of %s: %w", r.ID, errNoRecord)
	}
	told, err := in.c.number(`SELECT count(*) FROM record_version WHERE record_no = ? AND origin = 'register' AND content_hash = ?
		AND coalesce(label, '') = ?`, kr.no, r.ContentHash, r.Version)
	if err != nil {
		return nil, err
	}
	if told > 0 {
		in.res.Unchanged++
		return nil, nil
	}
	in.res.New++
	in.nextVersion++
	return &recordWrite{rec: r, key: k, no: kr.no, version: in.nextVersion, at: at, dated: dated(r, at)}, nil
}

func (in *intake) writeRecord(w *recordWrite) error {
	r := w.rec
	if w.current {
		if !w.isNew {
			if err := in.clearItems(w); err != nil {
				return err
			}
		}
		q := layout.InsertRecord
		if !w.isNew {
			q = layout.UpdateRecord
		}
		if err := in.c.exec(q, layout.RecordValues(w.no, w.version, w.key.source, w.rec)...); err != nil {
			return err
		}
	}
	origin := originSnapshot
	if in.kind == kindHistory {
		origin = originRegister
	}
	err := in.c.exec(`INSERT INTO record_version (version_no, record_no, origin, seen, last_seen, content_hash, payload_sha256, pointer,
		label, stated, dated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.version, w.no, origin, w.at, w.at, r.ContentHash, r.Prov.PayloadSHA256, r.Prov.Pointer, value.Null(r.Version), value.Null(stated(r)),
		w.dated)
	if err != nil || !w.current {
		return err
	}
	if err := in.index(w); err != nil {
		return err
	}
	in.written[w.no] = true
	for i, rows := range layout.Items(w.no, r) {
		if err := in.items[i].add(rows); err != nil {
			return err
		}
	}
	return in.recordProblems(w)
}

// clearItems empties the tables below a record before its new rows come.
func (in *intake) clearItems(w *recordWrite) error {
	if in.written[w.no] { // an earlier version of it in this batch
		if err := in.flushItems(); err != nil {
			return err
		}
	}
	for i, t := range layout.Tables {
		if i == layout.TabAnalysis { // these go with their outcome
			continue
		}
		if err := in.c.exec("DELETE FROM "+t.Name+" WHERE record_no = ?", w.no); err != nil {
			return err
		}
	}
	return nil
}

// stated is the register's own date of a version.
func stated(r *evidence.Record) string {
	for _, d := range []evidence.DateStruct{r.LastUpdatePosted, r.LastUpdateSubmit} {
		if d.Raw != "" {
			return d.Raw
		}
	}
	return ""
}

// dated orders the versions of a record as the register made them, by text: its
// date, its version number, the day of its data, and of equal ones that with
// posted results, which some formats leave out. A version without a date counts
// from when it came, which is then the best that is known.
func dated(r *evidence.Record, at string) string {
	day := at[:min(len(at), len("2006-01-02"))]
	for _, d := range []evidence.DateStruct{r.LastUpdatePosted, r.LastUpdateSubmit} {
		if _, _, p := d.Bounds(); p != evidence.NoDate {
			day = strings.TrimSpace(d.Raw)
			break
		}
	}
	no, err := strconv.Atoi(r.Version)
	if err != nil || no < 0 {
		no = 0
	}
	results := ""
	if r.Results != nil {
		results = " results"
	}
	return fmt.Sprintf("%s v%08d %s%s", day, no, r.DataDay, results)
}

// onePerPage leaves one of several copies of a record that a payload holds: the
// latest by the register's date, and of equal ones the last.
func onePerPage(records []evidence.Record) []evidence.Record {
	type place struct{ source, id, sha string }
	at := map[place]int{}
	var out []evidence.Record
	for i := range records {
		r := &records[i]
		k := place{r.Source, r.ID, r.Prov.PayloadSHA256}
		n, twice := at[k]
		switch {
		case !twice || r.ID == "":
			at[k] = len(out)
			out = append(out, *r)
		case dated(r, "") >= dated(&out[n], ""):
			out[n] = *r
		}
	}
	return out
}

// planOlder keeps content that the register had before the current version, or
// meets it in the history.
func (in *intake) planOlder(r *evidence.Record, k recordKey, kr *knownRecord, at, key string) (*recordWrite, error) {
	n, err := in.c.number("SELECT version_no FROM record_version WHERE record_no = ? AND origin = 'snapshot' AND content_hash "+
		"= ? AND dated = ? LIMIT 1",
		kr.no, r.ContentHash, key)
	if err != nil {
		return nil, err
	}
	in.res.Older++
	if n != 0 {
		return nil, in.c.exec("UPDATE record_version SET seen = min(seen, ?1), last_seen = max(last_seen, ?1) WHERE version_no = ?2", at, n)
	}
	in.nextVersion++
	return &recordWrite{rec: r, key: k, no: kr.no, version: in.nextVersion, at: at, dated: key}, nil
}
