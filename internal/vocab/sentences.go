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
