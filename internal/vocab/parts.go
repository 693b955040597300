package vocab

import (
	"strings"
	"unicode/utf8"

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

// scoreWords are the cues of an outcome title that stand outside the names of
// instruments ("Change" in "Clinical Global Impression of Change" is a name).
type scoreWords map[string]bool

func (r *reading) scoreWords() scoreWords {
	w := scoreWords{}
	r.comparisons(w)
	for _, c := range r.cues {
		if len(c.id) > 6 && c.id[:6] == "score-" && !r.inInstrument(c) && !(c.id == "score-total" && r.inPart(c)) {
			w[c.id[6:]] = true
		}
	}
	if r.percentSignOfChange() {
		w["percent"] = true
	}
	return w
}

// percentSignOfChange finds "% change"; "50% reduction" is a limit, not a
// score in percent.
func (r *reading) percentSignOfChange() bool {
	for _, t := range r.tokens {
		if !improving[t.Text] && !rising[t.Text] {
			continue
		}
		before, sign := strings.CutSuffix(strings.TrimRight(r.text[:t.Start], " "), "%")
		if before = strings.TrimRight(before, " "); sign && (before == "" || before[len(before)-1] < '0' || before[len(before)-1] > '9') {
			return true
		}
	}
	return false
}

// inPart reports whether a cue shares words with the longer name of a part
// ("sexual summary score").
func (r *reading) inPart(f found) bool {
	for _, h := range window(r.hits, f.first-longestName, f.last+1) {
		if h.kind == patPart && h.part != "" && h.length > 1 && h.first < f.first && h.last >= f.first {
			return true
		}
	}
	return false
}

// inInstrument reports whether a match is within the longer name of an
// instrument.
func (r *reading) inInstrument(f found) bool {
	for _, h := range window(r.hits, f.first-longestName, f.first) {
		if h.kind == patInstrument && h.first <= f.first && h.last >= f.last && h.length > f.length && !r.v.byInstrument[h.id].unnamed() {
			return true
		}
	}
	return false
}

// kind reads which kind of score is announced for an instrument; event is the
// kind of outcome that the text names.
func (w scoreWords) kind(in *Instrument, subscale bool, event string) ScoreKind {
	if k, ok := scoreOfKind[event]; ok && (k != ScoreEventTime || in.Kind != "duration") {
		return k
	}
	switch {
	case w.responds(in) && event == "":
		return ScoreResponder
	case w["rise"] || w["people"] || w["threshold"] || event != "" && scoreOfKind[event] == "":
		return ScoreThreshold
	case in.Kind == "event-count":
		return ScoreCount
	case in.Kind == "duration" || in.Kind == "device" || in.Kind == kindPhysiology:
		return ScoreValue
	case subscale:
		return ScoreSubscale
	}
	return ScoreTotal
}

// comparisons reads what a title compares with a number: a share of improvement
// ("≥50% improvement", "at least a 30 percent reduction") makes responders, a
// bare number ("score ≤7", "higher than 125 bpm") a threshold.
func (r *reading) comparisons(w scoreWords) {
	for i, t := range r.tokens {
		if !t.Number() || r.sentences[r.sentenceOf[i]].section == secExclusion {
			continue
		}
		before := strings.TrimRight(r.text[:t.Start], " ")
		after := strings.TrimLeft(r.text[t.End:], " ")
		percent := strings.HasPrefix(after, "%") || i+1 < len(r.tokens) && strings.HasPrefix(r.tokens[i+1].Text, "percent")
		last, _ := utf8.DecodeLastRuneInString(strings.TrimSuffix(before, "="))
		symbol := strings.ContainsRune("≥≤<>", last)
		words := i > 0 && comparing[r.tokens[i-1].Text] || i > 1 && comparing[r.tokens[i-2].Text]
		limit := percent && (symbol || words || w["people"] || strings.HasPrefix(after, "% or "))
		if kind := r.kindOfLimit(i, limit, last == '<' || last == '≤'); kind != "" {
			w[kind] = true
		} else if symbol || words {
			w["threshold"] = true
		}
	}
}

// kindOfLimit is what a share of change at token i makes: a response or a rise,
// or a threshold where people changed by less; "" for another number.
func (r *reading) kindOfLimit(i int, limit, less bool) string {
	switch {
	case !limit:
		return ""
	case r.nearWord(i, 6, improving):
		if less {
			return "threshold"
		}
		return "response"
	case r.nearWord(i, 6, rising):
		return "rise"
	}
	return ""
}

// comparing are the words before a number that make it a limit.
var comparing = map[string]bool{"least": true, "than": true, "below": true, "above": true, "exceeding": true, "equal": true}

// improving are the words that a share of improvement goes with.
var improving = map[string]bool{
	"reduction": true, "reductions": true, "improvement": true, "decrease": true, "reduced": true,
	"improved": true, "decreased": true, "change": true,
}

// rising are words of a share that is a response where more is better.
var rising = map[string]bool{"increase": true, "increases": true, "increased": true, "rise": true, "gain": true}

// responds reports whether a share of change makes responders on an instrument.
func (w scoreWords) responds(in *Instrument) bool {
	return w["response"] || w["rise"] && in.Direction == HigherBetter
}

// nearWord reports whether one of the words is within reach of a token.
func (r *reading) nearWord(i, reach int, words map[string]bool) bool {
	for j := max(0, i-reach); j <= min(len(r.tokens)-1, i+reach); j++ {
		if words[r.tokens[j].Text] {
			return true
		}
	}
	return false
}
