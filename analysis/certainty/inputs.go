package certainty

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Level is a level of certainty.
type Level int

// The levels. NotRated is the level of an empty synthesis.
const (
	NotRated Level = iota
	VeryLow
	Low
	Moderate
	High
)

// String is the level in words, "" for NotRated.
func (l Level) String() string {
	switch l {
	case VeryLow:
		return "very low"
	case Low:
		return "low"
	case Moderate:
		return "moderate"
	case High:
		return "high"
	}
	return ""
}

// ParseLevel reads a level as String writes it.
func ParseLevel(s string) (Level, error) {
	for _, l := range []Level{VeryLow, Low, Moderate, High} {
		if s == l.String() {
			return l, nil
		}
	}
	return NotRated, fmt.Errorf("certainty %q: it must be high, moderate, low or very low", s)
}

// Judgement is a study's overall risk of bias, as a person judged it.
type Judgement string

// The judgements. Unjudged means that no person has judged the study.
const (
	LowRisk      Judgement = "low"
	SomeConcerns Judgement = "some concerns"
	HighRisk     Judgement = "high"
	Unjudged     Judgement = ""
)

// StudyWeight is one study's share of the pooled estimate and its risk of bias.
type StudyWeight struct {
	Study  string
	Weight float64 // any positive unit; shares are taken
	Risk   Judgement
}

// Facet is a part of the question in which evidence can be indirect.
type Facet string

// The facets.
const (
	Population   Facet = "population"
	Intervention Facet = "intervention"
	Comparator   Facet = "comparator"
	Outcome      Facet = "outcome"
	Setting      Facet = "setting"
)

// Indirect is one code of indirectness: in this share of the evidence the facet differs from the question.
type Indirect struct {
	Facet  Facet
	Share  float64 // of the weight, 0 to 1
	Reason string  // in words, shown with the proposal
}

// SmallStudySignal is the result of one test for small-study effects or selection.
type SmallStudySignal struct {
	Name  string
	P     float64
	Limit string // why it is not to be read as a test; "" when it is
}

// MissingResults are trials that fit the question and should have results but show none.
type MissingResults struct {
	Known        bool // whether registers were searched at all
	Trials       int
	Participants float64 // planned or actual, as registered, of those that state a size
	Unsized      int     // trials that state none
	// Unclear are further trials of which it is not known whether they should have results.
	Unclear TrialCount
	// Tipping is the number of participants at no effect who would move the estimate across its line; NaN when not computed.
	Tipping float64
}

// TrialCount is a number of registered trials and of the people in them.
type TrialCount struct {
	Trials       int
	Participants float64 // of those that state a size
	Unsized      int     // trials that state none
}

// counting is m with the unclear trials taken as without results.
func (m MissingResults) counting() MissingResults {
	m.Trials, m.Unsized = m.Trials+m.Unclear.Trials, m.Unsized+m.Unclear.Unsized
	m.Participants += m.Unclear.Participants
	return m
}

// suspect reports whether the trials without results are many enough, beside the
// studies, to suspect that results are missing for what they say.
func (in Inputs) suspect(m MissingResults) bool {
	unsized := m.Unsized
	if math.IsNaN(in.Participants) {
		unsized = m.Trials // nothing to compare their participants with
	}
	return m.Participants/(m.Participants+in.Participants) >= missingShare || unsized > 0 && unsized >= in.K ||
		m.Tipping > 0 && m.Participants >= m.Tipping
}

// Inputs are the numbers behind the proposals. Effects are on the analysis scale (log for ratios), where 0 is no effect. NaN
// means unknown.
type Inputs struct {
	Measure      string // SMD, MD, RR, OR, HR, RD, ...
	Randomised   bool
	K            int
	Participants float64
	Estimate     float64
	Lo, Hi       float64 // headline 95 % interval
	PILo, PIHi   float64 // 95 % prediction interval
	I2, QP       float64 // percent; p-value of the heterogeneity test
	MID          float64 // minimal important difference, > 0; NaN when none is declared
	MIDSource    string
	BaselineRisk float64 // event probability without the intervention, for binary outcomes
	SD           float64 // standard deviation of the outcome, for mean differences

	// Conflict is set where the studies differ so much that no average of them is shown:
	// then no interval or prediction of the fit is read. OneSided says that all their
	// estimates are on one side of no effect.
	Conflict, OneSided bool
	// Unblinded is the share of the weight of comparisons whose comparator gives the treatment away.
	Unblinded float64
	// Uncounted names who says that adverse events of this treatment were not recorded; "" where no one does.
	Uncounted    string
	Studies      []StudyWeight
	WithoutHigh  Without // the estimate without studies at high risk of bias
	Indirectness []Indirect
	DirectKnown  bool // the indirectness codes were looked at, so that an empty list means direct evidence
	Signals      []SmallStudySignal
	Missing      MissingResults
}

// Without is a sensitivity estimate; K is 0 when it was not computed.
type Without struct {
	K                int
	Estimate, Lo, Hi float64
}

// Unknown returns Inputs with every number unknown, to be filled in.
func Unknown() Inputs {
	n := math.NaN()
	return Inputs{Participants: n, Estimate: n, Lo: n, Hi: n, PILo: n, PIHi: n, I2: n, QP: n, MID: n, BaselineRisk: n, SD: n, Unblinded: n,
		WithoutHigh: Without{Estimate: n, Lo: n, Hi: n}, Missing: MissingResults{Tipping: n}}
}

// check refuses numbers that cannot be what they are called.
func (in Inputs) check() error {
	if in.K > 0 {
		switch {
		case math.IsNaN(in.Estimate) || math.IsNaN(in.Lo) || math.IsNaN(in.Hi):
			return fmt.Errorf("certainty: %d studies but no estimate or interval", in.K)
		case !(in.Lo <= in.Estimate && in.Estimate <= in.Hi):
			return fmt.Errorf("certainty: the interval [%g, %g] does not hold the estimate %g", in.Lo, in.Hi, in.Estimate)
		}
	}
	if in.K < 0 || in.Participants < 0 || in.MID <= 0 || in.SD <= 0 || in.BaselineRisk <= 0 || in.BaselineRisk >= 1 {
		return fmt.Errorf("certainty: k = %d, participants %v, minimal important difference %v, SD %v, baseline risk %v: counts "+
			"must not be negative, the difference and the SD must be positive, the risk between "+
			"0 and 1", in.K, in.Participants, in.MID, in.SD, in.BaselineRisk)
	}
	for _, s := range in.Studies {
		if !(s.Weight >= 0) || math.IsInf(s.Weight, 0) {
			return fmt.Errorf("certainty: study %q has weight %v", s.Study, s.Weight)
		}
	}
	for _, d := range in.Indirectness {
		if !(d.Share >= 0 && d.Share <= 1+1e-9) {
			return fmt.Errorf("certainty: %s is indirect in a share of %v: shares lie between 0 and 1", d.Facet, d.Share)
		}
	}
	return nil
}

// ratio reports whether effects are natural logarithms.
func (in Inputs) ratio() bool {
	switch in.Measure {
	case "RR", "OR", "HR", "IRR":
		return true
	}
	return false
}

// shown writes a number of the analysis on the scale that people read.
func (in Inputs) shown(x float64) string {
	if in.ratio() {
		return fmt.Sprintf("%.2f", math.Exp(x))
	}
	return strings.Replace(fmt.Sprintf("%.2f", x), "-", "−", 1)
}

// span is an interval in words, on the natural scale: "RR 2.33 to 6.99".
func (in Inputs) span(lo, hi float64) string {
	name := in.Measure
	if name == "SMD" {
		name = "g"
	}
	return fmt.Sprintf("%s %s to %s", name, in.shown(lo), in.shown(hi))
}

// importantRisk gives the differences in risk that count as important where no plan declares another, fewer and more: 10 of
// 100 people, or where that is less, half or double of those who have the event, or who do not have it, without the treatment.
// One bar for all counted outcomes, whether people with or without the event are counted.
func (in Inputs) importantRisk() (fewer, more float64) {
	p := in.BaselineRisk
	return min(0.1, p/2, math.Max(1-p, 0.01)), min(0.1, (1-p)/2, math.Max(p, 0.01))
}

// absolute reports whether intervals are read as differences in risk: counted outcomes with a known comparator risk and no
// other declared threshold.
func (in Inputs) absolute() bool {
	return !in.hasMID() && in.BaselineRisk > 0 && slices.Contains([]string{"RR", "OR", "HR", "RD"}, in.Measure)
}

// riskDifference is what an effect makes of the comparator risk.
func (in Inputs) riskDifference(x float64) float64 {
	p, q := in.BaselineRisk, in.BaselineRisk
	switch in.Measure {
	case "RR":
		q = p * math.Exp(x)
	case "HR":
		q = 1 - math.Pow(1-p, math.Exp(x))
	case "OR":
		odds := p / (1 - p) * math.Exp(x)
		if q = 1; !math.IsInf(odds, 1) {
			q = odds / (1 + odds)
		}
	case "RD":
		q = p + x
	}
	return math.Min(math.Max(q, 0), 1) - p
}

// lined brings an effect to the scale of the thresholds.
func (in Inputs) lined(x float64) float64 {
	if in.absolute() {
		return in.riskDifference(x)
	}
	return x
}

// hasMID reports whether a minimal important difference is declared.
func (in Inputs) hasMID() bool { return in.MID > 0 }

// within reports whether a threshold is strictly inside an interval.
func within(x, lo, hi float64) bool { return lo < x && x < hi }
