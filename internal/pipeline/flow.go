package pipeline

import (
	"cmp"

	"past/internal/synthesis"
	"past/reports"
)

// reportFlow fills the flow diagrams from the rows that the questions looked at.
// What no one recorded (duplicates removed by hand, reports sought) stays
// unrecorded.
func (p *Pipeline) reportFlow(base synthesis.Base, ed *reports.Edition) {
	p.reportSwitches(base.Switches, ed)
	ed.PrismaByFinding = map[string]reports.PrismaCounts{}
	pooled := map[string]bool{}
	for _, f := range ed.Findings {
		c := synthesis.CountPrisma(f, base)
		if c.RowsAssessed == 0 {
			continue
		}
		for _, e := range f.Effects {
			pooled[e.StudyID] = true
		}
		ed.PrismaByFinding[f.ID] = reports.PrismaCounts{Identified: counted(c.Records), Assessed: &c.StudiesAssessed,
			Excluded:        counted(c.StudiesExcluded),
			IncludedStudies: &c.StudiesPooled, Pooled: &c.StudiesPooled,
			Note: "Counted from the rows that the question looked at; a study excluded for several reasons counts under the one that " +
				"came closest to inclusion."}
		if len(ed.Prisma.Identified) == 0 {
			ed.Prisma.Identified = counted(c.Records)
		}
	}
	n := len(pooled)
	ed.Prisma.Pooled = &n
	studies := len(ed.Studies)
	ed.Prisma.Assessed = &studies
}

func counted(in []synthesis.Counted) []reports.Counted {
	var out []reports.Counted
	for _, c := range in {
		out = append(out, reports.Counted{Name: cmp.Or(synthesis.Codes[c.Name], synthesis.SourceName(c.Name)), N: c.N})
	}
	return out
}

// reportNames gives the names for people of the vocabulary's ids.
func (p *Pipeline) reportNames(ed *reports.Edition) {
	ed.Names = map[string]string{"other-dose": "another dose of the same drug", "cyb003": "CYB003 (deuterated psilocin)"}
	for _, s := range synthesis.SourceNames() {
		ed.Names[s] = synthesis.SourceName(s)
	}
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
