package vocab

import (
	"sort"
	"strings"
	"unicode"

	human "past/internal/text"
)

// patternKind is what a pattern represents; it orders kinds in a Result.
type patternKind uint8

const (
	patSubstance patternKind = iota
	patCondition
	patHint // points to a condition without naming it
	patTopic
	patInstrument
	patPart // a subscale, version or form cue of an instrument
	patDesign
	patComparator
	patMask    // a look-alike
	patContext // words a guard asks for
	patCue     // words that say how a term is used
)

// pattern is one spelling compiled into the trie.
type pattern struct {
	kind patternKind
	id   string
	part string // subscale or version id, for patPart
	term string // spelling as in the data
	// letters holds the letters with their capitals, when they must agree.
	letters string
	guard   *guard
	why     string
	num     int // context or cue number
	hard    uint64
	length  int // tokens
}

// guard is a compiled Guard: context numbers to look up.
type guard struct {
	needs, unless []int
	within        int
	why           string
	needsWords    []string
	unlessWords   []string
}

// trie finds all patterns in a token stream in one pass. Nodes are numbered; an
// edge is (node, word).
type trie struct {
	words map[string]uint32
	edges map[uint64]uint32
	out   [][]*pattern // by node
}

func newTrie() *trie {
	return &trie{words: map[string]uint32{}, edges: map[uint64]uint32{}, out: make([][]*pattern, 1)}
}

// add compiles p under the tokens of its spelling.
func (t *trie) add(tokens []token, p *pattern) {
	node := uint32(0)
	for i, tok := range tokens {
		w, ok := t.words[tok.Text]
		if !ok {
			w = uint32(len(t.words)) + 1
			t.words[tok.Text] = w
		}
		if i > 0 && tok.Gap >= gapHard && i < 64 {
			p.hard |= 1 << i
		}
		key := uint64(node)<<32 | uint64(w)
		next, ok := t.edges[key]
		if !ok {
			next = uint32(len(t.out))
			t.out = append(t.out, nil)
			t.edges[key] = next
		}
		node = next
	}
	p.length = len(tokens)
	t.out[node] = append(t.out[node], p)
}

// found is a raw match: a pattern and the tokens it covers.
type found struct {
	*pattern
	first, last int // token indexes, both included
}

// scan returns every match in the stream, ordered by first token, then length.
func (t *trie) scan(tokens []token) []found {
	var all []found
	ids := make([]uint32, len(tokens))
	for i := range tokens {
		ids[i] = t.words[tokens[i].Text]
	}
	for i := range tokens {
		node, hard := uint32(0), uint64(0)
		for j := i; j < len(tokens) && ids[j] != 0 && j-i < 64; j++ {
			if j > i {
				if tokens[j].Gap == gapStop {
					break
				}
				if tokens[j].Gap == gapHard {
					hard |= 1 << (j - i)
				}
			}
			next, ok := t.edges[uint64(node)<<32|uint64(ids[j])]
			if !ok {
				break
			}
			node = next
			for _, p := range t.out[node] {
				if hard&^p.hard == 0 && p.caseAgrees(tokens[i:j+1]) {
					all = append(all, found{p, i, j})
				}
			}
		}
	}
	return all
}

// caseAgrees reports whether the capitals are as the pattern demands.
func (p *pattern) caseAgrees(tokens []token) bool {
	if p.letters == "" {
		return true
	}
	rest := p.letters
	for _, t := range tokens {
		if t.Number() {
			continue
		}
		if !strings.HasPrefix(rest, t.Raw) {
			return false
		}
		rest = rest[len(t.Raw):]
	}
	return rest == ""
}

// spellings returns the token sequences under which a term is compiled: as
// written, abbreviations also with their letter groups joined ("HAM-D" as
// "HAMD"), and the last word also in the plural.
func spellings(term string) [][]token {
	base := fold(term)
	if len(base) == 0 {
		return nil
	}
	all := [][]token{base}
	if isAbbreviation(base) {
		all = append(all, joined(base)...)
	} else if last := base[len(base)-1]; plural(last) != "" {
		more := append([]token{}, base...)
		more[len(more)-1].Text = human.Canonical(plural(last))
		all = append(all, more)
	}
	return all
}

// isAbbreviation reports whether every letter of the tokens is a capital.
func isAbbreviation(tokens []token) bool {
	letters := false
	for _, t := range tokens {
		if t.Number() {
			continue
		}
		letters = true
		for _, r := range t.Raw {
			if !unicode.IsUpper(r) {
				return false
			}
		}
	}
	return letters
}

// joined returns the variants of an abbreviation in which adjacent groups of
// letters are written together.
func joined(tokens []token) [][]token {
	var all [][]token
	for i := 1; i < len(tokens) && len(tokens) <= 6; i++ {
		if tokens[i].Number() || tokens[i-1].Number() || tokens[i].Gap >= gapHard {
			continue
		}
		one := append([]token{}, tokens[:i]...)
		one[i-1].Text += tokens[i].Text
		one[i-1].Raw += tokens[i].Raw
		one = append(one, tokens[i+1:]...)
		all = append(all, one)
		all = append(all, joined(one)...)
	}
	return all
}

// plural returns the regular plural of a word of four letters or more, or "".
func plural(t token) string {
	w := t.Text
	if t.Number() || len(w) < 4 || strings.HasSuffix(w, "s") {
		return ""
	}
	if strings.HasSuffix(w, "y") && !strings.ContainsAny(w[len(w)-2:len(w)-1], "aeiou") {
		return w[:len(w)-1] + "ies"
	}
	return w + "s"
}

// token is a word or a number of a text, as package text cuts it.
type token = human.Token

// The gaps between tokens that matching knows.
const (
	gapSoft = human.GapSoft
	gapHard = human.GapHard
	gapStop = human.GapStop
)

func fold(text string) []token { return human.Fold(text) }

// countWord reports whether a word gives a number of people ("twenty"); one is
// left out, since it mostly does not.
func countWord(word string) bool {
	_, ok := human.NumberWord(word)
	return ok && word != "one" || word == "hundred"
}

// containsAny rules texts out before a pattern is tried on them.
func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// longestName is the number of tokens beyond which no term of the vocabulary
// runs; it bounds how far back a covering match can start.
const longestName = 32

// window returns the matches of a list, ordered by first token, that start at
// one of the tokens from..to. Searching in windows keeps reading linear in the
// length of a text, however often a word is repeated.
func window(list []found, from, to int) []found {
	lo := sort.Search(len(list), func(i int) bool { return list[i].first >= from })
	hi := lo + sort.Search(len(list)-lo, func(i int) bool { return list[lo+i].first > to })
	return list[lo:hi]
}

// covering returns a match of the list that covers f and is longer, or nil.
func covering(list []found, f found) *found {
	w := window(list, f.first-longestName, f.first)
	for i := range w {
		if m := &w[i]; m.last >= f.last && m.last-m.first > f.last-f.first {
			return m
		}
	}
	return nil
}
