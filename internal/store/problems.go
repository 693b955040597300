package store

import (
	"time"

	"past/crawler"
	"past/internal/evidence"
)

// openProblems are the unsettled payload problems of the batch's source, by
// what an answer could settle: a record or a place.
type openProblems struct {
	byRecord map[string][]openProblem
	byPlace  map[string][]openProblem
}

type openProblem struct {
	no int64
	at string
}

const (
	levelPayload = "payload"
	levelRecord  = "record"
)

// loadOpen reads open problems and tombstones of the source: there are few,
// and most batches then need no look-up.
func (in *intake) loadOpen() error {
	in.open = openProblems{map[string][]openProblem{}, map[string][]openProblem{}}
	if len(in.b.Records)+len(in.b.Payloads)+len(in.b.Gone) == 0 {
		return nil // nothing that settles a problem or lifts a tombstone
	}
	err := in.c.query("SELECT problem_no, record_id, place, at FROM problem WHERE source = ? AND resolved_at IS NULL AND level = 'payload'",
		func(row []any) error {
			p := openProblem{no: asInt(row[0]), at: str(row[3])}
			if id := str(row[1]); id != "" {
				in.open.byRecord[id] = append(in.open.byRecord[id], p)
			} else if place := str(row[2]); place != "" {
				in.open.byPlace[place] = append(in.open.byPlace[place], p)
			}
			return nil
		}, in.b.Source)
	if err != nil {
		return err
	}
	return in.c.query("SELECT source, record_id, at FROM tombstone WHERE returned_at IS NULL", func(row []any) error {
		in.graves[recordKey{str(row[0]), str(row[1])}] = str(row[2])
		return nil
	})
}

// returned closes the tombstone of a record that is there again.
func (in *intake) returned(k recordKey, at string) error {
	since, ok := in.graves[k]
	if !ok || at < since {
		return nil
	}
	delete(in.graves, k)
	return in.c.exec("UPDATE tombstone SET returned_at = ? WHERE source = ? AND record_id = ? AND returned_at IS NULL", at, k.source, k.id)
}

// writeGone sets tombstones. A record that the same batch holds is not gone.
func (in *intake) writeGone() error {
	here := map[string]bool{}
	for i := range in.b.Records {
		here[in.b.Records[i].ID] = true
	}
	at := stampText(in.at)
	for _, id := range in.b.Gone {
		k := recordKey{in.b.Source, id}
		if _, buried := in.graves[k]; buried || here[id] || id == "" {
			continue
		}
		// A tombstone that was set and lifted at or after this time means that
		// the batch is reported again, or that its news is old.
		n, err := in.c.number("SELECT count(*) FROM tombstone WHERE source = ? AND record_id = ? AND at >= ?", k.source, k.id, at)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if err := in.c.exec("INSERT INTO tombstone (source, record_id, at, run) VALUES (?, ?, ?, ?)", k.source, k.id, at,
			null(in.b.Run)); err != nil {
			return err
		}
		in.graves[k] = at
		in.res.Gone++
	}
	return nil
}

// writeProblems keeps the batch's problems and settles those that its answers
// have overtaken.
func (in *intake) writeProblems() error {
	now := stampText(in.at)
	told := map[string]bool{} // records and places that are still in trouble
	for _, p := range in.b.Problems {
		if p.Source == "" {
			p.Source = in.b.Source
		}
		if err := in.c.addProblem(levelPayload, p, in.at); err != nil {
			return err
		}
		told[p.RecordID], told[p.Where] = true, true
	}
	settle := func(ps []openProblem) error {
		for _, p := range ps {
			if now < p.at {
				continue
			}
			if err := in.c.exec("UPDATE problem SET resolved_at = ? WHERE problem_no = ?", now, p.no); err != nil {
				return err
			}
		}
		return nil
	}
	if len(in.open.byRecord) > 0 {
		for i := range in.b.Records {
			if id := in.b.Records[i].ID; !told[id] {
				if err := settle(in.open.byRecord[id]); err != nil {
					return err
				}
			}
		}
	}
	if len(in.open.byPlace) > 0 {
		for i := range in.b.Payloads {
			if url := in.b.Payloads[i].URL; !told[url] {
				if err := settle(in.open.byPlace[url]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// recordProblems replaces the problems that belong to a record's content.
func (in *intake) recordProblems(w *recordWrite) error {
	if !w.isNew {
		if err := in.c.exec("DELETE FROM problem WHERE source = ? AND record_id = ? AND level = 'record'", w.key.source, w.key.id); err != nil {
			return err
		}
	}
	for _, p := range w.rec.Problems {
		p.Source, p.RecordID = w.key.source, w.key.id
		if p.SHA256 == "" {
			p.SHA256 = w.rec.Prov.PayloadSHA256
		}
		if err := in.c.addProblem(levelRecord, p, in.at); err != nil {
			return err
		}
	}
	return nil
}

// addProblem keeps a problem; one that is reported again is open again.
func (c *conn) addProblem(level string, p evidence.Problem, at time.Time) error {
	if !p.At.IsZero() {
		at = p.At
	}
	if p.Kind == crawler.KindDrift {
		// Every page reports it again with other counts: one row per key is enough.
		n, err := c.change(`UPDATE problem SET message = ?, payload_sha256 = ?, resolved_at = NULL
			WHERE source = ? AND record_id = ? AND level = ? AND kind = ? AND place = ?`,
			p.Message, p.SHA256, p.Source, p.RecordID, level, p.Kind, p.Where)
		if err != nil || n > 0 {
			return err
		}
	}
	return c.exec(`INSERT INTO problem (level, source, record_id, kind, place, message, retry, payload_sha256, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (source, record_id, level, kind, place, message, payload_sha256) DO UPDATE SET resolved_at = NULL, retry = excluded.retry`,
		level, p.Source, p.RecordID, p.Kind, p.Where, p.Message, null(p.Retry), p.SHA256, stampText(at))
}
