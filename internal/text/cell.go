package text

import (
	"math"
	"regexp"
	"strings"
)

// CellForm is what one cell of a table holds.
type CellForm int

// The forms of cells that hold more than one number.
const (
	PlainCell    CellForm = iota // one number, or words
	SpreadCell                   // 10.2 ± 5.1: a value and its spread
	BracketCell                  // 10.2 (5.1)
	IntervalCell                 // 0.5 (0.1 to 0.9), 0.5 [0.1; 0.9]
	LimitsCell                   // [0.1; 0.9], 0.1 to 0.9
	ShareCell                    // 12 (26.7 %), 26.7 % (12)
	CountCell                    // 12/45, 12 of 45, 12/45 (26.7 %)
)

// Cell is a cell taken apart; Parts are texts of numbers, as they are written:
// value, spread; value, lower, upper; lower, upper; count, percent; count, total.
type Cell struct {
	Form  CellForm
	Parts []string
}

const numberText = `[+-]?\s?(?:\d[\d.,']*|[.,]\d+)(?:[eE][+-]?\d+)?`

var (
	spreadCell  = regexp.MustCompile(`^(` + numberText + `)\s*(?:±|\+/-|\+-)\s*(` + numberText + `)$`)
	bracketCell = regexp.MustCompile(`^(` + numberText + `%?)\s*[(\[]\s*([^()\[\]]*?)\s*[)\]]$`)
	limitsCell  = regexp.MustCompile(`^[(\[]\s*([^()\[\]]*?)\s*[)\]]$`)
	countCell   = regexp.MustCompile(`^(\d[\d.,' ]*?)\s*(?:/|\bof\b|\bout of\b|\bvon\b)\s*(\d[\d.,' ]*?)$`)
	dashLimits  = regexp.MustCompile(`^(` + numberText + `)\s?-\s?(` + numberText + `)$`)
	oneNumber   = regexp.MustCompile(`^` + numberText + `$`)
	intervalCI  = regexp.MustCompile(`(?i)^\s*(?:\d+\s?%?\s*)?(?:ci|cri|ki|iqr)\s*[:=,]?\s*`)
	footnote    = regexp.MustCompile(`^(.*[\d%)\]])\s*[*†‡§¶‖]+$`)
	namedNumber = regexp.MustCompile(`^(?i:n|p)\s*[=:]?\s*([<>=].*|[=:]\s*.*)$`)
)

// ReadCell takes a cell apart; style says whether a comma may be a decimal mark.
func ReadCell(cell string, style NumberStyle) Cell {
	s := normaliseNumber(cell)
	if m := countCell.FindStringSubmatch(s); m != nil {
		return Cell{CountCell, m[1:3]}
	}
	if m := spreadCell.FindStringSubmatch(s); m != nil {
		return Cell{SpreadCell, m[1:3]}
	}
	if i := strings.IndexAny(s, "(["); i > 0 {
		if m := countCell.FindStringSubmatch(strings.TrimSpace(s[:i])); m != nil && strings.HasSuffix(strings.TrimRight(s, ")] "), "%") {
			return Cell{CountCell, m[1:3]}
		}
	}
	if m := bracketCell.FindStringSubmatch(s); m != nil {
		return bracketed(m[1], m[2], style)
	}
	inner := s
	if m := limitsCell.FindStringSubmatch(s); m != nil {
		inner = m[1]
	}
	if lo, hi, ok := limits(inner, style); ok {
		return Cell{LimitsCell, []string{lo, hi}}
	}
	return Cell{}
}

// bracketed reads a value followed by something in brackets.
func bracketed(value, inner string, style NumberStyle) Cell {
	share, percentFirst := strings.CutSuffix(value, "%")
	if p, ok := strings.CutSuffix(inner, "%"); ok && !percentFirst && oneNumber.MatchString(strings.TrimSpace(p)) {
		return Cell{ShareCell, []string{value, strings.TrimSpace(p)}}
	}
	if percentFirst {
		if m := countCell.FindStringSubmatch(inner); m != nil {
			return Cell{CountCell, m[1:3]}
		}
		inner = strings.TrimSpace(strings.TrimPrefix(inner, "n="))
		if !oneNumber.MatchString(inner) {
			return Cell{}
		}
		return Cell{ShareCell, []string{inner, share}}
	}
	if oneNumber.MatchString(inner) && (strings.Count(inner, ",") != 1 || style == StyleDecimalComma || strings.ContainsAny(inner, ".")) {
		return Cell{BracketCell, []string{value, inner}}
	}
	if lo, hi, ok := limits(inner, style); ok {
		return Cell{IntervalCell, []string{value, lo, hi}}
	}
	return Cell{}
}

// limits reads the two ends of an interval.
func limits(s string, style NumberStyle) (lo, hi string, ok bool) {
	s = intervalCI.ReplaceAllString(s, "")
	cuts := []string{";", " to ", " bis ", "..", "|", ", "}
	if strings.Count(s, ",") == 1 && style != StyleDecimalComma {
		cuts = append(cuts, ",")
	}
	for _, cut := range cuts {
		if strings.Count(s, cut) != 1 {
			continue
		}
		lo, hi, _ = strings.Cut(s, cut)
		if lo, hi = strings.TrimSpace(lo), strings.TrimSpace(hi); oneNumber.MatchString(lo) && oneNumber.MatchString(hi) {
			return lo, hi, true
		}
	}
	if m := dashLimits.FindStringSubmatch(s); m != nil {
		return m[1], m[2], true
	}
	return "", "", false
}

// PlainNumber takes from a number what does not change it: a footnote mark
// behind it, "n =" or "p =" before it. marked reports a footnote mark.
func PlainNumber(cell string) (text string, marked bool) {
	s := normaliseNumber(cell)
	if m := footnote.FindStringSubmatch(s); m != nil {
		s, marked = m[1], true
	}
	if m := namedNumber.FindStringSubmatch(s); m != nil {
		s = strings.TrimSpace(strings.TrimPrefix(m[1], ":"))
	}
	return s, marked
}

// CountsOfShare is the smallest and the largest number of n people whose share,
// rounded to the digits of raw, is v of scale (100 for percentages). The smallest
// is above the largest where there is none.
func CountsOfShare(raw string, v, scale, n float64) (low, high float64) {
	decimals := 0
	if i := strings.LastIndexAny(raw, ".,"); i >= 0 {
		decimals = len(strings.TrimRight(raw[i+1:], " %"))
	}
	half := 0.5*math.Pow(10, -float64(decimals)) + 1e-9
	low, high = math.Ceil((v-half)*n/scale-1e-9), math.Floor((v+half)*n/scale+1e-9)
	return math.Max(low, 0), math.Min(high, n)
}

// summaryWords are the words of which the name of a row below the studies is
// made; one of those marked true is enough to know it by.
var summaryWords = map[string]bool{
	"total": true, "totals": true, "subtotal": true, "overall": true, "pooled": true, "summary": true, "combined": true, "sum": true,
	"all": true, "average": true, "mean": true, "random": true, "fixed": true, "common": true, "heterogeneity": true, "gesamt": true,
	"gesamteffekt": true, "insgesamt": true, "summe": true, "mittelwert": true, "zwischensumme": true, "totale": true, "totaal": true,
	"moyenne": true, "promedio": true, "итого": true, "всего": true, "合计": true, "合計": true, "总计": true,
	"総計": true, "media": true, "differences": true, "metaanalysis": true,
	"sub": false, "effect": false, "effects": false, "estimate": false, "size": false, "model": false, "re": false, "fe": false,
	"result": false, "results": false, "weighted": false, "meta": false, "analysis": false, "of": false, "for": false, "the": false,
	"studies": false, "trials": false, "study": false, "participants": false, "patients": false, "n": false, "k": false, "ci": false,
	"and": false, "group": false, "difference": false, "test": false, "between": false, "subgroup": false, "subgroups": false,
}

var (
	inBrackets = regexp.MustCompile(`[(\[{][^()\[\]{}]*[)\]}]`)
	yearText   = regexp.MustCompile(`\b(?:19|20)\d\d\b`)
)

// Summary reports whether the name of a row is that of a total, a pooled result or
// a test below the studies, not of a study. A name with a year is a study's.
func Summary(name string) bool {
	name = strings.ToLower(name)
	if yearText.MatchString(name) {
		return false
	}
	before, statistic, _ := strings.Cut(name, ":")
	if statistic != "" && strings.ContainsAny(statistic, "0123456789") {
		name = before // "heterogeneity: tau2 = 0.01"
	}
	name = inBrackets.ReplaceAllString(name, " ")
	words := strings.FieldsFunc(strings.ReplaceAll(name, "meta-analysis", "metaanalysis"), func(r rune) bool {
		return strings.ContainsRune(" \t\u00a0-–—_.,;:%&/*=<>²+|'\"", r) || r >= '0' && r <= '9'
	})
	known := false
	for _, w := range words {
		key, in := summaryWords[w]
		if !in {
			return false
		}
		known = known || key
	}
	return known
}

var groupedThousands = regexp.MustCompile(`^[1-9]\d{0,2}(?:[.,]\d{3})+$`)

// GroupedPeople reads a number of people that is written with a mark before three
// digits: "1.020" and "1,020" are a thousand and twenty, since 1.02 people cannot
// be. certain is unset where the digits behind the mark are zeros, so that the
// text may also be a whole number with decimals (40.000). ok is unset for texts
// without such a mark.
func GroupedPeople(cell string) (n float64, certain, ok bool) {
	s, _ := PlainNumber(cell)
	if !groupedThousands.MatchString(s) {
		return 0, false, false
	}
	marks := strings.Count(s, ".") + strings.Count(s, ",")
	n = ParseNumber(strings.NewReplacer(".", "", ",", "").Replace(s), StyleRegister).Value
	return n, marks > 1 || !strings.HasSuffix(s, "000"), true
}
