package extract

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/reason"
)

// auditSpreadSource flags standard deviations that a source worked back from standard
// errors: a number of many digits that is a short one times the root of n. Behind a
// model's mean that is the residual spread and not the people's own.
func auditSpreadSource(e *evidence.Effect) {
	var from []string
	for _, side := range []string{"1", "2"} {
		sd, n := e.SD1, e.N1
		if side == "2" {
			sd, n = e.SD2, e.N2
		}
		raw := ""
		if i := slices.IndexFunc(e.Inputs, func(in evidence.Input) bool { return in.Name == "sd"+side }); i >= 0 {
			raw = e.Inputs[i].Raw
		}
		if sd == nil || n == nil {
			continue
		}
		if se, ok := standardErrorOf(raw, *sd, *n); ok {
			from = append(from, fmt.Sprintf("%s·√%.0f", se, *n))
		}
	}
	if len(from) == 0 {
		return
	}
	what := "one standard deviation is a standard error"
	if len(from) == 2 {
		what = "both standard deviations are standard errors"
	}
	remark(e, reason.Residual, fmt.Sprintf("%s times √n (%s): behind a model's means that is a residual spread, not the people's own", what,
		strings.Join(from, ", ")))
}

// standardErrorOf is the standard error of at most three decimals from which a
// standard deviation written with more digits was worked back.
func standardErrorOf(raw string, sd, n float64) (string, bool) {
	_, decimals, _ := strings.Cut(strings.TrimRight(strings.TrimSpace(raw), "0"), ".")
	if len(decimals) < 5 || !(n > 1) || !(sd > 0) {
		return "", false
	}
	se := sd / math.Sqrt(n)
	for digits := 1; digits <= 3; digits++ {
		scale := math.Pow10(digits)
		if r := math.Round(se*scale) / scale; r > 0 && math.Abs(se-r) < 1e-6*max(1, se) {
			return fmt.Sprintf("%.*f", digits, r), true
		}
	}
	return "", false
}

// unequalStart is the difference between two arms' baselines, in standard deviations,
// from which on an endpoint says so.
const unequalStart = 0.25

// auditBaselines compares the arms' baselines where a study gives endpoint and change
// scores of the same people: what the one arm had more of from the start is in the
// difference between its endpoints.
func auditBaselines(a, b *evidence.Effect) {
	end, change := a, b
	if a.ScoreType == evidence.ScoreChange {
		end, change = b, a
	}
	known := end.Mean1 != nil && end.Mean2 != nil && end.SD1 != nil && end.SD2 != nil && change.Mean1 != nil && change.Mean2 != nil
	if end.ScoreType != evidence.ScoreEndpoint || change.ScoreType != evidence.ScoreChange || !known || sourceOf(end) != sourceOf(change) ||
		!same(end.N1, change.N1) || !same(end.N2, change.N2) || !same(end.TimepointWeeks, change.TimepointWeeks) {
		return
	}
	start1, start2 := *end.Mean1-*change.Mean1, *end.Mean2-*change.Mean2
	sd := math.Sqrt((*end.SD1**end.SD1 + *end.SD2**end.SD2) / 2)
	if gap := math.Abs(start1-start2) / sd; gap >= unequalStart {
		remark(end, reason.UnequalStart, fmt.Sprintf("the groups did not start alike: %.1f against %.1f by endpoint less change (%s), %.2f "+
			"standard deviations apart, and the endpoint carries that on", start1, start2, change.ID, gap))
	}
}

// auditReason says of a complete row how its numbers were come by, where they are not
// the printed ones.
func auditReason(e *evidence.Effect) {
	if !strings.HasPrefix(e.Reason, reason.Complete+":") {
		return
	}
	begins := func(what string) bool {
		return slices.ContainsFunc(e.Flags, func(f string) bool { return strings.HasPrefix(f, what) })
	}
	how := ""
	switch {
	case begins("standardised by "):
		how = "a difference as the source reports it, standardised here"
	case begins("sd1: computed"), begins("sd2: computed"):
		how = "both arms are known; standard deviations are computed from what the source gives as precision"
	case begins("events1: "), begins("events2: "):
		how = "both arms are known; counts are worked out from the shares that the source gives"
	case begins(reason.Residual + ":"):
		how = "sizes and means of both arms are given; standard deviations are worked back from standard errors"
	case begins("imputed:"):
		how = "sizes, means and standard deviations (or counts) of both arms are given, in part worked out by others"
	default:
		return
	}
	e.Reason = reason.Say(reason.Complete, how)
}
