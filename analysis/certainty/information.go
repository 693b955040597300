package certainty

import (
	"fmt"
	"math"

	"past/analysis/sequential"
)

// Information compares the evidence with the optimal information size: the participants that one adequately powered trial would
// need (Guyatt et al. 2011, J. Clin. Epidemiol. 64:1283-1293).
type Information struct {
	Known    bool
	Required float64 // participants, 5 % two-sided, 80 % power
	Have     float64
	Fraction float64 // Have / Required
	Met      bool
	Rule     string // what the requirement assumes
}

// Conventional effects for the information size when no minimal important difference is declared.
const (
	conventionalSMD = 0.2 // "small" (Cohen 1988); asks for 785 participants
)

// OptimalInformationSize computes the requirement for the declared minimal important difference, or for a conventional small
// effect when there is none: 0.2 standard deviations, or the important difference in risk in the direction of the estimate, so
// that a desired event is not "reduced". Ratio measures
// without a baseline risk are judged by the width of their interval: an upper limit over 3 times (RR, HR) or 2.5 times (OR) the
// lower one means that the size was not reached (Schuenemann et al. 2022, J. Clin. Epidemiol. 150:225-242).
func (in Inputs) OptimalInformationSize() Information {
	switch in.Measure {
	case "SMD", "SMDH", "SMCC", "SMCR":
		return in.sizeForMeans(1, conventionalSMD)
	case "MD", "MC":
		if math.IsNaN(in.SD) {
			return Information{Rule: "not computed: the outcome's standard deviation is not known"}
		}
		return in.sizeForMeans(in.SD, conventionalSMD*in.SD)
	case "RR", "OR", "HR":
		if math.IsNaN(in.BaselineRisk) {
			return in.sizeFromWidth()
		}
		return in.sizeForRisks()
	case "RD":
		if !math.IsNaN(in.BaselineRisk) {
			return in.sizeForRisks()
		}
		return Information{Rule: "not computed: the baseline risk is not known"}
	}
	return Information{Rule: fmt.Sprintf("not computed: no rule for measure %q", in.Measure)}
}

func (in Inputs) sizeForMeans(sd, conventional float64) Information {
	effect, what := conventional, fmt.Sprintf("a conventional small effect of %.3g", conventional)
	if in.hasMID() {
		effect, what = in.MID, fmt.Sprintf("the minimal important difference of %.3g", in.MID)
	}
	return in.compare(what, effect, func(info float64) float64 { return sequential.ParticipantsForMeans(info, sd) })
}

func (in Inputs) sizeForRisks() Information {
	p := in.BaselineRisk
	fewer, more := in.importantRisk()
	other, what := p+more, fmt.Sprintf("%.2g more of 100 people than %.3g of 100", 100*more, 100*p)
	sign := 1.0
	if in.Estimate < 0 {
		sign = -1
		other, what = p-fewer, fmt.Sprintf("%.2g fewer of 100 people than %.3g of 100", 100*fewer, 100*p)
	}
	if in.hasMID() {
		what = fmt.Sprintf("the minimal important difference of %s from %.3g of 100 people", in.shown(sign*in.MID), 100*p)
		other = p + in.riskDifference(sign*in.MID)
	}
	if !(other > 0 && other < 1) { // a declared difference without room on that side
		return Information{Rule: fmt.Sprintf("not computed: %s is not possible", what)}
	}
	return in.compare(what, other-p, func(info float64) float64 { return sequential.ParticipantsForProportions(info, "RD", p, other) })
}

func (in Inputs) compare(what string, effect float64, participants func(info float64) float64) Information {
	r, err := sequential.RequiredInformation(sequential.Plan{Effect: effect})
	if err != nil || math.IsNaN(in.Participants) {
		return Information{Rule: "not computed: the number of participants is not known"}
	}
	need := math.Ceil(participants(r.Unadjusted))
	return Information{Known: true, Required: need, Have: in.Participants, Fraction: in.Participants / need, Met: in.Participants >= need,
		Rule: "participants for " + what + ", 5 % two-sided error, 80 % power"}
}

// sizeFromWidth judges by the ratio of the limits, on the natural scale.
func (in Inputs) sizeFromWidth() Information {
	limit := 3.0
	if in.Measure == "OR" {
		limit = 2.5
	}
	ratio := math.Exp(in.Hi - in.Lo)
	if math.IsNaN(ratio) {
		return Information{Rule: "not computed: no interval"}
	}
	// as a fraction: the information behind an interval goes with the inverse square of its width
	return Information{Known: true, Required: math.NaN(), Have: in.Participants, Fraction: math.Pow(math.Log(limit)/math.Log(ratio), 2),
		Met:  ratio <= limit,
		Rule: fmt.Sprintf("ratio of the interval's limits %.2f against %.1f (the baseline risk is not known)", ratio, limit)}
}
