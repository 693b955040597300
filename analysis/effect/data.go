package effect

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

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

// Columns are the columns of a kind of input, by metafor's names.
func Columns(k Kind) []string {
	return strings.Fields(map[Kind]string{KindTwoByTwo: "ai bi ci di n1i n2i", KindMeans: "m1i sd1i n1i m2i sd2i n2i",
		KindPersonTime2: "x1i t1i x2i t2i", KindProportion: "xi ni", KindPersonTime: "xi ti", KindSingleMean: "mi sdi ni",
		KindPrePost: "m1i sd1i m2i sd2i ni ri", KindCorrelation: "ri ni", KindCronbach: "ai mi ni", KindEffectAndVar: "yi vi sei"}[k])
}

// Column is where a column is kept: the field of its name.
func (d *Data) Column(name string) *[]float64 {
	return reflect.ValueOf(d).Elem().FieldByName(strings.ToUpper(name)).Addr().Interface().(*[]float64)
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
	j := &job{Info: info, m: info.Measure, d: d, o: o, res: Result{Measure: info.Measure}}
	if err := j.checkOptions(); err != nil {
		return Result{}, err
	}
	j.res.Formula = j.o.Formula
	if names := j.inputs(); j.need(names...) {
		for _, name := range names {
			j.reject(name, checkOf(info.Kind, name))
		}
	}
	if len(j.errs) == 0 {
		info.family(j)
	}
	if len(j.errs) > 0 {
		return Result{}, errors.Join(j.errs...)
	}
	j.finish()
	return j.res, nil
}

// inputs are the columns that the measure needs; none of 2x2 tables and of given effects,
// whose columns stand in for each other.
func (j *job) inputs() []string {
	if j.Kind == KindTwoByTwo || j.Kind == KindEffectAndVar {
		return nil
	}
	return slices.DeleteFunc(Columns(j.Kind), func(name string) bool { return slices.Contains(strings.Fields(j.unused), name) })
}

// job is one computation on the way.
type job struct {
	Info
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
	if allowed := strings.Fields(j.vtypes); len(allowed) > 0 && !slices.Contains(allowed, string(j.o.VType)) {
		return fmt.Errorf("measure %s has no variance type %q: use one of %v", j.m, j.o.VType, allowed)
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

// need makes sure that columns are there and have one length; it is false, with an
// error kept, when they are not.
func (j *job) need(names ...string) bool {
	for i, name := range names {
		values := *j.d.Column(name)
		switch {
		case values == nil:
			j.errs = append(j.errs, &InputError{Column: name, Reason: fmt.Sprintf("not given, but measure %s needs it", j.m)})
		case i == 0 || len(j.errs) == i: // those before are missing
			j.k = len(values)
		case len(values) != j.k:
			j.errs = append(j.errs, &InputError{Column: name,
				Reason: fmt.Sprintf("has %d values where the other columns have %d", len(values), j.k)})
		}
	}
	j.res.Y, j.res.V = make([]float64, j.k), make([]float64, j.k)
	return len(j.errs) == 0
}

// check is what the values of a column cannot be. NaN is missing, never impossible.
type check struct {
	reason string
	bad    func(x float64) bool
}

var (
	isCount       = check{"a count cannot be negative", negative}
	isSize        = check{"a group size must be above 0", notPositive}
	isSample      = check{"a sample size must be above 0", notPositive}
	isTime        = check{"person-time must be above 0", notPositive}
	isSD          = check{"a standard deviation cannot be negative", negative}
	isMean        = check{"a mean must be finite", func(x float64) bool { return math.IsInf(x, 0) }}
	isCorrelation = check{"a correlation must lie between -1 and 1", func(x float64) bool { return math.Abs(x) > 1 }}
	isAlpha       = check{"alpha cannot be above 1", func(x float64) bool { return x > 1 }}
	isItems       = check{"at least 2 items are needed", func(x float64) bool { return x < 2 }}
)

var checks = map[string]check{"ai": isCount, "ci": isCount, "x1i": isCount, "x2i": isCount, "xi": isCount, "n1i": isSize, "n2i": isSize,
	"ni": isSample, "t1i": isTime, "t2i": isTime, "ti": isTime, "sd1i": isSD, "sd2i": isSD, "sdi": isSD, "m1i": isMean, "m2i": isMean,
	"mi": isMean, "ri": isCorrelation}

func checkOf(kind Kind, name string) check {
	switch {
	case kind == KindCronbach && name == "ai":
		return isAlpha
	case kind == KindCronbach && name == "mi":
		return isItems
	}
	return checks[name]
}

// reject keeps an error for each impossible value of a column.
func (j *job) reject(name string, c check) {
	for i, x := range *j.d.Column(name) {
		if !math.IsNaN(x) && c.bad(x) {
			j.rejectRow(i, name, c.reason+fmt.Sprintf(" (%g)", x))
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
	if j.d.VI == nil && j.d.SEI != nil {
		j.reject("sei", check{"a standard error cannot be negative", negative})
		for _, s := range j.d.SEI {
			j.d.VI = append(j.d.VI, s*s)
		}
	}
	if j.need("yi", "vi") {
		j.reject("vi", check{"a variance cannot be negative", func(x float64) bool { return x < 0 }})
		copy(j.res.Y, j.d.YI)
		copy(j.res.V, j.d.VI)
	}
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
