package extract

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract/arm"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/vocab"
)

// RegisterEffects makes the effects of one record from its posted cells and
// contrasts: every group that differs from another in a studied drug against
// that other, for each row of each outcome whose instrument is known. It leaves
// in each cell what became of it (Use): "effect", or the code and sentence of
// why it gives none. What could be an effect and cannot be computed comes back
// as unusable with its reason.
//
// A standard error or an interval of a mean becomes a standard deviation
// (Cochrane Handbook 6.5.2.3). Where a sponsor's contrast is posted for the row
// it is an effect of its own, in points, in standard deviations or as a ratio;
// contrasts whose sign only the posted values settle are judged again.
func RegisterEffects(r *evidence.Record, study evidence.Study, cells []evidence.ArmResult, contrasts []evidence.Contrast,
	v *vocab.Vocabulary, formula effect.Formula) []evidence.Effect {
	if r.Results == nil {
		return nil
	}
	b := effectBuilder{r: r, study: study, cells: cells, contrasts: contrasts, v: v, formula: formula}
	b.index()
	b.settleSigns()
	var out []evidence.Effect
	for i := range r.Results.Outcomes {
		out = append(out, b.outcome(&r.Results.Outcomes[i])...)
	}
	return out
}

// UseEffect marks a cell that an effect is made from.
const UseEffect = "effect"

type rowKey struct{ outcome, class, category int }

type groupKey struct {
	outcome int
	group   string
}

type effectBuilder struct {
	r         *evidence.Record
	study     evidence.Study
	cells     []evidence.ArmResult
	contrasts []evidence.Contrast
	v         *vocab.Vocabulary
	formula   effect.Formula
	rows      map[rowKey][]int // cells of one row
	tests     map[int][]int    // contrasts of an outcome
	groups    map[evidence.Group]arm.Reading
	divisions func(evidence.Group) evidence.Divisions
	later     map[groupKey]int // cells of a group that are not of baseline
	words     map[*evidence.Analysis]*analysisText
	about     outcomeText           // of the outcome being read
	primary   []*evidence.ArmResult // one cell of each time of the primary outcomes
}

// outcomeText is what the texts of an outcome say of all its effects.
type outcomeText struct {
	analysis string
	match    vocab.InstrumentMatch
	known    bool
}

func (b *effectBuilder) index() {
	b.rows, b.tests, b.groups = map[rowKey][]int{}, map[int][]int{}, map[evidence.Group]arm.Reading{}
	b.divisions = evidence.ParallelDivisions(groupTables(b.r)...)
	b.later, b.words = map[groupKey]int{}, map[*evidence.Analysis]*analysisText{}
	for i := range b.cells {
		c := &b.cells[i]
		if c.RecordID == b.r.ID {
			k := rowKey{c.OutcomeIndex, c.ClassIndex, c.CategoryIndex}
			b.rows[k] = append(b.rows[k], i)
			if !c.Baseline {
				b.later[groupKey{c.OutcomeIndex, c.GroupID}]++
			}
			if c.OutcomeType == "PRIMARY" && c.TimepointWeeks != nil && !c.Baseline && !b.primaryTime(c) {
				b.primary = append(b.primary, c)
			}
		}
	}
	for i := range b.contrasts {
		if x := &b.contrasts[i]; x.RecordID == b.r.ID {
			b.tests[x.OutcomeIndex] = append(b.tests[x.OutcomeIndex], i)
		}
	}
}

// groupTables are the groups of each table of a record's results.
func groupTables(r *evidence.Record) [][]evidence.Group {
	tables := [][]evidence.Group{r.Results.FlowGrps}
	for _, o := range r.Results.Outcomes {
		tables = append(tables, o.Groups)
	}
	if a := r.Results.Adverse; a != nil {
		var groups []evidence.Group
		for _, g := range a.Groups {
			groups = append(groups, g.Group)
		}
		tables = append(tables, groups)
	}
	return tables
}

func (b *effectBuilder) outcome(o *evidence.PostedOutcome) []evidence.Effect {
	var pairs []arm.Pair
	var no map[string]arm.Refusal
	studied := slices.ContainsFunc(b.study.Substances, b.v.Studied)
	if studied && b.anyEffect(o) {
		pairs, no = b.pairs(o)
	}
	if len(pairs) > 0 {
		b.about = outcomeText{analysis: analysisOf(o)}
		b.about.match, b.about.known = b.v.MatchInstrument(o.Title, o.Description)
	}
	var out []evidence.Effect
	for ci := range o.Classes {
		for ki := range o.Classes[ci].Categories {
			row := b.rows[rowKey{o.Index, ci, ki}]
			for _, p := range pairs {
				t, c := b.cell(row, p.Treat.Group.ID), b.cell(row, p.Ctrl.Group.ID)
				if t == nil || c == nil || !givesEffect(t) {
					continue
				}
				made := b.effects(o, p, t, c)
				for _, cell := range []*evidence.ArmResult{t, c} {
					cell.Use = UseEffect
				}
				out = append(out, made...)
			}
			for _, i := range row {
				if b.cells[i].Use == "" {
					b.cells[i].Use = unused(&b.cells[i], studied, no)
				}
			}
		}
	}
	return out
}

// unused says why a cell gives no effect.
func unused(a *evidence.ArmResult, studied bool, no map[string]arm.Refusal) string {
	switch {
	case !studied:
		return reason.Say(reason.NoSubstance, "the study is about no studied substance")
	case a.Baseline:
		return reason.Say(reason.Baseline, "measured before the treatment")
	case a.Instrument == "" || a.Domain == "":
		return reason.Say(reason.Instrument, "no instrument of the catalogue")
	case a.Subscale != "":
		return reason.Say(reason.Part, "a part of the instrument: "+a.Subscale)
	case !givesEffect(a):
		return reason.Say(reason.Part, "a "+strings.ReplaceAll(a.ScoreType, "-", " ")+" gives no effect size")
	}
	if r, ok := no[a.GroupID]; ok {
		return reason.Say(r.Code, r.Why)
	}
	return reason.Say(reason.Arms, "the other group of the comparison has no value in this row")
}

// anyEffect reports whether a cell of the outcome could give an effect, before
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

// givesEffect recognises the cells from which an effect of the whole instrument
// could come.
func givesEffect(a *evidence.ArmResult) bool {
	if a.Instrument == "" || a.Domain == "" || a.Baseline || a.Subscale != "" {
		return false
	}
	switch a.ScoreType {
	case evidence.ScoreEndpoint, evidence.ScoreChange, evidence.ScoreResponse, evidence.ScoreRemission, evidence.ScoreOnset,
		evidence.ScoreSustained:
		return true
	}
	return false
}

// effects makes what a row gives for a pair of groups: the effect of the posted
// values, and one for each contrast of the sponsor that belongs to the row.
func (b *effectBuilder) effects(o *evidence.PostedOutcome, p arm.Pair, t, c *evidence.ArmResult) []evidence.Effect {
	e := b.describe(o, p, t, c)
	j := effectJudge{&e}
	j.set(evidence.Usable, reason.Complete, "both arms are known and their numbers complete")
	b.judgeArms(j, p)
	b.judgeDesign(j)
	b.judgeCells(j, t, c)
	b.judgePhase(j, o, p, t, c)
	b.judgeDirection(j, o)
	base := e
	base.Flags = slices.Clone(e.Flags)
	kind := posted.KindOfParam(o.ParamType)
	switch {
	case e.Verdict == evidence.Unusable:
		return []evidence.Effect{e}
	case IsCount(e.ScoreType):
		b.fromCounts(j, t, c)
	case kind == posted.ParamMean || kind == posted.ParamLSMean:
		b.fromMeans(j, o, t, c)
	default:
		j.set(evidence.Unusable, reason.NotComputable, fmt.Sprintf("a %s gives no effect size without an assumption about its distribution",
			strings.ToLower(o.ParamType)))
	}
	return b.withContrasts(o, p, t, c, e, base)
}

// effectJudge keeps the worst verdict of an effect and every doubt as a flag.
type effectJudge struct{ e *evidence.Effect }

func (j effectJudge) set(v evidence.Verdict, code, sentence string) {
	text := reason.Say(code, sentence)
	if v != evidence.Usable && !slices.Contains(j.e.Flags, text) {
		j.e.Flags = append(j.e.Flags, text)
	}
	if j.e.Reason == "" || reason.Worse(v, j.e.Verdict) {
		j.e.Verdict, j.e.Reason = v, text
	}
}

// primaryTime reports whether a cell was measured when the record's primary
// outcomes were, to the day.
func (b *effectBuilder) primaryTime(a *evidence.ArmResult) bool {
	return a.TimepointWeeks != nil && slices.ContainsFunc(b.primary, func(p *evidence.ArmResult) bool {
		return math.Abs(*p.TimepointWeeks-*a.TimepointWeeks) < 0.1 && p.TimepointOrigin == a.TimepointOrigin
	})
}

// ownName is the name of a form of a substance; "" for the substance itself.
func ownName(v *vocab.Vocabulary, id string) string {
	if v.Family(id) == id {
		return ""
	}
	return arm.NameOf(v, id)
}

// conditionIn is the condition of a study's participants for an outcome: that
// which the outcome measures where they have it, else the first.
func conditionIn(study *evidence.Study, domain string) string {
	if slices.Contains(study.Conditions, domain) {
		return domain
	}
	return study.Conditions[0]
}

// FillPeople gives effects of people's tables that say nothing of their
// participants what the records of their studies state.
func FillPeople(effects []evidence.Effect, studies map[string]*evidence.Study) {
	for i := range effects {
		e := &effects[i]
		study := studies[e.StudyID]
		if study == nil || e.Condition != "" || e.Population != "" {
			continue
		}
		if len(study.Conditions) > 0 {
			e.Condition = conditionIn(study, e.Domain)
		}
		e.Population = strings.Join(study.Stated, "; ")
	}
}

func (b *effectBuilder) describe(o *evidence.PostedOutcome, p arm.Pair, t, c *evidence.ArmResult) evidence.Effect {
	e := evidence.Effect{
		ID:      fmt.Sprintf("%s/o%d/c%d/k%d/%s-%s", b.r.ID, o.Index, t.ClassIndex, t.CategoryIndex, t.GroupID, c.GroupID),
		StudyID: b.study.ID, StudyLabel: b.study.Label, Year: b.study.Year, RecordID: b.r.ID,
		Substance: b.v.Family(p.Drug), Drug: ownName(b.v, p.Drug), Background: cmp.Or(strings.Join(p.Background, ", "), evidence.NoBackground),
		Analysis: b.about.analysis, Population: strings.Join(b.r.Conditions, "; "),
		Comparator: p.Ctrl.Group.Title, ComparatorClass: p.Class, ArmTreat: p.Treat.Group.Title, ArmCtrl: p.Ctrl.Group.Title,
		Design: b.study.Design, Blinding: b.study.Blinding, Sponsor: b.study.Sponsor,
		Instrument: t.Instrument, Domain: t.Domain, ScoreType: t.ScoreType,
		TimepointRaw: t.TimepointRaw, TimepointWeeks: t.TimepointWeeks, TimepointOrigin: t.TimepointOrigin,
		PrimaryInstrument: o.Type == "PRIMARY", PrimaryTime: o.Type == "PRIMARY" || b.primaryTime(t),
		Channel: "register", Source: b.r.URL, Verdict: evidence.Usable,
	}
	if inert := p.Ctrl.Inert(b.r, b.v); p.Class == vocab.InactivePlacebo && inert != "" {
		e.Comparator = inert + " placebo"
		if rest := b.v.Given(p.Ctrl.Group.Title); len(rest.Drugs) > 0 || rest.Therapy { // placebo with something else
			e.Comparator = p.Ctrl.Group.Title + " (" + inert + ")"
		}
	}
	e.DoseTreat = p.Treat.Doses[p.Drug].Text
	if !slices.Contains(p.Ctrl.Later, p.Drug) {
		e.DoseCtrl = p.Ctrl.Doses[p.Drug].Text
	}
	judgeDoses(&e, b.v)
	if len(b.study.Conditions) > 0 {
		e.Condition, e.PopulationClass = conditionIn(&b.study, t.Domain), "diagnosis"
		if _, ok := b.v.Condition(t.Domain); ok && e.Condition != t.Domain { // symptoms that are a diagnosis of other people
			e.PopulationClass = "other-illness"
		}
		if slices.Contains(b.study.Conditions, "life-threatening-illness") { // anxiety in an illness is no anxiety disorder
			e.PopulationClass = "other-illness"
		}
	}
	if b.about.known && b.about.match.ID == t.Instrument {
		e.HigherBetter = higherBetter(b.v.DirectionOf(b.about.match, b.r.Conditions))
	} else if in, ok := b.v.Instrument(t.Instrument); ok {
		e.HigherBetter = higherBetter(in.DirectionFor(b.r.Conditions, b.v))
	}
	if IsCount(e.ScoreType) {
		e.HigherBetter = evidence.Yes
	}
	clock(&e)
	return e
}
