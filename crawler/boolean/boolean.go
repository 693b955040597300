// Package boolean turns a question set into boolean queries of the kind
//
//	(a OR "b c") AND (d OR e)
//
// which most registers of literature and trials take, and cuts them into
// several where a register's length limit asks for it. How a term is written
// is the register's own business.
package boolean

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"past/crawler"
)

// Writer writes queries for one register.
type Writer struct {
	// Term writes one term; "" leaves it out.
	Term func(string) string
	// Max bounds the encoded length of a query, in bytes.
	Max int
	// Trials is set for registers of trials: rare substances are asked for
	// without a condition.
	Trials bool
	// Stems is set where the register itself looks for other forms of a word.
	Stems bool
	// Mesh writes a MeSH heading, where the source has them.
	Mesh func(string) string
	// Also are words that may stand in the place of a condition.
	Also []string
}

// Part is one query of a plan.
type Part struct {
	Key   string // stable for the same words, in whatever order they stand
	Text  string
	About crawler.About
	// Terms and Conditions are the words of Text, as they are written there.
	Terms, Conditions []string
}

// Plan writes a query for each substance: its terms and those of all
// conditions, or for registers those of a rare substance alone. Without
// substances the conditions are asked alone.
func (w Writer) Plan(q crawler.QuestionSet) []Part {
	var conds []string
	for _, c := range q.Conditions {
		conds = append(conds, w.words(c)...)
	}
	subs := q.Substances
	if len(subs) == 0 {
		if len(conds) == 0 {
			return nil
		}
		subs = []crawler.Concept{{ID: "conditions"}}
	}
	var out []Part
	for _, s := range subs {
		with, room := slices.Concat(conds, w.Also), w.Max/2
		if s.Rare && w.Trials {
			with = nil
		}
		if len(with) == 0 {
			room = w.Max
		}
		groups := w.groups(w.words(s), room)
		longest := 0
		for _, g := range groups {
			longest = max(longest, w.length(w.or(g)))
		}
		conditionGroups := w.groups(with, max(w.Max/2, w.Max-longest-w.length(w.and([]string{"a"}, []string{"a"}))))
		n, of := 0, len(groups)*len(conditionGroups)
		for _, g := range groups {
			for _, c := range conditionGroups {
				n++
				text := w.and(g, c)
				if text == "" {
					continue
				}
				key := s.ID
				if of > 1 {
					key += "-" + strconv.Itoa(n) + "of" + strconv.Itoa(of)
				}
				about := crawler.About{Conditions: w.named(q.Conditions, c)}
				if len(q.Substances) > 0 {
					about.Substances = []string{s.ID}
				}
				out = append(out, Part{Key: key + "-" + hash(g, c), Text: text, About: about, Terms: g, Conditions: c})
			}
		}
	}
	return out
}

// Together writes in as few queries as possible what the queries of Plan find,
// for all substances at once. For registers of trials it is written without
// conditions, and may find more.
func (w Writer) Together(q crawler.QuestionSet) []Part {
	var ids []string
	if len(q.Substances) > 0 {
		all := crawler.Concept{ID: "together", Rare: true}
		for _, s := range q.Substances {
			ids = append(ids, s.ID)
			all.Terms, all.Mesh = append(all.Terms, s.Terms...), append(all.Mesh, s.Mesh...)
		}
		q.Substances = []crawler.Concept{all}
	}
	out := w.Plan(q)
	for i := range out {
		out[i].About.Substances = ids
	}
	return out
}

// named are the concepts of which a group of written terms holds a word.
func (w Writer) named(concepts []crawler.Concept, group []string) []string {
	in := map[string]bool{}
	for _, t := range group {
		in[t] = true
	}
	var out []string
	for _, c := range concepts {
		if slices.ContainsFunc(w.words(c), func(t string) bool { return in[w.written(t)] }) {
			out = append(out, c.ID)
		}
	}
	return out
}

// written is a term as the register takes it.
func (w Writer) written(t string) string {
	if text, ok := strings.CutSuffix(t, raw); ok {
		return text
	}
	return w.Term(strings.Join(strings.Fields(t), " "))
}

// words are the terms of a concept as the register wants them.
func (w Writer) words(c crawler.Concept) []string {
	var out []string
	for _, t := range c.Terms {
		if w.Stems {
			out = append(out, t)
		} else {
			out = append(out, Forms(t)...)
		}
	}
	if w.Mesh != nil {
		for _, h := range c.Mesh {
			out = append(out, w.Mesh(h)+raw)
		}
	}
	return out
}

// raw marks a term that is written already.
const raw = "\x00"

// plurals are words of names of conditions that texts also have in the plural.
var plurals = map[string]string{"disorder": "disorders", "dysfunction": "dysfunctions", "problem": "problems", "difficulty": "difficulties",
	"minority": "minorities", "trauma": "traumas", "couple": "couples", "mushroom": "mushrooms", "fetish": "fetishes"}

// Forms are the ways in which texts write a term, for registers that look for
// its letters: with and without hyphens, in the plural, in British spelling.
func Forms(term string) []string {
	out := []string{term}
	add := func(s string) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if words := strings.Fields(term); len(words) > 1 {
		add(strings.ReplaceAll(term, "-", " "))
	}
	for _, s := range slices.Clone(out) {
		i := strings.LastIndexAny(s, " -")
		if p, ok := plurals[strings.ToLower(s[i+1:])]; ok {
			add(s[:i+1] + p)
		}
	}
	for _, s := range slices.Clone(out) {
		add(british.Replace(s))
	}
	return out
}

var british = strings.NewReplacer("behavior", "behaviour", "generalized", "generalised", "randomized", "randomised")

// groups writes terms as few groups of at most room encoded bytes; no terms
// give one empty group.
func (w Writer) groups(terms []string, room int) [][]string {
	var out [][]string
	var group []string
	seen, size := map[string]bool{}, 0
	for _, t := range terms {
		t = w.written(t)
		if low := strings.ToLower(t); t == "" || seen[low] {
			continue
		} else {
			seen[low] = true
		}
		more := w.length(t) + w.length(" OR ")
		if len(group) > 0 && size+more+w.length("()") > room {
			out, group, size = append(out, group), nil, 0
		}
		if len(group) == 0 {
			more = w.length(t)
		}
		group, size = append(group, t), size+more
	}
	return append(out, group)
}

// length is that of a query as it is sent.
func (w Writer) length(s string) int { return len(url.QueryEscape(s)) }

func (w Writer) or(terms []string) string {
	switch len(terms) {
	case 0:
		return ""
	case 1:
		return terms[0]
	}
	return "(" + strings.Join(terms, " OR ") + ")"
}

func (w Writer) and(groups ...[]string) string {
	var out []string
	for _, g := range groups {
		if s := w.or(g); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " AND ")
}

func hash(groups ...[]string) string {
	var all []string
	for i, g := range groups {
		for _, t := range g {
			all = append(all, strconv.Itoa(i)+strings.ToLower(t))
		}
	}
	slices.Sort(all)
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return hex.EncodeToString(sum[:4])
}

// Quoted writes a term as a phrase in double quotes; quotes and backslashes in
// it become spaces.
func Quoted(term string) string {
	term = strings.Join(strings.Fields(strings.NewReplacer(`"`, " ", `\`, " ").Replace(term)), " ")
	if term == "" {
		return ""
	}
	return `"` + term + `"`
}
