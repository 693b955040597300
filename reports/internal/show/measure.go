package show

import (
	"math"
	"strings"
)

// Measure is how an effect measure is named and read.
type Measure struct {
	Code   string // as the result carries it
	Name   string // "standardised mean difference"
	Symbol string // "g"
	Ratio  bool   // kept as a natural logarithm, read as a ratio
	Null   float64
}

var measures = map[string]Measure{
	"SMD":  {Name: "standardised mean difference (Hedges g)", Symbol: "g"},
	"SMDH": {Name: "standardised mean difference, unequal variances", Symbol: "g"},
	"SMCR": {Name: "standardised mean change, raw score standardisation", Symbol: "g"},
	"SMCC": {Name: "standardised mean change, change score standardisation", Symbol: "g"},
	"MD":   {Name: "mean difference", Symbol: "MD"},
	"MC":   {Name: "mean change", Symbol: "MC"},
	"RR":   {Name: "risk ratio", Symbol: "RR", Ratio: true},
	"OR":   {Name: "odds ratio", Symbol: "OR", Ratio: true},
	"PETO": {Name: "odds ratio (Peto)", Symbol: "OR", Ratio: true},
	"HR":   {Name: "hazard ratio", Symbol: "HR", Ratio: true},
	"IRR":  {Name: "incidence rate ratio", Symbol: "IRR", Ratio: true},
	"ROM":  {Name: "ratio of means", Symbol: "RoM", Ratio: true},
	"RD":   {Name: "risk difference", Symbol: "RD"},
	"COR":  {Name: "correlation", Symbol: "r"},
	"ZCOR": {Name: "Fisher z of a correlation", Symbol: "z"},
	"GEN":  {Name: "effect as supplied", Symbol: "effect"},
}

// MeasureOf looks a measure up; an unknown one is named by its code and kept
// on the scale it came in.
func MeasureOf(code string) Measure {
	key := strings.ToUpper(strings.TrimSpace(code))
	key = strings.TrimPrefix(strings.TrimPrefix(key, "LOG_"), "LOG ")
	m, ok := measures[key]
	if !ok {
		name := Clip(code, 40)
		if name == "" {
			name = "effect"
		}
		m = Measure{Name: name, Symbol: name}
	}
	m.Code = code
	if m.Ratio {
		m.Null = 1
	}
	return m
}

// Read brings x to the scale on which people read it.
func (m Measure) Read(x float64) float64 {
	if m.Ratio {
		return math.Exp(x)
	}
	return x
}

// Value prints an estimate on the reading scale with two decimals; a ratio
// that two decimals would flatten keeps two significant digits.
func (m Measure) Value(x float64) string {
	v := m.Read(x)
	if m.Ratio && v > 0 && v < 0.095 {
		return Significant(v, 2)
	}
	return Fixed(v, 2)
}

// ValueP is Value for a number that may be absent.
func (m Measure) ValueP(x *float64) string {
	if x == nil {
		return None
	}
	return m.Value(*x)
}

// Interval prints "[lo, hi]" on the reading scale.
func (m Measure) Interval(lo, hi float64) string {
	return "[" + m.Value(lo) + "," + nbsp + m.Value(hi) + "]"
}

// IntervalP is Interval for bounds that may be absent; "" when one is.
func (m Measure) IntervalP(lo, hi *float64) string {
	if lo == nil || hi == nil {
		return ""
	}
	return m.Interval(*lo, *hi)
}

// Full prints an estimate with its interval: "−0.71 [−0.95, −0.47]".
func (m Measure) Full(est, lo, hi *float64) string {
	if est == nil {
		return None
	}
	if iv := m.IntervalP(lo, hi); iv != "" {
		return m.Value(*est) + nbsp + iv
	}
	return m.Value(*est)
}

// Exact prints on the reading scale with four decimals, for checking against
// other software.
func (m Measure) Exact(x *float64) string {
	if x == nil {
		return None
	}
	return Fixed(m.Read(*x), 4)
}

// ExactInterval is the interval with four decimals.
func (m Measure) ExactInterval(lo, hi *float64) string {
	if lo == nil || hi == nil {
		return None
	}
	return "[" + m.Exact(lo) + "," + nbsp + m.Exact(hi) + "]"
}
