package store

import (
	"fmt"
	"slices"
	"sync"

	"past/internal/evidence"
)

// recordWrite is a version to be written.
type recordWrite struct {
	rec     *evidence.Record
	key     recordKey
	no      int64
	version int64
	at      string // received
	current bool   // becomes the current version, with its rows
	isNew   bool   // the record was unknown
	flush   bool   // rows of the record may still wait in a bulk
	task    *task

	items *itemRows
	body  []byte
	bytes int
}

// planRecords decides for each record of the batch what is to be done.
func (in *intake) planRecords() ([]*recordWrite, error) {
	var out []*recordWrite
	for i := range in.b.Records {
		r := &in.b.Records[i]
		if r.ID == "" {
			in.b.Problems = append(slices.Clip(in.b.Problems), evidence.Problem{Source: in.b.Source, Kind: "record-without-id",
				Where: r.Prov.Pointer, Message: "a record without an id cannot be kept", SHA256: r.Prov.PayloadSHA256, At: in.at})
			in.res.KeptAside++
			continue
		}
		if r.ContentHash == "" {
			return nil, fmt.Errorf("record %s has no content hash", r.ID)
		}
		w, err := in.planRecord(r)
		if err != nil {
			return nil, err
		}
		if w != nil {
			w.task = newTask(w.prepare)
			out = append(out, w)
		}
	}
	return out, nil
}

// planRecord gives what must be written for one record, nil for nothing.
func (in *intake) planRecord(r *evidence.Record) (*recordWrite, error) {
	k := recordKey{r.Source, r.ID}
	if k.source == "" {
		k.source = in.b.Source
	}
	t, err := in.received(r)
	if err != nil {
		return nil, err
	}
	at := stampText(t)
	kr, err := in.find(k)
	if err != nil {
		return nil, err
	}
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
		if at > kr.last {
			kr.last = at
			return nil, in.c.exec("UPDATE record_version SET last_seen = ? WHERE version_no = ?", at, kr.version)
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
	if at >= kr.first {
		in.res.Changed++
		return in.newCurrent(r, k, kr, at, false), nil
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
		if ok && str(row[1]) == r.ContentHash {
			in.res.Unchanged++
			if row[0] == kr.version {
				kr.first = min(kr.first, at)
			}
			return nil, in.c.exec(side.change, at, asInt(row[0]))
		}
	}
	in.res.Changed++
	in.nextVersion++
	return &recordWrite{rec: r, key: k, no: kr.no, version: in.nextVersion, at: at}, nil
}

func (in *intake) newCurrent(r *evidence.Record, k recordKey, kr *knownRecord, at string, isNew bool) *recordWrite {
	in.nextVersion++
	w := &recordWrite{rec: r, key: k, no: kr.no, version: in.nextVersion, at: at, current: true, isNew: isNew, flush: kr.touched}
	kr.version, kr.hash, kr.first, kr.last, kr.touched = w.version, r.ContentHash, at, at, true
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
	return &recordWrite{rec: r, key: k, no: kr.no, version: in.nextVersion, at: at}, nil
}

// packRoom spares the large buffers in which records are packed.
var packRoom = sync.Pool{New: func() any { return new([]byte) }}

// prepare does what needs no database.
func (w *recordWrite) prepare() {
	room := packRoom.Get().(*[]byte)
	packed := recordCodec.Append((*room)[:0], w.rec)
	w.bytes = len(packed)
	w.body = squeezeRecord(packed)
	*room = packed
	packRoom.Put(room)
	if w.current {
		w.items = itemsOf(w.no, w.rec)
	}
}

func (in *intake) writeRecord(w *recordWrite) error {
	r := w.rec
	if w.flush {
		for _, b := range in.items {
			if err := b.flush(); err != nil {
				return err
			}
		}
	}
	if w.current {
		if !w.isNew {
			if err := in.clearItems(w); err != nil {
				return err
			}
		}
		q := insertRecord
		if !w.isNew {
			q = updateRecord
		}
		if err := in.c.exec(q, recordValues(w)...); err != nil {
			return err
		}
	}
	origin := originSnapshot
	if in.kind == kindHistory {
		origin = originRegister
	}
	err := in.c.exec(`INSERT INTO record_version (version_no, record_no, origin, seen, last_seen, content_hash, payload_sha256, pointer,
		label, stated, layout_no, bytes, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.version, w.no, origin, w.at, w.at, r.ContentHash, r.Prov.PayloadSHA256, r.Prov.Pointer, null(r.Version), null(stated(r)),
		in.layout, w.bytes, w.body)
	if err != nil || !w.current {
		return err
	}
	for i, rows := range w.items {
		if err := in.items[i].add(rows); err != nil {
			return err
		}
	}
	return in.recordProblems(w)
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

// clearItems empties the tables below a record before its new rows come.
func (in *intake) clearItems(w *recordWrite) error {
	for i, t := range itemTables {
		if i == tabAnalysis { // these go with their outcome
			continue
		}
		if err := in.c.exec("DELETE FROM "+t.name+" WHERE record_no = ?", w.no); err != nil {
			return err
		}
	}
	return nil
}
