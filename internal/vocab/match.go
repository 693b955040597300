package vocab

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
)

// reading is a text with everything found in it.
type reading struct {
	v          *Vocabulary
	text       string
	tokens     []token
	sentences  []sentence
	sentenceOf []int
	hits       []found    // accepted, ordered by place
	inside     []*pattern // by hit: the instrument or other name it stands inside, or nil
	cues       []found
	cuesBy     map[string][]found
	rejected   []rejection
	event      *string // the kind of outcome named, read once
	plain      string  // the text folded for kinds, names of instruments masked
	given      bool    // the text names what is given: an ambiguous name of a drug needs no other word
}

type rejection struct {
	found
	why string
}

// read folds, scans and resolves a text whose first titleEnd bytes are a title.
func (v *Vocabulary) read(text string, titleEnd int) *reading {
	return v.readIn(&reading{v: v, text: text}, titleEnd, "")
}

// readIn is read for a text whose ambiguous abbreviations a second text may
// explain: "SDS" in a title, "Sheehan Disability Scale" in its description.
func (v *Vocabulary) readIn(r *reading, titleEnd int, context string) *reading {
	r.tokens = fold(r.text)
	raw := v.matcher.trie.scan(r.tokens)
	ctx := make([][]int, len(v.matcher.contexts))
	if context != "" && slices.ContainsFunc(raw, func(f found) bool { return f.guard != nil }) {
		for _, f := range v.matcher.trie.scan(fold(context)) {
			if f.kind == patContext && len(ctx[f.num]) == 0 {
				ctx[f.num] = append(ctx[f.num], elsewhere)
			}
		}
	}
	candidates := raw[:0]
	for _, f := range raw {
		switch f.kind {
		case patContext:
			ctx[f.num] = append(ctx[f.num], f.first)
		case patCue:
			r.cues = append(r.cues, f)
		default:
			candidates = append(candidates, f)
		}
	}
	r.cuesBy = map[string][]found{}
	for _, c := range r.cues {
		r.cuesBy[c.id] = append(r.cuesBy[c.id], c)
	}
	r.cutSentences(titleEnd)
	r.guessSections()
	r.resolve(candidates, ctx)
	return r
}

// elsewhere is the place of a context word that is in another text: far from
// everything, so that only guards without a distance see it.
const elsewhere = -1 << 30

// resolve keeps the candidates that survive guards, look-alikes and longer
// matches of their own kind.
func (r *reading) resolve(candidates []found, ctx [][]int) {
	kept := candidates[:0]
	var masks []found
	for _, f := range candidates {
		if f.kind == patMask {
			masks = append(masks, f)
			continue
		}
		if why := f.refused(ctx, r.given); why != "" {
			r.reject(f, why)
			continue
		}
		kept = append(kept, f)
	}
	sort.SliceStable(kept, func(i, j int) bool {
		a, b := kept[i], kept[j]
		if a.first != b.first {
			return a.first < b.first
		}
		return a.last > b.last
	})
	free := kept[:0]
	for _, f := range kept {
		if m := covering(masks, f); m != nil {
			r.reject(f, m.why+fmt.Sprintf(" (%q)", m.term))
			continue
		}
		switch {
		case r.otherName(f):
			r.reject(f, "the words before the bracket spell another name")
			continue
		case r.anchor(f):
			r.reject(f, "a yardstick for a change in something else")
			continue
		}
		free = append(free, f)
	}
	r.keepLongest(free)
}

// keepLongest drops a match that is in a longer one of the same kind, and the
// second of two that are the same.
func (r *reading) keepLongest(sorted []found) {
	var reach [patCue + 1]struct{ first, last, end int }
	for k := range reach {
		reach[k].end = -1
	}
	for _, f := range sorted {
		if f.kind == patPart { // parts of different instruments share words
			if !r.has(f) {
				r.hits = append(r.hits, f)
			}
			continue
		}
		w := &reach[f.kind]
		same := f.first == w.first && f.last == w.last
		if f.last <= w.end && !same {
			continue // covered by a longer one
		}
		if f.first <= w.end && !same {
			continue // overlaps the one before it
		}
		if same && r.has(f) {
			continue
		}
		w.first, w.last, w.end = f.first, f.last, max(w.end, f.last)
		r.hits = append(r.hits, f)
	}
	r.markInside()
}

func (r *reading) has(f found) bool {
	for i := len(r.hits) - 1; i >= 0 && r.hits[i].first >= f.first; i-- {
		h := r.hits[i]
		if h.kind == f.kind && h.id == f.id && h.part == f.part && h.first == f.first && h.last == f.last {
			return true
		}
	}
	return false
}

// markInside finds hits that are part of an instrument's name.
func (r *reading) markInside() {
	r.inside = make([]*pattern, len(r.hits))
	var cover found
	cover.last = -1
	for i, h := range r.hits {
		if h.kind == patInstrument && h.last > cover.last {
			cover = h
		}
		if h.kind != patInstrument && cover.last >= h.last && cover.first <= h.first {
			r.inside[i] = cover.pattern
		}
	}
	// an instrument hit sorts after another kind that starts at the same place
	for i := range r.hits {
		for j := i + 1; j < len(r.hits) && r.hits[j].first == r.hits[i].first; j++ {
			if r.hits[j].kind == patInstrument && r.hits[i].kind != patInstrument && r.hits[j].last >= r.hits[i].last {
				r.inside[i] = r.hits[j].pattern
			}
		}
	}
}

// refused applies the guard of a match; it returns why the match does not count.
// In a text that names what is given, a drug is what a drug's name means.
func (f found) refused(ctx [][]int, given bool) string {
	g := f.guard
	if g == nil {
		return ""
	}
	if g.near(g.unless, ctx, f) {
		return "here it means: " + g.why
	}
	if len(g.needs) > 0 && !(given && f.kind == patSubstance) && !g.near(g.needs, ctx, f) {
		return "nothing in the text says it is not: " + g.why
	}
	return ""
}

// near reports whether one of the context phrases occurs, within the guard's
// distance, elsewhere than in the match itself.
func (g *guard) near(nums []int, ctx [][]int, f found) bool {
	for _, n := range nums {
		list := ctx[n]
		if g.within > 0 {
			list = list[sort.SearchInts(list, f.first-g.within):]
		}
		for _, at := range list {
			if g.within > 0 && at > f.last+g.within {
				break
			}
			if at < f.first || at > f.last {
				return true
			}
		}
	}
	return false
}

func (r *reading) reject(f found, why string) {
	r.rejected = append(r.rejected, rejection{f, why})
}

// surface returns the text a match covers.
func (r *reading) surface(f found) string {
	return r.text[r.tokens[f.first].Start:r.tokens[f.last].End]
}

var kindOf = map[patternKind]Kind{
	patSubstance: KindSubstance, patCondition: KindCondition, patHint: KindCondition, patTopic: KindTopic,
	patInstrument: KindInstrument, patDesign: KindDesign, patComparator: KindComparator,
}

// hit turns a match into its public form, without a verdict on About.
func (r *reading) hit(f found, reason string) Hit {
	return Hit{
		Kind: kindOf[f.kind], ID: f.id, Term: r.surface(f),
		Start: r.tokens[f.first].Start, End: r.tokens[f.last].End, Reason: reason,
	}
}

// shortText is the length in bytes up to which a text of one line is a title.
const shortText = 300

// titleEnd says where the title of a text ends: at its first line break; a short
// text of one line is all title, a long one an abstract without a title.
func titleEnd(text string) int {
	i := strings.IndexByte(strings.TrimRight(text, "\r\n"), '\n')
	switch {
	case i >= 0 && i < 2*shortText:
		return i
	case i < 0 && len(text) <= shortText:
		return len(text)
	}
	return 0
}

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

// Explanation is everything the vocabulary makes of a text, with reasons, for
// "vocab test".
type Explanation struct {
	Text           string           `json:"text"`
	Classification Classification   `json:"classification"`
	Matches        Result           `json:"matches"`
	Instrument     *InstrumentMatch `json:"instrument,omitempty"`
	Given          *Given           `json:"given,omitempty"`
}

// Explain reads a text as a study's title and abstract, as an outcome title and
// as an arm, and keeps what each reading gives.
func (v *Vocabulary) Explain(text string) Explanation {
	r := v.read(text, titleEnd(text))
	e := Explanation{Text: text, Classification: r.classify()}
	e.Matches = r.result(e.Classification)
	if m, ok := v.MatchInstrument(text, ""); ok {
		e.Instrument = &m
	}
	if len(r.tokens) <= armWords {
		if g := v.Given(text); len(g.Drugs) > 0 || len(g.Words) > 0 {
			e.Given = &g
		}
	}
	return e
}

// armWords is the length in words up to which a text may be an arm's label.
const armWords = 40

// String writes the explanation for a terminal: what the text is about, what it
// mentions, and what only looks like a term.
func (e Explanation) String() string {
	var b strings.Builder
	writeSubjects(&b, "substances", e.Classification.Substances)
	writeSubjects(&b, "conditions", e.Classification.Conditions)
	writeSubjects(&b, "topics", e.Classification.Topics)
	writeHits(&b, "instruments", e.Matches.Instruments)
	if len(e.Classification.StudyType) > 0 {
		fmt.Fprintf(&b, "study type\n  %s\n", strings.Join(e.Classification.StudyType, ", "))
	}
	if m := e.Instrument; m != nil {
		fmt.Fprintf(&b, "as an outcome title\n  %s\n", m.Reason)
	}
	if g := e.Given; g != nil {
		fmt.Fprintf(&b, "as an arm\n  gives %s\n", g)
	}
	writeHits(&b, "not counted", e.Matches.Rejected)
	if b.Len() == 0 {
		return "nothing the vocabulary knows\n"
	}
	return b.String()
}

// String names the drugs with their doses and the words of a comparator.
func (g *Given) String() string {
	parts := slices.Clone(g.Drugs)
	for _, d := range g.Doses {
		parts = append(parts, strings.TrimSpace(d.Text+" "+d.Route))
	}
	for _, c := range slices.Sorted(maps.Keys(g.Words)) {
		parts = append(parts, fmt.Sprintf("%s (%q)", c, g.Words[c]))
	}
	return strings.Join(parts, ", ")
}

func writeSubjects(b *strings.Builder, title string, list []Subject) {
	if len(list) == 0 {
		return
	}
	b.WriteString(title + "\n")
	for _, s := range list {
		mark := "mentions"
		if s.About {
			mark = "about   "
		}
		fmt.Fprintf(b, "  %s %s\n", mark, s.ID)
		for _, r := range s.Reasons {
			fmt.Fprintf(b, "             %s\n", r)
		}
	}
}

func writeHits(b *strings.Builder, title string, list []Hit) {
	if len(list) == 0 {
		return
	}
	b.WriteString(title + "\n")
	for _, h := range list {
		fmt.Fprintf(b, "  %-16s %q at %d: %s\n", h.ID, h.Term, h.Start, h.Reason)
	}
}
