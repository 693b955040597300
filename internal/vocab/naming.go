package vocab

import "strings"

// named is an instrument found in a text with the form that was resolved.
type named struct {
	found
	id     string // after resolving the family
	cue    *found // what selected the form, or nil
	family string
}

// namedInstruments lists the instruments of a text in order of place. Where a
// text names a family and one of its forms ("Clinician-Administered PTSD Scale
// (CAPS-5)"), the form is meant; where it names a family and a word that selects
// a form ("STAI ... state"), that form is.
func (r *reading) namedInstruments() []named {
	var all []named
	forms := map[string][]string{}
	for _, h := range r.hits {
		if h.kind != patInstrument {
			continue
		}
		in := r.v.byInstrument[h.id]
		n := named{found: h, id: h.id, family: in.Family}
		if in.Family != "" && !in.Generic {
			forms[in.Family] = appendNew(forms[in.Family], in.ID)
		}
		all = append(all, n)
	}
	scale := false
	for _, n := range all {
		in := r.v.byInstrument[n.id]
		scale = scale || !in.unnamed() && in.Kind != kindPhysiology
	}
	kept := all[:0]
	for _, n := range all {
		in := r.v.byInstrument[n.id]
		if in.unnamed() && scale {
			continue // the rating is what the scale beside it measures
		}
		if n.family == "" || !in.Generic && !r.v.hasPart(n.id) {
			kept = append(kept, n)
			continue
		}
		if in.Generic && len(forms[n.family]) > 0 || !in.Generic && r.v.partNamed(n.id, forms[n.family]) {
			continue // a form of the family is named in the same text
		}
		picked := r.formsByCue(n)
		if len(picked) == 0 {
			kept = append(kept, n)
		}
		kept = append(kept, picked...)
	}
	return r.dropSpelledOut(kept)
}

// dropSpelledOut leaves out an instrument whose name only spells out the form
// in brackets beside it: "Male Sexual Health Questionnaire - Ejaculatory Domain
// (MSHQ-EjD)", "FSFI-6 (Female Sexual Function Index)".
func (r *reading) dropSpelledOut(list []named) []named {
	out := list[:0:0]
	for i, n := range list {
		spelled := false
		for _, j := range []int{i - 1, i + 1} {
			if j < 0 || j >= len(list) || n.family == "" || list[j].family != n.family || !strings.HasPrefix(list[j].id, n.id+"-") {
				continue
			}
			first, second := n, list[j]
			if j < i {
				first, second = second, first
			}
			spelled = spelled || r.bracketed(second.found) && second.first-first.last <= 4 && !r.listed(first.last, second.first)
		}
		if !spelled {
			out = append(out, n)
		}
	}
	return out
}

// listed reports whether "and" or "or" is between two tokens.
func (r *reading) listed(from, to int) bool {
	for _, t := range r.tokens[from+1 : to] {
		if t.Text == "and" || t.Text == "or" {
			return true
		}
	}
	return false
}

// unnamed reports whether the entry represents a rating whose scale a text does
// not name.
func (in *Instrument) unnamed() bool { return in.Generic && in.Family == "" }

// cueReach is the distance in tokens between a family's name and a word that
// selects a form.
const cueReach = 8

// hasPart reports whether an instrument has a part that is an entry of its own.
func (v *Vocabulary) hasPart(id string) bool {
	for i := range v.instruments {
		if v.instruments[i].PartOf == id {
			return true
		}
	}
	return false
}

// partNamed reports whether one of the forms is a part of the instrument.
func (v *Vocabulary) partNamed(id string, forms []string) bool {
	for _, f := range forms {
		if v.byInstrument[f].PartOf == id {
			return true
		}
	}
	return false
}

// formsByCue returns the forms of a family that words near its name select. It
// gives one form, or several when the text names several ("state and trait").
func (r *reading) formsByCue(n named) []named {
	s := r.sentences[r.sentenceOf[n.first]]
	best := map[string]found{}
	for _, h := range window(r.hits, max(s.first, n.first-cueReach-longestName), min(s.last, n.last+cueReach)) {
		if h.kind != patPart || h.part != "" || r.inInstrument(h) || h.last > s.last {
			continue
		}
		in := r.v.byInstrument[h.id]
		if in.Family != n.family || in.ID == n.id || abs(h.first-n.last) > cueReach && abs(n.first-h.last) > cueReach {
			continue
		}
		if !r.v.byInstrument[n.id].Generic && in.PartOf != n.id || r.cueNear("population", h, 4, 0) != nil {
			continue
		}
		if _, ok := best[h.id]; !ok {
			best[h.id] = h
		}
	}
	var picked []named
	for _, id := range sortedKeys(best) {
		cue := best[id]
		picked = append(picked, named{found: n.found, id: id, cue: &cue, family: n.family})
	}
	return picked
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}
