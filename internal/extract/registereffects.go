package extract

import (
	"fmt"
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
	case evidence.ScoreEndpoint, evidence.ScoreChange, evidence.ScoreResponse, evidence.ScoreRemission, evidence.ScoreOnset, evidence.ScoreSustained:
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
		TimepointRaw: t.TimepointRaw, TimepointWeeks: t.TimepointWeeks, TimepointOrigin: t.TimepointOrigin,
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
		e.HigherBetter = higherBetter(b.v.DirectionOf(m, b.r.Conditions))
	} else if in, ok := b.v.Instrument(t.Instrument); ok {
		e.HigherBetter = higherBetter(in.DirectionFor(b.r.Conditions, b.v))
	}
	if IsCount(e.ScoreType) {
		e.HigherBetter = evidence.Yes
	}
	clock(&e)
	return e
}
