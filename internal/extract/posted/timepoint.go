package posted

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/internal/text"
)

// time fills in the cell's point in time and what it is counted from: the row's
// own where its titles name one, else the outcome's time frame where that
// leaves no choice, else the outcome's title. A change between two named points
// is of the later one only where the baseline is the first.
func (x *outcome) time(a *evidence.ArmResult) {
	if x.rowTime(a) {
		return
	}
	if a.Baseline { // no row says so: the time frame does
		x.setTime(a, x.o.TimeFrame, text.Moment{Origin: evidence.OriginBaseline})
		return
	}
	a.TimepointRaw = x.o.TimeFrame
	frame, framed := x.frameTime.moment, x.frameTime.ok
	if framed && frame.Weeks == 0 && !onlyBaseline(x.o.TimeFrame) {
		framed = false // "Baseline and end of treatment": the later point is not named in weeks
	}
	title, titled := x.titleTime.moment, x.titleTime.ok
	switch {
	case framed:
		if frame.Origin == "" && titled && title.Weeks == frame.Weeks {
			frame.Origin = title.Origin
		}
		x.setTime(a, x.o.TimeFrame, frame)
		if titled && frame.Weeks > 0 && title.Weeks > 0 && math.Abs(frame.Weeks-title.Weeks) > math.Max(1, 0.15*frame.Weeks) {
			a.Flags = append(a.Flags, reason.Say(reason.Timepoint, fmt.Sprintf("the title reads as %.4g weeks, the time frame as %.4g", title.Weeks,
				frame.Weeks)))
		}
	case titled && title.Weeks > 0:
		x.setTime(a, x.o.Title, title)
	default:
		a.Flags = append(a.Flags, reason.Say(reason.Timepoint, "the time frame names no single point in time"))
	}
}

// rowTime reads the time of a row from its own titles; it reports whether they
// settle the matter.
func (x *outcome) rowTime(a *evidence.ArmResult) bool {
	titles, place := [2]string{a.ClassTitle, a.CategoryTitle}, ""
	for _, t := range titles {
		if x.read.row(t).shift {
			a.TimepointRaw = t
			a.Flags = append(a.Flags, reason.Say(reason.Timepoint, "the row tells a shift from one state to another, not a point in time"))
			return true
		}
		if named := x.read.row(t).place; place == "" && !x.namesArm(t, named) {
			place = named
		}
	}
	for _, t := range titles {
		row := x.read.row(t)
		switch {
		case t == "":
		case a.Baseline && row.base:
			x.setTime(a, t, text.Moment{Origin: evidence.OriginBaseline})
			return true
		case row.timed && row.moment.Weeks != 0:
			x.setTime(a, t, x.withOrigin(row.moment, place))
			return true
		}
	}
	if place == "" {
		return x.phase(a)
	}
	if m, ok := x.visitTime(place); ok {
		a.Flags = append(a.Flags, reason.Say(reason.TimeSource, fmt.Sprintf("the record says elsewhere that %s is at %.4g weeks", place,
			m.Weeks)))
		x.setTime(a, strings.Trim(titles[0]+"; "+titles[1], "; "), m)
		return true
	}
	a.TimepointRaw, a.TimepointOrigin = strings.Trim(titles[0]+"; "+titles[1], "; "), place
	a.Flags = append(a.Flags, reason.Say(reason.Timepoint, "the row names a cycle, visit or period, not a time"))
	return true
}

// namesArm reports whether the place that a row names is that of a group: it is
// called after an arm ("Psilocybin - Phase I").
func (x *outcome) namesArm(title, place string) bool {
	return strings.HasPrefix(place, evidence.OriginPeriod) && slices.ContainsFunc(x.record.Arms, func(a evidence.Arm) bool {
		return len(a.Label) > 4 && strings.Contains(strings.ToLower(title), strings.ToLower(a.Label))
	})
}

// phase reports whether a row names a phase of a procedure ("pre-bypass"), of
// which the time frame's one point in time says nothing.
func (x *outcome) phase(a *evidence.ArmResult) bool {
	for _, t := range []string{a.ClassTitle, a.CategoryTitle} {
		if s := strings.ToLower(t); !a.Baseline && containsAny(s, "pre", "post", "intra") && phaseRow.MatchString(s) {
			a.TimepointRaw = t
			a.Flags = append(a.Flags, reason.Say(reason.Timepoint, "the row names a phase of a procedure, not a time"))
			return true
		}
	}
	return false
}

// phaseRow finds rows of a phase of a procedure.
var phaseRow = regexp.MustCompile(`\b(?:pre|post|intra)[\s-]?(?:bypass|op\b|operati\w*|surg\w*|procedur\w*|an(?:a|ae|` +
	`e)sth\w*|induction|screen\w*|exercise)`)

// withOrigin completes the time of a row: by the session or dose that its other
// title names, else by what the time frame says of the same time.
func (x *outcome) withOrigin(m text.Moment, place string) text.Moment {
	if m.Origin != "" {
		return m
	}
	name, _, _ := strings.Cut(place, " ")
	switch name {
	case evidence.OriginSession, evidence.OriginDose, evidence.OriginCycle, evidence.OriginPeriod:
		m.Origin = place
		return m
	}
	short := m.Unit == 'h' || m.Unit == 'n'
	for _, f := range text.Moments(x.o.TimeFrame) {
		same := math.Abs(f.Weeks-m.Weeks) < 1e-9 || short && (f.Unit == 'h' || f.Unit == 'n')
		if same && f.Origin != "" && f.Origin != evidence.OriginBaseline {
			m.Origin = f.Origin
		}
	}
	return m
}

func (x *outcome) setTime(a *evidence.ArmResult, raw string, m text.Moment) {
	weeks := m.Weeks
	a.TimepointRaw, a.TimepointWeeks, a.TimepointOrigin = raw, &weeks, m.Origin
	if m.Origin == "" && m.Unit != 'h' && m.Unit != 'n' {
		a.TimepointOrigin = x.start
	}
	switch {
	case strings.HasPrefix(m.Origin, evidence.OriginCycle+" ") || strings.HasPrefix(m.Origin, evidence.OriginPeriod+" ") &&
		m.Origin != evidence.OriginPeriod+" 1":
		a.TimepointWeeks = nil
		a.Flags = append(a.Flags, reason.Say(reason.Timepoint, "counted within "+m.Origin+", whose own start is not stated in weeks"))
	case text.CountsEvents(m.Origin):
		a.Flags = append(a.Flags, reason.Say(reason.Timepoint, "counted from "+m.Origin+", not from the start of treatment"))
	}
}

var (
	// shiftRow finds rows of a shift table ("Baseline: No; at 24 h: Yes").
	shiftRow = regexp.MustCompile(`(?i)^\s*shift(?:ed)?\b|\bshift (?:from|to)\b|\bbaseline\b[\s:=(-]*(?:yes|no|normal|abnormal|` +
		`high|low|mild|moderate|severe|none|positive|negative|present|absent|grade\s*\d|missing)\b.*(?:\bto\b|[;/,→|]|->|\bpost|` +
		`\bweek|\bday|\bat\b|\bend)`)

	// fromBaseline finds words that speak of the baseline without being at it.
	fromBaseline = regexp.MustCompile(`(?i)\bbaseline\b[^,;()]{0,30}(?:[<>≤≥]|\b(?:at least|below|above|under|over)\s+\d)|\b(?:low` +
		`|high|mild|moderate|severe)\s+baseline\b|` +
		`(?:\b(?:from|to|since|over|versus|vs\.?|than|above|below|post|after|and|` +
		`following)[\s-]+|[↑↓]\s*)(?:the\s+)?(?:baseline|bl|randomi[sz]ation|intake|screening)\b|\b(?:baseline|bl)\s+(?:to|` +
		`through|and|until|up)\b|\bbaseline[\s-]+(?:adjusted|corrected|value\s+[<>≤≥])|post[\s-]?(?:baseline|randomi[sz]ation)`)

	// beforeDose finds rows measured right before a dose.
	beforeDose = regexp.MustCompile(`(?i)\bpre[\s-]?(?:dos\w+|infusion|session|drug|administration|injection|medication)\b|` +
		`\b(?:before|prior to)\s+(?:the\s+)?(?:first\s+|study\s+)?(?:dos\w+|infusion|session|drug|treatment|medication|administration|` +
		`randomi[sz]\w+|enrol\w+|intervention|surgery|implant\w*|mdma|psilocybin|lsd|ketamine|esketamine)\b`)

	atBaseline = regexp.MustCompile(`(?i)\((?:at\s+)?(?:pre[\s-]?(?:treatment|intervention|therapy)|screening|intake|enrol+ment` +
		`|study entry)\)|` +
		`\b(?:baseline|BL)\b|,\s*(?:at\s+)?(?:randomi[sz]ation|screening|enrol+ment|study ` +
		`entry|pre-?treatment)\s*(?:,|$)|^\W*(?:pre[\s-]?(?:treatment|intervention|test|therapy|randomi[sz]ation|study|procedure|op|` +
		`operative|operation|surgery|implant\w*|training|program\w*)|pre\W*$|screening|intake|(?:at\s+)?(?:study\s+)?(?:entry|` +
		`enrol+ment|randomi[sz]ation|admission)|day 0|week 0)\b|^\W*(?:(?:time(?:[\s-]?point)?|hour|minute|month|t) ?0|0 ` +
		`?(?:h|hrs?|hours?|mins?|minutes?|weeks?|months?)|(?:start of (?:the )?(?:study|treatment|trial))|run[\s-]?in(?: ` +
		`period)?)\W*$|^\s*[-−]\d+(?:\.\d+)? ?(?:mins?|minutes?|h|hrs?|hours?)\b`)
)

// priorTo is "before" in two words, of which the second is no "to randomisation".
var priorTo = regexp.MustCompile(`(?i)\bprior to `)

// isBaselineRow recognises a row of values before treatment ("Baseline", "CGI-S
// Baseline", "Pre-dose", "Day -7"), not of a change from it or of a later point.
func isBaselineRow(s string, t *rowText) bool {
	if s == "" || !mayBeBaseline(strings.ToLower(s)) || t.shift || t.said != "" {
		return false
	}
	s = priorTo.ReplaceAllString(s, "before ")
	if fromBaseline.MatchString(s) {
		return false
	}
	named, dose := atBaseline.MatchString(s), beforeDose.MatchString(s)
	earlier := false
	for _, m := range text.Moments(s) {
		if m.Weeks > 1 || dose && m.Weeks > 1.0/7+1e-9 {
			return false
		}
		earlier = earlier || m.Weeks < 0 && m.Unit != 'h' && m.Unit != 'n'
	}
	if _, n, ok := strings.Cut(t.place, " "); ok && n != "1" && !named {
		return false // before a later dose
	}
	return named || dose || earlier
}

// mayBeBaseline rules most rows out without a pattern: it finds a word of the
// time before treatment, a zero that is by itself or a minus before a digit.
func mayBeBaseline(s string) bool {
	if containsAny(s, "baseline", "bl", "pre", "screening", "intake", "entry", "enrol", "random", "admission", "start", "run", "−",
		"before", "prior") {
		return true
	}
	digit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	for i := range len(s) {
		if s[i] == '0' && !digit(i-1) && !digit(i+1) || s[i] == '-' && digit(i+1) {
			return true
		}
	}
	return false
}

// startsWithBaseline recognises a text that begins with the baseline.
func startsWithBaseline(s string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(s)), "baseline")
}

// onlyBaseline recognises a time frame that is the baseline and nothing more.
func onlyBaseline(frame string) bool {
	if startsWithBaseline(frame) {
		return len(strings.Fields(frame)) <= 3 && !strings.ContainsAny(frame, ",;/")
	}
	return containsAny(frame, "nrol", "ntry", "nclusion", "creening", "ntake") && !strings.ContainsAny(frame, "0123456789,;/") &&
		atEntry.MatchString(frame)
}

// atEntry finds time frames that are the entry into the study and nothing more.
var atEntry = regexp.MustCompile(`(?i)^(?:[a-z]+ ){0,6}?(?:at|upon|on) (?:the )?(?:(?:time|moment|point) of )?(?:study |trial )?` +
	`(?:enrol+ment|entry|inclusion|screening|intake)(?: visit)?\W*$`)

// The ways in which texts say when a numbered visit was: "Visit 5 (Week 12)",
// "V2 = Day 8", "Week 36 (V6)", "(Week 52, V8)", "(Visit 3, Week 4)".
var visitTimes = func() []*regexp.Regexp {
	const visit, when = `\b(?:visit|v)\s*#?(?P<visit>\d{1,2})`,
		`(?P<when>(?:week|day|month)s?\s*[-−]?\d{1,3}|\d{1,3}[\s-]*(?:week|day|month)s?)`
	var out []*regexp.Regexp
	for _, p := range []string{
		visit + `\s*(?:[(\[=]|\bis\b|\bat\b)\s*(?:at\s+)?` + when + `\b`,
		`\b` + when + `\s*[(\[=]\s*` + visit + `\b`,
		`[(\[]` + visit + `\s*[,;:/-]\s*` + when + `[)\]]`,
		`[(\[]` + when + `\s*[,;:/-]\s*` + visit + `[)\]]`,
	} {
		out = append(out, regexp.MustCompile(`(?i)`+p))
	}
	return out
}()

// visitTime is when a visit was by the record's own words, where they name one
// time and no other for it.
func (x *outcome) visitTime(place string) (text.Moment, bool) {
	number, ok := strings.CutPrefix(place, evidence.OriginVisit+" ")
	if !ok {
		return text.Moment{}, false
	}
	if x.read.visits == nil {
		x.read.visits = visitsOf(x.record)
	}
	m, ok := x.read.visits[number]
	return m.moment, ok && m.ok
}

// visitsOf reads the times of a record's visits in the texts of its outcomes.
// A visit of which they name two times has none.
func visitsOf(r *evidence.Record) map[string]said {
	out := map[string]said{}
	read := func(texts ...string) {
		for _, s := range texts {
			if !containsAny(s, "V", "v") {
				continue
			}
			for _, re := range visitTimes {
				for _, m := range re.FindAllStringSubmatch(s, -1) {
					number := strings.TrimLeft(m[re.SubexpIndex("visit")], "0")
					at, ok := text.Single(m[re.SubexpIndex("when")])
					old, seen := out[number]
					same := !seen || old.ok && ok && math.Abs(old.moment.Weeks-at.Weeks) < 0.01
					out[number] = said{at, ok && same}
				}
			}
		}
	}
	for _, p := range r.Planned {
		read(p.Measure, p.Description, p.TimeFrame)
	}
	for i := range r.Results.Outcomes {
		o := &r.Results.Outcomes[i]
		read(o.Title, o.Description, o.TimeFrame)
		for _, c := range o.Classes {
			read(c.Title)
			for _, k := range c.Categories {
				read(k.Title)
			}
		}
	}
	for _, a := range r.Arms {
		read(a.Description)
	}
	read(r.Summary)
	return out
}

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
