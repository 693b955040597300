package vocab

import (
	"regexp"
	"slices"
	"strings"
)

// section is the part of a paper or record that a sentence belongs to.
type section uint8

const (
	secBody section = iota
	secTitle
	secBackground
	secAim
	secMethods
	secResults
	secConclusion
	secCondition // the condition a register states
	secPrimary
	secSecondary
	secInclusion
	secExclusion
	secOther
)

var sectionNames = [...]string{"text", "title", "background", "aim", "methods", "results", "conclusion",
	"registered condition", "primary outcome", "secondary outcome", "inclusion criteria", "exclusion criteria", "other"}

func (s section) String() string { return sectionNames[s] }

var labelSections = map[string]section{
	"label-background": secBackground, "label-aim": secAim, "label-methods": secMethods,
	"label-results": secResults, "label-conclusion": secConclusion,
	"label-registered-condition": secCondition, "label-primary-outcome": secPrimary,
	"label-secondary-outcome": secSecondary, "label-inclusion": secInclusion,
	"label-exclusion": secExclusion, "label-other": secOther,
}

// sentence is a run of tokens with the section it is in.
type sentence struct {
	first, last int // token indexes, both included
	section     section
	labelled    bool // the section comes from a label, not from a guess
}

// abbreviated are words after which a full stop does not end a sentence.
var abbreviated = map[string]bool{
	"vs": true, "al": true, "dr": true, "no": true, "eg": true, "ie": true, "g": true, "e": true, "i": true,
	"approx": true, "ca": true, "cf": true, "fig": true, "etc": true, "resp": true, "st": true, "mr": true, "ms": true,
}

// cutSentences parts a token stream at full stops and at section labels. Tokens
// before titleEnd (a byte offset) are the title.
func (r *reading) cutSentences(titleEnd int) {
	labels := r.labels()
	cur, labelled := secBody, false
	start := 0
	flush := func(end int) { // sentence is tokens[start:end]
		if end > start {
			r.sentences = append(r.sentences, sentence{start, end - 1, cur, labelled})
		}
		start = end
	}
	for i := range r.tokens {
		t := r.tokens[i]
		if t.Start < titleEnd {
			cur, labelled = secTitle, true
			if i > 0 && r.endsBefore(i) {
				flush(i)
			}
			continue
		}
		if cur == secTitle {
			flush(i)
			cur, labelled = secBody, false
		}
		if s, ok := labels[i]; ok {
			flush(i)
			cur, labelled = s, true
		} else if i > 0 && r.endsBefore(i) {
			flush(i)
		}
	}
	flush(len(r.tokens))
	r.sentenceOf = make([]int, len(r.tokens))
	for n, s := range r.sentences {
		for i := s.first; i <= s.last; i++ {
			r.sentenceOf[i] = n
		}
	}
}

// labels returns the section that starts at a token, for each label followed by
// a colon that is at the start of a sentence or in capitals.
func (r *reading) labels() map[int]section {
	found := map[int]section{}
	for _, c := range r.cues {
		s, ok := labelSections[c.id]
		if !ok {
			continue
		}
		end := r.tokens[c.last].End
		rest := strings.TrimLeft(numberedLabel.ReplaceAllString(r.text[end:min(len(r.text), end+12)], ""), " ")
		if !strings.HasPrefix(rest, ":") && !strings.HasPrefix(rest, ".:") {
			continue
		}
		begins := c.first == 0 || r.tokens[c.first].Gap >= gapHard
		for i := c.first; i <= c.last; i++ {
			begins = begins || !strings.ContainsFunc(r.tokens[i].Raw, isLower) && !r.tokens[i].Number()
		}
		if begins {
			found[c.first] = s
		}
	}
	return found
}

// numberedLabel is the number of a label ("Aim 1:", "Hypothesis 1.1:").
var numberedLabel = regexp.MustCompile(`^\s*\d+(?:\.\d+)?[a-z]?\s*`)

func isLower(r rune) bool { return r >= 'a' && r <= 'z' }

// endsBefore reports whether a sentence ends between token i-1 and token i.
func (r *reading) endsBefore(i int) bool {
	if r.tokens[i].Gap != gapStop {
		return false
	}
	prev := r.tokens[i-1]
	if abbreviated[prev.Text] || len(prev.Raw) == 1 && !isLower(rune(prev.Raw[0])) && !prev.Number() {
		return false
	}
	c := r.text[r.tokens[i].Start]
	return !isLower(rune(c)) || strings.ContainsAny(r.text[prev.End:r.tokens[i].Start], "?!\n")
}

// speaksOfItself reports whether a sentence says "this ... study" with other words
// between ("in this placebo-controlled, blinded study").
func (r *reading) speaksOfItself(s sentence) bool {
	for i := s.first; i <= s.last; i++ {
		if r.tokens[i].Text != "this" && r.tokens[i].Text != "present" {
			continue
		}
		for j := i + 1; j <= min(s.last, i+6); j++ {
			switch r.tokens[j].Text {
			case "study", "trial", "review", "protocol", "paper", "article", "report", "analysis", "investigation":
				return true
			}
		}
	}
	return false
}

// tellsProcedure reports whether a sentence says what was done to who: a
// procedure word that is not "has received", or a sample size ("n = 20").
func (r *reading) tellsProcedure(n int) bool {
	s := r.sentences[n]
	for _, c := range window(r.cuesBy["procedure"], s.first, s.last) {
		if c.first > s.first {
			switch r.tokens[c.first-1].Text {
			case "has", "have", "been", "recently", "increasingly":
				continue
			}
		}
		return true
	}
	for i := s.first; i < s.last; i++ {
		if r.tokens[i].Text == "n" && r.tokens[i+1].Number() {
			return true
		}
	}
	return r.countsPeople(s)
}

// countsPeople reports whether a sentence gives a number of people ("22
// patients", "twenty unmedicated adults").
func (r *reading) countsPeople(s sentence) bool {
	for _, c := range window(r.cuesBy["sufferers"], s.first, s.last) {
		for i := max(s.first, c.first-3); i < c.first; i++ {
			if t := r.tokens[i]; countWord(t.Text) || t.Number() && len(t.Text) <= 4 && !strings.Contains(t.Text, ".") {
				return true
			}
		}
	}
	return false
}

// cuesBySentence lists the cues of each sentence.
func (r *reading) cuesBySentence() []map[string]bool {
	out := make([]map[string]bool, len(r.sentences))
	for _, c := range r.cues {
		n := r.sentenceOf[c.first]
		if out[n] == nil {
			out[n] = map[string]bool{}
		}
		out[n][c.id] = true
	}
	return out
}

// guessSections gives unlabelled sentences a section from their cue words and
// their place: the first is background, the last the conclusion, and a sentence
// that says what the study asked or did is the aim or the methods.
func (r *reading) guessSections() {
	anyLabel := slices.ContainsFunc(r.sentences, func(s sentence) bool { return s.labelled && s.section != secTitle })
	cueIn := r.cuesBySentence()
	seenAim := false
	for n := range r.sentences {
		s := &r.sentences[n]
		free := s.section == secBody
		concludes := free && seenAim && cueIn[n]["conclusion"]
		switch {
		case (free || s.section == secBackground) && !concludes && (cueIn[n]["aim"] || r.speaksOfItself(*s)):
			s.section = secAim
			seenAim = true
		case concludes:
			s.section = secConclusion
		case free && !anyLabel && r.tellsProcedure(n):
			s.section = secMethods
			seenAim = true
		case free && !seenAim && !anyLabel:
			s.section = secBackground
		}
	}
	if last := len(r.sentences) - 1; last > 1 && r.sentences[last].section == secBody {
		r.sentences[last].section = secConclusion
	}
}

// use is how a mention of a condition is used in its sentence.
type use uint8

const (
	useBare       use = iota // named, no more
	usePopulation            // the people studied have it
	useTreatment             // it is treated, reduced, improved
	useMeasured              // part of a scale or a rating
	useHarm                  // an unwanted effect
	useCovariate             // adjusted for or correlated with
	useAbsent                // excluded or absent
	useListed                // one of a list of disorders
	useOutlook               // what a title says the findings may bear on, or other trials are for
	useAlongside             // included with others, or whether or not people have it
)

var useNames = [...]string{"named", "people who have it", "being treated", "measured", "unwanted effect", "covariate",
	"absent or excluded", "one of a list", "an outlook", "included alongside"}

func (u use) String() string { return useNames[u] }

// sectionWeight says how much a mention in each part of a text says about the
// subject of the study. A title names the subject; a background names what the
// field hopes for, so it weighs little and is capped as a whole.
var sectionWeight = [...]float64{
	secBody: 2.6, secTitle: 5, secBackground: 0.9, secAim: 3, secMethods: 3, secResults: 1.8,
	secConclusion: 2, secCondition: 4, secPrimary: 2, secSecondary: 0.6, secInclusion: 3,
	secExclusion: 0, secOther: 0.5,
}

// useWeight scales a mention by how it is used.
var useWeight = [...]float64{
	useBare: 0.45, usePopulation: 1, useTreatment: 0.8, useMeasured: 0.2,
	useHarm: 0.1, useCovariate: 0.1, useAbsent: 0, useListed: 0.15, useOutlook: 0.5, useAlongside: 0.2,
}

const (
	aboutThreshold  = 3.0  // a study is about a condition from this score on
	hintFactor      = 0.6  // a hint ("antidepressant") against the condition's name
	backgroundCap   = 0.6  // all background sentences together
	secondaryCap    = 1.0  // all secondary outcomes together
	healthyFactor   = 0.35 // studies of healthy people name conditions as an outlook
	elsewhereFactor = 0.6  // another condition stands in the title
	distressFactor  = 1.8  // the title is about life-threatening illness: its distress is the subject
	ownUseFactor    = 0.4  // a title on people's own use names an outcome of it
	usersFactor     = 0.6  // the title speaks of people who use a drug
	listLength      = 3    // distinct conditions in a sentence that make a list
)

// reach in tokens of the cue groups, before and after a mention.
const (
	populationBefore  = 8
	sufferersAfter    = 3
	treatmentBefore   = 6
	measurementAfter  = 3
	measurementBefore = 4
	absenceBefore     = 5
	harmAround        = 8
	covariateAround   = 8
	comorbidBefore    = 3
	havingBefore      = 6 // "patients (n = 20) with TRD": from "with" to the mention
	sufferersBefore   = 14
)

// cueNear finds a cue of this group near a match, within its sentence.
func (r *reading) cueNear(group string, f found, before, after int) *found {
	s := r.sentences[r.sentenceOf[f.first]]
	near := window(r.cuesBy[group], f.first-before-longestName, f.last+after)
	for i := range near {
		c := &near[i]
		if c.first < s.first || c.last > s.last {
			continue
		}
		if c.last < f.first && f.first-c.last <= before || c.first > f.last && c.first-f.last <= after {
			return c
		}
		if c.first <= f.last && c.last >= f.first && group == "harm" {
			return c // "increased anxiety" holds the mention itself
		}
	}
	return nil
}

// useOf says how a mention of a condition is used. The strongest statement
// wins: people who have it, then absence, harm, measurement, treatment.
func (r *reading) useOf(f found, listed bool) (use, *found) {
	if c := r.excluded(f); c != nil {
		return useAbsent, c
	}
	if c := r.cueNear("with-comorbid", f, 6, 0); c != nil {
		return useAlongside, c
	}
	if c := r.cueNear("other-trials", f, 8, 0); c != nil && r.sectionOf(f) != secTitle {
		return useOutlook, c
	}
	if c := r.cueNear("sufferers", f, 0, sufferersAfter); c != nil {
		return usePopulation, c
	}
	if c := r.cueNear("comorbidity", f, comorbidBefore, 0); c != nil {
		return usePopulation, c
	}
	population := r.cueNear("population", f, populationBefore, 0)
	if population == nil {
		population = r.having(f)
	}
	if population != nil && (!listed || r.tellsSample(f)) {
		return usePopulation, population
	}
	if c := r.treatedBy(f); c != nil {
		return useTreatment, c
	}
	if c := r.cueNear("measurement", f, measurementBefore, measurementAfter); c != nil {
		return useMeasured, c
	}
	if c := r.cueNear("harm", f, harmAround, harmAround); c != nil {
		return useHarm, c
	}
	if c := r.cueNear("covariate", f, covariateAround, covariateAround); c != nil {
		return useCovariate, c
	}
	if listed && r.isReview() && r.tellsSample(f) {
		return usePopulation, nil // a review's own list is its sample
	}
	if listed {
		return useListed, nil
	}
	if c := r.cueNear("treatment", f, treatmentBefore, 2); c != nil {
		return useTreatment, c
	}
	return useBare, nil
}

// excluded finds words that say that people do not have a condition: before it,
// right behind it, or at the head of an exclusion list in the same sentence.
func (r *reading) excluded(f found) *found {
	if c := r.cueNear("absence", f, absenceBefore, 0); c != nil {
		return c
	}
	if c := r.cueNear("absence-after", f, 0, 4); c != nil {
		return c
	}
	return r.cueNear("exclusion-list", f, 1<<10, 0)
}

// treatedBy finds a substance or an assisted therapy that is given for what
// follows: "psilocybin for depression", "MDMA-assisted therapy for PTSD".
func (r *reading) treatedBy(f found) *found {
	at := f.first - 1
	for i := 0; i < 3 && at > 0 && r.tokens[at].Text != "for"; i++ {
		at-- // "for treatment-resistant", "for the treatment of"
	}
	if at < 1 || r.tokens[at].Text != "for" {
		return nil
	}
	for i := range r.hits {
		h := &r.hits[i]
		if h.kind == patSubstance && h.last < at && at-h.last <= 4 && r.sentenceOf[h.first] == r.sentenceOf[f.first] {
			return h
		}
	}
	return nil
}

// isReview reports whether the title calls the text a review.
func (r *reading) isReview() bool {
	for i, h := range r.hits {
		if h.kind == patDesign && h.id == "review" && r.inside[i] == nil && r.sectionOf(h) == secTitle {
			return true
		}
	}
	return false
}

// having finds "patients ... with" before a mention, where other words stand
// between the people and the "with".
func (r *reading) having(f found) *found {
	with := r.cueNear("having", f, havingBefore, 0)
	if with == nil {
		return nil
	}
	if c := r.cueNear("sufferers", f, sufferersBefore, 0); c != nil && c.last < with.first && with.first-c.last <= 8 {
		return with
	}
	return nil
}

// tellsSample reports whether a match is where a text describes its own
// sample, so that a list of conditions there is who was studied.
func (r *reading) tellsSample(f found) bool {
	switch r.sentences[r.sentenceOf[f.first]].section {
	case secAim, secMethods, secInclusion:
		return true
	}
	return false
}
