package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/link"
	"past/internal/review"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// checkTopics keeps decisions about topics that do not exist aside.
func (h *human) checkTopics(v *vocab.Vocabulary) {
	ids := synthesis.GapRows(v)
	h.Decisions = slices.DeleteFunc(h.Decisions, func(d review.Decision) bool {
		if d.Kind != review.TopicChoice || slices.Contains(ids, d.Fields["topic"]) {
			return false
		}
		h.Problems = append(h.Problems, evidence.Problem{Source: "review", RecordID: d.Target, Kind: "bad-decision",
			Where:   fmt.Sprintf("%s line %d, column topic", d.File, d.Line),
			Message: fmt.Sprintf("no topic is called %q; the topics are %s", d.Fields["topic"], strings.Join(ids, ", ")),
			SHA256:  d.Prov.PayloadSHA256})
		return true
	})
}

// topicWords are the decisions of people on topics: those that act, those that
// no longer fit, and those on which people differ.
type topicWords struct {
	act       []synthesis.TopicDecision
	stale     []review.Decision
	conflicts []review.Conflict
}

func topicDecisions(h *human, studies []evidence.Study) topicWords {
	of, at := link.StudyOf(studies), map[string]*evidence.Study{}
	for i := range studies {
		at[studies[i].ID] = &studies[i]
	}
	studyOf := func(target string) string {
		if at[target] != nil {
			return target
		}
		return of[target]
	}
	act, stale, conflicts := review.Topics(h.Decisions, studyOf)
	w := topicWords{stale: stale, conflicts: conflicts}
	for _, d := range act {
		t := synthesis.TopicDecision{Study: studyOf(d.Target), Topic: d.Fields["topic"],
			Include: strings.EqualFold(d.Fields["decision"], "include"), Who: d.Who, When: d.When, Why: d.Why}
		if !t.Include && !slices.Contains(at[t.Study].Topics, t.Topic) {
			d.Stale = fmt.Sprintf("%s is not classified under %s: there is nothing to exclude", d.Target, t.Topic)
			w.stale = append(w.stale, d)
			continue
		}
		w.act = append(w.act, t)
	}
	return w
}

// problems are the open conflicts.
func (w topicWords) problems() []evidence.Problem {
	var out []evidence.Problem
	for _, c := range w.conflicts {
		if c.Resolved == "" {
			out = append(out, evidence.Problem{Source: "review", RecordID: c.ID, Kind: "topic-conflict", Where: strings.Join(c.Files, ", "),
				Message: fmt.Sprintf("%s of %s is %s; decide in resolution.csv (target %s, field %s, value include or exclude)", c.Field, c.ID,
					strings.Join(c.Values, " and "), c.ID, c.Field), Retry: "past review check"})
		}
	}
	return out
}

// markStale copies the marks onto the decisions of the same file and line.
func (w topicWords) markStale(ds []review.Decision) {
	for _, s := range w.stale {
		for i := range ds {
			if ds[i].File == s.File && ds[i].Line == s.Line {
				ds[i].Stale = s.Stale
			}
		}
	}
}

// decided gives the studies with their topics after the decisions.
func (w topicWords) decided(studies []evidence.Study) []evidence.Study {
	if len(w.act) == 0 {
		return studies
	}
	out := slices.Clone(studies)
	for i := range out {
		for _, d := range w.act {
			switch {
			case d.Study != out[i].ID:
			case d.Include:
				out[i].Topics = union(out[i].Topics, []string{d.Topic})
			default:
				out[i].Topics = slices.DeleteFunc(slices.Clone(out[i].Topics), func(t string) bool { return t == d.Topic })
			}
		}
	}
	return out
}

// gaps counts the gap map: what is in each cell, why, and what people
// decided.
func (p *Pipeline) gaps(b synthesis.Base, qs []synthesis.Question, findings []evidence.Finding, h *human, w topicWords) []evidence.GapCell {
	in := synthesis.GapInput{Base: b, Vocabulary: p.Vocab, Questions: qs, Findings: findings, Decisions: w.act, Other: h.Other,
		Why: map[string]map[string]string{}}
	note := func(study, topic, why string) {
		if in.Why[study] == nil {
			in.Why[study] = map[string]string{}
		}
		in.Why[study][topic] = cmp.Or(in.Why[study][topic], why)
	}
	topics := map[string]bool{}
	for _, s := range b.Studies {
		topics[s.ID] = len(s.Topics) > 0
	}
	for i := range b.Trials {
		if st := b.StudyOf[b.Trials[i].ID]; topics[st] {
			for topic, why := range synthesis.TopicReasons(p.Vocab, &b.Trials[i]) {
				note(st, topic, why)
			}
		}
	}
	for _, m := range h.Measured {
		for _, topic := range ids(p.Vocab.Match(m.Topic).Topics) {
			note(b.StudyOf[m.TrialID], topic, fmt.Sprintf("by the table of measured outcomes (%s)", m.Outcome))
		}
	}
	return synthesis.Gaps(in)
}

// About says what a registered trial is about. A register states its
// interventions and conditions in fields of their own, so those decide first;
// title and summary decide where the fields say nothing that the vocabulary
// knows.
func About(v *vocab.Vocabulary, r *evidence.Record) synthesis.StudyTopics {
	given := []string{}
	for _, iv := range r.Interventions {
		for _, name := range append([]string{iv.Name}, iv.OtherNames...) {
			g := v.Given(name)
			for _, id := range append(g.Drugs, g.Imitated...) {
				given = append(given, v.Family(id))
			}
		}
	}
	slices.Sort(given)
	text := v.Classify(r.Title, strings.Join([]string{r.OfficialTitle, r.Summary}, "\n"))
	t := synthesis.StudyTopics{
		Substances: slices.Compact(given),
		Conditions: ids(v.Match(strings.Join(r.Conditions, "\n")).Conditions),
		Topics:     union(ids(v.Match(strings.Join(r.Conditions, "\n")).Topics), text.AboutTopics()),
	}
	if len(t.Substances) == 0 {
		t.Substances = text.AboutSubstances()
	}
	if len(t.Conditions) == 0 {
		t.Conditions = text.AboutConditions()
	}
	return t
}

func ids(hits []vocab.Hit) []string {
	out := []string{}
	for _, h := range hits {
		if !slices.Contains(out, h.ID) {
			out = append(out, h.ID)
		}
	}
	slices.Sort(out)
	return out
}
