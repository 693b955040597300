package extract

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"past/analysis"
	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract/arm"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/text"
)

// contrastMeasures are the measures in which a sponsor's contrast stays.
var contrastMeasures = map[string]string{posted.KindMeanDifference: "MD", posted.KindSMD: "SMD", posted.KindRiskRatio: "RR",
	posted.KindOddsRatio:   "OR",
	posted.KindHazardRatio: "HR", posted.KindRiskDifference: "RD"}

// contrastsOf are the sponsor's contrasts of two groups for one row: the outcome
// has a single later row, or the contrast names its time.
func (b *effectBuilder) contrastsOf(o *evidence.PostedOutcome, t, c *evidence.ArmResult) []*evidence.Contrast {
	var out []*evidence.Contrast
	for _, i := range b.tests[o.Index] {
		x := &b.contrasts[i]
		first, second, ok := posted.ComparedGroups(o, x.GroupIDs)
		if !ok || x.Verdict == evidence.Unusable || x.Index >= len(o.Analyses) {
			continue
		}
		if (first == t.GroupID && second == c.GroupID || second == t.GroupID && first == c.GroupID) && b.sameRow(o, &o.Analyses[x.Index], t) {
			out = append(out, x)
		}
	}
	return out
}

// sameRow reports whether an analysis is of the row of a cell.
func (b *effectBuilder) sameRow(o *evidence.PostedOutcome, a *evidence.Analysis, t *evidence.ArmResult) bool {
	if b.later[groupKey{o.Index, t.GroupID}] <= 1 {
		return true
	}
	words := b.wordsOf(a)
	for _, title := range []string{t.ClassTitle, t.CategoryTitle} {
		if s := text.Squash(title); len(s) > 4 && strings.Contains(words.squashed, s) {
			return true
		}
	}
	return t.TimepointWeeks != nil && words.weeks != nil && math.Abs(*words.weeks-*t.TimepointWeeks) < 0.5
}

// analysisText is what the free texts of an analysis say, read once.
type analysisText struct {
	squashed string
	weeks    *float64 // the first later time that one of them names
}

func (b *effectBuilder) wordsOf(a *evidence.Analysis) *analysisText {
	if w := b.words[a]; w != nil {
		return w
	}
	texts := []string{a.GroupDescription, a.EstimateComment, a.MethodComment, a.PValueComment, a.OtherAnalysisDesc}
	w := &analysisText{squashed: text.Squash(strings.Join(texts, " "))}
	for _, said := range texts {
		if m, ok := text.Single(said); ok && m.Weeks > 0 {
			w.weeks = &m.Weeks
			break
		}
	}
	b.words[a] = w
	return w
}

// withContrasts adds to the effect of a row those of the sponsor's contrasts.
// Where the row has no raw standard deviations the contrast also gives the
// standardised difference, which then represents the row.
func (b *effectBuilder) withContrasts(o *evidence.PostedOutcome, p arm.Pair, t, c *evidence.ArmResult, row,
	base evidence.Effect) []evidence.Effect {
	var own []evidence.Effect
	for _, x := range b.contrastsOf(o, t, c) {
		measure := contrastMeasures[x.Kind]
		if measure == "" || x.Estimate == nil || IsCount(row.ScoreType) == (measure == "MD" || measure == "SMD") {
			continue
		}
		e := base
		e.Flags, e.Inputs = slices.Clone(base.Flags), nil
		e.ID = fmt.Sprintf("%s/a%d", base.ID, x.Index)
		b.fromContrast(effectJudge{&e}, o, t, c, x, measure)
		if measure == "MD" && e.Estimate != nil && (row.Adjusted || row.Estimate == nil) {
			if s, ok := b.standardised(p, t, c, e); ok {
				s.ID = base.ID
				row = s
			}
		}
		own = append(own, e)
	}
	return append([]evidence.Effect{row}, own...)
}

// fromContrast takes a contrast over as it is, turned to treatment against
// control.
func (b *effectBuilder) fromContrast(j effectJudge, o *evidence.PostedOutcome, t, c *evidence.ArmResult, x *evidence.Contrast,
	measure string) {
	e := j.e
	e.Adjusted = x.Adjusted
	if x.Adjusted {
		e.Flags = append(e.Flags, "adjusted: the sponsor's model, "+strings.TrimSpace(x.Method+" "+x.ParamRaw))
	}
	a := &o.Analyses[x.Index]
	e.Measure = measure
	e.Inputs = append(e.Inputs, input("estimate", a.ParamValue, *x.Estimate, x.Prov, "paramValue"))
	e.N1, e.N2 = b.size(j, t, "n1"), b.size(j, c, "n2")
	if e.N1 == nil || e.N2 == nil {
		return
	}
	se, from := posted.Precision(x, *e.N1+*e.N2-2)
	if math.IsNaN(se) {
		j.set(evidence.Unusable, reason.NoSpread, "the contrast has no standard error, two-sided interval or exact p-value")
		return
	}
	e.Inputs = append(e.Inputs, precisionInputs(a, x, from)...)
	if from != "standard error" {
		e.Flags = append(e.Flags, "se: computed from the "+from+" of the contrast (Cochrane Handbook 6.5.2.3)")
	}
	sign := contrastSense(o, x, t.GroupID)
	if sign == 0 {
		j.set(evidence.NeedsReview, reason.Sign,
			"which group was taken from which is not stated and does not follow from the arm values; read as treatment against control")
		sign = 1
	}
	if x.Verdict != evidence.Usable && !strings.HasPrefix(x.Reason, reason.Sign+":") {
		j.set(evidence.NeedsReview, reason.Discordant, "the contrast itself is in doubt: "+x.Reason)
	}
	est := *x.Estimate
	switch {
	case posted.IsRatio(x.Kind) && est <= 0:
		j.set(evidence.Unusable, reason.Implausible, fmt.Sprintf("a ratio of %v", est))
		return
	case posted.IsRatio(x.Kind):
		est = math.Log(est)
	case measure == "RD" && (math.Abs(est) > 1 || strings.Contains(a.ParamType+t.Unit, "%") || posted.IsPercentUnit(t.Unit)):
		est, se = est/100, se/100
	}
	e.SetEffect(measure, string(b.formula), sign*est, se*se)
	b.againstArms(j, t, c, sign*est, se, measure)
	judgeEffectSize(j)
}

func precisionInputs(a *evidence.Analysis, x *evidence.Contrast, from string) []evidence.Input {
	switch from {
	case "standard error":
		return []evidence.Input{input("se", a.DispersionValue, *x.SE, x.Prov, "dispersionValue")}
	case "confidence interval":
		return []evidence.Input{input("ci_lb", a.CILower, *x.Lower, x.Prov, "ciLowerLimit"),
			input("ci_ub", a.CIUpper, *x.Upper, x.Prov, "ciUpperLimit")}
	}
	return []evidence.Input{input("p", a.PValue, *x.P, x.Prov, "pValue")}
}

// againstArms doubts a contrast in points that is far from what the posted
// values of the two arms say.
func (b *effectBuilder) againstArms(j effectJudge, t, c *evidence.ArmResult, est, se float64, measure string) {
	if measure != "MD" || t.Value == nil || c.Value == nil {
		return
	}
	diff := *t.Value - *c.Value
	if gap := math.Abs(diff - est); gap > 1.5*se && gap > 0.05*math.Abs(diff) {
		j.set(evidence.NeedsReview, reason.Discordant, fmt.Sprintf("the arms' means differ by %.4g, the contrast says %.4g", diff, est))
	}
}

// standardised gives a contrast in points as a standardised mean difference by
// a standard deviation of the trial itself: that of the row or of the same
// instrument, arms and time; else the one behind the standard errors of the
// model's means; else that of baseline. The effect says which.
func (b *effectBuilder) standardised(p arm.Pair, t, c *evidence.ArmResult, md evidence.Effect) (evidence.Effect, bool) {
	sd, from, which, ok := b.trialSD(p, t, c)
	if !ok {
		return standardise(md, b.formula)
	}
	return standardiseBy(md, sd, from, which, b.formula), true
}

// standardise gives a difference in points as a standardised mean difference by
// the standard deviation behind its own standard error (Cochrane Handbook
// 6.5.2.3), which a model's adjustment makes smaller than the people's.
func standardise(md evidence.Effect, formula effect.Formula) (evidence.Effect, bool) {
	if md.SE == nil || md.N1 == nil || md.N2 == nil || *md.N1+*md.N2 <= 3 {
		return md, false
	}
	sd, err := effect.PooledSD(*md.SE, *md.N1, *md.N2)
	if err != nil || !(sd > 0) {
		return md, false
	}
	return standardiseBy(md, sd, nil, "the standard deviation behind the standard error of the difference (Cochrane Handbook 6.5.2.3)",
		formula), true
}

func standardiseBy(md evidence.Effect, sd float64, from []evidence.Input, which string, formula effect.Formula) evidence.Effect {
	s := md
	s.Flags = append(slices.Clone(md.Flags), fmt.Sprintf("standardised by %s, %.4g", which, sd))
	s.Inputs = append(slices.Clone(md.Inputs), from...)
	n := *md.N1 + *md.N2
	d, se := *md.Estimate/sd, *md.SE/sd
	j := effect.JApprox(n - 2)
	if formula == effect.Metafor {
		j = effect.J(n - 2)
	}
	s.SetEffect("SMD", string(formula), d*j, j*j*se*se+d*j*d*j/(2*n))
	judgeEffectSize(effectJudge{&s})
	return s
}

// trialSD is the standard deviation by which a contrast is standardised.
func (b *effectBuilder) trialSD(p arm.Pair, t, c *evidence.ArmResult) (sd float64, from []evidence.Input, which string, ok bool) {
	if sd, from, ok := b.rawSD(p, t, false); ok {
		return sd, from, "the trial's own standard deviation at this time", true
	}
	kind, level := posted.KindOfDispersion(t.DispersionType)
	if t.N != nil && c.N != nil && *t.N+*c.N > 2 {
		one, in1, err1 := spreadSD(t, kind, level)
		two, in2, err2 := spreadSD(c, kind, level)
		if err1 == nil && err2 == nil && one > 0 && two > 0 {
			n1, n2 := float64(*t.N), float64(*c.N)
			word := "the standard deviation of the posted means"
			if kind != posted.DispSD {
				word = "a standard deviation worked out from the standard errors of the arms' means (Cochrane Handbook 6.5.2.3)"
			}
			return pooledSD(n1, one, n2, two), append(rename(in1, "1"), rename(in2, "2")...), word, true
		}
	}
	if sd, from, ok := b.rawSD(p, t, true); ok {
		return sd, from, "the standard deviation at baseline", true
	}
	return 0, nil, "", false
}

func pooledSD(n1, s1, n2, s2 float64) float64 {
	return math.Sqrt(((n1-1)*s1*s1 + (n2-1)*s2*s2) / (n1 + n2 - 2))
}

func rename(in []evidence.Input, side string) []evidence.Input {
	for i := range in {
		in[i].Name += side
	}
	return in
}

// spreadSD is the standard deviation behind the spread of a mean, with the
// numbers that it was read from.
func spreadSD(a *evidence.ArmResult, kind posted.Dispersion, level float64) (sd float64, in []evidence.Input, err error) {
	n := float64(*a.N)
	switch {
	case kind == posted.DispSD && a.Spread != nil:
		return *a.Spread, []evidence.Input{input("sd", a.SpreadRaw, *a.Spread, a.Prov, "spread")}, nil
	case kind == posted.DispSE && a.Spread != nil:
		sd, err = effect.SDFromSE(*a.Spread, n)
		return sd, []evidence.Input{input("se", a.SpreadRaw, *a.Spread, a.Prov, "spread")}, err
	case kind == posted.DispCI && a.Lower != nil && a.Upper != nil && level > 0:
		sd, _, err = effect.SDFromCI(analysis.Interval{Lower: *a.Lower, Upper: *a.Upper}, n, level/100, n < 60)
		return sd, []evidence.Input{input("ci_lb", a.LowerRaw, *a.Lower, a.Prov, "lowerLimit"),
			input("ci_ub", a.UpperRaw, *a.Upper, a.Prov, "upperLimit")}, err
	}
	return 0, nil, fmt.Errorf("the dispersion %q of group %s gives no standard deviation", a.DispersionType, a.GroupID)
}

// rawSD pools the raw standard deviations of two arms for an instrument at the
// same point in time or at baseline. Groups are matched by title, since their
// numbers start again in every outcome.
func (b *effectBuilder) rawSD(p arm.Pair, t *evidence.ArmResult, baseline bool) (sd float64, from []evidence.Input, ok bool) {
	one := b.rawCell(p.Treat.Group.Title, t, baseline)
	two := b.rawCell(p.Ctrl.Group.Title, t, baseline)
	if one == nil || two == nil || one.OutcomeIndex != two.OutcomeIndex || one.ClassIndex != two.ClassIndex || *one.N+*two.N <= 2 {
		return 0, nil, false
	}
	from = []evidence.Input{input("sd1", one.SpreadRaw, *one.Spread, one.Prov, "spread"),
		input("sd2", two.SpreadRaw, *two.Spread, two.Prov, "spread")}
	return pooledSD(float64(*one.N), *one.Spread, float64(*two.N), *two.Spread), from, true
}

func (b *effectBuilder) rawCell(title string, t *evidence.ArmResult, baseline bool) *evidence.ArmResult {
	for i := range b.cells {
		a := &b.cells[i]
		kind, _ := posted.KindOfDispersion(a.DispersionType)
		if a.Instrument != t.Instrument || a.Subscale != "" || a.Baseline != baseline || a.Adjusted || a.Verdict != evidence.Usable ||
			posted.KindOfParam(a.ParamType) != posted.ParamMean || kind != posted.DispSD || a.Spread == nil || *a.Spread <= 0 || a.N == nil ||
			*a.N < 2 ||
			text.Squash(a.GroupTitle) != text.Squash(title) || a.ScoreType != "endpoint" {
			continue
		}
		if !baseline && (a.TimepointWeeks == nil || t.TimepointWeeks == nil || math.Abs(*a.TimepointWeeks-*t.TimepointWeeks) > 0.5) {
			continue
		}
		return a
	}
	return nil
}

// analysisWords are the ways of analysis that a sponsor names, in the order in
// which they are listed.
var analysisWords = []struct {
	word string
	re   *regexp.Regexp
}{
	{"ITT", regexp.MustCompile(`(?i)\bintent(?:ion)?[\s-]to[\s-]treat\b|\bm?ITT\b|\bfull analysis set\b|\bFAS\b`)},
	{"per protocol", regexp.MustCompile(`(?i)\bper[\s-]protocol\b|\bcompleters?(?: analysis| set| population)?\b|\bevaluable ` +
		`(?:patients|participants|subjects) only\b`)},
	{"MMRM", regexp.MustCompile(`(?i)\bMMRM\b|\bmixed[\s-]+(?:effects? )?models?\b|\brepeated[\s-]measures?\b`)},
	{"multiple imputation", regexp.MustCompile(`(?i)\bmultiple imputation`)},
	{"LOCF", regexp.MustCompile(`(?i)\bLOCF\b|\blast (?:\w+ ){0,3}(?:observations?|values?) (?:\w+ ){0,4}carried ` +
		`forward|\b(?:observation|value)s? (?:\w+ ){0,4}carried forward`)},
	{"observed cases", regexp.MustCompile(`(?i)\bobserved[\s-]cases?\b`)},
}

// analysisOf reads how an outcome was analysed from its title, population and
// description; "" where nothing is said. A title outranks what the description
// reports another analysis.
func analysisOf(o *evidence.PostedOutcome) string {
	for _, text := range []string{o.Title, o.Population + "\n" + o.Description} {
		var said []string
		for _, w := range analysisWords {
			if w.re.MatchString(text) {
				said = append(said, w.word)
			}
		}
		if len(said) > 0 {
			return strings.Join(said, ", ")
		}
	}
	return ""
}
