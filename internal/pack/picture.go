package pack

import (
	"math"
	"slices"
	"strconv"

	"past/internal/edition"
	"past/internal/synthesis"
)

// Picture is a drawing of a finding's number: the interval as a bar, the
// prediction interval as a thin line, the estimate as a diamond, no effect as a
// dashed line. Coordinates are in the units of a view box 400 wide and 70 high.
type Picture struct {
	Shown                  bool
	Null, Estimate, Lo, Hi string
	HasPI                  bool
	PILo, PIHi             string
	Diamond                string // points of the polygon
	BarWidth               string
	Ticks                  []Tick
	Text                   string // for those who do not see it
}

// Tick of the axis.
type Tick struct{ X, Label string }

const (
	pictureLeft, pictureRight = 20.0, 380.0
	pictureMid                = 24.0
)

func draw(f edition.Flat) Picture {
	lo, hi, ok := f.Headline.Interval()
	if !ok {
		return Picture{Text: "No pooled number."}
	}
	ends := []float64{0, *f.Headline.Estimate, lo, hi}
	if f.Headline.Predicts(f.Tau2, f.PILb, f.PIUb) {
		ends = append(ends, *f.PILb, *f.PIUb)
	}
	from, to := slices.Min(ends), slices.Max(ends)
	pad := 0.06 * (to - from)
	if pad == 0 {
		pad = 1
	}
	from, to = from-pad, to+pad
	x := func(v float64) float64 { return pictureLeft + (v-from)/(to-from)*(pictureRight-pictureLeft) }
	s := func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
	e := x(*f.Headline.Estimate)
	p := Picture{Shown: true, Null: s(x(0)), Estimate: s(e), Lo: s(x(lo)), Hi: s(x(hi)), BarWidth: s(x(hi) - x(lo)),
		Diamond: s(e-7) + "," + s(pictureMid) + " " + s(e) + "," + s(pictureMid-8) + " " + s(e+7) + "," + s(pictureMid) + " " + s(e) + "," +
			s(pictureMid+8)}
	if f.Headline.Predicts(f.Tau2, f.PILb, f.PIUb) {
		p.HasPI, p.PILo, p.PIHi = true, s(x(*f.PILb)), s(x(*f.PIUb))
	}
	for _, v := range ticks(from, to, f.Scale == "log") {
		label := v
		if f.Scale == "log" {
			label = math.Exp(v)
		}
		p.Ticks = append(p.Ticks, Tick{s(x(v)), synthesis.Number(label, decimals(label))})
	}
	p.Text = f.EstimateWords() + "; no effect at " + map[bool]string{true: "1", false: "0"}[f.Scale == "log"]
	return p
}

func decimals(v float64) int {
	if v == math.Trunc(v) {
		return 0
	}
	if math.Abs(v*2-math.Trunc(v*2)) < 1e-9 || math.Abs(v) >= 1 {
		return 1
	}
	return 2
}

// ticks places three to eight marks; on a log scale at round ratios.
func ticks(from, to float64, log bool) []float64 {
	var out []float64
	if log {
		for _, r := range []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100} {
			if v := math.Log(r); v >= from && v <= to {
				out = append(out, v)
			}
		}
		return out
	}
	step := math.Pow(10, math.Floor(math.Log10((to-from)/3)))
	for _, m := range []float64{5, 2} {
		if (to-from)/(step*m) >= 3 {
			step *= m
			break
		}
	}
	for v := math.Ceil(from/step) * step; v <= to && len(out) < 12; v += step {
		out = append(out, math.Round(v/step)*step)
	}
	return out
}
