package evidence

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

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

// Tri is the answer to a question that a source may leave open.
type Tri string

// The answers.
const (
	Yes       Tri = "yes"
	No        Tri = "no"
	NotStated Tri = ""
)

// TriOf is Yes or No.
func TriOf(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// UnmarshalJSON accepts the words, null, and the booleans that older documents
// hold.
func (t *Tri) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*t = NotStated
		return nil
	case bool:
		*t = TriOf(v)
		return nil
	case string:
		if x := Tri(v); x == Yes || x == No || x == NotStated {
			*t = x
			return nil
		}
	}
	return fmt.Errorf("%s is not yes, no or empty", b)
}

// People is a number of participants. Zero is a number that is not stated: no
// result is on no participants. It is null in JSON and says so in words.
type People int

// String is the number, or that it is not stated.
func (n People) String() string {
	if n <= 0 {
		return "not stated"
	}
	return strconv.Itoa(int(n))
}

// Words is the number with its noun: "242 participants".
func (n People) Words(one, many string) string {
	switch {
	case n <= 0:
		return "number of " + many + " not stated"
	case n == 1:
		return "1 " + one
	}
	return n.String() + " " + many
}

// MarshalJSON writes null for a number that is not stated.
func (n People) MarshalJSON() ([]byte, error) {
	if n <= 0 {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, int64(n), 10), nil
}

// UnmarshalJSON reads a number or null.
func (n *People) UnmarshalJSON(b []byte) error {
	var v *int
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if *n = 0; v != nil {
		*n = People(*v)
	}
	return nil
}
