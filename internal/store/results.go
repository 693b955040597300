package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"

	"past/internal/evidence"
	"past/internal/store/value"
)

// The columns of the views arm_result and contrast. Each is kept in the table of
// the same name with _row; what textColumns names is there the number of a text.
var (
	armColumns = strings.Fields(`record_id seq id study_id channel outcome_index outcome_title outcome_type class_index class_title
		category_index category_title group_id group_title param_type value_raw value dispersion_type spread_raw lower_raw upper_raw
		spread lower upper n n_raw unit timepoint_raw timepoint_weeks timepoint_origin instrument domain score_type subscale baseline
		adjusted use verdict reason flags payload_sha256 pointer`)
	contrastColumns = strings.Fields(`record_id seq id study_id outcome_index analysis_index outcome_title group_ids kind param_raw
		estimate ci_level ci_sides lower upper se p_raw p p_op method adjusted sign verdict reason payload_sha256 pointer`)
)

// Extracted is what was read from some records.
type Extracted struct {
	Planned   []evidence.PlannedReading
	Results   []evidence.ArmResult
	Contrasts []evidence.Contrast
}

// ReplaceExtraction replaces what was read from all records by what read adds, in
// one transaction. The rows of a record are added at once and keep their order.
// read may read from the store and must not write to it.
func (s *Store) ReplaceExtraction(ctx context.Context, read func(add func(Extracted) error) error) error {
	err := s.write(ctx, func(c *conn) error {
		for _, t := range []string{"arm_result_row", "contrast_row", "result_text", "planned_reading"} {
			if err := c.exec("DELETE FROM " + t); err != nil {
				return err
			}
		}
		w := extraction{
			results:   c.newBulk("arm_result_row", append(armColumns[:len(armColumns):len(armColumns)], "place")...),
			contrasts: c.newBulk("contrast_row", append(contrastColumns[:len(contrastColumns):len(contrastColumns)], "place")...),
			planned:   c.newBulk("planned_reading", "record_id", "outcome_index", "instrument", "subscale", "domain"),
			texts:     c.newBulk("result_text", "text_no", "value"),
			number:    map[string]int64{},
		}
		if err := read(w.add); err != nil {
			return err
		}
		return w.flush()
	})
	if err != nil {
		return fmt.Errorf("replace extraction: %w", err)
	}
	return nil
}

// extraction writes the rows of one ReplaceExtraction.
type extraction struct {
	results, contrasts, planned, texts *bulk

	number map[string]int64 // of the texts written last
	last   int64
	vals   []any
	err    error // of writing a text
}

// maxTexts bounds the texts that are remembered: beyond it one may be kept twice.
const maxTexts = 1 << 16

// text gives the number of a text, which is written when it is new.
func (w *extraction) text(s string) int64 {
	if n, ok := w.number[s]; ok {
		return n
	}
	if len(w.number) >= maxTexts {
		clear(w.number)
	}
	w.last++
	s = strings.Clone(s) // it may be a part of a payload
	w.number[s] = w.last
	if err := w.texts.add([]any{w.last, s}); err != nil && w.err == nil {
		w.err = err
	}
	return w.last
}

// textOr is text, NULL for none.
func (w *extraction) textOr(s string) any {
	if s == "" {
		return nil
	}
	return w.text(s)
}

// pointer gives the number of a pointer's text without its last number, and that
// number, NULL where it has none.
func (w *extraction) pointer(p string) (text int64, place any) {
	base := strings.TrimRight(p, "0123456789")
	digits := p[len(base):]
	if n, err := strconv.ParseInt(digits, 10, 32); err == nil && (digits == "0" || digits[0] != '0') {
		return w.text(base), n
	}
	return w.text(p), nil
}

func (w *extraction) add(x Extracted) error {
	for _, p := range x.Planned {
		err := w.planned.add([]any{p.RecordID, int64(p.OutcomeIndex), p.Instrument, value.Null(p.Subscale), p.Domain})
		if err != nil {
			return fmt.Errorf("planned outcome %d of %s: %w", p.OutcomeIndex, p.RecordID, err)
		}
	}
	seq := map[string]int64{}
	for i := range x.Results {
		a := &x.Results[i]
		if err := w.addResult(a, seq[a.RecordID]); err != nil {
			return fmt.Errorf("arm result %s: %w", a.ID, err)
		}
		seq[a.RecordID]++
	}
	clear(seq)
	for i := range x.Contrasts {
		c := &x.Contrasts[i]
		if err := w.addContrast(c, seq[c.RecordID]); err != nil {
			return fmt.Errorf("contrast %s: %w", c.ID, err)
		}
		seq[c.RecordID]++
	}
	return w.err
}

func (w *extraction) flush() error {
	var errs []error
	for _, b := range []*bulk{w.texts, w.results, w.contrasts, w.planned} {
		errs = append(errs, b.flush())
	}
	return errors.Join(errs...)
}

var errNotFinite = errors.New("a number is not finite; leave such a number nil")

// idUnless gives an id to be kept, NULL where it is the implied one.
func idUnless(id, implied string) any {
	if id == implied {
		return nil
	}
	return id
}

func (w *extraction) addResult(a *evidence.ArmResult, seq int64) error {
	if firstNaN(a.Value, a.Spread, a.Lower, a.Upper, a.TimepointWeeks) {
		return errNotFinite
	}
	pointer, place := w.pointer(a.Prov.Pointer)
	id := any(a.ID)
	if place != nil {
		id = idUnless(a.ID, fmt.Sprintf("%s/o%d/c%d/k%d/m%d", a.RecordID, a.OutcomeIndex, a.ClassIndex, a.CategoryIndex, place))
	}
	w.vals = append(w.vals[:0], a.RecordID, seq, id, w.textOr(a.StudyID), w.text(a.Channel), int64(a.OutcomeIndex),
		w.textOr(a.OutcomeTitle), w.textOr(a.OutcomeType), int64(a.ClassIndex), w.textOr(a.ClassTitle), int64(a.CategoryIndex),
		w.textOr(a.CategoryTitle), w.textOr(a.GroupID), w.textOr(a.GroupTitle), w.textOr(a.ParamType), value.Null(a.ValueRaw),
		value.Float(a.Value),
		w.textOr(a.DispersionType), value.Null(a.SpreadRaw), value.Null(a.LowerRaw), value.Null(a.UpperRaw), value.Float(a.Spread),
		value.Float(a.Lower),
		value.Float(a.Upper), value.Int(a.N), value.Null(a.NRaw), w.textOr(a.Unit), w.textOr(a.TimepointRaw), value.Float(a.TimepointWeeks),
		w.textOr(a.TimepointOrigin), w.textOr(a.Instrument), w.textOr(a.Domain), w.textOr(a.ScoreType), w.textOr(a.Subscale), a.Baseline,
		value.Marked(a.Adjusted), w.textOr(a.Use), w.text(string(a.Verdict)), w.text(a.Reason), w.list(a.Flags), w.text(a.Prov.PayloadSHA256),
		pointer, place)
	return w.results.add(w.vals)
}

// list is the number of a list of texts as JSON, NULL when it is empty.
func (w *extraction) list(texts []string) any {
	if len(texts) == 0 {
		return nil
	}
	return w.text(value.Array(texts))
}

func (w *extraction) addContrast(x *evidence.Contrast, seq int64) error {
	if firstNaN(x.Estimate, x.CILevel, x.Lower, x.Upper, x.SE, x.P) {
		return errNotFinite
	}
	pointer, place := w.pointer(x.Prov.Pointer)
	w.vals = append(w.vals[:0], x.RecordID, seq, idUnless(x.ID, fmt.Sprintf("%s/o%d/a%d", x.RecordID, x.OutcomeIndex, x.Index)),
		w.textOr(x.StudyID), int64(x.OutcomeIndex), int64(x.Index), w.textOr(x.OutcomeTitle), w.text(value.Array(x.GroupIDs)), w.textOr(x.Kind),
		w.textOr(x.ParamRaw), value.Float(x.Estimate), value.Float(x.CILevel), value.NonZero(x.CISides), value.Float(x.Lower),
		value.Float(x.Upper),
		value.Float(x.SE), value.Null(x.PRaw), value.Float(x.P), w.textOr(x.POp), w.textOr(x.Method), value.Marked(x.Adjusted), w.textOr(x.Sign),
		w.text(string(x.Verdict)), w.text(x.Reason), w.text(x.Prov.PayloadSHA256), pointer, place)
	return w.contrasts.add(w.vals)
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

// ResultFilter narrows a reading of arm results and contrasts; its zero value
// takes all.
type ResultFilter struct {
	RecordIDs []string
	Domain    string // arm results only
}

func (f ResultFilter) where() (cond string, args []any) {
	cond = "1"
	if len(f.RecordIDs) > 0 {
		cond += " AND record_id IN (SELECT value FROM json_each(?))"
		args = append(args, value.Array(f.RecordIDs))
	}
	if f.Domain != "" {
		cond += " AND domain = ?"
		args = append(args, f.Domain)
	}
	return cond, args
}

// ArmResults gives arm results by record, each record's in the order written.
func (s *Store) ArmResults(ctx context.Context, f ResultFilter) iter.Seq2[evidence.ArmResult, error] {
	cond, args := f.where()
	return each(ctx, s, "read arm results", scanArmResult,
		"SELECT "+readColumns(armColumns)+" FROM arm_result WHERE "+cond+" ORDER BY record_id, seq", args...)
}

// CountArmResults counts the arm results of a record.
func (s *Store) CountArmResults(ctx context.Context, record string) (n int, err error) {
	for n, err = range each(ctx, s, "count arm results", func(scan func(...any) error) (n int, err error) { return n, scan(&n) },
		"SELECT count(*) FROM arm_result_row WHERE record_id = ?", record) {
	}
	return n, err
}

// Contrasts gives contrasts by record, each record's in the order written.
func (s *Store) Contrasts(ctx context.Context, f ResultFilter) iter.Seq2[evidence.Contrast, error] {
	f.Domain = ""
	cond, args := f.where()
	return each(ctx, s, "read contrasts", scanContrast,
		"SELECT "+readColumns(contrastColumns)+" FROM contrast WHERE "+cond+" ORDER BY record_id, seq", args...)
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
