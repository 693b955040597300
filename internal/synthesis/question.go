package synthesis

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Question is a PICO question with its analysis plan.
type Question struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	// Kind is efficacy (default) or harm.
	Kind string `yaml:"kind"`

	Substances []string `yaml:"substances"` // vocabulary ids; a derivative is another substance
	Condition  string   `yaml:"condition"`  // of the studies that count as missing; "" is any
	// Population restricts to diagnosis or other-illness; empty takes both.
	Population  string   `yaml:"population"`
	Comparators []string `yaml:"comparators"` // vocabulary comparator classes
	Designs     []string `yaml:"designs"`

	Domain string `yaml:"domain"` // outcome domain
	// Scores that may be pooled together. Endpoint and change scores are
	// never mixed in one standardised pool.
	Scores []string `yaml:"scores"`
	// Instruments in order of preference; empty follows the source's own
	// primary instrument.
	Instruments []string `yaml:"instruments"`
	Time        TimeRule `yaml:"time"`
	// Arms is highest-dose-against-lowest (default) or all.
	Arms string `yaml:"arms"`

	Measure string `yaml:"measure"` // SMD | RR | OR | RD
	Formula string `yaml:"formula"` // metafor | metapsy | revman
	Method  string `yaml:"method"`  // REML, PM, DL, …
	Test    string `yaml:"test"`    // knha | z | t

	LowerIsBetter bool     `yaml:"lower_is_better"`
	MID           *float64 `yaml:"mid"`
	MIDSource     string   `yaml:"mid_source"`
	Subgroups     []string `yaml:"subgroups"`
	Moderators    []string `yaml:"moderators"`
	Sensitivity   []string `yaml:"sensitivity"`
	// Indirectness codes in which part of the evidence a facet differs from
	// the question; IndirectnessReviewed says that a person looked, so that an
	// empty list means direct evidence.
	Indirectness         []Indirect `yaml:"indirectness"`
	IndirectnessReviewed bool       `yaml:"indirectness_reviewed"`
	Note                 string     `yaml:"note"`

	// Words for sentences: "MDMA-assisted therapy", "PTSD symptoms",
	// "placebo or a low dose with the same therapy".
	Intervention    string `yaml:"intervention"`
	Plural          bool   `yaml:"intervention_is_plural"`
	Outcome         string `yaml:"outcome"`
	ComparatorWords string `yaml:"comparator_words"`
}

// Indirect is one code of indirectness.
type Indirect struct {
	Facet  string  `yaml:"facet"` // population | intervention | comparator | outcome | setting
	Share  float64 `yaml:"share"` // of the weight, 0 to 1
	Reason string  `yaml:"reason"`
}

// TimeRule chooses one time point per study.
type TimeRule struct {
	// Rule is primary (only the time that the source declares primary),
	// primary-or-latest (the latest where it declares none), latest (the last
	// within the window) or closest (to Target, ties to the later).
	Rule   string   `yaml:"rule"`
	Min    *float64 `yaml:"min_weeks"`
	Max    *float64 `yaml:"max_weeks"`
	Target *float64 `yaml:"target_weeks"`
}

//go:embed questions.yaml
var shipped []byte

// Shipped returns the questions that come with the program.
func Shipped() ([]Question, error) { return Load("questions.yaml", shipped) }

// Load reads a questions file strictly: an unknown key is an error with its
// line. Every question is checked; all mistakes are told at once.
func Load(name string, data []byte) ([]Question, error) {
	var qs []Question
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := dec.Decode(&qs); err != nil {
		return nil, fmt.Errorf("%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	var errs []string
	seen := map[string]bool{}
	for i := range qs {
		q := &qs[i]
		q.defaults()
		if seen[q.ID] {
			errs = append(errs, fmt.Sprintf("question %d: the id %q is used twice", i+1, q.ID))
		}
		seen[q.ID] = true
		for _, e := range q.Check() {
			errs = append(errs, fmt.Sprintf("question %d (%s): %s", i+1, q.ID, e))
		}
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("%s: %s", name, strings.Join(errs, "\n"))
	}
	return qs, nil
}

func (q *Question) defaults() {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	set(&q.Kind, "efficacy")
	set(&q.Measure, "SMD")
	set(&q.Formula, "metafor")
	set(&q.Method, "REML")
	set(&q.Test, "knha")
	set(&q.Time.Rule, "primary")
	set(&q.Arms, "highest-dose-against-lowest")
	if len(q.Designs) == 0 {
		q.Designs = []string{"parallel-rct", "crossover-rct"}
	}
	if len(q.Scores) == 0 {
		q.Scores = []string{"endpoint"}
	}
}

// Check lists the mistakes of a question in sentences; none is an empty list.
func (q *Question) Check() []string {
	var errs []string
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Sprintf(format, args...))
		}
	}
	oneOf := func(name, v string, allowed ...string) {
		bad(slices.Contains(allowed, v), "%s %q is none of %s", name, v, strings.Join(allowed, ", "))
	}
	bad(validID(q.ID), "id %q must be lower-case letters, digits and hyphens", q.ID)
	bad(q.Title != "", "title is missing")
	bad(len(q.Substances) > 0, "substances is missing: name at least one vocabulary id such as mdma")
	bad(q.Domain != "", "domain is missing: name the outcome domain such as ptsd")
	bad(len(q.Comparators) > 0, "comparators is missing: name at least one class such as inactive-placebo")
	oneOf("kind", q.Kind, "efficacy", "harm")
	oneOf("measure", q.Measure, "SMD", "RR", "OR", "RD")
	oneOf("formula", q.Formula, "metafor", "metapsy", "revman")
	oneOf("test", q.Test, "knha", "z", "t", "adhoc")
	oneOf("method", q.Method, "REML", "ML", "DL", "PM", "SJ", "HE", "HS", "EB", "EE")
	oneOf("time.rule", q.Time.Rule, "primary", "primary-or-latest", "latest", "closest")
	oneOf("arms", q.Arms, "highest-dose-against-lowest", "all")
	if q.Population != "" {
		oneOf("population", q.Population, "diagnosis", "other-illness")
	}
	if q.Time.Rule == "closest" {
		bad(q.Time.Target != nil, "time.rule closest needs time.target_weeks")
	}
	if q.Measure == "SMD" {
		bad(!(slices.Contains(q.Scores, "endpoint") && slices.Contains(q.Scores, "change")),
			"endpoint and change scores cannot share one pool of standardised mean differences; ask two questions")
		for _, s := range q.Scores {
			oneOf("scores", s, "endpoint", "change")
		}
	} else {
		for _, s := range q.Scores {
			oneOf("scores", s, "response", "remission", "events")
		}
	}
	errs = append(errs, checkNames("subgroups", q.Subgroups, factors)...)
	errs = append(errs, checkNames("moderators", q.Moderators, numbers)...)
	for _, i := range q.Indirectness {
		oneOf("indirectness.facet", i.Facet, "population", "intervention", "comparator", "outcome", "setting")
		bad(i.Share > 0 && i.Share <= 1, "indirectness.share %v is not between 0 and 1", i.Share)
		bad(i.Reason != "", "indirectness has no reason")
	}
	bad(q.Intervention != "" && q.Outcome != "", "intervention and outcome are missing: the words of the sentence, such as \"MDMA-assisted therapy\" and \"PTSD symptoms\"")
	if q.MID != nil {
		bad(q.MIDSource != "", "mid has no mid_source: say where the minimal important difference comes from")
	}
	return errs
}

func validID(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') {
			return false
		}
	}
	return true
}
