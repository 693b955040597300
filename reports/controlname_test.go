package reports

import (
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
)

// An inactive placebo has no dose of the drug that it imitates; another control has
// its own.
func TestControlName(t *testing.T) {
	for want, e := range map[string]evidence.Effect{
		"placebo":             {Comparator: "placebo 120 mg", DoseCtrl: "120 mg", ComparatorClass: "inactive-placebo"},
		"Sugar pill":          {ArmCtrl: "Sugar pill 0.3 mg/kg", DoseCtrl: "0.3 mg/kg", ComparatorClass: "inactive-placebo"},
		"lactose":             {Comparator: "lactose", DoseCtrl: "125 mg", ComparatorClass: "inactive-placebo"},
		"niacin 100 mg":       {Comparator: "niacin", DoseCtrl: "100 mg", ComparatorClass: "active-placebo-or-low-dose"},
		"Low dose 30 mg":      {ArmCtrl: "Low dose", DoseCtrl: "30 mg", ComparatorClass: "active-placebo-or-low-dose"},
		"comparator":          {},
		"treatment as usual":  {Comparator: "TAU", ComparatorClass: "therapy-alone"},
		"Placebo nasal spray": {ArmCtrl: "Placebo nasal spray", ComparatorClass: "inactive-placebo"},
	} {
		if got := controlName(&e); got != want {
			t.Errorf("%+v is %q, want %q", e, got, want)
		}
	}
	ed := fixtureEdition(t)
	s := newSite(&ed, Options{})
	for want, e := range map[string]evidence.Effect{
		"comparator: placebo":       {Comparator: "placebo 120 mg", ComparatorClass: "inactive-placebo"},
		"comparator: niacin 100 mg": {Comparator: "niacin 100 mg", ComparatorClass: "active-placebo-or-low-dose"},
	} {
		if got := strings.Split(effectFacts(s, &e), " · "); !slices.Contains(got, want) {
			t.Errorf("%+v has %q, want %q", e, got, want)
		}
	}
}
