package evidence

import (
	"math"

	"past/internal/text"
)

// Number is a number as package text reads it.
type Number = text.Number

// NumberStyle says how a table writes numbers.
type NumberStyle = text.NumberStyle

// The styles of package text.
const (
	StyleRegister     = text.StyleRegister
	StyleDecimalComma = text.StyleDecimalComma
)

// ParseNumber is [text.ParseNumber].
func ParseNumber(raw string, style NumberStyle) Number { return text.ParseNumber(raw, style) }

// Value is the number at p, and NaN where there is none: for arithmetic and
// drawing, in which an absent number must not pass for zero.
func Value(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}
