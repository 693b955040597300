package text

import (
	"regexp"
	"strings"
)

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
