package vocab

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"sync"

	"past/internal/text"
)

//go:embed data
var embedded embed.FS

// Vocabulary is the loaded and checked vocabulary with its matcher. It is
// immutable and safe for concurrent use.
type Vocabulary struct {
	substances      []Substance
	conditions      []Condition
	topics          []Topic
	cards           []Card
	domains         []Domain
	claims          []Claim
	comparators     []Comparator
	designs         []Design
	outcomes        []OutcomeDomain
	instruments     []Instrument
	sources         []Source
	lookAlikes      []LookAlike
	cues            []Cue
	kinds           []Grammar
	answers         []Grammar
	units           []Grammar
	scores          []Grammar
	described       []Grammar
	better          []Grammar
	describedBetter []Grammar

	// field, written and alone are of a person's own file: its key field, the
	// entries that it has ("substances sildenafil"), and whether the shipped
	// subjects are left out.
	field   string
	written map[string]bool
	alone   bool
	asked   []string // outcome domains of the questions of a field of its own

	byInstrument map[string]*Instrument
	byCondition  map[string]*Condition
	bySubstance  map[string]*Substance
	matcher      *matcher
}

// file is the shape of every data file: each may hold any of the lists.
type file struct {
	Field           string          `yaml:"field"` // of a person's own file
	Substances      []Substance     `yaml:"substances"`
	Conditions      []Condition     `yaml:"conditions"`
	Topics          []Topic         `yaml:"topics"`
	Cards           []Card          `yaml:"cards"`
	Domains         []Domain        `yaml:"domains"`
	Claims          []Claim         `yaml:"claims"`
	Comparators     []Comparator    `yaml:"comparators"`
	Designs         []Design        `yaml:"designs"`
	Outcomes        []OutcomeDomain `yaml:"outcomes"`
	Instruments     []Instrument    `yaml:"instruments"`
	Sources         []Source        `yaml:"sources"`
	LookAlikes      []LookAlike     `yaml:"lookalikes"`
	Cues            []Cue           `yaml:"cues"`
	Kinds           []Grammar       `yaml:"kinds"`
	Answers         []Grammar       `yaml:"answers"`
	Units           []Grammar       `yaml:"units"`
	Scores          []Grammar       `yaml:"scores"`
	Described       []Grammar       `yaml:"described"`
	Better          []Grammar       `yaml:"better"`
	DescribedBetter []Grammar       `yaml:"described_better"`
}

var loadDefault = sync.OnceValues(Load)

// Default returns the vocabulary in use: the embedded one, loaded once, unless
// [Use] named another. The embedded data are
// checked by this package's tests, so a failure here is a damaged binary.
func Default() *Vocabulary {
	if v := used.Load(); v != nil {
		return v
	}
	return Shipped()
}

// Shipped returns the embedded vocabulary, whatever is in use.
func Shipped() *Vocabulary {
	v, err := loadDefault()
	if err != nil {
		panic("vocab: embedded data: " + err.Error())
	}
	return v
}

// Load reads and checks the embedded vocabulary.
func Load() (*Vocabulary, error) {
	sub, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, fmt.Errorf("open embedded vocabulary: %w", err)
	}
	return LoadFS(sub)
}

// LoadFS reads every *.yaml file of fsys, in order of path, and checks the whole.
// A field that no type knows, a duplicate key or id, a range upside down or a
// reference to something absent is an error that names the file or entry.
func LoadFS(fsys fs.FS) (*Vocabulary, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(p, ".yaml") {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list vocabulary files: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no vocabulary files (*.yaml) found")
	}
	sort.Strings(names)
	v := &Vocabulary{}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read vocabulary file %s: %w", name, err)
		}
		if err := v.decode(name, raw); err != nil {
			return nil, fmt.Errorf("vocabulary file %w", err)
		}
	}
	if err := v.check(); err != nil {
		return nil, err
	}
	v.index()
	v.matcher, err = newMatcher(v)
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (v *Vocabulary) decode(name string, raw []byte) error {
	var f file
	if err := text.DecodeYAML(name, raw, &f); err != nil {
		return err
	}
	v.substances = append(v.substances, f.Substances...)
	v.conditions = append(v.conditions, f.Conditions...)
	v.topics = append(v.topics, f.Topics...)
	v.cards = append(v.cards, f.Cards...)
	v.domains = append(v.domains, f.Domains...)
	v.claims = append(v.claims, f.Claims...)
	v.comparators = append(v.comparators, f.Comparators...)
	v.designs = append(v.designs, f.Designs...)
	v.outcomes = append(v.outcomes, f.Outcomes...)
	v.instruments = append(v.instruments, f.Instruments...)
	v.sources = append(v.sources, f.Sources...)
	v.lookAlikes = append(v.lookAlikes, f.LookAlikes...)
	v.cues = append(v.cues, f.Cues...)
	for _, list := range []struct {
		to   *[]Grammar
		from []Grammar
	}{{&v.kinds, f.Kinds}, {&v.answers, f.Answers}, {&v.units, f.Units},
		{&v.scores, f.Scores}, {&v.described, f.Described}, {&v.better, f.Better}, {&v.describedBetter, f.DescribedBetter}} {
		for i := range list.from {
			if err := list.from[i].compile(); err != nil {
				return err
			}
		}
		*list.to = append(*list.to, list.from...)
	}
	return nil
}

func (v *Vocabulary) index() {
	v.byInstrument = map[string]*Instrument{}
	for i := range v.instruments {
		v.byInstrument[v.instruments[i].ID] = &v.instruments[i]
	}
	v.byCondition = map[string]*Condition{}
	for i := range v.conditions {
		v.byCondition[v.conditions[i].ID] = &v.conditions[i]
	}
	v.bySubstance = map[string]*Substance{}
	for i := range v.substances {
		v.bySubstance[v.substances[i].ID] = &v.substances[i]
	}
}

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

// Substances returns all substances in file order.
func (v *Vocabulary) Substances() []Substance { return slices.Clone(v.substances) }

// Conditions returns all conditions in file order.
func (v *Vocabulary) Conditions() []Condition { return slices.Clone(v.conditions) }

// Topics returns the 25 rows of the evidence gap map in file order.
func (v *Vocabulary) Topics() []Topic { return slices.Clone(v.topics) }

// Domains returns the six curriculum domains in file order.
func (v *Vocabulary) Domains() []Domain { return slices.Clone(v.domains) }

// Claims returns the claims C1 to C12 in order.
func (v *Vocabulary) Claims() []Claim { return slices.Clone(v.claims) }

// Comparators returns the comparator classes in file order.
func (v *Vocabulary) Comparators() []Comparator { return slices.Clone(v.comparators) }

// Comparator looks up a class of comparator by its id.
func (v *Vocabulary) Comparator(id string) (Comparator, bool) {
	i := slices.IndexFunc(v.comparators, func(c Comparator) bool { return c.ID == id })
	if i < 0 {
		return Comparator{}, false
	}
	return v.comparators[i], true
}

// Designs returns the study designs in file order.
func (v *Vocabulary) Designs() []Design { return slices.Clone(v.designs) }

// Design looks up a design by its id.
func (v *Vocabulary) Design(id string) (Design, bool) {
	i := slices.IndexFunc(v.designs, func(d Design) bool { return d.ID == id })
	if i < 0 {
		return Design{}, false
	}
	return v.designs[i], true
}

// Instruments returns the instrument catalogue in file order.
func (v *Vocabulary) Instruments() []Instrument { return slices.Clone(v.instruments) }

// OutcomeDomains returns what instruments measure, in file order.
func (v *Vocabulary) OutcomeDomains() []OutcomeDomain { return slices.Clone(v.outcomes) }

// Sources returns the sources of the catalogue's figures in file order.
func (v *Vocabulary) Sources() []Source { return slices.Clone(v.sources) }

// Instrument returns the catalogue entry with this id.
func (v *Vocabulary) Instrument(id string) (Instrument, bool) {
	p, ok := v.byInstrument[id]
	if !ok {
		return Instrument{}, false
	}
	return *p, true
}

// Substance returns the substance with this id.
func (v *Vocabulary) Substance(id string) (Substance, bool) {
	p, ok := v.bySubstance[id]
	if !ok {
		return Substance{}, false
	}
	return *p, true
}

// Condition returns the condition with this id.
func (v *Vocabulary) Condition(id string) (Condition, bool) {
	p, ok := v.byCondition[id]
	if !ok {
		return Condition{}, false
	}
	return *p, true
}

// QueryTerms returns the synonyms with which a register is asked for the given
// substance and condition ids, in file order without duplicates. Empty ids mean
// the four core substances and the tracked conditions. Unknown ids are ignored.
func (v *Vocabulary) QueryTerms(substances, conditions []string) (subst, cond []string) {
	for _, s := range v.substances {
		fold := s.FoldInto
		if wanted(substances, s.ID, fold, s.Core || fold != "") {
			subst = appendNew(subst, s.Queries...)
		}
	}
	for _, c := range v.conditions {
		if wanted(conditions, c.ID, c.Parent, c.Tracked) {
			cond = appendNew(cond, c.Queries...)
		}
	}
	return subst, cond
}

func wanted(ids []string, id, parent string, byDefault bool) bool {
	if len(ids) == 0 {
		return byDefault
	}
	return slices.Contains(ids, id) || parent != "" && slices.Contains(ids, parent)
}

func appendNew(list []string, more ...string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}
