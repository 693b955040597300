package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"past/internal/coding"
	"past/internal/evidence"
	"past/internal/store"
	"past/reports"
)

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
		out := &reports.Registered{Allocation: r.Allocation, Model: r.InterventionModel, Masking: r.Masking,
			Sex: r.Sex, MinimumAge: r.MinimumAge, MaximumAge: r.MaximumAge, Arms: r.Arms}
		for _, o := range r.Planned {
			out.Planned = append(out.Planned, reports.PlannedRow{Type: o.Type, Measure: o.Measure, TimeFrame: o.TimeFrame})
		}
		if st := at[id]; st != nil && tracked(p.Vocab, st.Substances) {
			out.Coded = coding.Read(&r)
		}
		return out, p.addDerived(ctx, id, out)
	}
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
		if out.PostedAll++; len(out.Posted) < postedMost {
			out.Posted = append(out.Posted, posted(&a))
		}
	}
	versions, err := p.Store.History(ctx, id)
	for _, v := range versions {
		out.Versions = append(out.Versions, reports.VersionRow{Stated: v.Stated, Seen: v.Seen.UTC().Format(time.DateOnly),
			SHA256: v.PayloadSHA256})
	}
	return err
}

func posted(a *evidence.ArmResult) reports.PostedRow {
	outcome := a.OutcomeTitle
	for _, part := range []string{a.ClassTitle, a.CategoryTitle} {
		if part != "" && !strings.Contains(outcome, part) {
			outcome += "; " + part
		}
	}
	value := a.ValueRaw
	switch {
	case a.SpreadRaw != "":
		value += " (" + strings.TrimSpace(a.DispersionType+" "+a.SpreadRaw) + ")"
	case a.LowerRaw != "" || a.UpperRaw != "":
		value += " (" + strings.TrimSpace(a.DispersionType+" "+a.LowerRaw+" to "+a.UpperRaw) + ")"
	}
	reason := a.Reason
	if a.Use != "" && a.Use != "effect" { // what became of the cell says more than its own verdict
		reason = a.Use
	}
	return reports.PostedRow{Outcome: outcome, Group: a.GroupTitle, When: a.TimepointRaw, Value: strings.TrimSpace(value + " " + a.Unit),
		N: a.N, Instrument: a.Instrument, Verdict: a.Verdict, Reason: reason}
}
