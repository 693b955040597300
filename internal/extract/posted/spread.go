package posted

import (
	"fmt"
	"math"
	"regexp"

	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/internal/vocab"
)

// impliedSD is the standard deviation that a cell's spread represents, as
// declared, and by how much the rounding of its digits may move it.
func impliedSD(a *evidence.ArmResult) (sd, rounding float64, ok bool) {
	kind, level := KindOfDispersion(a.DispersionType)
	if a.N == nil || *a.N < 2 {
		return 0, 0, false
	}
	n := float64(*a.N)
	limits := a.Lower != nil && a.Upper != nil && *a.Lower < *a.Upper
	switch {
	case kind == DispSD && a.Spread != nil:
		return *a.Spread, lastPlace(a.SpreadRaw), true
	case kind == DispSE && a.Spread != nil:
		return *a.Spread * math.Sqrt(n), lastPlace(a.SpreadRaw) * math.Sqrt(n), true
	case kind == DispCI && limits && level > 0:
		z := 2 * math.Sqrt2 * math.Erfinv(level/100) // the width of an interval in standard errors
		return (*a.Upper - *a.Lower) / z * math.Sqrt(n), (lastPlace(a.LowerRaw) + lastPlace(a.UpperRaw)) / z * math.Sqrt(n), true
	case kind == dispIQR && limits:
		return (*a.Upper - *a.Lower) / 1.349, lastPlace(a.LowerRaw), true
	case kind == dispRange && limits && n > 3:
		return (*a.Upper - *a.Lower) / (2 * math.Sqrt(2*math.Log(n))), lastPlace(a.LowerRaw), true
	}
	return 0, 0, false
}

// judgeSpread holds a declared spread of any kind against what the instrument's
// range allows and against its usual standard deviation, in both directions.
func (x *outcome) judgeSpread(d verdict) {
	a := d.a
	sd, rounding, ok := impliedSD(a)
	if !ok || sd <= 0 || a.Instrument == "" || x.cur.Percent || x.cur.Domain == "vitals" || x.unit == "percent-change" ||
		IsPercentUnit(a.Unit) {
		return
	}
	kind, _ := KindOfDispersion(a.DispersionType)
	n := float64(*a.N)
	if most := x.mostSD(a, n); most > 0 && sd-rounding > most*(1+1e-9) {
		v, code := evidence.NeedsReview, reason.SpreadTooLarge
		if kind == DispSD {
			v = evidence.Unusable
		}
		d.set(v, code, fmt.Sprintf("declared as %s, %s gives a standard deviation of %.3g, which the scale of %v to %v cannot have",
			a.DispersionType, spreadText(a), sd, x.cur.Range.Min, x.cur.Range.Max))
		return
	}
	x.judgeUsual(d, kind, sd, rounding)
}

func spreadText(a *evidence.ArmResult) string {
	if a.SpreadRaw != "" {
		return a.SpreadRaw
	}
	return a.LowerRaw + " to " + a.UpperRaw
}

// mostSD is the largest standard deviation that the scale allows: half its
// width for scores, its width for changes.
func (x *outcome) mostSD(a *evidence.ArmResult, n float64) float64 {
	if x.cur.Range == nil {
		return 0
	}
	width := (x.cur.Range.Max - x.cur.Range.Min) * math.Sqrt(n/(n-1))
	switch a.ScoreType {
	case evidence.ScoreEndpoint, evidence.ScoreSubscale, evidence.ScoreItem:
		return width / 2
	case evidence.ScoreChange:
		return width
	}
	return 0
}

// judgeUsual holds a spread against the instrument's usual standard deviation.
func (x *outcome) judgeUsual(d verdict, kind Dispersion, sd, rounding float64) {
	a := d.a
	ins, ok := x.v.Instrument(x.cur.ID)
	if !ok || a.Subscale != "" || a.ScoreType != evidence.ScoreEndpoint && a.ScoreType != evidence.ScoreChange {
		return
	}
	usual, listed, known := UsualSD(ins, x.cur.Range) // not listed: a guess, good against small ones only
	if !known || !listed && a.ScoreType != evidence.ScoreEndpoint {
		return
	}
	small := 0.1
	if a.Baseline { // people are chosen by their score, so that they are alike
		usual *= 0.7
	}
	if kind != DispSD {
		small = 0.25
	}
	switch {
	case kind == DispSD && SEWrittenAsSD(sd, usual, *a.N):
		d.set(evidence.NeedsReview, reason.SEForSD,
			fmt.Sprintf("declared as standard deviation, %v is small for %s (usually about %.3g) and fits a standard error or half a "+
				"confidence interval of %d people", sd, ins.Short, usual, *a.N))
	case sd+rounding < small*usual:
		d.set(evidence.NeedsReview, reason.Implausible,
			fmt.Sprintf("declared as %s, %s gives a standard deviation of %.3g, far below what %s usually has (about %.3g)", a.DispersionType,
				spreadText(a), sd, ins.Short, usual))
	case listed && sd-rounding > tooWide(a)*usual:
		d.set(evidence.NeedsReview, reason.Implausible,
			fmt.Sprintf("declared as %s, %s gives a standard deviation of %.3g, far above what %s usually has (about %.3g)", a.DispersionType,
				spreadText(a), sd, ins.Short, usual))
	}
}

// tooWide is how many times the usual standard deviation is beyond belief. Few
// people spread more by chance.
func tooWide(a *evidence.ArmResult) float64 { return 2.5 * (1 + 1/math.Sqrt(2*float64(*a.N-1))) }

// The words by which titles and descriptions name a spread or a parameter.
var (
	saysSE = regexp.MustCompile(`\(\s*(?:±\s*)?S\.?E\.?(?:M\.?)?\s*\)|[±,/]\s*S\.?E\.?(?:M\.?)?\b|(?i:\bstandard ` +
		`errors?\b)|(?i:\bmean)[^.]{0,12}\bSEM?\b`)
	saysSD = regexp.MustCompile(
		`\(\s*(?:±\s*)?S\.?D\.?\s*\)|[±,/]\s*S\.?D\.?\b|(?i:\bstandard deviations?\b)|(?i:\bmean)[^.]{0,12}\bSD\b`)
	saysCI     = regexp.MustCompile(`(?i)\b9[059]\s*%\s*(?:CI\b|confidence)|\bconfidence intervals?\b`)
	saysMedian = regexp.MustCompile(`(?i)\bmedians?\b`)
)

// spreadWords is what texts say of spread and parameter.
type spreadWords struct {
	named  Dispersion
	median bool
}

// readSpreadWords reads the words of one row, else those of the outcome's
// title, else those of its description.
func (x *outcome) readSpreadWords(rows ...string) spreadWords {
	if x.outcomeSays == nil {
		title := x.o.Title + " | " + x.o.Unit
		w := spreadWords{median: x.param == ParamMean && saysMedian.MatchString(title) && !regexpMean.MatchString(title)}
		var several bool
		if w.named, several = spreadNamed(title); w.named == dispNone && !several {
			w.named, _ = spreadNamed(x.o.Description)
		}
		x.outcomeSays = &w
	}
	w := *x.outcomeSays
	for _, title := range rows {
		if row := x.read.row(title); row.spread != dispNone || row.mixed {
			w.named = row.spread
		}
	}
	return w
}

// spreadNamed is the one spread that a text names; several says that it names
// more than one.
func spreadNamed(text string) (named Dispersion, several bool) {
	if !containsAny(text, "SE", "S.E", "SD", "S.D", "CI", "tandard ", "onfidence", "TANDARD ", "ONFIDENCE") {
		return dispNone, false
	}
	for k, re := range spreadSaid {
		if re.MatchString(text) {
			if named != dispNone {
				return dispNone, true
			}
			named = k
		}
	}
	return named, false
}

var spreadSaid = map[Dispersion]*regexp.Regexp{DispSE: saysSE, DispSD: saysSD, DispCI: saysCI}

// judgeWords doubts a spread or a parameter that the outcome's title, row or
// description names otherwise than declared.
func (x *outcome) judgeWords(d verdict) {
	if x.spreadSays.median {
		d.set(evidence.NeedsReview, reason.Param, "the title says median, a mean is declared")
	}
	kind, _ := KindOfDispersion(d.a.DispersionType)
	if named := x.spreadSays.named; named != dispNone && named != kind && (kind == DispSD || kind == DispSE || kind == DispCI) {
		d.set(evidence.NeedsReview, reason.Dispersion, fmt.Sprintf("declared as %s, and the texts of the outcome name %s", d.a.DispersionType,
			dispersionNames[named]))
	}
}

var regexpMean = regexp.MustCompile(`(?i)\bmeans?\b`)

var dispersionNames = map[Dispersion]string{DispSE: "a standard error", DispSD: "a standard deviation", DispCI: "a confidence interval"}

// SEWrittenAsSD recognises a spread that is called a standard deviation and is more
// likely a standard error or half a 95 % confidence interval: less than two
// fifths of the instrument's usual SD, and within a factor of two of it once
// turned into a standard deviation.
func SEWrittenAsSD(spread, usual float64, n int) bool {
	if spread <= 0 || usual <= 0 || n < 6 {
		return false
	}
	asSD := spread * math.Sqrt(float64(n))
	return spread < 0.4*usual && asSD > usual/2 && asSD < 1.96*2*usual
}

// UsualSD is what an instrument's total scores usually spread: the catalogue's
// endpoint figure, else its first, of those that were read in a source; sourced
// is set then. Without one it is a seventh of the range, which is low for most
// scales, so that it accuses no one wrongly.
func UsualSD(in vocab.Instrument, r *vocab.Range) (usual float64, sourced, ok bool) {
	for _, f := range in.SD {
		if f.Verified && (!sourced || f.Kind == "endpoint") {
			usual, sourced = f.Value, true
			if f.Kind == "endpoint" {
				break
			}
		}
	}
	if sourced {
		return usual, true, true
	}
	if r != nil && r.Max > r.Min && in.Kind != "event-count" {
		return (r.Max - r.Min) / 7, false, true
	}
	return 0, false, false
}
