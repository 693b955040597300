package vocab

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
	kept := all[:0]
	for _, n := range all {
		if !r.v.byInstrument[n.id].Generic || n.family == "" {
			kept = append(kept, n)
			continue
		}
		if len(forms[n.family]) > 0 {
			continue // a form of the family is named in the same text
		}
		picked := r.formsByCue(n)
		if len(picked) == 0 {
			kept = append(kept, n)
		}
		kept = append(kept, picked...)
	}
	return kept
}

// formsByCue returns the forms of a family that words near its name select. It
// gives one form, or several when the text names several ("state and trait").
func (r *reading) formsByCue(n named) []named {
	s := r.sentences[r.sentenceOf[n.first]]
	best := map[string]found{}
	longest := 0
	for i, h := range r.hits {
		if h.kind != patPart || h.part != "" || r.inside[i] != nil || h.first < s.first || h.last > s.last {
			continue
		}
		in := r.v.byInstrument[h.id]
		if in.Family != n.family || abs(h.first-n.last) > 12 && abs(n.first-h.last) > 12 {
			continue
		}
		if _, ok := best[h.id]; !ok {
			best[h.id] = h
		}
		longest = max(longest, h.length)
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
