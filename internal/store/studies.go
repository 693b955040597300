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

// Studies gives all studies in the order of their ids, without their links.
func (s *Store) Studies(ctx context.Context) iter.Seq2[evidence.Study, error] {
	return documents[evidence.Study](ctx, s, "read studies", "SELECT document FROM study ORDER BY id")
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
	if st.Links, err = s.StudyLinks(ctx, st.ID); len(st.Links) == 0 {
		st.Links = nil
	}
	return st, err
}

const linkColumns = "SELECT a, b, kind, reason, strength, coalesce(undone, ''), coalesce(payload_sha256, ''), coalesce(pointer, '') FROM link "

// StudyLinks lists the links that name a record or paper of a study on either side.
func (s *Store) StudyLinks(ctx context.Context, study string) ([]evidence.Link, error) {
	return s.links(ctx, linkColumns+`WHERE a IN (SELECT record_id FROM study_record WHERE study_id = ?1)
		OR b IN (SELECT record_id FROM study_record WHERE study_id = ?1) ORDER BY a, b, kind, link_no`, study)
}

// Links lists links that name the id on either side; "" lists all, in the
// order of A, B and kind.
func (s *Store) Links(ctx context.Context, id string) ([]evidence.Link, error) {
	return s.links(ctx, linkColumns+"WHERE ?1 = '' OR a = ?1 OR b = ?1 ORDER BY a, b, kind, link_no", id)
}

func (s *Store) links(ctx context.Context, q string, args ...any) ([]evidence.Link, error) {
	return collect(each(ctx, s, "read links", func(scan func(...any) error) (l evidence.Link, err error) {
		return l, scan(&l.A, &l.B, &l.Kind, &l.Reason, &l.Strength, &l.Undone, &l.Prov.PayloadSHA256, &l.Prov.Pointer)
	}, q, args...))
}
