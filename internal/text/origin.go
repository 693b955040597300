package text

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// after are the words that count a time from what follows them; short are words
// that may stand between.
const (
	after = `(?:follow[\s-]?up\s+)?(?:after|post|following|from|since|of|past|beyond)[\s-]*(?:the\s+|a\s+|an\s+|their\s+|each\s+)?`
	short = `(?:[a-z]+[\s-]+){0,3}?`
	given = `(?:dos(?:e|es|ing)|administration|intake|ingestion|injections?|study ` +
		`drug|drug|medication|mdma|psilocybin|lsd|ketamine|esketamine)`
	visit = `(?:sessions?|infusions?|treatments?)`
	count = `#?\s*(\d+|first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|sixth|6th|one|two|three|four|five|six)`
)

// origins are tried in order on the words behind a time. A pattern's group, if
// any, is the number that follows the origin's name.
var origins = []struct {
	name string
	re   *regexp.Regexp
}{
	{OriginLastDose, regexp.MustCompile(`^\W*` + after + `(?:last|final|most recent)[\s-]+` + short + `(?:` + given + `|` + visit + `)\b`)},
	{OriginEnd, regexp.MustCompile(`^\W*` + after +
		`(?:end|completion|conclusion|cessation|termination|discontinuation|stopping|completing|ending|finishing|stop)\b(?:\s+of)?`)},
	{OriginEnd, regexp.MustCompile(`^\W*(?:follow[\s-]?up\s+)?(?:after|post|` +
		`following)[\s-]*(?:the\s+)?(?:acute\s+)?(?:treatment|therapy|intervention|psychotherapy|discontinuation)\b` +
		`(?:\s*(?:$|[,;.)(]|phase|period|follow|completion|(?:has |was |is )?(?:ended|ends|completed|stopped|finished|over)))`)},
	{OriginRandomisation, regexp.MustCompile(`^\W*` + after + `(?:randomi[sz](?:ation|ed|ing)|allocation)\b`)},
	{OriginFirstDose, regexp.MustCompile(`^\W*` + after +
		`(?:first|1st|initial)[\s-]+(?:[a-z]+[\s-]+)?(?:dos(?:e|es|ing)|administration|intake|ingestion|injection)\b(?:\s*(?:$|` +
		`[^a-z\s]|\s(?:of|on|in|at|and)\b))?`)},
	{OriginSession, regexp.MustCompile(`^\W*` + after + short + visit + `\s*` + count + `\b`)},
	{OriginSession, regexp.MustCompile(`^\W*` + after + count + `\s+` + short + visit + `\b`)},
	{OriginDose, regexp.MustCompile(`^\W*` + after + short + given + `\s*` + count + `\b`)},
	{OriginDose, regexp.MustCompile(`^\W*` + after + count + `\s+` + short + given + `\b`)},
	{OriginPeriod, regexp.MustCompile(`^\W*` + after +
		`(?:start|beginning|onset)\s+of\s+` + short + `(?:phase|period|stage)\s*` + count + `\b`)},
	{OriginFirstDose, regexp.MustCompile(`^\W*` + after + `(?:(?:first|1st|initial)[\s-]+` + short + given +
		`|(?:start|initiation|beginning|commencement)\s+of\s+` + short +
		`(?:treatment|therapy|dosing|medication|drug|intervention)|treatment\s+(?:start|initiation))\b`)},
	{OriginCycle, regexp.MustCompile(`^\W*(?:of|in|during)\s+cycle\s*` + count + `\b`)},
	{OriginPeriod, regexp.MustCompile(`^\W*(?:of|in|during)\s+(?:period|phase)\s*` + count + `\b`)},
	{OriginBaseline, regexp.MustCompile(`^\W*` + after + `(?:baseline|study\s+(?:entry|start)|enrol+ment|inclusion|day\s+0\b)`)},
	{OriginDose, regexp.MustCompile(`^\W*(?:after|post|following|since)[\s-]*(?:the\s+)?` + short + `(?:` + given + `|infusion|exposure)\b`)},
	{OriginSession, regexp.MustCompile(`^\W*(?:after|post|following|since)[\s-]*(?:the\s+|each\s+|every\s+|an?\s+)?` + short + `sessions?\b`)},
	{"", regexp.MustCompile(`^\W*(?:after|post|following|since|from)[\s-]*(?:the\s+)?(?:index\s+)?(surgery|operation|delivery|` +
		`birth|childbirth|partum|discharge|injury|trauma|transplant\w*|admission|hospitali[sz]ation|stroke|procedure|` +
		`cross[\s-]?over|vaccination|switch)\b`)},
}

// behind begins every pattern of origins: where the words do not start so, none
// of them is tried.
var behind = regexp.MustCompile(`^\W*(?:follow|after|post|following|from|since|of|past|beyond|in|during)`)

// before are origins that stand before a time ("Session 3, Day 1"); a pattern is
// tried only where one of its words occurs.
var before = []struct {
	name  string
	words []string
	re    *regexp.Regexp
}{
	{OriginSession, visits, regexp.MustCompile(`\b` + visit + `\s*` + count + `[\s:,;–-]*(?:[a-z]+[\s:,-]+)?$`)},
	{OriginSession, visits, regexp.MustCompile(`\b` + count + `\s+` + short + visit + `[\s:,;–-]*$`)},
	{OriginDose, []string{"dose", "injection", "administration"}, regexp.MustCompile(`\b(?:dose|injection|administration)\s*` + count +
		`[\s:,;–-]*$`)},
	{OriginCycle, []string{"c"}, regexp.MustCompile(`\b(?:cycle|c)\s*` + count + `[\s:,;–-]*$`)},
	{OriginPeriod, []string{"period", "phase", "part", "stage"}, regexp.MustCompile(`\b(?:period|phase|part|stage)\s*` + count +
		`[\s:,;–-]*$`)},
	{OriginEnd, []string{"post", "after treatment"},
		regexp.MustCompile(`\b(?:post[\s-]*treatment|after treatment|post[\s-]*intervention)[\s:,;–-]*$`)},
	{OriginRandomisation, []string{"post"}, regexp.MustCompile(`\bpost[\s-]*randomi[sz]ation[\s:,;–-]*$`)},
	{OriginDose, []string{"post"}, regexp.MustCompile(`\bpost[\s-]*(?:dose|dosing|infusion|injection)[\s:,;–-]*$`)},
	{OriginBaseline, []string{"post"}, regexp.MustCompile(`\bpost[\s-]*baseline[\s:,;–-]*$`)},
}

var visits = []string{"session", "infusion", "treatment"}

var ordinals = map[string]int{"first": 1, "1st": 1, "one": 1, "second": 2, "2nd": 2, "two": 2, "third": 3, "3rd": 3, "three": 3,
	"fourth": 4, "4th": 4, "four": 4, "fifth": 5, "5th": 5, "five": 5, "sixth": 6, "6th": 6, "six": 6}

// numbered joins an origin and its number; the first dose has a name.
func numbered(name string, m []string) string {
	if len(m) < 2 || m[1] == "" {
		return name
	}
	if name == "" {
		return strings.Join(strings.Fields(m[1]), " ")
	}
	n, ok := ordinals[m[1]]
	if !ok {
		n, _ = strconv.Atoi(m[1])
	}
	if n < 1 || n > 999 {
		return ""
	}
	if name == OriginDose && n == 1 {
		return OriginFirstDose
	}
	return name + " " + strconv.Itoa(n)
}

// setOrigins finds for each time of a text what it is counted from: the words
// behind it, else those before it, else those behind the list that it is in.
func setOrigins(s string, hits []Moment) {
	baseline := false
	for _, h := range hits {
		baseline = baseline || h.Unit == 'b'
	}
	for i := len(hits) - 1; i >= 0; i-- {
		h := &hits[i]
		if h.Unit == 'b' {
			h.Origin = OriginBaseline
			continue
		}
		next, prev := len(s), 0
		if i+1 < len(hits) {
			next = max(hits[i+1].From, h.To)
		}
		if i > 0 {
			prev = min(hits[i-1].To, h.From)
		}
		tail := s[h.To:next]
		if h.Origin = originIn(s[h.named:next], s[prev:h.From]); h.Origin == "" && h.named < h.To {
			h.Origin = originIn(tail, "") // "two months (8 weeks) after the last dose"
		}
		if h.Origin == "" && i+1 < len(hits) && inList(tail) && hits[i+1].Unit != 'b' {
			h.Origin = hits[i+1].Origin
		}
	}
	if !baseline {
		return
	}
	for i := range hits { // minutes and hours are counted from what was given
		if h := &hits[i]; h.Origin == "" && h.Unit != 'h' && h.Unit != 'n' {
			h.Origin = OriginBaseline
		}
	}
}

func originIn(tail, head string) string {
	if behind.MatchString(tail) {
		for _, o := range origins {
			if m := o.re.FindStringSubmatch(tail); m != nil {
				if name := numbered(o.name, m); name != "" {
					return name
				}
			}
		}
	}
	if head != "" {
		for _, o := range before {
			if !slices.ContainsFunc(o.words, func(w string) bool { return strings.Contains(head, w) }) {
				continue
			}
			if m := o.re.FindStringSubmatch(head); m != nil {
				if name := numbered(o.name, m); name != "" {
					return name
				}
			}
		}
	}
	return ""
}

func inList(between string) bool {
	switch strings.Trim(strings.TrimSpace(between), " ") {
	case ",", "and", ", and", "&", "or", "/", "to", "-":
		return true
	}
	return false
}

var places = regexp.MustCompile(`(?i)\b(cycle|visit|period|phase|session|stage|wave|dose|infusion)\s*#?\s*(\d+|[ivx]+)\b|` +
	`\bC(\d+)D\d+\b|\bV(\d{1,2})\b`)

// Place names the cycle, session, visit, period or dose that a text names
// without a time ("Visit 5", "V5", "Session 2", "C3D1"); "" when it names none.
func Place(text string) string {
	if !mayNamePlace(strings.ToLower(text)) {
		return ""
	}
	m := places.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	if m[3] != "" {
		return OriginCycle + " " + m[3]
	}
	if m[4] != "" {
		return OriginVisit + " " + m[4]
	}
	name := strings.ToLower(m[1])
	if called := placeNames[name]; called != "" {
		name = called
	}
	number := strings.ToLower(m[2])
	if n := roman(number); n > 0 {
		number = strconv.Itoa(n)
	}
	return name + " " + number
}

// placeNames are the origins that other words of a place stand for.
var placeNames = map[string]string{"infusion": OriginSession, "phase": OriginPeriod, "stage": OriginPeriod, "wave": OriginVisit}

// mayNamePlace rules most texts out without a pattern.
func mayNamePlace(s string) bool {
	for _, w := range placeWords {
		if strings.Contains(s, w) {
			return true
		}
	}
	for i := 1; i < len(s); i++ { // "V2", "C3D1"
		if s[i] >= '0' && s[i] <= '9' && (s[i-1] == 'v' || s[i-1] == 'c') {
			return true
		}
	}
	return false
}

var placeWords = []string{"cycle", "visit", "period", "phase", "session", "stage", "wave", "dose", "infusion"}

func roman(s string) int {
	return map[string]int{"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}[s]
}

// CountsEvents reports whether a time's origin is an event of the person's life
// or care and not of the trial's treatment.
func CountsEvents(origin string) bool {
	name, _, _ := strings.Cut(origin, " ")
	switch name {
	case "", OriginBaseline, OriginRandomisation, "first", "last", "end", OriginDose, OriginSession, OriginCycle, OriginPeriod, OriginVisit:
		return false
	}
	return true
}

// What a time can be counted from. Session, cycle, visit, period and dose are
// followed by a space and their number ("session 3") where one is given.
const (
	OriginBaseline      = "baseline"
	OriginRandomisation = "randomisation"
	OriginFirstDose     = "first dose"
	OriginLastDose      = "last dose"
	OriginDose          = "dose" // a dose that is not numbered
	OriginSession       = "session"
	OriginCycle         = "cycle"
	OriginVisit         = "visit"
	OriginPeriod        = "period"
	OriginEnd           = "end of treatment"
)

// Origins are the words that a time can be counted from.
var Origins = []string{OriginBaseline, OriginRandomisation, OriginFirstDose, OriginLastDose, OriginDose, OriginSession, OriginCycle,
	OriginVisit, OriginPeriod, OriginEnd}

// numberedOrigins may be followed by a space and their number.
var numberedOrigins = []string{OriginDose, OriginSession, OriginCycle, OriginVisit, OriginPeriod}

// IsOrigin reports whether s is one of [Origins], with a number where it may have one.
func IsOrigin(s string) bool {
	if slices.Contains(Origins, s) {
		return true
	}
	word, number, ok := strings.Cut(s, " ")
	return ok && slices.Contains(numberedOrigins, word) && number != "" && strings.Trim(number, "0123456789") == ""
}
