package posted

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/internal/text"
)

// verdict keeps the worst judgement of a cell, and every flag.
type verdict struct{ a *evidence.ArmResult }

func (d verdict) set(v evidence.Verdict, code, sentence string) {
	text := reason.Say(code, sentence)
	if v != evidence.Usable {
		d.a.Flags = append(d.a.Flags, text)
	}
	if d.a.Reason == "" || reason.Worse(v, d.a.Verdict) {
		d.a.Verdict, d.a.Reason = v, text
	}
}

// judge gives a cell its verdict from the cell alone; what its neighbours say
// comes after (judgeTogether).
func (x *outcome) judge(a *evidence.ArmResult, m *evidence.Measurement) {
	d := verdict{a}
	d.set(evidence.Usable, reason.Complete, "value, spread and denominator are given")
	if !judgeValue(d, m) {
		return
	}
	x.judgeN(d)
	param := x.param
	x.judgeKind(d)
	switch {
	case x.counts():
		judgeCount(d)
		if param == paramNumber && saysPercent.MatchString(x.o.Title) {
			d.set(evidence.NeedsReview, reason.Percent, "the title speaks of a percentage, the unit of people")
		}
	case x.unit == "people-percent":
		judgePercent(d, a.Adjusted || x.modelled)
		if x.modelled {
			d.set(evidence.NeedsReview, reason.Param, "a percentage that a survival curve gives: no count of people follows from it")
		}
		if a.Adjusted {
			d.set(evidence.NeedsReview, reason.Adjusted, "a percentage adjusted by a model: no count follows from it")
		}
	case param == ParamMean || param == ParamLSMean:
		x.judgeMean(d, param)
	case param == paramMedian:
		d.set(evidence.NeedsReview, reason.Median, "a median; a mean and a standard deviation follow only under an assumption about the shape")
	case param == paramGeoMean || param == paramGeoLSMean || param == paramLogMean:
		d.set(evidence.Unusable, reason.Geometric, "a geometric mean lives on another scale than the instrument's")
	default:
		d.set(evidence.NeedsReview, reason.Param, fmt.Sprintf("the parameter %q gives no effect size by itself", a.ParamType))
	}
	x.judgeLimits(d)
	x.judgeRange(d)
	x.judgeAmount(d)
}

// judgeAmount doubts means of amounts that cannot be below zero, one of which is.
func (x *outcome) judgeAmount(d verdict) {
	a := d.a
	if a.ScoreType == evidence.ScoreEndpoint && isMean(x.param) && !a.Baseline && amountUnit.MatchString(a.Unit) && x.negative() {
		a.ScoreType = evidence.ScoreChange
		d.set(evidence.NeedsReview, reason.ScoreType, fmt.Sprintf("a value below zero in %s: the values are changes, which no text says", a.Unit))
	}
}

// amountUnit finds units of amounts and times, of which none is below zero.
var amountUnit = regexp.MustCompile(`(?i)^\W*(?:[pnµμumkd]?(?:g|l|mol)|kilo\w+|grams?|milli(?:gram|lit|sec|mol)\w*|(?:m` +
	`|µ)?s(?:ec(?:ond)?s?)?|` +
	`min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?|cells?|copies|beats|bpm|breaths)\b`)

func judgeValue(d verdict, m *evidence.Measurement) bool {
	n := evidence.ParseNumber(m.Value, evidence.StyleRegister)
	switch {
	case n.Missing:
		why := "the register gives no number"
		if m.Comment != "" {
			why += " (" + m.Comment + ")"
		}
		d.set(evidence.Unusable, reason.NoValue, why)
		return false
	case !n.OK:
		d.set(evidence.Unusable, reason.Unreadable, fmt.Sprintf("%q is not a number (%s)", m.Value, n.Reason))
		return false
	case n.Op != "":
		d.set(evidence.Unusable, reason.Operator, fmt.Sprintf("%q is a bound, not a value", m.Value))
		return false
	case n.Percent && !IsPercentUnit(d.a.Unit):
		d.set(evidence.NeedsReview, reason.Percent, fmt.Sprintf("%q carries a percent sign, and the unit is %q", m.Value, d.a.Unit))
	}
	return true
}

func (x *outcome) judgeN(d verdict) {
	a := d.a
	switch {
	case a.N == nil && a.NRaw != "":
		d.set(evidence.NeedsReview, reason.NoN, fmt.Sprintf("the denominator %q is not a whole number", a.NRaw))
	case a.N == nil:
		d.set(evidence.NeedsReview, reason.NoN, "the register gives no denominator for this group")
	case *a.N == 0:
		d.set(evidence.Unusable, reason.ZeroN, "a value of nobody: the denominator is 0")
	}
	if x.sizeless != "" {
		d.set(evidence.NeedsReview, reason.Denominator, x.sizeless)
	}
	units := analysedUnits(x.o, &x.o.Classes[a.ClassIndex], a.GroupID)
	u := strings.ToLower(strings.TrimSpace(units))
	switch e := x.record.Enrollment; {
	case x.param == paramCountUnits && (u == "" || isPeople(u)):
		d.set(evidence.NeedsReview, reason.Units, "a count of units that are not named, not of people")
	case u != "" && !isPeople(u):
		d.set(evidence.NeedsReview, reason.Units, "counted in "+units+", which are not independent people")
	case a.N != nil && e != nil && strings.EqualFold(x.record.EnrollmentType, "ACTUAL") && *a.N > *e:
		d.set(evidence.NeedsReview, reason.AboveEnrolment, fmt.Sprintf("%d analysed in one group, more than the %d enrolled in the trial", *a.N,
			*e))
	case a.N != nil && x.started[a.GroupTitle] > 0 && *a.N > x.started[a.GroupTitle]:
		d.set(evidence.NeedsReview, reason.AboveEnrolment,
			fmt.Sprintf("%d analysed, more than the %d who started in this group: sessions or events may be counted", *a.N,
				x.started[a.GroupTitle]))
	}
}

func isPeople(units string) bool {
	switch units {
	case "participants", "participant", "patients", "subjects", "people":
		return true
	}
	return false
}

func judgeCount(d verdict) {
	v := *d.a.Value
	switch {
	case v < 0 || v != math.Trunc(v):
		d.set(evidence.NeedsReview, reason.Counts, fmt.Sprintf("%v is no number of people: perhaps a percent", v))
	case d.a.N != nil && v > float64(*d.a.N):
		d.set(evidence.Unusable, reason.Counts, fmt.Sprintf("%v people of %d", v, *d.a.N))
	}
}

// judgePercent holds a share of people against its bounds and, where no model
// gave it, against the counts that its denominator allows.
func judgePercent(d verdict, model bool) {
	v, scale := *d.a.Value, 100.0
	if !IsPercentUnit(d.a.Unit) {
		scale = 1
	}
	switch {
	case v < 0 || v > 100:
		d.set(evidence.Unusable, reason.Percent, fmt.Sprintf("%v percent of people", v))
	case v > scale:
		d.set(evidence.NeedsReview, reason.Percent, fmt.Sprintf("a proportion of %v: perhaps a percent", v))
	case !model && d.a.N != nil && *d.a.N > 0 && !countExists(d.a.ValueRaw, v, scale, float64(*d.a.N)):
		d.set(evidence.NeedsReview, reason.Percent, fmt.Sprintf("%s is the share of no whole number among %d people", d.a.ValueRaw, *d.a.N))
	}
}

func (x *outcome) judgeMean(d verdict, param paramKind) {
	a := d.a
	kind, _ := KindOfDispersion(a.DispersionType)
	switch {
	case kind == DispSD || kind == DispSE:
		if a.Spread != nil && *a.Spread > 0 && a.N != nil && *a.N == 1 {
			d.set(evidence.NeedsReview, reason.Denominator, fmt.Sprintf("a spread of %v of one person", *a.Spread))
		}
		if a.Spread == nil {
			d.set(evidence.NeedsReview, reason.NoSpread, fmt.Sprintf("a %s is declared and none is given", a.DispersionType))
			return
		}
	case kind == DispCI:
		if a.Lower == nil || a.Upper == nil {
			d.set(evidence.NeedsReview, reason.NoSpread, "an interval is declared and a limit is missing")
			return
		}
		judgeInterval(d)
	default:
		d.set(evidence.NeedsReview, reason.NoSpread, fmt.Sprintf("dispersion %q gives no standard deviation", a.DispersionType))
	}
	if a.Spread != nil && *a.Spread < 0 {
		d.set(evidence.Unusable, reason.NegativeSpread, fmt.Sprintf("a spread of %v", *a.Spread))
		return
	}
	if a.Spread != nil && *a.Spread == 0 && a.N != nil && *a.N > 1 {
		d.set(evidence.NeedsReview, reason.ZeroSpread, fmt.Sprintf("no spread among %d people", *a.N))
	}
	x.judgeWords(d)
	x.judgeSpread(d)
	if param == ParamLSMean || a.Adjusted {
		d.set(evidence.NeedsReview, reason.Adjusted,
			"a mean of a model (least squares or adjusted): its standard error times the root of n is not the raw standard "+
				"deviation; the sponsor's contrast is the number to use")
		return
	}
	x.judgeScale(d)
}

var saysPercent = regexp.MustCompile(`(?i)^\s*(?:the\s+)?(?:percent\w*|proportion|%)\s+of\b`)

// judgeKind doubts numbers whose kind cannot be that of a score, whatever their
// parameter and unit say.
func (x *outcome) judgeKind(d verdict) {
	a := d.a
	if a.Instrument == "" && a.ScoreType != evidence.ScoreTimeToEvent && a.ScoreType != evidence.ScoreDuration {
		return
	}
	switch a.ScoreType {
	case evidence.ScoreResponse:
		if x.withPartial {
			a.Flags = append(a.Flags, reason.Say(reason.KindSource, PartialResponses))
		}
	case evidence.ScoreNotScore:
		d.set(evidence.NeedsReview, reason.Unit, fmt.Sprintf("the unit %q is one of time: no score of %s", a.Unit, a.Instrument))
	case evidence.ScoreTimeToEvent, evidence.ScoreDuration:
		if isMean(x.param) {
			d.set(evidence.NeedsReview, reason.Unit, "a time to or of an event: it says nothing of those in whom the event did not happen")
		}
	case evidence.ScoreAUC:
		d.set(evidence.NeedsReview, reason.ScoreType, "an area under a curve, not a score")
	case evidence.ScorePercentChange:
		d.set(evidence.NeedsReview, reason.ScoreType, "a change in percent of the baseline, not in points of the instrument")
	case evidence.ScoreChange:
		if x.betweenLater {
			d.set(evidence.NeedsReview, reason.ScoreType, "a change between two later points, not from the baseline")
		}
		if x.changeFrom == "description" || x.changeFrom == "time frame" {
			a.Flags = append(a.Flags, reason.Say(reason.KindSource, "that it is a change is said in the "+x.changeFrom))
		}
	}
}

// PartialResponses is the remark on a response by a lower limit than others'.
const PartialResponses = "the description counts partial responses among the responses"

// isBetweenLater reports whether a change is one between two points after the
// baseline, by the title or by a time frame that is itself a difference.
func (x *outcome) isBetweenLater() bool {
	if containsAny(x.o.Title, "rom", "ROM", "etween", "ETWEEN") && laterChange.MatchString(x.o.Title) {
		return !startsWithBaseline(x.o.TimeFrame)
	}
	if !frameOfChange.MatchString(x.o.TimeFrame) || x.start != "" {
		return false
	}
	later := 0
	for _, m := range text.Moments(x.o.TimeFrame) {
		if m.Weeks > 0 {
			later++
		}
	}
	return later == 2
}

// laterChange finds changes between two points of which the first is no
// baseline ("from 6 to 18 months", "between week 4 and week 12", "from end of
// treatment to follow-up").
var laterChange = regexp.MustCompile(`(?i)\b(?:from|between)\s+` + laterPoint + `\s+(?:to|and|until|through)` +
	`\s+(?:weeks?|months?|days?)?\s*\d+\b|` +
	`\b(?:from|between)\s+(?:the\s+)?(?:end\s+of\s+(?:\w+\s+)?(?:treatment|therapy|dosing)|EOT|post[\s-]?treatment|treatment\s+end|` +
	`discharge|` + laterPoint + `)\s+(?:to|and|until|through)\s+(?:the\s+)?(?:\w+[\s-]+){0,3}?(?:follow[\s-]?up|end|last)`)

const laterPoint = `(?:weeks?|months?|days?)?\s*[1-9]\d*[\s-]*(?:weeks?|months?|days?)?`

func (x *outcome) judgeLimits(d verdict) {
	a := d.a
	if a.Lower == nil || a.Upper == nil {
		return
	}
	switch {
	case *a.Lower > *a.Upper:
		d.set(evidence.NeedsReview, reason.Limits, fmt.Sprintf("the lower limit %v is above the upper %v", *a.Lower, *a.Upper))
	case a.Value != nil && (*a.Value < *a.Lower || *a.Value > *a.Upper):
		d.set(evidence.NeedsReview, reason.Limits, fmt.Sprintf("the value %v lies outside its limits %v to %v", *a.Value, *a.Lower, *a.Upper))
	}
}

// judgeRange compares scores with the instrument's range. A change can reach
// from minus the width of the scale to plus it.
func (x *outcome) judgeRange(d verdict) {
	a, r := d.a, x.cur.Range
	if a.Instrument == "" || r == nil || a.Value == nil || x.cur.Domain == "vitals" || x.cur.Percent || IsPercentUnit(a.Unit) ||
		!x.cur.Certain && x.cur.Field == "description" {
		return
	}
	if !isMean(x.param) {
		return
	}
	v := *a.Value
	switch a.ScoreType {
	case "endpoint", "subscale":
		if v < 0 && r.Min >= 0 && v >= r.Min-r.Max && !a.Baseline {
			a.ScoreType = evidence.ScoreChange
			d.set(evidence.NeedsReview, reason.ScoreType, fmt.Sprintf("%v lies below the range %v to %v: the values are changes, which no text says",
				v, r.Min, r.Max))
		} else if !r.Contains(v) {
			d.set(evidence.Unusable, reason.OutOfRange, fmt.Sprintf("%v lies outside the range %v to %v", v, r.Min, r.Max))
		}
	case "change":
		if w := r.Max - r.Min; v > w || v < -w {
			d.set(evidence.Unusable, reason.OutOfRange, fmt.Sprintf("a change of %v is more than the whole scale of %v to %v", v, r.Min, r.Max))
		}
	}
}

// IsPercentUnit reports whether a unit says that values are percentages.
func IsPercentUnit(unit string) bool {
	u := strings.ToLower(unit)
	return strings.Contains(u, "percent") || strings.Contains(u, "%")
}

// judgeTogether looks at the cells of one outcome side by side.
func judgeTogether(rows []evidence.ArmResult) {
	judgeNamesakes(rows)
	type cellKey struct{ class, category int }
	by := map[cellKey][]int{}
	spreads := map[string][]int{}
	for i := range rows {
		a := &rows[i]
		if a.Value == nil || a.SpreadRaw == "" || a.Spread == nil || *a.Spread == 0 {
			continue
		}
		by[cellKey{a.ClassIndex, a.CategoryIndex}] = append(by[cellKey{a.ClassIndex, a.CategoryIndex}], i)
		spreads[a.SpreadRaw] = append(spreads[a.SpreadRaw], i)
	}
	for _, cells := range by {
		for n, i := range cells {
			for _, j := range cells[n+1:] {
				a, b := &rows[i], &rows[j]
				if a.GroupID != b.GroupID && a.ValueRaw == b.ValueRaw && a.SpreadRaw == b.SpreadRaw && precise(a.ValueRaw) {
					why := fmt.Sprintf("groups %s and %s have the same value %s and spread %s", a.GroupID, b.GroupID, a.ValueRaw, a.SpreadRaw)
					verdict{a}.set(evidence.NeedsReview, reason.Identical, why)
					verdict{b}.set(evidence.NeedsReview, reason.Identical, why)
				}
			}
		}
	}
	for raw, cells := range spreads {
		if len(cells) < 3 || len(cells)*2 < len(rows) || !precise(raw) {
			continue
		}
		for _, i := range cells {
			verdict{&rows[i]}.set(evidence.NeedsReview, reason.Repeated,
				fmt.Sprintf("the spread %s stands in %d of %d cells: perhaps it belongs to one of them", raw, len(cells), len(rows)))
		}
	}
}

// precise recognises a number written with enough digits that a second one like it
// is no accident.
func precise(raw string) bool {
	digits := 0
	for _, r := range raw {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits >= 3 && strings.ContainsAny(raw, ".,")
}

// judgeChange doubts the rows of a change outcome that also lists the baseline
// and whose own titles do not speak of change: they may be values at that time.
// The kind is settled by the numbers where the values have the baseline's size.
func judgeChange(x *outcome, rows []evidence.ArmResult) {
	if x.changeFrom == "" {
		return
	}
	base, said := map[string]float64{}, false
	for i := range rows {
		a := &rows[i]
		said = said || x.saysChange(a.ClassTitle) || x.saysChange(a.CategoryTitle)
		if a.Baseline && a.Value != nil {
			base[a.GroupID] = *a.Value
		}
	}
	if said {
		x.valuesBesideChanges(rows)
		return
	}
	if len(base) == 0 {
		return
	}
	for i := range rows {
		a := &rows[i]
		b, ok := base[a.GroupID]
		if !ok || a.ScoreType != "change" || a.Value == nil {
			continue
		}
		why := "the outcome is called a change and lists the baseline too; this row does not say which it is"
		if b > 0 && *a.Value > 0.3*b {
			a.ScoreType = evidence.ScoreEndpoint
			a.Flags = slices.DeleteFunc(a.Flags, func(f string) bool { return strings.HasPrefix(f, reason.KindSource+":") })
			if x.changeFrom == "description" {
				continue // the rows say otherwise than what is said in passing
			}
			why += ", and its value has the baseline's size"
		}
		verdict{a}.set(evidence.NeedsReview, reason.ScoreType, why)
	}
}

// valuesBesideChanges takes the rows that do not speak of change for values at
// their time, where others of the outcome do ("Endpoint", "Change at endpoint").
func (x *outcome) valuesBesideChanges(rows []evidence.ArmResult) {
	for i := range rows {
		a := &rows[i]
		if a.ScoreType != evidence.ScoreChange || a.Value == nil || x.saysChange(a.ClassTitle) || x.saysChange(a.CategoryTitle) ||
			x.read.row(a.ClassTitle).words != "" && !finalRow.MatchString(a.ClassTitle) || spanFromBaseline.MatchString(a.ClassTitle) {
			continue
		}
		a.ScoreType = evidence.ScoreEndpoint
		a.Flags = append(a.Flags, reason.Say(reason.KindSource, "rows beside this one say change and this one does not: a value at that time"))
	}
}

// finalRow finds rows of the last time.
var finalRow = regexp.MustCompile(`(?i)^\W*(?:end[\s-]?point|final|end of|post|last|follow)`)

// bothSpreads reports whether some cells declare standard deviations and others
// standard errors.
func bothSpreads(cells []evidence.ArmResult) bool {
	var sd, se bool
	for i := range cells {
		kind, _ := KindOfDispersion(cells[i].DispersionType)
		sd, se = sd || kind == DispSD, se || kind == DispSE
	}
	return sd && se
}

// judgeTwins holds outcomes of one title against each other: where one declares
// standard errors and another standard deviations of the same size, one of the
// two names is wrong.
func judgeTwins(cells []evidence.ArmResult) {
	if !bothSpreads(cells) {
		return
	}
	byTitle := map[string][]int{}
	for i := range cells {
		a := &cells[i]
		kind, _ := KindOfDispersion(a.DispersionType)
		if KindOfParam(a.ParamType) == ParamMean && !a.Adjusted && (kind == DispSD || kind == DispSE) && a.Spread != nil && *a.Spread > 0 &&
			a.N != nil && *a.N >= 9 {
			key := text.Squash(a.OutcomeTitle) + "|" + a.Instrument + "|" + a.Subscale + "|" + text.Squash(RowWords(a.ClassTitle)) + "|" + a.Unit
			byTitle[key] = append(byTitle[key], i)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(byTitle)) {
		for n, i := range byTitle[key] {
			for _, j := range byTitle[key][n+1:] {
				a, b := &cells[i], &cells[j]
				ka, _ := KindOfDispersion(a.DispersionType)
				kb, _ := KindOfDispersion(b.DispersionType)
				if ka == kb {
					continue
				}
				if r := *a.Spread / *b.Spread; r > 0.5 && r < 2 {
					why := fmt.Sprintf("outcomes %d and %d are called the same; one declares a %s of %s, the other a %s of %s: one of the "+
						"names must be wrong", a.OutcomeIndex, b.OutcomeIndex, a.DispersionType, a.SpreadRaw, b.DispersionType, b.SpreadRaw)
					verdict{a}.set(evidence.NeedsReview, reason.SEForSD, why)
					verdict{b}.set(evidence.NeedsReview, reason.SEForSD, why)
				}
			}
		}
	}
}
