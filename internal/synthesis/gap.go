package synthesis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// TopicDecision is a person's word on whether a study belongs to a topic.
type TopicDecision struct {
	Study, Topic   string // study id, topic id
	Include        bool
	Who, When, Why string
}

// GapInput is what the gap map is counted from.
type GapInput struct {
	Base
	Vocabulary *vocab.Vocabulary
	// Questions and Findings give the verdict of a cell with numbers.
	Questions []Question
	Findings  []evidence.Finding
	// Why says for a study and a topic which words put it there (TopicReasons).
	Why map[string]map[string]string
	// Decisions correct the classification; later ones win.
	Decisions []TopicDecision
	// Other are reports that give no effect; one that names its trial is a result
	// of that trial, so that its cell has more than a registration.
	Other []evidence.OtherEvidence

	of       map[string][]*evidence.Effect // the effects of a study
	measured []Candidate                   // Measured as candidates
	rows     []gapRow
}

// References are the reference rows of the gap map, beside the topics: the field's
// conditions that no topic asks about.
func References(v *vocab.Vocabulary) []string {
	var out, topical []string
	for _, t := range v.Topics() {
		topical = append(append(topical, t.ID), t.Conditions...)
	}
	for _, c := range v.Conditions() {
		if c.Tracked && !slices.Contains(topical, c.ID) {
			out = append(out, c.ID)
		}
	}
	return out
}

// TopicReasons says which words of a registered trial speak of which topic:
// topic id → the term and where it is.
func TopicReasons(v *vocab.Vocabulary, r *evidence.Record) map[string]string {
	out := map[string]string{}
	note := func(field, text string) {
		for _, h := range v.Match(text).Topics {
			if out[h.ID] == "" {
				out[h.ID] = fmt.Sprintf("%q in the %s of %s", h.Term, field, r.ID)
			}
		}
	}
	note("conditions", strings.Join(r.Conditions, "\n"))
	note("title", r.Title)
	note("official title", r.OfficialTitle)
	note("summary", r.Summary)
	return out
}

var randomised = []string{"parallel-rct", "crossover-rct", "randomized"}

// widestTopic is the topic that a result of an outcome domain belongs to; the others
// name a part of it, which an instrument of the whole does not show.
var widestTopic = map[string]string{"sexual-function": "sexual-dysfunction", "relationship": "sexual-communication", "intimacy": "intimacy"}

// topicsOf gives the topics of a study with the reason for each, after the
// decisions of people.
func (in GapInput) topicsOf(s evidence.Study) (topics []string, why map[string]string) {
	why = map[string]string{}
	for _, t := range s.Topics {
		why[t] = cmp.Or(in.Why[s.ID][t], "by the words of its record")
	}
	for _, e := range in.of[s.ID] {
		if t := widestTopic[e.Domain]; t != "" {
			why[t] = cmp.Or(why[t], "by a result of its own ("+plain(cmp.Or(e.Instrument, e.Domain))+")")
		}
	}
	for _, row := range in.rows {
		if row.reference && slices.Contains(s.Conditions, row.id) {
			why[row.id] = "treated or measured it, by its record or its results"
		}
		for _, m := range in.Measured {
			if slices.Contains(row.domains, m.Domain) && in.StudyOf[m.TrialID] == s.ID {
				why[row.id] = cmp.Or(why[row.id], "by the table of measured outcomes ("+m.Outcome+")")
			}
		}
	}
	for _, o := range in.Other {
		if in.reportsOn(o, s.ID) {
			why[o.Topic] = cmp.Or(why[o.Topic], "by a report of its people ("+o.Reference+")")
		}
	}
	for _, d := range in.Decisions {
		switch {
		case d.Study != s.ID:
		case d.Include:
			why[d.Topic] = fmt.Sprintf("included by %s, %s: %s", d.Who, d.When, d.Why)
		default:
			delete(why, d.Topic)
		}
	}
	for t := range why {
		topics = append(topics, t)
	}
	slices.Sort(topics)
	return topics, why
}

// gapRow is a topic or a reference condition.
type gapRow struct {
	id          string
	conditions  []string // searches that name one of them asked for the row
	instruments []string // that measure a topic
	reference   bool
	domains     []string // outcomes of a reference row
}

// GapRows are the ids of the rows of the gap map: the topics and the reference
// conditions. People's decisions may name each of them.
func GapRows(v *vocab.Vocabulary) []string {
	var ids []string
	for _, r := range gapRows(v, nil) {
		ids = append(ids, r.id)
	}
	return ids
}

// gapRows are the topics and the reference conditions. The outcome of a condition is
// that of its name; where none has it, those that questions of benefit ask about in it.
func gapRows(v *vocab.Vocabulary, questions []Question) []gapRow {
	var out []gapRow
	for _, t := range v.Topics() {
		card, _ := v.Card(t.ID)
		out = append(out, gapRow{id: t.ID, conditions: t.Conditions, instruments: card.Instruments})
	}
	for _, c := range References(v) {
		row := gapRow{id: c, conditions: []string{c}, domains: []string{c}, reference: true}
		if !slices.ContainsFunc(v.OutcomeDomains(), func(d vocab.OutcomeDomain) bool { return d.ID == c }) {
			row.domains = nil
			for _, q := range questions {
				if q.Condition == c && q.Kind != "harm" {
					row.domains = append(row.domains, q.domains()...)
				}
			}
		}
		out = append(out, row)
	}
	return out
}

// measures reports whether a result is about the row: by its domain for a
// condition, by its instrument for a topic.
func (r gapRow) measures(domain, instrument string) bool {
	return slices.Contains(r.domains, domain) || slices.Contains(r.instruments, instrument)
}

// Gaps gives a cell for each topic and reference condition with each of the
// tracker's substances, searched or not: an empty cell says which kind of
// absence it is.
func Gaps(in GapInput) []evidence.GapCell {
	topics, why := map[string][]string{}, map[string]map[string]string{}
	in.of = map[string][]*evidence.Effect{}
	for i := range in.Effects {
		e := &in.Effects[i]
		in.of[e.StudyID] = append(in.of[e.StudyID], e)
	}
	for _, m := range in.Measured {
		in.measured = append(in.measured, ofMeasured(m))
	}
	in.rows = gapRows(in.Vocabulary, in.Questions)
	about := map[string][]evidence.Study{} // by substance
	for _, s := range in.Studies {
		for _, id := range s.Substances {
			about[id] = append(about[id], s)
		}
		if len(s.Substances) > 0 {
			topics[s.ID], why[s.ID] = in.topicsOf(s)
		}
	}
	var out []evidence.GapCell
	for _, row := range in.rows {
		for _, sub := range in.Vocabulary.Substances() {
			if !sub.Core {
				continue
			}
			q := Question{Substances: []string{sub.ID}, Topic: row.id, MissingConditions: row.conditions}
			cell := evidence.GapCell{Topic: row.id, Substance: sub.ID, Coverage: cover(q, []string{row.id}, in.Base)}
			states := []evidence.State{evidence.NotLooked}
			if cell.Coverage.Asked {
				states = append(states, cell.Coverage.None())
			}
			for _, s := range about[sub.ID] {
				c := Candidate{Substances: s.Substances, Aside: in.About[s.ID].Aside, Topics: topics[s.ID], Conditions: s.Conditions, Open: true}
				if ok, misfit := Fits(q, c); ok || !misfit.Foreign() {
					states = append(states, in.count(&cell, row, s, why[s.ID][row.id]))
				}
			}
			cell.State = best(states...)
			if cell.State == evidence.Uncertain {
				cell.State = in.verdict(row, sub.ID)
			}
			cell.Why = whyCell(cell)
			out = append(out, cell)
		}
	}
	slices.SortFunc(out, func(a, b evidence.GapCell) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), strings.Compare(a.Substance, b.Substance))
	})
	return out
}

// count adds a study to its cell and says what the study makes known.
func (in GapInput) count(c *evidence.GapCell, row gapRow, s evidence.Study, why string) evidence.State {
	if len(s.Records) > 0 {
		c.Registered++
	}
	switch s.Status {
	case evidence.StatusNotYet, evidence.StatusRecruiting, evidence.StatusActive, evidence.StatusSuspended:
		c.Running++
	case evidence.StatusCompleted:
		c.Completed++
	}
	c.StudyIDs = append(c.StudyIDs, s.ID)
	c.Reasons = append(c.Reasons, s.Label+": "+why)
	state, people := in.known(row, s.ID, c.Substance)
	if people > 0 {
		n := people
		if c.Randomised != nil {
			n += *c.Randomised
		}
		c.Randomised = &n
	}
	if state != evidence.RegisteredOnly {
		c.WithResults++
	}
	return state
}

// known is what a study's numbers and measurements make known of a row.
func (in GapInput) known(row gapRow, study, substance string) (evidence.State, int) {
	states := []evidence.State{evidence.RegisteredOnly}
	for _, e := range in.of[study] {
		if e.Substance != substance || !row.measures(e.Domain, e.Instrument) {
			continue
		}
		switch {
		case !slices.Contains(randomised, e.Design):
			states = append(states, evidence.Uncontrolled)
		case e.PostCrossover == evidence.Yes: // the same people in both groups
			states = append(states, evidence.MeasuredOnly)
		case e.Verdict != evidence.Usable:
			states = append(states, evidence.MeasuredOnly)
		default:
			states = append(states, evidence.Uncertain)
		}
	}
	for i, m := range in.Measured {
		c := in.measured[i]
		if in.StudyOf[m.TrialID] != study || !slices.Contains(c.Substances, substance) || !slices.Contains(c.Topics, row.id) &&
			!row.measures(m.Domain, m.Instrument) {
			continue
		}
		states = append(states, map[bool]evidence.State{true: evidence.MeasuredOnly, false: evidence.Uncontrolled}[c.controlled()])
	}
	for _, o := range in.Other {
		if in.reportsOn(o, study) && o.Topic == row.id && o.Substance == substance {
			states = append(states, map[bool]evidence.State{true: evidence.MeasuredOnly, false: evidence.Uncontrolled}[o.Design == "trial-report"])
		}
	}
	return best(states...), in.used(row, study, substance)
}

// used counts the people of a study in the rows that a finding uses, in the finding
// that uses most of them: a row that no finding uses counts no one.
func (in GapInput) used(row gapRow, study, substance string) int {
	most := 0
	for i := range in.Findings {
		most = max(most, int(Participants(filter(in.Findings[i].Effects, func(e evidence.Effect) bool {
			return e.StudyID == study && e.Substance == substance && row.measures(e.Domain, e.Instrument)
		}))))
	}
	return most
}

// reportsOn reports whether a report without effects is of a trial of this study:
// "open-label" or "trial-report" are reports of treatments, the other designs are not.
func (in GapInput) reportsOn(o evidence.OtherEvidence, study string) bool {
	return o.TrialID != "" && in.StudyOf[o.TrialID] == study && (o.Design == "open-label" || o.Design == "trial-report")
}

// verdict is that of the answered finding with most studies on a reference
// condition; a topic has numbers and no finding of its own.
func (in GapInput) verdict(row gapRow, substance string) evidence.State {
	state, most := evidence.Uncertain, 0
	for i, f := range in.Findings {
		if i < len(in.Questions) && in.Questions[i].Kind != "harm" && slices.Contains(row.domains, f.Domain) && f.Substance == substance &&
			f.State.Answered() && f.Primary.K > most {
			state, most = f.State, f.Primary.K
		}
	}
	return state
}

// whyCell says in a sentence what a cell's state rests on.
func whyCell(c evidence.GapCell) string {
	studies := plural(c.Registered, "registered trial", "registered trials")
	if c.Registered == 0 {
		studies = plural(len(c.StudyIDs), "study", "studies") + ", none registered"
	}
	switch c.State {
	case evidence.NotLooked:
		return "No search of this edition asked for it."
	case evidence.SelectionNone:
		return "The demonstration's selection of trials holds none of it; no register was searched."
	case evidence.SearchedNone:
		return "A search of " + searched(c.Coverage) + " found no trial of it."
	case evidence.RegisteredOnly:
		return studies + "; no result of it is known."
	case evidence.Uncontrolled:
		return studies + "; only studies without a comparison group report on it."
	case evidence.MeasuredOnly:
		return studies + "; it was measured, and no number of it could be extracted."
	}
	return studies + "; there are numbers of controlled trials."
}
