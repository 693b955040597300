package extract

import (
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// frameOfChange finds time frames that tell a change from a value.
var frameOfChange = regexp.MustCompile(`(?i)^\s*(?:mean )?(?:change|difference)s?\b`)

// spanFromBaseline finds rows that reach from the baseline to a later point.
var spanFromBaseline = regexp.MustCompile(`(?i)^\s*(?:from\s+)?(?:baseline|BL|screening)\s*(?:to|through|-|–|until)\s`)

// containsAny rules a text out before a pattern is tried on it.
func containsAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// announcesChange sees a change from baseline in a title.
func announcesChange(title string) bool {
	t := strings.ToLower(title)
	for _, s := range []string{"change from", "change in", "change of", "changes in", "changes from", "change to", "change at", "mean change", "improvement in", "improvement from", "reduction in", "reduction from", "difference from baseline", "change score"} {
		if strings.Contains(t, s) {
			return true
		}
	}
	return strings.HasPrefix(t, "change ") || strings.HasSuffix(t, " change")
}

// scoreType says what kind of number the cell is: of people (count, percent,
// response, remission, relapse, threshold), of scores (change, item, subscale,
// endpoint) or of events and time. A change of a subscale is a change whose
// Subscale is filled in.
func (x *outcome) scoreType(m vocab.InstrumentMatch, known bool, a *evidence.ArmResult) string {
	param := kindOfParam(x.o.ParamType)
	count := param == paramCount || isCountUnit(x.o.Unit) && param == paramNumber
	percent := isPercentOfPeople(x.o.Unit)
	people := count || percent || param == paramNumber || probability.MatchString(x.o.Unit)
	if known {
		switch {
		case m.ScoreKind == vocab.ScoreEventTime && !count && !percent:
			return "time-to-event"
		case people && partialResponse.MatchString(x.o.Title+" "+a.ClassTitle+" "+a.CategoryTitle):
			return "threshold"
		case m.ScoreKind == vocab.ScoreResponder && people:
			return "response"
		case m.ScoreKind == vocab.ScoreRemission && people:
			return "remission"
		case m.ScoreKind == vocab.ScoreRelapse && people:
			return "relapse"
		case m.ScoreKind == vocab.ScoreThreshold && people:
			if s := peopleWord(x.o.Title); s != "" {
				return s
			}
			return "threshold"
		}
	}
	if count || percent {
		if s := peopleWord(a.ClassTitle + " " + a.CategoryTitle); s != "" && known {
			return s
		}
	}
	switch {
	case count:
		return "count"
	case percent:
		return "percent"
	case a.Baseline:
		// a row of baseline values within a change outcome is no change
	case x.change || changeClass(a.ClassTitle) || changeClass(a.CategoryTitle):
		return "change"
	}
	switch {
	case known && m.ScoreKind == vocab.ScoreItem || known && strings.HasPrefix(m.Subscale, "item"):
		return "item"
	case known && (m.Subscale != "" || m.ScoreKind == vocab.ScoreSubscale):
		return "subscale"
	case known && m.ScoreKind == vocab.ScoreCount:
		return "count"
	}
	return "endpoint"
}

// partialResponse is another outcome than response.
var partialResponse = regexp.MustCompile(`(?i)\bpartial(?:ly)?[\s-]+(?:respon|remi)`)

// peopleWord finds response or remission named in a title.
func peopleWord(title string) string {
	t := strings.ToLower(title)
	switch {
	case strings.Contains(t, "remission") || strings.Contains(t, "remitter"):
		return "remission"
	case strings.Contains(t, "non-respon") || strings.Contains(t, "nonrespon") || strings.Contains(t, "loss of response"):
		return ""
	case strings.Contains(t, "response") && !strings.Contains(t, "response to question") || strings.Contains(t, "responder"):
		return "response"
	}
	return ""
}

// probability finds units of a share, whatever it is a share of.
var probability = regexp.MustCompile(`(?i)^(?:estimated |adjusted )?(?:probability|proportion|risk|rate|percent|%)`)

func changeClass(title string) bool {
	t := strings.ToLower(title)
	return announcesChange(title) || spanFromBaseline.MatchString(title) || strings.Contains(t, "change") && !strings.Contains(t, "no change") && !strings.Contains(t, "unchanged")
}
