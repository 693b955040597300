package vocab

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"past/internal/text"
)

// used is the vocabulary of this process where it is not the shipped one.
var used atomic.Pointer[Vocabulary]

// Use makes v what [Default] gives from now on; nil goes back to the shipped
// vocabulary. A process works for one field.
func Use(v *Vocabulary) { used.Store(v) }

// ownLists are the lists that a person's own file may have.
var ownLists = []string{"substances", "conditions", "topics", "outcomes", "instruments", "sources"}

// With gives the vocabulary with the entries of a person's own file added. An
// entry whose id exists changes it: keys that are written replace the former
// value, the others stay. A substance is one of the tracker's own (core) and a
// condition is tracked where it is new or has words to ask registers for (queries),
// unless the file says otherwise.
func (v *Vocabulary) With(name string, raw []byte) (*Vocabulary, error) {
	var f file
	if err := text.DecodeYAML(name, raw, &f); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"", FieldOwn, FieldBoth}, f.Field) {
		return nil, fmt.Errorf("%s: field is %q, not %s (only the subjects of this folder) or %s (the shipped ones too)", name, f.Field,
			FieldOwn, FieldBoth)
	}
	doc, err := text.ParseYAML(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	lists, err := listsOf(doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	own := *v
	own.substances, own.conditions, own.topics = slices.Clone(v.substances), slices.Clone(v.conditions), slices.Clone(v.topics)
	own.outcomes, own.instruments, own.sources = slices.Clone(v.outcomes), slices.Clone(v.instruments), slices.Clone(v.sources)
	own.field, own.written = cmp.Or(f.Field, v.field), maps.Clone(v.written)
	if own.written == nil {
		own.written = map[string]bool{}
	}
	for list, entries := range lists {
		for _, node := range entries {
			var named struct {
				ID string `yaml:"id"`
			}
			if err := yaml.NodeToValue(node, &named); err == nil {
				own.written[list+" "+named.ID] = true
			}
		}
	}
	for _, add := range []func() error{
		func() error {
			return merge(&own.substances, lists["substances"], func(s *Substance) *string { return &s.ID },
				func(s *Substance, known bool, said Substance) {
					s.Core = s.Core || !known || len(said.Queries) > 0
				})
		},
		func() error {
			return merge(&own.conditions, lists["conditions"], func(c *Condition) *string { return &c.ID },
				func(c *Condition, known bool, said Condition) {
					c.Tracked = c.Tracked || !known || len(said.Queries) > 0
				})
		},
		func() error {
			return merge(&own.topics, lists["topics"], func(t *Topic) *string { return &t.ID }, nil)
		},
		func() error {
			return merge(&own.outcomes, lists["outcomes"], func(o *OutcomeDomain) *string { return &o.ID }, nil)
		},
		func() error {
			return merge(&own.instruments, lists["instruments"], func(i *Instrument) *string { return &i.ID }, nil)
		},
		func() error {
			return merge(&own.sources, lists["sources"], func(s *Source) *string { return &s.ID }, nil)
		},
	} {
		if err := add(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := own.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	own.index()
	own.matcher, err = newMatcher(&own)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &own, nil
}

// The words of the key field of a person's own file.
const (
	FieldOwn  = "own"  // only the subjects that the folder names
	FieldBoth = "both" // the shipped subjects beside them
)

// Field is what the file says of the shipped subjects; "" where it is silent.
func (v *Vocabulary) Field() string { return v.field }

// Alone reports whether the shipped subjects are left out.
func (v *Vocabulary) Alone() bool { return v.alone }

// OwnSubjects are the substances that the person's file made subjects.
func (v *Vocabulary) OwnSubjects() []string {
	var out []string
	for _, s := range v.substances {
		if s.Core && v.written["substances "+s.ID] {
			out = append(out, s.ID)
		}
	}
	return out
}

// SexualDomain reports whether an outcome domain is sexual or relational: sexual
// function with all its parts, compulsive behaviour, communication, and what partners
// are to each other.
func (v *Vocabulary) SexualDomain(domain string) bool {
	switch domain {
	case "sexual-function", "sexual-compulsivity", "sexual-communication", "relationship", "intimacy", "attachment":
		return true
	}
	return slices.ContainsFunc(v.outcomes, func(d OutcomeDomain) bool { return d.ID == domain && d.Parent == "sexual-function" })
}

// AsksSexual reports whether the field includes sexual and relational outcomes, as the
// shipped one does: a field of its own does where it asks about such a condition or
// outcome.
func (v *Vocabulary) AsksSexual() bool {
	return !v.alone || slices.ContainsFunc(v.asked, v.SexualDomain) || slices.ContainsFunc(v.conditions, func(c Condition) bool {
		return c.Tracked && slices.ContainsFunc([]string{c.ID, c.Parent}, func(id string) bool {
			return id == "sexual-dysfunction" || id == "relationship-distress"
		})
	})
}

// ForField is the vocabulary of a field of its own: its subjects are those that
// the person's file names, and the conditions and outcome domains asked about. The shipped substances,
// conditions and instruments stay known, so that they are read right and may be
// compared with; topics, cards and claims of the shipped field are left out.
func (v *Vocabulary) ForField(conditions, domains []string) (*Vocabulary, error) {
	own := *v
	own.alone, own.asked, own.cards, own.claims = true, domains, nil, nil
	own.substances, own.conditions = slices.Clone(v.substances), slices.Clone(v.conditions)
	for i := range own.substances {
		own.substances[i].Core = own.substances[i].Core && v.written["substances "+own.substances[i].ID]
	}
	for i := range own.conditions {
		c := &own.conditions[i]
		c.Tracked = c.Tracked && v.written["conditions "+c.ID] || slices.Contains(conditions, c.ID)
	}
	own.topics = slices.DeleteFunc(slices.Clone(v.topics), func(t Topic) bool { return !v.written["topics "+t.ID] })
	own.index()
	var err error
	own.matcher, err = newMatcher(&own)
	return &own, err
}

// listsOf gives the entries of each list of a vocabulary file.
func listsOf(doc *ast.File) (map[string][]ast.Node, error) {
	out := map[string][]ast.Node{}
	for _, d := range doc.Docs {
		var pairs []*ast.MappingValueNode
		switch n := d.Body.(type) {
		case *ast.MappingNode:
			pairs = n.Values
		case *ast.MappingValueNode:
			pairs = []*ast.MappingValueNode{n}
		case nil:
			continue
		}
		for _, kv := range pairs {
			key := kv.Key.GetToken().Value
			if key == "field" {
				continue
			}
			if !slices.Contains(ownLists, key) {
				return nil, fmt.Errorf("line %d: %s cannot be changed here; the lists are %s", kv.Key.GetToken().Position.Line, key,
					strings.Join(ownLists, ", "))
			}
			if list, ok := kv.Value.(*ast.SequenceNode); ok {
				out[key] = list.Values
			}
		}
	}
	return out, nil
}

// merge decodes entries over those of the same id, or adds them. Before an entry
// is read, prepare sets what it leaves open: known is an entry that the list has.
func merge[T any](list *[]T, entries []ast.Node, id func(*T) *string, prepare func(x *T, known bool, said T)) error {
	for _, node := range entries {
		var named T
		if err := yaml.NodeToValue(node, &named); err != nil {
			return errors.New(text.YAMLError(err))
		}
		i := slices.IndexFunc(*list, func(x T) bool { return *id(&x) == *id(&named) })
		known := i >= 0
		if !known {
			*list = append(*list, *new(T))
			i = len(*list) - 1
		}
		if prepare != nil {
			prepare(&(*list)[i], known, named)
		}
		if err := yaml.NodeToValue(node, &(*list)[i]); err != nil {
			return errors.New(text.YAMLError(err))
		}
	}
	return nil
}

// Words lists the legal words of a kind (substances, conditions, domains,
// designs, comparators, instruments, topics) with their names.
func (v *Vocabulary) Words(kind string) []Word {
	var out []Word
	add := func(id, name string) { out = append(out, Word{ID: id, Name: name, Subject: true}) }
	switch kind {
	case "substances":
		for _, x := range v.substances {
			out = append(out, Word{ID: x.ID, Name: x.Name, Subject: x.Core})
		}
	case "conditions":
		for _, x := range v.conditions {
			out = append(out, Word{ID: x.ID, Name: x.Name, Subject: x.Tracked})
		}
	case "domains":
		for _, x := range v.outcomes {
			add(x.ID, x.Name)
		}
	case "designs":
		for _, x := range v.designs {
			add(x.ID, x.Name)
		}
	case "comparators":
		for _, x := range v.comparators {
			add(x.ID, x.Name)
		}
	case "instruments":
		for _, x := range v.instruments {
			add(x.ID, x.Short+": "+x.Name)
		}
	case "topics":
		for _, x := range v.topics {
			add(x.ID, x.Name)
		}
	}
	slices.SortFunc(out, func(a, b Word) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Word is a legal word of a question or a table with its name for people.
type Word struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Subject is set for what the tracker is about, and for all words of kinds
	// that have no subjects (designs, comparators, instruments).
	Subject bool `json:"subject"`
}

// Nearest gives the words most like one that is not legal, best first: those
// that share its folded spelling as a term of the vocabulary, then the nearest
// in spelling; at most three.
func (v *Vocabulary) Nearest(kind, word string) []string {
	type near struct {
		id string
		d  int
	}
	var out []near
	low := strings.ToLower(strings.TrimSpace(word))
	for _, id := range v.meant(kind, word) {
		out = append(out, near{id, 0})
	}
	add := func(id string, d int) {
		if !slices.ContainsFunc(out, func(n near) bool { return n.id == id }) {
			out = append(out, near{id, d})
		}
	}
	part := strings.ReplaceAll(low, " ", "-")
	for _, w := range v.Words(kind) {
		d := text.Distance(low, w.ID)
		if d > 0 && sameLetters(low, w.ID) {
			d = 0 // typed in another order
		}
		switch {
		case d <= max(2, len(w.ID)/3):
			add(w.ID, 2*d)
		case len(part) > 2 && strings.Contains("-"+w.ID+"-", "-"+part+"-"):
			add(w.ID, 4)
		case len(w.ID) > 3 && strings.Contains("-"+part+"-", "-"+w.ID+"-"):
			add(w.ID, 5)
		}
	}
	slices.SortStableFunc(out, func(a, b near) int {
		if a.d == b.d && a.d > 0 {
			return len(a.id) - len(b.id) // the word with the least beside what was written
		}
		return a.d - b.d
	})
	var ids []string
	for _, n := range out[:min(3, len(out))] {
		ids = append(ids, n.id)
	}
	return ids
}

// sameLetters reports whether two words differ only in the order of letters.
func sameLetters(a, b string) bool {
	x, y := []rune(a), []rune(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// meant are the entries of a kind that the matcher finds in a word.
func (v *Vocabulary) meant(kind, word string) []string {
	m := v.Match(word)
	var hits []Hit
	switch kind {
	case "substances":
		hits = m.Substances
	case "conditions":
		hits = m.Conditions
	case "topics":
		hits = m.Topics
	case "instruments":
		if in, ok := v.CalledInstrument(word); ok {
			return []string{in.ID}
		}
	}
	var out []string
	for _, h := range hits {
		if !slices.Contains(out, h.ID) {
			out = append(out, h.ID)
		}
	}
	return out
}
