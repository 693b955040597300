package vocab

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// check reports everything that is wrong with the data, not only the first.
func (v *Vocabulary) check() error {
	c := checker{}
	c.ids("substance", len(v.substances), func(i int) string { return v.substances[i].ID })
	c.ids("condition", len(v.conditions), func(i int) string { return v.conditions[i].ID })
	c.ids("topic", len(v.topics), func(i int) string { return v.topics[i].ID })
	c.ids("domain", len(v.domains), func(i int) string { return v.domains[i].ID })
	c.ids("claim", len(v.claims), func(i int) string { return v.claims[i].ID })
	c.ids("comparator", len(v.comparators), func(i int) string { return v.comparators[i].ID })
	c.ids("design", len(v.designs), func(i int) string { return v.designs[i].ID })
	c.ids("outcome", len(v.outcomes), func(i int) string { return v.outcomes[i].ID })
	c.ids("instrument", len(v.instruments), func(i int) string { return v.instruments[i].ID })
	c.ids("source", len(v.sources), func(i int) string { return v.sources[i].ID })
	c.ids("cue", len(v.cues), func(i int) string { return v.cues[i].ID })
	v.checkEntries(&c)
	for _, list := range [][]Grammar{v.kinds, v.answers, v.units, v.scores, v.described, v.better, v.describedBetter} {
		for _, g := range list {
			if g.ID == "" || len(g.Match) == 0 || len(g.Examples) == 0 || len(g.Not) == 0 {
				c.fail("kind %q needs an id, patterns, examples and texts that it is not", g.ID)
			}
		}
	}
	v.checkClaims(&c)
	v.checkCards(&c)
	for i := range v.instruments {
		v.checkInstrument(&c, &v.instruments[i])
	}
	return errors.Join(c.errs...)
}

type checker struct {
	known map[string]bool // "kind id"
	errs  []error
}

func (c *checker) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("vocabulary: "+format, args...))
}

func (c *checker) ids(kind string, n int, id func(int) string) {
	if c.known == nil {
		c.known = map[string]bool{}
	}
	for i := range n {
		switch key := kind + " " + id(i); {
		case id(i) == "":
			c.fail("%s number %d has no id", kind, i+1)
		case strings.ContainsAny(id(i), " \t\n"):
			c.fail("%s id %q has a space", kind, id(i))
		case c.known[key]:
			c.fail("%s id %q occurs twice", kind, id(i))
		default:
			c.known[key] = true
		}
	}
}

// ref demands that each id exists.
func (c *checker) ref(where, kind string, ids ...string) {
	for _, id := range ids {
		if id != "" && !c.known[kind+" "+id] {
			c.fail("%s refers to %s %q, which does not exist", where, kind, id)
		}
	}
}

func (c *checker) terms(where string, t Terms) {
	for _, s := range append(append([]string{}, t.Any...), t.Exact...) {
		if len(fold(s)) == 0 {
			c.fail("%s has the term %q without a letter or digit", where, s)
		}
	}
	for _, g := range t.Guarded {
		if len(fold(g.Term)) == 0 {
			c.fail("%s has a guarded term %q without a letter or digit", where, g.Term)
		}
		if g.Why == "" || len(g.Needs)+len(g.Unless) == 0 {
			c.fail("%s: guarded term %q needs a reason and at least one context word", where, g.Term)
		}
		if g.Within < 0 {
			c.fail("%s: guarded term %q has a negative distance", where, g.Term)
		}
	}
}

func (v *Vocabulary) checkEntries(c *checker) {
	for _, s := range v.substances {
		c.terms("substance "+s.ID, s.Terms)
		c.ref("substance "+s.ID, "substance", s.FoldInto)
	}
	for _, s := range v.conditions {
		c.terms("condition "+s.ID, s.Terms)
		c.ref("condition "+s.ID, "condition", append([]string{s.Parent}, s.Near...)...)
	}
	for _, t := range v.topics {
		c.terms("topic "+t.ID, t.Terms)
		c.ref("topic "+t.ID, "domain", t.Domains...)
		c.ref("topic "+t.ID, "condition", t.Conditions...)
	}
	for _, s := range v.comparators {
		c.terms("comparator "+s.ID, s.Terms)
	}
	for _, s := range v.designs {
		c.terms("design "+s.ID, s.Terms)
	}
	for _, o := range v.outcomes {
		c.ref("outcome "+o.ID, "outcome", o.Parent)
	}
	for _, s := range v.sources {
		if s.Cite == "" || s.Kind == "" {
			c.fail("source %q needs a citation and a kind", s.ID)
		}
	}
}

func (v *Vocabulary) checkClaims(c *checker) {
	for i, cl := range v.claims {
		where := "claim " + cl.ID
		if want := fmt.Sprintf("C%d", i+1); cl.ID != want {
			c.fail("%s stands where %s should", where, want)
		}
		c.ref(where, "substance", cl.Substances...)
		c.ref(where, "condition", cl.Conditions...)
		c.ref(where, "topic", cl.Topics...)
		c.ref(where, "outcome", cl.Outcomes...)
		c.ref(where, "instrument", cl.Instruments...)
		c.ref(where, "domain", cl.Domains...)
	}
}

func (v *Vocabulary) checkInstrument(c *checker, in *Instrument) {
	where := "instrument " + in.ID
	c.terms(where, in.Terms)
	c.ref(where, "outcome", in.Domain)
	c.ref(where, "instrument", in.PartOf)
	c.ref(where, "source", in.RangeSource)
	for _, key := range []struct{ name, value string }{{"short", in.Short}, {"name", in.Name}, {"domain", in.Domain}} {
		if key.value == "" {
			c.fail("%s needs a line %s:", where, key.name)
		}
	}
	c.word(where+" kind", in.Kind, InstrumentKinds)
	c.word(where+" rater", in.Rater, Raters)
	c.direction(where, in.Direction)
	for _, id := range sortedKeys(in.DirectionIn) {
		c.ref(where, "condition", id)
		c.direction(where, in.DirectionIn[id])
	}
	c.span(where, in.Range)
	if in.Range != nil && in.RangeSource == "" {
		c.fail("%s has a range without a source", where)
	}
	for _, f := range append(append([]Figure{}, in.SD...), in.MID...) {
		c.ref(where, "source", f.Source)
		if f.Source == "" || f.Value <= 0 || f.Upper != 0 && f.Upper < f.Value {
			c.fail("%s has a figure %v without a source or out of order", where, f.Value)
		}
		if in.Range != nil && f.Value > in.Range.Max-in.Range.Min {
			c.fail("%s has a figure %v wider than its range", where, f.Value)
		}
	}
	for _, m := range in.MID {
		if !m.Verified && m.Population == "" {
			c.fail("%s has an unverified minimal important difference without its population", where)
		}
	}
	v.checkParts(c, in, where)
}

func (v *Vocabulary) checkParts(c *checker, in *Instrument, where string) {
	seen := map[string]bool{}
	for _, s := range in.Subscales {
		part := where + " subscale " + s.ID
		if s.ID == "" || s.Name == "" || seen[s.ID] {
			c.fail("%s needs an id of its own and a name", part)
		}
		seen[s.ID] = true
		c.terms(part, s.Terms)
		c.ref(part, "outcome", s.Domain)
		c.span(part, s.Range)
		if s.Direction != "" {
			c.direction(part, s.Direction)
		}
	}
	for _, ver := range in.Versions {
		part := where + " version " + ver.ID
		if ver.ID == "" || ver.Name == "" || seen[ver.ID] {
			c.fail("%s needs an id of its own and a name", part)
		}
		seen[ver.ID] = true
		c.terms(part, ver.Terms)
		c.span(part, ver.Range)
	}
}

// word checks a word that may be left out.
func (c *checker) word(where, word string, legal []string) {
	if word != "" && !slices.Contains(legal, word) {
		c.fail("%s is %q, not one of %s", where, word, strings.Join(legal, ", "))
	}
}

func (c *checker) direction(where string, d Direction) {
	if d != LowerBetter && d != HigherBetter && d != NeutralScore {
		c.fail("%s has the direction %q; write lower, higher or neutral", where, d)
	}
}

func (c *checker) span(where string, r *Range) {
	if r != nil && !(r.Min < r.Max) {
		c.fail("%s has the range %v to %v", where, r.Min, r.Max)
	}
}
