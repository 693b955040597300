package text

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Moment is a point in time that a text names.
type Moment struct {
	From, To int // bytes of the text
	Weeks    float64
	Unit     byte // w, d, m, y, h, n (minutes); 'b' for the word baseline
	// Origin is what the weeks are counted from, as one of the Origin constants
	// ("last dose", "session 3"); "" where the text does not say.
	Origin string
	// named is where the first of its names ends ("24 hours post-dose (Day 2)").
	named int
	// Weak marks a length used as an adjective ("12-week period"), which counts
	// only where the text has no other time.
	Weak bool
}

// The words after which, or in which, a length is not a point in time; a pattern
// is tried only where one of its words occurs.
var notTimes = []struct {
	words []string
	re    *regexp.Regexp
}{
	{[]string{"="}, regexp.MustCompile(`\(?\bn\s*=\s*[\d,;:/&\s]*(?:and\s*\d+\s*)?\)?`)},
	{[]string{"cycle"}, regexp.MustCompile(`\bcycles?\s*(?:=|is|of|equals|was|lasts?)\s*[\w.]+[\s-]*(?:days?|weeks?|months?)`)},
	{[]string{"cycle"}, regexp.MustCompile(`[\w.]+[\s-]*(?:day|week|month)s?[\s-]*(?:per\s+|treatment\s+)?cycles?\b`)},
	{[]string{"+", "±", "plus"},
		regexp.MustCompile(`(?:\+\s*/?\s*-?|±|\bplus(?:\s*(?:or|/)\s*minus)?)\s*\d+(?:\.\d+)?[\s-]*(?:minutes?|mins?|hours?|` +
			`days?|weeks?|months?)(?:\s*window)?`)},
	{[]string{"past", "last", "prev", "prec", "prior", "every"},
		regexp.MustCompile(`\b(?:past|last|previous|preceding|prior|every)\s+\d+(?:\.\d+)?[\s-]*(?:minutes?|mins?|hours?|days?|` +
			`weeks?|months?|years?)`)},
	{[]string{" age", "age:", "aged", "ages ", "old"},
		regexp.MustCompile(`\b(?:ages?|aged)(?:\s*\(years\))?\s*:?\s*(?:[<>≤≥]=?\s*|from\s+|between\s+)?\d+(?:\s*(?:-|–|to|` +
			`and|to\s*<)\s*[<≤]?\s*\d+)?[\s-]*(?:months?|years?)?|\b\d+(?:\s*(?:-|–|to)\s*\d+)?[\s-]*(?:years?|months?|` +
			`yrs?)[\s-]*(?:old|of age)\b`)},
	{[]string{"year", "yr"},
		regexp.MustCompile(`(?:[<>≤≥]=?|\b(?:under|over|below|above|younger than|older ` +
			`than))\s*\d+(?:\s*(?:-|–|to|and)\s*[<≤]?\s*\d+)?\s*(?:years?|yrs?)\b|\b[1-9]\d\s*(?:-|–|to)\s*<?\s*[1-9]\d\s*(?:years?|yrs?)\b`)},
	{[]string{"duration", "history", "since"},
		regexp.MustCompile(`\b(?:(?:disease|illness|episode|symptoms?) duration|duration of (?:the )?(?:current ` +
			`)?(?:illness|disease|episode|symptoms?|diabetes|depression|ptsd)|history|time since|since ` +
			`diagnosis)\b[^,;.\d]{0,30}\d+(?:\.\d+)?(?:\s*(?:-|–|to)\s*\d+)?[\s-]*(?:years?|months?|weeks?|days?)`)},
	{[]string{"walk", "6mw", "6 mw", "stand", "step"},
		regexp.MustCompile(`\b(?:\d+|two|six|ten|twelve|thirty)\)?[\s-]*(?:m(?:in|inute)?s?|s(?:ec(?:ond)?)?s?|met(?:er|` +
			`re)s?)?[\s-]*(?:walk\w*|mwt|chair|sit[\s-]to|stand|step)`)},
	{[]string{"5d", "5-d", "5 d", "6d", "15d"},
		regexp.MustCompile(`\b(?:eq|euro\s?qol|sf|aqol|hui|eq\)|qol\))[\s():–-]*\d+[\s-]*d(?:imensions?)?\b(?:[\s-]*[35][\s-]` +
			`*l(?:evels?)?\b)?|\b(?:5|15)d\b`)},
	{[]string{"auc"}, regexp.MustCompile(`\bauc\w*[\s\[({_]*0\s*(?:-|–|to|,)\s*\w+(?:\s*(?:h|hr|hours?|min|minutes?))?[\])}]?`)},
	{[]string{"24", "12", "48"},
		regexp.MustCompile(`\b(?:24|12|48)[\s-]*(?:h|hr|hour)s?[\s-]+(?:mean|average|ambulatory|urin\w*|holter|recall|blood|` +
			`systolic|diastolic|heart|abpm|dietary|total|profile|monitor\w*|recording|weighted|pulse|sbp|dbp|bp)\b`)},
	{[]string{"year", "yr"}, regexp.MustCompile(`^\W*\d{1,2}\s*(?:-|–|to)\s*[<≤]?\s*\d{1,2}\s*(?:years?|yrs?)\W*$`)},
	{[]string{"timeline", "tlfb"}, regexp.MustCompile(`\b(?:timeline[\s-]*follow[\s-]*back|tlfb)[\s(,:-]*\d+[\s-]*(?:days?|weeks?|months?)`)},
	{[]string{"apgar", "frequency"},
		regexp.MustCompile(`\b(?:\d+|one|five|ten)[\s-]*minutes? apgar|\b\d+[\s-]*days?[\s-]+(?:\w+\s+){0,2}frequenc\w+`)},
	{[]string{"recall", "timeline", "version"},
		regexp.MustCompile(`\b\d+[\s-]*(?:day|week|month)s?[\s-]+(?:recall|timeline|version|look[\s-]*back)\b`)},
}

type timeToken struct {
	from, to int
	text     string
	num      float64
	isNum    bool
}

// tokenEnd is where the number, word or sign that begins at i ends.
func tokenEnd(s string, i int) int {
	isDigit := func(k int) bool { return k < len(s) && s[k] >= '0' && s[k] <= '9' }
	k := i
	switch c := s[i]; {
	case c >= '0' && c <= '9':
		for isDigit(k) {
			k++
		}
		if k < len(s) && s[k] == '.' && isDigit(k+1) {
			for k++; isDigit(k); k++ {
			}
		}
	case c >= 'a' && c <= 'z':
		for k < len(s) && s[k] >= 'a' && s[k] <= 'z' {
			k++
		}
	default:
		_, n := utf8.DecodeRuneInString(s[i:])
		k += n
	}
	return k
}

func tokens(s string) []timeToken {
	out := make([]timeToken, 0, len(s)/5+1)
	for from, to := 0, 0; from < len(s); from = to {
		to = tokenEnd(s, from)
		t := timeToken{from: from, to: to, text: s[from:to]}
		if strings.TrimSpace(t.text) == "" {
			continue
		}
		if c := t.text[0]; c >= '0' && c <= '9' {
			x, err := strconv.ParseFloat(t.text, 64)
			if err != nil {
				continue
			}
			t.num, t.isNum = x, true
		} else if x, ok := numberWords[t.text]; ok {
			t.num, t.isNum = x, true
			if joined, ok := joinTens(out, t); ok {
				out = joined
				continue
			}
		} else if joined, ok := joinSign(out, &t); ok {
			out = joined
			continue
		}
		out = append(out, t)
	}
	return out
}

// joinSign makes one token of a number and what belongs to it: its ending ("4th
// week") or the same number in brackets ("twelve (12) weeks", "12 (twelve)
// weeks"). Dashes are written as one.
func joinSign(out []timeToken, t *timeToken) ([]timeToken, bool) {
	n := len(out)
	switch t.text {
	case "st", "nd", "rd", "th":
		if n > 0 && out[n-1].isNum && out[n-1].to == t.from {
			out[n-1].to = t.to
			return out, true
		}
	case "–", "—", "‐", "‑", "−":
		t.text = "-"
	case ")":
		if n >= 3 && out[n-1].isNum && out[n-2].text == "(" && out[n-3].isNum && out[n-3].num == out[n-1].num {
			out[n-3].to = t.to
			return out[:n-2], true
		}
	}
	return out, false
}

// unitOf names a word of time; alone is false for letters that mean a time only
// beside a number ("W4", "24h").
func unitOf(w string) (unit byte, alone bool) {
	switch w {
	case "week", "weeks", "wk", "wks":
		return 'w', true
	case "day", "days":
		return 'd', true
	case "month", "months", "mo", "mos", "mth", "mths":
		return 'm', true
	case "year", "years", "yr", "yrs":
		return 'y', true
	case "hour", "hours", "hr", "hrs":
		return 'h', true
	case "minute", "minutes", "min", "mins":
		return 'n', true
	case "w", "d", "h", "m", "y":
		return w[0], false
	}
	return 0, false
}

// weeksPer converts units of time into weeks. A month is a twelfth of a year
// of 365.25 days, a year 52.18 weeks.
func weeksPer(unit byte) float64 {
	switch unit {
	case 'n':
		return 1.0 / 10080
	case 'h':
		return 1.0 / 168
	case 'd':
		return 1.0 / 7
	case 'm':
		return 365.25 / 12 / 7
	case 'y':
		return 365.25 / 7
	}
	return 1
}

// moments reads a text from left to right.
func Moments(text string) []Moment {
	s := strings.ToLower(text)
	if !mayNameTime(s) {
		return nil
	}
	if len(s) > 4000 {
		s = s[:4000] // a time frame is a line; what is longer is no time frame
	}
	for _, p := range notTimes {
		if slices.ContainsFunc(p.words, func(w string) bool { return strings.Contains(s, w) }) {
			s = p.re.ReplaceAllStringFunc(s, func(m string) string { return strings.Repeat(" ", len(m)) })
		}
	}
	s = halfYears.Replace(blankDoseDays(s))
	r := timeReader{toks: tokens(s)}
	r.used = make([]bool, len(r.toks))
	r.read()
	hits := r.settle(s)
	setOrigins(s, hits)
	return hits
}

// Single gives the one point in time of a text: its only one, or the one that
// is beside the baseline.
func Single(text string) (Moment, bool) {
	all := Moments(text)
	out := all[:0:0]
	for _, m := range all {
		i := slices.IndexFunc(out, func(o Moment) bool {
			return math.Abs(o.Weeks-m.Weeks) < 1e-9 && (o.Origin == m.Origin || o.Origin == "" || m.Origin == "")
		})
		switch {
		case i < 0:
			out = append(out, m)
		case out[i].Origin == "":
			out[i].Origin = m.Origin
		}
	}
	out = anyPeriod(out)
	switch {
	case len(out) == 1:
		return out[0], true
	case len(out) == 2 && out[0].Weeks == 0:
		return out[1], true
	case len(out) == 2 && out[1].Weeks == 0:
		return out[0], true
	}
	return Moment{}, false
}

// halfYears writes half a year in months, in as many bytes.
var halfYears = strings.NewReplacer("half a year", "6 months   ", "half year", "6 months ", "half-year", "6 months ")

// anyPeriod makes one point of the same point in several periods ("6 weeks after
// the start of phase 1; 6 weeks after the start of phase 2").
func anyPeriod(points []Moment) []Moment {
	out := points[:0:0]
	for _, m := range points {
		n := len(out) - 1
		if strings.HasPrefix(m.Origin, OriginPeriod+" ") && n >= 0 && strings.HasPrefix(out[n].Origin, OriginPeriod) &&
			math.Abs(out[n].Weeks-m.Weeks) < 1e-9 {
			out[n].Origin = OriginPeriod
			continue
		}
		out = append(out, m)
	}
	return out
}

// doseDay finds the day of a dose that a time is counted from ("24 hours post
// first dose on Day 1"): the day is no second time.
var doseDay = regexp.MustCompile(`\b(?:dos\w+|infusion|injection|administration)\s+(on\s+(?:study\s+)?day\s+\d+)`)

func blankDoseDays(s string) string {
	if !strings.Contains(s, "on ") {
		return s
	}
	b := []byte(s)
	for _, m := range doseDay.FindAllStringSubmatchIndex(s, -1) {
		for i := m[2]; i < m[3]; i++ {
			b[i] = ' '
		}
	}
	return string(b)
}

// mayNameTime rules out most texts without a pattern.
func mayNameTime(s string) bool {
	if strings.Contains(s, "baseline") {
		return true
	}
	if strings.ContainsAny(s, "0123456789") {
		return strings.ContainsAny(s, "wdmyh")
	}
	for _, u := range []string{"week", "day", "month", "year", "hour", "minute"} {
		if strings.Contains(s, u) {
			return true
		}
	}
	return false
}

type timeReader struct {
	toks []timeToken
	used []bool
	hits []Moment
}

func (r *timeReader) read() {
	for i, t := range r.toks {
		if strings.HasPrefix(t.text, "baseline") {
			if r.is(i-1, "-") && r.is(i-2, "post") || r.is(i-1, "post") {
				continue // after the baseline, not at it
			}
			r.hits = append(r.hits, Moment{From: t.from, To: t.to, Unit: 'b'})
			continue
		}
		unit, alone := unitOf(t.text)
		if unit == 0 || r.used[i] {
			continue
		}
		first, second := r.numberBefore, r.numberAfter
		if t.text == "day" && r.is(i+1, "after", "following") && !r.number(i-1) && !r.is(i-1, "-", "each", "every", "per") {
			r.hits = append(r.hits, Moment{From: t.from, To: t.to, Weeks: weeksPer('d'), Unit: 'd'}) // "the day after dosing"
			continue
		}
		if r.namesNext(i, unit) {
			first, second = second, first
		}
		if first(i, unit, alone) || second(i, unit, alone) {
			r.used[i] = true
		}
	}
}

// namesNext reports whether a unit in the singular goes with the number behind it
// ("HAMD-17 ≤ 10 Week 25"), not with the one before.
func (r *timeReader) namesNext(i int, unit byte) bool {
	if strings.HasSuffix(r.toks[i].text, "s") || !r.number(i+1) {
		return false
	}
	if i+2 < len(r.toks) {
		if u, _ := unitOf(r.toks[i+2].text); u == unit {
			return false // "30 day 90 day"
		}
	}
	return true
}

// number reports whether token i is a number that no time has taken.
func (r *timeReader) number(i int) bool {
	return i >= 0 && i < len(r.toks) && r.toks[i].isNum && !r.used[i]
}

func (r *timeReader) is(i int, words ...string) bool {
	if i < 0 || i >= len(r.toks) {
		return false
	}
	for _, w := range words {
		if r.toks[i].text == w {
			return true
		}
	}
	return false
}

// numberBefore reads "12 weeks", "1, 3, 6 and 12 months", "26 to 36 weeks".
func (r *timeReader) numberBefore(i int, unit byte, alone bool) bool {
	j, hyphen := i-1, false
	if r.is(j, "-") && j > 0 && r.toks[j-1].isNum {
		j, hyphen = j-1, true
	}
	if !r.number(j) || !alone && !r.letterCounts(j, i, unit, hyphen) || r.is(j-1, "visit", "cycle", "period", "phase", "part", "session",
		"grade", "c", "≤", "≥", "<", ">") {
		return false
	}
	numbers, spans := r.listBefore(j)
	for n := len(numbers) - 1; n >= 0; n-- {
		k := numbers[n]
		r.used[k] = true
		if n > 0 && spans[n] {
			continue // the start of a span
		}
		end := r.toks[k].to
		if k == j {
			end = r.toks[i].to
		}
		weak := hyphen && len(numbers) == 1 && !strings.HasSuffix(r.toks[i].text, "s") && i+1 < len(r.toks)
		r.hits = append(r.hits, Moment{From: r.toks[k].from, To: end, Weeks: r.toks[k].num * weeksPer(unit) * r.sign(i), Unit: unit, Weak: weak})
	}
	return true
}

// letterCounts reports whether the letter at i is the unit of the number at j: right
// beside it, or an h behind a space at an end ("24 h").
func (r *timeReader) letterCounts(j, i int, unit byte, hyphen bool) bool {
	if unit == 'm' && !r.monthLetter(i) {
		return false
	}
	return r.toks[j].to == r.toks[i].from || unit == 'h' && !hyphen && r.endsOrCounts(i)
}

// listBefore lists the numbers of which the one at j is the last, from the last
// to the first; spans says for each whether it begins a span to the one behind.
func (r *timeReader) listBefore(j int) (numbers []int, spans []bool) {
	numbers, spans = []int{j}, []bool{false}
	for k := j; ; {
		p, span, found := k-1, false, false
		for r.is(p, ",", "and", "or", "&", "/", "-", "to", ";") {
			if r.is(p, "to") || r.is(p, "-") && r.number(p-1) && !r.is(p+1, ",", "and") {
				span = true
			}
			p, found = p-1, true
		}
		if !found || !r.number(p) || r.ownUnit(p) {
			return numbers, spans
		}
		numbers, spans = append(numbers, p), append(spans, span)
		k = p
	}
}

// endsOrCounts reports whether the letter at i ends a text or a list, or that words
// follow which count from it ("24 h after infusion").
func (r *timeReader) endsOrCounts(i int) bool {
	return i+1 >= len(r.toks) || r.is(i+1, ",", ";", ")", "and", "-", "/", "after", "post", "following", "from", "before", "pre", "postdose")
}

// monthLetter reports whether the m at i represents months ("6m", "at 12m"): a whole
// number of at most five years, and no word of distance or duration behind it.
func (r *timeReader) monthLetter(i int) bool {
	x := r.toks[i-1].num
	if x < 1 || x > 60 || x != math.Trunc(x) || i+1 < len(r.toks) && !r.is(i+1, ",", ";", ")", "and", "-", ":", "/", "follow", "post",
		"after", "fu", "visit") {
		return false
	}
	return i < 2 || !r.is(i-2, "x", "*", "/", ".", "<", ">")
}

// ownUnit reports whether the number at i follows a word of time ("Week 4, 8
// weeks": the 4 is not of the second).
func (r *timeReader) ownUnit(i int) bool {
	p := i - 1
	for r.is(p, "-", ".", "#", ":") {
		p--
	}
	if p < 0 {
		return false
	}
	u, _ := unitOf(r.toks[p].text)
	return u != 0 || r.is(p, "visit", "cycle", "period", "phase", "part", "session", "grade")
}

// sign is -1 where the words after a time put it before the start.
func (r *timeReader) sign(i int) float64 {
	k := i + 1
	if r.is(k, "-") {
		k++
	}
	if r.is(k, "pre", "before", "prior", "predose") {
		return -1
	}
	return 1
}

// numberAfter reads "Week 4", "Weeks 2, 4 and 6", "Days -30 to -1", "W12".
func (r *timeReader) numberAfter(i int, unit byte, alone bool) bool {
	first := true
	from := r.toks[i].from
	for k := i + 1; k < len(r.toks); {
		var j joint
		if k, j = r.joint(k, first); j.end {
			return !first
		}
		if !r.number(k) || !first && !j.sep && !j.span && !j.neg {
			return !first
		}
		if !alone && first && (r.toks[k].from != r.toks[i].to || i > 0 && r.toks[i-1].to == r.toks[i].from) {
			return false // a letter counts beside its number only, and not within "C5D1"
		}
		if !first {
			if r.ownAfter(k) {
				return true
			}
			from = r.toks[k].from
		}
		x := r.toks[k].num
		if j.neg {
			x = -x
		}
		m := Moment{From: from, To: r.toks[k].to, Weeks: x * weeksPer(unit), Unit: unit}
		if j.span && len(r.hits) > 0 {
			m.From = r.hits[len(r.hits)-1].From
			r.hits[len(r.hits)-1] = m
		} else {
			r.hits = append(r.hits, m)
		}
		r.used[k], first = true, false
		k++
	}
	return !first
}

// joint is what is between the numbers behind a word of time.
type joint struct{ neg, span, sep, end bool }

// joint reads from token k to the next number; end is set where words follow
// that join no numbers.
func (r *timeReader) joint(k int, first bool) (int, joint) {
	var j joint
	for ; k < len(r.toks) && !r.toks[k].isNum; k++ {
		switch t := r.toks[k].text; {
		case t == "-" && r.minusAt(k):
			j.neg = true
		case first && strings.Contains("-.#:", t):
		case !first && (t == "and" || t == "or" || strings.Contains(",&/;", t)):
			j.sep = true
		case !first && slices.Contains([]string{"-", "to", "through", "until", "thru", "up"}, t):
			j.span = true
		default:
			j.end = true
			return k, j
		}
	}
	return k, j
}

// minusAt recognises a minus sign: space before, none after, a number behind.
func (r *timeReader) minusAt(k int) bool {
	return k+1 < len(r.toks) && r.toks[k+1].isNum && r.toks[k+1].from == r.toks[k].to && r.toks[k-1].to < r.toks[k].from
}

// ownAfter reports whether the number at k begins another time, since it has a unit
// of its own, or is a share or a dose.
func (r *timeReader) ownAfter(k int) bool {
	n := k + 1
	if r.is(n, "-") {
		n++
	}
	if n < len(r.toks) {
		if u, ok := unitOf(r.toks[n].text); u != 0 && (ok || r.toks[n].from == r.toks[n-1].to) {
			return true
		}
	}
	return r.is(k+1, "%", "mg", "percent")
}
