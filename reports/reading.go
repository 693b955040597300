package reports

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// reading is how one finding's numbers are to be read: measure, direction, names.
type reading struct {
	show.Measure
	lower     bool // smaller values are better for the patient
	neither   bool // which are better is not known
	treatment string
}

// readingOf makes the reading of a finding. name turns vocabulary ids into names.
func readingOf(f *evidence.Finding, name func(string) string) reading {
	return reading{Measure: show.MeasureOf(f.Measure), lower: f.LowerIsBetter, neither: f.Undirected,
		treatment: treatmentName(name(drugOf(f)))}
}

// drugOf is the substance of a finding, or the form of it that all its studies gave:
// esketamine for ketamine.
func drugOf(f *evidence.Finding) string {
	var drugs []string
	for i := range f.Effects {
		drugs = append(drugs, f.Effects[i].Drug)
	}
	if drugs = slices.Compact(drugs); len(drugs) != 1 {
		return f.Substance
	}
	return cmp.Or(drugs[0], f.Substance)
}

// treatmentName is what figures call the treatment: its name, if that fits below half
// an axis on a phone.
func treatmentName(name string) string {
	if n := utf8.RuneCountInString(name); n == 0 || n > 20 {
		return "treatment"
	}
	return show.Clip(name, 20)
}

// side says which side a value favours: "favours MDMA", "favours comparator" or
// "favours neither"; on which side of no effect it is where better is not known.
func (r reading) side(x float64) string {
	switch {
	case r.neither && x < 0:
		return "below no effect"
	case r.neither && x > 0:
		return "above no effect"
	case r.neither:
		return "no effect"
	case math.IsNaN(x) || x == 0:
		return "favours neither"
	case (x < 0) == r.lower:
		return "favours " + r.treatment
	}
	return "favours comparator"
}

// sideOf is the side that an estimate favours, or that its interval includes no
// effect: then it favours nothing.
func (r reading) sideOf(x, lo, hi *float64) string {
	if lo != nil && hi != nil && *lo <= 0 && *hi >= 0 {
		return "the interval includes no effect"
	}
	return r.side(evidence.Value(x))
}

// cell is a number of the analysis as people read it, with its digits on that scale.
func (r reading) cell(x *float64) chart.Cell {
	if x == nil {
		return chart.Cell{Text: show.None}
	}
	v := r.Read(*x)
	return chart.Digits(r.Value(*x), &v)
}

// important is the minimal important difference on the side of benefit.
func important(f *evidence.Finding) *chart.Band {
	if f.MID == nil || !chart.Finite(*f.MID) || *f.MID == 0 {
		return nil
	}
	m := math.Abs(*f.MID)
	if f.LowerIsBetter {
		m = -m
	}
	return &chart.Band{At: m, Label: "important difference (" + show.MeasureOf(f.Measure).Value(m) + ")"}
}

// axisOf is the axis of a finding's effects.
func (r reading) axis(f *evidence.Finding) chart.Axis {
	title := show.First(r.Name)
	if r.Ratio {
		title += ", log scale"
	}
	return chart.Axis{Title: title, Ratio: r.Ratio, Band: important(f), Left: r.side(-1), Right: r.side(1)}
}
