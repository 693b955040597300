package vocab

import (
	"fmt"
	"sort"
)

// Match finds every entry in a text and says of each hit whether the study the
// text describes is about it. The first line is read as the title, when the text
// has several.
func (v *Vocabulary) Match(text string) Result {
	r := v.read(text, titleEnd(text))
	return r.result(r.classify())
}

// result turns a reading into hits ordered by place.
func (r *reading) result(c Classification) Result {
	res := Result{Substances: []Hit{}, Conditions: []Hit{}, Topics: []Hit{}, Instruments: []Hit{}, StudyType: []Hit{}}
	weights := r.mentionWeights()
	for i, h := range r.hits {
		switch h.kind {
		case patSubstance:
			id := r.v.foldedSubstance(h.id)
			res.Substances = append(res.Substances, r.subjectHit(h, id, c.Substances, r.inside[i], 1))
		case patCondition, patHint:
			w, ok := weights[h.first]
			if !ok {
				w = 0
			}
			res.Conditions = append(res.Conditions, r.subjectHit(h, h.id, c.Conditions, r.inside[i], w))
		case patTopic:
			res.Topics = append(res.Topics, r.subjectHit(h, h.id, c.Topics, r.inside[i], 1))
		case patDesign:
			hit := r.hit(h, "in the "+r.sectionOf(h).String())
			for _, id := range c.StudyType {
				hit.About = hit.About || id == h.id
			}
			res.StudyType = append(res.StudyType, hit)
		}
	}
	for _, n := range r.namedInstruments() {
		res.Instruments = append(res.Instruments, r.instrumentHit(n))
	}
	res.Rejected = r.rejectedHits()
	return res
}

func (r *reading) sectionOf(f found) section { return r.sentences[r.sentenceOf[f.first]].section }

// mentionWeights gives the weight of each condition mention by its first token.
func (r *reading) mentionWeights() map[int]float64 {
	w := map[int]float64{}
	for _, list := range r.conditionMentions() {
		for _, m := range list {
			w[m.first] = max(w[m.first], round2(m.weight))
		}
	}
	return w
}

// subjectHit is a hit with the verdict on the entry it counts towards.
func (r *reading) subjectHit(f found, id string, subjects []Subject, inside *pattern, score float64) Hit {
	reason := "in the " + r.sectionOf(f).String()
	if f.kind == patHint {
		reason += ", a hint at " + id
	}
	if f.id != id {
		reason += fmt.Sprintf(", a form of %s", id)
	}
	if f.guard != nil {
		reason += ", the context rules out: " + f.why
	}
	hit := r.hit(f, reason)
	hit.ID = f.id
	hit.Score = score
	if inside != nil {
		hit.Reason += ", part of the name of " + inside.id
		hit.Score = 0
	}
	for _, s := range subjects {
		if s.ID == id {
			hit.About = s.About
		}
	}
	return hit
}

func (r *reading) instrumentHit(n named) Hit {
	in := r.v.byInstrument[n.id]
	reason := in.Name
	if n.cue != nil {
		reason += fmt.Sprintf(", form selected by %q", r.surface(*n.cue))
	}
	if n.guard != nil {
		reason += ", the context rules out: " + n.why
	}
	hit := r.hit(n.found, reason)
	hit.ID, hit.About, hit.Score = n.id, true, 1
	return hit
}

// rejectedHits lists the look-alikes, leaving out places where another entry of
// the same id was accepted.
func (r *reading) rejectedHits() []Hit {
	var list []Hit
	for _, x := range r.rejected {
		k, ok := kindOf[x.kind]
		if !ok || r.acceptedAt(x.found) {
			continue
		}
		hit := r.hit(x.found, x.why)
		hit.Kind = k
		list = append(list, hit)
	}
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Start != list[j].Start {
			return list[i].Start < list[j].Start
		}
		return list[i].ID < list[j].ID
	})
	return list
}

func (r *reading) acceptedAt(f found) bool {
	for _, h := range window(r.hits, f.first-longestName, f.first) {
		if h.id == f.id && h.first <= f.first && h.last >= f.last {
			return true
		}
	}
	return false
}
