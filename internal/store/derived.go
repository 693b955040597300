package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"past/internal/evidence"
	"past/internal/store/value"
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
				l.A, l.B, l.Kind, l.Reason, l.Strength, value.Null(l.Undone), value.Null(l.Prov.PayloadSHA256), value.Null(l.Prov.Pointer))
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
		st.ID, st.Label, year, value.Array(st.Substances), value.Array(st.Conditions), value.Array(st.Topics), value.Null(st.Design),
		value.Null(st.Blinding),
		value.Null(string(st.Status)), value.Null(st.Sponsor), value.Int(st.Enrollment), value.Int(st.Randomised), value.Array(st.Retracted),
		string(doc))
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

const linkColumns = "SELECT a, b, kind, reason, strength, coalesce(undone, ''), coalesce(payload_sha256, ''), " +
	"coalesce(pointer, '') FROM link "

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

// Decision is one row of a human decision file.
type Decision struct {
	File   string          `json:"file"` // name within the review folder
	Line   int             `json:"line"` // 1-based, header counted
	Kind   string          `json:"kind"` // inclusion, correction, extraction, risk-of-bias, certainty, link, note, …
	Target string          `json:"target"`
	Who    string          `json:"who"`
	When   string          `json:"when"`
	What   string          `json:"what"`
	Why    string          `json:"why"`
	Stale  string          `json:"stale,omitempty"` // why it no longer fits the data
	Row    json.RawMessage `json:"row"`             // the whole row
}

// ReplaceDecisions replaces all rows of all decision files in one
// transaction: the files are where decisions live, the store only shows them.
func (s *Store) ReplaceDecisions(ctx context.Context, ds []Decision) error {
	err := s.write(ctx, func(c *conn) error {
		if err := c.exec("DELETE FROM decision"); err != nil {
			return err
		}
		for _, d := range ds {
			row := string(d.Row)
			if row == "" {
				row = "{}"
			}
			err := c.exec("INSERT INTO decision (file, line, kind, target, who, at, what, why, stale, row) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
				d.File, d.Line, d.Kind, d.Target, d.Who, d.When, d.What, d.Why, value.Null(d.Stale), row)
			if err != nil {
				return fmt.Errorf("%s:%d: %w", d.File, d.Line, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replace decisions: %w", err)
	}
	return nil
}

// Decisions lists decisions in the order of file and line; kind "" lists all.
func (s *Store) Decisions(ctx context.Context, kind string) ([]Decision, error) {
	return collect(each(ctx, s, "read decisions", func(scan func(...any) error) (d Decision, err error) {
		var row string
		err = scan(&d.File, &d.Line, &d.Kind, &d.Target, &d.Who, &d.When, &d.What, &d.Why, text{&d.Stale}, &row)
		d.Row = json.RawMessage(row)
		return d, err
	}, "SELECT file, line, kind, target, who, at, what, why, stale, row FROM decision WHERE ?1 = '' OR kind = ?1 ORDER BY file, line", kind))
}

// Listed gives the values of lists one by one, as a reading does.
func Listed[T any](lists ...[]T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, list := range lists {
			for _, v := range list {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

// ReplaceEffects replaces all effects in one transaction. The sequence is read while
// the store is held for writing: it must not write to it.
func (s *Store) ReplaceEffects(ctx context.Context, effects iter.Seq2[evidence.Effect, error]) error {
	err := s.write(ctx, func(c *conn) error {
		if err := c.exec("DELETE FROM effect"); err != nil {
			return err
		}
		for e, err := range effects {
			if err == nil {
				err = c.addEffect(&e)
			}
			if err != nil {
				return fmt.Errorf("effect %s: %w", e.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replace effects: %w", err)
	}
	return nil
}

func (c *conn) addEffect(e *evidence.Effect) error {
	if firstNaN(e.Estimate, e.Variance, e.SE, e.CILower, e.CIUpper, e.Ratio, e.RatioLower, e.RatioUpper, e.TimepointWeeks) {
		return errors.New("it has a number that is not finite: such an effect is none")
	}
	if e.Inputs == nil {
		e.Inputs = []evidence.Input{} // an empty list, which is not null
	}
	doc, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return c.exec(`INSERT INTO effect (id, study_id, study_label, record_id, substance, condition, comparator_class, domain, instrument,
		timepoint_weeks, measure, formula, estimate, variance, channel, verdict, reason, document) VALUES (?, ?, ?, ?, ?, ?, ?, `+
		`?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.StudyID, e.StudyLabel, value.Null(e.RecordID), e.Substance, e.Condition, e.ComparatorClass, e.Domain, value.Null(e.Instrument),
		value.Float(e.TimepointWeeks), e.Measure, e.Formula, value.Float(e.Estimate), value.Float(e.Variance), e.Channel, string(e.Verdict),
		e.Reason,
		string(doc))
}

// Effects gives all effects in the order of their ids.
func (s *Store) Effects(ctx context.Context) iter.Seq2[evidence.Effect, error] {
	return documents[evidence.Effect](ctx, s, "read effects", "SELECT document FROM effect ORDER BY id")
}

// EffectsOf gives the effects of substances, and all effects of the studies that
// are about one of them, in the order of their ids.
func (s *Store) EffectsOf(ctx context.Context, substances []string) iter.Seq2[evidence.Effect, error] {
	return documents[evidence.Effect](ctx, s, "read effects", `SELECT document FROM effect WHERE substance IN (SELECT value FROM json_each(?1))
		OR study_id IN (SELECT s.id FROM study s, json_each(s.substances) x WHERE x.value IN (SELECT value FROM json_each(?1))) ORDER BY id`,
		value.Array(substances))
}

// Effect gives one effect by its id.
func (s *Store) Effect(ctx context.Context, id string) (evidence.Effect, error) {
	return document[evidence.Effect](ctx, s, "effect "+id, "SELECT document FROM effect WHERE id = ?", id)
}

// ReplaceFindings replaces the current findings, claim verdicts and gap map in
// one transaction.
func (s *Store) ReplaceFindings(ctx context.Context, fs []evidence.Finding, cs []evidence.ClaimVerdict, gs []evidence.GapCell) error {
	err := s.write(ctx, func(c *conn) error {
		for _, t := range []string{"finding", "claim", "gap"} {
			if err := c.exec("DELETE FROM " + t); err != nil {
				return err
			}
		}
		for i := range fs {
			if err := c.addFinding(&fs[i]); err != nil {
				return fmt.Errorf("finding %s: %w", fs[i].ID, err)
			}
		}
		for i := range cs {
			v := &cs[i]
			err := c.addDocument("INSERT INTO claim (id, verdict, k, n, document) VALUES (?, ?, ?, ?, ?)", v, v.ID, string(v.Verdict), v.K, int(v.N))
			if err != nil {
				return fmt.Errorf("claim %s: %w", v.ID, err)
			}
		}
		for i := range gs {
			g := &gs[i]
			if err := c.addDocument("INSERT INTO gap (topic, substance, document) VALUES (?, ?, ?)", g, g.Topic, g.Substance); err != nil {
				return fmt.Errorf("gap cell %s × %s: %w", g.Topic, g.Substance, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replace findings: %w", err)
	}
	return nil
}

// addDocument runs an insert whose last column is the JSON of v.
func (c *conn) addDocument(q string, v any, args ...any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("it cannot be written as JSON (a number that is not finite?): %w", err)
	}
	return c.exec(q, append(args, string(doc))...)
}

func (c *conn) addFinding(f *evidence.Finding) error {
	p := &f.Primary
	if firstNaN(p.Estimate, p.SE, p.CILower, p.CIUpper) {
		return errors.New("its estimate or interval is not finite; leave such a number nil")
	}
	return c.addDocument(`INSERT INTO finding (id, question, title, substance, condition, domain, measure, formula, method, test, k, n,
		estimate, ci_lb, ci_ub, certainty, signed, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, f,
		f.ID, f.Question, f.Title, f.Substance, f.Condition, f.Domain, f.Measure, p.Formula, p.Method, p.Test, p.K, int(p.N),
		value.Float(p.Estimate), value.Float(p.CILower), value.Float(p.CIUpper), f.Certainty.Level, f.Certainty.Signed)
}

// Findings gives the current findings in the order of their ids.
func (s *Store) Findings(ctx context.Context) ([]evidence.Finding, error) {
	return collect(s.EachFinding(ctx))
}

// EachFinding gives the current findings one by one, in the order of their ids.
func (s *Store) EachFinding(ctx context.Context) iter.Seq2[evidence.Finding, error] {
	return documents[evidence.Finding](ctx, s, "read findings", "SELECT document FROM finding ORDER BY id")
}

// Finding gives one current finding.
func (s *Store) Finding(ctx context.Context, id string) (evidence.Finding, error) {
	return document[evidence.Finding](ctx, s, "finding "+id, "SELECT document FROM finding WHERE id = ?", id)
}

// Claims gives the current claim verdicts in the order of their ids.
func (s *Store) Claims(ctx context.Context) ([]evidence.ClaimVerdict, error) {
	return collect(documents[evidence.ClaimVerdict](ctx, s, "read claims", "SELECT document FROM claim ORDER BY id"))
}

// Gaps gives the current gap map in the order of topic and substance.
func (s *Store) Gaps(ctx context.Context) ([]evidence.GapCell, error) {
	return collect(documents[evidence.GapCell](ctx, s, "read gap map", "SELECT document FROM gap ORDER BY topic, substance"))
}

// ReplaceKnowledge replaces the coded protocol texts and the sexual and relational
// outcomes in one transaction.
func (s *Store) ReplaceKnowledge(ctx context.Context, coded []evidence.Coded, layer []evidence.LayerRow) error {
	err := s.write(ctx, func(c *conn) error {
		for _, t := range []string{"coded_text", "sexual_outcome"} {
			if err := c.exec("DELETE FROM " + t); err != nil {
				return err
			}
		}
		rows := c.newBulk("coded_text", "record_id", "code_group", "code", "stance", "quote", "field", "pointer")
		for _, x := range coded {
			if err := rows.add([]any{x.RecordID, x.Group, x.Code, x.Stance, x.Quote, x.Field, value.Null(x.Pointer)}); err != nil {
				return fmt.Errorf("code %s of %s: %w", x.Code, x.RecordID, err)
			}
		}
		if err := rows.flush(); err != nil {
			return err
		}
		for i := range layer {
			if err := c.addDocument("INSERT INTO sexual_outcome (seq, document) VALUES (?, ?)", &layer[i], i+1); err != nil {
				return fmt.Errorf("sexual outcome of %s: %w", layer[i].RecordID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replace coded texts: %w", err)
	}
	return nil
}

// Coded gives the coded protocol texts, as they were put in.
func (s *Store) Coded(ctx context.Context) ([]evidence.Coded, error) {
	return collect(each(ctx, s, "read coded texts", func(scan func(...any) error) (evidence.Coded, error) {
		var x evidence.Coded
		err := scan(&x.RecordID, &x.Group, &x.Code, &x.Stance, &x.Quote, &x.Field, &x.Pointer)
		return x, err
	}, "SELECT record_id, code_group, code, stance, quote, field, coalesce(pointer, '') FROM coded_text ORDER BY seq"))
}

// SexualOutcomes gives the sexual and relational layer, in its order.
func (s *Store) SexualOutcomes(ctx context.Context) ([]evidence.LayerRow, error) {
	return collect(documents[evidence.LayerRow](ctx, s, "read sexual outcomes", "SELECT document FROM sexual_outcome ORDER BY seq"))
}

// PlannedReadings gives what the planned outcomes of a record measure, "" for all
// records, by record and outcome.
func (s *Store) PlannedReadings(ctx context.Context, record string) ([]evidence.PlannedReading, error) {
	cond, args := "", []any(nil)
	if record != "" {
		cond, args = " WHERE record_id = ?", []any{record}
	}
	return collect(each(ctx, s, "read planned outcomes", func(scan func(...any) error) (evidence.PlannedReading, error) {
		var p evidence.PlannedReading
		err := scan(&p.RecordID, &p.OutcomeIndex, &p.Instrument, &p.Subscale, &p.Domain)
		return p, err
	}, "SELECT record_id, outcome_index, instrument, coalesce(subscale, ''), domain FROM planned_reading"+cond+
		" ORDER BY record_id, outcome_index", args...))
}
