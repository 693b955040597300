package store

import (
	"context"
	"fmt"
	"time"

	"past/crawler"
	"past/internal/evidence"
	"past/internal/store/value"
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
			p := openProblem{no: asInt(row[0]), at: value.Text(row[3])}
			if id := value.Text(row[1]); id != "" {
				in.open.byRecord[id] = append(in.open.byRecord[id], p)
			} else if place := value.Text(row[2]); place != "" {
				in.open.byPlace[place] = append(in.open.byPlace[place], p)
			}
			return nil
		}, in.b.Source)
	if err != nil {
		return err
	}
	return in.c.query("SELECT source, record_id, at FROM tombstone WHERE returned_at IS NULL", func(row []any) error {
		in.graves[recordKey{value.Text(row[0]), value.Text(row[1])}] = value.Text(row[2])
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
	at := value.Time(in.at)
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
			value.Null(in.b.Run)); err != nil {
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
	now := value.Time(in.at)
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
		level, p.Source, p.RecordID, p.Kind, p.Where, p.Message, value.Null(p.Retry), p.SHA256, value.Time(at))
}

// ProblemFilter narrows [Store.Problems].
type ProblemFilter struct {
	Source   string
	RecordID string
	Resolved bool // also those that a later answer has settled
}

// Problems lists what could not be read, in the order in which it was found.
func (s *Store) Problems(ctx context.Context, f ProblemFilter) ([]evidence.Problem, error) {
	const q = `SELECT source, record_id, kind, place, message, coalesce(retry, ''), payload_sha256, at FROM problem
		WHERE (?1 = '' OR source = ?1) AND (?2 = '' OR record_id = ?2) AND (?3 OR resolved_at IS NULL) ORDER BY problem_no`
	return collect(each(ctx, s, "read problems", func(scan func(...any) error) (evidence.Problem, error) {
		var p evidence.Problem
		var at string
		if err := scan(&p.Source, &p.RecordID, &p.Kind, &p.Where, &p.Message, &p.Retry, &p.SHA256, &at); err != nil {
			return p, err
		}
		return p, moments(at, &p.At)
	}, q, f.Source, f.RecordID, f.Resolved))
}

// SetProblems makes these the open problems of a source that is read whole each
// time: those of former readings that it no longer has are settled.
func (s *Store) SetProblems(ctx context.Context, source string, ps []evidence.Problem) error {
	err := s.write(ctx, func(c *conn) error {
		if err := c.exec("UPDATE problem SET resolved_at = ? WHERE source = ? AND level = 'payload' AND resolved_at IS NULL",
			value.Time(s.opt.Now()), source); err != nil {
			return err
		}
		for _, p := range ps {
			if err := c.addProblem(levelPayload, p, s.opt.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("problems of %s: %w", source, err)
	}
	return nil
}

// AddProblems keeps problems that a stage other than the crawl met. One that
// is reported again is kept once.
func (s *Store) AddProblems(ctx context.Context, ps []evidence.Problem) error {
	err := s.write(ctx, func(c *conn) error {
		for _, p := range ps {
			if err := c.addProblem(levelPayload, p, s.opt.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep problems: %w", err)
	}
	return nil
}

// Drift is a key of a source's payloads that its parser does not know.
type Drift struct {
	Source  string `json:"source"`
	Path    string `json:"path"`
	Records int    `json:"records"` // that have it
	Count   int    `json:"count"`   // how often in all
	Example string `json:"example"` // a record that has it
}

// Drift lists unknown keys by source and path: a changed schema shows here.
func (s *Store) Drift(ctx context.Context) ([]Drift, error) {
	const q = `SELECT r.source, k.key, count(*), sum(k.value), min(r.id) FROM record r, json_each(r.unknown_keys) k
		WHERE r.unknown_keys IS NOT NULL GROUP BY r.source, k.key ORDER BY r.source, k.key`
	return collect(each(ctx, s, "read unknown keys", func(scan func(...any) error) (d Drift, err error) {
		err = scan(&d.Source, &d.Path, &d.Records, &d.Count, &d.Example)
		return d, err
	}, q))
}
