package evidence

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// WeekSpan writes times given in weeks for people: "3 to 8.7 weeks", "1 day" for
// what is less than a week, "" for no number.
func WeekSpan(weeks []float64) string {
	weeks = slices.DeleteFunc(slices.Clone(weeks), func(w float64) bool { return math.IsNaN(w) || math.IsInf(w, 0) })
	if len(weeks) == 0 {
		return ""
	}
	first, unit := weekWords(slices.Min(weeks))
	last, units := weekWords(slices.Max(weeks))
	switch {
	case first == last && unit == units:
		return first + " " + unit
	case strings.TrimSuffix(unit, "s") == strings.TrimSuffix(units, "s"):
		return first + " to " + last + " " + units
	}
	return first + " " + unit + " to " + last + " " + units
}

func weekWords(w float64) (number, unit string) {
	unit = "week"
	if math.Abs(w) < 1 {
		w, unit = w*7, "day"
		if math.Abs(w) >= 0.95 {
			w = math.Round(w)
		}
	}
	number = strings.TrimSuffix(strconv.FormatFloat(w, 'f', 1, 64), ".0")
	if number != "1" {
		unit += "s"
	}
	return number, unit
}
