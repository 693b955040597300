package store

import (
	"errors"
	"fmt"
	"time"

	"past/crawler"
	"past/internal/evidence"
)

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
	items       [tabCount]*bulk
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
	for i, t := range itemTables {
		in.items[i] = c.itemBulk(i, t.name, t.columns)
	}
	in.items[tabAnalysis].parent = in.items[tabOutcome]
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
	t, err := moment(row[0])
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
		kr = &knownRecord{no: asInt(row[0]), version: asInt(row[1]), hash: str(row[2]), first: str(row[3]), last: str(row[4]), dated: str(row[5])}
	}
	in.known[k] = kr
	return kr, nil
}

func asInt(v any) int64 {
	n, _ := v.(int64)
	return n
}

var errNoRecord = errors.New("its history came before the record itself was stored")
