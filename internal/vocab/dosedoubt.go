package vocab

import "slices"

// mostPerKilo is far above any dose given to people, in milligrams per kilogram.
var mostPerKilo = map[string]float64{"psilocybin": 1.5, "mdma": 6, "lsd": 0.02, "ketamine": 15}

// DosesOf are the doses of a substance that a text about it states.
func (v *Vocabulary) DosesOf(substance, text string) []Dose {
	s, ok := v.Substance(substance)
	if !ok {
		return nil
	}
	given := v.Given(text)
	if len(given.Drugs) == 0 { // "25 mg" beside the drug's name in another cell
		given = v.Given(s.Name + " " + text)
	}
	return slices.DeleteFunc(given.Doses, func(d Dose) bool { return d.Substance != v.Family(substance) })
}

// DoubtfulDoses are the doses per kilogram in texts of one trial that no one could
// have been given, as they stand there, and then those beside them in the same unit:
// it is the unit that is in doubt.
func (v *Vocabulary) DoubtfulDoses(substance string, texts ...string) []string {
	var beyond, beside []string
	for _, text := range texts {
		for _, d := range v.DosesOf(substance, text) {
			amount, ok := Convert(d, "mg/kg")
			_, perKilo, _ := inMilligrams(d.Unit)
			most := mostPerKilo[v.Family(substance)]
			switch {
			case !ok || !perKilo || most == 0 || slices.Contains(beyond, d.Text) || slices.Contains(beside, d.Text):
			case amount > most:
				beyond = append(beyond, d.Text)
			default:
				beside = append(beside, d.Text)
			}
		}
	}
	if len(beyond) == 0 {
		return nil
	}
	return append(beyond, beside...)
}
