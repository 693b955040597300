package evidence

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DateStruct is a register's date: the text as written, which may be a month
// or a year only, and its type (ACTUAL | ESTIMATED) where given. A partial
// date stays partial: it is never turned into a day.
type DateStruct struct {
	Raw  string `json:"date,omitempty"`
	Type string `json:"type,omitempty"`
}

// Precision of a partial date.
type Precision int

// The precisions; NoDate means that the text is not a date.
const (
	NoDate Precision = iota
	YearOnly
	YearMonth
	FullDate
)

// Bounds gives the first and last instant (UTC) that the date can mean.
// It returns NoDate when Raw is empty or no ISO date (YYYY, YYYY-MM,
// YYYY-MM-DD, or a timestamp, of which the day is kept).
func (d DateStruct) Bounds() (first, last time.Time, p Precision) {
	s := strings.TrimSpace(d.Raw)
	if len(s) > 10 && (s[10] == 'T' || s[10] == ' ') {
		s = s[:10]
	}
	for _, f := range []struct {
		layout string
		p      Precision
	}{{"2006-01-02", FullDate}, {"2006-01", YearMonth}, {"2006", YearOnly}} {
		t, err := time.Parse(f.layout, s)
		if err != nil {
			continue
		}
		switch f.p {
		case FullDate:
			return t, t.AddDate(0, 0, 1).Add(-time.Nanosecond), f.p
		case YearMonth:
			return t, t.AddDate(0, 1, 0).Add(-time.Nanosecond), f.p
		default:
			return t, t.AddDate(1, 0, 0).Add(-time.Nanosecond), f.p
		}
	}
	return time.Time{}, time.Time{}, NoDate
}

// Year of the date, 0 when unknown.
func (d DateStruct) Year() int {
	t, _, p := d.Bounds()
	if p == NoDate {
		return 0
	}
	return t.Year()
}

// Before reports whether d is certainly before the instant t: its latest
// meaning must lie before it.
func (d DateStruct) Before(t time.Time) bool {
	_, last, p := d.Bounds()
	return p != NoDate && last.Before(t)
}

// IsZero is for omitzero.
func (d DateStruct) IsZero() bool { return d.Raw == "" && d.Type == "" }

// String shows the text and, if estimated, says so.
func (d DateStruct) String() string {
	if strings.EqualFold(d.Type, "ESTIMATED") {
		return fmt.Sprintf("%s (estimated)", d.Raw)
	}
	return d.Raw
}

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
