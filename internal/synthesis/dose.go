package synthesis

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"past/internal/evidence"
)

var absoluteDose = regexp.MustCompile(`(?i)(\d+(?:\.\d+)?)\s*(mg|µg|μg|ug|mcg)\b\s*(/\s*(?:70\s*)?kg)?`)

// DoseMilligrams reads the treatment dose of an effect in mg; NaN where the
// dose is not stated or is given per body weight, which has no fixed amount.
// A weight-scaled dose per 70 kg counts as that amount for a 70 kg person.
func DoseMilligrams(e evidence.Effect) float64 {
	m := absoluteDose.FindStringSubmatch(e.DoseTreat)
	if m == nil {
		return math.NaN()
	}
	per := strings.ReplaceAll(m[3], " ", "")
	if per != "" && per != "/70kg" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return math.NaN()
	}
	if !strings.EqualFold(m[2], "mg") {
		x /= 1000
	}
	return x
}
