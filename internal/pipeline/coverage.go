package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler/registers"
	"past/internal/coding"
	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/extract/reason"
	"past/internal/starter"
	"past/internal/store"
	"past/internal/synthesis"
	"past/reports"
)

// searches gives what each source was asked: for each query its last complete
// full reading, else its last one. A reading limited to changes moves the day of
// a complete one; it shows no absence by itself.
func (p *Pipeline) searches(ctx context.Context) ([]evidence.Search, error) {
	readings, err := p.Store.RegisterSearches(ctx, "")
	if err != nil {
		return nil, err
	}
	topics := map[string]bool{}
	for _, t := range p.Vocab.Topics() {
		topics[t.ID] = true
	}
	at := map[string]int{}
	var out []evidence.Search
	var together []store.RegisterSearch
	for _, r := range readings {
		if !registers.Searches(r.Source) {
			continue
		}
		id := r.Source + "/" + r.Key
		i, known := at[id]
		switch {
		case !r.Since.IsZero():
			if known && r.Complete && out[i].Complete {
				out[i].Day = max(out[i].Day, day(r.Read))
			} else if !known && r.Complete {
				together = append(together, r)
			}
			continue
		case known && out[i].Complete && !r.Complete:
			continue
		}
		hits := r.Hits
		s := evidence.Search{ID: id, Source: r.Source, Name: sourceName(r.Source), Words: r.Text,
			Substances: r.Substances, Day: max(day(r.Begun), day(r.Unchanged)),
			Hits: r.Total, Listed: &hits, Complete: r.Complete}
		for _, c := range r.Conditions {
			if topics[c] {
				s.Topics = append(s.Topics, c)
			}
			if _, ok := p.Vocab.Condition(c); ok {
				s.Conditions = append(s.Conditions, c)
			}
		}
		if r.Substances == nil { // a reading made before the ids were kept: its words name them
			found := p.Vocab.Match(r.Text)
			s.Substances, s.Conditions, s.Topics = ids(found.Substances), ids(found.Conditions), ids(found.Topics)
		}
		if known {
			out[i] = s
			continue
		}
		at[id] = len(out)
		out = append(out, s)
	}
	moveDays(out, together)
	return out, nil
}

var partOf = regexp.MustCompile(`-\d+of(\d+)-`)

// moveDays moves the days of complete readings to those of later readings that
// asked for the changes of several substances together, where all parts of such a
// question were read.
func moveDays(out []evidence.Search, together []store.RegisterSearch) {
	parts := map[string]int{}
	for _, r := range together {
		run := r.Source + "/" + r.Run
		parts[run]++
		of := 1
		if m := partOf.FindStringSubmatch(r.Key); m != nil {
			of, _ = strconv.Atoi(m[1])
		}
		if parts[run] < of {
			continue
		}
		for i := range out {
			if out[i].Source == r.Source && out[i].Complete &&
				!slices.ContainsFunc(out[i].Substances, func(s string) bool { return !slices.Contains(r.Substances, s) }) {
				out[i].Day = max(out[i].Day, day(r.Read))
			}
		}
	}
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// dataTo is the newest day that a source speaks for: of a search the day it was
// made, of imported records the newest date that they state, of the starter set
// the day its facts were read. The day on which the program ran says nothing
// about the evidence: it only bounds what records state, and records that state
// no date leave the day unknown.
func (p *Pipeline) dataTo(ctx context.Context, b synthesis.Base, updated map[string]bool) (string, error) {
	if b.Restated {
		return starter.Date, nil
	}
	status, err := p.Store.Status(ctx)
	if err != nil {
		return "", err
	}
	newest, received := "", ""
	for name, s := range status.Sources {
		if name != "review" {
			received = max(received, day(s.LastFetch))
		}
	}
	for _, s := range b.Searches {
		newest = max(newest, s.Day)
	}
	for d := range updated { // of all trials
		if len(d) == len(time.DateOnly) && d <= received {
			newest = max(newest, d)
		}
	}
	return newest, nil
}

// postedMost is how many cells of posted results a study's page lists; past study
// and past export give all.
const postedMost = 150

// readRegistered gives the reader of what the pages of studies show of the records of
// the listed trials beside title and state: the plan with its instruments, posted
// results with their verdicts, coded passages, versions. One record is read at a
// time.
func (p *Pipeline) readRegistered(ctx context.Context, ed *reports.Edition) func(string) (*reports.Registered, error) {
	listed := map[string]bool{}
	for i := range ed.Trials {
		listed[ed.Trials[i].ID] = true
	}
	at := studiesByRecord(ed.Studies)
	return func(id string) (*reports.Registered, error) {
		if !listed[id] {
			return nil, nil
		}
		r, err := p.Store.Record(ctx, id, time.Time{})
		if err != nil {
			return nil, err
		}
		out := &reports.Registered{Sex: r.Sex, MinimumAge: r.MinimumAge, MaximumAge: r.MaximumAge, Arms: p.registeredArms(&r)}
		out.Allocation, out.Layout, out.Masking = extract.PlainDesign(&r)
		for _, o := range r.Planned {
			out.Planned = append(out.Planned, reports.PlannedRow{Type: o.Type, Measure: o.Measure, TimeFrame: o.TimeFrame})
		}
		if st := at[id]; st != nil && tracked(p.Vocab, st.Substances) {
			out.Coded = coding.Read(&r)
		}
		return out, p.addDerived(ctx, id, out)
	}
}

// registeredArms are the arms of a record with the doubts about their doses.
func (p *Pipeline) registeredArms(r *evidence.Record) []reports.RegisteredArm {
	texts := armTexts(r.Arms...)
	doubtful := map[string]string{} // sentence by dose
	for _, h := range p.Vocab.Match(strings.Join(texts, "\n")).Substances {
		if doses := p.Vocab.DoubtfulDoses(h.ID, texts...); len(doses) > 0 {
			for _, d := range doses {
				doubtful[d] = reason.Say(reason.DoseUnit, reason.NoDose(h.ID, doses))
			}
		}
	}
	out := make([]reports.RegisteredArm, 0, len(r.Arms))
	for _, a := range r.Arms {
		arm := reports.RegisteredArm{Arm: a}
		for _, dose := range slices.Sorted(maps.Keys(doubtful)) {
			said := func(text string) bool { return strings.Contains(text, dose) }
			if slices.ContainsFunc(armTexts(a), said) && !slices.Contains(arm.Flags, doubtful[dose]) {
				arm.Flags = append(arm.Flags, doubtful[dose])
			}
		}
		out = append(out, arm)
	}
	return out
}

// addDerived adds what the stages read in a record, and its versions.
func (p *Pipeline) addDerived(ctx context.Context, id string, out *reports.Registered) error {
	readings, err := p.Store.PlannedReadings(ctx, id)
	if err != nil {
		return err
	}
	for _, x := range readings {
		if x.OutcomeIndex >= 0 && x.OutcomeIndex < len(out.Planned) {
			row := &out.Planned[x.OutcomeIndex]
			row.Instrument, row.Domain = cmp.Or(row.Instrument, x.Instrument), cmp.Or(row.Domain, x.Domain)
		}
	}
	for a, err := range p.Store.ArmResults(ctx, store.ResultFilter{RecordIDs: []string{id}}) {
		if err != nil {
			return fmt.Errorf("reading posted results: %w", err)
		}
		if out.Posted = append(out.Posted, postedRow(&a)); len(out.Posted) == postedMost {
			break
		}
	}
	if out.PostedAll = len(out.Posted); out.PostedAll == postedMost {
		if out.PostedAll, err = p.Store.CountArmResults(ctx, id); err != nil {
			return err
		}
	}
	versions, err := p.Store.History(ctx, id)
	for _, v := range versions {
		out.Versions = append(out.Versions, reports.VersionRow{Stated: v.Stated, Seen: v.Seen.UTC().Format(time.DateOnly),
			SHA256: v.PayloadSHA256})
	}
	return err
}

func postedRow(a *evidence.ArmResult) reports.PostedRow {
	outcome := a.OutcomeTitle
	for _, part := range []string{a.ClassTitle, a.CategoryTitle} {
		if part != "" && !strings.Contains(outcome, part) {
			outcome += "; " + part
		}
	}
	reason, unused := a.Reason, a.Use != "" && a.Use != extract.UseEffect
	if unused { // what became of the cell says more than its own verdict
		reason = a.Use
	}
	return reports.PostedRow{Outcome: outcome, Group: a.GroupTitle, When: a.TimepointRaw, Value: a.Posted(),
		N: a.N, Instrument: a.Instrument, Verdict: a.Verdict, Unused: unused, Reason: reason,
		Flags: slices.DeleteFunc(slices.Clone(a.Flags), func(f string) bool { return f == a.Reason })}
}
