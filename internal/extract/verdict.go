package extract

import (
	"fmt"

	"past/internal/evidence"
	"past/internal/review"
	"past/internal/vocab"
)

// judgeRow gives an extraction row its verdict.
func judgeRow(e *evidence.Effect, x review.Extraction, v *vocab.Vocabulary) {
	set := func(verdict evidence.Verdict, code, sentence string) {
		if worse(verdict, e.Verdict) || e.Reason == "" {
			e.Verdict, e.Reason = verdict, reason(code, sentence)
		}
	}
	set(evidence.Usable, CodeComplete, "sizes, means and standard deviations (or counts) of both arms are given")
	if IsCount(x.ScoreType) {
		judgeCounts(x, set)
	} else {
		judgeScores(x, v, set)
	}
	if x.Design == "crossover-rct" && !x.CrossoverKnown {
		set(evidence.NeedsReview, CodeCrossoverPhase, "a crossover trial, and the source does not say whether the numbers are from before the crossover")
	}
}

func worse(a, b evidence.Verdict) bool {
	rank := map[evidence.Verdict]int{evidence.Usable: 0, evidence.NeedsReview: 1, evidence.Unusable: 2}
	return rank[a] > rank[b]
}

func judgeCounts(x review.Extraction, set func(evidence.Verdict, string, string)) {
	if x.Events1 == nil || x.Total1 == nil || x.Events2 == nil || x.Total2 == nil {
		set(evidence.Unusable, CodeNoNumbers, "events or group sizes are missing")
		return
	}
	for _, a := range [][2]float64{{*x.Events1, *x.Total1}, {*x.Events2, *x.Total2}} {
		if a[1] <= 0 || a[0] < 0 || a[0] > a[1] {
			set(evidence.Unusable, CodeCounts, fmt.Sprintf("%v events among %v people cannot be", a[0], a[1]))
		}
	}
}

func judgeScores(x review.Extraction, v *vocab.Vocabulary, set func(evidence.Verdict, string, string)) {
	if x.N1 == nil || x.Mean1 == nil || x.SD1 == nil || x.N2 == nil || x.Mean2 == nil || x.SD2 == nil {
		set(evidence.Unusable, CodeNoNumbers, "a size, mean or standard deviation is missing")
		return
	}
	m, ok := v.MatchInstrument(x.Instrument, "")
	if !ok || m.Range == nil || x.ScoreType != "endpoint" {
		return
	}
	for i, mean := range []float64{*x.Mean1, *x.Mean2} {
		if !m.Range.Contains(mean) {
			set(evidence.Unusable, CodeOutOfRange, fmt.Sprintf("the mean %v of arm %d lies outside the range %v to %v of %s", mean, i+1, m.Range.Min, m.Range.Max, x.Instrument))
		}
	}
}
