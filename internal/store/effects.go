package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"past/internal/evidence"
)

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
		e.ID, e.StudyID, e.StudyLabel, null(e.RecordID), e.Substance, e.Condition, e.ComparatorClass, e.Domain, null(e.Instrument),
		nullFloat(e.TimepointWeeks), e.Measure, e.Formula, nullFloat(e.Estimate), nullFloat(e.Variance), e.Channel, string(e.Verdict), e.Reason,
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
		textArray(substances))
}

// Effect gives one effect by its id.
func (s *Store) Effect(ctx context.Context, id string) (evidence.Effect, error) {
	return document[evidence.Effect](ctx, s, "effect "+id, "SELECT document FROM effect WHERE id = ?", id)
}
