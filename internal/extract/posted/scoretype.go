package posted

import (
	"regexp"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// scoreType says what kind of number the cell is, as one of evidence's Score
// constants: of people (response, its negation, count, …), of events and time,
// or of scores (change, item, subscale, endpoint). A change of a subscale is a
// change whose Subscale is filled in. The grammar of the words is data of the
// vocabulary (kinds.yaml); here the unit and the parameter are compared with it.
func (x *outcome) scoreType(m vocab.InstrumentMatch, known bool, a *evidence.ArmResult) string {
	event := x.event(m, known, a)
	switch {
	case x.unit == "time" || event == evidence.ScoreTimeToEvent || event == evidence.ScoreDuration:
		if s := x.timeKind(event, m, known); s != "" {
			return s
		}
	case x.unit == "events" && !(known && m.ScoreKind == vocab.ScoreCount) && !isMean(x.param):
		return evidence.ScoreEvents
	}
	if x.people() {
		if s := x.peopleKind(event, m, known); s != "" {
			return s
		}
	}
	return x.scoreKind(m, known, a)
}

// scoreKind is the kind of a number that is a score.
func (x *outcome) scoreKind(m vocab.InstrumentMatch, known bool, a *evidence.ArmResult) string {
	switch said := x.said(a.ClassTitle, a.CategoryTitle); {
	case x.scoreSaid == evidence.ScoreAUC || said == evidence.ScoreAUC:
		return evidence.ScoreAUC
	case a.Baseline:
		// a row of baseline values within a change outcome is no change
	case x.scoreSaid == evidence.ScorePercentChange || said == evidence.ScorePercentChange || known && m.Percent:
		return evidence.ScorePercentChange
	case x.changeFrom != "" || said == evidence.ScoreChange || spanFromBaseline.MatchString(a.ClassTitle):
		return evidence.ScoreChange
	}
	switch {
	case !known:
		return evidence.ScoreEndpoint
	case m.ScoreKind == vocab.ScoreItem || strings.HasPrefix(m.Subscale, "item"):
		return evidence.ScoreItem
	case m.Subscale != "" || m.ScoreKind == vocab.ScoreSubscale:
		return evidence.ScoreSubscale
	case m.ScoreKind == vocab.ScoreCount:
		return evidence.ScoreCount
	}
	return evidence.ScoreEndpoint
}

// event is the kind of outcome of a row: what its own titles name, else what
// they answer to the outcome's title, else the title's.
func (x *outcome) event(m vocab.InstrumentMatch, known bool, a *evidence.ArmResult) string {
	of := x.titleEvent
	if known && m.Event != "" {
		of = m.Event // from the description's instrument or a threshold in percent
	}
	for _, row := range []string{a.ClassTitle, a.CategoryTitle} {
		if row == "" {
			continue
		}
		switch x.read.row(row).answer {
		case "yes":
			continue
		case "missing":
			if of == evidence.ScoreDiscontinued {
				continue
			}
			return ""
		case "no":
			if of != "" {
				return x.v.Negated(of)
			}
			return ""
		}
		if k := x.read.row(row).kind; k != "" {
			of = k
		}
	}
	return of
}

// people reports whether the outcome's numbers count people or a share of them.
func (x *outcome) people() bool {
	return x.counts() || x.unit == "people-percent" || x.param == paramNumber || Probability.MatchString(x.o.Unit)
}

func (x *outcome) counts() bool {
	return x.param == paramCount || x.unit == "people" && x.param == paramNumber
}

// timeKind is what a number of days or weeks is: of an instrument that measures
// time its value, else the time to an event, its duration or no score at all.
func (x *outcome) timeKind(event string, m vocab.InstrumentMatch, known bool) string {
	if x.counts() || x.unit == "people-percent" {
		return ""
	}
	in, ok := x.v.Instrument(m.ID)
	switch {
	case event == evidence.ScoreTimeToEvent || event == evidence.ScoreDuration:
		return event
	case known && ok && (in.Kind == "duration" || in.Kind == "device" || in.Kind == "test" || in.Kind == "event-count" ||
		m.Domain == "vitals" || m.Subscale != ""):
		return ""
	case known:
		return evidence.ScoreNotScore
	}
	return ""
}

// peopleKind is the kind of a number of people; "" where it turns out to be
// none. Events other than thresholds need an instrument on which they happen.
func (x *outcome) peopleKind(event string, m vocab.InstrumentMatch, known bool) string {
	scale := known && m.Domain != "vitals" && m.ScoreKind != vocab.ScoreValue
	switch {
	case (event == partialKind || event == limitedKind) && known:
		return evidence.ScoreThreshold
	case event != "" && scale:
		return event
	case known && m.ScoreKind == vocab.ScoreThreshold && (x.counts() || x.unit == "people-percent" || x.param == paramNumber):
		return evidence.ScoreThreshold
	case x.counts():
		return evidence.ScoreCount
	case x.unit == "people-percent" || Probability.MatchString(x.o.Unit) && titleOfPeople.MatchString(x.o.Title):
		return evidence.ScorePercent
	}
	return ""
}

// titleOfPeople finds titles of a share of people.
var titleOfPeople = regexp.MustCompile(`(?i)^(?:the\s+)?(?:percent\w*|proportion|share|rate|` +
	`%)\s+of\s+(?:\w+\s+){0,2}(?:participants|patients|subjects|people|women|men)\b`)

// partialKind is a partial response or remission in kinds.yaml, limitedKind one
// that its words deny or limit: other outcomes than response, and thresholds
// like any other.
const (
	partialKind = "partial"
	limitedKind = "limited"
)

// withPartial finds descriptions that count partial responses among the responses.
var withPartial = regexp.MustCompile(`(?i)\brespon\w+(?:\s+rates?)?\s*\(?(?:full|complete)\s*(?:or|and|/|\+|plus)\s*partial\b|` +
	`\b(?:full|complete)\s*(?:or|and|/|\+|plus)\s*partial\s+respon`)

// readChange finds where an outcome says that its scores are changes: in its
// title, time frame, unit or, for means whose title is silent, description.
func (x *outcome) readChange() {
	described := ""
	if isMean(x.param) && x.titleEvent == "" && (x.known || scaleUnit.MatchString(x.o.Unit) ||
		beginsWithChange.MatchString(x.o.Description) || x.negative()) {
		described = x.v.ScoreDescribed(x.o.Description)
	}
	switch {
	case x.unit == "percent-change", described == evidence.ScorePercentChange && x.scoreSaid != evidence.ScoreAUC:
		x.scoreSaid = evidence.ScorePercentChange
	case x.known && x.match.Change || x.scoreSaid == evidence.ScoreChange:
		x.changeFrom = "title"
	case frameOfChange.MatchString(x.o.TimeFrame):
		x.changeFrom = "time frame"
	case x.unit == "change" && !IsPercentUnit(x.o.Unit):
		x.changeFrom = "unit"
	case x.scoreSaid == "" && described != "":
		x.changeFrom = "description"
	}
}

// said is what a row's titles say of their score.
func (x *outcome) said(titles ...string) string {
	out := ""
	for _, t := range titles {
		if s := x.read.row(t).said; s != "" {
			out = s
		}
	}
	return out
}

func (x *outcome) saysChange(row string) bool { return x.read.row(row).said != "" }

// frameOfChange finds time frames that tell a change from a value.
var frameOfChange = regexp.MustCompile(
	`(?i)^\s*(?:mean )?(?:change|difference)s?\b|\bchange(?: scores?)?\)?\s*$|\bminus\s+(?:the\s+)?(?:baseline|pre)`)

// negative reports whether one of the outcome's values is below zero.
func (x *outcome) negative() bool {
	for _, c := range x.o.Classes {
		for _, k := range c.Categories {
			for _, m := range k.Measurements {
				if v := number(m.Value); v != nil && *v < 0 {
					return true
				}
			}
		}
	}
	return false
}

// beginsWithChange finds descriptions that say at once that a change is reported.
var beginsWithChange = regexp.MustCompile(`(?i)^\s*(?:the\s+)?(?:mean\s+|average\s+)?(?:changes?|differences?)\b`)

// spanFromBaseline finds rows that reach from the baseline to a later point.
var spanFromBaseline = regexp.MustCompile(`(?i)^\s*(?:from\s+)?(?:baseline|BL|screening)\s*(?:to|through|-|–|until)\s`)

// Probability finds units of a share, whatever it is a share of.
var Probability = regexp.MustCompile(`(?i)^(?:estimated |adjusted )?(?:probability|proportion|risk|rate|percent|%)`)

// scaleUnit finds units of scales.
var scaleUnit = regexp.MustCompile(`(?i)\b(?:scale|scores?|points?)\b`)

func isMean(p paramKind) bool { return p == ParamMean || p == ParamLSMean || p == paramMedian }
