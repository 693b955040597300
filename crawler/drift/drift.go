// Package drift holds an answer to the outline that a parser knows, and counts
// what it does not know by path. A register that adds or renames a field shows
// here first, while everything else is still read.
//
// An outline is a text with one name a line, indented by tabs under its
// parent; attributes of an XML element follow its name with an @; a name that
// ends in * is known with all that is below it; lines that begin with # are
// comments. Lists are transparent: a list of objects has the outline of one.
package drift

import (
	"fmt"
	"slices"
	"strings"

	"past/crawler"
	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

// Outline is what a parser knows of a register's format.
type Outline struct {
	kids map[string]*Outline
	deep bool // all below is known
}

// New reads an outline. It panics on a malformed text, which is part of the
// program.
func New(text string) *Outline {
	root := &Outline{kids: map[string]*Outline{}}
	way := []*Outline{root}
	for n, line := range strings.Split(text, "\n") {
		name := strings.TrimLeft(line, "\t")
		if strings.TrimSpace(name) == "" || name[0] == '#' {
			continue
		}
		depth := len(line) - len(name)
		if depth >= len(way) {
			panic(fmt.Sprintf("drift: line %d of the outline is indented too far: %q", n+1, line))
		}
		words := strings.Fields(name)
		name, deep := strings.CutSuffix(words[0], "*")
		o := &Outline{kids: map[string]*Outline{}, deep: deep}
		for _, a := range words[1:] {
			o.kids[a] = &Outline{}
		}
		way[depth].kids[name] = o
		way = append(way[:depth+1], o)
	}
	return root
}

// JSON counts the keys below n that the outline does not know, by their path
// with list indices replaced by []. It is nil when all are known.
func (o *Outline) JSON(n *jsontree.Node) map[string]int {
	c := counter{}
	c.json(o, n, "")
	return c.found
}

// XML counts the elements and attributes below n that the outline does not
// know; n itself is what the outline's root represents.
func (o *Outline) XML(n *xmltree.Node) map[string]int {
	c := counter{}
	c.xml(o, n, "")
	return c.found
}

type counter struct{ found map[string]int }

func (c *counter) note(path string) {
	if c.found == nil {
		c.found = map[string]int{}
	}
	c.found[path]++
}

func (c *counter) json(o *Outline, n *jsontree.Node, path string) {
	if o.deep {
		return
	}
	for i := range n.Kids {
		kid := &n.Kids[i]
		if n.Kind == jsontree.Array {
			c.json(o, kid, path+"[]")
			continue
		}
		at := kid.Key
		if path != "" {
			at = path + "." + kid.Key
		}
		if k := o.kids[kid.Key]; k != nil {
			c.json(k, kid, at)
		} else {
			c.note(at)
		}
	}
}

func (c *counter) xml(o *Outline, n *xmltree.Node, path string) {
	if o.deep {
		return
	}
	for _, a := range n.Attrs {
		if o.kids["@"+a.Name] == nil {
			c.note(strings.TrimPrefix(path+"/@"+a.Name, "/"))
		}
	}
	for i := range n.Kids {
		kid := &n.Kids[i]
		if kid.Name == "" {
			continue
		}
		at := strings.TrimPrefix(path+"/"+kid.Name, "/")
		if k := o.kids[kid.Name]; k != nil {
			c.xml(k, kid, at)
		} else {
			c.note(at)
		}
	}
}

// Problems sums the unknown keys of records into one problem a path.
func Problems(records []evidence.Record) []evidence.Problem {
	type tally struct{ keys, records int }
	all := map[string]tally{}
	for _, r := range records {
		for path, n := range r.Unknown {
			t := all[path]
			all[path] = tally{t.keys + n, t.records + 1}
		}
	}
	paths := make([]string, 0, len(all))
	for path := range all {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	var out []evidence.Problem
	for _, path := range paths {
		t := all[path]
		out = append(out, evidence.Problem{Kind: crawler.KindDrift, Where: path,
			Message: fmt.Sprintf("unknown key, %d times in %d records; it stays in the payload", t.keys, t.records)})
	}
	return out
}
