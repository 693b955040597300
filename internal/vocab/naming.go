package vocab

import (
	"regexp"
	"strings"
)

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

// splitName finds a name's abbreviation in brackets that the name goes on
// behind: "Beck Depression Inventory (BDI)-II", "Short Form (SF)-36", "Euro Qol
// (EQ) 5D".
var splitName = regexp.MustCompile(`\(([A-Za-z]{2,8})\)(-\s?(?:[IVX]{1,3}|\d+[A-Za-z]?)\b|\s?\d+D\b)`)

// promis finds the long name of the PROMIS item banks.
var promis = regexp.MustCompile(`(?i)\bpatient[\s-]reported outcomes? measurements? information systems?(?:\s*[([]PROMIS[)\]])?`)

// unbracket writes such a name without brackets and the item banks' long name
// short.
func unbracket(title string) string {
	if strings.Contains(title, "nformation") || strings.Contains(title, "NFORMATION") {
		title = promis.ReplaceAllString(title, "PROMIS")
	}
	title = deltas.Replace(title)
	if !strings.Contains(title, ")") {
		return title
	}
	return splitName.ReplaceAllString(title, " $1 $2")
}

// deltas part the sign of a change from the name behind it ("ΔMADRS").
var deltas = strings.NewReplacer("Δ", "Δ ", "∆", "Δ ")

// smallWords are left out of abbreviations.
var smallWords = map[string]bool{"of": true, "the": true, "and": true, "for": true, "in": true, "on": true, "a": true, "an": true,
	"to": true, "with": true, "s": true}

// otherName reports whether a match is an abbreviation in brackets that the
// words before it spell out as the name of something else: "Borg Dyspnea Index
// (BDI)" is not the Baseline Dyspnea Index.
func (r *reading) otherName(f found) bool {
	if f.kind != patInstrument || !r.bracketed(f) {
		return false
	}
	letters := ""
	for i := f.first; i <= f.last; i++ {
		if !r.tokens[i].Number() {
			letters += strings.ToLower(r.tokens[i].Raw)
		}
	}
	if len(letters) < 3 || len(letters) > 6 {
		return false
	}
	var words []string
	for i, at := f.first-1, len(letters)-1; at >= 0; i-- {
		if i < 0 || r.tokens[i].Gap >= gapHard && i < f.first-1 && at > 0 && r.tokens[i+1].Gap >= gapHard {
			return false
		}
		w := r.tokens[i].Text
		if smallWords[w] && w[0] != letters[at] {
			continue
		}
		if w[0] != letters[at] {
			return false
		}
		words = append(words, w)
		at--
	}
	return !r.v.byInstrument[f.id].calledBy(words)
}

// bracketed reports whether a match fills a pair of brackets.
func (r *reading) bracketed(f found) bool {
	start, end := r.tokens[f.first].Start, r.tokens[f.last].End
	before := strings.TrimRight(r.text[:start], " ")
	after := strings.TrimLeft(r.text[end:], " ")
	return strings.HasSuffix(before, "(") && strings.HasPrefix(after, ")")
}

// calledBy reports whether one of the instrument's names has all of the words.
func (in *Instrument) calledBy(words []string) bool {
	for _, name := range append([]string{in.Name}, in.Any...) {
		have := map[string]bool{}
		for _, t := range fold(name) {
			have[t.Text] = true
		}
		all := true
		for _, w := range words {
			all = all && (have[w] || have[plural(token{Text: w})] || have[strings.TrimSuffix(w, "s")] || derived(have, w))
		}
		if all {
			return true
		}
	}
	return false
}

// derived reports whether a word of a name is another form of w ("dimensional"
// of "dimension").
func derived(have map[string]bool, w string) bool {
	if len(w) < 6 {
		return false
	}
	for h := range have {
		if strings.HasPrefix(h, w) || len(h) >= 6 && strings.HasPrefix(w, h) {
			return true
		}
	}
	return false
}

// anchor reports whether a global rating is the yardstick of a change in
// something else, not what is reported: "meaningful change in KCCQ (PGI-S)".
func (r *reading) anchor(f found) bool {
	in := r.v.byInstrument[f.id]
	if f.kind != patInstrument || in.Domain != "global" || f.first == 0 {
		return false
	}
	if !anchored.MatchString(r.text) {
		return false
	}
	return r.bracketed(f) || anchorBefore.MatchString(r.text[:r.tokens[f.first].Start]) ||
		anchorAfter.MatchString(r.text[r.tokens[f.last].End:])
}

var (
	anchored = regexp.MustCompile(`(?i)meaningful|threshold|within[\s-](?:participants?|patients?|subjects?|persons?)|` +
		`anchor|responder definition|important (?:change|difference)|MCID|MID\b`)
	anchorBefore = regexp.MustCompile(`(?i)(?:anchor\w*\s+(?:to|by|on|with|of)|based on|using|according to|defined ` +
		`by)\s+(?:the\s+|a\s+)?(?:[\w-]+\s+){0,2}$`)
	anchorAfter = regexp.MustCompile(`(?i)^\W*(?:as (?:an |the )?anchor|anchors?\b|anchored)`)
)

// topics are what titles without an instrument speak of, and the domains that
// their descriptions' instruments may have: a title on quality of life is not
// answered by a depression scale that its description names too.
var topics = []struct {
	re      *regexp.Regexp
	domains []string
}{
	{regexp.MustCompile(`(?i)\bquality of life\b|\bQoL\b|\bHRQoL\b`), []string{"quality-of-life", "wellbeing", "function"}},
	{regexp.MustCompile(`(?i)\bsleep\b|\binsomnia\b`), []string{"sleep"}},
	{regexp.MustCompile(`(?i)\bfatigue\b`), []string{"fatigue"}},
	{regexp.MustCompile(`(?i)\bcogniti(?:on|ve)\b|\bmemory\b`), []string{"cognition"}},
	{regexp.MustCompile(`(?i)\bsexual\b|\berecti\w+|\bejaculat\w+|\borgasm\w*`), []string{"sexual-", "erection", "ejaculation", "orgasm",
		"vitals"}},
	{regexp.MustCompile(`(?i)\bdisabilit\w+|\bfunctional (?:impairment|disability)`), []string{"function", "quality-of-life"}},
	{regexp.MustCompile(`(?i)\bdissociat\w+`), []string{"dissociation", "acute-effects"}},
	{regexp.MustCompile(`(?i)\bsuicid\w+`), []string{"suicidality", "depression", "hopelessness"}},
	{regexp.MustCompile(`(?i)\bcraving\b|\b(?:alcohol|substance|drug|tobacco|opioid|cocaine) use\b|\babstinen\w+`), []string{"substance-use"}},
	{regexp.MustCompile(`(?i)\bwalk(?:ing)?[\s-]+(?:test|distance)|\bexercise (?:test|capacity|tolerance|duration)` +
		`|\btreadmill\b`), []string{"physical", "function"}},
	{regexp.MustCompile(`(?i)\bpain\b`), []string{"pain", "sexual-pain", "quality-of-life"}},
}

// answersTopic reports whether an instrument that only the description names
// can answer what the title speaks of.
func answersTopic(title string, in *Instrument, m InstrumentMatch) bool {
	spoken := false
	for _, t := range topics {
		if !t.re.MatchString(title) {
			continue
		}
		spoken = true
		for _, d := range t.domains {
			if strings.HasPrefix(m.Domain, d) || strings.HasPrefix(in.Domain, d) {
				return true
			}
		}
	}
	return !spoken
}
