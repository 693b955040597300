package extract

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/internal/vocab"
)

// The outcome domains of harm that a record states for each group as a whole.
const (
	domainSerious = "serious-adverse-event"
	domainAny     = "any-adverse-event"
	domainDropout = "dropout"
)

// groupCount is how many people of a group had a harm, as the record states it.
// Why says why its count cannot be used.
type groupCount struct {
	group        evidence.Group
	events, n    *int
	eventsAt, at string
	why          string
}

// HarmEffects makes effects of what a record states of each group as a whole:
// people with a serious adverse event, people with any, and people who left. Rows
// of terms are never added up to people; where a record states no number of people
// the effect is unusable and says so.
func HarmEffects(r *evidence.Record, study evidence.Study, v *vocab.Vocabulary, formula effect.Formula) []evidence.Effect {
	if r.Results == nil || !slices.ContainsFunc(study.Substances, v.Studied) {
		return nil
	}
	b := effectBuilder{r: r, study: study, v: v, formula: formula}
	b.index()
	var out []evidence.Effect
	if a := r.Results.Adverse; a != nil {
		var serious, any []groupCount
		for _, g := range a.Groups {
			serious = append(serious, groupCount{group: g.Group, events: g.SeriousAffected, n: g.SeriousAtRisk, eventsAt: g.Pointers.Serious,
				at: g.Pointers.SeriousAtRisk})
			any = append(any, anyEvent(g, a.FrequencyThreshold))
		}
		out = append(out, b.harms(domainSerious, a.TimeFrame, serious)...)
		out = append(out, b.harms(domainAny, a.TimeFrame, any)...)
	}
	if len(r.Results.Flow) > 0 {
		out = append(out, b.harms(domainDropout, r.Results.Flow[0].Title, b.dropouts())...)
	}
	return out
}

// anyEvent is the number of people with any adverse event. A register states
// people with serious and people with other events apart, and one person can be
// among both: only without serious events and without a threshold of frequency
// are those with other events all.
func anyEvent(g evidence.EventGroup, threshold string) groupCount {
	c := groupCount{group: g.Group, events: g.OtherAffected, n: g.OtherAtRisk, eventsAt: g.Pointers.Other, at: g.Pointers.OtherAtRisk}
	limit, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(threshold), "%"), 64)
	switch {
	case g.SeriousAffected == nil || *g.SeriousAffected > 0:
		c.why = "people with serious and people with other adverse events are stated apart; how many had any is not stated"
	case err != nil || limit > 0:
		c.why = "other adverse events are listed above a threshold of frequency only (" + cmp.Or(threshold, "not stated") +
			" %); how many people had any is not stated"
	}
	return c
}

// dropouts are the people of each group who started and did not complete, where
// the record states their number.
func (b *effectBuilder) dropouts() []groupCount {
	var out []groupCount
	period := b.r.Results.Flow[0]
	for _, g := range b.r.Results.FlowGrps {
		c := groupCount{group: g}
		c.n, c.at = FlowCount(period.Milestones, "STARTED", g.ID)
		c.events, c.eventsAt = FlowCount(period.Milestones, "NOT COMPLETED", g.ID)
		if len(b.r.Results.Flow) > 1 {
			c.why = "the flow of participants has several periods, which count the same people again"
		}
		out = append(out, c)
	}
	return out
}

// harms compares the groups' counts of people for one domain.
func (b *effectBuilder) harms(domain, window string, counts []groupCount) []evidence.Effect {
	o := &evidence.PostedOutcome{}
	by := map[string]groupCount{}
	for _, c := range counts {
		if c.events != nil && c.n != nil {
			o.Groups, by[c.group.ID] = append(o.Groups, c.group), c
		}
	}
	if len(o.Groups) < 2 {
		return nil
	}
	pairs, _ := b.pairs(o)
	var out []evidence.Effect
	for _, p := range pairs {
		t, c := by[p.Treat.Group.ID], by[p.Ctrl.Group.ID]
		cell := &evidence.ArmResult{RecordID: b.r.ID, GroupID: t.group.ID, Domain: domain, ScoreType: evidence.ScoreEvents, TimepointRaw: window}
		e := b.describe(o, p, cell, &evidence.ArmResult{RecordID: b.r.ID, GroupID: c.group.ID})
		e.ID, e.PopulationClass, e.HigherBetter = fmt.Sprintf("%s/harm/%s/%s-%s", b.r.ID, domain, t.group.ID, c.group.ID), "", evidence.No
		j := effectJudge{&e}
		j.set(evidence.Usable, reason.Complete, "both groups state how many people of how many")
		b.judgeArms(j, p)
		b.judgeDesign(j)
		b.fromPeople(j, t, c)
		out = append(out, e)
	}
	return out
}

// fromPeople takes the counts of two groups over, each with its own denominator.
func (b *effectBuilder) fromPeople(j effectJudge, t, c groupCount) {
	e := j.e
	take := func(name string, n *int, pointer string) *float64 {
		v := float64(*n)
		prov := b.r.Prov
		prov.Pointer = pointer
		e.Inputs = append(e.Inputs, evidence.Input{Name: name, Raw: strconv.Itoa(*n), Value: v, Prov: prov})
		return &v
	}
	n1, n2 := take("n1", t.n, t.at), take("n2", c.n, c.at)
	e1, e2 := take("events1", t.events, t.eventsAt), take("events2", c.events, c.eventsAt)
	switch why := cmp.Or(t.why, c.why); {
	case why != "":
		j.set(evidence.Unusable, reason.NoValue, why)
		return
	case b.study.Design == "crossover-rct", b.r.Enrollment != nil && *n1+*n2 > float64(*b.r.Enrollment):
		j.set(evidence.Unusable, reason.CountedTwice, "the same people are in both groups")
		return
	case *e1 < 0 || *e2 < 0 || *e1 > *n1 || *e2 > *n2 || *n1 < 1 || *n2 < 1:
		j.set(evidence.Unusable, reason.Counts, "more people affected than at risk, or a group without people")
		return
	}
	e.N1, e.N2, e.Event1, e.Event2 = n1, n2, e1, e2
	if err := Compute(e, b.formula); err != nil && *e1+*e2 > 0 {
		j.set(evidence.Unusable, reason.NotComputable, err.Error())
	}
	judgeEffectSize(j)
}

// FlowCount is a count of people of a flow group for one kind of row, with its
// pointer; nil where the record does not state one.
func FlowCount(rows []evidence.FlowMilestone, kind, group string) (n *int, pointer string) {
	for _, m := range rows {
		if !strings.EqualFold(m.Type, kind) {
			continue
		}
		for _, c := range m.Counts {
			if v, err := strconv.Atoi(strings.TrimSpace(c.Subjects)); c.GroupID == group && err == nil && v >= 0 {
				return &v, c.Pointer
			}
		}
	}
	return nil, ""
}
