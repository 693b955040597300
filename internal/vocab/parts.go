package vocab

import (
	"strings"

	"past/internal/text"
)

// versionHit finds a version of an instrument by its own words; words inside an
// instrument's name count, since short forms are names.
func (r *reading) versionHit(id, version string) *found {
	for i := range r.hits {
		h := &r.hits[i]
		if h.kind == patPart && h.id == id && h.part == version {
			return h
		}
	}
	return nil
}

// partReach is the distance in tokens between an instrument and its part.
const partReach = 6

// partHit is a subscale named near its instrument; sure is true when it is
// right beside the name or beside a word such as domain or subscale.
type partHit struct {
	found
	sure bool
}

// better reports whether a hit says more of a part than another.
func (p partHit) better(b partHit) bool {
	return p.sure && !b.sure || p.sure == b.sure && p.length > b.length
}

// partsOf lists the subscales that are meant, one hit each: those named right
// beside, with others coordinated with them, or else those near the name.
func (r *reading) partsOf(in *Instrument) []partHit {
	best := map[string]partHit{}
	anySure := false
	for _, h := range r.hits {
		if h.kind != patPart || h.id != in.ID || h.part == "" || r.inInstrument(h) || in.isVersion(h.part) {
			continue
		}
		before, after := r.nameDistance(in, h)
		beside := r.besidePartWord(h)
		if !beside && min(before, after) > partReach || r.cueNear("population", h, 4, 0) != nil {
			continue
		}
		p := partHit{h, beside || after <= 2}
		if b, ok := best[h.part]; !ok || p.better(b) {
			best[h.part] = p
		}
		anySure = anySure || p.sure
	}
	var parts []partHit
	for _, id := range sortedKeys(best) {
		if p := best[id]; p.sure || !anySure || coordinatedPart(best, p) {
			parts = append(parts, p)
		}
	}
	return parts
}

// coordinatedPart reports whether a sure part is right before or after.
func coordinatedPart(all map[string]partHit, p partHit) bool {
	for _, o := range all {
		if o.sure && (abs(o.first-p.last) <= 3 || abs(p.first-o.last) <= 3) {
			return true
		}
	}
	return false
}

// nameDistance is how many tokens a match is before and after the nearest
// name of the instrument; overlapping the name counts as right after it.
func (r *reading) nameDistance(in *Instrument, f found) (before, after int) {
	before, after = 1<<20, 1<<20
	for _, h := range window(r.hits, f.first-partReach-longestName, f.last+partReach) {
		if h.kind != patInstrument || h.id != in.ID && (in.Family == "" || r.v.byInstrument[h.id].Family != in.Family) {
			continue
		}
		switch {
		case f.first <= h.last && f.last >= h.first:
			after = 0
		case f.first > h.last:
			after = min(after, f.first-h.last)
		default:
			before = min(before, h.first-f.last)
		}
	}
	return before, after
}

// partWord reports whether a word such as domain speaks of a part, and not of
// the form of the instrument ("17 items", "depression subscale" of the HADS).
func (r *reading) partWord(n named) bool {
	for _, c := range r.cuesBy["score-part"] {
		if r.inInstrument(c) || n.cue != nil && c.first-n.cue.last <= 2 && n.cue.first-c.last <= 2 {
			continue
		}
		if c.last == n.first-1 && r.bracketed(n.found) && r.spelledBefore(n, c.first) {
			continue // "Ejaculatory Domain (MSHQ-EjD)"
		}
		if c.first > 0 && r.numeral(c.first-1) {
			continue // "17 items", "five-factor"
		}
		return true
	}
	return false
}

// spelledBefore reports whether the instrument of which n is a form is named
// before token i.
func (r *reading) spelledBefore(n named, i int) bool {
	for _, h := range r.hits {
		if h.kind == patInstrument && h.last < i && strings.HasPrefix(n.id, h.id+"-") {
			return true
		}
	}
	return false
}

// numeral reports whether a token is a number or a number's word.
func (r *reading) numeral(i int) bool {
	_, word := text.NumberWord(r.tokens[i].Text)
	return word || r.tokens[i].Number()
}

// partWordNear reports whether a word such as subscale is close to the name.
func (r *reading) partWordNear(in *Instrument) bool {
	for _, c := range r.cuesBy["score-part"] {
		if before, after := r.nameDistance(in, c); !r.inInstrument(c) && (before <= 4 || after <= 2) {
			return true
		}
	}
	return false
}

func (in *Instrument) isVersion(part string) bool {
	for _, v := range in.Versions {
		if v.ID == part {
			return true
		}
	}
	return false
}

// isItem reports whether a part is a single item of the instrument.
func (in *Instrument) isItem(part string) bool {
	for _, s := range in.Subscales {
		if s.ID == part {
			return strings.HasPrefix(s.Name, "item ") || strings.HasPrefix(s.Name, "question ")
		}
	}
	return false
}
