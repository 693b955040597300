package extract

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/review"
	"past/internal/text"
	"past/internal/vocab"
)

// PaperEffects makes an effect of every extraction row that has the numbers
// for one. studyOf gives the study of a row. Formula is the mode in which
// standardised mean differences and ratios are computed; a question may
// compute them again in its own mode from the numbers that the effect carries.
func PaperEffects(rows []review.Extraction, studyOf func(review.Extraction) string, formula effect.Formula,
	v *vocab.Vocabulary) []evidence.Effect {
	out := make([]evidence.Effect, 0, len(rows))
	for _, x := range rows {
		e := describeRow(x, studyOf(x), v)
		clock(&e)
		judgeRow(&e, x, v)
		if reportedOnly(x) {
			reported(&e, x, formula)
		} else if e.Verdict != evidence.Unusable {
			if err := Compute(&e, formula); err != nil {
				e.Verdict, e.Reason = evidence.Unusable, reason.Say(reason.NotComputable, err.Error())
			} else {
				judgeEffectSize(effectJudge{&e})
			}
		}
		out = append(out, e)
		if reportedOnly(x) && e.Measure == "MD" && e.Estimate != nil {
			if s, ok := standardise(e, formula); ok {
				s.ID = e.ID + "/smd"
				out = append(out, s)
			}
		}
	}
	return Audit(out)
}

func describeRow(x review.Extraction, study string, v *vocab.Vocabulary) evidence.Effect {
	e := evidence.Effect{
		ID: x.ID, StudyID: study, StudyLabel: x.Study, Year: x.Year, RecordID: x.TrialID,
		Substance: x.Substance, Condition: x.Condition, Population: x.Population, PopulationClass: x.PopulationClass,
		Comparator: x.Comparator, ComparatorClass: x.ComparatorClass, DoseTreat: x.DoseTreat, DoseCtrl: x.DoseCtrl,
		ArmTreat: x.ArmTreat, ArmCtrl: x.ArmCtrl, Sessions: x.Sessions, Design: x.Design, Blinding: x.Blinding,
		RiskOfBias: x.RoB, RoBDomains: x.RoBDomains,
		Instrument: x.Instrument, Domain: x.Domain, ScoreType: x.ScoreType, TimepointRaw: x.TimeLabel, TimepointWeeks: x.TimeWeeks,
		TimepointOrigin: x.TimeOrigin, WeeksAfterLastDose: x.AfterLastDose,
		PrimaryInstrument: x.PrimaryInstrument, PrimaryTime: x.PrimaryTime, PostCrossover: x.PostCrossover, HigherBetter: x.HigherBetter,
		Channel: "paper", DOI: x.DOI, Source: strings.TrimSpace(x.Source + " " + x.Place), Verdict: evidence.Usable,
	}
	if own := ownName(v, x.Substance); own != "" {
		e.Substance, e.Drug = v.Family(x.Substance), own
	}
	if strings.Contains(x.Source, "metapsy-project") {
		e.Channel = "dataset"
	}
	if m, ok := v.CalledInstrument(x.Instrument); ok {
		e.Instrument = posted.InstrumentID(m)
		said := higherBetter(v.DirectionOf(m, []string{x.Condition, x.Population}))
		switch {
		case e.HigherBetter == evidence.NotStated:
			e.HigherBetter = said
		case said != evidence.NotStated && said != e.HigherBetter && !IsCount(x.ScoreType):
			doubt(&e, reason.Sign,
				fmt.Sprintf("row %d, column higher_better: the row says %s, the catalogue says %s of %s; leave the cell empty or "+
					"correct the instrument", x.Row, e.HigherBetter, said, x.Instrument))
		}
	}
	take := func(col string, v *float64) *float64 {
		if v != nil {
			e.Inputs = append(e.Inputs, x.Inputs[col])
		}
		return v
	}
	e.N1, e.Mean1, e.SD1 = take("n1", x.N1), take("mean1", x.Mean1), take("sd1", x.SD1)
	e.N2, e.Mean2, e.SD2 = take("n2", x.N2), take("mean2", x.Mean2), take("sd2", x.SD2)
	if IsCount(x.ScoreType) {
		e.Event1, e.Event2 = take("events1", x.Events1), take("events2", x.Events2)
		e.N1, e.N2 = cmp.Or(take("total1", x.Total1), e.N1), cmp.Or(take("total2", x.Total2), e.N2)
	}
	if x.Imputed {
		e.Flags = append(e.Flags, "imputed: the endpoint was worked out by the dataset's authors, not printed in the paper")
	}
	if x.Note != "" {
		e.Flags = append(e.Flags, "note of the extractor: "+x.Note)
	}
	return e
}

// higherBetter is what the catalogue says of high scores.
func higherBetter(d vocab.Direction) evidence.Tri {
	switch d {
	case vocab.HigherBetter:
		return evidence.Yes
	case vocab.LowerBetter:
		return evidence.No
	}
	return evidence.NotStated
}

// IsCount reports whether a score type is a number of people.
func IsCount(score string) bool {
	switch score {
	case evidence.ScoreResponse, evidence.ScoreRemission, evidence.ScoreOnset, evidence.ScoreSustained, evidence.ScoreEvents:
		return true
	}
	return false
}

// Compute fills in estimate, variance and interval of an effect from the
// numbers that it carries: a standardised mean difference for scores, the
// natural logarithm of the risk ratio for counts.
func Compute(e *evidence.Effect, formula effect.Formula) error {
	measure, d := effect.Measure("SMD"), effect.Data{}
	if IsCount(e.ScoreType) {
		if noEvents(e) {
			e.Measure, e.Formula = "RR", string(formula)
			remark(e, reason.NoEvents, "no event in either arm: a ratio carries no information, and none is computed")
			return nil
		}
		measure = "RR"
		d.AI, d.N1I = one(e.Event1), one(e.N1)
		d.CI, d.N2I = one(e.Event2), one(e.N2)
	} else {
		d.M1I, d.SD1I, d.N1I = one(e.Mean1), one(e.SD1), one(e.N1)
		d.M2I, d.SD2I, d.N2I = one(e.Mean2), one(e.SD2), one(e.N2)
	}
	return ComputeAs(e, measure, d, formula)
}

// noEvents reports whether both arms state no person with the event.
func noEvents(e *evidence.Effect) bool {
	return e.Event1 != nil && e.Event2 != nil && *e.Event1 == 0 && *e.Event2 == 0
}

// ComputeAs is Compute for a given measure and its columns.
func ComputeAs(e *evidence.Effect, measure effect.Measure, d effect.Data, formula effect.Formula) error {
	r, err := effect.Compute(measure, d, effect.Options{Formula: formula})
	if err != nil {
		return err
	}
	if len(r.Y) != 1 || math.IsNaN(r.Y[0]) || math.IsNaN(r.V[0]) {
		why := "the numbers give no " + string(measure)
		if len(r.Warnings) > 0 {
			why = r.Warnings[0].Text
		}
		return fmt.Errorf("%s", why)
	}
	e.SetEffect(string(measure), string(r.Formula), r.Y[0], r.V[0])
	if e.DropUnlessFinite() {
		return fmt.Errorf("the numbers give a %s that is not finite", measure)
	}
	return nil
}

func one(v *float64) []float64 {
	if v == nil {
		return []float64{math.NaN()}
	}
	return []float64{*v}
}

// clock sets what the weeks of an effect are counted from and how many weeks
// after the last dose it was measured, where the source says so. Sources count
// from baseline, from a session, from the last dose: only the weeks after the
// last dose compare trials of different numbers of sessions.
func clock(e *evidence.Effect) {
	m, ok := text.Single(e.TimepointRaw)
	// weeks that are not those of the label are counted from something else
	if w := e.TimepointWeeks; e.TimepointOrigin == "" && ok && (w == nil || math.Abs(*w-m.Weeks) <= max(0.5, m.Weeks/10)) {
		e.TimepointOrigin = m.Origin
	}
	if e.WeeksAfterLastDose != nil || !ok || m.Origin == "" {
		return
	}
	last := m.Origin == evidence.OriginLastDose
	if s := e.Sessions; s != nil {
		last = last || m.Origin == fmt.Sprintf("%s %d", evidence.OriginSession, *s) || m.Origin == fmt.Sprintf("%s %d", evidence.OriginDose,
			*s) ||
			*s == 1 && (m.Origin == evidence.OriginFirstDose || m.Origin == evidence.OriginDose)
	} else if m.Origin == evidence.OriginDose && theDose.MatchString(e.TimepointRaw) {
		last = true
	}
	if last {
		weeks := m.Weeks
		e.WeeksAfterLastDose = &weeks
	}
}

// theDose finds a time counted from a dose that is named as the only one: "24 hours
// after the infusion", not "after each infusion" or "after infusions".
var theDose = regexp.MustCompile(`(?i)\b(?:after|post|following)[\s-]+the\s+(?:single\s+)?(?:\w+\s+)?(?:infusion|dose|injection|` +
	`administration)\b(?:\s+(?:of|on)\b)?`)

// reportedOnly reports whether a row gives an effect and not the numbers of the
// arms that an effect could be computed from.
func reportedOnly(x review.Extraction) bool {
	if x.Reported.Estimate == nil {
		return false
	}
	if IsCount(x.ScoreType) {
		return x.Events1 == nil || x.Total1 == nil || x.Events2 == nil || x.Total2 == nil
	}
	return x.N1 == nil || x.Mean1 == nil || x.SD1 == nil || x.N2 == nil || x.Mean2 == nil || x.SD2 == nil
}

// reported takes an effect over as a paper prints it, by the same rules as a
// sponsor's contrast.
func reported(e *evidence.Effect, x review.Extraction, formula effect.Formula) {
	j, r := effectJudge{e}, x.Reported
	e.Reason = reason.Say(reason.Complete, "an effect as the paper reports it, with its precision")
	if e.Verdict != evidence.Usable {
		e.Reason = e.Flags[len(e.Flags)-1]
	}
	e.Measure, e.Adjusted = r.Measure, r.Adjusted == evidence.Yes
	e.Flags = append(e.Flags, "reported: the effect as the paper prints it, not computed from the numbers of its arms")
	x1, df := contrastOf(r), math.Inf(1)
	if e.N1 != nil && e.N2 != nil {
		df = *e.N1 + *e.N2 - 2
	}
	for _, col := range []string{"estimate", "se", "ci_lb", "ci_ub", "p"} {
		if in, ok := x.Inputs[col]; ok {
			e.Inputs = append(e.Inputs, in)
		}
	}
	ratio := evidence.IsLogMeasure(r.Measure)
	se, from := posted.Precision(&x1, df)
	if ratio && r.SE != nil && *r.SE > 0 {
		se, from = *r.SE, "standard error"
	}
	if !judgeReported(j, r, ratio, se) {
		return
	}
	est := posted.Analysed(*r.Estimate, ratio)
	if from != "standard error" {
		e.Flags = append(e.Flags, "se: computed from the "+from+" (Cochrane Handbook 6.5.2.3)")
	}
	if z, ok := posted.FromP(&x1); ok && from != "p-value" && posted.Disagree(math.Abs(est)/se, z, "=", 0.5, 0.25) {
		j.set(evidence.NeedsReview, reason.Discordant, fmt.Sprintf("the estimate and its precision give z = %.2f, the p-value %v another",
			math.Abs(est)/se, *r.P))
	}
	e.SetEffect(r.Measure, string(formula), est, se*se)
	if e.DropUnlessFinite() {
		j.set(evidence.Unusable, reason.Limits, "the effect and its precision give a number that is not finite")
		return
	}
	judgeEffectSize(j)
}

// judgeReported reports whether a reported effect can be computed from, and
// keeps its doubts.
func judgeReported(j effectJudge, r review.Reported, ratio bool, se float64) bool {
	switch est := *r.Estimate; {
	case ratio && est <= 0:
		j.set(evidence.Unusable, reason.Implausible, fmt.Sprintf("a ratio of %v", est))
		return false
	case r.Lower != nil && r.Upper != nil && *r.Lower >= *r.Upper:
		j.set(evidence.Unusable, reason.Limits, fmt.Sprintf("the lower limit %v is not below the upper limit %v", *r.Lower, *r.Upper))
		return false
	case math.IsNaN(se):
		j.set(evidence.Unusable, reason.NoSpread, "the reported effect has no standard error, interval or exact p-value")
		return false
	case r.Lower != nil && r.Upper != nil && (est < *r.Lower || est > *r.Upper):
		j.set(evidence.NeedsReview, reason.Limits, fmt.Sprintf("the interval %v to %v does not contain the estimate %v", *r.Lower, *r.Upper, est))
	}
	return true
}

// contrastOf is a reported effect as a contrast with a 95 % interval.
func contrastOf(r review.Reported) evidence.Contrast {
	level := 95.0
	return evidence.Contrast{Kind: kindOfMeasure[r.Measure], Estimate: r.Estimate, SE: r.SE, Lower: r.Lower, Upper: r.Upper, P: r.P, POp: "=",
		CILevel: &level}
}

var kindOfMeasure = map[string]string{"MD": posted.KindMeanDifference, "SMD": posted.KindSMD, "RR": posted.KindRiskRatio,
	"OR": posted.KindOddsRatio,
	"HR": posted.KindHazardRatio, "RD": posted.KindRiskDifference}
