// Package coding turns the free text of trial records into short codes with
// their quotations: who a trial left out (eligibility text) and what was done
// besides the drug (arms, interventions, summary). The codes are data
// (data/codes.yaml), each with texts that must match and texts that must not.
//
// What does not live here: outcomes and instruments (extract, vocab), harms, and
// any judgement of whether a practice is good. A code says what a record says; a
// record without the words is "not described", which is not "not done".
package coding

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"past/internal/evidence"
)

//go:embed data/codes.yaml
var shipped []byte

// Groups of codes.
const (
	LeftOut  = "left-out"
	Care     = "care"
	Blinding = "blinding"
)

// Code is one entry of the code book.
type Code struct {
	ID    string `yaml:"id"`
	Group string `yaml:"group"`
	Name  string `yaml:"name"`
	// Terms are alternatives, of which one must be found; Needs is a second list
	// of which one must be found too. Unless voids the text, Negated are terms
	// that by themselves say "not" (a negative pregnancy test).
	Terms   []string `yaml:"terms"`
	Needs   []string `yaml:"needs"`
	Unless  []string `yaml:"unless"`
	Negated []string `yaml:"negated"`
	Match   []string `yaml:"match"`
	NoMatch []string `yaml:"no_match"`

	terms, needs, unless, negated *regexp.Regexp
	hints                         [][][]string // see hints; of Terms and Negated
}

var book = sync.OnceValues(func() ([]Code, error) { return load(shipped) })

// Codes returns the code book in file order.
func Codes() []Code {
	codes, err := book()
	if err != nil {
		panic("coding: embedded code book: " + err.Error()) // checked by the package's tests
	}
	return codes
}

func load(raw []byte) ([]Code, error) {
	var f struct {
		Codes []Code `yaml:"codes"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(&f); err != nil {
		return nil, err
	}
	for i := range f.Codes {
		if err := f.Codes[i].compile(); err != nil {
			return nil, fmt.Errorf("code %q: %w", f.Codes[i].ID, err)
		}
	}
	return f.Codes, nil
}

func (c *Code) compile() error {
	if c.ID == "" || c.Name == "" || len(c.Terms) == 0 || !slices.Contains([]string{LeftOut, Care, Blinding}, c.Group) {
		return fmt.Errorf("needs id, name, terms and one of the groups %s, %s and %s", LeftOut, Care, Blinding)
	}
	for _, x := range []struct {
		from []string
		to   **regexp.Regexp
	}{{c.Terms, &c.terms}, {c.Needs, &c.needs}, {c.Unless, &c.unless}, {c.Negated, &c.negated}} {
		if len(x.from) == 0 {
			continue
		}
		re, err := regexp.Compile(`(?i)(?:` + strings.Join(x.from, ")|(?:") + `)`)
		if err != nil {
			return err
		}
		*x.to = re
	}
	c.hints = hints(append(append([]string{}, c.Terms...), c.Negated...))
	return nil
}

// hinted reports whether the code can match a text, given in lower case: most
// codes are ruled out by a search for a few words.
func (c *Code) hinted(lower string) bool {
	for _, sets := range c.hints {
		if !slices.ContainsFunc(sets, func(words []string) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(lower, w) })
		}) {
			return true
		}
	}
	return false
}

// hints gives for each pattern the sets of literal texts of which any match holds
// one each; a pattern without literals has no set and is always tried.
func hints(patterns []string) [][][]string {
	var out [][][]string
	for _, p := range patterns {
		re, err := syntax.Parse("(?i)"+p, syntax.Perl)
		if err != nil {
			out = append(out, nil)
			continue
		}
		re = re.Simplify()
		parts := []*syntax.Regexp{re}
		if re.Op == syntax.OpConcat {
			parts = re.Sub
		}
		var sets [][]string
		for _, part := range parts {
			if words := literals(part); words != nil {
				sets = append(sets, words)
			}
		}
		out = append(out, sets)
	}
	return out
}

// literals gives texts of which any match of re holds at least one; nil: unknown.
func literals(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}
	case syntax.OpCapture, syntax.OpPlus:
		return literals(re.Sub[0])
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			one := literals(sub)
			if one == nil {
				return nil
			}
			out = append(out, one...)
		}
		return out
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if one := literals(sub); one != nil && (best == nil || shortest(one) > shortest(best)) {
				best = one
			}
		}
		return best
	}
	return nil
}

func shortest(words []string) int {
	n := len(words[0])
	for _, w := range words {
		n = min(n, len(w))
	}
	return n
}

// find reports where the code's words are found in text, ok false when they are
// not, or when words of Unless void them.
func (c *Code) find(text string) (at []int, ok bool) {
	if c.unless != nil && c.unless.MatchString(text) {
		return nil, false
	}
	if c.needs != nil && !c.needs.MatchString(text) {
		return nil, false
	}
	if at = c.terms.FindStringIndex(text); at == nil && c.negated != nil {
		at = c.negated.FindStringIndex(text)
	}
	return at, at != nil
}

// Read codes one record: at most one row for each code and stance, with the first
// text that says so.
func Read(r *evidence.Record) []evidence.Coded {
	var out []evidence.Coded
	seen := map[string]bool{}
	add := func(c evidence.Coded) {
		if key := c.Code + "\x00" + c.Stance; !seen[key] {
			seen[key] = true
			c.RecordID = r.ID
			out = append(out, c)
		}
	}
	readEligibility(r, add)
	readCare(r, add)
	readBlinding(r, add)
	return out
}
