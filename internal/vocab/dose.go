package vocab

import (
	"strconv"
	"strings"
)

// doseReach is the distance in tokens between a dose and its drug.
const doseReach = 6

// findDoses reads amounts with a unit of mass and gives each to the nearest drug
// named, as long as one is near or only one is named at all.
func (r *reading) findDoses(v *Vocabulary) []Dose {
	var drugs []found
	for i, h := range r.hits {
		if h.kind == patSubstance && r.inside[i] == nil && !r.imitated(h) {
			drugs = append(drugs, h)
		}
	}
	if len(drugs) == 0 {
		return nil
	}
	only := true // several names of one drug count as one
	for _, d := range drugs {
		only = only && d.id == drugs[0].id
	}
	var doses []Dose
	for i := 0; i < len(r.tokens); i++ {
		if withinAny(drugs, i) {
			continue // the 360 of COMP360
		}
		d, next, ok := r.doseAt(i)
		if !ok {
			continue
		}
		if drug, near := nearestDrug(drugs, i, next-1, only); near {
			d.Substance = v.foldedSubstance(drug.id)
			doses = append(doses, d)
		}
		i = next - 1
	}
	return doses
}

func withinAny(list []found, i int) bool {
	for _, f := range window(list, i-longestName, i) {
		if f.first <= i && i <= f.last {
			return true
		}
	}
	return false
}

// nearestDrug picks the drug closest to the tokens [first, last]; only says that
// no other drug is named, so that any distance will do.
func nearestDrug(drugs []found, first, last int, only bool) (found, bool) {
	near := window(drugs, first-doseReach-longestName, last+doseReach)
	if only {
		near = drugs[:1]
	}
	var best found
	dist := -1
	for _, d := range near {
		x := 0
		switch {
		case d.first > last:
			x = d.first - last
		case d.last < first:
			x = first - d.last
		}
		if dist < 0 || x < dist {
			best, dist = d, x
		}
	}
	return best, only || dist >= 0 && dist <= doseReach
}

// doseAt reads "25 mg", "0.5 to 1 mg/kg", "1 or 3 mg/70 kg" at token i and
// returns the token after it. "mg/ml" and "mmHg" are not doses.
func (r *reading) doseAt(i int) (d Dose, next int, ok bool) {
	amount, ok := r.amount(i)
	if !ok {
		return Dose{}, i, false
	}
	d.Amount = amount
	next = i + 1
	// a range or an alternative: "1 or 3", "1-3", "1 to 3"
	if j := next; j < len(r.tokens) {
		joined := strings.ContainsAny(r.text[r.tokens[j-1].End:r.tokens[j].Start], "-–—‐‑−")
		if w := r.tokens[j].Text; (w == "to" || w == "or" || w == "and") && j+1 < len(r.tokens) {
			j, joined = j+1, true
		}
		upper, isNumber := r.amount(j)
		if isNumber && joined && r.tokens[j].Gap <= gapSoft && !strings.ContainsAny(r.text[r.tokens[i].End:r.tokens[j].Start], "()[]:") {
			if _, _, hasUnit := r.unitAt(j + 1); hasUnit {
				d.Upper, next = upper, j+1
			}
		}
	}
	unit, after, ok := r.unitAt(next)
	if !ok {
		return Dose{}, i, false
	}
	d.Unit = unit
	d.Text = r.text[r.tokens[i].Start:r.tokens[after-1].End]
	return d, after, true
}

func (r *reading) amount(i int) (float64, bool) {
	if i >= len(r.tokens) || !r.tokens[i].Number() {
		return 0, false
	}
	x, err := strconv.ParseFloat(r.tokens[i].Raw, 64)
	return x, err == nil && x > 0
}

// unitAt reads a unit of mass at token i, with "/kg" or "/70 kg" after it.
func (r *reading) unitAt(i int) (unit string, next int, ok bool) {
	if i >= len(r.tokens) || r.tokens[i].Gap > gapSoft {
		return "", i, false
	}
	switch r.tokens[i].Text {
	case "mg", "mgs", "milligram", "milligrams":
		unit = "mg"
	case "ug", "mcg", "microgram", "micrograms", "mug":
		unit = "ug"
	case "g", "gram", "grams":
		unit = "g"
	default:
		return "", i, false
	}
	next = i + 1
	between := func(j int) string { return r.text[r.tokens[j-1].End:r.tokens[j].Start] }
	per := func(j int) bool {
		return j < len(r.tokens) && (strings.Contains(between(j), "/") || r.tokens[j].Text == "per")
	}
	if !per(next) {
		return unit, next, true
	}
	if r.tokens[next].Text == "per" {
		next++
	}
	if next < len(r.tokens) && r.tokens[next].Text == "70" && next+1 < len(r.tokens) && r.tokens[next+1].Text == "kg" {
		return unit + "/70kg", next + 2, true
	}
	if next < len(r.tokens) && r.tokens[next].Text == "kg" && !per(next+1) {
		return unit + "/kg", next + 1, true
	}
	return "", i, false // per millilitre, per day: a concentration or a rate, also by weight
}
