package synthesis

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"past/internal/evidence"
)

// Counted is a number with its name.
type Counted struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Prisma holds the numbers of a flow diagram of one question. Assessed rows are
// the pooled ones plus the excluded ones; assessed studies are the pooled ones
// plus the excluded ones.
type Prisma struct {
	// Records are the registered trials of the question's substances by source, and
	// the studies that a person's table alone brought.
	Records []Counted `json:"records"`
	// Duplicates are records beyond the first of a study: the same trial in
	// another register, or in another country.
	Duplicates      int       `json:"duplicates"`
	RowsAssessed    int       `json:"rows_assessed"`
	RowsExcluded    []Counted `json:"rows_excluded"` // by code, most first
	RowsPooled      int       `json:"rows_pooled"`
	StudiesAssessed int       `json:"studies_assessed"`
	StudiesExcluded []Counted `json:"studies_excluded"` // by the code that came closest to inclusion
	StudiesPooled   int       `json:"studies_pooled"`
	Participants    int       `json:"participants"`
	Missing         []Counted `json:"missing"` // registered trials without a pooled result, by why
}

// codeOrder is the order in which codes are tried; a study is counted by the
// last one that its rows reached.
var codeOrder = []string{CodeMeasure, CodePopulation, CodeDesign, CodePlan, CodeInstrument, CodePostCrossover,
	CodeComparator, CodeTime, CodeVerdict, CodeArm, CodeUnordered, CodeDuplicate, CodeNoEvents, CodeOverlap}

// CountPrisma counts the rows of a finding that Answer made from q and b.
func CountPrisma(q Question, f evidence.Finding, b Base) Prisma {
	p := Prisma{RowsPooled: len(f.Effects), RowsAssessed: len(f.Effects) + len(f.Excluded), Participants: int(f.Primary.N)}
	codes, missing := map[string]int{}, map[string]int{}
	pooled, closest := map[string]bool{}, map[string]int{}
	for _, e := range f.Effects {
		pooled[e.StudyID] = true
	}
	for _, x := range f.Excluded {
		codes[x.Code]++
		if i := slices.Index(codeOrder, x.Code); !pooled[x.StudyID] {
			closest[x.StudyID] = max(closest[x.StudyID], i)
		}
	}
	for _, m := range f.Missing {
		missing[m.Why]++
	}
	sources, duplicates := b.identified(func(study string, topics StudyTopics) bool {
		_, out := closest[study]
		return out || pooled[study] || overlap(topics.Substances, q.Substances)
	})
	p.Duplicates = duplicates
	studies := map[string]int{}
	for _, i := range closest {
		studies[codeOrder[max(i, 0)]]++
	}
	p.Records, p.RowsExcluded, p.StudiesExcluded, p.Missing = counted(sources), counted(codes), counted(studies), counted(missing)
	p.StudiesPooled, p.StudiesAssessed = len(pooled), len(pooled)+len(closest)
	return p
}

// identified counts the records of the studies that are kept, by source, and those
// beyond the first of a study. People's tables bring reports that no register has
// a record of: each of those studies is one record of the review folder.
func (b Base) identified(keep func(study string, topics StudyTopics) bool) (sources map[string]int, duplicates int) {
	sources = map[string]int{}
	first := map[string]bool{}
	for i := range b.Trials {
		study := cmp.Or(b.StudyOf[b.Trials[i].ID], b.Trials[i].ID)
		if !keep(study, b.About[study]) {
			continue
		}
		sources[b.Trials[i].Source]++
		if first[study] {
			duplicates++
		}
		first[study] = true
	}
	b.addTables(sources, keep)
	return sources, duplicates
}

// addTables counts the studies that are kept and that no register has a record of.
func (b Base) addTables(sources map[string]int, keep func(study string, topics StudyTopics) bool) {
	for _, s := range b.Studies {
		if len(s.Records) == 0 && keep(s.ID, b.About[s.ID]) {
			sources["review"]++
		}
	}
}

// Identified counts the records of the whole edition: the registered trials, of
// any substance, and the studies that a person's table alone brought.
func (b Base) Identified() []Counted {
	sources := maps.Clone(b.registered())
	b.addTables(sources, func(string, StudyTopics) bool { return true })
	return counted(sources)
}

func counted(m map[string]int) []Counted {
	out := []Counted{}
	for name, n := range m {
		out = append(out, Counted{name, n})
	}
	slices.SortFunc(out, func(a, b Counted) int { return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name)) })
	return out
}
