package vocab

// DoseLimit is where a substance's control doses end, for one route. Up to Low
// participants feel something, if anything, and no therapeutic effect is
// expected; from Full on a dose is a treatment dose. Trials use the middle
// either way.
type DoseLimit struct {
	Route string  `yaml:"route"`
	Unit  string  `yaml:"unit"`
	Low   float64 `yaml:"low"`
	Full  float64 `yaml:"full"`
}

// DoseLevel is where a dose is between the limits of its substance.
type DoseLevel int

// The levels.
const (
	DoseUnknown DoseLevel = iota // no limit is known for the route or the unit
	DoseLow
	DoseMiddle
	DoseFull
)

// kilos is the body weight by which doses per kilogram and doses in all are
// compared.
const kilos = 70

// Level places a dose of a substance, given by its own id where it has limits
// of its own, else by its family's. limit is the control dose it was held
// against.
func (v *Vocabulary) Level(id string, d Dose) (level DoseLevel, limit DoseLimit) {
	limits := v.doseLimits(id)
	for _, l := range limits {
		if d.Route != "" && l.Route != d.Route {
			continue
		}
		amount, ok := Convert(d, l.Unit)
		if !ok {
			continue
		}
		switch {
		case amount <= l.Low:
			return DoseLow, l
		case amount < l.Full:
			return DoseMiddle, l
		}
		return DoseFull, l
	}
	return DoseUnknown, DoseLimit{}
}

// BeyondAny reports whether an amount is a hundred times a full dose or more: a
// slip of the unit, not a dose.
func (v *Vocabulary) BeyondAny(id string, d Dose) bool {
	level, limit := v.Level(id, d)
	amount, _ := Convert(d, limit.Unit)
	return level == DoseFull && limit.Full > 0 && amount >= 100*limit.Full
}

func (v *Vocabulary) doseLimits(id string) []DoseLimit {
	if s := v.bySubstance[id]; s != nil && len(s.DoseLimits) > 0 {
		return s.DoseLimits
	}
	if s := v.bySubstance[v.foldedSubstance(id)]; s != nil {
		return s.DoseLimits
	}
	return nil
}

// inMilligrams gives a unit of mass in milligrams and says whether it is per
// kilogram of body weight.
func inMilligrams(unit string) (factor float64, perKilo, ok bool) {
	switch unit {
	case "g":
		return 1000, false, true
	case "mg", "mg/70kg":
		return 1, false, true
	case "ug", "ug/70kg":
		return 0.001, false, true
	case "mg/kg":
		return 1, true, true
	case "ug/kg":
		return 0.001, true, true
	}
	return 0, false, false
}

// Convert gives the largest amount of a dose in another unit; a dose per
// kilogram is taken for a person of 70 kg.
func Convert(d Dose, unit string) (float64, bool) {
	from, fromKilo, ok1 := inMilligrams(d.Unit)
	to, toKilo, ok2 := inMilligrams(unit)
	if !ok1 || !ok2 {
		return 0, false
	}
	x := max(d.Amount, d.Upper) * from / to
	switch {
	case fromKilo && !toKilo:
		x *= kilos
	case !fromKilo && toKilo:
		x /= kilos
	}
	return x, true
}
