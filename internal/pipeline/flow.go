package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"past/crawler/registers"
	"past/internal/evidence"
	"past/internal/store"
	"past/internal/synthesis"
	"past/reports"
)

// reportFlow fills the flow diagrams from the rows that the questions looked at.
// What no one recorded (duplicates removed by hand, reports sought) stays
// unrecorded.
func (p *Pipeline) reportFlow(qs []synthesis.Question, base synthesis.Base, ed *reports.Edition) {
	p.reportSwitches(base.Switches, ed)
	ed.PrismaByFinding = map[string]reports.PrismaCounts{}
	pooled := map[string]bool{}
	for _, f := range ed.Findings {
		i := slices.IndexFunc(qs, func(q synthesis.Question) bool { return q.ID == f.Question })
		if i < 0 {
			continue
		}
		c := synthesis.CountPrisma(qs[i], f, base)
		if c.RowsAssessed == 0 {
			continue
		}
		for _, e := range f.Effects {
			pooled[e.StudyID] = true
		}
		ed.PrismaByFinding[f.ID] = reports.PrismaCounts{Identified: counted(c.Records), Duplicates: &c.Duplicates,
			Assessed: &c.StudiesAssessed, Excluded: counted(c.StudiesExcluded),
			IncludedStudies: &c.StudiesPooled, Pooled: &c.StudiesPooled,
			Note: selectionNote(base.Restated) + "Records are those of the question's substances; duplicates are further records of one " +
				"trial. Studies are counted from the rows that the question looked at; one excluded for several reasons counts under the " +
				"reason that came closest to inclusion."}
	}
	ed.Prisma.Identified, ed.Prisma.Note = counted(base.Identified()), strings.TrimSpace(selectionNote(base.Restated))
	n := len(pooled)
	ed.Prisma.Pooled = &n
	studies := len(ed.Studies)
	ed.Prisma.Assessed = &studies
}

// selectionNote says where the records of the starter set are from.
func selectionNote(restated bool) string {
	if restated {
		return "The records are the demonstration's selection of trials: no register was searched for them. "
	}
	return ""
}

func counted(in []synthesis.Counted) []reports.Counted {
	var out []reports.Counted
	for _, c := range in {
		out = append(out, reports.Counted{Name: cmp.Or(synthesis.Codes[c.Name], sourceName(c.Name)), N: c.N})
	}
	return out
}

// sourceNames are the names for people of the sources, and of the review folder.
var sourceNames = sync.OnceValue(func() map[string]string {
	m := registers.Titles()
	m["review"] = "review folder"
	return m
})

func sourceName(id string) string { return cmp.Or(sourceNames()[id], id) }

// reportNames gives the names for people of the vocabulary's ids.
func (p *Pipeline) reportNames(ed *reports.Edition) {
	ed.Names = map[string]string{"other-dose": "another dose of the same drug", "cyb003": "CYB003 (deuterated psilocin)"}
	maps.Copy(ed.Names, sourceNames())
	for code, words := range synthesis.Codes {
		ed.Names["left out: "+code] = words
	}
	for _, s := range p.Vocab.Substances() {
		ed.Names[s.ID] = s.Name
	}
	for _, c := range p.Vocab.Conditions() {
		ed.Names[c.ID] = c.Name
	}
	for _, c := range p.Vocab.Comparators() {
		ed.Names[c.ID] = c.Name
	}
	for _, d := range p.Vocab.Designs() {
		ed.Names[d.ID] = d.Name
	}
	for _, o := range p.Vocab.OutcomeDomains() {
		if ed.Names[o.ID] == "" {
			ed.Names[o.ID] = o.Name
		}
	}
	for _, t := range p.Vocab.Topics() {
		ed.Names[t.ID] = t.Name
	}
	for _, i := range p.Vocab.Instruments() {
		if i.Short != "" && ed.Names[i.ID] == "" {
			ed.Names[i.ID] = i.Short
		}
	}
}

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
