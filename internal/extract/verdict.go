package extract

import (
	"fmt"
	"math"

	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/review"
	"past/internal/vocab"
)

// judgeRow gives an extraction row its verdict.
func judgeRow(e *evidence.Effect, x review.Extraction, v *vocab.Vocabulary) {
	j := effectJudge{e}
	j.set(evidence.Usable, reason.Complete, "sizes, means and standard deviations (or counts) of both arms are given")
	switch {
	case reportedOnly(x):
	case IsCount(x.ScoreType):
		judgeCounts(x, j)
	default:
		judgeScores(x, v, j)
	}
	if x.Design == "crossover-rct" && x.PostCrossover == evidence.NotStated {
		j.set(evidence.NeedsReview, reason.CrossoverPhase,
			"a crossover trial, and the source does not say whether the numbers are from before the crossover")
	}
	judgeDoses(e, v)
}

func judgeCounts(x review.Extraction, j effectJudge) {
	if x.Events1 == nil || x.Total1 == nil || x.Events2 == nil || x.Total2 == nil {
		j.set(evidence.Unusable, reason.NoNumbers, "events or group sizes are missing")
		return
	}
	for _, a := range [][2]float64{{*x.Events1, *x.Total1}, {*x.Events2, *x.Total2}} {
		switch {
		case a[1] <= 0 || a[0] < 0 || a[0] > a[1]:
			j.set(evidence.Unusable, reason.Counts, fmt.Sprintf("%v events among %v people cannot be", a[0], a[1]))
		case a[0] != math.Trunc(a[0]) || a[1] != math.Trunc(a[1]):
			j.set(evidence.NeedsReview, reason.Counts, fmt.Sprintf("%v events among %v people are no whole numbers: perhaps a percentage", a[0],
				a[1]))
		}
	}
}

func judgeScores(x review.Extraction, v *vocab.Vocabulary, j effectJudge) {
	if x.N1 == nil || x.Mean1 == nil || x.SD1 == nil || x.N2 == nil || x.Mean2 == nil || x.SD2 == nil {
		j.set(evidence.Unusable, reason.NoNumbers, "a size, mean or standard deviation is missing")
		return
	}
	for i, n := range []float64{*x.N1, *x.N2} {
		if n < 1 || n != math.Trunc(n) {
			j.set(evidence.Unusable, reason.NoN, fmt.Sprintf("%v is no number of people (arm %d)", n, i+1))
		}
	}
	for i, sd := range []float64{*x.SD1, *x.SD2} {
		if sd < 0 {
			j.set(evidence.Unusable, reason.NegativeSpread, fmt.Sprintf("a standard deviation of %v in arm %d", sd, i+1))
		} else if sd == 0 {
			j.set(evidence.Unusable, reason.ZeroSpread, fmt.Sprintf("no spread in arm %d", i+1))
		}
	}
	if *x.Mean1 == *x.Mean2 && *x.SD1 == *x.SD2 {
		j.set(evidence.NeedsReview, reason.Identical, "both arms have the same mean and standard deviation")
	}
	m, ok := v.CalledInstrument(x.Instrument)
	if ok {
		judgeScoreRange(x, m, j)
		judgeScoreSDs(x, m, v, j)
	}
	judgeSpreadsApart(x, j)
}

func judgeScoreRange(x review.Extraction, m vocab.InstrumentMatch, j effectJudge) {
	if m.Range == nil {
		return
	}
	width := m.Range.Max - m.Range.Min
	for i, mean := range []float64{*x.Mean1, *x.Mean2} {
		switch {
		case x.ScoreType == "endpoint" && !m.Range.Contains(mean):
			j.set(evidence.Unusable, reason.OutOfRange, fmt.Sprintf("the mean %v of arm %d lies outside the range %v to %v of %s", mean, i+1,
				m.Range.Min, m.Range.Max, x.Instrument))
		case x.ScoreType == "change" && math.Abs(mean) > width:
			j.set(evidence.Unusable, reason.OutOfRange, fmt.Sprintf("a mean change of %v in arm %d is more than the whole scale of %s", mean, i+1,
				x.Instrument))
		}
	}
	for i, s := range []struct{ sd, n float64 }{{*x.SD1, *x.N1}, {*x.SD2, *x.N2}} {
		if x.ScoreType == "endpoint" && s.n > 1 && s.sd > width/2*math.Sqrt(s.n/(s.n-1))*(1+1e-9) {
			j.set(evidence.Unusable, reason.SpreadTooLarge, fmt.Sprintf("a standard deviation of %v in arm %d cannot come from a scale of %v to %v",
				s.sd, i+1, m.Range.Min, m.Range.Max))
		}
	}
}

func judgeScoreSDs(x review.Extraction, m vocab.InstrumentMatch, v *vocab.Vocabulary, j effectJudge) {
	in, ok := v.Instrument(m.ID)
	usual, _, known := posted.UsualSD(in, m.Range)
	if !ok || !known || m.Subscale != "" {
		return
	}
	for i, s := range []struct{ sd, n float64 }{{*x.SD1, *x.N1}, {*x.SD2, *x.N2}} {
		if posted.SEWrittenAsSD(s.sd, usual, int(s.n)) {
			j.set(evidence.NeedsReview, reason.SEForSD,
				fmt.Sprintf("the standard deviation %v of arm %d is small for %s (usually about %.3g) and fits a standard error of %v people", s.sd,
					i+1, in.Short, usual, s.n))
		}
	}
}

// judgeSpreadsApart holds the two arms' spreads against each other: where one
// is a standard error, it is smaller by about the root of its group's size.
func judgeSpreadsApart(x review.Extraction, j effectJudge) {
	small, large, n := *x.SD1, *x.SD2, *x.N1
	if small > large {
		small, large, n = large, small, *x.N2
	}
	if small <= 0 || n < 9 || large/small < 3 {
		return
	}
	if as := small * math.Sqrt(n); as > large/2 && as < 2*large {
		j.set(evidence.NeedsReview, reason.SEForSD,
			fmt.Sprintf("the arms' standard deviations are %v and %v; times the root of %v the smaller equals the larger, so it may "+
				"be a standard error", small, large, n))
	}
}

// judgeDoses flags a dose per kilogram that no one could have been given. The
// outcome's numbers do not depend on it, so the row stays usable.
func judgeDoses(e *evidence.Effect, v *vocab.Vocabulary) {
	doses := v.DoubtfulDoses(e.Substance, e.DoseTreat, e.ArmTreat, e.DoseCtrl, e.ArmCtrl, e.Comparator)
	if len(doses) > 0 {
		remark(e, reason.DoseUnit, reason.NoDose(e.Substance, doses))
	}
}
