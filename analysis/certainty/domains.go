package certainty

import (
	"cmp"
	"fmt"
	"math"
	"sort"
	"strings"
)

// Domain is the proposal for one GRADE domain.
type Domain struct {
	Name    string
	Steps   int    // levels down: 0, -1 or -2
	Known   bool   // false: there is nothing to propose from, and Steps is 0 only for want of numbers
	Rule    string // the rule, named
	Numbers string // what it was applied to, in words
	Plain   string // the reason for Steps, or why there is no proposal, in a few plain words
}

// The names of the domains.
const (
	RiskOfBias      = "risk of bias"
	Inconsistency   = "inconsistency"
	Indirectness    = "indirectness"
	Imprecision     = "imprecision"
	PublicationBias = "publication bias"
)

// shares gives the share of weight per judgement.
func (in Inputs) shares() map[Judgement]float64 {
	total := 0.0
	for _, s := range in.Studies {
		total += s.Weight
	}
	out := map[Judgement]float64{}
	if !(total > 0) {
		return out
	}
	for _, s := range in.Studies {
		switch s.Risk {
		case LowRisk, SomeConcerns, HighRisk:
			out[s.Risk] += s.Weight / total
		default:
			out[Unjudged] += s.Weight / total
		}
	}
	return out
}

// Shares of the weight, high risk counting whole and some concerns half, from which risk of bias is rated down; openShare is
// the share of comparisons that give the treatment away from which functional unblinding is.
const (
	seriousBias     = 0.4
	verySeriousBias = 0.75
	openShare       = 0.5
)

// UncountedPlain is the reason of a step for adverse events that were not recorded.
const UncountedPlain = "a notice says that adverse events were not recorded"

func (in Inputs) riskOfBias() Domain {
	d := Domain{Name: RiskOfBias,
		Rule: "weight at high risk plus half of the weight with some concerns: 40 % or more -1, 75 % or more -2; -1 when the " +
			"estimate changes its line without studies at high risk; -1 for functional unblinding when comparators that give the " +
			"treatment away hold half of the weight or more and nothing above lowers it"}
	if in.Uncounted != "" {
		d.Rule += "; -1 when a notice says that adverse events were not recorded and nothing above lowers it"
	}
	s := in.shares()
	d.Known = len(s) > 0 && !(s[Unjudged] > 0.5)
	if !d.Known {
		d.Numbers = fmt.Sprintf("risk of bias is not judged for %.0f %% of the weight", 100*unjudged(s))
		d.Plain = "the studies are not judged"
	} else {
		d.Numbers = fmt.Sprintf("weight at low risk %.0f %%, some concerns %.0f %%, high risk %.0f %%, not judged %.0f %%", 100*s[LowRisk],
			100*s[SomeConcerns], 100*s[HighRisk], 100*s[Unjudged])
		d.Plain = fmt.Sprintf("%.0f %% of the weight at low risk", 100*s[LowRisk])
		switch burden := s[HighRisk] + s[SomeConcerns]/2; {
		case burden >= verySeriousBias:
			d.Steps = -2
		case burden >= seriousBias:
			d.Steps = -1
		}
		if d.Steps < 0 {
			d.Plain = fmt.Sprintf("%.0f %% of the weight at high risk or with some concerns", 100*(s[HighRisk]+s[SomeConcerns]))
		}
	}
	if w := in.WithoutHigh; w.K > 0 && s[HighRisk] > 0 {
		d.Numbers += fmt.Sprintf("; without studies at high risk %d with %s", w.K, in.span(w.Lo, w.Hi))
		if d.Steps == 0 && in.side(in.Lo, in.Hi) != in.side(w.Lo, w.Hi) {
			d.Steps, d.Plain = -1, "the conclusion changes without studies at high risk"
		}
	}
	if !math.IsNaN(in.Unblinded) {
		d.Numbers += fmt.Sprintf("; comparators that give the treatment away hold %.0f %% of the weight (functional unblinding)",
			100*in.Unblinded)
		if d.Steps == 0 && in.Unblinded >= openShare {
			d.Steps, d.Plain = -1, fmt.Sprintf("comparators for %.0f %% of the weight give the treatment away", 100*in.Unblinded)
		}
	}
	if in.Uncounted != "" {
		d.Numbers += "; " + in.Uncounted + " says that adverse events were not recorded"
		if d.Steps == 0 {
			d.Steps, d.Plain = -1, UncountedPlain
		}
	}
	return d
}

func unjudged(s map[Judgement]float64) float64 {
	if len(s) == 0 {
		return 1
	}
	return s[Unjudged]
}

// side says where an interval is: below no effect, above it, or across.
func (in Inputs) side(lo, hi float64) int {
	switch {
	case hi < 0:
		return -1
	case lo > 0:
		return 1
	}
	return 0
}

// thresholds are the lines that matter on the scale of [Inputs.lined]: both minimal important differences, the important
// difference in risk for counted outcomes, or no effect when there is neither.
func (in Inputs) thresholds() []float64 {
	switch {
	case in.hasMID():
		return []float64{-in.MID, in.MID}
	case in.absolute():
		fewer, more := in.importantRisk()
		return []float64{-fewer, more}
	}
	return []float64{0}
}

// thresholdNames says them in words.
func (in Inputs) thresholdNames() string {
	switch {
	case in.hasMID() && in.ratio():
		return fmt.Sprintf("%.2f and %.2f (minimal important difference, %s)", math.Exp(-in.MID), math.Exp(in.MID), orUnknown(in.MIDSource))
	case in.hasMID():
		return fmt.Sprintf("−%.3g and %.3g (minimal important difference, %s)", in.MID, in.MID, orUnknown(in.MIDSource))
	case in.absolute():
		fewer, more := in.importantRisk()
		if fewer == more {
			return fmt.Sprintf("%.2g more or fewer of 100 people (one bar for all counted outcomes)", 100*more)
		}
		return fmt.Sprintf("%.2g fewer and %.2g more of 100 people (one bar for all counted outcomes)", 100*fewer, 100*more)
	}
	return "no effect (no minimal important difference is declared)"
}

// read writes an interval with what it means in people where the comparator risk is known.
func (in Inputs) read(lo, hi float64) string {
	s := in.span(lo, hi)
	if in.absolute() {
		s += fmt.Sprintf(" (%s to %s of 100 people)", signedPeople(in.riskDifference(lo)), signedPeople(in.riskDifference(hi)))
	}
	return s
}

func signedPeople(rd float64) string {
	switch n := math.Round(100 * rd); {
	case n > 0:
		return fmt.Sprintf("%.0f more", n)
	case n < 0:
		return fmt.Sprintf("%.0f fewer", -n)
	}
	return "none more"
}

func orUnknown(s string) string {
	if s == "" {
		return "source not named"
	}
	return s
}

// crossed counts the thresholds inside an interval.
func (in Inputs) crossed(lo, hi float64) int {
	n := 0
	for _, t := range in.thresholds() {
		if within(t, in.lined(lo), in.lined(hi)) {
			n++
		}
	}
	return n
}

func (in Inputs) inconsistency() Domain {
	d := Domain{Name: Inconsistency,
		Rule: "thresholds, or no effect, that the prediction interval crosses and the confidence interval does not: one -1, " +
			"both thresholds -2; I2 of 75 % or more unless its p-value is 0.10 or higher at least -1, and -2 when the prediction " +
			"interval includes no effect; " +
			"studies that differ too much to be pooled -1, and -2 where they are on both sides of no effect"}
	if in.K == 1 {
		d.Known = true
		d.Plain = "one study: nothing to compare"
		return d
	}
	if in.Conflict {
		return in.conflicting(d)
	}
	predicted := !math.IsNaN(in.PILo) && !math.IsNaN(in.PIHi) && in.K >= 3
	d.Known = predicted || !math.IsNaN(in.I2)
	if !d.Known {
		d.Numbers, d.Plain = "neither a prediction interval nor I2 is known", "no measure of it is known"
		return d
	}
	d.Numbers, d.Plain = "no prediction interval", fmt.Sprintf("two studies, I2 %.0f %%", in.I2)
	if in.K > 2 {
		d.Plain = fmt.Sprintf("I2 %.0f %%", in.I2)
	}
	if predicted {
		if d.Plain = "the prediction interval leads to the same reading"; in.newlyCrossed() > 0 {
			d.Plain = "a new study may lead to another reading"
		}
		d.Steps = -in.newlyCrossed()
		d.Numbers = fmt.Sprintf("a new study %s, the mean %s, thresholds %s", in.read(in.PILo, in.PIHi), in.span(in.Lo, in.Hi),
			in.thresholdNames())
		if in.PILo == in.Lo && in.PIHi == in.Hi { // tau2 is 0: how far a new study may differ is not known
			d.Plain = "no difference between the studies could be estimated"
			d.Numbers = fmt.Sprintf("no difference between the studies could be estimated; the mean %s, thresholds %s", in.span(in.Lo, in.Hi),
				in.thresholdNames())
		}
	}
	if in.I2 >= 75 && !(in.QP >= 0.10) {
		d.Steps, d.Plain = min(d.Steps, -1), fmt.Sprintf("the studies differ much, I2 %.0f %%", in.I2)
		if predicted && in.side(in.PILo, in.PIHi) == 0 {
			d.Steps = -2
		}
	}
	d.Numbers += in.heterogeneity()
	return d
}

func (in Inputs) heterogeneity() string {
	if math.IsNaN(in.I2) {
		return ""
	}
	s := fmt.Sprintf("; I2 %.0f %%", in.I2)
	if !math.IsNaN(in.QP) {
		s += ", p " + pWords(in.QP)
	}
	return s
}

// conflicting rates studies of which no average is shown by their own sides.
func (in Inputs) conflicting(d Domain) Domain {
	d.Known, d.Steps, d.Plain = true, -2, "the studies conflict and are not averaged"
	d.Numbers = "the studies differ too much to be pooled and are on both sides of no effect"
	if in.OneSided {
		d.Steps, d.Plain = -1, "the studies differ too much to be averaged"
		d.Numbers = "the studies differ too much to be pooled, all on one side of no effect"
	}
	d.Numbers += in.heterogeneity()
	return d
}

// pWords writes a p-value with its sign.
func pWords(p float64) string {
	if p < 0.001 {
		return "< 0.001"
	}
	return fmt.Sprintf("= %.3f", p)
}

// newlyCrossed counts the lines that the prediction interval crosses and the confidence interval does not.
func (in Inputs) newlyCrossed() int {
	extra := 0
	for _, t := range in.thresholds() {
		if within(t, in.lined(in.PILo), in.lined(in.PIHi)) && !within(t, in.lined(in.Lo), in.lined(in.Hi)) {
			extra++
		}
	}
	if extra == 0 && in.side(in.PILo, in.PIHi) == 0 && in.side(in.Lo, in.Hi) != 0 {
		extra = 1
	}
	return min(2, extra)
}

func (in Inputs) indirectness() Domain {
	d := Domain{Name: Indirectness, Rule: "facets of the question that differ in half or more of the weight: one -1, two or more -2",
		Known: in.DirectKnown || len(in.Indirectness) > 0}
	if !d.Known {
		d.Numbers, d.Plain = "whether people, treatment, comparator and outcome fit the question is for a person to judge",
			"a person has to judge the fit"
		return d
	}
	byFacet := map[Facet]float64{}
	var words []string
	for _, c := range in.Indirectness {
		byFacet[c.Facet] = math.Min(1, byFacet[c.Facet]+c.Share)
		words = append(words, fmt.Sprintf("%s in %.0f %% of the weight (%s)", c.Facet, 100*c.Share, orUnknown(c.Reason)))
	}
	n := 0
	for _, share := range byFacet {
		if share >= 0.5 {
			n++
		}
	}
	sort.Strings(words)
	if d.Steps = -min(2, n); len(words) == 0 {
		words = []string{"no facet differs from the question"}
	}
	if d.Plain = "the studies fit the question"; n > 0 {
		d.Plain = "studies differ from the question in what they asked"
	} else if len(byFacet) > 0 {
		d.Plain = "less than half of the weight differs from the question"
	}
	d.Numbers = strings.Join(words, "; ")
	return d
}

// smallShare of the optimal information size below which even an interval that
// crosses no threshold is rated down twice: large effects of few participants
// are fragile (Schuenemann et al. 2022, J. Clin. Epidemiol. 150:225-242).
const smallShare = 0.3

func (in Inputs) imprecision() Domain {
	d := Domain{Name: Imprecision,
		Rule: "thresholds inside the confidence interval: one -1, two -2; the optimal information size not reached at least -1, " +
			"less than 30 % of it at least -2 and with a threshold or no effect inside -3 (Zeng et al. 2022); no effect inside and less " +
			"than half of it -2"}
	info := in.OptimalInformationSize()
	n := in.crossed(in.Lo, in.Hi)
	null := in.side(in.Lo, in.Hi) == 0
	if in.Conflict { // there is no interval to read
		n, null = 0, false
	}
	d.Steps = -n
	d.Known = info.Known || d.Steps < 0
	switch {
	case !info.Known || info.Met:
	case info.Fraction < smallShare && (n > 0 || null):
		d.Steps = -3
	case info.Fraction < smallShare, null && info.Fraction < 0.5:
		d.Steps = min(d.Steps, -2)
	default:
		d.Steps = min(d.Steps, -1)
	}
	d.Numbers = fmt.Sprintf("interval %s, thresholds %s", in.read(in.Lo, in.Hi), in.thresholdNames())
	if in.Conflict {
		d.Numbers = "no average is shown, so that no interval is read"
	}
	switch {
	case in.Conflict && d.Known && d.Steps == 0:
		d.Plain = "enough people; no average is shown"
	case d.Known && d.Steps == 0:
		d.Plain = "the interval holds one reading"
	case null:
		d.Plain = "the interval includes no effect"
	case n > 0:
		d.Plain = "the interval reaches effects too small to matter"
	case info.Known && !info.Met:
		d.Plain = "fewer people than needed"
	}
	switch {
	case info.Known && !math.IsNaN(info.Required):
		d.Numbers += fmt.Sprintf("; %.0f participants, %.0f needed (%s)", info.Have, info.Required, info.Rule)
	default:
		d.Numbers += "; optimal information size: " + info.Rule
	}
	return d
}

// words says which trials are without results, and of how many people.
func (m MissingResults) words() string {
	if m.Trials == 0 {
		return "no registered trial is known to be without results"
	}
	s := fmt.Sprintf("%d registered trials without results", m.Trials)
	if m.Trials == 1 {
		s = "1 registered trial without results"
	}
	if m.Unsized < m.Trials {
		s += fmt.Sprintf(", %.0f participants", m.Participants)
	}
	if m.Unsized > 0 {
		s += fmt.Sprintf(", %d of unknown size", m.Unsized)
	}
	return s
}

// missingShare at or above which unreported participants count as suspicion.
const missingShare = 0.2

func (in Inputs) publicationBias() Domain {
	d := Domain{Name: PublicationBias,
		Rule: "suspected, -1, when the one test chosen beforehand (the first that may be read as one; for standardised " +
			"differences the regression on sample size) has p < 0.10, when trials without results hold a fifth or more of all " +
			"participants or, of unknown size, are as many as the studies, or when they hold enough to move the estimate across its " +
			"line; never more than -1; not rated from trials where those of unknown status would decide it"}
	var words []string
	suspected := false
	readable := 0
	for _, s := range in.Signals {
		if s.Limit != "" || math.IsNaN(s.P) {
			continue
		}
		if readable++; readable > 1 {
			continue // three looks at 10 % would find something in every fourth sound synthesis
		}
		words = append(words, s.Name+" p "+pWords(s.P))
		if suspected = s.P < 0.10; suspected {
			d.Plain = "suspected from the sizes of the studies"
		}
	}
	if readable == 0 {
		words = append(words, fmt.Sprintf("no test for small-study effects can be read with k = %d", in.K))
	}
	m := in.Missing
	known := m.Known
	if m.Known {
		words = append(words, m.words())
		lacking := in.suspect(m)
		known = lacking || !in.suspect(m.counting())
		suspected = suspected || lacking
	}
	if !known {
		words = append(words, "whether enough trials are without results to matter is not known")
	}
	d.Known = readable > 0 || known
	switch {
	case suspected:
		d.Steps, d.Plain = -1, cmp.Or(d.Plain, "suspected from trials without results")
	case readable > 0:
		d.Plain = "no sign of it"
	case known && m.Trials > 0:
		d.Plain = "few people in trials without results"
	case known && m.Unclear.Trials > 0:
		d.Plain = "the trials of unknown status are too few to matter"
	case known:
		d.Plain = "no trial is known to be overdue"
	case m.Known:
		d.Plain = "too many trials are of unknown status"
	default:
		d.Plain = "no test for it can be read"
	}
	d.Numbers = strings.Join(words, "; ")
	return d
}
