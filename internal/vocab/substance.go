package vocab

import "fmt"

// placeRank orders the sections by how surely a substance named there was
// studied: what only the background names was studied by others.
func placeRank(s section) int {
	switch s {
	case secTitle:
		return 3
	case secBackground, secOther, secExclusion:
		return 1
	}
	return 2
}

var rankNames = [...]string{1: "background only", 2: "text", 3: "title"}

// aboutSubstances decides for each substance whether the study is about it. A
// substance is the subject where the title or the study's own sections name it.
// One that only the background names is a mention, unless no substance has a
// better place.
func (r *reading) aboutSubstances() []Subject {
	type seen struct {
		rank, count int
		first       found
	}
	by := map[string]*seen{}
	best := 0
	for i, h := range r.hits {
		if h.kind != patSubstance || r.inside[i] != nil {
			continue
		}
		id := r.v.foldedSubstance(h.id)
		rank := placeRank(r.sentences[r.sentenceOf[h.first]].section)
		s := by[id]
		if s == nil {
			s = &seen{first: h}
			by[id] = s
		}
		s.count++
		if rank > s.rank {
			s.rank, s.first = rank, h
		}
		if p := r.v.bySubstance[id]; p != nil && psychoactive(p.Class) {
			best = max(best, rank)
		}
	}
	var list []Subject
	for _, id := range sortedKeys(by) {
		s := by[id]
		about := s.rank >= 2 || s.rank >= best
		reason := fmt.Sprintf("%q, best place: %s", r.surface(s.first), rankNames[s.rank])
		if !about {
			reason += "; another substance has a better place"
		}
		list = append(list, Subject{ID: id, About: about, Score: float64(s.rank), Count: s.count, Reasons: []string{reason}})
	}
	sortSubjects(list)
	return list
}

func psychoactive(class string) bool {
	switch class {
	case "entactogen", "classic-psychedelic", "atypical-psychedelic", "dissociative", "cathinone":
		return true
	}
	return false
}

// foldedSubstance returns the id under which a substance is counted.
func (v *Vocabulary) foldedSubstance(id string) string {
	if s := v.bySubstance[id]; s != nil && s.FoldInto != "" {
		return s.FoldInto
	}
	return id
}
