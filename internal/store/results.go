package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"

	"past/internal/evidence"
)

var armColumns = []string{"record_id", "seq", "id", "study_id", "channel", "outcome_index", "outcome_title", "outcome_type",
	"class_index", "class_title", "category_index", "category_title", "group_id", "group_title", "param_type", "value_raw", "value",
	"dispersion_type", "spread_raw", "lower_raw", "upper_raw", "spread", "lower", "upper", "n", "n_raw", "unit", "timepoint_raw",
	"timepoint_weeks", "timepoint_origin", "instrument", "domain", "score_type", "subscale", "baseline", "adjusted", "use", "verdict",
	"reason", "flags",
	"payload_sha256", "pointer"}

var contrastColumns = []string{"record_id", "seq", "id", "study_id", "outcome_index", "analysis_index", "outcome_title", "group_ids",
	"kind", "param_raw", "estimate", "ci_level", "ci_sides", "lower", "upper", "se", "p_raw", "p", "p_op", "method", "adjusted", "sign",
	"verdict", "reason", "payload_sha256", "pointer"}

// ReplaceExtraction replaces the arm results and contrasts of the given
// records in one transaction (recordIDs nil: of all records). Each record's
// rows keep the order in which they are given; a row of a record that is not
// among recordIDs is an error. The sequences are read while the store is held
// for writing: they must not write to it.
func (s *Store) ReplaceExtraction(ctx context.Context, recordIDs []string, results iter.Seq[evidence.ArmResult],
	contrasts iter.Seq[evidence.Contrast]) error {
	err := s.write(ctx, func(c *conn) error {
		ours, err := c.clearExtraction(recordIDs)
		if err != nil {
			return err
		}
		if err := c.addArmResults(ours, results); err != nil {
			return err
		}
		return c.addContrasts(ours, contrasts)
	})
	if err != nil {
		return fmt.Errorf("replace extraction: %w", err)
	}
	return nil
}

// ReplacePlanned replaces what the planned outcomes of all records measure.
func (s *Store) ReplacePlanned(ctx context.Context, readings iter.Seq[evidence.PlannedReading]) error {
	err := s.write(ctx, func(c *conn) error {
		if err := c.exec("DELETE FROM planned_reading"); err != nil {
			return err
		}
		rows := c.newBulk("planned_reading", "record_id", "outcome_index", "instrument", "subscale", "domain")
		for p := range readings {
			err := rows.add([]any{p.RecordID, int64(p.OutcomeIndex), p.Instrument, null(p.Subscale), p.Domain})
			if err != nil {
				return fmt.Errorf("planned outcome %d of %s: %w", p.OutcomeIndex, p.RecordID, err)
			}
		}
		return rows.flush()
	})
	if err != nil {
		return fmt.Errorf("replace readings of planned outcomes: %w", err)
	}
	return nil
}

// clearExtraction empties the rows of the records and says which ids may come
// back.
func (c *conn) clearExtraction(recordIDs []string) (ours func(id string) error, err error) {
	for _, t := range []string{"arm_result", "contrast"} {
		if recordIDs == nil {
			if err := c.exec("DELETE FROM " + t); err != nil {
				return nil, err
			}
			continue
		}
		for _, id := range recordIDs {
			if err := c.exec("DELETE FROM "+t+" WHERE record_id = ?", id); err != nil {
				return nil, err
			}
		}
	}
	set := map[string]bool{}
	for _, id := range recordIDs {
		set[id] = true
	}
	return func(id string) error {
		if recordIDs != nil && !set[id] {
			return fmt.Errorf("a row of record %q was given, which is not among those replaced", id)
		}
		return nil
	}, nil
}

func (c *conn) addArmResults(ours func(string) error, results iter.Seq[evidence.ArmResult]) error {
	if results == nil {
		return nil
	}
	rows := c.newBulk("arm_result", armColumns...)
	seq := map[string]int64{}
	vals := make([]any, 0, len(armColumns))
	for a := range results {
		if err := ours(a.RecordID); err != nil {
			return err
		}
		if bad := firstNaN(a.Value, a.Spread, a.Lower, a.Upper, a.TimepointWeeks); bad {
			return fmt.Errorf("arm result %s has a number that is not finite; leave such a number nil", a.ID)
		}
		n := seq[a.RecordID]
		seq[a.RecordID] = n + 1
		vals = append(vals[:0], a.RecordID, n, a.ID, null(a.StudyID), a.Channel, int64(a.OutcomeIndex), null(a.OutcomeTitle), null(a.OutcomeType),
			int64(a.ClassIndex), null(a.ClassTitle), int64(a.CategoryIndex), null(a.CategoryTitle), null(a.GroupID), null(a.GroupTitle),
			null(a.ParamType), null(a.ValueRaw), nullFloat(a.Value), null(a.DispersionType), null(a.SpreadRaw), null(a.LowerRaw), null(a.UpperRaw),
			nullFloat(a.Spread), nullFloat(a.Lower), nullFloat(a.Upper), nullInt(a.N), null(a.NRaw), null(a.Unit), null(a.TimepointRaw),
			nullFloat(a.TimepointWeeks), null(a.TimepointOrigin), null(a.Instrument), null(a.Domain), null(a.ScoreType), null(a.Subscale),
			a.Baseline, marked(a.Adjusted),
			null(a.Use), string(a.Verdict), a.Reason, textList(a.Flags), a.Prov.PayloadSHA256, a.Prov.Pointer)
		if err := rows.add(vals); err != nil {
			return fmt.Errorf("arm result %s: %w", a.ID, err)
		}
	}
	return rows.flush()
}

func (c *conn) addContrasts(ours func(string) error, contrasts iter.Seq[evidence.Contrast]) error {
	if contrasts == nil {
		return nil
	}
	rows := c.newBulk("contrast", contrastColumns...)
	seq := map[string]int64{}
	vals := make([]any, 0, len(contrastColumns))
	for x := range contrasts {
		if err := ours(x.RecordID); err != nil {
			return err
		}
		if firstNaN(x.Estimate, x.CILevel, x.Lower, x.Upper, x.SE, x.P) {
			return fmt.Errorf("contrast %s has a number that is not finite; leave such a number nil", x.ID)
		}
		n := seq[x.RecordID]
		seq[x.RecordID] = n + 1
		vals = append(vals[:0], x.RecordID, n, x.ID, null(x.StudyID), int64(x.OutcomeIndex), int64(x.Index), null(x.OutcomeTitle),
			textArray(x.GroupIDs), null(x.Kind), null(x.ParamRaw), nullFloat(x.Estimate), nullFloat(x.CILevel), nullZero(x.CISides),
			nullFloat(x.Lower),
			nullFloat(x.Upper), nullFloat(x.SE), null(x.PRaw), nullFloat(x.P), null(x.POp), null(x.Method), marked(x.Adjusted), null(x.Sign),
			string(x.Verdict), x.Reason, x.Prov.PayloadSHA256, x.Prov.Pointer)
		if err := rows.add(vals); err != nil {
			return fmt.Errorf("contrast %s: %w", x.ID, err)
		}
	}
	return rows.flush()
}

// firstNaN reports whether one of the numbers is not finite: SQLite would turn
// NaN into NULL without a word.
func firstNaN(fs ...*float64) bool {
	for _, f := range fs {
		if f != nil && (math.IsNaN(*f) || math.IsInf(*f, 0)) {
			return true
		}
	}
	return false
}

func nullFloat(f *float64) any {
	if f == nil {
		return nil
	}
	return *f
}

// ResultFilter narrows a reading of arm results and contrasts.
type ResultFilter struct {
	RecordIDs []string
	StudyID   string
	Verdict   evidence.Verdict
	Domain    string // arm results only
}

func (f ResultFilter) where() (cond string, args []any) {
	cond = "1"
	if len(f.RecordIDs) > 0 {
		cond += " AND record_id IN (SELECT value FROM json_each(?))"
		args = append(args, textArray(f.RecordIDs))
	}
	for _, p := range []struct{ column, value string }{{"study_id", f.StudyID}, {"verdict", string(f.Verdict)}, {"domain", f.Domain}} {
		if p.value != "" {
			cond += " AND " + p.column + " = ?"
			args = append(args, p.value)
		}
	}
	return cond, args
}

// ArmResults gives arm results by record, each record's in the order written.
func (s *Store) ArmResults(ctx context.Context, f ResultFilter) iter.Seq2[evidence.ArmResult, error] {
	cond, args := f.where()
	return each(ctx, s, "read arm results", scanArmResult,
		"SELECT "+readColumns(armColumns)+" FROM arm_result WHERE "+cond+" ORDER BY record_id, seq", args...)
}

// ArmResult gives one arm result by its id.
func (s *Store) ArmResult(ctx context.Context, id string) (evidence.ArmResult, error) {
	row := s.r.QueryRowContext(ctx, "SELECT "+readColumns(armColumns)+" FROM arm_result WHERE id = ? ORDER BY record_id, seq LIMIT 1", id)
	a, err := scanArmResult(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return a, fmt.Errorf("arm result %s: %w", id, s.explain(err))
	}
	return a, nil
}

// Contrasts gives contrasts by record, each record's in the order written.
func (s *Store) Contrasts(ctx context.Context, f ResultFilter) iter.Seq2[evidence.Contrast, error] {
	f.Domain = ""
	cond, args := f.where()
	return each(ctx, s, "read contrasts", scanContrast,
		"SELECT "+readColumns(contrastColumns)+" FROM contrast WHERE "+cond+" ORDER BY record_id, seq", args...)
}

// Contrast gives one contrast by its id.
func (s *Store) Contrast(ctx context.Context, id string) (evidence.Contrast, error) {
	row := s.r.QueryRowContext(ctx, "SELECT "+readColumns(contrastColumns)+" FROM contrast WHERE id = ? ORDER BY record_id, seq LIMIT 1", id)
	x, err := scanContrast(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return x, fmt.Errorf("contrast %s: %w", id, s.explain(err))
	}
	return x, nil
}

// readColumns leaves out seq, which only orders.
func readColumns(columns []string) string {
	out := ""
	for _, c := range columns {
		if c == "seq" {
			continue
		}
		if out != "" {
			out += ", "
		}
		out += c
	}
	return out
}

func scanArmResult(scan func(...any) error) (a evidence.ArmResult, err error) {
	var flags sql.NullString
	err = scan(&a.RecordID, &a.ID, text{&a.StudyID}, &a.Channel, &a.OutcomeIndex, text{&a.OutcomeTitle}, text{&a.OutcomeType},
		&a.ClassIndex, text{&a.ClassTitle}, &a.CategoryIndex, text{&a.CategoryTitle}, text{&a.GroupID}, text{&a.GroupTitle},
		text{&a.ParamType}, text{&a.ValueRaw}, &a.Value, text{&a.DispersionType}, text{&a.SpreadRaw}, text{&a.LowerRaw}, text{&a.UpperRaw},
		&a.Spread, &a.Lower, &a.Upper, &a.N, text{&a.NRaw}, text{&a.Unit}, text{&a.TimepointRaw},
		&a.TimepointWeeks, text{&a.TimepointOrigin}, text{&a.Instrument}, text{&a.Domain}, text{&a.ScoreType}, text{&a.Subscale}, &a.Baseline,
		truth{&a.Adjusted}, text{&a.Use},
		&a.Verdict, &a.Reason, &flags, &a.Prov.PayloadSHA256, &a.Prov.Pointer)
	if err == nil && flags.Valid {
		err = json.Unmarshal([]byte(flags.String), &a.Flags)
	}
	return a, err
}

func scanContrast(scan func(...any) error) (x evidence.Contrast, err error) {
	var groups string
	err = scan(&x.RecordID, &x.ID, text{&x.StudyID}, &x.OutcomeIndex, &x.Index, text{&x.OutcomeTitle}, &groups, text{&x.Kind},
		text{&x.ParamRaw}, &x.Estimate, &x.CILevel, number{&x.CISides}, &x.Lower, &x.Upper, &x.SE, text{&x.PRaw}, &x.P, text{&x.POp},
		text{&x.Method},
		truth{&x.Adjusted}, text{&x.Sign}, &x.Verdict, &x.Reason, &x.Prov.PayloadSHA256, &x.Prov.Pointer)
	if err == nil {
		err = json.Unmarshal([]byte(groups), &x.GroupIDs)
	}
	return x, err
}

// text reads a text column whose NULL is "".
type text struct{ s *string }

// Scan implements sql.Scanner.
func (t text) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*t.s = ""
	case string:
		*t.s = v
	case []byte:
		*t.s = string(v)
	default:
		return fmt.Errorf("a text column holds a %T", v)
	}
	return nil
}

// number reads an integer column whose NULL is 0.
type number struct{ n *int }

// Scan implements sql.Scanner.
func (n number) Scan(v any) error {
	*n.n = 0
	if v == nil {
		return nil
	}
	i, ok := v.(int64)
	if !ok {
		return fmt.Errorf("an integer column holds a %T", v)
	}
	*n.n = int(i)
	return nil
}

// truth reads a column that is 1 where the source says so and NULL where not.
type truth struct{ b *bool }

// Scan implements sql.Scanner.
func (t truth) Scan(v any) error {
	var n int
	err := number{&n}.Scan(v)
	*t.b = n != 0
	return err
}
