package plan

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"past/analysis"
	"past/analysis/effect"
	"past/internal/metafile/table"
)

// Effects asks for effect sizes of a table.
type Effects struct {
	Measure string     `json:"measure"`
	Args    EffectArgs `json:"args"`
}

// EffectArgs are how they are computed; the zero value is the measure's default.
type EffectArgs struct {
	VType   string         `json:"vtype"`
	To      effect.To      `json:"to"`
	Formula effect.Formula `json:"formula"`
	Add     *float64       `json:"add"`
	Drop00  bool           `json:"drop00"`
}

// Data is a table of which it is known what its columns mean, with the effect sizes
// that models are fitted to.
type Data struct {
	*table.Table
	Kind      effect.Kind
	Formula   effect.Formula           // conventions for effect sizes; "" is metafor's
	Level     float64                  // of intervals, 0 is 0.95
	Unguarded bool                     // tests are named as metafor does: knha has no guard
	OrderBy   string                   // column of the ordered cumulative analysis, or ""
	Label     string                   // column that names the studies, or ""
	Reference map[string]*table.Column // what the control row of each comparison has, for tables with one row per arm

	// Yi and Vi have one entry per row (NaN where missing); Y and V only those of the
	// rows used.
	Measure  effect.Measure
	Yi, Vi   []float64
	RowsUsed []int // 1-based
	Y, V     []float64
	K        int
}

// Conventions are those of the effect sizes.
func (d *Data) Conventions() effect.Formula {
	if d.Formula == "" {
		return effect.Metafor
	}
	return d.Formula
}

// Used picks the entries of the rows used from a column with one entry per row.
func Used[T any](d *Data, all []T) []T {
	out := make([]T, 0, len(d.RowsUsed))
	for _, r := range d.RowsUsed {
		if r <= len(all) {
			out = append(out, all[r-1])
		}
	}
	return out
}

// UsedName says where used row k (0-based) is in the file.
func (d *Data) UsedName(k int) string { return d.RowName(d.RowsUsed[k] - 1) }

// effects computes a measure from the columns.
func (d *Data) effects(e Effects) (effect.Result, error) {
	info, err := effect.Lookup(e.Measure)
	if err != nil {
		return effect.Result{}, err
	}
	data, err := d.columnsOf(info.Kind)
	if err != nil {
		return effect.Result{}, err
	}
	a := e.Args
	o := effect.Options{VType: effect.VType(a.VType), To: a.To, Formula: a.Formula, Add: a.Add, Drop00: a.Drop00}
	if o.Formula == "" {
		o.Formula = d.Formula
	}
	return effect.Compute(info.Measure, data, o)
}

// columnsOf gathers the columns that a kind of measure uses.
func (d *Data) columnsOf(kind effect.Kind) (out effect.Data, err error) {
	for _, name := range effect.Columns(kind) {
		if d.Has(name) {
			if *out.Column(name), err = d.Floats(name); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// Prepare computes the effect sizes that models are fitted to. Where effects are
// given, they are those, whatever the measure's name.
func (d *Data) Prepare(e Effects) error {
	d.Measure = effect.Measure(e.Measure)
	if d.Kind == effect.KindEffectAndVar || e.Measure == "" && d.Has("yi") {
		if e.Measure == "" {
			d.Measure = effect.GEN
		}
		e = Effects{Measure: string(effect.GEN)}
	}
	if e.Measure == "" {
		return errors.New("the request names no measure for the analysis (request.analysis.measure)")
	}
	r, err := d.effects(e)
	if err != nil {
		return fmt.Errorf("effect sizes: %w", d.locate(err))
	}
	for _, w := range r.Warnings {
		where := ""
		if len(w.Rows) > 0 {
			rows := make([]int, len(w.Rows))
			for i, row := range w.Rows {
				rows[i] = row - 1
			}
			where = d.RowNames(rows) + ": "
		}
		d.Warn("%s%s", where, w.Text)
	}
	d.use(r.Y, r.V)
	return nil
}

// locate rewrites errors about cells with the file's own row and column names.
func (d *Data) locate(err error) error {
	var list interface{ Unwrap() []error }
	if errors.As(err, &list) {
		var out []error
		for _, e := range list.Unwrap() {
			out = append(out, d.locate(e))
		}
		return errors.Join(out...)
	}
	var cell *effect.InputError
	if errors.As(err, &cell) && cell.Row > 0 {
		name := d.ColumnName(cell.Column)
		if name != cell.Column {
			name += " (" + cell.Column + ")"
		}
		return fmt.Errorf("%s, column %s: %s", d.RowName(cell.Row-1), name, cell.Reason)
	}
	return err
}

// use stores the effect sizes and finds the rows that can be used: those with a
// finite effect and a finite variance that is not negative.
func (d *Data) use(yi, vi []float64) {
	d.Yi, d.Vi = yi, vi
	d.RowsUsed, d.Y, d.V = nil, nil, nil
	var missing []int
	for i := range yi {
		switch {
		case math.IsNaN(yi[i]) || math.IsNaN(vi[i]):
			missing = append(missing, i)
		case math.IsInf(yi[i], 0) || math.IsInf(vi[i], 0):
			d.Warn("%s left out: its effect or variance is infinite", d.RowName(i))
		case vi[i] < 0:
			d.Warn("%s left out: its variance is negative (%g)", d.RowName(i), vi[i])
		default:
			d.RowsUsed, d.Y, d.V = append(d.RowsUsed, i+1), append(d.Y, yi[i]), append(d.V, vi[i])
		}
	}
	d.K = len(d.Y)
	if n := len(missing); n > 0 {
		d.Warn("%d of %d rows have no effect or no variance and are left out: %s", n, len(yi), d.RowNames(missing))
	}
}

// outOfScale refuses effects whose squares would leave the range of float64; the
// packages that pool refuse them too, each in its own words.
func (d *Data) outOfScale() error {
	for k, y := range d.Y {
		if fault := analysis.RowFault(y, d.V[k]); d.V[k] != 0 && fault != "" {
			return fmt.Errorf("%s has %s", d.UsedName(k), fault)
		}
	}
	return nil
}

// Sizes is what the double arcsine measures are back-transformed with, nil for others.
func (d *Data) Sizes() []float64 {
	role := map[effect.Measure]string{effect.PFT: "ni", effect.IRFT: "ti"}[d.Measure]
	if x, err := d.FloatsOf(role); role != "" && err == nil && x[role] != nil {
		return Used(d, x[role])
	}
	return nil
}

// upper is a measure's name as it is looked up.
func upper(name string) effect.Measure { return effect.Measure(strings.ToUpper(name)) }
