package vocab

import (
	"fmt"
	"slices"
	"strings"
)

// lowDose is the largest dose at which a studied drug serves as an active
// control, by substance: up to it participants feel something, if anything, and
// no therapeutic effect is expected. Between low and full lies a middle that
// trials use either way.
var lowDose = map[string]struct{ low, full float64 }{
	"mdma":       {40, 75},  // mg: 25, 30 and 40 mg were comparators, 75 mg a dose arm
	"psilocybin": {3, 10},   // mg: 1 to 3 mg were comparators, 10 mg a low-dose arm
	"lsd":        {25, 50},  // ug: 25 ug and less were comparators
	"ketamine":   {0.1, .2}, // mg/kg: 0.1 mg/kg and less were comparators
}

// ComparatorClass reads what an arm is from its label, type, description and
// interventions: an experimental arm, or a comparator with its class. The order
// of reading is: nothing given, waiting, a dose arm of a studied drug, placebo,
// another active drug, therapy or usual care alone.
func (v *Vocabulary) ComparatorClass(arm ArmText) ArmClass {
	a := v.readArm(arm)
	c := a.class()
	c.Substances, c.Doses = a.substances, a.doses
	if arm.SingleArm && c.Role == RoleExperimental {
		c.Comparator = NoComparator
		c.Reason += "; the study has no other arm"
	}
	return c
}

// class decides the role and the comparator class.
func (a *armReading) class() ArmClass {
	comparator := func(class string, certain bool, format string, args ...any) ArmClass {
		return ArmClass{Role: RoleComparator, Comparator: class, Certain: certain, Reason: fmt.Sprintf(format, args...)}
	}
	if w, ok := a.words[Waitlist]; ok && a.inLabel[Waitlist] {
		return comparator(Waitlist, true, "%q: waiting or delayed treatment", w)
	}
	if len(a.studied) > 0 {
		return a.doseArm(comparator)
	}
	if w, ok := a.words[ActivePlacebo]; ok && strings.Contains(strings.ToLower(w), "active") {
		return comparator(ActivePlacebo, true, "%q", w)
	}
	if s := a.activePlacebo(); s != "" {
		return comparator(ActivePlacebo, a.armType != "ACTIVE_COMPARATOR" || a.words[InactivePlacebo] != "", "%s is given to be felt, not to treat", s)
	}
	if w, ok := a.words[InactivePlacebo]; ok && len(a.substances) > 0 && a.armType != "ACTIVE_COMPARATOR" {
		return comparator(InactivePlacebo, false, "%q beside %s, which may be given to every arm", w, strings.Join(a.substances, ", "))
	}
	if len(a.substances) > 0 && a.armType != "EXPERIMENTAL" {
		return comparator(OtherDrug, a.armType == "ACTIVE_COMPARATOR", "another drug or procedure: %s", strings.Join(a.substances, ", "))
	}
	if w, ok := a.words[InactivePlacebo]; ok {
		return comparator(InactivePlacebo, true, "%q without an active drug", w)
	}
	switch a.armType {
	case "PLACEBO_COMPARATOR", "SHAM_COMPARATOR":
		return comparator(InactivePlacebo, len(a.substances) == 0, "registered as %s", strings.ToLower(a.armType))
	case "NO_INTERVENTION":
		if w, ok := a.words[TherapyAlone]; ok {
			return comparator(TherapyAlone, false, "%q, registered as no intervention", w)
		}
		return comparator(Waitlist, a.words[Waitlist] != "", "registered as no intervention")
	}
	if w, ok := a.words[Waitlist]; ok {
		return comparator(Waitlist, false, "%q in the description", w)
	}
	if w, ok := a.words[TherapyAlone]; ok {
		return comparator(TherapyAlone, a.inLabel[TherapyAlone], "%q without a drug", w)
	}
	if a.therapy && a.armType != "EXPERIMENTAL" {
		return comparator(TherapyAlone, false, "a therapy is named and no drug")
	}
	if a.armType == "ACTIVE_COMPARATOR" {
		return comparator(OtherDrug, false, "registered as active comparator; the drug is not in the vocabulary")
	}
	if a.armType == "EXPERIMENTAL" {
		return ArmClass{Role: RoleExperimental, Certain: false, Reason: "registered as experimental; no drug of the vocabulary is named"}
	}
	return ArmClass{Role: RoleUnknown, Reason: "the words do not say what is given"}
}

// activePlacebo returns the drug that is usual as an active placebo.
func (a *armReading) activePlacebo() string {
	for _, s := range a.substances {
		switch s {
		case "niacin", "midazolam", "diphenhydramine", "methylphenidate":
			return s
		}
	}
	return ""
}

// treatmentDrug returns a drug of the arm that is a treatment in its own right.
func (a *armReading) treatmentDrug() string {
	for _, s := range a.substances {
		switch a.v.bySubstance[s].Class {
		case "antidepressant", "antipsychotic", "procedure":
			return s
		}
	}
	return ""
}

// doseArm classes an arm that gives a drug of the tracker.
func (a *armReading) doseArm(comparator func(string, bool, string, ...any) ArmClass) ArmClass {
	experimental := func(certain bool, format string, args ...any) ArmClass {
		return ArmClass{Role: RoleExperimental, Certain: certain, Reason: fmt.Sprintf(format, args...)}
	}
	switch a.order {
	case placeboFirst:
		return comparator(InactivePlacebo, false, "%q first, a drug later: only the time before the crossover is a placebo arm", a.words[InactivePlacebo])
	case drugFirst:
		return experimental(false, "a drug first, %q later: only the time before the crossover counts", a.words[InactivePlacebo])
	}
	d, known := a.largestDose()
	word, low := a.words[ActivePlacebo]
	low = low && a.inLabel[ActivePlacebo] && (known || a.armType != "EXPERIMENTAL")
	drug := strings.Join(a.studied, ", ")
	if !known {
		switch {
		case low:
			return comparator(ActivePlacebo, false, "%q of %s, dose not stated", word, drug)
		case a.armType == "PLACEBO_COMPARATOR" || a.armType == "SHAM_COMPARATOR":
			return comparator(InactivePlacebo, false, "registered as placebo although %s is named", drug)
		case a.words[InactivePlacebo] != "" && a.inLabel[InactivePlacebo]:
			return experimental(false, "%s and %q are both named: a sequence or an added placebo", drug, a.words[InactivePlacebo])
		case a.armType == "ACTIVE_COMPARATOR":
			return experimental(false, "%s at a dose that is not stated, registered as active comparator", drug)
		}
		return experimental(a.armType == "EXPERIMENTAL" || a.armType == "", "gives %s", drug)
	}
	limit := lowDose[d.Substance]
	amount, ok := comparable(d)
	switch {
	case !ok:
		return experimental(false, "gives %s in a unit that is not compared with the low-dose limit", d.Text)
	case amount <= limit.low && a.treatmentDrug() != "":
		return comparator(OtherDrug, false, "%s with %s of %s, which is a control dose", a.treatmentDrug(), d.Text, d.Substance)
	case amount <= limit.low:
		return comparator(ActivePlacebo, true, "%s of %s is a low dose (up to %v) given as an active control", d.Text, d.Substance, limit.low)
	case amount <= limit.full && (low || strings.HasSuffix(a.armType, "COMPARATOR")):
		return comparator(ActivePlacebo, false, "%s of %s lies between a control dose (%v) and a full dose, and the arm is called a comparator", d.Text, d.Substance, limit.low)
	case amount < limit.full || amount == limit.full && d.Substance == "psilocybin":
		return experimental(false, "%s of %s lies between a control dose (%v) and a full dose", d.Text, d.Substance, limit.low)
	}
	return experimental(true, "gives %s of %s", d.Text, d.Substance)
}

// largestDose returns the largest dose of a studied drug that can be compared;
// an arm that steps up from a small dose is a full-dose arm.
func (a *armReading) largestDose() (best Dose, known bool) {
	for _, d := range a.doses {
		if !slices.Contains(a.studied, d.Substance) {
			continue
		}
		x, ok := comparable(d)
		y, bestOK := comparable(best)
		if !known || ok && (!bestOK || x > y) {
			best, known = d, true
		}
	}
	return best, known
}

// comparable gives a dose in the unit of the low-dose limits: mg for MDMA and
// psilocybin, ug for LSD, mg/kg for ketamine. A dose per kg of psilocybin or
// MDMA is scaled to a person of 70 kg.
func comparable(d Dose) (float64, bool) {
	x := max(d.Amount, d.Upper)
	switch d.Substance {
	case "ketamine":
		return x, d.Unit == "mg/kg"
	case "lsd":
		switch d.Unit {
		case "ug":
			return x, true
		case "mg":
			return x * 1000, true
		}
		return 0, false
	}
	switch d.Unit {
	case "mg", "mg/70kg":
		return x, true
	case "mg/kg":
		return x * 70, true
	case "ug/kg":
		return x * 0.07, true
	}
	return 0, false
}
