package synthesis

import (
	_ "embed"
	"errors"
	"fmt"
	"past/internal/extract"
	"past/internal/review"
	"past/internal/text"
	"past/internal/vocab"
	"slices"
	"strings"
	"sync"
)

// Question is a PICO question with its analysis plan.
type Question struct {
	fitOnly string // why the fitted model is the answer of few studies, too

	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	// Kind is efficacy (default) or harm. A harm is a risk of events: its
	// sentences say more or fewer people and never speak of benefit.
	Kind string `yaml:"kind"`
	// Headline marks the questions that an overview shows first.
	Headline bool `yaml:"headline"`

	Substances []string `yaml:"substances"` // vocabulary ids; a derivative is another substance
	// Condition is that of the studies that count as missing; "" is any. Where the
	// question has no other words for its population, it restricts the pooled rows
	// as well.
	Condition string `yaml:"condition"`
	// MissingConditions widens what counts as missing to trials in any of these;
	// Planned counts those whose planned outcomes measure the domain, too.
	MissingConditions []string `yaml:"missing_conditions"`
	Planned           bool     `yaml:"missing_by_planned_outcome"`
	// Conditions restricts the pooled rows to studies of people with one of
	// these; empty takes rows of any condition that measure the domain.
	Conditions []string `yaml:"conditions"`
	// Population restricts to diagnosis or other-illness; empty takes both.
	Population string `yaml:"population"`
	// PopulationTerms are words of which the stated population holds one, such as
	// treatment-resistant; PopulationExcludes are words that it does not hold.
	PopulationTerms    []string `yaml:"population_terms"`
	PopulationExcludes []string `yaml:"population_excludes"`
	// PopulationWords, Dose, Clock and Response say for readers who took part, how
	// much was given, from when the time is counted and what counts as a response.
	PopulationWords string `yaml:"population_words"`
	Dose            string `yaml:"dose"`
	Clock           string `yaml:"clock"`
	Response        string `yaml:"response"`

	Comparators []string `yaml:"comparators"` // vocabulary comparator classes
	Designs     []string `yaml:"designs"`
	// ComparatorStated counts a registered trial only when it states one of these
	// comparators; otherwise one that states none counts, too.
	ComparatorStated bool `yaml:"comparator_stated"`

	Domain string `yaml:"domain"` // outcome domain
	// Topic is set for a cell of the gap map, which asks for a topic instead.
	Topic string `yaml:"-"`
	// AlsoDomains are further outcome domains that answer the question.
	AlsoDomains []string `yaml:"also_domains"`
	// Scores that may be pooled together. Endpoint and change scores are
	// never mixed in one standardised pool.
	Scores []string `yaml:"scores"`
	// Instruments in order of preference; empty follows the source's own
	// primary instrument.
	Instruments []string `yaml:"instruments"`
	// InstrumentsOnly leaves out every instrument that is not listed.
	InstrumentsOnly bool     `yaml:"instruments_only"`
	Time            TimeRule `yaml:"time"`
	// Arms is highest-dose-against-lowest (default), lowest-dose-against-lowest,
	// or all. With all, people of an arm that several comparisons share are
	// divided among them (Cochrane Handbook 23.3.4).
	Arms string `yaml:"arms"`
	// Exclude names studies that the plan leaves out, with the reason.
	Exclude []StudyExclusion `yaml:"exclude_studies"`
	// Model is one-per-study (default) or che: all eligible rows of a study in
	// a three-level model with correlated sampling errors (correlation Rho,
	// default 0.6) and cluster-robust variance CR2.
	ModelKind string   `yaml:"model"`
	Rho       *float64 `yaml:"rho"`
	// SmoothVI gives the effects of a study their mean sampling variance in the
	// three-level model, as metapsyTools does.
	SmoothVI bool `yaml:"smooth_vi"`
	// Prediction is the quantile and standard error of the prediction interval:
	// k-1 (default) or k-2 degrees of freedom.
	Prediction string `yaml:"prediction"`

	Measure string `yaml:"measure"` // SMD | MD | RR | OR | RD
	Formula string `yaml:"formula"` // metafor | metapsy | revman
	Method  string `yaml:"method"`  // REML, PM, DL, …
	Test    string `yaml:"test"`    // knha | z | t

	// Lower is what the file says; LowerIsBetter is settled from it and from what is
	// asked.
	Lower         *bool    `yaml:"lower_is_better"`
	LowerIsBetter bool     `yaml:"-"`
	MID           *float64 `yaml:"mid"`
	MIDSource     string   `yaml:"mid_source"`
	Subgroups     []string `yaml:"subgroups"`
	Moderators    []string `yaml:"moderators"`
	// Sensitivity names the analyses beside the primary one (sensitivities);
	// empty runs all that change something.
	Sensitivity []string `yaml:"sensitivity"`
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

// StudyExclusion is a study that a plan leaves out.
type StudyExclusion struct {
	Study  string `yaml:"study"` // study label or study id
	Reason string `yaml:"reason"`
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

// The choices of arms and of the model.
const (
	ArmsHighest = "highest-dose-against-lowest"
	ArmsLowest  = "lowest-dose-against-lowest"
	ArmsAll     = "all"
	OnePerStudy = "one-per-study"
	CHE         = "che"
)

//go:embed questions.yaml
var shipped []byte

// Shipped returns the questions that come with the program. The slice is the
// caller's; what its questions refer to is shared, and only read.
func Shipped() ([]Question, error) {
	qs, err := loadShipped()
	return slices.Clone(qs), err
}

// loadShipped reads the file once: a cycle asks for it at every stage.
var loadShipped = sync.OnceValues(func() ([]Question, error) { return Load("questions.yaml", shipped) })

// Load reads a file of questions; all mistakes are one error.
func Load(name string, data []byte) ([]Question, error) {
	qs, mistakes, err := ReadQuestions(name, data, vocab.Default())
	if err != nil {
		return nil, err
	}
	var errs []string
	for _, m := range mistakes {
		errs = append(errs, fmt.Sprintf("%s:%d: question %s: %s", name, m.Line, orNone(m.ID), m.Message))
	}
	if len(errs) > 0 {
		return nil, errors.New(strings.Join(errs, "\n"))
	}
	return qs, nil
}

// ReadQuestions reads a file of questions and gives those that can be asked, and
// the mistakes of the others with their lines. An error means that the file as a
// whole cannot be read.
func ReadQuestions(name string, data []byte, v *vocab.Vocabulary) ([]Question, []Mistake, error) {
	var out []Question
	qs, broken, err := text.DecodeYAMLList[Question](name, data)
	if err != nil {
		return nil, nil, err
	}
	var mistakes []Mistake
	seen := map[string]bool{}
	at := sync.OnceValue(func() places { return entryLines(data) })
	for i := range qs {
		q := &qs[i]
		if broken[i] != nil {
			mistakes = append(mistakes, Mistake{Line: at().line(i, ""), ID: at().id(i), Message: broken[i].Error()})
			continue
		}
		q.defaults()
		wrong := append(q.Check(), q.checkWords(v)...)
		if len(wrong) == 0 {
			wrong = q.settleDirection(v)
		}
		if seen[q.ID] {
			wrong = append(wrong, fmt.Sprintf("the id %q is used twice", q.ID))
		}
		seen[q.ID] = true
		for _, w := range wrong {
			mistakes = append(mistakes, Mistake{Line: at().line(i, ""), ID: q.ID, Message: w})
		}
		if len(wrong) == 0 {
			out = append(out, *q)
		}
	}
	return out, mistakes, nil
}

// checkWords lists the words of a question that the vocabulary does not know: an
// unknown word matches no study, so that the answer would be empty in silence.
func (q *Question) checkWords(v *vocab.Vocabulary) []string {
	var errs []string
	check := func(key, kind string, words ...string) {
		for _, w := range words {
			if m := review.WordMistake(v, kind, w); m != "" {
				errs = append(errs, key+": "+m)
			}
		}
	}
	check("substances", "substances", q.Substances...)
	check("condition", "conditions", q.Condition)
	check("conditions", "conditions", q.Conditions...)
	check("missing_conditions", "conditions", q.MissingConditions...)
	check("comparators", "comparators", q.Comparators...)
	check("designs", "designs", q.Designs...)
	check("domain", "domains", q.Domain)
	check("also_domains", "domains", q.AlsoDomains...)
	for _, name := range q.Instruments {
		if _, known := v.CalledInstrument(name); !known {
			check("instruments", "instruments", name)
		}
	}
	return errs
}

func (q *Question) defaults() {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	if strings.HasSuffix(q.Domain, "adverse-event") {
		set(&q.Kind, "harm")
	}
	set(&q.Kind, "efficacy")
	set(&q.Measure, "SMD")
	set(&q.Formula, "metafor")
	set(&q.Method, "REML")
	set(&q.Test, "knha")
	set(&q.Time.Rule, "primary")
	set(&q.Arms, ArmsHighest)
	set(&q.ModelKind, OnePerStudy)
	set(&q.Prediction, "k-1")
	if q.Rho == nil {
		rho := 0.6
		q.Rho = &rho
	}
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
	oneOf := func(name, v string) {
		bad(slices.Contains(questionWords[name], v), "%s %q is none of %s", name, v, strings.Join(questionWords[name], ", "))
	}
	each := func(name string, words []string) {
		for _, w := range words {
			oneOf(name, w)
		}
	}
	bad(validID(q.ID), "id %q must be lower-case letters, digits and hyphens", q.ID)
	bad(q.Title != "", "title is missing")
	bad(len(q.Substances) > 0, "substances is missing: name at least one vocabulary id such as mdma")
	bad(q.Domain != "", "domain is missing: name the outcome domain such as ptsd")
	bad(len(q.Comparators) > 0, "comparators is missing: name at least one class such as inactive-placebo")
	oneOf("kind", q.Kind)
	oneOf("measure", q.Measure)
	bad(q.Measure != "MD" || len(q.Instruments) > 0 && q.InstrumentsOnly,
		"measure MD needs instruments and instruments_only: a difference in points has one scale")
	bad(!q.InstrumentsOnly || len(q.Instruments) > 0, "instruments_only needs instruments")
	oneOf("formula", q.Formula)
	oneOf("test", q.Test)
	oneOf("method", q.Method)
	oneOf("time.rule", q.Time.Rule)
	oneOf("arms", q.Arms)
	oneOf("model", q.ModelKind)
	oneOf("prediction", q.Prediction)
	bad(!q.SmoothVI || q.ModelKind == CHE, "smooth_vi belongs to model che")
	bad(q.Rho == nil || *q.Rho >= 0 && *q.Rho < 1, "rho must be at least 0 and below 1")
	for _, x := range q.Exclude {
		bad(x.Study != "" && x.Reason != "", "exclude_studies needs a study and a reason in every entry")
	}
	if q.Population != "" {
		oneOf("population", q.Population)
	}
	if q.Time.Rule == "closest" {
		bad(q.Time.Target != nil, "time.rule closest needs time.target_weeks")
	}
	if q.Measure == "SMD" || q.Measure == "MD" {
		bad(q.Measure == "MD" || !(slices.Contains(q.Scores, "endpoint") && slices.Contains(q.Scores, "change")),
			"endpoint and change scores cannot share one pool of standardised mean differences; ask two questions")
	}
	each("scores", q.Scores)
	for _, s := range q.Scores {
		bad(extract.IsCount(s) == (eventRatio(q.Measure) || q.Measure == "RD") || !slices.Contains(questionWords["scores"], s),
			"scores %q is not what measure %s pools: endpoint and change are of means, the others of counts", s, q.Measure)
	}
	each("subgroups", q.Subgroups)
	each("moderators", q.Moderators)
	each("sensitivity", q.Sensitivity)
	for _, i := range q.Indirectness {
		oneOf("indirectness.facet", i.Facet)
		bad(i.Share > 0 && i.Share <= 1, "indirectness.share %v is not between 0 and 1", i.Share)
		bad(i.Reason != "", "indirectness has no reason")
	}
	bad(q.Intervention != "" && q.Outcome != "",
		"intervention and outcome are missing: the words of the sentence, such as \"MDMA-assisted therapy\" and \"PTSD symptoms\"")
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
