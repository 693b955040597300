package extract

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"past/internal/evidence"
)

// afterTreatment finds times that are counted from another point than the
// start of treatment.
var afterTreatment = regexp.MustCompile(`(?i)\b(?:post|after|following)[\s-]*(?:the\s+)?(?:end|last|final|completion|completing|discharge|treatment|therapy|intervention|surgery|discontinuation|stopping|cessation)`)

// single gives the one point in time of a text: its only one, or the one that
// stands beside the baseline.
func single(text string) (weeks float64, ok bool) {
	ts := Times(text)
	switch {
	case len(ts) == 1:
		return ts[0], true
	case len(ts) == 2 && ts[0] == 0:
		return ts[1], true
	case len(ts) == 2 && ts[1] == 0:
		return ts[0], true
	}
	return 0, false
}

// time fills in the cell's point in time: the class's own where its title
// names one, else the outcome's time frame where that leaves no choice, else
// the outcome's title. A change between two named points is of the later one
// only where the baseline is the first.
func (x *outcome) time(a *evidence.ArmResult) {
	for _, t := range []string{a.ClassTitle, a.CategoryTitle} {
		if t == "" {
			continue
		}
		w, ok := single(t)
		switch {
		case a.Baseline && isBaselineRow(t):
			x.setTime(a, t, 0)
			return
		case ok && w != 0:
			x.setTime(a, t, w)
			return
		case otherPoint.MatchString(t):
			a.TimepointRaw = t
			a.Flags = append(a.Flags, reason(CodeTimepoint, "the row names a cycle, visit or period, not a time"))
			return
		}
	}
	if a.Baseline { // no row says so: the time frame does
		x.setTime(a, x.o.TimeFrame, 0)
		return
	}
	a.TimepointRaw = x.o.TimeFrame
	frame, framed := single(x.o.TimeFrame)
	if framed && frame == 0 && !onlyBaseline(x.o.TimeFrame) {
		framed = false // "Baseline and end of treatment": the later point is not named in weeks
	}
	title, titled := single(x.o.Title)
	switch {
	case framed:
		x.setTime(a, x.o.TimeFrame, frame)
		if titled && frame > 0 && title > 0 && math.Abs(frame-title) > math.Max(1, 0.15*frame) {
			a.Flags = append(a.Flags, reason(CodeTimepoint, fmt.Sprintf("the title reads as %.4g weeks, the time frame as %.4g", title, frame)))
		}
	case titled && title > 0:
		x.setTime(a, x.o.Title, title)
	default:
		a.Flags = append(a.Flags, reason(CodeTimepoint, "the time frame names no single point in time"))
	}
}

func (x *outcome) setTime(a *evidence.ArmResult, raw string, weeks float64) {
	a.TimepointRaw, a.TimepointWeeks = raw, &weeks
	if afterTreatment.MatchString(raw) {
		a.Flags = append(a.Flags, reason(CodeTimepoint, "counted from the end of treatment or another event, not from baseline"))
	}
}

// otherPoint finds rows that stand for a point in time without naming it.
var otherPoint = regexp.MustCompile(`(?i)\b(?:cycle|visit|period|phase|session|stage|wave)\s*#?\s*(?:\d+|[ivx]+)\b|\bC\d+D\d+\b`)

// fromBaseline finds words that speak of the baseline without being at it.
var fromBaseline = regexp.MustCompile(`(?i)(?:\b(?:from|to|since|over|versus|vs\.?|than|above|below|post|after|and)[\s-]+|[↑↓]\s*)(?:the\s+)?(?:baseline|bl)\b|\b(?:baseline|bl)\s+(?:to|through|and|until|up)\b|\bbaseline[\s-]+(?:adjusted|corrected|value\s+[<>≤≥])|post[\s-]?baseline`)

var atBaseline = regexp.MustCompile(`(?i)\b(?:baseline|BL)\b|^\s*(?:pre[\s-]?treatment|pre[\s-]?intervention|pre[\s-]?test|screening|day 0|week 0)\b`)

// isBaselineRow tells a row of baseline values ("Baseline", "CGI-S Baseline",
// "Baseline; n=318"), not of a change from it or of a later point.
func isBaselineRow(s string) bool {
	if s == "" || !atBaseline.MatchString(s) || fromBaseline.MatchString(s) || changeClass(s) {
		return false
	}
	for _, w := range Times(s) {
		if w > 1 {
			return false
		}
	}
	return true
}

// startsWithBaseline tells a text that begins with the baseline.
func startsWithBaseline(s string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(s)), "baseline")
}

// onlyBaseline tells a time frame that is the baseline and nothing more.
func onlyBaseline(frame string) bool {
	return startsWithBaseline(frame) && len(strings.Fields(frame)) <= 3 && !strings.ContainsAny(frame, ",;/")
}
