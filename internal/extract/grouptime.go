package extract

import (
	"regexp"
	"strings"

	"past/internal/evidence"
	"past/internal/text"
)

// groupMoment finds the point in time with which the title of a group ends
// ("Psilocybin - Baseline Results", "Week 12").
var groupMoment = regexp.MustCompile(`(?i)(?:^|[\s–:,(\[-]+)(?:at\s+|on\s+)?(?:` +
	`(baseline|pre[\s-]?(?:treatment|intervention|test|therapy)|screening)|` +
	`(?:end of (?:treatment|study)|post[\s-]?(?:treatment|intervention|test|therapy)|follow[\s-]?up|end[\s-]?point)|` +
	`(?:week|month|day|year)s?\s*\d+|\d+[\s-]*(?:weeks?|months?|days?|years?)(?:\s+follow[\s-]?up)?)` +
	`(?:\s+(?:results?|values?|visit|assessment|scores?|measurements?|data))?\s*[)\]]?$`)

// groupMomentWords are in every title that groupMoment finds a time in.
var groupMomentWords = []string{"baseline", "pre", "screening", "end", "post", "follow", "week", "month", "day", "year"}

// groupTime is the point in time that a group's title names.
type groupTime struct {
	title  string
	base   bool
	moment text.Moment
	timed  bool
}

// groupTimes reads the groups of an outcome that are the same people at several
// times: their titles differ in nothing but the time.
func groupTimes(groups []evidence.Group) map[string]groupTime {
	people := map[string][]string{}
	out := map[string]groupTime{}
	for _, g := range groups {
		if !containsAny(strings.ToLower(g.Title), groupMomentWords...) {
			continue
		}
		m := groupMoment.FindStringSubmatchIndex(g.Title)
		if m == nil {
			continue
		}
		t := groupTime{title: g.Title, base: m[2] >= 0}
		t.moment, t.timed = text.Single(g.Title[m[0]:])
		out[g.ID] = t
		who := strings.ToLower(strings.TrimSpace(g.Title[:m[0]]))
		people[who] = append(people[who], g.ID)
	}
	for who, same := range people {
		for _, id := range same {
			if alone := out[id].base && who == ""; len(same) < 2 && !alone {
				delete(out, id) // else a group called "Baseline" and no more
			}
		}
	}
	return out
}

// groupTime takes a cell's time from the title of its group, where that says it
// and the row does not.
func (x *outcome) groupTime(a *evidence.ArmResult) {
	t, ok := x.times[a.GroupID]
	switch {
	case !ok || x.read.row(a.ClassTitle).timed || x.read.row(a.CategoryTitle).timed:
	case t.base:
		a.Baseline = true
		if a.ScoreType == evidence.ScoreChange {
			a.ScoreType = evidence.ScoreEndpoint
		}
		x.setTime(a, t.title, text.Moment{Origin: evidence.OriginBaseline})
	case t.timed:
		x.setTime(a, t.title, t.moment)
	}
}
