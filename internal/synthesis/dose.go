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

// armDose orders the treatment arms of a study: an amount in a unit, or a place in
// words (low, medium, high, 2x). Doses of different units have no order.
type armDose struct {
	amount float64
	unit   string // "" where no dose is known
}

var (
	unitDose = regexp.MustCompile(`(?i)(\d+(?:\.\d+)?)\s*((?:mg|µg|μg|ug|mcg|g|ml|iu|units?)\b|%)` +
		`((?:\s*(?:/|\bper\b)\s*(?:70\s*)?[a-z]+)*)`)
	bareDose = regexp.MustCompile(`\d+(?:\.\d+)?`)
	timesOf  = regexp.MustCompile(`(?i)\b(\d+(?:\.\d+)?)\s*(?:x|×|-?fold)(?:\W|$)`)
	doseWord = regexp.MustCompile(`(?i)\b((?:very |ultra-?)?(?:low|high)(?:er|est)?|small|mild|medium|middle|mid|intermediate|` +
		`moderate|full|large|single|double|triple|half)[\s-]*(?:dos(?:e|es|age)\b|$)|\bdos(?:e|age)(?: level)?[:\s-]+(low|medium|high|[1-9])\b`)
	doseOrder = map[string]float64{"very low": 1, "ultra-low": 1, "ultralow": 1, "lowest": 1, "low": 2, "lower": 2, "small": 2, "mild": 2,
		"half": 2, "medium": 3, "middle": 3, "mid": 3, "intermediate": 3, "moderate": 3, "single": 3, "high": 4, "higher": 4, "full": 4,
		"large": 4, "double": 4, "highest": 5, "very high": 5, "ultra-high": 5, "ultrahigh": 5, "triple": 5}
)

// doseOf reads the treatment dose of a row from its dose, else from its arm's name.
func doseOf(e evidence.Effect) armDose {
	if d := doseIn(e.DoseTreat); d.unit != "" {
		d.amount = firstNumber(e.DoseTreat, d)
		return d
	}
	if bareDose.MatchString(e.DoseTreat) {
		return armDose{firstNumber(e.DoseTreat, armDose{}), "a number"}
	}
	return doseIn(e.ArmTreat)
}

// firstNumber is the first amount of a dose such as "75 + 37.5 mg", in the unit of
// the last; that of a dose in words is its place.
func firstNumber(words string, d armDose) float64 {
	if d.unit == inWords {
		return d.amount
	}
	x, err := strconv.ParseFloat(bareDose.FindString(words), 64)
	if err != nil {
		return 0
	}
	if m := unitDose.FindStringSubmatch(words); m != nil {
		x *= milligrams(m[2])
	}
	return x
}

const inWords = "in words"

func doseIn(words string) armDose {
	if m := unitDose.FindStringSubmatch(words); m != nil {
		x, err := strconv.ParseFloat(m[1], 64)
		unit := strings.NewReplacer(" ", "", "per", "/").Replace(strings.ToLower(m[3]))
		switch {
		case err != nil:
			return armDose{}
		case milligrams(m[2]) == 1 && !strings.EqualFold(m[2], "mg"):
			unit = strings.ToLower(m[2]) + unit
		default:
			unit = "mg" + unit
		}
		return armDose{x * milligrams(m[2]), unit}
	}
	if m := timesOf.FindStringSubmatch(words); m != nil {
		if x, err := strconv.ParseFloat(m[1], 64); err == nil {
			return armDose{x, "times"}
		}
	}
	if m := doseWord.FindStringSubmatch(words); m != nil {
		word := strings.ToLower(m[1] + m[2])
		if x, err := strconv.ParseFloat(word, 64); err == nil {
			return armDose{x, "level"}
		}
		return armDose{doseOrder[word], inWords}
	}
	return armDose{}
}

// milligrams of one unit of mass; 1 for units of other things.
func milligrams(unit string) float64 {
	switch strings.ToLower(unit) {
	case "g":
		return 1000
	case "µg", "μg", "ug", "mcg":
		return 0.001
	}
	return 1
}

// dosesOrdered reports whether the treatment arms of each table among the rows have
// doses that can be put in order.
func dosesOrdered(rows []evidence.Effect) bool {
	units, arms := map[string]string{}, map[string]string{}
	for _, e := range rows {
		table, pair := pairOf(e)
		d := doseOf(e)
		if first, ok := arms[table]; ok && first != pair && (d.unit == "" || units[table] != d.unit) {
			return false
		}
		arms[table], units[table] = pair, d.unit
	}
	return true
}

// controlDose orders control arms: no drug of the kind first, then by dose.
func controlDose(e evidence.Effect) float64 {
	switch e.ComparatorClass {
	case "inactive-placebo", "waitlist-or-delayed", "therapy-alone":
		return 0
	}
	return doseOf(evidence.Effect{DoseTreat: e.DoseCtrl}).amount
}
