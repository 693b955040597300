package text

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Number is a number as registers and tables write it. Raw is always kept;
// Value is meaningful only when OK is set. A missing value (NA, NR, blank) is
// never zero, and an operator ("<0.001") is never lost.
type Number struct {
	Raw     string
	Value   float64
	OK      bool
	Missing bool   // the text says that there is no number
	Op      string // "", "<", "<=", ">", ">="
	Percent bool   // the text carried a percent sign; Value is not divided
	Reason  string // why OK is false, or what was ambiguous and how it was read

	Ambiguous bool // there are two defensible readings; OK is unset
}

// NumberStyle says how a table writes numbers.
type NumberStyle int

// The styles. StyleRegister is English usage (decimal point, commas between
// thousands), in which a decimal comma is still recognised where it can mean
// nothing else. StyleDecimalComma is for files declared to use decimal commas.
// StyleUnknown is for a table that does not show its decimal mark: a point is a
// decimal point, a comma before three digits is ambiguous. In a table of
// StyleMixed a point is ambiguous too. [StyleOf] finds the style of cells.
const (
	StyleRegister NumberStyle = iota
	StyleDecimalComma
	StyleUnknown
	StyleMixed
)

var missingWords = map[string]bool{
	"": true, "na": true, "n/a": true, "n.a.": true, "nr": true, "n.r.": true, "ne": true, "nd": true, "nc": true,
	"nan": true, "null": true, "none": true, "-": true, "--": true, "—": true, "–": true, "not reported": true,
	"not available": true, "not applicable": true, "not estimable": true, "not calculated": true,
	"not evaluable": true, "not done": true, "missing": true, ".": true, "?": true, "#n/a": true, "#nv": true, // of German spreadsheets
	"k.a.": true, "k. a.": true, "keine angabe": true,
}

// Missing reports whether a cell says that there is no value.
func Missing(cell string) bool { return missingWords[strings.ToLower(normaliseNumber(cell))] }

var (
	plainNumber   = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)
	commaGroups   = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$`)
	commaDecimal  = regexp.MustCompile(`^[+-]?(\d+,\d+|,\d+)([eE][+-]?\d+)?$`)
	dotGroups     = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?$`)
	dotGroupComma = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}(\.\d{3})+,\d+$`)
	spaceGroups   = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}([ ']\d{3})+([.,]\d+)?$`)
	oneMark       = regexp.MustCompile(`^[+-]?\d*([.,])\d*([eE][+-]?\d+)?$`)
	mayBeGrouped  = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}[.,]\d{3}$`)
)

// StyleOf is the style that cells show: their decimal mark where one of them can
// be read in one way only, StyleMixed where they contradict each other.
func StyleOf(cells []string) NumberStyle {
	style := StyleUnknown
	for _, c := range cells {
		shown := shownStyle(normaliseNumber(c))
		switch {
		case shown == StyleUnknown || shown == style:
		case style == StyleUnknown:
			style = shown
		default:
			return StyleMixed
		}
	}
	return style
}

// shownStyle is the decimal mark that one cell proves: one mark that cannot
// group thousands, or both marks.
func shownStyle(s string) NumberStyle {
	switch {
	case dotGroupComma.MatchString(s), strings.Count(s, ".") > 1 && dotGroups.MatchString(s):
		return StyleDecimalComma
	case strings.Count(s, ",") > 0 && strings.ContainsAny(s, ".") && commaGroups.MatchString(s),
		strings.Count(s, ",") > 1 && commaGroups.MatchString(s):
		return StyleRegister
	}
	m := oneMark.FindStringSubmatch(s)
	switch {
	case m == nil, len(s) == 1, mayBeGrouped.MatchString(s):
		return StyleUnknown
	case m[1] == ",":
		return StyleDecimalComma
	}
	return StyleRegister
}

// ParseNumber reads one number. It never guesses: a text with two defensible
// readings comes back with OK unset and the reason.
func ParseNumber(raw string, style NumberStyle) Number {
	n := Number{Raw: raw}
	if v, ok := digitsOnly(raw, style); ok {
		n.Value, n.OK = v, true
		return n
	}
	s := normaliseNumber(raw)
	if missingWords[strings.ToLower(s)] {
		n.Missing = true
		n.Reason = "no number is given"
		return n
	}
	s, n.Op = cutOperator(s)
	if t, ok := strings.CutSuffix(s, "%"); ok {
		n.Percent, s = true, strings.TrimSpace(t)
	}
	plain, note, ok := toPlain(s, style)
	if !ok {
		n.Reason, n.Ambiguous = note, note != notANumber
		return n
	}
	v, err := strconv.ParseFloat(plain, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		n.Reason = notANumber
		return n
	}
	n.Value, n.OK, n.Reason = v, true, note
	return n
}

// digitsOnly reads a number of ASCII digits with at most one point and a minus,
// which most are, without a pattern.
func digitsOnly(raw string, style NumberStyle) (float64, bool) {
	digits, points := 0, 0
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		case c == '-' && i == 0:
		default:
			return 0, false
		}
	}
	if digits == 0 || digits > 15 || points > 1 || points == 1 && style != StyleRegister {
		return 0, false
	}
	v, err := strconv.ParseFloat(raw, 64)
	return v, err == nil
}

// numberSigns folds the minus and comparison signs of typography into ASCII;
// marks that take no space fall away.
var numberSigns = func() map[rune]string {
	m := map[rune]string{'≤': "<=", '≥': ">=", '＜': "<", '‹': "<", '＞': ">", '›': ">",
		'\u066B': ".", '\u00B7': ".", '\u2219': "."} // the raised decimal point of some journals
	for _, r := range "\u2212\u2012\uFE63\uFF0D\u2010\u2011\u2013" {
		m[r] = "-"
	}
	m['\u2019'], m['\u00B4'] = "'", "'" // between thousands
	for _, r := range "\u200B\u200E\u200F\uFEFF\u2060" {
		m[r] = ""
	}
	return m
}()

// normaliseNumber writes a number's text with ASCII signs and single spaces.
func normaliseNumber(raw string) string {
	var b strings.Builder
	for _, r := range raw {
		if sign, ok := numberSigns[r]; ok {
			b.WriteString(sign)
		} else if unicode.IsSpace(r) {
			b.WriteByte(' ')
		} else {
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func cutOperator(s string) (rest, op string) {
	for _, c := range []string{"<=", ">=", "=<", "=>", "<", ">", "="} {
		if t, ok := strings.CutPrefix(s, c); ok {
			switch c {
			case "=<":
				c = "<="
			case "=>":
				c = ">="
			case "=":
				c = ""
			}
			return strings.TrimSpace(t), c
		}
	}
	return s, ""
}

// toPlain rewrites s with a decimal point and no grouping.
func toPlain(s string, style NumberStyle) (plain, note string, ok bool) {
	for _, sign := range []string{"- ", "+ "} { // "- 0.5"
		if rest, ok := strings.CutPrefix(s, sign); ok {
			s = sign[:1] + rest
		}
	}
	if spaceGroups.MatchString(s) {
		s = strings.NewReplacer(" ", "", "'", "").Replace(s)
	}
	if why := twoReadings(s, style); why != "" {
		return "", why, false
	}
	switch {
	case plainNumber.MatchString(s):
		return s, "", true
	case style == StyleDecimalComma && commaDecimal.MatchString(s):
		return strings.Replace(s, ",", ".", 1), "", true
	case style != StyleDecimalComma && commaGroups.MatchString(s):
		return strings.ReplaceAll(s, ",", ""), "", true
	case dotGroupComma.MatchString(s), style == StyleDecimalComma && dotGroups.MatchString(s):
		return strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1), "read with a decimal comma", true
	case commaDecimal.MatchString(s):
		return strings.Replace(s, ",", ".", 1), "read with a decimal comma", true
	case strings.Count(s, ".") > 1 && dotGroups.MatchString(s):
		return strings.ReplaceAll(s, ".", ""), "read with points between thousands", true
	}
	return "", notANumber, false
}

// twoReadings says why a number's text can be read in two ways; "" where it
// cannot.
func twoReadings(s string, style NumberStyle) string {
	comma := style == StyleDecimalComma
	switch {
	case style >= StyleUnknown && mayBeGrouped.MatchString(s) && (style == StyleMixed || strings.Contains(s, ",")):
		return "may be a number with a thousands separator or with a decimal mark; write it without the separator"
	case comma && dotGroups.MatchString(s) && !strings.Contains(s, ",") && strings.Count(s, ".") == 1:
		return "may be a number with a thousands separator or with a decimal mark (the table has decimal commas);" +
			" write it without the separator"
	case comma && commaGroups.MatchString(s) && !commaDecimal.MatchString(s):
		return "more than one comma, or a comma and a point, in a table with decimal commas"
	}
	return ""
}

const notANumber = "not a number"
