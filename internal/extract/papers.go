package extract

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/review"
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
				e.Verdict, e.Reason = evidence.Unusable, reason(CodeNotComputable, err.Error())
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
		e.Instrument = instrumentID(m)
		said := higherBetter(v.DirectionOf(m, []string{x.Condition, x.Population}))
		switch {
		case e.HigherBetter == evidence.NotStated:
			e.HigherBetter = said
		case said != evidence.NotStated && said != e.HigherBetter && !IsCount(x.ScoreType):
			doubt(&e, CodeSign,
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
		measure = "RR"
		d.AI, d.N1I = one(e.Event1), one(e.N1)
		d.CI, d.N2I = one(e.Event2), one(e.N2)
	} else {
		d.M1I, d.SD1I, d.N1I = one(e.Mean1), one(e.SD1), one(e.N1)
		d.M2I, d.SD2I, d.N2I = one(e.Mean2), one(e.SD2), one(e.N2)
	}
	return ComputeAs(e, measure, d, formula)
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
	return nil
}

func one(v *float64) []float64 {
	if v == nil {
		return []float64{math.NaN()}
	}
	return []float64{*v}
}
