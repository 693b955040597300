package store

import (
	"context"
	"errors"
	"fmt"
	"past/crawler"
	"past/internal/evidence"
	"past/internal/store/layout"
	"past/internal/store/value"
	"time"
)

var (
	_ crawler.Sink      = (*Store)(nil)
	_ crawler.HitLister = (*Store)(nil)
	_ crawler.Memory    = (*Store)(nil)
)

// Commit keeps a batch and its cursor in one transaction: payloads (each body
// once), a version of each record whose content changed with the rows below
// it, the hit list, tombstones, problems and the cursor. Committing a batch
// again changes nothing. KeptAside counts the problems that name a payload:
// bodies and parts of bodies that gave no record.
//
// A record must name one of the batch's payloads, or a stored one, and carry a
// content hash. When a record was received is when its payload was fetched: a
// snapshot older than the current version takes its place in the history and
// leaves the current version alone.
func (s *Store) Commit(ctx context.Context, b crawler.Batch) (crawler.CommitResult, error) {
	return s.commit(ctx, b, kindSnapshot, nil)
}

// Import keeps saved payloads and their records: a Commit without a query,
// cursor or hit list. Payloads carry URL "file:NAME" and Status 0. The files
// that they are parts of, or that were read to their end, are noted with them.
func (s *Store) Import(ctx context.Context, source, run string, payloads []evidence.Payload, parsed crawler.Parsed,
	files ...File) (crawler.CommitResult, error) {
	return s.commit(ctx, crawler.Batch{
		Source: source, Run: run, Payloads: payloads, Records: parsed.Records, Problems: parsed.Problems,
	}, kindSnapshot, files)
}

// AddHistory keeps older versions of records as a register's own history
// gives them, oldest first. They stand beside our snapshots in
// [Store.History], never replace the current version and do not count for
// RecordFilter.AsOf, which asks what we had received. The record itself must
// have been stored before.
func (s *Store) AddHistory(ctx context.Context, source, run string, payloads []evidence.Payload,
	versions []evidence.Record) (crawler.CommitResult, error) {
	return s.commit(ctx, crawler.Batch{Source: source, Run: run, Payloads: payloads, Records: versions}, kindHistory, nil)
}

func (s *Store) commit(ctx context.Context, b crawler.Batch, kind string, files []File) (res crawler.CommitResult, err error) {
	if b.Source == "" {
		return res, errors.New("commit: the batch names no source")
	}
	if err := checkPayloads(b.Payloads); err != nil {
		return res, fmt.Errorf("commit %s: %w", b.Source, err)
	}
	err = s.write(ctx, func(c *conn) error {
		if err := c.noteFiles(files); err != nil {
			return err
		}
		in, err := s.newIntake(c, &b, kind)
		if err != nil {
			return err
		}
		res, err = in.run()
		return err
	})
	if err != nil {
		return crawler.CommitResult{}, fmt.Errorf("commit %s: %w", b.Source, err)
	}
	return res, nil
}

// batchTime is the time that a batch represents where a payload has none.
func (s *Store) batchTime(b *crawler.Batch) time.Time {
	if !b.Cursor.At.IsZero() {
		return b.Cursor.At
	}
	var last time.Time
	for _, p := range b.Payloads {
		if p.FetchedAt.After(last) {
			last = p.FetchedAt
		}
	}
	if last.IsZero() {
		last = s.opt.Now()
	}
	return last
}

// The kinds of arrival.
const (
	kindSnapshot = "snapshot"
	kindHistory  = "history"
)

// The origins of a version.
const (
	originSnapshot = "snapshot"
	originRegister = "register"
)

// intake takes one batch in, within a transaction.
type intake struct {
	s    *Store
	c    *conn
	b    *crawler.Batch
	kind string
	// replay is set in a rebuild: the batch's payloads are stored already.
	replay bool
	at     time.Time
	res    crawler.CommitResult

	nextRecord  int64
	nextVersion int64
	items       [layout.TabCount]*bulk
	written     map[int64]bool // records whose rows are new or wait to be written
	known       map[recordKey]*knownRecord
	graves      map[recordKey]string // open tombstones and since when
	open        openProblems
	seen        map[string]time.Time // when each payload of the batch came
}

type recordKey struct{ source, id string }

// knownRecord is where a record is in the transaction so far.
type knownRecord struct {
	no, version int64  // version 0: not stored yet
	hash        string // of the current version
	dated       string // place of the current version among the register's own
	first, last string // when the current version was first and last received
}

// checkPayloads looks at payloads before the database is touched.
func checkPayloads(ps []evidence.Payload) error {
	for i := range ps {
		p := &ps[i]
		switch {
		case len(p.SHA256) != 64:
			return fmt.Errorf("payload from %s has no SHA-256 in hex", p.URL)
		case len(p.Body) > maxBody:
			return fmt.Errorf("payload from %s has %d bytes; the store keeps up to %d in one body", p.URL, len(p.Body), maxBody)
		case p.FetchedAt.IsZero():
			return fmt.Errorf("payload from %s does not say when it was fetched", p.URL)
		}
	}
	return nil
}

func (s *Store) newIntake(c *conn, b *crawler.Batch, kind string) (*intake, error) {
	in := &intake{s: s, c: c, b: b, kind: kind, at: s.batchTime(b),
		known: map[recordKey]*knownRecord{}, graves: map[recordKey]string{}, seen: map[string]time.Time{}, written: map[int64]bool{}}
	var err error
	if in.nextRecord, err = c.number("SELECT max(record_no) FROM record"); err != nil {
		return nil, err
	}
	if in.nextVersion, err = c.number("SELECT max(version_no) FROM record_version"); err != nil {
		return nil, err
	}
	for i, t := range layout.Tables {
		in.items[i] = c.itemBulk(i, t.Name, t.Columns)
	}
	in.items[layout.TabAnalysis].parent = in.items[layout.TabOutcome]
	return in, nil
}

// run does the whole of it.
func (in *intake) run() (crawler.CommitResult, error) {
	in.b.Records = onePerPage(in.b.Records)
	in.res.Received = len(in.b.Records)
	for _, p := range in.b.Problems {
		if p.SHA256 != "" && p.Kind != crawler.KindDrift {
			in.res.KeptAside++
		}
	}
	bodies, err := in.planBodies()
	if err != nil {
		return in.res, err
	}
	if err := in.loadOpen(); err != nil {
		return in.res, err
	}
	if err := in.writeBodies(bodies); err != nil {
		return in.res, err
	}
	if err := in.writeRecords(); err != nil {
		return in.res, err
	}
	if err := in.writeGone(); err != nil {
		return in.res, err
	}
	if err := in.writeProblems(); err != nil {
		return in.res, err
	}
	return in.res, in.writeQuery()
}

// received is when a record's payload came.
func (in *intake) received(r *evidence.Record) (time.Time, error) {
	sha := r.Prov.PayloadSHA256
	if t, ok := in.seen[sha]; ok {
		return t, nil
	}
	row, ok, err := in.c.one(`SELECT max(a.fetched_at) FROM arrival a JOIN payload p USING (payload_no) WHERE p.sha256 = ?`, sha)
	if err != nil {
		return time.Time{}, err
	}
	if !ok || row[0] == nil {
		return time.Time{}, fmt.Errorf("record %s names payload %q, which is neither in the batch nor stored", r.ID, sha)
	}
	t, err := value.Moment(row[0])
	if err == nil {
		in.seen[sha] = t
	}
	return t, err
}

// find looks a record up, adding it to the known ones.
func (in *intake) find(k recordKey) (*knownRecord, error) {
	if kr, ok := in.known[k]; ok {
		return kr, nil
	}
	row, ok, err := in.c.one(`SELECT r.record_no, r.version_no, v.content_hash, v.seen, v.last_seen, v.dated
		FROM record r JOIN record_version v ON v.version_no = r.version_no WHERE r.id = ? AND r.source = ?`, k.id, k.source)
	if err != nil {
		return nil, err
	}
	kr := &knownRecord{}
	if ok {
		kr = &knownRecord{no: asInt(row[0]), version: asInt(row[1]), hash: value.Text(row[2]), first: value.Text(row[3]),
			last: value.Text(row[4]), dated: value.Text(row[5])}
	}
	in.known[k] = kr
	return kr, nil
}

func asInt(v any) int64 {
	n, _ := v.(int64)
	return n
}

var errNoRecord = errors.New("its history came before the record itself was stored")

// bodyWrite is a payload of the batch and, where it is not stored yet, its
// compressed body.
type bodyWrite struct {
	p        *evidence.Payload
	no       int64 // of a body that is stored already
	stored   []byte
	encoding string
	err      error
}

// planBodies finds out which bodies are new and compresses these, on all
// processors.
func (in *intake) planBodies() ([]*bodyWrite, error) {
	if in.replay {
		return nil, nil
	}
	var out, fresh []*bodyWrite
	twins := map[string]bool{}
	for i := range in.b.Payloads {
		p := &in.b.Payloads[i]
		if t, ok := in.seen[p.SHA256]; !ok || p.FetchedAt.After(t) {
			in.seen[p.SHA256] = p.FetchedAt
		}
		w := &bodyWrite{p: p}
		var err error
		if w.no, err = in.c.number("SELECT payload_no FROM payload WHERE sha256 = ?", p.SHA256); err != nil {
			return nil, err
		}
		if w.no == 0 && !twins[p.SHA256] {
			twins[p.SHA256] = true
			fresh = append(fresh, w)
		}
		out = append(out, w)
	}
	onAll(len(fresh), func(i int) { fresh[i].compress() })
	for _, w := range fresh {
		if w.err != nil {
			return nil, w.err
		}
	}
	return out, nil
}

// compress checks the hash of a body and packs it.
func (w *bodyWrite) compress() {
	switch p := w.p; {
	case hashOf(p.Body) == p.SHA256:
		w.stored, w.encoding = compressBody(p.Body)
	case len(p.Body) == 0:
		w.err = fmt.Errorf("payload %s from %s has no body and is not stored yet", p.SHA256, p.URL)
	default:
		w.err = fmt.Errorf("payload from %s does not have the SHA-256 %s that it claims", p.URL, p.SHA256)
	}
}

func (in *intake) writeBodies(bodies []*bodyWrite) error {
	for _, b := range bodies {
		if err := in.writeBody(b); err != nil {
			return err
		}
	}
	return nil
}

// writeBody writes a payload and its arrival.
func (in *intake) writeBody(w *bodyWrite) error {
	p := w.p
	if w.stored != nil {
		err := in.c.exec("INSERT INTO payload (sha256, bytes, encoding, body) VALUES (?, ?, ?, ?)", p.SHA256, len(p.Body), w.encoding, w.stored)
		if err != nil {
			return err
		}
	}
	if w.no == 0 {
		var err error
		if w.no, err = in.c.number("SELECT payload_no FROM payload WHERE sha256 = ?", p.SHA256); err != nil {
			return err
		}
	}
	source := p.Source
	if source == "" {
		source = in.b.Source
	}
	// The same arrival given twice is one arrival.
	var file, offset, head any
	if f := p.File; f != nil {
		file, offset, head = f.No, f.Offset, f.Head
	}
	return in.c.exec(`INSERT INTO arrival (payload_no, kind, source, record_id, url, fetched_at, status, etag, last_modified, media_type, run,
		file_no, file_offset, file_head) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 WHERE NOT EXISTS (
			SELECT 1 FROM arrival WHERE payload_no = ?1 AND kind = ?2 AND source = ?3 AND url = ?5 AND fetched_at = ?6)`,
		w.no, in.kind, source, value.Null(p.RecordID), p.URL, value.Time(p.FetchedAt), p.Status, value.Null(p.ETag), value.Null(p.LastModified),
		value.Null(p.MediaType), value.Null(in.b.Run), file, offset, head)
}
