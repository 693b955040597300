package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/store"
	"past/internal/synthesis"
	"past/reports"
)

// switches finds, for every trial of which more than one version is stored,
// the dated changes of its plan; by study.
func (p *Pipeline) switches(ctx context.Context, studyOf map[string]string) (map[string][]synthesis.Switch, error) {
	var ids []string
	for s, err := range p.Store.RecordStates(ctx) {
		if err != nil {
			return nil, fmt.Errorf("reading record states: %w", err)
		}
		if s.Kind == string(evidence.KindTrial) {
			ids = append(ids, s.ID)
		}
	}
	out := map[string][]synthesis.Switch{}
	for _, id := range ids {
		list, err := p.switchesOf(ctx, id)
		if err != nil {
			return nil, err
		}
		if st := studyOf[id]; len(list) > 0 {
			st = cmp.Or(st, id)
			out[st] = append(out[st], list...)
		}
	}
	return out, nil
}

func (p *Pipeline) switchesOf(ctx context.Context, id string) ([]synthesis.Switch, error) {
	history, err := p.Store.History(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("versions of %s: %w", id, err)
	}
	lines := map[string]int{}
	for _, v := range history {
		lines[v.Origin]++
	}
	var versions []synthesis.Version
	for _, v := range history {
		if lines[v.Origin] < 2 {
			continue
		}
		r, err := p.Store.VersionRecord(ctx, v)
		if err != nil {
			return nil, fmt.Errorf("version %d of %s: %w", v.Seq, id, err)
		}
		r.Results = nil
		versions = append(versions, synthesis.Version{Seq: v.Seq, Origin: v.Origin, Date: versionDate(v), Record: r})
	}
	return synthesis.Switches(versions), nil
}

// versionDate is the day that the register states for a version, else the day
// on which it was first seen.
func versionDate(v store.Version) string {
	if len(v.Stated) >= len("2006-01-02") {
		return v.Stated[:len("2006-01-02")]
	}
	return v.Seen.UTC().Format("2006-01-02")
}

// reportSwitches lists the changes of plans for the pages.
func (p *Pipeline) reportSwitches(by map[string][]synthesis.Switch, ed *reports.Edition) {
	for study, list := range by {
		for _, s := range list {
			ed.Switches = append(ed.Switches, reports.Switch{RecordID: s.RecordID, StudyID: study, Date: s.Date, Kind: s.Kind, Before: s.Before,
				After: s.After, Timing: s.Timing})
		}
	}
	slices.SortStableFunc(ed.Switches, func(a, b reports.Switch) int {
		return cmp.Or(strings.Compare(a.RecordID, b.RecordID), strings.Compare(a.Date, b.Date), strings.Compare(a.Kind, b.Kind),
			strings.Compare(a.Before, b.Before), strings.Compare(a.After, b.After))
	})
}
