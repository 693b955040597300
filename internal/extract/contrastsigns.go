package extract

import (
	"math"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/posted"
)

// settledByValues is the word by which a sign that the arm values settle is
// kept apart from one that is stated.
const settledByValues = " (by the arm values)"

// senseOf decides from the two posted values of a row which way a contrast was
// taken: +1 for first minus second, -1 for the reverse, 0 where they leave it
// open. diff is first minus second on the contrast's scale.
func senseOf(est, se, diff float64) float64 {
	near, far := math.Abs(est-diff), math.Abs(est+diff)
	size := math.Min(math.Abs(est), math.Abs(diff))
	if math.IsNaN(near) || size == 0 {
		return 0
	}
	sign := 1.0
	if far < near {
		sign, near, far = -1, far, near
	}
	tight := near <= 0.25*math.Abs(diff) && far > 3*near
	loose := !math.IsNaN(se) && near <= 1.5*se && far > 3*near && size > 0.5*se
	if tight || loose {
		return sign
	}
	return 0
}

// settleSigns decides the sense of contrasts whose words leave it open by the
// posted values of their row, and takes the doubt back where that settles it.
func (b *effectBuilder) settleSigns() {
	for i := range b.r.Results.Outcomes {
		o := &b.r.Results.Outcomes[i]
		for _, n := range b.tests[o.Index] {
			x := &b.contrasts[n]
			if x.Sign != posted.SignUnknown || x.Estimate == nil || x.Verdict == evidence.Unusable {
				continue
			}
			switch b.senseByValues(o, x) {
			case 1:
				x.Sign = posted.SignFirstMinusSecond + settledByValues
			case -1:
				x.Sign = posted.SignSecondMinusFirst + settledByValues
			default:
				continue
			}
			posted.JudgeContrast(x, &o.Analyses[x.Index], o)
		}
	}
}

func (b *effectBuilder) senseByValues(o *evidence.PostedOutcome, x *evidence.Contrast) float64 {
	first, second, ok := posted.ComparedGroups(o, x.GroupIDs)
	if !ok {
		return 0
	}
	var found float64
	for ci := range o.Classes {
		for ki := range o.Classes[ci].Categories {
			row := b.rows[rowKey{o.Index, ci, ki}]
			f, s := b.cell(row, first), b.cell(row, second)
			if f == nil || s == nil || f.Value == nil || s.Value == nil || f.Baseline || !b.sameRow(o, &o.Analyses[x.Index], f) {
				continue
			}
			est, diff := *x.Estimate, *f.Value-*s.Value
			if posted.IsRatio(x.Kind) {
				est, diff = math.Log(est), logRatio(x.Kind, f, s)
			}
			se, _ := posted.Precision(x, dfOf(f, s))
			sign := senseOf(est, se, diff)
			if found != 0 && sign != found {
				return 0
			}
			found = sign
		}
	}
	return found
}

func dfOf(t, c *evidence.ArmResult) float64 {
	if t.N == nil || c.N == nil {
		return math.Inf(1)
	}
	return float64(*t.N + *c.N - 2)
}

// logRatio is the logarithm of the ratio of two posted values: of odds for an
// odds ratio, of risks or means for the others.
func logRatio(kind string, f, s *evidence.ArmResult) float64 {
	a, b := *f.Value, *s.Value
	if kind == posted.KindOddsRatio || kind == posted.KindRiskRatio {
		a, b = shareOf(f), shareOf(s)
	}
	if kind == posted.KindOddsRatio {
		a, b = a/(1-a), b/(1-b)
	}
	if !(a > 0) || !(b > 0) || math.IsInf(a, 0) || math.IsInf(b, 0) {
		return math.NaN()
	}
	return math.Log(a) - math.Log(b)
}

// shareOf is the share of people of a cell; NaN where it is none.
func shareOf(a *evidence.ArmResult) float64 {
	v := *a.Value
	switch {
	case posted.IsPercentUnit(a.Unit):
		return v / 100
	case posted.Probability.MatchString(a.Unit):
		return v
	case a.N != nil && *a.N > 0:
		return v / float64(*a.N)
	}
	return math.NaN()
}

// contrastSense is +1 where a contrast is treatment minus control, -1 where it
// is the reverse, 0 where nothing says which.
func contrastSense(o *evidence.PostedOutcome, x *evidence.Contrast, treat string) float64 {
	first, _, ok := posted.ComparedGroups(o, x.GroupIDs)
	if !ok {
		return 0
	}
	sign := 1.0
	if first != treat {
		sign = -1
	}
	switch {
	case strings.HasPrefix(x.Sign, posted.SignFirstMinusSecond):
		return sign
	case strings.HasPrefix(x.Sign, posted.SignSecondMinusFirst):
		return -sign
	case posted.IsNull(x):
		return 1
	}
	return 0
}
