package synthesis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/review"
	"past/internal/vocab"
)

// Candidate is a row, a trial, a harm or a search that may belong to a
// question: what Fits needs to know of it, in vocabulary ids.
type Candidate struct {
	Substances []string
	// Aside are those of which no comparison is about, with the way in which they are
	// given: in every arm, as the comparator, as rescue.
	Aside      map[string]string
	Domains    []string // outcomes that it reports or plans to measure
	Conditions []string // of its participants
	Topics     []string
	Population string // diagnosis | other-illness
	People     string // its participants as stated
	Stated     string // their conditions in the words of the source
	Design     string
	Comparator string // class
	As         string // the comparator as stated, for reasons
	// Open is set for a registered trial and for a table in free words: what it
	// does not state speaks neither for nor against it.
	Open bool
	// Registered is set for a registered trial: it is about an outcome, too, when
	// its participants have the condition, and about that of a question without one
	// where its plan names no known outcome.
	Registered bool
}

// Misfit says why a candidate does not belong to a question.
type Misfit struct {
	Code string
	Why  string
}

// Foreign reports whether the candidate is about something else altogether; it
// then has no place on the question's page, not even among what is left out.
func (m Misfit) Foreign() bool { return m.Code == CodeSubstance || m.Code == CodeDomain }

// Context reports whether the candidate is of the question's substance, outcome
// and population, and differs in its design or comparator alone.
func (m Misfit) Context() bool { return m.Code == CodeDesign || m.Code == CodeComparator }

// Fits decides whether a candidate belongs to a question, and why not. Every
// selection asks here: effects, measured outcomes, registered and missing
// trials, cells of the gap map, harms and searches.
func Fits(q Question, c Candidate) (bool, Misfit) {
	no := func(code, format string, args ...any) (bool, Misfit) {
		return false, Misfit{code, fmt.Sprintf(format, args...)}
	}
	switch {
	case !overlap(c.Substances, q.Substances):
		return no(CodeSubstance, "the substance is %s, the question asks for %s", plainAll(c.Substances), plainAll(q.Substances))
	case !overlap(c.compares(), q.Substances):
		return no(CodeSubstance, "%s, so no comparison is about it", c.asideWords(q.Substances))
	case !q.outcomeOf(c):
		return no(CodeDomain, "the outcome is %s, the question asks for %s", plainAll(c.Domains), plain(q.Domain))
	case q.Population != "" && c.Population != q.Population && !(c.Open && c.Population == ""):
		return no(CodePopulation, "the population is %s, the question asks for %s", c.population(), plain(q.Population))
	case !q.people(c):
		return no(CodePopulation, "the population is %s, the question asks for %s", orNone(c.People),
			cmp.Or(q.PopulationWords, strings.Join(q.PopulationTerms, " or ")))
	case len(q.Conditions) > 0 && !overlap(c.Conditions, q.Conditions), !q.diagnosed(c):
		return no(CodePopulation, "the condition is %s, the question asks for %s", c.condition(), plainAll(q.conditions()))
	case !slices.Contains(q.Designs, c.Design) && !(c.Open && (c.Design == "" || c.Design == "randomized" && q.randomised())):
		return no(CodeDesign, "the design is %s, the question takes %s", plain(c.Design), plainAll(q.Designs))
	case !slices.Contains(q.Comparators, c.Comparator) && !(c.Open && c.Comparator == "" && !q.ComparatorStated):
		return no(CodeComparator, "the comparator is %s (%s), which the question does not take", plain(c.Comparator), orNone(c.As))
	}
	return true, Misfit{}
}

// compares are the substances that a comparison of the candidate can be about.
func (c Candidate) compares() []string {
	return slices.DeleteFunc(slices.Clone(c.Substances), func(s string) bool { return c.Aside[s] != "" })
}

// asideWords says how the substances are given beside what is compared.
func (c Candidate) asideWords(substances []string) string {
	var out []string
	for _, s := range substances {
		if how := c.Aside[s]; how != "" {
			out = append(out, plain(s)+" is given "+how)
		}
	}
	return strings.Join(out, " and ")
}

// outcomeOf reports whether a candidate is about the question's outcome.
func (q Question) outcomeOf(c Candidate) bool {
	if overlap(c.Domains, q.domains()) || q.Topic != "" && slices.Contains(c.Topics, q.Topic) {
		return true
	}
	if !c.Registered || q.Topic != "" {
		return false
	}
	conditions := q.conditions()
	return overlap(c.Conditions, conditions) || len(conditions) == 0 && !q.Planned && len(c.Domains) == 0
}

// people reports whether the stated population holds a word of the question's and
// none that it excludes.
func (q Question) people(c Candidate) bool {
	stated := strings.ToLower(c.People)
	has := func(w string) bool { return strings.Contains(stated, strings.ToLower(w)) }
	if slices.ContainsFunc(q.PopulationExcludes, has) {
		return false
	}
	return len(q.PopulationTerms) == 0 || slices.ContainsFunc(q.PopulationTerms, has) || c.Open && !c.Registered && stated == ""
}

// diagnosed reports whether the participants have the question's condition, where
// the condition is all that it says of its population, or its words name one. A
// condition that the vocabulary does not know is no match.
func (q Question) diagnosed(c Candidate) bool {
	switch {
	case q.Condition == "" || q.Planned && c.Registered || overlap(c.Conditions, q.conditions()):
		return true
	case len(q.PopulationTerms) > 0 || q.Population == "other-illness": // people decides
		return true
	case q.PopulationWords != "" && (c.known() || len(vocab.Default().Match(q.PopulationWords).Conditions) == 0):
		return true
	case !c.known() && c.Stated == "" && c.Open:
		return true
	}
	return slices.ContainsFunc(vocab.Default().Match(c.People).Conditions, func(h vocab.Hit) bool {
		return slices.Contains(q.conditions(), h.ID)
	})
}

// known reports whether the vocabulary knows a condition of the participants.
func (c Candidate) known() bool { return strings.Join(c.Conditions, "") != "" }

// population names the participants' class for a reason, or why it has none.
func (c Candidate) population() string {
	if c.Population == "" {
		return c.condition()
	}
	return plain(c.Population)
}

// condition names the participants' conditions for a reason.
func (c Candidate) condition() string {
	switch {
	case c.known():
		return plainAll(c.Conditions)
	case c.Stated != "":
		return fmt.Sprintf("%q as stated, which the vocabulary does not know", c.Stated)
	}
	return "not stated"
}

// mayFit reports whether a registered trial misses only a statement of its people:
// nothing in its record speaks against them.
func (q Question) mayFit(c Candidate) bool {
	q.PopulationTerms, q.PopulationWords = nil, ""
	if !c.known() && c.Stated == "" {
		q.Conditions = nil
	}
	ok, _ := Fits(q, c)
	return ok
}

func (q Question) domains() []string { return append([]string{q.Domain}, q.AlsoDomains...) }

// conditions are those in which a registered trial counts for the question.
func (q Question) conditions() []string {
	out := slices.Concat(q.MissingConditions, q.Conditions)
	if q.Condition != "" {
		out = append(out, q.Condition)
	}
	return out
}

// randomised reports whether the question takes randomised designs alone.
func (q Question) randomised() bool {
	return !slices.ContainsFunc(q.Designs, func(d string) bool { return d != "parallel-rct" && d != "crossover-rct" })
}

// ofEffect is an effect as a candidate.
func ofEffect(e evidence.Effect) Candidate {
	population := e.PopulationClass
	if population == "" && e.Condition != "" && e.Condition == e.Domain {
		population = "diagnosis" // people with the condition that was measured
	}
	people := e.Population
	if people == "" && e.Condition != "" {
		people = plain(e.Condition) // a posted result says only what its trial is about
	}
	return Candidate{Substances: []string{e.Substance}, Domains: []string{e.Domain}, Conditions: []string{e.Condition},
		Population: population, People: people, Stated: e.Population,
		Design: e.Design, Comparator: e.ComparatorClass, As: e.Comparator}
}

// ofMeasured is a row of the table of measured outcomes as a candidate. Its
// design and comparator are in free words.
func ofMeasured(m review.MeasuredRow) Candidate {
	v := vocab.Default()
	c := Candidate{Domains: []string{m.Domain}, People: m.Population, Stated: m.Population, As: m.Comparator, Open: true}
	if m.Substance != "" {
		c.Substances = []string{m.Substance}
	}
	for _, h := range v.Match(m.Population).Conditions {
		c.Conditions = append(c.Conditions, h.ID)
	}
	for _, h := range v.Match(m.Topic).Topics {
		c.Topics = append(c.Topics, h.ID)
	}
	c.Population = populationOf(c.Conditions)
	if words := strings.ToLower(m.Design); strings.Contains(words, "randomi") || strings.Contains(words, "rct") {
		c.Design = "parallel-rct"
		if strings.Contains(words, "cross") {
			c.Design = "crossover-rct"
		}
	} else {
		for _, d := range v.Designs() {
			if c.Design == "" && slices.ContainsFunc(d.Terms.Any, func(t string) bool { return strings.Contains(words, strings.ToLower(t)) }) {
				c.Design = d.ID
			}
		}
	}
	if strings.EqualFold(strings.TrimSpace(m.Comparator), "none") {
		c.Comparator = "none"
	}
	return c
}

// ofTrial is a registered trial as a candidate.
func (b Base) ofTrial(about StudyTopics, r *evidence.Record) Candidate {
	return Candidate{Substances: about.Substances, Aside: about.Aside, Domains: b.plannedBy(r), Conditions: about.Conditions,
		Topics: about.Topics,
		People: strings.Join(append([]string{r.Title, r.OfficialTitle}, r.Conditions...), "; "), Stated: strings.Join(r.Conditions, "; "),
		Population: populationOf(about.Conditions),
		Design:     designOf(about, r), Open: true, Registered: true}
}

// populationOf distinguishes people with the diagnosis from people with another illness
// by the conditions of a trial; "" where none is known.
func populationOf(conditions []string) string {
	switch {
	case slices.Contains(conditions, "life-threatening-illness"):
		return "other-illness"
	case len(conditions) > 0:
		return "diagnosis"
	}
	return ""
}

// PlannedDomains are the outcome domains of the instruments that a record plans
// to use.
func PlannedDomains(r *evidence.Record) []string {
	v := vocab.Default()
	var out []string
	for _, p := range r.Planned {
		m, ok := v.MatchInstrument(p.Measure, p.Description)
		if !ok {
			continue
		}
		if in, ok := v.Instrument(m.ID); ok && !slices.Contains(out, in.Domain) {
			out = append(out, in.Domain)
		}
	}
	return out
}

// designOf is the design of a trial where its study or its record states one.
func designOf(about StudyTopics, r *evidence.Record) string {
	if about.Design != "" {
		return about.Design
	}
	if t := strings.ToUpper(r.StudyType); t != "" && t != "INTERVENTIONAL" {
		return "observational"
	}
	switch strings.ToUpper(strings.ReplaceAll(r.Allocation, "-", "_")) {
	case "NA", "N/A", "NON_RANDOMIZED", "NON_RANDOMISED":
		return "open-label"
	case "RANDOMIZED", "RANDOMISED":
		return "randomized"
	}
	if strings.HasPrefix(strings.ToUpper(strings.ReplaceAll(r.InterventionModel, " ", "_")), "SINGLE_GROUP") {
		return "open-label"
	}
	return ""
}

// controlled reports whether the candidate is known to have a comparison group.
func (c Candidate) controlled() bool {
	return c.Comparator != "none" && (c.Design == "parallel-rct" || c.Design == "crossover-rct" || c.Design == "randomized")
}

// compared reports whether a row of two groups is, or may be, of a randomised trial
// whose layout or design is not stated: never without a comparison group.
func (c Candidate) compared() bool {
	return c.controlled() || c.Design == "" && c.Comparator != "" && c.Comparator != "none"
}
