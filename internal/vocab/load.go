package vocab

import (
	"embed"
	"fmt"
	"io/fs"
	"past/internal/text"
	"sort"
	"strings"
	"sync"
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
