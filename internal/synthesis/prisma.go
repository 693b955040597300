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
	Records         []Counted `json:"records"` // registered trials by source, and studies that a person's table alone brought
	Studies         int       `json:"studies"` // of the edition
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
var codeOrder = []string{CodeMeasure, CodePopulation, CodeDesign, CodePlan, CodeNoEvents, CodeInstrument, CodePostCrossover,
	CodeComparator, CodeTime, CodeVerdict, CodeArm, CodeDuplicate, CodeOverlap}

// CountPrisma counts the rows of a finding that Answer made from b.
func CountPrisma(f evidence.Finding, b Base) Prisma {
	p := Prisma{Studies: len(b.Studies), RowsPooled: len(f.Effects), RowsAssessed: len(f.Effects) + len(f.Excluded),
		Participants: int(f.Primary.N)}
	sources, codes, missing := b.registered(), map[string]int{}, map[string]int{}
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
	sources = maps.Clone(sources)
	for _, s := range b.Studies { // people's tables bring reports that are no register's record
		if _, out := closest[s.ID]; len(s.Records) == 0 && (out || pooled[s.ID]) {
			sources["review"]++
		}
	}
	studies := map[string]int{}
	for _, i := range closest {
		studies[codeOrder[max(i, 0)]]++
	}
	p.Records, p.RowsExcluded, p.StudiesExcluded, p.Missing = counted(sources), counted(codes), counted(studies), counted(missing)
	p.StudiesPooled, p.StudiesAssessed = len(pooled), len(pooled)+len(closest)
	return p
}

func counted(m map[string]int) []Counted {
	out := []Counted{}
	for name, n := range m {
		out = append(out, Counted{name, n})
	}
	slices.SortFunc(out, func(a, b Counted) int { return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name)) })
	return out
}
