package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"past/internal/evidence"
)

// ReplaceStudies replaces all studies, their members and all links in one
// transaction. Links are those of the whole store, also the undone ones; a
// study's own Links field is not stored and is filled from them on reading.
func (s *Store) ReplaceStudies(ctx context.Context, studies []evidence.Study, links []evidence.Link) error {
	err := s.write(ctx, func(c *conn) error {
		for _, t := range []string{"study", "link"} { // members go with their study
			if err := c.exec("DELETE FROM " + t); err != nil {
				return err
			}
		}
		for i := range studies {
			if err := c.addStudy(&studies[i]); err != nil {
				return fmt.Errorf("study %s: %w", studies[i].ID, err)
			}
		}
		for _, l := range links {
			err := c.exec("INSERT INTO link (a, b, kind, reason, strength, undone, payload_sha256, pointer) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				l.A, l.B, l.Kind, l.Reason, l.Strength, null(l.Undone), null(l.Prov.PayloadSHA256), null(l.Prov.Pointer))
			if err != nil {
				return fmt.Errorf("link %s–%s: %w", l.A, l.B, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replace studies: %w", err)
	}
	return nil
}

func (c *conn) addStudy(st *evidence.Study) error {
	bare := *st
	bare.Links = nil
	doc, err := json.Marshal(&bare)
	if err != nil {
		return err
	}
	var year any
	if st.Year != 0 {
		year = st.Year
	}
	err = c.exec(`INSERT INTO study (id, label, year, substances, conditions, topics, design, blinding, status, sponsor, enrollment,
		randomised, retracted, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		st.ID, st.Label, year, textArray(st.Substances), textArray(st.Conditions), textArray(st.Topics), null(st.Design), null(st.Blinding),
		null(string(st.Status)), null(st.Sponsor), nullInt(st.Enrollment), nullInt(st.Randomised), textArray(st.Retracted), string(doc))
	if err != nil {
		return err
	}
	for role, ids := range map[string][]string{"record": st.Records, "paper": st.Papers} {
		for _, id := range ids {
			err := c.exec("INSERT INTO study_record (study_id, role, record_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", st.ID, role, id)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Studies gives all studies in the order of their ids, with their links.
func (s *Store) Studies(ctx context.Context) iter.Seq2[evidence.Study, error] {
	return func(yield func(evidence.Study, error) bool) {
		members, err := s.members(ctx)
		if err != nil {
			yield(evidence.Study{}, err)
			return
		}
		links, err := s.Links(ctx, "")
		if err != nil {
			yield(evidence.Study{}, err)
			return
		}
		of := map[string][]evidence.Link{}
		for _, l := range links {
			for _, id := range distinct(append(append([]string(nil), members[l.A]...), members[l.B]...)) {
				of[id] = append(of[id], l)
			}
		}
		for st, err := range documents[evidence.Study](ctx, s, "read studies", "SELECT document FROM study ORDER BY id") {
			if err == nil {
				st.Links = of[st.ID]
			}
			if !yield(st, err) || err != nil {
				return
			}
		}
	}
}

// members maps each record and paper to the studies it belongs to.
func (s *Store) members(ctx context.Context) (map[string][]string, error) {
	out := map[string][]string{}
	type pair struct{ study, record string }
	for p, err := range each(ctx, s, "read members of studies", func(scan func(...any) error) (p pair, err error) {
		return p, scan(&p.study, &p.record)
	}, "SELECT study_id, record_id FROM study_record ORDER BY study_id, record_id") {
		if err != nil {
			return nil, err
		}
		out[p.record] = append(out[p.record], p.study)
	}
	return out, nil
}

// distinct drops repetitions, keeping the order.
func distinct(ids []string) []string {
	seen := map[string]bool{}
	out := ids[:0]
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// Study gives one study by its id or by the id of one of its records or
// papers. A paper that several studies share gives the first by id.
func (s *Store) Study(ctx context.Context, id string) (evidence.Study, error) {
	st, err := document[evidence.Study](ctx, s, "study "+id, `SELECT document FROM study WHERE id = ?1
		UNION ALL SELECT * FROM (SELECT s.document FROM study s JOIN study_record m ON m.study_id = s.id WHERE m.record_id = ?1 ORDER BY s.id)
		LIMIT 1`, id)
	if err != nil {
		return st, err
	}
	st.Links, err = s.links(ctx, `SELECT a, b, kind, reason, strength, coalesce(undone, ''), coalesce(payload_sha256, ''), `+
		`coalesce(pointer, '')
		FROM link WHERE a IN (SELECT record_id FROM study_record WHERE study_id = ?1)
		OR b IN (SELECT record_id FROM study_record WHERE study_id = ?1) ORDER BY a, b, kind, link_no`, st.ID)
	if len(st.Links) == 0 {
		st.Links = nil
	}
	return st, err
}

// Links lists links that name the id on either side; "" lists all, in the
// order of A, B and kind.
func (s *Store) Links(ctx context.Context, id string) ([]evidence.Link, error) {
	return s.links(ctx, `SELECT a, b, kind, reason, strength, coalesce(undone, ''), coalesce(payload_sha256, ''), coalesce(pointer, '')
		FROM link WHERE ?1 = '' OR a = ?1 OR b = ?1 ORDER BY a, b, kind, link_no`, id)
}

func (s *Store) links(ctx context.Context, q string, args ...any) ([]evidence.Link, error) {
	return collect(each(ctx, s, "read links", func(scan func(...any) error) (l evidence.Link, err error) {
		return l, scan(&l.A, &l.B, &l.Kind, &l.Reason, &l.Strength, &l.Undone, &l.Prov.PayloadSHA256, &l.Prov.Pointer)
	}, q, args...))
}
