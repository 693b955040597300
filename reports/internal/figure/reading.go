package figure

import (
	"math"

	"past/internal/evidence"
	"past/reports/internal/draw"
	"past/reports/internal/show"
)

// Reading is how one finding's numbers are to be read: measure, direction,
// names.
type Reading struct {
	Measure show.Measure
	// Lower is set when smaller values are better for the patient.
	Lower     bool
	Treatment string
	Control   string
	// Name turns vocabulary ids into names.
	Name func(string) string
}

// Read makes the Reading of a finding. name turns vocabulary ids into names.
func Read(f *evidence.Finding, name func(string) string) Reading {
	t := show.Clip(name(f.Substance), 32)
	if t == "" {
		t = "treatment"
	}
	return Reading{Measure: show.MeasureOf(f.Measure), Lower: f.LowerIsBetter, Treatment: t, Control: "comparator", Name: name}
}

// Side says whom a value favours: "favours MDMA", "favours comparator" or
// "favours neither".
func (r Reading) Side(x float64) string {
	switch {
	case math.IsNaN(x) || x == 0:
		return "favours neither"
	case (x < 0) == r.Lower:
		return "favours " + r.Treatment
	}
	return "favours " + r.Control
}

// Left and Right are the labels under a forest plot's axis.
func (r Reading) Left() string  { return r.Side(-1) }
func (r Reading) Right() string { return r.Side(1) }

// Ticks of the finding's scale.
func (r Reading) Ticks(lo, hi float64, n int) []draw.Tick {
	if r.Measure.Ratio {
		return draw.RatioTicks(lo, hi, n)
	}
	return draw.Ticks(lo, hi, n)
}

// AxisTitle names the axis of estimates.
func (r Reading) AxisTitle() string {
	if r.Measure.Ratio {
		return show.First(r.Measure.Name) + ", log scale"
	}
	return show.First(r.Measure.Name)
}

// pooledTitle names an axis of pooled effects.
func (r Reading) pooledTitle() string {
	t := "Pooled " + r.Measure.Name
	if r.Measure.Ratio {
		t += ", log scale"
	}
	return t
}

// finite reports whether all are numbers that can be drawn.
func finite(x ...float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e12 {
			return false
		}
	}
	return true
}

func ptrs(x ...*float64) []float64 {
	var out []float64
	for _, p := range x {
		if p != nil && finite(*p) {
			out = append(out, *p)
		}
	}
	return out
}
