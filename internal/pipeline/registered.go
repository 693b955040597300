package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"past/internal/evidence"
	"past/internal/store"
	"past/reports"
)

// postedMost is how many cells of posted results a study's page lists; past study
// and past export give all.
const postedMost = 150

// registered is what a study's page shows of a trial's record itself.
func registered(r *evidence.Record) *reports.Registered {
	out := &reports.Registered{Allocation: r.Allocation, Model: r.InterventionModel, Masking: r.Masking,
		Sex: r.Sex, MinimumAge: r.MinimumAge, MaximumAge: r.MaximumAge, Arms: r.Arms}
	for _, o := range r.Planned {
		out.Planned = append(out.Planned, reports.PlannedRow{Type: o.Type, Measure: o.Measure, TimeFrame: o.TimeFrame})
	}
	return out
}

// reportRegistered adds what the stages read in the records: instruments of the
// planned outcomes, posted results with their verdicts, coded passages, versions.
func (p *Pipeline) reportRegistered(ctx context.Context, ed *reports.Edition) error {
	readings, err := p.Store.PlannedReadings(ctx)
	if err != nil {
		return err
	}
	for _, x := range readings {
		if r := ed.Registered[x.RecordID]; r != nil && x.OutcomeIndex >= 0 && x.OutcomeIndex < len(r.Planned) {
			row := &r.Planned[x.OutcomeIndex]
			row.Instrument, row.Domain = cmp.Or(row.Instrument, x.Instrument), cmp.Or(row.Domain, x.Domain)
		}
	}
	coded, err := p.Store.Coded(ctx)
	if err != nil {
		return err
	}
	for _, c := range coded {
		if r := ed.Registered[c.RecordID]; r != nil {
			r.Coded = append(r.Coded, c)
		}
	}
	for a, err := range p.Store.ArmResults(ctx, store.ResultFilter{}) {
		if err != nil {
			return fmt.Errorf("reading posted results: %w", err)
		}
		r := ed.Registered[a.RecordID]
		if r == nil {
			continue
		}
		if r.PostedAll++; len(r.Posted) < postedMost {
			r.Posted = append(r.Posted, posted(&a))
		}
	}
	for id, r := range ed.Registered {
		versions, err := p.Store.History(ctx, id)
		if err != nil {
			return err
		}
		for _, v := range versions {
			r.Versions = append(r.Versions, reports.VersionRow{Stated: v.Stated, Seen: v.Seen.UTC().Format("2006-01-02"), SHA256: v.PayloadSHA256})
		}
	}
	return nil
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
