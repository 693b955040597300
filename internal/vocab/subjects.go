package vocab

import "fmt"

// aboutTopics decides for each topic of the gap map: named in the title, in the
// aim or as a registered condition, or in three sentences or more.
func (r *reading) aboutTopics() []Subject {
	type seen struct {
		sentences map[int]bool
		best      section
		strong    bool
		first     found
		count     int
	}
	by := map[string]*seen{}
	for i, h := range r.hits {
		if h.kind != patTopic || r.inside[i] != nil {
			continue
		}
		n := r.sentenceOf[h.first]
		sec := r.sentences[n].section
		s := by[h.id]
		if s == nil {
			s = &seen{sentences: map[int]bool{}, first: h}
			by[h.id] = s
		}
		s.count++
		s.sentences[n] = true
		if !s.strong && (sec == secTitle || sec == secAim || sec == secCondition || sec == secPrimary) {
			s.strong, s.best, s.first = true, sec, h
		}
	}
	var list []Subject
	for _, id := range sortedKeys(by) {
		s := by[id]
		sub := Subject{ID: id, Count: s.count, Score: float64(len(s.sentences)), About: s.strong || len(s.sentences) >= 3}
		if s.strong {
			sub.Score += 3
			sub.Reasons = []string{fmt.Sprintf("%q in the %s", r.surface(s.first), s.best)}
		} else {
			sub.Reasons = []string{fmt.Sprintf("%q in %d sentences", r.surface(s.first), len(s.sentences))}
		}
		list = append(list, sub)
	}
	sortSubjects(list)
	return list
}

// studyType lists the designs the text states, in the order of the data. A
// design named only in the background is another study's.
func (r *reading) studyType() []string {
	named := map[string]bool{}
	review := false
	for i, h := range r.hits {
		if h.kind != patDesign || r.inside[i] != nil {
			continue
		}
		s := r.sectionOf(h)
		named[h.id] = named[h.id] || s != secBackground
		review = review || h.id == "review" && s == secTitle
	}
	if review { // the designs a review names are those of the studies it covers
		for _, d := range []string{"randomized", "parallel-rct", "crossover-rct", "open-label", "observational", "case-report"} {
			delete(named, d)
		}
	}
	if named["parallel-rct"] || named["crossover-rct"] {
		delete(named, "randomized")
	}
	ids := []string{}
	for _, d := range r.v.designs {
		if named[d.ID] {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// instrumentIDs lists the instruments named, families resolved, by place.
func (r *reading) instrumentIDs() []string {
	ids := []string{}
	for _, n := range r.namedInstruments() {
		ids = appendNew(ids, n.id)
	}
	return ids
}
