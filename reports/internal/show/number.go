package show

import (
	"math"
	"strconv"
	"strings"
)

// Minus is the typographic minus sign (U+2212) and None is where a number
// does not exist.
const (
	Minus       = "\u2212"
	None        = "\u2013"
	NarrowSpace = "\u202f" // narrow no-break space, between thousands
	nbsp        = "\u00a0"
)

// Fixed prints x with d decimals and a true minus. Zero never carries a sign;
// what is no number, or too large to be read as one, prints as None or in
// scientific form.
func Fixed(x float64, d int) string {
	if math.IsNaN(x) {
		return None
	}
	if math.IsInf(x, 0) {
		if x < 0 {
			return Minus + "∞"
		}
		return "∞"
	}
	if math.Abs(x) >= 1e6 {
		return Fixed2e(x, 3)
	}
	s := strconv.FormatFloat(x, 'f', d, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return signed(s)
}

func signed(s string) string {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return Minus + rest
	}
	return s
}

// FixedP is Fixed for a number that may be absent.
func FixedP(x *float64, d int) string {
	if x == nil {
		return None
	}
	return Fixed(*x, d)
}

// Raw prints x for files and for checking, with ten significant digits and an
// ASCII minus.
// It is empty for what is no number.
func Raw(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 10, 64)
}

// RawP is Raw for a number that may be absent, and then empty.
func RawP(x *float64) string {
	if x == nil {
		return ""
	}
	return Raw(*x)
}

// Significant prints x with n significant digits and without an exponent where
// it is of ordinary size; trailing zeros of whole numbers are kept.
func Significant(x float64, n int) string {
	a := math.Abs(x)
	if x == 0 {
		return "0"
	}
	if math.IsNaN(x) || math.IsInf(x, 0) || a >= 1e6 || a < 1e-4 {
		return Fixed2e(x, n)
	}
	d := n - 1 - int(math.Floor(math.Log10(a)))
	if d < 0 {
		d = 0
	}
	return Fixed(x, d)
}

// Fixed2e prints in scientific form with n significant digits.
func Fixed2e(x float64, n int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Fixed(x, n)
	}
	s := strconv.FormatFloat(x, 'e', n-1, 64)
	mant, exp, _ := strings.Cut(s, "e")
	e, err := strconv.Atoi(exp)
	if err != nil {
		return signed(s)
	}
	return signed(mant) + "×10" + superscript(e)
}

func superscript(n int) string {
	var b strings.Builder
	for _, r := range strconv.Itoa(n) {
		if r == '-' {
			b.WriteRune('⁻')
			continue
		}
		b.WriteRune([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[r-'0'])
	}
	return b.String()
}

// Trim prints x with at most d decimals, without trailing zeros: for
// quantities such as means, doses and tick labels.
func Trim(x float64, d int) string {
	s := Fixed(x, d)
	if !strings.Contains(s, ".") || strings.Contains(s, "×") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// TrimP is Trim for a number that may be absent.
func TrimP(x *float64, d int) string {
	if x == nil {
		return None
	}
	return Trim(*x, d)
}

// Int prints a whole number with a narrow space between thousands from 10,000
// on, so that years and short counts stay plain.
func Int(n int) string {
	s := strconv.Itoa(n)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if len(s) > 4 {
		var b strings.Builder
		for i, r := range s {
			if i > 0 && (len(s)-i)%3 == 0 {
				b.WriteString(NarrowSpace)
			}
			b.WriteRune(r)
		}
		s = b.String()
	}
	if neg {
		return Minus + s
	}
	return s
}

// IntP is Int for a number that may be absent.
func IntP(n *int) string {
	if n == nil {
		return None
	}
	return Int(*n)
}

// Plural joins a count and its noun: "1 study", "6 studies".
func Plural(n int, one, many string) string {
	if n == 1 {
		return Int(n) + nbsp + one
	}
	return Int(n) + nbsp + many
}

// P prints a p-value with its sign of relation: "p = 0.034", "p < 0.001".
func P(p *float64) string {
	if p == nil || math.IsNaN(*p) {
		return "p" + nbsp + "not available"
	}
	return "p" + nbsp + PRel(p)
}

// PRel is P without the letter: "= 0.034", "< 0.001".
func PRel(p *float64) string {
	switch {
	case p == nil || math.IsNaN(*p):
		return None
	case *p < 0.001:
		return "<" + nbsp + "0.001"
	case *p > 0.99:
		return ">" + nbsp + "0.99"
	case *p < 0.1:
		return "=" + nbsp + Fixed(*p, 3)
	default:
		return "=" + nbsp + Fixed(*p, 2)
	}
}

// PCell is a p-value for a table cell: "0.034", "<0.001".
func PCell(p *float64) string {
	return strings.ReplaceAll(strings.TrimPrefix(PRel(p), "="+nbsp), nbsp, "")
}

// Percent prints x, which is in percent, without decimals; what is small and
// not zero says so.
func Percent(x float64) string {
	switch {
	case math.IsNaN(x):
		return None
	case x > 0 && x < 0.5:
		return "<1%"
	case x < 100 && x >= 99.5:
		return ">99%"
	}
	return Fixed(x, 0) + "%"
}

// PercentP is Percent for a number that may be absent.
func PercentP(x *float64) string {
	if x == nil {
		return None
	}
	return Percent(*x)
}

// Tau2 prints a between-study variance: 0 exactly, "<0.001", or three decimals.
func Tau2(x *float64) string {
	switch {
	case x == nil || math.IsNaN(*x):
		return None
	case *x == 0:
		return "0"
	case *x > 0 && *x < 0.001:
		return "<0.001"
	}
	return Fixed(*x, 3)
}
