package metafile

import (
	"regexp"
	"strconv"
	"strings"

	human "past/internal/text"
)

// numberKind is what a cell turned out to be.
type numberKind int

const (
	isNumber    numberKind = iota
	isMissing              // empty, NA, NR, ...
	isOther                // text
	isAmbiguous            // 1,234: one thousand or one and a bit
)

// decimalMark is what separates the whole part of a number from the rest.
type decimalMark byte

const (
	markUnknown decimalMark = 0
	markDot     decimalMark = '.'
	markComma   decimalMark = ','
	markMixed   decimalMark = 'm'
)

var missingWords = map[string]bool{"": true, "na": true, "n/a": true, "#n/a": true, "nan": true, "nr": true, "nd": true,
	"null": true, "none": true, "missing": true, ".": true, "-": true, "--": true, "\u2013": true, "\u2014": true, "?": true}

var (
	plainNumber  = regexp.MustCompile(`^[+-]?\d+([eE][+-]?\d+)?$`)
	oneMark      = regexp.MustCompile(`^[+-]?(\d*)([.,])(\d*)([eE][+-]?\d+)?$`)
	groupedDot   = regexp.MustCompile(`^[+-]?\d{1,3}(\.\d{3}){2,}(,\d+)?$|^[+-]?\d{1,3}(\.\d{3})+,\d+$`)
	groupedComma = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3}){2,}(\.\d+)?$|^[+-]?\d{1,3}(,\d{3})+\.\d+$`)
	groupedSpace = regexp.MustCompile(`^[+-]?\d{1,3}( \d{3})+([.,]\d+)?$`)
)

// markOf tells which decimal mark a cell proves: one with a single mark that
// cannot be a thousands separator, or one with both marks.
func markOf(s string) decimalMark {
	s = human.CleanCell(s)
	switch {
	case groupedDot.MatchString(s):
		return markComma
	case groupedComma.MatchString(s):
		return markDot
	case groupedSpace.MatchString(s):
		return markUnknown
	}
	if m := oneMark.FindStringSubmatch(s); m != nil && m[1]+m[3] != "" && !couldBeThousands(m) {
		return decimalMark(m[2][0])
	}
	return markUnknown
}

// couldBeThousands: one to three digits without a leading zero, a mark, three
// digits.
func couldBeThousands(m []string) bool {
	return len(m[3]) == 3 && len(m[1]) >= 1 && len(m[1]) <= 3 && m[1][0] != '0' && m[4] == ""
}

// readNumber reads a cell given the decimal mark of its column. A dot is a decimal
// point unless the column shows decimal commas; a comma that could be either is
// ambiguous unless the column shows what it is.
func readNumber(s string, mark decimalMark) (float64, numberKind) {
	s = human.CleanCell(s)
	if missingWords[strings.ToLower(s)] {
		return 0, isMissing
	}
	switch {
	case plainNumber.MatchString(s):
		return parse(s)
	case groupedDot.MatchString(s):
		return parse(strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", "."))
	case groupedComma.MatchString(s):
		return parse(strings.ReplaceAll(s, ",", ""))
	case groupedSpace.MatchString(s):
		return parse(strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), ",", "."))
	}
	m := oneMark.FindStringSubmatch(s)
	if m == nil || m[1]+m[3] == "" {
		return 0, isOther
	}
	used := decimalMark(m[2][0])
	asDecimal := strings.Replace(s, ",", ".", 1)
	if !couldBeThousands(m) {
		return parse(asDecimal)
	}
	switch {
	case mark == used, mark == markUnknown && used == markDot:
		return parse(asDecimal)
	case mark == markDot && used == markComma:
		return parse(strings.Replace(s, ",", "", 1))
	}
	return 0, isAmbiguous
}

func parse(s string) (float64, numberKind) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil { // out of range
		return 0, isOther
	}
	return x, isNumber
}
