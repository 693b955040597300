package isrctn

import (
	"strings"
	"time"

	"past/crawler/xmltree"
	"past/internal/evidence"
)

// status derives the recruitment status, which the registry shows on its pages
// and leaves out of its answers: an override wins; otherwise the dates decide,
// as of the day asOf, or of the last update where that is not known.
func status(rec *evidence.Record, t *xmltree.Node, asOf time.Time) {
	rec.Status, rec.StatusDerived = evidence.StatusUnknown, true
	d, p := t.Get("trialDesign"), t.Get("participants")
	overall, recruitment := d.Get("overallStatusOverride").Text(), p.Get("recruitmentStatusOverride").Text()
	start := p.Get("recruitmentStartStatusOverride").Text()
	var raw []string
	for _, s := range []string{overall, recruitment, start} {
		if s != "" {
			raw = append(raw, s)
		}
	}
	rec.StatusRaw = strings.Join(raw, "; ")
	if s, ok := override(overall); ok {
		rec.Status = s
		return
	}
	if s, ok := override(recruitment); ok {
		rec.Status = s
		return
	}
	if asOf.IsZero() {
		asOf, _, _ = rec.LastUpdatePosted.Bounds()
	}
	if asOf.IsZero() {
		return
	}
	rec.Status = byDates(p.Get("recruitmentStart").Text(), p.Get("recruitmentEnd").Text(), d.Get("overallEndDate").Text(), asOf)
}

func override(s string) (evidence.Status, bool) {
	switch strings.ToLower(s) {
	case "stopped", "abandoned", "terminated":
		return evidence.StatusTerminated, true
	case "suspended":
		return evidence.StatusSuspended, true
	case "withdrawn":
		return evidence.StatusWithdrawn, true
	}
	return "", false
}

// byDates compares whole days: the last day of recruitment still recruits.
func byDates(start, end, overall string, asOf time.Time) evidence.Status {
	over := func(s string) bool { return day(s).Before(asOf) }
	begins, _, known := day(start).Bounds()
	switch {
	case day(overall).Raw != "" && over(overall):
		return evidence.StatusCompleted
	case known == evidence.NoDate:
		return evidence.StatusUnknown
	case asOf.Before(begins):
		return evidence.StatusNotYet
	case end != "" && over(end):
		return evidence.StatusActive
	case end == "":
		return evidence.StatusUnknown
	}
	return evidence.StatusRecruiting
}
