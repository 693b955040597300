package reproduce

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
	"past/internal/synthesis"
)

// Check is one printed number beside ours.
type Check struct {
	Name      string  `json:"name"`
	Published string  `json:"published"`
	Ours      float64 `json:"ours"` // in full; NaN never: a number that does not exist is no check
	Shown     string  `json:"shown"`
	Agrees    bool    `json:"agrees"` // at the printed precision
	Why       string  `json:"why,omitempty"`
}

// Row is a target with what came out.
type Row struct {
	Target  Target                `json:"-"`
	ID      string                `json:"id"`
	Release string                `json:"release"`
	Result  evidence.PooledResult `json:"result"`  // as published: without the guard
	Tracker evidence.PooledResult `json:"tracker"` // as the tracker gives it
	Studies []string              `json:"studies"`
	Checks  []Check               `json:"checks"`
}

// Agrees reports whether every printed number was met.
func (r Row) Agrees() bool {
	return !slices.ContainsFunc(r.Checks, func(c Check) bool { return !c.Agrees })
}

// Run computes every target.
func Run() ([]Row, error) {
	targets, err := Targets()
	if err != nil {
		return nil, err
	}
	releases, err := Releases()
	if err != nil {
		return nil, err
	}
	shipped, err := synthesis.Shipped()
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, t := range targets {
		i := slices.IndexFunc(releases, func(r Release) bool { return r.ID == t.Release })
		if i < 0 {
			return nil, fmt.Errorf("target %s: no release is called %q", t.ID, t.Release)
		}
		effects, err := releases[i].Effects()
		if err != nil {
			return nil, err
		}
		row, err := t.Compute(shipped, effects)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

// Compute answers one target from the effects of its release.
func (t Target) Compute(shipped []synthesis.Question, effects []evidence.Effect) (Row, error) {
	row := Row{Target: t, ID: t.ID, Release: t.Release}
	q, err := t.plan(shipped)
	if err != nil {
		return row, err
	}
	rows, lost := synthesis.Recompute(q, synthesis.Select(q, effects).Included)
	if len(lost) > 0 {
		return row, fmt.Errorf("target %s: %s cannot be computed: %s", t.ID, lost[0].EffectID, lost[0].Reason)
	}
	m := q.Model()
	m.Unguarded = true // published without a floor
	if row.Result, err = synthesis.Pool(m, rows); err != nil {
		return row, fmt.Errorf("target %s: %w", t.ID, err)
	}
	if row.Tracker, err = synthesis.Pool(q.Model(), rows); err != nil {
		return row, fmt.Errorf("target %s: %w", t.ID, err)
	}
	for _, e := range rows {
		row.Studies = append(row.Studies, e.StudyLabel)
	}
	row.Checks, err = checks(t.Published, row.Result)
	if err != nil {
		return row, fmt.Errorf("target %s: %w", t.ID, err)
	}
	for i := range row.Checks {
		if c := &row.Checks[i]; !c.Agrees {
			c.Why = t.Differs[c.Name]
		}
	}
	return row, nil
}

func checks(p Published, r evidence.PooledResult) ([]Check, error) {
	k, n := float64(r.K), float64(r.N)
	i2lo, i2hi := i2Interval(r)
	natural := func(x *float64) *float64 {
		if x != nil && evidence.IsLogMeasure(r.Measure) {
			v := math.Exp(*x)
			return &v
		}
		return x
	}
	var out []Check
	for _, c := range []struct {
		name, printed string
		ours          *float64
	}{
		{"k", p.K, &k}, {"n", p.N, &n}, {"estimate", p.Estimate, natural(r.Estimate)},
		{"interval, lower", p.CILower, natural(r.CILower)}, {"interval, upper", p.CIUpper, natural(r.CIUpper)}, {"p", p.P, r.P},
		{"τ²", p.Tau2, r.Tau2}, {"τ², lower", p.Tau2Low, r.Tau2Low}, {"τ², upper", p.Tau2Up, r.Tau2Up},
		{"I² (%)", p.I2, r.I2Q}, {"I², lower", p.I2Low, i2lo}, {"I², upper", p.I2Up, i2hi}, {"Q", p.Q, r.Q},
		{"prediction interval, lower", p.PILower, natural(r.PILower)}, {"prediction interval, upper", p.PIUpper, natural(r.PIUpper)},
	} {
		if c.printed == "" {
			continue
		}
		if c.ours == nil {
			return nil, fmt.Errorf("the model gives no %s", c.name)
		}
		v, err := strconv.ParseFloat(c.printed, 64)
		if err != nil {
			return nil, fmt.Errorf("printed %s %q: %w", c.name, c.printed, err)
		}
		unit := lastDigit(c.printed)
		out = append(out, Check{Name: c.name, Published: c.printed, Ours: *c.ours, Shown: shown(*c.ours, unit),
			Agrees: math.Abs(*c.ours-v) <= unit/2*(1+1e-9) || c.printed == "0" && math.Abs(*c.ours) < 5e-5})
	}
	return out, nil
}

// lastDigit is the worth of the last printed digit of a number: 0.01 of
// "-0.71", 1e-8 of "5.31e-06". A bare 0 represents zero to four decimals.
func lastDigit(s string) float64 {
	mantissa, exp, _ := strings.Cut(strings.ToLower(s), "e")
	e, err := strconv.Atoi(exp)
	if exp != "" && err != nil {
		e = 0
	}
	_, frac, _ := strings.Cut(mantissa, ".")
	return math.Pow(10, float64(e-len(frac)))
}

// shown writes our number to one digit more than the printed one.
func shown(x, unit float64) string {
	if x == 0 {
		return "0"
	}
	digits := max(0, int(math.Round(-math.Log10(unit)))+1)
	if unit == 1 && x == math.Trunc(x) {
		digits = 0
	}
	if digits > 6 {
		return strconv.FormatFloat(x, 'e', 2, 64)
	}
	return synthesis.Number(x, digits)
}

// i2Interval is the 95 % interval of I² from Q alone, in percent (Higgins and
// Thompson 2002, the test-based interval of H, appendix A2), as the R package
// meta prints it.
func i2Interval(r evidence.PooledResult) (lo, hi *float64) {
	if r.Q == nil || r.K < 3 {
		return nil, nil
	}
	k, q := float64(r.K), *r.Q
	h := math.Sqrt(q / (k - 1))
	var se float64
	if q > k {
		se = 0.5 * (math.Log(q) - math.Log(k-1)) / (math.Sqrt(2*q) - math.Sqrt(2*k-3))
	} else {
		se = math.Sqrt(1 / (2 * (k - 2)) * (1 - 1/(3*(k-2)*(k-2))))
	}
	const z = 1.959963984540054
	share := func(h float64) *float64 {
		v := math.Max(0, (h*h-1)/(h*h)) * 100
		return &v
	}
	lnH := math.Max(0, math.Log(h)) // H below 1 counts as 1
	return share(math.Exp(lnH - z*se)), share(math.Exp(lnH + z*se))
}
