package extract

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/vocab"
)

// OtherDose is the comparator class of a lower dose of the studied drug that is
// a treatment dose itself.
const OtherDose = "other-dose"

// RegisterEffects makes the effects of one record from its posted cells and
// contrasts: every treatment arm against every control arm, for each row of
// each outcome whose instrument is known. Studies about no substance of the
// vocabulary give none. Baseline rows, subscales and counts of events give
// none either; what could be an effect and cannot be computed comes back as
// unusable with its reason.
//
// A raw mean's standard error or interval becomes a standard deviation; a
// least squares mean's never does. For those the sponsor's contrast is
// standardised by a raw standard deviation of the same instrument and arms,
// and the effect waits for review.
func RegisterEffects(r *evidence.Record, study evidence.Study, cells []evidence.ArmResult, contrasts []evidence.Contrast, v *vocab.Vocabulary, formula effect.Formula) []evidence.Effect {
	if r.Results == nil || len(study.Substances) == 0 {
		return nil
	}
	b := effectBuilder{r: r, study: study, cells: cells, contrasts: contrasts, v: v, formula: formula}
	b.index()
	var out []evidence.Effect
	for i := range r.Results.Outcomes {
		out = append(out, b.outcome(&r.Results.Outcomes[i])...)
	}
	return out
}

type rowKey struct{ outcome, class, category int }

type effectBuilder struct {
	r         *evidence.Record
	study     evidence.Study
	cells     []evidence.ArmResult
	contrasts []evidence.Contrast
	v         *vocab.Vocabulary
	formula   effect.Formula
	rows      map[rowKey][]int // cells of one row
	groups    map[evidence.Group]armReading
}

func (b *effectBuilder) index() {
	b.rows, b.groups = map[rowKey][]int{}, map[evidence.Group]armReading{}
	for i := range b.cells {
		c := &b.cells[i]
		if c.RecordID == b.r.ID {
			k := rowKey{c.OutcomeIndex, c.ClassIndex, c.CategoryIndex}
			b.rows[k] = append(b.rows[k], i)
		}
	}
}

// armPair is a treatment arm and a control arm.
type armPair struct {
	treat, ctrl armReading
	substance   string
	class       string // comparator class
}

func (b *effectBuilder) outcome(o *evidence.PostedOutcome) []evidence.Effect {
	if !b.anyEffect(o) {
		return nil
	}
	pairs := b.pairs(o)
	if len(pairs) == 0 {
		return nil
	}
	var out []evidence.Effect
	for ci := range o.Classes {
		for ki := range o.Classes[ci].Categories {
			row := b.rows[rowKey{o.Index, ci, ki}]
			for _, p := range pairs {
				t, c := b.cell(row, p.treat.group.ID), b.cell(row, p.ctrl.group.ID)
				if t == nil || c == nil || !givesEffect(t) {
					continue
				}
				out = append(out, b.effect(o, p, t, c))
			}
		}
	}
	return out
}

// anyEffect tells whether a cell of the outcome could give an effect, before
// its arms are read.
func (b *effectBuilder) anyEffect(o *evidence.PostedOutcome) bool {
	for ci := range o.Classes {
		for ki := range o.Classes[ci].Categories {
			for _, i := range b.rows[rowKey{o.Index, ci, ki}] {
				if givesEffect(&b.cells[i]) {
					return true
				}
			}
		}
	}
	return false
}

func (b *effectBuilder) cell(row []int, group string) *evidence.ArmResult {
	for _, i := range row {
		if b.cells[i].GroupID == group {
			return &b.cells[i]
		}
	}
	return nil
}

// givesEffect tells the cells from which an effect of the whole instrument
// could come.
func givesEffect(a *evidence.ArmResult) bool {
	if a.Instrument == "" || a.Domain == "" || a.Baseline || a.Subscale != "" {
		return false
	}
	switch a.ScoreType {
	case "endpoint", "change", "response", "remission":
		return true
	}
	return false
}

// pairs finds who is compared with whom. Arms that give a vocabulary substance
// of the study are treatments; where two of them differ in dose, the lower is
// also a control of class other-dose.
func (b *effectBuilder) pairs(o *evidence.PostedOutcome) []armPair {
	arms := make([]armReading, 0, len(o.Groups))
	for _, g := range o.Groups {
		words := evidence.Group{Title: g.Title, Description: g.Description}
		a, ok := b.groups[words]
		if !ok {
			a = readGroup(b.r, words, b.v)
			b.groups[words] = a
		}
		a.group = g
		arms = append(arms, a)
	}
	var out []armPair
	for _, t := range arms {
		if t.pooled || t.class.Role != vocab.RoleExperimental {
			continue
		}
		s := b.substanceOf(t)
		if s == "" {
			continue
		}
		for _, c := range arms {
			if c.group.ID == t.group.ID || c.pooled {
				continue
			}
			switch {
			case c.class.Role == vocab.RoleComparator && c.class.Comparator != vocab.NoComparator:
				out = append(out, armPair{t, c, s, c.class.Comparator})
			case c.class.Role == vocab.RoleExperimental && b.substanceOf(c) == s && lowerDose(c, t, s):
				out = append(out, armPair{t, c, s, OtherDose})
			}
		}
	}
	return out
}

func lowerDose(low, high armReading, substance string) bool {
	l, ok1 := low.dose(substance)
	h, ok2 := high.dose(substance)
	return ok1 && ok2 && l.Unit == h.Unit && max(l.Amount, l.Upper) < max(h.Amount, h.Upper)
}

// substanceOf is the study's substance that an arm gives; "" when it gives
// none of them.
func (b *effectBuilder) substanceOf(a armReading) string {
	for _, s := range a.class.Substances {
		if slices.Contains(b.study.Substances, s) {
			return s
		}
	}
	return ""
}

func (b *effectBuilder) effect(o *evidence.PostedOutcome, p armPair, t, c *evidence.ArmResult) evidence.Effect {
	e := b.describe(o, p, t, c)
	j := effectJudge{&e}
	j.set(evidence.Usable, CodeComplete, "both arms are known and their numbers complete")
	b.judgeArms(j, p)
	b.judgeCells(j, t, c)
	b.judgePhase(j, o, t, c)
	b.judgeDirection(j, o)
	switch {
	case e.Verdict == evidence.Unusable:
	case IsCount(e.ScoreType):
		b.fromCounts(j, t, c)
	case kindOfParam(o.ParamType) == paramMean && !t.Adjusted:
		b.fromMeans(j, o, t, c)
	case kindOfParam(o.ParamType) == paramMean || kindOfParam(o.ParamType) == paramLSMean:
		b.fromContrast(j, o, p, t, c)
	default:
		j.set(evidence.Unusable, CodeNotComputable, fmt.Sprintf("a %s gives no effect size without an assumption about its distribution", strings.ToLower(o.ParamType)))
	}
	return e
}

// effectJudge keeps the worst verdict of an effect and every doubt as a flag.
type effectJudge struct{ e *evidence.Effect }

func (j effectJudge) set(v evidence.Verdict, code, sentence string) {
	text := reason(code, sentence)
	if v != evidence.Usable && !slices.Contains(j.e.Flags, text) {
		j.e.Flags = append(j.e.Flags, text)
	}
	if j.e.Reason == "" || worse(v, j.e.Verdict) {
		j.e.Verdict, j.e.Reason = v, text
	}
}

func (b *effectBuilder) describe(o *evidence.PostedOutcome, p armPair, t, c *evidence.ArmResult) evidence.Effect {
	e := evidence.Effect{
		ID:      fmt.Sprintf("%s/o%d/c%d/k%d/%s-%s", b.r.ID, o.Index, t.ClassIndex, t.CategoryIndex, t.GroupID, c.GroupID),
		StudyID: b.study.ID, StudyLabel: b.study.Label, Year: b.study.Year, RecordID: b.r.ID,
		Substance: p.substance, Population: strings.Join(b.r.Conditions, "; "),
		Comparator: p.ctrl.group.Title, ComparatorClass: p.class, ArmTreat: p.treat.group.Title, ArmCtrl: p.ctrl.group.Title,
		Design: b.study.Design, Blinding: b.study.Blinding, Sponsor: b.study.Sponsor,
		Instrument: t.Instrument, Domain: t.Domain, ScoreType: t.ScoreType,
		TimepointRaw: t.TimepointRaw, TimepointWeeks: t.TimepointWeeks,
		PrimaryInstrument: o.Type == "PRIMARY", PrimaryTime: o.Type == "PRIMARY",
		Channel: "register", Source: b.r.URL, Verdict: evidence.Usable,
	}
	if d, ok := p.treat.dose(p.substance); ok {
		e.DoseTreat = d.Text
	}
	if d, ok := p.ctrl.dose(p.substance); ok {
		e.DoseCtrl = d.Text
	}
	if len(b.study.Conditions) > 0 {
		e.Condition, e.PopulationClass = b.study.Conditions[0], "other-illness"
		if slices.Contains(b.study.Conditions, t.Domain) {
			e.Condition, e.PopulationClass = t.Domain, "diagnosis"
		}
	}
	if m, ok := b.v.MatchInstrument(o.Title, o.Description); ok && m.ID == t.Instrument {
		e.HigherBetter = m.Direction == vocab.HigherBetter
	} else if in, ok := b.v.Instrument(t.Instrument); ok {
		e.HigherBetter = in.Direction == vocab.HigherBetter
	}
	if IsCount(e.ScoreType) {
		e.HigherBetter = true
	}
	return e
}

func (b *effectBuilder) judgeArms(j effectJudge, p armPair) {
	for _, a := range []armReading{p.treat, p.ctrl} {
		if a.doubt != "" {
			j.set(evidence.NeedsReview, CodeArms, fmt.Sprintf("%q: %s", a.group.Title, a.doubt))
		}
	}
}

// judgeCells carries the doubts of the two cells over to the effect.
func (b *effectBuilder) judgeCells(j effectJudge, t, c *evidence.ArmResult) {
	for _, a := range []*evidence.ArmResult{t, c} {
		if a.Verdict != evidence.Usable && !strings.HasPrefix(a.Reason, CodeAdjusted+":") {
			j.e.Flags = append(j.e.Flags, a.Flags...)
			if worse(a.Verdict, j.e.Verdict) {
				j.e.Verdict, j.e.Reason = a.Verdict, a.Reason+" (group "+a.GroupID+")"
			}
		}
		for _, f := range a.Flags {
			for _, code := range []string{CodeRow, CodeInstrument, CodeTimepoint, CodeDenominator, CodeScoreType} {
				if strings.HasPrefix(f, code+":") {
					j.set(evidence.NeedsReview, code, strings.TrimPrefix(f, code+": "))
				}
			}
		}
	}
	j.e.Flags = slices.Compact(j.e.Flags)
	if t.TimepointWeeks == nil {
		j.set(evidence.NeedsReview, CodeTimepoint, fmt.Sprintf("%q names no single point in time", t.TimepointRaw))
	}
}

var (
	laterPhase = regexp.MustCompile(`(?i)\b(?:after|post|following)[\s-]+(?:the\s+)?cross[\s-]?over|\bopen[\s-]label\b|\b(?:second|2nd)\s+(?:period|phase|treatment period|intervention)\b|\bperiod\s*(?:2|II|two)\b|\bextension\b|\bstage\s*2\b|\bpart\s*2\b`)
	firstPhase = regexp.MustCompile(`(?i)\b(?:before|pre|prior to)[\s-]+(?:the\s+)?cross[\s-]?over|\b(?:first|1st)\s+(?:period|phase|treatment period|intervention)\b|\bperiod\s*(?:1|I|one)\b|\bstage\s*1\b|\bpart\s*1\b`)
)

// judgePhase keeps what was measured after a crossover apart, and doubts a
// crossover trial that does not say which side its numbers are from.
func (b *effectBuilder) judgePhase(j effectJudge, o *evidence.PostedOutcome, t, c *evidence.ArmResult) {
	short := strings.Join([]string{o.Title, o.TimeFrame, t.ClassTitle, t.CategoryTitle, t.GroupTitle, c.GroupTitle}, " | ")
	crossover := strings.EqualFold(b.r.InterventionModel, "CROSSOVER") || j.e.Design == "crossover-rct"
	switch {
	case laterPhase.MatchString(short) && !firstPhase.MatchString(short):
		j.e.PostCrossover = true
		j.set(evidence.NeedsReview, CodeCrossoverPhase, "measured after the crossover, in an extension or under open label")
	case crossover && !firstPhase.MatchString(short):
		j.set(evidence.NeedsReview, CodeCrossoverPhase, "a crossover trial, and the outcome does not say that it is of the first period")
	}
	if e := b.r.Enrollment; e != nil && t.N != nil && c.N != nil && *t.N+*c.N > *e && !(strings.EqualFold(b.r.EnrollmentType, "ESTIMATED")) {
		j.set(evidence.NeedsReview, CodeCountedTwice, fmt.Sprintf("%d and %d people in two arms of a trial that enrolled %d: the same people may stand in both", *t.N, *c.N, *e))
	}
}

var (
	higherIsWorse  = regexp.MustCompile(`(?i)\b(?:higher|greater|larger|increas\w+)\s+(?:\w+\s+){0,3}(?:scores?|values?|numbers?|totals?|ratings?)\b[^.;]{0,50}?\b(?:indicat\w*|represent\w*|reflect\w*|mean\w*|correspond\w*|denot\w*|suggest\w*|signif\w*|=|are|is)\b[^.;]{0,30}?\b(?:worse\w*|(?:more|greater|higher|increased) (?:severe|severity|symptom\w*|depress\w*|anxi\w*|distress|impair\w*|disab\w*|dysfunction)|more severe)`)
	higherIsBetter = regexp.MustCompile(`(?i)\b(?:higher|greater|larger|increas\w+)\s+(?:\w+\s+){0,3}(?:scores?|values?|numbers?|totals?|ratings?)\b[^.;]{0,50}?\b(?:indicat\w*|represent\w*|reflect\w*|mean\w*|correspond\w*|denot\w*|suggest\w*|signif\w*|=|are|is)\b[^.;]{0,30}?\b(?:better|(?:greater|more|higher|increased) (?:function\w*|satisf\w*|well-?being|quality|improvement)|improve\w*)`)
)

// judgeDirection holds what the text says about high scores against the
// catalogue.
func (b *effectBuilder) judgeDirection(j effectJudge, o *evidence.PostedOutcome) {
	if IsCount(j.e.ScoreType) {
		return
	}
	in, ok := b.v.Instrument(j.e.Instrument)
	if !ok || in.Direction == vocab.NeutralScore {
		return
	}
	w, g := higherIsWorse.MatchString(o.Description), higherIsBetter.MatchString(o.Description)
	if w != g && (w && j.e.HigherBetter || g && !j.e.HigherBetter) {
		j.set(evidence.NeedsReview, CodeSign, "the outcome's text says the opposite of the catalogue about what high scores of "+in.Short+" mean")
	}
}

func input(name, raw string, value float64, prov evidence.Provenance, field string) evidence.Input {
	prov.Pointer += "/" + field
	return evidence.Input{Name: name, Raw: raw, Value: value, Prov: prov}
}

// size takes a cell's denominator over.
func (b *effectBuilder) size(j effectJudge, a *evidence.ArmResult, name string) *float64 {
	if a.N == nil || *a.N < 1 {
		j.set(evidence.Unusable, CodeNoN, "no number of people for group "+a.GroupID)
		return nil
	}
	n := float64(*a.N)
	prov := a.Prov
	if p, ok := denominatorPointer(b.r, a); ok {
		prov.Pointer = p
	}
	j.e.Inputs = append(j.e.Inputs, evidence.Input{Name: name, Raw: a.NRaw, Value: n, Prov: prov})
	return &n
}

func (b *effectBuilder) fromMeans(j effectJudge, o *evidence.PostedOutcome, t, c *evidence.ArmResult) {
	e := j.e
	e.N1, e.N2 = b.size(j, t, "n1"), b.size(j, c, "n2")
	if e.N1 == nil || e.N2 == nil {
		return
	}
	e.Mean1, e.SD1 = b.meanSD(j, t, "1", *e.N1)
	e.Mean2, e.SD2 = b.meanSD(j, c, "2", *e.N2)
	if e.SD1 == nil || e.SD2 == nil {
		return
	}
	if err := Compute(e, b.formula); err != nil {
		j.set(evidence.Unusable, CodeNotComputable, err.Error())
		return
	}
	judgeEffectSize(j)
	b.triangulate(j, o, t, c)
}

// meanSD takes a raw mean and its standard deviation over; a standard error or
// an interval is converted, and says so.
func (b *effectBuilder) meanSD(j effectJudge, a *evidence.ArmResult, side string, n float64) (mean, sd *float64) {
	if a.Value == nil {
		j.set(evidence.Unusable, CodeNoValue, "no mean for group "+a.GroupID)
		return nil, nil
	}
	j.e.Inputs = append(j.e.Inputs, input("mean"+side, a.ValueRaw, *a.Value, a.Prov, "value"))
	kind, level := kindOfDispersion(a.DispersionType)
	var x float64
	var err error
	switch {
	case kind == dispSD && a.Spread != nil:
		x = *a.Spread
		j.e.Inputs = append(j.e.Inputs, input("sd"+side, a.SpreadRaw, x, a.Prov, "spread"))
	case kind == dispSE && a.Spread != nil:
		x, err = effect.SDFromSE(*a.Spread, n)
		j.e.Inputs = append(j.e.Inputs, input("se"+side, a.SpreadRaw, *a.Spread, a.Prov, "spread"))
		j.e.Flags = append(j.e.Flags, "sd"+side+": computed from the standard error of a raw mean")
	case kind == dispCI && a.Lower != nil && a.Upper != nil && level > 0:
		x, _, err = effect.SDFromCI(*a.Lower, *a.Upper, n, level/100, n < 60)
		j.e.Inputs = append(j.e.Inputs, input("ci_lb"+side, a.LowerRaw, *a.Lower, a.Prov, "lowerLimit"), input("ci_ub"+side, a.UpperRaw, *a.Upper, a.Prov, "upperLimit"))
		j.e.Flags = append(j.e.Flags, "sd"+side+": computed from the confidence interval of a raw mean")
	default:
		err = fmt.Errorf("the dispersion %q of group %s gives no standard deviation", a.DispersionType, a.GroupID)
	}
	if err != nil || math.IsNaN(x) || x <= 0 {
		why := fmt.Sprintf("no usable standard deviation for group %s", a.GroupID)
		if err != nil {
			why = err.Error()
		}
		j.set(evidence.Unusable, CodeNoSpread, why)
		return a.Value, nil
	}
	return a.Value, &x
}

func (b *effectBuilder) fromCounts(j effectJudge, t, c *evidence.ArmResult) {
	e := j.e
	e.N1, e.N2 = b.size(j, t, "n1"), b.size(j, c, "n2")
	if e.N1 == nil || e.N2 == nil {
		return
	}
	e.Event1, e.Event2 = b.events(j, t, "events1", *e.N1), b.events(j, c, "events2", *e.N2)
	if e.Event1 == nil || e.Event2 == nil {
		return
	}
	if err := Compute(e, b.formula); err != nil {
		j.set(evidence.Unusable, CodeNotComputable, err.Error())
		return
	}
	judgeEffectSize(j)
}

// events is a number of people: as posted, or worked out from a percentage
// where its digits leave exactly one.
func (b *effectBuilder) events(j effectJudge, a *evidence.ArmResult, name string, n float64) *float64 {
	if a.Value == nil {
		j.set(evidence.Unusable, CodeNoValue, "no count for group "+a.GroupID)
		return nil
	}
	v := *a.Value
	j.e.Inputs = append(j.e.Inputs, input(name, a.ValueRaw, v, a.Prov, "value"))
	share := isPercentUnit(a.Unit) || probability.MatchString(a.Unit)
	switch {
	case a.Adjusted:
		j.set(evidence.Unusable, CodeAdjusted, "an adjusted share: no count of people follows from it")
		return nil
	case !share && v == math.Trunc(v) && v >= 0 && v <= n:
		return &v
	case !share:
		j.set(evidence.Unusable, CodeCounts, fmt.Sprintf("%s of %v is no number of people", a.ValueRaw, n))
		return nil
	}
	scale := 100.0
	if !isPercentUnit(a.Unit) {
		scale = 1
	}
	k, ok := countFromShare(a.ValueRaw, v, scale, n)
	if !ok {
		j.set(evidence.NeedsReview, CodePercent, fmt.Sprintf("%s of %v people fits more than one count, or none", a.ValueRaw, n))
		return nil
	}
	j.e.Flags = append(j.e.Flags, fmt.Sprintf("%s: %v people worked out from %s of %v", name, k, a.ValueRaw, n))
	return &k
}

// countFromShare gives the one number of n people whose share, rounded to the
// digits of raw, is v of scale.
func countFromShare(raw string, v, scale, n float64) (float64, bool) {
	decimals := 0
	if i := strings.LastIndexByte(raw, '.'); i >= 0 {
		decimals = len(strings.TrimRight(raw[i+1:], " %"))
	}
	half := 0.5*math.Pow(10, -float64(decimals)) + 1e-9
	low, high := math.Ceil((v-half)*n/scale-1e-9), math.Floor((v+half)*n/scale+1e-9)
	low, high = math.Max(low, 0), math.Min(high, n)
	return low, low == high
}

// judgeEffectSize doubts what is beyond anything seen in the field.
func judgeEffectSize(j effectJudge) {
	e := j.e
	if e.Measure == "SMD" && math.Abs(e.Estimate) > 3 {
		j.set(evidence.NeedsReview, CodeImplausible, fmt.Sprintf("a standardised mean difference of %.2f is beyond what treatments do; a standard error taken for a standard deviation would look like this", e.Estimate))
	}
	if e.Mean1 != nil && e.Mean2 != nil && e.SD1 != nil && e.SD2 != nil && *e.Mean1 == *e.Mean2 && *e.SD1 == *e.SD2 {
		j.set(evidence.NeedsReview, CodeIdentical, "both arms have the same mean and standard deviation")
	}
}
