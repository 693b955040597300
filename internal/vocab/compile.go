package vocab

import (
	"fmt"
	"strings"
)

// matcher is the vocabulary compiled for searching.
type matcher struct {
	trie     *trie
	contexts map[string]int // context phrase to its number
	cues     map[string]int // cue id to its number
	longest  int            // tokens of the longest term
}

func newMatcher(v *Vocabulary) (*matcher, error) {
	m := &matcher{trie: newTrie(), contexts: map[string]int{}, cues: map[string]int{}}
	for _, s := range v.substances {
		m.terms(patSubstance, s.ID, "", s.Terms)
	}
	for _, s := range v.conditions {
		m.terms(patCondition, s.ID, "", s.Terms)
		m.terms(patHint, s.ID, "", Terms{Any: s.Hints})
	}
	for _, s := range v.topics {
		m.terms(patTopic, s.ID, "", s.Terms)
	}
	for _, s := range v.designs {
		m.terms(patDesign, s.ID, "", s.Terms)
	}
	for _, s := range v.comparators {
		m.terms(patComparator, s.ID, "", s.Terms)
	}
	for _, in := range v.instruments {
		m.terms(patInstrument, in.ID, "", in.Terms)
		m.terms(patPart, in.ID, "", Terms{Any: in.Cues})
		for _, s := range in.Subscales {
			m.terms(patPart, in.ID, s.ID, s.Terms)
		}
		for _, s := range in.Versions {
			m.terms(patPart, in.ID, s.ID, s.Terms)
		}
	}
	for _, l := range v.lookAlikes {
		for _, t := range l.Terms {
			m.add(&pattern{kind: patMask, term: t, why: l.Reason})
		}
	}
	for i, c := range v.cues {
		m.cues[c.ID] = i
		for _, t := range c.Terms {
			m.add(&pattern{kind: patCue, id: c.ID, num: i, term: t})
		}
	}
	if m.longest > longestName {
		return nil, fmt.Errorf("vocabulary: a term has %d words, more than %d", m.longest, longestName)
	}
	if len(m.trie.words) == 0 {
		return nil, fmt.Errorf("vocabulary: no terms at all")
	}
	return m, nil
}

func (m *matcher) terms(kind patternKind, id, part string, t Terms) {
	for _, s := range t.Any {
		m.add(&pattern{kind: kind, id: id, part: part, term: s})
	}
	for _, s := range t.Exact {
		m.add(&pattern{kind: kind, id: id, part: part, term: s, letters: letters(s)})
	}
	for _, g := range t.Guarded {
		p := &pattern{kind: kind, id: id, part: part, term: g.Term, why: g.Why}
		if g.Exact {
			p.letters = letters(g.Term)
		}
		p.guard = &guard{
			needs: m.context(g.Needs), unless: m.context(g.Unless), within: g.Within,
			why: g.Why, needsWords: g.Needs, unlessWords: g.Unless,
		}
		m.add(p)
	}
}

// context numbers the phrases of a guard and compiles the new ones.
func (m *matcher) context(phrases []string) []int {
	nums := make([]int, 0, len(phrases))
	for _, s := range phrases {
		key := strings.ToLower(s)
		n, ok := m.contexts[key]
		if !ok {
			n = len(m.contexts)
			m.contexts[key] = n
			m.add(&pattern{kind: patContext, num: n, term: s})
		}
		nums = append(nums, n)
	}
	return nums
}

// add compiles every spelling of p's term; spellings share all but length.
func (m *matcher) add(p *pattern) {
	for _, tokens := range spellings(p.term) {
		q := *p
		m.trie.add(tokens, &q)
		m.longest = max(m.longest, len(tokens))
	}
}

// letters returns the letters of a term with their capitals.
func letters(term string) string {
	var b strings.Builder
	for _, t := range fold(term) {
		if !t.Number() {
			b.WriteString(t.Raw)
		}
	}
	return b.String()
}
