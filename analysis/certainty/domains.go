package certainty

import (
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

func (in Inputs) riskOfBias() Domain {
	d := Domain{Name: RiskOfBias, Rule: "share of weight: high risk in a half or more -1, in three quarters or more -2; high risk or some concerns in three quarters or more -1; -1 when the estimate changes its line without studies at high risk"}
	s := in.shares()
	if len(s) == 0 || s[Unjudged] > 0.5 {
		d.Numbers = fmt.Sprintf("risk of bias is not judged for %.0f %% of the weight", 100*unjudged(s))
		return d
	}
	d.Known = true
	d.Numbers = fmt.Sprintf("weight at low risk %.0f %%, some concerns %.0f %%, high risk %.0f %%, not judged %.0f %%", 100*s[LowRisk], 100*s[SomeConcerns], 100*s[HighRisk], 100*s[Unjudged])
	switch {
	case s[HighRisk] >= 0.75:
		d.Steps = -2
	case s[HighRisk] >= 0.5, s[HighRisk]+s[SomeConcerns] >= 0.75:
		d.Steps = -1
	}
	if w := in.WithoutHigh; w.K > 0 && s[HighRisk] > 0 {
		d.Numbers += fmt.Sprintf("; without high risk k = %d, %.2f [%.2f, %.2f]", w.K, w.Estimate, w.Lo, w.Hi)
		if d.Steps == 0 && in.side(in.Lo, in.Hi) != in.side(w.Lo, w.Hi) {
			d.Steps = -1
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

// side tells where an interval lies: below no effect, above it, or across.
func (in Inputs) side(lo, hi float64) int {
	switch {
	case hi < 0:
		return -1
	case lo > 0:
		return 1
	}
	return 0
}

// thresholds are the lines that matter: both minimal important differences, or no effect when none is declared.
func (in Inputs) thresholds() []float64 {
	if in.hasMID() {
		return []float64{-in.MID, in.MID}
	}
	return []float64{0}
}

// thresholdNames says them in words.
func (in Inputs) thresholdNames() string {
	if in.hasMID() {
		return fmt.Sprintf("-%.3g and %.3g (minimal important difference, %s)", in.MID, in.MID, orUnknown(in.MIDSource))
	}
	return "no effect (no minimal important difference is declared)"
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
		if within(t, lo, hi) {
			n++
		}
	}
	return n
}

func (in Inputs) inconsistency() Domain {
	d := Domain{Name: Inconsistency, Rule: "thresholds that the prediction interval crosses and the confidence interval does not: one -1, two -2; without a prediction interval, I2 of 75 % or more with p < 0.10 -1"}
	switch {
	case in.K == 1:
		d.Known = true
		d.Numbers = "one study: nothing to be consistent with"
		return d
	case !math.IsNaN(in.PILo) && !math.IsNaN(in.PIHi) && in.K >= 3:
		d.Known = true
		extra := 0
		for _, t := range in.thresholds() {
			if within(t, in.PILo, in.PIHi) && !within(t, in.Lo, in.Hi) {
				extra++
			}
		}
		d.Steps = -min(2, extra)
		d.Numbers = fmt.Sprintf("prediction interval [%.2f, %.2f], confidence interval [%.2f, %.2f], thresholds %s", in.PILo, in.PIHi, in.Lo, in.Hi, in.thresholdNames())
	case !math.IsNaN(in.I2):
		d.Known = true
		if in.I2 >= 75 && in.QP < 0.10 {
			d.Steps = -1
		}
		d.Numbers = "no prediction interval"
	default:
		d.Numbers = "neither a prediction interval nor I2 is known"
		return d
	}
	if !math.IsNaN(in.I2) {
		d.Numbers += fmt.Sprintf("; I2 %.0f %%, p = %.3f", in.I2, in.QP)
	}
	return d
}

func (in Inputs) indirectness() Domain {
	d := Domain{Name: Indirectness, Rule: "facets of the question that differ in half or more of the weight: one -1, two or more -2", Known: in.DirectKnown || len(in.Indirectness) > 0}
	if !d.Known {
		d.Numbers = "indirectness was not coded"
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
	d.Numbers = strings.Join(words, "; ")
	return d
}

// smallShare of the optimal information size below which even an interval that
// crosses no threshold is rated down twice: large effects of few participants
// are fragile (Schuenemann et al. 2022, J. Clin. Epidemiol. 150:225-242).
const smallShare = 0.3

func (in Inputs) imprecision() Domain {
	d := Domain{Name: Imprecision, Known: true, Rule: "thresholds inside the confidence interval: one -1, two -2; none but the optimal information size not reached -1; less than 30 % of that size, or no effect inside and less than half of it, -2"}
	info := in.OptimalInformationSize()
	n := in.crossed(in.Lo, in.Hi)
	switch {
	case n >= 2:
		d.Steps = -2
	case n == 1 && !in.hasMID() && info.Known && info.Fraction < 0.5, info.Known && info.Fraction < smallShare:
		d.Steps = -2
	case n == 1, info.Known && !info.Met:
		d.Steps = -1
	}
	d.Numbers = fmt.Sprintf("interval [%.2f, %.2f], thresholds %s", in.Lo, in.Hi, in.thresholdNames())
	switch {
	case info.Known && !math.IsNaN(info.Required):
		d.Numbers += fmt.Sprintf("; %.0f of %.0f participants (%s)", info.Have, info.Required, info.Rule)
	case info.Known:
		d.Numbers += "; " + info.Rule
	default:
		d.Numbers += "; optimal information size " + info.Rule
	}
	return d
}

// missingShare at or above which unreported participants count as suspicion.
const missingShare = 0.2

func (in Inputs) publicationBias() Domain {
	d := Domain{Name: PublicationBias, Rule: "suspected, -1, when a test that may be read as one has p < 0.10, when trials without results hold a fifth or more of all participants, or when they hold enough to move the estimate across its line; never more than -1"}
	var words []string
	suspected := false
	readable := 0
	for _, s := range in.Signals {
		if s.Limit != "" || math.IsNaN(s.P) {
			continue
		}
		readable++
		words = append(words, fmt.Sprintf("%s p = %.3f", s.Name, s.P))
		suspected = suspected || s.P < 0.10
	}
	if readable == 0 {
		words = append(words, fmt.Sprintf("no test for small-study effects can be read with k = %d", in.K))
	}
	if m := in.Missing; m.Known {
		share := m.Participants / (m.Participants + in.Participants)
		words = append(words, fmt.Sprintf("%d registered trials without results, %.0f participants", m.Trials, m.Participants))
		suspected = suspected || share >= missingShare || m.Tipping > 0 && m.Participants >= m.Tipping
	} else {
		words = append(words, "trials without results were not looked for")
	}
	d.Known = readable > 0 || in.Missing.Known
	if suspected {
		d.Steps = -1
	}
	d.Numbers = strings.Join(words, "; ")
	return d
}
