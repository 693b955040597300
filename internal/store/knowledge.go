package store

import (
	"context"
	"fmt"

	"past/internal/evidence"
)

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
			if err := rows.add([]any{x.RecordID, x.Group, x.Code, x.Stance, x.Quote, x.Field, null(x.Pointer)}); err != nil {
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
