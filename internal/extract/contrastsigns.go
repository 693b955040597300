package extract

import (
	"math"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
)

// comparedGroups are the two groups of a contrast, in its order. A contrast
// that names one group of an outcome that has two compares it with the other.
func comparedGroups(o *evidence.PostedOutcome, ids []string) (first, second string, ok bool) {
	switch {
	case len(ids) == 2 && ids[0] != ids[1]:
		return ids[0], ids[1], true
	case len(ids) == 1 && len(o.Groups) == 2:
		for i, g := range o.Groups {
			if g.ID == ids[0] {
				return ids[0], o.Groups[1-i].ID, true
			}
		}
	}
	return "", "", false
}

// precision is a contrast's standard error on the scale on which it is
// analysed (logarithms for ratios), from its own, its interval or its exact
// p-value (Cochrane Handbook 6.5.2.3); NaN when it has none. df are the degrees
// of freedom of the two groups, +Inf where they are many or not known. from
// names the source.
func precision(x *evidence.Contrast, df float64) (se float64, from string) {
	ratio := IsRatio(x.Kind)
	if !(df > 0) || df >= 118 || ratio || x.Kind == KindSMD { // 118: 60 people in each group
		df = math.Inf(1)
	}
	if x.SE != nil && *x.SE > 0 && !ratio {
		return *x.SE, "standard error"
	}
	if se := seFromLimits(x, df, ratio); se > 0 {
		return se, "confidence interval"
	}
	if se := seFromP(x, df, ratio); se > 0 {
		return se, "p-value"
	}
	return math.NaN(), ""
}

// seFromLimits is the standard error behind a two-sided interval; 0 for none.
func seFromLimits(x *evidence.Contrast, df float64, ratio bool) float64 {
	if x.Lower == nil || x.Upper == nil || x.CILevel == nil || x.CISides == 1 || *x.Lower >= *x.Upper || ratio && *x.Lower <= 0 {
		return 0
	}
	return someSE(effect.SEFromCI(analysed(*x.Lower, ratio), analysed(*x.Upper, ratio), *x.CILevel/100, df))
}

// seFromP is the standard error behind an exact two-sided p-value; 0 for none.
func seFromP(x *evidence.Contrast, df float64, ratio bool) float64 {
	if x.P == nil || x.POp != "=" || *x.P <= 0 || *x.P >= 1 || strings.Contains(x.PRaw, "<") || x.CISides == 1 {
		return 0
	}
	if x.Estimate == nil || ratio && *x.Estimate <= 0 {
		return 0
	}
	se, _, err := effect.SEFromP(analysed(*x.Estimate, ratio), *x.P, df)
	if math.IsInf(se, 0) {
		return 0
	}
	return someSE(se, err)
}

// analysed is a value on the scale on which it is analysed.
func analysed(v float64, ratio bool) float64 {
	if ratio {
		return math.Log(v)
	}
	return v
}

func someSE(se float64, err error) float64 {
	if err != nil {
		return 0
	}
	return se
}

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
			if x.Sign != SignUnknown || x.Estimate == nil || x.Verdict == evidence.Unusable {
				continue
			}
			switch b.senseByValues(o, x) {
			case 1:
				x.Sign = SignFirstMinusSecond + settledByValues
			case -1:
				x.Sign = SignSecondMinusFirst + settledByValues
			default:
				continue
			}
			judgeContrast(x, &o.Analyses[x.Index], o)
		}
	}
}

func (b *effectBuilder) senseByValues(o *evidence.PostedOutcome, x *evidence.Contrast) float64 {
	first, second, ok := comparedGroups(o, x.GroupIDs)
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
			if IsRatio(x.Kind) {
				est, diff = math.Log(est), logRatio(x.Kind, f, s)
			}
			se, _ := precision(x, dfOf(f, s))
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
	if kind == KindOddsRatio || kind == KindRiskRatio {
		a, b = shareOf(f), shareOf(s)
	}
	if kind == KindOddsRatio {
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
	case isPercentUnit(a.Unit):
		return v / 100
	case probability.MatchString(a.Unit):
		return v
	case a.N != nil && *a.N > 0:
		return v / float64(*a.N)
	}
	return math.NaN()
}

// contrastSense is +1 where a contrast is treatment minus control, -1 where it
// is the reverse, 0 where nothing says which.
func contrastSense(o *evidence.PostedOutcome, x *evidence.Contrast, treat string) float64 {
	first, _, ok := comparedGroups(o, x.GroupIDs)
	if !ok {
		return 0
	}
	sign := 1.0
	if first != treat {
		sign = -1
	}
	switch {
	case strings.HasPrefix(x.Sign, SignFirstMinusSecond):
		return sign
	case strings.HasPrefix(x.Sign, SignSecondMinusFirst):
		return -sign
	case isNull(x):
		return 1
	}
	return 0
}
