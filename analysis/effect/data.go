package effect

import (
	"errors"
	"fmt"
	"math"

	"past/analysis"
)

// Data is a table of studies by columns; all columns that are given have one
// entry per study, NaN where a value is missing. Column names are metafor's.
type Data struct {
	AI, BI, CI, DI, N1I, N2I []float64 // counts: events and non-events in arm 1 (AI, BI) and arm 2 (CI, DI), sizes
	X1I, T1I, X2I, T2I       []float64 // events and person-time in arms 1 and 2
	M1I, SD1I, M2I, SD2I     []float64 // means and SDs (sizes in N1I, N2I; for pre-post in NI)
	XI, MI, SDI, RI, TI, NI  []float64 // one group: events, mean or items, SD, correlation, person-time, size
	YI, VI, SEI              []float64 // effects given directly, with variance or standard error
}

// Formula is a set of conventions; see the package comment.
type Formula string

// The formula modes.
const (
	Metafor Formula = "metafor"
	Metapsy Formula = "metapsy"
	RevMan  Formula = "revman"
)

// To says which studies get Add put to their cells.
type To string

// The choices of Options.To.
const (
	Only0  To = "only0"  // studies with a zero cell (the default)
	All    To = "all"    // all studies
	If0All To = "if0all" // all studies, if any of them has a zero cell
	None   To = "none"   // none
)

// VType names a formula of the sampling variance: LS, LS2, UB, AV, HO, AVHO, ST or CS,
// as the measure allows.
type VType string

// Options changes how effects are computed; the zero value gives metafor's
// defaults.
type Options struct {
	VType   VType    // default LS
	Add     *float64 // amount added to cells; default 1/2, or 0 for AS, PHI, IRSD, PAS, PFT, IRS, IRFT
	To      To       // default Only0
	Drop00  bool     // leave out studies with no events, or only events, in both arms
	Formula Formula  // default Metafor
}

// Result is one effect and variance per row (NaN where there is none).
type Result struct {
	Measure  Measure
	Formula  Formula
	Y, V     []float64
	Warnings analysis.Warnings
}

// InputError says which cell holds an impossible value.
type InputError struct {
	Row    int // 1-based; 0 when the whole column is meant
	Column string
	Reason string
}

func (e *InputError) Error() string {
	if e.Row == 0 {
		return fmt.Sprintf("column %s: %s", e.Column, e.Reason)
	}
	return fmt.Sprintf("row %d, column %s: %s", e.Row, e.Column, e.Reason)
}

// Compute gives the effect sizes of a table. The error, if any, joins one
// *InputError per impossible cell (the first ten) or says that a column the
// measure needs was not given.
func Compute(m Measure, d Data, o Options) (Result, error) {
	info, err := Lookup(string(m))
	if err != nil {
		return Result{}, err
	}
	j := &job{m: info.Measure, d: d, o: o, res: Result{Measure: info.Measure, Formula: o.Formula}}
	if err := j.checkOptions(); err != nil {
		return Result{}, err
	}
	j.res.Formula = j.o.Formula
	info.family(j)
	if len(j.errs) > 0 {
		return Result{}, errors.Join(j.errs...)
	}
	j.finish()
	return j.res, nil
}

// job is one computation on the way.
type job struct {
	m    Measure
	d    Data
	o    Options
	add  float64
	k    int
	res  Result
	errs []error
}

func (j *job) checkOptions() error {
	switch j.o.Formula {
	case "":
		j.o.Formula = Metafor
	case Metafor, Metapsy, RevMan:
	default:
		return fmt.Errorf("unknown formula mode %q: it must be metafor, metapsy or revman", j.o.Formula)
	}
	switch j.o.To {
	case "":
		j.o.To = Only0
	case Only0, All, If0All, None:
	default:
		return fmt.Errorf("unknown value %q for to: it must be only0, all, if0all or none", j.o.To)
	}
	if j.o.VType == "" {
		j.o.VType = "LS"
	}
	j.add = 0.5
	switch j.m {
	case AS, PHI, IRSD, PAS, PFT, IRS, IRFT:
		j.add = 0
	}
	if j.o.Add != nil {
		j.add = *j.o.Add
		if !(j.add >= 0) || math.IsInf(j.add, 1) {
			return fmt.Errorf("the amount to add to cells must be a number of at least 0, not %g", j.add)
		}
	}
	return nil
}

// vtype checks the variance type against those the measure has.
func (j *job) vtype(allowed ...VType) VType {
	for _, a := range allowed {
		if j.o.VType == a {
			return a
		}
	}
	j.errs = append(j.errs, fmt.Errorf("measure %s has no variance type %q: use one of %v", j.m, j.o.VType, allowed))
	return ""
}

// need fetches columns that must be there and have one length; it is false, with
// an error kept, when they do not.
func (j *job) need(cols ...namedColumn) bool {
	j.k = -1
	for _, c := range cols {
		if c.values == nil {
			j.errs = append(j.errs, &InputError{Column: c.name, Reason: fmt.Sprintf("not given, but measure %s needs it", j.m)})
			continue
		}
		if j.k >= 0 && len(c.values) != j.k {
			j.errs = append(j.errs, &InputError{Column: c.name,
				Reason: fmt.Sprintf("has %d values where the other columns have %d", len(c.values), j.k)})
			continue
		}
		if j.k < 0 {
			j.k = len(c.values)
		}
	}
	if len(j.errs) > 0 {
		return false
	}
	j.res.Y, j.res.V = make([]float64, j.k), make([]float64, j.k)
	return true
}

type namedColumn struct {
	name   string
	values []float64
}

// reject checks one column: test reports whether a value is impossible. NaN is
// missing, never impossible.
func (j *job) reject(name string, values []float64, reason string, bad func(x float64) bool) {
	for i, x := range values {
		if !math.IsNaN(x) && bad(x) {
			j.rejectRow(i, name, reason+fmt.Sprintf(" (%g)", x))
		}
	}
}

func (j *job) rejectRow(i int, name, reason string) {
	if len(j.errs) < 10 {
		j.errs = append(j.errs, &InputError{Row: i + 1, Column: name, Reason: reason})
	}
}

func negative(x float64) bool    { return x < 0 || math.IsInf(x, 0) }
func notPositive(x float64) bool { return x <= 0 || math.IsInf(x, 0) }

func (j *job) warnRows(code analysis.Code, rows []int, format string, args ...any) {
	if len(rows) > 0 {
		j.res.Warnings.Add(code, format, args...)
		j.res.Warnings[len(j.res.Warnings)-1].Rows = rows
	}
}

// finish applies the last rules of escalc: an infinite or undefined effect or
// variance makes both missing, a negative variance is missing.
func (j *job) finish() {
	var inf, neg []int
	for i := range j.res.Y {
		y, v := j.res.Y[i], j.res.V[i]
		switch {
		case math.IsInf(y, 0) || math.IsInf(v, 0):
			inf = append(inf, i+1)
			j.res.Y[i], j.res.V[i] = math.NaN(), math.NaN()
		case v < 0:
			neg = append(neg, i+1)
			j.res.V[i] = math.NaN()
		}
	}
	j.warnRows(analysis.NoEstimate, inf, "the effect or its variance is infinite; left out")
	j.warnRows(analysis.NoEstimate, neg, "the variance formula gave a negative value; left out")
}

// set stores a row. An effect whose variance is not known is kept, and a
// variance whose effect is not: they can be shown, but not pooled.
func (j *job) set(i int, y, v float64) {
	j.res.Y[i], j.res.V[i] = y, v
}

// given is measure GEN: effects with their variances.
func given(j *job) {
	v := j.d.VI
	if v == nil && j.d.SEI != nil {
		j.reject("sei", j.d.SEI, "a standard error cannot be negative", negative)
		v = make([]float64, len(j.d.SEI))
		for i, s := range j.d.SEI {
			v[i] = s * s
		}
	}
	if !j.need(namedColumn{"yi", j.d.YI}, namedColumn{"vi", v}) {
		return
	}
	j.reject("vi", v, "a variance cannot be negative", func(x float64) bool { return x < 0 })
	copy(j.res.Y, j.d.YI)
	copy(j.res.V, v)
}

// weightedMean is sum(w x) / sum(w) over the rows where both are known.
func weightedMean(x, w []float64) float64 {
	sw, s := 0.0, 0.0
	for i := range x {
		if !math.IsNaN(x[i]) && !math.IsNaN(w[i]) {
			s += w[i] * x[i]
			sw += w[i]
		}
	}
	return s / sw
}
