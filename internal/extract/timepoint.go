package extract

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"past/internal/evidence"
)

var (
	unitFirst = regexp.MustCompile(`(?i)\b(weeks?|wks?|days?|months?|mos?|years?|yrs?|visit day)[\s.#-]*(\d+(?:\.\d+)?)(?:\s*(?:-|to|through|–)\s*(\d+(?:\.\d+)?))?\b`)
	unitLast  = regexp.MustCompile(`(?i)(\d+(?:\.\d+)?)(?:\s*(?:-|to|–)\s*(\d+(?:\.\d+)?))?[\s-]*(minutes?|mins?|hours?|hrs?|h|weeks?|wks?|days?|months?|mos?|years?|yrs?)\b`)
	wordFirst = regexp.MustCompile(`(?i)\b(one|two|three|four|five|six|seven|eight|nine|ten|twelve)[\s-]+(weeks?|days?|months?|years?)\b`)
)

var numberWords = map[string]string{"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "twelve": "12"}

// weeksPer converts register words for time into weeks. A month is a twelfth
// of a year of 365.25 days, a year 52.18 weeks.
func weeksPer(unit string) float64 {
	u := strings.ToLower(unit)
	switch {
	case strings.HasPrefix(u, "min"):
		return 1.0 / 10080
	case strings.HasPrefix(u, "h"):
		return 1.0 / 168
	case strings.HasPrefix(u, "d"), strings.HasPrefix(u, "visit"):
		return 1.0 / 7
	case strings.HasPrefix(u, "w"):
		return 1
	case strings.HasPrefix(u, "mo"):
		return 365.25 / 12 / 7
	case strings.HasPrefix(u, "y"):
		return 365.25 / 7
	}
	return math.NaN()
}

// Times lists the points in time that a text names, in weeks, each once, in
// the order of the text. Baseline is 0 weeks.
func Times(text string) []float64 {
	type hit struct {
		at    int
		weeks float64
	}
	var hits []hit
	taken := make([]bool, len(text)+1)
	take := func(from, to int) bool {
		for i := from; i < to; i++ {
			if taken[i] {
				return false
			}
		}
		for i := from; i < to; i++ {
			taken[i] = true
		}
		return true
	}
	add := func(from, to int, num, unit string) {
		x, err := strconv.ParseFloat(num, 64)
		if err == nil && take(from, to) {
			hits = append(hits, hit{from, x * weeksPer(unit)})
		}
	}
	text = wordFirst.ReplaceAllStringFunc(text, func(s string) string {
		m := wordFirst.FindStringSubmatch(s)
		out := numberWords[strings.ToLower(m[1])] + " " + m[2]
		return out + strings.Repeat(" ", max(0, len(s)-len(out)))
	})
	if len(text) >= len(taken) {
		taken = make([]bool, len(text)+1)
	}
	for _, m := range unitFirst.FindAllStringSubmatchIndex(text, -1) {
		num := text[m[4]:m[5]]
		if m[6] >= 0 {
			num = text[m[6]:m[7]] // a span ends at its later bound
		}
		add(m[0], m[1], num, text[m[2]:m[3]])
	}
	for _, m := range unitLast.FindAllStringSubmatchIndex(text, -1) {
		num := text[m[2]:m[3]]
		if m[4] >= 0 {
			num = text[m[4]:m[5]]
		}
		add(m[0], m[1], num, text[m[6]:m[7]])
	}
	if i := strings.Index(strings.ToLower(text), "baseline"); i >= 0 {
		hits = append(hits, hit{i, 0})
	}
	var out []float64
	for i := range hits {
		for j := i + 1; j < len(hits); j++ {
			if hits[j].at < hits[i].at {
				hits[i], hits[j] = hits[j], hits[i]
			}
		}
	}
	for _, h := range hits {
		dup := false
		for _, o := range out {
			dup = dup || math.Abs(o-h.weeks) < 1e-9
		}
		if !dup && !math.IsNaN(h.weeks) {
			out = append(out, h.weeks)
		}
	}
	return out
}

// isTime tells whether a class title is a point in time and nothing else that
// matters.
func isTime(title string) bool { return startsWithBaseline(title) || len(Times(title)) > 0 }

// time fills in the cell's point in time: the class's own where its title
// names one, else the outcome's time frame where that leaves no choice.
func (x *outcome) time(a *evidence.ArmResult) {
	for _, t := range []string{a.ClassTitle, a.CategoryTitle} {
		if t == "" {
			continue
		}
		if ts := Times(t); len(ts) == 1 || len(ts) == 2 && ts[0] == 0 {
			w := ts[len(ts)-1]
			if a.Baseline {
				w = 0
			}
			a.TimepointRaw, a.TimepointWeeks = t, &w
			return
		} else if startsWithBaseline(t) {
			w := 0.0
			a.TimepointRaw, a.TimepointWeeks = t, &w
			return
		}
	}
	a.TimepointRaw = x.o.TimeFrame
	ts := Times(x.o.TimeFrame)
	switch {
	case len(ts) == 1:
		a.TimepointWeeks = &ts[0]
	case len(ts) == 2 && (ts[0] == 0 || ts[1] == 0): // "Baseline, Week 8"
		w := math.Max(ts[0], ts[1])
		a.TimepointWeeks = &w
	}
}
